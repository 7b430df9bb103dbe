//! HTTP to the network: what a request looks like, redirects, TLS, the operator's policy.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use crate::support::{Folder, Server};

/// A server that answers each connection by `answer`, given the request's text.
fn peer(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("address").port();
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let answer = answer.clone();
            thread::spawn(move || serve_one(stream, &*answer));
        }
    });
    port
}

fn serve_one(mut stream: impl Read + Write, answer: &dyn Fn(&str) -> String) {
    let mut request = Vec::new();
    let mut bytes = [0; 4096];
    loop {
        let Ok(count) = stream.read(&mut bytes) else { return };
        request.extend_from_slice(&bytes[..count]);
        let text = String::from_utf8_lossy(&request).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            if count == 0 {
                return;
            }
            continue;
        };
        let head = head.to_ascii_lowercase();
        let length =
            head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok()).unwrap_or(0);
        let whole = if head.contains("transfer-encoding: chunked") {
            body.ends_with("0\r\n\r\n")
        } else {
            body.len() >= length
        };
        if whole || count == 0 {
            drop(stream.write_all(answer(&text).as_bytes()));
            return;
        }
    }
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

const FETCHER: &str = r#"
export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    const target = url.searchParams.get("url");
    const init = JSON.parse(url.searchParams.get("init") ?? "{}");
    if (url.pathname === "/stream") {
      init.body = new ReadableStream({ async pull(c) { await scheduler.wait(5); c.enqueue(new TextEncoder().encode("part ")); if (++this.n > 3) c.close(); }, n: 0 });
    }
    if (url.pathname === "/upload") {
      init.body = url.searchParams.has("own")
        ? request.body
        : new ReadableStream({ async pull(c) { await scheduler.wait(5); c.enqueue(new Uint8Array([122])); }, cancel() { console.log("source cancelled"); } });
    }
    if (init.timeout) init.signal = AbortSignal.timeout(init.timeout);
    try {
      if (url.pathname === "/loaded") {
        const worker = env.LOADER.get("l", () => ({ compatibilityDate: "2026-08-01", mainModule: "m.js",
          modules: { "m.js": "export default { async fetch(request) { const r = await fetch(request.headers.get('x-url')); return new Response(await r.text()); } };" } }));
        return await worker.getEntrypoint().fetch("http://x/", { headers: { "x-url": target } });
      }
      if (url.pathname === "/blocked") {
        const worker = env.LOADER.get("b", () => ({ compatibilityDate: "2026-08-01", mainModule: "m.js", globalOutbound: null,
          modules: { "m.js": "export default { async fetch(request) { await fetch('http://127.0.0.1/'); } };" } }));
        return await worker.getEntrypoint().fetch("http://x/");
      }
      const response = await fetch(target, init);
      return new Response(`${response.status} ${response.redirected} ${response.url} ${await response.text()}`);
    } catch (error) {
      return new Response(`${error.name}: ${error.message}`);
    }
  },
};
"#;

fn query(url: &str, init: &str) -> String {
    let encode = |text: &str| text.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
    format!("url={}&init={}", encode(url), encode(init))
}

fn fetcher(args: &[&str]) -> (Folder, Server) {
    let folder = Folder::with(&[("main.js", FETCHER)]);
    let mut all = vec!["--shards", "1"];
    all.extend_from_slice(args);
    let server = Server::script(&folder, "main.js", &all);
    (folder, server)
}

