//! The storage of one Durable Object and the tree of its facets.
//!
//! Owns which file a facet has, and the order of steps by which facets come into being, are deleted and are cloned
//! (`ARCHITECTURE.md`, "Order that must hold"). It must not know instances: whoever runs one ends it before its storage goes.
//!
//! A facet is there if its file and those of all above it are. So the one step that makes a subtree appear or vanish is
//! that of its topmost file, which comes last where one is made and goes first where one is deleted; what lies below a
//! file that is not there is garbage, removed before that file is made anew.

pub(crate) mod index;

use std::cell::{OnceCell, RefCell};
use std::path::PathBuf;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use libsqlite3_sys as ffi;
use tokio::sync::oneshot;

pub use self::index::FacetId;
use self::index::FacetIndex;
use crate::StorageError;
use crate::alarms::AlarmKey;
use crate::database::files::{self, beside};
use crate::database::{AlarmOwner, Database, DatabaseOptions};
use crate::disk::Disk;
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
}

/// Facets that get their ids by one sync.
type NewFacets = RefCell<Vec<NewFacet>>;

struct NewFacet {
    parent: FacetId,
    name: String,
    done: oneshot::Sender<Result<FacetId, StorageError>>,
}

impl std::fmt::Debug for NewFacet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewFacet").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A place in the order of changes of the tree.
struct Change {
    before: Option<oneshot::Receiver<()>>,
    /// Dropped with the change, which lets the next one go on.
    _done: oneshot::Sender<()>,
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
    /// that were asked for before are over, and the id is durable.
    pub async fn facet(self: &Rc<Self>, parent: FacetId, name: &str) -> Result<FacetId, StorageError> {
        let (done, facet) = oneshot::channel();
        let new = NewFacet { parent, name: name.to_owned(), done };
        let joined = self.joining.borrow().upgrade();
        if let Some(others) = joined {
            others.borrow_mut().push(new);
            drop(others);
            // Who was to make them may have left.
            return facet.await.unwrap_or(Err(StorageError::Closed));
        }
        let mut change = self.change();
        let all = Rc::new(NewFacets::new(vec![new]));
        *self.joining.borrow_mut() = Rc::downgrade(&all);
        change.turn().await;
        // From now on nobody joins.
        let all = Rc::into_inner(all).map(RefCell::into_inner).unwrap_or_default();
        self.allocate_all(all).await;
        facet.await.unwrap_or(Err(StorageError::Closed))
    }

    /// The id of a facet, if it is known and no change of the tree is on its way: what [`ObjectStorage::facet`] would give
    /// without waiting.
    pub fn known_facet(&self, parent: FacetId, name: &str) -> Result<Option<FacetId>, StorageError> {
        if !self.has_no_change_on_its_way() {
            return Ok(None);
        }
        self.with_index(|index| {
            index.make_good()?;
            Ok(index.get(parent, name))
        })
    }

    /// The facets right below `parent` that have storage, in the order in which they were first seen.
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
        let (mut change, this, name) = (self.change(), self.clone(), name.to_owned());
        async move {
            change.turn().await;
            let Some(facet) = this.with_index(|index| Ok(index.get(parent, &name)))? else { return Ok(None) };
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

    /// Deletes the facet `name` of `parent` and all below it. They are durably gone when this is done; a name keeps its
    /// id. Nobody may use their databases any more.
    pub fn delete(
        self: &Rc<Self>,
        parent: FacetId,
        name: &str,
    ) -> impl Future<Output = Result<(), StorageError>> + use<> {
        let (mut change, this, name) = (self.change(), self.clone(), name.to_owned());
        async move {
            change.turn().await;
            match this.with_index(|index| Ok(index.get(parent, &name)))? {
                Some(facet) => this.delete_subtree(facet).await,
                None => Ok(()),
            }
        }
    }

    /// Deletes every facet below `parent`.
    pub fn delete_below(self: &Rc<Self>, parent: FacetId) -> impl Future<Output = Result<(), StorageError>> + use<> {
        let (mut change, this) = (self.change(), self.clone());
        async move {
            change.turn().await;
            let children = this.facets(parent)?;
            for (facet, _) in children {
                this.delete_subtree(facet).await?;
            }
            Ok(())
        }
    }

    /// Makes the facet `to` of `parent`, with all below it, a copy of what `from` is at the call. What `to` was is gone,
    /// also if there is no `from`. The copy is there, and durable, when this is done. Alarms are not copied.
    pub fn clone_facet(
        self: &Rc<Self>,
        parent: FacetId,
        from: &str,
        to: &str,
    ) -> impl Future<Output = Result<(), StorageError>> + use<> {
        let is_first = self.has_no_change_on_its_way();
        let (mut change, this) = (self.change(), self.clone());
        let (from, to) = (from.to_owned(), to.to_owned());
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
            if let Some(facet) = this.with_index(|index| Ok(index.get(parent, &to)))? {
                this.delete_subtree(facet).await?;
            }
            if sources.is_empty() {
                return Ok(());
            }
            this.copy(parent, &to, sources).await
        }
    }

