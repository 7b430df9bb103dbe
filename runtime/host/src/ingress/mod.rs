//! The way in: HTTP requests from clients.
//!
//! Owns the listener, its limits and the answers that no Worker gives. A guest that burns CPU delays its own shard only: all
//! of this runs on the IO threads. It must not know V8.

mod client;
mod error_page;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use denizen_bindings::call::{
    Call, CallError, CallKind, CallOk, CancelSlot, ReplyTo, RequestParts, ResponseParts, Target, WorkerRef,
};
use denizen_bindings::fetch::body::BodySource;
use denizen_core::limits::{AskedLimits, IngressLimits, Limit, SMALL_BODY_BYTES};
use http::header::{CONNECTION, CONTENT_LENGTH, HeaderName, HeaderValue, TRANSFER_ENCODING};
use http::{Method, Request, Response, StatusCode};
use hyper::body::{Body, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, oneshot};

use self::client::{ClientStream, InFlight};
use self::error_page::Asked;
use crate::egress::{Intake, Uploader, WireBody, body_source, flat_headers};
use crate::runtime::Shared;

/// Pause after an accept that failed for want of resources.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Whom requests reach.
#[derive(Clone)]
pub struct Served {
    /// The Worker.
    pub worker: Arc<str>,
    /// Whether `/__scheduled` runs its `scheduled()` handler, as `wrangler dev --test-scheduled` has it.
    pub test_scheduled: bool,
    /// Whether clients on this machine see errors in full.
    pub dev: bool,
}

/// Serves a Worker on `listener` until `stop` resolves, then lets running requests end within the drain time.
pub async fn serve(
    listener: TcpListener,
    shared: Arc<Shared>,
    served: Served,
    limits: IngressLimits,
    stop: impl Future<Output = ()>,
) {
    let graceful = GracefulShutdown::new();
    let connections = Arc::new(Semaphore::new(limits.connections));
    let builder = Arc::new(builder(&limits));
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &connections) => accepted,
            () = &mut stop => break,
        };
        let (stream, client, permit) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                eprintln!("denizen: cannot accept a connection: {error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let (shared, served) = (shared.clone(), served.clone());
        let in_flight = Arc::<InFlight>::default();
        let counted = in_flight.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let (shared, served) = (shared.clone(), served.clone());
            // An end of input on HTTP/2 is always the end of the client.
            let in_flight = (request.version() != http::Version::HTTP_2).then(|| counted.clone());
            let guard = in_flight.as_ref().map(InFlight::begin);
            async move {
                let response = answer(request, &shared, &served, &limits, client, in_flight).await;
                Ok::<_, Infallible>(response.map(|body| body.with_guard(guard)))
            }
        });
        let builder = builder.clone();
        let watcher = graceful.watcher();
        tokio::spawn(async move {
            let connection =
                builder.serve_connection(TokioIo::new(ClientStream::new(stream, in_flight)), service).into_owned();
            // Broken connections are the clients' business.
            drop(watcher.watch(connection).await);
            drop(permit);
        });
    }
    drop(listener);
    if tokio::time::timeout(limits.drain, graceful.shutdown()).await.is_err() {
        eprintln!("denizen: some requests did not end within {} s and are cut off", limits.drain.as_secs());
    }
}

async fn accept(
    listener: &TcpListener,
    connections: &Arc<Semaphore>,
) -> std::io::Result<(tokio::net::TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let permit = connections.clone().acquire_owned().await.map_err(std::io::Error::other)?;
    let (stream, client) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, client, permit))
}

fn builder(limits: &IngressLimits) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_time)
        .max_buf_size(limits.header_bytes)
        .max_headers(limits.headers)
        .auto_date_header(false);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(limits.header_bytes).unwrap_or(u32::MAX))
        .max_concurrent_streams(256)
        .keep_alive_interval(limits.body_idle)
        .auto_date_header(false);
    builder
}

/// Tells the event that its client left, unless the outcome came first: then the outcome's body does.
struct CancelOnDrop(Option<Arc<CancelSlot>>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        if let Some(cancel) = self.0.take() {
            cancel.cancel();
        }
    }
}

