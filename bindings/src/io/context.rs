//! The IoContext: what belongs to one event.
//!
//! Owns attribution (whose work runs now) and authority (whose handles may be used): the context lies in V8's
//! continuation-preserved data, so it follows every promise and callback, and a handle of another owner is refused. It
//! must not know what the operations do.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use denizen_core::limits::{CONSOLE_BYTES, EventLimits, Limit};
use deno_core::{GarbageCollected, cppgc};

use crate::actor::Actor;
use crate::call::{CallError, CallResult, Descent, Lineage, ReplyTo};
use crate::fetch::body::Bodies;
use crate::isolate::{IsolateState, Output};
use crate::memory::Full;
use crate::trace::Trace;

/// Who owns handles, timers and promises: a stateless event, or one incarnation of an actor over all its events.
#[derive(Debug, Default)]
pub struct Owner {
    /// Set once it is gone, with what a later use of its handles throws.
    pub gone: RefCell<Option<CallError>>,
    /// Timers that are pending.
    pub timers: Cell<usize>,
    /// Timers that have fired or were taken back.
    pub timers_over: Cell<u64>,
    /// Bodies that it reads and writes.
    pub bodies: Bodies,
}

impl Owner {
    /// A timer is pending no longer.
    pub fn timer_over(&self) {
        self.timers.set(self.timers.get().saturating_sub(1));
        self.timers_over.set(self.timers_over.get() + 1);
    }
}

/// How many bytes of the log have been filled.
#[derive(Debug, Default)]
pub struct Printed(Cell<usize>);

/// What is to become of a line of the console.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// It is printed.
    Printed,
    /// It is the first one that is dropped, of which the log learns.
    Over,
    /// It is dropped.
    Dropped,
}

impl Printed {
    /// What becomes of another line.
    pub fn next(&self) -> Line {
        match self.0.get() {
            usize::MAX => Line::Dropped,
            bytes if bytes >= CONSOLE_BYTES => {
                self.0.set(usize::MAX);
                Line::Over
            }
            _ => Line::Printed,
        }
    }

    /// A line of so many bytes has been printed.
    pub fn count(&self, bytes: usize) {
        self.0.set(self.0.get().saturating_add(bytes).min(usize::MAX - 1));
    }
}

/// One delivery to an entrypoint or actor.
#[derive(Debug)]
pub struct IoContext {
    /// Unique in the process.
    pub id: u64,
    /// Who owns what this event makes.
    pub owner: Rc<Owner>,
    /// The actor it runs in.
    pub actor: Option<Rc<Actor>>,
    /// CPU time of its turns so far.
    pub cpu: Cell<Duration>,
    /// Its place in a lineage, if it is a stateless one of a loaded Worker that has one.
    pub descent: RefCell<Option<Descent>>,
    /// What it may use.
    pub limits: EventLimits,
    /// When it began.
    pub began: Instant,
    /// When it was delivered: it may have waited before it began.
    pub delivered: Cell<Instant>,
    /// Subrequests so far.
    pub sub_requests: Cell<u32>,
    /// A limit whose error its code got and may pass on.
    pub exceeded: Cell<Option<(Limit, f64, f64)>>,
    /// Promises given to `waitUntil` that have not settled.
    pub wait_until: Cell<u32>,
    /// Operations and timers that it waits for.
    pub waiting: Cell<u32>,
    /// Bodies that are still written or read for it and keep it open.
    pub writing: Cell<u32>,
    /// Groups of the console that it has open.
    pub console_groups: Cell<usize>,
    /// What it has written to the console.
    pub console: Printed,
    /// When its outcome left, if it did.
    pub replied_at: Cell<Option<Instant>>,
    /// Whether an outcome is a value (RPC) or a response.
    pub reply: RefCell<Option<ReplyTo>>,
    /// The object that stands for it in V8.
    pub frame: RefCell<Option<v8::Global<v8::Value>>>,
    /// What its tails will be told, if it has any.
    pub trace: OnceCell<Box<Trace>>,
    /// Called when the one who waits goes away.
    pub on_abort: RefCell<Option<v8::Global<v8::Function>>>,
}

