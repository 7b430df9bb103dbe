//! The observer that makes syncs and writes wait or fail, as a file says: how a test of the whole binary sees a slow or
//! failing disk.
//!
//! Owns the form of that file. `hold` in it makes every sync wait for as long as it stands there, `fail` makes every sync
//! fail, `hold writes` makes every write wait, anything else, or no file, does nothing. While one waits there is a file
//! `<name>.held` beside it. Syncs that begin a namespace's folder are not among them. It must not know what is synced.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{FileId, Observer, Operation};

/// How often the file is read while something waits.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// Obeys a file.
#[derive(Debug)]
pub(crate) struct HeldDisk {
    control: PathBuf,
    held: PathBuf,
}

impl HeldDisk {
    /// Obeys the file at `control`.
    pub(crate) fn new(control: &Path) -> Self {
        let mut held = control.as_os_str().to_owned();
        held.push(".held");
        Self { control: control.to_owned(), held: held.into() }
    }
}

impl Observer for HeldDisk {
    fn file(&self, _path: &Path, _created: bool) -> FileId {
        0
    }

    fn before(&self, operation: &Operation<'_>) -> io::Result<()> {
        let sync = matches!(operation, Operation::Sync { .. } | Operation::SyncFolder { .. } | Operation::SyncAll);
        let write = matches!(operation, Operation::Write { .. });
        if !sync && !write {
            return Ok(());
        }
        loop {
            match fs::read_to_string(&self.control).unwrap_or_default().trim() {
                "hold" if sync => fs::write(&self.held, "")?,
                "hold writes" if write => fs::write(&self.held, "")?,
                "fail" if sync => return Err(io::Error::other("the disk fails, as it was told to")),
                _ => return Ok(()),
            }
            std::thread::sleep(LOOK_AGAIN);
        }
    }

    fn after(&self, _operation: &Operation<'_>) {}
}
