//! What a turn lets out, and the gates that it passes.
//!
//! Owns the end of a turn's transaction and what waits for it to be durable: replies, calls, chunks, requests. It must not know
//! JavaScript, nor what a commit does.

use std::rc::Rc;

use denizen_bindings::actor::Actor;
use denizen_bindings::call::CallError;
use denizen_bindings::isolate::{Completion, Host, IsolateState, Output, ShardMessage};
use denizen_core::limits::Limit;
use denizen_storage::StorageError;

use super::Shard;
use super::host::Deferred;

impl Shard {
    /// Makes the turn's writes durable. An actor whose commit fails is reset, and nothing of its turn leaves.
    pub(super) fn commit(&mut self, state: &Rc<IsolateState>) {
        for actor in state.dirty.take() {
            actor.dirty.set(false);
            if let Some(durable) = actor.committed.take() {
                self.close_gate(&actor, durable);
            }
            let outcome = match actor.owner.gone.borrow().is_some() {
                true => actor.database.rollback().map(|()| None),
                false => actor.database.end_turn(),
            };
            match outcome {
                // Nothing would ever close them, nor commit what follows.
                Ok(_) if actor.database.depth() > 0 && !actor.sections.is_blocked() => {
                    self.reset_for_storage(&actor, &StorageError::Savepoint);
                }
                Ok(None) => {}
                Ok(Some(durable)) => self.close_gate(&actor, durable),
                Err(error) => self.reset_for_storage(&actor, &error),
            }
        }
    }

    /// What the actor sends from now on waits for `durable`.
    pub(super) fn close_gate(
        &self,
        actor: &Rc<Actor>,
        durable: impl Future<Output = Result<(), StorageError>> + 'static,
    ) {
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
    pub(super) fn reset_for_storage(&self, actor: &Rc<Actor>, error: &StorageError) {
        self.host.console("denizen", Some(actor), "error", &format!("reset for its storage: {error}"));
        // workerd marks every reset but this one.
        let durable_object_reset = !matches!(error, StorageError::DeferredConstraint(_));
        let exceeded = actor.database.exceeded();
        let limit =
            exceeded.and_then(|(used, max)| CallError::limit(Limit::StorageBytes, used as f64, max as f64).limit);
        let mut error = CallError { durable_object_reset, limit, ..CallError::new(error.public_text()) };
        // The events that fail with it count, each once.
        actor.note_error(&mut error);
        self.host.deferred.borrow_mut().push(Deferred::ActorBroken(actor.incarnation, error.clone()));
        actor.owner.gone.borrow_mut().get_or_insert(error);
    }

    pub(super) fn open_gate(&mut self, actor: &Rc<Actor>, lock: u64, outcome: Result<(), StorageError>) {
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

    pub(super) fn release(&mut self, state: &Rc<IsolateState>) {
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
    pub(super) fn let_out(&mut self, state: Option<&Rc<IsolateState>>, actor: Option<&Rc<Actor>>, output: Output) {
        let broken = actor.and_then(|actor| actor.owner.gone.borrow().clone());
        if let Some(error) = broken {
            return refuse(actor.map(|actor| &**actor), output, error);
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
            (output @ Output::Egress(..), None) => refuse(None, output, CallError::retryable("The isolate was lost.")),
        }
    }
}

/// Something that `actor` was to send does not leave.
pub(super) fn refuse(actor: Option<&Actor>, output: Output, mut error: CallError) {
    match output {
        Output::Reply(reply, result) => {
            match (actor, result) {
                (Some(actor), Ok(_)) => actor.count_error(&mut error),
                // It has been counted when it failed.
                (Some(actor), Err(_)) => actor.note_error(&mut error),
                (None, _) => {}
            }
            reply.send(Err(error));
        }
        Output::Call(call) => call.reply.send(Err(error)),
        Output::Chunk(room, _) => room.fail(error),
        Output::End(ending) => ending.fail(error),
        // The reader goes with its owner, which is what the writer learns.
        Output::Report(..) | Output::GiveUp(..) => {}
        Output::Sync(completer) | Output::Egress(_, completer, _) => completer.complete(Completion::Failed(error)),
    }
}
