//! Shards: threads that own isolates and actors.
//!
//! Owns the loop that gives isolates with work their turns, what happens at the end of a turn, and the
//! life of isolates. Nothing in it is locked. It must not know HTTP.
//!
//! # Layout
//! - [`entered`]: making an isolate current.
//! - [`isolate`]: creation and state of one isolate.
//! - [`running`], [`turn`]: one turn, and the JavaScript in it.
//! - [`gates`]: what a turn lets out.
//! - [`endings`]: events that are over, isolates that are lost.
//! - [`ready`]: which isolate is next.
//! - [`actors`]: objects and facets of a shard.
//! - [`facet_alarms`]: bringing the alarms of facets to them.
//! - [`host`]: what operations ask for while a turn runs.
//! - [`tails`]: telling tails of events that are over.
//! - [`usage`]: what facets use, and what they may.
//! - [`watchdog`]: CPU limits.
//! - [`slice`]: long turns and the threads that wait for their CPU.

pub mod actors;
mod endings;
pub mod entered;
mod facet_alarms;
mod gates;
pub mod host;
pub mod isolate;
mod ready;
mod running;
pub mod slice;
mod start;
mod tails;
pub mod turn;
mod usage;
pub mod watchdog;

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use denizen_bindings::call::{Call, CallError, Target, WorkerDefinition, WorkerRef};
use denizen_bindings::fetch::body::BodyStream;
use denizen_bindings::isolate::{IsolateId, ShardMessage, ShardSender, WorkerExports};
use denizen_core::limits::{STARTUP_PAUSE, WAIT_UNTIL, WorkerLimits};
use denizen_core::lru::Lru;
use denizen_storage::Pool;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;

use self::actors::Actors;
use self::host::{Deferred, ShardHost};
use self::isolate::{Phase, Slot, Turn};
use self::ready::Ready;
use self::watchdog::Watch;
use crate::lost::START;
use crate::runtime::Shared;

/// How often a shard looks for what has been idle or has gone on too long.
const HOUSEKEEPING: Duration = Duration::from_millis(500);

/// How long turns may follow one another before the shard's local tasks run: each time costs a system call, and what is
/// done by then is seen together.
const YIELD: Duration = Duration::from_micros(200);

/// Someone who waits for a Worker to start, to learn what it exports.
type Inspector = (String, oneshot::Sender<Result<WorkerExports, CallError>>);

/// One shard.
pub struct Shard {
    shared: Arc<Shared>,
    index: usize,
    host: Rc<ShardHost>,
    sender: ShardSender,
    watch: Arc<Watch>,
    isolates: HashMap<IsolateId, Slot>,
    /// The isolate of each Worker that runs here, by the definition's number.
    by_worker: HashMap<u64, IsolateId>,
    /// Isolates by last use.
    lru: Lru<IsolateId>,
    /// Isolates with something in their inbox.
    ready: Ready,
    /// What the next isolate of a Worker takes over from one whose last turn was long: a condemned one, above all.
    debts: HashMap<u64, Duration>,
    /// Blank isolates.
    warm: Vec<Slot>,
    actors: Actors,
    /// The databases of this shard.
    pool: Rc<Pool>,
    /// Calls and facet starts for loaded Workers that have no definition yet.
    awaiting_code: HashMap<u64, Vec<Call>>,
    inspectors: HashMap<IsolateId, Vec<Inspector>>,
    /// Exports of Workers that have started.
    exports: HashMap<IsolateId, Vec<String>>,
    /// When it stops at the latest, once it was told to.
    stop_at: Option<Instant>,
    /// When the use of facets was last written down.
    usage_written: Instant,
}

impl Shard {
    /// A shard on this thread.
    pub fn new(shared: Arc<Shared>, index: usize, sender: ShardSender, watch: Arc<Watch>) -> Self {
        Self {
            host: ShardHost::new(shared.clone()),
            pool: Pool::new(&shared.storage, shared.options.pool()),
            shared,
            index,
            sender,
            watch,
            isolates: HashMap::new(),
            by_worker: HashMap::new(),
            lru: Lru::default(),
            ready: Ready::default(),
            debts: HashMap::new(),
            warm: Vec::new(),
            actors: Actors::default(),
            awaiting_code: HashMap::new(),
            inspectors: HashMap::new(),
            exports: HashMap::new(),
            stop_at: None,
            usage_written: Instant::now(),
        }
    }

