//! Tests of the journal's format, of what a start makes of it, and of its two files.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use proptest::prelude::*;

use super::{Batch, FILE_BYTES, Found, HEADER_BYTES, Journal, NAMES, Record, read_file, replay, seal};
use crate::disk::Disk;
use crate::disk::lock;
use crate::disk::vfs::LogWrites;
use crate::order::{Rule, without};
use crate::testing::{Scratch, scratch};

/// What a batch has of one path: writes, and what is settled.
type Records = (PathBuf, Vec<(u64, Vec<u8>)>, Option<u64>);

fn sealed(epoch: u64, number: u64, records: &[Records]) -> Vec<u8> {
    let journal = Journal::new(Path::new("/data"));
    let mut bytes = vec![0; HEADER_BYTES];
    for (path, writes, settled) in records {
        let path = Path::new("/data").join(path);
        for (offset, data) in writes {
            journal.put_written(&mut bytes, &path, *offset, data).expect("put");
        }
        if let Some(until) = settled {
            journal.put_settled(&mut bytes, &path, *until).expect("put");
        }
    }
    seal(&mut bytes, [epoch, number, epoch - 1]);
    bytes
}

fn batches() -> impl Strategy<Value = Vec<Vec<Records>>> {
    let name = "[a-z]{1,8}/[0-9a-f]{1,12}\\.sqlite".prop_map(PathBuf::from);
    let write = (any::<u64>(), prop::collection::vec(any::<u8>(), 0..64));
    let record = (name, prop::collection::vec(write, 0..4), any::<Option<u64>>());
    prop::collection::vec(prop::collection::vec(record, 0..5), 1..6)
}

proptest! {
    /// What was written is read; what is torn or changed anywhere ends the journal there, and nothing before it.
    #[test]
    fn a_journal_is_read_up_to_what_is_not_whole(
        batches in batches(), damaged in any::<prop::sample::Index>(), bit in 0u8..8, cut in any::<bool>(),
    ) {
        let written: Vec<Vec<u8>> =
            batches.iter().enumerate().map(|(at, records)| sealed(7, 3 + at as u64, records)).collect();
        let whole = written.concat();
        let found = read_file(&whole);
        prop_assert_eq!(found.len(), batches.len());
        for (at, (Found { epoch, number, retired, records }, given)) in found.iter().zip(&batches).enumerate() {
            prop_assert_eq!((*epoch, *number, *retired), (7, 3 + at as u64, 6));
            let mut expected = Vec::new();
            for (path, writes, settled) in given {
                expected.extend(writes.iter().map(|(offset, data)| (&**path, Record::Written(*offset, data))));
                expected.extend(settled.iter().map(|until| (&**path, Record::Settled(*until))));
            }
            prop_assert_eq!(records, &expected);
        }
        let place = damaged.index(whole.len());
        let mut bytes = whole.clone();
        if cut { bytes.truncate(place) } else { bytes[place] ^= 1 << bit }
        let mut behind = 0;
        let untouched = written.iter().take_while(|batch| { behind += batch.len(); behind <= place }).count();
        // The four bytes that nothing is said of may be anything.
        let is_spare = !cut && (44..48).contains(&(place - written[..untouched].iter().map(Vec::len).sum::<usize>()));
        prop_assert_eq!(read_file(&bytes).len(), if is_spare { batches.len() } else { untouched });
    }

    /// No bytes make the reader panic.
    #[test]
    fn any_bytes_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..512), mut header in any::<bool>()) {
        let mut bytes = bytes;
        if header && bytes.len() >= HEADER_BYTES {
            seal(&mut bytes, [1, 1, 0]);
        } else {
            header = false;
        }
        prop_assert!(read_file(&bytes).len() <= 1 || header);
    }
}

