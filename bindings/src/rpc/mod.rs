//! The rpc binding: stubs, classes as values, and calls through them.
//!
//! Owns the native objects that stand for other Workers, objects and facets, and the one operation that calls them. It
//! must not know where a target runs.

mod errors;
mod loopback;
mod value;
pub mod wire;

use std::cell::{Cell, OnceCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use denizen_core::limits::AskedLimits;

use deno_core::{GarbageCollected, cppgc, op2};

use crate::call::{Call, CallKind, CallOk, CancelSlot, ClassRef, Container, ReplyTo, RequestParts, Session, Target};
use crate::fetch::{FetchError, body, count_sub_request, read_headers, send_to};
use crate::io::context::{IoContext, IoError};
use crate::isolate::{IsolateState, Output, Token};

use self::wire::Purpose;

pub use errors::{error_from_js, error_to_js, name_object};
pub use loopback::{descent, own_limits};

/// The limits that JavaScript asks for; NaN stands for what it does not ask for.
pub fn asked_limits(cpu_ms: f64, sub_requests: f64, wall_ms: f64) -> AskedLimits {
    // Beyond a century nothing is limited. JavaScript has refused what is negative.
    let time = |ms: f64| (!ms.is_nan()).then(|| Duration::from_secs_f64(ms.clamp(0.0, 4e12) / 1000.0));
    AskedLimits {
        cpu: time(cpu_ms),
        sub_requests: (!sub_requests.is_nan()).then_some(sub_requests as u32),
        wall: time(wall_ms),
    }
}

deno_core::extension!(
    denizen_rpc,
    ops = [
        errors::op_error_origin,
        errors::op_thrown_text,
        wire::op_clone_value,
        wire::op_is_ordinary,
        loopback::op_loopback_entrypoint,
        loopback::op_loopback_class,
        loopback::op_loopback_namespace,
        op_cancel_new,
        op_cancel,
        op_stub_fetch,
        op_stub_call,
        op_stub_get,
        op_stub_is,
        op_class_is,
    ],
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
        container: OnceCell<Arc<Container>>,
    },
}

/// A stub: what `env.SERVICE`, `namespace.get()` and `ctx.facets.get()` give. Its methods are made in JavaScript.
pub struct Fetcher {
    /// Whom it stands for.
    pub target: StubTarget,
    /// The life that it reached, if it stands for an object or a facet.
    pub session: Option<Arc<Session>>,
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
    let session = match &target {
        StubTarget::Target(Target::Object { .. }) | StubTarget::Facet { .. } => Some(Arc::default()),
        _ => None,
    };
    cppgc::make_cppgc_object(scope, Fetcher { target, session })
}

/// A value for `class`.
pub fn class_to_js<'s>(scope: &mut v8::PinScope<'s, '_>, class: ClassRef) -> v8::Local<'s, v8::Object> {
    cppgc::make_cppgc_object(scope, ClassHandle { class })
}

