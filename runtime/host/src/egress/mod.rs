//! The way out: HTTP requests of Workers to the network.
//!
//! Owns the client, its connections, and the operator's policy on addresses. Redirects are the Fetch binding's business. It
//! must not know Workers.

mod connector;

use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use denizen_bindings::call::{CallError, CancelSlot, RequestParts, ResponseParts};
use denizen_bindings::fetch::body::{BodyError, BodySender, BodySource, Carries, channel};
use denizen_core::limits::{
    EGRESS_BODY_IDLE, EGRESS_IDLE, INGRESS_GRACE, INGRESS_RESET, INGRESS_REST, SMALL_BODY_BYTES,
};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::sync::oneshot;

pub use self::connector::AddressPolicy;
use self::connector::PolicyConnector;

/// What a reader of a request gets whose client left, if the event goes on. The text is workerd's.
const CLIENT_LEFT: &str = "Can't read from request stream because client disconnected.";

/// Why a request failed. The first text is workerd's; applications match on it.
#[derive(Debug, thiserror::Error)]
pub enum EgressError {
    /// The connection could not be made or broke.
    #[error("Network connection lost.")]
    Lost,
    /// The operator's policy refuses the address.
    #[error("The address of \"{0}\" is not allowed by this server's policy on outgoing connections.")]
    Refused(String),
    /// The request cannot be sent as it is.
    #[error("Invalid request: {0}")]
    Invalid(String),
}

impl From<EgressError> for CallError {
    fn from(error: EgressError) -> Self {
        Self { retryable: matches!(error, EgressError::Lost), ..Self::new(error.to_string()) }
    }
}

/// A body on the wire.
pub struct WireBody {
    source: BodySource,
    /// Bytes that are still to come, where that is known.
    left: Option<u64>,
    /// Why it breaks off, once what came before has been written.
    failed: Option<BodyError>,
    /// Whom to tell if the body is dropped before its end.
    event: Option<Arc<CancelSlot>>,
    /// Dropped with the body.
    _guard: Option<Box<dyn Send + Sync>>,
}

impl WireBody {
    /// Ties `guard` to the life of the body.
    pub fn with_guard(mut self, guard: Option<impl Send + Sync + 'static>) -> Self {
        self._guard = guard.map(|guard| Box::new(guard) as _);
        self
    }

    /// Has `event`, whose answer it is, told if it is not wanted to its end.
    pub fn of_event(mut self, event: Arc<CancelSlot>) -> Self {
        self.event = matches!(self.source, BodySource::Stream(_)).then_some(event);
        self
    }

    /// Notes what was read last. Whether it ended the body.
    fn ends_with(&mut self, chunk: Option<&Result<Bytes, BodyError>>) -> bool {
        let Some(Ok(bytes)) = chunk else { return true };
        let left = self.left.as_mut();
        left.is_some_and(|left| {
            *left = left.saturating_sub(bytes.len() as u64);
            *left == 0
        })
    }
}

impl Drop for WireBody {
    fn drop(&mut self) {
        if let (Some(event), BodySource::Stream(rest)) = (self.event.take(), std::mem::take(&mut self.source)) {
            event.cancel_body(rest);
        }
    }
}

impl From<BodySource> for WireBody {
    fn from(source: BodySource) -> Self {
        let source = match source {
            BodySource::Bytes(bytes) if bytes.is_empty() => BodySource::Empty,
            source => source,
        };
        let left = if let BodySource::Stream(stream) = &source { stream.length } else { None };
        Self { source, left, failed: None, event: None, _guard: None }
    }
}

impl Body for WireBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        if let Some(error) = this.failed.take() {
            return Poll::Ready(Some(Err(error)));
        }
        if let BodySource::Stream(stream) = &mut this.source {
            let chunk = std::task::ready!(stream.poll_recv(context));
            if this.ends_with(chunk.as_ref()) {
                this.event = None;
            }
            if let Some(Err(error)) = chunk {
                // hyper writes what it has, the head above all, before it asks again.
                this.failed = Some(error);
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            return Poll::Ready(chunk.map(|chunk| chunk.map(Frame::data)));
        }
        match std::mem::take(&mut this.source) {
            BodySource::Bytes(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            _ => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.source, BodySource::Empty)
    }

    fn size_hint(&self) -> SizeHint {
        match &self.source {
            BodySource::Empty => SizeHint::with_exact(0),
            BodySource::Bytes(bytes) => SizeHint::with_exact(bytes.len() as u64),
            BodySource::Stream(stream) => stream.length.map_or_else(SizeHint::default, SizeHint::with_exact),
        }
    }
}

