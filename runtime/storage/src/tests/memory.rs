//! Memory that SQL takes: it has a bound, and what reaches that loses nothing that is durable.

use denizen_core::limits::storage::MEMORY_BYTES;

use super::basics::{PLENTY, engine, object, read, refusal, rows, run};
use crate::{Cursor, Database, StorageError, Value};

const REFUSED: &str = "out of memory (at most 142606336 bytes for one database): SQLITE_NOMEM";

/// A cursor that keeps `bytes` of memory for as long as it is open.
fn hold(database: &Database, bytes: usize) -> Result<Cursor, StorageError> {
    database.exec("SELECT length(?1) UNION ALL SELECT 2", &[Value::Blob(vec![0; bytes])])
}

/// Cursors that leave about `bytes` of memory to others.
fn hold_all_but(database: &Database, bytes: usize) -> Vec<Cursor> {
    let mut held = Vec::new();
    loop {
        let rest = usize::try_from(MEMORY_BYTES - database.memory_bytes()).expect("below the bound");
        match rest.checked_sub(bytes + 4096) {
            None => return held,
            Some(more) => held.push(hold(database, more.min(8_000_000)).expect("hold")),
        }
    }
}

#[test]
fn memory_of_sql_has_a_bound_for_each_database() {
    let (engine, _folder) = engine("memory");
    let storage = object(&engine);
    let database = storage.open(0, PLENTY).expect("open");
    run(&database, "CREATE TABLE t(a); INSERT INTO t VALUES(1)");
    drop(database.commit().expect("commit"));
    engine.run_background();

    let before = database.memory_bytes();
    let keeps = "WITH d AS MATERIALIZED (WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 10) \
                 SELECT randomblob(5000000) y FROM c) SELECT 1 FROM d a, d b";
    let held = [database.exec(keeps, &[]).expect("one"), database.exec(keeps, &[]).expect("another")];
    let error = database.exec(keeps, &[]).expect_err("a third");
    assert_eq!(error.to_string(), REFUSED);
    assert!(error.is_critical(), "the turn is undone, since SQLite may have undone it");
    assert_eq!(rows(&database, "SELECT count(*) FROM t"), [["1"]], "it can be read");
    assert_eq!(refusal(&database, "INSERT INTO t VALUES(2)"), REFUSED);
    drop(held);
    assert!(database.memory_bytes() < before + (8 << 20), "it is given back: {}", database.memory_bytes());
    drop(database);
    engine.run_background();

    let database = storage.open(0, PLENTY).expect("a new start");
    let rest = "SELECT count(DISTINCT y) FROM (WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 300) \
                SELECT randomblob(1000000) y FROM c)";
    assert_eq!(refusal(&database, rest), REFUSED);
    assert_eq!(rows(&database, &rest.replace("300", "90")), [["90"]]);
}

#[test]
fn the_engine_commits_beside_code_that_has_taken_all_memory() {
    let (engine, _folder) = engine("memory-host");
    let storage = object(&engine);
    let database = storage.open(0, PLENTY).expect("open");
    run(&database, "CREATE TABLE t(a)");
    drop(database.commit().expect("commit"));
    let held = hold_all_but(&database, 200_000);
    run(&database, "INSERT INTO t VALUES(1)");
    let depth = database.savepoint("s").expect("savepoint");
    run(&database, "INSERT INTO t VALUES(2)");
    for key in ["a", "b", "c"] {
        database.kv_put(key, &vec![7; 2_000_000]).expect("put");
    }
    database.release(depth, true).expect("release");
    assert!(database.memory_bytes() > MEMORY_BYTES);
    drop(database.commit().expect("commit"));
    engine.run_background();
    assert_eq!(held.iter().filter(|cursor| cursor.has_row()).count(), held.len());
    drop((held, database));
    engine.run_background();
    let database = storage.open(0, PLENTY).expect("open again");
    assert_eq!(rows(&database, "SELECT a FROM t"), [["1"], ["2"]]);
    assert_eq!(database.kv_get("c", <[u8]>::len).expect("get"), Some(2_000_000));
}

/// Statements that write fail where the memory happens to end: before, within and after what they change.
#[test]
fn whatever_memory_is_left_a_turn_is_there_as_a_whole_or_not_at_all() {
    let (engine, _folder) = engine("memory-left");
    let storage = object(&engine);
    let mut turns = 0;
    {
        let database = storage.open(0, PLENTY).expect("open");
        run(&database, "CREATE TABLE t(turn, a); CREATE INDEX i ON t(a); CREATE VIRTUAL TABLE f USING fts5(a)");
        drop(database.commit().expect("commit"));
        engine.run_background();
    }
    let (mut refused, mut database) = (0, None);
    for step in 0..60 {
        let open = database.take().unwrap_or_else(|| storage.open(0, PLENTY).expect("open"));
        let held = hold_all_but(&open, step * 80_000);
        let turn = (|| {
            let number = [Value::Number(f64::from(turns))];
            let rows = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 100)";
            read(&open, &format!("INSERT INTO t {rows} SELECT ?1, hex(randomblob(500)) FROM c ORDER BY 2"), &number)?;
            read(&open, &format!("INSERT INTO f {rows} SELECT hex(randomblob(9)) || ' word' FROM c"), &[])?;
            read(&open, "UPDATE t SET a = a || 'x' WHERE turn = ?1", &number)?;
            open.commit()
        })();
        drop(held);
        match turn {
            Ok(_) => {
                turns += 1;
                database = Some(open);
            }
            Err(error) => {
                refused += 1;
                assert!(error.to_string().starts_with("out of memory"), "{error}");
                drop(open.rollback());
            }
        }
        engine.run_background();
        let open = database.take().unwrap_or_else(|| storage.open(0, PLENTY).expect("a new start"));
        let count = format!("{}", turns * 100);
        assert_eq!(rows(&open, "SELECT count(*) FROM t WHERE a LIKE '%x'"), [[count.as_str()]]);
        assert_eq!(rows(&open, "SELECT count(*) FROM f WHERE f MATCH 'word'"), [[count.as_str()]]);
        database = Some(open);
    }
    let database = database.expect("the last");
    assert_eq!(rows(&database, "PRAGMA quick_check"), [["ok"]]);
    assert!(turns > 5 && refused > 5, "{turns} turns, {refused} refused");
}
