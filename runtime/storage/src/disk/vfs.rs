//! The way of SQLite's own files to the disk: a thin layer over its `unix-excl` VFS.
//!
//! Owns what is known of the files of an open database ([`Files`]): whether bytes or names wait for a sync, and how long
//! the write-ahead log is. It must not know SQL. Two things differ from the layer below. Each operation is told to the
//! disk's observer, and the sync of a *fresh* log's header is left to the syncer: the log holds no old frames, so the sync
//! that the first commit waits for covers it (`ARCHITECTURE.md`, "Storage").

use std::cell::RefCell;
use std::ffi::{CStr, CString, OsStr, c_char, c_int, c_void};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use denizen_core::limits::storage::LOG_WRITES_BYTES;
use libsqlite3_sys as ffi;

use super::{Disk, FileId, Operation, lock};
use crate::order::{Rule, broken};

/// Length of the log's header in bytes (SQLite file format, section 4.1).
pub(super) const WAL_HEADER_BYTES: u64 = 32;

/// Bytes before each page of a log (the same, section 4.2).
pub(super) const FRAME_HEADER_BYTES: u64 = 24;

/// For how long the end of a checkpoint waits for the transaction that is open.
const SHORT_TURN: Duration = Duration::from_millis(2);

/// What of a database waits for a sync.
pub(crate) mod unsynced {
    /// Frames of the write-ahead log.
    pub(crate) const WAL: u8 = 1;
    /// The first page of a new database.
    pub(crate) const MAIN: u8 = 2;
    /// A name in the folder.
    pub(crate) const FOLDER: u8 = 4;
    /// The first header of a write-ahead log.
    pub(crate) const HEADER: u8 = 8;
}

/// The files of one database, over all connections of this process.
#[derive(Debug)]
pub(crate) struct Files {
    /// The database.
    pub(crate) path: PathBuf,
    /// Its write-ahead log.
    pub(crate) wal: PathBuf,
    /// Where both lie.
    pub(crate) folder: PathBuf,
    /// Bits of [`unsynced`].
    flags: AtomicU8,
    /// Writes to the log so far. The syncer may take the flag of a write while its transaction still commits, so a commit
    /// looks here to see whether it has something to wait for.
    log_writes: AtomicU64,
    /// Length of the log in bytes.
    wal_bytes: AtomicU64,
    /// Bytes of the log when a checkpoint was last asked for.
    pub(crate) checkpoint_asked: AtomicBool,
    /// Set when a sync failed: what is on the disk is unknown from then on.
    pub(crate) failed: AtomicBool,
    /// Set when the disk had no room for a write, which SQLite tells by the same code as a full database.
    pub(crate) no_space: AtomicBool,
    /// SQLite's open handles of the database file.
    handles: Mutex<Vec<Handle>>,
    /// What was written to the log since the syncer last took it; `None` where nobody takes it.
    writes: Mutex<Option<LogWrites>>,
    /// Who may write to the log.
    turnstile: Mutex<Turnstile>,
    turned: Condvar,
}

/// Keeps a transaction and the end of a checkpoint apart: SQLite would fail the transaction's first write where it already
/// reads, instead of letting it wait.
#[derive(Debug, Default, PartialEq)]
enum Turnstile {
    #[default]
    Free,
    Transaction,
    /// A transaction is open, and the end of a checkpoint comes after it.
    Awaited,
    Checkpoint,
}

/// Writes to a log, in their order, as the journal takes them.
#[derive(Debug, Default)]
pub(crate) struct LogWrites {
    /// Offset and length of each; what follows the one before is one with it.
    places: Vec<(u64, usize)>,
    bytes: Vec<u8>,
    /// There were more than are kept.
    too_many: bool,
}

