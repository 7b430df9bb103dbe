//! Results that are read row by row.
//!
//! Owns a statement while it runs, and the counts of rows that it read and wrote. A cursor stays valid over other
//! statements and turns; it has no snapshot of its own. It must not know JavaScript values.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use libsqlite3_sys as ffi;

use super::Health;
use super::cache::Lease;
use crate::StorageError;
use crate::sqlite::{RawStatement, ValueRef};

#[derive(Debug)]
pub(crate) struct CursorState {
    /// Present while there are rows to come.
    lease: Option<Lease>,
    has_row: bool,
    /// Whether the row that it stands on has been read already.
    is_behind: bool,
    columns: usize,
    names: Option<Rc<[String]>>,
    rows_read: u64,
    rows_written: u64,
    /// Why it was ended before its end.
    ended: Option<StorageError>,
    health: Health,
    /// Whether the engine reads for itself.
    is_host: bool,
    /// Rows that were taken from the statement before they were asked for.
    kept: VecDeque<Vec<Owned>>,
}

/// The result of a statement, always stepped to the row that is read next.
#[derive(Debug)]
pub struct Cursor(Rc<RefCell<CursorState>>);

/// The row that a cursor stands on.
#[derive(Debug)]
pub struct Row<'a>(Source<'a>);

#[derive(Debug)]
enum Source<'a> {
    Statement(&'a RawStatement, usize),
    Kept(&'a [Owned]),
}

/// A value that has left its statement.
#[derive(Debug)]
enum Owned {
    Null,
    Integer(i64),
    Real(f64),
    Text(Vec<u8>),
    Blob(Vec<u8>),
}

impl Owned {
    fn new(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(number) => Self::Integer(number),
            ValueRef::Real(number) => Self::Real(number),
            ValueRef::Text(text) => Self::Text(text.to_vec()),
            ValueRef::Blob(bytes) => Self::Blob(bytes.to_vec()),
        }
    }
}

impl Row<'_> {
    /// How many values it has.
    pub fn len(&self) -> usize {
        match &self.0 {
            Source::Statement(_, columns) => *columns,
            Source::Kept(values) => values.len(),
        }
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A value, from 0 on.
    pub fn value(&self, index: usize) -> ValueRef<'_> {
        match &self.0 {
            Source::Statement(statement, _) => statement.value(index),
            Source::Kept(values) => match values.get(index) {
                None | Some(Owned::Null) => ValueRef::Null,
                Some(Owned::Integer(number)) => ValueRef::Integer(*number),
                Some(Owned::Real(number)) => ValueRef::Real(*number),
                Some(Owned::Text(text)) => ValueRef::Text(text),
                Some(Owned::Blob(bytes)) => ValueRef::Blob(bytes),
            },
        }
    }
}

impl Cursor {
    /// Steps a statement whose parameters are set to its first row.
    pub(super) fn start(lease: Lease, health: Health, is_host: bool) -> Result<Self, StorageError> {
        let mut state = CursorState {
            lease: Some(lease),
            has_row: false,
            is_behind: false,
            columns: 0,
            names: None,
            rows_read: 0,
            rows_written: 0,
            ended: None,
            health,
            is_host,
            kept: VecDeque::new(),
        };
        state.step()?;
        // The first step compiles a statement anew whose tables have changed, which may change its columns.
        state.columns = state.lease.as_ref().map_or(0, |lease| lease.get().columns());
        Ok(Self(Rc::new(RefCell::new(state))))
    }

    /// Whether there are rows to come, for which it holds its statement with what is bound to that.
    pub fn is_open(&self) -> bool {
        self.0.borrow().is_open()
    }

    /// Itself, for whoever may have to end it, while there are rows to come.
    pub(super) fn open_state(&self) -> Option<Weak<RefCell<CursorState>>> {
        self.is_open().then(|| Rc::downgrade(&self.0))
    }