type PolicyClient = Client<HttpsConnector<PolicyConnector>, WireBody>;

/// The HTTP client. Cloning it shares its connections.
#[derive(Clone)]
pub struct Egress {
    any: PolicyClient,
    public_only: PolicyClient,
}

impl Egress {
    /// A client that trusts the usual certificate authorities, and those in the PEM file `ca_file`.
    pub fn new(ca_file: Option<&Path>) -> anyhow::Result<Self> {
        let mut roots = rustls::RootCertStore::empty();
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        if let Some(path) = ca_file {
            use rustls::pki_types::pem::PemObject;
            for certificate in rustls::pki_types::CertificateDer::pem_file_iter(path)? {
                roots.add(certificate?)?;
            }
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        // A connection that one policy allowed must not be found by requests under another.
        let client = |policy| {
            let connector = HttpsConnectorBuilder::new()
                .with_tls_config(tls.clone())
                .https_or_http()
                .enable_all_versions()
                .wrap_connector(PolicyConnector(policy));
            Client::builder(TokioExecutor::new())
                .pool_idle_timeout(EGRESS_IDLE)
                .pool_timer(TokioTimer::new())
                .build(connector)
        };
        Ok(Self { any: client(AddressPolicy::Any), public_only: client(AddressPolicy::PublicOnly) })
    }

    /// Sends a request and gives the response as soon as its headers are here.
    pub async fn send(&self, request: RequestParts, policy: AddressPolicy) -> Result<ResponseParts, EgressError> {
        let host = request.url.clone();
        let mut builder = http::Request::builder().method(request.method.as_str()).uri(without_fragment(&request.url));
        for pair in request.headers.chunks_exact(2) {
            if !is_connection_header(&pair[0]) {
                builder = builder.header(pair[0].as_str(), pair[1].as_str());
            }
        }
        let body = WireBody::from(request.body);
        // hyper says nothing of an empty body, and servers answer 411.
        if body.is_end_stream() && !["GET", "HEAD"].contains(&request.method.as_str()) {
            builder = builder.header(http::header::CONTENT_LENGTH, 0);
        }
        let request = builder.body(body).map_err(|error| EgressError::Invalid(error.to_string()))?;
        let client = match policy {
            AddressPolicy::Any => &self.any,
            AddressPolicy::PublicOnly => &self.public_only,
        };
        let response = client.request(request).await.map_err(|error| classify(&error, host))?;
        let (head, body) = response.into_parts();
        let usual = head.status.canonical_reason().unwrap_or_default();
        // hyper keeps a reason that is not the usual one.
        let own = head.extensions.get::<hyper::ext::ReasonPhrase>();
        Ok(ResponseParts {
            status: head.status.as_u16(),
            status_text: own
                .map_or_else(|| usual.to_owned(), |own| String::from_utf8_lossy(own.as_bytes()).into_owned()),
            headers: flat_headers(&head.headers),
            body: body_source(body, Bytes::new(), RESPONSE, None),
        })
    }
}

fn classify(error: &hyper_util::client::legacy::Error, host: String) -> EgressError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<std::io::Error>()
            && error.kind() == std::io::ErrorKind::PermissionDenied
        {
            return EgressError::Refused(host);
        }
        cause = error.source();
    }
    EgressError::Lost
}

fn without_fragment(url: &str) -> &str {
    url.split_once('#').map_or(url, |(url, _)| url)
}

/// Headers that belong to one connection, which the client sets itself.
fn is_connection_header(name: &str) -> bool {
    ["host", "connection", "content-length", "transfer-encoding", "keep-alive", "upgrade", "te", "trailer"]
        .iter()
        .any(|other| name.eq_ignore_ascii_case(other))
}

/// Names and values in order, one after the other.
pub fn flat_headers(headers: &http::HeaderMap) -> Vec<String> {
    let mut flat = Vec::with_capacity(headers.len() * 2);
    for (name, value) in headers {
        flat.push(name.as_str().to_owned());
        flat.push(String::from_utf8_lossy(value.as_bytes()).into_owned());
    }
    flat
}

const RESPONSE: Intake = Intake { max: u64::MAX, idle: EGRESS_BODY_IDLE };

