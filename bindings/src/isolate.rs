//! What belongs to one isolate: its unfinished operations, the outputs of its running turn, and its way to the host.
//!
//! Owns the table of promise resolvers and the rule that a completion reaches JavaScript only while its owner lives. It
//! must not know shards, routing or deno_core.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::mpsc::UnboundedSender;

use crate::actor::{Actor, sections::Section, stats::FacetStats};
use crate::call::{Call, CallError, CallOk, CallResult, Container, LoadedWorker, ReplyTo, WorkerDefinition};
use crate::fetch::body::{BodyStream, Ending, Reading, Report, Room};
use crate::io::context::{IoContext, Printed};
use crate::memory::{Budget, Held};

/// Names an isolate. Never used again in the process.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct IsolateId(pub u64);

/// Names one unfinished operation of one isolate. A token whose operation was given up is never used again.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Token(pub u64);

/// How an operation ended.
#[derive(Debug)]
pub enum Completion {
    /// It gives `undefined`.
    Unit,
    /// A section has ended, which was the only one to hold this back.
    Left,
    /// A chunk of a body; `None` at its end.
    Chunk(Option<Bytes>),
    /// A call returned.
    Call(CallOk),
    /// What a facet has used; `None` for one that there is not.
    FacetStats(Option<Box<FacetStats>>),
    /// The promise rejects.
    Failed(CallError),
}

/// A message to the shard that owns an isolate.
#[derive(Debug)]
pub enum ShardMessage {
    /// A call to route.
    Call(Call),
    /// An operation ended.
    Complete(IsolateId, Token, Completion),
    /// deno_core's event loop has something to do.
    Poll(IsolateId),
    /// The one who waited for an event went away: in the middle of the answer, if a rest of that comes with it.
    Cancel(IsolateId, u64, Option<BodyStream>),
    /// Starts a configured Worker and gives the entrypoints that have a handler of the name, and all its exports.
    Inspect(Arc<str>, String, tokio::sync::oneshot::Sender<Result<WorkerExports, CallError>>),
    /// A loaded Worker has its definition, or none.
    Loaded(u64),
    /// Something that a local task left for the shard is there.
    Wake,
    /// Stop as soon as no event runs any more.
    Shutdown,
}

/// What a Worker's main module exports.
#[derive(Debug, Default)]
pub struct WorkerExports {
    /// Entrypoints that have the handler that was asked for, default first.
    pub handlers: Vec<String>,
    /// Every export.
    pub names: Vec<String>,
}

/// The sending end of a shard's inbox.
#[derive(Clone, Debug)]
pub struct ShardSender(pub UnboundedSender<ShardMessage>);

impl ShardSender {
    /// Queues a message. A shard that has stopped takes nothing, and nobody is left to be told.
    pub fn send(&self, message: ShardMessage) {
        drop(self.0.send(message));
    }
}

/// The right to end one operation, from any thread. An operation whose right is dropped fails, so that nothing waits for
/// ever.
#[derive(Debug)]
pub struct Completer {
    shard: ShardSender,
    isolate: IsolateId,
    token: Token,
    done: bool,
}

impl Completer {
    /// Ends the operation.
    pub fn complete(mut self, completion: Completion) {
        self.done = true;
        self.shard.send(ShardMessage::Complete(self.isolate, self.token, completion));
    }
}

impl Drop for Completer {
    fn drop(&mut self) {
        if !self.done {
            let lost = Completion::Failed(CallError::retryable("The call was lost before it was answered."));
            self.shard.send(ShardMessage::Complete(self.isolate, self.token, lost));
        }
    }
}

