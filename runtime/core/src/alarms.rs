//! When alarms run: one at a time an object, retried when they fail, a few at once after a restart.
//!
//! Owns the schedule as a pure state machine: time and chance come from outside. It must not know where alarms are kept
//! or how one is delivered. The rules are workerd's (`workers-api` 4.4).

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

/// Milliseconds since the epoch.
pub type TimeMs = i64;

/// The pause before the first retry.
const RETRY_FIRST_MS: i64 = 2_000;

/// The pause doubles this many times at most.
const RETRY_DOUBLINGS: u32 = 9;

/// A pause is up to this part longer than it would be, and never shorter: so workerd was seen to do.
const RETRY_JITTER: f64 = 0.25;

/// Retries that count; after them the alarm is given up.
pub const RETRIES: u32 = 6;

/// Alarms that may be starting at one time: after a restart many are due at once, and each starts an object.
pub const STARTING: usize = 64;

/// How a run of an alarm ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The handler returned.
    Done,
    /// The handler threw: it is retried, and that counts.
    Failed,
    /// The runtime could not run it: it is retried, and that does not count.
    NotRun,
    /// The handler wants no retry.
    GivenUp,
}

/// What follows from the end of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// It runs again, or there is nothing left to do.
    Nothing,
    /// It is given up: whoever keeps it must forget it, and say so by [`Schedule::forgotten`].
    Forget,
}

/// An alarm that is to run now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due<K> {
    /// Whose.
    pub key: K,
    /// When it was to run.
    pub scheduled_ms: TimeMs,
    /// How often it has been retried.
    pub retry_count: u32,
}

#[derive(Debug)]
struct Entry {
    scheduled_ms: TimeMs,
    /// When it runs next, which a retry puts off.
    at_ms: TimeMs,
    retries: u32,
    /// Pauses so far, whether they count or not.
    pauses: u32,
    running: bool,
    starting: bool,
    /// Set while it ran: what follows it.
    next: Option<Option<TimeMs>>,
}

/// The alarms of all objects.
#[derive(Debug)]
pub struct Schedule<K> {
    entries: HashMap<K, Entry>,
    waiting: BTreeSet<(TimeMs, K)>,
    starting: usize,
}

impl<K: Clone + Eq + Hash + Ord> Default for Schedule<K> {
    fn default() -> Self {
        Self { entries: HashMap::new(), waiting: BTreeSet::new(), starting: 0 }
    }
}

impl<K: Clone + Eq + Hash + Ord> Schedule<K> {
    /// Sets or takes away the alarm of `key`. While it runs, this is what follows.
    pub fn set(&mut self, key: &K, time: Option<TimeMs>) {
        if let Some(entry) = self.entries.get_mut(key) {
            if entry.running {
                entry.next = Some(time);
                return;
            }
            self.waiting.remove(&(entry.at_ms, key.clone()));
            self.entries.remove(key);
        }
        if let Some(time) = time {
            self.wait(key, time, time, 0, 0);
        }
    }

    fn wait(&mut self, key: &K, scheduled_ms: TimeMs, at_ms: TimeMs, retries: u32, pauses: u32) {
        let entry = Entry { scheduled_ms, at_ms, retries, pauses, running: false, starting: false, next: None };
        self.entries.insert(key.clone(), entry);
        self.waiting.insert((at_ms, key.clone()));
    }

    /// When the alarm of `key` is scheduled for, if it has one that does not run.
    pub fn scheduled(&self, key: &K) -> Option<TimeMs> {
        let entry = self.entries.get(key)?;
        match entry.running {
            true => entry.next.flatten(),
            false => Some(entry.scheduled_ms),
        }
    }

    /// The same, but of an alarm that runs, and has not been set anew, when it was scheduled for.
    pub fn expected(&self, key: &K) -> Option<TimeMs> {
        let entry = self.entries.get(key)?;
        entry.next.unwrap_or(Some(entry.scheduled_ms))
    }

    /// Whether `key` has an alarm, running or not.
    pub fn is_known(&self, key: &K) -> bool {
        self.entries.contains_key(key)
    }

