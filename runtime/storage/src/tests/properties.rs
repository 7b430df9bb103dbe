//! Random histories beside simple models: key-value ranges, savepoints, SQL beside plain SQLite, cursors side by side.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::basics::{OBJECT, PLENTY, engine, read, run, text};
use crate::{Cursor, Database, KvRange, ObjectStorage, Pool, PoolOptions};

type Entries = BTreeMap<String, Vec<u8>>;

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Keys with few letters, so that ranges meet them: NUL, wildcards, letters of two to four bytes, the last code point.
fn key() -> impl Strategy<Value = String> {
    let letters = prop::sample::select(vec![
        'a',
        'b',
        'B',
        '\0',
        '%',
        '_',
        '\u{7f}',
        '\u{e9}',
        '\u{7ff}',
        '\u{d7ff}',
        '\u{ffff}',
        '\u{10000}',
        '\u{10ffff}',
    ]);
    prop::collection::vec(letters, 0..4).prop_map(|letters| letters.into_iter().collect())
}

fn range() -> impl Strategy<Value = KvRange> {
    let bound = || prop::option::weighted(0.3, key());
    let limit = prop::option::weighted(0.3, 0u64..6);
    (bound(), bound(), bound(), bound(), any::<bool>(), limit).prop_map(
        |(start, start_after, end, prefix, reverse, limit)| {
            let bytes = |key: Option<String>| key.map(String::into_bytes);
            KvRange {
                start: bytes(start),
                start_after: bytes(start_after),
                end: bytes(end),
                prefix: bytes(prefix),
                reverse,
                limit,
            }
        },
    )
}

/// What a listing gives, said in the simplest words.
fn listed(entries: &Entries, range: &KvRange) -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<_> = entries
        .iter()
        .filter(|(key, _)| range.start.as_ref().is_none_or(|start| key.as_bytes() >= &start[..]))
        .filter(|(key, _)| range.start_after.as_ref().is_none_or(|after| key.as_bytes() > &after[..]))
        .filter(|(key, _)| range.end.as_ref().is_none_or(|end| key.as_bytes() < &end[..]))
        .filter(|(key, _)| range.prefix.as_ref().is_none_or(|prefix| key.as_bytes().starts_with(prefix)))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    if range.reverse {
        found.reverse();
    }
    found.truncate(range.limit.map_or(usize::MAX, |limit| limit as usize));
    found
}

fn list(database: &Database, range: &KvRange) -> Vec<(String, Vec<u8>)> {
    let mut list = database.kv_list(range).expect("list");
    let mut found = Vec::new();
    while let Some(entry) = list.next(|key, value| (key.to_owned(), value.to_vec())).expect("next") {
        found.push(entry);
    }
    found
}

#[derive(Debug, Clone)]
enum KvStep {
    Put(String, Vec<u8>),
    Delete(String),
    List(KvRange),
    Commit,
}

fn kv_step() -> impl Strategy<Value = KvStep> {
    prop_oneof![
        4 => (key(), prop::collection::vec(any::<u8>(), 0..4)).prop_map(|(key, value)| KvStep::Put(key, value)),
        1 => key().prop_map(KvStep::Delete),
        3 => range().prop_map(KvStep::List),
        1 => Just(KvStep::Commit),
    ]
}

/// What a database holds, in the model.
#[derive(Debug, Clone, Default, PartialEq)]
struct State {
    entries: Entries,
    rows: Vec<i64>,
    alarm: Option<i64>,
}

#[derive(Debug, Clone)]
enum Step {
    Put(String, u8),
    Delete(String),
    Insert(i64),
    Remove(i64),
    Alarm(Option<i64>),
    Savepoint,
    Release(bool),
    Commit,
    Rollback,
    DeleteAll(bool),
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    let short = || prop::sample::select(vec!["a", "b", "c"]).prop_map(str::to_owned);
    prop_oneof![
        4 => (short(), any::<u8>()).prop_map(|(key, value)| Step::Put(key, value)),
        2 => short().prop_map(Step::Delete),
        4 => (0i64..5).prop_map(Step::Insert),
        1 => (0i64..5).prop_map(Step::Remove),
        3 => prop::option::of(1i64..1_000).prop_map(Step::Alarm),
        5 => Just(Step::Savepoint),
        5 => any::<bool>().prop_map(Step::Release),
        2 => Just(Step::Commit),
        1 => Just(Step::Rollback),
        1 => any::<bool>().prop_map(Step::DeleteAll),
        1 => Just(Step::Reopen),
    ]
}

