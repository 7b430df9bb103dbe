//! What facets use, and what they may: `ctx.facets.stats()`, the sums for billing, and the limits that need the whole shard.
//!
//! Owns when use is written down and which idle facet makes room for another one. Counting happens where things happen. It
//! must not know how an isolate runs.

use std::collections::HashMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use denizen_bindings::actor::stats::FacetStats;
use denizen_bindings::actor::{Actor, LastError};
use denizen_bindings::call::{Call, CallError, CallKind, ReplyTo, Target};
use denizen_bindings::isolate::{Completer, Completion};
use denizen_core::limits::{LAST_ERRORS, Limit, USAGE_INTERVAL, WorkerLimits};
use denizen_core::lru::Lru;
use denizen_core::usage::Usage;
use denizen_storage::alarms::AlarmKey;
use denizen_storage::{Engine, FacetId, ObjectStorage};

use super::Shard;
use super::actors::{ActorSlot, Actors, FacetState};
use super::host::Place;
use super::isolate::Turn;

/// How facets that run no longer have failed last, by the key of their usage.
#[derive(Default)]
pub struct LastErrors {
    known: HashMap<AlarmKey, LastError>,
    order: Lru<AlarmKey>,
}

impl LastErrors {
    /// A facet has ended that failed last with `error`.
    pub fn keep(&mut self, facet: AlarmKey, error: LastError) {
        self.order.touch(&facet);
        self.known.insert(facet, error);
        if self.known.len() > LAST_ERRORS
            && let Some(oldest) = self.order.candidate(|_| true)
        {
            self.order.remove(&oldest);
            self.known.remove(&oldest);
        }
    }

    /// How the facet had failed when it ended.
    pub fn of(&self, facet: &AlarmKey) -> Option<LastError> {
        self.known.get(facet).cloned()
    }
}

/// Gives the engine's book what a facet has used since it was last told.
pub(super) fn note(engine: &Engine, (storage, facet): &Place, slot: &ActorSlot) {
    let actor = &slot.identity.actor;
    let usage = actor.usage();
    let since = usage.since(slot.noted.replace(usage));
    if !since.is_zero() {
        engine.usage().note(storage.alarm_key(*facet), since, actor.began_ms);
    }
}

impl Actors {
    /// A facet of the object runs no longer.
    pub(super) fn forget_running(&mut self, storage: &Rc<ObjectStorage>) {
        let key = Rc::as_ptr(storage);
        if let Some(count) = self.running_facets.get_mut(&key) {
            *count -= 1;
            if *count == 0 {
                self.running_facets.remove(&key);
            }
        }
    }
}

impl Shard {
    /// Keeps how an actor has failed last that runs no longer, if it was a facet.
    pub(super) fn remember_error(&self, (storage, facet): &Place, actor: &Actor) {
        if let (Some(error), true) = (actor.last_error.take(), actor.facet.is_some()) {
            self.host.last_errors.borrow_mut().keep(storage.alarm_key(*facet), error);
        }
    }

    /// Counts calls to the facet of a container that failed because nothing can run there. No incarnation counts them.
    pub(super) fn count_unserved(&self, container: u64, calls: usize, error: &CallError) {
        let Some(container) = self.host.containers.borrow().get(&container).cloned() else { return };
        let Some((storage, above)) = self.host.places.borrow().get(&container.parent).cloned() else { return };
        // One that has no place has nothing to count.
        let Ok(Some(facet)) = storage.known_facet(above, &container.name) else { return };
        if calls > 0 {
            let (key, calls, last) = (storage.alarm_key(facet), calls as u64, LastError::now(error));
            let usage = Usage { requests: calls, errors: calls, ..Usage::default() };
            self.shared.storage.usage().note(key.clone(), usage, last.at_ms);
            self.host.last_errors.borrow_mut().keep(key, last);
        }
    }

    /// Gives the engine's book what each facet has used.
    pub(super) fn note_usage(&self) {
        let places = self.host.places.borrow();
        for (incarnation, slot) in self.actors.slots.iter().filter(|(_, slot)| slot.container.is_some()) {
            if let Some(place) = places.get(incarnation) {
                note(&self.shared.storage, place, slot);
            }
        }
    }

