//! The output gate of the binary on a disk whose syncs hang or fail: nothing leaves an object before what it wrote is
//! durable, and an object whose sync failed begins afresh. `runtime/storage/src/disk/held.rs` is that disk.
//!
//! That something does not leave is seen by what comes after it: many answers of objects that wrote nothing.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::support::{Folder, PATIENCE, Server};

const WORKER: &str = r#"
import { DurableObject } from "cloudflare:workers";
export class Store extends DurableObject {
  memory = 0;
  write(n) { this.memory++; this.ctx.storage.kv.put("n", Number(n)); return `wrote ${n}`; }
  read() { return `${this.ctx.storage.kv.get("n") ?? 0} ${this.memory}`; }
  async wait() { await new Promise((resolve) => { this.resolve = resolve; }); return "waited"; }
  async ask(other) { console.log(`${this.ctx.id.name} got ${await this.env.Store.getByName(other).write(1)}`); return "asked"; }
  async send(port) { this.ctx.storage.kv.put("n", 1); return (await fetch(`http://127.0.0.1:${port}/`)).text(); }
  async tell(other) { this.ctx.storage.kv.put("n", 1); return await this.env.Store.getByName(other).hear(); }
  hear() { console.log("heard of it"); return "heard"; }
  go() { this.resolve(); return "went"; }
  fetch(request) {
    if (new URL(request.url).pathname.endsWith("/respond")) {
      this.ctx.storage.kv.put("n", 7);
      return new Response("responded");
    }
    const bytes = (text) => new TextEncoder().encode(text);
    const go = new Promise((resolve) => { this.resolve = resolve; });
    return new Response(new ReadableStream({
      start: (controller) => {
        controller.enqueue(bytes("before"));
        go.then(() => {
          this.ctx.storage.kv.put("n", 8);
          controller.enqueue(bytes("after"));
          controller.close();
        });
      },
    }));
  }
}
export default {
  async fetch(request, env) {
    const [, object, method, argument] = new URL(request.url).pathname.split("/");
    const stub = env.Store.getByName(object);
    if (method === "respond" || method === "body") return stub.fetch(request);
    try {
      return new Response(String(await stub[method](argument)));
    } catch (error) {
      return new Response(`error: ${error.message}`, { status: 503 });
    }
  },
};
"#;

struct Disk {
    folder: Folder,
    server: Arc<Server>,
}

impl Disk {
    fn start() -> Self {
        let folder = Folder::with(&[("store.js", WORKER)]);
        let control = folder.path("syncs");
        let variables = [("DENIZEN_TEST_DISK_CONTROL", control.to_str().expect("UTF-8"))];
        let server = Server::script_with(&folder, "store.js", &["--shards", "4"], &variables);
        let disk = Self { folder, server: Arc::new(server) };
        for object in ["a", "b", "neighbour"] {
            assert_eq!(disk.server.get(&format!("/{object}/write/0")), (200, "wrote 0".into()));
        }
        disk
    }

    /// Syncs hang or fail from now on; anything else lets them be.
    fn syncs(&self, word: &str) {
        drop(std::fs::remove_file(self.held()));
        // In one step, so that no sync reads half a word.
        self.folder.write("syncs.new", word);
        std::fs::rename(self.folder.path("syncs.new"), self.folder.path("syncs")).expect("control");
    }

    fn held(&self) -> PathBuf {
        self.folder.path("syncs.held")
    }

    /// Waits until a sync hangs, then for answers of others, which must not hang.
    fn others_are_answered(&self) {
        let end = Instant::now() + PATIENCE;
        while !self.held().exists() {
            assert!(Instant::now() < end, "no sync began: {}", self.server.log());
            std::thread::sleep(Duration::from_millis(5));
        }
        for _ in 0..30 {
            assert_eq!(self.server.get("/neighbour/read"), (200, "0 1".into()));
        }
    }

    /// A request whose answer comes later.
    fn later(&self, path: &str) -> Receiver<(u16, String)> {
        let (sender, answer) = channel();
        let (server, path) = (self.server.clone(), path.to_owned());
        std::thread::spawn(move || drop(sender.send(server.get(&path))));
        answer
    }
}

fn silent<T>(answer: &Receiver<T>) -> bool {
    matches!(answer.try_recv(), Err(TryRecvError::Empty))
}

#[test]
fn nothing_leaves_an_object_before_its_writes_are_durable() {
    let disk = Disk::start();
    disk.syncs("hold");
    let written = disk.later("/a/write/1");
    disk.others_are_answered();
    let read = disk.later("/a/read");
    let responded = disk.later("/b/respond");
    disk.others_are_answered();
    assert!(silent(&written), "the result of a method that wrote");
    assert!(silent(&read), "the result of a method that read what is not durable");
    assert!(silent(&responded), "a response");
    disk.syncs("");
    assert_eq!(written.recv_timeout(PATIENCE), Ok((200, "wrote 1".into())));
    assert_eq!(read.recv_timeout(PATIENCE), Ok((200, "1 2".into())));
    assert_eq!(responded.recv_timeout(PATIENCE), Ok((200, "responded".into())));
}

