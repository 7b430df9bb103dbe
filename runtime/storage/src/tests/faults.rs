//! What happens when the disk, the folder or a file fails: an error that names the object, neighbours that go on, and
//! nothing lost or overwritten.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use super::basics::{OBJECT, PLENTY, read, rows, run};
use crate::disk::{Disk, FileId, Observer, Operation, lock};
use crate::order::{Rule, without};
use crate::testing::{Scratch, drive, scratch};
use crate::{Database, Engine, EngineOptions, ObjectStorage, Pool, PoolOptions, StorageError};

/// The second object, in the same namespace.
const NEIGHBOUR: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const NAMESPACE: &str = "worker-Class";

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Write,
    Sync,
    SyncFolder,
    SyncAll,
    Truncate,
    Name,
}

type Fault = Box<dyn FnMut(Kind, &Path) -> Option<ErrorKind> + Send>;

/// Makes a disk fail.
#[derive(Default)]
struct Faults {
    paths: Mutex<Vec<PathBuf>>,
    fault: Mutex<Option<Fault>>,
}

impl Faults {
    fn set(&self, fault: impl FnMut(Kind, &Path) -> Option<ErrorKind> + Send + 'static) {
        *lock(&self.fault) = Some(Box::new(fault));
    }

    fn clear(&self) {
        *lock(&self.fault) = None;
    }
}

impl Observer for Faults {
    fn file(&self, path: &Path, _created: bool) -> FileId {
        let mut paths = lock(&self.paths);
        paths.push(path.to_owned());
        paths.len() as FileId - 1
    }

