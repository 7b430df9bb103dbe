//! The values of calls: written in one isolate, read in another.
//!
//! Owns the two passes over a value and its side tables. A capability is recognised by the native object behind it, never by
//! anything that user code could forge; other objects of the runtime's own classes, and errors, are taken apart and made by
//! `js/rpc/values.js`. It must not know those classes, nor calls.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};

use deno_core::cppgc;
use v8::{ValueDeserializerHelper, ValueSerializerHelper};

use super::wire::{Capability, DYNAMIC_STUB, FACET_STUB, Purpose, Refused, WireError, WireValue, may_hold_an_error};
use super::{ClassHandle, Fetcher, StubTarget};
use crate::call::{Target, WorkerRef};
use crate::fetch::body::{self, StreamEnd};
use crate::io::context::IoContext;
use crate::isolate::{IsolateState, JsEntries};
use crate::memory::{self, serializing};
use crate::resizable::hold_read;
use denizen_core::limits::RPC_BYTES;

// Kinds of what is written natively. Those of `js/rpc/values.js` are smaller.
const KIND_SERVICE: u32 = 101;
const KIND_CLASS: u32 = 102;

struct Writer<'f> {
    purpose: Purpose,
    capabilities: RefCell<Vec<Capability>>,
    /// Streams and bodies, as JavaScript has them, by their index.
    streams: RefCell<Vec<v8::Global<v8::Value>>>,
    refused: RefCell<Option<String>>,
    plain_prototype: Option<v8::Global<v8::Value>>,
    describe: v8::Local<'f, v8::Function>,
    /// What the object that V8 asked for last is made of, if that is known already.
    parts: RefCell<Option<v8::Global<v8::Value>>>,
}

impl<'f> Writer<'f> {
    fn new(scope: &mut v8::PinScope<'_, '_>, purpose: Purpose, describe: v8::Local<'f, v8::Function>) -> Self {
        let plain = v8::Object::new(scope).get_prototype(scope);
        Self {
            purpose,
            capabilities: RefCell::default(),
            streams: RefCell::default(),
            refused: RefCell::default(),
            plain_prototype: plain.map(|prototype| v8::Global::new(scope, prototype)),
            describe,
            parts: RefCell::default(),
        }
    }

    /// What JavaScript says of an object; `None` if it threw.
    fn describe<'s>(
        &self,
        scope: &mut v8::PinScope<'s, '_>,
        object: v8::Local<'s, v8::Object>,
    ) -> Option<v8::Local<'s, v8::Value>> {
        let receiver = v8::undefined(scope).into();
        let may_stream = matches!(self.purpose, Purpose::Arguments | Purpose::Result);
        let may_stream = v8::Boolean::new(scope, may_stream).into();
        let is_thrown = v8::Boolean::new(scope, self.purpose == Purpose::Thrown).into();
        self.describe.call(scope, receiver, &[object.into(), may_stream, is_thrown])
    }

    fn refuse(&self, scope: &mut v8::PinScope<'_, '_>, message: String) {
        let text = v8::String::new(scope, &message).unwrap_or_else(|| v8::String::empty(scope));
        self.refused.borrow_mut().get_or_insert(message);
        let exception = v8::Exception::error(scope, text);
        scope.throw_exception(exception);
    }

    /// One pass over `value`. `None` if something threw.
    fn write(&self, scope: &mut v8::PinScope<'_, '_>, value: v8::Local<'_, v8::Value>) -> Option<Vec<u8>> {
        let context = scope.get_current_context();
        let serializer = v8::ValueSerializer::new(scope, Box::new(self));
        (serializing(|| serializer.write_header(), || serializer.write_value(context, value)) == Some(true))
            .then(|| serializer.release())
    }
}

