//! Which entry leaves when a bounded set is full.
//!
//! Owns the order of use over opaque keys. It must not know what a key stands for, nor decide when to evict: the caller
//! says whether an entry may leave.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// Keys in the order of their last use. Both operations cost the logarithm of the number of keys.
#[derive(Debug)]
pub struct Lru<K> {
    stamps: HashMap<K, u64>,
    by_stamp: BTreeMap<u64, K>,
    next: u64,
}

impl<K: Clone + Eq + Hash> Default for Lru<K> {
    fn default() -> Self {
        Self { stamps: HashMap::new(), by_stamp: BTreeMap::new(), next: 0 }
    }
}

impl<K: Clone + Eq + Hash> Lru<K> {
    /// Records a use of `key` now, adding it if it is new.
    pub fn touch(&mut self, key: &K) {
        self.next += 1;
        if let Some(old) = self.stamps.insert(key.clone(), self.next) {
            self.by_stamp.remove(&old);
        }
        self.by_stamp.insert(self.next, key.clone());
    }

    /// Forgets `key`.
    pub fn remove(&mut self, key: &K) {
        if let Some(stamp) = self.stamps.remove(key) {
            self.by_stamp.remove(&stamp);
        }
    }

    /// The least recently used key that `may_leave` accepts. It stays until it is removed.
    pub fn candidate(&self, mut may_leave: impl FnMut(&K) -> bool) -> Option<K> {
        self.by_stamp.values().find(|key| may_leave(key)).cloned()
    }

    /// The keys, least recently used first.
    pub fn oldest_first(&self) -> impl Iterator<Item = &K> {
        self.by_stamp.values()
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.stamps.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.stamps.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recently_used_key_that_may_leave_is_the_candidate() {
        let mut lru = Lru::default();
        for key in ["a", "b", "c"] {
            lru.touch(&key);
        }
        lru.touch(&"a");
        assert_eq!(lru.candidate(|_| true), Some("b"));
        assert_eq!(lru.candidate(|key| *key != "b"), Some("c"));
        lru.remove(&"b");
        assert_eq!(lru.candidate(|_| true), Some("c"));
        assert_eq!(lru.len(), 2);
        assert_eq!(lru.oldest_first().copied().collect::<Vec<_>>(), ["c", "a"]);
        assert_eq!(lru.candidate(|_| false), None);
    }
}
