//! Content encodings on the wire: what clients get, and what goes through without being read.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::HeaderMap;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

use crate::support::{Folder, Server};

const SCRIPT: &str = r#"
import zlib from "node:zlib";
const text = "some text ".repeat(1000);
const body = { gzip: () => zlib.gzipSync(text), br: () => zlib.brotliCompressSync(text) };
const back = { gzip: zlib.gunzipSync, br: zlib.brotliDecompressSync };
export default {
  async fetch(request) {
    const url = new URL(request.url);
    const [, how, encoding] = url.pathname.split("/");
    const headers = { "content-encoding": encoding };
    if (how === "automatic") return new Response(text, { headers });
    if (how === "manual") return new Response(body[encoding](), { headers, encodeBody: "manual" });
    if (how === "pass") return fetch(new URL(`/manual/${encoding}`, url));
    if (how === "read") return new Response(await (await fetch(new URL(`/manual/${encoding}`, url))).text());
    return new Response(String(String(back[encoding](await request.bytes())) === text));
  },
};
"#;

async fn ask(server: &Server, path: &str, body: Bytes) -> (HeaderMap, Bytes) {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let uri = format!("http://127.0.0.1:{}{path}", server.port);
    let request = hyper::Request::post(uri).body(Full::new(body)).expect("request");
    let (head, body) = client.request(request).await.expect("response").into_parts();
    (head.headers, body.collect().await.expect("body").to_bytes())
}

#[test]
fn bodies_are_encoded_once_on_their_way_out_and_go_through_as_they_came() {
    let folder = Folder::with(&[("main.js", SCRIPT)]);
    let server = Server::script(&folder, "main.js", &["--private-addresses", "all"]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
    runtime.block_on(async {
        for encoding in ["gzip", "br"] {
            let ask = async |how: &str, body| ask(&server, &format!("/{how}/{encoding}"), body).await;
            let (headers, automatic) = ask("automatic", Bytes::new()).await;
            assert_eq!(headers["content-encoding"], encoding);
            assert!(!headers.contains_key("content-length") && automatic.len() < 1000, "{headers:?}");
            assert_eq!(ask("check", automatic).await.1, "true");

            let (headers, manual) = ask("manual", Bytes::new()).await;
            assert_eq!(headers["content-length"], manual.len().to_string());
            assert_eq!(ask("check", manual.clone()).await.1, "true");

            let (headers, passed) = ask("pass", Bytes::new()).await;
            assert_eq!(headers["content-encoding"], encoding);
            assert_eq!(passed, manual);
            let (headers, read) = ask("read", Bytes::new()).await;
            assert!(!headers.contains_key("content-encoding") && read.len() == 10_000, "{headers:?}");
        }
    });
}
