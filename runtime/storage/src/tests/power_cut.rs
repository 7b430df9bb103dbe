//! Power cuts: generated histories on a recording disk, cut at any moment, with any part of what was not synced lost.
//!
//! Each history makes turns, facets, deletions, clones and alarms on one object; in some, ids of deleted facets are given to
//! other names at once. What may be found after a cut is known
//! for each facet: a list of versions, from the newest that was acknowledged to the newest that was begun. A second test
//! takes out each rule of order in turn and has to see a history fail.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use super::basics::read;
use crate::database::Database;
use crate::disk::Disk;
use crate::disk::recording::{Chance, Recorder};
use crate::object::index::testing::with_ids_kept;
use crate::order::{Rule, without};
use crate::sqlite::{Connection, Interrupter};
use crate::testing::{Scratch, drive, keep_pages, scratch};
use crate::{Engine, EngineOptions, FacetId, ObjectStorage, Pool, PoolOptions, StorageError, Value};

const OBJECT: &str = "3652ef6221834806dc8df802d1d216e27b7d07e0a6b7adf6cfdaeec90f06459a";
const NAMESPACE: &str = "w-C";
const PLENTY: u64 = 1 << 30;
/// Turns whose rows a database keeps; older ones are deleted, so that pages are used again.
const KEPT: u64 = 3;

/// The names that lead to a facet; none is the object itself.
type Place = Vec<&'static str>;

const PLACES: &[&[&str]] =
    &[&[], &["a"], &["b"], &["c"], &["a", "x"], &["a", "y"], &["b", "x"], &["b", "y"], &["c", "x"], &["c", "y"]];

/// What a database may hold.
#[derive(Debug, Clone, PartialEq)]
enum Version {
    Absent,
    /// It is there, and nothing has been written yet.
    Empty,
    Turn {
        tenant: u64,
        turn: u64,
        base: u64,
        alarm: Option<i64>,
    },
}

#[derive(Debug, Default)]
struct Timeline {
    /// From which operation on a version may be found.
    begun: Vec<(usize, Version)>,
    /// From which operation on nothing older may be found: the index of the version.
    acknowledged: Vec<(usize, usize)>,
}

impl Timeline {
    fn last(&self) -> &Version {
        self.begun.last().map_or(&Version::Absent, |(_, version)| version)
    }

    /// Which versions a cut after `position` operations may leave.
    fn allowed(&self, position: usize) -> std::ops::Range<usize> {
        let floor = self.acknowledged.iter().filter(|(at, _)| *at <= position).map(|(_, index)| *index).max();
        let end = self.begun.iter().take_while(|(at, _)| *at <= position).count();
        floor.unwrap_or(0)..end
    }
}

/// A change of several facets that is there as a whole: if the first one's version is, so are all.
#[derive(Debug)]
struct Group(Vec<(Place, usize)>);

struct World {
    recorder: Arc<Recorder>,
    engine: Arc<Engine>,
    pool: Rc<Pool>,
    storage: Rc<ObjectStorage>,
    open: BTreeMap<Place, Database>,
    waiting: Vec<(crate::Durable, Place, usize)>,
    timelines: BTreeMap<Place, Timeline>,
    groups: Vec<Group>,
    chance: Chance,
    checkpoints: bool,
    /// Whether transactions are large for the memory that databases have.
    spills: bool,
    next_tenant: u64,
    /// Turns that each tenant has made: one that was lost is not made again under its number.
    turns: BTreeMap<u64, u64>,
}

fn options() -> EngineOptions {
    EngineOptions { threads: false, clock: Arc::new(|| 0), journal_from: 2, ..EngineOptions::default() }
}

impl World {
    fn new(folder: &Path, seed: u64) -> Self {
        let recorder = Recorder::new();
        let disk = Disk::observed(recorder.clone()).expect("disk");
        let engine = Engine::open_on(disk, folder, options()).expect("engine");
        let pool = Pool::new(&engine, PoolOptions::default());
        let storage = ObjectStorage::of(&pool, NAMESPACE, OBJECT, None).expect("object");
        let mut timelines = BTreeMap::new();
        for place in PLACES {
            let mut timeline = Timeline::default();
            timeline.begun.push((0, Version::Absent));
            timelines.insert(place.to_vec(), timeline);
        }
        Self {
            recorder,
            engine,
            pool,
            storage,
            open: BTreeMap::new(),
            waiting: Vec::new(),
            timelines,
            groups: Vec::new(),
            chance: Chance::new(seed),
            checkpoints: seed.is_multiple_of(4),
            spills: seed.is_multiple_of(5),
            next_tenant: 0,
            turns: BTreeMap::new(),
        }
    }

