//! One actor's database: what `ctx.storage` calls.
//!
//! Owns the implicit transaction over the writes of one turn, savepoints inside it, what happens to it after a critical
//! error, and when the connection is open. It must not know which actor it serves, events or gates: [`Database::commit`]
//! hands back when the turn's writes are durable, and whoever has the gate waits for that.
//!
//! # Layout
//! - [`cache`]: compiled statements that are kept.
//! - [`cursor`]: results that are read row by row.
//! - [`files`]: how the files come into being and go.
//! - [`kv`]: the key-value table.
//! - [`metadata`]: the alarm, and deleting everything.

pub(crate) mod cache;
mod cursor;
pub(crate) mod files;
mod kv;
pub(crate) mod metadata;

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use denizen_core::limits::sql::CACHED_STATEMENTS_BYTES;
use denizen_core::limits::storage::{LOG_BYTES, PAGE_CACHE_PAGES};

use self::cache::{Lease, StatementCache};
use self::cursor::CursorState;
pub use self::cursor::{Cursor, Row};
use self::files::PAGE_BYTES;
pub use self::kv::{KvList, KvRange};
use self::metadata::{AlarmMark, AlarmState};
use crate::StorageError;
use crate::alarms::AlarmKey;
use crate::disk::vfs::{Files, unsynced};
use crate::engine::Engine;
use crate::pool::Pool;
use crate::sqlite::{Connection, Interrupter, Privilege, SharedConnection, ValueRef};
use crate::syncer::{Durable, Target};

/// How the names of savepoints begin whose rollback leaves an alarm that was set inside them counted as set, as in workerd.
pub const SYNC_SAVEPOINT: &str = "_cf_sync_savepoint";

/// A value that is bound to a parameter of SQL.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`.
    Null,
    /// A JavaScript number. It is bound as REAL, as workerd does; a column's affinity makes whole numbers INTEGER.
    Number(f64),
    /// TEXT, in UTF-8; a surrogate without its partner is encoded like any other character.
    Text(Vec<u8>),
    /// BLOB.
    Blob(Vec<u8>),
}

impl Value {
    /// Bytes of memory that it takes beside itself.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Null | Self::Number(_) => 0,
            Self::Text(bytes) | Self::Blob(bytes) => bytes.len(),
        }
    }

    fn as_ref(&self) -> ValueRef<'_> {
        match self {
            Self::Null => ValueRef::Null,
            Self::Number(number) => ValueRef::Real(*number),
            Self::Text(text) => ValueRef::Text(text),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }
    }
}

/// Where a database lies and what it may use.
#[derive(Debug, Clone)]
pub struct DatabaseOptions {
    /// The file. Its folder has to be there.
    pub path: PathBuf,
    /// Bytes that it may have; SQLite says `database or disk is full` beyond.
    pub bytes_max: u64,
    /// Whose alarm it holds; `None` for one that can have none.
    pub alarm: Option<AlarmOwner>,
}

/// Whose alarm a database holds.
#[derive(Debug, Clone)]
pub struct AlarmOwner {
    /// In the index of all alarms.
    pub key: AlarmKey,
    /// The object's name, which its alarm needs to give to a new instance.
    pub name: Option<String>,
}

/// What is there only while the connection is open. Statements go before the connection.
#[derive(Debug)]
struct Open {
    user: Rc<RefCell<StatementCache>>,
    host: Rc<RefCell<StatementCache>>,
    connection: SharedConnection,
}

/// Keeps the error that ended a database, for everything that is asked of it afterwards.
type Health = Rc<RefCell<Option<StorageError>>>;

