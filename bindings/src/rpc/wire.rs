//! What is serialised: values on their way between isolates, and into storage.
//!
//! Owns the form of a value in transit, why one is refused, and V8's serialisation for storage. What is stored has no
//! capabilities, but objects of the runtime's own classes, which JavaScript takes apart and makes. It must not know calls,
//! nor those classes.

use std::cell::{Cell, RefCell};
use std::sync::{Arc, Mutex};

use deno_core::{cppgc, op2};
use v8::{ValueDeserializerHelper, ValueSerializerHelper};

use crate::call::{ClassRef, Target};
use crate::fetch::body::StreamEnd;
use crate::io::context::IoError;
use crate::memory::{self, Full, Held, serializing};
use crate::resizable::{self, hold_read};
use crate::rpc::{ClassHandle, Fetcher};

use super::value::capability;

pub use super::value::{deserialize, serialize};

/// A serialised value.
#[derive(Clone, Debug, Default)]
pub struct WireValue {
    /// V8's serialisation, with its version header.
    pub bytes: Vec<u8>,
    /// What stubs and classes in `bytes` refer to, by index.
    pub capabilities: Vec<Capability>,
    /// What streams and bodies in `bytes` refer to, by index. Each arrives once.
    pub streams: Vec<Arc<Mutex<Option<StreamEnd>>>>,
    /// Whose memory `bytes` are, while they are on their way.
    pub held: Option<Arc<Held>>,
}

/// A reference that crosses with a value.
#[derive(Clone, Debug)]
pub enum Capability {
    /// A stub.
    Service(Target),
    /// A Durable Object class.
    Class(ClassRef),
}

/// Where a value goes, which decides what of it may cross and how long its streams live.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// It is kept for more than one reader: env, props. Streams are refused.
    Keep,
    /// It was thrown, or is a member of an error that was. Streams, stubs and classes are refused, and objects of user code
    /// cross as plain ones.
    Thrown,
    /// Arguments of a call. What is written to or read from their streams ends with the event that calls.
    Arguments,
    /// The result of a call. Its event goes on until the streams in it have ended.
    Result,
}

/// Why a value cannot cross. The texts are workerd's.
#[derive(Debug, thiserror::Error, deno_error::JsError)]
pub enum WireError {
    /// Part of it has no serialisation.
    #[class("DOMExceptionDataCloneError")]
    #[error("{0}")]
    DataClone(String),
    /// A getter of it threw.
    #[class(generic)]
    #[error("{0}")]
    Thrown(String),
    /// It is too large.
    #[class(generic)]
    #[error(
        "Serialized RPC arguments or return values are limited to 32MiB, but the size of this value was: {0} bytes."
    )]
    TooLarge(usize),
    /// The isolate that it is for has no room for it.
    #[class(generic)]
    #[error("The value that was received needs more memory than its receiver has left.")]
    NoRoom,
    /// Bytes that are no serialisation: a damaged database, for instance.
    #[class(generic)]
    #[error("Unable to deserialize cloned data.")]
    Malformed,
    /// Its isolate has too much on the way.
    #[class(inherit)]
    #[error(transparent)]
    Full(#[from] Full),
    /// A stream of it is of another event.
    #[class(inherit)]
    #[error(transparent)]
    Io(#[from] IoError),
}

/// Why a value was not serialised.
pub enum Refused {
    /// It cannot cross.
    Error(WireError),
    /// JavaScript that it made run threw this.
    Thrown(v8::Global<v8::Value>),
}

impl From<WireError> for Refused {
    fn from(error: WireError) -> Self {
        Refused::Error(error)
    }
}

/// For an operation: what JavaScript threw is on its way again, and `None` says so.
pub fn or_throw<T>(scope: &mut v8::PinScope<'_, '_>, result: Result<T, Refused>) -> Result<Option<T>, WireError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Refused::Error(error)) => Err(error),
        Err(Refused::Thrown(exception)) => {
            let exception = v8::Local::new(scope, exception);
            scope.throw_exception(exception);
            Ok(None)
        }
    }
}

/// The props of a stub or class, for an operation, which must return at once if this gives `None`: what JavaScript threw is on
/// its way then.
pub fn read_props(
    scope: &mut v8::PinScope<'_, '_>,
    props: v8::Local<'_, v8::Value>,
) -> Result<Option<Option<Arc<WireValue>>>, WireError> {
    if props.is_null_or_undefined() {
        return Ok(Some(None));
    }
    let props = kept(scope, props);
    Ok(or_throw(scope, props)?.map(|props| Some(Arc::new(props))))
}

