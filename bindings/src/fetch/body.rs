//! Bodies and streams as JavaScript holds them.
//!
//! Owns the handles that JavaScript reads from and writes to, whose they are, and what becomes of them when their owner
//! ends. A small body is one buffer and never becomes a stream. It must not know HTTP, nor what kind of call a body belongs
//! to.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use bytes::Bytes;
use deno_core::{GarbageCollected, cppgc, op2};
use tokio::sync::{Notify, mpsc, oneshot};

pub use super::channel::{
    BodyError, BodySender, BodySource, BodyStream, Carries, Ending, NoRoom, Report, Room, channel,
};
use crate::call::CallError;
use crate::io::context::{IoContext, IoError, Owner};
use crate::isolate::{Completion, IsolateState, Output};
use crate::memory;
use crate::rpc::error_from_js;

/// Keeps an event open while a body is written or read for it.
struct Hold {
    io: Rc<IoContext>,
    state: Rc<IsolateState>,
}

impl Hold {
    fn new(io: &Rc<IoContext>, state: &Rc<IsolateState>) -> Self {
        io.writing.set(io.writing.get() + 1);
        Self { io: io.clone(), state: state.clone() }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.io.writing.set(self.io.writing.get().saturating_sub(1));
        self.state.settled.borrow_mut().push(self.io.clone());
    }
}

/// The reading of one body.
pub struct Reading {
    /// Empty while an operation waits for its next chunk.
    source: RefCell<BodySource>,
    /// The other end, if it is to be sent somewhere and was not yet.
    sender: RefCell<Option<BodySender>>,
    hold: RefCell<Option<Hold>>,
    /// Whether it is what is written, elsewhere, to a stream of this side.
    is_sink: Cell<bool>,
    given_up: Cell<bool>,
    reason: RefCell<Option<CallError>>,
    wake: Notify,
}

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reading").field("source", &self.source).finish_non_exhaustive()
    }
}

impl Reading {
    fn new(source: BodySource) -> Self {
        Self {
            source: RefCell::new(source),
            sender: RefCell::default(),
            hold: RefCell::default(),
            is_sink: Cell::default(),
            given_up: Cell::default(),
            reason: RefCell::default(),
            wake: Notify::new(),
        }
    }

    /// Gives the rest up. The writer learns the reason, if there is one.
    pub fn give_up(&self, reason: Option<CallError>) {
        self.given_up.set(true);
        self.hold.take();
        self.sender.take();
        match self.source.take() {
            BodySource::Stream(stream) => tell(&stream, reason),
            _ => *self.reason.borrow_mut() = reason,
        }
        self.wake.notify_waiters();
    }

    /// Ends once the body is given up.
    async fn gone(&self) {
        while !self.given_up.get() {
            self.wake.notified().await;
        }
    }

    /// Keeps what is left of `stream` after `chunk`.
    fn keep(&self, stream: BodyStream, chunk: Option<&Result<Bytes, BodyError>>) {
        // A reader of what is written to a stream says after the end how that went.
        if chunk.is_some() || stream.carries == Carries::Writable {
            self.source.replace(BodySource::Stream(stream));
        }
    }
}

fn tell(stream: &BodyStream, reason: Option<CallError>) {
    if let Some(reason) = reason {
        // A writer that has gone needs no reason.
        drop(stream.reports.send(Err(reason)));
    }
}

/// The writing of one body.
struct Writing {
    sender: Option<BodySender>,
    /// Absent while an operation waits for it.
    reports: Option<mpsc::UnboundedReceiver<Report>>,
    hold: Option<Hold>,
}

/// The streamed bodies of an owner, which end with it: JavaScript may hold a handle long after its owner has gone.
#[derive(Default)]
pub struct Bodies {
    writers: RefCell<Vec<Weak<RefCell<Writing>>>>,
    readers: RefCell<Vec<Weak<Reading>>>,
}

impl std::fmt::Debug for Bodies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bodies").finish_non_exhaustive()
    }
}

/// Adds to a list, which forgets what has gone before it grows.
fn add<T>(list: &RefCell<Vec<Weak<T>>>, item: &Rc<T>) {
    let mut list = list.borrow_mut();
    if list.len() == list.capacity() {
        list.retain(|item| item.strong_count() > 0);
    }
    list.push(Rc::downgrade(item));
}