    fn before(&self, operation: &Operation<'_>) -> io::Result<()> {
        let of = |file: FileId| lock(&self.paths)[file as usize].clone();
        let (kind, path) = match *operation {
            Operation::Write { file, .. } => (Kind::Write, of(file)),
            Operation::Truncate { file, .. } => (Kind::Truncate, of(file)),
            Operation::Sync { file } => (Kind::Sync, of(file)),
            Operation::SyncFolder { folder } => (Kind::SyncFolder, folder.to_owned()),
            Operation::SyncAll => (Kind::SyncAll, PathBuf::new()),
            Operation::Remove { path } => (Kind::Name, path.to_owned()),
            Operation::Rename { to, .. } => (Kind::Name, to.to_owned()),
        };
        match lock(&self.fault).as_mut().and_then(|fault| fault(kind, &path)) {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    }

    fn after(&self, _operation: &Operation<'_>) {}
}

/// An engine on a disk that can be made to fail.
struct World {
    pool: Rc<Pool>,
    engine: Arc<Engine>,
    faults: Arc<Faults>,
    folder: Scratch,
}

fn options() -> EngineOptions {
    EngineOptions { threads: false, ..EngineOptions::default() }
}

fn world(name: &str) -> World {
    world_with(name, options())
}

fn world_with(name: &str, options: EngineOptions) -> World {
    let folder = scratch(name);
    let faults = Arc::<Faults>::default();
    let disk = Disk::observed(faults.clone()).expect("disk");
    let engine = Engine::open_on(disk, &folder, options).expect("engine");
    World { pool: Pool::new(&engine, PoolOptions::default()), engine, faults, folder }
}

impl World {
    fn storage(&self, namespace: &str, id: &str) -> Rc<ObjectStorage> {
        ObjectStorage::of(&self.pool, namespace, id, None).expect("object")
    }

    fn open(&self, id: &str) -> Result<Database, StorageError> {
        self.storage(NAMESPACE, id).open(0, PLENTY)
    }

    fn facet(&self, storage: &Rc<ObjectStorage>, name: &str) -> Result<u16, StorageError> {
        drive(storage.facet(0, name), || self.engine.run_background())
    }

    /// Commits and waits until that is durable.
    fn commit(&self, database: &Database) -> Result<(), StorageError> {
        let durable = database.commit()?;
        self.engine.run_background();
        durable.map_or(Ok(()), crate::Durable::wait)
    }

    fn put(&self, database: &Database, key: &str) -> Result<(), StorageError> {
        database.kv_put(key, key.as_bytes())?;
        self.commit(database)
    }
}

fn has(database: &Database, key: &str) -> bool {
    database.kv_get(key, |value| assert_eq!(value, key.as_bytes())).expect("get").is_some()
}

/// The error's text, which names a file whose name holds `name`.
fn names<T: std::fmt::Debug>(outcome: Result<T, StorageError>, name: &str) -> StorageError {
    let error = outcome.expect_err(name);
    assert!(error.to_string().contains(name), "{error} does not name {name}");
    error
}

fn sqlite(id: &str) -> String {
    format!("{id}.sqlite")
}

/// The files of `from`, as a killed process would leave them.
fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("folder");
    for entry in std::fs::read_dir(from).expect("list").flatten() {
        match entry.path().is_dir() {
            true => copy_folder(&entry.path(), &to.join(entry.file_name())),
            false => drop(std::fs::copy(entry.path(), to.join(entry.file_name())).expect("copy")),
        }
    }
}

#[test]
fn a_full_disk_undoes_the_turn_and_everything_goes_on_when_there_is_room() {
    let world = world("full");
    let (one, two) = (world.open(OBJECT).expect("open"), world.open(NEIGHBOUR).expect("open"));
    for database in [&one, &two] {
        world.put(database, "kept").expect("put");
    }
    world.faults.set(|kind, path| {
        let ours = path.to_string_lossy().contains(OBJECT);
        (kind == Kind::Write && ours).then_some(ErrorKind::StorageFull)
    });
    let error = world.put(&one, "lost").expect_err("full");
    assert!(error.is_full() && error.is_critical(), "{error:?}");
    assert!(error.to_string().contains("database or disk is full"), "{error}");
    let ended = one.error().expect("ended");
    assert!(ended.is_full() && ended.to_string().contains(&sqlite(OBJECT)), "{ended}");
    world.put(&two, "neighbour").expect("a neighbour goes on");

    world.faults.set(|kind, _| (kind == Kind::Write).then_some(ErrorKind::StorageFull));
    drop(one);
    world.engine.run_background();
    let one = world.open(OBJECT).expect("an object can be read while the disk is full");
    assert!(has(&one, "kept") && !has(&one, "lost"));
    let fresh = "b".repeat(64);
    assert!(names(world.open(&fresh), &sqlite(&fresh)).is_full());
    let storage = world.storage(NAMESPACE, OBJECT);
    assert!(names(world.facet(&storage, "f"), ".facets").is_full());
    two.set_alarm(Some(1 << 41)).expect("alarm");
    assert!(world.commit(&two).expect_err("full").is_full());
    drop(two);

    world.faults.clear();
    world.put(&one, "after").expect("put");
    let two = world.open(NEIGHBOUR).expect("open");
    assert!(has(&two, "neighbour") && two.alarm().expect("alarm").is_none());
    world.put(&world.open(&fresh).expect("open"), "first").expect("put");
    let facet = world.facet(&storage, "f").expect("facet");
    world.put(&storage.open(facet, PLENTY).expect("open"), "first").expect("put");
}

#[test]
fn the_disk_may_become_full_at_any_write() {
    for position in 0..24 {
        let world = world("full-anywhere");
        let storage = world.storage(NAMESPACE, OBJECT);
        let database = storage.open(0, PLENTY).expect("open");
        world.put(&database, "acknowledged").expect("put");
        let mut left = position;
        world.faults.set(move |kind, _| {
            if kind != Kind::Write || left > 0 {
                left -= usize::from(kind == Kind::Write);
                return None;
            }
            Some(ErrorKind::StorageFull)
        });
        let mut done = Vec::new();
        for turn in 0..3 {
            let many = (0..4).try_for_each(|part| database.kv_put(format!("{turn} {part}"), &[turn; 3_000]));
            let alarm = many.and_then(|()| database.set_alarm(Some(5_000_000_000_000 - i64::from(turn))));
            match alarm.and_then(|()| world.commit(&database)) {
                Ok(()) => done.push(turn),
                Err(error) => {
                    assert!(error.is_full(), "position {position}: {error:?}");
                    break;
                }
            }
        }
        // A clone and the close of the database meet the same disk.
        let facet = world.facet(&storage, "f").and_then(|facet| storage.open(facet, PLENTY));
        if let Ok(facet) = facet {
            let outcome = world.put(&facet, "in the facet");
            drop(facet);
            let clone = drive(storage.clone_facet(0, "f", "g"), || world.engine.run_background());
            assert!(outcome.is_ok() || clone.is_err() || storage.facets(0).is_ok());
        }
        drop((database, storage));
        world.engine.run_background();
        world.faults.clear();
        let database = world.open(OBJECT).expect("there is room again");
        assert!(has(&database, "acknowledged"), "position {position}");
        for turn in 0..3 {
            let parts = (0..4).filter(|part| {
                database
                    .kv_get(format!("{turn} {part}"), |value| assert_eq!(value, [turn; 3_000]))
                    .expect("get")
                    .is_some()
            });
            match parts.count() {
                4 => {}
                0 => assert!(!done.contains(&turn), "position {position}: turn {turn} is lost"),
                some => panic!("position {position}: {some} of 4 parts of turn {turn}"),
            }
        }
        assert_eq!(rows(&database, "PRAGMA quick_check"), [["ok"]]);
        world.put(&database, "after").expect("put");
    }
}

#[test]
fn a_failed_sync_breaks_the_gates_of_its_database_and_no_other() {
    let world = world_with("sync", EngineOptions { journal_from: usize::MAX, ..options() });
    let third = "c".repeat(64);
    let databases: Vec<_> = [OBJECT, NEIGHBOUR, &third].map(|id| world.open(id).expect("open")).into();
    for database in &databases {
        world.put(database, "acknowledged").expect("put");
    }
    world.faults.set(|kind, path| {
        let ours = path.to_string_lossy().contains(OBJECT);
        (kind == Kind::SyncAll || kind == Kind::Sync && ours).then_some(ErrorKind::Other)
    });
    let mut durables = Vec::new();
    for database in &databases {
        database.kv_put("waits", b"waits").expect("put");
        durables.push(database.commit().expect("commit").expect("written"));
    }
    databases[0].kv_put("too", b"too").expect("put");
    let too = databases[0].commit().expect("commit").expect("written");
    world.engine.run_background();
    let mut durables = durables.into_iter().map(crate::Durable::wait);
    let error = names(durables.next().expect("the first"), &sqlite(OBJECT));
    assert!(error.is_critical() && matches!(error, StorageError::Sync { .. }), "{error:?}");
    assert!(durables.all(|outcome| outcome.is_ok()), "neighbours are durable");
    names(too.wait(), &sqlite(OBJECT));

    // What the object commits before it is reset is not acknowledged either, also when the disk works again.
    world.faults.clear();
    names(world.put(&databases[0], "later"), &sqlite(OBJECT));
    let synced = databases[0].sync().expect("a wait");
    world.engine.run_background();
    names(synced.wait(), &sqlite(OBJECT));

    let mut databases = databases;
    databases.remove(0).discard();
    let database = world.open(OBJECT).expect("made good");
    assert!(has(&database, "acknowledged"));
    world.put(&database, "after").expect("put");
    drop(database);
    world.engine.run_background();
    assert!(has(&world.open(OBJECT).expect("open"), "after"));
}

#[test]
fn a_database_whose_sync_failed_is_not_acknowledged_by_a_sync_of_everything() {
    let world = world("sync-all");
    let ids: Vec<_> = (0..12).map(|number| format!("{number:064x}")).collect();
    let databases: Vec<_> = ids.iter().map(|id| world.open(id).expect("open")).collect();
    for database in &databases {
        world.put(database, "acknowledged").expect("put");
    }
    let commit_all = |key: &str| -> Vec<_> {
        let put = |database: &Database| {
            database.kv_put(key, key.as_bytes()).expect("put");
            database.commit().expect("commit").expect("written")
        };
        let waiting: Vec<_> = databases.iter().map(put).collect();
        world.engine.run_background();
        waiting.into_iter().map(crate::Durable::wait).collect()
    };
    // Alone in its batch, so that its file is synced by itself.
    world.faults.set(|kind, _| (kind == Kind::Sync).then_some(ErrorKind::Other));
    names(world.put(&databases[0], "failed"), &sqlite(&ids[0]));
    world.faults.clear();
    let mut outcomes = commit_all("next").into_iter();
    names(outcomes.next().expect("the first"), &sqlite(&ids[0]));
    assert!(outcomes.all(|outcome| outcome.is_ok()));

    world.faults.set(|kind, _| matches!(kind, Kind::SyncAll | Kind::Sync).then_some(ErrorKind::Other));
    for (outcome, id) in commit_all("all").into_iter().zip(&ids) {
        names(outcome, &sqlite(id));
    }
    world.faults.clear();
    databases.iter().for_each(Database::discard);
    for (number, id) in ids.iter().enumerate() {
        let database = world.open(id).expect("made good");
        assert!(has(&database, "acknowledged") && (number == 0 || has(&database, "next")));
        world.put(&database, "after").expect("put");
    }
}

#[test]
fn an_object_that_cannot_be_made_good_is_refused_by_name() {
    let world = world("refused");
    let (one, two) = (world.open(OBJECT).expect("open"), world.open(NEIGHBOUR).expect("open"));
    world.put(&one, "acknowledged").expect("put");
    one.discard();
    for failing in [Kind::Write, Kind::Sync, Kind::Name, Kind::SyncFolder] {
        world.faults.set(|kind, _| matches!(kind, Kind::SyncAll | Kind::Sync).then_some(ErrorKind::Other));
        let database = world.open(OBJECT).expect("open");
        names(world.put(&database, &format!("{failing:?}")), &sqlite(OBJECT));
        database.discard();
        world.faults.set(move |kind, path| {
            let ours = kind == Kind::SyncFolder || path.to_string_lossy().contains("-rewrite") || kind == Kind::Name;
            (kind == failing && ours).then_some(ErrorKind::PermissionDenied)
        });
        names(world.open(OBJECT), if failing == Kind::SyncFolder { NAMESPACE } else { OBJECT });
        world.faults.clear();
        world.put(&two, "neighbour").expect("a neighbour goes on");
        let database = world.open(OBJECT).expect("made good");
        assert!(has(&database, "acknowledged"), "{failing:?}");
        world.put(&database, "after").expect("put");
        database.discard();
    }
}

#[test]
fn failed_syncs_of_the_index_and_of_the_alarms_are_made_good() {
    let world = world("sync-index");
    let storage = world.storage(NAMESPACE, OBJECT);
    let (root, neighbour) = (storage.open(0, PLENTY).expect("open"), world.open(NEIGHBOUR).expect("open"));
    world.put(&root, "acknowledged").expect("put");
    let facet = world.facet(&storage, "first").expect("facet");
    world.put(&storage.open(facet, PLENTY).expect("open"), "in the facet").expect("put");
    world.faults.set(|kind, path| {
        let index = path.to_string_lossy().contains(".facets");
        (kind == Kind::Sync && index).then_some(ErrorKind::Other)
    });
    names(world.facet(&storage, "second"), ".facets");
    names(world.facet(&storage, "third"), ".facets");
    world.put(&root, "the object goes on").expect("put");
    world.faults.clear();
    let third = world.facet(&storage, "third").expect("facet");
    let second = world.facet(&storage, "second").expect("facet");
    assert!(second != third && ![second, third].contains(&facet));
    let again = world.storage(NAMESPACE, OBJECT);
    assert_eq!(
        (world.facet(&again, "third").expect("facet"), world.facet(&again, "first").expect("facet")),
        (third, facet)
    );
    assert!(has(&again.open(facet, PLENTY).expect("open"), "in the facet"));

    root.set_alarm(Some(7_000_000_000_000)).expect("alarm");
    world.commit(&root).expect("commit");
    world.faults.set(|kind, path| {
        let alarms = path.to_string_lossy().contains("metadata.sqlite");
        (kind == Kind::Sync && alarms).then_some(ErrorKind::Other)
    });
    root.set_alarm(Some(6_000_000_000_000)).expect("alarm");
    let error = world.commit(&root).expect_err("the index does not know");
    assert!(error.is_critical(), "{error:?}");
    names(Err::<(), _>(error), "metadata.sqlite");
    world.put(&neighbour, "neighbour").expect("a neighbour without an alarm goes on");
    world.faults.clear();
    root.set_alarm(Some(5_000_000_000_000)).expect("alarm");
    world.commit(&root).expect("made good");
    let key = storage.alarm_key(0);
    drop((root, neighbour, storage, again));
    let World { pool, engine, folder, .. } = world;
    drop((pool, engine));
    let engine = Engine::open(&folder, options()).expect("engine");
    assert_eq!(engine.alarms().scheduled(&key), Some(5_000_000_000_000));
}

#[test]
fn a_folder_that_cannot_be_written_to_still_reads() {
    let world = world("read-only");
    let storage = world.storage(NAMESPACE, OBJECT);
    let database = storage.open(0, PLENTY).expect("open");
    world.put(&database, "kept").expect("put");
    drop(database);
    world.engine.run_background();
    let neighbour = world.storage("worker-Other", NEIGHBOUR).open(0, PLENTY).expect("open");
    world.faults.set(|kind, path| {
        let ours = path.to_string_lossy().contains(NAMESPACE);
        let changes = matches!(kind, Kind::Write | Kind::Name | Kind::Truncate);
        (ours && changes).then_some(ErrorKind::PermissionDenied)
    });
    let database = storage.open(0, PLENTY).expect("open");
    assert!(has(&database, "kept"));
    let error = world.put(&database, "lost").expect_err("refused");
    assert!(error.is_critical() && !error.is_full(), "{error:?}");
    names(Err::<(), _>(database.error().expect("ended")), &sqlite(OBJECT));
    names(world.open(NEIGHBOUR), &sqlite(NEIGHBOUR));
    names(world.facet(&storage, "f"), ".facets");
    world.put(&neighbour, "neighbour").expect("a neighbour goes on");
    drop(database);
    world.engine.run_background();
    world.faults.clear();
    let database = storage.open(0, PLENTY).expect("open");
    assert!(has(&database, "kept") && !has(&database, "lost"));
    world.put(&database, "after").expect("put");
    drop((database, neighbour, storage));

    let folder = scratch("read-only-engine");
    let faults = Arc::<Faults>::default();
    faults.set(|_, _| Some(ErrorKind::PermissionDenied));
    let disk = Disk::observed(faults).expect("disk");
    names(Engine::open_on(disk, &folder, options()), "denizen.json");
}

#[test]
fn a_file_in_place_of_a_folder_is_refused_and_stays() {
    let world = world("file-for-folder");
    std::fs::write(world.folder.join("worker-File"), "mine").expect("write");
    names(ObjectStorage::of(&world.pool, "worker-File", OBJECT, None), "worker-File");
    let neighbour = world.open(NEIGHBOUR).expect("open");
    world.put(&neighbour, "neighbour").expect("a neighbour goes on");
    let inside = world.folder.join("worker-File").join("data");
    names(Engine::open(&inside, options()), "worker-File");
    names(Engine::open(&world.folder.join("worker-File"), options()), "worker-File");
    assert_eq!(std::fs::read(world.folder.join("worker-File")).expect("read"), b"mine");
}

#[test]
fn nothing_is_acknowledged_in_a_folder_that_has_vanished() {
    for objects in [1, 12] {
        let world = world("vanished");
        let ids: Vec<_> = (0..objects).map(|number| format!("{number:064x}")).collect();
        let storages: Vec<_> = ids.iter().map(|id| world.storage(NAMESPACE, id)).collect();
        let databases: Vec<_> = storages.iter().map(|storage| storage.open(0, PLENTY).expect("open")).collect();
        for database in &databases {
            world.put(database, "acknowledged").expect("put");
        }
        let neighbour = world.storage("worker-Other", NEIGHBOUR).open(0, PLENTY).expect("open");
        world.put(&neighbour, "before").expect("put");
        let aside = world.folder.join("aside");
        std::fs::rename(world.folder.join(NAMESPACE), &aside).expect("rename");
        let commit = |database: &Database| {
            database.kv_put("waits", b"waits").expect("put");
            database.commit().expect("commit").expect("written")
        };
        let waiting: Vec<_> = databases.iter().map(commit).collect();
        let unaffected = commit(&neighbour);
        world.engine.run_background();
        for (durable, id) in waiting.into_iter().zip(&ids) {
            assert!(names(durable.wait(), &sqlite(id)).is_critical());
        }
        unaffected.wait().expect("a neighbour goes on");
        databases.iter().for_each(Database::discard);
        for storage in &storages {
            names(storage.open(0, PLENTY), NAMESPACE);
            names(world.facet(storage, "f"), ".facets");
        }
        world.put(&neighbour, "after").expect("put");
        std::fs::rename(&aside, world.folder.join(NAMESPACE)).expect("rename");
        for storage in &storages {
            let database = storage.open(0, PLENTY).expect("open");
            assert!(has(&database, "acknowledged"));
            world.put(&database, "after").expect("put");
        }
    }
}

/// A closed data folder: an object with rows and two facets, and its neighbour.
fn closed(name: &str) -> Scratch {
    let World { pool, engine, folder, .. } = filled(name);
    drop((pool, engine));
    folder
}

fn filled(name: &str) -> World {
    let world = world(name);
    let storage = world.storage(NAMESPACE, OBJECT);
    let root = storage.open(0, PLENTY).expect("open");
    run(&root, "CREATE TABLE t(a INTEGER PRIMARY KEY, b)");
    run(
        &root,
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 500) \
         INSERT INTO t SELECT x, hex(randomblob(100)) FROM n",
    );
    root.set_alarm(Some(7_000_000_000_000)).expect("alarm");
    world.put(&root, "kept").expect("put");
    for name in ["first", "second", "third"] {
        let facet = world.facet(&storage, name).expect("facet");
        world.put(&storage.open(facet, PLENTY).expect("open"), name).expect("put");
    }
    world.put(&world.open(NEIGHBOUR).expect("open"), "kept").expect("put");
    world
}

