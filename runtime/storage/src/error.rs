//! What can go wrong with storage.
//!
//! Owns the error type. Texts that applications match on are workerd's.

use std::path::{Path, PathBuf};

use denizen_core::limits::FACET_DEPTH;

/// Why the storage could not do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StorageError {
    /// SQLite refused. The text is workerd's: message, offset and code.
    #[error("{message}")]
    Sql {
        /// What SQLite said.
        message: String,
        /// Whether the writes of the turn are lost with it (FULL, IOERR, NOMEM, INTERRUPT).
        critical: bool,
        /// SQLite's extended result code.
        code: i32,
    },
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
    /// The cursor's database has been emptied.
    #[error("SQLite query was canceled because the database was deleted.")]
    CursorDeleted,
    /// The log could not be brought into the database for as long as the cursor stayed open.
    #[error(
        "SQL cursor was closed because it stayed open while more than {0} bytes were written. Read the rows before writing that much."
    )]
    CursorTooOld(u64),
    /// Savepoints were not closed from the innermost on, or not at all. The object is reset.
    #[error("Durable Object was reset because its transactions did not end in their order.")]
    Savepoint,
    /// A savepoint is open.
    #[error("Cannot call deleteAll() within a transaction")]
    InTransaction,
    /// The constraints that wait for the end of the turn do not hold. The object is reset.
    #[error(
        "Durable Object was reset and rolled back to its last known good state because the application left the database in a state where constraints were violated: {0}"
    )]
    DeferredConstraint(String),
    /// The file system refused.
    #[error("{}: {reason}", path.display())]
    Io {
        /// What was touched.
        path: PathBuf,
        /// What the system said.
        reason: String,
        /// Whether there is no space left.
        full: bool,
    },
    /// A sync failed, so that it is not known what the disk holds. Nothing that waited for it was acknowledged.
    #[error("{}: the disk could not make a write durable: {reason}", path.display())]
    Sync {
        /// The database.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The file is damaged or of another kind.
    #[error("{0}")]
    Corrupt(String),
    /// What went wrong with one object's file.
    #[error("{}: {source}", path.display())]
    Object {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: Box<StorageError>,
    },
    /// Too many databases are in use at once to open another one.
    #[error("Too many databases are in use at once (at most {0}).")]
    TooManyOpen(usize),
    /// The ids of the object's facets are used up. The text is workerd's.
    #[error("Maximum number of facets exceeded")]
    TooManyFacets,
    /// Too many levels of facets. The text is workerd's.
    #[error(
        "Facet nesting depth limit exceeded. The maximum depth including the root Durable Object is {FACET_DEPTH}."
    )]
    TooDeep,
    /// A name that cannot be stored. The text is workerd's.
    #[error("Facet name is too long (max 256 characters).")]
    FacetNameTooLong,
    /// An empty name. The text is workerd's.
    #[error("Facet name cannot be empty")]
    FacetNameEmpty,
    /// Another process has the data folder.
    #[error("another process uses the data folder {}", .0.display())]
    Locked(PathBuf),
    /// The data folder was written by a newer denizen.
    #[error("{}: written in format {found}, and this denizen knows formats up to {known}: use a newer denizen", path.display())]
    Format {
        /// The file that says so.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The newest version known.
        known: u32,
    },
    /// A path that SQLite cannot be told.
    #[error("{}: a path with a NUL in it", .0.display())]
    Path(PathBuf),
    /// There is no memory for a connection.
    #[error("out of memory: SQLITE_NOMEM")]
    OutOfMemory,
    /// The engine has been shut down.
    #[error("The storage has been shut down.")]
    Closed,
}

impl StorageError {
    /// A failure of the file system at `path`.
    pub(crate) fn io(path: &Path, error: &std::io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            reason: error.to_string(),
            full: matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded),
        }
    }

    /// Names the file that it happened to, unless the error does.
    pub(crate) fn at(self, path: &Path) -> Self {
        match self {
            Self::Io { .. } | Self::Sync { .. } | Self::Object { .. } | Self::Path(_) => self,
            other => Self::Object { path: path.to_owned(), source: Box::new(other) },
        }
    }

    /// The error for an actor's own code, which must not learn where things lie on the machine.
    pub fn public_text(&self) -> String {
        match self {
            Self::Object { source, .. } => source.public_text(),
            Self::Io { reason, .. } => format!("The storage failed: {reason}"),
            Self::Sync { reason, .. } => format!("The disk could not make a write durable: {reason}"),
            Self::Locked(_) | Self::Format { .. } | Self::Path(_) => "The storage cannot be opened.".into(),
            other => other.to_string(),
        }
    }

    /// Whether the writes of the turn are lost with it, so that the object has to be reset.
    pub fn is_critical(&self) -> bool {
        match self {
            Self::Sql { critical, .. } => *critical,
            Self::Object { source, .. } => source.is_critical(),
            Self::Corrupt(_)
            | Self::Io { .. }
            | Self::Sync { .. }
            | Self::DeferredConstraint(_)
            | Self::OutOfMemory
            | Self::Closed => true,
            _ => false,
        }
    }

    /// Whether the database or the disk is full.
    pub fn is_full(&self) -> bool {
        match self {
            Self::Sql { code, .. } => code & 0xff == libsqlite3_sys::SQLITE_FULL,
            Self::Io { full, .. } => *full,
            Self::Object { source, .. } => source.is_full(),
            _ => false,
        }
    }
}

/// An [`std::io::Error`] with the path that it is about.
pub(crate) trait At<T> {
    /// Names `path` in the error.
    fn at(self, path: &Path) -> Result<T, StorageError>;
}

impl<T> At<T> for std::io::Result<T> {
    fn at(self, path: &Path) -> Result<T, StorageError> {
        self.map_err(|error| StorageError::io(path, &error))
    }
}