impl Bodies {
    /// Breaks off what is written and gives up what is read.
    pub fn end(&self, reason: &CallError) {
        for writing in self.writers.take().iter().filter_map(Weak::upgrade) {
            let (sender, hold) = {
                let mut writing = writing.borrow_mut();
                (writing.sender.take(), writing.hold.take())
            };
            if let Some(sender) = sender {
                sender.fail(reason.clone());
            }
            drop(hold);
        }
        for reading in self.readers.take().iter().filter_map(Weak::upgrade) {
            reading.give_up(None);
        }
    }
}

impl Bodies {
    /// Bodies that keep their event open and of which nothing is known but that someone watches whether they are wanted.
    pub fn watched(&self) -> usize {
        let watched = |writing: &Rc<RefCell<Writing>>| {
            let writing = writing.borrow();
            let carries = writing.sender.as_ref().map(|sender| sender.carries);
            carries == Some(Carries::Body) && writing.hold.is_some() && writing.reports.is_none()
        };
        self.writers.borrow().iter().filter_map(Weak::upgrade).filter(watched).count()
    }

    /// Whether a stream is still written or read that does not keep its event open.
    fn has_unheld(&self) -> bool {
        let unheld = |writing: &Rc<RefCell<Writing>>| {
            let writing = writing.borrow();
            writing.sender.is_some() && writing.hold.is_none()
        };
        self.writers.borrow().iter().filter_map(Weak::upgrade).any(|writing| unheld(&writing))
            || self
                .readers
                .borrow()
                .iter()
                .filter_map(Weak::upgrade)
                .any(|reading| reading.is_sink.get() && !reading.given_up.get() && reading.hold.borrow().is_none())
    }
}

/// Keeps the event of `io` open until `source`, which leaves with its outcome, has been read: what the event sends
/// elsewhere may be what `source` is made from.
pub fn outlive(scope: &mut v8::PinScope<'_, '_>, io: &Rc<IoContext>, source: &mut BodySource) {
    let BodySource::Stream(stream) = source else { return };
    if io.actor.is_some() || !io.owner.bodies.has_unheld() {
        return;
    }
    let state = IsolateState::of(scope);
    let hold = Hold::new(io, &state);
    let (_, token) = state.start(scope, io);
    let completer = state.completer(token);
    let (guard, gone) = oneshot::channel();
    stream.guard = Some(guard);
    state.host.spawn_local(Box::pin(async move {
        // Nothing is ever sent.
        drop(gone.await);
        drop(hold);
        completer.complete(Completion::Unit);
    }));
}

/// What JavaScript holds of a body that it reads.
pub struct HostBody {
    owner: Rc<Owner>,
    reading: Rc<Reading>,
}

/// What JavaScript holds of a body that it writes.
pub struct BodyWriter {
    io: Rc<IoContext>,
    writing: Rc<RefCell<Writing>>,
    /// The other end, if it is to be sent somewhere and was not yet.
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

/// The handle for `source`, owned by `owner`; `null` for no body.
pub fn to_js<'s>(scope: &mut v8::PinScope<'s, '_>, owner: &Rc<Owner>, source: BodySource) -> v8::Local<'s, v8::Value> {
    if matches!(source, BodySource::Empty) {
        return v8::null(scope).into();
    }
    let is_stream = matches!(source, BodySource::Stream(_));
    let reading = Rc::new(Reading::new(source));
    if is_stream {
        add(&owner.bodies.readers, &reading);
    }
    cppgc::make_cppgc_object(scope, HostBody { owner: owner.clone(), reading }).into()
}

/// The handle of what writes into `sender`. It does not keep its event open.
pub fn writer_to_js<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    io: &Rc<IoContext>,
    sender: BodySender,
) -> v8::Local<'s, v8::Value> {
    let writer = new_writer(io, sender, None, None);
    cppgc::make_cppgc_object(scope, writer).into()
}

fn new_writer(
    io: &Rc<IoContext>,
    mut sender: BodySender,
    stream: Option<BodyStream>,
    hold: Option<Hold>,
) -> BodyWriter {
    let reports = sender.reports.take();
    let writing = Rc::new(RefCell::new(Writing { sender: Some(sender), reports, hold }));
    add(&io.owner.bodies.writers, &writing);
    BodyWriter { io: io.clone(), writing, stream: RefCell::new(stream) }
}

