//! Alarms of facets that are due.
//!
//! Owns the way from an object to the facet below it whose alarm it is. Only the parent knows a facet's class: what does not
//! run and has not run in this life of its object is started by the object's own code, which is asked to (`facetAlarm`), and
//! the alarm waits until the facet has started, whoever starts it. It must not know schedules, nor how a facet starts.

use std::sync::Arc;

use denizen_bindings::call::{Call, CallError, CallKind, CallOk, Container, FacetAlarmCall, ReplyTo, Target};
use denizen_bindings::isolate::{Host, ShardMessage};
use denizen_storage::FacetId as FacetNumber;
use denizen_storage::alarms::AlarmKey;
use tokio::sync::oneshot;

use super::Shard;
use super::actors::FacetState;
use super::host::Deferred;
use crate::alarms::label;

impl Shard {
    /// Brings the alarm of a facet of the object `root` to it, or keeps it until the facet has started.
    pub(super) fn route_facet_alarm(&mut self, root: u64, mut call: Call) {
        let CallKind::Alarm(alarm) = &call.kind else { return };
        let key = alarm.key.clone();
        let (scheduled_ms, retry_count, forget) = (alarm.scheduled_ms, alarm.retry_count, alarm.forget);
        let path = match self.path_of(root, key.facet) {
            Ok(Some(path)) => path,
            Ok(None) => {
                // The index is early, as it may be after a crash: the facet is gone, and so is its alarm.
                drop(self.shared.storage.alarms().set(key, None, None));
                return call.reply.send(Ok(CallOk::Unit));
            }
            Err(error) => return call.reply.send(Err(error)),
        };
        if let Some(container) = self.container_at(root, &path) {
            call.target = Target::Facet(container);
            return self.route_to_facet(call);
        }
        // It may wait for long, and others are to start meanwhile.
        self.shared.storage.alarms().started(&key);
        let target = call.target.clone();
        self.actors.alarms.entry(key.clone()).or_default().push(call);
        if !forget {
            self.wake_facet(target, key, FacetAlarmCall { path, scheduled_ms, retry_count });
        }
    }

    /// The names that lead to a facet that has storage; `None` if it has none.
    fn path_of(&self, root: u64, facet: FacetNumber) -> Result<Option<Vec<String>>, CallError> {
        let Some((storage, _)) = self.host.places.borrow().get(&root).cloned() else { return Ok(None) };
        let find = || {
            let names = storage.names(facet)?;
            let mut above = 0;
            for name in &names {
                let Some((number, _)) = storage.facets(above)?.into_iter().find(|(_, found)| found == name) else {
                    return Ok(None);
                };
                above = number;
            }
            Ok((!names.is_empty()).then_some(names))
        };
        find().map_err(|error| self.storage_failed("a facet", &error))
    }

    /// The container that `path` leads to from the object, if it runs, starts, or can start by itself.
    fn container_at(&self, root: u64, path: &[String]) -> Option<Arc<Container>> {
        let (mut parent, mut found) = (root, None::<Arc<Container>>);
        for name in path {
            if let Some(above) = found {
                match self.actors.facets.get(&above.id) {
                    Some(FacetState::Running(Some(incarnation), _)) => parent = *incarnation,
                    _ => return None,
                }
            }
            found = Some(self.host.container_of(parent, name)?);
        }
        found.filter(|container| !matches!(self.actors.facets.get(&container.id), Some(FacetState::Gone(_))))
    }

    /// Tells the object that the alarm of a facet is due, so that it starts the facet.
    fn wake_facet(&mut self, target: Target, key: AlarmKey, alarm: FacetAlarmCall) {
        let (reply, result) = oneshot::channel();
        let kind = CallKind::FacetAlarm(Box::new(alarm));
        let (host, sender) = (self.host.clone(), self.sender.clone());
        tokio::task::spawn_local(async move {
            if let Ok(Err(error)) = result.await {
                host.deferred.borrow_mut().push(Deferred::FacetNotWoken(key, error));
                sender.send(ShardMessage::Wake);
            }
        });
        let reply = ReplyTo::Channel(reply);
        self.route(Call { target, kind, reply, cancel: None, session: None, descent: None, delivered: None });
    }

    /// The object failed to start a facet. Its alarm is tried again after a pause, which does not count as a retry.
    pub(super) fn facet_not_woken(&mut self, key: &AlarmKey, error: &CallError) {
        let text = error.log_text();
        self.host.console(&label(key), None, "error", &format!("Uncaught in facetAlarm(): {text}"));
        for call in self.actors.alarms.remove(key).unwrap_or_default() {
            call.reply.send(Err(CallError::retryable("The facet could not be started.")));
        }
    }

    /// A facet has started: the alarms that waited for it run, after the calls that did.
    pub(super) fn deliver_waiting_alarms(&mut self, incarnation: u64, facet: FacetNumber) {
        let key = self.host.places.borrow().get(&incarnation).map(|(storage, _)| storage.alarm_key(facet));
        for call in key.and_then(|key| self.actors.alarms.remove(&key)).unwrap_or_default() {
            self.deliver_to_actor(incarnation, call);
        }
    }
}
