//! Turns: one delivery, or one finished operation of one event, with microtasks drained before the next.
//!
//! Owns how a turn enters JavaScript: the IoContext in V8's continuation-preserved data, microtasks, unhandled rejections.
//! It must not know routing; what the turn lets out is left in the isolate's state.

use std::rc::Rc;

use denizen_bindings::actor::Actor;
use denizen_bindings::call::{AlarmCall, CallError, CallKind, CallOk};
use denizen_bindings::fetch::{body, headers_to_js, string, tell_length};
use denizen_bindings::io::context::IoContext;
use denizen_bindings::isolate::{Completion, IsolateState, Rejection, Token};
use denizen_bindings::modules::{BUNDLE, SCHEME};
use denizen_bindings::rpc::{error_to_js, name_object, outcome_to_js, wire};
use denizen_bindings::web::is_on;
use denizen_bindings::{actor, io};
use denizen_core::limits::AskedLimits;

use crate::modules::names::is_runtime_frame;

/// What an actor's instance is made from, beside its class.
pub struct ActorIdentity {
    /// The incarnation.
    pub actor: Rc<Actor>,
    /// `ctx.id`: hexadecimal digits and the name, or a plain text.
    pub id: IdValue,
    /// `ctx.props`.
    pub props: Option<std::sync::Arc<wire::WireValue>>,
    /// Exported name of the class; absent means `default`.
    pub class_name: Option<String>,
    /// Limits of its events.
    pub limits: AskedLimits,
}

/// `ctx.id`.
#[derive(Clone, Debug)]
pub enum IdValue {
    /// A DurableObjectId.
    Object(String, Option<String>),
    /// A string.
    Text(String),
}

/// Runs `work` as code of `io`, then drains microtasks.
fn in_context(scope: &mut v8::PinScope<'_, '_>, io: &Rc<IoContext>, work: impl FnOnce(&mut v8::PinScope<'_, '_>)) {
    let frame = io.frame(scope);
    scope.set_continuation_preserved_embedder_data(frame);
    work(scope);
    drain(scope);
    let undefined = v8::undefined(scope).into();
    scope.set_continuation_preserved_embedder_data(undefined);
}

fn drain(scope: &mut v8::PinScope<'_, '_>) {
    scope.perform_microtask_checkpoint();
}

/// Makes the instance of an actor.
pub fn construct(
    scope: &mut v8::PinScope<'_, '_>,
    state: &Rc<IsolateState>,
    io: &Rc<IoContext>,
    identity: &ActorIdentity,
) {
    in_context(scope, io, |scope| {
        let actor = match identity_to_js(scope, identity) {
            Ok(actor) => actor,
            Err(error) => return state.host.actor_broken(identity.actor.incarnation, error),
        };
        let entries = state.entries.get().expect("an isolate with a Worker has its entries");
        let construct = v8::Local::new(scope, &entries.construct);
        let undefined = v8::undefined(scope).into();
        construct.call(scope, undefined, &[actor]);
    });
}

/// Delivers an event.
pub fn event(
    scope: &mut v8::PinScope<'_, '_>,
    state: &Rc<IsolateState>,
    io: &Rc<IoContext>,
    kind: CallKind,
    entrypoint: Option<&str>,
    props: Option<&wire::WireValue>,
) {
    if let (CallKind::Alarm(alarm), Some(actor)) = (&kind, &io.actor)
        && !begins_alarm(state, io, alarm, actor)
    {
        return;
    }
    in_context(scope, io, |scope| {
        let (number, args) = match arguments(scope, io, kind) {
            Ok(args) => args,
            Err(error) => return io.reply(state, Err(error)),
        };
        let props = match props.map(|props| wire::deserialize(scope, props)).transpose() {
            Ok(props) => props.unwrap_or_else(|| v8::undefined(scope).into()),
            Err(error) => return io.reply(state, Err(CallError::new(error.to_string()))),
        };
        let event = io::event_to_js(scope, io);
        let number = v8::Integer::new(scope, number).into();
        let name = optional(scope, entrypoint);
        let actor = match &io.actor {
            Some(actor) => reference_to_js(scope, actor),
            None => v8::undefined(scope).into(),
        };
        let entries = state.entries.get().expect("an isolate with a Worker has its entries");
        let dispatch = v8::Local::new(scope, &entries.dispatch);
        let undefined = v8::undefined(scope).into();
        dispatch.call(scope, undefined, &[event, number, name, actor, props, args]);
    });
}

