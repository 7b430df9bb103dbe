//! One sequential file in front of the logs of all databases, so that a round of commits waits for one sync of one file.
//!
//! Owns the format of the journal, when a record of it counts no more, and what a start does with it. It must not know
//! SQL, and takes a database for a path and its log for bytes at offsets.
//!
//! A commit writes its frames to the database's log as ever, without a sync. A round of the syncer writes the same bytes
//! to the journal, with where in which log they lie, and syncs the journal alone. After a power cut the records are written
//! to the logs again, in their order, so that each log is what it was at its last record; SQLite takes it from there. A
//! record is a danger where the log has more in it by then than the record knows:
//!
//! - The log is synced by itself, and relied on: frames are copied into the database, or a gate opens. What lies at a place
//!   of the log may be a later transaction's by then, where one was undone. A record *settles* the path: what came before
//!   counts no more.
//! - The log has begun anew, or another database lies at the path: the header, which is durable before anything that
//!   follows it comes into the journal, tells.
//!
//! Two files take turns. Once one is full, the file system is synced and what it holds is *retired*, which the next batch
//! in the other one says. The batches of a file carry its epoch, so that what an earlier turn left behind them is not read.
//!
//! ```text
//! batch:  magic, epoch, number, retired epoch, length of the records (8 bytes each), CRC-32 of all but itself, 4 bytes 0, records
//! record: kind (1), length of the path (2), path in the data folder, then
//!         written: offset (8), length (4), bytes        settled: number of the last batch that counts no more (8)
//! ```

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, MutexGuard};

use denizen_core::limits::storage::JOURNAL_BYTES;

use super::vfs::{FRAME_HEADER_BYTES, Files, LogWrites, WAL_HEADER_BYTES};
use super::{Disk, FileId, Operation, lock};
use crate::StorageError;
use crate::database::files::beside;
use crate::error::At;
use crate::order::{Rule, broken};

const MAGIC: &[u8; 8] = b"denizenJ";
const HEADER_BYTES: usize = 48;
const NAMES: [&str; 2] = ["denizen-journal-0", "denizen-journal-1"];

/// Bytes of one of the two files.
const FILE_BYTES: u64 = if cfg!(test) { 128 << 10 } else { JOURNAL_BYTES };

/// How far ahead a file is filled with zeros: the sync of bytes that are there already waits for no change of metadata.
const AHEAD_BYTES: u64 = if cfg!(test) { 4 << 10 } else { 1 << 20 };

/// What a database takes in a batch beside its bytes: paths and numbers.
pub(crate) const RECORD_BYTES: usize = 512;

/// Bytes of records in one batch.
pub(crate) const BATCH_BYTES: usize = if cfg!(test) { FILE_BYTES as usize } else { FILE_BYTES as usize / 4 };

/// From how many logs on one sync of the file system makes them durable.
const SYNC_ALL_FROM: usize = 8;

const IN_DOUBT: &str = "the file system could not be synced";

const WRITTEN: u8 = 1;
const SETTLED: u8 = 2;

/// The journal of one data folder.
#[derive(Debug)]
pub(crate) struct Journal {
    folder: PathBuf,
    /// Held over each batch with its sync.
    writer: Mutex<Writer>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct Writer {
    files: [Option<Open>; 2],
    /// Which of them is written to.
    current: usize,
    /// Where the next batch goes.
    end: u64,
    epoch: u64,
}

#[derive(Debug)]
struct Open {
    file: File,
    id: FileId,
    /// Up to where there are bytes.
    filled: u64,
}

#[derive(Debug, Default)]
struct State {
    /// Number of the last batch.
    number: u64,
    /// Up to which epoch all is in the logs, durably.
    retired: u64,
    /// Up to which epoch a batch says so.
    told: u64,
    /// The last record of each path that has some that count.
    live: HashMap<PathBuf, Live>,
    /// The epoch of a file that is full and not retired yet.
    full: Option<u64>,
    /// The file system could not be synced, so that nobody knows what is in the logs. Records are taken back, for databases
    /// that are made good, and no more are written until none counts.
    in_doubt: bool,
}

#[derive(Debug, Clone, Copy)]
struct Live {
    number: u64,
    epoch: u64,
}

/// What one batch is to hold.
#[derive(Debug, Default)]
pub(crate) struct Batch<'a> {
    /// Writes to logs that nothing else makes durable, with the databases' paths.
    pub(crate) written: Vec<(&'a Path, &'a LogWrites)>,
    /// Databases whose log has been synced, and the number of the last batch before that.
    pub(crate) settled: Vec<(&'a Path, u64)>,
}

impl Batch<'_> {
    /// About how many bytes it takes, seldom less.
    fn bytes(&self) -> usize {
        let written = self.written.iter().map(|(_, writes)| writes.bytes() + RECORD_BYTES).sum::<usize>();
        HEADER_BYTES + written + self.settled.len() * RECORD_BYTES
    }
}

