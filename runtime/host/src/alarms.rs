//! Brings alarms that are due to their objects.
//!
//! Owns the way from the storage engine's alarm thread to the object's shard and back: how a run ended decides whether it is
//! tried again. It must not know schedules or databases.

use std::sync::{Arc, OnceLock, Weak};

use denizen_bindings::call::{AlarmCall, Call, CallError, CallKind, CallOk, ReplyTo, Target};
use denizen_core::alarms::{After, Outcome};
use denizen_core::ids::ObjectId;
use denizen_storage::alarms::{AlarmDue, AlarmKey};
use tokio::sync::oneshot;

use crate::runtime::Shared;

/// Has the alarms of all objects run from now on, for as long as `shared` is there.
pub fn deliver(shared: &Arc<Shared>) {
    let weak = Arc::downgrade(shared);
    shared.storage.alarms().deliver_to(Box::new(move |due| run(&weak, due)));
}

fn run(shared: &Weak<Shared>, due: AlarmDue) {
    let Some(shared) = shared.upgrade() else { return };
    let io = shared.io.clone();
    io.spawn(async move {
        let whose = Arc::default();
        let outcome = match call(&shared, &due, false, &whose).await {
            Ok(_) => Outcome::Done,
            // Not the handler's fault: what it throws has a stack, whatever marks it bears.
            Err(error) if error.stack.is_none() && (error.retryable || error.overloaded) => Outcome::NotRun,
            Err(error) if error.gives_up_alarm => Outcome::GivenUp,
            Err(error) => {
                let text = error.stack.as_deref().unwrap_or(&error.message);
                let label = whose.get().cloned().unwrap_or_else(|| label(&due.key));
                crate::log::print(&label, "error", &format!("Uncaught in alarm(): {text}"));
                Outcome::Failed
            }
        };
        let after = shared.storage.alarms().finished(&due.key, outcome, chance());
        if after == After::Forget {
            if call(&shared, &due, true, &whose).await.is_err() {
                eprintln!("denizen: an alarm that is given up stays set: {}:{}", due.key.namespace, due.key.object);
            }
            shared.storage.alarms().forgotten(&due.key);
        }
    });
}

/// Brings the alarm to its object, and in `whose` what the log calls that.
async fn call(
    shared: &Arc<Shared>,
    due: &AlarmDue,
    forget: bool,
    whose: &Arc<OnceLock<String>>,
) -> Result<CallOk, CallError> {
    let unknown = || CallError::retryable("The class of the alarm's object is not configured.");
    let namespace = shared.namespaces.get(&*due.key.namespace).cloned().ok_or_else(unknown)?;
    let id = ObjectId::parse(&due.key.object).map_err(|error| CallError::new(error.to_string()))?;
    let target = Target::Object { namespace, id, name: due.name.as_deref().map(Into::into) };
    let alarm = AlarmCall {
        key: due.key.clone(),
        scheduled_ms: due.scheduled_ms,
        retry_count: due.retry_count,
        forget,
        label: whose.clone(),
    };
    let (reply, result) = oneshot::channel();
    let call = Call {
        target,
        kind: CallKind::Alarm(Box::new(alarm)),
        reply: ReplyTo::Channel(reply),
        cancel: None,
        session: None,
        descent: None,
        delivered: None,
    };
    shared.shards[id.shard(shared.shards.len())].call(call);
    result.await.unwrap_or_else(|_| Err(CallError::retryable("The shard has stopped.")))
}

/// The object of an alarm, as the log calls it. A damaged index may have keys that are no ids.
pub fn label(key: &AlarmKey) -> String {
    format!("{}:{}", key.namespace, key.object.get(..8).unwrap_or(&key.object))
}

/// A number from 0 to 1.
fn chance() -> f64 {
    let mut random = [0; 4];
    // Without random bytes the pause is only less spread.
    getrandom::fill(&mut random).unwrap_or_default();
    f64::from(u32::from_le_bytes(random)) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_names_an_object_by_the_beginning_of_its_id_whatever_that_is() {
        let key = |object: &str| AlarmKey { namespace: "worker-Class".into(), object: object.into(), facet: 0 };
        assert_eq!(label(&key("0123456789abcdef")), "worker-Class:01234567");
        assert_eq!(label(&key("short")), "worker-Class:short");
        assert_eq!(label(&key("abcdefgé")), "worker-Class:abcdefgé");
    }
}