/// Opens what is in `folder` with one file damaged; the neighbour works, and `path` is as it was afterwards.
fn damaged(folder: &Path, path: &Path, check: impl FnOnce(&World)) {
    let contents = || std::fs::read(path).expect("read");
    let before = contents();
    let other = scratch("unused");
    let disk = Disk::observed(Arc::<Faults>::default()).expect("disk");
    let engine = Engine::open_on(disk, folder, options()).expect("engine");
    let world =
        World { pool: Pool::new(&engine, PoolOptions::default()), engine, faults: Arc::default(), folder: other };
    check(&world);
    let neighbour = world.open(NEIGHBOUR).expect("open");
    assert!(has(&neighbour, "kept"));
    world.put(&neighbour, "after").expect("a neighbour goes on");
    drop(neighbour);
    let World { pool, engine, .. } = world;
    drop((pool, engine));
    assert!(contents() == before, "{} was overwritten", path.display());
}

#[test]
fn a_file_that_is_no_database_is_refused_by_name_and_stays() {
    let folder = closed("no-database");
    let path = folder.join(NAMESPACE).join(sqlite(OBJECT));
    let whole = std::fs::read(&path).expect("read");
    let mut garbled = whole.clone();
    garbled[..100].fill(0x5a);
    let contents =
        [garbled, vec![0x5a; 20_000], b"not a database".to_vec(), vec![0x5a; 4_095], whole[4_096..].to_vec()];
    for (number, bytes) in contents.into_iter().enumerate() {
        for log in [None, Some(vec![1; 5_000])] {
            std::fs::write(&path, &bytes).expect("write");
            let wal = path.with_extension("sqlite-wal");
            drop(std::fs::remove_file(&wal));
            if let Some(log) = &log {
                std::fs::write(&wal, log).expect("write");
            }
            damaged(&folder, &path, |world| {
                let error = names(world.open(OBJECT), &sqlite(OBJECT));
                assert!(error.is_critical(), "{number}: {error:?}");
                let storage = world.storage(NAMESPACE, OBJECT);
                let facet = world.facet(&storage, "first").expect("the index is whole");
                assert!(has(&storage.open(facet, PLENTY).expect("its facets are whole"), "first"));
            });
        }
    }
    drop(std::fs::remove_file(path.with_extension("sqlite-wal")));
    std::fs::write(&path, &whole).expect("write");
    damaged(&folder, &path.with_extension("facets"), |world| {
        let database = world.open(OBJECT).expect("whole again");
        assert_eq!(rows(&database, "SELECT count(*) FROM t"), [["500"]]);
    });
}

