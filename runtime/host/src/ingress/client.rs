//! The connection of a client.
//!
//! Owns the difference between a client that has said all it wants to say and one that has gone: an end of input during a
//! request waits until the answer is written, a reset does not. It must not know HTTP.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;

/// Requests of one connection whose answers are not written yet.
#[derive(Debug, Default)]
pub struct InFlight {
    count: AtomicUsize,
    reader: Mutex<Option<Waker>>,
    input_ended: AtomicBool,
    at_end: Notify,
}

impl InFlight {
    /// Waits until the client has said all it wants to say.
    pub async fn input_end(self: Arc<Self>) {
        let notified = self.at_end.notified();
        tokio::pin!(notified);
        notified.as_mut().enable();
        if !self.input_ended.load(Ordering::Acquire) {
            notified.await;
        }
    }

    /// One more request, until the guard is dropped.
    pub fn begin(self: &Arc<Self>) -> InFlightGuard {
        self.count.fetch_add(1, Ordering::AcqRel);
        InFlightGuard(self.clone())
    }
}

/// One request whose answer is not written yet.
#[derive(Debug)]
pub struct InFlightGuard(Arc<InFlight>);

impl Drop for InFlightGuard {
    fn drop(&mut self) {
        self.0.count.fetch_sub(1, Ordering::AcqRel);
        let reader = self.0.reader.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(reader) = reader {
            reader.wake();
        }
    }
}

/// A client's socket.
pub struct ClientStream {
    inner: TcpStream,
    in_flight: Arc<InFlight>,
}

impl ClientStream {
    /// Wraps `inner`; requests are counted in `in_flight`.
    pub fn new(inner: TcpStream, in_flight: Arc<InFlight>) -> Self {
        Self { inner, in_flight }
    }
}

impl AsyncRead for ClientStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.inner).poll_read(context, buffer) {
            Poll::Ready(Ok(())) if buffer.filled().len() == before && buffer.remaining() > 0 => {
                self.in_flight.input_ended.store(true, Ordering::Release);
                self.in_flight.at_end.notify_waiters();
                *self.in_flight.reader.lock().unwrap_or_else(PoisonError::into_inner) = Some(context.waker().clone());
                // Counted after the waker is there, so that an answer that ends meanwhile wakes it.
                if self.in_flight.count.load(Ordering::Acquire) > 0 { Poll::Pending } else { Poll::Ready(Ok(())) }
            }
            outcome => outcome,
        }
    }
}

impl AsyncWrite for ClientStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(context, parts)
    }
}