/// Whether the handler of an alarm is to run. If not, the event is over.
fn begins_alarm(state: &IsolateState, io: &Rc<IoContext>, alarm: &AlarmCall, actor: &Rc<Actor>) -> bool {
    let database = &actor.database;
    let begun = match alarm.forget {
        true => database.forget_alarm(alarm.scheduled_ms).map(|()| false),
        false => database.begin_alarm(alarm.scheduled_ms),
    };
    actor::storage::mark_dirty(state, actor);
    match begun {
        Ok(true) => return true,
        Ok(false) => io.reply(state, Ok(CallOk::Unit)),
        Err(error) => io.reply(state, Err(CallError::new(error.to_string()))),
    }
    false
}

fn arguments<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    io: &Rc<IoContext>,
    kind: CallKind,
) -> Result<(i32, v8::Local<'s, v8::Value>), CallError> {
    Ok(match kind {
        CallKind::Fetch(mut request) => {
            tell_length(&mut request.headers, &request.body);
            let method = string(scope, &request.method);
            let url = string(scope, &request.url);
            let headers = headers_to_js(scope, &request.headers);
            let body = body::to_js(scope, &io.owner, request.body);
            let cf = optional(scope, request.cf.as_deref());
            (0, v8::Array::new_with_elements(scope, &[method, url, headers, body, cf]).into())
        }
        CallKind::Rpc { name, args } => {
            let name = string(scope, &name);
            let args = args.map(|args| wire::deserialize(scope, &args)).transpose();
            let args = args.map_err(|error| CallError::new(error.to_string()))?;
            let args = args.unwrap_or_else(|| v8::undefined(scope).into());
            (1, v8::Array::new_with_elements(scope, &[name, args]).into())
        }
        CallKind::Test => (2, v8::undefined(scope).into()),
        CallKind::Alarm(alarm) => {
            let retry_count = v8::Number::new(scope, f64::from(alarm.retry_count)).into();
            let scheduled = v8::Number::new(scope, alarm.scheduled_ms as f64).into();
            (3, v8::Array::new_with_elements(scope, &[retry_count, scheduled]).into())
        }
        CallKind::FacetAlarm(alarm) => {
            let retry_count = v8::Number::new(scope, f64::from(alarm.retry_count)).into();
            let scheduled = v8::Number::new(scope, alarm.scheduled_ms as f64).into();
            let path: Vec<_> = alarm.path.iter().map(|name| string(scope, name)).collect();
            let path = v8::Array::new_with_elements(scope, &path).into();
            (4, v8::Array::new_with_elements(scope, &[retry_count, scheduled, path]).into())
        }
        CallKind::Tail(traces) => (6, string(scope, &traces)),
        CallKind::Scheduled { cron, scheduled_ms } => {
            let cron = string(scope, &cron);
            let scheduled = v8::Number::new(scope, scheduled_ms as f64).into();
            (5, v8::Array::new_with_elements(scope, &[cron, scheduled]).into())
        }
    })
}

fn optional<'s>(scope: &mut v8::PinScope<'s, '_>, text: Option<&str>) -> v8::Local<'s, v8::Value> {
    match text {
        Some(text) => string(scope, text),
        None => v8::undefined(scope).into(),
    }
}

/// What names an actor whose instance is made: handle and incarnation.
fn reference_to_js<'s>(scope: &mut v8::PinScope<'s, '_>, actor: &Rc<Actor>) -> v8::Local<'s, v8::Value> {
    let handle = actor::actor_to_js(scope, actor);
    let incarnation = v8::Number::new(scope, actor.incarnation as f64).into();
    v8::Array::new_with_elements(scope, &[handle, incarnation]).into()
}

/// What an instance is made from, by index: handle, incarnation, digits of the root's id, name of the class, digits and name
/// of the id, id as a text, props.
fn identity_to_js<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    identity: &ActorIdentity,
) -> Result<v8::Local<'s, v8::Value>, CallError> {
    let handle = actor::actor_to_js(scope, &identity.actor);
    let incarnation = v8::Number::new(scope, identity.actor.incarnation as f64).into();
    let class_name = optional(scope, identity.class_name.as_deref());
    let (hex, name, text) = match &identity.id {
        IdValue::Object(hex, name) => (Some(hex.as_str()), name.as_deref(), None),
        IdValue::Text(text) => (None, None, Some(text.as_str())),
    };
    let (hex, name, text) = (optional(scope, hex), optional(scope, name), optional(scope, text));
    let props = match &identity.props {
        Some(props) => wire::deserialize(scope, props).map_err(|error| CallError::new(error.to_string()))?,
        None => v8::undefined(scope).into(),
    };
    let root = string(scope, &identity.actor.object);
    Ok(v8::Array::new_with_elements(scope, &[handle, incarnation, root, class_name, hex, name, text, props]).into())
}

