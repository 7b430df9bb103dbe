//! Compiled statements that are kept for the next time.
//!
//! Owns the statements of one connection by their text, bounded by the bytes of all texts (`workers-api` 4.1: 1 MiB). A
//! statement is lent out for one execution; while it is out, the same text is compiled once more. It must not know what
//! the statements do.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use denizen_core::limits::sql::CACHED_STATEMENTS;
use libsqlite3_sys as ffi;

use crate::StorageError;
use crate::sqlite::{RawStatement, SharedConnection};

/// A place in the cache. A lease knows its own, so that its statement goes back without being looked up.
#[derive(Debug)]
struct Entry {
    statement: RefCell<Option<RawStatement>>,
    used: Cell<u64>,
}

/// The statements of one connection.
#[derive(Debug)]
pub(crate) struct StatementCache {
    entries: HashMap<Box<[u8]>, Rc<Entry>>,
    bytes: usize,
    bytes_max: usize,
    clock: u64,
}

/// A statement that is lent out. Dropped, it ends its execution and goes back.
#[derive(Debug)]
pub(crate) struct Lease {
    /// Present until it is dropped.
    statement: Option<RawStatement>,
    /// Its place in the cache; a statement that the cache has forgotten meanwhile goes with the lease.
    home: Option<Rc<Entry>>,
    /// Last, so that it outlives the statement.
    pub(crate) connection: SharedConnection,
}

impl StatementCache {
    /// A cache for texts of `bytes_max` bytes together.
    pub(crate) fn new(bytes_max: usize) -> Rc<RefCell<Self>> {
        Rc::new(RefCell::new(Self { entries: HashMap::new(), bytes: 0, bytes_max, clock: 0 }))
    }

    /// The statement of `text`, if it is here and not lent out.
    pub(crate) fn lend(cache: &Rc<RefCell<Self>>, text: &[u8], connection: &SharedConnection) -> Option<Lease> {
        let mut this = cache.borrow_mut();
        this.clock += 1;
        let entry = this.entries.get(text)?;
        entry.used.set(this.clock);
        let statement = entry.statement.borrow_mut().take()?;
        Some(Lease { statement: Some(statement), home: Some(entry.clone()), connection: connection.clone() })
    }

    /// Lends out a statement that was compiled just now, and keeps it afterwards if `text` fits.
    pub(crate) fn adopt(
        cache: &Rc<RefCell<Self>>,
        text: &[u8],
        statement: RawStatement,
        connection: &SharedConnection,
    ) -> Lease {
        let mut this = cache.borrow_mut();
        let known = this.entries.contains_key(text);
        let mut home = None;
        if !known && text.len() <= this.bytes_max {
            while this.bytes + text.len() > this.bytes_max || this.entries.len() >= CACHED_STATEMENTS {
                let oldest = this.entries.iter().min_by_key(|(_, entry)| entry.used.get()).map(|(key, _)| key.clone());
                let Some(oldest) = oldest else { break };
                this.bytes -= oldest.len();
                this.entries.remove(&oldest);
            }
            this.clock += 1;
            this.bytes += text.len();
            let entry = Rc::new(Entry { statement: RefCell::default(), used: Cell::new(this.clock) });
            this.entries.insert(text.into(), entry.clone());
            home = Some(entry);
        }
        Lease { statement: Some(statement), home, connection: connection.clone() }
    }
}

impl Lease {
    /// A statement that no cache waits for.
    pub(crate) fn single(statement: RawStatement, connection: &SharedConnection) -> Self {
        Self { statement: Some(statement), home: None, connection: connection.clone() }
    }

    /// The statement.
    pub(crate) fn get(&self) -> &RawStatement {
        self.statement.as_ref().expect("a lease has its statement until it is dropped")
    }

    /// One step of the statement: whether there is a row.
    pub(crate) fn step(&mut self) -> Result<bool, StorageError> {
        let statement = self.statement.as_mut().expect("a lease has its statement until it is dropped");
        statement.step(&self.connection)
    }

    /// Rows that the execution has read and written since this was last asked; the connection's sums get them.
    pub(crate) fn take_rows(&self) -> (u64, u64) {
        let statement = self.get();
        let read = statement.status(ffi::SQLITE_STMTSTATUS_ROWS_READ, true);
        let written = statement.status(ffi::SQLITE_STMTSTATUS_ROWS_WRITTEN, true);
        let sums = &self.connection.control().rows;
        sums.set((sums.get().0 + read, sums.get().1 + written));
        (read, written)
    }

    /// The statement, to set its parameters.
    pub(crate) fn get_mut(&mut self) -> &mut RawStatement {
        self.statement.as_mut().expect("a lease has its statement until it is dropped")
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.take_rows();
        let Some(mut statement) = self.statement.take() else { return };
        statement.reset();
        if let Some(home) = &self.home {
            *home.statement.borrow_mut() = Some(statement);
        }
    }
}
