//! Values on their way between isolates: V8's serialisation with a side table of capabilities.
//!
//! Owns what may cross and how: structured-cloneable values as bytes, stubs and classes as entries of the table. A
//! capability is recognised by the native object behind it, never by anything that user code could forge. It must not
//! know calls.

use std::cell::RefCell;

use deno_core::{cppgc, op2};
use v8::{ValueDeserializerHelper, ValueSerializerHelper};

use crate::call::{ClassRef, Target};
use crate::rpc::{ClassHandle, Fetcher, StubTarget};
use denizen_core::limits::RPC_BYTES;

/// A serialised value.
#[derive(Clone, Debug, Default)]
pub struct WireValue {
    /// V8's serialisation, with its version header.
    pub bytes: Vec<u8>,
    /// What host objects in `bytes` refer to, by index.
    pub capabilities: Vec<Capability>,
}

/// A reference that crosses with a value.
#[derive(Clone, Debug)]
pub enum Capability {
    /// A stub.
    Service(Target),
    /// A Durable Object class.
    Class(ClassRef),
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
    /// Bytes that are no serialisation: a damaged database, for instance.
    #[class(generic)]
    #[error("Unable to deserialize cloned data.")]
    Malformed,
}

const KIND_SERVICE: u32 = 1;
const KIND_CLASS: u32 = 2;

#[derive(Default)]
struct Writer {
    capabilities: RefCell<Vec<Capability>>,
    refused: RefCell<Option<String>>,
    plain_prototype: Option<v8::Global<v8::Value>>,
}

impl Writer {
    fn refuse(&self, scope: &mut v8::PinScope<'_, '_>, message: String) {
        let text = v8::String::new(scope, &message).unwrap_or_else(|| v8::String::empty(scope));
        self.refused.borrow_mut().get_or_insert(message);
        let exception = v8::Exception::error(scope, text);
        scope.throw_exception(exception);
    }
}

impl v8::ValueSerializerImpl for &Writer {
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
        Some(!plain)
    }

    fn write_host_object<'s>(
        &self,
        scope: &mut v8::PinScope<'s, '_>,
        object: v8::Local<'s, v8::Object>,
        serializer: &dyn ValueSerializerHelper,
    ) -> Option<bool> {
        let value: v8::Local<v8::Value> = object.into();
        let (kind, capability) = if let Some(stub) = cppgc::try_unwrap_cppgc_object::<Fetcher>(scope, value) {
            // SAFETY: `value` is a live handle in this scope.
            match &unsafe { stub.as_ref() }.target {
                StubTarget::Target(Target::Entrypoint { worker: crate::call::WorkerRef::Loaded(_), .. }) => {
                    self.refuse(scope, DYNAMIC_STUB.to_owned());
                    return None;
                }
                StubTarget::Target(target) => (KIND_SERVICE, Capability::Service(target.clone())),
                StubTarget::Facet { .. } => {
                    self.refuse(scope, FACET_STUB.to_owned());
                    return None;
                }
            }
        } else if let Some(class) = cppgc::try_unwrap_cppgc_object::<ClassHandle>(scope, value) {
            // SAFETY: `value` is a live handle in this scope.
            let class = &unsafe { class.as_ref() }.class;
            if matches!(class.worker, crate::call::WorkerRef::Loaded(_)) {
                self.refuse(scope, DYNAMIC_STUB.to_owned());
                return None;
            }
            (KIND_CLASS, Capability::Class(class.clone()))
        } else {
            let name = object.get_constructor_name().to_rust_string_lossy(scope);
            let name = if name.is_empty() { "Object".to_owned() } else { name };
            self.refuse(
                scope,
                format!("Could not serialize object of type \"{name}\". This type does not support serialization."),
            );
            return None;
        };
        let mut capabilities = self.capabilities.borrow_mut();
        serializer.write_uint32(kind);
        serializer.write_uint32(capabilities.len() as u32);
        capabilities.push(capability);
        Some(true)
    }
}

/// Why an entrypoint or class of a dynamic Worker does not cross. The text is workerd's.
pub const DYNAMIC_STUB: &str = "Entrypoints to dynamically-loaded workers cannot be transferred to other Workers, because the system does not know how to reload this Worker from scratch. Instead, have the parent Worker expose an entrypoint which constructs the dynamic worker and forwards to it.";
/// Why a stub of a facet does not cross. The text is workerd's.
pub const FACET_STUB: &str = "Stubs pointing to Durable Object facets are not serializable.";

struct Reader<'a>(&'a [Capability]);

impl v8::ValueDeserializerImpl for Reader<'_> {
    fn read_host_object<'s>(
        &self,
        scope: &mut v8::PinScope<'s, '_>,
        deserializer: &dyn ValueDeserializerHelper,
    ) -> Option<v8::Local<'s, v8::Object>> {
        let (mut kind, mut index) = (0, 0);
        if !deserializer.read_uint32(&mut kind) || !deserializer.read_uint32(&mut index) {
            return None;
        }
        match self.0.get(index as usize)? {
            Capability::Service(target) => Some(super::stub_to_js(scope, StubTarget::Target(target.clone()))),
            Capability::Class(class) => Some(super::class_to_js(scope, class.clone())),
        }
    }
}

