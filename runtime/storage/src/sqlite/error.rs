//! Errors of SQLite as workerd writes them.
//!
//! Owns the text `<message>[ at offset N]: SQLITE_X[ (extended: SQLITE_X_Y)]` (`workers-api` 4.1) and which errors are
//! critical, that is, leave a transaction in a state that cannot go on. It must not know who reads the text.

use std::ffi::{CStr, OsStr, c_int};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use denizen_core::limits::storage::MEMORY_BYTES;
use libsqlite3_sys as ffi;

use super::Connection;
use super::authorizer::Denial;
use crate::StorageError;

/// The error of the connection's last call.
pub(crate) fn error_of(connection: &Connection) -> StorageError {
    let handle = connection.raw();
    // SAFETY: the handle is open; the text is valid until the next call and copied before it.
    let (code, message, offset) = unsafe {
        let message = CStr::from_ptr(ffi::sqlite3_errmsg(handle)).to_string_lossy().into_owned();
        (ffi::sqlite3_extended_errcode(handle), message, ffi::sqlite3_error_offset(handle))
    };
    if let Some(denial) = connection.control().denied.take() {
        match denial {
            Denial::Transaction => return StorageError::Transaction,
        }
    }
    let primary = code & 0xff;
    if matches!(primary, ffi::SQLITE_CORRUPT | ffi::SQLITE_NOTADB) {
        let error = StorageError::Corrupt(format!("{message}: {}", code_name(code)));
        return match path_of(connection) {
            Some(path) => error.at(&path),
            None => error,
        };
    }
    if primary == ffi::SQLITE_NOMEM && connection.account.has_refused() {
        let message = format!("out of memory (at most {MEMORY_BYTES} bytes for one database): SQLITE_NOMEM");
        return StorageError::Sql { message, critical: true, code };
    }
    let offset = if offset >= 0 { format!(" at offset {offset}") } else { String::new() };
    let extended = if code > 0xff { format!(" (extended: {})", code_name(code)) } else { String::new() };
    StorageError::Sql {
        message: format!("{message}{offset}: {}{extended}", code_name(primary)),
        critical: matches!(primary, ffi::SQLITE_FULL | ffi::SQLITE_IOERR | ffi::SQLITE_NOMEM | ffi::SQLITE_INTERRUPT),
        code,
    }
}

/// The file of the connection, if it could be opened.
fn path_of(connection: &Connection) -> Option<PathBuf> {
    // SAFETY: the handle is open; the name is null or lives as long as the connection, and is copied.
    unsafe {
        let name = ffi::sqlite3_db_filename(connection.raw(), c"main".as_ptr());
        (!name.is_null()).then(|| PathBuf::from(OsStr::from_bytes(CStr::from_ptr(name).to_bytes())))
    }
}

/// The names of SQLite's result codes, primary and extended.
fn code_name(code: c_int) -> String {
    macro_rules! names {
        ($($name:ident)*) => {
            match code {
                $(ffi::$name => stringify!($name).to_owned(),)*
                other => format!("SQLITE_UNKNOWN({other})"),
            }
        };
    }
    names! {
        SQLITE_OK SQLITE_ERROR SQLITE_INTERNAL SQLITE_PERM SQLITE_ABORT SQLITE_BUSY SQLITE_LOCKED SQLITE_NOMEM
        SQLITE_READONLY SQLITE_INTERRUPT SQLITE_IOERR SQLITE_CORRUPT SQLITE_NOTFOUND SQLITE_FULL SQLITE_CANTOPEN
        SQLITE_PROTOCOL SQLITE_EMPTY SQLITE_SCHEMA SQLITE_TOOBIG SQLITE_CONSTRAINT SQLITE_MISMATCH SQLITE_MISUSE
        SQLITE_NOLFS SQLITE_AUTH SQLITE_FORMAT SQLITE_RANGE SQLITE_NOTADB SQLITE_NOTICE SQLITE_WARNING
        SQLITE_ERROR_MISSING_COLLSEQ SQLITE_ERROR_RETRY SQLITE_ERROR_SNAPSHOT SQLITE_ABORT_ROLLBACK
        SQLITE_BUSY_RECOVERY SQLITE_BUSY_SNAPSHOT SQLITE_BUSY_TIMEOUT SQLITE_LOCKED_SHAREDCACHE SQLITE_LOCKED_VTAB
        SQLITE_CANTOPEN_FULLPATH SQLITE_CANTOPEN_ISDIR SQLITE_CANTOPEN_NOTEMPDIR SQLITE_CANTOPEN_SYMLINK
        SQLITE_CONSTRAINT_CHECK SQLITE_CONSTRAINT_COMMITHOOK SQLITE_CONSTRAINT_DATATYPE SQLITE_CONSTRAINT_FOREIGNKEY
        SQLITE_CONSTRAINT_FUNCTION SQLITE_CONSTRAINT_NOTNULL SQLITE_CONSTRAINT_PINNED SQLITE_CONSTRAINT_PRIMARYKEY
        SQLITE_CONSTRAINT_ROWID SQLITE_CONSTRAINT_TRIGGER SQLITE_CONSTRAINT_UNIQUE SQLITE_CONSTRAINT_VTAB
        SQLITE_CORRUPT_INDEX SQLITE_CORRUPT_SEQUENCE SQLITE_CORRUPT_VTAB SQLITE_IOERR_ACCESS SQLITE_IOERR_CLOSE
        SQLITE_IOERR_DELETE SQLITE_IOERR_DELETE_NOENT SQLITE_IOERR_DIR_FSYNC SQLITE_IOERR_FSTAT SQLITE_IOERR_FSYNC
        SQLITE_IOERR_LOCK SQLITE_IOERR_NOMEM SQLITE_IOERR_READ SQLITE_IOERR_SHORT_READ SQLITE_IOERR_SHMMAP
        SQLITE_IOERR_TRUNCATE SQLITE_IOERR_UNLOCK SQLITE_IOERR_WRITE SQLITE_IOERR_CORRUPTFS SQLITE_READONLY_DBMOVED
        SQLITE_READONLY_DIRECTORY SQLITE_READONLY_ROLLBACK SQLITE_READONLY_CANTINIT SQLITE_READONLY_CANTLOCK
        SQLITE_READONLY_RECOVERY
    }
}
