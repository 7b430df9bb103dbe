//! The databases of one shard, and how many of them are open.
//!
//! Owns which connections are closed when there are too many, and whose pages leave memory when they are too large
//! together, and knows the storages of objects that somebody has. A database whose connection was closed opens it again at its
//! next use. It must not know SQL.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use denizen_core::limits::storage::{DESCRIPTORS_PER_DATABASE, OPEN_PER_SHARD, PAGE_CACHE_BYTES_PER_SHARD};
use denizen_core::lru::Lru;

use crate::StorageError;
use crate::database::Inner;
use crate::engine::Engine;
use crate::object::ObjectStorage;

/// An object: the key of its namespace, and its id.
type ObjectKey = (Arc<str>, Arc<str>);

/// Bounds of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolOptions {
    /// Databases that are open at a time.
    pub open_max: usize,
    /// Bytes of their pages in memory.
    pub cache_bytes_max: u64,
}

impl Default for PoolOptions {
    fn default() -> Self {
        Self { open_max: OPEN_PER_SHARD, cache_bytes_max: PAGE_CACHE_BYTES_PER_SHARD }
    }
}

impl PoolOptions {
    /// The defaults for one of `shards` shards of a process that may have `descriptors` files open, half of which are left
    /// for connections of clients.
    pub fn within(descriptors: usize, shards: usize) -> Self {
        let share = descriptors / 2 / shards.max(1) / DESCRIPTORS_PER_DATABASE;
        Self { open_max: share.clamp(1, OPEN_PER_SHARD), ..Self::default() }
    }
}

/// The databases of one shard.
pub struct Pool {
    engine: Arc<Engine>,
    options: PoolOptions,
    open: RefCell<HashMap<u64, Weak<RefCell<Inner>>>>,
    used: RefCell<Lru<u64>>,
    next: Cell<u64>,
    cached_bytes: Cell<u64>,
    objects: RefCell<HashMap<ObjectKey, Weak<ObjectStorage>>>,
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool").field("open", &self.open.borrow().len()).finish_non_exhaustive()
    }
}

impl Pool {
    /// A pool without databases.
    pub fn new(engine: &Arc<Engine>, options: PoolOptions) -> Rc<Self> {
        Rc::new(Self {
            engine: engine.clone(),
            options,
            open: RefCell::default(),
            used: RefCell::default(),
            next: Cell::new(0),
            cached_bytes: Cell::new(0),
            objects: RefCell::default(),
        })
    }

    /// The engine that its databases belong to.
    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// How many databases are open.
    pub fn open_count(&self) -> usize {
        self.open.borrow().len()
    }

    /// Bytes of pages in memory.
    pub fn cached_bytes(&self) -> u64 {
        self.cached_bytes.get()
    }

    /// The storage of an object, if somebody has it.
    pub(crate) fn object(&self, key: &ObjectKey) -> Option<Rc<ObjectStorage>> {
        self.objects.borrow().get(key).and_then(Weak::upgrade)
    }

    /// Knows the storage of an object from now on.
    pub(crate) fn add_object(&self, key: ObjectKey, object: &Rc<ObjectStorage>) {
        self.objects.borrow_mut().insert(key, Rc::downgrade(object));
    }

    /// Nobody has the storage of an object any more.
    pub(crate) fn remove_object(&self, key: &ObjectKey) {
        self.objects.borrow_mut().remove(key);
    }

    /// Adds a database that is open.
    pub(crate) fn add(&self, inner: &Rc<RefCell<Inner>>) -> u64 {
        let id = self.next.get();
        self.next.set(id + 1);
        self.opened(id, inner);
        id
    }

    /// A database has opened its connection.
    pub(crate) fn opened(&self, id: u64, inner: &Rc<RefCell<Inner>>) {
        self.open.borrow_mut().insert(id, Rc::downgrade(inner));
        self.used.borrow_mut().touch(&id);
    }

    /// A database has closed its connection.
    pub(crate) fn closed(&self, id: u64) {
        let inner = self.open.borrow_mut().remove(&id);
        self.used.borrow_mut().remove(&id);
        if let Some(inner) = inner.and_then(|inner| inner.upgrade())
            && let Ok(mut inner) = inner.try_borrow_mut()
        {
            self.count(&mut inner);
        }
    }

    /// A database is dropped.
    pub(crate) fn remove(&self, id: u64) {
        self.closed(id);
    }

    /// Closes databases until one more may open.
    pub(crate) fn make_room(&self) -> Result<(), StorageError> {
        while self.open.borrow().len() >= self.options.open_max {
            let idle = |id: &u64| {
                let inner = self.open.borrow().get(id).and_then(Weak::upgrade);
                inner.is_none_or(|inner| inner.try_borrow_mut().is_ok_and(|mut inner| inner.is_idle()))
            };
            let id = self.used.borrow().candidate(idle).ok_or(StorageError::TooManyOpen(self.options.open_max))?;
            let inner = self.open.borrow().get(&id).and_then(Weak::upgrade);
            if let Some(inner) = inner
                && let Ok(mut inner) = inner.try_borrow_mut()
            {
                inner.close(false);
            }
            self.closed(id);
        }
        Ok(())
    }

    /// A turn of a database has ended: it is the one used last, and memory that it has taken is taken from others.
    pub(crate) fn settle(&self, id: u64, inner: &Rc<RefCell<Inner>>) {
        if !self.open.borrow().contains_key(&id) {
            return;
        }
        self.used.borrow_mut().touch(&id);
        if let Ok(mut inner) = inner.try_borrow_mut() {
            self.count(&mut inner);
        }
        if self.cached_bytes.get() <= self.options.cache_bytes_max {
            return;
        }
        let oldest_first: Vec<_> = self.used.borrow().oldest_first().copied().collect();
        // Down to three quarters, so that this is rare.
        let target = self.options.cache_bytes_max / 4 * 3;
        for id in oldest_first {
            if self.cached_bytes.get() <= target {
                return;
            }
            let inner = self.open.borrow().get(&id).and_then(Weak::upgrade);
            if let Some(inner) = inner
                && let Ok(mut inner) = inner.try_borrow_mut()
            {
                inner.release_memory();
                self.count(&mut inner);
            }
        }
    }

    fn count(&self, inner: &mut Inner) {
        let (_, difference) = inner.cached_bytes();
        self.cached_bytes.set(self.cached_bytes.get().saturating_add_signed(difference));
    }
}
