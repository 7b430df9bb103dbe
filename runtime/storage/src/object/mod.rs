//! The storage of one Durable Object and the tree of its facets.
//!
//! Owns which file a facet has, and the order of steps by which facets come into being, are deleted and are cloned
//! (`ARCHITECTURE.md`, "Order that must hold"). It must not know instances: whoever runs one ends it before its storage goes.
//!
//! A facet is there if its file and those of all above it are. So the one step that makes a subtree appear or vanish is
//! that of its topmost file, which comes last where one is made and goes first where one is deleted; what lies below a
//! file that is not there is garbage, removed before that file is made anew.

pub(crate) mod index;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use libsqlite3_sys as ffi;
use tokio::sync::oneshot;

pub use self::index::{FacetId, GivenFacet};
use self::index::{FacetIndex, Holder};
use crate::StorageError;
use crate::alarms::{AlarmKey, Alarms};
use crate::database::files::{self, beside};
use crate::database::{AlarmOwner, Database, DatabaseOptions};
use crate::disk::{Disk, lock};
use crate::error::At;
use crate::layout;
use crate::order::{Rule, broken};
use crate::pool::Pool;
use crate::sqlite::{Connection, Interrupter};
use crate::syncer::{Durable, Target};
use crate::upkeep::copy_frames;

/// Facets that one clone copies: each has its source pinned by a connection of its own.
pub const FACETS_PER_CLONE: usize = 256;

/// One object's storage, for all its incarnations: changes of the tree that one of them began go on when it has ended. It
/// belongs to one thread.
#[derive(Debug)]
pub struct ObjectStorage {
    pool: Rc<Pool>,
    folder: PathBuf,
    namespace: Arc<str>,
    id: Arc<str>,
    name: OnceCell<String>,
    index: RefCell<Option<FacetIndex>>,
    /// Done when the last change of the tree is: they happen one after the other, in the order of the calls.
    last_change: RefCell<Option<oneshot::Receiver<()>>>,
    /// New facets that the last change makes, while it has not begun: others join it. They are gone with whoever makes them.
    joining: RefCell<Weak<NewFacets>>,
    /// Changes of what is right below a facet that were asked for and are not over, in order.
    asked: Asked,
    /// How many changes have been asked for.
    changes: Cell<u64>,
}

/// Changes by number: of the children of which facet, and what.
type Asked = Rc<RefCell<BTreeMap<u64, (Holder, FacetChange)>>>;

/// A change of the facets right below one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FacetChange {
    /// That of a name goes.
    Delete(String),
    /// One becomes a copy of another one.
    Clone(String, String),
    /// All go.
    DeleteAll,
}

impl FacetChange {
    /// Does to the names of those that are there what the change will have done.
    pub fn apply(&self, names: &mut Vec<String>) {
        match self {
            Self::Delete(name) => names.retain(|known| known != name),
            Self::Clone(from, to) => {
                let becomes = names.contains(from);
                match names.contains(to) {
                    true if !becomes => names.retain(|known| known != to),
                    false if becomes => names.push(to.clone()),
                    _ => {}
                }
            }
            Self::DeleteAll => names.clear(),
        }
    }
}

/// Facets that get their ids by one sync.
type NewFacets = RefCell<Vec<NewFacet>>;

struct NewFacet {
    parent: Holder,
    name: String,
    done: oneshot::Sender<Result<GivenFacet, StorageError>>,
}

impl std::fmt::Debug for NewFacet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewFacet").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Ids that were given and are not written: they are taken back unless they are to be kept.
struct Unwritten<'a>(Option<&'a ObjectStorage>);

impl Unwritten<'_> {
    fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Unwritten<'_> {
    fn drop(&mut self) {
        if let Some(storage) = self.0
            && let Some(index) = &mut *storage.index.borrow_mut()
        {
            index.take_back();
        }
    }
}

/// A place in the order of changes of the tree.
struct Change {
    before: Option<oneshot::Receiver<()>>,
    number: u64,
    asked: Asked,
    /// Dropped with the change, which lets the next one go on.
    _done: oneshot::Sender<()>,
}

impl Drop for Change {
    fn drop(&mut self) {
        self.asked.borrow_mut().remove(&self.number);
    }
}

impl Change {
    async fn turn(&mut self) {
        if let Some(before) = self.before.take() {
            // An error says that the one before has been dropped, which ends it too.
            drop(before.await);
        }
    }
}