/// What an isolate asks of the shard that runs it.
pub trait Host {
    /// Runs a future on the shard's thread.
    fn spawn_local(&self, future: std::pin::Pin<Box<dyn Future<Output = ()>>>);
    /// Wakes `isolate` for `timer` at `at`; the key cancels it.
    fn set_timer(&self, at: Instant, isolate: IsolateId, timer: u32) -> (Instant, u64);
    /// Takes a timer back.
    fn cancel_timer(&self, key: (Instant, u64));
    /// Sends a request to the network and completes with its response.
    fn egress(
        &self,
        request: Box<crate::call::RequestParts>,
        from: &Arc<WorkerDefinition>,
        completer: Completer,
    ) -> EgressGuard;
    /// Whether lines of the console go to a terminal that shows colours.
    fn console_colors(&self) -> bool;
    /// One line of a Worker's console. Gives the bytes of the log that it has filled.
    fn console(&self, worker: &str, actor: Option<&Actor>, level: &str, text: &str) -> usize;
    /// The loader's Worker of this name, and whether the caller must provide its code.
    fn loader_get(&self, loader: &str, name: Option<&str>) -> (Arc<LoadedWorker>, bool);
    /// The loader's code arrived or failed.
    fn loader_settled(&self, worker: &Arc<LoadedWorker>);
    /// The loader's code will not come: the next one who asks for the name loads it.
    fn loader_forget(&self, worker: &LoadedWorker);
    /// The container that a facet's name stands for now, if it has one.
    fn facet_container(&self, parent: u64, name: &str) -> Option<Arc<Container>>;
    /// A container for a facet's name that has none, which the caller must start.
    fn new_facet_container(&self, parent: u64, name: &str, held: Held) -> Result<Arc<Container>, CallError>;
    /// A facet's startup callback settled.
    fn facet_started(&self, container: u64, outcome: Result<FacetStart, CallError>);
    /// Ends a facet; its storage stays.
    fn facet_abort(&self, parent: u64, name: &str, reason: CallError, held: Option<Held>);
    /// Ends a facet and removes its storage.
    fn facet_delete(&self, parent: u64, name: &str, held: Held);
    /// Makes a facet a copy of another one, unless the parent may have facets right below it that have storage and has them.
    fn facet_clone(
        &self,
        parent: u64,
        from: &str,
        to: &str,
        facets: Option<usize>,
        held: Held,
    ) -> Result<(), CallError>;
    /// Gives what a facet has used.
    fn facet_stats(&self, parent: u64, name: &str, completer: Completer);
    /// The names of the facets that have storage.
    fn facet_list(&self, parent: u64) -> Result<Vec<String>, CallError>;
    /// Removes the storage of every facet.
    fn facets_delete(&self, parent: u64, held: Held);
    /// The actor is broken: it lives no longer.
    fn actor_broken(&self, incarnation: u64, reason: CallError);
    /// The actor's Worker has no class of its name.
    fn actor_lacks_class(&self, incarnation: u64, reason: CallError);
    /// The actor's constructor, or a callback that held everything else back, has finished.
    fn actor_unblocked(&self, incarnation: u64);
    /// Code of the isolate called `abortIsolate()`.
    fn isolate_aborted(&self, isolate: IsolateId);
    /// A name for a loaded Worker's definition.
    fn next_id(&self) -> u64;
}

/// Gives up an outbound request when dropped.
#[derive(Debug)]
pub struct EgressGuard(pub tokio::task::AbortHandle);