#[test]
fn what_an_earlier_epoch_left_behind_a_batch_is_not_read() {
    let record = |name: &str, length: usize| vec![(PathBuf::from(name), vec![(0, vec![1; length])], None)];
    let mut bytes = sealed(1, 1, &record("old", 100));
    bytes.extend(sealed(1, 2, &record("old", 100)));
    let newer = sealed(3, 2, &record("new", 100));
    // It ends where the next one of the earlier epoch begins, whose number is not the next one's either.
    assert_eq!(newer.len(), bytes.len() / 2);
    bytes[..newer.len()].copy_from_slice(&newer);
    let found = read_file(&bytes);
    assert_eq!(found.iter().map(|batch| batch.number).collect::<Vec<_>>(), [2]);
}

#[test]
fn two_files_take_turns_once_what_they_hold_is_retired() {
    let folder = scratch("journal-turns");
    let disk = disk_of(&folder);
    let journal = Journal::new(&folder);
    let path = folder.join("a.sqlite");
    let mut writes = LogWrites::default();
    writes.add(32, &[7; 1000]);
    let append = || journal.begin().append(&disk, &Batch { written: vec![(&path, &writes)], settled: Vec::new() });
    let mut full = 0;
    for _ in 0..4 * FILE_BYTES / 1000 {
        append().expect("room");
        full += u64::from(journal.has_full());
        journal.retire_full(&disk);
    }
    assert!(full > 2);
    for name in NAMES {
        let length = std::fs::metadata(folder.join(name)).expect("a file").len();
        // A retirement is told of behind the end, if need be.
        assert!(length <= FILE_BYTES + HEADER_BYTES as u64, "{length}");
    }
    // What is not retired is not written over.
    let refused = (0..3 * FILE_BYTES / 1000).find_map(|_| append().err()).expect("both are full");
    assert_eq!(refused.to_string(), "both files of the journal are full");
    assert!(journal.is_live(&path));
    journal.give_up(&disk).expect("given up");
    assert!(!journal.is_live(&path) && !folder.join(NAMES[0]).exists() && !folder.join(NAMES[1]).exists());
}

/// A log with one frame of `filler`, and the frame alone.
fn log_of(filler: u8) -> (Vec<u8>, Vec<u8>) {
    let mut header = vec![0; 32];
    header[8..12].copy_from_slice(&4096_u32.to_be_bytes());
    header[16..24].copy_from_slice(&[5; 8]);
    let mut frame = vec![filler; 24 + 4096];
    frame[8..16].copy_from_slice(&[5; 8]);
    ([header, frame.clone()].concat(), frame)
}

/// A transaction that was undone may have left bytes in the journal where another one's are in the log by now.
#[test]
fn what_is_settled_is_not_written_to_the_log_again() {
    let replayed = |settles: bool| {
        let folder = scratch("journal-settled");
        let disk = Disk::real(std::time::Duration::ZERO, None).expect("disk");
        let (path, log) = (folder.join("a.sqlite"), folder.join("a.sqlite-wal"));
        std::fs::write(&path, b"a database").expect("write");
        std::fs::write(&log, log_of(1).0).expect("write");
        let journal = Journal::new(&folder);
        let mut writes = LogWrites::default();
        writes.add(32, &log_of(1).1);
        journal.begin().append(&disk, &Batch { written: vec![(&path, &writes)], settled: vec![] }).expect("room");
        std::fs::write(&log, log_of(2).0).expect("write");
        if settles {
            let until = journal.begin().position();
            journal.settle(&disk, &path, until).expect("settled");
        }
        replay(&disk, &folder).expect("replayed");
        std::fs::read(&log).expect("read")
    };
    assert_eq!(replayed(true), log_of(2).0);
    assert_eq!(replayed(false), log_of(1).0);
}

fn disk_of(folder: &Path) -> Arc<Disk> {
    let disk = Disk::real(std::time::Duration::ZERO, None).expect("disk");
    disk.open_root(folder).expect("a folder");
    disk
}

