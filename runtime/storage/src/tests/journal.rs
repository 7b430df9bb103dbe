//! Single histories of the journal and of syncs that fail, each with the rule that it needs: with the rule nothing is lost that
//! was acknowledged, without it something is.

use std::cell::RefCell;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use super::basics::{PLENTY, run};
use crate::disk::recording::{Chance, Recorder};
use crate::disk::{Disk, FileId, Observer, Operation, lock};
use crate::order::{Rule, without};
use crate::testing::{Scratch, scratch};
use crate::{Database, Durable, Engine, EngineOptions, ObjectStorage, Pool, PoolOptions, StorageError};

const NAMESPACE: &str = "w-C";

fn options(journal_from: usize) -> EngineOptions {
    EngineOptions { threads: false, clock: Arc::new(|| 0), journal_from, ..EngineOptions::default() }
}

fn open(pool: &Rc<Pool>, number: usize) -> Result<Database, StorageError> {
    ObjectStorage::of(pool, NAMESPACE, &format!("{number:064x}"), None)?.open(0, PLENTY)
}

fn put(database: &Database, key: &str) -> Durable {
    // What is there already is not written again.
    static NEXT: AtomicU64 = AtomicU64::new(0);
    database.kv_put(key, &NEXT.fetch_add(1, Ordering::Relaxed).to_le_bytes()).expect("put");
    database.commit().expect("commit").expect("something to wait for")
}

fn has(database: &Database, key: &str) -> bool {
    database.kv_get(key, |_| ()).expect("get").is_some()
}

/// An engine without threads on a disk that `observer` sees, and its databases.
struct World {
    folder: Scratch,
    engine: Arc<Engine>,
    pool: Rc<Pool>,
    databases: Vec<Database>,
}

impl World {
    fn new(observer: Arc<dyn Observer>, journal_from: usize, databases: usize) -> Self {
        let folder = scratch("journal");
        let engine = Engine::open_on(Disk::observed(observer).expect("disk"), &folder, options(journal_from));
        let engine = engine.expect("engine");
        let pool = Pool::new(&engine, PoolOptions::default());
        let databases = (0..databases).map(|number| open(&pool, number).expect("open")).collect();
        Self { folder, engine, pool, databases }
    }

    /// A commit of each of these, made durable together: what became of each.
    fn commit(&self, databases: &[Database], key: &str) -> Vec<Result<(), StorageError>> {
        let waits: Vec<_> = databases.iter().map(|database| put(database, key)).collect();
        while self.engine.syncer.run_once() {}
        waits.into_iter().map(Durable::wait).collect()
    }

    fn commit_all(&self, key: &str) {
        self.commit(&self.databases, key).into_iter().for_each(|outcome| outcome.expect("durable"));
    }

    fn is_live(&self, database: &Database) -> bool {
        self.engine.disk.journal().expect("a journal").is_live(&database.files().path)
    }

    /// In how many of ten power cuts after all this the database `number` has lost `key`.
    fn lost(&self, recorder: &Recorder, number: usize, key: &str) -> usize {
        let root = self.folder.canonicalize().expect("folder");
        let lost = (0..10).filter(|seed| {
            let cut = scratch("journal-cut");
            recorder.cut(recorder.position(), &mut Chance::new(*seed), &root, &cut);
            let engine = Engine::open(&cut, options(2)).expect("engine");
            let pool = Pool::new(&engine, PoolOptions::default());
            !open(&pool, number).is_ok_and(|database| has(&database, key))
        });
        lost.count()
    }
}

/// Holds with the rule, and not without it.
fn needs(rule: Rule, holds: impl Fn() -> bool) {
    assert!(without(None, &holds), "it does not hold");
    assert!(!without(Some(rule), &holds), "it holds without {rule:?}");
}