pub(crate) struct Inner {
    options: DatabaseOptions,
    engine: Arc<Engine>,
    files: Arc<Files>,
    open: Option<Open>,
    health: Health,
    /// Savepoints that are open, innermost last, each with what was known of the alarm before.
    savepoints: Vec<(String, AlarmMark)>,
    /// Whether the turnstile of the files has let a transaction in.
    entered: bool,
    /// How often the log had been written to when the turn's transaction began.
    log_writes_before: u64,
    cursors: Vec<Weak<RefCell<CursorState>>>,
    /// Whether the key-value table is there; `None` when that has to be looked up.
    has_kv: Option<bool>,
    alarm: AlarmState,
    interrupter: Interrupter,
    /// Bytes of pages in memory, as the pool was last told.
    cached_bytes: u64,
    /// Rows read and written through connections that have been closed.
    rows: (u64, u64),
    /// Bytes in use when there was no room for more.
    full_at: Option<u64>,
}

/// One actor's database. It belongs to one thread.
pub struct Database {
    inner: Rc<RefCell<Inner>>,
    pool: Rc<Pool>,
    id: u64,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Database {
    /// Opens the database, making an empty one if there is none. Nothing is durable before the first commit is.
    pub fn open(pool: &Rc<Pool>, options: DatabaseOptions) -> Result<Self, StorageError> {
        let engine = pool.engine().clone();
        let path = options.path.clone();
        let files = engine.disk.files(&path);
        files::ensure(&engine.disk, &files).map_err(|error| error.at(&path))?;
        files.keep_log_writes();
        let mut inner = Inner {
            options,
            engine,
            files,
            open: None,
            health: Health::default(),
            savepoints: Vec::new(),
            entered: false,
            log_writes_before: 0,
            cursors: Vec::new(),
            has_kv: None,
            alarm: AlarmState::default(),
            interrupter: Interrupter::default(),
            cached_bytes: 0,
            rows: (0, 0),
            full_at: None,
        };
        pool.make_room()?;
        if let Err(error) = inner.connect() {
            // The first page may have been lost with the power; nothing in such a file was acknowledged.
            if !files::renew_if_blank(&inner.engine.disk, &inner.files)? {
                return Err(error);
            }
            inner.connect()?;
        }
        inner.load_alarm()?;
        // What the engine itself has read to open it is nobody's use.
        inner.count_rows();
        inner.rows = (0, 0);
        let inner = Rc::new(RefCell::new(inner));
        let id = pool.add(&inner);
        Ok(Self { inner, pool: pool.clone(), id })
    }

    /// Runs `work` on the database, with its connection open.
    fn with<T>(&self, work: impl FnOnce(&mut Inner) -> Result<T, StorageError>) -> Result<T, StorageError> {
        if let Some(error) = &*self.inner.borrow().health.borrow() {
            return Err(error.clone());
        }
        self.reading(work)
    }

    /// The same for work that may read, as in workerd, although an error of SQL has undone the turn. It cannot begin to write.
    fn reading<T>(&self, work: impl FnOnce(&mut Inner) -> Result<T, StorageError>) -> Result<T, StorageError> {
        let mut inner = self.inner.borrow_mut();
        if let Some(error) = &*inner.health.borrow()
            && !matches!(error, StorageError::Sql { .. })
        {
            return Err(error.clone());
        }
        if inner.open.is_none() {
            drop(inner);
            self.pool.make_room()?;
            inner = self.inner.borrow_mut();
            let path = inner.options.path.clone();
            let files = inner.files.clone();
            files::ensure(&inner.engine.disk, &files).map_err(|error| error.at(&path))?;
            inner.connect()?;
            self.pool.opened(self.id, &self.inner);
        }
        let outcome = work(&mut inner);
        if let Err(error) = &outcome
            && (error.is_critical() || inner.has_lost_its_transaction())
        {
            inner.poison(error);
        }
        outcome
    }

    /// Runs the statements of `sql`, with `bindings` as the parameters of the last. That one is stepped to its first
    /// row, so that what it does is done, and its errors are known, when this returns.
    pub fn exec(&self, sql: impl AsRef<[u8]>, bindings: &[Value]) -> Result<Cursor, StorageError> {
        self.reading(|inner| inner.exec(sql.as_ref(), bindings))
    }

    /// Bytes in use: pages that are not free.
    pub fn size(&self) -> Result<u64, StorageError> {
        self.reading(Inner::size)
    }

    /// Rows read and written since it was opened. A cursor that stays open counts by what it has read so far.
    pub fn rows(&self) -> (u64, u64) {
        let mut inner = self.inner.borrow_mut();
        inner.count_rows();
        inner.rows
    }

    /// If it has ended because it had no room left: the bytes in use without the turn that asked for more, and those that
    /// it may have. `None` also where the disk was full.
    pub fn exceeded(&self) -> Option<(u64, u64)> {
        let inner = self.inner.borrow();
        inner.full_at.map(|used| (used, inner.options.bytes_max))
    }

    /// Opens a savepoint inside the innermost one that is open: its depth, from 0 on.
    pub fn savepoint(&self, name: &str) -> Result<usize, StorageError> {
        self.with(|inner| {
            inner.let_cursors_commit()?;
            inner.begin()?;
            let depth = inner.savepoints.len();
            let name = format!("{name}_{depth}");
            inner.host_batch(&format!("SAVEPOINT {name}"))?;
            let mark = inner.alarm.mark(name.starts_with(SYNC_SAVEPOINT));
            inner.savepoints.push((name, mark));
            Ok(depth)
        })
    }

    /// Closes the savepoint of `depth`, which has to be the innermost, keeping or undoing what came after it. If that fails,
    /// what is in the transaction is not what its code takes it for: the database is of no use any more.
    pub fn release(&self, depth: usize, keep: bool) -> Result<(), StorageError> {
        self.with(|inner| {
            let outcome = match depth + 1 == inner.savepoints.len() {
                true => inner.release(keep),
                false => Err(StorageError::Savepoint),
            };
            if let Err(error) = &outcome {
                inner.poison(error);
            }
            outcome
        })
    }

    /// How many savepoints are open.
    pub fn depth(&self) -> usize {
        self.inner.borrow().savepoints.len()
    }

    /// Whether there are writes that are not committed.
    pub fn is_dirty(&self) -> bool {
        let inner = self.inner.borrow();
        inner.health.borrow().is_some() || inner.open.as_ref().is_some_and(|open| !open.connection.is_autocommit())
    }

    /// Ends the turn: commits its writes, unless a savepoint is open that spans turns. One that does not, since its code was
    /// stopped inside it, is undone.
    pub fn end_turn(&self) -> Result<Option<Durable>, StorageError> {
        let mut inner = self.inner.borrow_mut();
        while inner.savepoints.last().is_some_and(|(name, _)| name.starts_with(SYNC_SAVEPOINT)) {
            if let Err(error) = inner.release(false) {
                inner.poison(&error);
                return Err(error);
            }
        }
        drop(inner);
        self.commit()
    }

    /// Commits what was written so far, unless a savepoint is open. Gives when it is durable; `None` if nothing was
    /// written. An error means that it is undone, and the database is of no use any more.
    pub fn commit(&self) -> Result<Option<Durable>, StorageError> {
        let mut inner = self.inner.borrow_mut();
        let outcome = inner.commit();
        if let Err(error) = &outcome {
            inner.poison(error);
        }
        drop(inner);
        self.pool.settle(self.id, &self.inner);
        outcome
    }

    /// When everything that has been committed so far is durable.
    pub fn sync(&self) -> Result<Durable, StorageError> {
        let inner = self.inner.borrow();
        match &*inner.health.borrow() {
            Some(error) => Err(error.clone()),
            None => Ok(inner.engine.syncer.request(Target::Database(inner.files.clone()), None)),
        }
    }

    /// Undoes every write since the last commit. The database is of no use any more if this fails.
    pub fn rollback(&self) -> Result<(), StorageError> {
        let mut inner = self.inner.borrow_mut();
        inner.rollback()
    }

    /// Stops SQL that runs, from any thread.
    pub fn interrupter(&self) -> Interrupter {
        self.inner.borrow().interrupter.clone()
    }

    /// Bytes of memory that SQLite takes for it.
    #[cfg(test)]
    pub(crate) fn memory_bytes(&self) -> i64 {
        self.inner.borrow().open.as_ref().map_or(0, |open| open.connection.memory_bytes())
    }

    /// What is known of its files.
    #[cfg(test)]
    pub(crate) fn files(&self) -> Arc<Files> {
        self.inner.borrow().files.clone()
    }

    /// The error that has ended the database, if one has, with the name of its file.
    pub fn error(&self) -> Option<StorageError> {
        let inner = self.inner.borrow();
        let error = inner.health.borrow().clone();
        error.map(|error| error.at(&inner.options.path))
    }

    /// Closes for good; writes that are not committed are undone. Later calls fail.
    pub fn close(&self) {
        let mut inner = self.inner.borrow_mut();
        inner.health.borrow_mut().get_or_insert(StorageError::Closed);
        inner.close(false);
        drop(inner);
        self.pool.closed(self.id);
    }

    /// Closes for good without bringing the log into the database: what comes next is another incarnation, or deletion.
    /// Writes that are not committed are undone. Later calls fail.
    pub fn discard(&self) {
        let mut inner = self.inner.borrow_mut();
        inner.health.borrow_mut().get_or_insert(StorageError::Closed);
        inner.close(true);
        drop(inner);
        self.pool.closed(self.id);
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.inner.borrow_mut().close(false);
        self.pool.remove(self.id);
    }
}

impl Inner {
    fn connect(&mut self) -> Result<(), StorageError> {
        let path = self.options.path.clone();
        let connection =
            Connection::open(&self.engine.disk, &path, self.interrupter.clone()).map_err(|error| error.at(&path))?;
        // 0 would be no bound for SQLite.
        let pages = (self.options.bytes_max / PAGE_BYTES as u64).max(1);
        #[cfg(not(test))]
        let cached = PAGE_CACHE_PAGES;
        #[cfg(test)]
        let cached = crate::testing::kept_pages().unwrap_or(PAGE_CACHE_PAGES);
        connection
            .batch(&format!(
                "PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY; PRAGMA cache_size={cached}; \
                 PRAGMA max_page_count={pages}",
            ))
            .and_then(|()| connection.integer("SELECT count(*) FROM sqlite_master WHERE 0").map(|_| ()))
            .map_err(|error| error.at(&path))?;
        connection.control().stops.set(self.engine.stops);
        connection.control().privilege.set(Privilege::User);
        self.open = Some(Open {
            user: StatementCache::new(CACHED_STATEMENTS_BYTES),
            host: StatementCache::new(CACHED_STATEMENTS_BYTES),
            connection: Rc::new(connection),
        });
        Ok(())
    }

