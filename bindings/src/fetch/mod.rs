//! The fetch binding: outgoing requests, and the outcome of `fetch` events.
//!
//! Owns how Request and Response cross between JavaScript and [`RequestParts`] and [`ResponseParts`]. It must not know the
//! HTTP client or server.

pub mod body;
pub mod channel;

use std::rc::Rc;
use std::sync::Arc;

use denizen_core::limits::Limit;
use deno_core::op2;

use self::channel::BodySource;
use crate::call::{Call, CallKind, CancelSlot, Outbound, ReplyTo, RequestParts, ResponseParts, Session, Target};
use crate::io::EventHandle;
use crate::io::context::{IoContext, IoError};
use crate::isolate::{IsolateState, Output};
use crate::rpc::CancelHandle;

deno_core::extension!(
    denizen_fetch,
    ops = [
        body::op_body_take,
        body::op_body_take_text,
        body::op_body_length,
        body::op_body_read,
        body::op_body_cancel,
        body::op_body_check,
        body::op_body_clone,
        body::op_body_writer,
        body::op_body_sink,
        body::op_body_ack,
        body::op_body_report,
        body::op_body_write,
        body::op_body_close,
        op_fetch,
        op_respond,
    ],
);

/// Why a request did not leave.
#[derive(Debug, thiserror::Error, deno_error::JsError)]
pub enum FetchError {
    /// No event runs, or the wrong one.
    #[class(inherit)]
    #[error(transparent)]
    Io(#[from] IoError),
    /// The Worker may not use the network. The text is workerd's.
    #[class(generic)]
    #[error(
        "This worker is not permitted to access the internet via global functions like fetch(). It must use capabilities (such as bindings in 'env') to talk to the outside world."
    )]
    Blocked,
    /// Too many subrequests. The text is Cloudflare's.
    #[class(generic)]
    #[error("Too many subrequests.")]
    #[property("limit" = "subRequests")]
    TooManySubRequests,
}

/// Counts a subrequest against the event's limit.
pub fn count_sub_request(io: &IoContext) -> Result<(), FetchError> {
    let count = io.sub_requests.get() + 1;
    if count > io.limits.sub_requests {
        io.exceeded.set(Some((Limit::SubRequests, f64::from(count), f64::from(io.limits.sub_requests))));
        return Err(FetchError::TooManySubRequests);
    }
    io.sub_requests.set(count);
    Ok(())
}

/// Reads a flat array of header names and values.
pub fn read_headers(scope: &mut v8::PinScope<'_, '_>, headers: v8::Local<'_, v8::Array>) -> Vec<String> {
    (0..headers.length())
        .filter_map(|index| headers.get_index(scope, index))
        .map(|value| value.to_rust_string_lossy(scope))
        .collect()
}

/// Sends a request by the Worker's global outbound. The promise gives the parts of the response as an array.
#[op2]
pub fn op_fetch<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[string] method: String,
    #[string] url: String,
    headers: v8::Local<'s, v8::Array>,
    body: v8::Local<'s, v8::Value>,
    #[string] cf: Option<String>,
    #[cppgc] cancel: Option<&CancelHandle>,
) -> Result<v8::Local<'s, v8::Promise>, FetchError> {
    let io = IoContext::current(scope)?;
    let state = IsolateState::of(scope);
    let outbound = state.worker().outbound.clone();
    if matches!(outbound, Outbound::Blocked) {
        return Err(FetchError::Blocked);
    }
    count_sub_request(&io)?;
    let headers = read_headers(scope, headers);
    let body = body::from_js(scope, body)?;
    let request = Box::new(RequestParts { method, url, headers, body, cf });
    let (promise, token) = state.start(scope, &io);
    match outbound {
        Outbound::Service(target) => {
            let cancel = cancel.map(|handle| handle.slot.clone());
            send_to(&state, &io, target, None, cancel, request, token);
        }
        _ => {
            if let Some(handle) = cancel {
                handle.sent.set(Some(token));
            }
            state.emit(io.actor.as_ref(), Output::Egress(request, state.completer(token), token));
        }
    }
    Ok(promise)
}

/// Sends `request` to `target` at the end of the turn.
pub fn send_to(
    state: &IsolateState,
    io: &Rc<IoContext>,
    target: Target,
    session: Option<Arc<Session>>,
    cancel: Option<Arc<CancelSlot>>,
    mut request: Box<RequestParts>,
    token: crate::isolate::Token,
) {
    without_credentials(&mut request.url);
    let reply = ReplyTo::Isolate(state.completer(token));
    let descent = crate::rpc::descent(state, io, &target);
    let call = Call { target, kind: CallKind::Fetch(request), reply, cancel, session, descent, delivered: None };
    state.emit(io.actor.as_ref(), Output::Call(call));
}