/// The disk loses bytes of a log that only the journal has durable, and says so to a sync of others.
#[test]
fn a_failed_sync_of_the_file_system_concerns_what_the_journal_has() {
    needs(Rule::NoTrustAfterFailure, || {
        let recorder = Recorder::new();
        let world = World::new(recorder.clone(), 2, 4);
        ["first", "second", "acknowledged"].into_iter().for_each(|key| world.commit_all(key));
        assert!(world.is_live(&world.databases[0]));
        let others: Vec<_> = (100..110).map(|number| open(&world.pool, number).expect("open")).collect();
        recorder.lose(&world.databases[0].files().wal);
        assert!(world.commit(&others, "other").iter().all(Result::is_err));
        // Until the journal has turned over twice.
        for _ in 0..200 {
            if world.databases.iter().any(|database| database.files().failed.load(Ordering::Acquire)) {
                break;
            }
            drop(world.commit(&world.databases[1..], "more"));
            while world.engine.upkeep.run_once() {}
        }
        world.lost(&recorder, 0, "acknowledged") == 0
    });
}

/// Works in the middle of an operation.
struct During {
    recorder: Arc<Recorder>,
    work: Mutex<Option<Work>>,
}

type Work = Box<dyn FnMut(&Operation<'_>) -> bool + Send>;

impl During {
    fn new() -> Arc<Self> {
        Arc::new(Self { recorder: Recorder::new(), work: Mutex::default() })
    }

    /// `work` is asked at each operation until it says that it is done. All of it is one thread's.
    fn work(&self, work: impl FnMut(&Operation<'_>) -> bool + 'static) {
        struct OneThread<T>(T);
        // SAFETY: each test runs on a thread of its own, and its engine has none.
        unsafe impl<T> Send for OneThread<T> {}
        impl<T: FnMut(&Operation<'_>) -> bool> OneThread<T> {
            fn run(&mut self, operation: &Operation<'_>) -> bool {
                self.0(operation)
            }
        }
        let mut work = OneThread(work);
        *lock(&self.work) = Some(Box::new(move |operation| work.run(operation)));
    }
}

impl Observer for During {
    fn file(&self, path: &Path, created: bool) -> FileId {
        self.recorder.file(path, created)
    }

    fn before(&self, operation: &Operation<'_>) -> io::Result<()> {
        let work = lock(&self.work).take();
        if let Some(mut work) = work
            && !work(operation)
        {
            *lock(&self.work) = Some(work);
        }
        self.recorder.before(operation)
    }

    fn after(&self, operation: &Operation<'_>) {
        self.recorder.after(operation);
    }
}

/// The same for a commit that is written while the sync runs, and waits for the next round.
#[test]
fn a_commit_beside_a_failed_sync_of_the_file_system_is_not_told_of_by_the_next_one() {
    needs(Rule::NoTrustAfterFailure, || {
        let during = During::new();
        let world = World::new(during.clone(), usize::MAX, 20);
        ["first", "second"].into_iter().for_each(|key| world.commit_all(key));
        let one = Rc::new(open(&world.pool, 50).expect("open"));
        let first = put(&one, "first");
        while world.engine.syncer.run_once() {}
        first.wait().expect("durable");
        let commit: Rc<RefCell<Option<Durable>>> = Rc::default();
        let (its, commits, recorder) = (one.clone(), commit.clone(), during.recorder.clone());
        during.work(move |operation| {
            let is_all = matches!(operation, Operation::SyncAll);
            if is_all {
                *commits.borrow_mut() = Some(put(&its, "acknowledged"));
                recorder.lose(&its.files().wal);
            }
            is_all
        });
        let third: Vec<_> = world.databases.iter().map(|database| put(database, "third")).collect();
        world.engine.syncer.run_once();
        assert!(third.into_iter().all(|durable| durable.wait().is_err()));
        let others: Vec<_> = (100..110).map(|number| open(&world.pool, number).expect("open")).collect();
        drop(world.commit(&others, "other"));
        let outcome = commit.borrow_mut().take().expect("it was written").wait();
        outcome.is_err() || world.lost(&during.recorder, 50, "acknowledged") == 0
    });
}

/// A process is killed right after it has made a database; the next one's first commit makes the file durable, too.
#[test]
fn what_a_killed_process_has_made_is_synced_with_the_first_commit() {
    needs(Rule::FoundFilesSynced, || {
        let killed = World::new(Recorder::new(), 4, 1);
        let folder = scratch("journal-killed");
        copy(&killed.folder, &folder);
        let recorder = Recorder::new();
        recorder.adopt(&folder.canonicalize().expect("folder"));
        let engine = Engine::open_on(Disk::observed(recorder.clone()).expect("disk"), &folder, options(4));
        let engine = engine.expect("engine");
        let pool = Pool::new(&engine, PoolOptions::default());
        let world = World { databases: vec![open(&pool, 0).expect("open")], folder, engine, pool };
        world.commit_all("acknowledged");
        (0..10).all(|_| {
            let root = world.folder.canonicalize().expect("folder");
            let lost = (0..10).filter(|seed| {
                let cut = scratch("journal-cut");
                recorder.cut(recorder.position(), &mut Chance::new(*seed), &root, &cut);
                // What the first process said of the folder was not durable either.
                drop(std::fs::remove_file(cut.join("denizen.json")));
                let engine = Engine::open(&cut, options(2)).expect("engine");
                let pool = Pool::new(&engine, PoolOptions::default());
                !open(&pool, 0).is_ok_and(|database| has(&database, "acknowledged"))
            });
            lost.count() == 0
        })
    });
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        match path.is_dir() {
            true => copy(&path, &target),
            false => drop(std::fs::copy(&path, &target).expect("a copy")),
        }
    }
}

/// A folder of a namespace may be a link.
#[test]
fn commits_behind_a_link_have_something_to_wait_for() {
    let other = scratch("journal-elsewhere");
    let folder = scratch("journal-link");
    std::os::unix::fs::symlink(&*other, folder.join(NAMESPACE)).expect("a link");
    let engine = Engine::open(&folder, options(1)).expect("engine");
    let pool = Pool::new(&engine, PoolOptions::default());
    let database = open(&pool, 0).expect("open");
    for key in ["first", "second", "third"] {
        let durable = put(&database, key);
        let syncs = engine.figures().syncs;
        engine.run_background();
        durable.wait().expect("durable");
        assert!(engine.figures().syncs > syncs, "nothing was synced");
    }
}

/// Frames of a large transaction have no salts until it commits, and a round may come in between.
#[test]
fn frames_without_salts_are_written_to_their_log() {
    let history = |at: Option<usize>| {
        let during = During::new();
        let world = World::new(during.clone(), 2, 2);
        let [large, small] = &world.databases[..] else { panic!("two") };
        run(large, "CREATE TABLE t(a INTEGER PRIMARY KEY, b)");
        ["first", "second"].into_iter().for_each(|key| world.commit_all(key));
        // One commit is on its way to the disk; the next one spills some megabytes, and changes them again.
        let on_its_way = [put(large, "third"), put(small, "third")];
        run(
            large,
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 2500) INSERT INTO t SELECT x, zeroblob(3000) FROM n",
        );
        run(large, "UPDATE t SET b = zeroblob(3001) WHERE a < 100");
        large.kv_put("acknowledged", b"it").expect("put");
        let writes: Rc<RefCell<Vec<usize>>> = Rc::default();
        let (seen, syncer) = (writes.clone(), world.engine.syncer.clone());
        during.work(move |operation| {
            let Operation::Write { data, .. } = operation else { return false };
            seen.borrow_mut().push(data.len());
            let is_now = at == Some(seen.borrow().len());
            if is_now {
                syncer.run_once();
            }
            is_now
        });
        let waits = [large.commit().expect("commit").expect("written"), put(small, "other")];
        if at.is_none() {
            let writes = writes.borrow();
            // All frames are there before their headers are written again, with salts.
            let last = writes.windows(2).rposition(|pair| pair[0] > 4096 && pair[1] < 4096);
            return (last.expect("headers that are written again"), true);
        }
        while world.engine.syncer.run_once() {}
        waits.into_iter().chain(on_its_way).for_each(|wait| wait.wait().expect("durable"));
        assert!(world.is_live(large), "the journal has nothing of it");
        (0, world.lost(&during.recorder, 0, "acknowledged") == 0)
    };
    let (last, _) = history(None);
    needs(Rule::FramesWithoutSalts, || history(Some(last - 5)).1);
}