#[test]
fn a_database_that_is_damaged_inside_fails_by_name_where_it_is_read() {
    let folder = closed("damaged");
    let path = folder.join(NAMESPACE).join(sqlite(OBJECT));
    let mut bytes = std::fs::read(&path).expect("read");
    let pages = bytes.len() / 4096;
    assert!(pages > 20);
    for page in 8..pages - 4 {
        bytes[page * 4096..][..64].fill(0xff);
    }
    std::fs::write(&path, &bytes).expect("write");
    damaged(&folder, &path, |world| {
        for sql in ["SELECT sum(length(b)) FROM t", "PRAGMA quick_check", "UPDATE t SET b = b || 'x'"] {
            let database = world.open(OBJECT).expect("the first page is whole");
            assert!(has(&database, "kept"));
            match read(&database, sql, &[]) {
                Ok(found) => assert!(sql.starts_with("PRAGMA") && found != [["ok"]], "{sql}: {found:?}"),
                Err(error) => {
                    assert!(error.is_critical(), "{error:?}");
                    names(Err::<(), _>(error), &sqlite(OBJECT));
                    names(Err::<(), _>(database.error().expect("ended")), &sqlite(OBJECT));
                    names(database.kv_put("a", b"b"), &sqlite(OBJECT));
                }
            }
            let database = world.open(OBJECT).expect("open again");
            let cursor = database.exec("SELECT b FROM t", &[]).and_then(|cursor| {
                while cursor.next(|_| ())?.is_some() {}
                Ok(())
            });
            names(cursor, &sqlite(OBJECT));
        }
    });
}