    /// Gives the next row to `read` and steps on. `None` after the last one.
    pub fn next<T>(&self, read: impl FnOnce(Row<'_>) -> T) -> Result<Option<T>, StorageError> {
        let mut state = self.0.borrow_mut();
        if let Some(error) = &state.ended {
            return Err(error.clone());
        }
        if let Some(values) = state.kept.pop_front() {
            return Ok(Some(read(Row(Source::Kept(&values)))));
        }
        if !state.has_row {
            return Ok(None);
        }
        let Some(lease) = &state.lease else { return Ok(None) };
        let row = read(Row(Source::Statement(lease.get(), state.columns)));
        state.step()?;
        Ok(Some(row))
    }

    /// The same, but stepping on only now: to the row that is the next one at this moment. Not to be mixed with `next`.
    pub(super) fn next_of_now<T>(&self, read: impl FnOnce(Row<'_>) -> T) -> Result<Option<T>, StorageError> {
        let mut state = self.0.borrow_mut();
        if let Some(error) = &state.ended {
            return Err(error.clone());
        }
        if std::mem::take(&mut state.is_behind) {
            state.step()?;
        }
        if !state.has_row {
            return Ok(None);
        }
        let Some(lease) = &state.lease else { return Ok(None) };
        let row = read(Row(Source::Statement(lease.get(), state.columns)));
        state.is_behind = true;
        Ok(Some(row))
    }

    /// Ends it before its end. Whether there were rows left.
    pub fn finish(&self) -> bool {
        let mut state = self.0.borrow_mut();
        let had_more = state.has_row || !state.kept.is_empty();
        state.finish();
        state.kept.clear();
        had_more
    }

    /// Fails if it was ended for another reason than that it was read.
    pub fn check(&self) -> Result<(), StorageError> {
        self.0.borrow().ended.clone().map_or(Ok(()), Err)
    }

    /// Whether a row is left.
    pub fn has_row(&self) -> bool {
        let state = self.0.borrow();
        state.has_row || !state.kept.is_empty()
    }

    /// The names of its columns.
    pub fn columns(&self) -> Rc<[String]> {
        self.0.borrow_mut().column_names()
    }

    /// Rows that it has read so far (`docs/compatibility.md` says how they are counted).
    pub fn rows_read(&self) -> u64 {
        let state = self.0.borrow();
        state.rows_read + state.running(ffi::SQLITE_STMTSTATUS_ROWS_READ)
    }

    /// Rows that it has written so far, entries of indexes included.
    pub fn rows_written(&self) -> u64 {
        let state = self.0.borrow();
        state.rows_written + state.running(ffi::SQLITE_STMTSTATUS_ROWS_WRITTEN)
    }
}

impl CursorState {
    /// Whether it holds a statement.
    pub(crate) fn is_open(&self) -> bool {
        self.lease.is_some()
    }

    /// Whether rows may be left to read.
    pub(crate) fn has_more(&self) -> bool {
        self.lease.is_some() || !self.kept.is_empty()
    }

    /// Ends it: reading on fails with `error`.
    pub(crate) fn end(&mut self, error: &StorageError) {
        if self.has_more() {
            self.finish();
            self.kept.clear();
            self.ended = Some(error.clone());
        }
    }

    /// Takes the rows that are left from a statement that writes: SQLite does not commit while it is open. They are in
    /// memory already, and all is written since the first step.
    pub(crate) fn let_commit(&mut self) -> Result<(), StorageError> {
        while let Some(lease) = &self.lease
            && self.has_row
            && !lease.get().is_readonly()
        {
            let row = (0..self.columns).map(|index| Owned::new(lease.get().value(index))).collect();
            self.kept.push_back(row);
            self.step()?;
        }
        Ok(())
    }

    /// Tells the connection's sums of the rows that it has read and written since they were last told.
    pub(super) fn count_rows(&mut self) {
        if let Some(lease) = &self.lease {
            let (read, written) = lease.take_rows();
            self.rows_read += read;
            self.rows_written += written;
        }
    }

    fn column_names(&mut self) -> Rc<[String]> {
        if let Some(names) = &self.names {
            return names.clone();
        }
        let names: Rc<[String]> = match &self.lease {
            Some(lease) => lease.get().column_names(),
            None => Rc::new([]),
        };
        self.names = Some(names.clone());
        names
    }

    fn running(&self, counter: std::ffi::c_int) -> u64 {
        self.lease.as_ref().map_or(0, |lease| lease.get().status(counter, false))
    }

    fn step(&mut self) -> Result<(), StorageError> {
        let Some(lease) = &mut self.lease else { return Ok(()) };
        let stepped = match self.is_host {
            true => {
                let connection = lease.connection.clone();
                connection.as_host(|| lease.step())
            }
            false => lease.step(),
        };
        match stepped {
            Ok(true) => {
                self.has_row = true;
                Ok(())
            }
            Ok(false) => {
                self.finish();
                Ok(())
            }
            Err(error) => {
                self.finish();
                if error.is_critical() {
                    self.health.borrow_mut().get_or_insert_with(|| error.clone());
                }
                Err(error)
            }
        }
    }

    /// Gives the statement back, keeping what can be asked of it later.
    fn finish(&mut self) {
        self.column_names();
        self.count_rows();
        self.lease = None;
        self.has_row = false;
    }
}
