//! A Worker's own exports as capabilities: what `ctx.exports` is made from.
//!
//! Owns stubs, classes and namespaces that lead back to the Worker that runs. They give a Worker nothing but itself, so no
//! handle is asked for. It must not know which exports there are.

use std::sync::Arc;

use deno_core::{cppgc, op2};

use super::{StubTarget, class_to_js, stub_to_js, wire};
use crate::actor::NamespaceHandle;
use crate::call::{ClassRef, Descent, LoadedWorker, Target, WorkerRef};
use crate::io::context::IoContext;
use crate::isolate::IsolateState;
use denizen_core::limits::{AskedLimits, EventLimits};

/// The Worker that runs, as a target.
fn own_worker(state: &IsolateState) -> WorkerRef {
    let definition = state.worker();
    if !definition.loaded {
        return WorkerRef::Static(definition.name.clone());
    }
    WorkerRef::Loaded(Arc::new(LoadedWorker::of(definition)))
}

/// The limits of the event that runs, where a loaded Worker runs: neither its own exports nor facets that it starts may have
/// more than it has.
pub fn own_limits(scope: &mut v8::PinScope<'_, '_>) -> AskedLimits {
    match IoContext::current(scope) {
        Ok(io) if IsolateState::of(scope).worker().loaded => limits_of(&io),
        _ => AskedLimits::default(),
    }
}

fn limits_of(io: &IoContext) -> AskedLimits {
    let EventLimits { cpu, sub_requests, wall } = io.limits;
    AskedLimits { cpu: Some(cpu), sub_requests: Some(sub_requests), wall: Some(wall) }
}

/// Holds a call of a loaded Worker to a loaded Worker, such as itself, to the limits of the event that makes it.
pub fn hold(state: &IsolateState, io: &IoContext, target: &mut Target) {
    if let Target::Entrypoint { worker: WorkerRef::Loaded(_), limits, .. } = target
        && state.worker().loaded
    {
        *limits = limits.and(limits_of(io));
    }
}

/// What is behind such a call.
pub fn descent(state: &IsolateState, io: &IoContext, target: &Target) -> Option<Descent> {
    match target {
        Target::Entrypoint { worker: WorkerRef::Loaded(_), .. } if state.worker().loaded => Some(io.descend()),
        _ => None,
    }
}

fn named(export: String) -> Option<String> {
    (export != "default").then_some(export)
}

/// A stub of one of the Worker's own entrypoints.
#[op2]
pub fn op_loopback_entrypoint<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[string] export: String,
    props: v8::Local<'s, v8::Value>,
) -> Result<v8::Local<'s, v8::Value>, wire::WireError> {
    let Some(props) = wire::read_props(scope, props)? else { return Ok(v8::undefined(scope).into()) };
    let limits = own_limits(scope);
    let worker = own_worker(&IsolateState::of(scope));
    let target = Target::Entrypoint { worker, entrypoint: named(export), props, limits };
    Ok(stub_to_js(scope, StubTarget::Target(target)).into())
}

/// One of the Worker's own Durable Object classes.
#[op2]
pub fn op_loopback_class<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[string] export: String,
    props: v8::Local<'s, v8::Value>,
) -> Result<v8::Local<'s, v8::Value>, wire::WireError> {
    let Some(props) = wire::read_props(scope, props)? else { return Ok(v8::undefined(scope).into()) };
    let limits = own_limits(scope);
    let worker = own_worker(&IsolateState::of(scope));
    Ok(class_to_js(scope, ClassRef { worker, class_name: named(export), props, limits }).into())
}

/// The namespace in which one of the Worker's own classes has its objects; `undefined` if it has none.
#[op2]
pub fn op_loopback_namespace<'s>(scope: &mut v8::PinScope<'s, '_>, #[string] export: &str) -> v8::Local<'s, v8::Value> {
    let state = IsolateState::of(scope);
    match state.worker().namespaces.get(export) {
        Some(namespace) => cppgc::make_cppgc_object(scope, NamespaceHandle { namespace: namespace.clone() }).into(),
        None => v8::undefined(scope).into(),
    }
}