impl LogWrites {
    pub(super) fn add(&mut self, offset: u64, data: &[u8]) {
        if self.too_many || self.bytes.len() + data.len() > LOG_WRITES_BYTES {
            *self = Self { too_many: true, ..Self::default() };
            return;
        }
        match self.places.last_mut() {
            Some((begin, length)) if *begin + *length as u64 == offset => *length += data.len(),
            _ => self.places.push((offset, data.len())),
        }
        self.bytes.extend_from_slice(data);
    }

    /// How many bytes were written.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Offset and bytes of each.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let mut rest = &self.bytes[..];
        self.places.iter().map(move |(offset, length)| {
            let (data, behind) = rest.split_at(*length);
            rest = behind;
            (*offset, data)
        })
    }
}

/// A file of the layer below, and what the observer calls it.
#[derive(Debug, Clone, Copy)]
struct Handle(*mut ffi::sqlite3_file, FileId);

// SAFETY: a handle is used only while the list that holds it is locked, and taken out of it before it is closed; the one
// operation that another thread does with it, a sync, reads nothing of it but the descriptor.
unsafe impl Send for Handle {}

impl Files {
    pub(super) fn new(path: &Path) -> Self {
        let mut wal = path.as_os_str().to_owned();
        wal.push("-wal");
        Self {
            path: path.to_owned(),
            wal: wal.into(),
            folder: path.parent().map(Path::to_owned).unwrap_or_default(),
            flags: AtomicU8::new(0),
            log_writes: AtomicU64::new(0),
            wal_bytes: AtomicU64::new(0),
            checkpoint_asked: AtomicBool::new(false),
            failed: AtomicBool::new(false),
            no_space: AtomicBool::new(false),
            handles: Mutex::default(),
            writes: Mutex::default(),
            turnstile: Mutex::default(),
            turned: Condvar::new(),
        }
    }

    /// A transaction begins: it waits for the end of a checkpoint, which is a few syncs away at most.
    pub(crate) fn enter_transaction(&self) {
        let mut turnstile = lock(&self.turnstile);
        while *turnstile == Turnstile::Checkpoint {
            turnstile = self.turned.wait(turnstile).unwrap_or_else(std::sync::PoisonError::into_inner);
        }
        *turnstile = Turnstile::Transaction;
    }

    /// The transaction is over.
    pub(crate) fn leave_transaction(&self) {
        let mut turnstile = lock(&self.turnstile);
        if *turnstile == Turnstile::Awaited {
            *turnstile = Turnstile::Checkpoint;
            self.turned.notify_all();
        } else {
            *turnstile = Turnstile::Free;
        }
    }

    /// Runs `work` while no transaction can begin, unless one is open for longer than a short turn.
    pub(crate) fn between_transactions(&self, work: impl FnOnce()) {
        {
            let mut turnstile = lock(&self.turnstile);
            if *turnstile == Turnstile::Transaction {
                *turnstile = Turnstile::Awaited;
                let waiting = |turnstile: &mut Turnstile| *turnstile == Turnstile::Awaited;
                (turnstile, _) = self
                    .turned
                    .wait_timeout_while(turnstile, SHORT_TURN, waiting)
                    .unwrap_or_else(std::sync::PoisonError::into_inner);
                if *turnstile == Turnstile::Awaited {
                    *turnstile = Turnstile::Transaction;
                    return;
                }
            }
            *turnstile = Turnstile::Checkpoint;
        }
        work();
        *lock(&self.turnstile) = Turnstile::Free;
        self.turned.notify_all();
    }

    /// Notes that something waits for a sync.
    pub(crate) fn mark(&self, flags: u8) {
        self.flags.fetch_or(flags, Ordering::AcqRel);
    }

    /// What waits for a sync.
    pub(crate) fn unsynced(&self) -> u8 {
        self.flags.load(Ordering::Acquire)
    }

    /// How often the log has been written to.
    pub(crate) fn log_writes(&self) -> u64 {
        self.log_writes.load(Ordering::Relaxed)
    }

