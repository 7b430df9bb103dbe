//! Bodies of requests and responses on their way between isolates and the network.
//!
//! Owns the handles that JavaScript reads from and writes to, with backpressure: a bounded channel of chunks. A small body
//! is one buffer and never becomes a stream. It must not know HTTP.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use bytes::Bytes;
use deno_core::{GarbageCollected, cppgc, op2};
use tokio::sync::mpsc;

use crate::call::CallError;
use crate::io::context::{IoContext, IoError, Owner};
use crate::isolate::{Completion, IsolateState, Output};
use denizen_core::limits::BODY_CHUNKS;

/// Why a body broke off. The text reaches JavaScript.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct BodyError(pub String);

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

/// The receiving end of a streamed body.
#[derive(Debug)]
pub struct BodyStream {
    /// Chunks; the channel closes at the end of the body.
    pub chunks: mpsc::Receiver<Result<Bytes, BodyError>>,
    /// Length in bytes, when it is known.
    pub length: Option<u64>,
}

/// A channel for a streamed body, with the usual window.
pub fn channel(length: Option<u64>) -> (mpsc::Sender<Result<Bytes, BodyError>>, BodyStream) {
    let (sender, chunks) = mpsc::channel(BODY_CHUNKS);
    (sender, BodyStream { chunks, length })
}

type Sender = mpsc::Sender<Result<Bytes, BodyError>>;

/// The sending ends of the bodies that an owner writes: JavaScript may hold a writer long after its owner has gone.
#[derive(Debug, Default)]
pub struct Writers(RefCell<Vec<Weak<RefCell<Option<Sender>>>>>);

impl Writers {
    fn add(&self, sender: &Rc<RefCell<Option<Sender>>>) {
        let mut writers = self.0.borrow_mut();
        writers.retain(|writer| writer.strong_count() > 0);
        writers.push(Rc::downgrade(sender));
    }

    /// Breaks off every body that has not ended.
    pub fn break_off(&self, state: &IsolateState, reason: &str) {
        for sender in self.0.take().iter().filter_map(Weak::upgrade).filter_map(|sender| sender.take()) {
            let error = BodyError(reason.to_owned());
            state.host.spawn_local(Box::pin(async move {
                drop(sender.send(Err(error)).await);
            }));
        }
    }
}

/// What JavaScript holds of a body that comes from outside.
pub struct HostBody {
    owner: Rc<Owner>,
    source: Rc<RefCell<BodySource>>,
}

/// What JavaScript holds of a body that it writes.
pub struct BodyWriter {
    io: Rc<IoContext>,
    sender: Rc<RefCell<Option<Sender>>>,
    stream: RefCell<Option<BodyStream>>,
}

// SAFETY: no reference into the V8 heap is held.
unsafe impl GarbageCollected for HostBody {
    fn trace(&self, _visitor: &mut v8::cppgc::Visitor) {}

    fn get_name(&self) -> &'static std::ffi::CStr {
        c"HostBody"
    }
}

// SAFETY: no reference into the V8 heap is held.
unsafe impl GarbageCollected for BodyWriter {
    fn trace(&self, _visitor: &mut v8::cppgc::Visitor) {}

    fn get_name(&self) -> &'static std::ffi::CStr {
        c"BodyWriter"
    }
}

impl Drop for BodyWriter {
    /// A writer that is collected before its end leaves a body that broke off, not one that looks complete.
    fn drop(&mut self) {
        if let Some(sender) = self.sender.borrow_mut().take() {
            drop(sender.try_send(Err(BodyError("The stream was abandoned before its end.".into()))));
        }
    }
}

/// The handle for `source`, owned by `owner`; `null` for no body.
pub fn to_js<'s>(scope: &mut v8::PinScope<'s, '_>, owner: &Rc<Owner>, source: BodySource) -> v8::Local<'s, v8::Value> {
    if matches!(source, BodySource::Empty) {
        return v8::null(scope).into();
    }
    cppgc::make_cppgc_object(scope, HostBody { owner: owner.clone(), source: Rc::new(RefCell::new(source)) }).into()
}

/// Takes the body that JavaScript gives: `null`, a string, bytes, a host's body that was not read, or a writer.
pub fn from_js(scope: &mut v8::PinScope<'_, '_>, value: v8::Local<'_, v8::Value>) -> Result<BodySource, IoError> {
    if value.is_null_or_undefined() {
        return Ok(BodySource::Empty);
    }
    if let Ok(text) = v8::Local::<v8::String>::try_from(value) {
        return Ok(BodySource::Bytes(text.to_rust_string_lossy(scope).into_bytes().into()));
    }
    if let Ok(view) = v8::Local::<v8::ArrayBufferView>::try_from(value) {
        return Ok(BodySource::Bytes(copy_view(view)));
    }
    if let Some(body) = cppgc::try_unwrap_cppgc_object::<HostBody>(scope, value) {
        // SAFETY: `value` is a live handle in this scope.
        let body = unsafe { body.as_ref() };
        IoContext::check(scope, &body.owner, "Body")?;
        return Ok(body.source.take());
    }
    if let Some(writer) = cppgc::try_unwrap_cppgc_object::<BodyWriter>(scope, value) {
        // SAFETY: `value` is a live handle in this scope.
        let writer = unsafe { writer.as_ref() };
        return Ok(writer.stream.take().map_or(BodySource::Empty, BodySource::Stream));
    }
    Ok(BodySource::Empty)
}