    /// Ends everything that uses the connection and closes it, on a thread of the engine.
    pub(crate) fn close(&mut self, keep_log: bool) {
        if self.open.is_none() {
            return;
        }
        self.end_cursors(&StorageError::Closed);
        // A failed rollback leaves nothing behind either: the connection closes.
        drop(self.rollback());
        self.count_rows();
        let Some(open) = self.open.take() else { return };
        drop((open.user, open.host));
        if !keep_log && self.files.unsynced() & (unsynced::MAIN | unsynced::FOLDER) != 0 {
            // A new file that nothing was committed to: whoever opens it next takes it for one that is durable.
            drop(self.engine.syncer.request(Target::Database(self.files.clone()), None));
        }
        let failed = self.files.failed.load(std::sync::atomic::Ordering::Acquire);
        match Rc::try_unwrap(open.connection) {
            Ok(connection) if keep_log || failed => {
                connection.keep_log();
                drop(connection);
            }
            Ok(connection) => self.engine.upkeep.close(connection),
            // Cannot be: cursors are ended. The last one to go closes it.
            Err(shared) => drop(shared),
        }
    }

    /// Whether the connection can be closed now and opened again later without anyone's noticing.
    pub(crate) fn is_idle(&mut self) -> bool {
        self.cursors.retain(|cursor| cursor.upgrade().is_some_and(|cursor| cursor.borrow().is_open()));
        let autocommit = self.open.as_ref().is_some_and(|open| open.connection.is_autocommit());
        autocommit && self.cursors.is_empty() && self.savepoints.is_empty()
    }