/// A value that is kept for more than one reader, and counts as memory of the isolate that runs for as long.
pub fn kept(scope: &mut v8::PinScope<'_, '_>, value: v8::Local<'_, v8::Value>) -> Result<WireValue, Refused> {
    keep(scope, value, Purpose::Keep)
}

/// The same for what was thrown.
pub fn thrown(scope: &mut v8::PinScope<'_, '_>, value: v8::Local<'_, v8::Value>) -> Result<WireValue, Refused> {
    keep(scope, value, Purpose::Thrown)
}

fn keep(
    scope: &mut v8::PinScope<'_, '_>,
    value: v8::Local<'_, v8::Value>,
    purpose: Purpose,
) -> Result<WireValue, Refused> {
    let value = serialize(scope, value, purpose)?;
    let held = memory::hold_few(scope, value.bytes.len()).map_err(WireError::from)?;
    Ok(WireValue { held: Some(Arc::new(held)), ..value })
}

/// Why an entrypoint or class of a dynamic Worker does not cross. The text is workerd's.
pub const DYNAMIC_STUB: &str = "Entrypoints to dynamically-loaded workers cannot be transferred to other Workers, because the system does not know how to reload this Worker from scratch. Instead, have the parent Worker expose an entrypoint which constructs the dynamic worker and forwards to it.";
/// Why a stub of a facet does not cross. The text is workerd's.
pub const FACET_STUB: &str = "Stubs pointing to Durable Object facets are not serializable.";

/// Writes values for storage.
struct Keeper<'f> {
    refused: RefCell<Option<String>>,
    plain_prototype: Option<v8::Global<v8::Value>>,
    describe: v8::Local<'f, v8::Function>,
    /// What the object that V8 asked for last is made of.
    parts: RefCell<Option<v8::Global<v8::Value>>>,
}

impl Keeper<'_> {
    fn refuse(&self, scope: &mut v8::PinScope<'_, '_>, message: &str) {
        let text = v8::String::new(scope, message).unwrap_or_else(|| v8::String::empty(scope));
        self.refused.borrow_mut().get_or_insert_with(|| message.to_owned());
        let exception = v8::Exception::error(scope, text);
        scope.throw_exception(exception);
    }
}

impl v8::ValueSerializerImpl for &Keeper<'_> {
    fn throw_data_clone_error<'s>(&self, scope: &mut v8::PinScope<'s, '_>, message: v8::Local<'s, v8::String>) {
        let message = message.to_rust_string_lossy(scope);
        // An array is never refused but for being a proxy of one, which workerd's V8 calls an object.
        let message = match &*message {
            "[object Array] could not be cloned." => "[object Object] could not be cloned.",
            other => other,
        };
        self.refuse(scope, message);
    }

    fn has_custom_host_object(&self, _isolate: &v8::Isolate) -> bool {
        true
    }

    fn is_host_object<'s>(&self, scope: &mut v8::PinScope<'s, '_>, object: v8::Local<'s, v8::Object>) -> Option<bool> {
        let prototype = object.get_prototype(scope)?;
        let plain = self.plain_prototype.as_ref().is_some_and(|plain| *plain == prototype);
        if plain || prototype.is_null() || object.is_native_error() {
            return Some(false);
        }
        let value: v8::Local<v8::Value> = object.into();
        let is_stub = cppgc::try_unwrap_cppgc_object::<Fetcher>(scope, value).is_some()
            || cppgc::try_unwrap_cppgc_object::<ClassHandle>(scope, value).is_some();
        if is_stub {
            return Some(true);
        }
        let receiver = v8::undefined(scope).into();
        let parts = self.describe.call(scope, receiver, &[value])?;
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
        let Some(parts) = self.parts.take() else {
            let text = match capability(scope, object.into()) {
                Err(text) => text,
                Ok(Some((_, Capability::Class(_)))) => "DurableObjectClass cannot be serialized in this context.",
                Ok(_) => "ServiceStub cannot be serialized in this context.",
            };
            self.refuse(scope, text);
            return None;
        };
        let parts = v8::Local::<v8::Array>::try_from(v8::Local::new(scope, parts)).ok()?;
        let kind = parts.get_index(scope, 0)?.uint32_value(scope)?;
        let data = parts.get_index(scope, 1)?;
        serializer.write_uint32(kind);
        let context = scope.get_current_context();
        serializer.write_value(context, data)
    }
}