    /// Runs until told to stop.
    pub async fn run(mut self, mut inbox: UnboundedReceiver<ShardMessage>) {
        let mut kept_house = Instant::now();
        let mut yielded = kept_house;
        // One for all pauses: making one anew wakes the thread that is about to sleep.
        let sleep = tokio::time::sleep_until(kept_house.into());
        tokio::pin!(sleep);
        loop {
            let mut now = Instant::now();
            // Also while there is always something to run.
            if now.duration_since(kept_house) >= HOUSEKEEPING {
                self.keep_house();
                now = Instant::now();
                kept_house = now;
            }
            while let Ok(message) = inbox.try_recv() {
                self.receive(message);
            }
            if self.stop_at.is_some_and(|at| at <= now || self.has_no_events()) {
                self.note_usage();
                return;
            }
            self.fire_timers(now);
            if let Some(id) = self.ready.pop() {
                self.run_one(id);
                if now.duration_since(yielded) >= YIELD && (!self.ready.is_empty() || !inbox.is_empty()) {
                    // Local tasks, which read and write bodies and open gates, run between turns.
                    tokio::task::yield_now().await;
                    yielded = now;
                }
                continue;
            }
            let next_house = kept_house + HOUSEKEEPING;
            let next_timer = self.host.timers.borrow().keys().next().map_or(next_house, |(at, _)| next_house.min(*at));
            if sleep.deadline() != next_timer.into() {
                sleep.as_mut().reset(next_timer.into());
            }
            self.watch.park(true);
            let message = tokio::select! {
                biased;
                message = inbox.recv() => Some(message),
                () = sleep.as_mut() => None,
            };
            self.watch.park(false);
            yielded = Instant::now();
            match message {
                Some(Some(message)) => self.receive(message),
                Some(None) => break,
                None => {}
            }
        }
    }

    /// Whether every event is over, with what it gave to `waitUntil`, and nothing waits to become durable.
    fn has_no_events(&self) -> bool {
        self.isolates.values().all(|slot| slot.state.events.borrow().is_empty()) && self.actors.gates_are_open()
    }

    fn receive(&mut self, message: ShardMessage) {
        match message {
            ShardMessage::Call(call) => {
                self.shared.shards[self.index].queued.fetch_sub(1, Ordering::Relaxed);
                self.route(call);
            }
            ShardMessage::Complete(id, token, completion) => self.push(id, Turn::Complete(token, completion)),
            ShardMessage::Poll(id) => self.push(id, Turn::Poll),
            ShardMessage::Cancel(id, event, None) => self.push(id, Turn::Cancel(event)),
            ShardMessage::Cancel(id, event, Some(rest)) => self.cancel_body(id, event, rest),
            ShardMessage::Loaded(id) => {
                for call in self.awaiting_code.remove(&id).unwrap_or_default() {
                    self.route(call);
                }
                self.start_waiting_facets(id);
                self.do_deferred();
            }
            ShardMessage::Wake => self.do_deferred(),
            ShardMessage::Inspect(worker, handler, reply) => self.inspect(&worker, handler, reply),
            ShardMessage::Shutdown => self.stop_at = Some(Instant::now() + WAIT_UNTIL),
        }
    }

    fn fire_timers(&mut self, now: Instant) {
        loop {
            let due =
                self.host.timers.borrow().first_key_value().filter(|((at, _), _)| *at <= now).map(|(key, _)| *key);
            let Some(key) = due else { return };
            let timer = self.host.timers.borrow_mut().remove(&key);
            if let Some((isolate, timer)) = timer {
                self.push(isolate, Turn::Timer(timer));
            }
        }
    }

    fn push(&mut self, id: IsolateId, turn: Turn) {
        if let Some(slot) = self.isolates.get_mut(&id) {
            slot.inbox.push_back(turn);
            if !slot.queued {
                slot.queued = true;
                self.ready.push(id, &mut slot.time);
            }
        }
    }

    /// Tells an event that nobody wants the `rest` of its answer: whoever writes it first, then its signal. It stays open until
    /// then.
    fn cancel_body(&mut self, id: IsolateId, event: u64, rest: BodyStream) {
        let slot = self.isolates.get(&id);
        let Some(io) = slot.and_then(|slot| slot.state.events.borrow().get(&event).cloned()) else { return };
        io.writing.set(io.writing.get() + 1);
        drop(rest);
        let sender = self.sender.clone();
        // Behind the tasks that wait for what was dropped.
        tokio::task::spawn_local(async move { sender.send(ShardMessage::Cancel(id, event, None)) });
    }

