//! SQLite's C interface in safe clothes: connections, prepared statements, values.
//!
//! Owns handles and their lifetimes, error texts, what user SQL may do ([`authorizer`]) and how much memory it may take
//! ([`memory`]). It must not know transactions, actors or durability. A connection is used by one thread at a time and may move
//! between threads.

pub(crate) mod authorizer;
mod error;
mod memory;

use std::cell::{Cell, RefCell};
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::path::Path;
use std::ptr::NonNull;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use denizen_core::limits::sql;
use denizen_core::limits::storage::MEMORY_BYTES;
use libsqlite3_sys as ffi;

pub(crate) use self::error::error_of;
use self::memory::Account;
use crate::StorageError;
use crate::disk::Disk;

/// How many virtual-machine instructions run between two looks at whether it is to stop: a look is worth a few of them, and one of them
/// may read or compare megabytes.
const PROGRESS_STEPS: c_int = 1_000;

/// For how long a connection waits for another one of this process: the end of a checkpoint, at most a few syncs.
const BUSY_MS: c_int = 30_000;

/// Who runs SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Privilege {
    /// The actor's code: under the authorizer.
    User,
    /// The engine itself.
    Host,
}

/// Stops SQL from another thread or place: the statement that runs fails with `SQLITE_INTERRUPT`.
#[derive(Debug, Clone, Default)]
pub struct Interrupter(Arc<AtomicBool>);

