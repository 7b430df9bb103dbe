//! The io binding: the event that runs, its timers and its outcome.
//!
//! Owns what JavaScript can say about its own event. It must not know what kind of event it is.

pub mod context;

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use deno_core::{GarbageCollected, cppgc, op2};

use crate::actor::{Actor, sections};
use crate::call::{CallError, CallOk};
use crate::io::context::{Frame, IoContext, IoError, Line};
use crate::isolate::IsolateState;
use crate::rpc::{error_from_js, wire};
use denizen_core::limits::{
    BODY_CHUNK_BYTES, CONSOLE_BYTES, CONSOLE_GROUPS, CONSOLE_LINE_BYTES, JSON_LENGTH, PERFORMANCE_ENTRIES, REDIRECTS,
    SPLIT_LENGTH, STRING_WORK_LENGTH, TIMERS, WASM_PAGES,
};

deno_core::extension!(
    denizen_io,
    ops = [
        op_bounds,
        op_timer_set,
        op_timer_clear,
        op_io_check,
        op_frame_fork,
        op_frame_is_ours,
        op_wait_until,
        op_wait_until_done,
        op_event_fail,
        op_event_value,
        op_event_on_abort,
        op_isolate_abort,
        op_random_bytes,
        op_console,
        op_console_colors,
        op_console_indent,
    ],
);

/// What the dispatcher holds of the event that it runs. It never reaches user code.
pub struct EventHandle {
    /// The event.
    pub io: Rc<IoContext>,
}

// SAFETY: no reference into the V8 heap is held.
unsafe impl GarbageCollected for EventHandle {
    fn trace(&self, _visitor: &mut v8::cppgc::Visitor) {}

    fn get_name(&self) -> &'static std::ffi::CStr {
        c"EventHandle"
    }
}

/// A handle for `io`.
pub fn event_to_js<'s>(scope: &mut v8::PinScope<'s, '_>, io: &Rc<IoContext>) -> v8::Local<'s, v8::Value> {
    cppgc::make_cppgc_object(scope, EventHandle { io: io.clone() }).into()
}

/// A second frame of the event that runs, if one does: JavaScript ties to it what follows asynchronous calls.
#[op2]
pub fn op_frame_fork<'s>(scope: &mut v8::PinScope<'s, '_>) -> v8::Local<'s, v8::Value> {
    let io = IoContext::of_frame(scope);
    cppgc::make_cppgc_object(scope, Frame { io }).into()
}

/// Whether `frame` is of the code that runs now: of the same event or actor, or of no event at all.
#[op2(nofast)]
pub fn op_frame_is_ours<'s>(scope: &mut v8::PinScope<'s, '_>, frame: v8::Local<'s, v8::Value>) -> bool {
    let Some(frame) = cppgc::try_unwrap_cppgc_object::<Frame>(scope, frame) else { return true };
    // SAFETY: `frame` was unwrapped from a live handle in this scope.
    let Some(made) = unsafe { frame.as_ref() }.io.clone() else { return true };
    IoContext::of_frame(scope).is_some_and(|io| Rc::ptr_eq(&io.owner, &made.owner))
}

/// Why a timer was not set.
#[derive(Debug, thiserror::Error, deno_error::JsError)]
pub enum TimerError {
    /// No event runs.
    #[class(inherit)]
    #[error(transparent)]
    Io(#[from] IoError),
    /// Too many are pending. The text is workerd's.
    #[class("DOMExceptionQuotaExceededError")]
    #[error(
        "You have exceeded the number of active timeouts you may set. max active timeouts: {TIMERS}, current active timeouts: {TIMERS}, finished timeouts: {0}"
    )]
    TooMany(u64),
}

/// Bounds that JavaScript enforces: redirects of one fetch, entries of `performance`, the length of a string to split, pages of
/// WebAssembly memories, bytes of a chunk of a body, the length of a string to work on, and of a text of JSON.
#[op2]
pub fn op_bounds<'s>(scope: &mut v8::PinScope<'s, '_>) -> v8::Local<'s, v8::Value> {
    let redirects = v8::Number::new(scope, f64::from(REDIRECTS)).into();
    let split = v8::Number::new(scope, f64::from(SPLIT_LENGTH)).into();
    let pages = v8::Number::new(scope, f64::from(WASM_PAGES)).into();
    let chunk = v8::Number::new(scope, BODY_CHUNK_BYTES as f64).into();
    let entries = v8::Number::new(scope, f64::from(PERFORMANCE_ENTRIES)).into();
    let work = v8::Number::new(scope, f64::from(STRING_WORK_LENGTH)).into();
    let json = v8::Number::new(scope, f64::from(JSON_LENGTH)).into();
    v8::Array::new_with_elements(scope, &[redirects, entries, split, pages, chunk, work, json]).into()
}