/// workerd's text for I/O where no event is.
pub const GLOBAL_SCOPE: &str = "Disallowed operation called within global scope. Asynchronous I/O (ex: fetch() or connect()), setting a timeout, and generating random values are not allowed within global scope. To fix this error, perform this operation within a handler. https://developers.cloudflare.com/workers/runtime-apis/handlers/";

/// workerd's text for a handle of another event, with the kind of handle.
pub fn other_request(kind: &str) -> String {
    format!(
        "Cannot perform I/O on behalf of a different request. I/O objects (such as streams, request/response bodies, and others) created in the context of one request handler cannot be accessed from a different request's handler. This is a limitation of Cloudflare Workers which allows us to improve overall performance. (I/O type: {kind})"
    )
}

/// The same where an object's code runs.
pub fn other_object(kind: &str) -> String {
    format!(
        "Cannot perform I/O on behalf of a different Durable Object. I/O objects (such as streams, request/response bodies, and others) created in the context of one Durable Object cannot be accessed from a different Durable Object in the same isolate. This is a limitation of Cloudflare Workers which allows us to improve overall performance. (I/O type: {kind})"
    )
}

/// What lies in V8's continuation-preserved data: the IoContext of the code that runs.
pub struct Frame {
    /// Whose code runs; absent for a Worker's top-level code.
    pub io: Option<Rc<IoContext>>,
}

// SAFETY: a frame holds no reference into the V8 heap, so there is nothing to trace.
unsafe impl GarbageCollected for Frame {
    fn trace(&self, _visitor: &mut v8::cppgc::Visitor) {}

    fn get_name(&self) -> &'static std::ffi::CStr {
        c"Frame"
    }
}

