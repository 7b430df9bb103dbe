//! What an actor's storage does, on a disk that keeps its promises.

use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use denizen_core::usage::Usage;

use crate::object::index::testing::with_ids_kept;
use crate::testing::{Scratch, drive, scratch, stop_at};
use crate::{
    Database, DatabaseOptions, Engine, EngineOptions, FacetChange, KvRange, ObjectStorage, Pool, PoolOptions,
    StorageError, Value, ValueRef,
};

pub(super) const OBJECT: &str = "3652ef6221834806dc8df802d1d216e27b7d07e0a6b7adf6cfdaeec90f06459a";
pub(super) const PLENTY: u64 = 1 << 30;

/// An engine without threads, in a folder of its own.
pub(super) fn engine(name: &str) -> (Arc<Engine>, Scratch) {
    let folder = scratch(name);
    let engine = Engine::open(&folder, EngineOptions { threads: false, ..EngineOptions::default() }).expect("engine");
    (engine, folder)
}

pub(super) fn object(engine: &Arc<Engine>) -> Rc<ObjectStorage> {
    let pool = Pool::new(engine, PoolOptions::default());
    ObjectStorage::of(&pool, "worker-Class", OBJECT, Some("name")).expect("object")
}

pub(super) fn rows(database: &Database, sql: &str) -> Vec<Vec<String>> {
    read(database, sql, &[]).unwrap_or_else(|error| panic!("{sql}: {error}"))
}

pub(super) fn read(database: &Database, sql: &str, bindings: &[Value]) -> Result<Vec<Vec<String>>, StorageError> {
    let cursor = database.exec(sql, bindings)?;
    let mut found = Vec::new();
    while let Some(row) = cursor.next(|row| (0..row.len()).map(|index| text(row.value(index))).collect())? {
        found.push(row);
    }
    Ok(found)
}

pub(super) fn text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "null".into(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => format!("{number:?}"),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Blob(bytes) => format!("{bytes:?}"),
    }
}

pub(super) fn run(database: &Database, sql: &str) {
    rows(database, sql);
}

pub(super) fn refusal(database: &Database, sql: &str) -> String {
    read(database, sql, &[]).expect_err(sql).to_string()
}

#[test]
fn what_is_committed_is_there_afterwards_and_nothing_else() {
    let (engine, folder) = engine("commit");
    let storage = object(&engine);
    let database = storage.open(0, PLENTY).expect("open");
    assert!(!database.is_dirty());
    run(&database, "CREATE TABLE t(a, b TEXT); INSERT INTO t VALUES(1, 'x')");
    database.kv_put("k", b"v").expect("put");
    assert!(database.is_dirty());
    let mut durable = database.commit().expect("commit").expect("something was written");
    assert!(durable.try_wait().is_none(), "no thread has synced it");
    engine.run_background();
    durable.wait().expect("durable");
    assert!(database.commit().expect("nothing to commit").is_none());
    run(&database, "INSERT INTO t VALUES(2, 'y')");
    drop(database);
    engine.run_background();
    let database = storage.open(0, PLENTY).expect("open again");
    assert_eq!(rows(&database, "SELECT * FROM t"), [["1", "x"]]);
    assert_eq!(database.kv_get("k", <[u8]>::to_vec).expect("get"), Some(b"v".to_vec()));
    let names: Vec<_> = std::fs::read_dir(folder.join("worker-Class")).expect("list").flatten().collect();
    assert!(names.iter().any(|entry| entry.file_name().to_string_lossy() == format!("{OBJECT}.sqlite")));
}

#[test]
fn user_sql_stays_inside_its_fence() {
    let (engine, _folder) = engine("fence");
    let storage = object(&engine);
    let database = storage.open(0, PLENTY).expect("open");
    run(&database, "CREATE TABLE t(a); CREATE TABLE u(b)");
    database.kv_put("k", b"v").expect("put");
    for sql in ["COMMIT", "BEGIN", "ROLLBACK", "SAVEPOINT a", "RELEASE a", "END"] {
        assert!(matches!(read(&database, sql, &[]), Err(StorageError::Transaction)), "{sql}");
    }
    let unauthorized = "not authorized: SQLITE_AUTH";
    for sql in [
        "CREATE TABLE _cf_mine(a)",
        "DROP TABLE _CF_KV",
        "INSERT INTO _cf_KV VALUES('a', 'b')",
        "ALTER TABLE t RENAME TO _cf_t",
        "CREATE INDEX _cf_i ON t(a)",
        "CREATE VIEW _cf_v AS SELECT 1",
        "CREATE TEMP TABLE x(a)",
        "ATTACH ':memory:' AS other",
        "PRAGMA journal_mode=DELETE",
        "PRAGMA writable_schema=ON",
        "PRAGMA table_info(_cf_KV)",
        "PRAGMA max_page_count=1000000",
    ] {
        assert_eq!(refusal(&database, sql), unauthorized, "{sql}");
    }
    assert_eq!(refusal(&database, "SELECT * FROM _cf_KV"), "access to _cf_KV.key is prohibited: SQLITE_AUTH");
    let denied = refusal(&database, "SELECT sqlite_version()");
    assert!(denied.starts_with("not authorized to use function: sqlite_version"), "{denied}");
    assert!(refusal(&database, "VACUUM").contains("SQLITE"), "VACUUM");
    assert_eq!(refusal(&database, "CREATE VIRTUAL TABLE d USING dbstat(main)"), unauthorized);
    run(&database, "CREATE VIRTUAL TABLE f USING fts5(x); INSERT INTO f VALUES('hello world')");
    assert_eq!(rows(&database, "SELECT highlight(f, 0, '<', '>') FROM f WHERE f MATCH 'world'"), [["hello <world>"]]);
    run(&database, "ALTER TABLE u RENAME COLUMN b TO c; ALTER TABLE u RENAME TO w; ALTER TABLE w ADD COLUMN d");
    run(&database, "ALTER TABLE w DROP COLUMN d; CREATE VIRTUAL TABLE r USING rtree(id, a, b)");
    assert_eq!(rows(&database, "SELECT name FROM pragma_table_info('w')"), [["c"]]);
    assert_eq!(rows(&database, "SELECT round(sqrt(2), 3), json_extract('{\"a\":7}', '$.a')"), [["1.414", "7"]]);
}