#[test]
fn a_folder_in_place_of_a_database_is_refused_and_its_log_stays() {
    let folder = closed("folder-for-file");
    let path = folder.join(NAMESPACE).join(sqlite(OBJECT));
    let wal = path.with_extension("sqlite-wal");
    let aside = folder.join("aside");
    std::fs::rename(&path, &aside).expect("rename");
    std::fs::create_dir(&path).expect("folder");
    std::fs::write(&wal, "a log").expect("write");
    damaged(&folder, &wal, |world| {
        names(world.open(OBJECT), &sqlite(OBJECT));
    });
    std::fs::remove_dir(&path).expect("nothing is in it");
}

#[test]
fn a_damaged_index_of_facets_is_refused_and_no_facet_is_lost() {
    let folder = closed("bad-index");
    let path = folder.join(NAMESPACE).join(format!("{OBJECT}.facets"));
    let whole = std::fs::read(&path).expect("read");
    let change = |at: usize, byte: u8| {
        let mut bytes = whole.clone();
        bytes[at] = byte;
        bytes
    };
    // The magic; a name that seems too long; a parent that is none; a name that is no text.
    for bytes in [b"garbage garbage".to_vec(), change(0, 1), change(11, 1), change(8, 9), change(12, 0xff)] {
        std::fs::write(&path, &bytes).expect("write");
        damaged(&folder, &path, |world| {
            let storage = world.storage(NAMESPACE, OBJECT);
            for _ in 0..2 {
                names(world.facet(&storage, "third"), ".facets");
                names(world.facet(&storage, "new"), ".facets");
                names(storage.facets(0), ".facets");
                names(drive(storage.delete(0, "first"), || ()), ".facets");
                names(drive(storage.clone_facet(0, "first", "second"), || ()), ".facets");
            }
            assert!(has(&storage.open(0, PLENTY).expect("the object itself"), "kept"));
        });
    }
    std::fs::write(&path, &whole).expect("write");
    damaged(&folder, &path, |world| {
        let storage = world.storage(NAMESPACE, OBJECT);
        for name in ["first", "second", "third"] {
            let facet = world.facet(&storage, name).expect("facet");
            assert!(has(&storage.open(facet, PLENTY).expect("open"), name));
        }
    });
}