impl ObjectStorage {
    /// The storage of the object `id` (64 hexadecimal digits) in the namespace with the key `namespace`: the same one for as
    /// long as anybody has it. `name` is what the id was made from, if anything.
    pub fn of(pool: &Rc<Pool>, namespace: &str, id: &str, name: Option<&str>) -> Result<Rc<Self>, StorageError> {
        let key = (Arc::from(namespace), Arc::from(id));
        let this = match pool.object(&key) {
            Some(this) => this,
            None => {
                let folder = pool.engine().folder().join(namespace);
                pool.engine().disk.create_folders(&folder).at(&folder)?;
                let (namespace, id) = key.clone();
                let this = Rc::new(Self {
                    pool: pool.clone(),
                    folder,
                    namespace,
                    id,
                    name: OnceCell::new(),
                    index: RefCell::default(),
                    last_change: RefCell::default(),
                    joining: RefCell::default(),
                    asked: Asked::default(),
                    changes: Cell::default(),
                });
                pool.add_object(key, &this);
                this
            }
        };
        if let Some(name) = name {
            this.name.get_or_init(|| name.to_owned());
        }
        Ok(this)
    }

    /// The key of a facet's alarm.
    pub fn alarm_key(&self, facet: FacetId) -> AlarmKey {
        AlarmKey { namespace: self.namespace.clone(), object: self.id.clone(), facet }
    }

    /// Opens the database of the object itself (`facet` 0) or of a facet, making an empty one if there is none.
    pub fn open(&self, facet: FacetId, bytes_max: u64) -> Result<Database, StorageError> {
        let path = self.path(facet);
        if self.disk().length(&path).at(&path)?.is_none() {
            self.remove_below(facet)?;
        }
        let alarm = Some(AlarmOwner { key: self.alarm_key(facet), name: self.name.get().cloned() });
        Database::open(&self.pool, DatabaseOptions { path, bytes_max, alarm })
    }

    /// The id of the facet `name` of `parent`, given now if it has none. Its file may be made when this is done: changes
    /// that were asked for before are over, and the id is durable. Until the file is made, what this gives has to be kept.
    pub async fn place(self: &Rc<Self>, parent: FacetId, name: &str) -> Result<GivenFacet, StorageError> {
        let (done, facet) = oneshot::channel();
        let new = NewFacet { parent: self.holder(parent), name: name.to_owned(), done };
        let joined = self.joining.borrow().upgrade();
        if let Some(others) = joined {
            others.borrow_mut().push(new);
            drop(others);
            // Who was to make them may have left.
            return facet.await.unwrap_or(Err(StorageError::Closed));
        }
        let mut change = self.change(None);
        let all = Rc::new(NewFacets::new(vec![new]));
        *self.joining.borrow_mut() = Rc::downgrade(&all);
        change.turn().await;
        // From now on nobody joins.
        let all = Rc::into_inner(all).map(RefCell::into_inner).unwrap_or_default();
        self.allocate_all(all).await;
        facet.await.unwrap_or(Err(StorageError::Closed))
    }

    /// The same for a caller that makes the file before it waits for anything.
    #[cfg(test)]
    pub(crate) async fn facet(self: &Rc<Self>, parent: FacetId, name: &str) -> Result<FacetId, StorageError> {
        self.place(parent, name).await.map(|given| given.facet)
    }

    /// The id of a facet, if it is known and no change of the tree is on its way: what [`ObjectStorage::place`] would give
    /// without waiting. It is the facet's until something is waited for, or for as long as there is its file.
    pub fn known_facet(&self, parent: FacetId, name: &str) -> Result<Option<FacetId>, StorageError> {
        if !self.has_no_change_on_its_way() {
            return Ok(None);
        }
        self.with_index(|index| {
            index.make_good()?;
            Ok(index.get(parent, name))
        })
    }

    /// The names of the facets right below `parent` that will have storage when all is over that has been asked for, if
    /// `others` have it, too.
    pub fn names_below(&self, parent: FacetId, others: Vec<String>) -> Result<Vec<String>, StorageError> {
        let mut names: Vec<_> = self.facets(parent)?.into_iter().map(|(_, name)| name).collect();
        names.extend(others);
        let (asked, parent) = (self.asked.borrow(), self.holder(parent));
        asked.values().filter(|(of, _)| *of == parent).for_each(|(_, change)| change.apply(&mut names));
        Ok(names)
    }