/// The bytes of a typed array or DataView.
pub fn copy_view(view: v8::Local<'_, v8::ArrayBufferView>) -> Bytes {
    let mut bytes = vec![0; view.byte_length()];
    let copied = view.copy_contents(&mut bytes);
    bytes.truncate(copied);
    bytes.into()
}

/// A `Uint8Array` over `bytes`, without a second copy where they are not shared.
pub fn to_uint8_array<'s>(scope: &mut v8::PinScope<'s, '_>, bytes: Bytes) -> v8::Local<'s, v8::Value> {
    let bytes: Vec<u8> = bytes.into();
    let length = bytes.len();
    let store = if length == 0 {
        v8::ArrayBuffer::new_backing_store(scope, 0).make_shared()
    } else {
        v8::ArrayBuffer::new_backing_store_from_vec(bytes).make_shared()
    };
    let buffer = v8::ArrayBuffer::with_backing_store(scope, &store);
    v8::Uint8Array::new(scope, buffer, 0, length).map_or_else(|| v8::undefined(scope).into(), Into::into)
}

/// The whole body if it is here already: a `Uint8Array`. `undefined` if it is streamed.
#[op2]
pub fn op_body_take<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] body: &HostBody,
) -> Result<v8::Local<'s, v8::Value>, IoError> {
    IoContext::check(scope, &body.owner, "ReadableStreamSource>")?;
    if matches!(&*body.source.borrow(), BodySource::Stream(_)) {
        return Ok(v8::undefined(scope).into());
    }
    match body.source.take() {
        BodySource::Bytes(bytes) => Ok(to_uint8_array(scope, bytes)),
        _ => Ok(to_uint8_array(scope, Bytes::new())),
    }
}

/// The whole body, as text, if it is here already. `undefined` if it is streamed.
#[op2]
pub fn op_body_take_text<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] body: &HostBody,
) -> Result<v8::Local<'s, v8::Value>, IoError> {
    IoContext::check(scope, &body.owner, "ReadableStreamSource>")?;
    if matches!(&*body.source.borrow(), BodySource::Stream(_)) {
        return Ok(v8::undefined(scope).into());
    }
    let BodySource::Bytes(bytes) = body.source.take() else { return Ok(v8::String::empty(scope).into()) };
    // A byte order mark is not part of the text (Encoding standard, "UTF-8 decode").
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let string = match text.is_ascii() {
        true => v8::String::new_from_one_byte(scope, text, v8::NewStringType::Normal),
        false => v8::String::new_from_utf8(scope, text, v8::NewStringType::Normal),
    };
    Ok(string.map_or_else(|| v8::undefined(scope).into(), Into::into))
}

/// Length of the body in bytes, or -1 while it is unknown.
#[op2(fast)]
pub fn op_body_length(#[cppgc] body: &HostBody) -> f64 {
    match &*body.source.borrow() {
        BodySource::Empty => 0.0,
        BodySource::Bytes(bytes) => bytes.len() as f64,
        BodySource::Stream(stream) => stream.length.map_or(-1.0, |length| length as f64),
    }
}

/// The next chunk: a promise of a `Uint8Array`, or of `null` at the end.
#[op2]
pub fn op_body_read<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] body: &HostBody,
) -> Result<v8::Local<'s, v8::Promise>, IoError> {
    let io = IoContext::check(scope, &body.owner, "ReadableStreamSource>")?;
    let state = IsolateState::of(scope);
    let (promise, token) = state.start(scope, &io);
    let completer = state.completer(token);
    let source = body.source.clone();
    let mut taken = source.take();
    if let BodySource::Stream(stream) = &mut taken {
        match stream.chunks.try_recv() {
            Ok(chunk) => {
                completer.complete(chunk_completion(Some(chunk)));
                source.replace(taken);
            }
            Err(mpsc::error::TryRecvError::Disconnected) => completer.complete(Completion::Chunk(None)),
            Err(mpsc::error::TryRecvError::Empty) => state.host.spawn_local(Box::pin(async move {
                let BodySource::Stream(mut stream) = taken else { return };
                let chunk = stream.chunks.recv().await;
                if chunk.is_some() {
                    source.replace(BodySource::Stream(stream));
                }
                completer.complete(chunk_completion(chunk));
            })),
        }
    } else {
        let bytes = match taken {
            BodySource::Bytes(bytes) if !bytes.is_empty() => Some(bytes),
            _ => None,
        };
        completer.complete(Completion::Chunk(bytes));
    }
    Ok(promise)
}