#[test]
fn errors_read_as_the_reference_writes_them() {
    let (engine, _folder) = engine("errors");
    let storage = object(&engine);
    let database = storage.open(0, PLENTY).expect("open");
    assert_eq!(refusal(&database, "SELECT ;"), "near \";\": syntax error at offset 7: SQLITE_ERROR");
    for empty in ["", ";", "SELECT 1; -- and more", " "] {
        assert_eq!(refusal(&database, empty), "SQL code did not contain a statement.", "{empty}");
    }
    assert_eq!(rows(&database, "SELECT 1; \n"), [["1"]]);
    assert_eq!(refusal(&database, "SELECT ?"), "Wrong number of parameter bindings for SQL query.");
    assert_eq!(
        refusal(&database, "SELECT ?; SELECT 1"),
        "When executing multiple SQL statements in a single call, only the last statement can have parameters."
    );
    run(&database, "CREATE TABLE t(a INTEGER PRIMARY KEY, b CHECK (b > 0), c UNIQUE)");
    assert_eq!(
        refusal(&database, "INSERT INTO t VALUES(1, -1, 1)"),
        "CHECK constraint failed: b > 0: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_CHECK)"
    );
    assert_eq!(refusal(&database, "INSERT INTO t VALUES('x', 1, 1)"), "datatype mismatch: SQLITE_MISMATCH");
    run(&database, "INSERT INTO t VALUES(1, 1, 1)");
    assert!(refusal(&database, "INSERT INTO t VALUES(2, 1, 1)").ends_with("(extended: SQLITE_CONSTRAINT_UNIQUE)"));
    assert_eq!(rows(&database, "SELECT count(*) FROM t"), [["1"]], "an error undoes its statement only");
    assert!(database.commit().expect("the turn goes on").is_some());
}

#[test]
fn bindings_and_results_have_the_types_of_the_reference() {
    let (engine, _folder) = engine("types");
    let storage = object(&engine);
    let database = storage.open(0, PLENTY).expect("open");
    let values = [Value::Null, Value::Number(3.0), Value::Text("3".into()), Value::Blob(vec![]), Value::Blob(vec![1])];
    for (value, kind) in values.iter().zip(["null", "real", "text", "blob", "blob"]) {
        assert_eq!(read(&database, "SELECT typeof(?)", std::slice::from_ref(value)).expect("typeof"), [[kind]]);
    }
    run(&database, "CREATE TABLE t(a INTEGER, b TEXT)");
    read(&database, "INSERT INTO t VALUES(?, ?)", &[Value::Number(3.0), Value::Text("a\0b".into())]).expect("insert");
    assert_eq!(
        rows(&database, "SELECT typeof(a), a, length(CAST(b AS BLOB)), b FROM t"),
        [["integer", "3", "3", "a\0b"]]
    );
}

#[test]
fn cursors_are_read_side_by_side_and_outlive_what_happens_around_them() {
    let (engine, _folder) = engine("cursors");
    let storage = object(&engine);
    let database = storage.open(0, PLENTY).expect("open");
    run(&database, "CREATE TABLE t(a); INSERT INTO t VALUES(1),(2),(3)");
    let sql = "SELECT a FROM t ORDER BY a";
    let (one, two) = (database.exec(sql, &[]).expect("one"), database.exec(sql, &[]).expect("two"));
    let next = |cursor: &crate::Cursor| cursor.next(|row| text(row.value(0)));
    assert_eq!(next(&one).expect("row"), Some("1".into()));
    assert_eq!(next(&two).expect("row"), Some("1".into()));
    assert_eq!(*one.columns(), ["a".to_owned()]);
    run(&database, "CREATE TABLE u(a); INSERT INTO u VALUES(1)");
    drop(database.commit().expect("a commit with cursors open"));
    assert_eq!(next(&one).expect("row"), Some("2".into()));
    // A statement that writes and gives rows does not hold the commit up, and its rows stay.
    let written = database.exec("INSERT INTO u VALUES(5),(6),(7) RETURNING a", &[]).expect("returning");
    drop(database.commit().expect("commit").expect("written"));
    assert_eq!((next(&written).expect("row"), written.rows_written()), (Some("5".into()), 3));
    assert_eq!((next(&written).expect("row"), next(&written).expect("row")), (Some("6".into()), Some("7".into())));
    assert_eq!(next(&written).expect("end"), None);
    database.delete_all(true).expect("delete all");
    assert!(matches!(next(&two), Err(StorageError::CursorDeleted)));
    assert_eq!(*two.columns(), ["a".to_owned()]);
}

#[test]
fn savepoints_nest_and_undo_what_came_after_them() {
    let (engine, _folder) = engine("savepoints");
    let storage = object(&engine);
    let database = storage.open(0, PLENTY).expect("open");
    run(&database, "CREATE TABLE t(a)");
    assert_eq!(database.savepoint("_cf_sync_savepoint").expect("savepoint"), 0);
    run(&database, "INSERT INTO t VALUES(1)");
    assert_eq!(database.savepoint("_cf_sync_savepoint").expect("savepoint"), 1);
    database.kv_put("gone", b"1").expect("put");
    database.set_alarm(Some(5)).expect("alarm");
    assert!(matches!(database.delete_all(false), Err(StorageError::InTransaction)));
    assert!(database.commit().expect("an open savepoint").is_none(), "nothing is committed inside a savepoint");
    database.release(1, false).expect("roll back");
    assert_eq!(database.alarm().expect("alarm"), None);
    assert_eq!(database.kv_get("gone", |_| ()).expect("get"), None);
    database.kv_put("kept", b"2").expect("put");
    let unread = database.exec("INSERT INTO t VALUES(2), (3) RETURNING a", &[]).expect("insert");
    assert_eq!(database.savepoint("_cf_sync_savepoint").expect("beside a cursor that writes"), 1);
    database.release(1, true).expect("keep");
    database.release(0, true).expect("keep, beside a cursor that writes");
    assert_eq!(unread.next(|_| ()).expect("a row"), Some(()));
    assert_eq!(rows(&database, "SELECT a FROM t"), [["1"], ["2"], ["3"]]);
    assert!(database.commit().expect("commit").is_some());
    assert_eq!(database.kv_get("kept", <[u8]>::to_vec).expect("get"), Some(b"2".to_vec()));
}

