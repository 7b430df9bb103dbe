//! A process that is killed in the middle of its work: what it acknowledged is there, and nothing is there by half.
//!
//! The test starts itself again as the driver, which works on many objects from two threads and says on its output what
//! it begins and what has become durable. It is killed at a random moment, and what it left is compared with what it
//! said, round after round in the same folder. The kernel keeps what a killed process wrote, so this is about the order
//! of steps and about whole turns; what a power cut takes away is tested elsewhere.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::sync::mpsc;
use std::time::Duration;

use crate::disk::recording::Chance;
use crate::testing::{drive, scratch};
use crate::tests::basics::{PLENTY, rows, run};
use crate::{Database, Durable, Engine, EngineOptions, FacetId, ObjectStorage, Pool, PoolOptions};

const NAMESPACE: &str = "worker-Killed";
/// Says to the driver where to work.
const FOLDER: &str = "DENIZEN_KILL_FOLDER";
const SEED: &str = "DENIZEN_KILL_SEED";
/// Overrides the number of rounds.
const ROUNDS: &str = "DENIZEN_KILL_ROUNDS";

const THREADS: usize = 2;
const OBJECTS_PER_THREAD: usize = 6;
/// Each object's databases: itself, two facets, and one below each.
const FACETS: [&str; 5] = ["", "a", "b", "a/x", "b/x"];
/// Fewer than there are, so that connections are closed and opened again in between.
const OPEN_MAX: usize = 12;
const ROWS_PER_TURN: u64 = 5;
const TURNS_KEPT: u64 = 40;
/// Alarms lie in the far future: none runs.
const ALARM_BASE: i64 = 1 << 42;

/// The number of the last turn of each database of an object, by the path of facets. One without a turn is left out.
type Tree = BTreeMap<String, u64>;

/// What the driver does to an object.
#[derive(Debug, Clone)]
enum Step {
    Turn(String),
    Delete(String),
    Clone(String, String),
}

impl Step {
    fn parse(words: &[&str]) -> Self {
        match words {
            ["turn"] => Self::Turn(String::new()),
            ["turn", path] => Self::Turn((*path).to_owned()),
            ["delete", name] => Self::Delete((*name).to_owned()),
            ["clone", from, to] => Self::Clone((*from).to_owned(), (*to).to_owned()),
            _ => panic!("no step: {words:?}"),
        }
    }

    /// The states that the step leads through, the last of which is its outcome.
    fn states(&self, tree: &Tree) -> Vec<Tree> {
        let inside = |path: &str, top: &str| path == top || path.starts_with(&format!("{top}/"));
        let mut next = tree.clone();
        match self {
            Self::Turn(path) => {
                *next.entry(path.clone()).or_default() += 1;
                vec![next]
            }
            Self::Delete(name) => {
                next.retain(|path, _| !inside(path, name));
                vec![next]
            }
            Self::Clone(from, to) => {
                next.retain(|path, _| !inside(path, to));
                let without = next.clone();
                let copied = tree.iter().filter(|(path, _)| inside(path, from));
                next.extend(copied.map(|(path, turn)| (format!("{to}{}", &path[from.len()..]), *turn)));
                vec![without, next]
            }
        }
    }
}

fn object_id(object: usize) -> String {
    format!("{object:064x}")
}

fn has_alarm(object: usize) -> bool {
    object.is_multiple_of(4)
}

/// Each turn moves the alarm, now to an earlier and now to a later time.
fn alarm_of(turn: u64) -> i64 {
    ALARM_BASE + (turn * 7_919 % 1_000) as i64
}

fn turn_of(database: &Database) -> u64 {
    let read = |value: &[u8]| u64::from_le_bytes(value.try_into().expect("eight bytes"));
    database.kv_get("turn", read).expect("the turn").unwrap_or_default()
}