impl Journal {
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), writer: Mutex::default(), state: Mutex::default() }
    }

    /// Whether records of the database at `path` would be replayed.
    pub(crate) fn is_live(&self, path: &Path) -> bool {
        lock(&self.state).live.contains_key(path)
    }

    /// Whether there is no file of it.
    pub(crate) fn is_unused(&self) -> bool {
        lock(&self.writer).files.iter().all(Option::is_none)
    }

    /// Whether what is written to logs can be left to it: it has to be able to have all logs durable at once later.
    pub(crate) fn is_usable(&self, disk: &Disk) -> bool {
        disk.can_sync_all() && !lock(&self.state).in_doubt
    }

    /// A sync of the file system has failed. After that the kernel may call bytes clean that it has lost, so that no later sync
    /// says anything of them: every database with records has to be made good.
    pub(super) fn doubt(&self, disk: &Disk) {
        let mut state = lock(&self.state);
        state.in_doubt = true;
        for path in state.live.keys() {
            disk.fail(&disk.files(path));
        }
    }

    /// Keeps others from writing to it.
    pub(crate) fn begin(&self) -> Session<'_> {
        Session { journal: self, writer: lock(&self.writer) }
    }

    /// Makes what was written to the log of a database so far durable in the journal: records that are to be settled once the
    /// log is synced are those up to the number that this gives. Nothing that the sync covers comes into the journal later.
    pub(crate) fn take_over(&self, disk: &Disk, files: &Files) -> io::Result<u64> {
        let mut session = self.begin();
        // What there was too much of never comes into the journal, nor what is written while that is in doubt.
        let taken = if self.is_usable(disk) { files.take_whole_log_writes() } else { None };
        if let Some(writes) = taken.filter(|writes| !writes.is_empty()) {
            session.write(disk, &Batch { written: vec![(&files.path, &writes)], settled: Vec::new() })?;
        }
        Ok(session.position())
    }

    /// Records of the database at `path` up to `until` count no more; durable when this returns.
    pub(crate) fn settle(&self, disk: &Disk, path: &Path, until: u64) -> io::Result<()> {
        if !self.is_live(path) {
            return Ok(());
        }
        self.begin().write(disk, &Batch { written: Vec::new(), settled: vec![(path, until)] })
    }

    /// No record of the database at `path`, all of which has been made durable, counts any more; durable when this returns.
    pub(crate) fn forget(&self, disk: &Disk, path: &Path) -> io::Result<()> {
        if !self.is_live(path) {
            return Ok(());
        }
        let until = self.begin().position();
        self.settle(disk, path, until)
    }

    /// Has all logs durable, so that the records of `epoch` and of those before are of no use any more.
    fn retire(&self, disk: &Disk, epoch: u64) -> io::Result<()> {
        if !broken(Rule::LogsBeforeRetirement) {
            if self.has_suspects(disk) {
                let _session = self.begin();
                self.sync_logs(disk)?;
            } else {
                // Batches are written and synced meanwhile.
                let logs: Vec<_> = lock(&self.state).live.keys().map(|path| beside(path, "-wal")).collect();
                disk.sync_all_after(&logs)?;
            }
        }
        let mut state = lock(&self.state);
        state.retired = state.retired.max(epoch);
        Ok(())
    }

    /// Retires what a file holds that is full, if there is one.
    pub(crate) fn retire_full(&self, disk: &Disk) {
        let full = lock(&self.state).full.take();
        // If it fails, whoever writes next is told.
        drop(full.map(|epoch| self.retire(disk, epoch)));
    }

    /// Whether a file is full, which [`Journal::retire_full`] is to be told of.
    pub(crate) fn has_full(&self) -> bool {
        lock(&self.state).full.is_some()
    }

    /// Removes the journal while nobody writes to it.
    pub(crate) fn give_up(&self, disk: &Disk) -> io::Result<()> {
        let mut session = self.begin();
        let is_settled = lock(&self.state).live.is_empty();
        if is_settled { session.begin_anew(disk) } else { session.abandon(disk) }
    }

    /// Brings back what the kernel may have dropped of the log at `path` when a sync of it failed.
    pub(crate) fn restore(&self, disk: &Disk, path: &Path) -> Result<(), StorageError> {
        if !self.is_live(path) {
            return Ok(());
        }
        let _session = self.begin();
        write_logs(disk, &self.folder, |other| other == path)
    }

    /// Whether a sync has failed of a database that has records, and nobody has made good for it yet.
    fn has_suspects(&self, disk: &Disk) -> bool {
        lock(&self.state).live.keys().any(|path| disk.is_suspect(path))
    }

    /// Syncs the file system, after bringing back what it may have lost.
    fn sync_logs(&self, disk: &Disk) -> io::Result<()> {
        let restored = match self.has_suspects(disk) {
            true => write_logs(disk, &self.folder, |path| disk.is_suspect(path)).map_err(io::Error::other),
            false => Ok(()),
        };
        restored.inspect_err(|_| self.doubt(disk))?;
        disk.sync_all()
    }

    fn put_written(&self, bytes: &mut Vec<u8>, path: &Path, offset: u64, data: &[u8]) -> io::Result<()> {
        self.put_path(bytes, WRITTEN, path)?;
        bytes.extend_from_slice(&offset.to_le_bytes());
        bytes.extend_from_slice(&u32::try_from(data.len()).map_err(io::Error::other)?.to_le_bytes());
        bytes.extend_from_slice(data);
        Ok(())
    }

    fn put_settled(&self, bytes: &mut Vec<u8>, path: &Path, until: u64) -> io::Result<()> {
        self.put_path(bytes, SETTLED, path)?;
        bytes.extend_from_slice(&until.to_le_bytes());
        Ok(())
    }

    fn put_path(&self, bytes: &mut Vec<u8>, kind: u8, path: &Path) -> io::Result<()> {
        let path = path.strip_prefix(&self.folder).map_err(io::Error::other)?.as_os_str().as_bytes();
        let length = u16::try_from(path.len()).map_err(io::Error::other)?;
        bytes.push(kind);
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(path);
        Ok(())
    }
}