/// Why an operation cannot run here. The class and text are workerd's.
#[derive(Debug, thiserror::Error, deno_error::JsError)]
pub enum IoError {
    /// No event runs.
    #[class(generic)]
    #[error("{GLOBAL_SCOPE}")]
    NoContext,
    /// The handle is of another event.
    #[class(generic)]
    #[error("{}", other_request(.0))]
    OtherRequest(&'static str),
    /// The handle is not of the object whose code runs.
    #[class(generic)]
    #[error("{}", other_object(.0))]
    OtherObject(&'static str),
    /// What is to leave has no room.
    #[class(inherit)]
    #[error(transparent)]
    Full(#[from] Full),
    /// The handle's owner is gone.
    #[class(generic)]
    #[error("{0}")]
    Gone(String),
}

impl IoContext {
    /// An event that `reply` waits for.
    pub fn new(
        id: u64,
        owner: Rc<Owner>,
        actor: Option<Rc<Actor>>,
        limits: EventLimits,
        reply: Option<ReplyTo>,
        descent: Option<Descent>,
    ) -> Rc<Self> {
        let began = Instant::now();
        Rc::new(Self {
            id,
            owner,
            actor,
            cpu: Cell::default(),
            descent: RefCell::new(descent),
            limits,
            began,
            delivered: Cell::new(began),
            sub_requests: Cell::default(),
            exceeded: Cell::default(),
            wait_until: Cell::default(),
            console_groups: Cell::default(),
            console: Printed::default(),
            waiting: Cell::default(),
            writing: Cell::default(),
            replied_at: Cell::default(),
            reply: RefCell::new(reply),
            frame: RefCell::default(),
            trace: OnceCell::new(),
            on_abort: RefCell::default(),
        })
    }

    /// The context in the current frame, also of an owner that is gone.
    pub fn of_frame(scope: &mut v8::PinScope<'_, '_>) -> Option<Rc<Self>> {
        let data = scope.get_continuation_preserved_embedder_data();
        let frame = cppgc::try_unwrap_cppgc_object::<Frame>(scope, data)?;
        // SAFETY: `data` is a live handle in this scope, so the object it wraps is not collected meanwhile.
        unsafe { frame.as_ref() }.io.clone()
    }

    /// The context of the code that runs now.
    pub fn current(scope: &mut v8::PinScope<'_, '_>) -> Result<Rc<Self>, IoError> {
        let io = Self::of_frame(scope).ok_or(IoError::NoContext)?;
        if let Some(error) = &*io.owner.gone.borrow() {
            return Err(IoError::Gone(error.message.clone()));
        }
        Ok(io)
    }

    /// Refuses a handle of `owner`, called `kind` in the error, unless the code that runs now belongs to it.
    pub fn check(scope: &mut v8::PinScope<'_, '_>, owner: &Rc<Owner>, kind: &'static str) -> Result<Rc<Self>, IoError> {
        let io = Self::current(scope)?;
        if Rc::ptr_eq(&io.owner, owner) {
            Ok(io)
        } else if io.actor.is_some() {
            Err(IoError::OtherObject(kind))
        } else {
            Err(IoError::OtherRequest(kind))
        }
    }

    /// The object that stands for this context in V8, made at first use.
    pub fn frame<'s>(self: &Rc<Self>, scope: &mut v8::PinScope<'s, '_>) -> v8::Local<'s, v8::Value> {
        if let Some(frame) = &*self.frame.borrow() {
            return v8::Local::new(scope, frame);
        }
        let frame: v8::Local<v8::Value> = cppgc::make_cppgc_object(scope, Frame { io: Some(self.clone()) }).into();
        *self.frame.borrow_mut() = Some(v8::Global::new(scope, frame));
        frame
    }

    /// Lets the event's outcome out at the end of the turn. Later outcomes are ignored.
    pub fn reply(self: &Rc<Self>, state: &IsolateState, result: CallResult) {
        if let Some(reply) = self.reply.borrow_mut().take() {
            self.replied_at.set(Some(Instant::now()));
            let result = result.map_err(|error| match (self.exceeded.get(), &error.limit) {
                // Its code may have caught the error of a limit and thrown another one.
                (Some((limit, used, max)), None) if error.message == limit.message(max) => {
                    CallError { limit: CallError::limit(limit, used, max).limit, ..error }
                }
                _ => error,
            });
            let result = self.count_outcome(result);
            state.emit(self.actor.as_ref(), Output::Reply(reply, result));
        }
        state.settled.borrow_mut().push(self.clone());
    }

    /// Fails the event at once, past its gate: `error` tells nothing of what its code did. Whether someone waited.
    pub fn fail(&self, error: CallError) -> bool {
        let Some(reply) = self.reply.borrow_mut().take() else { return false };
        self.replied_at.set(Some(Instant::now()));
        reply.send(self.count_outcome(Err(error)));
        true
    }

    fn count_outcome(&self, result: CallResult) -> CallResult {
        if let Some(trace) = self.trace.get() {
            trace.ended(&result);
        }
        match &self.actor {
            Some(actor) => actor.count_outcome(self.began.elapsed(), result),
            None => result,
        }
    }

    /// The place of a call that it makes in the lineage of its actor, or else in its own.
    pub fn descend(&self) -> Descent {
        if let Some(actor) = &self.actor {
            return Descent::first(actor.lineage.clone()).next();
        }
        self.descent.borrow_mut().get_or_insert_with(|| Descent::first(Arc::default())).next()
    }

    /// The lineage that it belongs to, or that its actor begins.
    pub fn lineage(&self) -> Option<Arc<Lineage>> {
        match &self.actor {
            Some(actor) => Some(actor.lineage.clone()),
            None => self.descent.borrow().as_ref().map(|descent| descent.lineage.clone()),
        }
    }

    /// Bills CPU time that it has used to whoever pays for it.
    pub fn count_cpu(&self, used: Duration) {
        match (&self.actor, &*self.descent.borrow()) {
            (Some(actor), _) => actor.count_cpu(used),
            (None, Some(descent)) => descent.count_cpu(used),
            (None, None) => {}
        }
    }

    /// Whether nothing of a stateless event is left to do.
    pub fn is_over(&self) -> bool {
        self.replied_at.get().is_some() && self.wait_until.get() == 0 && self.writing.get() == 0
    }
}