/// Several writes that are one turn.
fn write_turn(database: &Database, object: usize, is_root: bool, large: bool) {
    let turn = turn_of(database) + 1;
    if turn == 1 {
        run(database, "CREATE TABLE t(turn INTEGER, part INTEGER, body TEXT); CREATE INDEX t_turn ON t(turn)");
        run(database, "CREATE TABLE large(body BLOB)");
    }
    for part in 0..ROWS_PER_TURN {
        run(database, &format!("INSERT INTO t VALUES({turn}, {part}, 'body of {turn}')"));
        if part == 2 {
            database.kv_put("turn", &turn.to_le_bytes()).expect("put");
        }
    }
    run(database, &format!("DELETE FROM t WHERE turn <= {}", turn.saturating_sub(TURNS_KEPT)));
    if is_root && has_alarm(object) {
        database.set_alarm(Some(alarm_of(turn))).expect("alarm");
    }
    if large {
        run(database, "DELETE FROM large; INSERT INTO large VALUES(randomblob(600000))");
    }
}

/// The last turn of a database, all of which is there.
fn read_turn(database: &Database, context: &str) -> u64 {
    let turn = turn_of(database);
    let tables = rows(database, "SELECT count(*) FROM sqlite_master WHERE name IN ('t', 'large')");
    assert_eq!(tables, [[if turn == 0 { "0" } else { "2" }]], "{context}: turn {turn}");
    if turn > 0 {
        let sql =
            "SELECT turn, count(DISTINCT part), count(*), min(body), max(body) FROM t GROUP BY turn ORDER BY turn";
        let expected: Vec<_> = (turn.saturating_sub(TURNS_KEPT) + 1..=turn)
            .map(|turn| {
                let body = format!("body of {turn}");
                vec![turn.to_string(), ROWS_PER_TURN.to_string(), ROWS_PER_TURN.to_string(), body.clone(), body]
            })
            .collect();
        assert_eq!(rows(database, sql), expected, "{context}: turn {turn} is not whole");
    }
    turn
}

/// What one thread of the driver does.
struct Driver {
    pool: Rc<Pool>,
    storages: HashMap<usize, Rc<ObjectStorage>>,
    databases: HashMap<(usize, FacetId), Database>,
    waiting: Vec<(usize, Durable)>,
    chance: Chance,
}

impl Driver {
    fn say(&self, line: &str) {
        writeln!(std::io::stdout().lock(), "{line}").expect("the parent reads");
    }

    fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        drive(future, || std::thread::sleep(Duration::from_micros(50)))
    }

    fn flush(&mut self) {
        for (object, durable) in std::mem::take(&mut self.waiting) {
            durable.wait().expect("durable");
            self.say(&format!("done {object}"));
        }
    }

    fn step(&mut self, object: usize) {
        let storage = match self.storages.get(&object) {
            Some(storage) => storage.clone(),
            None => {
                let storage = ObjectStorage::of(&self.pool, NAMESPACE, &object_id(object), None).expect("object");
                // Facets are there only if the object itself is.
                self.databases.insert((object, 0), storage.open(0, PLENTY).expect("open"));
                self.storages.insert(object, storage.clone());
                storage
            }
        };
        let path = FACETS[self.chance.below(FACETS.len())];
        let (top, rest) = path.split_once('/').unwrap_or((path, ""));
        let is_there = |name: &str| storage.facets(0).expect("facets").iter().any(|(_, found)| found == name);
        match self.chance.below(20) {
            0 if !top.is_empty() => {
                self.flush();
                self.say(&format!("begin {object} delete {top}"));
                self.forget(&storage, object, top);
                self.wait(storage.delete(0, top)).expect("delete");
                self.say(&format!("done {object}"));
            }
            1 if !top.is_empty() => {
                let to = if top == "a" { "b" } else { "a" };
                self.flush();
                self.say(&format!("begin {object} clone {top} {to}"));
                self.forget(&storage, object, to);
                self.wait(storage.clone_facet(0, top, to)).expect("clone");
                self.say(&format!("done {object}"));
            }
            _ => {
                // What is below a facet without storage is not there.
                let path = if rest.is_empty() || is_there(top) { path } else { top };
                self.say(format!("begin {object} turn {path}").trim_end());
                let mut facet = 0;
                for name in path.split('/').filter(|name| !name.is_empty()) {
                    facet = self.wait(storage.facet(facet, name)).expect("facet");
                }
                let large = self.chance.percent(10);
                let database =
                    self.databases.entry((object, facet)).or_insert_with(|| storage.open(facet, PLENTY).expect("open"));
                write_turn(database, object, facet == 0, large);
                let durable = database.commit().expect("commit").expect("written");
                self.waiting.push((object, durable));
            }
        }
    }

    /// Ends the use of a facet and of what is below it.
    fn forget(&mut self, storage: &ObjectStorage, object: usize, top: &str) {
        self.databases.retain(|(of, facet), database| {
            let names = storage.names(*facet).expect("names");
            let keep = *of != object || names.first().is_none_or(|name| name != top);
            if !keep {
                database.discard();
            }
            keep
        });
    }
}