    fn begin(&mut self, place: &Place, version: Version) -> usize {
        let position = self.recorder.position();
        let timeline = self.timelines.get_mut(place).expect("a known place");
        timeline.begun.push((position, version));
        timeline.begun.len() - 1
    }

    fn acknowledge(&mut self, place: &Place, index: usize) {
        let position = self.recorder.position();
        self.timelines.get_mut(place).expect("a known place").acknowledged.push((position, index));
    }

    /// Sees which turns have become durable.
    fn collect(&mut self) {
        for (mut durable, place, index) in std::mem::take(&mut self.waiting) {
            match durable.try_wait() {
                None => self.waiting.push((durable, place, index)),
                Some(Ok(())) => self.acknowledge(&place, index),
                // The object is reset: what comes next begins from what the disk has.
                Some(Err(_)) => {
                    self.open.remove(&place);
                }
            }
        }
    }

    fn settle(&mut self) {
        self.engine.run_background();
        self.collect();
    }

    fn step(&mut self) {
        match self.chance.below(3) {
            0 => drop(self.engine.syncer.run_once()),
            1 => drop(self.engine.upkeep.run_once()),
            _ => drop(self.engine.alarms().run_once()),
        }
        self.collect();
    }

    /// Whether the object has the facet, all above it included.
    fn has(&self, place: &[&'static str]) -> bool {
        (0..=place.len()).all(|depth| *self.timelines[&place[..depth].to_vec()].last() != Version::Absent)
    }

    /// Opens the database of a place, and those above it.
    fn database(&mut self, place: &Place) -> Option<()> {
        for depth in 0..=place.len() {
            let above = place[..depth].to_vec();
            if self.open.contains_key(&above) {
                continue;
            }
            let mut facet: FacetId = 0;
            if let Some((name, parents)) = above.split_last() {
                let parent = self.id_of(parents)?;
                let engine = self.engine.clone();
                facet = drive(self.storage.facet(parent, name), || engine.run_background()).ok()?;
                self.collect();
            }
            if *self.timelines[&above].last() == Version::Absent {
                self.begin(&above, Version::Empty);
            }
            let database = self.storage.open(facet, PLENTY).ok()?;
            self.open.insert(above, database);
        }
        Some(())
    }

    fn id_of(&mut self, place: &[&'static str]) -> Option<FacetId> {
        let mut at = 0;
        for name in place {
            let found = self.storage.facets(at).ok()?;
            at = found.into_iter().find(|(_, known)| known == name)?.0;
        }
        Some(at)
    }

    /// One turn of a database: rows, a key, and sometimes an alarm.
    fn turn(&mut self, place: &Place) {
        if self.database(place).is_none() {
            return;
        }
        // Asked of the database: a turn before this one may have failed.
        let Some(Ok(before)) = self.open.get(place).map(observe) else { return };
        let (tenant, base, alarm) = match before {
            Version::Turn { tenant, base, alarm, .. } => (tenant, base, alarm),
            _ => {
                self.next_tenant += 1;
                (self.next_tenant, 0, None)
            }
        };
        let turn = self.turns.get(&tenant).copied().unwrap_or_default() + 1;
        self.turns.insert(tenant, turn);
        let empties = self.chance.percent(6);
        let moves = self.chance.percent(30);
        let alarm = match moves {
            true if self.chance.percent(20) => None,
            true => Some(1_000 + self.chance.below(1_000) as i64),
            false => alarm,
        };
        let base = if empties { turn } else { base };
        let Some(database) = self.open.remove(place) else { return };
        let mut written = write_turn(&database, tenant, turn, base, empties, moves.then_some(alarm));
        if self.spills && self.chance.percent(50) {
            // Pages that were spilled are written again in their place, and rounds come in between.
            for part in 0..2 + self.chance.below(3) {
                let bytes = vec![(turn + part as u64) as u8; 20_000 + self.chance.below(60_000)];
                written = written.and_then(|()| database.kv_put("bulk", &bytes));
                self.run_some();
            }
        }
        if written.is_err() {
            return;
        }
        if self.spills && self.chance.percent(15) {
            // What it has spilled is undone, and lies in the log all the same.
            drop(database.rollback());
            self.open.insert(place.clone(), database);
            return self.collect();
        }
        let index = self.begin(place, Version::Turn { tenant, turn, base, alarm });
        match database.commit() {
            Ok(Some(durable)) => {
                self.waiting.push((durable, place.clone(), index));
                self.open.insert(place.clone(), database);
            }
            Ok(None) => panic!("a turn that wrote has nothing to sync"),
            // The database is dropped and opened again, as an object is reset.
            Err(_) => {}
        }
    }

    /// Threads of the engine work for a moment.
    fn run_some(&mut self) {
        for _ in 0..self.chance.below(3) {
            match self.chance.percent(60) {
                true => drop(self.engine.syncer.run_once()),
                false => drop(self.engine.upkeep.run_once()),
            }
        }
    }

    fn delete(&mut self, place: &Place) {
        let Some((name, parents)) = place.split_last() else { return };
        if !self.has(place) {
            return;
        }
        let Some(parent) = self.id_of(parents) else { return };
        self.forget(place);
        let before = self.below(place);
        let members = self.absent(place);
        let engine = self.engine.clone();
        let deleted = drive(self.storage.delete(parent, name), || engine.run_background());
        match deleted {
            Ok(()) => members.into_iter().for_each(|(place, index)| self.acknowledge(&place, index)),
            Err(_) => self.fall_back(before),
        }
        self.collect();
    }

    /// A place and all below it, with what they hold.
    fn below(&self, place: &Place) -> Vec<(Place, Version)> {
        let below = self.timelines.iter().filter(|(other, _)| other.starts_with(place));
        below.map(|(place, timeline)| (place.clone(), timeline.last().clone())).collect()
    }

    /// A change has failed on its way: what is there has stayed as it was, and the rest is gone.
    fn fall_back(&mut self, before: Vec<(Place, Version)>) {
        for (place, version) in before {
            let there = self.id_of(&place).is_some();
            self.begin(&place, if there { version } else { Version::Absent });
        }
    }

    /// Notes that a place and all below it begin to be gone.
    fn absent(&mut self, place: &Place) -> Vec<(Place, usize)> {
        let below: Vec<Place> = self.timelines.keys().filter(|other| other.starts_with(place)).cloned().collect();
        let members: Vec<_> =
            below.into_iter().map(|place| (place.clone(), self.begin(&place, Version::Absent))).collect();
        self.groups.push(Group(members.clone()));
        members
    }

    /// Ends what runs in a place and below it.
    fn forget(&mut self, place: &Place) {
        let below: Vec<Place> = self.open.keys().filter(|other| other.starts_with(place)).cloned().collect();
        for place in below {
            if let Some(database) = self.open.remove(&place) {
                database.discard();
            }
        }
        self.waiting.retain(|(_, other, _)| !other.starts_with(place));
    }

    fn clone_place(&mut self, from: &'static str, to: &'static str) {
        let (from, to) = (vec![from], vec![to]);
        if from == to || !self.has(&from) || self.database(&vec![]).is_none() {
            return;
        }
        let mut held = Vec::new();
        for source in PLACES.iter().map(|place| place.to_vec()).filter(|place| place.starts_with(&from)) {
            if !self.has(&source) {
                continue;
            }
            // Asked of the database: a turn before may have failed.
            if self.database(&source).is_none() {
                return;
            }
            match self.open.get(&source).map(observe) {
                Some(Ok(Version::Turn { tenant, turn, base, .. })) => {
                    held.push((source, Version::Turn { tenant, turn, base, alarm: None }));
                }
                Some(Ok(version)) => held.push((source, version)),
                _ => return,
            }
        }
        self.forget(&to);
        let before = self.below(&to);
        self.absent(&to);
        let mut members = Vec::new();
        for (source, version) in held {
            let target: Place = to.iter().chain(&source[1..]).copied().collect();
            let index = self.begin(&target, version);
            members.push((target, index));
        }
        self.groups.push(Group(members.clone()));
        let engine = self.engine.clone();
        let cloned = drive(self.storage.clone_facet(0, from[0], to[0]), || engine.run_background());
        match cloned {
            Ok(()) => members.into_iter().for_each(|(place, index)| self.acknowledge(&place, index)),
            Err(_) => self.fall_back(before),
        }
        self.collect();
    }

    fn act(&mut self) {
        if self.spills && self.chance.percent(4) {
            // Nobody has asked for anything for a while.
            return self.engine.settle();
        }
        let place = PLACES[self.chance.below(PLACES.len())].to_vec();
        // Some histories bring logs into their databases all the time, so that many a log begins anew.
        if self.checkpoints && self.chance.percent(40) {
            if let Some(database) = self.open.get(&place) {
                let files = database.files();
                drop(crate::upkeep::checkpoint(&self.engine.disk, &files));
            }
            return self.turn(&place);
        }
        match self.chance.below(100) {
            0..45 => self.turn(&place),
            45..70 => self.step(),
            70..76 => self.settle(),
            76..83 => self.delete(&place),
            83..89 => {
                let names = ["a", "b", "c"];
                let (from, to) = (self.chance.below(3), self.chance.below(3));
                self.clone_place(names[from], names[to]);
            }
            89..94 => {
                self.open.remove(&place);
            }
            _ => {
                if let Some(database) = self.open.get(&place) {
                    let files = database.files();
                    drop(crate::upkeep::checkpoint(&self.engine.disk, &files));
                }
            }
        }
    }
}

fn filler(tenant: u64, turn: u64, part: u64) -> Value {
    Value::Text(format!("{tenant}-{turn}-{part}|").repeat(1 + (turn % 7) as usize * 30).into())
}

fn parts(turn: u64) -> u64 {
    1 + turn % 5
}

fn write_turn(
    database: &Database,
    tenant: u64,
    turn: u64,
    base: u64,
    empties: bool,
    alarm: Option<Option<i64>>,
) -> Result<(), StorageError> {
    if empties {
        database.delete_all(true)?;
    }
    database.exec("CREATE TABLE IF NOT EXISTS t(tenant, turn, part, filler, PRIMARY KEY (turn, part))", &[])?;
    let number = |number: u64| Value::Number(number as f64);
    if let Some(old) = turn.checked_sub(KEPT) {
        database.exec("DELETE FROM t WHERE turn <= ?", &[number(old)])?;
    }
    for part in 0..parts(turn) {
        let values = [number(tenant), number(turn), number(part), filler(tenant, turn, part)];
        database.exec("INSERT INTO t VALUES(?, ?, ?, ?)", &values)?;
    }
    for (key, value) in [("tenant", tenant), ("turn", turn), ("base", base)] {
        database.kv_put(key, &value.to_le_bytes())?;
    }
    if let Some(alarm) = alarm {
        database.set_alarm(alarm)?;
    }
    Ok(())
}

/// What a database holds; an error says that it is none of what it could hold.
fn observe(database: &Database) -> Result<Version, String> {
    let get = |key: &str| {
        let bytes = database.kv_get(key, <[u8]>::to_vec).map_err(|error| error.to_string())?;
        Ok::<_, String>(bytes.and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes))
    };
    let (tenant, turn, base) = (get("tenant")?, get("turn")?, get("base")?);
    let alarm = database.alarm().map_err(|error| error.to_string())?;
    let (Some(tenant), Some(turn), Some(base)) = (tenant, turn, base) else {
        let tables = read(database, "SELECT name FROM sqlite_master", &[]).map_err(|error| error.to_string())?;
        return match (tenant, turn, base, tables.is_empty()) {
            (None, None, None, true) => Ok(Version::Empty),
            other => Err(format!("half a turn: {other:?} {tables:?}")),
        };
    };
    let mut expected = Vec::new();
    for turn in (turn.saturating_sub(KEPT) + 1).max(1)..=turn {
        // A turn that empties comes first in what is left.
        if turn >= base {
            for part in 0..parts(turn) {
                let Value::Text(filler) = filler(tenant, turn, part) else { continue };
                let filler = String::from_utf8_lossy(&filler).into_owned();
                expected.push(vec![format!("{tenant}.0"), format!("{turn}.0"), format!("{part}.0"), filler]);
            }
        }
    }
    let found = read(database, "SELECT * FROM t ORDER BY turn, part", &[]).map_err(|error| error.to_string())?;
    // A turn whose commit failed has left a gap, which is whole.
    let expected: Vec<_> = expected.into_iter().filter(|row| found.iter().any(|other| other[1] == row[1])).collect();
    if found != expected {
        return Err(format!("turn {turn} of tenant {tenant} (base {base}): {found:?} instead of {expected:?}"));
    }
    if found.last().is_none_or(|row| row[1] != format!("{turn}.0")) {
        return Err(format!("the rows of turn {turn} are missing"));
    }
    Ok(Version::Turn { tenant, turn, base, alarm })
}

fn version_alarm(version: &Version) -> Option<i64> {
    match version {
        Version::Turn { alarm, .. } => *alarm,
        _ => None,
    }
}

/// What a second power cut leaves, in the middle of the start after the first.
fn cut_at_start(folder: &Path, chance: &mut Chance) -> Result<Scratch, String> {
    let root = folder.canonicalize().expect("folder");
    let recorder = Recorder::new();
    recorder.adopt_durable(&root);
    let begun = recorder.position();
    let disk = Disk::observed(recorder.clone()).expect("disk");
    drop(Engine::open_on(disk, &root, options()).map_err(|error| format!("the folder does not open: {error}"))?);
    let around_the_journal: Vec<_> =
        recorder.positions_of("denizen-journal").into_iter().filter(|position| *position >= begun).collect();
    let position = match chance.percent(50) && !around_the_journal.is_empty() {
        true => around_the_journal[chance.below(around_the_journal.len())],
        false => begun + chance.below(recorder.position() - begun + 1),
    };
    let again = scratch("cut-again");
    recorder.cut(position, chance, &root, &again);
    Ok(again)
}

/// Cuts the power after `position` operations and says what is wrong with what is left.
fn verify(world: &World, root: &Path, position: usize, chance: &mut Chance) -> Result<(), String> {
    let mut folder = scratch("cut");
    world.recorder.cut(position, chance, root, &folder);
    if world.spills && chance.percent(50) {
        folder = cut_at_start(&folder, chance)?;
    }
    let engine = Engine::open(&folder, options()).map_err(|error| format!("the folder does not open: {error}"))?;
    let pool = Pool::new(&engine, PoolOptions::default());
    let storage = ObjectStorage::of(&pool, NAMESPACE, OBJECT, None).map_err(|error| error.to_string())?;
    let root_there = std::fs::exists(folder.join(NAMESPACE).join(format!("{OBJECT}.sqlite"))).expect("exists");
    // The oldest and the newest version that a place may have: some look alike.
    let mut found: BTreeMap<Place, (usize, usize)> = BTreeMap::new();
    let mut absent = Vec::new();
    for place in PLACES {
        let place = place.to_vec();
        let mut at = root_there.then_some(0);
        for name in &place {
            let Some(parent) = at else { break };
            let children = storage.facets(parent).map_err(|error| error.to_string())?;
            at = children.into_iter().find(|(_, known)| known == name).map(|(id, _)| id);
        }
        let mut alarm = (None, None);
        let version = match at {
            None => {
                absent.push(place.clone());
                Version::Absent
            }
            Some(facet) => {
                let indexed = engine.alarms().scheduled(&storage.alarm_key(facet));
                let database = storage.open(facet, PLENTY).map_err(|error| format!("{place:?}: {error}"))?;
                let version = observe(&database).map_err(|error| format!("{place:?}: {error}"))?;
                alarm = (version_alarm(&version), indexed);
                let connection = Connection::open(&engine.disk, &database.files().path, Interrupter::default())
                    .map_err(|error| error.to_string())?;
                let healthy = connection.text("PRAGMA integrity_check").map_err(|error| error.to_string())?;
                if healthy != "ok" {
                    return Err(format!("{place:?}: {healthy}"));
                }
                version
            }
        };
        let timeline = &world.timelines[&place];
        let allowed = timeline.allowed(position);
        let mut alike = allowed.clone().filter(|index| timeline.begun[*index].1 == version);
        let Some(oldest) = alike.next() else {
            return Err(format!("{place:?}: {version:?} is none of {:?}", &timeline.begun[allowed]));
        };
        // An alarm that nobody was told of may be missing in the index: opening the database brings it back.
        if let (Some(alarm), indexed) = alarm
            && oldest <= allowed.start
            && indexed.is_none_or(|indexed| indexed > alarm)
        {
            return Err(format!("{place:?}: its alarm at {alarm} is at {indexed:?} in the index"));
        }
        not_anothers(timeline, alarm.1).map_err(|error| format!("{place:?}: {error}"))?;
        found.insert(place, (oldest, alike.next_back().unwrap_or(oldest)));
    }
    for place in absent {
        let facet = made_anew(&engine, &storage, &place).map_err(|error| format!("{place:?}, made anew: {error}"))?;
        let indexed = engine.alarms().scheduled(&storage.alarm_key(facet));
        not_anothers(&world.timelines[&place], indexed).map_err(|error| format!("{place:?}, made anew: {error}"))?;
    }
    for Group(members) in &world.groups {
        let Some(((first, index), rest)) = members.split_first() else { continue };
        if found[first].0 < *index || world.timelines[first].begun[*index].0 > position {
            continue;
        }
        for (place, index) in rest {
            if found[place].1 < *index {
                return Err(format!("{place:?}: {first:?} has changed without it"));
            }
        }
    }
    Ok(())
}

/// An alarm in the index may be one that the place had before, and never that of another place that had its number.
fn not_anothers(timeline: &Timeline, indexed: Option<i64>) -> Result<(), String> {
    let had = |time| timeline.begun.iter().any(|(_, version)| version_alarm(version) == Some(time));
    match indexed.filter(|time| !had(*time)) {
        Some(time) => Err(format!("the alarm at {time} is another facet's")),
        None => Ok(()),
    }
}

/// What was not there after the cut is empty when it is made, whatever lies about. Gives its number.
fn made_anew(engine: &Arc<Engine>, storage: &Rc<ObjectStorage>, place: &Place) -> Result<FacetId, String> {
    let mut at = 0;
    for depth in 0..=place.len() {
        if let Some(name) = depth.checked_sub(1).map(|index| place[index]) {
            at = drive(storage.facet(at, name), || engine.run_background()).map_err(|error| error.to_string())?;
        }
        let database = storage.open(at, PLENTY).map_err(|error| error.to_string())?;
        if depth == place.len() {
            return match observe(&database)? {
                Version::Empty => Ok(at),
                other => Err(format!("{other:?}")),
            };
        }
    }
    Ok(at)
}

/// One history and some cuts through it. Gives what was wrong.
fn history(seed: u64, fails: bool, cuts: usize) -> Result<(), String> {
    with_ids_kept((seed % 3 == 1).then_some(2), || history_with(seed, fails, cuts))
}

fn history_with(seed: u64, fails: bool, cuts: usize) -> Result<(), String> {
    let folder: Scratch = scratch("history");
    let root = folder.canonicalize().expect("folder");
    keep_pages(seed.is_multiple_of(5).then_some(4));
    let mut world = World::new(&folder, seed);
    if fails {
        world.settle();
        world.recorder.fail_syncs(8, Chance::new(seed ^ 0x5a5a));
    }
    for _ in 0..25 + world.chance.below(40) {
        world.act();
    }
    let mut chance = Chance::new(!seed);
    let outcome = (0..cuts).try_for_each(|cut| {
        // One cut is at the end, where most is acknowledged.
        let position = if cut == 0 { world.recorder.position() } else { chance.below(world.recorder.position() + 1) };
        verify(&world, &root, position, &mut chance).map_err(|error| format!("seed {seed}, cut at {position}: {error}"))
    });
    world.recorder.fail_syncs(0, Chance::new(0));
    world.open.clear();
    drop((world.storage, world.pool));
    keep_pages(None);
    outcome
}

fn histories(seeds: std::ops::Range<u64>, fails: bool, cuts: usize) {
    let broken: Vec<_> = seeds.filter_map(|seed| history(seed, fails, cuts).err()).collect();
    assert!(broken.is_empty(), "{} histories failed: {}", broken.len(), broken[..broken.len().min(3)].join("\n"));
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_is_half_there() {
    histories(0..600, false, 3);
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_is_half_there_in_other_histories() {
    histories(600..1_200, false, 3);
}

#[test]
fn nothing_acknowledged_is_lost_where_syncs_fail() {
    histories(0..300, true, 3);
}

#[test]
fn nothing_acknowledged_is_lost_where_syncs_fail_in_other_histories() {
    histories(400..1_000, true, 4);
}

/// An index that is lost gives its numbers again: what an earlier facet left under one is not the new one's.
#[test]
fn a_number_that_is_given_again_comes_with_nothing() {
    let found = |rule: Option<Rule>| {
        without(rule, || {
            let folder = scratch("lost-index");
            let root = folder.canonicalize().expect("folder");
            let mut world = World::new(&folder, 1);
            world.turn(&vec!["a"]);
            world.settle();
            drop(world);
            std::fs::remove_file(root.join(NAMESPACE).join(format!("{OBJECT}.facets"))).expect("an index");
            let engine = Engine::open(&folder, options()).expect("engine");
            let pool = Pool::new(&engine, PoolOptions::default());
            let storage = ObjectStorage::of(&pool, NAMESPACE, OBJECT, None).expect("object");
            made_anew(&engine, &storage, &vec!["b"])
        })
    };
    assert_eq!(found(None), Ok(1));
    assert!(found(Some(Rule::LeftoversRemoved)).is_err(), "another facet's data is not seen");
}

/// The same of a number that had another name before: its file, its alarm and the index that says whose it is.
#[test]
fn a_history_fails_without_the_order_in_which_a_number_gets_another_name() {
    for rule in [Rule::LeftoversRemoved, Rule::IndexBeforeFile] {
        let mut seeds = (0..1_200).filter(|seed| seed % 3 == 1);
        let seen = seeds.any(|seed| without(Some(rule), || history(seed, false, 8)).is_err());
        assert!(seen, "no history fails without {rule:?}");
    }
}

/// Each rule is needed: a history fails without it.
macro_rules! needed {
    ($($name:ident: $rule:ident,)*) => {
        $(#[test]
        fn $name() {
            let rule = Rule::$rule;
            let fails = rule == Rule::RewriteAfterFailure;
            let seeds = if fails { 0..300 } else { 0..1_200 };
            let seen = seeds.clone().any(|seed| without(Some(rule), || history(seed, fails, 8)).is_err());
            assert!(seen, "no history fails without {rule:?}");
        })*
    };
}

needed! {
    a_history_fails_without_syncing_the_log: LogBeforeGate,
    a_history_fails_without_syncing_the_journal: JournalBeforeGate,
    a_history_fails_when_records_are_written_to_another_log: OfThisLog,
    a_history_fails_when_records_are_given_up_before_the_logs_are_durable: LogsBeforeRetirement,
    a_history_fails_when_frames_without_salts_are_another_log_s: FramesWithoutSalts,
    a_history_fails_when_the_newer_journal_goes_first: OlderJournalFirst,
    a_history_fails_without_syncing_the_index: IndexBeforeFile,
    a_history_fails_without_removing_an_old_log: OldLogRemoved,
    a_history_fails_without_syncing_the_first_page: FirstPageBeforeGate,
    a_history_fails_without_syncing_names: NamesBeforeGate,
    a_history_fails_when_the_log_goes_before_the_database: DatabaseGoneBeforeLog,
    a_history_fails_when_the_database_is_written_before_the_log: LogBeforeDatabase,
    a_history_fails_when_the_log_begins_anew_before_the_database: DatabaseBeforeRestart,
    a_history_fails_when_frames_come_before_their_header: HeaderBeforeFrames,
    a_history_fails_when_an_earlier_alarm_comes_late: EarlierAlarmBeforeGate,
    a_history_fails_when_a_later_alarm_comes_early: LaterAlarmAfterCommit,
    a_history_fails_when_a_copy_is_named_before_it_is_durable: CopyBeforeName,
    a_history_fails_when_a_clone_is_named_from_the_top: CloneRootLast,
    a_history_fails_when_a_failed_sync_is_just_retried: RewriteAfterFailure,
}