#[test]
fn a_cut_log_gives_a_run_of_whole_turns() {
    let source = world("cut-log");
    let database = source.open(OBJECT).expect("open");
    source.put(&source.open(NEIGHBOUR).expect("open"), "kept").expect("put");
    for turn in 0..6 {
        (0..3).for_each(|part| database.kv_put(format!("{turn} {part}"), b"v").expect("put"));
        source.commit(&database).expect("commit");
    }
    let copy = scratch("cut-log-copy");
    copy_folder(&source.folder, &copy);
    let path = copy.join(NAMESPACE).join(sqlite(OBJECT));
    let wal = path.with_extension("sqlite-wal");
    let (main, log) = (std::fs::read(&path).expect("read"), std::fs::read(&wal).expect("read"));
    let check = |log: &[u8], expected: Option<usize>| {
        std::fs::write(&path, &main).expect("write");
        std::fs::write(&wal, log).expect("write");
        let engine = Engine::open(&copy, options()).expect("engine");
        let pool = Pool::new(&engine, PoolOptions::default());
        let storage = ObjectStorage::of(&pool, NAMESPACE, OBJECT, None).expect("object");
        let database = storage.open(0, PLENTY).expect("open");
        let parts = |turn: usize| {
            (0..3).filter(|part| database.kv_get(format!("{turn} {part}"), |_| ()).expect("get").is_some()).count()
        };
        let found: Vec<_> = (0..6).map(parts).collect();
        let turns = found.iter().take_while(|parts| **parts == 3).count();
        assert!(found[turns..].iter().all(|parts| *parts == 0), "{found:?}");
        assert!(expected.is_none_or(|expected| expected == turns), "{turns} turns");
        assert_eq!(rows(&database, "PRAGMA quick_check"), [["ok"]]);
        database.kv_put("after", b"v").expect("put");
        let durable = database.commit().expect("commit").expect("written");
        engine.run_background();
        durable.wait().expect("durable");
        let neighbour = ObjectStorage::of(&pool, NAMESPACE, NEIGHBOUR, None).expect("object");
        assert!(has(&neighbour.open(0, PLENTY).expect("open"), "kept"));
        turns
    };
    assert_eq!(check(&log, Some(6)), 6);
    let mut before = 6;
    for cut in (0..log.len()).rev().step_by(1_999) {
        let turns = check(&log[..cut], None);
        assert!(turns <= before, "a shorter log has no more turns");
        before = turns;
    }
    assert_eq!(check(&[], Some(0)), 0);
    // SQLite cannot tell a log whose header is damaged from one whose header was not durable.
    assert_eq!(check(&vec![0x5a; log.len()], Some(0)), 0);
    let mut flipped = log.clone();
    flipped[log.len() / 2] ^= 1;
    let turns = check(&flipped, None);
    assert!((1..6).contains(&turns), "{turns} turns before the damage");
}

