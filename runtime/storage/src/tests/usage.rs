//! What facets have used: sums, rows, and sizes.

use std::time::Duration;

use denizen_core::usage::Usage;

use crate::testing::{drive, scratch};
use crate::usage::UsageKey;
use crate::{Engine, EngineOptions, ObjectStorage, Pool, PoolOptions, Value};

fn key(facet: u16) -> UsageKey {
    UsageKey { namespace: "worker-Class".into(), object: "0".repeat(64).into(), facet }
}

fn used(requests: u64) -> Usage {
    let cpu = Duration::from_nanos(requests * 7);
    Usage { requests, errors: 1, cpu, wall: cpu * 2, rows_read: requests * 3, rows_written: requests * 4 }
}

#[test]
fn sums_of_a_facet_outlive_the_engine_until_it_is_deleted() {
    let folder = scratch("usage");
    let open = || Engine::open(&folder, EngineOptions { threads: false, ..EngineOptions::default() }).expect("engine");
    let read = |engine: &std::sync::Arc<Engine>, facet| {
        drive(engine.usage().read(key(facet)), || engine.run_background()).expect("sums")
    };
    let engine = open();
    assert_eq!(read(&engine, 1), None);
    engine.usage().note(key(1), used(2), 50);
    engine.usage().note(key(2), used(1), 60);
    engine.usage().flush();
    engine.run_background();
    engine.usage().note(key(1), used(3), 70);
    let first = read(&engine, 1).expect("facet 1");
    assert_eq!((first.usage, first.since_ms), (used(2).plus(used(3)), 50));
    drop(engine);
    let engine = open();
    assert_eq!(read(&engine, 1), Some(first));
    // A deletion ends the sums of the facet, with what was added just before.
    engine.usage().note(key(1), used(9), 80);
    engine.usage().forget(vec![key(1)]);
    engine.run_background();
    engine.usage().note(key(1), used(1), 90);
    assert_eq!(read(&engine, 1).map(|totals| (totals.usage, totals.since_ms)), Some((used(1), 90)));
    assert_eq!(read(&engine, 2).map(|totals| totals.usage), Some(used(1)));
}

#[test]
fn sums_that_cannot_be_written_are_kept() {
    let folder = scratch("usage-kept");
    let engine = Engine::open(&folder, EngineOptions { threads: false, ..EngineOptions::default() }).expect("engine");
    let blocker = folder.join("denizen-usage.sqlite");
    std::fs::create_dir(&blocker).expect("a folder where the file belongs");
    engine.usage().note(key(1), used(2), 50);
    engine.usage().flush();
    engine.run_background();
    drive(engine.usage().read(key(1)), || engine.run_background()).expect_err("no database");
    std::fs::remove_dir(&blocker).expect("remove");
    let totals = drive(engine.usage().read(key(1)), || engine.run_background()).expect("sums");
    assert_eq!(totals.map(|totals| totals.usage), Some(used(2)));
}

#[test]
fn rows_and_sizes_are_counted_over_connections_and_what_is_full_says_how_much() {
    let folder = scratch("usage-rows");
    let engine = Engine::open(&folder, EngineOptions { threads: false, ..EngineOptions::default() }).expect("engine");
    let pool = Pool::new(&engine, PoolOptions { open_max: 1, ..PoolOptions::default() });
    let storage = ObjectStorage::of(&pool, "worker-Class", &"1".repeat(64), None).expect("object");
    // An object without a file has no facets: the file comes first.
    drop(storage.open(0, 64 * 4096).expect("open"));
    let facet = drive(storage.facet(0, "a"), || engine.run_background()).expect("facet");
    let database = storage.open(facet, 64 * 4096).expect("open");
    assert_eq!(database.rows(), (0, 0));
    let exec = |sql: &str| database.exec(sql, &[]).map(drop);
    exec("CREATE TABLE t(a)").expect("table");
    exec("INSERT INTO t VALUES(1), (2), (3)").expect("rows");
    drop(database.commit().expect("commit"));
    let (read_before, written) = database.rows();
    assert_eq!(written, 5, "2 for the table, 3 rows");
    // Another database takes its place: the connection closes, and the sums stay.
    let other = storage.open(0, 64 * 4096).expect("open");
    other.exec("SELECT 1", &[]).expect("other");
    let rows = database.exec("SELECT a FROM t", &[]).expect("rows");
    rows.next(|_| ()).expect("row").expect("the first of three");
    assert_eq!(database.rows(), (read_before + 2, 5), "those of a cursor that stays open");
    assert_eq!(rows.rows_read(), 2);
    while rows.next(|_| ()).expect("row").is_some() {}
    assert_eq!((database.rows(), rows.rows_read()), ((read_before + 3, 5), 3));
    database.kv_put("key", b"value").expect("put");
    drop(database.commit().expect("commit"));
    assert!(database.rows().1 > 5);

    let size = database.size().expect("size");
    let found = drive(storage.facet_size(0, "a"), || engine.run_background()).expect("size");
    assert_eq!(found, Some((facet, size)));
    assert_eq!(drive(storage.facet_size(0, "b"), || engine.run_background()).expect("size"), None);

    assert_eq!(database.exceeded(), None);
    database.exec("INSERT INTO t VALUES(?)", &[Value::Blob(vec![1; 100 * 4096])]).expect_err("full");
    assert_eq!(database.exceeded(), Some((size, 64 * 4096)));
}
