//! Whose memory SQLite takes.
//!
//! Owns the account of a connection: what is allocated by work in it counts, up to a bound, until it is freed, wherever that is.
//! It must not know what the memory is for.

use std::ptr::{NonNull, null_mut};

use libsqlite3_sys as ffi;

/// The account of one connection, in which one thread works at a time.
#[derive(Debug)]
pub(super) struct Account(NonNull<ffi::sqlite3_account>);

impl Account {
    /// An account with nothing in it; `None` if there is no memory.
    pub(super) fn new() -> Option<Self> {
        // SAFETY: nothing is asked of the caller.
        NonNull::new(unsafe { ffi::sqlite3_account_open() }).map(Self)
    }

    /// Does `work`, to which SQLite refuses memory beyond `most` bytes. Not to be used inside itself.
    pub(super) fn within<T>(&self, most: i64, work: impl FnOnce() -> T) -> T {
        // SAFETY: the account is open, and this thread leaves it before anyone can close it or enter it elsewhere.
        unsafe { ffi::sqlite3_account_enter(self.0.as_ptr(), most) };
        let outcome = work();
        // SAFETY: being in no account is always allowed.
        unsafe { ffi::sqlite3_account_enter(null_mut(), 0) };
        outcome
    }

    /// Whether the last work was refused memory.
    pub(super) fn has_refused(&self) -> bool {
        // SAFETY: the account is open.
        unsafe { ffi::sqlite3_account_refused(self.0.as_ptr()) != 0 }
    }

    /// Bytes that count.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> i64 {
        // SAFETY: the account is open.
        unsafe { ffi::sqlite3_account_bytes(self.0.as_ptr()) }
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        // SAFETY: the account is open, and nobody can enter it any more; what still counts keeps it alive.
        unsafe { ffi::sqlite3_account_close(self.0.as_ptr()) };
    }
}
