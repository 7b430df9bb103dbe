//! HTTP from clients: bodies both ways, limits, slow and broken clients, shutdown.

use std::io::{Read, Write};
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

use crate::support::{Folder, Server, read_all, split};

const ECHO: &str = r#"
let cancelled = 0;
let streamed = 0;
const notes = [];
const tell = (error) => `${error.name}: ${error.message}`;
export default {
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (pathname === "/echo") return new Response(request.body, { headers: { "x-method": request.method } });
    if (pathname === "/length") return new Response(String((await request.arrayBuffer()).byteLength));
    if (pathname === "/throw") throw new TypeError("a secret message");
    if (pathname === "/status") return new Response(null, { status: 204, headers: { "x-a": "1" } });
    if (pathname === "/cookies") return new Response("c", { headers: [["set-cookie", "a=1"], ["set-cookie", "b=2"]] });
    if (pathname === "/wait") {
      request.signal.addEventListener("abort", () => { cancelled++; });
      await scheduler.wait(10000);
      return new Response("late");
    }
    if (pathname === "/long") return new Response(null, { headers: { "content-length": "100" } });
    if (pathname === "/wrong") return new Response("wrong", { headers: { "content-length": "5,5" } });
    if (pathname === "/of_connection") return new Response("c", { headers: { "keep-alive": "a", te: "b", trailer: "c", upgrade: "d", connection: "e", "x-own": "f" } });
    if (pathname === "/control") return new Response("c", { headers: { "x-control": "a\u0001b", "x-own": "f" } });
    if (pathname === "/odd") return new Response("odd", { status: 599 });
    if (pathname === "/soon") { await scheduler.wait(700); return new Response("soon"); }
    if (pathname === "/notes") return Response.json(request.method === "POST" ? notes.splice(0) : notes);
    if (pathname === "/kind") return new Response(`${request.body} ${request.headers.get("content-length")}`);
    if (pathname === "/first") {
      const { value } = await request.body.getReader().read();
      return new Response(`${value.length} bytes`);
    }
    if (pathname === "/later") {
      await scheduler.wait(700);
      return new Response(String((await request.arrayBuffer()).byteLength));
    }
    if (pathname === "/whole") {
      request.signal.addEventListener("abort", () => { notes.push("abort"); });
      ctx.waitUntil(request.text().then((text) => notes.push(text), (error) => notes.push(tell(error))));
      await scheduler.wait(10000);
    }
    if (pathname === "/never") return new Response(new ReadableStream({ start(controller) { controller.enqueue(new Uint8Array([111, 110])); } }));
    if (pathname === "/unwritten") return new Response(new IdentityTransformStream().readable);
    if (pathname === "/ticks") {
      let timer;
      request.signal.addEventListener("abort", () => { notes.push(`abort ${request.signal.aborted} ${request.signal.reason.message}`); });
      return new Response(new ReadableStream({
        start(controller) { timer = setInterval(() => controller.enqueue(new Uint8Array([120])), 10); },
        cancel() { clearInterval(timer); notes.push("cancel"); },
      }));
    }
    if (pathname === "/generator") {
      async function* ticks() {
        try {
          for (;;) {
            yield new Uint8Array([121]);
            await scheduler.wait(10);
          }
        } finally {
          notes.push("finally");
        }
      }
      return new Response(ReadableStream.from(ticks()));
    }
    if (pathname === "/piece") {
      request.signal.addEventListener("abort", () => { notes.push("abort"); });
      ctx.waitUntil(scheduler.wait(300));
      const { readable, writable } = new FixedLengthStream(3);
      ctx.waitUntil(new Response("abc").body.pipeTo(writable));
      return new Response(readable);
    }
    if (pathname === "/cancelled") return new Response(String(cancelled));
    if (pathname === "/streamed") return new Response(String(streamed));
    if (pathname === "/stream") {
      const chunk = new Uint8Array(65536);
      return new Response(new ReadableStream({ type: "bytes", pull(controller) { streamed++; controller.enqueue(chunk.slice()); } }));
    }
    return new Response("ok");
  },
};
"#;

fn echo(args: &[&str]) -> (Folder, Server) {
    let folder = Folder::with(&[("main.js", ECHO)]);
    let mut all = vec!["--shards", "1"];
    all.extend_from_slice(args);
    let server = Server::script(&folder, "main.js", &all);
    (folder, server)
}