    /// When the next alarm is due. `None` if there is none, or as many are starting as may.
    pub fn next_ms(&self) -> Option<TimeMs> {
        if self.starting >= STARTING {
            return None;
        }
        self.waiting.first().map(|(at, _)| *at)
    }

    /// The alarms that run now.
    pub fn take_due(&mut self, now: TimeMs) -> Vec<Due<K>> {
        let mut due = Vec::new();
        while self.starting < STARTING {
            let Some((at, key)) = self.waiting.first().filter(|(at, _)| *at <= now).cloned() else { break };
            self.waiting.remove(&(at, key.clone()));
            let Some(entry) = self.entries.get_mut(&key) else { continue };
            entry.running = true;
            entry.starting = true;
            self.starting += 1;
            due.push(Due { key, scheduled_ms: entry.scheduled_ms, retry_count: entry.retries });
        }
        due
    }

    /// The handler of `key` has begun: another alarm may start in its place.
    pub fn started(&mut self, key: &K) {
        if let Some(entry) = self.entries.get_mut(key)
            && std::mem::take(&mut entry.starting)
        {
            self.starting -= 1;
        }
    }

    /// The run of `key` has ended. `chance` is a number from 0 to 1 that decides where in its range a pause lies.
    pub fn finished(&mut self, key: &K, outcome: Outcome, now: TimeMs, chance: f64) -> After {
        self.started(key);
        let Some(entry) = self.entries.get(key).filter(|entry| entry.running) else { return After::Nothing };
        let (scheduled_ms, retries, pauses, next) = (entry.scheduled_ms, entry.retries, entry.pauses, entry.next);
        if next.is_none() && (outcome == Outcome::GivenUp || (outcome == Outcome::Failed && retries >= RETRIES)) {
            // It counts as running until then, so that it is not taken for a new one where it is still kept.
            return After::Forget;
        }
        self.entries.remove(key);
        match (next, outcome) {
            (Some(Some(time)), _) => {
                self.wait(key, time, time, 0, 0);
                After::Nothing
            }
            (Some(None), _) | (None, Outcome::Done | Outcome::GivenUp) => After::Nothing,
            (None, Outcome::Failed | Outcome::NotRun) => {
                let at_ms = now + pause_ms(pauses, chance);
                let counted = u32::from(outcome == Outcome::Failed);
                self.wait(key, scheduled_ms, at_ms, retries + counted, pauses + 1);
                After::Nothing
            }
        }
    }

    /// An alarm that was given up is kept nowhere any more: one that was set since then follows it.
    pub fn forgotten(&mut self, key: &K) {
        let Some(entry) = self.entries.get(key).filter(|entry| entry.running) else { return };
        let next = entry.next.flatten();
        self.entries.remove(key);
        if let Some(time) = next {
            self.wait(key, time, time, 0, 0);
        }
    }

