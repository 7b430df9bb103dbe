//! Raw bindings to the SQLite of `sqlite3/sqlite3.c`, in the shape that rusqlite expects of `libsqlite3-sys`.
#![allow(non_snake_case, non_camel_case_types)]
#![cfg_attr(not(test), no_std)]

pub use self::bindings::*;
pub use self::error::*;

use core::ffi::c_int;
use core::mem;

// Both as the replaced crate has them.
#[rustfmt::skip]
mod error;
#[rustfmt::skip]
#[allow(dead_code, clippy::all)]
mod bindings;

/// Operation of `sqlite3_stmt_status`: how many rows the statement has read. The value is a `u32`.
pub const SQLITE_STMTSTATUS_ROWS_READ: c_int = 1024;
/// Operation of `sqlite3_stmt_status`: how many rows and index entries the statement has written. The value is a `u32`.
pub const SQLITE_STMTSTATUS_ROWS_WRITTEN: c_int = 1025;

/// What memory is charged to (`accounts.patch`).
#[repr(C)]
pub struct sqlite3_account {
    _opaque: [u8; 0],
}

unsafe extern "C" {
    /// Opens an account; null if there is no memory.
    pub fn sqlite3_account_open() -> *mut sqlite3_account;
    /// Closes an account that no thread is in. What is charged to it may be freed later.
    pub fn sqlite3_account_close(account: *mut sqlite3_account);
    /// Has the thread be in `account` with a bound of `most` bytes, or in none if that is null.
    pub fn sqlite3_account_enter(account: *mut sqlite3_account, most: i64);
    /// Whether memory was refused since the account was last entered.
    pub fn sqlite3_account_refused(account: *mut sqlite3_account) -> c_int;
    /// Bytes that are charged to the account.
    pub fn sqlite3_account_bytes(account: *mut sqlite3_account) -> i64;
}

#[must_use]
pub fn SQLITE_STATIC() -> sqlite3_destructor_type {
    None
}

#[must_use]
pub fn SQLITE_TRANSIENT() -> sqlite3_destructor_type {
    // SAFETY: SQLite never calls this value; it compares it with -1 and copies the data instead.
    Some(unsafe { mem::transmute::<isize, unsafe extern "C" fn(*mut core::ffi::c_void)>(-1_isize) })
}

impl Default for sqlite3_vtab {
    fn default() -> Self {
        // SAFETY: a C structure of pointers and integers, for which zero is a valid value.
        unsafe { mem::zeroed() }
    }
}

impl Default for sqlite3_vtab_cursor {
    fn default() -> Self {
        // SAFETY: as above.
        unsafe { mem::zeroed() }
    }
}