/// The callers lie on several shards; one that learns of its result says so in the log, which waits for nothing.
#[test]
fn a_result_does_not_reach_another_object_before_it_is_durable() {
    let disk = Disk::start();
    disk.syncs("hold");
    let asked: Vec<_> = (0..6).map(|n| disk.later(&format!("/caller{n}/ask/target{n}"))).collect();
    disk.others_are_answered();
    disk.others_are_answered();
    assert!(!disk.server.log().contains(" got "), "{}", disk.server.log());
    disk.syncs("");
    for (n, answer) in asked.into_iter().enumerate() {
        assert_eq!(answer.recv_timeout(PATIENCE), Ok((200, "asked".into())));
        disk.server.wait_for_log(&format!("caller{n} got wrote 1"));
    }
}

#[test]
fn a_subrequest_waits_for_what_was_written_before_it() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("address").port();
    let arrived = Arc::new(Mutex::new(0));
    let count = arrived.clone();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            *count.lock().expect("count") += 1;
            drop(stream.read(&mut [0; 4096]));
            drop(stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\npeer"));
        }
    });
    let disk = Disk::start();
    disk.syncs("hold");
    let sent = disk.later(&format!("/a/send/{port}"));
    let told = disk.later("/b/tell/neighbour");
    disk.others_are_answered();
    disk.others_are_answered();
    assert_eq!(*arrived.lock().expect("count"), 0, "no subrequest has left");
    assert!(!disk.server.log().contains("heard of it"), "no call to another object has left");
    assert!(silent(&sent) && silent(&told));
    disk.syncs("");
    assert_eq!(sent.recv_timeout(PATIENCE), Ok((200, "peer".into())));
    assert_eq!(told.recv_timeout(PATIENCE), Ok((200, "heard".into())));
    assert_eq!(*arrived.lock().expect("count"), 1);
}

/// Reads from `stream` until `text` has come; gives everything that came.
fn read_until(stream: &mut TcpStream, text: &str) -> String {
    let mut all = String::new();
    let mut bytes = [0; 4096];
    while !all.contains(text) {
        let count = stream.read(&mut bytes).expect("more of the response");
        assert!(count > 0, "the response ended: {all}");
        all.push_str(&String::from_utf8_lossy(&bytes[..count]));
    }
    all
}

#[test]
fn the_bytes_of_a_body_wait_for_what_was_written_before_them() {
    let disk = Disk::start();
    let mut stream = disk.server.connect();
    stream.write_all(b"GET /a/body HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").expect("written");
    let head = read_until(&mut stream, "before");
    assert!(head.starts_with("HTTP/1.1 200") && !head.contains("after"), "{head}");
    disk.syncs("hold");
    let went = disk.later("/a/go");
    disk.others_are_answered();
    disk.others_are_answered();
    assert!(silent(&went));
    stream.set_nonblocking(true).expect("nonblocking");
    let early = stream.read(&mut [0; 4096]);
    assert!(early.as_ref().is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock), "{early:?}");
    stream.set_nonblocking(false).expect("blocking");
    disk.syncs("");
    read_until(&mut stream, "after");
    assert_eq!(went.recv_timeout(PATIENCE), Ok((200, "went".into())));
}

#[test]
fn an_object_whose_sync_failed_begins_afresh_and_its_callers_learn_it() {
    let disk = Disk::start();
    assert_eq!(disk.server.get("/a/write/1"), (200, "wrote 1".into()));
    let waits = disk.later("/a/wait");
    // The event that waits has begun once a later one of the same object is answered.
    assert_eq!(disk.server.get("/a/read"), (200, "1 2".into()));
    disk.syncs("hold");
    let lost = disk.later("/a/write/2");
    disk.others_are_answered();
    let read = disk.later("/a/read");
    disk.others_are_answered();
    assert!(silent(&lost) && silent(&read) && silent(&waits));
    disk.syncs("fail");
    for answer in [lost, read, waits] {
        let (status, body) = answer.recv_timeout(PATIENCE).expect("an answer");
        assert_eq!((status, body.starts_with("error: ")), (503, true), "{body}");
    }
    disk.syncs("");
    let (status, body) = disk.server.get("/a/read");
    // What failed was not acknowledged: it may be there or not. What was before is, and the memory is new.
    assert!(status == 200 && (body == "1 0" || body == "2 0"), "{body} {}", disk.server.log());
    assert_eq!(disk.server.get("/neighbour/read"), (200, "0 1".into()), "the neighbour lives on");
    assert_eq!(disk.server.get("/a/write/3"), (200, "wrote 3".into()));
    disk.server.signal(libc::SIGKILL);
    let Disk { folder, server } = disk;
    drop(server);
    let server = Server::script(&folder, "store.js", &[]);
    assert_eq!(server.get("/a/read"), (200, "3 0".into()));
}
