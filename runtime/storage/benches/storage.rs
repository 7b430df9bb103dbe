//! What the storage engine does a second, beside plain SQLite: `cargo bench --profile dev -p denizen-storage --bench storage`.
//!
//! Prints one line a figure: the engine's, plain SQLite's where there is one to compare with, and the engine's speed as a
//! multiple of that. Both use the same SQLite, equal pragmas and files made alike; each figure is the median of several
//! runs, which alternate between the two. Words on the command line choose groups (`durable`, `slow`, `sql`, `create`,
//! `memory`, and `many`, which only runs when it is named); `DENIZEN_BENCH_DIR` is the folder to work in, which has to be
//! on a real disk for the durable rows to mean anything.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::future::Future;
use std::hint::black_box;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::{Command, ExitCode};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

use denizen_core::limits::storage::{DATABASE_BYTES, PAGE_CACHE_PAGES};
use denizen_storage::{
    Database, DatabaseOptions, Durable, Engine, EngineOptions, Figures, Pool, PoolOptions, Value, ValueRef,
};
use rusqlite::{Connection, OpenFlags};

/// Commits that wait for a sync at a time.
const IN_FLIGHT: usize = 64;

/// Runs that a median is taken of.
const RUNS: usize = 5;

/// Rows of the table that is read and scanned.
const ROWS: u32 = 50_000;

/// Databases that are created, opened or held open.
const DATABASES: usize = 1_000;

/// Databases of the group `many`.
const MANY: usize = 20_000;

/// What is added to each sync in the group `slow`.
const SLOW_SYNC: Duration = Duration::from_millis(5);

const GROUPS: &[&str] = &["durable", "slow", "sql", "create", "memory"];

const TABLE: &str = "CREATE TABLE item (id INTEGER PRIMARY KEY, number REAL, text TEXT)";
const INSERT: &str = "INSERT INTO item VALUES (?, ?, ?)";
const READ: &str = "SELECT text FROM item WHERE id = ?";
const SCAN: &str = "SELECT number, text FROM item";
const KV_TABLE: &str = "CREATE TABLE _cf_KV (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID";
const KV_READ: &str = "SELECT value FROM _cf_KV WHERE key = ?";
const KV_PUT: &str = "INSERT INTO _cf_KV VALUES(?, ?) ON CONFLICT DO UPDATE SET value = excluded.value";

