//! The observer that remembers every operation, and what a power cut would leave of them.
//!
//! Owns the model of a disk without battery: what was synced is there; of what came after, each write of a file may be
//! there, be missing or be torn at a sector, and each name stands where it stood at some moment since its folder was last
//! synced. A rename happens as a whole. A failed sync drops what it should have written. It must not know what the files
//! hold. Operations come from one thread.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::{FileId, Observer, Operation, lock};

const SECTOR_BYTES: usize = 512;

/// A small generator of numbers that repeat for the same seed.
#[derive(Debug, Clone)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % bound.max(1)
    }

    /// Whether something happens that does so in `percent` of all cases.
    pub(crate) fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

#[derive(Debug, Clone)]
enum Event {
    Write(FileId, u64, Vec<u8>),
    Truncate(FileId, u64),
    /// A name comes to stand for a file, or for none; the number joins the two halves of a rename.
    Name(PathBuf, Option<FileId>, Option<u64>),
    Sync(FileId),
    FailedSync(FileId, u64),
    /// A sync of everything that has lost what one file had, and made the rest durable.
    FailedSyncAll(FileId, u64),
    SyncFolder(PathBuf),
    SyncAll,
}

#[derive(Debug, Default)]
struct State {
    events: Vec<Event>,
    names: HashMap<PathBuf, FileId>,
    next_file: FileId,
    next_rename: u64,
    /// How many syncs of files from now on fail: the percentage, and what decides.
    failing: Option<(usize, Chance)>,
    /// The file of which the next sync of everything loses what is not durable.
    losing: Option<PathBuf>,
    /// Files whose next sync tells of a loss.
    lossy: HashSet<FileId>,
}

/// Remembers what a disk did.
#[derive(Debug, Default)]
pub(crate) struct Recorder(Mutex<State>);

impl Recorder {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// How many operations there were so far.
    pub(crate) fn position(&self) -> usize {
        lock(&self.0).events.len()
    }

    /// From now on, `percent` of all syncs of files fail.
    pub(crate) fn fail_syncs(&self, percent: usize, chance: Chance) {
        lock(&self.0).failing = (percent > 0).then_some((percent, chance));
    }

    /// The next sync of everything fails, and loses what the file at `path` has that is not durable.
    pub(crate) fn lose(&self, path: &Path) {
        lock(&self.0).losing = Some(path.to_owned());
    }

    /// Where names of the files `part` were given and taken away: right before and after each.
    pub(crate) fn positions_of(&self, part: &str) -> Vec<usize> {
        let state = lock(&self.0);
        let is_of = |event: &Event| matches!(event, Event::Name(path, ..) if path.to_string_lossy().contains(part));
        let found = state.events.iter().enumerate().filter(|(_, event)| is_of(event));
        found.flat_map(|(position, _)| [position, position + 1]).collect()
    }

    /// Everything that lies in `folder` is durable.
    pub(crate) fn adopt_durable(&self, folder: &Path) {
        self.adopt(folder);
        lock(&self.0).events.push(Event::SyncAll);
    }

    /// Everything that lies in `folder` was written by a process that was killed: nothing of it is durable.
    pub(crate) fn adopt(&self, folder: &Path) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                self.adopt(&path);
                continue;
            }
            let file = self.file(&path, true);
            let bytes = std::fs::read(&path).expect("a file");
            lock(&self.0).events.push(Event::Write(file, 0, bytes));
        }
    }

    /// Writes to `target` what a power cut after the first `position` operations would leave of the files in `root`.
    pub(crate) fn cut(&self, position: usize, chance: &mut Chance, root: &Path, target: &Path) {
        let state = lock(&self.0);
        let mut disk = Disk::default();
        state.events[..position].iter().for_each(|event| disk.apply(event));
        for (path, file) in disk.surviving_names(chance) {
            let Ok(relative) = path.strip_prefix(root) else { continue };
            let path = target.join(relative);
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder).expect("folder");
            }
            std::fs::write(path, disk.surviving_bytes(file, chance)).expect("file");
        }
    }
}

impl Observer for Recorder {
    fn file(&self, path: &Path, created: bool) -> FileId {
        let mut state = lock(&self.0);
        match state.names.get(path) {
            Some(file) if !created => *file,
            _ => {
                state.next_file += 1;
                let file = state.next_file;
                if created {
                    state.names.insert(path.to_owned(), file);
                    state.events.push(Event::Name(path.to_owned(), Some(file), None));
                }
                file
            }
        }
    }

    fn before(&self, operation: &Operation<'_>) -> io::Result<()> {
        let mut state = lock(&self.0);
        if let Operation::SyncAll = operation
            && let Some(file) = state.losing.take().and_then(|path| state.names.get(&path).copied())
        {
            state.events.push(Event::FailedSyncAll(file, file));
            state.lossy.insert(file);
            return Err(io::Error::other("the disk failed"));
        }
        if let Operation::Sync { file } = operation
            && state.lossy.remove(file)
        {
            return Err(io::Error::other("the disk had failed"));
        }
        if let Operation::Sync { file } = operation
            && let Some((percent, chance)) = &mut state.failing
            && chance.percent(*percent)
        {
            let seed = chance.below(usize::MAX) as u64;
            state.events.push(Event::FailedSync(*file, seed));
            return Err(io::Error::other("the disk failed"));
        }
        Ok(())
    }