/// The journal, while its holder alone writes to it.
pub(crate) struct Session<'a> {
    journal: &'a Journal,
    writer: MutexGuard<'a, Writer>,
}

impl Session<'_> {
    /// Number of the last batch.
    pub(crate) fn position(&self) -> u64 {
        lock(&self.journal.state).number
    }

    /// Makes what is in a batch durable: in the journal, or if that cannot be, by a sync of everything.
    pub(crate) fn write(&mut self, disk: &Disk, batch: &Batch<'_>) -> io::Result<()> {
        self.append(disk, batch).or_else(|_| self.abandon(disk))
    }

    fn append(&mut self, disk: &Disk, batch: &Batch<'_>) -> io::Result<()> {
        let Self { journal, writer } = self;
        let (number, retired, told) = {
            let state = lock(&journal.state);
            if state.in_doubt && !batch.written.is_empty() {
                return Err(io::Error::other(IN_DOUBT));
            }
            (state.number + 1, state.retired, state.told)
        };
        let mut bytes = Vec::with_capacity(batch.bytes());
        bytes.resize(HEADER_BYTES, 0);
        for (path, writes) in &batch.written {
            for (offset, data) in writes.iter() {
                journal.put_written(&mut bytes, path, offset, data)?;
            }
        }
        for (path, until) in &batch.settled {
            journal.put_settled(&mut bytes, path, *until)?;
        }
        let length = bytes.len() as u64;
        if writer.files[writer.current].is_none() {
            writer.open(disk, &journal.folder)?;
        } else if writer.end + length > FILE_BYTES && !batch.written.is_empty() {
            // What the other file holds is written over from here on.
            if writer.epoch - 1 > retired {
                return Err(io::Error::other("both files of the journal are full"));
            }
            if writer.epoch - 1 > told && !broken(Rule::RetirementBeforeReuse) {
                // The batch that writes over it may be torn, and what is left of the old ones would count again.
                self.append(disk, &Batch::default())?;
                return self.append(disk, batch);
            }
            lock(&journal.state).full = Some(writer.epoch);
            writer.current = 1 - writer.current;
            writer.end = 0;
            writer.open(disk, &journal.folder)?;
        }
        let epoch = writer.epoch;
        seal(&mut bytes, [epoch, number, retired]);
        writer.write(disk, &bytes)?;
        let mut state = lock(&journal.state);
        state.number = number;
        for (path, writes) in &batch.written {
            let live = Live { number, epoch };
            match state.live.get_mut(*path) {
                _ if writes.is_empty() => {}
                Some(known) => *known = live,
                None => drop(state.live.insert(path.to_path_buf(), live)),
            }
        }
        for (path, until) in &batch.settled {
            if state.live.get(*path).is_some_and(|live| live.number <= *until) {
                state.live.remove(*path);
            }
        }
        if retired > std::mem::replace(&mut state.told, retired) {
            state.live.retain(|_, live| live.epoch > retired);
        }
        let is_good_again = state.in_doubt && state.live.is_empty();
        drop(state);
        if is_good_again { self.begin_anew(disk) } else { Ok(()) }
    }

    /// Has all logs durable and removes the journal: also what was to be written to it and could not be is durable then.
    fn abandon(&mut self, disk: &Disk) -> io::Result<()> {
        if lock(&self.journal.state).in_doubt {
            return Err(io::Error::other(IN_DOUBT));
        }
        self.journal.sync_logs(disk)?;
        self.begin_anew(disk)
    }

    /// Removes both files, of which nothing counts.
    fn begin_anew(&mut self, disk: &Disk) -> io::Result<()> {
        self.writer.files = [None, None];
        (self.writer.current, self.writer.end) = (0, 0);
        remove(disk, &self.journal.folder)?;
        let mut state = lock(&self.journal.state);
        state.live.clear();
        state.retired = self.writer.epoch;
        state.told = state.retired;
        state.full = None;
        state.in_doubt = false;
        Ok(())
    }
}