/// How a body that comes in is taken.
#[derive(Clone, Copy, Debug)]
pub struct Intake {
    /// More bytes are refused.
    pub max: u64,
    /// It is given up when no part of it has come for so long.
    pub idle: Duration,
}

/// The client that a body comes from.
pub struct Uploader {
    /// Ends when nothing comes any more but what is here.
    pub input_end: Pin<Box<dyn Future<Output = ()> + Send>>,
    /// Told if the client leaves in the middle of the body.
    pub left: oneshot::Sender<()>,
}

/// The body of a message that comes in, behind the part `before` that is here already: read chunk by chunk as the other side
/// asks for it. After its reader has gone, a moment of what a `client` sends is thrown away: an answer that came early is then not
/// lost to a reset, and the connection can be used again.
pub fn body_source(body: Incoming, before: Bytes, intake: Intake, client: Option<Uploader>) -> BodySource {
    if body.is_end_stream() && before.is_empty() {
        return BodySource::Empty;
    }
    let Intake { max, idle } = intake;
    let grace = if client.is_some() { SMALL_BODY_BYTES as u64 } else { 0 };
    let length = body.size_hint().exact().map(|length| length + before.len() as u64);
    let (sender, stream) = channel(Carries::Body, length);
    let mut total = before.len() as u64;
    if !before.is_empty()
        && let Ok(room) = sender.room()
    {
        room.send(before);
    }
    tokio::spawn(async move {
        let mut body = body;
        let mut reader = Some(sender);
        let mut has_ended = false;
        let (mut ended, mut left) = match client {
            Some(client) => (client.input_end, Some(client.left)),
            None => (Box::pin(std::future::pending()) as _, None),
        };
        // What comes after a limit is still read, up to as much again, so that the answer is not lost to a reset.
        loop {
            let patience = if has_ended { INGRESS_REST } else { idle };
            let next = tokio::select! {
                biased;
                next = tokio::time::timeout(patience, body.frame()) => next,
                () = gone(reader.as_ref()) => return drain(body, grace).await,
                () = &mut ended, if !has_ended => {
                    has_ended = true;
                    continue;
                }
            };
            let next = match next {
                Ok(Some(Ok(frame))) => Ok(Some(frame)),
                Ok(Some(Err(error))) => match left.take() {
                    Some(left) if !is_of_content(&error) => {
                        // Whoever waits for the answer has gone already then.
                        left.send(()).ok();
                        tokio::time::sleep(INGRESS_RESET).await;
                        Err(CallError { name: "TypeError".into(), ..CallError::new(CLIENT_LEFT) })
                    }
                    _ => Err(EgressError::Lost.into()),
                },
                Err(_) if has_ended => Err(EgressError::Lost.into()),
                Ok(None) => Ok(None),
                Err(_) => Err(CallError::new("The body did not arrive in time.")),
            };
            let frame = match next {
                Ok(Some(frame)) => frame,
                end => {
                    if let Some(sender) = reader {
                        sender.ending(end.map(|_| ())).send();
                    }
                    return;
                }
            };
            let Ok(data) = frame.into_data() else { continue };
            total += data.len() as u64;
            if total > max.saturating_mul(2) {
                return;
            }
            if total > max {
                if let Some(sender) = reader.take() {
                    sender.fail(CallError::new(format!("The body is longer than {max} bytes.")));
                }
            } else if let Some(sender) = &reader
                && !sender.send(data).await
            {
                return drain(body, grace).await;
            }
        }
    });
    BodySource::Stream(stream)
}

/// Whether a body broke off for what was in it, or missing, and not with its connection.
fn is_of_content(error: &hyper::Error) -> bool {
    use std::io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<std::io::Error>());
    cause.is_some_and(|cause| [InvalidData, InvalidInput, UnexpectedEof].contains(&cause.kind()))
}

/// Ends once nobody reads what `sender` sends; never without one.
async fn gone(sender: Option<&BodySender>) {
    match sender {
        Some(sender) => sender.gone().await,
        None => std::future::pending().await,
    }
}

/// Throws away what comes within a moment, up to `grace` bytes.
async fn drain(mut body: Incoming, grace: u64) {
    let mut left = grace;
    let all = async {
        while left > 0
            && let Some(Ok(frame)) = body.frame().await
        {
            left = left.saturating_sub(frame.data_ref().map_or(0, |data| data.len() as u64));
        }
    };
    if grace > 0 {
        drop(tokio::time::timeout(INGRESS_GRACE, all).await);
    }
}