    /// How many alarms there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no alarm.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// The pause after `pauses` others: 2 s doubled each time, with jitter.
fn pause_ms(pauses: u32, chance: f64) -> i64 {
    let plain = (RETRY_FIRST_MS << pauses.min(RETRY_DOUBLINGS)) as f64;
    (plain * (1.0 + RETRY_JITTER * chance.clamp(0.0, 1.0))) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys<K: Clone>(due: &[Due<K>]) -> Vec<K> {
        due.iter().map(|due| due.key.clone()).collect()
    }

    #[test]
    fn alarms_run_when_they_are_due_and_once() {
        let mut schedule = Schedule::default();
        schedule.set(&"b", Some(20));
        schedule.set(&"a", Some(10));
        schedule.set(&"never", Some(15));
        schedule.set(&"never", None);
        assert_eq!(schedule.next_ms(), Some(10));
        assert_eq!(keys(&schedule.take_due(9)), [""; 0]);
        assert_eq!(keys(&schedule.take_due(20)), ["a", "b"]);
        assert_eq!(keys(&schedule.take_due(100)), [""; 0], "none runs twice at a time");
        assert_eq!(schedule.finished(&"a", Outcome::Done, 21, 0.5), After::Nothing);
        assert_eq!(schedule.len(), 1);
    }

    #[test]
    fn what_is_set_during_a_run_follows_it_whatever_its_end() {
        for outcome in [Outcome::Done, Outcome::Failed, Outcome::GivenUp, Outcome::NotRun] {
            let mut schedule = Schedule::default();
            schedule.set(&"a", Some(10));
            schedule.take_due(10);
            assert_eq!((schedule.scheduled(&"a"), schedule.expected(&"a")), (None, Some(10)));
            schedule.set(&"a", Some(12));
            assert_eq!(schedule.scheduled(&"a"), Some(12));
            assert_eq!(keys(&schedule.take_due(50)), [""; 0], "one at a time an object");
            assert_eq!(schedule.finished(&"a", outcome, 50, 0.5), After::Nothing);
            let due = schedule.take_due(50);
            assert_eq!((due[0].scheduled_ms, due[0].retry_count), (12, 0));
            schedule.set(&"a", None);
            assert_eq!(schedule.finished(&"a", outcome, 50, 0.5), After::Nothing);
            assert!(schedule.is_empty());
        }
    }

    #[test]
    fn a_failing_alarm_is_retried_six_times_with_growing_pauses() {
        let mut schedule = Schedule::default();
        schedule.set(&"a", Some(0));
        let (mut now, mut pauses) = (0, Vec::new());
        loop {
            let due = schedule.take_due(now);
            assert_eq!(due[0].retry_count as usize, pauses.len());
            if schedule.finished(&"a", Outcome::Failed, now, 0.0) == After::Forget {
                break;
            }
            let next = schedule.next_ms().expect("a retry");
            pauses.push(next - now);
            now = next;
        }
        assert_eq!(pauses, [2_000, 4_000, 8_000, 16_000, 32_000, 64_000]);
        assert_eq!((schedule.expected(&"a"), schedule.next_ms()), (Some(0), None), "known, and never due");
        schedule.forgotten(&"a");
        assert!(schedule.is_empty());
    }

    #[test]
    fn what_is_set_until_an_alarm_is_forgotten_follows_it() {
        let mut schedule = Schedule::default();
        for next in [Some(7), None] {
            schedule.set(&"a", Some(0));
            schedule.take_due(1);
            assert_eq!(schedule.finished(&"a", Outcome::GivenUp, 1, 0.5), After::Forget);
            schedule.set(&"a", next);
            schedule.forgotten(&"a");
            assert_eq!(schedule.next_ms(), next);
            schedule.forgotten(&"a");
            assert_eq!(schedule.next_ms(), next, "a word too many takes nothing away");
            schedule.set(&"a", None);
        }
    }

    #[test]
    fn runs_that_could_not_be_made_do_not_count_and_pauses_stay_bounded() {
        let mut schedule = Schedule::default();
        schedule.set(&"a", Some(0));
        let mut now = 0;
        for round in 0..40 {
            assert_eq!(schedule.take_due(now)[0].retry_count, 0);
            assert_eq!(schedule.finished(&"a", Outcome::NotRun, now, f64::from(round) / 40.0), After::Nothing);
            let next = schedule.next_ms().expect("a retry");
            let plain = f64::from(2_000 << round.min(9));
            let pause = (next - now) as f64;
            assert!(pause >= plain && pause <= plain * 1.25, "{pause} of {plain}");
            now = next;
        }
    }

    #[test]
    fn only_so_many_start_at_a_time() {
        let mut schedule = Schedule::default();
        (0..STARTING + 10).for_each(|key| schedule.set(&key, Some(0)));
        let due = schedule.take_due(1);
        assert_eq!((due.len(), schedule.next_ms()), (STARTING, None));
        schedule.started(&due[0].key);
        schedule.started(&due[0].key);
        schedule.finished(&due[1].key, Outcome::Done, 1, 0.5);
        assert_eq!(schedule.take_due(1).len(), 2);
    }
}
