//! Bodies and streams in transit: a bounded channel of chunks one way, and reports the other way.
//!
//! Owns how a body ends, breaks off and is given up, from any thread. It must not know V8, HTTP, nor who is at the ends.

use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use bytes::Bytes;
use denizen_core::limits::BODY_CHUNKS;
use tokio::sync::{mpsc, oneshot};

use crate::call::CallError;

/// Why a body broke off: the error that its reader gets.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}", .0.message)]
pub struct BodyError(pub Box<CallError>);

impl BodyError {
    /// An `Error` of `message`.
    pub fn new(message: impl Into<String>) -> Self {
        Self(Box::new(CallError::new(message)))
    }
}

/// What a channel carries, which decides what its ends learn when it breaks off.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Carries {
    /// The body of a request or response. Its error crosses.
    Body,
    /// A ReadableStream that was sent in an RPC call.
    Readable,
    /// What is written to a WritableStream that was sent in an RPC call.
    Writable,
}

impl Carries {
    /// The error of a reader whose writer ended with `reason`, or went away without a word. Errors of streams do not cross
    /// in RPC calls; the texts are workerd's.
    pub fn broken(self, reason: Option<CallError>) -> BodyError {
        BodyError::new(match self {
            Carries::Body => match reason {
                Some(reason) => return BodyError(Box::new(reason)),
                None => "The stream was abandoned before its end.",
            },
            Carries::Readable => "ReadableStream received over RPC disconnected prematurely.",
            Carries::Writable => {
                "WritableStream received over RPC was disconnected because the remote execution context has ended."
            }
        })
    }
}

/// A body in transit.
#[derive(Debug, Default)]
pub enum BodySource {
    /// None.
    #[default]
    Empty,
    /// Complete.
    Bytes(Bytes),
    /// Still coming.
    Stream(BodyStream),
}

/// How a body ended, once its writer has said so. A channel that closes without it was abandoned.
type End = Arc<OnceLock<Result<(), BodyError>>>;

/// What a reader says: a chunk was taken, or what it was read for failed.
pub type Report = Result<(), CallError>;

/// The receiving end of a streamed body. Dropping it gives the rest up.
#[derive(Debug)]
pub struct BodyStream {
    chunks: mpsc::Receiver<Bytes>,
    /// Where the reader reports to.
    pub reports: mpsc::UnboundedSender<Report>,
    end: End,
    told: bool,
    /// What it is.
    pub carries: Carries,
    /// Length in bytes, when it is known.
    pub length: Option<u64>,
    /// Dropped with the stream, wherever that is.
    pub guard: Option<oneshot::Sender<()>>,
}

impl BodyStream {
    /// The next chunk, or why there are no more; `None` at the end, and again and again after it.
    pub async fn recv(&mut self) -> Option<Result<Bytes, BodyError>> {
        std::future::poll_fn(|context| self.poll_recv(context)).await
    }

    /// As [`BodyStream::recv`].
    pub fn poll_recv(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyError>>> {
        let chunk = std::task::ready!(self.chunks.poll_recv(context));
        Poll::Ready(match chunk {
            Some(bytes) => Some(Ok(bytes)),
            None => self.last_word(),
        })
    }

    /// The next chunk if it is there already, as [`BodyStream::recv`] gives it; `None` if it has to be waited for.
    pub fn try_recv(&mut self) -> Option<Option<Result<Bytes, BodyError>>> {
        match self.chunks.try_recv() {
            Ok(bytes) => Some(Some(Ok(bytes))),
            Err(mpsc::error::TryRecvError::Empty) => None,
            Err(mpsc::error::TryRecvError::Disconnected) => Some(self.last_word()),
        }
    }

    fn last_word(&mut self) -> Option<Result<Bytes, BodyError>> {
        if std::mem::replace(&mut self.told, true) {
            return None;
        }
        match self.end.get() {
            Some(Ok(())) => None,
            Some(Err(error)) => Some(Err(error.clone())),
            None => Some(Err(self.carries.broken(None))),
        }
    }
}

/// The sending end of a streamed body. Dropping it before [`BodySender::finish`] breaks the body off.
#[derive(Debug)]
pub struct BodySender {
    chunks: mpsc::Sender<Bytes>,
    end: End,
    /// What the reader says; closed once the reader is gone.
    pub reports: Option<mpsc::UnboundedReceiver<Report>>,
    /// What it is.
    pub carries: Carries,
}

/// Room for one chunk, taken before the chunk may leave.
#[derive(Debug)]
pub struct Room {
    permit: mpsc::OwnedPermit<Bytes>,
    end: End,
    carries: Carries,
}

impl Room {
    /// Sends a chunk.
    pub fn send(self, bytes: Bytes) {
        drop(self.permit.send(bytes));
    }

