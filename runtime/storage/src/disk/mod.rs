//! The one way to durable storage: every write, sync, unlink and rename of the engine goes through a [`Disk`].
//!
//! Owns files and their durability, and says to an [`Observer`] what it does: the recording one of the power-cut tests is
//! told of each operation and can replay what a power cut would have left, and a failing one makes an operation fail as a
//! disk does. It must not know what the bytes mean.
//!
//! # Layout
//! - [`vfs`]: SQLite's own reads and writes, on their way to `unix-excl`.
//! - [`journal`]: one file that is synced in place of many logs.
//! - [`recording`]: the observer that remembers, and what a power cut would leave of it.
//! - [`held`]: the observer through which a test of the binary makes syncs wait or fail.

mod held;
pub(crate) mod journal;
#[cfg(test)]
pub(crate) mod recording;
pub(crate) mod vfs;

use std::collections::{HashMap, HashSet};
use std::ffi::CString;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, Weak};
use std::time::{Duration, Instant};

use self::held::HeldDisk;
use self::journal::Journal;
use self::vfs::{Files, Vfs};
use crate::StorageError;
use crate::order::{Rule, broken};

/// For how long a sync of everything writes files one by one first.
const WRITE_BACK: Duration = Duration::from_millis(250);

/// A file as an [`Observer`] knows it: a name may come to stand for another file, and a file may lose its name.
pub(crate) type FileId = u64;

/// What a disk does.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(test), allow(dead_code, reason = "only observers of tests read them"))]
pub(crate) enum Operation<'a> {
    /// Bytes are written.
    Write {
        /// Into which file.
        file: FileId,
        /// From where on, in bytes.
        offset: u64,
        /// What.
        data: &'a [u8],
    },
    /// A file ends earlier.
    Truncate {
        /// Which.
        file: FileId,
        /// Its new length in bytes.
        size: u64,
    },
    /// All that was written to a file before this began becomes durable.
    Sync {
        /// Which.
        file: FileId,
    },
    /// All that happened to the names of a folder before this began becomes durable.
    SyncFolder {
        /// Which.
        folder: &'a Path,
    },
    /// Everything on the file system before this began becomes durable.
    SyncAll,
    /// A name is taken away.
    Remove {
        /// Which.
        path: &'a Path,
    },
    /// A file gets another name, in place of what had it.
    Rename {
        /// From.
        from: &'a Path,
        /// To.
        to: &'a Path,
    },
}

/// Who is told of each operation of a [`Disk`].
pub(crate) trait Observer: Send + Sync {
    /// The file at `path`; `created` when the name was given just now.
    fn file(&self, path: &Path, created: bool) -> FileId;
    /// An operation begins; an error is what it fails with, undone.
    fn before(&self, operation: &Operation<'_>) -> io::Result<()>;
    /// An operation has succeeded.
    fn after(&self, operation: &Operation<'_>);
}

/// What a disk has done since it was made.
#[derive(Debug, Default)]
pub struct Counters {
    /// Syncs of one file or folder, each one system call.
    pub syncs: AtomicU64,
    /// Syncs of the whole file system.
    pub syncs_all: AtomicU64,
    /// Bytes that SQLite wrote.
    pub bytes_written: AtomicU64,
    /// Databases created.
    pub created: AtomicU64,
}

/// Access to durable storage.
pub(crate) struct Disk {
    observer: Option<Arc<dyn Observer>>,
    vfs: Vfs,
    /// What is known of each open database, by its path.
    open: Mutex<HashMap<PathBuf, Weak<Files>>>,
    /// Databases of which a sync failed, so that what the kernel holds and what the disk holds may differ.
    suspects: Mutex<HashSet<PathBuf>>,
    root: OnceLock<Root>,
    journal: OnceLock<Journal>,
    pub(crate) counters: Arc<Counters>,
    /// Added to each sync, to see how the engine does on a slower disk.
    sync_delay: Duration,
}

/// The data folder.
struct Root {
    /// One descriptor for all syncs of the file system, from before the first write on: the kernel tells each descriptor of
    /// each failure once, and a new one nothing of what another has been told.
    folder: File,
    /// Whether a sync of the file system says whether all of the folder is durable.
    syncs_all: AtomicBool,
}

impl std::fmt::Debug for Disk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Disk").field("counters", &self.counters).finish_non_exhaustive()
    }
}

impl Disk {
    /// The disk of this machine, whose syncs and writes obey the file `disk_control` if there is to be one.
    pub(crate) fn real(sync_delay: Duration, disk_control: Option<&Path>) -> io::Result<Arc<Self>> {
        let held = disk_control.map(|control| Arc::new(HeldDisk::new(control)) as Arc<dyn Observer>);
        Self::new(held, sync_delay)
    }

    /// A disk whose operations `observer` is told of.
    #[cfg(test)]
    pub(crate) fn observed(observer: Arc<dyn Observer>) -> io::Result<Arc<Self>> {
        Self::new(Some(observer), Duration::ZERO)
    }

