//! One actor's database.
//!
//! Owns the connection, the implicit transaction over the writes of one turn, and the `_cf_KV` table. It must not know
//! which actor it serves. User SQL cannot leave the file, end a transaction or touch names that begin with `_cf_`.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Batch, Connection, ffi, params};

/// A value of SQL as JavaScript sees it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`.
    Null,
    /// INTEGER and REAL: a JavaScript number.
    Number(f64),
    /// TEXT.
    Text(String),
    /// BLOB.
    Blob(Vec<u8>),
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Value::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            // Bound as REAL, as workerd does; a column's affinity makes whole numbers INTEGER.
            Value::Number(number) => ToSqlOutput::Borrowed(ValueRef::Real(*number)),
            Value::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Value::Blob(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}

/// Why the storage could not do what was asked. The texts of SQL errors are workerd's.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// SQLite refused a statement.
    #[error("{0}")]
    Sql(String),
    /// The statement would begin or end a transaction.
    #[error(
        "To execute a transaction, please use the state.storage.transaction() or state.storage.transactionSync() APIs instead of the SQL BEGIN TRANSACTION or SAVEPOINT statements. The JavaScript API is safer because it will automatically roll back on exceptions, and because it interacts correctly with Durable Objects' automatic atomic write coalescing."
    )]
    Transaction,
    /// Other than the given number of parameters.
    #[error("Wrong number of parameter bindings for SQL query.")]
    Bindings,
    /// Parameters in a statement that is not the last.
    #[error("When executing multiple SQL statements in a single call, only the last statement can have parameters.")]
    EarlyBindings,
    /// No statement in the text.
    #[error("SQL code did not contain a statement.")]
    Empty,
    /// The file system refused.
    #[error("storage I/O failed: {0}")]
    Io(#[from] std::io::Error),
    /// The file is damaged or of another kind.
    #[error("storage is corrupt: {0}")]
    Corrupt(String),
    /// The ids of the object's facets are used up. The text is workerd's.
    #[error("Maximum number of facets exceeded")]
    TooManyFacets,
    /// A name that cannot be stored.
    #[error("Facet name is too long (max 256 characters).")]
    FacetName,
}

/// What a statement gave.
#[derive(Debug, Default)]
pub struct Rows {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Rows, each with one value a column.
    pub rows: Vec<Vec<Value>>,
    /// Rows changed.
    pub rows_written: u64,
}

/// Which keys of the key-value table a listing gives.
#[derive(Clone, Debug, Default)]
pub struct KvRange {
    /// First key.
    pub start: Option<String>,
    /// The key before the first one.
    pub start_after: Option<String>,
    /// The key after the last one.
    pub end: Option<String>,
    /// What each key begins with.
    pub prefix: Option<String>,
    /// From the last to the first.
    pub reverse: bool,
    /// At most this many.
    pub limit: Option<u64>,
}

/// One actor's database.
#[derive(Debug)]
pub struct Database {
    connection: Connection,
    has_kv: bool,
}

impl Database {
    /// Opens the database at `path`, making it if there is none.
    pub fn open(path: &Path) -> Result<Self, StorageError> {
        let connection = Connection::open(path).map_err(|error| Self::plain(&error))?;
        connection
            .execute_batch(
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;",
            )
            .map_err(|error| Self::plain(&error))?;
        let has_kv = connection
            .prepare("SELECT 1 FROM sqlite_master WHERE type='table' AND name='_cf_KV'")
            .and_then(|mut statement| statement.exists([]))
            .map_err(|error| Self::plain(&error))?;
        // SAFETY: the handle is that of the open connection, and the calls only set limits of it.
        unsafe {
            let handle = connection.handle();
            for (limit, value) in LIMITS {
                ffi::sqlite3_limit(handle, *limit, *value);
            }
            ffi::sqlite3_db_config(
                handle,
                ffi::SQLITE_DBCONFIG_DEFENSIVE,
                1 as std::ffi::c_int,
                std::ptr::null_mut::<std::ffi::c_int>(),
            );
        }
        Ok(Self { connection, has_kv })
    }