    fn after(&self, operation: &Operation<'_>) {
        let mut state = lock(&self.0);
        match *operation {
            Operation::Write { file, offset, data } => state.events.push(Event::Write(file, offset, data.to_vec())),
            Operation::Truncate { file, size } => state.events.push(Event::Truncate(file, size)),
            Operation::Sync { file } => state.events.push(Event::Sync(file)),
            Operation::SyncFolder { folder } => state.events.push(Event::SyncFolder(folder.to_owned())),
            Operation::SyncAll => state.events.push(Event::SyncAll),
            Operation::Remove { path } => {
                state.names.remove(path);
                state.events.push(Event::Name(path.to_owned(), None, None));
            }
            Operation::Rename { from, to } => {
                let Some(file) = state.names.remove(from) else { return };
                state.names.insert(to.to_owned(), file);
                state.next_rename += 1;
                let joined = Some(state.next_rename);
                state.events.push(Event::Name(from.to_owned(), None, joined));
                state.events.push(Event::Name(to.to_owned(), Some(file), joined));
            }
        }
    }
}

#[derive(Debug, Default)]
struct FileState {
    durable: Vec<u8>,
    pending: Vec<Event>,
}

/// What is durable, and what may be.
#[derive(Debug, Default)]
struct Disk {
    files: HashMap<FileId, FileState>,
    names: BTreeMap<PathBuf, Option<FileId>>,
    /// Changes of a name since its folder was synced.
    pending: BTreeMap<PathBuf, Vec<NameChange>>,
}

/// What a name comes to stand for, and the rename that it is half of.
type NameChange = (Option<FileId>, Option<u64>);

impl Disk {
    fn apply(&mut self, event: &Event) {
        match event {
            Event::Write(file, ..) | Event::Truncate(file, _) => {
                self.files.entry(*file).or_default().pending.push(event.clone());
            }
            Event::Name(path, file, joined) => {
                self.pending.entry(path.clone()).or_default().push((*file, *joined));
            }
            Event::Sync(file) => self.sync(*file),
            Event::FailedSync(file, seed) => {
                let state = self.files.entry(*file).or_default();
                let mut chance = Chance::new(*seed);
                for event in std::mem::take(&mut state.pending) {
                    if chance.percent(30) {
                        write(&mut state.durable, &event, None);
                    }
                }
            }
            Event::FailedSyncAll(file, seed) => {
                self.apply(&Event::FailedSync(*file, *seed));
                self.apply(&Event::SyncAll);
            }
            Event::SyncFolder(folder) => {
                let paths: Vec<_> = self.pending.keys().filter(|path| path.parent() == Some(folder)).cloned().collect();
                paths.iter().for_each(|path| self.sync_name(path));
            }
            Event::SyncAll => {
                let files: Vec<_> = self.files.keys().copied().collect();
                files.into_iter().for_each(|file| self.sync(file));
                let paths: Vec<_> = self.pending.keys().cloned().collect();
                paths.iter().for_each(|path| self.sync_name(path));
            }
        }
    }

    fn sync(&mut self, file: FileId) {
        let state = self.files.entry(file).or_default();
        for event in std::mem::take(&mut state.pending) {
            write(&mut state.durable, &event, None);
        }
    }

    fn sync_name(&mut self, path: &Path) {
        if let Some(changes) = self.pending.remove(path)
            && let Some((file, _)) = changes.last()
        {
            self.names.insert(path.to_owned(), *file);
        }
    }

    fn surviving_names(&self, chance: &mut Chance) -> Vec<(PathBuf, FileId)> {
        // How many of its changes each name has seen.
        let mut seen: BTreeMap<&PathBuf, usize> =
            self.pending.iter().map(|(path, changes)| (path, chance.below(changes.len() + 1))).collect();
        // A rename is seen in both names or in neither.
        loop {
            let renamed: Vec<_> = self
                .pending
                .iter()
                .flat_map(|(path, changes)| changes[..seen[path]].iter().filter_map(|(_, joined)| *joined))
                .collect();
            let mut grown = false;
            for (path, changes) in &self.pending {
                let needed = changes.iter().rposition(|(_, joined)| joined.is_some_and(|id| renamed.contains(&id)));
                if let Some(needed) = needed
                    && seen[path] <= needed
                {
                    seen.insert(path, needed + 1);
                    grown = true;
                }
            }
            if !grown {
                break;
            }
        }
        let mut names = self.names.clone();
        for (path, count) in seen {
            if let Some(last) = count.checked_sub(1) {
                names.insert(path.clone(), self.pending[path][last].0);
            }
        }
        names.into_iter().filter_map(|(path, file)| Some((path, file?))).collect()
    }

    fn surviving_bytes(&self, file: FileId, chance: &mut Chance) -> Vec<u8> {
        let Some(state) = self.files.get(&file) else { return Vec::new() };
        let mut bytes = state.durable.clone();
        // Some cuts lose all that was pending, some nothing, most a part.
        let kept = [0, 100, 50, 20, 80][chance.below(5)];
        for event in &state.pending {
            if chance.percent(kept) {
                let torn = chance.percent(20);
                write(&mut bytes, event, torn.then_some(&mut *chance));
            }
        }
        bytes
    }
}

/// Does a write or a cut; with `torn`, only some sectors of a write.
fn write(bytes: &mut Vec<u8>, event: &Event, mut torn: Option<&mut Chance>) {
    match event {
        Event::Write(_, offset, data) => {
            let mut at = *offset as usize;
            let mut rest = &data[..];
            while !rest.is_empty() {
                let length = (SECTOR_BYTES - at % SECTOR_BYTES).min(rest.len());
                let (sector, behind) = rest.split_at(length);
                if torn.as_mut().is_none_or(|chance| chance.percent(50)) {
                    if bytes.len() < at + length {
                        bytes.resize(at + length, 0);
                    }
                    bytes[at..at + length].copy_from_slice(sector);
                }
                at += length;
                rest = behind;
            }
        }
        Event::Truncate(_, size) => bytes.truncate(*size as usize),
        _ => {}
    }
}