fn chunk_completion(chunk: Option<Result<Bytes, BodyError>>) -> Completion {
    match chunk {
        Some(Ok(bytes)) => Completion::Chunk(Some(bytes)),
        Some(Err(error)) => Completion::Failed(CallError::new(error.0)),
        None => Completion::Chunk(None),
    }
}

/// Throws unless the body is of the event that runs.
#[op2(nofast)]
pub fn op_body_check(scope: &mut v8::PinScope<'_, '_>, #[cppgc] body: &HostBody) -> Result<(), IoError> {
    IoContext::check(scope, &body.owner, "ReadableStreamSource>").map(|_| ())
}

/// Gives the rest of the body up: its sender sees a closed channel.
#[op2(fast)]
pub fn op_body_cancel(#[cppgc] body: &HostBody) {
    body.source.take();
}

/// Two bodies with the contents of one that is here already; `undefined` if it is streamed.
#[op2]
pub fn op_body_clone<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] body: &HostBody,
) -> Result<v8::Local<'s, v8::Value>, IoError> {
    IoContext::check(scope, &body.owner, "ReadableStreamSource>")?;
    let bytes = match &*body.source.borrow() {
        BodySource::Stream(_) => return Ok(v8::undefined(scope).into()),
        BodySource::Bytes(bytes) => bytes.clone(),
        BodySource::Empty => Bytes::new(),
    };
    let copy = HostBody { owner: body.owner.clone(), source: Rc::new(RefCell::new(BodySource::Bytes(bytes))) };
    Ok(cppgc::make_cppgc_object(scope, copy).into())
}

/// A writer for a body of `length` bytes, -1 when that is unknown. Its event goes on until the body has ended.
#[op2]
pub fn op_body_writer<'s>(scope: &mut v8::PinScope<'s, '_>, length: f64) -> Result<v8::Local<'s, v8::Value>, IoError> {
    let io = IoContext::current(scope)?;
    let (sender, stream) = channel((length >= 0.0).then_some(length as u64));
    io.writing.set(io.writing.get() + 1);
    let sender = Rc::new(RefCell::new(Some(sender)));
    io.owner.writers.add(&sender);
    let writer = BodyWriter { io, sender, stream: RefCell::new(Some(stream)) };
    Ok(cppgc::make_cppgc_object(scope, writer).into())
}

/// Writes a chunk. Gives `true` if it is on its way, a promise while the reader is behind, and `false` if nobody reads.
#[op2]
pub fn op_body_write<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] writer: &BodyWriter,
    chunk: v8::Local<'s, v8::Value>,
) -> Result<v8::Local<'s, v8::Value>, IoError> {
    let io = IoContext::check(scope, &writer.io.owner, "WritableStream")?;
    let bytes = match v8::Local::<v8::ArrayBufferView>::try_from(chunk) {
        Ok(view) => copy_view(view),
        Err(_) => Bytes::from(chunk.to_rust_string_lossy(scope)),
    };
    let Some(sender) = writer.sender.borrow().clone() else { return Ok(v8::Boolean::new(scope, false).into()) };
    let state = IsolateState::of(scope);
    match sender.try_reserve_owned() {
        Ok(permit) => {
            state.emit(io.actor.as_ref(), Output::Chunk(permit, bytes));
            Ok(v8::Boolean::new(scope, true).into())
        }
        Err(mpsc::error::TrySendError::Closed(_)) => Ok(v8::Boolean::new(scope, false).into()),
        Err(mpsc::error::TrySendError::Full(sender)) => {
            let (promise, token) = state.start(scope, &io);
            let completer = state.completer(token);
            state.host.spawn_local(Box::pin(async move {
                let sent = sender.send(Ok(bytes)).await;
                completer.complete(match sent {
                    Ok(()) => Completion::Unit,
                    Err(_) => Completion::Failed(CallError::new("The client disconnected.")),
                });
            }));
            Ok(promise.into())
        }
    }
}

/// Ends a body, or breaks it off with `error`.
#[op2]
pub fn op_body_close(scope: &mut v8::PinScope<'_, '_>, #[cppgc] writer: &BodyWriter, #[string] error: Option<String>) {
    let Some(sender) = writer.sender.borrow_mut().take() else { return };
    if let Some(error) = error {
        let state = IsolateState::of(scope);
        // The error must come after the chunks of this turn, which are not sent yet.
        state.host.spawn_local(Box::pin(async move {
            drop(sender.send(Err(BodyError(error))).await);
        }));
    }
    writer.io.writing.set(writer.io.writing.get().saturating_sub(1));
    IsolateState::of(scope).settled.borrow_mut().push(writer.io.clone());
}