    /// Gives `call` to the isolate or actor that it is for.
    pub(crate) fn route(&mut self, mut call: Call) {
        call.delivered.get_or_insert_with(Instant::now);
        if let Some(descent) = &mut call.descent
            && let Err(error) = descent.admit()
        {
            return call.reply.send(Err(error));
        }
        match &call.target {
            Target::Entrypoint { worker, .. } => match self.definition(worker) {
                Ok(Some(definition)) => match self.isolate_for_event(&definition) {
                    Ok(id) => self.deliver(id, call, None),
                    Err(error) => call.reply.send(Err(error)),
                },
                Ok(None) => self.await_code(call),
                Err(error) => call.reply.send(Err(error)),
            },
            Target::Object { id, .. } => {
                let shard = id.shard(self.shared.shards.len());
                if shard == self.index {
                    self.route_to_object(call);
                } else {
                    self.shared.shards[shard].call(call);
                }
            }
            Target::Facet(_) => self.route_to_facet(call),
        }
    }

    /// The definition that `worker` stands for; `None` while its code is awaited: a message comes with it.
    fn definition(&self, worker: &WorkerRef) -> Result<Option<Arc<WorkerDefinition>>, CallError> {
        match worker {
            WorkerRef::Static(name) => {
                let definition = self.shared.workers.get(name).cloned();
                definition.map(Some).ok_or_else(|| CallError::new(format!("There is no Worker named \"{name}\".")))
            }
            WorkerRef::Loaded(loaded) => match loaded.outcome_or_wait(&self.sender) {
                None => Ok(None),
                Some(Ok(definition)) => match definition.failed.get() {
                    Some(error) => Err(error.clone()),
                    None => Ok(Some(definition.clone())),
                },
                Some(Err(error)) => Err(error.clone()),
            },
        }
    }

    fn await_code(&mut self, call: Call) {
        if let Target::Entrypoint { worker: WorkerRef::Loaded(loaded), .. } = &call.target {
            self.awaiting_code.entry(loaded.id).or_default().push(call);
        }
    }

    fn deliver(&mut self, id: IsolateId, call: Call, actor: Option<u64>) {
        let Some(slot) = self.isolates.get_mut(&id) else {
            return call.reply.send(Err(CallError::retryable("The isolate was lost.")));
        };
        self.lru.touch(&id);
        match slot.phase {
            Phase::Ready => self.push(id, Turn::Event(call, actor)),
            _ => slot.waiting.push((call, actor)),
        }
    }

    /// The isolate for an event of a Worker that is of no object or facet.
    fn isolate_for_event(&mut self, definition: &Arc<WorkerDefinition>) -> Result<IsolateId, CallError> {
        match self.shared.lost.refuses(definition, "") {
            Some(error) => Err(error),
            None => self.isolate_for(definition),
        }
    }

