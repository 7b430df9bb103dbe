//! Alarms that are given up, and many that are due at the same time.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, mpsc};

use denizen_core::alarms::{After, Outcome, STARTING};

use super::basics::{PLENTY, object};
use crate::alarms::{AlarmDue, AlarmKey, Clock};
use crate::testing::{Scratch, scratch};
use crate::{Engine, EngineOptions};

/// An engine whose object 0 has an alarm that is running, and what else falls due.
fn running(name: &str) -> (Arc<Engine>, Scratch, AlarmKey, mpsc::Receiver<AlarmDue>) {
    let folder = scratch(name);
    let clock: Clock = Arc::new(|| 1_500);
    let engine =
        Engine::open(&folder, EngineOptions { threads: false, clock, ..EngineOptions::default() }).expect("engine");
    let (sender, due) = mpsc::channel();
    engine.alarms().deliver_to(Box::new(move |alarm| drop(sender.send(alarm))));
    let storage = object(&engine);
    let database = storage.open(0, PLENTY).expect("open");
    database.set_alarm(Some(1_000)).expect("alarm");
    drop(database.commit().expect("commit"));
    engine.run_background();
    assert_eq!(due.try_recv().expect("due").scheduled_ms, 1_000);
    (engine, folder, storage.alarm_key(0), due)
}

#[test]
fn an_alarm_that_is_set_in_the_run_of_one_that_is_given_up_stays() {
    let (engine, _folder, key, _due) = running("given-up-and-set");
    let storage = object(&engine);
    let database = storage.open(0, PLENTY).expect("open");
    assert!(database.begin_alarm(1_000).expect("begin"));
    database.set_alarm(Some(9_000)).expect("alarm");
    drop(database.commit().expect("commit"));
    // The commit is durable, and the word of it on its way to the index.
    while engine.syncer.run_once() {}
    database.end_alarm(false).expect("end");
    assert_eq!(engine.alarms().finished(&key, Outcome::GivenUp, 0.5), After::Forget);
    database.forget_alarm(1_000).expect("forget");
    drop(database.commit().expect("commit"));
    engine.alarms().forgotten(&key);
    engine.run_background();
    assert_eq!((database.alarm().expect("alarm"), engine.alarms().scheduled(&key)), (Some(9_000), Some(9_000)));
}

#[test]
fn an_alarm_that_is_given_up_does_not_run_again_while_its_object_forgets_it() {
    let (engine, folder, key, due) = running("given-up");
    assert_eq!(engine.alarms().finished(&key, Outcome::GivenUp, 0.5), After::Forget);
    // Whoever opens the database sees to it that the index has its alarm.
    let storage = object(&engine);
    let database = storage.open(0, PLENTY).expect("open");
    engine.run_background();
    assert!(due.try_recv().is_err(), "it is not taken for a new one");
    database.forget_alarm(1_000).expect("forget");
    drop(database.commit().expect("commit"));
    engine.alarms().forgotten(&key);
    engine.run_background();
    assert!(due.try_recv().is_err() && engine.alarms().scheduled(&key).is_none());
    drop((database, storage, engine));
    let engine = Engine::open(&folder, EngineOptions { threads: false, ..EngineOptions::default() }).expect("engine");
    assert_eq!(engine.alarms().scheduled(&key), None);
}

#[test]
fn the_alarm_whose_handler_deletes_everything_but_alarms_is_over_with_it() {
    let (engine, _folder, _key, _due) = running("kept-by-delete-all");
    let storage = object(&engine);
    let database = storage.open(0, PLENTY).expect("open");
    for (set, left) in [(None, None), (Some(9_000), Some(9_000))] {
        database.set_alarm(Some(1_000)).expect("alarm");
        assert!(database.begin_alarm(1_000).expect("begin"));
        if set.is_some() {
            database.set_alarm(set).expect("alarm");
        }
        database.delete_all(true).expect("delete all");
        assert_eq!(database.alarm().expect("alarm"), left);
        database.end_alarm(true).expect("end");
        drop(database.commit().expect("commit"));
        assert_eq!(database.alarm().expect("alarm"), left);
    }
}

const ALARMS: usize = 5_000;

#[test]
fn after_a_restart_a_few_of_many_due_alarms_start_at_a_time() {
    let folder = scratch("many-alarms");
    let time = Arc::new(AtomicI64::new(0));
    let open = || {
        let time = time.clone();
        let clock: Clock = Arc::new(move || time.load(Ordering::Relaxed));
        Engine::open(&folder, EngineOptions { threads: false, clock, ..EngineOptions::default() }).expect("engine")
    };
    let key = |number: usize| AlarmKey {
        namespace: ["worker-One", "worker-Two"][number % 2].into(),
        object: format!("{number:064x}").into(),
        facet: (number % 3) as u16,
    };
    let engine = open();
    let set: Vec<_> =
        (0..ALARMS).map(|number| engine.alarms().set(key(number), None, Some(1 + number as i64 % 7))).collect();
    engine.run_background();
    set.into_iter().for_each(|durable| durable.wait().expect("durable"));
    drop(engine);

    time.store(1_000, Ordering::Relaxed);
    let engine = open();
    let (sender, due) = mpsc::channel();
    engine.alarms().deliver_to(Box::new(move |alarm| drop(sender.send(alarm))));
    let mut seen = std::collections::HashSet::new();
    let (mut starting, mut running) = (Vec::new(), Vec::new());
    // What the object's commit does to the index comes before the word that the run is over, or after it.
    let done = |key: AlarmKey| {
        let first = key.object.ends_with(['0', '2', '4', '6', '8']);
        let take_away = || drop(engine.alarms().set(key.clone(), None, None));
        if first {
            take_away();
        }
        engine.alarms().finished(&key, Outcome::Done, 0.5);
        if !first {
            take_away();
        }
    };
    while seen.len() < ALARMS {
        engine.run_background();
        starting.extend(due.try_iter().inspect(|alarm| assert!(seen.insert(alarm.key.clone()), "{alarm:?} twice")));
        assert!(starting.len() <= STARTING, "{} are starting", starting.len());
        assert!(starting.len() == STARTING || seen.len() == ALARMS, "as many start as may");
        // Some begin and run for long, some end at once, and some cannot be run.
        for (number, alarm) in starting.drain(..1 + seen.len() % STARTING).enumerate() {
            match number % 3 {
                0 => {
                    engine.alarms().started(&alarm.key);
                    running.push(alarm);
                }
                1 => done(alarm.key),
                _ => {
                    engine.alarms().finished(&alarm.key, Outcome::GivenUp, 0.5);
                    drop(engine.alarms().set(alarm.key.clone(), None, None));
                    engine.alarms().forgotten(&alarm.key);
                }
            }
        }
    }
    starting.into_iter().chain(running).for_each(|alarm| done(alarm.key));
    engine.run_background();
    assert_eq!(due.try_iter().count(), 0);
    drop(engine);
    let engine = open();
    assert!((0..ALARMS).all(|number| engine.alarms().scheduled(&key(number)).is_none()), "none runs again");
}