impl Drop for EgressGuard {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What a startup callback asked for.
#[derive(Debug)]
pub struct FacetStart {
    /// The class to run.
    pub class: crate::call::ClassRef,
    /// `ctx.id`; absent means the parent's.
    pub id: FacetId,
    /// Bytes that its database may have.
    pub storage_bytes: Option<u64>,
    /// Facets of its own, right below it, that may have storage.
    pub facets: Option<usize>,
}

/// `ctx.id` of a facet.
#[derive(Clone, Debug)]
pub enum FacetId {
    /// As the parent's.
    Inherit,
    /// A plain string.
    Text(String),
    /// An id of a namespace, with its name.
    Object(String, Option<String>),
}

/// Something that leaves an isolate. It waits for the end of its turn, and for the actor's commit.
#[derive(Debug)]
pub enum Output {
    /// A call to another Worker, object or facet.
    Call(Call),
    /// The outcome of an event.
    Reply(ReplyTo, CallResult),
    /// A chunk of a streamed body, into room that is reserved for it.
    Chunk(Room, Bytes),
    /// The end of a streamed body.
    End(Ending),
    /// What became of a chunk that was read.
    Report(UnboundedSender<Report>, Report),
    /// The word that the rest of a streamed body is not wanted, and why.
    GiveUp(Rc<Reading>, Option<CallError>),
    /// Nothing but the word that it may leave: everything before it is durable.
    Sync(Completer),
    /// A request to the network.
    Egress(Box<crate::call::RequestParts>, Completer, Token),
}

struct Pending {
    io: Rc<IoContext>,
    /// The section of the code that began it.
    section: Option<Rc<Section>>,
    resolver: v8::Global<v8::PromiseResolver>,
    /// Whether it is a method call.
    is_call: bool,
    /// Held while the operation runs, to give it up with it.
    guard: Option<EgressGuard>,
    /// Whether what runs for it is given up already.
    unwanted: bool,
}

struct Timer {
    io: Rc<IoContext>,
    /// The section of the code that set it.
    section: Option<Rc<Section>>,
    callback: v8::Global<v8::Function>,
    key: (Instant, u64),
    /// Repeats after this time.
    every: Option<Duration>,
}

/// Functions that the bootstrap script hands to the host.
pub struct JsEntries {
    /// Makes the instance of an actor.
    pub construct: v8::Global<v8::Function>,
    /// Delivers an event.
    pub dispatch: v8::Global<v8::Function>,
    /// Takes what `env` is made from.
    pub prepare: v8::Global<v8::Function>,
    /// Takes the main module's namespace.
    pub register: v8::Global<v8::Function>,
    /// Drops an actor's instance.
    pub drop_actor: v8::Global<v8::Function>,
    /// Formats an error for the log.
    pub format_error: v8::Global<v8::Function>,
    /// Lists the entrypoints that have a handler of a name.
    pub list_handlers: v8::Global<v8::Function>,
    /// An unhandled rejection.
    pub unhandled: v8::Global<v8::Function>,
    /// An unhandled rejection that was handled later.
    pub rejection_handled: v8::Global<v8::Function>,
    /// deno_core's operation that loads and runs an ES module at once.
    pub import_sync: v8::Global<v8::Function>,
    /// Makes the function that gives the default export of a module that is no ES module.
    pub maker: v8::Global<v8::Function>,
    /// Gives the global scope the form that the Worker's compatibility flags ask for.
    pub configure: v8::Global<v8::Function>,
    /// Makes an error of a class that V8's interface does not make.
    pub make_error: v8::Global<v8::Function>,
    /// Takes an object that leaves in a call apart.
    pub describe_value: v8::Global<v8::Function>,
    /// Replaces the errors in a value that leaves.
    pub pack_errors: v8::Global<v8::Function>,
    /// Says why a value may not leave.
    pub explain_refusal: v8::Global<v8::Function>,
    /// Locks a stream that leaves and gives its end.
    pub send_stream: v8::Global<v8::Function>,
    /// Makes the objects in a value that has arrived.
    pub receive_value: v8::Global<v8::Function>,
}

/// A promise that was rejected and has no handler yet.
pub struct Rejection {
    /// The promise.
    pub promise: v8::Global<v8::Promise>,
    /// What it was rejected with.
    pub reason: v8::Global<v8::Value>,
    /// The continuation-preserved data of the code that rejected it.
    pub frame: v8::Global<v8::Value>,
}

/// To which section of its actor the code of a turn belongs.
#[derive(Default)]
pub enum Part {
    /// To none.
    #[default]
    Outside,
    /// To this one of the actor of this incarnation.
    Of(u64, Rc<Section>),
    /// To the one that runs: of what deno_core's loop goes on with nobody knows more.
    Current,
}

/// The state of one isolate. It lies in a slot of the V8 isolate, so that operations reach it without a lookup.
pub struct IsolateState {
    /// Its name.
    pub id: IsolateId,
    /// The shard that runs it.
    pub host: Rc<dyn Host>,
    /// That shard's inbox.
    pub shard: ShardSender,
    /// Bytes of ArrayBuffers that its code may hold.
    pub budget: Arc<Budget>,
    /// Whether a value that comes from elsewhere is being read into its heap.
    pub receiving: Arc<Receiving>,
    /// The Worker that runs in it; absent while it is blank.
    pub worker: OnceCell<Arc<WorkerDefinition>>,
    /// What code outside of events has written to the console.
    pub console: Printed,
    /// Whether its Worker has started: until then code may compile WebAssembly.
    pub started: Cell<bool>,
    /// The bootstrap's functions.
    pub entries: OnceCell<JsEntries>,
    /// To which section the code of the running turn belongs, whoever's it was when it was begun: as in workerd.
    pub part: RefCell<Part>,
    /// What the running turn lets out.
    pub outputs: RefCell<Vec<(Option<Rc<Actor>>, Output)>>,
    /// Actors that the running turn wrote to.
    pub dirty: RefCell<Vec<Rc<Actor>>>,
    /// Events that may have ended in the running turn.
    pub settled: RefCell<Vec<Rc<IoContext>>>,
    /// Events that have not ended, by number.
    pub events: RefCell<HashMap<u64, Rc<IoContext>>>,
    /// Actors that live here, by incarnation.
    pub actors: RefCell<HashMap<u64, Rc<Actor>>>,
    /// Promises that were rejected in the running turn and have no handler yet.
    pub rejections: RefCell<Vec<Rejection>>,
    /// Workers whose code an event of this isolate is to give.
    loads: RefCell<Vec<(Rc<IoContext>, Arc<LoadedWorker>)>>,
    /// Memory outside the heap that V8 was told of and that is gone.
    pub external_freed: Arc<AtomicI64>,
    pending: RefCell<HashMap<Token, Pending>>,
    timers: RefCell<HashMap<u32, Timer>>,
    next_token: Cell<u64>,
    next_timer: Cell<u32>,
}

/// Whether a value is being read into an isolate's heap: one that has no room there fails, and not the isolate.
#[derive(Debug, Default)]
pub struct Receiving {
    now: AtomicBool,
    /// The heap's limit, if it has been exceeded so and not been set again since; 0 if it has not.
    exceeded_bytes: AtomicUsize,
}

impl Receiving {
    /// The heap has reached its limit of `bytes`: whether a value that is being read is the reason. It is told so once.
    pub fn excuses(&self, bytes: usize) -> bool {
        self.now.load(Ordering::Relaxed)
            && self.exceeded_bytes.compare_exchange(0, bytes, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// Runs `read`: whether the heap had room for what it has read.
    pub fn during<T>(&self, read: impl FnOnce() -> T) -> (T, bool) {
        self.now.store(true, Ordering::Relaxed);
        let value = read();
        self.now.store(false, Ordering::Relaxed);
        (value, self.exceeded_bytes.load(Ordering::Relaxed) == 0)
    }

    /// The limit that is to be set again, if there is one.
    pub fn take_exceeded(&self) -> Option<usize> {
        Some(self.exceeded_bytes.swap(0, Ordering::Relaxed)).filter(|bytes| *bytes > 0)
    }
}

impl IsolateState {
    /// The state of a new isolate.
    pub fn new(id: IsolateId, host: Rc<dyn Host>, shard: ShardSender, budget: Arc<Budget>) -> Self {
        Self {
            id,
            host,
            shard,
            budget,
            receiving: Arc::default(),
            worker: OnceCell::new(),
            console: Printed::default(),
            started: Cell::new(false),
            entries: OnceCell::new(),
            part: RefCell::default(),
            outputs: RefCell::default(),
            dirty: RefCell::default(),
            settled: RefCell::default(),
            events: RefCell::default(),
            actors: RefCell::default(),
            rejections: RefCell::default(),
            loads: RefCell::default(),
            external_freed: Arc::default(),
            pending: RefCell::default(),
            timers: RefCell::default(),
            next_token: Cell::new(1),
            next_timer: Cell::new(1),
        }
    }

    /// The state of the isolate that runs now.
    pub fn of(isolate: &v8::Isolate) -> Rc<Self> {
        isolate.get_slot::<Rc<Self>>().expect("every isolate of a shard has its state in a slot").clone()
    }

    /// The Worker that runs here.
    ///
    /// # Panics
    /// In a blank isolate, where no user code runs that could ask.
    pub fn worker(&self) -> &Arc<WorkerDefinition> {
        self.worker.get().expect("only an isolate with a Worker runs user code")
    }

    /// Tells V8 of memory outside its heap that is gone.
    pub fn settle_external(&self, isolate: &mut v8::Isolate) {
        if self.external_freed.load(Ordering::Relaxed) != 0 {
            let freed = self.external_freed.swap(0, Ordering::Relaxed);
            isolate.adjust_amount_of_external_allocated_memory(-freed);
        }
    }

    /// The section that what `io` begins now belongs to.
    pub fn section(&self, io: &IoContext) -> Option<Rc<Section>> {
        match (&*self.part.borrow(), &io.actor) {
            (Part::Of(incarnation, section), Some(actor)) if *incarnation == actor.incarnation => {
                Section::open(Some(section)).cloned()
            }
            (Part::Current, Some(actor)) => actor.sections.current(),
            _ => None,
        }
    }

    /// Starts an operation of `io`: the promise that JavaScript waits for, and the right to end it.
    pub fn start<'s>(
        &self,
        scope: &mut v8::PinScope<'s, '_>,
        io: &Rc<IoContext>,
    ) -> (v8::Local<'s, v8::Promise>, Token) {
        self.start_in(scope, io, self.section(io))
    }

    /// The same of one that belongs to `section`.
    pub fn start_in<'s>(
        &self,
        scope: &mut v8::PinScope<'s, '_>,
        io: &Rc<IoContext>,
        section: Option<Rc<Section>>,
    ) -> (v8::Local<'s, v8::Promise>, Token) {
        let resolver = v8::PromiseResolver::new(scope).expect("a context that runs JavaScript can make a promise");
        let promise = resolver.get_promise(scope);
        let token = Token(self.next_token.replace(self.next_token.get() + 1));
        let resolver = v8::Global::new(scope, resolver);
        io.waiting.set(io.waiting.get() + 1);
        let pending = Pending { io: io.clone(), section, resolver, is_call: false, guard: None, unwanted: false };
        self.pending.borrow_mut().insert(token, pending);
        (promise, token)
    }

