//! The rpc binding: stubs, classes as values, and calls through them.
//!
//! Owns the native objects that stand for other Workers, objects and facets, and the one operation that calls them. It
//! must not know where a target runs.

pub mod wire;

use std::cell::Cell;
use std::sync::Arc;

use deno_core::{GarbageCollected, cppgc, op2};

use crate::call::{Call, CallError, CallKind, CallOk, ClassRef, ReplyTo, RequestParts, Target};
use crate::fetch::{FetchError, body, count_sub_request, read_headers, send_to};
use crate::io::context::{IoContext, IoError};
use crate::isolate::{IsolateState, Output};

deno_core::extension!(
    denizen_rpc,
    ops = [wire::op_structured_clone_plain, op_stub_fetch, op_stub_call, op_stub_is, op_class_is],
    objects = [Fetcher, ClassHandle],
);

/// Whom a stub stands for.
#[derive(Debug)]
pub enum StubTarget {
    /// Known from the start.
    Target(Target),
    /// A facet: the container that its name stands for is looked up at the first request and stays.
    Facet {
        /// Incarnation of the parent.
        parent: u64,
        /// Name among the parent's facets.
        name: String,
        /// The container, once it is known.
        container: Cell<Option<u64>>,
    },
}

/// A stub: what `env.SERVICE`, `namespace.get()` and `ctx.facets.get()` give. Its methods are made in JavaScript.
pub struct Fetcher {
    /// Whom it stands for.
    pub target: StubTarget,
}

// SAFETY: no reference into the V8 heap is held.
unsafe impl GarbageCollected for Fetcher {
    fn trace(&self, _visitor: &mut v8::cppgc::Visitor) {}

    fn get_name(&self) -> &'static std::ffi::CStr {
        c"Fetcher"
    }
}

#[op2]
impl Fetcher {
    #[constructor]
    #[cppgc]
    fn constructor() -> Result<Fetcher, deno_error::JsErrorBox> {
        Err(deno_error::JsErrorBox::type_error("Illegal constructor"))
    }
}

/// A Durable Object class as a value.
pub struct ClassHandle {
    /// Which one.
    pub class: ClassRef,
}

// SAFETY: no reference into the V8 heap is held.
unsafe impl GarbageCollected for ClassHandle {
    fn trace(&self, _visitor: &mut v8::cppgc::Visitor) {}

    fn get_name(&self) -> &'static std::ffi::CStr {
        c"DurableObjectClass"
    }
}

#[op2]
impl ClassHandle {
    #[constructor]
    #[cppgc]
    fn constructor() -> Result<ClassHandle, deno_error::JsErrorBox> {
        Err(deno_error::JsErrorBox::type_error("Illegal constructor"))
    }
}

/// A stub for `target`.
pub fn stub_to_js<'s>(scope: &mut v8::PinScope<'s, '_>, target: StubTarget) -> v8::Local<'s, v8::Object> {
    cppgc::make_cppgc_object(scope, Fetcher { target })
}

/// A value for `class`.
pub fn class_to_js<'s>(scope: &mut v8::PinScope<'s, '_>, class: ClassRef) -> v8::Local<'s, v8::Object> {
    cppgc::make_cppgc_object(scope, ClassHandle { class })
}

/// The target of a stub for a call now.
fn resolve(state: &IsolateState, stub: &Fetcher) -> Target {
    match &stub.target {
        StubTarget::Target(target) => target.clone(),
        StubTarget::Facet { parent, name, container } => {
            let pinned = container
                .get()
                .unwrap_or_else(|| state.host.facet_container(*parent, name).map_or(0, |(container, _)| container));
            container.set(Some(pinned));
            Target::Facet { parent: *parent, container: pinned }
        }
    }
}

/// Whether `value` is a stub.
#[op2(fast)]
pub fn op_stub_is(scope: &mut v8::PinScope<'_, '_>, value: v8::Local<'_, v8::Value>) -> bool {
    cppgc::try_unwrap_cppgc_object::<Fetcher>(scope, value).is_some()
}

/// Whether `value` is a Durable Object class.
#[op2(fast)]
pub fn op_class_is(scope: &mut v8::PinScope<'_, '_>, value: v8::Local<'_, v8::Value>) -> bool {
    cppgc::try_unwrap_cppgc_object::<ClassHandle>(scope, value).is_some()
}

/// Sends a request to a stub. The promise gives the parts of the response.
#[op2]
pub fn op_stub_fetch<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] stub: &Fetcher,
    #[string] method: String,
    #[string] url: String,
    headers: v8::Local<'s, v8::Array>,
    body: v8::Local<'s, v8::Value>,
    #[string] cf: Option<String>,
) -> Result<v8::Local<'s, v8::Promise>, FetchError> {
    let io = IoContext::current(scope)?;
    let state = IsolateState::of(scope);
    count_sub_request(&state, &io)?;
    let headers = read_headers(scope, headers);
    let body = body::from_js(scope, body)?;
    let target = resolve(&state, stub);
    let (promise, token) = state.start(scope, &io);
    send_to(&state, &io, target, Box::new(RequestParts { method, url, headers, body, cf }), token);
    Ok(promise)
}