    /// Bytes of pages in memory, and by how much that differs from what was last told.
    pub(crate) fn cached_bytes(&mut self) -> (u64, i64) {
        let now = self.open.as_ref().map_or(0, |open| open.connection.cached_bytes());
        let before = std::mem::replace(&mut self.cached_bytes, now);
        (now, now as i64 - before as i64)
    }

    /// Gives back the memory of pages.
    pub(crate) fn release_memory(&mut self) {
        if let Some(open) = &self.open {
            open.connection.release_memory();
        }
    }

    fn connection(&self) -> Result<SharedConnection, StorageError> {
        self.open.as_ref().map(|open| open.connection.clone()).ok_or(StorageError::Closed)
    }

    /// Begins the turn's transaction, if it has not begun.
    fn begin(&mut self) -> Result<(), StorageError> {
        if let Some(error) = &*self.health.borrow() {
            return Err(error.clone());
        }
        let connection = self.connection()?;
        if !connection.is_autocommit() {
            return Ok(());
        }
        if !std::mem::replace(&mut self.entered, true) {
            self.files.enter_transaction();
        }
        self.log_writes_before = self.files.log_writes();
        self.host_step("BEGIN", &[])
    }

    /// Whether SQLite has rolled back the turn's transaction, as `RAISE(ROLLBACK)` makes it do.
    fn has_lost_its_transaction(&self) -> bool {
        self.entered && self.open.as_ref().is_some_and(|open| open.connection.is_autocommit())
    }