    /// Runs the statements of `sql`; `bindings` are the last one's parameters. Gives the rows of the last.
    pub fn exec(&mut self, sql: &str, bindings: &[Value]) -> Result<Rows, StorageError> {
        self.begin()?;
        // SQLite reports every denial alike; only the authorizer knows that a transaction was meant.
        let transaction = Arc::new(AtomicBool::new(false));
        let seen = transaction.clone();
        self.connection
            .authorizer(Some(move |context: AuthContext<'_>| {
                if matches!(context.action, AuthAction::Transaction { .. } | AuthAction::Savepoint { .. }) {
                    seen.store(true, Ordering::Relaxed);
                }
                authorize(context)
            }))
            .map_err(|error| Self::plain(&error))?;
        let outcome = match Self::run(&self.connection, sql, bindings) {
            Err(_) if transaction.load(Ordering::Relaxed) => Err(StorageError::Transaction),
            outcome => outcome,
        };
        self.connection
            .authorizer(None::<fn(AuthContext<'_>) -> Authorization>)
            .map_err(|error| Self::plain(&error))?;
        outcome
    }

    fn run(connection: &Connection, sql: &str, bindings: &[Value]) -> Result<Rows, StorageError> {
        let mut batch = Batch::new(connection, sql);
        let fail = |error: rusqlite::Error| Self::sql(&error);
        let mut statement = batch.next().map_err(fail)?.ok_or(StorageError::Empty)?;
        loop {
            // Parameters belong to the last statement, so whether this is it must be known before it runs. One that
            // cannot be compiled yet, because it needs what this one makes, is a following statement all the same.
            let mut following = None;
            let parameters = statement.parameter_count();
            if parameters > 0 || !bindings.is_empty() {
                match batch.next() {
                    Ok(None) if parameters != bindings.len() => return Err(StorageError::Bindings),
                    Ok(None) => {}
                    _ if parameters > 0 => return Err(StorageError::EarlyBindings),
                    Ok(next) => following = next,
                    Err(_) => {}
                }
            }
            let rows = Self::query(connection, &mut statement, if parameters > 0 { bindings } else { &[] })?;
            let next = match following {
                Some(next) => Some(next),
                None => batch.next().map_err(fail)?,
            };
            match next {
                Some(next) => statement = next,
                None => return Ok(rows),
            }
        }
    }

    fn query(
        connection: &Connection,
        statement: &mut rusqlite::Statement<'_>,
        bindings: &[Value],
    ) -> Result<Rows, StorageError> {
        let fail = |error: rusqlite::Error| Self::sql(&error);
        let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let before = connection.total_changes();
        let mut rows = Vec::new();
        let mut found = statement.query(rusqlite::params_from_iter(bindings)).map_err(fail)?;
        while let Some(row) = found.next().map_err(fail)? {
            let values = (0..columns.len()).map(|index| row.get_ref(index).map_or(Value::Null, read));
            rows.push(values.collect());
        }
        Ok(Rows { columns, rows, rows_written: connection.total_changes() - before })
    }

    /// The value of `key` in the key-value table.
    pub fn kv_get(&self, key: &str) -> Result<Option<Vec<u8>>, StorageError> {
        if !self.has_kv {
            return Ok(None);
        }
        let mut statement = self.prepare("SELECT value FROM _cf_KV WHERE key=?1")?;
        let mut rows = statement.query([key]).map_err(|error| Self::plain(&error))?;
        match rows.next().map_err(|error| Self::plain(&error))? {
            Some(row) => row.get(0).map(Some).map_err(|error| Self::plain(&error)),
            None => Ok(None),
        }
    }

    /// Sets `key` to `value`.
    pub fn kv_put(&mut self, key: &str, value: &[u8]) -> Result<(), StorageError> {
        self.begin()?;
        if !self.has_kv {
            self.connection
                .execute_batch("CREATE TABLE IF NOT EXISTS _cf_KV (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID")
                .map_err(|error| Self::plain(&error))?;
            self.has_kv = true;
        }
        self.prepare("INSERT OR REPLACE INTO _cf_KV VALUES(?1, ?2)")?
            .execute(params![key, value])
            .map(|_| ())
            .map_err(|error| Self::plain(&error))
    }

    /// Removes `key`: whether it was there.
    pub fn kv_delete(&mut self, key: &str) -> Result<bool, StorageError> {
        if !self.has_kv {
            return Ok(false);
        }
        self.begin()?;
        let count =
            self.prepare("DELETE FROM _cf_KV WHERE key=?1")?.execute([key]).map_err(|error| Self::plain(&error))?;
        Ok(count > 0)
    }

    /// Keys and values in the order of their UTF-8 bytes.
    pub fn kv_list(&self, range: &KvRange) -> Result<Vec<(String, Vec<u8>)>, StorageError> {
        if !self.has_kv {
            return Ok(Vec::new());
        }
        let order = if range.reverse { "DESC" } else { "ASC" };
        let sql = format!(
            "SELECT key, value FROM _cf_KV WHERE (?1 IS NULL OR key >= ?1) AND (?2 IS NULL OR key > ?2) \
             AND (?3 IS NULL OR key < ?3) AND (?4 IS NULL OR substr(key, 1, length(?4)) = ?4) ORDER BY key {order} LIMIT ?5"
        );
        let limit = range.limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
        let mut statement = self.prepare(&sql)?;
        let rows = statement
            .query_map(params![range.start, range.start_after, range.end, range.prefix, limit], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .map_err(|error| Self::plain(&error))?;
        rows.collect::<Result<_, _>>().map_err(|error| Self::plain(&error))
    }

    /// Bytes in use.
    pub fn size(&self) -> Result<u64, StorageError> {
        let pragma = |name: &str| -> Result<i64, StorageError> {
            self.connection.pragma_query_value(None, name, |row| row.get(0)).map_err(|error| Self::plain(&error))
        };
        let bytes = (pragma("page_count")? - pragma("freelist_count")?) * pragma("page_size")?;
        Ok(bytes.unsigned_abs())
    }

    /// Opens savepoint number `depth`.
    pub fn savepoint(&mut self, depth: u32) -> Result<(), StorageError> {
        self.begin()?;
        self.batch(&format!("SAVEPOINT _cf_sync_savepoint_{depth}"))
    }

    /// Closes savepoint number `depth`, keeping or undoing what came after it.
    pub fn release(&mut self, depth: u32, keep: bool) -> Result<(), StorageError> {
        let name = format!("_cf_sync_savepoint_{depth}");
        match keep {
            true => self.batch(&format!("RELEASE {name}")),
            false => self.batch(&format!("ROLLBACK TO {name}; RELEASE {name}")),
        }
    }

    /// Whether there are writes that are not committed.
    pub fn is_dirty(&self) -> bool {
        !self.connection.is_autocommit()
    }

    /// Makes every write so far durable.
    pub fn commit(&mut self) -> Result<(), StorageError> {
        if self.connection.is_autocommit() {
            return Ok(());
        }
        self.connection.execute_batch("COMMIT").map_err(|error| Self::plain(&error))
    }

    /// Undoes every write since the last commit.
    pub fn rollback(&mut self) -> Result<(), StorageError> {
        if self.connection.is_autocommit() {
            return Ok(());
        }
        self.batch("ROLLBACK")
    }

    fn begin(&self) -> Result<(), StorageError> {
        if self.connection.is_autocommit() { self.batch("BEGIN") } else { Ok(()) }
    }

    fn batch(&self, sql: &str) -> Result<(), StorageError> {
        self.connection.execute_batch(sql).map_err(|error| Self::plain(&error))
    }

    fn prepare(&self, sql: &str) -> Result<rusqlite::CachedStatement<'_>, StorageError> {
        self.connection.prepare_cached(sql).map_err(|error| Self::plain(&error))
    }

    /// The error as workerd writes it: message, offset and code.
    fn sql(error: &rusqlite::Error) -> StorageError {
        let (message, code) = match error {
            rusqlite::Error::SqliteFailure(failure, message) => {
                (message.clone().unwrap_or_else(|| failure.to_string()), failure.extended_code)
            }
            rusqlite::Error::SqlInputError { error, msg, .. } => (msg.clone(), error.extended_code),
            other => (other.to_string(), ffi::SQLITE_ERROR),
        };
        let offset = match error {
            rusqlite::Error::SqlInputError { offset, .. } if *offset >= 0 => format!(" at offset {offset}"),
            _ => String::new(),
        };
        let (primary, extended) = (code_name(code & 0xff), code_name(code));
        let extended = if code > 0xff { format!(" (extended: {extended})") } else { String::new() };
        StorageError::Sql(format!("{message}{offset}: {primary}{extended}"))
    }

    fn plain(error: &rusqlite::Error) -> StorageError {
        match error {
            rusqlite::Error::SqliteFailure(failure, _)
                if matches!(failure.code, rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase) =>
            {
                StorageError::Corrupt(error.to_string())
            }
            _ => StorageError::Sql(error.to_string()),
        }
    }
}

/// Limits of user SQL: workerd's (`util/sqlite.c++`).
const LIMITS: &[(std::ffi::c_int, std::ffi::c_int)] = &[
    (ffi::SQLITE_LIMIT_LENGTH, 4 << 20),
    (ffi::SQLITE_LIMIT_SQL_LENGTH, 100_000),
    (ffi::SQLITE_LIMIT_COLUMN, 100),
    (ffi::SQLITE_LIMIT_EXPR_DEPTH, 100),
    (ffi::SQLITE_LIMIT_COMPOUND_SELECT, 5),
    (ffi::SQLITE_LIMIT_VDBE_OP, 25_000),
    (ffi::SQLITE_LIMIT_FUNCTION_ARG, 127),
    (ffi::SQLITE_LIMIT_ATTACHED, 0),
    (ffi::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50),
    (ffi::SQLITE_LIMIT_VARIABLE_NUMBER, 100),
    (ffi::SQLITE_LIMIT_TRIGGER_DEPTH, 10),
    (ffi::SQLITE_LIMIT_WORKER_THREADS, 0),
];

/// Denies what leaves the file, ends the turn's transaction or touches the runtime's own tables.
fn authorize(context: AuthContext<'_>) -> Authorization {
    let reserved = |name: &str| name.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("_cf_"));
    let denied = match context.action {
        AuthAction::Transaction { .. } | AuthAction::Savepoint { .. } => true,
        AuthAction::Attach { .. } | AuthAction::Detach { .. } => true,
        AuthAction::CreateTempTable { .. }
        | AuthAction::CreateTempIndex { .. }
        | AuthAction::CreateTempTrigger { .. }
        | AuthAction::CreateTempView { .. } => true,
        AuthAction::Pragma { pragma_name, pragma_value } => !allowed_pragma(pragma_name, pragma_value),
        AuthAction::Function { function_name } => {
            function_name.starts_with("sqlite_") || function_name == "load_extension"
        }
        AuthAction::Read { table_name, .. }
        | AuthAction::Insert { table_name }
        | AuthAction::Delete { table_name }
        | AuthAction::Update { table_name, .. }
        | AuthAction::CreateTable { table_name }
        | AuthAction::DropTable { table_name }
        | AuthAction::AlterTable { table_name, .. } => reserved(table_name),
        AuthAction::CreateIndex { index_name, table_name } | AuthAction::DropIndex { index_name, table_name } => {
            reserved(index_name) || reserved(table_name)
        }
        AuthAction::CreateView { view_name } | AuthAction::DropView { view_name } => reserved(view_name),
        AuthAction::CreateTrigger { trigger_name, table_name }
        | AuthAction::DropTrigger { trigger_name, table_name } => reserved(trigger_name) || reserved(table_name),
        AuthAction::CreateVtable { table_name, module_name } | AuthAction::DropVtable { table_name, module_name } => {
            reserved(table_name)
                || !["fts5", "fts5vocab", "rtree", "rtree_i32"]
                    .iter()
                    .any(|name| module_name.eq_ignore_ascii_case(name))
        }
        AuthAction::Unknown { .. } => true,
        _ => false,
    };
    if denied { Authorization::Deny } else { Authorization::Allow }
}