    fn pin(&self, parent: FacetId, name: &str) -> Result<Vec<(FacetId, Connection)>, StorageError> {
        let subtree =
            self.with_index(|index| Ok(index.get(parent, name).map(|facet| index.subtree(facet)).unwrap_or_default()))?;
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
        parent: FacetId,
        to: &str,
        sources: Vec<(FacetId, Connection)>,
    ) -> Result<(), StorageError> {
        // Parents come before their children, so that the place of each one's parent is known.
        let mut places = std::collections::HashMap::new();
        let mut jobs = Vec::new();
        for (source, connection) in sources {
            let target = match (places.is_empty(), self.with_index(|index| Ok(entry_of(index, source)))?) {
                (true, _) => self.allocate(parent, to).await?,
                (false, Some((above, name))) => {
                    let above = places.get(&above).copied().ok_or(StorageError::Closed)?;
                    self.allocate(above, &name).await?
                }
                (false, None) => continue,
            };
            places.insert(source, target);
            jobs.push((connection, self.path(target)));
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

    async fn allocate(self: &Rc<Self>, parent: FacetId, name: &str) -> Result<FacetId, StorageError> {
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
                let facet = self.with_index(|index| match index.get(new.parent, &new.name) {
                    Some(facet) => Ok(facet),
                    None => index.add(new.parent, &new.name).inspect(|facet| added.push(*facet)),
                });
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

    fn has_room(&self) -> bool {
        self.with_index(|index| Ok(index.has_room())).unwrap_or(true)
    }

    /// Makes the entries of `facets`, which were just added, durable. Their files may be made then.
    async fn make_durable(self: &Rc<Self>, facets: &[FacetId]) -> Result<(), StorageError> {
        let is_new = self.with_index(FacetIndex::write)?;
        let index = layout::facet_index(&self.folder, &self.id);
        if broken(Rule::IndexBeforeFile) {
            drop(self.sync(Target::File(index)));
            return Ok(());
        }
        let mut synced = self.sync(Target::File(index)).await;
        if synced.is_ok() && is_new {
            synced = self.sync(Target::Folder(self.folder.clone())).await;
        }
        if let Err(error) = synced {
            self.with_index(|index| {
                index.mark_suspect();
                Ok(())
            })?;
            return Err(error);
        }
        // An id that a power cut took away again may have left files behind, which are another facet's.
        let mut any = false;
        for facet in facets.iter().filter(|_| !broken(Rule::LeftoversRemoved)) {
            let path = self.path(*facet);
            any |= files::unlink_main(self.disk(), &path)? | files::unlink_rest(self.disk(), &path)?;
        }
        if any {
            self.sync(Target::Folder(self.folder.clone())).await?;
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
        for member in members {
            if let Some(forgotten) = alarms.forget(self.alarm_key(member)) {
                forgotten.await?;
            }
        }
        Ok(())
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

    fn change(&self) -> Change {
        // What was asked for before this change is joined by nothing that comes after it.
        *self.joining.borrow_mut() = Weak::new();
        let (done, over) = oneshot::channel();
        let before = self.last_change.borrow_mut().replace(over);
        Change { before, _done: done }
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
