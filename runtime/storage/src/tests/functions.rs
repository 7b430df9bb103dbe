//! SQL that works long: functions of SQLite that are made linear give what they gave, and everything else can be stopped.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::basics::{OBJECT, PLENTY, engine, object, read, rows, run};
use crate::testing::stop_at;
use crate::{Database, ObjectStorage, Pool, PoolOptions, Value};

/// Bytes of which texts and blobs are made: parts of characters as well, which come together to malformed UTF-8.
fn bytes(length: usize) -> impl Strategy<Value = Vec<u8>> {
    let letters = prop::sample::select(vec![b'a', b'a', b'b', 0, 0x80, 0xbf, 0xc3, 0xe2, 0xf0]);
    prop::collection::vec(letters, 0..length)
}

fn is_continuation(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

/// `instr` of two texts as SQLite has it: one character after the other.
fn instr(haystack: &[u8], needle: &[u8]) -> usize {
    let (mut rest, mut number) = (haystack, 1);
    if needle.is_empty() {
        return number;
    }
    while needle.len() <= rest.len() && !rest.starts_with(needle) {
        number += 1;
        let skipped = rest[1..].iter().take_while(|byte| is_continuation(**byte)).count();
        rest = &rest[1 + skipped..];
    }
    if needle.len() > rest.len() { 0 } else { number }
}

/// `instr` of two blobs.
fn instr_of_bytes(haystack: &[u8], needle: &[u8]) -> usize {
    if needle.is_empty() {
        return 1;
    }
    haystack.windows(needle.len()).position(|part| part == needle).map_or(0, |at| at + 1)
}

/// `replace` as SQLite has it: one byte after the other. A pattern that begins with NUL counts as empty.
fn replace(text: &[u8], pattern: &[u8], by: &[u8]) -> Vec<u8> {
    if pattern.first().is_none_or(|byte| *byte == 0) {
        return text.to_vec();
    }
    let (mut rest, mut out) = (text, Vec::new());
    while !rest.is_empty() {
        if rest.starts_with(pattern) {
            out.extend_from_slice(by);
            rest = &rest[pattern.len()..];
        } else {
            out.push(rest[0]);
            rest = &rest[1..];
        }
    }
    out
}

/// `trim` as SQLite has it: the first of the set's characters that stands there goes. NUL ends the set.
fn trim(text: &[u8], set: &[u8]) -> Vec<u8> {
    let mut rest = set.split(|byte| *byte == 0).next().unwrap_or_default();
    let mut characters = Vec::new();
    while !rest.is_empty() {
        let lead = rest[0] >= 0xc0;
        let length = 1 + rest[1..].iter().take_while(|byte| lead && is_continuation(**byte)).count();
        characters.push(&rest[..length]);
        rest = &rest[length..];
    }
    let mut text = text;
    while let Some(found) = characters.iter().find(|character| !text.is_empty() && text.starts_with(character)) {
        text = &text[found.len()..];
    }
    while let Some(found) = characters.iter().find(|character| !text.is_empty() && text.ends_with(character)) {
        text = &text[..text.len() - found.len()];
    }
    text.to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn functions_over_text_give_what_one_byte_after_the_other_gives(
        cases in prop::collection::vec((bytes(24), bytes(4), bytes(5)), 32),
    ) {
        let (engine, _folder) = engine("functions");
        let pool = Pool::new(&engine, PoolOptions::default());
        let storage = ObjectStorage::of(&pool, "worker-Class", OBJECT, None).expect("object");
        let database = storage.open(0, PLENTY).expect("open");
        let hex = |bytes: Vec<u8>| bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>();
        let sql = "SELECT instr(CAST(?1 AS TEXT), CAST(?2 AS TEXT)), instr(?1, ?2), instr(CAST(?1 AS TEXT), ?2), \
                   hex(replace(CAST(?1 AS TEXT), CAST(?2 AS TEXT), CAST(?3 AS TEXT))), \
                   hex(trim(CAST(?1 AS TEXT), CAST(?3 AS TEXT)))";
        for (text, pattern, other) in cases {
            let values = [&text, &pattern, &other].map(|bytes| Value::Blob(bytes.clone()));
            let found = read(&database, sql, &values).expect("a row");
            let expected = [
                instr(&text, &pattern).to_string(),
                instr_of_bytes(&text, &pattern).to_string(),
                instr(&text, &pattern).to_string(),
                hex(replace(&text, &pattern, &other)),
                hex(trim(&text, &other)),
            ];
            prop_assert_eq!(&found[0][..], &expected[..], "{:?} {:?} {:?}", text, pattern, other);
        }
    }
}

#[test]
fn functions_over_text_keep_their_edges() {
    let (engine, _folder) = engine("function-edges");
    let database = object(&engine).open(0, PLENTY).expect("open");
    let sql = "SELECT instr(NULL, 'a'), instr('a', NULL), instr('', ''), instr('', 'a'), instr(1234, 34), instr(x'', x''), \
               replace('a', NULL, 'b'), replace(NULL, 'a', 'b'), replace(1212, 1, 'x'), replace('a', '', 'b'), \
               replace('aaa', 'a', ''), replace('aaa', 'aa', 'b'), trim('  a '), trim(NULL, 'a'), trim('a', ''), \
               instr('\u{e9}\u{e9}x', 'x'), instr(CAST('\u{e9}\u{e9}x' AS BLOB), x'78')";
    let expected = "null null 1 0 3 1 null null x2x2 a  ba a null a 3 5";
    assert_eq!(rows(&database, sql)[0].join(" "), expected);
    let error = read(&database, "SELECT replace(hex(zeroblob(3000000)), '0', 'ab')", &[]).expect_err("too long");
    assert_eq!(error.to_string(), "string or blob too big: SQLITE_TOOBIG");
    run(
        &database,
        "CREATE TABLE t(a CHECK (instr(a, 'x') = 0), b AS (replace(a, 'y', 'z'))); CREATE INDEX i ON t(trim(a))",
    );
}

/// What must hold where work takes long: it has an end, or the deadline ends it. The bound is for a test that hangs.
#[test]
fn no_function_works_on_beyond_the_deadline() {
    let (engine, _folder) = engine("function-deadline");
    let database = object(&engine).open(0, PLENTY).expect("open");
    run(&database, "CREATE VIRTUAL TABLE f USING fts5(t)");
    run(&database, "INSERT INTO f VALUES(replace(hex(zeroblob(250000)), '0', 'a '))");
    drop(database.commit().expect("commit"));
    let numbers = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 200000)";
    let ends = [
        "SELECT instr(hex(zeroblob(4000000)), hex(zeroblob(2000000)) || '1')",
        "SELECT length(replace(hex(zeroblob(4000000)), hex(zeroblob(2000000)) || '1', 'x'))",
    ];
    let stops = [
        "SELECT trim(replace(hex(zeroblob(500000)), '0', 'b'), hex(zeroblob(250000)) || 'b')".to_owned(),
        "SELECT unhex(replace(hex(zeroblob(500000)), '0', 'x'), replace(hex(zeroblob(500000)), '0', 'y') || 'x')"
            .to_owned(),
        format!("{numbers} SELECT json_patch(json_group_object('a' || x, x), json_group_object('b' || x, x)) FROM n"),
        format!(
            "{numbers} SELECT json_patch(json_group_object('a' || x, x), json_group_object('a' || x, null)) FROM n"
        ),
        format!(
            "{numbers} SELECT sum(json_valid('[' || replace(hex(zeroblob(2000000)), '0', '1,') || x || ']')) FROM n"
        ),
        "SELECT snippet(f, 0, '<', '>', '..', 10) FROM f WHERE f MATCH 'a'".to_owned(),
        "SELECT highlight(f, 0, '<', '>') FROM f WHERE f MATCH 'a'".to_owned(),
        "SELECT count(*) FROM f WHERE f MATCH replace(hex(zeroblob(200000)), '0', 'a AND ') || 'b'".to_owned(),
    ];
    let begin = Instant::now();
    for sql in ends {
        stop_at(Some(Instant::now() + Duration::from_secs(30)));
        rows(&database, sql);
    }
    for sql in &stops {
        stop_at(Some(Instant::now() + Duration::from_millis(50)));
        let error = read(&database, sql, &[]).expect_err(sql);
        assert_eq!(error.to_string(), "interrupted: SQLITE_INTERRUPT", "{sql}");
        stop_at(None);
        assert_eq!(rows(&database, "SELECT 1"), [["1"]], "it goes on after {sql}");
    }
    assert!(begin.elapsed() < Duration::from_secs(60), "they were not stopped in time");
}