    /// The facets right below `parent` that have storage, in the order of their ids.
    pub fn facets(&self, parent: FacetId) -> Result<Vec<(FacetId, String)>, StorageError> {
        let children: Vec<_> =
            self.with_index(|index| Ok(index.children(parent).map(|(id, name)| (id, name.to_owned())).collect()))?;
        let mut found = Vec::new();
        for (id, name) in children {
            let path = self.path(id);
            if self.disk().length(&path).at(&path)?.is_some() {
                found.push((id, name));
            }
        }
        Ok(found)
    }

    /// The id of the facet `name` of `parent` and the bytes in use there, once changes that were asked for before are over.
    /// `None` if it has no storage.
    pub fn facet_size(
        self: &Rc<Self>,
        parent: FacetId,
        name: &str,
    ) -> impl Future<Output = Result<Option<(FacetId, u64)>, StorageError>> + use<> {
        let (mut change, this, name) = (self.change(None), self.clone(), name.to_owned());
        let parent = self.holder(parent);
        async move {
            change.turn().await;
            let Some(facet) = this.find(parent, &name)? else { return Ok(None) };
            let path = this.path(facet);
            if this.disk().length(&path).at(&path)?.is_none() {
                return Ok(None);
            }
            let connection = Connection::open(this.disk(), &path, Interrupter::default()).map_err(|e| e.at(&path))?;
            let pages = connection.integer("PRAGMA page_count").and_then(|pages| {
                let free = connection.integer("PRAGMA freelist_count")?;
                Ok((pages - free).unsigned_abs())
            });
            this.pool.engine().upkeep.close(connection);
            Ok(Some((facet, pages.map_err(|error| error.at(&path))? * files::PAGE_BYTES as u64)))
        }
    }

    /// The names that lead to a facet, from the object on.
    pub fn names(&self, facet: FacetId) -> Result<Vec<String>, StorageError> {
        self.with_index(|index| {
            let (mut names, mut at) = (Vec::new(), facet);
            while let Some((parent, name)) = index.entry(at) {
                names.insert(0, name.to_owned());
                at = parent;
            }
            Ok(names)
        })
    }

    /// Makes a change of the facets right below `parent`. It is there, and durable, when this is done.
    pub fn change_facets(
        self: &Rc<Self>,
        parent: FacetId,
        change: FacetChange,
    ) -> Pin<Box<dyn Future<Output = Result<(), StorageError>>>> {
        match change {
            FacetChange::Delete(name) => Box::pin(self.delete(parent, &name)),
            FacetChange::Clone(from, to) => Box::pin(self.clone_facet(parent, &from, &to)),
            FacetChange::DeleteAll => Box::pin(self.delete_below(parent)),
        }
    }

    /// Deletes the facet `name` of `parent` and all below it. They are durably gone when this is done. Nobody may use their
    /// databases any more.
    pub(crate) fn delete(
        self: &Rc<Self>,
        parent: FacetId,
        name: &str,
    ) -> impl Future<Output = Result<(), StorageError>> + use<> {
        let mut change = self.change(Some((parent, FacetChange::Delete(name.to_owned()))));
        let (this, name, parent) = (self.clone(), name.to_owned(), self.holder(parent));
        async move {
            change.turn().await;
            match this.find(parent, &name)? {
                Some(facet) => this.delete_subtree(facet).await,
                None => Ok(()),
            }
        }
    }

    /// Deletes every facet below `parent`.
    pub(crate) fn delete_below(
        self: &Rc<Self>,
        parent: FacetId,
    ) -> impl Future<Output = Result<(), StorageError>> + use<> {
        let mut change = self.change(Some((parent, FacetChange::DeleteAll)));
        let (this, parent) = (self.clone(), self.holder(parent));
        async move {
            change.turn().await;
            let children = if this.is_still(parent) { this.facets(parent.facet)? } else { Vec::new() };
            for (facet, _) in children {
                this.delete_subtree(facet).await?;
            }
            Ok(())
        }
    }

