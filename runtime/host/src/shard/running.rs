//! Running one turn.
//!
//! Owns how a delivery becomes an event, the construction of actors, what a turn is charged for, and what comes after it. How
//! JavaScript is entered is [`super::turn`]'s. It must not know which isolate is next.

use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use denizen_bindings::call::{Call, CallError, CallKind, ReplyTo, Target, WorkerDefinition};
use denizen_bindings::io::context::{IoContext, Owner};
use denizen_bindings::isolate::{Completion, IsolateId, IsolateState, Part};
use denizen_core::limits::Limit;

use super::host::Deferred;
use super::isolate::{Phase, Slot, Turn};
use super::start::is_stall;
use super::watchdog::{Of, thread_cpu};
use super::{Shard, turn};

/// workerd's text for an event that nothing can end.
const HUNG: &str = "The Workers runtime canceled this request because it detected that your Worker's code had hung and would never generate a response. Refer to: https://developers.cloudflare.com/workers/observability/errors/";

/// The same for a callback that has held its object for too long.
const HELD_TOO_LONG: &str = "A call to blockConcurrencyWhile() in a Durable Object waited for too long. The call was canceled and the Durable Object was reset.";

impl Shard {
    pub(super) fn run_one(&mut self, id: IsolateId) {
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

    pub(super) fn run_turn(&mut self, id: IsolateId, turn: Turn) {
        let Some(slot) = self.isolates.get(&id) else { return };
        let state = slot.state.clone();
        let definition = state.worker().clone();
        let mut turn = turn;
        let mut part = if matches!(turn, Turn::Poll) { Part::Current } else { Part::Outside };
        let io = match &mut turn {
            Turn::Event(call, actor) => {
                let actor = *actor;
                if actor.is_some_and(|actor| self.actors.is_blocked(actor)) {
                    let Turn::Event(call, Some(actor)) = turn else { return };
                    return self.hold(actor, call);
                }
                if let Some(incarnation) = actor
                    && self.actors.lacks_instance(incarnation)
                {
                    let Turn::Event(call, _) = turn else { return };
                    self.hold(incarnation, call);
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
            Turn::Complete(..) | Turn::Timer(_) | Turn::Cancel(_) => {
                let owner = match &turn {
                    Turn::Complete(token, _) => state.event_of(*token),
                    Turn::Timer(timer) => state.timer_owner(*timer),
                    Turn::Cancel(event) => state.events.borrow().get(event).map(|io| (io.clone(), None)),
                    _ => None,
                };
                if let Some((io, section)) = &owner
                    && let Some(actor) = &io.actor
                {
                    let waits = !matches!(turn, Turn::Complete(_, Completion::Left));
                    if waits && !actor.sections.lets(section.as_ref()) {
                        return self.actors.hold_turn(actor.incarnation, section.as_ref(), turn);
                    }
                    if let Some(section) = section {
                        part = Part::Of(actor.incarnation, section.clone());
                    }
                }
                owner.map(|(io, _)| io)
            }
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
        let actor = io.as_ref().and_then(|io| io.actor.as_ref());
        let of = Of { worker: definition.clone(), actor: actor.map(|actor| actor.label.clone()) };
        let began = self.watch.begin(of, slot.handle.clone(), slot.out_of_memory.clone(), left);
        let entered = Instant::now();
        state.part.replace(part);
        let idle = execute(slot, io.as_ref(), turn);
        state.part.take();
        // Not what comes after the turn: it may make an isolate for another Worker.
        slot.time += entered.elapsed();
        let stopped = self.watch.end();
        let used = thread_cpu().saturating_sub(began);
        for io in &charged {
            io.cpu.set(io.cpu.get() + used);
            if idle && is_hung(io) {
                io.reply(&state, Err(CallError::new(HUNG)));
            }
        }
        if idle {
            break_stuck_bodies(&state);
        }
        if charged.is_empty() {
            // What they have left behind, such as modules that are still imported: each may be behind it.
            state.actors.borrow().values().for_each(|actor| actor.count_cpu(used));
        }
        bill(&charged, used);
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
                io.replied_at.set(io.replied_at.get().or_else(|| Some(Instant::now())));
                io.writing.set(0);
            }
            state.settled.borrow_mut().push(io.clone());
        }
        self.end_turn(id, guilty.as_ref(), stopped);
    }

    /// Makes the instance of an actor, in a turn and an event of its own: what it writes is committed before the first
    /// event of the actor begins, which waits with all others for the end of this turn and for what blocks them then.
    pub(super) fn construct(&mut self, id: IsolateId, incarnation: u64) {
        let event = self.shared.next_id();
        let Some(slot) = self.isolates.get_mut(&id) else { return };
        let Some(identity) = self.actors.begin_construction(incarnation, event) else { return };
        let state = slot.state.clone();
        let limits = state.worker().limits.for_event(identity.limits);
        let actor = identity.actor.clone();
        let io = IoContext::new(event, actor.owner.clone(), Some(actor.clone()), limits, None, None);
        // Nobody waits for an outcome: the event lasts for as long as `waitUntil` holds it.
        io.replied_at.set(Some(Instant::now()));
        state.events.borrow_mut().insert(event, io.clone());
        let of = Of { worker: state.worker().clone(), actor: Some(actor.label.clone()) };
        let began = self.watch.begin(of, slot.handle.clone(), slot.out_of_memory.clone(), limits.cpu);
        let entered = Instant::now();
        slot.runtime.enter(|runtime| {
            deno_core::scope!(scope, runtime);
            turn::construct(scope, &state, &io, identity);
            turn::rejections(scope, &state);
        });
        slot.time += entered.elapsed();
        let stopped = self.watch.end();
        io.cpu.set(thread_cpu().saturating_sub(began));
        actor.count_cpu(io.cpu.get());
        state.settled.borrow_mut().push(io.clone());
        self.end_turn(id, Some(&io), stopped);
        if !self.actors.is_blocked(incarnation) {
            self.unblock(incarnation);
        }
    }

    /// Lets go on what waited for an actor, as far as it may: before all that came after it.
    pub(super) fn unblock(&mut self, incarnation: u64) {
        let (isolate, turns) = self.actors.unblock(incarnation);
        if let Some(slot) = isolate.and_then(|id| self.isolates.get_mut(&id)) {
            for turn in turns.into_iter().rev() {
                slot.inbox.push_front(turn);
            }
            if !slot.queued && !slot.inbox.is_empty() {
                slot.queued = true;
                self.ready.push(slot.state.id, &mut slot.time);
            }
        }
    }

    /// Resets the actors that a callback has held for as long as it may. No code of theirs has a say in it.
    pub(super) fn end_long_sections(&mut self, now: Instant) {
        let limit = self.shared.options.isolates.section;
        let slots = self.actors.slots.values().map(|slot| &slot.identity.actor);
        let late: Vec<_> = slots.filter(|actor| actor.sections.is_late(now, limit)).cloned().collect();
        for actor in late {
            let reason = CallError { overloaded: true, durable_object_reset: true, ..CallError::new(HELD_TOO_LONG) };
            actor.owner.gone.borrow_mut().get_or_insert_with(|| reason.clone());
            self.host.deferred.borrow_mut().push(Deferred::ActorBroken(actor.incarnation, reason));
        }
        self.do_deferred();
    }

    /// Writes an event down. `None` if its client has left already, or what is behind it has ended.
    pub(super) fn begin_event(
        &mut self,
        state: &Rc<IsolateState>,
        definition: &WorkerDefinition,
        call: &mut Call,
        incarnation: Option<u64>,
    ) -> Option<Rc<IoContext>> {
        if let Some(descent) = &mut call.descent
            && let Err(error) = descent.admit()
        {
            std::mem::replace(&mut call.reply, ReplyTo::Nobody).send(Err(error));
            return None;
        }
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
        let limits = definition.limits.for_event(asked);
        let io = IoContext::new(event, owner, actor, limits, Some(reply), call.descent.take());
        if let (Some(delivered), false) = (call.delivered, matches!(call.kind, CallKind::Alarm(_))) {
            io.delivered.set(delivered);
        }
        state.events.borrow_mut().insert(event, io.clone());
        self.begin_trace(&io, definition, call);
        Some(io)
    }

    /// What comes after each turn: limits, commits, outputs, events that are over.
    pub(super) fn end_turn(&mut self, id: IsolateId, io: Option<&Rc<IoContext>>, stopped: bool) {
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
                    // Its waits for the disk counted too, and are no CPU time.
                    let used = io.map_or(max, |io| io.cpu.get().max(max));
                    CallError::limit(Limit::CpuMs, used.as_secs_f64() * 1000.0, max.as_secs_f64() * 1000.0)
                }
            };
            self.condemn(id, io, error);
            self.do_deferred();
            return;
        }
        if let Some(bytes) = state.receiving.take_exceeded() {
            slot.set_heap_limit_again(bytes);
        }
        // An actor that ended itself stopped the code that ran; the isolate goes on.
        slot.handle.cancel_terminate_execution();
        self.commit(&state);
        self.obey_facet_orders();
        self.release(&state);
        self.do_deferred();
        self.end_events(id, &state);
    }
}