    /// The right to end the operation `token` from elsewhere.
    pub fn completer(&self, token: Token) -> Completer {
        Completer { shard: self.shard.clone(), isolate: self.id, token, done: false }
    }

    /// Ties what runs for an operation to its life.
    pub fn guard(&self, token: Token, guard: EgressGuard) {
        if let Some(pending) = self.pending.borrow_mut().get_mut(&token)
            && !pending.unwanted
        {
            pending.guard = Some(guard);
        }
    }

    /// Gives up what runs for an operation, or is to run: it fails.
    pub fn give_up(&self, token: Token) {
        if let Some(pending) = self.pending.borrow_mut().get_mut(&token) {
            pending.unwanted = true;
            pending.guard = None;
        }
    }

    /// The operation `token` is a method call.
    pub fn is_call(&self, token: Token) {
        if let Some(pending) = self.pending.borrow_mut().get_mut(&token) {
            pending.is_call = true;
        }
    }

    /// Takes an ended operation out: whose it was, what resolves it, and whether it is a method call. `None` if it was given
    /// up.
    pub fn take(&self, token: Token) -> Option<(Rc<IoContext>, v8::Global<v8::PromiseResolver>, bool)> {
        let pending = self.pending.borrow_mut().remove(&token)?;
        pending.io.waiting.set(pending.io.waiting.get().saturating_sub(1));
        Some((pending.io, pending.resolver, pending.is_call))
    }