    /// Makes the facet `to` of `parent`, with all below it, a copy of what `from` is at the call. What `to` was is gone,
    /// also if there is no `from`. The copy is there, and durable, when this is done. Alarms are not copied.
    pub(crate) fn clone_facet(
        self: &Rc<Self>,
        parent: FacetId,
        from: &str,
        to: &str,
    ) -> impl Future<Output = Result<(), StorageError>> + use<> {
        let is_first = self.has_no_change_on_its_way();
        let mut change = self.change(Some((parent, FacetChange::Clone(from.to_owned(), to.to_owned()))));
        let (this, from, to, parent) = (self.clone(), from.to_owned(), to.to_owned(), self.holder(parent));
        // Pinned at the call: what the source writes later is not in the copy. A change that was asked for before may be
        // what makes the source; then it cannot be pinned earlier than that is over.
        let pinned = is_first.then(|| self.pin(parent, &from));
        async move {
            let pinned = pinned.transpose()?;
            change.turn().await;
            let sources = match pinned {
                Some(sources) => sources,
                None => this.pin(parent, &from)?,
            };
            if let Some(facet) = this.find(parent, &to)? {
                this.delete_subtree(facet).await?;
            }
            if sources.is_empty() {
                return Ok(());
            }
            this.copy(parent, &to, sources).await
        }
    }

    fn pin(&self, parent: Holder, name: &str) -> Result<Vec<(FacetId, Connection)>, StorageError> {
        let Some(facet) = self.find(parent, name)? else { return Ok(Vec::new()) };
        let subtree = self.with_index(|index| Ok(index.subtree(facet)))?;
        let mut sources = Vec::new();
        let mut gone = std::collections::HashSet::new();
        for facet in subtree {
            let path = self.path(facet);
            let above = self.with_index(|index| Ok(index.entry(facet).map(|(above, _)| above)))?;
            if above.is_some_and(|above| gone.contains(&above)) || self.disk().length(&path).at(&path)?.is_none() {
                gone.insert(facet);
                continue;
            }
            if sources.len() >= FACETS_PER_CLONE {
                return Err(StorageError::Corrupt(format!("A clone copies at most {FACETS_PER_CLONE} facets.")));
            }
            let connection = Connection::open(self.disk(), &path, Interrupter::default()).map_err(|e| e.at(&path))?;
            connection.batch("BEGIN")?;
            connection.integer("SELECT count(*) FROM sqlite_master").map_err(|error| error.at(&path))?;
            sources.push((facet, connection));
        }
        Ok(sources)
    }

    /// Copies pinned databases, the topmost first among them, to the facet `to` of `parent`.
    async fn copy(
        self: &Rc<Self>,
        parent: Holder,
        to: &str,
        sources: Vec<(FacetId, Connection)>,
    ) -> Result<(), StorageError> {
        // Parents come before their children, so that the place of each one's parent is known.
        let mut places = std::collections::HashMap::new();
        // Nobody else gets the ids before the copies have their names.
        let mut given = Vec::new();
        let mut jobs = Vec::new();
        for (source, connection) in sources {
            let target = match (places.is_empty(), self.with_index(|index| Ok(entry_of(index, source)))?) {
                (true, _) => self.allocate(parent, to).await?,
                (false, Some((above, name))) => {
                    let above = places.get(&above).copied().ok_or(StorageError::Closed)?;
                    self.allocate(self.holder(above), &name).await?
                }
                (false, None) => continue,
            };
            places.insert(source, target.facet);
            jobs.push((connection, self.path(target.facet)));
            given.push(target);
        }
        let (done, copied) = oneshot::channel();
        let (disk, paths) = (self.disk().clone(), jobs.iter().map(|(_, path)| path.clone()).collect::<Vec<_>>());
        self.pool.engine().upkeep.push(move || {
            let outcome = jobs.into_iter().try_for_each(|(source, path)| copy_database(&disk, source, &path));
            // Whoever waited may have left; what was copied is removed before its name is used.
            drop(done.send(outcome));
        });
        copied.await.unwrap_or(Err(StorageError::Closed))?;
        let root_last = !broken(Rule::CloneRootLast);
        let (root, below) = paths.split_first().ok_or(StorageError::Closed)?;
        let name_root = || self.disk().rename(&beside(root, "-copy"), root).at(root);
        if !root_last {
            name_root()?;
        }
        for path in below {
            self.disk().rename(&beside(path, "-copy"), path).at(path)?;
        }
        if root_last {
            if !below.is_empty() {
                self.sync(Target::Folder(self.folder.clone())).await?;
            }
            name_root()?;
        }
        self.sync(Target::Folder(self.folder.clone())).await
    }