/// What everything here may fail with.
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let outcome = run();
    if let Err(error) = &outcome {
        eprintln!("{error}");
    }
    if outcome.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run() -> Outcome<()> {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let folder = std::env::var_os("DENIZEN_BENCH_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    let place = Place { folder: folder.join(format!("denizen-bench-{}", std::process::id())), next: 0 };
    std::fs::create_dir_all(&place.folder)?;
    match words.first().map(String::as_str) {
        Some("memory-of") => memory_of(place, words.get(1).is_some_and(|word| word == "denizen")),
        Some("memory-files") => memory_files(Path::new(words.get(1).ok_or("in which folder?")?)),
        _ => table(place, &words),
    }
}

fn table(mut place: Place, words: &[String]) -> Outcome<()> {
    let chosen = |group: &str| match words.is_empty() {
        true => GROUPS.contains(&group),
        false => words.iter().any(|word| word == group),
    };
    line("figure", "denizen", "SQLite", "ratio")?;
    if chosen("durable") {
        durable(&mut place)?;
    }
    if chosen("slow") {
        slow(&mut place)?;
    }
    if chosen("sql") {
        sql(&mut place)?;
    }
    if chosen("create") {
        create(&mut place)?;
    }
    if chosen("memory") {
        memory()?;
    }
    if chosen("many") {
        many(&mut place)?;
    }
    Ok(())
}

/// Where the bench works; each use gets a folder of its own, and all are removed in the end.
struct Place {
    folder: PathBuf,
    next: usize,
}

impl Place {
    fn fresh(&mut self) -> Outcome<PathBuf> {
        self.next += 1;
        let folder = self.folder.join(self.next.to_string());
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // What is left behind is only in the way.
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

// ---- the table ----

fn line(figure: &str, denizen: &str, sqlite: &str, ratio: &str) -> Outcome<()> {
    writeln!(std::io::stdout(), "{figure:<62} {denizen:>14} {sqlite:>14} {ratio:>7}")?;
    Ok(())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// How a figure is written.
#[derive(Clone, Copy)]
enum Unit {
    PerSecond,
    Micros,
    KiB,
    Plain,
}

impl Unit {
    fn text(self, value: f64) -> String {
        match self {
            Self::PerSecond => format!("{value:.0} /s"),
            Self::Micros if value < 100.0 => format!("{value:.2} us"),
            Self::Micros => format!("{value:.0} us"),
            Self::KiB => format!("{value:.1} KiB"),
            Self::Plain => format!("{value:.1}"),
        }
    }
}

/// Prints what the engine takes, and how many times as fast as plain SQLite that is.
fn row(figure: &str, unit: Unit, denizen: f64, sqlite: Option<f64>) -> Outcome<()> {
    let ratio = sqlite.map(|sqlite| match unit {
        Unit::Micros | Unit::KiB => sqlite / denizen,
        Unit::PerSecond | Unit::Plain => denizen / sqlite,
    });
    line(
        figure,
        &unit.text(denizen),
        &sqlite.map(|sqlite| unit.text(sqlite)).unwrap_or_default(),
        &ratio.map(|ratio| format!("{ratio:.2}")).unwrap_or_default(),
    )
}

/// Microseconds a piece of work of `count` pieces.
fn micros(count: usize, work: impl FnOnce() -> Outcome<()>) -> Outcome<f64> {
    let began = Instant::now();
    work()?;
    Ok(began.elapsed().as_secs_f64() * 1e6 / count as f64)
}

/// The medians of both, which take turns.
fn compare(
    figure: &str,
    count: usize,
    mut denizen: impl FnMut() -> Outcome<()>,
    mut sqlite: impl FnMut() -> Outcome<()>,
) -> Outcome<()> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        ours.push(micros(count, &mut denizen)?);
        theirs.push(micros(count, &mut sqlite)?);
    }
    row(figure, Unit::Micros, median(ours), Some(median(theirs)))
}

// ---- both engines ----

fn engine(folder: &Path, sync_delay: Duration) -> Outcome<Arc<Engine>> {
    Ok(Engine::open(folder, EngineOptions { sync_delay, ..EngineOptions::default() })?)
}

fn open(pool: &Rc<Pool>, path: PathBuf) -> Outcome<Database> {
    Ok(Database::open(pool, DatabaseOptions { path, bytes_max: DATABASE_BYTES, alarm: None })?)
}

/// Where database `index` of an engine lies.
fn path(engine: &Engine, index: usize) -> PathBuf {
    engine.folder().join(format!("bench-{index}.sqlite"))
}

fn open_many(engine: &Arc<Engine>, pool: &Rc<Pool>, count: usize) -> Outcome<Vec<Database>> {
    (0..count).map(|index| open(pool, path(engine, index))).collect()
}

/// Waits for a commit that wrote something.
fn wait(durable: Option<Durable>) -> Outcome<()> {
    Ok(durable.ok_or("nothing was written")?.wait()?)
}

/// Plain SQLite with the engine's pragmas and its kind of locks.
fn plain(path: &Path, synchronous: &str) -> Outcome<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags_and_vfs(path, flags, c"unix-excl")?;
    connection.execute_batch(&format!(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous}; PRAGMA temp_store=MEMORY; \
         PRAGMA cache_size={PAGE_CACHE_PAGES}; PRAGMA foreign_keys=ON"
    ))?;
    Ok(connection)
}

fn text(index: u32) -> String {
    format!("the text of item {index}, which is not very long")
}

// ---- durable commits ----