    /// What waits for a sync, which the caller does now.
    pub(crate) fn take_unsynced(&self) -> u8 {
        self.flags.swap(0, Ordering::AcqRel)
    }

    /// From now on writes to the log are kept for the journal.
    pub(crate) fn keep_log_writes(&self) {
        lock(&self.writes).get_or_insert_default();
    }

    /// What was written to the log since this was last asked, if that is kept; nothing if there was too much of it.
    pub(crate) fn take_whole_log_writes(&self) -> Option<LogWrites> {
        lock(&self.writes).as_mut().filter(|writes| !writes.too_many).map(std::mem::take)
    }

    /// Forgets what was written to the log, which the caller makes durable.
    pub(crate) fn drop_log_writes(&self) {
        if let Some(writes) = &mut *lock(&self.writes) {
            *writes = LogWrites::default();
        }
    }

    /// Bytes that wait for the journal, if all are kept that were written.
    pub(crate) fn log_writes_bytes(&self) -> Option<usize> {
        lock(&self.writes).as_ref().filter(|writes| !writes.too_many).map(|writes| writes.bytes.len())
    }

    fn keeps_log_writes(&self) -> bool {
        lock(&self.writes).is_some()
    }

    /// Length of the log in bytes.
    pub(crate) fn wal_bytes(&self) -> u64 {
        self.wal_bytes.load(Ordering::Relaxed)
    }

    /// Makes the bytes of the database file durable through SQLite's own descriptor: closing another one would drop its
    /// locks.
    pub(crate) fn sync_main(&self, disk: &Disk) -> io::Result<()> {
        let handles = lock(&self.handles);
        let Some(Handle(file, id)) = handles.last().copied() else { return disk.sync(&self.path) };
        disk.counters.syncs.fetch_add(1, Ordering::Relaxed);
        disk.perform(Operation::Sync { file: id }, || {
            disk.delay();
            // SAFETY: the list is locked, so the handle is open; `unixSync` of a database file only reads its descriptor.
            match unsafe { below!(file, xSync, ffi::SQLITE_SYNC_NORMAL as c_int) } {
                ffi::SQLITE_OK => Ok(()),
                _ => Err(io::Error::other("the database file cannot be synced")),
            }
        })
    }
}

/// A registered VFS.
#[derive(Debug)]
pub(super) struct Vfs {
    name: CString,
    raw: *mut ffi::sqlite3_vfs,
}

// SAFETY: the structure is written before SQLite learns of it and only read from then on.
unsafe impl Send for Vfs {}
// SAFETY: as above.
unsafe impl Sync for Vfs {}

impl Vfs {
    /// Gives SQLite a VFS under a name of its own.
    pub(super) fn register() -> io::Result<Self> {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name =
            CString::new(format!("denizen-{}", NEXT.fetch_add(1, Ordering::Relaxed))).expect("no NUL in the name");
        // SAFETY: the name is a NUL-terminated constant; SQLite initialises itself at the call.
        let below = unsafe { ffi::sqlite3_vfs_find(c"unix-excl".as_ptr()) };
        if below.is_null() {
            return Err(io::Error::other("SQLite has no VFS unix-excl"));
        }
        // SAFETY: the VFS below lives as long as the process.
        let base = unsafe { *below };
        let raw = Box::into_raw(Box::new(ffi::sqlite3_vfs {
            szOsFile: (size_of::<File>() as c_int) + base.szOsFile,
            pNext: std::ptr::null_mut(),
            zName: name.as_ptr(),
            pAppData: std::ptr::null_mut(),
            xOpen: Some(open),
            xDelete: Some(delete),
            xFullPathname: Some(full_pathname),
            ..base
        }));
        Ok(Self { name, raw })
    }

    /// Serves the files of `disk` from now on. No connection may outlive it.
    pub(super) fn serve(&self, disk: &Arc<Disk>) {
        // SAFETY: SQLite does not know the structure yet.
        unsafe {
            (*self.raw).pAppData = Arc::as_ptr(disk).cast_mut().cast();
            ffi::sqlite3_vfs_register(self.raw, 0);
        }
    }