#[test]
fn savepoints_that_end_out_of_order_end_the_database() {
    let (engine, _folder) = engine("out-of-order");
    let storage = object(&engine);
    let database = storage.open(0, PLENTY).expect("open");
    run(&database, "CREATE TABLE t(a)");
    drop(database.end_turn().expect("commit"));
    assert_eq!(database.savepoint("_cf_savepoint").expect("savepoint"), 0);
    run(&database, "INSERT INTO t VALUES(1)");
    assert_eq!(database.savepoint("_cf_savepoint").expect("savepoint"), 1);
    assert!(matches!(database.release(0, true), Err(StorageError::Savepoint)), "the inner one is open");
    assert!(matches!(database.end_turn(), Err(StorageError::Savepoint)));
    assert!(matches!(database.exec("SELECT 1", &[]), Err(StorageError::Savepoint)));
}

#[test]
fn the_end_of_a_turn_undoes_what_cannot_span_turns() {
    let (engine, _folder) = engine("span");
    let storage = object(&engine);
    let database = storage.open(0, PLENTY).expect("open");
    run(&database, "CREATE TABLE t(a)");
    assert_eq!(database.savepoint("_cf_savepoint").expect("savepoint"), 0);
    run(&database, "INSERT INTO t VALUES(1)");
    for depth in 1..3 {
        assert_eq!(database.savepoint("_cf_sync_savepoint").expect("savepoint"), depth);
        run(&database, "INSERT INTO t VALUES(2)");
    }
    assert!(database.end_turn().expect("undone").is_none(), "a transaction is open");
    assert_eq!(database.depth(), 1);
    database.release(0, true).expect("keep");
    assert!(database.end_turn().expect("commit").is_some());
    assert_eq!(rows(&database, "SELECT a FROM t"), [["1"]]);
}

#[test]
fn a_turn_that_leaves_constraints_violated_is_undone_and_ends_the_database() {
    let (engine, _folder) = engine("deferred");
    let storage = object(&engine);
    let database = storage.open(0, PLENTY).expect("open");
    run(&database, "CREATE TABLE p(a PRIMARY KEY); CREATE TABLE c(a REFERENCES p(a) DEFERRABLE INITIALLY DEFERRED)");
    drop(database.commit().expect("commit"));
    run(&database, "INSERT INTO c VALUES(1)");
    let error = database.commit().expect_err("violated").to_string();
    assert!(error.starts_with("Durable Object was reset and rolled back to its last known good state"), "{error}");
    assert!(error.ends_with(
        "constraints were violated: FOREIGN KEY constraint failed: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_FOREIGNKEY)"
    ), "{error}");
    assert_eq!(refusal(&database, "SELECT 1"), error, "everything that follows fails alike");
    drop(database);
    engine.run_background();
    let database = storage.open(0, PLENTY).expect("a new start");
    assert_eq!(rows(&database, "SELECT count(*) FROM c"), [["0"]]);
}

#[test]
fn a_full_database_and_an_interrupted_statement_undo_the_turn() {
    let (engine, _folder) = engine("critical");
    let storage = object(&engine);
    let database = storage.open(0, 20 * 4096).expect("open");
    run(&database, "CREATE TABLE t(a)");
    drop(database.commit().expect("commit"));
    run(&database, "INSERT INTO t VALUES('before')");
    let error = refusal(&database, "INSERT INTO t VALUES(randomblob(200000))");
    assert_eq!(error, "database or disk is full: SQLITE_FULL");
    assert!(database.error().is_some_and(|error| error.is_full() && error.is_critical()));
    assert_eq!(rows(&database, "SELECT count(*) FROM t"), [["0"]], "it can be read, as in workerd");
    assert_eq!(refusal(&database, "INSERT INTO t VALUES(1)"), error);
    assert_eq!(database.kv_put("a", b"b").expect_err("ended").to_string(), error);
    assert_eq!(database.commit().expect_err("ended").to_string(), error);
    drop(database);
    engine.run_background();

    let database = storage.open(0, PLENTY).expect("a new start");
    assert_eq!(rows(&database, "SELECT count(*) FROM t"), [["0"]]);
    let forever = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n";
    stop_at(Some(Instant::now() + Duration::from_millis(20)));
    assert_eq!(refusal(&database, forever), "interrupted: SQLITE_INTERRUPT");
    drop(database);
    engine.run_background();
    let database = storage.open(0, PLENTY).expect("a new start");
    let interrupter = database.interrupter();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(20));
        interrupter.interrupt();
    });
    assert_eq!(refusal(&database, forever), "interrupted: SQLITE_INTERRUPT");
    thread.join().expect("thread");
}