    async fn allocate(self: &Rc<Self>, parent: Holder, name: &str) -> Result<GivenFacet, StorageError> {
        let (done, facet) = oneshot::channel();
        self.allocate_all(vec![NewFacet { parent, name: name.to_owned(), done }]).await;
        facet.await.unwrap_or(Err(StorageError::Closed))
    }

    /// Gives ids to `facets`, as many at a time as one sync may make durable.
    async fn allocate_all(self: &Rc<Self>, facets: Vec<NewFacet>) {
        let mut waiting = facets.into_iter().peekable();
        while waiting.peek().is_some() {
            let mut given = Vec::new();
            let mut added = Vec::new();
            // An entry whose sync failed is in the index and not on the disk.
            let mut outcome = self.with_index(FacetIndex::make_good);
            while outcome.is_ok()
                && let Some(new) = waiting.next_if(|_| self.has_room())
            {
                let facet = self.give(new.parent, &new.name, &mut added);
                given.push((new.done, facet));
            }
            if outcome.is_ok() && !added.is_empty() {
                outcome = self.make_durable(&added).await;
            }
            // Whoever waited may have left.
            for (done, facet) in given {
                drop(done.send(outcome.clone().and(facet)));
            }
            if let Err(error) = outcome {
                waiting.by_ref().for_each(|new| drop(new.done.send(Err(error.clone()))));
            }
        }
    }

    /// The id that `name` below `parent` has, or gets. One that is new to the name is `added`, and has to be written.
    fn give(&self, parent: Holder, name: &str, added: &mut Vec<FacetId>) -> Result<GivenFacet, StorageError> {
        if !self.is_still(parent) {
            // It has been deleted since.
            return Err(StorageError::Closed);
        }
        self.with_index(|index| {
            let facet = match index.get(parent.facet, name) {
                Some(facet) => facet,
                None => {
                    let nobodys = index.nobodys(parent.facet, |index, facet| self.is_there(index, facet))?;
                    let facet = index.add(parent.facet, name, nobodys)?;
                    added.push(facet);
                    facet
                }
            };
            Ok(index.hold(facet))
        })
    }

    /// Whether a facet has storage: its file is there, and those of all above it.
    fn is_there(&self, index: &FacetIndex, facet: FacetId) -> Result<bool, StorageError> {
        let mut at = facet;
        while let Some((above, _)) = index.entry(at) {
            let path = self.path(at);
            if self.disk().length(&path).at(&path)?.is_none() {
                return Ok(false);
            }
            at = above;
        }
        Ok(true)
    }

    fn has_room(&self) -> bool {
        self.with_index(|index| Ok(index.has_room())).unwrap_or(true)
    }

    /// Makes the entries of `facets`, which were just added, durable. Their files may be made then.
    async fn make_durable(self: &Rc<Self>, facets: &[FacetId]) -> Result<(), StorageError> {
        // Some have been another facet's, or a power cut has taken them away again. While the index still has the earlier names
        // what those have left is garbage; with the new ones it would be theirs.
        if !broken(Rule::LeftoversRemoved) {
            let unwritten = Unwritten(Some(self));
            self.remove_leftovers(facets).await?;
            unwritten.keep();
        }
        if self.with_index(|index| Ok(index.has_other_names()))? {
            return self.rewrite_index().await;
        }
        let is_new = self.with_index(FacetIndex::append)?;
        let index = layout::facet_index(&self.folder, &self.id);
        let synced = self.sync(Target::File(index));
        if !broken(Rule::IndexBeforeFile) {
            synced.await?;
            if is_new {
                self.sync(Target::Folder(self.folder.clone())).await?;
            }
        }
        self.with_index(|index| {
            index.synced(None);
            Ok(())
        })
    }

    /// Puts a file in the place of the index that has the new names of ids, too.
    async fn rewrite_index(self: &Rc<Self>) -> Result<(), StorageError> {
        let path = layout::facet_index(&self.folder, &self.id);
        let fresh = beside(&path, "-again");
        let bytes = self.with_index(|index| Ok(index.bytes()))?;
        let (length, disk, file) = (bytes.len() as u64, self.disk().clone(), fresh.clone());
        let (done, written) = oneshot::channel();
        let is_synced = !broken(Rule::IndexBeforeFile);
        self.pool.engine().upkeep.push(move || {
            let write = || {
                disk.remove(&file).at(&file)?;
                disk.create(&file, &bytes).at(&file)?;
                if is_synced { disk.sync(&file).at(&file) } else { Ok(()) }
            };
            // Whoever waited may have left.
            drop(done.send(write()));
        });
        written.await.unwrap_or(Err(StorageError::Closed))?;
        self.disk().rename(&fresh, &path).at(&path)?;
        let named = self.sync(Target::Folder(self.folder.clone()));
        if is_synced {
            named.await?;
        }
        self.with_index(|index| {
            index.synced(Some(length));
            Ok(())
        })
    }