/// Tells in a request's headers what HTTP would have told of its body, if nothing there does: it came from another Worker.
pub fn tell_length(headers: &mut Vec<String>, body: &BodySource) {
    let length = match body {
        BodySource::Empty => return,
        BodySource::Bytes(bytes) => Some(bytes.len() as u64),
        BodySource::Stream(stream) => stream.length,
    };
    let tells =
        |name: &String| ["content-length", "transfer-encoding"].iter().any(|own| name.eq_ignore_ascii_case(own));
    if headers.iter().step_by(2).any(tells) {
        return;
    }
    let (name, value) = match length {
        Some(length) => ("content-length", length.to_string()),
        None => ("transfer-encoding", "chunked".to_owned()),
    };
    headers.extend([name.to_owned(), value]);
}

/// Takes user and password out of a URL: they are for a server, and no other Worker sees them.
fn without_credentials(url: &mut String) {
    let scheme = url.find(|char: char| !(char.is_ascii_alphanumeric() || "+-.".contains(char))).unwrap_or(0);
    if !url[scheme..].starts_with("://") {
        return;
    }
    let start = scheme + 3;
    let end = url[start..].find(['/', '?', '#']).map_or(url.len(), |at| start + at);
    if let Some(at) = url[start..end].rfind('@') {
        url.replace_range(start..=start + at, "");
    }
}

/// Ends a `fetch` event with a response.
#[op2(nofast)]
pub fn op_respond<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] event: &EventHandle,
    status: u16,
    #[string] status_text: String,
    headers: v8::Local<'s, v8::Array>,
    body: v8::Local<'s, v8::Value>,
) -> Result<(), FetchError> {
    let headers = read_headers(scope, headers);
    let mut body = body::from_js(scope, body)?;
    body::outlive(scope, &event.io, &mut body);
    let status_text = if status_text.is_empty() { unusual_reason(status).to_owned() } else { status_text };
    let response = ResponseParts { status, status_text, headers, body };
    let state = IsolateState::of(scope);
    event.io.reply(&state, Ok(crate::call::CallOk::Response(Box::new(response))));
    Ok(())
}

/// The reason of a status that has no usual one.
fn unusual_reason(status: u16) -> &'static str {
    match http::StatusCode::from_u16(status) {
        Ok(status) if status.canonical_reason().is_some() => "",
        Ok(status) if status.is_success() => "Successful",
        Ok(status) if status.is_redirection() => "Redirection",
        Ok(status) if status.is_client_error() => "Client Error",
        Ok(status) if status.is_server_error() => "Server Error",
        _ => "",
    }
}

/// The parts of a response for JavaScript: `[status, statusText, headers, body]`.
pub fn response_to_js<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    io: &Rc<IoContext>,
    response: ResponseParts,
) -> v8::Local<'s, v8::Value> {
    let status = v8::Integer::new(scope, i32::from(response.status)).into();
    let usual = || http::StatusCode::from_u16(response.status).ok().and_then(|status| status.canonical_reason());
    let text = match response.status_text.as_str() {
        "" => usual().unwrap_or_default(),
        text => text,
    };
    let text = string(scope, text);
    let headers = headers_to_js(scope, &response.headers);
    let body = body::to_js(scope, &io.owner, response.body);
    let parts = v8::Array::new_with_elements(scope, &[status, text, headers, body]);
    // A promise resolves with it, which looks for `then`: nothing of user code may be on the way.
    let null = v8::null(scope).into();
    parts.set_prototype(scope, null);
    parts.into()
}

/// A flat array of header names and values.
pub fn headers_to_js<'s>(scope: &mut v8::PinScope<'s, '_>, headers: &[String]) -> v8::Local<'s, v8::Value> {
    let strings: Vec<_> = headers.iter().map(|text| string(scope, text)).collect();
    v8::Array::new_with_elements(scope, &strings).into()
}

/// A V8 string of `text`; empty if it is longer than V8 can hold.
pub fn string<'s>(scope: &mut v8::PinScope<'s, '_>, text: &str) -> v8::Local<'s, v8::Value> {
    v8::String::new(scope, text).unwrap_or_else(|| v8::String::empty(scope)).into()
}