async fn answer(
    request: Request<Incoming>,
    shared: &Shared,
    served: &Served,
    limits: &IngressLimits,
    client: SocketAddr,
    in_flight: Option<Arc<InFlight>>,
) -> Response<WireBody> {
    let declared = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > limits.body_bytes) {
        let error = CallError::limit(Limit::BodyBytes, declared.unwrap_or(0) as f64, limits.body_bytes as f64);
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, &format!("{error}\n"));
    }
    if served.test_scheduled && request.uri().path() == "/__scheduled" {
        return run_scheduled(shared, &served.worker, request.uri().query().unwrap_or_default()).await;
    }
    if let Some((status, text)) = refusal(&request) {
        return refuse(status, text);
    }
    let is_head = request.method() == Method::HEAD;
    let asked = if served.dev { Asked::of(&request, client) } else { None };
    let asked = asked.as_ref();
    let (parts, left) = match read_request(request, limits, client, in_flight).await {
        Ok(parts) => parts,
        Err(status) => return refuse(status, "The request cannot be read.\n"),
    };
    let (reply, outcome) = oneshot::channel();
    let cancel = Arc::<CancelSlot>::default();
    let mut guard = CancelOnDrop(Some(cancel.clone()));
    let worker = WorkerRef::Static(served.worker.clone());
    shared.shard_for_event().call(Call {
        target: Target::Entrypoint { worker, entrypoint: None, props: None, limits: AskedLimits::default() },
        kind: CallKind::Fetch(Box::new(parts)),
        reply: ReplyTo::Channel(reply),
        cancel: Some(cancel),
        session: None,
        descent: None,
        delivered: None,
    });
    let outcome = match left {
        None => outcome.await,
        Some(left) => {
            tokio::pin!(outcome);
            tokio::select! {
                outcome = &mut outcome => outcome,
                Ok(()) = left => {
                    drop(std::mem::replace(&mut guard, CancelOnDrop(None)));
                    outcome.await
                }
            }
        }
    };
    let event = guard.0.take();
    match outcome {
        Ok(Ok(CallOk::Response(response))) => {
            let answer = to_http(*response, is_head);
            match event.filter(|_| !is_head) {
                Some(event) => answer.map(|body| body.of_event(event)),
                None => answer,
            }
        }
        Ok(Ok(_)) => failure(&CallError::new("the event gave no response"), asked, shared),
        Ok(Err(error)) => failure(&error, asked, shared),
        Err(_) => failure(&CallError::retryable("the server is stopping"), asked, shared),
    }
}

/// Runs the `scheduled()` handler: `?cron=` is its expression, `?time=` its time in milliseconds since the epoch.
async fn run_scheduled(shared: &Shared, worker: &Arc<str>, query: &str) -> Response<WireBody> {
    let find = |name: &str| {
        let pairs = deno_core::url::form_urlencoded::parse(query.as_bytes());
        pairs.filter(|(key, _)| key == name).map(|(_, value)| value.into_owned()).next()
    };
    let time = match find("time").map(|time| time.parse::<i64>()) {
        None => denizen_storage::system_clock(),
        Some(Ok(time)) => time,
        Some(Err(_)) => return refuse(StatusCode::BAD_REQUEST, "time must be milliseconds since the epoch.\n"),
    };
    match crate::crons::run(shared, worker, &find("cron").unwrap_or_default(), time).await {
        Ok(()) => Response::new(WireBody::from(BodySource::Bytes(Bytes::from_static(b"Ran scheduled event")))),
        Err(error) => failure(&error, None, shared),
    }
}

/// The request as a Worker sees it, and what is told if its client leaves before its body has come. No stream is made for a small
/// body that is here already.
async fn read_request(
    request: Request<Incoming>,
    limits: &IngressLimits,
    client: SocketAddr,
    in_flight: Option<Arc<InFlight>>,
) -> Result<(RequestParts, Option<oneshot::Receiver<()>>), StatusCode> {
    let (head, mut body) = request.into_parts();
    let host = head.headers.get(http::header::HOST).and_then(|host| host.to_str().ok());
    // As in workerd, the header goes before a whole URL as the target.
    let authority = host.or(head.uri.authority().map(http::uri::Authority::as_str)).unwrap_or("localhost");
    let path = head.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let url = format!("http://{authority}{path}");
    let mut headers = flat_headers(&head.headers);
    if head.version == http::Version::HTTP_2 && host.is_none() {
        headers.extend(["host".to_owned(), authority.to_owned()]);
    }
    let intake = Intake { max: limits.body_bytes, idle: limits.body_idle };
    let mut left = None;
    let mut streamed = |body, here| {
        let (sender, receiver) = oneshot::channel();
        left = Some(receiver);
        let input_end = match in_flight.clone() {
            Some(in_flight) => Box::pin(in_flight.input_end()) as _,
            None => Box::pin(std::future::pending()) as _,
        };
        body_source(body, here, intake, Some(Uploader { input_end, left: sender }))
    };
    let tells_of_body = [CONTENT_LENGTH, TRANSFER_ENCODING].iter().any(|name| head.headers.contains_key(name));
    let small = body.size_hint().exact().filter(|length| *length <= SMALL_BODY_BYTES as u64);
    let body = match small {
        // A head that tells of a body has one, if an empty one.
        _ if body.is_end_stream() && tells_of_body => BodySource::Bytes(Bytes::new()),
        _ if body.is_end_stream() => BodySource::Empty,
        Some(length) => {
            let here = arrived(&mut body, length as usize).await.map_err(|_| StatusCode::BAD_REQUEST)?;
            if here.len() as u64 == length { BodySource::Bytes(here) } else { streamed(body, here) }
        }
        None => streamed(body, Bytes::new()),
    };
    let cf = Some(format!("{{\"clientIp\":\"{client}\"}}"));
    Ok((RequestParts { method: head.method.as_str().to_owned(), url, headers, body, cf }, left))
}

