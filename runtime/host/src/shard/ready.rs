//! Which of a shard's isolates has the next turn.
//!
//! Owns the order: the one whose turns have taken the least time. So an isolate with long turns lets the others do all
//! that waits, and has the same share of time as they. It must not know what a turn is.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use denizen_bindings::isolate::IsolateId;

/// Isolates with something to run, each once.
#[derive(Default)]
pub struct Ready {
    /// By time, then by the order in which they came.
    waiting: BinaryHeap<Reverse<(Duration, u64, IsolateId)>>,
    /// The time of the one that had the last turn.
    now: Duration,
    next: u64,
}

impl Ready {
    /// Adds an isolate whose turns have taken `time`. One that had nothing to do saves no time for later.
    pub fn push(&mut self, id: IsolateId, time: &mut Duration) {
        *time = self.now.max(*time);
        self.waiting.push(Reverse((*time, self.next, id)));
        self.next += 1;
    }

    /// Takes the next one.
    pub fn pop(&mut self) -> Option<IsolateId> {
        let Reverse((time, _, id)) = self.waiting.pop()?;
        self.now = time;
        Some(id)
    }

    /// The time of the one that had the last turn: whoever has more has had more than its share.
    pub fn now(&self) -> Duration {
        self.now
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives each of the isolates turns of its length until `total` are over: who had them.
    fn run(lengths: &[u64], total: usize) -> Vec<u64> {
        let mut ready = Ready::default();
        let mut times = vec![Duration::ZERO; lengths.len()];
        for (index, time) in times.iter_mut().enumerate() {
            ready.push(IsolateId(index as u64), time);
        }
        let mut turns = Vec::new();
        while turns.len() < total {
            let id = ready.pop().expect("all have something to do");
            let index = id.0 as usize;
            times[index] += Duration::from_millis(lengths[index]);
            ready.push(id, &mut times[index]);
            turns.push(id.0);
        }
        turns
    }

    #[test]
    fn isolates_with_equal_turns_alternate() {
        assert_eq!(run(&[5, 5, 5], 6), [0, 1, 2, 0, 1, 2]);
    }

    #[test]
    fn after_a_long_turn_the_others_have_as_much_time() {
        let turns = run(&[100, 1], 202);
        let long: Vec<_> = (0..turns.len()).filter(|index| turns[*index] == 0).collect();
        assert_eq!(long, [0, 101], "{turns:?}");
    }

    #[test]
    fn one_that_had_nothing_to_do_saves_no_time() {
        let mut ready = Ready::default();
        let (mut busy, mut late) = (Duration::from_secs(9), Duration::ZERO);
        ready.push(IsolateId(0), &mut busy);
        ready.pop();
        ready.push(IsolateId(1), &mut late);
        assert_eq!(late, busy);
        assert!(!ready.is_empty());
    }
}
