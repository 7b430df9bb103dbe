//! Shards: threads that own isolates and actors.
//!
//! Owns the loop that gives isolates with work their turns, what happens at the end of a turn, and the
//! life of isolates. Nothing in it is locked. It must not know HTTP.
//!
//! # Layout
//! - [`entered`]: making an isolate current.
//! - [`isolate`]: creation and state of one isolate.
//! - [`turn`]: running JavaScript for one turn.
//! - [`ready`]: which isolate is next.
//! - [`actors`]: objects and facets of a shard.
//! - [`facet_alarms`]: bringing the alarms of facets to them.
//! - [`host`]: what operations ask for while a turn runs.
//! - [`tails`]: telling tails of events that are over.
//! - [`usage`]: what facets use, and what they may.
//! - [`watchdog`]: CPU limits.
//! - [`slice`]: long turns and the threads that wait for their CPU.

pub mod actors;
pub mod entered;
mod facet_alarms;
pub mod host;
pub mod isolate;
mod ready;
pub mod slice;
mod start;
mod tails;
pub mod turn;
mod usage;
pub mod watchdog;

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use denizen_bindings::actor::Actor;
use denizen_bindings::call::{Call, CallError, CallKind, ReplyTo, Target, WorkerDefinition, WorkerRef};
use denizen_bindings::io::context::{IoContext, Owner};
use denizen_bindings::isolate::{
    Completion, Host, IsolateId, IsolateState, Output, ShardMessage, ShardSender, WorkerExports,
};
use denizen_core::limits::{Limit, WAIT_UNTIL, WorkerLimits};
use denizen_core::lru::Lru;
use denizen_storage::{Pool, StorageError};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;