/// Bills the CPU time of a turn to whoever pays for `events`: once, however many of their events it was of.
fn bill(events: &[Rc<IoContext>], used: Duration) {
    let [io] = events else {
        let mut billed = HashSet::new();
        let is_new = |io: &&Rc<IoContext>| io.lineage().is_some_and(|payer| billed.insert(Arc::as_ptr(&payer)));
        return events.iter().filter(is_new).for_each(|io| io.count_cpu(used));
    };
    io.count_cpu(used);
}

/// Runs a turn's JavaScript. Whether deno_core's loop has nothing to do, if that was what ran.
pub(super) fn execute(slot: &mut Slot, io: Option<&Rc<IoContext>>, turn: Turn) -> bool {
    let state = slot.state.clone();
    let waker = slot.waker.clone();
    slot.runtime.enter(|runtime| {
        if matches!(turn, Turn::Poll) {
            return match runtime.poll_event_loop(&mut Context::from_waker(&waker), Default::default()) {
                Poll::Ready(Ok(())) => true,
                // A module that was imported later awaits something, which may still come as long as any event waits.
                Poll::Ready(Err(error)) if is_stall(&error) => {
                    state.events.borrow().values().all(|io| io.waiting.get() == 0)
                }
                Poll::Ready(Err(error)) => {
                    state.host.console(&state.worker().name, None, "error", &format!("Uncaught {error}"));
                    false
                }
                Poll::Pending => false,
            };
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

/// Ends events that have nothing left but a body of their own that nobody writes.
fn break_stuck_bodies(state: &Rc<IsolateState>) {
    let stuck: Vec<_> = state.events.borrow().values().filter(|io| is_stuck(io)).cloned().collect();
    for io in stuck {
        state.host.console(&state.worker().name, None, "error", HUNG);
        io.owner.bodies.end(&CallError::new(HUNG));
    }
}

/// Whether nothing can end the body of a stateless event that has answered, once deno_core's loop has nothing to do.
pub(super) fn is_stuck(io: &IoContext) -> bool {
    io.actor.is_none()
        && io.replied_at.get().is_some()
        && io.writing.get() > 0
        && io.wait_until.get() == 0
        && io.waiting.get() as usize == io.owner.bodies.watched()
}

/// Whether nothing can end a stateless event, once deno_core's loop has nothing to do. An object's event may be ended by
/// another one.
pub(super) fn is_hung(io: &IoContext) -> bool {
    io.actor.is_none() && io.replied_at.get().is_none() && io.waiting.get() == 0 && io.wait_until.get() == 0
}