#[test]
#[ignore = "another test runs it as a process of its own"]
fn driver() {
    let folder = std::env::var_os(FOLDER).map(PathBuf::from).expect("a folder to work in");
    let seed: u64 = std::env::var(SEED).expect("a seed").parse().expect("a number");
    let engine = Engine::open(&folder, EngineOptions::default()).expect("engine");
    // The harness has begun a line.
    writeln!(std::io::stdout().lock()).expect("the parent reads");
    let threads: Vec<_> = (0..THREADS)
        .map(|thread| {
            let engine = engine.clone();
            std::thread::spawn(move || {
                let mut driver = Driver {
                    pool: Pool::new(&engine, PoolOptions { open_max: OPEN_MAX, ..PoolOptions::default() }),
                    storages: HashMap::new(),
                    databases: HashMap::new(),
                    waiting: Vec::new(),
                    chance: Chance::new(seed * THREADS as u64 + thread as u64),
                };
                loop {
                    for _ in 0..1 + driver.chance.below(8) {
                        let object = thread * OBJECTS_PER_THREAD + driver.chance.below(OBJECTS_PER_THREAD);
                        driver.step(object);
                    }
                    driver.flush();
                }
            })
        })
        .collect();
    for thread in threads {
        drop(thread.join());
    }
}

/// Lets the driver work and kills it: what it began with each object in order, and how much of that was done.
fn killed_run(folder: &Path, seed: u64, chance: &mut Chance) -> HashMap<usize, (Vec<Step>, usize)> {
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "tests::kill9::driver", "--nocapture", "--ignored"])
        .env(FOLDER, folder)
        .env(SEED, seed.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the driver");
    let mut output = BufReader::new(child.stdout.take().expect("its output"));
    let (first, started) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut said: HashMap<usize, (Vec<Step>, usize)> = HashMap::new();
        let mut line = Vec::new();
        // A line that the kill cut off was not said.
        while output.read_until(b'\n', &mut line).is_ok() && line.last() == Some(&b'\n') {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            line.clear();
            match text.split(' ').collect::<Vec<_>>()[..] {
                ["begin", object, ref step @ ..] => {
                    said.entry(object.parse().expect("a number")).or_default().0.push(Step::parse(step));
                }
                ["done", object] => {
                    said.entry(object.parse().expect("a number")).or_default().1 += 1;
                    // Only the first one is waited for.
                    let _ = first.send(());
                }
                _ => {}
            }
        }
        said
    });
    let began = started.recv_timeout(Duration::from_secs(60));
    std::thread::sleep(Duration::from_millis(5 + chance.below(56) as u64));
    drop(child.kill());
    let ended = child.wait_with_output().expect("its end");
    let complaint = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(began.is_ok() && ended.status.code().is_none(), "the driver ended by itself: {complaint}");
    assert!(!complaint.contains("panicked"), "{complaint}");
    reader.join().expect("the reader")
}