/// Runs `sql` for 50 ms: it is stopped, and soon enough.
fn stops(database: &Database, sql: &str) {
    let begin = Instant::now();
    stop_at(Some(begin + Duration::from_millis(50)));
    let error = read(database, sql, &[]).expect_err(&sql[..sql.len().min(80)]);
    let took = begin.elapsed();
    stop_at(None);
    assert_eq!(error.to_string(), "interrupted: SQLITE_INTERRUPT", "{sql:.80}");
    assert!(took < Duration::from_secs(2), "{took:?} for {sql:.80}");
    assert_eq!(rows(database, "SELECT 1"), [["1"]], "it goes on after {sql:.80}");
}

fn repeat(what: &str, times: usize, between: &str) -> String {
    vec![what; times].join(between)
}

#[test]
fn code_without_a_jump_is_stopped_in_time() {
    let (engine, _folder) = engine("function-straight");
    let database = object(&engine).open(0, PLENTY).expect("open");
    run(&database, "CREATE TABLE t(a, b, n); INSERT INTO t VALUES(hex(zeroblob(1900000)), hex(zeroblob(1900000)), 1)");
    drop(database.commit().expect("commit"));
    let random = repeat("length(randomblob(8000000))", 100, ", ");
    stops(&database, &format!("SELECT {}", repeat(&format!("max({random})"), 34, ", ")));
    for (term, times) in [
        ("a", 95),
        ("(a = b COLLATE NOCASE)", 30),
        ("(a | n)", 90),
        ("(NOT a)", 90),
        ("(~a)", 90),
        ("CAST(a AS INT)", 90),
        ("(a IS TRUE)", 90),
        ("(a AND b)", 60),
        ("(CASE WHEN a THEN 1 END)", 40),
    ] {
        stops(&database, &format!("SELECT {} FROM t", repeat(&repeat(term, times, " + "), 40, ", ")));
    }
}