    /// Writes down what facets have used, now and then.
    pub(super) fn write_usage(&mut self, now: Instant) {
        if now.duration_since(self.usage_written) >= USAGE_INTERVAL {
            self.usage_written = now;
            self.note_usage();
            self.shared.storage.usage().flush();
        }
    }

    /// Answers `ctx.facets.stats(name)` of the incarnation `parent`.
    pub(super) fn facet_stats(&mut self, parent: u64, name: &str, completer: Completer) {
        let container = self.host.container_of(parent, name);
        let running = container.and_then(|container| match self.actors.facets.get(&container.id) {
            Some(FacetState::Running(incarnation, _)) => *incarnation,
            _ => None,
        });
        let live = running.and_then(|incarnation| self.live_stats(incarnation));
        if let Some(slot) = running.and_then(|running| self.actors.slots.get(&running))
            && let Some(place) = running.and_then(|running| self.host.places.borrow().get(&running).cloned())
        {
            note(&self.shared.storage, &place, slot);
        }
        let Some((storage, above)) = self.host.places.borrow().get(&parent).cloned() else {
            return completer.complete(Completion::Failed(CallError::new("The facet's parent has ended.")));
        };
        let (engine, known) = (self.shared.storage.clone(), running.and_then(|running| self.place_of(running)));
        let host = self.host.clone();
        let name = name.to_owned();
        tokio::task::spawn_local(async move {
            let stats = async {
                let (facet, size) = match known {
                    Some(facet) => (facet, 0),
                    None => match storage.facet_size(above, &name).await? {
                        Some(found) => found,
                        None => return Ok(None),
                    },
                };
                let key = storage.alarm_key(facet);
                let totals = engine.usage().read(key.clone()).await?;
                let totals = totals.map_or((Usage::default(), None), |found| (found.usage, Some(found.since_ms)));
                let idle = FacetStats {
                    since_ms: None,
                    usage: Usage::default(),
                    storage_bytes: size,
                    storage_bytes_max: None,
                    heap_bytes: 0,
                    last_error: None,
                    totals,
                };
                let stats = live.unwrap_or(idle);
                let last_error = stats.last_error.or_else(|| host.last_errors.borrow().of(&key));
                // What had its name before it was created is nothing to it.
                let last_error = last_error.filter(|error| totals.1.is_some_and(|since| error.at_ms >= since));
                Ok(Some(Box::new(FacetStats { totals, last_error, ..stats })))
            };
            let stats: Result<_, denizen_storage::StorageError> = stats.await;
            completer.complete(match stats {
                Ok(stats) => Completion::FacetStats(stats),
                Err(error) => Completion::Failed(CallError::new(error.public_text())),
            });
        });
    }

    fn place_of(&self, incarnation: u64) -> Option<FacetId> {
        self.host.places.borrow().get(&incarnation).map(|(_, facet)| *facet)
    }

    fn live_stats(&mut self, incarnation: u64) -> Option<FacetStats> {
        let slot = self.actors.slots.get(&incarnation)?;
        let actor = slot.identity.actor.clone();
        let storage_bytes_max = Some(slot.storage_bytes);
        let isolate = self.isolates.get_mut(&slot.isolate)?;
        let heap_bytes =
            isolate.runtime.enter(|runtime| runtime.v8_isolate().get_heap_statistics().used_heap_size() as u64);
        Some(FacetStats {
            since_ms: Some(actor.began_ms),
            usage: actor.usage(),
            // A database that has just failed has no size any more; the facet is about to be reset.
            storage_bytes: actor.database.size().unwrap_or_default(),
            storage_bytes_max,
            heap_bytes,
            last_error: actor.last_error.borrow().clone(),
            totals: (Usage::default(), None),
        })
    }