    /// The event that `token`'s operation belongs to, and its section.
    pub fn event_of(&self, token: Token) -> Option<(Rc<IoContext>, Option<Rc<Section>>)> {
        self.pending.borrow().get(&token).map(|pending| (pending.io.clone(), pending.section.clone()))
    }

    /// Sets a timer for `io`. Its number is what `setTimeout` returns.
    pub fn set_timer(
        &self,
        io: &Rc<IoContext>,
        callback: v8::Global<v8::Function>,
        delay: Duration,
        repeat: bool,
    ) -> u32 {
        let id = self.next_timer.replace(self.next_timer.get().checked_add(1).unwrap_or(1));
        let key = self.host.set_timer(Instant::now() + delay, self.id, id);
        io.owner.timers.set(io.owner.timers.get() + 1);
        io.waiting.set(io.waiting.get() + 1);
        let every = repeat.then_some(delay);
        let section = self.section(io);
        self.timers.borrow_mut().insert(id, Timer { io: io.clone(), section, callback, key, every });
        id
    }

    /// Whose timer `id` is, and the section that it belongs to.
    pub fn timer_owner(&self, id: u32) -> Option<(Rc<IoContext>, Option<Rc<Section>>)> {
        self.timers.borrow().get(&id).map(|timer| (timer.io.clone(), timer.section.clone()))
    }