/// The stub or class that `value` is, with its kind; `Err` says why it may not leave.
pub(super) fn capability(
    scope: &mut v8::PinScope<'_, '_>,
    value: v8::Local<'_, v8::Value>,
) -> Result<Option<(u32, Capability)>, &'static str> {
    if let Some(stub) = cppgc::try_unwrap_cppgc_object::<Fetcher>(scope, value) {
        // SAFETY: `value` is a live handle in this scope.
        return match &unsafe { stub.as_ref() }.target {
            StubTarget::Target(Target::Entrypoint { worker: WorkerRef::Loaded(_), .. }) => Err(DYNAMIC_STUB),
            StubTarget::Target(target) => Ok(Some((KIND_SERVICE, Capability::Service(target.clone())))),
            StubTarget::Facet { .. } => Err(FACET_STUB),
        };
    }
    let Some(class) = cppgc::try_unwrap_cppgc_object::<ClassHandle>(scope, value) else { return Ok(None) };
    // SAFETY: `value` is a live handle in this scope.
    let class = &unsafe { class.as_ref() }.class;
    match class.worker {
        WorkerRef::Loaded(_) => Err(DYNAMIC_STUB),
        WorkerRef::Static(_) => Ok(Some((KIND_CLASS, Capability::Class(class.clone())))),
    }
}

impl v8::ValueSerializerImpl for &Writer<'_> {
    fn throw_data_clone_error<'s>(&self, scope: &mut v8::PinScope<'s, '_>, message: v8::Local<'s, v8::String>) {
        let message = message.to_rust_string_lossy(scope);
        self.refuse(scope, message);
    }

    fn has_custom_host_object(&self, _isolate: &v8::Isolate) -> bool {
        true
    }

    fn is_host_object<'s>(&self, scope: &mut v8::PinScope<'s, '_>, object: v8::Local<'s, v8::Object>) -> Option<bool> {
        // V8 asks for ordinary objects. Only those with the plain prototype, and errors, are copied by value.
        if object.is_native_error() {
            return Some(false);
        }
        let prototype = object.get_prototype(scope)?;
        let plain = self.plain_prototype.as_ref().is_some_and(|plain| *plain == prototype);
        if plain || self.purpose != Purpose::Thrown {
            return Some(!plain);
        }
        if prototype.is_null() {
            return Some(false);
        }
        if !matches!(capability(scope, object.into()), Ok(None)) {
            return Some(true);
        }
        let parts = self.describe(scope, object)?;
        if parts.is_undefined() {
            return Some(false);
        }
        *self.parts.borrow_mut() = Some(v8::Global::new(scope, parts));
        Some(true)
    }

    fn write_host_object<'s>(
        &self,
        scope: &mut v8::PinScope<'s, '_>,
        object: v8::Local<'s, v8::Object>,
        serializer: &dyn ValueSerializerHelper,
    ) -> Option<bool> {
        match capability(scope, object.into()) {
            Ok(Some(_)) if self.purpose == Purpose::Thrown => {
                self.refuse(scope, "ServiceStub cannot be serialized in this context.".to_owned());
                return None;
            }
            Ok(Some((kind, capability))) => {
                let mut capabilities = self.capabilities.borrow_mut();
                serializer.write_uint32(kind);
                serializer.write_uint32(capabilities.len() as u32);
                capabilities.push(capability);
                return Some(true);
            }
            Ok(None) => {}
            Err(text) => {
                self.refuse(scope, text.to_owned());
                return None;
            }
        }
        let parts = match self.parts.take() {
            Some(parts) => v8::Local::new(scope, parts),
            None => self.describe(scope, object)?,
        };
        let Ok(parts) = v8::Local::<v8::Array>::try_from(parts) else {
            let name = object.get_constructor_name().to_rust_string_lossy(scope);
            let name = if name.is_empty() { "Object".to_owned() } else { name };
            self.refuse(
                scope,
                format!("Could not serialize object of type \"{name}\". This type does not support serialization."),
            );
            return None;
        };
        let kind = parts.get_index(scope, 0)?.uint32_value(scope)?;
        let data = parts.get_index(scope, 1)?;
        let stream = parts.get_index(scope, 2)?;
        serializer.write_uint32(kind);
        if stream.is_undefined() {
            serializer.write_uint32(0);
        } else {
            let stream = v8::Global::new(scope, stream);
            let mut streams = self.streams.borrow_mut();
            streams.push(stream);
            serializer.write_uint32(streams.len() as u32);
        }
        let context = scope.get_current_context();
        serializer.write_value(context, data)
    }
}