    pub(super) fn name(&self) -> &CString {
        &self.name
    }
}

impl Drop for Vfs {
    fn drop(&mut self) {
        // SAFETY: every connection holds the disk, so none is open; nobody else has the structure.
        unsafe {
            ffi::sqlite3_vfs_unregister(self.raw);
            drop(Box::from_raw(self.raw));
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Main,
    Wal,
    /// A temporary file: nothing of it needs to last.
    Other,
}

/// An open file: ours first, then the one of the layer below.
#[repr(C)]
struct File {
    base: ffi::sqlite3_file,
    disk: *const Disk,
    files: Option<Arc<Files>>,
    path: PathBuf,
    id: FileId,
    kind: Kind,
    /// The log is new: no frame has been written to it yet.
    fresh: bool,
    /// The last write was that of the log's header.
    header: bool,
    /// The header of a frame that the log ends with, whose page comes next: both are one write.
    held: Option<(u64, [u8; FRAME_HEADER_BYTES as usize])>,
    /// The layer below syncs the folder with the first sync of the file.
    names_folder: bool,
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    // Version 2 is the last one without memory-mapped reads.
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock_file),
    xUnlock: Some(unlock_file),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// Calls a method of a file of the layer below.
macro_rules! below {
    ($file:expr, $method:ident $(, $argument:expr)*) => {
        ((*(*$file).pMethods).$method.expect("unix-excl has every method of version 2"))($file $(, $argument)*)
    };
}
use below;

/// The file of the layer below that belongs to `file`.
unsafe fn lower(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    // SAFETY: SQLite allocated `szOsFile` bytes, which is both structures after each other.
    unsafe { file.cast::<File>().add(1).cast() }
}

unsafe fn ours<'a>(file: *mut ffi::sqlite3_file) -> &'a mut File {
    // SAFETY: SQLite gives back what `open` has filled.
    unsafe { &mut *file.cast::<File>() }
}

fn failure(error: &io::Error, otherwise: c_int) -> c_int {
    if error.kind() == io::ErrorKind::StorageFull { ffi::SQLITE_FULL } else { otherwise }
}

unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite gives a file of `szOsFile` bytes, and a name that is NUL-terminated or null.
    unsafe {
        (*file).pMethods = std::ptr::null();
        let disk = (*vfs).pAppData.cast::<Disk>().cast_const();
        let base = ffi::sqlite3_vfs_find(c"unix-excl".as_ptr());
        let path = match name.is_null() {
            true => PathBuf::new(),
            false => PathBuf::from(OsStr::from_bytes(CStr::from_ptr(name).to_bytes())),
        };
        let kind = match () {
            () if flags & ffi::SQLITE_OPEN_MAIN_DB != 0 => Kind::Main,
            () if flags & ffi::SQLITE_OPEN_WAL != 0 => Kind::Wal,
            () => Kind::Other,
        };
        let created = kind != Kind::Other && flags & ffi::SQLITE_OPEN_CREATE != 0 && !path.exists();
        let lower = lower(file);
        let code = ((*base).xOpen.expect("unix-excl opens files"))(base, name, lower, flags, out);
        if code != ffi::SQLITE_OK {
            return code;
        }
        let files = match kind {
            Kind::Main => Some((*disk).files(&path)),
            Kind::Wal => path
                .as_os_str()
                .as_bytes()
                .strip_suffix(b"-wal")
                .map(|main| (*disk).files(Path::new(OsStr::from_bytes(main)))),
            Kind::Other => None,
        };
        let mut size = 0;
        below!(lower, xFileSize, &mut size);
        let id = if kind == Kind::Other { 0 } else { (*disk).observe_file(&path, created) };
        if let Some(files) = &files {
            // Whoever has made a log that is empty may have been killed since.
            if created || kind == Kind::Wal && size == 0 {
                files.mark(unsynced::FOLDER);
            }
            match kind {
                Kind::Main => lock(&files.handles).push(Handle(lower, id)),
                // The first connection takes all of the file for the log; those beside it know better where the log ends.
                _ if lock(&files.handles).len() <= 1 => files.wal_bytes.store(size as u64, Ordering::Relaxed),
                _ => {}
            }
        }
        std::ptr::write(
            file.cast::<File>(),
            File {
                base: ffi::sqlite3_file { pMethods: &raw const METHODS },
                disk,
                files,
                path,
                id,
                kind,
                fresh: kind == Kind::Wal && size == 0,
                header: false,
                held: None,
                names_folder: kind == Kind::Wal && flags & ffi::SQLITE_OPEN_CREATE != 0,
            },
        );
        ffi::SQLITE_OK
    }
}

unsafe extern "C" fn delete(vfs: *mut ffi::sqlite3_vfs, name: *const c_char, sync_folder: c_int) -> c_int {
    // SAFETY: SQLite gives its own VFS and a NUL-terminated name.
    unsafe {
        let disk = (*vfs).pAppData.cast::<Disk>().cast_const();
        let path = PathBuf::from(OsStr::from_bytes(CStr::from_ptr(name).to_bytes()));
        match (*disk).remove(&path) {
            Ok(false) => return ffi::SQLITE_IOERR_DELETE_NOENT,
            Ok(true) => {}
            Err(_) => return ffi::SQLITE_IOERR_DELETE,
        }
        match path.parent() {
            Some(folder) if sync_folder != 0 && (*disk).sync_folder(folder).is_err() => ffi::SQLITE_IOERR_DIR_FSYNC,
            _ => ffi::SQLITE_OK,
        }
    }
}

/// A name as it is, which is absolute: where a folder is a link, the file behind it is known by one name only.
unsafe extern "C" fn full_pathname(
    _vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    room: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: SQLite gives a NUL-terminated name and room for so many bytes.
    unsafe {
        let name = CStr::from_ptr(name).to_bytes_with_nul();
        if name.len() > room as usize {
            return ffi::SQLITE_CANTOPEN;
        }
        std::ptr::copy_nonoverlapping(name.as_ptr().cast(), out, name.len());
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: SQLite gives an open file and does not use it again.
    unsafe {
        let lower = lower(file);
        let handles = ours(file).files.clone();
        let code = match handles.as_ref().filter(|_| ours(file).kind == Kind::Main) {
            Some(files) => {
                // Locked over the close, so that no sync meets a closed file.
                let mut handles = lock(&files.handles);
                handles.retain(|handle| handle.0 != lower);
                below!(lower, xClose)
            }
            None => below!(lower, xClose),
        };
        std::ptr::drop_in_place(file.cast::<File>());
        (*file).pMethods = std::ptr::null();
        code
    }
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, into: *mut c_void, amount: c_int, offset: i64) -> c_int {
    // SAFETY: the arguments are SQLite's own.
    unsafe { below!(lower(file), xRead, into, amount, offset) }
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, from: *const c_void, amount: c_int, offset: i64) -> c_int {
    // SAFETY: SQLite gives an open file and `amount` readable bytes.
    unsafe {
        let this = ours(file);
        if this.kind == Kind::Other {
            return below!(lower(file), xWrite, from, amount, offset);
        }
        let data = std::slice::from_raw_parts(from.cast::<u8>(), amount as usize);
        let offset = offset as u64;
        if let Some((at, header)) = this.held.take() {
            if at + FRAME_HEADER_BYTES == offset {
                return FRAME.with_borrow_mut(|frame| {
                    frame.clear();
                    frame.extend_from_slice(&header);
                    frame.extend_from_slice(data);
                    write_whole(file, frame, at)
                });
            }
            // SQLite writes nothing between the two.
            let code = write_whole(file, &header, at);
            if code != ffi::SQLITE_OK {
                return code;
            }
        }
        // Behind all that there is: such a header is never written without its page, as one is that is written again.
        let is_new = |files: &Arc<Files>| offset >= files.wal_bytes() && offset >= WAL_HEADER_BYTES;
        if this.kind == Kind::Wal
            && let Ok(header) = data.try_into()
            && this.files.as_ref().is_some_and(is_new)
        {
            this.held = Some((offset, header));
            return ffi::SQLITE_OK;
        }
        write_whole(file, data, offset)
    }
}

thread_local! {
    /// A frame that is put together.
    static FRAME: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

unsafe fn write_whole(file: *mut ffi::sqlite3_file, data: &[u8], offset: u64) -> c_int {
    // SAFETY: SQLite gives an open file.
    unsafe {
        let (lower, this) = (lower(file), ours(file));
        let disk = &*this.disk;
        let (from, amount) = (data.as_ptr().cast(), data.len() as c_int);
        let operation = Operation::Write { file: this.id, offset, data };
        let mut code = ffi::SQLITE_OK;
        let done = disk.perform(operation, || {
            code = below!(lower, xWrite, from, amount, offset as i64);
            if code == ffi::SQLITE_OK { Ok(()) } else { Err(io::Error::other("SQLite cannot write")) }
        });
        match done {
            Ok(()) => {
                disk.counters.bytes_written.fetch_add(data.len() as u64, Ordering::Relaxed);
                if let (Kind::Wal, Some(files)) = (this.kind, &this.files) {
                    this.header = offset == 0 && data.len() as u64 == WAL_HEADER_BYTES;
                    this.fresh &= this.header;
                    // A header begins the log anew: what lies behind it counts no more.
                    let end = offset + data.len() as u64;
                    if this.header {
                        files.wal_bytes.store(end, Ordering::Relaxed);
                    } else {
                        files.wal_bytes.fetch_max(end, Ordering::Relaxed);
                    }
                    if let Some(writes) = &mut *lock(&files.writes) {
                        writes.add(offset, data);
                    }
                    files.log_writes.fetch_add(1, Ordering::Relaxed);
                    files.mark(unsynced::WAL | if this.header && this.fresh { unsynced::HEADER } else { 0 });
                }
                ffi::SQLITE_OK
            }
            Err(error) => {
                let code = if code == ffi::SQLITE_OK { failure(&error, ffi::SQLITE_IOERR_WRITE) } else { code };
                if let (ffi::SQLITE_FULL, Some(files)) = (code, &this.files) {
                    files.no_space.store(true, Ordering::Relaxed);
                }
                code
            }
        }
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: i64) -> c_int {
    // SAFETY: SQLite gives an open file.
    unsafe {
        let (lower, this) = (lower(file), ours(file));
        if this.kind == Kind::Other {
            return below!(lower, xTruncate, size);
        }
        this.fresh = false;
        let mut code = ffi::SQLITE_OK;
        let done = (*this.disk).perform(Operation::Truncate { file: this.id, size: size as u64 }, || {
            code = below!(lower, xTruncate, size);
            if code == ffi::SQLITE_OK { Ok(()) } else { Err(io::Error::other("SQLite cannot truncate")) }
        });
        match done {
            Ok(()) => {
                if let (Kind::Wal, Some(files)) = (this.kind, &this.files) {
                    files.wal_bytes.store(size as u64, Ordering::Relaxed);
                }
                ffi::SQLITE_OK
            }
            Err(_) if code != ffi::SQLITE_OK => code,
            Err(_) => ffi::SQLITE_IOERR_TRUNCATE,
        }
    }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: SQLite gives an open file.
    unsafe {
        let (lower, this) = (lower(file), ours(file));
        if this.kind == Kind::Other {
            return below!(lower, xSync, flags);
        }
        if this.fresh && this.header {
            return ffi::SQLITE_OK;
        }
        if broken(match (this.kind, this.header) {
            (Kind::Wal, true) => Rule::HeaderBeforeFrames,
            (Kind::Wal, false) => Rule::LogBeforeDatabase,
            _ => Rule::DatabaseBeforeRestart,
        }) {
            return ffi::SQLITE_OK;
        }
        let disk = &*this.disk;
        // A checkpoint relies on the frames from here on. A header that is synced begins a log of which all was settled.
        let settles = this.kind == Kind::Wal && !this.header;
        if settles
            && this.files.as_ref().is_some_and(|files| files.failed.load(Ordering::Acquire))
            && !broken(Rule::NoTrustAfterFailure)
        {
            // What it would copy from here on, another may be making good under the same name.
            return ffi::SQLITE_IOERR_FSYNC;
        }
        let journaled = match (disk.journal(), &this.files) {
            (Some(journal), Some(files)) if settles && (files.keeps_log_writes() || journal.is_live(&files.path)) => {
                match journal.take_over(disk, files) {
                    Ok(until) => Some((journal, files, until)),
                    Err(error) => {
                        disk.fail(files);
                        return failure(&error, ffi::SQLITE_IOERR_FSYNC);
                    }
                }
            }
            _ => None,
        };
        disk.counters.syncs.fetch_add(1, Ordering::Relaxed);
        let mut code = ffi::SQLITE_OK;
        let mut done = disk.perform(Operation::Sync { file: this.id }, || {
            disk.delay();
            code = below!(lower, xSync, flags);
            if code == ffi::SQLITE_OK { Ok(()) } else { Err(io::Error::other("SQLite cannot sync")) }
        });
        if let (Ok(()), true, Some(folder)) = (&done, this.names_folder, this.path.parent()) {
            // The layer below has done it; only the observer does not know.
            done = disk.perform(Operation::SyncFolder { folder }, || Ok(()));
            this.names_folder = false;
        }
        if let (Ok(()), Some((journal, files, until))) = (&done, journaled)
            && !files.failed.load(Ordering::Acquire)
        {
            done = journal.settle(disk, &files.path, until);
        }
        if let (Err(_), Some(files)) = (&done, &this.files) {
            // Frames that nobody waits for yet may be lost, and those that follow would stand behind a hole.
            disk.fail(files);
        }
        match done {
            Ok(()) => ffi::SQLITE_OK,
            Err(_) if code != ffi::SQLITE_OK => code,
            Err(_) => ffi::SQLITE_IOERR_FSYNC,
        }
    }
}

/// Hands a method on as it is.
macro_rules! forward {
    ($name:ident, $method:ident $(, $argument:ident: $type:ty)* => $result:ty) => {
        unsafe extern "C" fn $name(file: *mut ffi::sqlite3_file $(, $argument: $type)*) -> $result {
            // SAFETY: the arguments are SQLite's own, for a file that it opened.
            unsafe { below!(lower(file), $method $(, $argument)*) }
        }
    };
}

forward!(file_size, xFileSize, size: *mut i64 => c_int);
forward!(lock_file, xLock, level: c_int => c_int);
forward!(unlock_file, xUnlock, level: c_int => c_int);
forward!(check_reserved_lock, xCheckReservedLock, out: *mut c_int => c_int);
forward!(file_control, xFileControl, op: c_int, argument: *mut c_void => c_int);
forward!(sector_size, xSectorSize => c_int);
forward!(device_characteristics, xDeviceCharacteristics => c_int);
forward!(shm_map, xShmMap, page: c_int, size: c_int, extend: c_int, out: *mut *mut c_void => c_int);
forward!(shm_lock, xShmLock, offset: c_int, count: c_int, flags: c_int => c_int);
forward!(shm_barrier, xShmBarrier => ());
forward!(shm_unmap, xShmUnmap, delete: c_int => c_int);