/// One end of a stream that leaves in a call.
#[derive(Debug)]
pub enum StreamEnd {
    /// It is read where it arrives.
    Source(BodySource),
    /// It is written to where it arrives.
    Sink(BodySender),
}

/// Takes the body that JavaScript gives: `null`, a string, bytes, a host's body that was not read, or a writer.
pub fn from_js(scope: &mut v8::PinScope<'_, '_>, value: v8::Local<'_, v8::Value>) -> Result<BodySource, IoError> {
    if value.is_null_or_undefined() {
        return Ok(BodySource::Empty);
    }
    if let Ok(text) = v8::Local::<v8::String>::try_from(value) {
        let text = text.to_rust_string_lossy(scope).into_bytes();
        return Ok(BodySource::Bytes(memory::keep(scope, text)?));
    }
    if let Ok(view) = v8::Local::<v8::ArrayBufferView>::try_from(value) {
        return Ok(BodySource::Bytes(memory::keep(scope, copy_view(view))?));
    }
    if let Some(body) = cppgc::try_unwrap_cppgc_object::<HostBody>(scope, value) {
        // SAFETY: `value` is a live handle in this scope.
        let body = unsafe { body.as_ref() };
        IoContext::check(scope, &body.owner, "Body")?;
        return Ok(body.reading.source.take());
    }
    if let Some(writer) = cppgc::try_unwrap_cppgc_object::<BodyWriter>(scope, value) {
        // SAFETY: `value` is a live handle in this scope.
        let writer = unsafe { writer.as_ref() };
        return Ok(writer.stream.take().map_or(BodySource::Empty, BodySource::Stream));
    }
    Ok(BodySource::Empty)
}

/// Takes the end of a stream that is to leave: as [`from_js`], or the writing end of what [`op_body_sink`] made.
pub fn end_from_js(scope: &mut v8::PinScope<'_, '_>, value: v8::Local<'_, v8::Value>) -> Result<StreamEnd, IoError> {
    if let Some(body) = cppgc::try_unwrap_cppgc_object::<HostBody>(scope, value) {
        // SAFETY: `value` is a live handle in this scope.
        if let Some(sender) = unsafe { body.as_ref() }.reading.sender.take() {
            return Ok(StreamEnd::Sink(sender));
        }
    }
    Ok(StreamEnd::Source(from_js(scope, value)?))
}

/// The bytes of a typed array or DataView.
pub fn copy_view(view: v8::Local<'_, v8::ArrayBufferView>) -> Vec<u8> {
    let mut bytes = vec![0; view.byte_length()];
    let copied = view.copy_contents(&mut bytes);
    bytes.truncate(copied);
    bytes
}

/// A `Uint8Array` over `bytes`, without a second copy where they are not shared.
pub fn to_uint8_array<'s>(scope: &mut v8::PinScope<'s, '_>, bytes: Bytes) -> v8::Local<'s, v8::Value> {
    let bytes: Vec<u8> = bytes.into();
    let length = bytes.len();
    let buffer = memory::array_buffer(scope, bytes);
    v8::Uint8Array::new(scope, buffer, 0, length).map_or_else(|| v8::undefined(scope).into(), Into::into)
}