/// The target of a stub for a call now.
fn resolve(state: &IsolateState, io: &IoContext, stub: &Fetcher) -> Target {
    match &stub.target {
        StubTarget::Target(target) => {
            let mut target = target.clone();
            loopback::hold(state, io, &mut target);
            target
        }
        StubTarget::Facet { parent, name, container } => {
            // JavaScript has pinned it. One that is nowhere else cannot be reached.
            Target::Facet(container.get_or_init(|| Container::new(0, *parent, name, None)).clone())
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

/// What tells the events of requests that nobody waits for them any more.
pub struct CancelHandle {
    /// Of the request that was sent last.
    pub slot: Arc<CancelSlot>,
    /// The same, if it went to the network.
    pub sent: Cell<Option<Token>>,
}

// SAFETY: no reference into the V8 heap is held.
unsafe impl GarbageCollected for CancelHandle {
    fn trace(&self, _visitor: &mut v8::cppgc::Visitor) {}

    fn get_name(&self) -> &'static std::ffi::CStr {
        c"CancelHandle"
    }
}

/// For requests that may be cancelled, one after the other.
#[op2]
pub fn op_cancel_new<'s>(scope: &mut v8::PinScope<'s, '_>) -> v8::Local<'s, v8::Object> {
    cppgc::make_cppgc_object(scope, CancelHandle { slot: Arc::default(), sent: Cell::default() })
}

/// Nobody waits for the answer any more: its event learns of it, or does not begin, and a connection is closed.
#[op2(nofast)]
pub fn op_cancel(scope: &mut v8::PinScope<'_, '_>, #[cppgc] handle: &CancelHandle) {
    handle.slot.cancel();
    if let Some(token) = handle.sent.take() {
        IsolateState::of(scope).give_up(token);
    }
}

/// Sends a request to a stub. The promise gives the parts of the response.
#[op2]
#[allow(clippy::too_many_arguments, reason = "the parts of a request")]
pub fn op_stub_fetch<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] stub: &Fetcher,
    #[string] method: String,
    #[string] url: String,
    headers: v8::Local<'s, v8::Array>,
    body: v8::Local<'s, v8::Value>,
    #[string] cf: Option<String>,
    #[cppgc] cancel: Option<&CancelHandle>,
) -> Result<v8::Local<'s, v8::Value>, FetchError> {
    let io = IoContext::current(scope)?;
    let state = IsolateState::of(scope);
    count_sub_request(&io)?;
    let headers = read_headers(scope, headers);
    let body = body::from_js(scope, body)?;
    if let Some(error) = stub.session.as_ref().and_then(|session| session.broken()) {
        // Nothing leaves, so it is no answer of the other side.
        let error = error_to_js(scope, &error);
        scope.throw_exception(error);
        return Ok(v8::undefined(scope).into());
    }
    let target = resolve(&state, &io, stub);
    let (promise, token) = state.start(scope, &io);
    let request = Box::new(RequestParts { method, url, headers, body, cf });
    let cancel = cancel.map(|handle| handle.slot.clone());
    send_to(&state, &io, target, stub.session.clone(), cancel, request, token);
    Ok(promise.into())
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
) -> Result<v8::Local<'s, v8::Value>, RpcError> {
    let io = IoContext::current(scope)?;
    count_sub_request(&io)?;
    let args = wire::serialize(scope, args, Purpose::Arguments);
    let Some(args) = wire::or_throw(scope, args)? else { return Ok(v8::undefined(scope).into()) };
    Ok(send_rpc(scope, &io, stub, method, Some(args)).into())
}

/// Reads a property of what a stub stands for. The promise gives its value.
#[op2]
pub fn op_stub_get<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] stub: &Fetcher,
    #[string] name: String,
) -> Result<v8::Local<'s, v8::Promise>, RpcError> {
    let io = IoContext::current(scope)?;
    count_sub_request(&io)?;
    Ok(send_rpc(scope, &io, stub, name, None))
}

fn send_rpc<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    io: &Rc<IoContext>,
    stub: &Fetcher,
    name: String,
    args: Option<wire::WireValue>,
) -> v8::Local<'s, v8::Promise> {
    let state = IsolateState::of(scope);
    let target = resolve(&state, io, stub);
    let descent = descent(&state, io, &target);
    let (promise, token) = state.start(scope, io);
    // What a facet throws bears the id that it has itself.
    if !matches!(target, Target::Facet(_)) {
        state.is_call(token);
    }
    let call = Call {
        target,
        kind: CallKind::Rpc { name, args },
        reply: ReplyTo::Isolate(state.completer(token)),
        cancel: None,
        session: stub.session.clone(),
        descent,
        delivered: None,
    };
    state.emit(io.actor.as_ref(), Output::Call(call));
    promise
}

/// The value that a call's promise gives.
pub fn outcome_to_js<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    io: &Rc<IoContext>,
    ok: CallOk,
) -> Result<v8::Local<'s, v8::Value>, wire::WireError> {
    match ok {
        CallOk::Unit => Ok(v8::undefined(scope).into()),
        CallOk::Value(value) => wire::deserialize(scope, &value),
        CallOk::Response(response) => Ok(crate::fetch::response_to_js(scope, io, *response)),
    }
}