/// Says what happens, and may fail it.
#[derive(Default)]
struct Hook {
    paths: Mutex<Vec<PathBuf>>,
    hook: Mutex<Option<Arc<Hooked>>>,
}

type Hooked = dyn Fn(&Operation<'_>) -> io::Result<()> + Send + Sync;

impl Hook {
    fn set(&self, hook: impl Fn(&Operation<'_>) -> io::Result<()> + Send + Sync + 'static) {
        *lock(&self.hook) = Some(Arc::new(hook));
    }
}

impl Observer for Hook {
    fn file(&self, path: &Path, _created: bool) -> FileId {
        let mut paths = lock(&self.paths);
        paths.push(path.to_owned());
        paths.len() as FileId - 1
    }

    fn before(&self, operation: &Operation<'_>) -> io::Result<()> {
        let hook = lock(&self.hook).clone();
        hook.map_or(Ok(()), |hook| hook(operation))
    }

    fn after(&self, _operation: &Operation<'_>) {}
}

fn no_sync_of_the_file_system(operation: &Operation<'_>) -> io::Result<()> {
    match operation {
        Operation::SyncAll => Err(io::Error::other("the disk failed")),
        _ => Ok(()),
    }
}

/// A database is made good while the connection that it had before is closed, which would bring the log into a file that
/// is about to be replaced.
#[test]
fn a_database_that_is_made_good_while_it_is_closed_keeps_its_log() {
    needs(Rule::NoTrustAfterFailure, || {
        let hook = Arc::new(Hook::default());
        let mut world = World::new(hook.clone(), usize::MAX, 10);
        ["first", "acknowledged"].into_iter().for_each(|key| world.commit_all(key));
        let waits: Vec<_> = world.databases.iter().map(|database| put(database, "pending")).collect();
        // It is evicted: its connection waits to be closed.
        drop(world.databases.remove(0));
        hook.set(no_sync_of_the_file_system);
        world.engine.syncer.run_once();
        drop(waits);
        let (upkeep, once) = (world.engine.upkeep.clone(), AtomicBool::new(true));
        hook.set(move |operation| {
            if let Operation::Rename { to, .. } = operation
                && to.extension().is_some_and(|extension| extension == "sqlite")
                && once.swap(false, Ordering::Relaxed)
            {
                upkeep.run_once();
            }
            Ok(())
        });
        let database = open(&world.pool, 0).expect("made good");
        has(&database, "first") && has(&database, "acknowledged")
    });
}

/// Both files of the journal are full when the file system cannot be synced: the databases are there again all the same.
#[test]
fn what_counts_no_more_has_room_in_a_full_journal() {
    let hook = Arc::new(Hook::default());
    let world = World::new(hook.clone(), 2, 100);
    ["first", "second"].into_iter().for_each(|key| world.commit_all(key));
    hook.set(no_sync_of_the_file_system);
    let failed = (0..1_000).flat_map(|_| world.databases.chunks(2)).find_map(|pair| {
        let outcomes = world.commit(pair, "more");
        outcomes.iter().any(Result::is_err).then_some(())
    });
    failed.expect("the journal is full at last");
    hook.set(|_| Ok(()));
    world.databases.iter().for_each(Database::discard);
    let World { engine, pool, databases, folder } = world;
    drop(databases);
    let refused = (0..100).filter(|number| open(&pool, *number).is_err()).count();
    assert_eq!(refused, 0, "of a hundred");
    drop((engine, folder));
}

/// A retirement needs no descriptor that a flood of clients may have taken: what fails for want of one is no loss.
#[test]
fn the_logs_are_synced_without_another_descriptor() {
    let alone = std::process::Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "tests::journal::without_descriptors", "--nocapture", "--ignored"])
        .output()
        .expect("a process");
    assert!(alone.status.success(), "{}", String::from_utf8_lossy(&alone.stderr));
}

#[test]
#[ignore = "another test runs it as a process of its own"]
fn without_descriptors() {
    let world = World::new(Recorder::new(), 2, 4);
    ["first", "second", "third"].into_iter().for_each(|key| world.commit_all(key));
    assert!(world.is_live(&world.databases[0]));
    let mut before = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the structure is ours and outlives the calls.
    unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &mut before) };
    let none = libc::rlimit { rlim_cur: 0, ..before };
    // SAFETY: as above.
    unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &none) };
    world.engine.settle();
    // SAFETY: as above.
    unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &before) };
    assert_eq!(world.engine.figures().syncs_all, 1);
    assert!(world.databases.iter().all(|database| !database.files().failed.load(Ordering::Acquire)));
    world.commit_all("fourth");
}