#[test]
fn the_key_value_table_lists_every_kind_of_range() {
    let (engine, _folder) = engine("kv");
    let storage = object(&engine);
    let database = storage.open(0, PLENTY).expect("open");
    let list = |range: KvRange| {
        let mut list = database.kv_list(&range).expect("list");
        let mut keys = Vec::new();
        while let Some(key) = list.next(|key, _| key.to_owned()).expect("next") {
            keys.push(key);
        }
        keys.join(" ")
    };
    assert_eq!(list(KvRange::default()), "");
    assert!(!database.kv_delete("a").expect("delete from nothing") && !database.is_dirty());
    for key in ["b", "a", "ab", "abc", "\u{e9}", "B", "%", "ac"] {
        database.kv_put(key, key.as_bytes()).expect("put");
    }
    let some = |text: &str| Some(text.into());
    assert_eq!(list(KvRange::default()), "% B a ab abc ac b \u{e9}");
    assert_eq!(list(KvRange { start: some("ab"), ..KvRange::default() }), "ab abc ac b \u{e9}");
    assert_eq!(list(KvRange { start_after: some("ab"), end: some("b"), ..KvRange::default() }), "abc ac");
    assert_eq!(list(KvRange { prefix: some("ab"), reverse: true, ..KvRange::default() }), "abc ab");
    assert_eq!(list(KvRange { prefix: some("%"), ..KvRange::default() }), "%");
    assert_eq!(list(KvRange { prefix: some("a"), end: some("abc"), limit: Some(1), ..KvRange::default() }), "a");
    assert_eq!(list(KvRange { start: some("z"), end: some("a"), ..KvRange::default() }), "");
    assert!(database.kv_delete("ab").expect("delete"));
    assert!(!database.kv_delete("ab").expect("delete again"));
    database.kv_put("k", &vec![0; 8_388_600]).expect("just fits");
    let error = database.kv_put("k", &vec![0; 8_388_642]).expect_err("too large").to_string();
    assert_eq!(error, "string or blob too big: SQLITE_TOOBIG");
    assert_eq!((0..3).map(|_| database.next_bookmark().expect("bookmark")).collect::<Vec<_>>(), [0, 1, 2]);
}

#[test]
fn delete_all_empties_everything_in_one_turn_with_what_follows() {
    let (engine, _folder) = engine("delete-all");
    let storage = object(&engine);
    let database = storage.open(0, PLENTY).expect("open");
    run(&database, "CREATE TABLE p(a PRIMARY KEY); CREATE TABLE c(a REFERENCES p(a)); INSERT INTO p VALUES(1)");
    run(
        &database,
        "INSERT INTO c VALUES(1); CREATE VIEW v AS SELECT * FROM c; CREATE TABLE s(a INTEGER PRIMARY KEY AUTOINCREMENT)",
    );
    run(
        &database,
        "CREATE VIRTUAL TABLE f USING fts5(x); CREATE VIRTUAL TABLE r USING rtree(i, a, b); CREATE TABLE \"o\"\"dd\"(a)",
    );
    run(&database, "INSERT INTO s VALUES(NULL); ANALYZE");
    database.kv_put("k", b"v").expect("put");
    database.set_alarm(Some(1_000)).expect("alarm");
    drop(database.commit().expect("commit"));
    let full = database.size().expect("size");
    run(&database, "INSERT INTO p VALUES(2)");
    database.delete_all(true).expect("delete all");
    database.kv_put("after", b"1").expect("put");
    drop(database.commit().expect("commit"));
    let left = "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
    assert_eq!(rows(&database, left), [["_cf_KV"], ["_cf_METADATA"]]);
    assert_eq!(database.alarm().expect("alarm"), Some(1_000));
    assert!(database.size().expect("size") < full);
    database.delete_all(false).expect("delete all");
    assert_eq!(database.alarm().expect("alarm"), None);
    run(&database, "CREATE TABLE c(a PRIMARY KEY, b REFERENCES c(a))");
    assert!(refusal(&database, "INSERT INTO c VALUES(3, 4)").contains("FOREIGN KEY"), "keys are checked again");
}

#[test]
fn facets_are_made_deleted_and_cloned() {
    let (engine, _folder) = engine("facets");
    let storage = object(&engine);
    let background = || engine.run_background();
    let root = storage.open(0, PLENTY).expect("root");
    run(&root, "CREATE TABLE t(a)");
    let put = |path: &[&str], value: &str| {
        let mut at = 0;
        for name in path {
            at = drive(storage.facet(at, name), background).expect("facet");
        }
        let database = storage.open(at, PLENTY).expect("open");
        database.kv_put("v", value.as_bytes()).expect("put");
        let durable = database.commit().expect("commit").expect("written");
        background();
        durable.wait().expect("durable");
        at
    };
    let get = |facet| {
        let database = storage.open(facet, PLENTY).expect("open");
        let found = database.kv_get("v", |value| String::from_utf8_lossy(value).into_owned()).expect("get");
        found.unwrap_or_default()
    };
    let (foo, foo_a, foo_b) = (put(&["foo"], "10"), put(&["foo", "a"], "100"), put(&["foo", "b"], "200"));
    let bar_c = put(&["bar", "c"], "5");
    let bar = put(&["bar"], "1");
    assert_eq!((foo, foo_a, foo_b, bar, bar_c), (1, 2, 3, 4, 5));
    assert_eq!(storage.names(foo_b).expect("names"), ["foo", "b"]);

    // The source goes on while the clone is made: the copy is what it was at the call.
    let source = storage.open(foo, PLENTY).expect("open");
    let clone = storage.clone_facet(0, "foo", "bar");
    source.kv_put("v", b"changed").expect("put");
    drop(source.commit().expect("commit"));
    drive(clone, background).expect("clone");
    assert_eq!(storage.facets(0).expect("list"), [(foo, "foo".into()), (bar, "bar".into())]);
    let below: Vec<_> = storage.facets(bar).expect("list");
    assert_eq!(below.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>(), ["a", "b"], "what was there is gone");
    assert_eq!((get(bar), get(below[0].0), get(below[1].0)), ("10".into(), "100".into(), "200".into()));
    assert_eq!(get(foo), "changed");
    drop(source);
    // A clone of what a clone makes that was asked for just before.
    let (first, second) = (storage.clone_facet(0, "foo", "baz"), storage.clone_facet(0, "baz", "qux"));
    drive(first, background).expect("clone");
    drive(second, background).expect("clone of the clone");
    let qux = drive(storage.facet(0, "qux"), background).expect("facet");
    assert_eq!(get(qux), "changed");
    for name in ["baz", "qux"] {
        drive(storage.delete(0, name), background).expect("delete");
    }

    drive(storage.delete(0, "foo"), background).expect("delete");
    assert_eq!(storage.facets(0).expect("list"), [(bar, "bar".into())]);
    assert_eq!(drive(storage.facet(0, "foo"), background).expect("facet"), foo, "a name keeps its id");
    assert_eq!((get(foo), storage.facets(foo).expect("list")), (String::new(), vec![]));
    drive(storage.clone_facet(0, "never", "bar"), background).expect("clone of nothing");
    assert_eq!(storage.facets(0).expect("list"), [(foo, "foo".into())]);
    drive(storage.delete_below(0), background).expect("delete all");
    assert_eq!(storage.facets(0).expect("list"), []);
}