/// Ends an operation, unless its owner has gone.
pub fn complete(scope: &mut v8::PinScope<'_, '_>, state: &Rc<IsolateState>, token: Token, completion: Completion) {
    let Some((io, resolver, is_call)) = state.take(token) else { return };
    if io.owner.gone.borrow().is_some() {
        return;
    }
    // What an object catches of a method call bears the object's own id, as in workerd.
    let remote = is_call && matches!(&completion, Completion::Failed(error) if error.remote);
    let observer = io.actor.as_ref().filter(|_| remote).map(|actor| actor.object.clone());
    in_context(scope, &io, |scope| {
        let resolver = v8::Local::new(scope, resolver);
        match value_of(scope, &io, completion) {
            Ok(value) => resolver.resolve(scope, value),
            Err(error) => {
                if let Some(observer) = observer {
                    name_object(scope, error, &observer);
                }
                resolver.reject(scope, error)
            }
        };
    });
    state.settled.borrow_mut().push(io);
}

fn value_of<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    io: &Rc<IoContext>,
    completion: Completion,
) -> Result<v8::Local<'s, v8::Value>, v8::Local<'s, v8::Value>> {
    match completion {
        Completion::Unit | Completion::Left => Ok(v8::undefined(scope).into()),
        Completion::Chunk(Some(bytes)) => Ok(body::to_uint8_array(scope, bytes)),
        Completion::Chunk(None) => Ok(v8::null(scope).into()),
        Completion::Call(ok) => match outcome_to_js(scope, io, ok) {
            Ok(value) => Ok(value),
            Err(error) => Err(error_to_js(scope, &CallError::new(error.to_string()))),
        },
        Completion::FacetStats(Some(stats)) => Ok(stats.to_js(scope)),
        Completion::FacetStats(None) => Ok(v8::null(scope).into()),
        Completion::Failed(error) => Err(error_to_js(scope, &error)),
    }
}

/// Fires a timer, unless it was taken back.
pub fn timer(scope: &mut v8::PinScope<'_, '_>, state: &Rc<IsolateState>, id: u32) {
    let Some((io, callback)) = state.fire_timer(id) else { return };
    if io.owner.gone.borrow().is_some() {
        return;
    }
    in_context(scope, &io, |scope| {
        let callback = v8::Local::new(scope, callback);
        call_reporting(scope, state, callback);
    });
    state.settled.borrow_mut().push(io);
}

/// Tells an event that the one who waited has gone.
pub fn cancel(scope: &mut v8::PinScope<'_, '_>, state: &Rc<IsolateState>, io: &Rc<IoContext>) {
    let callback = io.on_abort.borrow_mut().take();
    if let Some(callback) = callback {
        in_context(scope, io, |scope| {
            let callback = v8::Local::new(scope, callback);
            call_reporting(scope, state, callback);
        });
    }
}

/// Calls a callback whose exception nobody can catch: it goes to the log.
fn call_reporting(scope: &mut v8::PinScope<'_, '_>, state: &Rc<IsolateState>, callback: v8::Local<'_, v8::Function>) {
    v8::tc_scope!(let scope, scope);
    let undefined = v8::undefined(scope).into();
    if callback.call(scope, undefined, &[]).is_none()
        && let Some(exception) = scope.exception()
        && !scope.is_execution_terminating()
    {
        scope.reset();
        let text = format_error(scope, state, exception);
        let actor = IoContext::current(scope).ok().and_then(|io| io.actor.clone());
        log_uncaught(state, actor.as_deref(), &text);
    }
}

