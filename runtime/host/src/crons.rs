//! Cron triggers: `scheduled` events of configured Workers, at their times in UTC.
//!
//! Owns when the next one is due. It must not know configuration files, nor how an event runs.

use std::sync::{Arc, Weak};
use std::time::Duration;

use chrono::{DateTime, Utc};
use croner::Cron;
use croner::parser::{CronParser, Seconds};
use denizen_bindings::call::{Call, CallError, CallKind, ReplyTo, Target, WorkerRef};
use denizen_core::limits::AskedLimits;
use tokio::sync::oneshot;

use crate::runtime::Shared;

/// Sleeps are no longer than this, so that a clock that is set is noticed.
const SLEEP_MAX: Duration = Duration::from_secs(30);

/// When a Worker is to run.
#[derive(Debug, Clone)]
pub struct Trigger {
    /// Whose `scheduled()` handler.
    pub worker: Arc<str>,
    /// Five fields, as Cloudflare documents them: weekdays count from 1, Sunday; `L`, `W` and `#` are known.
    pub expression: String,
}

/// Reads an expression. The error says what is wrong with it.
pub fn parse(expression: &str) -> Result<Cron, String> {
    let parser = CronParser::builder().seconds(Seconds::Disallowed).alternative_weekdays(true).build();
    parser.parse(expression).map_err(|error| error.to_string())
}

/// Fires the triggers from now on, for as long as `shared` is there.
pub fn start(shared: &Arc<Shared>, triggers: Vec<Trigger>) {
    for trigger in triggers {
        // The configuration has been read by the same parser.
        let Ok(cron) = parse(&trigger.expression) else { continue };
        shared.io.spawn(fire(Arc::downgrade(shared), trigger, cron));
    }
}

async fn fire(shared: Weak<Shared>, trigger: Trigger, cron: Cron) {
    let mut after = Utc::now();
    // An expression may have no time left, as a day of a month that never comes.
    while let Ok(due) = cron.find_next_occurrence(&after, false) {
        sleep_until(due).await;
        let Some(shared) = shared.upgrade() else { return };
        let trigger = trigger.clone();
        let io = shared.io.clone();
        io.spawn(async move {
            if let Err(error) = run(&shared, &trigger.worker, &trigger.expression, due.timestamp_millis()).await {
                let text = error.stack.as_deref().unwrap_or(&error.message);
                crate::log::print(&trigger.worker, "error", &format!("Uncaught in scheduled(): {text}"));
            }
        });
        // Times that passed while the machine slept are not made up for.
        after = due.max(Utc::now());
    }
}

async fn sleep_until(due: DateTime<Utc>) {
    while let Ok(left) = (due - Utc::now()).to_std() {
        // A little more than is left, never less: the wall clock and the timer's need not run alike.
        tokio::time::sleep(left.min(SLEEP_MAX) + Duration::from_millis(1)).await;
    }
}

/// Runs the `scheduled()` handler of a Worker.
pub async fn run(shared: &Shared, worker: &Arc<str>, cron: &str, scheduled_ms: i64) -> Result<(), CallError> {
    let (reply, result) = oneshot::channel();
    let worker = WorkerRef::Static(worker.clone());
    shared.shard_for_event().call(Call {
        target: Target::Entrypoint { worker, entrypoint: None, props: None, limits: AskedLimits::default() },
        kind: CallKind::Scheduled { cron: cron.to_owned(), scheduled_ms },
        reply: ReplyTo::Channel(reply),
        cancel: None,
        session: None,
        descent: None,
        delivered: None,
    });
    result.await.unwrap_or_else(|_| Err(CallError::retryable("The shard has stopped."))).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(expression: &str, after: &str) -> String {
        let after: DateTime<Utc> = after.parse().expect("a time");
        parse(expression).expect("an expression").find_next_occurrence(&after, false).expect("a time").to_rfc3339()
    }

    #[test]
    fn expressions_mean_what_cloudflare_documents() {
        // 2026-11-21 is a Saturday.
        let after = "2026-11-21T10:00:30Z";
        assert_eq!(next("* * * * *", after), "2026-11-21T10:01:00+00:00");
        assert_eq!(next("*/30 * * * *", after), "2026-11-21T10:30:00+00:00");
        assert_eq!(next("0 17 * * sun", after), "2026-11-22T17:00:00+00:00");
        assert_eq!(next("0 17 * * 1", after), "2026-11-22T17:00:00+00:00", "1 is Sunday");
        assert_eq!(next("10 7 * * mon-fri", after), "2026-11-23T07:10:00+00:00");
        assert_eq!(next("0 15 1 * *", after), "2026-12-01T15:00:00+00:00");
        assert_eq!(next("0 18 * * 6L", after), "2026-11-27T18:00:00+00:00", "the last Friday");
        assert_eq!(next("59 23 LW * *", after), "2026-11-30T23:59:00+00:00");
        for wrong in ["", "* * * *", "* * * * * *", "61 * * * *", "x"] {
            parse(wrong).expect_err(wrong);
        }
    }
}
