//! Rows read and rows written: every statement of `row_counts.tsv` counts as the reference does, at three moments.

use std::collections::HashMap;

use super::basics::{PLENTY, engine};
use crate::{Cursor, Database, DatabaseOptions, Pool, PoolOptions};

const BATTERY: &str = include_str!("../../tests/row_counts.tsv");

/// The number of rows, and both counts after `exec`, after the first row and after the last one.
fn counts(database: &Database, sql: &str) -> [u64; 7] {
    let fail = |error: crate::StorageError| -> ! { panic!("{sql}: {error}") };
    let cursor = database.exec(sql, &[]).unwrap_or_else(|error| fail(error));
    let both = |cursor: &Cursor| [cursor.rows_read(), cursor.rows_written()];
    let [read_first, written_first] = both(&cursor);
    let mut rows = 0;
    let mut step = || match cursor.next(|_| ()) {
        Ok(row) => {
            rows += u64::from(row.is_some());
            row.is_some()
        }
        Err(error) => fail(error),
    };
    let more = step();
    let [read_second, written_second] = both(&cursor);
    if more {
        while step() {}
    }
    let [read_last, written_last] = both(&cursor);
    [rows, read_first, written_first, read_second, written_second, read_last, written_last]
}

#[test]
fn rows_are_counted_as_the_reference_counts_them() {
    let (engine, folder) = engine("row-counts");
    let pool = Pool::new(&engine, PoolOptions::default());
    let mut setups: HashMap<&str, Vec<&str>> = HashMap::new();
    let (mut cases, mut differing) = (0, Vec::new());
    for line in BATTERY.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<_> = line.split('\t').collect();
        match fields[..] {
            ["setup", name, sql] => setups.entry(name).or_default().push(sql),
            ["case", setup, sql, ref expected @ ..] => {
                let path = folder.join(format!("{cases}.sqlite"));
                let options = DatabaseOptions { path, bytes_max: PLENTY, alarm: None };
                let database = Database::open(&pool, options).expect("open");
                for statement in setups.get(setup).into_iter().flatten() {
                    counts(&database, statement);
                }
                drop(database.commit().expect("commit"));
                let expected: Vec<u64> = expected.iter().map(|number| number.parse().expect("a number")).collect();
                let found = counts(&database, sql);
                if found != expected[..] {
                    differing.push(format!("{setup}: {sql}\n  expected {expected:?}\n  found    {found:?}"));
                }
                database.discard();
                cases += 1;
            }
            _ => panic!("no case: {line}"),
        }
    }
    assert!(differing.is_empty(), "{} of {cases} differ\n{}", differing.len(), differing.join("\n"));
    assert_eq!(cases, 625);
}