impl Writer {
    /// Begins a new epoch in the current file, making it if it is not there.
    fn open(&mut self, disk: &Disk, folder: &Path) -> io::Result<()> {
        self.epoch += 1;
        if self.files[self.current].is_some() {
            return Ok(());
        }
        let path = folder.join(NAMES[self.current]);
        let file = OpenOptions::new().write(true).create(true).truncate(true).open(&path)?;
        let id = disk.observe_file(&path, true);
        if !broken(Rule::NamesBeforeGate) {
            disk.sync_folder(folder)?;
        }
        self.files[self.current] = Some(Open { file, id, filled: 0 });
        Ok(())
    }

    fn write(&mut self, disk: &Disk, bytes: &[u8]) -> io::Result<()> {
        let end = self.end;
        let Some(Open { file, id, filled }) = &mut self.files[self.current] else {
            return Err(io::Error::other("the journal is closed"));
        };
        let put = |offset: u64, data: &[u8]| {
            disk.perform(Operation::Write { file: *id, offset, data }, || file.write_all_at(data, offset))
        };
        let behind = end + bytes.len() as u64;
        if behind > *filled {
            let until = behind.next_multiple_of(AHEAD_BYTES).min(FILE_BYTES.max(behind));
            put(*filled, &vec![0; (until - *filled) as usize])?;
            *filled = until;
        }
        put(end, bytes)?;
        if !broken(Rule::JournalBeforeGate) {
            disk.counters.syncs.fetch_add(1, Ordering::Relaxed);
            disk.perform(Operation::Sync { file: *id }, || {
                disk.delay();
                file.sync_data()
            })?;
        }
        self.end = behind;
        Ok(())
    }
}

fn seal(bytes: &mut [u8], numbers: [u64; 3]) {
    let length = (bytes.len() - HEADER_BYTES) as u64;
    bytes[..8].copy_from_slice(MAGIC);
    for (place, number) in numbers.into_iter().chain([length]).enumerate() {
        bytes[8 + place * 8..16 + place * 8].copy_from_slice(&number.to_le_bytes());
    }
    let sum = checksum(bytes);
    bytes[40..44].copy_from_slice(&sum.to_le_bytes());
}

