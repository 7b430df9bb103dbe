//! What a developer sees of a failed request: `denizen serve --dev` on a loopback address.
//!
//! Owns who gets it and its form: a page for a browser, JSON or plain text for others. Every text in it is a Worker's or a client's,
//! so all of it is escaped, and the page may run and load nothing. It must not know how the request failed.

use std::net::SocketAddr;

use denizen_bindings::call::CallError;
use denizen_core::limits::CONSOLE_LINE_BYTES;
use http::header::{ACCEPT, CACHE_CONTROL, CONNECTION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderValue};
use http::{Request, Response, StatusCode};

use crate::modules::excerpt::excerpt;
use crate::runtime::Shared;
use crate::shard::turn::user_paths;

/// Headers of the request that are shown, and characters of each.
const HEADERS: usize = 50;
const HEADER_LENGTH: usize = 500;
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#222;background:#fff}\
h1{font-size:1.3rem;color:#b00020;white-space:pre-wrap;overflow-wrap:anywhere}h2{font-size:1rem;margin-top:2rem}\
pre{background:#f5f5f5;padding:1rem;overflow:auto;font:13px/1.5 ui-monospace,monospace}\
td{padding:.1rem 1rem .1rem 0;vertical-align:top;overflow-wrap:anywhere;font:13px/1.5 ui-monospace,monospace}\
@media(prefers-color-scheme:dark){body{color:#ddd;background:#1c1c1c}pre{background:#2a2a2a}h1{color:#ff6b81}}";

/// What a developer's request asked for.
pub struct Asked {
    form: Form,
    line: String,
    headers: Vec<(String, String)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Form {
    Page,
    Json,
    Plain,
}

impl Asked {
    /// What `request` asks for, if it comes from this machine under a name of this machine: a page of the web whose name was
    /// made to lead here sees no sources.
    pub fn of<B>(request: &Request<B>, client: SocketAddr) -> Option<Self> {
        let text = |name| request.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let authority = request.uri().authority().map(http::uri::Authority::as_str).or_else(|| text(HOST))?;
        if !client.ip().is_loopback() || !is_local(authority) {
            return None;
        }
        let accept = text(ACCEPT).unwrap_or_default().to_ascii_lowercase();
        let form = match () {
            () if accept.contains("text/html") => Form::Page,
            () if accept.contains("application/json") => Form::Json,
            () => Form::Plain,
        };
        let line = format!("{} {}", request.method(), request.uri());
        let short =
            |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).chars().take(HEADER_LENGTH).collect();
        let headers = request.headers().iter().take(HEADERS);
        Some(Self { form, line, headers: headers.map(|(name, value)| (name.to_string(), short(value))).collect() })
    }

    /// The answer to a request that failed with `error`.
    pub fn answer(&self, error: &CallError, status: StatusCode, reference: &str, shared: &Shared) -> Response<String> {
        let text = cut(&user_paths(&error.log_text()));
        let bundle_of = |worker: &str| shared.workers.get(worker).map(|definition| &*definition.bundle);
        let excerpt = excerpt(bundle_of, error.origin().unwrap_or_default(), &text);
        // Of what was no error, the text says more than its message.
        let title = match text.contains(&error.message) {
            true => cut(&error.to_string()),
            false => text.lines().next().unwrap_or_default().to_owned(),
        };
        let (kind, body) = match self.form {
            Form::Page => ("text/html;charset=UTF-8", {
                let excerpt = excerpt.map(|(place, lines)| {
                    let place = format!("{}:{}:{}", place.file, place.line, place.column);
                    format!("<h2>{}</h2><pre>{}</pre>", escape(&place), escape(&lines))
                });
                let row = |(name, value): &(String, String)| {
                    format!("<tr><td>{}</td><td>{}</td></tr>", escape(name), escape(value))
                };
                let headers: String = self.headers.iter().map(row).collect();
                let elsewhere = text.lines().filter_map(|line| line.trim().strip_prefix("thrown in "));
                let places = elsewhere.map(|place| format!("\nfrom {}", place.trim_end_matches(':')));
                let origin = format!("{}{}", error.origin().unwrap_or("the runtime"), places.collect::<String>());
                format!(
                    "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title><style>{STYLE}</style></head><body>\
                     <h1>{title}</h1>{}<h2>Stack</h2><pre>{}</pre><h2>Where</h2><pre>{}</pre>\
                     <h2>Request</h2><pre>{}</pre><table>{headers}</table><p>reference = {reference}</p></body></html>\n",
                    excerpt.unwrap_or_default(),
                    escape(&text),
                    escape(&origin),
                    escape(&self.line),
                    title = escape(&title),
                )
            }),
            Form::Json => ("application/json", {
                let told = serde_json::json!({
                    "error": { "name": error.name, "message": cut(&error.message), "stack": text, "origin": error.origin() },
                    "request": self.line,
                    "reference": reference,
                });
                format!("{told}\n")
            }),
            Form::Plain => ("text/plain;charset=UTF-8", {
                let lines = excerpt.map(|(_, lines)| format!("\n{lines}")).unwrap_or_default();
                format!("Uncaught {text}\n{lines}\n{}\nreference = {reference}\n", self.line)
            }),
        };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
        headers.insert(http::header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
        response
    }
}

/// Whether `authority`, with or without a port, is a name of this machine.
fn is_local(authority: &str) -> bool {
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let ip = host.parse::<std::net::IpAddr>();
    host == "localhost" || host.ends_with(".localhost") || ip.is_ok_and(|ip| ip.is_loopback())
}

fn cut(text: &str) -> String {
    let mut end = text.len().min(CONSOLE_LINE_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

/// `text` as HTML that means nothing but itself, in content and in quoted attributes.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // A parser would replace it, and nobody could see it.
            '\0' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machines_own_names_are_answered() {
        for local in ["localhost", "localhost:8787", "app.localhost:1", "127.0.0.1:80", "[::1]:80"] {
            assert!(is_local(local), "{local}");
        }
        for other in ["example.com", "localhost.example.com", "192.168.0.1", "[::2]", "", "127.0.0.1.nip.io"] {
            assert!(!is_local(other), "{other}");
        }
    }

    #[test]
    fn what_is_asked_for_is_read_from_accept() {
        let asked = |accept: &str, client: &str| {
            let request = Request::builder().uri("/x").header("host", "localhost").header("accept", accept);
            let request = request.body(()).expect("a request");
            Asked::of(&request, client.parse().expect("an address")).map(|asked| asked.form)
        };
        assert_eq!(asked("text/html,application/xhtml+xml,*/*;q=0.8", "127.0.0.1:1"), Some(Form::Page));
        assert_eq!(asked("application/json", "127.0.0.1:1"), Some(Form::Json));
        assert_eq!(asked("*/*", "[::1]:1"), Some(Form::Plain));
        assert_eq!(asked("text/html", "10.0.0.1:1"), None);
    }
}