/// Serialises `value`. Streams of it are locked only when all of it can cross.
pub fn serialize(
    scope: &mut v8::PinScope<'_, '_>,
    value: v8::Local<'_, v8::Value>,
    purpose: Purpose,
) -> Result<WireValue, Refused> {
    let state = IsolateState::of(scope);
    let entries = state.entries.get().ok_or(WireError::Malformed)?;
    let describe = v8::Local::new(scope, &entries.describe_value);
    let mut writer = Writer::new(scope, purpose, describe);
    v8::tc_scope!(let scope, scope);
    let undefined: v8::Local<v8::Value> = v8::undefined(scope).into();
    let Some(mut bytes) = writer.write(scope, value) else {
        let exception = scope.exception();
        scope.reset();
        return Err(refusal(scope, entries, value, &writer, exception));
    };
    if value.is_object() && may_hold_an_error(&bytes) {
        // Of an error, V8 writes little, and asks nobody: it is found afterwards.
        let pack = v8::Local::new(scope, &entries.pack_errors);
        let is_thrown = v8::Boolean::new(scope, purpose == Purpose::Thrown);
        let Some(packed) = pack.call(scope, undefined, &[value, is_thrown.into()]) else {
            return Err(thrown(scope, scope.exception()));
        };
        if !packed.is_undefined() {
            writer = Writer::new(scope, purpose, describe);
            let Some(rewritten) = writer.write(scope, packed) else {
                let exception = scope.exception();
                scope.reset();
                return Err(refusal(scope, entries, packed, &writer, exception));
            };
            bytes = rewritten;
        }
    }
    if bytes.len() > RPC_BYTES {
        return Err(WireError::TooLarge(bytes.len()).into());
    }
    let send = v8::Local::new(scope, &entries.send_stream);
    let hold = v8::Boolean::new(scope, purpose == Purpose::Result).into();
    let mut streams = Vec::new();
    for stream in writer.streams.take() {
        let stream = v8::Local::new(scope, stream);
        let Some(handle) = send.call(scope, undefined, &[stream, hold]) else {
            return Err(thrown(scope, scope.exception()));
        };
        let mut end = body::end_from_js(scope, handle).map_err(WireError::from)?;
        if purpose == Purpose::Result
            && let StreamEnd::Source(source) = &mut end
            && let Ok(io) = IoContext::current(scope)
        {
            body::outlive(scope, &io, source);
        }
        streams.push(Arc::new(Mutex::new(Some(end))));
    }
    let held = match purpose {
        // Bounded where it is kept.
        Purpose::Keep | Purpose::Thrown => None,
        Purpose::Arguments | Purpose::Result => memory::hold(scope, bytes.len()).map_err(WireError::from)?,
    };
    let held = held.map(Arc::new);
    Ok(WireValue { bytes, held, capabilities: writer.capabilities.take(), streams })
}

fn thrown(scope: &v8::Isolate, exception: Option<v8::Local<'_, v8::Value>>) -> Refused {
    match exception {
        Some(exception) => Refused::Thrown(v8::Global::new(scope, exception)),
        None => WireError::Thrown("The value could not be cloned.".into()).into(),
    }
}

/// Why a pass over `value` failed. V8 refuses functions and proxies without asking: JavaScript knows what they stand for.
fn refusal(
    scope: &mut v8::PinScope<'_, '_>,
    entries: &JsEntries,
    value: v8::Local<'_, v8::Value>,
    writer: &Writer<'_>,
    exception: Option<v8::Local<'_, v8::Value>>,
) -> Refused {
    let Some(message) = writer.refused.take() else { return thrown(scope, exception) };
    let explain = v8::Local::new(scope, &entries.explain_refusal);
    let undefined = v8::undefined(scope).into();
    let is_call = v8::Boolean::new(scope, matches!(writer.purpose, Purpose::Arguments | Purpose::Result)).into();
    v8::tc_scope!(let scope, scope);
    let text = explain.call(scope, undefined, &[value, is_call]).filter(|text| text.is_string());
    WireError::DataClone(text.map_or(message, |text| text.to_rust_string_lossy(scope))).into()
}

