//! Tails: Workers that are told of the events of others.
//!
//! Owns which events are recorded and when their tails are told. What is recorded is `denizen_bindings::trace`'s. It must not
//! know what a tail does with it.

use std::rc::Rc;
use std::sync::Arc;

use denizen_bindings::call::{Call, CallKind, CallResult, ReplyTo, Target, WorkerDefinition};
use denizen_bindings::io::context::IoContext;
use denizen_bindings::isolate::Host;
use denizen_bindings::trace::Trace;
use tokio::sync::oneshot;

use super::Shard;

impl Shard {
    /// Begins to record an event whose Worker has tails. What tails do is not recorded: they could be their own.
    pub(super) fn begin_trace(&self, io: &Rc<IoContext>, definition: &WorkerDefinition, call: &Call) {
        if definition.tails.is_empty() || matches!(call.kind, CallKind::Tail(_)) {
            return;
        }
        let class = io.actor.as_ref().and_then(|actor| self.actors.class_name(actor.incarnation));
        let entrypoint = match &call.target {
            Target::Entrypoint { entrypoint, .. } => entrypoint.as_deref(),
            _ => class.as_deref(),
        };
        let object = io.actor.as_ref().map(|actor| &*actor.object);
        // An event has one beginning.
        drop(io.trace.set(Box::new(Trace::new(&call.kind, entrypoint, object))));
    }

    /// Tells the tails of an event's Worker that it is over.
    pub(super) fn tell_tails(&mut self, definition: &Arc<WorkerDefinition>, io: &IoContext) {
        let Some(traces) = io.trace.get().and_then(|trace| trace.finish(io)) else { return };
        let traces: Arc<str> = traces.into();
        for target in definition.tails.clone() {
            let (reply, result) = oneshot::channel::<CallResult>();
            let (host, name) = (self.host.clone(), definition.name.clone());
            tokio::task::spawn_local(async move {
                if let Ok(Err(error)) = result.await {
                    let text = error.log_text();
                    host.console("denizen", None, "error", &format!("a tail of {name} failed: {text}"));
                }
            });
            let kind = CallKind::Tail(traces.clone());
            let reply = ReplyTo::Channel(reply);
            self.route(Call { target, kind, reply, cancel: None, session: None, descent: None, delivered: None });
        }
    }
}