    fn new(observer: Option<Arc<dyn Observer>>, sync_delay: Duration) -> io::Result<Arc<Self>> {
        let vfs = Vfs::register()?;
        let disk = Arc::new(Self {
            observer,
            vfs,
            open: Mutex::default(),
            suspects: Mutex::default(),
            root: OnceLock::new(),
            journal: OnceLock::new(),
            counters: Arc::default(),
            sync_delay,
        });
        disk.vfs.serve(&disk);
        Ok(disk)
    }

    /// Name under which SQLite finds this disk.
    pub(crate) fn vfs_name(&self) -> &CString {
        self.vfs.name()
    }

    /// Takes `folder` for the data folder, before anything is written to it.
    pub(crate) fn open_root(&self, folder: &Path) -> io::Result<()> {
        let root = File::open(folder)?;
        let syncs_all = AtomicBool::new(reports_errors_of_syncfs() && is_on_one_device(folder)?);
        // It is asked for once, by whoever opens the folder.
        drop(self.root.set(Root { folder: root, syncs_all }));
        Ok(())
    }

    /// Brings the logs below `folder` to where the journal that lies there says, and begins a new one if there may be one.
    pub(crate) fn open_journal(&self, folder: &Path) -> Result<(), StorageError> {
        journal::replay(self, folder)?;
        if self.can_sync_all() {
            drop(self.journal.set(Journal::new(folder)));
        }
        Ok(())
    }

    /// Whether [`Disk::sync_all`] says that all of the data folder is durable. Never again once it has failed: nobody knows
    /// whose bytes were lost then, and the kernel does not say it twice.
    pub(crate) fn can_sync_all(&self) -> bool {
        self.root.get().is_some_and(|root| root.syncs_all.load(Ordering::Acquire))
    }

    /// The journal of the folder that is open.
    pub(crate) fn journal(&self) -> Option<&Journal> {
        self.journal.get()
    }

    /// What is known of the database at `path`, for all connections to it.
    pub(crate) fn files(&self, path: &Path) -> Arc<Files> {
        let mut open = lock(&self.open);
        if let Some(files) = open.get(path).and_then(Weak::upgrade) {
            return files;
        }
        if open.len() >= 64 && open.len().is_power_of_two() {
            open.retain(|_, files| files.strong_count() > 0);
        }
        let files = Arc::new(Files::new(path));
        open.insert(path.to_owned(), Arc::downgrade(&files));
        files
    }

    /// Notes that a sync of the database at `path` failed.
    pub(crate) fn suspect(&self, path: &Path) {
        lock(&self.suspects).insert(path.to_owned());
    }

    /// A sync of a database has failed: it takes no more commits, and is made good before it is opened again.
    pub(crate) fn fail(&self, files: &Files) {
        files.failed.store(true, Ordering::Release);
        self.suspect(&files.path);
    }

    /// Whether a sync of the database at `path` has failed and nobody has made good for it.
    pub(crate) fn is_suspect(&self, path: &Path) -> bool {
        lock(&self.suspects).contains(path)
    }

    /// Every byte of the database at `path` is durable again.
    pub(crate) fn clear_suspicion(&self, path: &Path) {
        lock(&self.suspects).remove(path);
    }