    /// The isolate of a Worker, started now if there is none.
    pub(crate) fn isolate_for(&mut self, definition: &Arc<WorkerDefinition>) -> Result<IsolateId, CallError> {
        if let Some(id) = self.by_worker.get(&definition.id) {
            return Ok(*id);
        }
        if let Some(error) = self.shared.lost.refuses(definition, START) {
            return Err(error);
        }
        let stopped = definition.stopped.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, error)) = stopped.filter(|(when, _)| when.elapsed() < STARTUP_PAUSE) {
            return Err(error);
        }
        self.evict();
        let mut slot = self.blank(&definition.limits)?;
        let id = slot.state.id;
        slot.time = self.debts.remove(&definition.id).unwrap_or_default();
        self.isolates.insert(id, slot);
        self.by_worker.insert(definition.id, id);
        self.lru.touch(&id);
        self.assign(id, definition);
        // It starts in a turn of its own, so that whoever asked is in its queue by then and learns of a failure.
        self.push(id, Turn::Poll);
        Ok(id)
    }

    fn blank(&mut self, limits: &WorkerLimits) -> Result<Slot, CallError> {
        let usual = WorkerLimits::STATIC;
        if limits.heap_bytes == usual.heap_bytes
            && limits.array_buffer_bytes == usual.array_buffer_bytes
            && let Some(slot) = self.warm.pop()
        {
            return Ok(slot);
        }
        self.make_blank(limits)
    }

    fn make_blank(&self, limits: &WorkerLimits) -> Result<Slot, CallError> {
        let id = IsolateId(self.shared.next_id());
        Slot::new(id, self.host.clone(), self.sender.clone(), limits, &self.shared.options.isolates)
            .map_err(|error| CallError::new(format!("an isolate could not be made: {error}")))
    }

    /// Makes room for one more isolate.
    fn evict(&mut self) {
        while self.isolates.len() >= self.shared.options.isolates.per_shard {
            let isolates = &self.isolates;
            let idle = |id: &IsolateId| isolates.get(id).is_some_and(is_idle);
            let Some(id) = self.lru.candidate(idle) else { return };
            self.remove(id);
        }
    }

    fn remove(&mut self, id: IsolateId) {
        self.lru.remove(&id);
        self.exports.remove(&id);
        self.inspectors.remove(&id);
        let Some(slot) = self.isolates.remove(&id) else { return };
        if let Some(definition) = slot.state.worker.get() {
            if slot.time > self.ready.now() {
                self.debts.insert(definition.id, slot.time);
            }
            self.by_worker.remove(&definition.id);
        }
    }

    /// The Worker of `id` begins anew for whoever comes next. A loader forgets it, and its isolate goes on for those who
    /// hold stubs, as in workerd; where workerd would end its process, the isolate is reset.
    fn begin_anew(&mut self, id: IsolateId) {
        let Some(slot) = self.isolates.get(&id) else { return };
        let definition = slot.state.worker().clone();
        if definition.loaded {
            if let Some(holder) = definition.holder.upgrade() {
                self.shared.loaders.forget(&holder);
            }
        } else {
            self.condemn(id, None, CallError::retryable("The isolate was reset by abortIsolate()."));
        }
    }

    fn do_deferred(&mut self) {
        loop {
            self.obey_facet_orders();
            let deferred = self.host.deferred.take();
            if deferred.is_empty() {
                return;
            }
            for item in deferred {
                match item {
                    Deferred::IsolateAborted(id) => self.begin_anew(id),
                    Deferred::FacetStarted(container, outcome) => self.facet_started(container, outcome),
                    Deferred::FacetPlaced(container, outcome) => self.facet_placed(container, outcome),
                    Deferred::FacetStats(parent, name, completer) => self.facet_stats(parent, &name, completer),
                    Deferred::GateOpened(actor, lock, outcome) => self.open_gate(&actor, lock, outcome),
                    Deferred::ActorBroken(incarnation, reason) => {
                        self.actors.break_stubs(incarnation, &reason);
                        self.end_actor(incarnation, &reason);
                    }
                    Deferred::ActorLacksClass(incarnation, reason) => self.end_classless_actor(incarnation, &reason),
                    Deferred::ActorUnblocked(incarnation) => self.unblock(incarnation),
                    Deferred::FacetNotWoken(key, error) => self.facet_not_woken(&key, &error),
                }
            }
        }
    }

    fn keep_house(&mut self) {
        let now = Instant::now();
        let ids: Vec<_> = self.isolates.keys().copied().collect();
        for id in ids {
            let Some(slot) = self.isolates.get(&id) else { continue };
            if matches!(&slot.phase, Phase::Starting(starting) if starting.deadline <= now) {
                self.go_on_starting(id);
                continue;
            }
            let state = slot.state.clone();
            let unreachable = |worker: &Arc<WorkerDefinition>| worker.loaded && worker.holder.strong_count() == 0;
            if is_idle(slot) && state.worker.get().is_some_and(unreachable) {
                self.remove(id);
                continue;
            }
            let late: Vec<_> = state
                .events
                .borrow()
                .values()
                .filter(|io| io.replied_at.get().is_some_and(|at| now.duration_since(at) > WAIT_UNTIL))
                .filter(|io| io.writing.get() == 0)
                .cloned()
                .collect();
            for io in late {
                io.wait_until.set(0);
                state.settled.borrow_mut().push(io);
            }
            if !state.settled.borrow().is_empty() {
                self.end_events(id, &state);
            }
        }
        self.fail_late_events(now);
        self.fail_late_calls(now);
        self.end_long_sections(now);
        self.write_usage(now);
        let time = self.ready.now();
        self.debts.retain(|_, debt| *debt > time);
        self.evict_idle_actors(now);
        if self.warm.len() < self.shared.options.isolates.warm
            && self.ready.is_empty()
            && let Ok(slot) = self.make_blank(&WorkerLimits::STATIC)
        {
            self.warm.push(slot);
        }
    }

    fn inspect(
        &mut self,
        worker: &Arc<str>,
        handler: String,
        reply: oneshot::Sender<Result<WorkerExports, CallError>>,
    ) {
        let id = match self.definition(&WorkerRef::Static(worker.clone())) {
            Ok(Some(definition)) => self.isolate_for(&definition),
            Ok(None) => return,
            Err(error) => Err(error),
        };
        match id {
            // The one who asked may have gone.
            Err(error) => drop(reply.send(Err(error))),
            Ok(id) => {
                self.inspectors.entry(id).or_default().push((handler, reply));
                self.answer_inspectors(id, None);
            }
        }
    }
}

/// Whether nothing holds an isolate: no event, no actor, no work.
fn is_idle(slot: &Slot) -> bool {
    matches!(slot.phase, Phase::Ready)
        && slot.inbox.is_empty()
        && slot.waiting.is_empty()
        && slot.state.events.borrow().is_empty()
        && slot.state.actors.borrow().is_empty()
}