    /// Takes a timer back.
    pub fn clear_timer(&self, id: u32) {
        if let Some(timer) = self.timers.borrow_mut().remove(&id) {
            self.host.cancel_timer(timer.key);
            timer.io.owner.timer_over();
            timer.io.waiting.set(timer.io.waiting.get().saturating_sub(1));
            self.settled.borrow_mut().push(timer.io);
        }
    }

    /// A timer is due: its event and callback. One that repeats is set again.
    pub fn fire_timer(&self, id: u32) -> Option<(Rc<IoContext>, v8::Global<v8::Function>)> {
        let mut timers = self.timers.borrow_mut();
        let timer = timers.get_mut(&id)?;
        let due = (timer.io.clone(), timer.callback.clone());
        match timer.every {
            Some(every) => timer.key = self.host.set_timer(Instant::now() + every, self.id, id),
            None => {
                timers.remove(&id);
                due.0.owner.timer_over();
                due.0.waiting.set(due.0.waiting.get().saturating_sub(1));
            }
        }
        Some(due)
    }

    /// `io` is to give the code of `worker`.
    pub fn begin_load(&self, io: &Rc<IoContext>, worker: &Arc<LoadedWorker>) {
        io.waiting.set(io.waiting.get() + 1);
        self.loads.borrow_mut().push((io.clone(), worker.clone()));
    }

    /// The code of `worker` is there, or will not come.
    pub fn end_load(&self, worker: &LoadedWorker) {
        let mut loads = self.loads.borrow_mut();
        let Some(index) = loads.iter().position(|(_, loading)| loading.id == worker.id) else { return };
        let (io, _) = loads.swap_remove(index);
        io.waiting.set(io.waiting.get().saturating_sub(1));
        self.settled.borrow_mut().push(io);
    }

    /// Lets `output` out at the end of the running turn, behind the actor's commit.
    pub fn emit(&self, actor: Option<&Rc<Actor>>, output: Output) {
        self.outputs.borrow_mut().push((actor.cloned(), output));
    }

    /// Gives up everything that waits for an owner that `gone` says has gone: its code never runs again.
    pub fn purge(&self, gone: impl Fn(&IoContext) -> bool) {
        self.pending.borrow_mut().retain(|_, pending| !gone(&pending.io));
        let (lost, kept): (Vec<_>, Vec<_>) = self.loads.take().into_iter().partition(|(io, _)| gone(io));
        self.loads.replace(kept);
        for (_, worker) in lost {
            // First, so that whoever hears of it and asks for the name again does not find this load.
            self.host.loader_forget(&worker);
            worker.settle(Err(CallError::retryable(
                "The event that was to load the Worker ended before its code was there.",
            )));
        }
        let mut timers = self.timers.borrow_mut();
        timers.retain(|_, timer| {
            let keep = !gone(&timer.io);
            if !keep {
                self.host.cancel_timer(timer.key);
            }
            keep
        });
        drop(timers);
        self.events.borrow_mut().retain(|_, io| {
            let keep = !gone(io);
            if !keep {
                io.frame.borrow_mut().take();
            }
            keep
        });
    }

    /// Drops every handle into the V8 heap. Must be called before the isolate is.
    pub fn clear(&self) {
        self.purge(|_| true);
        self.rejections.borrow_mut().clear();
        self.outputs.borrow_mut().clear();
    }
}
