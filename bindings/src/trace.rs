//! Traces: what a tail Worker is told of one event.
//!
//! Owns what is recorded of an event that has tails, its bound, and its form on the way (JSON, which `js/worker/tail.js` makes
//! into TraceItems). It must not know who is told.

use std::cell::{Cell, RefCell};

use denizen_core::limits::{Limit, TRACE_BYTES};
use denizen_storage::system_clock;
use deno_core::op2;
use serde_json::{Value, json};

use crate::call::{CallError, CallKind, CallOk, CallResult};
use crate::io::context::IoContext;
use crate::rpc::error_from_js;

deno_core::extension!(denizen_trace, ops = [op_trace_log, op_trace_exception, op_trace_skip]);

/// workerd's text for what does not fit any more.
const TOO_MUCH: &str = "Log size limit exceeded: More than 256KB of data (across console.log statements, exception, request metadata and headers) was logged during a single request. Subsequent data for this request will not be recorded in logs, appear when tailing this Worker's logs, or in Tail Workers.";

/// Bytes that an entry takes beside its text.
const ENTRY_BYTES: usize = 80;

/// What is recorded of one event.
#[derive(Debug)]
pub struct Trace {
    began_ms: i64,
    event: Value,
    entrypoint: Option<String>,
    object: Option<String>,
    /// Whether an error is an exception of the handler, and not a result like that of a method.
    throws: bool,
    logs: RefCell<Vec<Value>>,
    exceptions: RefCell<Vec<Value>>,
    bytes: Cell<usize>,
    truncated: Cell<bool>,
    outcome: Cell<&'static str>,
    status: Cell<Option<u16>>,
    told: Cell<bool>,
}

impl Trace {
    /// The trace of an event that begins. `object` is the id of the Durable Object that it is for.
    pub fn new(kind: &CallKind, entrypoint: Option<&str>, object: Option<&str>) -> Self {
        let mut bytes = 0;
        let (event, throws) = match kind {
            CallKind::Fetch(request) => {
                bytes = request.url.len() + request.headers.iter().map(String::len).sum::<usize>();
                let cf = request.cf.as_deref().and_then(|cf| serde_json::from_str::<Value>(cf).ok());
                let fetch =
                    json!({ "method": request.method, "url": request.url, "headers": request.headers, "cf": cf });
                (json!({ "fetch": fetch }), true)
            }
            CallKind::Rpc { name, .. } => (json!({ "rpcMethod": name }), false),
            CallKind::Alarm(alarm) => (json!({ "alarm": alarm.scheduled_ms }), true),
            CallKind::Scheduled { cron, scheduled_ms } => (json!({ "scheduled": scheduled_ms, "cron": cron }), true),
            CallKind::Test | CallKind::FacetAlarm(_) | CallKind::Tail(_) => (Value::Null, true),
        };
        Self {
            began_ms: system_clock(),
            event,
            entrypoint: entrypoint.map(str::to_owned),
            object: object.map(str::to_owned),
            throws,
            logs: RefCell::default(),
            exceptions: RefCell::default(),
            bytes: Cell::new(bytes),
            truncated: Cell::new(false),
            outcome: Cell::new("ok"),
            status: Cell::new(None),
            told: Cell::new(false),
        }
    }

    /// A line of the console: `message` is the JSON of an array.
    fn log(&self, level: &str, message: &str) {
        if !self.has_room(message.len()) {
            return;
        }
        // Too deep for the parser, which the receiver's would be as well.
        let message = serde_json::from_str(message).unwrap_or_else(|_| json!(["[Object too deep]"]));
        self.push_log(level, &message);
    }

    fn push_log(&self, level: &str, message: &Value) {
        self.logs.borrow_mut().push(json!({ "timestamp": system_clock(), "level": level, "message": message }));
    }

    fn exception(&self, error: &CallError) {
        // What was thrown was no error: V8's word for it.
        let message = if error.value.is_some() { "#<Object>" } else { &error.message };
        let stack = error.stack.as_deref().map(|stack| stack.replace(crate::modules::SCHEME, ""));
        if self.has_room(message.len() + stack.as_ref().map_or(0, String::len)) {
            self.exceptions.borrow_mut().push(json!({
                "timestamp": system_clock(), "name": error.name, "message": message, "stack": stack,
            }));
        }
    }

    fn has_room(&self, bytes: usize) -> bool {
        if self.truncated.get() {
            return false;
        }
        let used = self.bytes.get() + bytes + ENTRY_BYTES;
        if used > TRACE_BYTES {
            self.truncated.set(true);
            self.push_log("warn", &json!([TOO_MUCH]));
            return false;
        }
        self.bytes.set(used);
        true
    }

    /// How the event ended, for its caller.
    pub fn ended(&self, result: &CallResult) {
        match result {
            Ok(CallOk::Response(response)) => self.status.set(Some(response.status)),
            Ok(_) => {}
            Err(error) => {
                match error.limit.as_ref().map(|exceeded| exceeded.limit) {
                    Some(Limit::CpuMs) => self.outcome.set("exceededCpu"),
                    Some(Limit::HeapBytes) => self.outcome.set("exceededMemory"),
                    _ if self.throws => self.outcome.set("exception"),
                    _ => return,
                }
                self.exception(error);
            }
        }
    }

    /// There is nothing that could have handled the event: nobody is told.
    fn skip(&self) {
        self.told.set(true);
    }

    /// Whoever waited for the event has gone.
    pub fn canceled(&self) {
        self.outcome.set("canceled");
    }

    /// The trace as JSON of an array of one, when the event is over. `None` if it was given before.
    pub fn finish(&self, io: &IoContext) -> Option<String> {
        if self.told.replace(true) {
            return None;
        }
        let item = json!({
            "event": self.event,
            "status": self.status.get(),
            "eventTimestamp": self.began_ms,
            "logs": *self.logs.borrow(),
            "exceptions": *self.exceptions.borrow(),
            "outcome": self.outcome.get(),
            "truncated": self.truncated.get(),
            "entrypoint": self.entrypoint,
            "durableObjectId": self.object,
            "cpuTime": io.cpu.get().as_millis(),
            "wallTime": io.began.elapsed().as_millis(),
        });
        Some(json!([item]).to_string())
    }
}

/// Records a line of the console for the tails of the event that runs.
#[op2(nofast)]
pub fn op_trace_log(scope: &mut v8::PinScope<'_, '_>, #[string] level: &str, #[string] message: &str) {
    if let Ok(io) = IoContext::current(scope)
        && let Some(trace) = io.trace.get()
    {
        trace.log(level, message);
    }
}

/// Tells nobody of the event that runs.
#[op2(nofast)]
pub fn op_trace_skip(scope: &mut v8::PinScope<'_, '_>) {
    if let Ok(io) = IoContext::current(scope)
        && let Some(trace) = io.trace.get()
    {
        trace.skip();
    }
}

/// Records an exception that no caller is told of.
#[op2(nofast)]
pub fn op_trace_exception(scope: &mut v8::PinScope<'_, '_>, parts: v8::Local<'_, v8::Value>) {
    if let Ok(io) = IoContext::current(scope)
        && io.trace.get().is_some()
    {
        let error = error_from_js(scope, parts);
        if let Some(trace) = io.trace.get() {
            trace.exception(&error);
        }
    }
}