/// A journal whose records of `a.sqlite`, an undone transaction's, lie in an older file, and where a newer one settles them;
/// the log has had another transaction since.
struct Turned {
    folder: Scratch,
    disk: Arc<Disk>,
    journal: Journal,
    log: PathBuf,
}

impl Turned {
    fn new(at_first: bool) -> Self {
        let folder = scratch("journal-turned");
        let disk = disk_of(&folder);
        let journal = Journal::new(&folder);
        let (path, log) = (folder.join("a.sqlite"), folder.join("a.sqlite-wal"));
        std::fs::write(&path, b"a database").expect("write");
        std::fs::write(&log, log_of(1).0).expect("write");
        let this = Self { folder, disk, journal, log };
        if !at_first {
            this.fill();
            this.journal.retire_full(&this.disk);
        }
        let mut undone = LogWrites::default();
        undone.add(32, &log_of(1).1);
        this.append(&path, &undone);
        this.add(1000);
        if !at_first {
            this.fill();
        }
        std::fs::write(&this.log, log_of(2).0).expect("write");
        let until = this.journal.begin().position();
        this.journal.settle(&this.disk, &path, until).expect("settled");
        this
    }

    fn append(&self, path: &Path, writes: &LogWrites) {
        let batch = Batch { written: vec![(path, writes)], settled: Vec::new() };
        self.journal.begin().append(&self.disk, &batch).expect("room");
    }

    fn add(&self, bytes: usize) {
        let mut writes = LogWrites::default();
        writes.add(32, &vec![7; bytes]);
        self.append(&self.folder.join("b.sqlite"), &writes);
    }

    /// Until the other file is written to.
    fn fill(&self) {
        while !self.journal.has_full() {
            self.add(1000);
        }
    }

    /// Whether a start leaves what was acknowledged.
    fn starts(&self) -> bool {
        replay(&self.disk, &self.folder).expect("replayed");
        std::fs::read(&self.log).expect("a log") == log_of(2).0
    }
}

struct NoSecondRemoval(std::sync::atomic::AtomicBool);

impl crate::disk::Observer for NoSecondRemoval {
    fn file(&self, _path: &Path, _created: bool) -> u64 {
        0
    }

    fn before(&self, operation: &crate::disk::Operation<'_>) -> std::io::Result<()> {
        match operation {
            crate::disk::Operation::Remove { .. } if self.0.swap(true, Ordering::Relaxed) => {
                Err(std::io::Error::other("killed here"))
            }
            _ => Ok(()),
        }
    }

    fn after(&self, _operation: &crate::disk::Operation<'_>) {}
}

#[test]
fn a_journal_of_which_one_file_is_gone_undoes_nothing() {
    let holds = || {
        let turned = Turned::new(false);
        let killed = Disk::observed(Arc::new(NoSecondRemoval(false.into()))).expect("disk");
        assert!(replay(&killed, &turned.folder).is_err());
        turned.starts()
    };
    assert!(without(None, holds));
    assert!(!without(Some(Rule::OlderJournalFirst), holds));
}

#[test]
fn a_batch_that_is_torn_brings_nothing_back_that_it_was_to_write_over() {
    let holds = || {
        let turned = Turned::new(true);
        turned.fill();
        // The other file is nearly full when this one is retired.
        while lock(&turned.journal.writer).end + 2 * 1100 < FILE_BYTES {
            turned.add(1000);
        }
        turned.journal.retire_full(&turned.disk);
        let path = turned.folder.join(NAMES[0]);
        let before = std::fs::read(&path).expect("a file");
        turned.add(9000);
        let after = std::fs::read(&path).expect("a file");
        assert!(before != after, "it was not written over");
        let kept = (HEADER_BYTES + log_of(1).1.len() + 64).next_multiple_of(512);
        std::fs::write(&path, [&before[..kept], &after[kept..]].concat()).expect("write");
        turned.starts()
    };
    assert!(without(None, holds));
    assert!(!without(Some(Rule::RetirementBeforeReuse), holds));
}