/// The whole body if it is here already: a `Uint8Array`. `undefined` if it is streamed.
#[op2]
pub fn op_body_take<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] body: &HostBody,
) -> Result<v8::Local<'s, v8::Value>, IoError> {
    IoContext::check(scope, &body.owner, "ReadableStreamSource>")?;
    if matches!(&*body.reading.source.borrow(), BodySource::Stream(_)) {
        return Ok(v8::undefined(scope).into());
    }
    match body.reading.source.take() {
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
    if matches!(&*body.reading.source.borrow(), BodySource::Stream(_)) {
        return Ok(v8::undefined(scope).into());
    }
    let BodySource::Bytes(bytes) = body.reading.source.take() else { return Ok(v8::String::empty(scope).into()) };
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
    match &*body.reading.source.borrow() {
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
    let reading = body.reading.clone();
    match reading.source.take() {
        BodySource::Stream(mut stream) => match stream.try_recv() {
            Some(chunk) => {
                reading.keep(stream, chunk.as_ref());
                completer.complete(chunk_completion(chunk));
            }
            None => state.host.spawn_local(Box::pin(async move {
                tokio::select! {
                    biased;
                    () = reading.gone() => {
                        tell(&stream, reading.reason.take());
                        completer.complete(Completion::Chunk(None));
                    }
                    chunk = stream.recv() => {
                        reading.keep(stream, chunk.as_ref());
                        completer.complete(chunk_completion(chunk));
                    }
                }
            })),
        },
        BodySource::Bytes(bytes) if !bytes.is_empty() => completer.complete(Completion::Chunk(Some(bytes))),
        _ => completer.complete(Completion::Chunk(None)),
    }
    Ok(promise)
}

fn chunk_completion(chunk: Option<Result<Bytes, BodyError>>) -> Completion {
    match chunk {
        Some(Ok(bytes)) => Completion::Chunk(Some(bytes)),
        Some(Err(error)) => Completion::Failed(*error.0),
        None => Completion::Chunk(None),
    }
}

/// Throws unless the body is of the event that runs.
#[op2(nofast)]
pub fn op_body_check(scope: &mut v8::PinScope<'_, '_>, #[cppgc] body: &HostBody) -> Result<(), IoError> {
    IoContext::check(scope, &body.owner, "ReadableStreamSource>").map(|_| ())
}

fn optional_error(scope: &mut v8::PinScope<'_, '_>, parts: v8::Local<'_, v8::Value>) -> Option<CallError> {
    if parts.is_object() { Some(CallError { remote: true, ..error_from_js(scope, parts) }) } else { None }
}

/// Gives the rest of the body up. `parts` is the record that `errorParts` made of the reason, or `null`.
#[op2(nofast)]
pub fn op_body_cancel(scope: &mut v8::PinScope<'_, '_>, #[cppgc] body: &HostBody, parts: v8::Local<'_, v8::Value>) {
    let reason = optional_error(scope, parts);
    let actor = IoContext::current(scope).ok().and_then(|io| io.actor.clone());
    IsolateState::of(scope).emit(actor.as_ref(), Output::GiveUp(body.reading.clone(), reason));
}

/// Two bodies with the contents of one that is here already; `undefined` if it is streamed.
#[op2]
pub fn op_body_clone<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] body: &HostBody,
) -> Result<v8::Local<'s, v8::Value>, IoError> {
    IoContext::check(scope, &body.owner, "ReadableStreamSource>")?;
    let bytes = match &*body.reading.source.borrow() {
        BodySource::Stream(_) => return Ok(v8::undefined(scope).into()),
        BodySource::Bytes(bytes) => bytes.clone(),
        BodySource::Empty => Bytes::new(),
    };
    let reading = Rc::new(Reading::new(BodySource::Bytes(bytes)));
    Ok(cppgc::make_cppgc_object(scope, HostBody { owner: body.owner.clone(), reading }).into())
}

/// A writer for a body of `length` bytes, -1 when that is unknown: of a ReadableStream in an RPC call if `rpc` is set. With
/// `hold`, its event goes on until the body has ended.
#[op2]
pub fn op_body_writer<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    length: f64,
    rpc: bool,
    hold: bool,
) -> Result<v8::Local<'s, v8::Value>, IoError> {
    let io = IoContext::current(scope)?;
    let carries = if rpc { Carries::Readable } else { Carries::Body };
    let (sender, stream) = channel(carries, (length >= 0.0).then_some(length as u64));
    let hold = hold.then(|| Hold::new(&io, &IsolateState::of(scope)));
    let writer = new_writer(&io, sender, Some(stream), hold);
    Ok(cppgc::make_cppgc_object(scope, writer).into())
}

/// The reading end for what is written, elsewhere, to a WritableStream that leaves in an RPC call. With `hold`, its event
/// goes on until the stream is given up with `op_body_cancel`.
#[op2]
pub fn op_body_sink<'s>(scope: &mut v8::PinScope<'s, '_>, hold: bool) -> Result<v8::Local<'s, v8::Value>, IoError> {
    let io = IoContext::current(scope)?;
    let (sender, stream) = channel(Carries::Writable, None);
    let reading = Rc::new(Reading::new(BodySource::Stream(stream)));
    reading.is_sink.set(true);
    *reading.sender.borrow_mut() = Some(sender);
    *reading.hold.borrow_mut() = hold.then(|| Hold::new(&io, &IsolateState::of(scope)));
    add(&io.owner.bodies.readers, &reading);
    Ok(cppgc::make_cppgc_object(scope, HostBody { owner: io.owner.clone(), reading }).into())
}