#[test]
fn changes_of_the_tree_happen_in_the_order_of_the_calls() {
    let (engine, _folder) = engine("order-of-calls");
    let storage = object(&engine);
    let background = || engine.run_background();
    let facet = drive(storage.facet(0, "a"), background).expect("facet");
    let database = storage.open(facet, PLENTY).expect("open");
    database.kv_put("v", b"old").expect("put");
    drop(database.commit().expect("commit"));
    database.discard();
    assert!(matches!(database.kv_get("v", |_| ()), Err(StorageError::Closed)));
    let (deleted, next) = (storage.delete(0, "a"), storage.facet(0, "a"));
    // The later one is waited for alone, and does not overtake.
    let (mut next, mut deleted) = (Box::pin(next), Some(Box::pin(deleted)));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    for _ in 0..10 {
        assert!(next.as_mut().poll(&mut context).is_pending(), "the deletion has not even begun");
        background();
    }
    drive(deleted.take().expect("once"), background).expect("delete");
    let facet = drive(next, background).expect("facet");
    let database = storage.open(facet, PLENTY).expect("open");
    assert_eq!(database.kv_get("v", |_| ()).expect("get"), None);
}

#[test]
fn alarms_follow_their_databases_and_survive_a_restart() {
    let folder = scratch("alarms");
    let clock = Arc::new(std::sync::atomic::AtomicI64::new(0));
    let open = || {
        let clock = clock.clone();
        let clock: crate::alarms::Clock = Arc::new(move || clock.load(std::sync::atomic::Ordering::Relaxed));
        Engine::open(&folder, EngineOptions { threads: false, clock, ..EngineOptions::default() }).expect("engine")
    };
    let engine = open();
    let storage = object(&engine);
    let facet = drive(storage.facet(0, "f"), || engine.run_background()).expect("facet");
    for (facet, time) in [(0, 1_000), (facet, 2_000)] {
        let database = storage.open(facet, PLENTY).expect("open");
        database.set_alarm(Some(time)).expect("alarm");
        let durable = database.commit().expect("commit").expect("written");
        engine.run_background();
        durable.wait().expect("durable");
        // A later time reaches the index only after the commit.
        database.set_alarm(Some(time + 500)).expect("alarm");
        let durable = database.commit().expect("commit").expect("written");
        assert_eq!(engine.alarms().scheduled(&storage.alarm_key(facet)), Some(time));
        engine.run_background();
        durable.wait().expect("durable");
        assert_eq!(engine.alarms().scheduled(&storage.alarm_key(facet)), Some(time + 500));
    }
    drop((storage, engine));

    let engine = open();
    let storage = object(&engine);
    let (sender, due) = std::sync::mpsc::channel();
    engine.alarms().deliver_to(Box::new(move |alarm| drop(sender.send(alarm))));
    clock.store(1_499, std::sync::atomic::Ordering::Relaxed);
    engine.run_background();
    assert!(due.try_recv().is_err(), "none is due");
    clock.store(1_500, std::sync::atomic::Ordering::Relaxed);
    engine.run_background();
    let alarm = due.try_recv().expect("due");
    assert_eq!((alarm.key.facet, alarm.scheduled_ms, alarm.name.as_deref()), (0, 1_500, Some("name")));
    let database = storage.open(0, PLENTY).expect("open");
    assert!(database.begin_alarm(1_500).expect("begin"));
    assert_eq!(database.alarm().expect("alarm"), None, "the one that runs does not show");
    engine.alarms().started(&alarm.key);
    database.end_alarm(true).expect("end");
    drop(database.commit().expect("commit"));
    engine.alarms().finished(&alarm.key, denizen_core::alarms::Outcome::Done, 0.5);
    engine.run_background();
    assert_eq!(database.alarm().expect("alarm"), None);
    clock.store(10_000, std::sync::atomic::Ordering::Relaxed);
    engine.run_background();
    let alarm = due.try_recv().expect("the facet's");
    assert_eq!((alarm.key.facet, due.try_recv().is_err()), (facet, true));
    drive(storage.delete(0, "f"), || engine.run_background()).expect("delete");
    engine.alarms().finished(&alarm.key, denizen_core::alarms::Outcome::Failed, 0.5);
    engine.run_background();
    drop((database, storage, engine));
    let engine = open();
    assert_eq!(engine.alarms().scheduled(&alarm.key), None, "a deleted facet's alarm is gone");
}

