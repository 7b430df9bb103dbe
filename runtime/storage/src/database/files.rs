//! How the files of a database come into being, are made good after a failed sync, and go.
//!
//! Owns the order of these steps on disk: each is a rule of "Order that must hold". It must not know connections; the
//! caller sees to it that none is open to what it removes or replaces.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::StorageError;
use crate::disk::Disk;
use crate::disk::vfs::{Files, unsynced};
use crate::error::At;
use crate::order::{Rule, broken};

/// Bytes of a page.
pub(crate) const PAGE_BYTES: usize = 4096;

/// An empty database in WAL mode (SQLite file format, section 1.3), so that none has to be converted.
const EMPTY: [u8; PAGE_BYTES] = {
    let mut page = [0; PAGE_BYTES];
    let magic = b"SQLite format 3\0";
    let mut index = 0;
    while index < magic.len() {
        page[index] = magic[index];
        index += 1;
    }
    // Page size 4096, versions 2 and 2 (WAL), fractions 64, 32, 32.
    page[16] = 0x10;
    page[18] = 2;
    page[19] = 2;
    page[21] = 64;
    page[22] = 32;
    page[23] = 32;
    // Change counter 1, one page, the counter that the number of pages is valid for.
    page[27] = 1;
    page[31] = 1;
    page[95] = 1;
    // SQLite 3.51.0 wrote it.
    page[96] = 0x00;
    page[97] = 0x2e;
    page[98] = 0x6e;
    page[99] = 0x78;
    // The root of the schema: an empty leaf whose content begins at the end of the page.
    page[100] = 0x0d;
    page[105] = 0x10;
    page
};

/// `path` with `suffix` behind it.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Sees to it that there is a database at the place, making an empty one if there is none.
pub(crate) fn ensure(disk: &Arc<Disk>, files: &Files) -> Result<(), StorageError> {
    if disk.is_suspect(&files.path) {
        rewrite(disk, files)?;
    }
    match disk.length(&files.path).at(&files.path)? {
        // A file shorter than a page is one whose first page was not durable when the power went: nothing that it
        // held was acknowledged.
        Some(length) if length >= PAGE_BYTES as u64 => {
            if length == PAGE_BYTES as u64 && !broken(Rule::FoundFilesSynced) {
                // Whoever has made it may have been killed before it was durable.
                files.mark(unsynced::MAIN | unsynced::FOLDER);
            }
            Ok(())
        }
        Some(_) if !is_torn_page(&disk.read(&files.path).at(&files.path)?.unwrap_or_default()) => {
            Err(StorageError::Corrupt("this is no database".into()).at(&files.path))
        }
        found => create(disk, files, found.is_some()),
    }
}

/// Whether a write of a first page may have left this: its beginning, or nothing but zeros.
fn is_torn_page(bytes: &[u8]) -> bool {
    // Up to the size of a page, which all of ours have.
    let known = &EMPTY[..bytes.len().min(18)];
    bytes.starts_with(known) || bytes.iter().all(|byte| *byte == 0)
}

/// Makes the database anew if its file is nothing but zeros, which no database is. Whether it was. No connection may be
/// open to it.
pub(crate) fn renew_if_blank(disk: &Arc<Disk>, files: &Files) -> Result<bool, StorageError> {
    let bytes = disk.read(&files.path).at(&files.path)?.unwrap_or_default();
    if bytes.iter().any(|byte| *byte != 0) {
        return Ok(false);
    }
    create(disk, files, true).map(|()| true)
}

fn create(disk: &Arc<Disk>, files: &Files, blank: bool) -> Result<(), StorageError> {
    if !broken(Rule::OldLogRemoved) && disk.remove(&files.wal).at(&files.wal)? {
        // Only what a power cut left lies there. Beside a fresh file it would be replayed, so it has to be gone first.
        disk.sync_folder(&files.folder).at(&files.folder)?;
    }
    files.failed.store(false, Ordering::Release);
    match blank {
        true => disk.write_at(&files.path, 0, &EMPTY).at(&files.path)?,
        false => disk.create(&files.path, &EMPTY).at(&files.path)?,
    }
    disk.counters.created.fetch_add(1, Ordering::Relaxed);
    files.mark(unsynced::MAIN | unsynced::FOLDER);
    Ok(())
}

/// Makes a database good of which a sync failed: the kernel may have dropped what it could not write, so every byte is
/// written again, to new files, and synced before anything relies on it. Frames that are damaged end the log, and nothing
/// behind the last good sync was acknowledged.
fn rewrite(disk: &Arc<Disk>, files: &Files) -> Result<(), StorageError> {
    if !broken(Rule::RewriteAfterFailure) {
        if let Some(journal) = disk.journal() {
            journal.restore(disk, &files.path)?;
        }
        for path in [&files.path, &files.wal] {
            let Some(bytes) = disk.read(path).at(path)? else { continue };
            let fresh = beside(path, "-rewrite");
            disk.remove(&fresh).at(&fresh)?;
            disk.create(&fresh, &bytes).at(&fresh)?;
            disk.sync(&fresh).at(&fresh)?;
            disk.rename(&fresh, path).at(path)?;
        }
        disk.sync_folder(&files.folder).at(&files.folder)?;
        files.drop_log_writes();
        if let Some(journal) = disk.journal() {
            journal.forget(disk, &files.path).at(&files.path)?;
        }
    }
    files.failed.store(false, Ordering::Release);
    disk.clear_suspicion(&files.path);
    Ok(())
}

/// The first steps of removing a database: its file is gone, though not durably yet. Whether there was one.
pub(crate) fn unlink_main(disk: &Disk, path: &Path) -> Result<bool, StorageError> {
    if broken(Rule::DatabaseGoneBeforeLog) {
        unlink_rest(disk, path)?;
    }
    disk.remove(path).at(path)
}

/// The last steps of removing a database, once the folder is synced: its log beside a file that came back would be
/// missing, and beside a fresh one it would be replayed.
pub(crate) fn unlink_rest(disk: &Disk, path: &Path) -> Result<bool, StorageError> {
    let mut any = false;
    for suffix in ["-wal", "-shm", "-rewrite", "-wal-rewrite", "-copy", "-copy-wal"] {
        let path = beside(path, suffix);
        any |= disk.remove(&path).at(&path)?;
    }
    Ok(any)
}

#[cfg(test)]
mod tests {
    use super::EMPTY;

    #[test]
    fn the_embedded_page_is_what_sqlite_makes() {
        let folder = crate::testing::scratch("empty-page");
        let path = folder.join("made.sqlite");
        let made = rusqlite::Connection::open(&path).expect("open");
        made.execute_batch("PRAGMA journal_mode=WAL").expect("WAL");
        drop(made);
        let mut page = std::fs::read(&path).expect("read");
        // The version of SQLite that wrote the file last is of no consequence.
        page[96..100].copy_from_slice(&EMPTY[96..100]);
        let differing: Vec<_> = page.iter().zip(&EMPTY).enumerate().filter(|(_, (made, ours))| made != ours).collect();
        assert_eq!((page.len(), differing), (EMPTY.len(), Vec::new()));
    }
}