/// Calls `callback` in a turn of its own after `delay` milliseconds, once or again and again.
#[op2(nofast)]
pub fn op_timer_set(
    scope: &mut v8::PinScope<'_, '_>,
    callback: v8::Local<'_, v8::Function>,
    delay: f64,
    repeat: bool,
) -> Result<u32, TimerError> {
    let io = IoContext::current(scope)?;
    if io.owner.timers.get() >= TIMERS {
        return Err(TimerError::TooMany(io.owner.timers_over.get()));
    }
    let callback = v8::Global::new(scope, callback);
    let delay = Duration::from_millis(if delay.is_finite() { delay.clamp(0.0, f64::from(i32::MAX)) as u64 } else { 0 });
    Ok(IsolateState::of(scope).set_timer(&io, callback, delay, repeat))
}

/// Takes a timer back. One of another owner is left alone, as an unknown one is.
#[op2(nofast)]
pub fn op_timer_clear(scope: &mut v8::PinScope<'_, '_>, id: u32) {
    let Ok(io) = IoContext::current(scope) else { return };
    let state = IsolateState::of(scope);
    if state.timer_owner(id).is_some_and(|(owner, _)| Rc::ptr_eq(&owner.owner, &io.owner)) {
        state.clear_timer(id);
    }
}

/// Throws unless an event runs.
#[op2(nofast)]
pub fn op_io_check(scope: &mut v8::PinScope<'_, '_>) -> Result<(), IoError> {
    IoContext::current(scope).map(|_| ())
}

/// One more promise holds the event: the running one, or that of `event`.
#[op2]
pub fn op_wait_until<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    event: v8::Local<'s, v8::Value>,
) -> Result<v8::Local<'s, v8::Value>, IoError> {
    let io = match cppgc::try_unwrap_cppgc_object::<EventHandle>(scope, event) {
        Some(handle) => {
            // SAFETY: `event` is a live handle in this scope.
            let owner = unsafe { handle.as_ref() }.io.clone();
            IoContext::check(scope, &owner.owner, "ExecutionContext")?;
            owner
        }
        None => IoContext::current(scope)?,
    };
    io.wait_until.set(io.wait_until.get() + 1);
    Ok(event_to_js(scope, &io))
}

/// A promise that held the event has settled.
#[op2(nofast)]
pub fn op_wait_until_done(scope: &mut v8::PinScope<'_, '_>, #[cppgc] event: &EventHandle) {
    event.io.wait_until.set(event.io.wait_until.get().saturating_sub(1));
    IsolateState::of(scope).settled.borrow_mut().push(event.io.clone());
}

/// Who runs, as the log calls them.
pub fn origin_of(state: &IsolateState, actor: Option<&Actor>) -> Arc<str> {
    let label = actor.map(|actor| format!("/{}", actor.label)).unwrap_or_default();
    format!("{}{label}", state.worker().name).into()
}

/// Ends an event with the error of a record that `errorParts` made, which is `remote` if the Worker's code is behind it.
#[op2(nofast)]
pub fn op_event_fail<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] event: &EventHandle,
    parts: v8::Local<'s, v8::Value>,
    remote: bool,
) {
    let state = IsolateState::of(scope);
    let error = CallError { remote, ..error_from_js(scope, parts) };
    let origin = origin_of(&state, event.io.actor.as_deref());
    event.io.reply(&state, Err(error.thrown_by(origin)));
}

/// Ends an RPC event with its result. Throws what cannot be cloned.
#[op2(nofast)]
pub fn op_event_value<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] event: &EventHandle,
    value: v8::Local<'s, v8::Value>,
) -> Result<(), wire::WireError> {
    let value = wire::serialize(scope, value, wire::Purpose::Result);
    let Some(value) = wire::or_throw(scope, value)? else { return Ok(()) };
    let state = IsolateState::of(scope);
    event.io.reply(&state, Ok(CallOk::Value(value)));
    Ok(())
}

/// Calls `callback` when the one who waits for the event goes away.
#[op2(nofast)]
pub fn op_event_on_abort(
    scope: &mut v8::PinScope<'_, '_>,
    #[cppgc] event: &EventHandle,
    callback: v8::Local<'_, v8::Function>,
) {
    *event.io.on_abort.borrow_mut() = Some(v8::Global::new(scope, callback));
}

