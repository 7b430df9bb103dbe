//! Events that are over, and isolates that are lost with theirs.
//!
//! Owns letting go of an event, the end of a lineage, and what becomes of all events of an isolate when one of them broke a
//! limit. It must not know how a turn runs.

use std::rc::Rc;
use std::sync::Arc;

use denizen_bindings::call::{CallError, LINEAGE_ENDED, Lineage};
use denizen_bindings::io::context::IoContext;
use denizen_bindings::isolate::{Host, IsolateId, IsolateState, Output};

use super::Shard;
use super::gates::refuse;
use super::isolate::Turn;
use super::running::{is_hung, is_stuck};

/// What a use of an ended event's authority throws.
const ENDED: &str = "The event that this operation belongs to has ended.";

impl Shard {
    /// Lets go of events that are over, and fails those that can never end.
    pub(super) fn end_events(&mut self, id: IsolateId, state: &Rc<IsolateState>) {
        let mut over = Vec::new();
        for io in state.settled.take() {
            if io.is_over() {
                over.push(io);
            } else if is_hung(&io) || is_stuck(&io) {
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
            }
        }
        let_go(state, &over, ENDED);
        self.release(state);
    }

    /// Cancels what goes on of the calls that an incarnation is behind, which has ended. Those that have not begun are
    /// refused when it is their turn.
    pub(super) fn end_lineage(&mut self, lineage: &Arc<Lineage>) {
        lineage.end();
        if !lineage.is_live() {
            return;
        }
        let is_of = |io: &Rc<IoContext>| io.actor.is_none() && io.lineage().is_some_and(|of| Arc::ptr_eq(&of, lineage));
        let states: Vec<_> = self.isolates.values().map(|slot| slot.state.clone()).collect();
        for state in states {
            let events: Vec<_> = state.events.borrow().values().filter(|io| is_of(io)).cloned().collect();
            if events.is_empty() {
                continue;
            }
            for io in &events {
                io.fail(CallError::new(LINEAGE_ENDED));
                self.tell_tails(state.worker(), io);
            }
            let_go(&state, &events, LINEAGE_ENDED);
        }
    }

    /// Ends an isolate whose event broke a limit: the guilty event gets `error`, the others may be tried again.
    pub(super) fn condemn(&mut self, id: IsolateId, guilty: Option<&Rc<IoContext>>, error: CallError) {
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
        for (actor, output) in outputs {
            // An outcome that the stopped turn gave before it was stopped is the guilty event's.
            let reason = if matches!(output, Output::Reply(..)) { &error } else { &retry };
            refuse(actor.as_deref(), output, reason.clone());
        }
        let events: Vec<_> = state.events.borrow().values().cloned().collect();
        for io in events {
            let of_guilty = guilty.is_some_and(|guilty| Rc::ptr_eq(guilty, &io));
            let reason = if of_guilty { &error } else { &retry };
            io.owner.bodies.end(&CallError { remote: true, ..reason.clone() });
            io.fail(reason.clone());
            self.tell_tails(state.worker(), &io);
        }
        if let Some(io) = guilty {
            // A constructor that breaks a limit would do so again.
            let waiting = self.actors.wait_for_construction(io);
            if let (Some(actor), false) = (&io.actor, waiting.is_empty()) {
                for call in waiting {
                    let mut error = error.clone();
                    actor.count_refused(&mut error);
                    call.reply.send(Err(error));
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
        let place = guilty.and_then(|io| self.host.places.borrow().get(&io.actor.as_ref()?.incarnation).cloned());
        undelivered.extend(self.end_actors_of(id, &retry));
        if let (Some(actor), Some(place)) = (guilty.and_then(|io| io.actor.as_ref()), place) {
            // Whatever else of it was lost with this; also if the outcome had left.
            actor.note_error(&mut error.clone());
            self.remember_error(&place, actor);
        }
        self.remove(id);
        // Events that had not begun run in a new isolate.
        for call in undelivered {
            self.route(call);
        }
    }
}

/// Lets go of events. What a stateless one holds is revoked, and later uses throw `text`.
fn let_go(state: &IsolateState, events: &[Rc<IoContext>], text: &str) {
    let mut waits = false;
    for io in events.iter().filter(|io| io.actor.is_none()) {
        let ended = CallError::new(text);
        io.owner.bodies.end(&CallError { remote: true, ..ended.clone() });
        *io.owner.gone.borrow_mut() = Some(ended);
        io.descent.borrow_mut().take();
        waits |= io.waiting.get() > 0;
    }
    if waits {
        state.purge(|io| io.actor.is_none() && io.owner.gone.borrow().is_some());
    }
    for io in events {
        state.events.borrow_mut().remove(&io.id);
        io.frame.borrow_mut().take();
        io.on_abort.borrow_mut().take();
    }
}