impl Interrupter {
    /// Stops the statement that runs, and every later one until [`Interrupter::clear`].
    pub fn interrupt(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Lets statements run again.
    pub fn clear(&self) {
        self.0.store(false, Ordering::Relaxed);
    }

    fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What SQLite's callbacks of a connection look at.
#[derive(Debug)]
pub(crate) struct Control {
    pub(crate) privilege: Cell<Privilege>,
    /// Why the authorizer last said no, where SQLite's own text does not tell.
    pub(crate) denied: Cell<Option<authorizer::Denial>>,
    /// Whether what this thread does is to stop.
    pub(crate) stops: Cell<fn() -> bool>,
    pub(crate) interrupter: Interrupter,
    /// Rows that statements have read and written whose execution is over.
    pub(crate) rows: Cell<(u64, u64)>,
}

/// An open connection.
#[derive(Debug)]
pub(crate) struct Connection {
    handle: NonNull<ffi::sqlite3>,
    control: Box<Control>,
    /// After the handle, whose memory it counts.
    account: Account,
    /// The VFS of the connection lives in it.
    _disk: Arc<Disk>,
}

// SAFETY: SQLite's handle may be used by any one thread at a time (threading mode multi-thread); so may the control and the
// account.
unsafe impl Send for Connection {}

impl Connection {
    /// Opens the database at `path`, which has to be there.
    pub(crate) fn open(disk: &Arc<Disk>, path: &Path, interrupter: Interrupter) -> Result<Self, StorageError> {
        use std::os::unix::ffi::OsStrExt;
        let name = CString::new(path.as_os_str().as_bytes()).map_err(|_| StorageError::Path(path.to_owned()))?;
        let account = Account::new().ok_or(StorageError::OutOfMemory)?;
        let mut handle = std::ptr::null_mut();
        // Without SQLITE_OPEN_EXRESCODE: FTS5 would pass on an extended code that is none of its own.
        let flags = ffi::SQLITE_OPEN_READWRITE | ffi::SQLITE_OPEN_NOMUTEX;
        // SAFETY: both names are NUL-terminated and outlive the call.
        let code = unsafe { ffi::sqlite3_open_v2(name.as_ptr(), &mut handle, flags, disk.vfs_name().as_ptr()) };
        let handle = NonNull::new(handle).ok_or(StorageError::OutOfMemory)?;
        let control = Box::new(Control {
            privilege: Cell::new(Privilege::Host),
            denied: Cell::new(None),
            stops: Cell::new(|| false),
            interrupter,
            rows: Cell::default(),
        });
        let connection = Self { handle, control, account, _disk: disk.clone() };
        if code != ffi::SQLITE_OK {
            return Err(connection.error());
        }
        connection.configure();
        Ok(connection)
    }

    fn configure(&self) {
        let handle = self.handle.as_ptr();
        // SAFETY: the handle is open; the control is on the heap and lives as long as the connection.
        unsafe {
            for (limit, value) in LIMITS {
                ffi::sqlite3_limit(handle, *limit, *value);
            }
            for (option, value) in [
                (ffi::SQLITE_DBCONFIG_DEFENSIVE, 1),
                (ffi::SQLITE_DBCONFIG_TRUSTED_SCHEMA, 1),
                (ffi::SQLITE_DBCONFIG_ENABLE_FKEY, 1),
            ] {
                ffi::sqlite3_db_config(handle, option, value as c_int, std::ptr::null_mut::<c_int>());
            }
            ffi::sqlite3_db_config(
                handle,
                ffi::SQLITE_DBCONFIG_LOOKASIDE,
                std::ptr::null_mut::<c_void>(),
                sql::LOOKASIDE_SLOT_BYTES as c_int,
                sql::LOOKASIDE_SLOTS as c_int,
            );
            ffi::sqlite3_busy_timeout(handle, BUSY_MS);
            ffi::sqlite3_wal_autocheckpoint(handle, 0);
            let control = std::ptr::from_ref(&*self.control).cast_mut().cast::<c_void>();
            ffi::sqlite3_set_authorizer(handle, Some(authorizer::callback), control);
            ffi::sqlite3_progress_handler(handle, PROGRESS_STEPS, Some(progress), control);
        }
    }

    pub(crate) fn control(&self) -> &Control {
        &self.control
    }

    /// The handle, for calls that this module has no function for.
    pub(crate) fn raw(&self) -> *mut ffi::sqlite3 {
        self.handle.as_ptr()
    }

    /// Runs `work` as the engine.
    pub(crate) fn as_host<T>(&self, work: impl FnOnce() -> T) -> T {
        let before = self.control.privilege.replace(Privilege::Host);
        let outcome = work();
        self.control.privilege.set(before);
        outcome
    }

    /// Does `work` of SQLite that may take memory, which counts for this connection. The engine's own is bounded by what it
    /// asks for, and has to succeed also beside code that has taken all that it may.
    fn within<T>(&self, work: impl FnOnce() -> T) -> T {
        let most = match self.control.privilege.get() {
            Privilege::User => MEMORY_BYTES,
            Privilege::Host => i64::MAX,
        };
        self.account.within(most, work)
    }

    /// Bytes of memory that SQL of this connection takes.
    #[cfg(test)]
    pub(crate) fn memory_bytes(&self) -> i64 {
        self.account.bytes()
    }

    /// The error of the last call.
    pub(crate) fn error(&self) -> StorageError {
        error_of(self)
    }

    /// Runs statements of the engine that give nothing back.
    pub(crate) fn batch(&self, sql: &str) -> Result<(), StorageError> {
        self.as_host(|| {
            let mut rest = sql;
            while let (Some(mut statement), tail) = self.prepare_first(rest)? {
                while statement.step()? {}
                rest = tail;
            }
            Ok(())
        })
    }

    /// The first column of the first row of a statement of the engine.
    pub(crate) fn integer(&self, sql: &str) -> Result<i64, StorageError> {
        self.as_host(|| {
            let (statement, _) = self.prepare_first(sql)?;
            let Some(mut statement) = statement else { return Ok(0) };
            Ok(if statement.step()? { statement.integer(0) } else { 0 })
        })
    }

    /// The first column of the first row of a statement of the engine, as text.
    #[cfg(test)]
    pub(crate) fn text(&self, sql: &str) -> Result<String, StorageError> {
        self.as_host(|| {
            let (statement, _) = self.prepare_first(sql)?;
            let Some(mut statement) = statement else { return Ok(String::new()) };
            Ok(if statement.step()? { statement.text(0) } else { String::new() })
        })
    }

    /// Compiles the first statement of `sql`: it, if there is one, and what follows it.
    pub(crate) fn prepare_first<'s>(&self, sql: &'s str) -> Result<(Option<Statement<'_>>, &'s str), StorageError> {
        let (raw, tail) = self.compile(sql.as_bytes())?;
        let statement = raw.map(|raw| Statement { raw, connection: self });
        Ok((statement, sql.get(sql.len() - tail.len()..).unwrap_or_default()))
    }

    /// Compiles the first statement of `sql` to keep: whoever has it sees to it that the connection outlives it. The text need
    /// not be UTF-8, which SQLite does not check.
    pub(crate) fn compile<'s>(&self, sql: &'s [u8]) -> Result<(Option<RawStatement>, &'s [u8]), StorageError> {
        self.control.denied.set(None);
        let length = c_int::try_from(sql.len()).unwrap_or(c_int::MAX);
        let mut raw = std::ptr::null_mut();
        let mut tail = std::ptr::null();
        let start = sql.as_ptr().cast::<c_char>();
        // SAFETY: the text is `length` readable bytes, and the results are written to our own variables.
        let code = self.within(|| unsafe {
            ffi::sqlite3_prepare_v3(self.raw(), start, length, ffi::SQLITE_PREPARE_PERSISTENT, &mut raw, &mut tail)
        });
        if code != ffi::SQLITE_OK {
            return Err(match self.error() {
                // A statement of more instructions or memory than are allowed: nothing has happened yet that could be undone.
                StorageError::Sql { message, code, .. } if code == ffi::SQLITE_NOMEM => {
                    StorageError::Sql { message, code, critical: false }
                }
                error => error,
            });
        }
        let used = if tail.is_null() { sql.len() } else { tail as usize - start as usize };
        Ok((NonNull::new(raw).map(RawStatement::new), sql.get(used..).unwrap_or_default()))
    }