use self::actors::Actors;
use self::host::{Deferred, ShardHost};
use self::isolate::{Phase, Slot, Turn};
use self::ready::Ready;
use self::watchdog::{Watch, thread_cpu};
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
            ShardMessage::Cancel(id, event) => self.push(id, Turn::Cancel(event)),
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

    /// Gives `call` to the isolate or actor that it is for.
    pub(crate) fn route(&mut self, call: Call) {
        match &call.target {
            Target::Entrypoint { worker, .. } => match self.definition(worker) {
                Ok(Some(definition)) => match self.isolate_for(&definition) {
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
            Target::Facet { .. } => self.route_to_facet(call),
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

    /// The isolate of a Worker, started now if there is none.
    pub(crate) fn isolate_for(&mut self, definition: &Arc<WorkerDefinition>) -> Result<IsolateId, CallError> {
        if let Some(id) = self.by_worker.get(&definition.id) {
            return Ok(*id);
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

    fn run_one(&mut self, id: IsolateId) {
        let Some(slot) = self.isolates.get_mut(&id) else { return };
        if let Some(turn) = slot.inbox.pop_front() {
            match slot.phase {
                Phase::Blank => self.start(id),
                Phase::Starting(_) => self.go_on_starting(id),
                Phase::Ready => self.run_turn(id, turn),
            }
            self.do_deferred();
        }
        let Some(slot) = self.isolates.get_mut(&id) else { return };
        slot.queued = !slot.inbox.is_empty();
        if slot.queued {
            self.ready.push(id, &mut slot.time);
        }
    }

    fn run_turn(&mut self, id: IsolateId, turn: Turn) {
        let Some(slot) = self.isolates.get(&id) else { return };
        let state = slot.state.clone();
        let definition = state.worker().clone();
        let mut turn = turn;
        let io = match &mut turn {
            Turn::Event(call, actor) => {
                let actor = *actor;
                if actor.is_some_and(|actor| self.actors.is_blocked(actor)) {
                    let Turn::Event(call, Some(actor)) = turn else { return };
                    self.actors.hold(actor, call);
                    return;
                }
                if let Some(incarnation) = actor
                    && self.actors.lacks_instance(incarnation)
                {
                    let Turn::Event(call, _) = turn else { return };
                    self.actors.hold(incarnation, call);
                    return self.construct(id, incarnation);
                }
                if actor.is_some_and(|actor| self.actors.touch(actor).is_none()) {
                    // It ended while the call was on its way: what the target stands for now decides.
                    let Turn::Event(call, _) = turn else { return };
                    self.route(call);
                    return;
                }
                match self.begin_event(&state, &definition, call, actor) {
                    Some(io) => Some(io),
                    None => return,
                }
            }
            Turn::Complete(token, _) => state.event_of(*token),
            Turn::Timer(timer) => state.timer_owner(*timer),
            Turn::Cancel(event) => state.events.borrow().get(event).cloned(),
            Turn::Poll => None,
        };
        if io.is_none() && !matches!(turn, Turn::Poll) {
            // The one who would have been told is gone.
            return;
        }
        // A turn of deno_core's loop belongs to the events that wait for nothing else.
        let charged: Vec<_> = match &io {
            Some(io) => vec![io.clone()],
            None => {
                let events = state.events.borrow();
                let waits_for_nothing: Vec<_> = events.values().filter(|io| io.waiting.get() == 0).cloned().collect();
                // Some event is behind it in any case.
                if waits_for_nothing.is_empty() { events.values().cloned().collect() } else { waits_for_nothing }
            }
        };
        let left = charged.iter().map(|io| io.limits.cpu.saturating_sub(io.cpu.get())).min();
        let left = left.unwrap_or(definition.limits.event.cpu);
        let Some(slot) = self.isolates.get_mut(&id) else { return };
        let cancelled = matches!(turn, Turn::Cancel(_));
        if let Turn::Event(Call { kind: CallKind::Alarm(alarm), .. }, _) = &turn {
            self.shared.storage.alarms().started(&alarm.key);
        }
        let began = self.watch.begin(slot.handle.clone(), slot.out_of_memory.clone(), left);
        let entered = Instant::now();
        let idle = execute(slot, io.as_ref(), turn);
        // Not what comes after the turn: it may make an isolate for another Worker.
        slot.time += entered.elapsed();
        let stopped = self.watch.end();
        let used = thread_cpu().saturating_sub(began);
        for io in &charged {
            io.cpu.set(io.cpu.get() + used);
            if let Some(actor) = &io.actor {
                actor.count_cpu(used);
            }
            if idle && is_hung(io) {
                io.reply(&state, Err(CallError::new(HUNG)));
            }
        }
        if let Some(actor) = io.as_ref().and_then(|io| io.actor.as_ref()) {
            // An event that went on for long has not left its actor idle.
            self.actors.touch(actor.incarnation);
        }
        let guilty = charged.into_iter().max_by_key(|io| io.cpu.get());
        if let Some(io) = &io {
            if cancelled {
                if let Some(trace) = io.trace.get() {
                    trace.canceled();
                }
                io.reply.borrow_mut().take();
                io.replied_at.set(Some(Instant::now()));
                io.writing.set(0);
            }
            state.settled.borrow_mut().push(io.clone());
        }
        self.end_turn(id, guilty.as_ref(), stopped);
    }

    /// Makes the instance of an actor, in a turn and an event of its own: what it writes is committed before the first
    /// event of the actor begins, which waits with all others for the end of this turn and for what blocks them then.
    fn construct(&mut self, id: IsolateId, incarnation: u64) {
        let event = self.shared.next_id();
        let Some(slot) = self.isolates.get_mut(&id) else { return };
        let Some(identity) = self.actors.begin_construction(incarnation, event) else { return };
        let state = slot.state.clone();
        let limits = state.worker().limits.for_event(identity.limits);
        let actor = identity.actor.clone();
        let io = IoContext::new(event, actor.owner.clone(), Some(actor.clone()), limits, None);
        // Nobody waits for an outcome: the event lasts for as long as `waitUntil` holds it.
        io.replied_at.set(Some(Instant::now()));
        state.events.borrow_mut().insert(event, io.clone());
        let began = self.watch.begin(slot.handle.clone(), slot.out_of_memory.clone(), limits.cpu);
        slot.runtime.enter(|runtime| {
            deno_core::scope!(scope, runtime);
            turn::construct(scope, &state, &io, identity);
            turn::rejections(scope, &state);
        });
        let stopped = self.watch.end();
        io.cpu.set(thread_cpu().saturating_sub(began));
        actor.count_cpu(io.cpu.get());
        state.settled.borrow_mut().push(io.clone());
        self.end_turn(id, Some(&io), stopped);
        if !self.actors.is_blocked(incarnation) {
            self.unblock(incarnation);
        }
    }

    /// Lets the events go on that waited for an actor: before all that came after them.
    fn unblock(&mut self, incarnation: u64) {
        let (isolate, calls) = self.actors.unblock(incarnation);
        if let Some(slot) = isolate.and_then(|id| self.isolates.get_mut(&id)) {
            for call in calls.into_iter().rev() {
                slot.inbox.push_front(Turn::Event(call, Some(incarnation)));
            }
            if !slot.queued && !slot.inbox.is_empty() {
                slot.queued = true;
                self.ready.push(slot.state.id, &mut slot.time);
            }
        }
    }

    /// Writes an event down. `None` if its client has left already.
    fn begin_event(
        &mut self,
        state: &Rc<IsolateState>,
        definition: &WorkerDefinition,
        call: &mut Call,
        incarnation: Option<u64>,
    ) -> Option<Rc<IoContext>> {
        let event = self.shared.next_id();
        if let Some(cancel) = &call.cancel
            && !cancel.started(&self.sender, state.id, event)
        {
            return None;
        }
        let actor = match incarnation {
            None => None,
            Some(incarnation) => {
                let actor = self.actors.touch(incarnation)?;
                actor.count_request();
                Some(actor)
            }
        };
        let asked = match &call.target {
            Target::Entrypoint { limits, .. } => *limits,
            _ => incarnation.map(|incarnation| self.actors.asked_limits(incarnation)).unwrap_or_default(),
        };
        let owner = actor.as_ref().map_or_else(|| Rc::new(Owner::default()), |actor| actor.owner.clone());
        let reply = std::mem::replace(&mut call.reply, ReplyTo::Nobody);
        let io = IoContext::new(event, owner, actor, definition.limits.for_event(asked), Some(reply));
        state.events.borrow_mut().insert(event, io.clone());
        self.begin_trace(&io, definition, call);
        Some(io)
    }

    /// What comes after each turn: limits, commits, outputs, events that are over.
    fn end_turn(&mut self, id: IsolateId, io: Option<&Rc<IoContext>>, stopped: bool) {
        let Some(slot) = self.isolates.get_mut(&id) else { return };
        let state = slot.state.clone();
        let out_of_memory = slot.out_of_memory.load(Ordering::Relaxed);
        if stopped || out_of_memory {
            let limits = &state.worker().limits;
            let error = match out_of_memory {
                true => {
                    let max = limits.heap_bytes as f64;
                    CallError::limit(Limit::HeapBytes, max, max)
                }
                false => {
                    let max = io.map_or(limits.event.cpu, |io| io.limits.cpu);
                    let used = io.map_or(max, |io| io.cpu.get());
                    CallError::limit(Limit::CpuMs, used.as_secs_f64() * 1000.0, max.as_secs_f64() * 1000.0)
                }
            };
            self.condemn(id, io, error);
            self.do_deferred();
            return;
        }
        // An actor that ended itself stopped the code that ran; the isolate goes on.
        slot.handle.cancel_terminate_execution();
        self.commit(&state);
        self.obey_facet_orders();
        self.release(&state);
        self.do_deferred();
        self.end_events(id, &state);
    }

    /// Makes the turn's writes durable. An actor whose commit fails is reset, and nothing of its turn leaves.
    fn commit(&mut self, state: &Rc<IsolateState>) {
        for actor in state.dirty.take() {
            actor.dirty.set(false);
            let outcome = match actor.owner.gone.borrow().is_some() {
                true => actor.database.rollback().map(|()| None),
                false => actor.database.commit(),
            };
            match outcome {
                Ok(None) => {}
                Ok(Some(durable)) => self.close_gate(&actor, durable),
                Err(error) => self.reset_for_storage(&actor, &error),
            }
        }
    }

    /// What the actor sends from now on waits for `durable`.
    fn close_gate(&self, actor: &Rc<Actor>, durable: impl Future<Output = Result<(), StorageError>> + 'static) {
        let lock = actor.gate.borrow_mut().lock();
        let (actor, host, sender) = (actor.clone(), self.host.clone(), self.sender.clone());
        tokio::task::spawn_local(async move {
            let outcome = durable.await;
            let mut deferred = host.deferred.borrow_mut();
            // Whoever came first has woken the shard for all.
            if deferred.is_empty() {
                sender.send(ShardMessage::Wake);
            }
            deferred.push(Deferred::GateOpened(actor, lock, outcome));
        });
    }

    /// The actor's last writes are lost: so is what it made of them.
    fn reset_for_storage(&self, actor: &Rc<Actor>, error: &StorageError) {
        self.host.console("denizen", Some(actor), "error", &format!("reset for its storage: {error}"));
        // workerd marks every reset but this one.
        let durable_object_reset = !matches!(error, StorageError::DeferredConstraint(_));
        let exceeded = actor.database.exceeded();
        let limit =
            exceeded.and_then(|(used, max)| CallError::limit(Limit::StorageBytes, used as f64, max as f64).limit);
        let mut error = CallError { durable_object_reset, limit, ..CallError::new(error.public_text()) };
        actor.count_error(&mut error);
        self.host.deferred.borrow_mut().push(Deferred::ActorBroken(actor.incarnation, error.clone()));
        actor.owner.gone.borrow_mut().get_or_insert(error);
    }

    fn open_gate(&mut self, actor: &Rc<Actor>, lock: u64, outcome: Result<(), StorageError>) {
        let outputs = match &outcome {
            Ok(()) => actor.gate.borrow_mut().open(lock),
            Err(error) => {
                self.reset_for_storage(actor, error);
                actor.gate.borrow_mut().break_open()
            }
        };
        let isolate = self.actors.isolate(actor.incarnation).and_then(|id| self.isolates.get(&id));
        let state = isolate.map(|slot| slot.state.clone());
        for output in outputs {
            self.let_out(state.as_ref(), Some(actor), output);
        }
    }

    fn release(&mut self, state: &Rc<IsolateState>) {
        for (actor, output) in state.outputs.take() {
            let output = match &actor {
                Some(actor) => actor.gate.borrow_mut().pass(output),
                None => Some(output),
            };
            if let Some(output) = output {
                self.let_out(Some(state), actor.as_ref(), output);
            }
        }
    }

    /// Sends something on its way, unless the actor that sends it has ended.
    fn let_out(&mut self, state: Option<&Rc<IsolateState>>, actor: Option<&Rc<Actor>>, output: Output) {
        let broken = actor.and_then(|actor| actor.owner.gone.borrow().clone());
        if let Some(error) = broken {
            return refuse(output, error);
        }
        match (output, state) {
            (Output::Call(call), _) => self.route(call),
            (Output::Reply(reply, result), _) => reply.send(result),
            (Output::Chunk(room, bytes), _) => room.send(bytes),
            (Output::End(ending), _) => ending.send(),
            // A writer that has gone misses nothing.
            (Output::Report(reports, report), _) => drop(reports.send(report)),
            (Output::GiveUp(reading, reason), _) => reading.give_up(reason),
            (Output::Sync(completer), _) => completer.complete(Completion::Unit),
            (Output::Egress(request, completer, token), Some(state)) => {
                let guard = self.host.egress(request, state.worker(), completer);
                state.guard(token, guard);
            }
            (output @ Output::Egress(..), None) => refuse(output, CallError::retryable("The isolate was lost.")),
        }
    }

    /// Lets go of events that are over, and fails those that can never end.
    fn end_events(&mut self, id: IsolateId, state: &Rc<IsolateState>) {
        let mut over = Vec::new();
        for io in state.settled.take() {
            if io.is_over() {
                over.push(io);
            } else if is_hung(&io) {
                // It waits for nothing of ours. Whether deno_core has something for it shows when its loop runs.
                self.push(id, Turn::Poll);
            }
        }
        state.settled.take();
        if over.is_empty() {
            return;
        }
        for io in &over {
            self.tell_tails(state.worker(), io);
            if let Some(actor) = &io.actor {
                // It is idle from now on at the earliest.
                self.actors.touch(actor.incarnation);
            } else {
                let ended = CallError::new(ENDED);
                io.owner.bodies.end(&ended);
                *io.owner.gone.borrow_mut() = Some(ended);
            }
        }
        let purged = over.iter().any(|io| io.actor.is_none() && (io.waiting.get() > 0));
        if purged {
            state.purge(|io| over.iter().any(|ended| std::ptr::eq(&**ended, io)) && io.actor.is_none());
        }
        for io in &over {
            state.events.borrow_mut().remove(&io.id);
            io.frame.borrow_mut().take();
            io.on_abort.borrow_mut().take();
        }
        self.release(state);
    }

    /// Ends an isolate whose event broke a limit: the guilty event gets `error`, the others may be tried again.
    fn condemn(&mut self, id: IsolateId, guilty: Option<&Rc<IoContext>>, error: CallError) {
        let Some(slot) = self.isolates.get_mut(&id) else { return };
        let state = slot.state.clone();
        let name = state.worker().name.clone();
        self.host.console(&name, guilty.and_then(|io| io.actor.as_deref()), "error", &error.message);
        // What the last turn let out before it was stopped does not leave; what others did earlier has left.
        let retry = CallError {
            durable_object_reset: true,
            ..CallError::retryable("The isolate was reset because another event in it exceeded a limit.")
        };
        let outputs = state.outputs.take();
        state.dirty.take();
        for (_, output) in outputs {
            // An outcome that the stopped turn gave before it was stopped is the guilty event's.
            let reason = if matches!(output, Output::Reply(..)) { &error } else { &retry };
            refuse(output, reason.clone());
        }
        let events: Vec<_> = state.events.borrow().values().cloned().collect();
        for io in events {
            let of_guilty = guilty.is_some_and(|guilty| Rc::ptr_eq(guilty, &io));
            io.owner.bodies.end(if of_guilty { &error } else { &retry });
            io.fail(if of_guilty { error.clone() } else { retry.clone() });
            self.tell_tails(state.worker(), &io);
        }
        if let Some(io) = guilty {
            // A constructor that breaks a limit would do so again.
            let waiting = self.actors.wait_for_construction(io);
            if let (Some(actor), false) = (&io.actor, waiting.is_empty()) {
                let mut error = error.clone();
                actor.count_error(&mut error);
                for call in waiting {
                    call.reply.send(Err(error.clone()));
                }
            }
        }
        let mut undelivered = Vec::new();
        if let Some(slot) = self.isolates.get_mut(&id) {
            for turn in std::mem::take(&mut slot.inbox) {
                if let Turn::Event(call, _) = turn {
                    undelivered.push(call);
                }
            }
        }
        undelivered.extend(self.end_actors_of(id, &retry));
        self.remove(id);
        // Events that had not begun run in a new isolate.
        for call in undelivered {
            self.route(call);
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

/// Runs a turn's JavaScript. Whether deno_core's loop has nothing to do, if that was what ran.
fn execute(slot: &mut Slot, io: Option<&Rc<IoContext>>, turn: Turn) -> bool {
    let state = slot.state.clone();
    let waker = slot.waker.clone();
    slot.runtime.enter(|runtime| {
        if matches!(turn, Turn::Poll) {
            let polled = runtime.poll_event_loop(&mut Context::from_waker(&waker), Default::default());
            if let Poll::Ready(Err(error)) = &polled {
                state.host.console(&state.worker().name, None, "error", &format!("Uncaught {error}"));
            }
            return matches!(polled, Poll::Ready(Ok(())));
        }
        deno_core::scope!(scope, runtime);
        match (turn, io) {
            (Turn::Event(call, _), Some(io)) => {
                let (entrypoint, props) = match &call.target {
                    Target::Entrypoint { entrypoint, props, .. } => (entrypoint.as_deref(), props.as_deref()),
                    _ => (None, None),
                };
                turn::event(scope, &state, io, call.kind, entrypoint, props);
            }
            (Turn::Complete(token, completion), _) => turn::complete(scope, &state, token, completion),
            (Turn::Timer(timer), _) => turn::timer(scope, &state, timer),
            (Turn::Cancel(_), Some(io)) => turn::cancel(scope, &state, io),
            _ => {}
        }
        turn::rejections(scope, &state);
        state.settle_external(scope);
        false
    })
}

fn refuse(output: Output, error: CallError) {
    match output {
        Output::Reply(reply, _) => reply.send(Err(error)),
        Output::Call(call) => call.reply.send(Err(error)),
        Output::Chunk(room, _) => room.fail(error),
        Output::End(ending) => ending.fail(error),
        // The reader goes with its owner, which is what the writer learns.
        Output::Report(..) | Output::GiveUp(..) => {}
        Output::Sync(completer) | Output::Egress(_, completer, _) => completer.complete(Completion::Failed(error)),
    }
}

/// Whether nothing can end a stateless event, once deno_core's loop has nothing to do. An object's event may be ended by
/// another one.
fn is_hung(io: &IoContext) -> bool {
    io.actor.is_none() && io.replied_at.get().is_none() && io.waiting.get() == 0 && io.wait_until.get() == 0
}

/// Whether nothing holds an isolate: no event, no actor, no work.
fn is_idle(slot: &Slot) -> bool {
    matches!(slot.phase, Phase::Ready)
        && slot.inbox.is_empty()
        && slot.waiting.is_empty()
        && slot.state.events.borrow().is_empty()
        && slot.state.actors.borrow().is_empty()
}

/// workerd's text for an event that nothing can end.
const HUNG: &str = "The Workers runtime canceled this request because it detected that your Worker's code had hung and would never generate a response. Refer to: https://developers.cloudflare.com/workers/observability/errors/";

/// What a use of an ended event's authority throws.
const ENDED: &str = "The event that this operation belongs to has ended.";