    fn leave(&mut self) {
        if std::mem::take(&mut self.entered) {
            self.files.leave_transaction();
        }
    }

    fn commit(&mut self) -> Result<Option<Durable>, StorageError> {
        if let Some(error) = &*self.health.borrow() {
            return Err(error.clone());
        }
        let Some(open) = &self.open else { return Ok(None) };
        if !self.savepoints.is_empty() {
            return Ok(None);
        }
        if open.connection.is_autocommit() {
            self.leave();
            return Ok(None);
        }
        self.let_cursors_commit()?;
        let moved = self.prepare_alarm()?;
        if let Err(error) = self.host_step("COMMIT", &[]) {
            let constraint = matches!(
                &error, StorageError::Sql { code, .. } if code & 0xff == libsqlite3_sys::SQLITE_CONSTRAINT
            );
            return Err(match error {
                StorageError::Sql { message, .. } if constraint => StorageError::DeferredConstraint(message),
                other => other,
            });
        }
        self.leave();
        // A flag that is gone says that a sync has begun, not that it has ended: what was written waits in any case.
        let wrote = self.files.log_writes() != self.log_writes_before;
        let durable = match self.files.unsynced() & (unsynced::WAL | unsynced::MAIN | unsynced::FOLDER) {
            0 if !wrote => None,
            _ => {
                let earlier = moved.as_ref().is_some_and(|moved| moved.earlier);
                let durable = self.engine.request_commit(&self.files, moved);
                let alarms = self.engine.alarms();
                if earlier {
                    self.alarm.indexing = alarms.changed();
                    Some(durable)
                } else {
                    // What this commit acknowledges includes the alarm of one before it.
                    let owner = self.options.alarm.as_ref();
                    let indexed = owner.and_then(|owner| alarms.after(&owner.key.namespace, self.alarm.indexing));
                    Some(match indexed {
                        Some(indexed) => durable.and(indexed),
                        None => durable,
                    })
                }
            }
        };
        if self.files.wal_bytes() > LOG_BYTES {
            self.end_cursors(&StorageError::CursorTooOld(LOG_BYTES));
        }
        self.engine.upkeep.checkpoint_if_due(&self.engine.disk, &self.files);
        Ok(durable)
    }

