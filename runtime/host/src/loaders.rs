//! The Workers that loaders know by name, over all shards of the process.
//!
//! Owns which Worker a name stands for and when a name is forgotten. A definition outlives its isolates: whoever asks for a
//! name while it is known gets the same one, on any shard, and its callback runs once. It must not know isolates.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use denizen_bindings::call::{EnvSpec, LoadedWorker, WorkerDefinition};
use denizen_core::limits::{LOADED_BYTES, LOADED_WORKERS};
use denizen_core::lru::Lru;

/// Id of a loader and name of a Worker in it.
type Key = (Arc<str>, Arc<str>);

/// The loaders' memory. The lock is held for look-ups only, never while code is loaded.
#[derive(Default)]
pub struct Loaders(Mutex<Known>);

#[derive(Default)]
struct Known {
    by_key: HashMap<Key, Entry>,
    lru: Lru<Key>,
    bytes: usize,
}

struct Entry {
    worker: Arc<LoadedWorker>,
    bytes: usize,
}

impl Loaders {
    /// The Worker that `name` stands for, and whether it is new, so that the caller must give its code.
    pub fn get(&self, id: u64, loader: &str, name: &str) -> (Arc<LoadedWorker>, bool) {
        let key: Key = (loader.into(), name.into());
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.lru.touch(&key);
        if let Some(entry) = known.by_key.get(&key) {
            return (entry.worker.clone(), false);
        }
        let worker = Arc::new(LoadedWorker::new(id, Some(key.0.clone()), key.1.clone()));
        known.by_key.insert(key, Entry { worker: worker.clone(), bytes: 0 });
        known.trim(LOADED_WORKERS, LOADED_BYTES);
        (worker, true)
    }

    /// The code of `worker` is there: it counts from now on.
    pub fn settled(&self, worker: &LoadedWorker) {
        let Some(Ok(definition)) = worker.outcome() else { return };
        let bytes = bytes_of(definition);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = &mut *known;
        let entry = key_of(worker).and_then(|key| known.by_key.get_mut(&key));
        if let Some(entry) = entry.filter(|entry| entry.worker.id == worker.id) {
            known.bytes = known.bytes - entry.bytes + bytes;
            entry.bytes = bytes;
            known.trim(LOADED_WORKERS, LOADED_BYTES);
        }
    }

    /// The name of `worker` stands for it no longer.
    pub fn forget(&self, worker: &LoadedWorker) {
        let Some(key) = key_of(worker) else { return };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.by_key.get(&key).is_some_and(|entry| entry.worker.id == worker.id) {
            known.remove(&key);
        }
    }
}

impl Known {
    /// Forgets what nobody refers to until the rest is within the bounds. What is referred to is in memory anyway.
    fn trim(&mut self, workers: usize, bytes: usize) {
        while self.by_key.len() > workers || self.bytes > bytes {
            let by_key = &self.by_key;
            let unused = |key: &Key| by_key.get(key).is_none_or(|entry| Arc::strong_count(&entry.worker) == 1);
            let Some(key) = self.lru.candidate(unused) else { return };
            self.remove(&key);
        }
    }

    fn remove(&mut self, key: &Key) {
        self.lru.remove(key);
        if let Some(entry) = self.by_key.remove(key) {
            self.bytes -= entry.bytes;
        }
    }
}

fn key_of(worker: &LoadedWorker) -> Option<Key> {
    Some((worker.loader.clone()?, worker.name.clone()))
}

fn bytes_of(definition: &WorkerDefinition) -> usize {
    let modules: usize = definition.bundle.modules.values().map(|module| module.content.len()).sum();
    let env = match &definition.env {
        EnvSpec::Wire(value) => value.bytes.len(),
        EnvSpec::Bindings(_) => 0,
    };
    modules + env
}

#[cfg(test)]
mod tests {
    use super::*;
    use denizen_bindings::call::{CallError, Module, ModuleBundle, ModuleKind, Outbound};
    use denizen_core::limits::WorkerLimits;
    use std::sync::{OnceLock, Weak};

    fn definition(bytes: usize) -> Arc<WorkerDefinition> {
        let module = Module::new(ModuleKind::Text, vec![b' '; bytes].into());
        let modules = HashMap::from([("file:///bundle/main.js".to_owned(), module)]);
        Arc::new(WorkerDefinition {
            id: 1,
            name: "x".into(),
            bundle: Arc::new(ModuleBundle { main: String::new(), modules, aliases: HashMap::new() }),
            compatibility_date: String::new(),
            compatibility_flags: Vec::new(),
            env: EnvSpec::Bindings(Vec::new()),
            limits: WorkerLimits::LOADED,
            outbound: Outbound::Blocked,
            tails: Vec::new(),
            namespaces: HashMap::new(),
            failed: OnceLock::new(),
            stopped: Default::default(),
            loaded: true,
            holder: Weak::new(),
        })
    }

    #[test]
    fn a_name_stands_for_one_worker_until_it_is_forgotten() {
        let loaders = Loaders::default();
        let (first, new) = loaders.get(1, "l", "a");
        assert!(new);
        let (second, new) = loaders.get(2, "l", "a");
        assert!(!new && Arc::ptr_eq(&first, &second));
        assert!(loaders.get(3, "other", "a").1, "loaders share nothing");
        first.settle(Err(CallError::new("failed")));
        assert!(!loaders.get(4, "l", "a").1, "a failure stays");
        loaders.forget(&first);
        let (third, new) = loaders.get(5, "l", "a");
        assert!(new);
        loaders.forget(&first);
        assert!(Arc::ptr_eq(&loaders.get(6, "l", "a").0, &third), "only its own name is forgotten");
    }

    #[test]
    fn the_least_recently_used_leaves_unless_it_is_referred_to() {
        let loaders = Loaders::default();
        let held = loaders.get(1, "l", "held").0;
        for (id, name) in [(2, "old"), (3, "used"), (4, "new")] {
            let worker = loaders.get(id, "l", name).0;
            worker.settle(Ok(definition(10)));
            loaders.settled(&worker);
        }
        loaders.get(5, "l", "used");
        let mut known = loaders.0.lock().unwrap_or_else(PoisonError::into_inner);
        assert_eq!(known.bytes, 30);
        known.trim(4, 20);
        assert_eq!(known.bytes, 20);
        known.trim(2, 20);
        let mut names: Vec<_> = known.by_key.keys().map(|key| key.1.to_string()).collect();
        names.sort();
        assert_eq!(names, ["held", "used"]);
        known.trim(0, 0);
        assert_eq!(known.by_key.len(), 1, "what is referred to stays");
        drop(known);
        drop(held);
    }
}