/// Commits that wait for their sync, and which of them are over.
struct Flight {
    slots: Vec<Option<Durable>>,
    landed: Arc<Mutex<Vec<usize>>>,
    wakers: Vec<Waker>,
}

struct Landing {
    slot: usize,
    landed: Arc<Mutex<Vec<usize>>>,
    thread: Thread,
}

impl Wake for Landing {
    fn wake(self: Arc<Self>) {
        if let Ok(mut landed) = self.landed.lock() {
            landed.push(self.slot);
        }
        self.thread.unpark();
    }
}

impl Flight {
    fn new(slots: usize) -> Self {
        let landed: Arc<Mutex<Vec<usize>>> = Arc::default();
        let thread = std::thread::current();
        let waker = |slot| Waker::from(Arc::new(Landing { slot, landed: landed.clone(), thread: thread.clone() }));
        let wakers = (0..slots).map(waker).collect();
        Self { slots: (0..slots).map(|_| None).collect(), landed, wakers }
    }

    /// Whether the commit in `slot` is over. If not, its waker says when to ask again.
    fn poll(&mut self, slot: usize) -> Outcome<bool> {
        let Some(durable) = &mut self.slots[slot] else { return Ok(true) };
        match Pin::new(durable).poll(&mut Context::from_waker(&self.wakers[slot])) {
            Poll::Pending => Ok(false),
            Poll::Ready(outcome) => {
                self.slots[slot] = None;
                outcome?;
                Ok(true)
            }
        }
    }

    /// Makes `count` commits, as many at a time as there are slots: one begins where one has become durable.
    fn fly(&mut self, count: usize, mut commit: impl FnMut(usize) -> Outcome<Durable>) -> Outcome<()> {
        let (mut begun, mut done) = (0, 0);
        let mut landed: Vec<usize> = (0..self.slots.len()).collect();
        loop {
            for slot in landed.drain(..) {
                while self.slots[slot].is_some() || begun < count {
                    if self.slots[slot].is_none() {
                        self.slots[slot] = Some(commit(begun)?);
                        begun += 1;
                    }
                    if !self.poll(slot)? {
                        break;
                    }
                    done += 1;
                }
            }
            if done == count {
                return Ok(());
            }
            std::thread::park();
            if let Ok(mut new) = self.landed.lock() {
                std::mem::swap(&mut landed, &mut new);
            }
        }
    }
}

/// A value that differs from those before it: SQLite does not write one that is there already.
fn value() -> [u8; 100] {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let mut value = [7; 100];
    value[..8].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_le_bytes());
    value
}

/// One turn of an actor: a value is put, and the turn ends.
fn turn(database: &Database, index: usize) -> Outcome<Option<Durable>> {
    database.kv_put(format!("key-{}", index % 1_000), &value())?;
    Ok(database.commit()?)
}

fn plain_turn(connection: &Connection, index: usize) -> Outcome<()> {
    connection.prepare_cached("BEGIN")?.execute([])?;
    connection.prepare_cached(KV_PUT)?.execute((format!("key-{}", index % 1_000), value()))?;
    connection.prepare_cached("COMMIT")?.execute([])?;
    Ok(())
}

fn syncs(figures: Figures) -> u64 {
    figures.syncs + figures.syncs_all
}