/// Reads values from storage. V8 lets no JavaScript run meanwhile: what has to be made by it is noted here, with an empty
/// object in its place.
#[derive(Default)]
struct Finder(RefCell<Vec<v8::Global<v8::Value>>>);

impl v8::ValueDeserializerImpl for &Finder {
    fn read_host_object<'s>(
        &self,
        scope: &mut v8::PinScope<'s, '_>,
        deserializer: &dyn ValueDeserializerHelper,
    ) -> Option<v8::Local<'s, v8::Object>> {
        let mut kind = 0;
        if !deserializer.read_uint32(&mut kind) {
            return None;
        }
        let context = scope.get_current_context();
        let data = deserializer.read_value(context)?;
        let kind: v8::Local<v8::Value> = v8::Integer::new_from_unsigned(scope, kind).into();
        let place = v8::Object::new(scope);
        for value in [place.into(), kind, data] {
            let value = v8::Global::new(scope, value);
            self.0.borrow_mut().push(value);
        }
        Some(place)
    }
}

/// Serialises `value` for storage. `describe` gives `[kind, parts]` for an object of the runtime's own classes,
/// `undefined` for one of user code, whose own properties are kept, and throws for what cannot be stored. `None` if
/// JavaScript threw: that exception is on its way already.
pub fn store<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    value: v8::Local<'s, v8::Value>,
    describe: v8::Local<'s, v8::Function>,
) -> Result<Option<Vec<u8>>, WireError> {
    store_moving(scope, value, describe, &[])
}

/// The same, with `moved` written as buffers that move.
fn store_moving<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    value: v8::Local<'s, v8::Value>,
    describe: v8::Local<'s, v8::Function>,
    moved: &[v8::Local<'s, v8::ArrayBuffer>],
) -> Result<Option<Vec<u8>>, WireError> {
    let bytes = store_once(scope, value, describe, moved)?;
    if !value.is_object() || !bytes.as_deref().is_some_and(may_hold_an_error) {
        return Ok(bytes);
    }
    // Of an error, V8 writes little, and asks nobody: it is found afterwards.
    let receiver = v8::undefined(scope).into();
    let whole = v8::Boolean::new(scope, true).into();
    let Some(packed) = describe.call(scope, receiver, &[value, whole]) else { return Ok(None) };
    if packed.is_undefined() { Ok(bytes) } else { store_once(scope, packed, describe, moved) }
}

/// Whether there is something like the beginning of an error in V8's format: its tag, that of its class unless it is
/// `Error`, and that of a text: its message or its stack.
pub fn may_hold_an_error(bytes: &[u8]) -> bool {
    bytes.windows(4).any(|bytes| {
        let rest = if b"EFRSTU".contains(&bytes[1]) { &bytes[2..] } else { &bytes[1..3] };
        bytes[0] == b'r' && b"ms".contains(&rest[0]) && b"\"cS".contains(&rest[1])
    })
}

/// Learns whether V8 asks what an object is. It asks for those that have nothing but properties, and refuses or knows others.
#[derive(Default)]
struct Asked(Cell<bool>);

impl v8::ValueSerializerImpl for &Asked {
    fn throw_data_clone_error<'s>(&self, scope: &mut v8::PinScope<'s, '_>, message: v8::Local<'s, v8::String>) {
        scope.throw_exception(message.into());
    }

    fn has_custom_host_object(&self, _isolate: &v8::Isolate) -> bool {
        true
    }

    fn is_host_object<'s>(
        &self,
        _scope: &mut v8::PinScope<'s, '_>,
        _object: v8::Local<'s, v8::Object>,
    ) -> Option<bool> {
        self.0.set(true);
        Some(true)
    }

    fn write_host_object<'s>(
        &self,
        _scope: &mut v8::PinScope<'s, '_>,
        _object: v8::Local<'s, v8::Object>,
        _serializer: &dyn ValueSerializerHelper,
    ) -> Option<bool> {
        Some(true)
    }
}

/// Whether an object, which is no array, Map, Set nor error, is one of user code that V8 writes by its properties.
#[op2(nofast)]
pub fn op_is_ordinary(scope: &mut v8::PinScope<'_, '_>, object: v8::Local<'_, v8::Value>) -> bool {
    if !matches!(capability(scope, object), Ok(None)) {
        return false;
    }
    let context = scope.get_current_context();
    v8::tc_scope!(let scope, scope);
    let asked = Asked::default();
    let serializer = v8::ValueSerializer::new(scope, Box::new(&asked));
    serializer.write_value(context, object);
    asked.0.get()
}