    /// Has statements that write be over: SQLite neither commits nor closes a savepoint beside them.
    fn let_cursors_commit(&mut self) -> Result<(), StorageError> {
        let mut error = None;
        self.cursors.retain(|cursor| {
            let Some(cursor) = cursor.upgrade() else { return false };
            let mut cursor = cursor.borrow_mut();
            if let Err(reason) = cursor.let_commit() {
                error.get_or_insert(reason);
            }
            // A cursor that was read to its end lives on until it is collected, and would be looked at by each commit.
            cursor.has_more()
        });
        error.map_or(Ok(()), Err)
    }

    fn release(&mut self, keep: bool) -> Result<(), StorageError> {
        let Some((name, mark)) = self.savepoints.last().cloned() else { return Err(StorageError::Savepoint) };
        self.let_cursors_commit()?;
        match keep {
            true => self.host_batch(&format!("RELEASE {name}"))?,
            false => {
                self.host_batch(&format!("ROLLBACK TO {name}; RELEASE {name}"))?;
                self.forget_what_a_rollback_undoes(mark);
            }
        }
        self.savepoints.pop();
        Ok(())
    }

    fn rollback(&mut self) -> Result<(), StorageError> {
        self.savepoints.clear();
        self.forget_what_a_rollback_undoes(AlarmMark::default());
        let outcome = match &self.open {
            Some(open) if !open.connection.is_autocommit() => open.connection.batch("ROLLBACK"),
            _ => Ok(()),
        };
        self.leave();
        outcome
    }

    fn forget_what_a_rollback_undoes(&mut self, mark: AlarmMark) {
        self.has_kv = None;
        self.alarm.go_back(mark);
    }

    /// Undoes the turn after an error that its code must not get over: everything asked from now on fails with it.
    fn poison(&mut self, error: &StorageError) {
        self.health.borrow_mut().get_or_insert_with(|| error.clone());
        // What cannot be rolled back is dropped with the connection.
        drop(self.rollback());
        if error.is_full() && !self.files.no_space.load(std::sync::atomic::Ordering::Relaxed) {
            self.full_at = self.size().ok();
        }
    }

    fn size(&mut self) -> Result<u64, StorageError> {
        let pages = self.pragma("page_count")?;
        let free = self.pragma("freelist_count")?;
        Ok((pages - free).unsigned_abs() * PAGE_BYTES as u64)
    }

    /// Takes over what the open connection has counted, open cursors included.
    fn count_rows(&mut self) {
        self.cursors.retain(|cursor| {
            let Some(cursor) = cursor.upgrade() else { return false };
            let mut cursor = cursor.borrow_mut();
            cursor.count_rows();
            cursor.has_more()
        });
        if let Some(open) = &self.open {
            let (read, written) = open.connection.control().rows.take();
            self.rows = (self.rows.0 + read, self.rows.1 + written);
        }
    }

    fn end_cursors(&mut self, error: &StorageError) {
        for cursor in self.cursors.drain(..) {
            if let Some(cursor) = cursor.upgrade() {
                cursor.borrow_mut().end(error);
            }
        }
    }