#[test]
fn a_request_carries_what_it_was_given_and_no_more() {
    let port = peer(|request| ok(&request.replace("\r\n", "|")));
    let (_folder, server) = fetcher(&[]);
    let url = format!("http://127.0.0.1:{port}/p?q=1#fragment");
    let (_, text) = server.get(&format!("/?{}", query(&url, "{}")));
    assert!(text.ends_with(&format!("GET /p?q=1 HTTP/1.1|host: 127.0.0.1:{port}||")), "{text}");
    let init = r#"{"method":"POST","body":"hello","headers":{"X-Thing":"1","Host":"evil"}}"#;
    let (_, text) = server.get(&format!("/?{}", query(&url, init)));
    let lower = text.to_lowercase();
    assert!(
        lower.contains("post /p?q=1") && lower.contains("|x-thing: 1|") && lower.contains("|content-length: 5|"),
        "{text}"
    );
    assert!(
        !lower.contains("evil")
            && lower.contains("|content-type: text/plain;charset=utf-8|")
            && lower.ends_with("||hello"),
        "{text}"
    );
    let (_, text) = server.get(&format!("/stream?{}", query(&url, r#"{"method":"PUT"}"#)));
    assert!(text.to_lowercase().contains("transfer-encoding: chunked") && text.contains("part "), "{text}");
    for method in ["POST", "DELETE", "OPTIONS"] {
        let (_, text) = server.get(&format!("/?{}", query(&url, &format!(r#"{{"method":"{method}"}}"#))));
        assert!(text.to_lowercase().contains("|content-length: 0|"), "a server may ask for it: {text}");
    }
}

#[test]
fn an_aborted_upload_closes_its_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://127.0.0.1:{}/", listener.local_addr().expect("address").port());
    let (_folder, server) = fetcher(&[]);
    let target = query(&url, r#"{"method":"POST","timeout":200}"#);
    for own in ["", "&own=1"] {
        let ended = thread::spawn({
            let listener = listener.try_clone().expect("the listener");
            move || {
                let (mut stream, _) = listener.accept().expect("a connection");
                stream.set_read_timeout(Some(crate::support::PATIENCE)).expect("a limit");
                let mut bytes = [0; 4096];
                loop {
                    match stream.read(&mut bytes) {
                        Ok(0) => break,
                        Ok(_) => {}
                        Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => break,
                        Err(error) => panic!("the connection stays: {error}"),
                    }
                }
            }
        });
        let mut client = server.connect();
        let head = format!("POST /upload?{target}{own} HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\npart");
        client.write_all(head.as_bytes()).expect("written");
        let answer = crate::support::read_all(&mut client);
        assert!(answer.ends_with("TimeoutError: The operation was aborted due to timeout"), "{answer}");
        ended.join().expect("the connection ended");
        if own.is_empty() {
            server.wait_for_log("source cancelled");
        }
    }
}

#[test]
fn redirects_are_followed_as_the_standard_says() {
    let port = peer(|request| {
        let first = request.lines().next().unwrap_or_default();
        let path = first.split(' ').nth(1).unwrap_or_default();
        let to = |status: u16, location: &str| {
            format!("HTTP/1.1 {status} X\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        };
        match path {
            "/301" => to(301, "/end"),
            "/307" => to(307, "/end"),
            "/loop" => to(302, "/loop"),
            "/bad" => to(302, "http://["),
            _ => ok(&format!(
                "{} {}",
                first.split(' ').next().unwrap_or_default(),
                request.split("\r\n\r\n").nth(1).unwrap_or_default()
            )),
        }
    });
    let (_folder, server) = fetcher(&[]);
    let get =
        |path: &str, init: &str| server.get(&format!("/?{}", query(&format!("http://127.0.0.1:{port}{path}"), init))).1;
    let post = r#"{"method":"POST","body":"b"}"#;
    assert_eq!(get("/301", "{}"), format!("200 true http://127.0.0.1:{port}/end GET "));
    assert_eq!(get("/301", post), format!("200 true http://127.0.0.1:{port}/end GET "));
    assert_eq!(get("/307", post), format!("200 true http://127.0.0.1:{port}/end POST b"));
    assert_eq!(get("/301", r#"{"redirect":"manual"}"#), format!("301 false http://127.0.0.1:{port}/301 "));
    assert!(get("/loop", "{}").starts_with("TypeError: Too many redirects."));
    assert_eq!(get("/bad", "{}"), "TypeError: Invalid Location header; unable to follow redirect.");
}

#[test]
fn failures_are_errors() {
    let closed = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
    let stalled = TcpListener::bind("127.0.0.1:0").expect("a port");
    let stalled_port = stalled.local_addr().expect("address").port();
    let (_folder, server) = fetcher(&[]);
    let get = |url: &str, init: &str| server.get(&format!("/?{}", query(url, init))).1;
    assert_eq!(get(&format!("http://127.0.0.1:{closed}/"), "{}"), "Error: Network connection lost.");
    let text = get(&format!("http://127.0.0.1:{stalled_port}/"), r#"{"timeout":100}"#);
    assert_eq!(text, "TimeoutError: The operation was aborted due to timeout");
    assert_eq!(get("ftp://x/", "{}"), "TypeError: Fetch API cannot load: ftp://x/");
    assert_eq!(get("relative", "{}"), "TypeError: Invalid URL: relative");
    let (_, text) = server.get("/blocked");
    assert!(
        text.starts_with(
            "Error: This worker is not permitted to access the internet via global functions like fetch()."
        ),
        "{text}"
    );
}

#[test]
fn private_addresses_are_closed_to_loaded_workers_and_open_to_configured_ones() {
    let port = peer(|_| ok("private"));
    let (_folder, server) = fetcher(&[]);
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433"] {
        let path = query(&format!("http://{host}:{port}/"), "{}");
        let (_, text) = server.get(&format!("/loaded?{path}"));
        assert!(
            text.contains("not allowed by this server's policy") || text.contains("Network connection lost"),
            "{host}: {text}"
        );
        assert!(!text.contains("private"), "{host}: {text}");
    }
    let path = query(&format!("http://127.0.0.1:{port}/"), "{}");
    assert!(server.get(&format!("/?{path}")).1.ends_with("private"));
    let (_folder, server) = fetcher(&["--private-addresses", "all"]);
    assert!(server.get(&format!("/loaded?{path}")).1.ends_with("private"));
    let (_folder, server) = fetcher(&["--private-addresses", "none"]);
    assert!(server.get(&format!("/?{path}")).1.contains("not allowed by this server's policy"));
}

#[test]
fn https_is_trusted_only_with_a_known_authority() {
    let key = rcgen::generate_simple_self_signed(vec!["localhost".into()]).expect("a certificate");
    let pem = key.cert.pem();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let private = rustls::pki_types::PrivateKeyDer::Pkcs8(key.signing_key.serialize_der().into());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![key.cert.der().clone()], private)
        .expect("certificate");
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("address").port();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let connection = rustls::ServerConnection::new(config.clone()).expect("connection");
            thread::spawn(move || {
                serve_one(rustls::StreamOwned::<_, TcpStream>::new(connection, stream), &|_| ok("secure"))
            });
        }
    });
    let folder = Folder::with(&[("main.js", FETCHER), ("ca.pem", &pem)]);
    let path = query(&format!("https://localhost:{port}/"), "{}");
    let ca = folder.path("ca.pem");
    let server = Server::script(&folder, "main.js", &["--shards", "1", "--ca-file", ca.to_str().expect("UTF-8")]);
    assert!(server.get(&format!("/?{path}")).1.ends_with("secure"), "{}", server.log());
    drop(server);
    let server = Server::script(&folder, "main.js", &["--shards", "1"]);
    assert_eq!(server.get(&format!("/?{path}")).1, "Error: Network connection lost.");
}