fn store_once<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    value: v8::Local<'s, v8::Value>,
    describe: v8::Local<'s, v8::Function>,
    moved: &[v8::Local<'s, v8::ArrayBuffer>],
) -> Result<Option<Vec<u8>>, WireError> {
    let plain = v8::Object::new(scope).get_prototype(scope);
    let keeper = Keeper {
        refused: RefCell::default(),
        plain_prototype: plain.map(|prototype| v8::Global::new(scope, prototype)),
        describe,
        parts: RefCell::default(),
    };
    let context = scope.get_current_context();
    v8::tc_scope!(let scope, scope);
    let serializer = v8::ValueSerializer::new(scope, Box::new(&keeper));
    for (index, buffer) in moved.iter().enumerate() {
        serializer.transfer_array_buffer(index as u32, *buffer);
    }
    if serializing(|| serializer.write_header(), || serializer.write_value(context, value)) != Some(true) {
        if let Some(message) = keeper.refused.take() {
            return Err(WireError::DataClone(message));
        }
        if scope.has_caught() {
            scope.rethrow();
            return Ok(None);
        }
        return Err(WireError::DataClone("The value could not be cloned.".into()));
    }
    Ok(Some(serializer.release()))
}

/// Reads what [`store`] wrote. If objects of the runtime's own classes are in it, `revive` is called with the value and
/// `[place, kind, parts, …]` of those, inner ones first, and gives the value with the objects in their places.
pub fn read_stored<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    bytes: Vec<u8>,
    revive: v8::Local<'s, v8::Function>,
) -> Result<v8::Local<'s, v8::Value>, WireError> {
    read_moving(scope, bytes, revive, &[])
}

/// The same, with `moved` in place of the buffers that were written as such.
fn read_moving<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    bytes: Vec<u8>,
    revive: v8::Local<'s, v8::Function>,
    moved: &[v8::Local<'s, v8::ArrayBuffer>],
) -> Result<v8::Local<'s, v8::Value>, WireError> {
    let context = scope.get_current_context();
    let finder = Finder::default();
    let value = {
        let deserializer = v8::ValueDeserializer::new(scope, Box::new(&finder), &bytes);
        for (index, buffer) in moved.iter().enumerate() {
            deserializer.transfer_array_buffer(index as u32, *buffer);
        }
        if deserializer.read_header(context) != Some(true) {
            return Err(WireError::Malformed);
        }
        deserializer.read_value(context).ok_or(WireError::Malformed)?
    };
    let found = finder.0.take();
    let found: Vec<_> = found.into_iter().map(|value| v8::Local::new(scope, value)).collect();
    hold_read(scope, &bytes, &[value], &found)?;
    if found.is_empty() {
        return Ok(value);
    }
    let found = v8::Array::new_with_elements(scope, &found).into();
    let receiver = v8::undefined(scope).into();
    revive.call(scope, receiver, &[value, found]).ok_or(WireError::Malformed)
}

/// A deep copy of `value` in the same isolate, by the structured clone algorithm (HTML standard), with objects of the runtime's
/// own classes as in storage ([`store`]). The buffers of `transfer` move instead of being copied. `None` if JavaScript threw.
#[op2]
pub fn op_clone_value<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    value: v8::Local<'s, v8::Value>,
    transfer: v8::Local<'s, v8::Array>,
    describe: v8::Local<'s, v8::Function>,
    revive: v8::Local<'s, v8::Function>,
) -> Result<v8::Local<'s, v8::Value>, WireError> {
    let mut moved = Vec::new();
    for index in 0..transfer.length() {
        let buffer =
            transfer.get_index(scope, index).and_then(|item| v8::Local::<v8::ArrayBuffer>::try_from(item).ok());
        let buffer = buffer.filter(|buffer| buffer.is_detachable() || buffer.was_detached());
        let buffer = buffer.ok_or_else(|| WireError::DataClone("Object is not transferable.".into()))?;
        // A buffer that has moved before has nothing to move.
        // Nor does one that is given twice move twice.
        if !buffer.was_detached() && !moved.contains(&buffer) {
            moved.push(buffer);
        }
    }
    let Some(bytes) = store_moving(scope, value, describe, &moved)? else {
        return Ok(v8::undefined(scope).into());
    };
    let mut copies = Vec::new();
    for buffer in moved {
        let store = buffer.get_backing_store();
        buffer.detach(None);
        let copy = v8::ArrayBuffer::with_backing_store(scope, &store);
        resizable::hold(scope, copy, 0)?;
        copies.push(copy);
    }
    read_moving(scope, bytes, revive, &copies)
}