    /// Whether no transaction is open.
    pub(crate) fn is_autocommit(&self) -> bool {
        // SAFETY: the handle is open.
        unsafe { ffi::sqlite3_get_autocommit(self.raw()) != 0 }
    }

    /// Gives back memory of pages that are not in use.
    pub(crate) fn release_memory(&self) {
        // SAFETY: the handle is open.
        unsafe { ffi::sqlite3_db_release_memory(self.raw()) };
    }

    /// Bytes of pages in memory.
    pub(crate) fn cached_bytes(&self) -> u64 {
        let (mut current, mut highest) = (0, 0);
        // SAFETY: the handle is open, and the results are written to our own variables.
        unsafe {
            ffi::sqlite3_db_status(self.raw(), ffi::SQLITE_DBSTATUS_CACHE_USED, &mut current, &mut highest, 0);
        }
        u64::try_from(current).unwrap_or_default()
    }

    /// Closes without bringing the log into the database: the log stays where it is.
    pub(crate) fn keep_log(&self) {
        // SAFETY: the handle is open.
        unsafe {
            ffi::sqlite3_db_config(
                self.raw(),
                ffi::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE,
                1 as c_int,
                std::ptr::null_mut::<c_int>(),
            );
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // SAFETY: every statement is finalised before its connection goes; the call takes the handle in any case.
        let code = unsafe { ffi::sqlite3_close(self.raw()) };
        debug_assert_eq!(code, ffi::SQLITE_OK, "a statement outlived its connection");
    }
}

unsafe extern "C" fn progress(control: *mut c_void) -> c_int {
    // SAFETY: it is the control that `configure` gave.
    let control = unsafe { &*control.cast::<Control>() };
    if control.privilege.get() == Privilege::Host {
        return 0;
    }
    c_int::from(control.interrupter.is_set() || (control.stops.get())())
}

/// A value in a result or to be bound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ValueRef<'a> {
    /// NULL.
    Null,
    /// INTEGER.
    Integer(i64),
    /// REAL.
    Real(f64),
    /// TEXT: UTF-8 as it was stored, which SQLite does not check.
    Text(&'a [u8]),
    /// BLOB.
    Blob(&'a [u8]),
}

/// A compiled statement; its connection outlives it.
#[derive(Debug)]
pub(crate) struct RawStatement {
    raw: NonNull<ffi::sqlite3_stmt>,
    /// The names of its columns once someone has asked, and how often it had been compiled anew by then: a change of the
    /// schema may change them.
    names: RefCell<Option<(u64, Rc<[String]>)>>,
}

impl RawStatement {
    fn new(raw: NonNull<ffi::sqlite3_stmt>) -> Self {
        Self { raw, names: RefCell::default() }
    }

    fn raw(&self) -> *mut ffi::sqlite3_stmt {
        self.raw.as_ptr()
    }

    /// One step: whether there is a row.
    pub(crate) fn step(&mut self, connection: &Connection) -> Result<bool, StorageError> {
        // SAFETY: the statement is open.
        match connection.within(|| unsafe { ffi::sqlite3_step(self.raw()) }) {
            ffi::SQLITE_ROW => Ok(true),
            ffi::SQLITE_DONE => Ok(false),
            _ => Err(connection.error()),
        }
    }

    /// Ends the execution. What it failed with is known already.
    pub(crate) fn reset(&mut self) {
        // SAFETY: the statement is open.
        unsafe {
            ffi::sqlite3_reset(self.raw());
            ffi::sqlite3_clear_bindings(self.raw());
        }
    }

    /// How many parameters it has.
    pub(crate) fn parameters(&self) -> usize {
        // SAFETY: the statement is open.
        unsafe { ffi::sqlite3_bind_parameter_count(self.raw()) as usize }
    }

    /// How many columns its rows have.
    pub(crate) fn columns(&self) -> usize {
        // SAFETY: the statement is open.
        unsafe { ffi::sqlite3_column_count(self.raw()) as usize }
    }

    /// The names of its columns.
    pub(crate) fn column_names(&self) -> Rc<[String]> {
        let compiled = self.status(ffi::SQLITE_STMTSTATUS_REPREPARE, false);
        let mut names = self.names.borrow_mut();
        if let Some((when, names)) = &*names
            && *when == compiled
        {
            return names.clone();
        }
        let new: Rc<[String]> = (0..self.columns()).map(|index| self.column_name(index)).collect();
        *names = Some((compiled, new.clone()));
        new
    }

    fn column_name(&self, index: usize) -> String {
        // SAFETY: SQLite gives a NUL-terminated text, or null when it has no memory.
        unsafe {
            let name = ffi::sqlite3_column_name(self.raw(), index as c_int);
            if name.is_null() { String::new() } else { CStr::from_ptr(name).to_string_lossy().into_owned() }
        }
    }

    /// Whether it writes nothing.
    pub(crate) fn is_readonly(&self) -> bool {
        // SAFETY: the statement is open.
        unsafe { ffi::sqlite3_stmt_readonly(self.raw()) != 0 }
    }

    /// Sets parameter `index`, from 0 on.
    pub(crate) fn bind(
        &mut self,
        connection: &Connection,
        index: usize,
        value: ValueRef<'_>,
    ) -> Result<(), StorageError> {
        let (raw, at) = (self.raw(), index as c_int + 1);
        // SAFETY: the bytes are readable for their length, and SQLite copies them before it returns.
        let code = connection.within(|| unsafe {
            match value {
                ValueRef::Null => ffi::sqlite3_bind_null(raw, at),
                ValueRef::Integer(number) => ffi::sqlite3_bind_int64(raw, at, number),
                ValueRef::Real(number) => ffi::sqlite3_bind_double(raw, at, number),
                ValueRef::Text(text) => ffi::sqlite3_bind_text64(
                    raw,
                    at,
                    text.as_ptr().cast(),
                    text.len() as u64,
                    ffi::SQLITE_TRANSIENT(),
                    ffi::SQLITE_UTF8 as u8,
                ),
                ValueRef::Blob([]) => ffi::sqlite3_bind_zeroblob(raw, at, 0),
                ValueRef::Blob(bytes) => ffi::sqlite3_bind_blob64(
                    raw,
                    at,
                    bytes.as_ptr().cast(),
                    bytes.len() as u64,
                    ffi::SQLITE_TRANSIENT(),
                ),
            }
        });
        if code == ffi::SQLITE_OK { Ok(()) } else { Err(connection.error()) }
    }

    /// A value of the row that the last step gave. It is valid until the next step, which the borrow sees to.
    pub(crate) fn value(&self, index: usize) -> ValueRef<'_> {
        let (raw, at) = (self.raw(), index as c_int);
        // SAFETY: the column's type says which accessor is right; the bytes live until the next step or reset.
        unsafe {
            match ffi::sqlite3_column_type(raw, at) {
                ffi::SQLITE_INTEGER => ValueRef::Integer(ffi::sqlite3_column_int64(raw, at)),
                ffi::SQLITE_FLOAT => ValueRef::Real(ffi::sqlite3_column_double(raw, at)),
                ffi::SQLITE_TEXT => {
                    let text = ffi::sqlite3_column_text(raw, at);
                    ValueRef::Text(bytes(text.cast(), ffi::sqlite3_column_bytes(raw, at)))
                }
                ffi::SQLITE_BLOB => {
                    let blob = ffi::sqlite3_column_blob(raw, at);
                    ValueRef::Blob(bytes(blob, ffi::sqlite3_column_bytes(raw, at)))
                }
                _ => ValueRef::Null,
            }
        }
    }

    /// A counter of the statement since it was last reset.
    pub(crate) fn status(&self, counter: c_int, reset: bool) -> u64 {
        // SAFETY: the statement is open.
        let count = unsafe { ffi::sqlite3_stmt_status(self.raw(), counter, c_int::from(reset)) };
        // The counter is unsigned 32 bits wide and handed out as signed.
        u64::from(count as u32)
    }
}

/// # Safety
/// `start` is readable for `length` bytes for as long as the result is used, or `length` is 0.
unsafe fn bytes<'a>(start: *const c_void, length: c_int) -> &'a [u8] {
    match start.is_null() || length <= 0 {
        true => &[],
        // SAFETY: the caller vouches for it.
        false => unsafe { std::slice::from_raw_parts(start.cast(), length as usize) },
    }
}

impl Drop for RawStatement {
    fn drop(&mut self) {
        // SAFETY: nobody else has the statement, and its connection is open.
        unsafe { ffi::sqlite3_finalize(self.raw()) };
    }
}

/// A compiled statement of the engine's own.
#[derive(Debug)]
pub(crate) struct Statement<'c> {
    raw: RawStatement,
    connection: &'c Connection,
}