fn state_of(database: &Database) -> State {
    let rows = read(database, "SELECT a FROM t ORDER BY rowid", &[]).unwrap_or_default();
    State {
        entries: list(database, &KvRange::default()).into_iter().collect(),
        rows: rows.iter().map(|row| row[0].parse().expect("a number")).collect(),
        alarm: database.alarm().expect("alarm"),
    }
}

const TABLE: &str = "CREATE TABLE IF NOT EXISTS t(a)";

fn statement() -> impl Strategy<Value = String> {
    let number = || -3i64..12;
    let table = || prop::sample::select(vec!["t", "u", "missing"]);
    let column = || prop::sample::select(vec!["a", "b", "c", "rowid"]);
    prop_oneof![
        8 => (table(), number(), number()).prop_map(|(t, a, b)| format!("INSERT INTO {t}(a, b) VALUES({a}, 'x{b}')")),
        2 => (table(), number()).prop_map(|(t, a)| format!("INSERT OR REPLACE INTO {t}(a, b) VALUES({a}, {a}), (1, 2)")),
        2 => (table(), number()).prop_map(|(t, a)| format!("INSERT INTO {t}(a) VALUES({a}) ON CONFLICT DO NOTHING RETURNING a, rowid")),
        2 => (table(), number(), number()).prop_map(|(t, a, b)| format!("UPDATE {t} SET a = a + {a} WHERE a > {b}")),
        2 => (table(), number()).prop_map(|(t, a)| format!("DELETE FROM {t} WHERE a = {a} RETURNING *")),
        4 => (table(), column()).prop_map(|(t, c)| format!("SELECT * FROM {t} ORDER BY {c}, a")),
        2 => (table(), column(), number()).prop_map(|(t, c, a)| format!("SELECT count(*), max({c}) FROM {t} WHERE a < {a}")),
        2 => (number(), number()).prop_map(|(a, b)| format!("SELECT t.a, u.b FROM t JOIN u ON t.a = u.a + {a} WHERE t.a <> {b} ORDER BY 1, 2")),
        1 => (table(), column()).prop_map(|(t, c)| format!("CREATE INDEX IF NOT EXISTS {t}_{c} ON {t}({c})")),
        1 => table().prop_map(|t| format!("ALTER TABLE {t} ADD COLUMN c DEFAULT 7")),
        1 => table().prop_map(|t| format!("DROP TABLE {t}")),
        1 => table().prop_map(|t| format!("CREATE TABLE {t}(a INTEGER UNIQUE CHECK (a < 20), b)")),
        1 => (number(), number()).prop_map(|(a, b)| format!("SELECT {a} / {b}, {a} % {b}, '{a}' || {b}, {a} || NULL, x'00ff', 1e300 * {a}")),
        1 => (table(), number()).prop_map(|(t, a)| format!("INSERT INTO {t}(a) VALUES({a}); SELECT changes(), last_insert_rowid()")),
        1 => number().prop_map(|a| format!("SELEKT {a}")),
        1 => number().prop_map(|a| format!("SELECT abs({a}, 1)")),
    ]
}

/// What plain SQLite makes of a text of statements: the rows of the last.
fn plain(connection: &rusqlite::Connection, sql: &str) -> Result<Vec<Vec<String>>, rusqlite::Error> {
    let parts: Vec<_> = sql.split("; ").collect();
    let (last, first) = parts.split_last().expect("a statement");
    for part in first {
        connection.execute_batch(part)?;
    }
    let mut statement = connection.prepare(last)?;
    let columns = statement.column_count();
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let cell = |index: usize| match row.get_ref(index).expect("a cell") {
            rusqlite::types::ValueRef::Null => text(crate::ValueRef::Null),
            rusqlite::types::ValueRef::Integer(number) => text(crate::ValueRef::Integer(number)),
            rusqlite::types::ValueRef::Real(number) => text(crate::ValueRef::Real(number)),
            rusqlite::types::ValueRef::Text(bytes) => text(crate::ValueRef::Text(bytes)),
            rusqlite::types::ValueRef::Blob(bytes) => text(crate::ValueRef::Blob(bytes)),
        };
        found.push((0..columns).map(cell).collect());
    }
    Ok(found)
}