/// Commits a second to so many databases, and how many one sync made durable.
fn in_flight(place: &mut Place, databases: usize, commits: usize, delay: Duration, sqlite: Option<f64>) -> Outcome<()> {
    let engine = engine(&place.fresh()?, delay)?;
    let pool = Pool::new(&engine, PoolOptions::default());
    let open = open_many(&engine, &pool, databases)?;
    let mut flight = Flight::new(IN_FLIGHT);
    let mut commit = |index: usize| {
        let durable = turn(&open[index % databases], index)?;
        durable.ok_or_else(|| "nothing was written".into())
    };
    flight.fly(databases.max(IN_FLIGHT), &mut commit)?;
    let (mut rates, mut shares) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let before = engine.figures();
        rates.push(1e6 / micros(commits, || flight.fly(commits, &mut commit))?);
        let after = engine.figures();
        shares.push((after.requests - before.requests) as f64 / (syncs(after) - syncs(before)) as f64);
    }
    let mut name = format!("durable commits, {IN_FLIGHT} in flight, {databases} database(s)");
    if !delay.is_zero() {
        write!(name, ", {} ms a sync", delay.as_millis())?;
    }
    row(&name, Unit::PerSecond, median(rates), sqlite)?;
    row("  commits a sync", Unit::Plain, median(shares), None)?;
    drop((open, pool));
    engine.shut_down();
    let figures = engine.figures();
    line(
        &format!(
            "  in all: {} commits, {} rounds, {} syncs of files and folders, {} of all",
            figures.requests, figures.batches, figures.syncs, figures.syncs_all
        ),
        "",
        "",
        "",
    )
}

fn durable(place: &mut Place) -> Outcome<()> {
    for databases in [1, 200] {
        let folder = place.fresh()?;
        let mut open = Vec::new();
        for index in 0..databases {
            let connection = plain(&folder.join(format!("{index}.sqlite")), "FULL")?;
            connection.execute_batch(KV_TABLE)?;
            open.push(connection);
        }
        let mut rates = Vec::new();
        for _ in 0..RUNS {
            let commit = |index: usize| plain_turn(&open[index % databases], index);
            rates.push(1e6 / micros(1_000, || (0..1_000).try_for_each(commit))?);
        }
        in_flight(place, databases, 20_000, Duration::ZERO, Some(median(rates)))?;
    }
    let engine = engine(&place.fresh()?, Duration::ZERO)?;
    let pool = Pool::new(&engine, PoolOptions::default());
    let database = open(&pool, path(&engine, 0))?;
    for (figure, synchronous, is_awaited, count) in [
        ("one lone durable commit", "FULL", true, 500),
        ("a turn with one put that nobody waits for", "NORMAL", false, 5_000),
    ] {
        let connection = plain(&place.fresh()?.join("plain.sqlite"), synchronous)?;
        connection.execute_batch(KV_TABLE)?;
        compare(
            figure,
            count,
            || {
                for index in 0..count {
                    let durable = turn(&database, index)?;
                    match is_awaited {
                        true => wait(durable)?,
                        false => drop(durable),
                    }
                }
                Ok(())
            },
            || (0..count).try_for_each(|index| plain_turn(&connection, index)),
        )?;
    }
    Ok(())
}

fn slow(place: &mut Place) -> Outcome<()> {
    for databases in [1, 200] {
        in_flight(place, databases, 5_000, SLOW_SYNC, None)?;
    }
    Ok(())
}

// ---- statements ----

/// Ids in an order that jumps about.
fn scattered(count: usize) -> impl Iterator<Item = u32> {
    (0..count as u32).map(|index| index.wrapping_mul(2_654_435_761) % ROWS)
}

fn sql(place: &mut Place) -> Outcome<()> {
    let (ours, theirs) = (place.fresh()?, place.fresh()?);
    {
        let engine = engine(&ours, Duration::ZERO)?;
        let pool = Pool::new(&engine, PoolOptions::default());
        let database = open(&pool, path(&engine, 0))?;
        let connection = plain(&theirs.join("plain.sqlite"), "NORMAL")?;
        // The engine's checkpoints are another thread's work, so that plain SQLite has none either.
        connection.execute_batch(&format!("PRAGMA wal_autocheckpoint=0; {KV_TABLE}"))?;
        insert(&database, &connection)?;
        for id in 0..ROWS {
            database.kv_put(format!("key-{id}"), text(id).as_bytes())?;
        }
        wait(database.commit()?)?;
        connection.execute_batch("BEGIN")?;
        for id in 0..ROWS {
            connection.prepare_cached(KV_PUT)?.execute((format!("key-{id}"), text(id).as_bytes()))?;
        }
        connection.execute_batch("COMMIT")?;
    }
    // Opened anew, both read from the database alone: closing has brought the log into it.
    let engine = engine(&ours, Duration::ZERO)?;
    let pool = Pool::new(&engine, PoolOptions::default());
    let database = open(&pool, path(&engine, 0))?;
    let connection = plain(&theirs.join("plain.sqlite"), "NORMAL")?;
    read(&database, &connection)
}