fn read_tree(storage: &ObjectStorage, facet: FacetId, path: &str, tree: &mut Tree, context: &str) {
    let database = storage.open(facet, PLENTY).expect("open");
    let turn = read_turn(&database, &format!("{context} facet {path:?}"));
    if turn > 0 {
        tree.insert(path.to_owned(), turn);
    }
    for (facet, name) in storage.facets(facet).expect("facets") {
        let below = if path.is_empty() { name } else { format!("{path}/{name}") };
        read_tree(storage, facet, &below, tree, context);
    }
}

/// Compares an object with what was said of it; `before` becomes what it is now.
fn check_object(
    engine: &std::sync::Arc<Engine>,
    pool: &Rc<Pool>,
    object: usize,
    before: &mut Tree,
    said: &(Vec<Step>, usize),
    context: &str,
) {
    let (steps, done) = said;
    // The states that it may be in, each with how many steps are over.
    let mut state = before.clone();
    let mut allowed = if *done == 0 { vec![(state.clone(), 0)] } else { Vec::new() };
    for (step, over) in steps.iter().zip(1..) {
        let states = step.states(&state);
        state = states.last().expect("an outcome").clone();
        if over == *done {
            allowed = vec![(state.clone(), over)];
        } else if over > *done {
            allowed.extend(states.into_iter().map(|state| (state, over)));
        }
    }
    let storage = ObjectStorage::of(pool, NAMESPACE, &object_id(object), None).expect("object");
    // Before the object is opened, which tells the index.
    let indexed = engine.alarms().scheduled(&storage.alarm_key(0));
    let mut found = Tree::new();
    read_tree(&storage, 0, "", &mut found, context);
    let over = allowed.iter().find(|(state, _)| *state == found).map(|(_, over)| *over);
    let Some(over) = over else {
        panic!("{context}: found {found:?}\nbefore {before:?}\n{done} done of {steps:?}\nallowed {allowed:?}");
    };
    if let Some(turn) = found.get("").filter(|_| has_alarm(object)) {
        let alarm = storage.open(0, PLENTY).expect("open").alarm().expect("alarm");
        assert_eq!(alarm, Some(alarm_of(*turn)), "{context}: the alarm of turn {turn}");
        assert!(
            over > *done || indexed.is_some_and(|time| Some(time) <= alarm),
            "{context}: the index has {indexed:?} and the object {alarm:?}"
        );
    }
    *before = found;
}

#[test]
fn a_killed_process_leaves_whole_turns_and_all_that_it_acknowledged() {
    let rounds = std::env::var(ROUNDS).ok().map_or(50, |rounds| rounds.parse().expect("a number of rounds"));
    let folder = scratch("kill9");
    let mut trees = vec![Tree::new(); THREADS * OBJECTS_PER_THREAD];
    let mut chance = Chance::new(u64::from(std::process::id()));
    let mut acknowledged = 0;
    for round in 0..rounds {
        let said = killed_run(&folder, round, &mut chance);
        let options = EngineOptions { threads: false, ..EngineOptions::default() };
        let engine = Engine::open(&folder, options).expect("what a killed process leaves opens");
        let pool = Pool::new(&engine, PoolOptions::default());
        for (object, tree) in trees.iter_mut().enumerate() {
            let said = said.get(&object).cloned().unwrap_or_default();
            acknowledged += said.1;
            let context = format!("round {round} object {object}");
            check_object(&engine, &pool, object, tree, &said, &context);
        }
        // Opening an object whose last commit nobody was told of has brought its alarm to the index: that is written here.
        engine.run_background();
        drop((pool, engine));
        for entry in std::fs::read_dir(folder.join(NAMESPACE)).expect("list").flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|extension| extension == "sqlite") {
                let database = rusqlite::Connection::open(&path).expect("open");
                let check: String =
                    database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("integrity check");
                assert_eq!(check, "ok", "round {round}: {}", path.display());
            }
        }
    }
    assert!(acknowledged > rounds as usize, "the driver has worked");
}