/// `abortIsolate()`: the event that runs ends with an error that tells its caller nothing, and its code stops. What becomes
/// of the isolate is the host's affair.
#[op2(nofast)]
pub fn op_isolate_abort(scope: &mut v8::PinScope<'_, '_>, #[string] reason: String) -> Result<(), IoError> {
    let io = IoContext::current(scope)?;
    let state = IsolateState::of(scope);
    let mut random = [0; 12];
    getrandom::fill(&mut random)
        .map_err(|error| IoError::Gone(format!("The operating system gives no random bytes: {error}")))?;
    let reference: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    let text = format!("abortIsolate() was called; reference = {reference}; {reason}");
    state.host.console(&state.worker().name, io.actor.as_deref(), "error", &text);
    io.reply(&state, Err(CallError::new(format!("internal error; reference = {reference}"))));
    state.host.isolate_aborted(state.id);
    sections::leave_all(&state, &io);
    scope.terminate_execution();
    Ok(())
}

/// Fills `buffer` with random bytes from the operating system. Needs an event, as workerd's does.
#[op2]
pub fn op_random_bytes(scope: &mut v8::PinScope<'_, '_>, #[anybuffer] buffer: &mut [u8]) -> Result<(), IoError> {
    IoContext::current(scope)?;
    getrandom::fill(buffer)
        .map_err(|error| IoError::Gone(format!("The operating system gives no random bytes: {error}")))
}

/// Prints a line of the console, indented by the groups that its event has open. Whether it is to be recorded for tails, too.
#[op2(nofast)]
pub fn op_console(scope: &mut v8::PinScope<'_, '_>, #[string] level: String, text: v8::Local<'_, v8::String>) -> bool {
    // What goes on after the owner of its event has ended counts as the event's.
    let frame = IoContext::of_frame(scope);
    let io = frame.as_ref().filter(|io| io.owner.gone.borrow().is_none());
    let actor = io.and_then(|io| io.actor.clone());
    let state = IsolateState::of(scope);
    let printed = frame.as_ref().map_or(&state.console, |io| &io.console);
    let line = printed.next();
    if let (Some(worker), Line::Over) = (state.worker.get(), &line) {
        let whose = if frame.is_some() { "one event" } else { "code outside of events" };
        let text =
            format!("More than {} KiB of console output from {whose}: the rest is dropped.", CONSOLE_BYTES >> 10);
        state.host.console(&worker.name, actor.as_deref(), "warn", &text);
    }
    if let (Some(worker), Line::Printed) = (state.worker.get(), &line) {
        let depth = io.map_or(0, |io| io.console_groups.get());
        let margin = "  ".repeat(depth);
        // The rest is cut anyway: one character more shows that there is one.
        let text = beginning(scope, text, CONSOLE_LINE_BYTES + 4);
        let text = if depth == 0 { text } else { format!("{margin}{}", text.replace('\n', &format!("\n{margin}"))) };
        printed.count(state.host.console(&worker.name, actor.as_deref(), &level, &text));
    }
    io.is_some_and(|io| io.trace.get().is_some())
}

/// A text, or at least the first `bytes - 3` bytes of a longer one.
pub fn beginning(scope: &mut v8::PinScope<'_, '_>, text: v8::Local<'_, v8::String>, bytes: usize) -> String {
    if text.length() <= bytes / 3 {
        return text.to_rust_string_lossy(scope);
    }
    let mut buffer = vec![0; bytes];
    let written = text.write_utf8_v2(scope, &mut buffer, v8::WriteFlags::kReplaceInvalidUtf8, None);
    String::from_utf8_lossy(&buffer[..written]).into_owned()
}

/// Whether lines of the console go to a terminal that shows colours.
#[op2(fast)]
pub fn op_console_colors(scope: &mut v8::PinScope<'_, '_>) -> bool {
    IsolateState::of(scope).host.console_colors()
}

/// Opens or closes a group of the event that runs. Outside events there are none, and beyond the bound no more.
#[op2(nofast)]
pub fn op_console_indent(scope: &mut v8::PinScope<'_, '_>, by: i32) {
    if let Ok(io) = IoContext::current(scope) {
        let groups = io.console_groups.get();
        let now = if by < 0 { groups.saturating_sub(1) } else { (groups + 1).min(CONSOLE_GROUPS) };
        io.console_groups.set(now);
    }
}