#[test]
fn changes_that_an_earlier_incarnation_began_come_first() {
    let (engine, folder) = engine("incarnations");
    let pool = Pool::new(&engine, PoolOptions::default());
    let of = |pool: &Rc<Pool>| ObjectStorage::of(pool, "worker-Class", OBJECT, None).expect("object");
    let earlier = of(&pool);
    let mut begun = std::pin::pin!(async move { earlier.facet(0, "a name that is long").await });
    let mut waiting = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(begun.as_mut().poll(&mut waiting).is_pending());
    // The object was reset meanwhile.
    let later = of(&pool);
    let mut first = None;
    let second = drive(later.facet(0, "n"), || {
        engine.run_background();
        if first.is_none()
            && let std::task::Poll::Ready(facet) = begun.as_mut().poll(&mut waiting)
        {
            first = Some(facet.expect("facet"));
        }
    });
    let (first, second) = (first.expect("the first came first"), second.expect("facet"));
    assert_ne!(first, second);
    drop((later, pool, engine));
    let engine = Engine::open(&folder, EngineOptions { threads: false, ..EngineOptions::default() }).expect("engine");
    let again = of(&Pool::new(&engine, PoolOptions::default()));
    assert_eq!(again.names(first).expect("whole"), ["a name that is long"]);
    assert_eq!(again.names(second).expect("whole"), ["n"]);
}

#[test]
fn a_new_facet_does_not_wait_for_one_that_nobody_makes_any_more() {
    let (engine, _folder) = engine("left");
    let storage = object(&engine);
    let mut waiting = std::task::Context::from_waker(std::task::Waker::noop());
    let mut earlier = Box::pin(storage.facet(0, "earlier"));
    let mut left = Box::pin(storage.facet(0, "left"));
    let mut joined = Box::pin(storage.facet(0, "joined"));
    for facet in [&mut earlier, &mut left, &mut joined] {
        assert!(facet.as_mut().poll(&mut waiting).is_pending());
    }
    drop(left);
    assert!(matches!(joined.as_mut().poll(&mut waiting), std::task::Poll::Ready(Err(StorageError::Closed))));
    drop(earlier);
    drive(storage.facet(0, "later"), || engine.run_background()).expect("facet");
}

#[test]
fn facets_that_are_new_at_the_same_time_share_syncs() {
    let (engine, _folder) = engine("together");
    let storage = object(&engine);
    let first = drive(storage.facet(0, "first"), || engine.run_background()).expect("facet");
    let syncs = || engine.disk.counters.syncs.load(std::sync::atomic::Ordering::Relaxed);
    let before = syncs();
    let mut waiting = std::task::Context::from_waker(std::task::Waker::noop());
    // A name twice, one that is known, and one that cannot be.
    let names = (0..100).map(|number| format!("f{number}")).chain(["f7".into(), "first".into(), String::new()]);
    let mut all: Vec<_> = names
        .map(|name| {
            let storage = storage.clone();
            Box::pin(async move { storage.facet(0, &name).await })
        })
        .collect();
    let mut found = vec![None; all.len()];
    while found.iter().any(Option::is_none) {
        for (facet, found) in all.iter_mut().zip(&mut found).filter(|(_, found)| found.is_none()) {
            if let std::task::Poll::Ready(facet) = facet.as_mut().poll(&mut waiting) {
                *found = Some(facet);
            }
        }
        engine.run_background();
    }
    let mut found: Vec<_> = found.into_iter().flatten().collect();
    assert!(matches!(found.pop(), Some(Err(StorageError::FacetNameEmpty))));
    let ids: Vec<_> = found.into_iter().map(|facet| facet.expect("facet")).collect();
    assert_eq!((ids[100], ids[101]), (ids[7], first));
    assert_eq!(ids[..100].iter().collect::<std::collections::HashSet<_>>().len(), 100);
    assert!(syncs() - before <= 4, "{} syncs", syncs() - before);
    assert_eq!(storage.names(ids[99]).expect("names"), ["f99"]);
}

/// Makes the facet, with a row that says which it is.
fn make(engine: &Arc<Engine>, storage: &Rc<ObjectStorage>, parent: u16, name: &str) -> u16 {
    let facet = drive(storage.facet(parent, name), || engine.run_background()).expect("facet");
    let database = storage.open(facet, PLENTY).expect("open");
    assert_eq!(database.kv_get("name", <[u8]>::to_vec).expect("get"), None, "{name} comes with nothing");
    database.kv_put("name", name.as_bytes()).expect("put");
    let durable = database.commit().expect("commit").expect("written");
    engine.run_background();
    durable.wait().expect("durable");
    facet
}

#[test]
fn ids_of_deleted_facets_are_given_again_and_do_not_run_out() {
    let (engine, folder) = engine("given-again");
    with_ids_kept(Some(4), || {
        let storage = object(&engine);
        drop(storage.open(0, PLENTY).expect("root"));
        let background = || engine.run_background();
        let kept = make(&engine, &storage, 0, "kept");
        let below = make(&engine, &storage, kept, "below");
        for number in 0..50 {
            let facet = make(&engine, &storage, 0, &format!("f{number}"));
            let child = make(&engine, &storage, facet, "child");
            assert!(facet < child && child <= 6, "{facet} {child}");
            let key = storage.alarm_key(facet);
            let database = storage.open(facet, PLENTY).expect("open");
            assert_eq!((database.alarm().expect("alarm"), engine.alarms().scheduled(&key)), (None, None));
            database.set_alarm(Some(7_000_000_000_000)).expect("alarm");
            drop((database.commit().expect("commit"), database));
            engine.usage().note(key.clone(), Usage { requests: 1, ..Usage::default() }, 1);
            let used = drive(engine.usage().read(key), background).expect("usage").map(|found| found.usage.requests);
            assert_eq!(used, Some(1), "nothing of what had its id before");
            drive(storage.delete(0, &format!("f{number}")), background).expect("delete");
        }
        assert_eq!(storage.names(below).expect("names"), ["kept", "below"]);
        assert_eq!(storage.facets(0).expect("list"), [(kept, "kept".to_owned())]);
        let bytes = std::fs::read(folder.join("worker-Class").join(format!("{OBJECT}.facets"))).expect("index");
        assert!(bytes.len() < 100, "{} bytes", bytes.len());
    });
}

