//! The rules of order that durability rests on (`ARCHITECTURE.md`, "Order that must hold"), by name.
//!
//! Owns the names. Code that obeys a rule asks [`broken`] at the place: always `false`, but in the tests of the power-cut
//! tests, which take one rule out and have to see a history fail.

/// One rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(not(test), allow(dead_code, reason = "only tests list the rules"))]
pub(crate) enum Rule {
    /// The gate of a commit opens after the log is durable.
    LogBeforeGate,
    /// The gate of a commit that is in the journal opens after that is durable.
    JournalBeforeGate,
    /// Logs are durable before what the journal has of them is given up.
    LogsBeforeRetirement,
    /// What the journal has of a log that has begun anew since, here or by another program, is not written to it.
    OfThisLog,
    /// A facet's entry in the index is durable before its file is made.
    IndexBeforeFile,
    /// A new id first unlinks what an earlier holder of it left.
    LeftoversRemoved,
    /// A log that lies there is removed before its database is created.
    OldLogRemoved,
    /// The first page of a new database is durable no later than its first commit.
    FirstPageBeforeGate,
    /// The names of a new database are durable no later than its first commit.
    NamesBeforeGate,
    /// A deleted database is durably gone before its log is unlinked.
    DatabaseGoneBeforeLog,
    /// Frames of the log are durable before they are copied into the database.
    LogBeforeDatabase,
    /// The database is durable before the log begins anew.
    DatabaseBeforeRestart,
    /// The header of a log that begins anew is durable before frames follow.
    HeaderBeforeFrames,
    /// An earlier alarm is durable in the index before the commit's gate opens.
    EarlierAlarmBeforeGate,
    /// A later alarm is written to the index after the commit is durable.
    LaterAlarmAfterCommit,
    /// The copy of a database is durable before it gets its name.
    CopyBeforeName,
    /// A clone's root gets its name after all that is below it.
    CloneRootLast,
    /// After a failed sync every byte is written again.
    RewriteAfterFailure,
    /// After a failed sync of the file system nothing relies on another one, and nothing is copied out of a log of which a sync
    /// has failed.
    NoTrustAfterFailure,
    /// Frames of a large transaction that have no salts yet belong to the log that those after them belong to.
    FramesWithoutSalts,
    /// What a file of the journal holds is durably retired before it is written over.
    RetirementBeforeReuse,
    /// The older file of the journal is durably gone before the newer one is removed.
    OlderJournalFirst,
    /// A new file that another process may have left unsynced is synced with the first commit.
    FoundFilesSynced,
}

/// Whether a test has taken `rule` out.
#[cfg(not(test))]
#[inline(always)]
pub(crate) fn broken(_rule: Rule) -> bool {
    false
}

#[cfg(test)]
pub(crate) use testing::{broken, without};

#[cfg(test)]
mod testing {
    use super::Rule;
    use std::cell::Cell;

    thread_local! {
        static BROKEN: Cell<Option<Rule>> = const { Cell::new(None) };
    }

    /// Whether a test of this thread has taken `rule` out.
    pub(crate) fn broken(rule: Rule) -> bool {
        BROKEN.get() == Some(rule)
    }

    /// Runs `work` with `rule` taken out on this thread.
    pub(crate) fn without<T>(rule: Option<Rule>, work: impl FnOnce() -> T) -> T {
        BROKEN.set(rule);
        let outcome = work();
        BROKEN.set(None);
        outcome
    }
}