fn checksum(batch: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&batch[..40]);
    hasher.update(&batch[HEADER_BYTES..]);
    hasher.finalize()
}

/// Removes both files, the older one first: the newer one may say that what the older one holds counts no more.
fn remove(disk: &Disk, folder: &Path) -> io::Result<()> {
    let mut files = Vec::new();
    for name in NAMES {
        let path = folder.join(name);
        if let Some(epoch) = first_epoch(&path)? {
            files.push((epoch, path));
        }
    }
    files.sort();
    if broken(Rule::OlderJournalFirst) {
        files.reverse();
    }
    for (_, path) in files {
        disk.remove(&path)?;
        disk.sync_folder(folder)?;
    }
    Ok(())
}

/// The epoch that the file at `path` begins with, 0 if it holds no batch; `None` if there is no file.
fn first_epoch(path: &Path) -> io::Result<Option<u64>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut header = [0; 16];
    match file.read_exact_at(&mut header, 0) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(Some(0)),
        outcome => outcome?,
    }
    let epoch = Reader(&header[8..]).number(8).unwrap_or(0);
    Ok(Some(if header.starts_with(MAGIC) { epoch } else { 0 }))
}

/// Reads numbers and bytes one after the other; `None` where there are not enough.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self, length: usize) -> Option<u64> {
        let mut bytes = [0; 8];
        bytes[..length].copy_from_slice(self.take(length)?);
        Some(u64::from_le_bytes(bytes))
    }
}

/// A batch that was read.
#[derive(Debug, PartialEq)]
struct Found<'a> {
    epoch: u64,
    number: u64,
    retired: u64,
    records: Vec<(&'a Path, Record<'a>)>,
}

#[derive(Debug, PartialEq)]
enum Record<'a> {
    Written(u64, &'a [u8]),
    Settled(u64),
}

/// The batch at the beginning of `bytes`, and its length; `None` where there is none that is whole.
fn read_batch(bytes: &[u8]) -> Option<(Found<'_>, usize)> {
    let mut header = Reader(bytes.get(..HEADER_BYTES)?);
    if header.take(8)? != MAGIC {
        return None;
    }
    let (epoch, number, retired) = (header.number(8)?, header.number(8)?, header.number(8)?);
    let length = usize::try_from(header.number(8)?).ok()?.checked_add(HEADER_BYTES)?;
    let batch = bytes.get(..length)?;
    if header.number(4)? != u64::from(checksum(batch)) {
        return None;
    }
    let mut rest = Reader(&batch[HEADER_BYTES..]);
    let mut records = Vec::new();
    while !rest.0.is_empty() {
        let (kind, length) = (rest.number(1)?, rest.number(2)? as usize);
        let path = Path::new(OsStr::from_bytes(rest.take(length)?));
        let record = match kind as u8 {
            WRITTEN => {
                let (offset, length) = (rest.number(8)?, rest.number(4)? as usize);
                Record::Written(offset, rest.take(length)?)
            }
            SETTLED => Record::Settled(rest.number(8)?),
            _ => return None,
        };
        records.push((path, record));
    }
    Some((Found { epoch, number, retired, records }, length))
}

/// The batches of one file, which end where one is not whole or of another epoch.
fn read_file(bytes: &[u8]) -> Vec<Found<'_>> {
    let mut found: Vec<Found<'_>> = Vec::new();
    let mut at = 0;
    while let Some((batch, length)) = read_batch(&bytes[at..]) {
        if found.last().is_some_and(|last| batch.epoch != last.epoch || batch.number != last.number + 1) {
            break;
        }
        found.push(batch);
        at += length;
    }
    found
}

/// Writes to the logs below `folder` what they may have lost with the power, and removes the journal.
pub(super) fn replay(disk: &Disk, folder: &Path) -> Result<(), StorageError> {
    write_logs(disk, folder, |_| true)?;
    remove(disk, folder).at(folder)
}

/// An offset in a log, and what was written there.
type Write<'a> = (u64, &'a [u8]);

