//! What an actor has used: the numbers that a supervisor bills by.
//!
//! Owns the sums. It must not know who counts, nor where sums are kept.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// CPU time that is used for an actor outside of its own events, on any shard.
#[derive(Debug, Default)]
pub struct Bill(AtomicU64);

impl Bill {
    /// Counts CPU time.
    pub fn count_cpu(&self, used: Duration) {
        self.0.fetch_add(u64::try_from(used.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// All that was counted.
    pub fn cpu(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }
}

/// Sums over some time: one incarnation of a facet, or all of its life.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Usage {
    /// Events that were delivered.
    pub requests: u64,
    /// Events that failed, each once: its outcome was an error, whatever made it fail, or did not leave.
    pub errors: u64,
    /// CPU time of its turns, and what is on its [`Bill`].
    pub cpu: Duration,
    /// Time from the delivery of events to their outcomes.
    pub wall: Duration,
    /// Rows read by SQL and the key-value API.
    pub rows_read: u64,
    /// Rows written by them.
    pub rows_written: u64,
}

impl Usage {
    /// Both together.
    pub fn plus(self, other: Self) -> Self {
        Self {
            requests: self.requests.saturating_add(other.requests),
            errors: self.errors.saturating_add(other.errors),
            cpu: self.cpu.saturating_add(other.cpu),
            wall: self.wall.saturating_add(other.wall),
            rows_read: self.rows_read.saturating_add(other.rows_read),
            rows_written: self.rows_written.saturating_add(other.rows_written),
        }
    }

    /// What has come since it was `before`.
    pub fn since(self, before: Self) -> Self {
        Self {
            requests: self.requests.saturating_sub(before.requests),
            errors: self.errors.saturating_sub(before.errors),
            cpu: self.cpu.saturating_sub(before.cpu),
            wall: self.wall.saturating_sub(before.wall),
            rows_read: self.rows_read.saturating_sub(before.rows_read),
            rows_written: self.rows_written.saturating_sub(before.rows_written),
        }
    }

    /// Whether nothing has been used.
    pub fn is_zero(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_apart_is_whole_again() {
        let early = Usage { requests: 3, rows_read: 7, cpu: Duration::from_millis(2), ..Usage::default() };
        let late = Usage { requests: 5, errors: 1, rows_read: 7, cpu: Duration::from_millis(9), ..Usage::default() };
        assert_eq!(late.since(early).plus(early), late);
        assert_eq!(late.since(early).requests, 2);
        assert!(late.since(late).is_zero() && !late.is_zero());
    }
}