/// Called by V8 for each rejection without a handler, and again when one is added.
///
/// # Safety
/// Only V8 may call it, with the isolate current.
pub unsafe extern "C" fn on_rejection(message: v8::PromiseRejectMessage<'_>) {
    v8::callback_scope!(unsafe scope, &message);
    let state = IsolateState::of(scope);
    let promise = message.get_promise();
    match message.get_event() {
        v8::PromiseRejectEvent::PromiseRejectWithNoHandler => {
            let reason = message.get_value().unwrap_or_else(|| v8::undefined(scope).into());
            let frame = scope.get_continuation_preserved_embedder_data();
            let entry = Rejection {
                promise: v8::Global::new(scope, promise),
                reason: v8::Global::new(scope, reason),
                frame: v8::Global::new(scope, frame),
            };
            state.rejections.borrow_mut().push(entry);
            let worker = state.worker.get();
            if worker.is_some_and(|worker| !is_on(worker, "unhandled_rejection_after_microtask_checkpoint"))
                && let Some(report) = v8::Function::new(scope, report_at_once)
            {
                scope.enqueue_microtask(report);
            }
        }
        v8::PromiseRejectEvent::PromiseHandlerAddedAfterReject => {
            let waiting = state.rejections.borrow().len();
            state.rejections.borrow_mut().retain(|rejection| rejection.promise != promise);
            if state.rejections.borrow().len() == waiting {
                tell_handled(scope, &state, promise);
            }
        }
        _ => {}
    }
}

/// The same of a rejection that was reported: an event, as part of the code that gives the handler.
fn tell_handled(scope: &mut v8::PinScope<'_, '_>, state: &IsolateState, promise: v8::Local<'_, v8::Promise>) {
    let Some(entries) = state.entries.get() else { return };
    v8::tc_scope!(let scope, scope);
    let handled = v8::Local::new(scope, &entries.rejection_handled);
    let undefined = v8::undefined(scope).into();
    // Its listeners' errors are reported by the dispatch. A termination is repeated by the watchdog.
    handled.call(scope, undefined, &[promise.into()]);
}

/// Reports rejections that found no handler before this microtask.
fn report_at_once(
    scope: &mut v8::PinScope<'_, '_>,
    _args: v8::FunctionCallbackArguments<'_>,
    _result: v8::ReturnValue<'_>,
) {
    let state = IsolateState::of(scope);
    rejections(scope, &state);
}

/// Reports the rejections that found no handler in this turn.
pub fn rejections(scope: &mut v8::PinScope<'_, '_>, state: &Rc<IsolateState>) {
    let found = state.rejections.take();
    for rejection in found {
        let Some(entries) = state.entries.get() else { return };
        v8::tc_scope!(let scope, scope);
        let promise = v8::Local::new(scope, rejection.promise).into();
        let reason = v8::Local::new(scope, rejection.reason);
        // Listeners run for the event that the rejection is of.
        let outer = scope.get_continuation_preserved_embedder_data();
        let frame = v8::Local::new(scope, rejection.frame);
        scope.set_continuation_preserved_embedder_data(frame);
        let unhandled = v8::Local::new(scope, &entries.unhandled);
        let undefined = v8::undefined(scope).into();
        if let Some(text) = unhandled.call(scope, undefined, &[promise, reason])
            && text.is_string()
        {
            let text = text.to_rust_string_lossy(scope);
            let actor = IoContext::of_frame(scope).and_then(|io| io.actor.clone());
            log_uncaught(state, actor.as_deref(), &format!("(in promise) {text}"));
        }
        drain(scope);
        scope.set_continuation_preserved_embedder_data(outer);
    }
}

fn log_uncaught(state: &IsolateState, actor: Option<&Actor>, text: &str) {
    let worker = state.worker.get().map_or("blank", |worker| &*worker.name);
    state.host.console(worker, actor, "error", &format!("Uncaught {text}"));
}

/// Text for the log: stack frames name files, and those of the runtime are left out.
pub fn user_paths(text: &str) -> String {
    let is_frame = |line: &str| line.trim_start().starts_with("at ");
    let lines = text.split('\n').filter(|line| !is_runtime_frame(line));
    let lines: Vec<_> = lines
        .map(|line| match is_frame(line) {
            true => line.replace(BUNDLE, "").replace(SCHEME, ""),
            false => line.replace(&format!("{SCHEME}{BUNDLE}"), "").replace(&format!("{SCHEME}file:"), "file:"),
        })
        .collect();
    lines.join("\n")
}

/// The stack, or else name and message, of a thrown value.
pub fn format_error(scope: &mut v8::PinScope<'_, '_>, state: &IsolateState, error: v8::Local<'_, v8::Value>) -> String {
    let Some(entries) = state.entries.get() else { return error.to_rust_string_lossy(scope) };
    let format = v8::Local::new(scope, &entries.format_error);
    let undefined = v8::undefined(scope).into();
    let text = format.call(scope, undefined, &[error]).map(|text| text.to_rust_string_lossy(scope));
    text.unwrap_or_else(|| "an error that cannot be printed".to_owned())
}