/// Reads a value. V8 lets no JavaScript run meanwhile: what has to be made by it is noted here, with an empty object in its
/// place.
struct Reader<'a> {
    value: &'a WireValue,
    /// Place, kind, parts and handle of each.
    found: RefCell<Vec<v8::Global<v8::Value>>>,
}

impl Reader<'_> {
    /// The handle of a stream or body, or of what is written to one. `None` if it has arrived already.
    fn handle<'s>(&self, scope: &mut v8::PinScope<'s, '_>, number: u32) -> Option<v8::Local<'s, v8::Value>> {
        let Some(index) = number.checked_sub(1) else { return Some(v8::undefined(scope).into()) };
        let io = IoContext::current(scope).ok()?;
        let end = self.value.streams.get(index as usize)?.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        Some(match end {
            StreamEnd::Source(source) => body::to_js(scope, &io.owner, source),
            StreamEnd::Sink(sender) => body::writer_to_js(scope, &io, sender),
        })
    }
}

impl v8::ValueDeserializerImpl for &Reader<'_> {
    fn read_host_object<'s>(
        &self,
        scope: &mut v8::PinScope<'s, '_>,
        deserializer: &dyn ValueDeserializerHelper,
    ) -> Option<v8::Local<'s, v8::Object>> {
        let (mut kind, mut number) = (0, 0);
        if !deserializer.read_uint32(&mut kind) || !deserializer.read_uint32(&mut number) {
            return None;
        }
        if kind >= KIND_SERVICE {
            return match self.value.capabilities.get(number as usize)? {
                Capability::Service(target) => Some(super::stub_to_js(scope, StubTarget::Target(target.clone()))),
                Capability::Class(class) => Some(super::class_to_js(scope, class.clone())),
            };
        }
        let handle = self.handle(scope, number)?;
        let context = scope.get_current_context();
        let data = deserializer.read_value(context)?;
        let kind: v8::Local<v8::Value> = v8::Integer::new_from_unsigned(scope, kind).into();
        let place = v8::Object::new(scope);
        for value in [place.into(), kind, data, handle] {
            let value = v8::Global::new(scope, value);
            self.found.borrow_mut().push(value);
        }
        Some(place)
    }
}

/// Reads a value in the isolate of `scope`. Its streams become those of the event that runs; they arrive once.
pub fn deserialize<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    value: &WireValue,
) -> Result<v8::Local<'s, v8::Value>, WireError> {
    let context = scope.get_current_context();
    let reader = Reader { value, found: RefCell::default() };
    let read = {
        let deserializer = v8::ValueDeserializer::new(scope, Box::new(&reader), &value.bytes);
        if deserializer.read_header(context) != Some(true) {
            return Err(WireError::Malformed);
        }
        let state = IsolateState::of(scope);
        // Code that is assumed to be hostile may send itself what it likes: its isolate ends as it does otherwise.
        let is_trusted = state.worker.get().is_some_and(|worker| !worker.loaded);
        let (read, has_room) = match is_trusted {
            true => state.receiving.during(|| deserializer.read_value(context)),
            false => (deserializer.read_value(context), true),
        };
        if !has_room {
            return Err(WireError::NoRoom);
        }
        read.ok_or(WireError::Malformed)?
    };
    let found = reader.found.take();
    let found: Vec<_> = found.into_iter().map(|value| v8::Local::new(scope, value)).collect();
    hold_read(scope, &value.bytes, &[read], &found)?;
    if found.is_empty() {
        return Ok(read);
    }
    let state = IsolateState::of(scope);
    let entries = state.entries.get().ok_or(WireError::Malformed)?;
    let found = v8::Array::new_with_elements(scope, &found).into();
    let receive = v8::Local::new(scope, &entries.receive_value);
    let undefined = v8::undefined(scope).into();
    receive.call(scope, undefined, &[read, found]).ok_or(WireError::Malformed)
}