proptest! {
    #![proptest_config(config(64))]

    #[test]
    fn key_value_ranges_are_those_of_an_ordered_map(steps in prop::collection::vec(kv_step(), 1..60)) {
        let (engine, _folder) = engine("kv-model");
        let pool = Pool::new(&engine, PoolOptions::default());
        let storage = ObjectStorage::of(&pool, "worker-Class", OBJECT, None).expect("object");
        let database = storage.open(0, PLENTY).expect("open");
        let mut model = Entries::new();
        for step in &steps {
            match step {
                KvStep::Put(key, value) => {
                    database.kv_put(key, value).expect("put");
                    model.insert(key.clone(), value.clone());
                }
                KvStep::Delete(key) => {
                    let found = database.kv_delete(key).expect("delete");
                    prop_assert_eq!(found, model.remove(key).is_some(), "{:?}", key);
                }
                KvStep::List(range) => prop_assert_eq!(list(&database, range), listed(&model, range), "{:?}", range),
                KvStep::Commit => drop(database.commit().expect("commit")),
            }
        }
        for (key, value) in &model {
            prop_assert_eq!(database.kv_get(key, <[u8]>::to_vec).expect("get"), Some(value.clone()));
        }
        drop(database.commit().expect("commit"));
        drop(database);
        engine.run_background();
        let database = storage.open(0, PLENTY).expect("open again");
        prop_assert_eq!(list(&database, &KvRange::default()).into_iter().collect::<Entries>(), model);
    }

    #[test]
    fn savepoints_are_a_stack_of_states(steps in prop::collection::vec(step(), 1..80)) {
        let (engine, _folder) = engine("savepoint-model");
        let pool = Pool::new(&engine, PoolOptions::default());
        let storage = ObjectStorage::of(&pool, "worker-Class", OBJECT, None).expect("object");
        let mut database = storage.open(0, PLENTY).expect("open");
        run(&database, TABLE);
        drop(database.commit().expect("commit"));
        let (mut committed, mut now, mut stack) = (State::default(), State::default(), Vec::new());
        for step in &steps {
            match step {
                Step::Put(key, value) => {
                    database.kv_put(key, &[*value]).expect("put");
                    now.entries.insert(key.clone(), vec![*value]);
                }
                Step::Delete(key) => {
                    let found = database.kv_delete(key).expect("delete");
                    prop_assert_eq!(found, now.entries.remove(key).is_some());
                }
                Step::Insert(number) => {
                    run(&database, &format!("INSERT INTO t VALUES({number})"));
                    now.rows.push(*number);
                }
                Step::Remove(number) => {
                    run(&database, &format!("DELETE FROM t WHERE a = {number}"));
                    now.rows.retain(|row| row != number);
                }
                Step::Alarm(time) => {
                    database.set_alarm(*time).expect("alarm");
                    now.alarm = *time;
                }
                Step::Savepoint => {
                    prop_assert_eq!(database.savepoint("nested").expect("savepoint"), stack.len());
                    stack.push(now.clone());
                }
                Step::Release(keep) => {
                    if let Some(before) = stack.pop() {
                        database.release(stack.len(), *keep).expect("release");
                        if !keep {
                            now = before;
                        }
                    }
                }
                Step::Commit => {
                    drop(database.commit().expect("commit"));
                    if stack.is_empty() {
                        committed = now.clone();
                    }
                }
                Step::Rollback => {
                    database.rollback().expect("rollback");
                    stack.clear();
                    now = committed.clone();
                }
                Step::DeleteAll(keep_alarm) => {
                    let outcome = database.delete_all(*keep_alarm);
                    prop_assert_eq!(outcome.is_ok(), stack.is_empty());
                    if outcome.is_ok() {
                        now = State { alarm: now.alarm.filter(|_| *keep_alarm), ..State::default() };
                        run(&database, TABLE);
                    }
                }
                Step::Reopen => {
                    drop(database);
                    engine.run_background();
                    database = storage.open(0, PLENTY).expect("open again");
                    stack.clear();
                    now = committed.clone();
                }
            }
            prop_assert_eq!(database.depth(), stack.len());
            prop_assert_eq!(&state_of(&database), &now, "{:?}", step);
        }
        drop(database);
        engine.run_background();
        prop_assert_eq!(state_of(&storage.open(0, PLENTY).expect("open again")), committed.clone());
        prop_assert_eq!(engine.alarms().scheduled(&storage.alarm_key(0)), committed.alarm);
    }

    #[test]
    fn sql_gives_what_plain_sqlite_gives(
        statements in prop::collection::vec(statement(), 1..40),
        commits in prop::collection::vec(any::<bool>(), 40),
    ) {
        let (engine, _folder) = engine("sql-model");
        let pool = Pool::new(&engine, PoolOptions::default());
        let storage = ObjectStorage::of(&pool, "worker-Class", OBJECT, None).expect("object");
        let database = storage.open(0, PLENTY).expect("open");
        let beside = rusqlite::Connection::open_in_memory().expect("plain SQLite");
        for sql in ["CREATE TABLE t(a INTEGER UNIQUE CHECK (a < 20), b)", "CREATE TABLE u(a, b, c)"] {
            run(&database, sql);
            beside.execute_batch(sql).expect(sql);
        }
        for (sql, commit) in statements.iter().zip(commits) {
            let (found, expected) = (read(&database, sql, &[]), plain(&beside, sql));
            match (&found, &expected) {
                (Ok(found), Ok(expected)) => prop_assert_eq!(found, expected, "{}", sql),
                (Err(found), Err(rusqlite::Error::SqliteFailure(_, Some(expected)))) => {
                    prop_assert!(found.to_string().contains(&**expected), "{}: {} or {}", sql, found, expected);
                }
                (Err(_), Err(_)) => {}
                _ => prop_assert!(false, "{}: {:?} or {:?}", sql, found, expected),
            }
            if commit {
                drop(database.commit().expect("commit"));
            }
        }
    }

    #[test]
    fn cursors_side_by_side_each_give_their_own_rows(
        steps in prop::collection::vec((0usize..6, 0usize..4, 0u8..8), 1..120),
    ) {
        let (engine, _folder) = engine("cursor-model");
        let pool = Pool::new(&engine, PoolOptions::default());
        let storage = ObjectStorage::of(&pool, "worker-Class", OBJECT, None).expect("object");
        let database = storage.open(0, PLENTY).expect("open");
        run(&database, "CREATE TABLE t(a INTEGER PRIMARY KEY); INSERT INTO t VALUES(1),(2),(3),(4),(5),(6),(7)");
        run(&database, "CREATE TABLE other(a)");
        let texts = [
            ("SELECT a FROM t", vec![1, 2, 3, 4, 5, 6, 7]),
            ("SELECT a FROM t ORDER BY a DESC", vec![7, 6, 5, 4, 3, 2, 1]),
            ("SELECT a * 2 FROM t WHERE a > 4", vec![10, 12, 14]),
            ("INSERT INTO other VALUES(4),(5),(6) RETURNING a", vec![4, 5, 6]),
        ];
        let mut open: [Option<(Cursor, std::vec::IntoIter<i64>)>; 6] = Default::default();
        let mut written = 0;
        for (place, which, action) in steps {
            match (action, &mut open[place]) {
                (0, _) => drop(database.commit().expect("commit")),
                (1, cursor) => *cursor = None,
                (2, cursor) => {
                    // Often while a cursor of the same text is open, in this place or in another.
                    let (sql, rows) = &texts[which];
                    written += if which == 3 { 3 } else { 0 };
                    *cursor = Some((database.exec(sql, &[]).expect(sql), rows.clone().into_iter()));
                }
                (_, Some((cursor, rows))) => {
                    prop_assert_eq!(cursor.has_row(), rows.len() > 0);
                    let row = cursor.next(|row| match row.value(0) {
                        crate::ValueRef::Integer(number) => number,
                        other => panic!("{other:?}"),
                    });
                    prop_assert_eq!(row.expect("next"), rows.next());
                }
                (_, None) => {}
            }
        }
        drop(open);
        prop_assert_eq!(read(&database, "SELECT count(*) FROM other", &[]).expect("count"), [[written.to_string()]]);
    }
}