/// Serialises `value`.
pub fn serialize(scope: &mut v8::PinScope<'_, '_>, value: v8::Local<'_, v8::Value>) -> Result<WireValue, WireError> {
    let plain = v8::Object::new(scope).get_prototype(scope);
    let writer =
        Writer { plain_prototype: plain.map(|prototype| v8::Global::new(scope, prototype)), ..Writer::default() };
    let context = scope.get_current_context();
    v8::tc_scope!(let scope, scope);
    let serializer = v8::ValueSerializer::new(scope, Box::new(&writer));
    serializer.write_header();
    let written = serializer.write_value(context, value);
    if written != Some(true) {
        let thrown = scope.exception().map(|exception| exception.to_rust_string_lossy(scope));
        return Err(match writer.refused.take() {
            Some(message) => WireError::DataClone(message),
            None => WireError::Thrown(thrown.unwrap_or_else(|| "The value could not be cloned.".to_owned())),
        });
    }
    let bytes = serializer.release();
    drop(serializer);
    if bytes.len() > RPC_BYTES {
        return Err(WireError::TooLarge(bytes.len()));
    }
    Ok(WireValue { bytes, capabilities: writer.capabilities.take() })
}

/// A deep copy of `value` in the same isolate, by the structured clone algorithm (HTML standard). Buffers of `transfer` move
/// instead of being copied.
#[op2]
pub fn op_structured_clone_plain<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    value: v8::Local<'s, v8::Value>,
    transfer: v8::Local<'s, v8::Array>,
) -> Result<v8::Local<'s, v8::Value>, WireError> {
    let mut moved = Vec::new();
    for index in 0..transfer.length() {
        let buffer =
            transfer.get_index(scope, index).and_then(|item| v8::Local::<v8::ArrayBuffer>::try_from(item).ok());
        let buffer = buffer.filter(|buffer| buffer.is_detachable() && !buffer.was_detached());
        moved.push(buffer.ok_or_else(|| WireError::DataClone("Value is not transferable.".into()))?);
    }
    let context = scope.get_current_context();
    let writer = Cloner::default();
    let bytes = {
        v8::tc_scope!(let scope, scope);
        let serializer = v8::ValueSerializer::new(scope, Box::new(&writer));
        serializer.write_header();
        for (index, buffer) in moved.iter().enumerate() {
            serializer.transfer_array_buffer(index as u32, *buffer);
        }
        if serializer.write_value(context, value) != Some(true) {
            let thrown = scope.exception().map(|exception| exception.to_rust_string_lossy(scope));
            return Err(match writer.refused.take() {
                Some(message) => WireError::DataClone(message),
                None => WireError::Thrown(thrown.unwrap_or_else(|| "The value could not be cloned.".to_owned())),
            });
        }
        serializer.release()
    };
    let deserializer = v8::ValueDeserializer::new(scope, Box::new(Reader(&[])), &bytes);
    for (index, buffer) in moved.iter().enumerate() {
        let store = buffer.get_backing_store();
        buffer.detach(None);
        let copy = v8::ArrayBuffer::with_backing_store(scope, &store);
        deserializer.transfer_array_buffer(index as u32, copy);
    }
    if deserializer.read_header(context) != Some(true) {
        return Err(WireError::Malformed);
    }
    deserializer.read_value(context).ok_or(WireError::Malformed)
}

#[derive(Default)]
struct Cloner {
    refused: RefCell<Option<String>>,
}

impl v8::ValueSerializerImpl for &Cloner {
    fn throw_data_clone_error<'s>(&self, scope: &mut v8::PinScope<'s, '_>, message: v8::Local<'s, v8::String>) {
        self.refused.borrow_mut().get_or_insert(message.to_rust_string_lossy(scope));
        let exception = v8::Exception::error(scope, message);
        scope.throw_exception(exception);
    }

    fn write_host_object<'s>(
        &self,
        scope: &mut v8::PinScope<'s, '_>,
        object: v8::Local<'s, v8::Object>,
        _serializer: &dyn ValueSerializerHelper,
    ) -> Option<bool> {
        let name = object.get_constructor_name().to_rust_string_lossy(scope);
        let message =
            format!("Could not serialize object of type \"{name}\". This type does not support serialization.");
        let text = v8::String::new(scope, &message).unwrap_or_else(|| v8::String::empty(scope));
        self.refused.borrow_mut().get_or_insert(message);
        let exception = v8::Exception::error(scope, text);
        scope.throw_exception(exception);
        None
    }
}

/// Reads a value back in the isolate of `scope`.
pub fn deserialize<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    value: &WireValue,
) -> Result<v8::Local<'s, v8::Value>, WireError> {
    let context = scope.get_current_context();
    let deserializer = v8::ValueDeserializer::new(scope, Box::new(Reader(&value.capabilities)), &value.bytes);
    if deserializer.read_header(context) != Some(true) {
        return Err(WireError::Malformed);
    }
    deserializer.read_value(context).ok_or(WireError::Malformed)
}
