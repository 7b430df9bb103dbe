//! The lines of the console that workerd does not print, and colours. What it prints is compared by tests/conformance/console.

use std::fs::File;
use std::io::Read;
use std::os::fd::{FromRawFd, OwnedFd};

use crate::support::{Folder, Server, denizen};

#[test]
fn methods_of_the_inspector_print_what_nodes_do() {
    let folder = Folder::with(&[(
        "main.js",
        r#"
        export default { fetch(request) {
          if (new URL(request.url).pathname === "/open") { console.group("left open"); return new Response(); }
          console.group("outer"); console.group(); console.log("two\nlines"); console.groupEnd(); console.log("one"); console.groupEnd(); console.groupEnd();
          console.log("none");
          console.table([{ a: 1, b: "x" }, { a: 2 }]);
          console.table(new Map([["k", 1]]));
          console.table("no table");
          console.count(); console.count("x"); console.count(); console.countReset(); console.count(); console.countReset("never");
          console.assert(true, "not printed"); console.assert(false, "is %s", "printed"); console.assert(false); console.assert(false, { a: 1 });
          console.dir({ a: { b: { c: 1 } } }, { depth: 0 }); console.dirxml({ a: 1 }, 2);
          console.time("t"); console.time("t"); console.timeEnd("never"); console.timeLog("t", "more");
          console.trace("here %d", 1);
          for (let i = 0; i < 100; i++) console.group(); console.log("deep");
          return new Response();
        } };"#,
    )]);
    let server = Server::script(&folder, "main.js", &["--shards", "1"]);
    server.get("/open");
    server.get("/");
    server.wait_for_log("deep");
    server.wait_for_log("main trace ");
    let log = server.log();
    let table = "main log \u{250c}\u{2500}\u{2500}\u{2500}\u{2500}\u{2500}\u{2500}\u{2500}\u{2500}\u{2500}\u{252c}\u{2500}\u{2500}\u{2500}\u{252c}";
    for line in [
        "main log outer\n",
        "main log     two\n        lines\n",
        "main log   one\n",
        "main log none\n",
        table,
        "    \u{2502} (index) \u{2502} a \u{2502} b   \u{2502}\n",
        "    \u{2502} 0       \u{2502} 1 \u{2502} 'x' \u{2502}\n",
        "    \u{2502} 1       \u{2502} 2 \u{2502}     \u{2502}\n",
        "(iteration index) \u{2502} Key \u{2502} Values",
        "main log no table\n",
        "main log default: 1\n",
        "main log x: 1\n",
        "main log default: 2\n",
        "main warn Count for 'never' does not exist\n",
        "main error Assertion failed: is printed\n",
        "main error Assertion failed\n",
        "main error Assertion failed { a: 1 }\n",
        "main log { a: [Object] }\n",
        "main log { a: 1 } 2\n",
        "main warn Label 't' already exists for console.time()\n",
        "main warn No such label 'never' for console.timeEnd()\n",
        "ms more\n",
        "main trace Trace: here 1\n        at Object.fetch (main.js:",
    ] {
        assert!(log.contains(line), "{line:?} is missing:\n{log}");
    }
    assert_eq!(log.matches("main log default: 1\n").count(), 2, "{log}");
    assert!(!log.contains("not printed"), "{log}");
    let deep = log.lines().find(|line| line.ends_with(" deep")).expect("a line");
    assert_eq!(deep.len(), "main log deep".len() + 2 * 16, "groups indent up to a bound: {deep}");
}

/// An event fills the log up to a bound, then there is one line that says so; the next event begins at nothing.
#[test]
fn an_event_fills_the_log_up_to_a_bound() {
    let folder = Folder::with(&[(
        "main.js",
        r#"
        export default { async fetch(request) {
          const path = new URL(request.url).pathname;
          if (path === "/long") for (let i = 0; i < 1000; i++) console.log("long " + i + "x".repeat(1000));
          if (path === "/short") for (let i = 0; i < 100000; i++) console.error("");
          if (path === "/later") {
            for (let i = 0; i < 300; i++) console.log("later".repeat(200));
            await scheduler.wait(1);
            process.stdout.write("nothing\nof\nthis\n");
          }
          console.log("end of " + path);
          return new Response(path);
        } };"#,
    )]);
    let server = Server::script(&folder, "main.js", &["--shards", "1"]);
    let bound = 256 << 10;
    let mut before = server.log().len();
    for path in ["/long", "/short", "/later"] {
        assert_eq!(server.get(path).0, 200);
        server.get("/next");
        let end = "main log end of /next\n";
        while !server.log()[before..].contains(end) {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        let log = server.log()[before..].to_owned();
        before += log.find(end).expect("seen") + end.len();
        assert!(!log.contains(&format!("end of {path}\n")) && !log.contains("nothing"), "more than the bound");
        let over = "main warn More than 256 KiB of console output from one event: the rest is dropped.\n";
        assert_eq!(log.matches(over).count(), 1, "{path}");
        let printed = log.find(over).expect("found");
        assert!((bound..bound + 2_000).contains(&printed), "{path}: {printed} bytes");
    }
}

#[test]
fn only_a_terminal_gets_colours() {
    let folder = Folder::with(&[("main.js", "export default { test() { console.log({ a: 1 }); } };")]);
    let printed = |no_color: &str| {
        let (mut master, mut slave) = (0, 0);
        // SAFETY: the two places are written before they are read, and name, settings and size may be absent.
        let made = unsafe {
            libc::openpty(&mut master, &mut slave, std::ptr::null_mut(), std::ptr::null_mut(), std::ptr::null_mut())
        };
        assert_eq!(made, 0, "a terminal can be made");
        // SAFETY: openpty has just given both, and nobody else closes them.
        let (mut master, slave) = unsafe { (File::from_raw_fd(master), OwnedFd::from_raw_fd(slave)) };
        let mut command = denizen();
        command.arg("test").arg(folder.path("main.js")).env("NO_COLOR", no_color).stderr(slave);
        let mut child = command.stdout(std::process::Stdio::null()).spawn().expect("denizen starts");
        drop(command);
        assert!(child.wait().expect("ends").success());
        let mut bytes = vec![0; 4096];
        let length = master.read(&mut bytes).expect("the terminal has what was printed");
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    };
    let colored = printed("");
    assert!(colored.contains("main log { a: \u{1b}[33m1\u{1b}[39m }"), "{colored:?}");
    let plain = printed("1");
    assert!(plain.contains("main log { a: 1 }"), "{plain:?}");
}