#[test]
fn more_statements_than_are_kept_run_all_the_same() {
    let (engine, _folder) = engine("cache");
    let pool = Pool::new(&engine, PoolOptions::default());
    let storage = ObjectStorage::of(&pool, "worker-Class", OBJECT, None).expect("object");
    let database = storage.open(0, PLENTY).expect("open");
    let kept = denizen_core::limits::sql::CACHED_STATEMENTS;
    let sql = |number: usize, padding: usize| {
        format!("WITH n(x) AS (VALUES({number}), ({number} + 1)) SELECT x FROM n /* {} */", "p".repeat(padding))
    };
    let next = |cursor: &Cursor| cursor.next(|row| text(row.value(0))).expect("next");
    // One stays open while its place in the cache goes to others, and comes back to a cache without it.
    let open = database.exec(sql(0, 0), &[]).expect("open");
    for number in 0..kept * 2 {
        let found = read(&database, &sql(number, 0), &[]).expect("read");
        assert_eq!(found, [[number.to_string()], [(number + 1).to_string()]]);
    }
    assert_eq!((next(&open), next(&open), next(&open)), (Some("0".into()), Some("1".into()), None));
    drop(open);
    // Texts that are long together, and one that is too long for the cache by itself with what it holds.
    for round in 0..2 {
        for number in 0..40 {
            let found = read(&database, &sql(number, 90_000), &[]).expect("read");
            assert_eq!(found, [[number.to_string()], [(number + 1).to_string()]], "round {round}");
        }
    }
    assert_eq!(read(&database, &sql(0, 0), &[]).expect("read"), [["0"], ["1"]]);
}