/// Says what became of the chunk, or the end, that was read last. `parts` is the record that `errorParts` made of its
/// failure, or `null`.
#[op2(nofast)]
pub fn op_body_ack(
    scope: &mut v8::PinScope<'_, '_>,
    #[cppgc] body: &HostBody,
    parts: v8::Local<'_, v8::Value>,
) -> Result<(), IoError> {
    let io = IoContext::check(scope, &body.owner, "WritableStream")?;
    let report = optional_error(scope, parts).map_or(Ok(()), Err);
    if let BodySource::Stream(stream) = &*body.reading.source.borrow() {
        let reports = stream.reports.clone();
        IsolateState::of(scope).emit(io.actor.as_ref(), Output::Report(reports, report));
    }
    Ok(())
}

/// Writes a chunk. Gives `true` if it is on its way, `false` if nobody reads, and a promise while the reader is behind: the
/// chunk is to be written again after it.
#[op2]
pub fn op_body_write<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] writer: &BodyWriter,
    chunk: v8::Local<'s, v8::ArrayBufferView>,
) -> Result<v8::Local<'s, v8::Value>, IoError> {
    let io = IoContext::check(scope, &writer.io.owner, "WritableStream")?;
    let writing = writer.writing.borrow();
    let Some(sender) = &writing.sender else { return Ok(v8::Boolean::new(scope, false).into()) };
    match sender.room() {
        Ok(room) => {
            let chunk = memory::keep(scope, copy_view(chunk))?;
            IsolateState::of(scope).emit(io.actor.as_ref(), Output::Chunk(room, chunk));
            Ok(v8::Boolean::new(scope, true).into())
        }
        Err(NoRoom::Gone) => Ok(v8::Boolean::new(scope, false).into()),
        Err(NoRoom::Full(soon)) => {
            let state = IsolateState::of(scope);
            let (promise, token) = state.start(scope, &io);
            let completer = state.completer(token);
            state.host.spawn_local(Box::pin(async move {
                soon.wait().await;
                completer.complete(Completion::Unit);
            }));
            Ok(promise.into())
        }
    }
}

/// What the reader says next: a promise of `undefined` for a chunk that was taken, of `null` once it is gone. It rejects
/// with what the reader gave as its reason.
#[op2]
pub fn op_body_report<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] writer: &BodyWriter,
) -> Result<v8::Local<'s, v8::Promise>, IoError> {
    let io = IoContext::check(scope, &writer.io.owner, "WritableStream")?;
    let state = IsolateState::of(scope);
    let (promise, token) = state.start(scope, &io);
    let completer = state.completer(token);
    let reports = writer.writing.borrow_mut().reports.take();
    let Some(mut reports) = reports else {
        completer.complete(Completion::Chunk(None));
        return Ok(promise);
    };
    let writing = Rc::downgrade(&writer.writing);
    state.host.spawn_local(Box::pin(async move {
        let report = reports.recv().await;
        if let Some(writing) = writing.upgrade() {
            writing.borrow_mut().reports = Some(reports);
        }
        completer.complete(match report {
            Some(Ok(())) => Completion::Unit,
            Some(Err(error)) => Completion::Failed(error),
            None => Completion::Chunk(None),
        });
    }));
    Ok(promise)
}

/// Ends a body, or breaks it off: `parts` is the record that `errorParts` made of the error, or `null`.
#[op2(nofast)]
pub fn op_body_close(scope: &mut v8::PinScope<'_, '_>, #[cppgc] writer: &BodyWriter, parts: v8::Local<'_, v8::Value>) {
    let outcome = optional_error(scope, parts).map_or(Ok(()), Err);
    let (sender, hold) = {
        let mut writing = writer.writing.borrow_mut();
        (writing.sender.take(), writing.hold.take())
    };
    if let Some(sender) = sender {
        let ending = Output::End(sender.ending(outcome));
        IsolateState::of(scope).emit(writer.io.actor.as_ref(), ending);
    }
    drop(hold);
}