#[test]
fn damaged_alarms_keep_the_engine_from_opening_and_stay() {
    let folder = closed("bad-alarms");
    let path = folder.join(NAMESPACE).join("metadata.sqlite");
    let whole = std::fs::read(&path).expect("read");
    let mut inside = whole.clone();
    inside[4_096..].fill(0xff);
    for bytes in [vec![0x5a; 9_000], b"garbage".to_vec(), inside] {
        std::fs::write(&path, &bytes).expect("write");
        let error = names(Engine::open(&folder, options()), "metadata.sqlite");
        assert!(error.to_string().contains("SQLITE_") || error.is_critical(), "{error:?}");
        assert!(std::fs::read(&path).expect("read") == bytes, "it was overwritten");
    }
    std::fs::remove_file(&path).expect("remove");
    std::fs::create_dir(&path).expect("folder");
    names(Engine::open(&folder, options()), "metadata.sqlite");
    std::fs::remove_dir(&path).expect("nothing is in it");
    std::fs::write(&path, &whole).expect("write");
    let engine = Engine::open(&folder, options()).expect("whole again");
    let pool = Pool::new(&engine, PoolOptions::default());
    let storage = ObjectStorage::of(&pool, NAMESPACE, OBJECT, None).expect("object");
    assert_eq!(engine.alarms().scheduled(&storage.alarm_key(0)), Some(7_000_000_000_000));
}

