//! Many alarms that are due at the same time.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, mpsc};

use denizen_core::alarms::{Outcome, STARTING};

use crate::alarms::{AlarmKey, Clock};
use crate::testing::scratch;
use crate::{Engine, EngineOptions};

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
                _ => drop(engine.alarms().finished(&alarm.key, Outcome::GivenUp, 0.5)),
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
