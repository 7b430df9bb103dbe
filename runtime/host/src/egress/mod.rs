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
use denizen_bindings::call::{CallError, RequestParts, ResponseParts};
use denizen_bindings::fetch::body::{BodyError, BodySource, Carries, channel};
use denizen_core::limits::{EGRESS_BODY_IDLE, EGRESS_IDLE};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};

pub use self::connector::AddressPolicy;
use self::connector::PolicyConnector;

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
    /// Dropped with the body.
    _guard: Option<Box<dyn Send + Sync>>,
}

impl WireBody {
    /// Ties `guard` to the life of the body.
    pub fn with_guard(self, guard: Option<impl Send + Sync + 'static>) -> Self {
        Self { _guard: guard.map(|guard| Box::new(guard) as _), ..self }
    }
}

impl From<BodySource> for WireBody {
    fn from(source: BodySource) -> Self {
        let source = match source {
            BodySource::Bytes(bytes) if bytes.is_empty() => BodySource::Empty,
            source => source,
        };
        Self { source, _guard: None }
    }
}

impl Body for WireBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let source = &mut self.get_mut().source;
        if let BodySource::Stream(stream) = source {
            return stream.poll_recv(context).map(|chunk| chunk.map(|chunk| chunk.map(Frame::data)));
        }
        match std::mem::take(source) {
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
            body: body_source(body, u64::MAX, EGRESS_BODY_IDLE),
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

/// The body of a message that comes in: read chunk by chunk as the other side asks for it, refused past `max` bytes, and
/// given up when no part of it has come for `idle`.
pub fn body_source(body: Incoming, max: u64, idle: Duration) -> BodySource {
    if body.is_end_stream() {
        return BodySource::Empty;
    }
    let length = body.size_hint().exact();
    let (sender, stream) = channel(Carries::Body, length);
    tokio::spawn(async move {
        let mut body = body;
        let mut total = 0;
        let mut reader = Some(sender);
        // What comes after a limit is still read, up to as much again, so that the answer is not lost to a reset.
        loop {
            let next = match tokio::time::timeout(idle, body.frame()).await {
                Ok(Some(Ok(frame))) => Ok(Some(frame)),
                Ok(Some(Err(_))) => Err(CallError::retryable("Network connection lost.")),
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
                // A reader that went away wants no more of it.
                return;
            }
        }
    });
    BodySource::Stream(stream)
}