#[test]
fn a_damaged_description_of_the_folder_keeps_the_engine_from_opening_and_stays() {
    let folder = closed("bad-json");
    let path = folder.join("denizen.json");
    for bytes in [&b"{"[..], b"", b"null", b"{\"format\": \"one\"}", b"\xff\xfe", b"{\"format\": 1} more"] {
        std::fs::write(&path, bytes).expect("write");
        let error = names(Engine::open(&folder, options()), "denizen.json");
        assert!(error.is_critical(), "{error:?}");
        assert_eq!(std::fs::read(&path).expect("read"), bytes, "it was overwritten");
    }
    std::fs::write(&path, "{\"format\": 1}").expect("write");
    damaged(&folder, &path, |world| assert!(has(&world.open(OBJECT).expect("open"), "kept")));
}

/// Says to the second process which folder to open.
const FOLDER: &str = "DENIZEN_SECOND_FOLDER";

#[test]
#[ignore = "another test runs it as a process of its own"]
fn second() {
    let folder = std::env::var_os(FOLDER).map(PathBuf::from).expect("a folder to open");
    let engine = Engine::open(&folder, options()).expect("the folder is free");
    let pool = Pool::new(&engine, PoolOptions::default());
    let storage = ObjectStorage::of(&pool, NAMESPACE, OBJECT, None).expect("object");
    assert!(has(&storage.open(0, PLENTY).expect("open"), "kept"));
}

#[test]
fn a_second_process_is_kept_out_and_disturbs_nothing() {
    let World { pool, engine, folder, .. } = filled("second-process");
    let second = || {
        Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "tests::faults::second", "--nocapture", "--ignored"])
            .env(FOLDER, &*folder)
            .output()
            .expect("a process")
    };
    let storage = ObjectStorage::of(&pool, NAMESPACE, OBJECT, None).expect("object");
    let database = storage.open(0, PLENTY).expect("open");
    let refused = second();
    let complaint = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && complaint.contains("Locked"), "{complaint}");
    assert!(complaint.contains(&*folder.to_string_lossy()), "{complaint}");
    database.kv_put("after", b"after").expect("put");
    let durable = database.commit().expect("commit").expect("written");
    engine.run_background();
    durable.wait().expect("durable");
    drop((database, storage, pool, engine));
    let opened = second();
    assert!(opened.status.success(), "{}", String::from_utf8_lossy(&opened.stderr));
}

/// A server that is killed leaves its journal. What another program has done with the databases since must not be undone.
#[test]
fn a_log_that_another_program_has_begun_anew_is_left_alone() {
    let found = |rule: Option<Rule>| {
        let world = world_with("foreign", EngineOptions { journal_from: 1, ..options() });
        let database = world.open(OBJECT).expect("open");
        world.put(&database, "first").expect("put");
        crate::upkeep::checkpoint(&world.engine.disk, &database.files()).expect("checkpoint");
        // The log begins anew, in the journal too.
        world.put(&database, "second").expect("put");
        world.put(&database, "third").expect("put");
        let copy = scratch("foreign-copy");
        copy_folder(&world.folder, &copy);
        assert!(copy.join("denizen-journal-0").exists());
        let file = copy.join(NAMESPACE).join(sqlite(OBJECT));
        let other = rusqlite::Connection::open(&file).expect("open");
        for turn in 0..3 {
            other.execute("CREATE TABLE IF NOT EXISTS other(turn)", []).expect("create");
            other.execute("INSERT INTO other VALUES(?)", [turn]).expect("insert");
            other.query_row("PRAGMA wal_checkpoint(FULL)", [], |_| Ok(())).expect("checkpoint");
        }
        // Killed in its turn: its log stays.
        let killed = scratch("foreign-killed");
        copy_folder(&copy, &killed);
        without(rule, || {
            let engine = Engine::open(&killed, options()).expect("engine");
            assert!(!killed.join("denizen-journal-0").exists());
            let pool = Pool::new(&engine, PoolOptions::default());
            let database = ObjectStorage::of(&pool, NAMESPACE, OBJECT, None).expect("object").open(0, PLENTY)?;
            let turns = read(&database, "SELECT count(*) FROM other", &[])?;
            Ok::<_, StorageError>((has(&database, "third"), turns))
        })
    };
    assert_eq!(found(None).expect("whole"), (true, vec![vec!["3".to_owned()]]));
    assert!(found(Some(Rule::OfThisLog)).map_or(true, |found| found != (true, vec![vec!["3".to_owned()]])));
}