#[test]
fn bodies_of_every_size_come_back_whole() {
    let (_folder, server) = echo(&[]);
    for size in [0, 1, 1000, 65_536, 65_537, 3_000_000] {
        let body: Vec<u8> = (0..size).map(|index| b'a' + (index % 26) as u8).collect();
        let (status, text) = server.request("POST", "/echo", &[], &body);
        assert_eq!((status, text.len()), (200, size));
        assert!(text.as_bytes() == body, "{size} bytes came back changed");
        assert_eq!(server.request("PUT", "/length", &[], &body), (200, size.to_string()));
    }
    let chunked = "POST /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n";
    assert_eq!(split(&server.raw(chunked.as_bytes())), (200, "abcdefg".into()));
}

#[test]
fn a_connection_serves_many_requests() {
    let (_folder, server) = echo(&[]);
    let mut stream = server.connect();
    for _ in 0..50 {
        stream.write_all(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n").expect("written");
        let mut bytes = [0; 512];
        let count = stream.read(&mut bytes).expect("answered");
        assert!(String::from_utf8_lossy(&bytes[..count]).ends_with("\r\n\r\nok"));
    }
}

#[test]
fn http_2_is_spoken() {
    let (_folder, server) = echo(&[]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
    runtime.block_on(async {
        let client = Client::builder(TokioExecutor::new()).http2_only(true).build_http();
        let many = (0..100).map(|number| {
            let body = Full::<bytes::Bytes>::from(format!("body {number}"));
            let request = hyper::Request::post(format!("http://127.0.0.1:{}/echo", server.port)).body(body);
            let response = client.request(request.expect("request"));
            tokio::spawn(async move {
                let response = response.await.expect("response");
                assert_eq!(response.version(), hyper::Version::HTTP_2);
                let body = response.into_body().collect().await.expect("body").to_bytes();
                assert_eq!(body, format!("body {number}"));
            })
        });
        for task in many.collect::<Vec<_>>() {
            task.await.expect("task");
        }
    });
}

#[test]
fn heads_are_as_the_worker_gave_them() {
    let (_folder, server) = echo(&[]);
    let response = server.raw(b"GET /cookies HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").to_lowercase();
    assert!(response.contains("set-cookie: a=1\r\n") && response.contains("set-cookie: b=2\r\n"), "{response}");
    assert!(!response.contains("\r\ndate:") && !response.contains("\r\nserver:"), "{response}");
    let response = server.raw(b"GET /status HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    assert!(response.starts_with("HTTP/1.1 204") && response.ends_with("\r\n\r\n"), "{response}");
    let response = server.raw(b"HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    assert!(response.to_lowercase().contains("content-length: 2\r\n") && response.ends_with("\r\n\r\n"), "{response}");
}

#[test]
fn a_failed_event_shows_a_reference_and_the_log_has_the_rest() {
    let (_folder, server) = echo(&[]);
    let (status, body) = server.get("/throw");
    assert_eq!(status, 500);
    assert!(!body.contains("secret"), "{body}");
    let reference = body.trim().rsplit("reference = ").next().expect("a reference").to_owned();
    server.wait_for_log(&format!(
        "reference = {reference}\n    Uncaught TypeError: a secret message\n        at Object.fetch (main.js:11:"
    ));
}

#[test]
fn what_is_too_large_is_refused() {
    let (_folder, mut server) = echo(&["--max-body-bytes", "100000"]);
    let (status, text) = server.request("POST", "/length", &[], &vec![b'x'; 100_001]);
    assert_eq!(status, 413, "{text}");
    assert_eq!(server.request("POST", "/length", &[], &vec![b'x'; 100_000]), (200, "100000".into()));
    // A body that does not say its length is cut when it has passed the limit.
    let chunk = format!("10000\r\n{}\r\n", "y".repeat(65_536));
    let head = "POST /length HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
    let (status, _) = split(&server.raw(format!("{head}{chunk}{chunk}0\r\n\r\n").as_bytes()));
    assert_eq!(status, 500);
    // A hundred megabytes of headers: denizen stops reading long before.
    let mut stream = server.connect();
    let line = format!("x-filler: {}\r\n", "z".repeat(8_000));
    let mut sent = stream.write_all(b"GET / HTTP/1.1\r\nHost: h\r\n");
    for _ in 0..12_500 {
        if sent.is_err() {
            break;
        }
        sent = stream.write_all(line.as_bytes());
    }
    let answer = read_all(&mut stream);
    assert!(sent.is_err() || answer.starts_with("HTTP/1.1 431"), "{answer}");
    assert!(server.is_running());
    assert_eq!(server.get("/"), (200, "ok".into()));
}

#[test]
fn nonsense_and_half_closed_clients_get_an_answer() {
    let (_folder, mut server) = echo(&[]);
    assert!(server.raw(b"what is this\r\n\r\n").starts_with("HTTP/1.1 400"));
    let mut stream = server.connect();
    stream.write_all(b"GET /soon HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").expect("written");
    stream.shutdown(std::net::Shutdown::Write).expect("half closed");
    assert!(read_all(&mut stream).ends_with("\r\n\r\nsoon"));
    // Half a head, then nothing: nobody else waits for it.
    let mut slow = server.connect();
    slow.write_all(b"GET / HTT").expect("written");
    assert_eq!(server.get("/"), (200, "ok".into()));
    drop(slow);
    assert!(server.is_running());
}

#[test]
fn slow_clients_are_given_up() {
    let (_folder, server) = echo(&["--header-seconds", "1", "--body-idle-seconds", "1"]);
    let mut half_a_head = server.connect();
    half_a_head.write_all(b"GET / HTTP/1.1\r\nHos").expect("written");
    let mut half_a_body = server.connect();
    half_a_body.write_all(b"POST /length HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc").expect("written");
    let mut half_a_stream = server.connect();
    half_a_stream
        .write_all(b"POST /length HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
        .expect("written");
    assert!(!read_all(&mut half_a_head).contains("200"));
    assert!(read_all(&mut half_a_body).starts_with("HTTP/1.1 500"));
    assert!(read_all(&mut half_a_stream).starts_with("HTTP/1.1 500"));
    server.wait_for_log("The body did not arrive in time.");
}

#[test]
fn a_client_that_leaves_cancels_its_event() {
    let (_folder, server) = echo(&[]);
    let mut stream = server.connect();
    stream.write_all(b"GET /wait HTTP/1.1\r\nHost: h\r\n\r\n").expect("written");
    std::thread::sleep(Duration::from_millis(300));
    // A reset, as of a client that died; a plain close may be one that only has no more to say.
    let socket = socket2::SockRef::from(&stream);
    socket.set_linger(Some(Duration::ZERO)).expect("linger");
    drop(stream);
    for _ in 0..100 {
        if server.get("/cancelled").1 == "1" {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("the event was not cancelled");
}

/// Leaves as a client that died.
fn reset(stream: std::net::TcpStream) {
    socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).expect("linger");
    drop(stream);
}

/// Waits until the Worker has noted `expected`, and has it forget that.
fn wait_for_notes(server: &Server, expected: &str) {
    let mut found = String::new();
    for _ in 0..100 {
        found = server.get("/notes").1;
        if found == expected {
            server.request("POST", "/notes", &[], b"");
            return;
        }
        std::thread::sleep(Duration::from_millis(30));
    }
    panic!("{found} was noted, not {expected}");
}

#[test]
fn a_client_that_leaves_in_the_middle_of_an_answer_aborts_the_signal_of_its_request() {
    let (_folder, server) = echo(&[]);
    for closes in [false, true] {
        let mut stream = server.connect();
        stream.write_all(b"GET /ticks HTTP/1.1\r\nHost: h\r\n\r\n").expect("written");
        std::thread::sleep(Duration::from_millis(150));
        if closes {
            drop(stream)
        } else {
            reset(stream)
        }
        wait_for_notes(&server, r#"["cancel","abort true The client has disconnected"]"#);
    }
    // What a source does at its end is part of the event.
    let mut stream = server.connect();
    stream.write_all(b"GET /generator HTTP/1.1\r\nHost: h\r\n\r\n").expect("written");
    std::thread::sleep(Duration::from_millis(150));
    reset(stream);
    wait_for_notes(&server, r#"["finally"]"#);
    // A client that got all, or asked for the head alone, has not left.
    for method in ["GET", "HEAD"] {
        let request = format!("{method} /piece HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        assert!(server.raw(request.as_bytes()).starts_with("HTTP/1.1 200"));
    }
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(server.get("/notes").1, "[]");
}

#[test]
fn an_event_begins_with_its_head() {
    let (_folder, server) = echo(&["--body-idle-seconds", "20"]);
    for (path, answer) in [("/", "ok"), ("/first", "4 bytes")] {
        let mut stream = server.connect();
        let head = format!("POST {path} HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\npart");
        stream.write_all(head.as_bytes()).expect("written");
        let began = std::time::Instant::now();
        assert!(read_all(&mut stream).ends_with(&format!("\r\n\r\n{answer}")));
        assert!(began.elapsed() < Duration::from_secs(5), "nobody waits for the rest");
    }
    // The rest of a small body that comes after an early answer does not cost the connection.
    let mut stream = server.connect();
    stream.write_all(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 8\r\n\r\npart").expect("written");
    std::thread::sleep(Duration::from_millis(200));
    stream.write_all(b"restGET /kind HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").expect("written");
    let text = read_all(&mut stream);
    assert!(text.contains("\r\n\r\nokHTTP/1.1 200 OK") && text.ends_with("null null"), "{text}");
    // A body in pieces is whole.
    let mut stream = server.connect();
    stream
        .write_all(b"POST /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 9\r\n\r\none")
        .expect("written");
    for piece in ["two", "six"] {
        std::thread::sleep(Duration::from_millis(100));
        stream.write_all(piece.as_bytes()).expect("written");
    }
    let text = read_all(&mut stream);
    assert!(text.contains("content-length: 9\r\n") && text.ends_with("\r\n\r\nonetwosix"), "{text}");
    let mut stream = server.connect();
    stream.write_all(b"POST /whole HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\npart").expect("written");
    std::thread::sleep(Duration::from_millis(200));
    reset(stream);
    wait_for_notes(&server, r#"["abort","TypeError: Can't read from request stream because client disconnected."]"#);
    // One that ends its input in the middle may still hear an answer.
    let mut stream = server.connect();
    stream.write_all(b"POST /length HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\npart").expect("written");
    stream.shutdown(std::net::Shutdown::Write).expect("half closed");
    assert!(read_all(&mut stream).starts_with("HTTP/1.1 500"));
    server.wait_for_log("Network connection lost.");
    let whole = "x".repeat(300_000);
    let mut stream = server.connect();
    let request =
        format!("POST /later HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 300000\r\n\r\n{whole}");
    stream.write_all(request.as_bytes()).expect("written");
    stream.shutdown(std::net::Shutdown::Write).expect("half closed");
    assert!(read_all(&mut stream).ends_with("\r\n\r\n300000"), "all had come before the end");
}

#[test]
fn a_head_that_tells_of_a_body_has_one() {
    let (_folder, server) = echo(&[]);
    let ask = |head: &str, body: &str| {
        let request = format!("{head} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n{body}");
        split(&server.raw(request.as_bytes())).1
    };
    assert_eq!(ask("POST /kind", "Content-Length: 0\r\n\r\n"), "[object ReadableStream] 0");
    assert_eq!(ask("GET /kind", "Content-Length: 0\r\n\r\n"), "[object ReadableStream] 0");
    assert_eq!(ask("POST /kind", "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), "[object ReadableStream] null");
    assert_eq!(ask("POST /kind", "\r\n"), "null null");
    assert_eq!(ask("GET /kind", "\r\n"), "null null");
    assert_eq!(ask("POST /length", "Content-Length: 0\r\n\r\n"), "0");
}

#[test]
fn a_body_that_can_never_end_is_broken_off() {
    let (_folder, server) = echo(&[]);
    for (path, end) in [("/never", "\r\n\r\n2\r\non\r\n"), ("/unwritten", "\r\n\r\n")] {
        let began = std::time::Instant::now();
        let request = format!("GET {path} HTTP/1.1\r\nHost: h\r\n\r\n");
        let text = server.raw(request.as_bytes());
        assert!(text.starts_with("HTTP/1.1 200") && text.ends_with(end), "{text}");
        assert!(began.elapsed() < Duration::from_secs(5), "{path} is noticed at once");
        server.wait_for_log("had hung");
    }
}

#[test]
fn a_reader_that_is_slow_slows_the_writer() {
    let (_folder, server) = echo(&[]);
    let mut stream = server.connect();
    stream.write_all(b"GET /stream HTTP/1.1\r\nHost: h\r\n\r\n").expect("written");
    std::thread::sleep(Duration::from_millis(700));
    let first: u32 = server.get("/streamed").1.parse().expect("a number");
    std::thread::sleep(Duration::from_millis(500));
    let second: u32 = server.get("/streamed").1.parse().expect("a number");
    // What fits into the window and the sockets, and no more.
    assert!(first > 0 && first < 400, "{first} chunks");
    assert_eq!(first, second);
    drop(stream);
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(server.get("/"), (200, "ok".into()));
}

#[test]
fn sigterm_lets_wait_until_end() {
    let script = "export default { fetch(request, env, ctx) { ctx.waitUntil(scheduler.wait(600).then(() => console.log('held to the end'))); return new Response('ok'); } };";
    let folder = Folder::with(&[("main.js", script)]);
    let mut server = Server::script(&folder, "main.js", &["--shards", "1"]);
    assert_eq!(server.get("/"), (200, "ok".into()));
    server.signal(libc::SIGTERM);
    server.wait_for_log("held to the end");
    let end = std::time::Instant::now() + crate::support::PATIENCE;
    while server.is_running() {
        assert!(std::time::Instant::now() < end, "denizen does not stop");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn sigterm_lets_running_requests_end() {
    let (_folder, server) = echo(&[]);
    let mut stream = server.connect();
    stream.write_all(b"GET /soon HTTP/1.1\r\nHost: h\r\n\r\n").expect("written");
    std::thread::sleep(Duration::from_millis(200));
    let port = server.port;
    let stopping = std::thread::spawn(move || server.stop());
    std::thread::sleep(Duration::from_millis(200));
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err(), "no new connection is taken");
    assert!(read_all(&mut stream).ends_with("\r\n\r\nsoon"));
    assert_eq!(stopping.join().expect("stopped"), Some(0));
}

#[test]
fn heads_that_reach_no_worker_are_refused_and_heads_without_a_body_keep_their_length() {
    let (_folder, server) = echo(&[]);
    let status = |head: &str| split(&server.raw(format!("{head}\r\nConnection: close\r\n\r\n").as_bytes())).0;
    assert_eq!(status("GET / HTTP/1.1\r\nHost: a"), 200);
    assert_eq!(status("GET / HTTP/1.1"), 400, "no host");
    assert_eq!(status("GET / HTTP/1.0"), 400, "no host");
    assert_eq!(status("GET / HTTP/1.1\r\nHost: a\r\nHost: b"), 400, "two hosts");
    assert_eq!(status("GET / HTTP/1.1\r\nHost: "), 400, "an empty host");
    assert_eq!(status("GET http://a/ HTTP/1.1\r\nHost:"), 400, "an empty host");
    assert_eq!(status("GET / HTTP/1.1\r\nHost: caf\u{e9}"), 400, "a host that is not ASCII");
    for method in ["FOO", "get", "CONNECT"] {
        assert_eq!(status(&format!("{method} / HTTP/1.1\r\nHost: a")), 501, "{method}");
    }
    assert_eq!(status("QUERY / HTTP/1.1\r\nHost: a"), 200);
    let raw = |head: &str| server.raw(format!("{head} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").as_bytes());
    assert!(raw("HEAD /long").contains("content-length: 100\r\n"), "what a body would have");
    assert!(raw("GET /long").contains("content-length: 0\r\n"), "what the body has");
    assert!(raw("HEAD /wrong").starts_with("HTTP/1.1 200 OK\r\n"), "a length that is none is nobody's");
    let head = raw("GET /of_connection").to_lowercase();
    assert!(head.contains("x-own: f\r\n") && head.contains("connection: close\r\n"), "{head}");
    for name in ["keep-alive", "te", "trailer", "upgrade"] {
        assert!(!head.contains(&format!("\r\n{name}:")), "{name} is the connection's own: {head}");
    }
    let head = raw("GET /control");
    assert!(head.contains("x-own: f\r\n") && !head.contains("x-control"), "{head}");
    server.wait_for_log("a header of an answer was left out, since it has control characters; name = x-control");
    assert!(raw("GET /odd").starts_with("HTTP/1.1 599 Server Error\r\n"));
}