fn allowed_pragma(name: &str, value: Option<&str>) -> bool {
    let name = name.to_ascii_lowercase();
    match name.as_str() {
        "data_version" | "page_size" | "table_list" => value.is_none(),
        "case_sensitive_like"
        | "foreign_keys"
        | "defer_foreign_keys"
        | "ignore_check_constraints"
        | "legacy_alter_table"
        | "recursive_triggers"
        | "reverse_unordered_selects" => true,
        "foreign_key_check" | "foreign_key_list" | "index_info" | "index_list" | "index_xinfo" | "table_info"
        | "table_xinfo" | "quick_check" | "optimize" => {
            value.is_none_or(|value| !value.to_ascii_lowercase().starts_with("_cf_"))
        }
        _ => false,
    }
}

fn read(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Number(number as f64),
        ValueRef::Real(number) => Value::Number(number),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}

fn code_name(code: std::ffi::c_int) -> &'static str {
    match code {
        ffi::SQLITE_AUTH => "SQLITE_AUTH",
        ffi::SQLITE_MISMATCH => "SQLITE_MISMATCH",
        ffi::SQLITE_FULL => "SQLITE_FULL",
        ffi::SQLITE_TOOBIG => "SQLITE_TOOBIG",
        ffi::SQLITE_CONSTRAINT => "SQLITE_CONSTRAINT",
        ffi::SQLITE_CONSTRAINT_CHECK => "SQLITE_CONSTRAINT_CHECK",
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => "SQLITE_CONSTRAINT_FOREIGNKEY",
        ffi::SQLITE_CONSTRAINT_NOTNULL => "SQLITE_CONSTRAINT_NOTNULL",
        ffi::SQLITE_CONSTRAINT_PRIMARYKEY => "SQLITE_CONSTRAINT_PRIMARYKEY",
        ffi::SQLITE_CONSTRAINT_UNIQUE => "SQLITE_CONSTRAINT_UNIQUE",
        ffi::SQLITE_INTERRUPT => "SQLITE_INTERRUPT",
        ffi::SQLITE_IOERR => "SQLITE_IOERR",
        ffi::SQLITE_NOMEM => "SQLITE_NOMEM",
        ffi::SQLITE_READONLY => "SQLITE_READONLY",
        ffi::SQLITE_CORRUPT => "SQLITE_CORRUPT",
        ffi::SQLITE_BUSY => "SQLITE_BUSY",
        _ => "SQLITE_ERROR",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(name: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("denizen-storage-{}-{name}", std::process::id()));
        drop(std::fs::remove_dir_all(&folder));
        std::fs::create_dir_all(&folder).expect("scratch folder");
        folder
    }

    #[test]
    fn committed_writes_are_there_after_reopening_and_others_are_not() {
        let folder = scratch("commit");
        let path = folder.join("a.sqlite");
        let mut database = Database::open(&path).expect("open");
        database.exec("CREATE TABLE t(a, b TEXT); INSERT INTO t VALUES(1, 'x')", &[]).expect("create");
        database.kv_put("k", b"v").expect("put");
        database.commit().expect("commit");
        database.exec("INSERT INTO t VALUES(?, ?)", &[Value::Number(2.0), Value::Text("y".into())]).expect("insert");
        assert!(database.is_dirty());
        drop(database);
        let mut database = Database::open(&path).expect("reopen");
        let rows = database.exec("SELECT * FROM t", &[]).expect("select");
        assert_eq!(rows.columns, ["a", "b"]);
        assert_eq!(rows.rows, [vec![Value::Number(1.0), Value::Text("x".into())]]);
        assert_eq!(database.kv_get("k").expect("get"), Some(b"v".to_vec()));
        drop(std::fs::remove_dir_all(folder));
    }

    #[test]
    fn sql_cannot_leave_its_place() {
        let folder = scratch("deny");
        let mut database = Database::open(&folder.join("a.sqlite")).expect("open");
        database.kv_put("k", b"v").expect("put");
        for sql in [
            "ATTACH 'b.sqlite' AS b",
            "SELECT * FROM _cf_KV",
            "DELETE FROM _CF_kv",
            "CREATE TABLE _cf_x(a)",
            "CREATE TEMP TABLE t(a)",
            "PRAGMA journal_mode=DELETE",
            "PRAGMA user_version",
            "SELECT load_extension('x')",
            "SELECT sqlite_version()",
        ] {
            let error = database.exec(sql, &[]).expect_err(sql).to_string();
            assert!(error.contains("not authorized") || error.contains("prohibited"), "{sql}: {error}");
        }
        for sql in ["COMMIT", "BEGIN", "ROLLBACK", "SAVEPOINT a", "RELEASE a"] {
            assert!(matches!(database.exec(sql, &[]), Err(StorageError::Transaction)), "{sql}");
        }
        assert_eq!(database.kv_get("k").expect("get"), Some(b"v".to_vec()));
        drop(std::fs::remove_dir_all(folder));
    }

    #[test]
    fn errors_read_as_the_reference_writes_them() {
        let folder = scratch("errors");
        let mut database = Database::open(&folder.join("a.sqlite")).expect("open");
        let mut text = |sql: &str| database.exec(sql, &[]).expect_err(sql).to_string();
        assert_eq!(text("SELECT ;"), "near \";\": syntax error at offset 7: SQLITE_ERROR");
        assert_eq!(text(""), "SQL code did not contain a statement.");
        assert_eq!(text("SELECT ?"), "Wrong number of parameter bindings for SQL query.");
        assert_eq!(
            text("SELECT ?; SELECT 1"),
            "When executing multiple SQL statements in a single call, only the last statement can have parameters."
        );
        drop(std::fs::remove_dir_all(folder));
    }

    #[test]
    fn savepoints_undo_what_came_after_them() {
        let folder = scratch("savepoint");
        let mut database = Database::open(&folder.join("a.sqlite")).expect("open");
        database.exec("CREATE TABLE t(a)", &[]).expect("create");
        database.savepoint(0).expect("savepoint");
        database.exec("INSERT INTO t VALUES(1)", &[]).expect("insert");
        database.savepoint(1).expect("savepoint");
        database.exec("INSERT INTO t VALUES(2)", &[]).expect("insert");
        database.release(1, false).expect("roll back");
        database.release(0, true).expect("keep");
        let rows = database.exec("SELECT a FROM t", &[]).expect("select");
        assert_eq!(rows.rows, [vec![Value::Number(1.0)]]);
        drop(std::fs::remove_dir_all(folder));
    }
}