/// Each run fills a table of its own, in one transaction; the last one is called `item`.
fn insert(database: &Database, connection: &Connection) -> Outcome<()> {
    let statements = |run: usize| {
        let name = if run + 1 == RUNS { "item".to_owned() } else { format!("item_{run}") };
        (TABLE.replace("item", &name), INSERT.replace("item", &name))
    };
    let (mut run, mut plain_run) = (0, 0);
    compare(
        &format!("insert, {ROWS} rows in one transaction"),
        ROWS as usize,
        || {
            let (create, insert) = statements(run);
            run += 1;
            database.exec(&create, &[])?;
            for id in 0..ROWS {
                let values = [Value::Number(id.into()), Value::Number(0.5), Value::Text(text(id).into())];
                database.exec(&insert, &values)?;
            }
            drop(database.commit()?);
            Ok(())
        },
        || {
            let (create, insert) = statements(plain_run);
            plain_run += 1;
            connection.execute_batch("BEGIN")?;
            connection.execute_batch(&create)?;
            for id in 0..ROWS {
                connection.prepare_cached(&insert)?.execute((f64::from(id), 0.5, text(id)))?;
            }
            connection.execute_batch("COMMIT")?;
            Ok(())
        },
    )
}

fn read(database: &Database, connection: &Connection) -> Outcome<()> {
    let count = 50_000;
    let length = |value: ValueRef<'_>| match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.len(),
        _ => 0,
    };
    compare(
        "point read by rowid",
        count,
        || {
            for id in scattered(count) {
                let cursor = database.exec(READ, &[Value::Number(id.into())])?;
                black_box(cursor.next(|row| length(row.value(0)))?);
            }
            Ok(())
        },
        || {
            for id in scattered(count) {
                let mut statement = connection.prepare_cached(READ)?;
                black_box(statement.query_row([f64::from(id)], |row| Ok(row.get_ref(0)?.as_bytes()?.len()))?);
            }
            Ok(())
        },
    )?;
    compare(
        "point read by key of the key-value table",
        count,
        || {
            for id in scattered(count) {
                black_box(database.kv_get(format!("key-{id}"), <[u8]>::len)?);
            }
            Ok(())
        },
        || {
            for id in scattered(count) {
                let mut statement = connection.prepare_cached(KV_READ)?;
                black_box(statement.query_row([format!("key-{id}")], |row| Ok(row.get_ref(0)?.as_bytes()?.len()))?);
            }
            Ok(())
        },
    )?;
    compare(
        &format!("scan of {ROWS} rows, two columns (each row)"),
        ROWS as usize,
        || {
            let cursor = database.exec(SCAN, &[])?;
            while let Some(found) = cursor.next(|row| (number(row.value(0)), length(row.value(1))))? {
                black_box(found);
            }
            Ok(())
        },
        || {
            let mut statement = connection.prepare_cached(SCAN)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                black_box((row.get_ref(0)?.as_f64()?, row.get_ref(1)?.as_bytes()?.len()));
            }
            Ok(())
        },
    )
}

fn number(value: ValueRef<'_>) -> f64 {
    if let ValueRef::Real(number) = value { number } else { 0.0 }
}

// ---- databases that come and go ----

/// A pool that closes nothing by itself.
fn wide_pool(engine: &Arc<Engine>) -> Rc<Pool> {
    Pool::new(engine, PoolOptions { open_max: DATABASES, ..PoolOptions::default() })
}