/// Those of `writes` that go on with what is in `log`, or begin it anew: each header of a log has a salt of its own, which its
/// frames repeat (SQLite file format, sections 4.1 and 4.2). What was written before the log had the header that it has is in
/// the database, or was in another one. If nothing goes on with it, another program has had the database since, as workerd
/// may after a kill: it has taken over what was in the log then.
fn of_this_log<'w, 'a>(log: &File, writes: &'w [Write<'a>]) -> io::Result<&'w [Write<'a>]> {
    let mut header = [0; WAL_HEADER_BYTES as usize];
    match log.read_exact_at(&mut header, 0) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(&[]),
        outcome => outcome?,
    }
    let frame_bytes =
        FRAME_HEADER_BYTES + u64::from(u32::from_be_bytes([header[8], header[9], header[10], header[11]]));
    // A write may begin between a frame's header and its page, and end there. Once a transaction has written a page again that
    // it had spilled, the headers of its frames have no salts until it commits.
    let salt = |(offset, data): &Write<'a>| {
        let salt = match offset.checked_sub(WAL_HEADER_BYTES) {
            None => data.get(16..24),
            Some(offset) => data.get((offset.checked_next_multiple_of(frame_bytes)? - offset) as usize..)?.get(8..16),
        };
        salt.filter(|salt| **salt != [0; 8] || broken(Rule::FramesWithoutSalts))
    };
    let first = writes.iter().position(|write| salt(write) == Some(&header[16..24])).unwrap_or(writes.len());
    let unknown = writes[..first].iter().rev().take_while(|write| salt(write).is_none()).count();
    Ok(&writes[first - unknown..])
}

/// Writes the records that count to the logs of the databases that `wanted` takes, durably.
fn write_logs(disk: &Disk, folder: &Path, wanted: impl Fn(&Path) -> bool) -> Result<(), StorageError> {
    let mut contents = Vec::new();
    for name in NAMES {
        let path = folder.join(name);
        contents.extend(disk.read(&path).at(&path)?);
    }
    let mut files: Vec<_> = contents.iter().map(|bytes| read_file(bytes)).filter(|found| !found.is_empty()).collect();
    files.sort_by_key(|found| found[0].epoch);
    let batches: Vec<_> = files.into_iter().flatten().collect();
    let retired = batches.iter().map(|batch| batch.retired).max().unwrap_or(0);
    let mut counts: HashMap<&Path, Vec<(u64, Write<'_>)>> = HashMap::new();
    for batch in batches.iter().filter(|batch| batch.epoch > retired) {
        for (path, record) in &batch.records {
            let writes = counts.entry(path).or_default();
            match record {
                Record::Written(offset, bytes) => writes.push((batch.number, (*offset, bytes))),
                Record::Settled(until) => writes.retain(|(number, ..)| number > until),
            }
        }
    }
    let mut logs = Vec::new();
    for (path, writes) in counts {
        let path = folder.join(path);
        // A database that is gone has been deleted.
        if writes.is_empty() || !wanted(&path) || disk.length(&path).at(&path)?.is_none() {
            continue;
        }
        let log = beside(&path, "-wal");
        // The name of a log, and its first header, are durable before anything of it comes into the journal.
        if disk.length(&log).at(&log)?.is_none() {
            continue;
        }
        let file = OpenOptions::new().read(true).write(true).open(&log).at(&log)?;
        let writes: Vec<_> = writes.into_iter().map(|(_, write)| write).collect();
        let writes = match broken(Rule::OfThisLog) {
            true => &writes,
            false => of_this_log(&file, &writes).at(&log)?,
        };
        let id = disk.observe_file(&log, false);
        for &(offset, data) in writes {
            disk.perform(Operation::Write { file: id, offset, data }, || file.write_all_at(data, offset)).at(&log)?;
        }
        logs.push(log);
    }
    if logs.len() >= SYNC_ALL_FROM && disk.can_sync_all() {
        return disk.sync_all().at(folder);
    }
    for log in &logs {
        disk.sync(log).at(log)?;
    }
    let folders: HashSet<_> = logs.iter().filter_map(|log| log.parent()).collect();
    folders.into_iter().try_for_each(|folder| disk.sync_folder(folder).at(folder))
}

#[cfg(test)]
mod tests;