    /// Removes what earlier holders of `facets` may have left: files, alarms, sums.
    async fn remove_leftovers(self: &Rc<Self>, facets: &[FacetId]) -> Result<(), StorageError> {
        let mut any = false;
        for facet in facets {
            let path = self.path(*facet);
            any |= files::unlink_main(self.disk(), &path)? | files::unlink_rest(self.disk(), &path)?;
        }
        if any {
            self.sync(Target::Folder(self.folder.clone())).await?;
        }
        let known = |facet: &FacetId| self.holder(*facet).is_renamed();
        let keys: Vec<_> = facets.iter().copied().filter(known).map(|facet| self.alarm_key(facet)).collect();
        if keys.is_empty() {
            return Ok(());
        }
        let engine = self.pool.engine();
        engine.usage().forget(keys.clone());
        let alarms = engine.alarms();
        // A change whose write failed may be on the disk all the same, and what is on its way to it is not known yet: then the
        // alarms are taken away whether they are known or not.
        let all_known = alarms.changed() == 0;
        let forget = |key: AlarmKey| {
            call_off(alarms, &key);
            if all_known { alarms.forget(key) } else { Some(alarms.set(key, None, None)) }
        };
        for forgotten in keys.into_iter().filter_map(forget).collect::<Vec<_>>() {
            forgotten.await?;
        }
        Ok(())
    }

    async fn delete_subtree(self: &Rc<Self>, facet: FacetId) -> Result<(), StorageError> {
        let members = self.with_index(|index| Ok(index.subtree(facet)))?;
        self.pool.engine().usage().forget(members.iter().map(|member| self.alarm_key(*member)).collect());
        self.pool.engine().upkeep.barrier().await;
        let mut any = false;
        // The topmost file first: without it, nothing below it is there.
        for member in &members {
            any |= files::unlink_main(self.disk(), &self.path(*member))?;
            if *member == facet && any {
                self.sync(Target::Folder(self.folder.clone())).await?;
            }
        }
        if any && members.len() > 1 {
            self.sync(Target::Folder(self.folder.clone())).await?;
        }
        let mut rest = false;
        for member in &members {
            rest |= files::unlink_rest(self.disk(), &self.path(*member))?;
        }
        if rest {
            self.sync(Target::Folder(self.folder.clone())).await?;
        }
        let alarms = self.pool.engine().alarms();
        for member in &members {
            let key = self.alarm_key(*member);
            call_off(alarms, &key);
            if let Some(forgotten) = alarms.forget(key) {
                forgotten.await?;
            }
        }
        self.with_index(|index| {
            index.deleted(&members);
            Ok(())
        })
    }

    /// Removes what lies below a facet that has no file.
    fn remove_below(&self, facet: FacetId) -> Result<(), StorageError> {
        let index = layout::facet_index(&self.folder, &self.id);
        if self.index.borrow().is_none() && self.disk().length(&index).at(&index)?.is_none() {
            return Ok(());
        }
        let below = self.with_index(|index| Ok(index.subtree(facet)))?;
        let mut any = false;
        for facet in below.into_iter().skip(1) {
            let path = self.path(facet);
            any |= files::unlink_main(self.disk(), &path)? | files::unlink_rest(self.disk(), &path)?;
        }
        if any {
            self.disk().sync_folder(&self.folder).at(&self.folder)?;
        }
        Ok(())
    }

    fn has_no_change_on_its_way(&self) -> bool {
        let mut last_change = self.last_change.borrow_mut();
        if let Some(change) = &mut *last_change {
            if matches!(change.try_recv(), Err(oneshot::error::TryRecvError::Empty)) {
                return false;
            }
            // It is over, and a receiver tells that once.
            *last_change = None;
        }
        true
    }