    /// Length of the file at `path` in bytes, which is not opened for it; `None` if there is none.
    pub(crate) fn length(&self, path: &Path) -> io::Result<Option<u64>> {
        match std::fs::metadata(path) {
            Ok(found) if found.is_dir() => Err(ErrorKind::IsADirectory.into()),
            Ok(found) => Ok(Some(found.len())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The whole file at `path`; `None` if there is none.
    pub(crate) fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = Vec::new();
        match File::open(path) {
            Ok(mut file) => file.read_to_end(&mut bytes).map(|_| Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes a folder and those above it; each new name in its parent is durable when this returns.
    pub(crate) fn create_folders(&self, folder: &Path) -> io::Result<()> {
        if folder.is_dir() {
            return Ok(());
        }
        if let Some(parent) = folder.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            self.create_folders(parent)?;
            match std::fs::create_dir(folder) {
                Err(error) if error.kind() != ErrorKind::AlreadyExists || !folder.is_dir() => return Err(error),
                _ => {}
            }
            return File::open(parent)?.sync_all();
        }
        std::fs::create_dir_all(folder)
    }

    /// Makes a file that is not there yet, with `data` in it. Neither is durable yet.
    pub(crate) fn create(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
        let id = self.observe_file(path, true);
        self.perform(Operation::Write { file: id, offset: 0, data }, || file.write_all(data))
    }

    /// Writes `data` into the file at `path` from `offset` on, making the file if there is none. Not durable yet.
    pub(crate) fn write_at(&self, path: &Path, offset: u64, data: &[u8]) -> io::Result<()> {
        let created = self.observer.is_some() && !path.try_exists()?;
        let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
        let id = self.observe_file(path, created);
        self.perform(Operation::Write { file: id, offset, data }, || {
            file.seek(SeekFrom::Start(offset))?;
            file.write_all(data)
        })
    }

    /// Cuts the file at `path`. Not durable yet.
    pub(crate) fn truncate(&self, path: &Path, size: u64) -> io::Result<()> {
        let file = OpenOptions::new().write(true).open(path)?;
        let id = self.observe_file(path, false);
        self.perform(Operation::Truncate { file: id, size }, || file.set_len(size))
    }

    /// Makes the bytes of the file at `path` durable, not its name.
    ///
    /// The file is opened anew: Linux reports a failed write-back to a descriptor that is opened after it, as long as
    /// nobody else has seen it. It must be no live `.sqlite`: closing a descriptor drops SQLite's locks.
    pub(crate) fn sync(&self, path: &Path) -> io::Result<()> {
        let file = File::open(path)?;
        let id = self.observe_file(path, false);
        self.counters.syncs.fetch_add(1, Ordering::Relaxed);
        self.perform(Operation::Sync { file: id }, || {
            self.delay();
            file.sync_data()
        })
    }

    /// Makes the names in `folder` durable.
    pub(crate) fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.counters.syncs.fetch_add(1, Ordering::Relaxed);
        self.perform(Operation::SyncFolder { folder }, || {
            self.delay();
            File::open(folder)?.sync_all()
        })
    }

    /// Makes everything durable that was written to the file system of the data folder.
    pub(crate) fn sync_all(&self) -> io::Result<()> {
        self.sync_all_after(&[])
    }

    /// The same, once most of what was written to `files` has reached the disk. They are written one after the other: all at
    /// once they would fill the disk's queue, and each sync by somebody else would wait until they are through.
    pub(crate) fn sync_all_after(&self, files: &[PathBuf]) -> io::Result<()> {
        let root = self.root.get().filter(|root| root.syncs_all.load(Ordering::Acquire));
        let root = root.ok_or_else(|| io::Error::other("the file system cannot be synced as a whole"))?;
        self.counters.syncs_all.fetch_add(1, Ordering::Relaxed);
        let synced = self.perform(Operation::SyncAll, || {
            self.delay();
            let until = Instant::now() + WRITE_BACK;
            files.iter().take_while(|_| Instant::now() < until).try_for_each(|path| write_back(path))?;
            // SAFETY: the descriptor is open, and the call takes nothing else.
            match unsafe { libc::syncfs(root.folder.as_raw_fd()) } {
                0 => Ok(()),
                _ => Err(io::Error::last_os_error()),
            }
        });
        if synced.is_err() && !broken(Rule::NoTrustAfterFailure) {
            root.syncs_all.store(false, Ordering::Release);
            if let Some(journal) = self.journal() {
                // It may have been bytes of a log that only the journal makes durable.
                journal.doubt(self);
            }
        }
        synced
    }

    /// Takes the name `path` away: whether it was there. Not durable yet.
    pub(crate) fn remove(&self, path: &Path) -> io::Result<bool> {
        if !path.try_exists()? {
            return Ok(false);
        }
        self.perform(Operation::Remove { path }, || std::fs::remove_file(path)).map(|()| true)
    }

    /// Gives the file `from` the name `to`, in place of what had it. Not durable yet.
    pub(crate) fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.perform(Operation::Rename { from, to }, || std::fs::rename(from, to))
    }

    fn perform<T>(&self, operation: Operation<'_>, work: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        let Some(observer) = &self.observer else { return work() };
        observer.before(&operation)?;
        let done = work()?;
        observer.after(&operation);
        Ok(done)
    }

    fn observe_file(&self, path: &Path, created: bool) -> FileId {
        self.observer.as_ref().map_or(0, |observer| observer.file(path, created))
    }

    fn delay(&self) {
        if !self.sync_delay.is_zero() {
            std::thread::sleep(self.sync_delay);
        }
    }
}

/// Waits until what was written to the file at `path` has reached the disk, which may still hold it in its cache.
fn write_back(path: &Path) -> io::Result<()> {
    // It may have been deleted, and the sync that comes after this needs no descriptor.
    let Ok(file) = File::open(path) else { return Ok(()) };
    let how = libc::SYNC_FILE_RANGE_WRITE | libc::SYNC_FILE_RANGE_WAIT_AFTER;
    // SAFETY: the descriptor is open, and the call takes nothing else.
    match unsafe { libc::sync_file_range(file.as_raw_fd(), 0, 0, how) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Whether `syncfs` says that a write failed: Linux from 5.8 on.
fn reports_errors_of_syncfs() -> bool {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let mut numbers = release.split(['.', '-']).map(|part| part.trim().parse::<u32>().unwrap_or_default());
    let version = (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default());
    version >= (5, 8)
}

/// Whether the folders in `folder` lie where it does: one of them may be a link or a mount.
fn is_on_one_device(folder: &Path) -> io::Result<bool> {
    let device = std::fs::metadata(folder)?.dev();
    for entry in std::fs::read_dir(folder)? {
        if std::fs::metadata(entry?.path()).is_ok_and(|found| found.is_dir() && found.dev() != device) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A lock whose holder panicked protects plain values here, which are whole all the same.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