fn create(place: &mut Place) -> Outcome<()> {
    let runs = RUNS.min(3);
    let (mut bare, mut bare_plain) = (Vec::new(), Vec::new());
    let (mut lone, mut lone_plain, mut many) = (Vec::new(), Vec::new(), Vec::new());
    let (mut again, mut again_plain) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        {
            let engine = engine(&place.fresh()?, Duration::ZERO)?;
            let pool = wide_pool(&engine);
            let mut open = Vec::new();
            bare.push(micros(DATABASES, || {
                open = open_many(&engine, &pool, DATABASES)?;
                Ok(())
            })?);
            let folder = place.fresh()?;
            let mut open = Vec::new();
            let names = || (0..DATABASES).map(|index| folder.join(format!("{index}.sqlite")));
            bare_plain.push(micros(DATABASES, || {
                open = names().map(|path| plain(&path, "FULL")).collect::<Outcome<_>>()?;
                Ok(())
            })?);
        }
        let ours = place.fresh()?;
        {
            let engine = engine(&ours, Duration::ZERO)?;
            let pool = wide_pool(&engine);
            let mut databases = Vec::new();
            lone.push(micros(DATABASES, || {
                for index in 0..DATABASES {
                    let database = open(&pool, path(&engine, index))?;
                    wait(turn(&database, index)?)?;
                    databases.push(database);
                }
                Ok(())
            })?);
        }
        {
            let engine = engine(&ours, Duration::ZERO)?;
            let pool = wide_pool(&engine);
            let mut databases = Vec::new();
            again.push(micros(DATABASES, || {
                databases = open_many(&engine, &pool, DATABASES)?;
                Ok(())
            })?);
        }
        let theirs = place.fresh()?;
        let names = || (0..DATABASES).map(|index| theirs.join(format!("{index}.sqlite")));
        {
            let mut open = Vec::new();
            lone_plain.push(micros(DATABASES, || {
                for path in names() {
                    let connection = plain(&path, "FULL")?;
                    connection.execute_batch(KV_TABLE)?;
                    plain_turn(&connection, 0)?;
                    open.push(connection);
                }
                Ok(())
            })?);
        }
        {
            let mut open = Vec::new();
            again_plain.push(micros(DATABASES, || {
                for path in names() {
                    let connection = plain(&path, "NORMAL")?;
                    connection.query_row("SELECT count(*) FROM sqlite_master WHERE 0", [], |_| Ok(()))?;
                    open.push(connection);
                }
                Ok(())
            })?);
        }
        let engine = engine(&place.fresh()?, Duration::ZERO)?;
        let pool = wide_pool(&engine);
        let mut databases = Vec::new();
        many.push(micros(DATABASES, || {
            Flight::new(IN_FLIGHT).fly(DATABASES, |index| {
                let database = open(&pool, path(&engine, index))?;
                let durable = turn(&database, index)?.ok_or("nothing was written")?;
                databases.push(database);
                Ok(durable)
            })
        })?);
    }
    row("creating a database, nothing in it", Unit::Micros, median(bare), Some(median(bare_plain)))?;
    let lone_plain = median(lone_plain);
    row("creating one, with its first durable commit", Unit::Micros, median(lone), Some(lone_plain))?;
    let name = format!("creating one, with its first durable commit, {IN_FLIGHT} in flight");
    row(&name, Unit::Micros, median(many), Some(lone_plain))?;
    row("opening one that is there", Unit::Micros, median(again), Some(median(again_plain)))
}