#[test]
fn an_id_whose_facet_is_about_to_be_made_is_nobody_elses() {
    let (engine, _folder) = engine("held");
    with_ids_kept(Some(1), || {
        let storage = object(&engine);
        drop(storage.open(0, PLENTY).expect("root"));
        let background = || engine.run_background();
        let first = drive(storage.place(0, "first"), background).expect("facet");
        let second = drive(storage.place(0, "second"), background).expect("facet");
        assert_ne!(first.facet, second.facet);
        let (was, _) = (first.facet, drop(first));
        assert_eq!(drive(storage.facet(0, "third"), background).expect("facet"), was, "nobody has come for it");
        assert_eq!(storage.names(was).expect("names"), ["third"]);
        assert_eq!(storage.names(second.facet).expect("names"), ["second"]);
    });
}

#[test]
fn what_was_asked_of_a_facet_does_not_reach_the_next_one_with_its_id() {
    let (engine, _folder) = engine("holder");
    with_ids_kept(Some(2), || {
        let storage = object(&engine);
        drop(storage.open(0, PLENTY).expect("root"));
        let background = || engine.run_background();
        let source = make(&engine, &storage, 0, "source");
        make(&engine, &storage, source, "child");
        let old = make(&engine, &storage, 0, "old");
        // All asked for at once, as by one turn: the copy gets the id of what is deleted before.
        let deleted = storage.delete(0, "old");
        let cloned = storage.clone_facet(0, "source", "copy");
        let late = (storage.delete(old, "child"), storage.delete_below(old), storage.facet_size(old, "child"));
        drive(deleted, background).expect("delete");
        drive(cloned, background).expect("clone");
        drive(late.0, background).expect("nothing to do");
        drive(late.1, background).expect("nothing to do");
        assert_eq!(drive(late.2, background).expect("nothing to see"), None);
        assert_eq!(storage.names(old).expect("names"), ["copy"], "the id was given again");
        assert_eq!(storage.names_below(old, Vec::new()).expect("list"), ["child"]);
    });
}

#[test]
fn an_alarm_is_indexed_in_time_whatever_a_handle_of_the_last_holder_knows() {
    let (engine, _folder) = engine("late-handle");
    with_ids_kept(Some(1), || {
        let storage = object(&engine);
        drop(storage.open(0, PLENTY).expect("root"));
        let mut handles = Vec::new();
        // The same name, and another one with the same id.
        for (name, time) in [("a", 7_000_000_000_000), ("a", 7_000_000_000_001), ("b", 7_000_000_000_002)] {
            let facet = drive(storage.facet(0, name), || engine.run_background()).expect("facet");
            let database = storage.open(facet, PLENTY).expect("open");
            database.set_alarm(Some(time)).expect("alarm");
            drop(database.commit().expect("commit"));
            // The commit is not durable yet.
            while engine.alarms().run_once() {}
            assert_eq!((facet, engine.alarms().scheduled(&storage.alarm_key(facet))), (1, Some(time)));
            engine.run_background();
            database.close();
            handles.push(database);
            drive(storage.delete(0, name), || engine.run_background()).expect("delete");
            assert_eq!(engine.alarms().scheduled(&storage.alarm_key(facet)), None);
        }
    });
}

#[test]
fn names_are_as_they_will_be_when_all_is_over_that_was_asked_for() {
    let (engine, _folder) = engine("names-below");
    let storage = object(&engine);
    drop(storage.open(0, PLENTY).expect("root"));
    for name in ["a", "b"] {
        make(&engine, &storage, 0, name);
    }
    let list = || storage.names_below(0, Vec::new()).expect("list");
    let changes = [
        (FacetChange::Clone("a".into(), "c".into()), vec!["a", "b", "c"]),
        (FacetChange::Clone("never".into(), "a".into()), vec!["b", "c"]),
        (FacetChange::Delete("b".into()), vec!["c"]),
        (FacetChange::DeleteAll, vec![]),
    ];
    let mut asked = Vec::new();
    for (change, after) in changes {
        asked.push(storage.change_facets(0, change));
        assert_eq!(list(), after);
    }
    asked.pop();
    assert_eq!(list(), ["c"], "what nobody does is not done");
    for change in asked {
        drive(change, || engine.run_background()).expect("change");
        assert_eq!(list(), ["c"]);
    }
}

#[test]
fn few_databases_are_open_while_many_are_used() {
    let (engine, folder) = engine("many");
    let pool = Pool::new(&engine, PoolOptions { open_max: 8, cache_bytes_max: 1 << 20 });
    std::fs::create_dir_all(folder.join("n")).expect("folder");
    let open = |number: usize| {
        let path = folder.join("n").join(format!("{number}.sqlite"));
        Database::open(&pool, DatabaseOptions { path, bytes_max: PLENTY, alarm: None }).expect("open")
    };
    let databases: Vec<_> = (0..100).map(open).collect();
    for (number, database) in databases.iter().enumerate() {
        database.kv_put("n", &number.to_le_bytes()).expect("put");
        drop(database.commit().expect("commit"));
        assert!(pool.open_count() <= 8);
        engine.run_background();
    }
    for (number, database) in databases.iter().enumerate().rev() {
        assert_eq!(database.kv_get("n", <[u8]>::to_vec).expect("get"), Some(number.to_le_bytes().to_vec()));
        assert!(pool.open_count() <= 8);
    }
    engine.run_background();
    let descriptors = std::fs::read_dir("/proc/self/fd").expect("fds").flatten();
    let ours = descriptors.filter_map(|entry| std::fs::read_link(entry.path()).ok());
    assert!(ours.filter(|path| path.starts_with(&*folder)).count() <= 8 * 3 + 8);
    // Closing does not pile up behind a disk that cannot keep up: nothing is done in the background here.
    for database in databases.iter().chain(&databases) {
        database.kv_get("n", |_| ()).expect("get");
    }
    let open = std::fs::read_dir("/proc/self/fd").expect("fds").flatten();
    let ours = open.filter_map(|entry| std::fs::read_link(entry.path()).ok());
    assert!(ours.filter(|path| path.starts_with(&*folder)).count() <= (8 + 64) * 3 + 8);
    engine.run_background();
    // One that is in the middle of something is not closed, and the bound is not stretched.
    let busy: Vec<_> = databases[..8].iter().map(|database| (database, database.kv_put("n", b"x"))).collect();
    assert!(matches!(databases[50].kv_get("n", |_| ()), Err(StorageError::TooManyOpen(8))));
    for (database, put) in busy {
        put.expect("put");
        drop(database.commit().expect("commit"));
    }
    assert!(databases[50].kv_get("n", |_| ()).expect("there is room again").is_some());
}