    /// Makes room for one more facet of an object: the one that has been idle longest leaves, if too many run.
    pub(super) fn make_room_for_facet(&mut self, storage: &Rc<ObjectStorage>) -> Result<(), CallError> {
        let max = self.shared.options.isolates.facets_at_a_time;
        let running = self.actors.running_facets.get(&Rc::as_ptr(storage)).copied().unwrap_or_default();
        if running < max {
            return Ok(());
        }
        let mut idle = self.idle_actors(|slot| slot.container.is_some() && Rc::ptr_eq(&slot.storage, storage));
        idle.sort_by_key(|id| self.actors.slots.get(id).map(|slot| slot.used));
        if idle.is_empty() {
            let error = CallError::limit(Limit::Facets, running as f64, max as f64);
            return Err(CallError { retryable: true, overloaded: true, ..error });
        }
        // Some more than needed, so that the search is not made for each of many.
        for id in idle.into_iter().take(1 + max / 16) {
            self.suspend_actor(id, &CallError::retryable("The facet was idle and has made room for another one."));
        }
        Ok(())
    }

    /// Fails events whose outcome takes longer than they may. Their actors live on.
    pub(super) fn fail_late_events(&mut self, now: Instant) {
        let mut late = Vec::new();
        for slot in self.isolates.values() {
            for io in slot.state.events.borrow().values() {
                let took = now.saturating_duration_since(io.delivered.get());
                if io.replied_at.get().is_none() && took > io.limits.wall {
                    late.push((slot.state.id, io.clone(), took));
                }
            }
        }
        for (isolate, io, took) in late {
            if io.fail(too_late(took, io.limits.wall)) {
                self.push(isolate, Turn::Cancel(io.id));
            }
        }
    }

    /// Fails calls whose events have not begun within the time that they may take: what they wait for may never come.
    pub(super) fn fail_late_calls(&mut self, now: Instant) {
        for slot in self.actors.slots.values_mut().filter(|slot| !slot.held.is_empty()) {
            let Some(isolate) = self.isolates.get(&slot.isolate) else { continue };
            let wall = isolate.state.worker().limits.for_event(slot.identity.limits).wall;
            for (mut error, reply) in take_late(&mut slot.held, now, |_| wall) {
                slot.identity.actor.count_refused(&mut error);
                reply.send(Err(error));
            }
        }
        // Who has no definition yet has not said what it may do.
        let usual = WorkerLimits::LOADED.event.wall;
        for (container, state) in &mut self.actors.facets {
            let asked = match &state {
                FacetState::AwaitingCode(start, _) | FacetState::AwaitingPlace(start, ..) => start.class.limits.wall,
                _ => None,
            };
            let Some(waiting) = state.waiting().filter(|waiting| !waiting.is_empty()) else { continue };
            for (mut error, reply) in take_late(waiting, now, |_| asked.unwrap_or(usual)) {
                let found = self.host.containers.borrow().get(container).map(|found| found.name.as_str().into());
                if let Some(exceeded) = &mut error.limit {
                    exceeded.facet = found;
                }
                reply.send(Err(error));
            }
        }
        for waiting in self.awaiting_code.values_mut() {
            let wall = |call: &Call| match &call.target {
                Target::Entrypoint { limits, .. } => limits.wall.unwrap_or(usual),
                _ => usual,
            };
            for (error, reply) in take_late(waiting, now, wall) {
                reply.send(Err(error));
            }
        }
    }
}

/// Takes the calls out that have waited for longer than `wall` says: what they get, and who waits for it. An alarm is none
/// of them, since nobody waits for it.
fn take_late(calls: &mut Vec<Call>, now: Instant, wall: impl Fn(&Call) -> Duration) -> Vec<(CallError, ReplyTo)> {
    let took = |call: &Call| call.delivered.map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
    let is_late = |call: &mut Call| !matches!(call.kind, CallKind::Alarm(_)) && took(call) > wall(call);
    let late = calls.extract_if(.., is_late);
    late.map(|call| (too_late(took(&call), wall(&call)), call.reply)).collect()
}

fn too_late(took: Duration, wall: Duration) -> CallError {
    CallError::limit(Limit::WallMs, took.as_secs_f64() * 1000.0, wall.as_secs_f64() * 1000.0)
}
