//! The output gate: nothing that an actor sends leaves before what it has committed is durable.
//!
//! Owns the order in which things leave. It must not know what they are, nor what makes a commit durable: it is told.

use std::collections::{BTreeSet, VecDeque};

/// One actor's output gate over things that leave.
#[derive(Debug)]
pub struct OutputGate<T> {
    /// The number of the last lock.
    last: u64,
    /// Locks that are not open yet.
    closed: BTreeSet<u64>,
    /// What waits, with the newest lock that it waits for.
    waiting: VecDeque<(u64, T)>,
}

impl<T> Default for OutputGate<T> {
    fn default() -> Self {
        Self { last: 0, closed: BTreeSet::new(), waiting: VecDeque::new() }
    }
}

impl<T> OutputGate<T> {
    /// Closes the gate for what comes from now on. The number opens it.
    pub fn lock(&mut self) -> u64 {
        self.last += 1;
        self.closed.insert(self.last);
        self.last
    }

    /// Whether nothing waits and nothing would.
    pub fn is_open(&self) -> bool {
        self.closed.is_empty()
    }

    /// How many things wait.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Gives back what may leave at once, and keeps what may not.
    pub fn pass(&mut self, item: T) -> Option<T> {
        if self.is_open() {
            return Some(item);
        }
        self.waiting.push_back((self.last, item));
        None
    }

    /// A lock opens: what may leave now, in order. Locks may open in any order.
    pub fn open(&mut self, lock: u64) -> Vec<T> {
        self.closed.remove(&lock);
        let first_closed = self.closed.first().copied().unwrap_or(u64::MAX);
        let count = self.waiting.iter().take_while(|(needed, _)| *needed < first_closed).count();
        self.waiting.drain(..count).map(|(_, item)| item).collect()
    }

    /// The gate is broken: everything that waits, which must not leave.
    pub fn break_open(&mut self) -> Vec<T> {
        self.closed.clear();
        self.waiting.drain(..).map(|(_, item)| item).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::OutputGate;

    #[test]
    fn what_comes_after_a_lock_waits_for_it_and_all_before_it() {
        let mut gate = OutputGate::default();
        assert_eq!(gate.pass("free"), Some("free"));
        let first = gate.lock();
        assert_eq!(gate.pass("a"), None);
        let second = gate.lock();
        assert_eq!(gate.pass("b"), None);
        assert_eq!(gate.pass("c"), None);
        assert_eq!(gate.open(second), [""; 0], "the first is closed still");
        assert_eq!(gate.pass("d"), None);
        assert_eq!(gate.open(first), ["a", "b", "c", "d"]);
        assert!(gate.is_open());
        let third = gate.lock();
        assert_eq!(gate.pass("e"), None);
        let _fourth = gate.lock();
        assert_eq!(gate.pass("f"), None);
        assert_eq!(gate.waiting(), 2);
        assert_eq!(gate.open(third), ["e"]);
        assert_eq!(gate.break_open(), ["f"]);
        assert_eq!(gate.pass("g"), Some("g"));
    }
}
