//! The observer that makes syncs wait or fail, as a file says: how a test of the whole binary sees a slow or failing disk.
//!
//! Owns the form of that file. `hold` in it makes every sync wait for as long as it stands there, `fail` makes every sync fail,
//! anything else, or no file, does nothing. While a sync waits there is a file `<name>.held` beside it. Syncs that begin a
//! namespace's folder are not among them. It must not know what is synced.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{FileId, Observer, Operation};

/// How often the file is read while a sync waits.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// Obeys a file.
#[derive(Debug)]
pub(crate) struct HeldSyncs {
    control: PathBuf,
    held: PathBuf,
}

impl HeldSyncs {
    /// Obeys the file at `control`.
    pub(crate) fn new(control: &Path) -> Self {
        let mut held = control.as_os_str().to_owned();
        held.push(".held");
        Self { control: control.to_owned(), held: held.into() }
    }
}

impl Observer for HeldSyncs {
    fn file(&self, _path: &Path, _created: bool) -> FileId {
        0
    }

    fn before(&self, operation: &Operation<'_>) -> io::Result<()> {
        if !matches!(operation, Operation::Sync { .. } | Operation::SyncFolder { .. } | Operation::SyncAll) {
            return Ok(());
        }
        loop {
            match fs::read_to_string(&self.control).unwrap_or_default().trim() {
                "hold" => fs::write(&self.held, "")?,
                "fail" => return Err(io::Error::other("the disk fails, as it was told to")),
                _ => return Ok(()),
            }
            std::thread::sleep(LOOK_AGAIN);
        }
    }

    fn after(&self, _operation: &Operation<'_>) {}
}