#[test]
fn a_statement_that_is_kept_sees_the_columns_of_a_changed_table() {
    let (engine, _folder) = engine("changed-table");
    let pool = Pool::new(&engine, PoolOptions::default());
    let storage = ObjectStorage::of(&pool, "worker-Class", OBJECT, None).expect("object");
    let database = storage.open(0, PLENTY).expect("open");
    run(&database, "CREATE TABLE t(a)");
    let columns = || database.exec("SELECT * FROM t", &[]).expect("select").columns().len();
    assert_eq!(columns(), 1);
    run(&database, "ALTER TABLE t ADD COLUMN b DEFAULT 7");
    assert_eq!(columns(), 2);
    run(&database, "INSERT INTO t(a) VALUES(1)");
    assert_eq!(read(&database, "SELECT * FROM t", &[]).expect("read"), [["1", "7"]]);
    run(&database, "ALTER TABLE t DROP COLUMN b");
    assert_eq!(read(&database, "SELECT * FROM t", &[]).expect("read"), [["1"]]);
}

#[test]
fn a_conflict_that_rolls_the_turn_back_ends_the_database() {
    let (engine, _folder) = engine("or-rollback");
    let pool = Pool::new(&engine, PoolOptions::default());
    let storage = ObjectStorage::of(&pool, "worker-Class", OBJECT, None).expect("object");
    let database = storage.open(0, PLENTY).expect("open");
    run(&database, "CREATE TABLE t(a UNIQUE); INSERT INTO t VALUES(1)");
    drop(database.commit().expect("commit"));
    drop(database);
    for depth in 0..3 {
        engine.run_background();
        let database = storage.open(0, PLENTY).expect("a new start");
        assert!(database.kv_get("k", |_| ()).expect("get").is_none() && database.alarm().expect("alarm").is_none());
        database.kv_put("k", b"v").expect("put");
        database.set_alarm(Some(5)).expect("alarm");
        for _ in 0..depth {
            database.savepoint("nested").expect("savepoint");
        }
        let error = read(&database, "INSERT OR ROLLBACK INTO t VALUES(1)", &[]).expect_err("a conflict").to_string();
        assert!(error.contains("UNIQUE constraint failed"), "{error}");
        assert_eq!(database.depth(), 0, "savepoints went with their transaction");
        assert_eq!(database.kv_put("after", b"v").expect_err("ended").to_string(), error);
        assert_eq!(database.commit().expect_err("ended").to_string(), error);
    }
}