/// What has come of a body of `length` bytes by now. Nothing is waited for: the Worker may answer without it.
async fn arrived(body: &mut Incoming, length: usize) -> Result<Bytes, hyper::Error> {
    let mut all = Bytes::new();
    // The connection reads on when its task runs again.
    let mut may_yield = true;
    while all.len() < length {
        let frame = std::future::poll_fn(|context| match Pin::new(&mut *body).poll_frame(context) {
            Poll::Pending if std::mem::take(&mut may_yield) => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Poll::Pending => Poll::Ready(None),
            Poll::Ready(frame) => Poll::Ready(frame),
        });
        let Some(frame) = frame.await else { break };
        let Ok(data) = frame?.into_data() else { break };
        may_yield = true;
        all = match all.is_empty() {
            true => data,
            false => {
                let mut joined = BytesMut::from(all);
                joined.extend_from_slice(&data);
                joined.freeze()
            }
        };
    }
    Ok(all)
}

/// Methods that a Worker is asked with: those that workerd knows.
const METHODS: &[&str] = &[
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "DELETE",
    "PATCH",
    "PURGE",
    "OPTIONS",
    "TRACE",
    "COPY",
    "LOCK",
    "MKCOL",
    "MOVE",
    "PROPFIND",
    "PROPPATCH",
    "SEARCH",
    "UNLOCK",
    "ACL",
    "REPORT",
    "MKACTIVITY",
    "CHECKOUT",
    "MERGE",
    "M-SEARCH",
    "NOTIFY",
    "SUBSCRIBE",
    "UNSUBSCRIBE",
    "QUERY",
    "BAN",
];

/// Why a request reaches no Worker, by its head alone.
fn refusal(request: &Request<Incoming>) -> Option<(StatusCode, &'static str)> {
    if !METHODS.contains(&request.method().as_str()) {
        return Some((StatusCode::NOT_IMPLEMENTED, "ERROR: Unrecognized request method."));
    }
    let mut hosts = request.headers().get_all(http::header::HOST).iter();
    let has_host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().is_ok_and(|host| !host.is_empty()),
        (None, _) => request.version() == http::Version::HTTP_2,
        _ => false,
    };
    (!has_host).then_some((StatusCode::BAD_REQUEST, "Bad Request"))
}

/// Headers of an answer that are the connection's own: workerd lets none of them leave.
const OF_CONNECTION: &[&str] =
    &["connection", "content-length", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"];

fn to_http(response: ResponseParts, is_head: bool) -> Response<WireBody> {
    let status = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut built = Response::new(WireBody::from(response.body));
    *built.status_mut() = status;
    if !response.status_text.is_empty()
        && let Ok(reason) = hyper::ext::ReasonPhrase::try_from(response.status_text.as_bytes())
    {
        built.extensions_mut().insert(reason);
    }
    // Where no body follows, the length is what the Worker says of the one that would.
    let has_no_body = is_head || status == StatusCode::NOT_MODIFIED;
    let mut pairs = response.headers.into_iter();
    while let (Some(name), Some(value)) = (pairs.next(), pairs.next()) {
        let (Ok(name), Ok(value)) = (HeaderName::try_from(&name), HeaderValue::try_from(value)) else {
            let name = crate::log::bounded(&name);
            eprintln!("denizen: a header of an answer was left out, since it has control characters; name = {name}");
            continue;
        };
        if name == CONTENT_LENGTH && has_no_body && value.to_str().is_ok_and(|length| length.parse::<u64>().is_ok()) {
            built.headers_mut().insert(name, value);
            continue;
        }
        // The length is that of the body; a Worker's word on it could break the connection for the next request.
        if !OF_CONNECTION.contains(&name.as_str()) {
            built.headers_mut().append(name, value);
        }
    }
    built
}

/// What a client sees of a failed event: a reference, by which the log has the rest; a developer sees all.
fn failure(error: &CallError, asked: Option<&Asked>, shared: &Shared) -> Response<WireBody> {
    let mut random = [0; 8];
    // Without random bytes all references are alike, and the log still has the error.
    let _ = getrandom::fill(&mut random);
    let reference: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    let text = crate::log::bounded(&format!("\nUncaught {}", error.log_text()));
    eprintln!("denizen: request failed; reference = {reference}{text}");
    let status = match error.limit.is_some() || error.overloaded {
        true => StatusCode::SERVICE_UNAVAILABLE,
        false => StatusCode::INTERNAL_SERVER_ERROR,
    };
    if let Some(asked) = asked {
        let told = asked.answer(error, status, &reference, shared);
        return told.map(|text| WireBody::from(BodySource::Bytes(Bytes::from(text))));
    }
    let reason = status.canonical_reason().unwrap_or("Error");
    refuse(status, &format!("{reason}\nreference = {reference}\n"))
}

fn refuse(status: StatusCode, text: &str) -> Response<WireBody> {
    let mut response = Response::new(WireBody::from(BodySource::Bytes(Bytes::copy_from_slice(text.as_bytes()))));
    *response.status_mut() = status;
    response.headers_mut().insert(http::header::CONTENT_TYPE, HeaderValue::from_static("text/plain;charset=UTF-8"));
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}