#[test]
fn logs_are_brought_into_their_databases_and_begun_anew() {
    let (engine, folder) = engine("checkpoints");
    let storage = object(&engine);
    let database = storage.open(0, PLENTY).expect("open");
    run(&database, "CREATE TABLE t(a)");
    for _ in 0..200 {
        run(&database, "INSERT INTO t VALUES(randomblob(100000))");
        run(&database, "DELETE FROM t");
        drop(database.commit().expect("commit"));
        engine.run_background();
    }
    let wal = std::fs::metadata(folder.join("worker-Class").join(format!("{OBJECT}.sqlite-wal"))).expect("a log");
    assert!(wal.len() < 10 << 20, "{} bytes of log for 20 MB of writes", wal.len());
    // A cursor keeps the log from beginning anew, until it is too long.
    run(&database, "INSERT INTO t VALUES(1),(2)");
    drop(database.commit().expect("commit"));
    let cursor = database.exec("SELECT a FROM t", &[]).expect("cursor");
    for _ in 0..800 {
        run(&database, "UPDATE t SET a = randomblob(100000) WHERE rowid = 1");
        drop(database.commit().expect("commit"));
        engine.run_background();
    }
    assert!(matches!(cursor.next(|_| ()), Err(StorageError::CursorTooOld(_))));
}

#[test]
fn a_log_begins_anew_although_commits_go_on_during_its_checkpoint() {
    let folder = scratch("busy-log");
    // A checkpoint syncs, so that there are commits during each.
    let options = EngineOptions { sync_delay: Duration::from_millis(1), ..EngineOptions::default() };
    let engine = Engine::open(&folder, options).expect("engine");
    let pool = Pool::new(&engine, PoolOptions::default());
    let options = DatabaseOptions { path: engine.folder().join("one.sqlite"), bytes_max: PLENTY, alarm: None };
    let database = Database::open(&pool, options).expect("open");
    for turn in 0..8_000_u32 {
        database.kv_put("key", &turn.to_le_bytes()).expect("put");
        let durable = database.commit().expect("commit").expect("it wrote");
        if turn % 512 == 511 {
            durable.wait().expect("durable");
        }
    }
    let files = database.files();
    let length = std::fs::metadata(&files.wal).expect("a log").len();
    assert!(length < 16 << 20, "{length} bytes of log for 32 MB of frames");
    // Another connection takes the length of the file for that of the log no more than the first one does.
    let known = files.wal_bytes();
    crate::upkeep::checkpoint(&engine.disk, &files).expect("checkpoint");
    assert_eq!(files.wal_bytes(), known);
}

#[test]
fn a_second_process_and_a_newer_format_are_refused() {
    let (first, folder) = engine("lock");
    let options = || EngineOptions { threads: false, ..EngineOptions::default() };
    assert!(matches!(Engine::open(&folder, options()), Err(StorageError::Locked(_))));
    first.rename_class("worker", "Old", "New").expect("rename");
    drop(first);
    let again = Engine::open(&folder, options()).expect("free again");
    assert_eq!(again.unique_key("worker", "New"), "worker-Old");
    assert_eq!(again.unique_key("worker", "Other"), "worker-Other");
    again.rename_class("worker", "New", "Newer").expect("rename");
    assert_eq!(again.unique_key("worker", "Newer"), "worker-Old");
    drop(again);
    std::fs::write(folder.join("denizen.json"), "{\"format\": 99}").expect("write");
    let error = Engine::open(&folder, options()).expect_err("newer").to_string();
    assert!(error.contains("denizen.json") && error.contains("99"), "{error}");
}

#[test]
fn a_commit_waits_for_a_sync_that_began_while_it_was_written() {
    let folder = scratch("sync-during-commit");
    let engine = Engine::open(&folder, EngineOptions::default()).expect("engine");
    let pool = Pool::new(&engine, PoolOptions::default());
    let options = DatabaseOptions { path: engine.folder().join("one.sqlite"), bytes_max: PLENTY, alarm: None };
    let database = Database::open(&pool, options).expect("open");
    for turn in 0..20_000_u32 {
        database.kv_put("key", &turn.to_le_bytes()).expect("put");
        let durable = database.commit().expect("commit");
        assert!(durable.is_some(), "turn {turn} has nothing to wait for");
    }
}

#[test]
fn a_kept_statement_gives_the_columns_that_its_table_has_now() {
    let (engine, _folder) = engine("new-column");
    let pool = Pool::new(&engine, PoolOptions::default());
    let options = DatabaseOptions { path: engine.folder().join("one.sqlite"), bytes_max: PLENTY, alarm: None };
    let database = Database::open(&pool, options).expect("open");
    run(&database, "CREATE TABLE t (a)");
    run(&database, "INSERT INTO t VALUES ('one')");
    assert_eq!(rows(&database, "SELECT * FROM t"), [["one"]]);
    run(&database, "ALTER TABLE t ADD COLUMN b DEFAULT 'two'");
    assert_eq!(rows(&database, "SELECT * FROM t"), [["one", "two"]]);
}