impl Statement<'_> {
    /// One step: whether there is a row.
    pub(crate) fn step(&mut self) -> Result<bool, StorageError> {
        self.raw.step(self.connection)
    }

    /// Sets parameter `index`, from 0 on.
    pub(crate) fn bind(&mut self, index: usize, value: ValueRef<'_>) -> Result<&mut Self, StorageError> {
        self.raw.bind(self.connection, index, value)?;
        Ok(self)
    }

    /// A value of the row.
    pub(crate) fn value(&self, index: usize) -> ValueRef<'_> {
        self.raw.value(index)
    }

    /// A value of the row as an integer; 0 if it is none.
    pub(crate) fn integer(&self, index: usize) -> i64 {
        match self.value(index) {
            ValueRef::Integer(number) => number,
            _ => 0,
        }
    }

    /// A value of the row as text.
    pub(crate) fn text(&self, index: usize) -> String {
        match self.value(index) {
            ValueRef::Text(text) | ValueRef::Blob(text) => String::from_utf8_lossy(text).into_owned(),
            _ => String::new(),
        }
    }
}

/// Limits of a connection: workerd's (`workers-api` 4.2).
const LIMITS: &[(c_int, c_int)] = &[
    (ffi::SQLITE_LIMIT_LENGTH, sql::VALUE_BYTES as c_int),
    (ffi::SQLITE_LIMIT_SQL_LENGTH, sql::STATEMENT_BYTES as c_int),
    (ffi::SQLITE_LIMIT_COLUMN, sql::COLUMNS as c_int),
    (ffi::SQLITE_LIMIT_EXPR_DEPTH, sql::EXPRESSION_DEPTH as c_int),
    (ffi::SQLITE_LIMIT_COMPOUND_SELECT, sql::COMPOUND_SELECT_TERMS as c_int),
    (ffi::SQLITE_LIMIT_VDBE_OP, sql::INSTRUCTIONS as c_int),
    (ffi::SQLITE_LIMIT_FUNCTION_ARG, sql::FUNCTION_ARGUMENTS as c_int),
    (ffi::SQLITE_LIMIT_ATTACHED, 0),
    (ffi::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, sql::LIKE_PATTERN_BYTES as c_int),
    (ffi::SQLITE_LIMIT_VARIABLE_NUMBER, sql::PARAMETERS as c_int),
    (ffi::SQLITE_LIMIT_TRIGGER_DEPTH, sql::TRIGGER_DEPTH as c_int),
    (ffi::SQLITE_LIMIT_WORKER_THREADS, 0),
];

/// A connection that statements of a cache share.
pub(crate) type SharedConnection = Rc<Connection>;