    fn change(&self, asked: Option<(FacetId, FacetChange)>) -> Change {
        // What was asked for before this change is joined by nothing that comes after it.
        *self.joining.borrow_mut() = Weak::new();
        let (done, over) = oneshot::channel();
        let before = self.last_change.borrow_mut().replace(over);
        let number = self.changes.get();
        self.changes.set(number + 1);
        let asked = asked.map(|(parent, change)| (number, (self.holder(parent), change)));
        self.asked.borrow_mut().extend(asked);
        Change { before, number, asked: self.asked.clone(), _done: done }
    }

    /// The facet that has the id `facet` now. An index that has not been read has renamed none.
    fn holder(&self, facet: FacetId) -> Holder {
        self.index.borrow().as_ref().map_or(Holder::first(facet), |index| index.holder(facet))
    }

    /// Whether the id is still the facet's that it was when the change was asked for.
    fn is_still(&self, holder: Holder) -> bool {
        self.holder(holder.facet) == holder
    }

    /// The id of the facet `name` of `parent`, if it has one and the parent is the one that was meant.
    fn find(&self, parent: Holder, name: &str) -> Result<Option<FacetId>, StorageError> {
        match self.is_still(parent) {
            true => self.with_index(|index| Ok(index.get(parent.facet, name))),
            false => Ok(None),
        }
    }

    fn sync(&self, target: Target) -> Durable {
        self.pool.engine().syncer.request(target, None)
    }

    fn disk(&self) -> &Arc<Disk> {
        &self.pool.engine().disk
    }

    fn path(&self, facet: FacetId) -> PathBuf {
        layout::database(&self.folder, &self.id, facet)
    }

    /// Runs `work` on the index of facets, which is read at its first use.
    fn with_index<T>(&self, work: impl FnOnce(&mut FacetIndex) -> Result<T, StorageError>) -> Result<T, StorageError> {
        let mut index = self.index.borrow_mut();
        match &mut *index {
            Some(index) => work(index),
            None => {
                let path = layout::facet_index(&self.folder, &self.id);
                work(index.insert(FacetIndex::open(self.disk(), &path)?))
            }
        }
    }
}

impl Drop for ObjectStorage {
    fn drop(&mut self) {
        self.pool.remove_object(&(self.namespace.clone(), self.id.clone()));
    }
}

/// What a deleted database has still to say of its alarm is not said, and whoever has the key next begins without one. A handle
/// of the database may be there for long.
fn call_off(alarms: &Alarms, key: &AlarmKey) {
    let indexed = alarms.indexed(key, None);
    let mut time = lock(&indexed.time);
    indexed.moves.fetch_add(1, Ordering::AcqRel);
    *time = None;
}

fn entry_of(index: &FacetIndex, facet: FacetId) -> Option<(FacetId, String)> {
    index.entry(facet).map(|(above, name)| (above, name.to_owned()))
}

/// Copies a pinned database to `<path>-copy`, durably and without its alarm.
fn copy_database(disk: &Arc<Disk>, source: Connection, path: &std::path::Path) -> Result<(), StorageError> {
    let copy = beside(path, "-copy");
    disk.remove(&beside(&copy, "-wal")).at(&copy)?;
    disk.remove(&copy).at(&copy)?;
    let files = disk.files(&copy);
    files::ensure(disk, &files)?;
    let target = Connection::open(disk, &copy, Interrupter::default()).map_err(|error| error.at(&copy))?;
    let level = if broken(Rule::CopyBeforeName) { "OFF" } else { "NORMAL" };
    target.batch(&format!("PRAGMA synchronous={level}"))?;
    // SAFETY: both handles are open, and nobody else uses them; the backup is finished before either closes.
    let code = unsafe {
        let backup = ffi::sqlite3_backup_init(target.raw(), c"main".as_ptr(), source.raw(), c"main".as_ptr());
        if backup.is_null() {
            return Err(target.error().at(&copy));
        }
        ffi::sqlite3_backup_step(backup, -1);
        ffi::sqlite3_backup_finish(backup)
    };
    if code != ffi::SQLITE_OK {
        return Err(target.error().at(&copy));
    }
    if target.integer("SELECT count(*) FROM sqlite_master WHERE name = '_cf_METADATA'")? > 0 {
        target.batch("UPDATE _cf_METADATA SET value = NULL WHERE key = 1")?;
    }
    // The log is brought into the copy, and the copy synced, here, where a failure shows, and not where it is closed.
    if copy_frames(&target).map_err(|error| error.at(&copy))? > 0 {
        return Err(StorageError::Sync { path: copy, reason: "the copy is not whole".into() });
    }
    drop((source, target));
    Ok(())
}