    fn exec(&mut self, sql: &[u8], bindings: &[Value]) -> Result<Cursor, StorageError> {
        let connection = self.connection()?;
        let cache = self.open.as_ref().map(|open| open.user.clone()).ok_or(StorageError::Closed)?;
        if let Some(lease) = StatementCache::lend(&cache, sql, &connection) {
            return self.start(lease, bindings);
        }
        let mut rest = sql;
        loop {
            let (statement, tail) = connection.compile(rest)?;
            let statement = statement.ok_or(StorageError::Empty)?;
            let is_last = tail.trim_ascii().is_empty();
            if !is_last {
                if statement.parameters() > 0 {
                    return Err(StorageError::EarlyBindings);
                }
                let mut lease = Lease::single(statement, &connection);
                if !lease.get().is_readonly() {
                    self.begin()?;
                }
                while lease.get_mut().step(&connection)? {}
                // Offsets in errors count from the statement's first word.
                rest = tail.trim_ascii_start();
                continue;
            }
            let lease = match rest.len() == sql.len() {
                true => StatementCache::adopt(&cache, sql, statement, &connection),
                false => Lease::single(statement, &connection),
            };
            return self.start(lease, bindings);
        }
    }

    fn start(&mut self, mut lease: Lease, bindings: &[Value]) -> Result<Cursor, StorageError> {
        let connection = lease.connection.clone();
        let statement = lease.get_mut();
        if statement.parameters() != bindings.len() {
            return Err(StorageError::Bindings);
        }
        if !statement.is_readonly() {
            self.begin()?;
        }
        for (index, value) in bindings.iter().enumerate() {
            statement.bind(&connection, index, value.as_ref())?;
        }
        let cursor = Cursor::start(lease, self.health.clone(), false)?;
        self.watch(&cursor);
        Ok(cursor)
    }

    /// Remembers a cursor that has rows to come, to end it when it has to end.
    fn watch(&mut self, cursor: &Cursor) {
        if let Some(state) = cursor.open_state() {
            if self.cursors.len() >= 16 && self.cursors.len().is_power_of_two() {
                self.cursors.retain(|cursor| cursor.strong_count() > 0);
            }
            self.cursors.push(state);
        }
    }

    /// Runs a statement of the engine to its end, compiled once.
    fn host_step(&mut self, sql: &str, bindings: &[ValueRef<'_>]) -> Result<(), StorageError> {
        self.host_query(sql, bindings, |_| ()).map(|_| ())
    }

    /// Runs a statement of the engine, compiled once: what `read` makes of its first row.
    fn host_query<T>(
        &mut self,
        sql: &str,
        bindings: &[ValueRef<'_>],
        read: impl FnOnce(&crate::sqlite::RawStatement) -> T,
    ) -> Result<Option<T>, StorageError> {
        let mut lease = self.host_lease(sql)?;
        let connection = lease.connection.clone();
        connection.as_host(|| {
            let statement = lease.get_mut();
            for (index, value) in bindings.iter().enumerate() {
                statement.bind(&connection, index, *value)?;
            }
            if !statement.step(&connection)? {
                return Ok(None);
            }
            let found = read(statement);
            while statement.step(&connection)? {}
            Ok(Some(found))
        })
    }

    fn host_lease(&mut self, sql: &str) -> Result<Lease, StorageError> {
        let connection = self.connection()?;
        let cache = self.open.as_ref().map(|open| open.host.clone()).ok_or(StorageError::Closed)?;
        let sql = sql.as_bytes();
        if let Some(lease) = StatementCache::lend(&cache, sql, &connection) {
            return Ok(lease);
        }
        let (statement, _) = connection.as_host(|| connection.compile(sql))?;
        let statement = statement.ok_or(StorageError::Empty)?;
        Ok(StatementCache::adopt(&cache, sql, statement, &connection))
    }

    fn host_batch(&mut self, sql: &str) -> Result<(), StorageError> {
        self.connection()?.batch(sql)
    }

    fn pragma(&mut self, name: &str) -> Result<i64, StorageError> {
        let found = self.host_query(&format!("PRAGMA {name}"), &[], |row| match row.value(0) {
            ValueRef::Integer(number) => number,
            _ => 0,
        })?;
        Ok(found.unwrap_or_default())
    }
}