#[test]
fn a_statement_that_grows_while_it_is_compiled_is_stopped_in_time() {
    let (engine, _folder) = engine("function-views");
    let database = object(&engine).open(0, PLENTY).expect("open");
    let views = |name: &str, first: &str, next: &str, count: usize| {
        run(&database, &format!("CREATE VIEW {name}0 AS {first}"));
        for number in 1..count {
            let before = format!("{name}{}", number - 1);
            run(&database, &format!("CREATE VIEW {name}{number} AS {}", next.replace('$', &before)));
        }
    };
    run(&database, "CREATE TABLE t(a)");
    let wide = repeat(&repeat("abs(1)", 90, " + "), 90, ", ");
    views("wide", &format!("SELECT {wide}"), "SELECT count(*) FROM $ a, $ b", 16);
    views("deep", "SELECT a FROM t", "SELECT a + a AS a FROM $", 60);
    views("fair", "SELECT a FROM t", "SELECT a FROM $ WHERE a > 1", 60);
    drop(database.commit().expect("commit"));
    assert_eq!(rows(&database, "SELECT count(*) FROM fair59"), [["0"]]);
    stops(&database, "SELECT * FROM wide15");
    stops(&database, "SELECT * FROM deep59");
    assert_eq!(rows(&database, "SELECT count(*) FROM fair59"), [["0"]]);
}