/// Creates databases of which most are closed again for want of room.
fn many(place: &mut Place) -> Outcome<()> {
    let engine = engine(&place.fresh()?, Duration::ZERO)?;
    let pool = Pool::new(&engine, PoolOptions::default());
    let mut databases = Vec::new();
    let mut descriptors = HashSet::new();
    let taken = micros(MANY, || {
        Flight::new(IN_FLIGHT).fly(MANY, |index| {
            let database = open(&pool, path(&engine, index))?;
            let durable = turn(&database, index)?.ok_or("nothing was written")?;
            databases.push(database);
            if index % 1_000 == 0 {
                descriptors.insert(std::fs::read_dir("/proc/self/fd")?.count());
            }
            Ok(durable)
        })
    })?;
    row(&format!("creating {MANY} in a pool of {}", PoolOptions::default().open_max), Unit::Micros, taken, None)?;
    row("  descriptors at most", Unit::Plain, descriptors.into_iter().max().unwrap_or_default() as f64, None)?;
    let closed = micros(1, || {
        drop((databases, pool));
        engine.shut_down();
        Ok(())
    })?;
    row("  closing all", Unit::Micros, closed, None)
}

// ---- memory ----

/// Bytes of this process in memory.
fn resident() -> Outcome<f64> {
    let pages = std::fs::read_to_string("/proc/self/statm")?;
    let pages: f64 = pages.split(' ').nth(1).ok_or("no such figure")?.parse()?;
    Ok(pages * 4096.0)
}

/// Kilobytes a database, in a process of its own for each of both, so that neither uses memory that the other one freed.
fn memory() -> Outcome<()> {
    let measure = |of: &str| -> Outcome<Vec<f64>> {
        let output = Command::new(std::env::current_exe()?).args(["memory-of", of]).output()?;
        let text = String::from_utf8(output.stdout)?;
        Ok(text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?)
    };
    let (ours, theirs) = (measure("denizen")?, measure("SQLite")?);
    let names = ["memory of an open idle database", "  once it was read", "  once it was written to"];
    for (name, (ours, theirs)) in names.into_iter().zip(ours.into_iter().zip(theirs)) {
        row(name, Unit::KiB, ours, Some(theirs))?;
    }
    Ok(())
}

fn memory_of(mut place: Place, is_denizen: bool) -> Outcome<()> {
    let folder = place.fresh()?;
    {
        // Made by another process, so that what was freed here is not used again.
        let made = Command::new(std::env::current_exe()?).arg("memory-files").arg(&folder).status()?;
        if !made.success() {
            return Err("the files could not be made".into());
        }
    }
    let engine = engine(&folder, Duration::ZERO)?;
    let pool = wide_pool(&engine);
    let before = resident()?;
    let mut figures = vec![before];
    if is_denizen {
        let open = open_many(&engine, &pool, DATABASES)?;
        figures.push(resident()?);
        for database in &open {
            database.exec("SELECT * FROM item", &[])?.next(|_| ())?;
        }
        figures.push(resident()?);
        for database in &open {
            database.exec("UPDATE item SET number = 2", &[])?;
            wait(database.commit()?)?;
        }
        figures.push(resident()?);
    } else {
        let mut open = Vec::new();
        for index in 0..DATABASES {
            let connection = plain(&path(&engine, index), "NORMAL")?;
            connection.query_row("SELECT count(*) FROM sqlite_master WHERE 0", [], |_| Ok(()))?;
            open.push(connection);
        }
        figures.push(resident()?);
        for connection in &open {
            connection.prepare_cached("SELECT * FROM item")?.query_row([], |_| Ok(()))?;
        }
        figures.push(resident()?);
        for connection in &open {
            connection.prepare_cached("UPDATE item SET number = 2")?.execute([])?;
        }
        figures.push(resident()?);
    }
    for figure in figures.into_iter().skip(1) {
        writeln!(std::io::stdout(), "{}", (figure - before) / DATABASES as f64 / 1024.0)?;
    }
    Ok(())
}

fn memory_files(folder: &Path) -> Outcome<()> {
    let engine = engine(folder, Duration::ZERO)?;
    let pool = wide_pool(&engine);
    for index in 0..DATABASES {
        let database = open(&pool, path(&engine, index))?;
        database.exec(TABLE, &[])?;
        database.exec(INSERT, &[Value::Number(1.0), Value::Number(1.0), Value::Text(text(1).into())])?;
        drop(database.commit()?);
    }
    Ok(())
}