/// Why a method call did not leave.
#[derive(Debug, thiserror::Error, deno_error::JsError)]
pub enum RpcError {
    /// No event runs.
    #[class(inherit)]
    #[error(transparent)]
    Io(#[from] IoError),
    /// An argument cannot cross.
    #[class(inherit)]
    #[error(transparent)]
    Wire(#[from] wire::WireError),
    /// Too many subrequests.
    #[class(inherit)]
    #[error(transparent)]
    Fetch(#[from] FetchError),
}

/// Calls a method of a stub with an array of arguments. The promise gives the result.
#[op2]
pub fn op_stub_call<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] stub: &Fetcher,
    #[string] method: String,
    args: v8::Local<'s, v8::Value>,
) -> Result<v8::Local<'s, v8::Promise>, RpcError> {
    let io = IoContext::current(scope)?;
    let state = IsolateState::of(scope);
    count_sub_request(&state, &io)?;
    let args = wire::serialize(scope, args)?;
    let target = resolve(&state, stub);
    let (promise, token) = state.start(scope, &io);
    let call = Call {
        target,
        kind: CallKind::Rpc { method, args },
        reply: ReplyTo::Isolate(state.completer(token)),
        cancel: None,
    };
    state.emit(io.actor.as_ref(), Output::Call(call));
    Ok(promise)
}

/// The value that a call's promise gives.
pub fn outcome_to_js<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    io: &std::rc::Rc<IoContext>,
    ok: CallOk,
) -> Result<v8::Local<'s, v8::Value>, wire::WireError> {
    match ok {
        CallOk::Unit => Ok(v8::undefined(scope).into()),
        CallOk::Value(value) => wire::deserialize(scope, &value),
        CallOk::Response(response) => Ok(crate::fetch::response_to_js(scope, io, *response)),
    }
}

/// The JavaScript error that stands for `error`. Standard classes keep their type, as workerd's do.
pub fn error_to_js<'s>(scope: &mut v8::PinScope<'s, '_>, error: &CallError) -> v8::Local<'s, v8::Value> {
    let message = v8::String::new(scope, &error.message).unwrap_or_else(|| v8::String::empty(scope));
    let value = match error.name.as_str() {
        "TypeError" => v8::Exception::type_error(scope, message),
        "RangeError" => v8::Exception::range_error(scope, message),
        "SyntaxError" => v8::Exception::syntax_error(scope, message),
        "ReferenceError" => v8::Exception::reference_error(scope, message),
        name if DOM_NAMES.contains(&name) => dom_exception(scope, message, name),
        _ => v8::Exception::error(scope, message),
    };
    let Ok(object) = v8::Local::<v8::Object>::try_from(value) else { return value };
    if !matches!(error.name.as_str(), "" | "Error" | "TypeError" | "RangeError" | "SyntaxError" | "ReferenceError")
        && !DOM_NAMES.contains(&error.name.as_str())
    {
        let name = crate::fetch::string(scope, &error.name);
        set_hidden(scope, object, "name", name);
    }
    if let Some(props) = &error.props {
        copy_props(scope, props, object);
    }
    let flags = [
        ("remote", error.remote),
        ("retryable", error.retryable),
        ("overloaded", error.overloaded),
        ("durableObjectReset", error.durable_object_reset),
    ];
    for (name, set) in flags {
        if set {
            let truth = v8::Boolean::new(scope, true).into();
            set_property(scope, object, name, truth);
        }
    }
    if let Some((limit, used, max)) = error.limit {
        let name = crate::fetch::string(scope, &limit.to_string());
        set_property(scope, object, "limit", name);
        let used = v8::Number::new(scope, used).into();
        set_property(scope, object, "used", used);
        let max = v8::Number::new(scope, max).into();
        set_property(scope, object, "max", max);
    }
    value
}

/// Names by which a DOMException crosses. Others are `Error`s of that name.
const DOM_NAMES: &[&str] = &[
    "AbortError",
    "DataCloneError",
    "InvalidCharacterError",
    "InvalidStateError",
    "NetworkError",
    "NotFoundError",
    "NotSupportedError",
    "OperationError",
    "QuotaExceededError",
    "TimeoutError",
    "TypeMismatchError",
];

fn dom_exception<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    message: v8::Local<'s, v8::String>,
    name: &str,
) -> v8::Local<'s, v8::Value> {
    let state = IsolateState::of(scope);
    let Some(entries) = state.entries.get() else { return v8::Exception::error(scope, message) };
    let make = v8::Local::new(scope, &entries.dom_exception);
    let name = crate::fetch::string(scope, name);
    let undefined = v8::undefined(scope).into();
    let made = make.call(scope, undefined, &[message.into(), name]);
    made.unwrap_or_else(|| v8::Exception::error(scope, message))
}

fn copy_props(scope: &mut v8::PinScope<'_, '_>, props: &Arc<wire::WireValue>, onto: v8::Local<'_, v8::Object>) {
    let Ok(value) = wire::deserialize(scope, props) else { return };
    let Ok(object) = v8::Local::<v8::Object>::try_from(value) else { return };
    let Some(names) = object.get_own_property_names(scope, v8::GetPropertyNamesArgs::default()) else { return };
    for index in 0..names.length() {
        if let Some(name) = names.get_index(scope, index)
            && let Some(value) = object.get(scope, name)
            && let Ok(name) = v8::Local::<v8::Name>::try_from(name)
        {
            onto.create_data_property(scope, name, value);
        }
    }
}

/// Defines an own property that is not enumerated.
fn set_hidden(
    scope: &mut v8::PinScope<'_, '_>,
    object: v8::Local<'_, v8::Object>,
    name: &str,
    value: v8::Local<'_, v8::Value>,
) {
    if let Some(name) = v8::String::new(scope, name) {
        object.define_own_property(scope, name.into(), value, v8::PropertyAttribute::DONT_ENUM);
    }
}

/// Defines an own property, whatever setters the prototypes have.
fn set_property(
    scope: &mut v8::PinScope<'_, '_>,
    object: v8::Local<'_, v8::Object>,
    name: &str,
    value: v8::Local<'_, v8::Value>,
) {
    if let Some(name) = v8::String::new(scope, name) {
        object.create_data_property(scope, name.into(), value);
    }
}
