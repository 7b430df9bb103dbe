//! Databases of the engine itself, which one thread at a time uses and no actor's code reaches.
//!
//! Owns how such a database is opened so that what it commits is durable at once. It must not know what it holds.

use std::path::Path;
use std::sync::Arc;

use crate::StorageError;
use crate::database::files;
use crate::disk::Disk;
use crate::disk::vfs::{Files, unsynced};
use crate::sqlite::{Connection, Interrupter, ValueRef};

/// One open database. Each commit syncs itself: whoever uses it has a thread to wait on.
pub(crate) struct OwnDatabase {
    pub(crate) files: Arc<Files>,
    pub(crate) connection: Connection,
}

impl OwnDatabase {
    /// Opens the database at `path`, making it if there is none, with the tables of `schema`.
    pub(crate) fn open(disk: &Arc<Disk>, path: &Path, schema: &str) -> Result<Self, StorageError> {
        let files = disk.files(path);
        files::ensure(disk, &files)?;
        let connection = match Self::connect(disk, path, schema) {
            // The first page may have been lost with the power; nothing in such a file was acknowledged.
            Err(_) if files::renew_if_blank(disk, &files)? => Self::connect(disk, path, schema),
            outcome => outcome,
        }
        .map_err(|error| error.at(path))?;
        if files.take_unsynced() & (unsynced::MAIN | unsynced::FOLDER) != 0
            && let Err(error) = files.sync_main(disk).and_then(|()| disk.sync_folder(&files.folder))
        {
            disk.suspect(path);
            connection.keep_log();
            return Err(StorageError::io(path, &error));
        }
        Ok(Self { files, connection })
    }

    fn connect(disk: &Arc<Disk>, path: &Path, schema: &str) -> Result<Connection, StorageError> {
        let connection = Connection::open(disk, path, Interrupter::default())?;
        connection.batch(&format!("PRAGMA synchronous=FULL; {schema}"))?;
        Ok(connection)
    }

    /// Gives it up after a write that failed: what is on the disk is unknown, and is made good when it is opened again.
    pub(crate) fn suspect(self, disk: &Disk) {
        disk.suspect(&self.files.path);
        self.connection.keep_log();
    }

    /// Runs `work` as one transaction.
    pub(crate) fn transaction(&self, work: impl FnOnce() -> Result<(), StorageError>) -> Result<(), StorageError> {
        self.connection.batch("BEGIN IMMEDIATE")?;
        match work().and_then(|()| self.connection.batch("COMMIT")) {
            Ok(()) => Ok(()),
            Err(error) => {
                drop(self.connection.batch("ROLLBACK"));
                Err(error)
            }
        }
    }

    /// Runs one statement.
    pub(crate) fn run(&self, sql: &str, bindings: &[ValueRef<'_>]) -> Result<(), StorageError> {
        let (statement, _) = self.connection.prepare_first(sql)?;
        let Some(mut statement) = statement else { return Ok(()) };
        for (index, value) in bindings.iter().enumerate() {
            statement.bind(index, *value)?;
        }
        while statement.step()? {}
        Ok(())
    }
}