    /// The chunk may not leave: neither may what comes after it.
    pub fn fail(self, reason: CallError) {
        // Whatever was said first stands.
        drop(self.end.set(Err(self.carries.broken(Some(reason)))));
    }
}

/// The end of a body on its way: it is heard when this is handed over, behind the chunks.
#[derive(Debug)]
pub struct Ending {
    /// Keeps the channel open until then.
    chunks: mpsc::Sender<Bytes>,
    end: End,
    carries: Carries,
    outcome: Result<(), BodyError>,
}

impl Ending {
    /// Says it.
    pub fn send(self) {
        drop(self.end.set(self.outcome));
        drop(self.chunks);
    }

    /// The end may not be heard: the body breaks off.
    pub fn fail(self, reason: CallError) {
        Self { outcome: Err(self.carries.broken(Some(reason))), ..self }.send();
    }
}

/// Why there is no room for a chunk.
#[derive(Debug)]
pub enum NoRoom {
    /// Nobody reads.
    Gone,
    /// The reader is behind. The future ends when there is room, or nobody reads any more.
    Full(RoomSoon),
}

/// A wait for room.
#[derive(Debug)]
pub struct RoomSoon(mpsc::Sender<Bytes>);

impl RoomSoon {
    /// Waits until there is room, or nobody reads any more.
    pub async fn wait(self) {
        drop(self.0.reserve().await);
    }
}

impl BodySender {
    /// Room for one more chunk.
    pub fn room(&self) -> Result<Room, NoRoom> {
        match self.chunks.clone().try_reserve_owned() {
            Ok(permit) => Ok(Room { permit, end: self.end.clone(), carries: self.carries }),
            Err(mpsc::error::TrySendError::Closed(_)) => Err(NoRoom::Gone),
            Err(mpsc::error::TrySendError::Full(chunks)) => Err(NoRoom::Full(RoomSoon(chunks))),
        }
    }

    /// Ends once nobody reads.
    pub async fn gone(&self) {
        self.chunks.closed().await;
    }

    /// Sends a chunk as soon as there is room. `false` if nobody reads.
    pub async fn send(&self, bytes: Bytes) -> bool {
        self.chunks.send(bytes).await.is_ok()
    }

    /// The body is complete, or breaks off with an error, once the [`Ending`] is sent.
    pub fn ending(self, outcome: Result<(), CallError>) -> Ending {
        let outcome = outcome.map_err(|reason| self.carries.broken(Some(reason)));
        Ending { chunks: self.chunks, end: self.end, carries: self.carries, outcome }
    }

    /// The body is complete.
    pub fn finish(self) {
        self.ending(Ok(())).send();
    }

    /// The body breaks off.
    pub fn fail(self, reason: CallError) {
        self.ending(Err(reason)).send();
    }
}

/// A channel with the usual window.
pub fn channel(carries: Carries, length: Option<u64>) -> (BodySender, BodyStream) {
    let (sender, chunks) = mpsc::channel(BODY_CHUNKS);
    let (reporter, reports) = mpsc::unbounded_channel();
    let end = End::default();
    let stream = BodyStream { chunks, reports: reporter, end: end.clone(), told: false, carries, length, guard: None };
    (BodySender { chunks: sender, end, reports: Some(reports), carries }, stream)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn all(stream: &mut BodyStream) -> (usize, Option<String>) {
        let mut bytes = 0;
        loop {
            match stream.recv().await {
                Some(Ok(chunk)) => bytes += chunk.len(),
                Some(Err(error)) => return (bytes, Some(error.to_string())),
                None => return (bytes, None),
            }
        }
    }

    #[tokio::test]
    async fn what_was_written_comes_before_the_end() {
        let (sender, mut stream) = channel(Carries::Body, None);
        sender.room().unwrap().send(Bytes::from_static(b"abc"));
        sender.finish();
        assert_eq!(all(&mut stream).await, (3, None));
        assert_eq!(all(&mut stream).await, (0, None));
    }

    #[tokio::test]
    async fn an_abandoned_body_is_not_complete_even_when_the_channel_is_full() {
        let (sender, mut stream) = channel(Carries::Readable, None);
        for _ in 0..BODY_CHUNKS {
            sender.room().unwrap().send(Bytes::from_static(b"x"));
        }
        assert!(matches!(sender.room(), Err(NoRoom::Full(_))));
        drop(sender);
        let error = "ReadableStream received over RPC disconnected prematurely.".to_owned();
        assert_eq!(all(&mut stream).await, (BODY_CHUNKS, Some(error)));
        assert_eq!(all(&mut stream).await, (0, None));
    }

    #[tokio::test]
    async fn a_chunk_that_may_not_leave_takes_the_end_with_it() {
        let (sender, mut stream) = channel(Carries::Body, None);
        sender.room().unwrap().fail(CallError::new("lost"));
        sender.finish();
        assert_eq!(all(&mut stream).await, (0, Some("lost".into())));
    }

    #[tokio::test]
    async fn a_writer_learns_that_its_reader_went() {
        let (mut sender, stream) = channel(Carries::Writable, None);
        stream.reports.send(Ok(())).unwrap();
        drop(stream);
        let reports = sender.reports.as_mut().unwrap();
        assert!(reports.recv().await.unwrap().is_ok());
        assert!(reports.recv().await.is_none());
        assert!(matches!(sender.room(), Err(NoRoom::Gone)));
    }
}
