//! Where things lie in the data folder, byte-compatible with workerd's `localDisk`:
//!
//! ```text
//! <data>/denizen.json                          format version, and the keys of classes that were renamed
//! <data>/denizen.lock                          locked by the process that uses the folder
//! <data>/denizen-usage.sqlite                  what each facet has used
//! <data>/<unique key>/<64 hex>.sqlite          an object
//! <data>/<unique key>/<64 hex>.<n>.sqlite      its facet with the number n
//! <data>/<unique key>/<64 hex>.facets          the index of its facets
//! <data>/<unique key>/metadata.sqlite          the alarms of the namespace
//! ```
//!
//! Owns these names, the lock and the format version. It must not know what the databases hold. The unique key of a class
//! is `<worker>-<class>`, as miniflare has it, so that its state opens here.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::StorageError;
use crate::disk::Disk;
use crate::error::At;

/// The newest format of a data folder that this version knows.
pub const FORMAT: u32 = 1;

/// Takes the folder for this process.
pub(crate) fn lock(folder: &Path) -> Result<File, StorageError> {
    let path = folder.join("denizen.lock");
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path).at(&path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StorageError::Locked(folder.to_owned())),
        Err(TryLockError::Error(error)) => Err(StorageError::io(&path, &error)),
    }
}

/// The database of what facets have used.
pub(crate) fn usage(folder: &Path) -> PathBuf {
    folder.join("denizen-usage.sqlite")
}

/// The file of an object (`facet` 0) or of one of its facets.
pub(crate) fn database(folder: &Path, object: &str, facet: u16) -> PathBuf {
    match facet {
        0 => folder.join(format!("{object}.sqlite")),
        facet => folder.join(format!("{object}.{facet}.sqlite")),
    }
}

/// The index of an object's facets.
pub(crate) fn facet_index(folder: &Path, object: &str) -> PathBuf {
    folder.join(format!("{object}.facets"))
}

/// `denizen.json`.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Contents {
    format: u32,
    /// The unique key of a class that was renamed, by the key that its name would give.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    renamed: BTreeMap<String, String>,
}

/// What the data folder says of itself.
#[derive(Debug)]
pub(crate) struct Registry {
    path: PathBuf,
    contents: Contents,
}

impl Registry {
    /// Reads it, or writes it into a folder that has none yet.
    pub(crate) fn open(disk: &Arc<Disk>, folder: &Path) -> Result<Self, StorageError> {
        let path = folder.join("denizen.json");
        let Some(bytes) = disk.read(&path).at(&path)? else {
            let registry = Self { path, contents: Contents { format: FORMAT, ..Contents::default() } };
            registry.write(disk)?;
            return Ok(registry);
        };
        let contents: Contents =
            serde_json::from_slice(&bytes).map_err(|error| StorageError::Corrupt(error.to_string()).at(&path))?;
        if contents.format > FORMAT {
            return Err(StorageError::Format { path, found: contents.format, known: FORMAT });
        }
        Ok(Self { path, contents })
    }

    pub(crate) fn unique_key(&self, worker: &str, class: &str) -> String {
        let plain = format!("{worker}-{class}");
        self.contents.renamed.get(&plain).cloned().unwrap_or(plain)
    }

    pub(crate) fn rename(
        &mut self,
        disk: &Arc<Disk>,
        worker: &str,
        before: &str,
        class: &str,
    ) -> Result<(), StorageError> {
        let (plain, key) = (format!("{worker}-{class}"), self.unique_key(worker, before));
        if self.contents.renamed.get(&plain) == Some(&key) {
            return Ok(());
        }
        self.contents.renamed.insert(plain, key);
        self.write(disk)
    }

    /// Replaces the file in one step.
    fn write(&self, disk: &Arc<Disk>) -> Result<(), StorageError> {
        let mut bytes =
            serde_json::to_vec_pretty(&self.contents).map_err(|error| StorageError::Corrupt(error.to_string()))?;
        bytes.push(b'\n');
        let fresh = self.path.with_extension("json-new");
        disk.remove(&fresh).at(&fresh)?;
        disk.create(&fresh, &bytes).at(&fresh)?;
        disk.sync(&fresh).at(&fresh)?;
        disk.rename(&fresh, &self.path).at(&self.path)?;
        let folder = self.path.parent().unwrap_or(Path::new("."));
        disk.sync_folder(folder).at(folder)
    }
}
