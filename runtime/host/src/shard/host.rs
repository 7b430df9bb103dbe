//! What isolates ask of their shard while a turn runs.
//!
//! Owns the timers of a shard and the state that operations read or change at once: which facet a name stands for. What needs the shard's isolates is noted and done after the turn. It must not run JavaScript.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use denizen_bindings::actor::Actor;
use denizen_bindings::call::{CallError, CallOk, Container, LoadedWorker, RequestParts, WorkerDefinition};
use denizen_bindings::isolate::{Completer, Completion, EgressGuard, FacetStart, Host, IsolateId};
use denizen_bindings::memory::Held;
use denizen_core::limits::Limit;
use denizen_storage::alarms::AlarmKey;
use denizen_storage::{FacetChange, FacetId as FacetNumber, GivenFacet, ObjectStorage, StorageError};

use super::usage::LastErrors;
use crate::runtime::Shared;

/// Something that an operation asked for and that happens after the turn.
pub enum Deferred {
    /// A facet's startup callback settled.
    FacetStarted(u64, Result<FacetStart, CallError>),
    /// The Worker of an isolate is to begin anew.
    IsolateAborted(IsolateId),
    /// An actor lives no longer.
    ActorBroken(u64, CallError),
    /// There is no class that an actor could be made of.
    ActorLacksClass(u64, CallError),
    /// Events that waited for an actor may run.
    ActorUnblocked(u64),
    /// A lock of an actor's output gate opens, or breaks.
    GateOpened(Rc<Actor>, u64, Result<(), StorageError>),
    /// A facet has its place on disk, or cannot have one.
    FacetPlaced(u64, Result<GivenFacet, StorageError>),
    /// A parent asks what the facet of a name has used.
    FacetStats(u64, String, Completer),
    /// An object that was to start a facet whose alarm is due failed.
    FacetNotWoken(AlarmKey, CallError),
}

/// What is done to facets in the order of the calls, before the turn's outputs leave.
pub enum FacetOrder {
    /// A container ends, for a reason that counts as held meanwhile if it is long.
    End(Arc<Container>, CallError, Option<Held>),
    /// The storage of facets of an incarnation changes, once their containers have ended. It counts as held meanwhile.
    Change(u64, Place, FacetChange, Held),
}

/// Where the facets of an incarnation are stored: its object, and its own number there.
pub type Place = (Rc<ObjectStorage>, FacetNumber);

/// Names of facets that will have storage, by incarnation of the parent: how many things are on their way to each.
type Names = Rc<RefCell<HashMap<u64, HashMap<String, usize>>>>;

/// A facet will have storage, and counts until then among those of its parent that have.
pub struct Coming {
    names: Names,
    parent: u64,
    name: String,
}

impl Drop for Coming {
    fn drop(&mut self) {
        let mut names = self.names.borrow_mut();
        let Some(of_parent) = names.get_mut(&self.parent) else { return };
        if let Some(count) = of_parent.get_mut(&self.name) {
            *count -= 1;
            if *count == 0 {
                of_parent.remove(&self.name);
            }
        }
        if of_parent.is_empty() {
            names.remove(&self.parent);
        }
    }
}

/// The shard as its isolates see it.
pub struct ShardHost {
    /// What all shards share.
    pub shared: Arc<Shared>,
    /// Timers in the order in which they are due.
    pub timers: RefCell<BTreeMap<(Instant, u64), (IsolateId, u32)>>,
    /// What to do after the running turn.
    pub deferred: RefCell<Vec<Deferred>>,
    /// Container of each facet name that has one, by incarnation of the parent.
    pub facet_names: RefCell<HashMap<u64, HashMap<String, u64>>>,
    /// Containers that have not ended, by number.
    pub containers: RefCell<HashMap<u64, Arc<Container>>>,
    /// What the running turn has ordered for facets.
    pub facet_orders: RefCell<Vec<FacetOrder>>,
    /// Where the facets of each incarnation are stored.
    pub places: RefCell<HashMap<u64, Place>>,
    /// How facets that run no longer have failed last.
    pub last_errors: RefCell<LastErrors>,
    coming: Names,
    next_timer: Cell<u64>,
}

impl ShardHost {
    /// A shard's host.
    pub fn new(shared: Arc<Shared>) -> Rc<Self> {
        Rc::new(Self {
            shared,
            timers: RefCell::default(),
            deferred: RefCell::default(),
            facet_names: RefCell::default(),
            containers: RefCell::default(),
            facet_orders: RefCell::default(),
            places: RefCell::default(),
            last_errors: RefCell::default(),
            coming: Names::default(),
            next_timer: Cell::new(0),
        })
    }

    /// The container that a facet's name stands for.
    pub fn container_of(&self, parent: u64, name: &str) -> Option<Arc<Container>> {
        let number = *self.facet_names.borrow().get(&parent)?.get(name)?;
        self.containers.borrow().get(&number).cloned()
    }

    /// The name of a container stands for it no longer.
    pub fn free_name(&self, container: &Container) {
        let mut names = self.facet_names.borrow_mut();
        let Some(of_parent) = names.get_mut(&container.parent) else { return };
        if of_parent.get(&container.name) == Some(&container.id) {
            of_parent.remove(&container.name);
        }
        if of_parent.is_empty() {
            names.remove(&container.parent);
        }
    }

    fn end_facet(&self, parent: u64, name: &str, reason: CallError, held: Option<Held>) {
        if let Some(container) = self.container_of(parent, name) {
            self.free_name(&container);
            self.facet_orders.borrow_mut().push(FacetOrder::End(container, reason, held));
        }
    }

    /// The facet `name` of the incarnation `parent` will have storage when this is dropped.
    pub fn coming(&self, parent: u64, name: &str) -> Coming {
        *self.coming.borrow_mut().entry(parent).or_default().entry(name.to_owned()).or_default() += 1;
        Coming { names: self.coming.clone(), parent, name: name.to_owned() }
    }

    /// Refuses the facet `name` of a parent that may have `max` with storage right below it, if it would be one more.
    pub fn check_facets(&self, parent: u64, name: &str, max: Option<usize>) -> Result<(), CallError> {
        let Some(max) = max else { return Ok(()) };
        // Those that begin have storage for what is cloned from them, and whatever is ordered to be deleted before.
        let names = self.coming.borrow().get(&parent).into_iter().flat_map(HashMap::keys).cloned().collect::<Vec<_>>();
        let mut there: HashSet<String> = self.names(parent, names.clone())?.into_iter().collect();
        there.extend(names);
        if there.len() < max || there.contains(name) {
            return Ok(());
        }
        Err(CallError {
            message: format!("A facet may have at most {max} facets of its own."),
            ..CallError::limit(Limit::Facets, there.len() as f64, max as f64)
        })
    }

    /// The facets of an incarnation that will have storage when all is over that was ordered, if `others` have it, too.
    fn names(&self, parent: u64, others: Vec<String>) -> Result<Vec<String>, CallError> {
        let place = self.places.borrow().get(&parent).cloned();
        let Some((storage, facet)) = place else { return Ok(Vec::new()) };
        let mut names = storage.names_below(facet, others).map_err(|error| CallError::new(error.public_text()))?;
        // What the running turn has ordered comes after what was asked of the storage before.
        for order in &*self.facet_orders.borrow() {
            if let FacetOrder::Change(of, _, change, _) = order
                && *of == parent
            {
                change.apply(&mut names);
            }
        }
        Ok(names)
    }

    /// Orders a change, unless it was ordered just now.
    fn change_facets(&self, parent: u64, change: FacetChange, held: Held) {
        let Some(place) = self.places.borrow().get(&parent).cloned() else { return };
        let mut orders = self.facet_orders.borrow_mut();
        let is_last =
            matches!(orders.last(), Some(FacetOrder::Change(of, _, last, _)) if *of == parent && *last == change);
        if !is_last {
            orders.push(FacetOrder::Change(parent, place, change, held));
        }
    }
}

impl Host for ShardHost {
    fn spawn_local(&self, future: Pin<Box<dyn Future<Output = ()>>>) {
        tokio::task::spawn_local(future);
    }

    fn set_timer(&self, at: Instant, isolate: IsolateId, timer: u32) -> (Instant, u64) {
        let key = (at, self.next_timer.replace(self.next_timer.get() + 1));
        self.timers.borrow_mut().insert(key, (isolate, timer));
        key
    }

    fn cancel_timer(&self, key: (Instant, u64)) {
        self.timers.borrow_mut().remove(&key);
    }

    fn egress(&self, request: Box<RequestParts>, from: &Arc<WorkerDefinition>, completer: Completer) -> EgressGuard {
        let egress = self.shared.egress.clone();
        let policy = self.shared.options.address_policy(from.loaded);
        let task = self.shared.io.spawn(async move {
            completer.complete(match egress.send(*request, policy).await {
                Ok(response) => Completion::Call(CallOk::Response(Box::new(response))),
                Err(error) => Completion::Failed(error.into()),
            });
        });
        EgressGuard(task.abort_handle())
    }

    fn console_colors(&self) -> bool {
        crate::log::has_colors()
    }

    fn console(&self, worker: &str, actor: Option<&Actor>, level: &str, text: &str) -> usize {
        crate::log::print(&log_label(worker, actor), level, text)
    }

    fn loader_get(&self, loader: &str, name: Option<&str>) -> (Arc<LoadedWorker>, bool) {
        let id = self.next_id();
        match name {
            Some(name) => self.shared.loaders.get(id, loader, name),
            None => (Arc::new(LoadedWorker::new(id, None, format!("{loader}-{id}").into())), true),
        }
    }

    fn loader_settled(&self, worker: &Arc<LoadedWorker>) {
        self.shared.loaders.settled(worker);
    }

    fn loader_forget(&self, worker: &LoadedWorker) {
        self.shared.loaders.forget(worker);
    }

    fn facet_container(&self, parent: u64, name: &str) -> Option<Arc<Container>> {
        self.container_of(parent, name)
    }

    fn new_facet_container(&self, parent: u64, name: &str, held: Held) -> Result<Arc<Container>, CallError> {
        if !self.places.borrow().contains_key(&parent) {
            return Err(CallError::new("The facet's parent has ended."));
        }
        let container = Container::new(self.next_id(), parent, name, Some(held));
        self.facet_names.borrow_mut().entry(parent).or_default().insert(name.to_owned(), container.id);
        self.containers.borrow_mut().insert(container.id, container.clone());
        Ok(container)
    }

    fn facet_started(&self, container: u64, outcome: Result<FacetStart, CallError>) {
        self.deferred.borrow_mut().push(Deferred::FacetStarted(container, outcome));
    }

    fn facet_abort(&self, parent: u64, name: &str, reason: CallError, held: Option<Held>) {
        self.end_facet(parent, name, reason, held);
    }

    fn facet_delete(&self, parent: u64, name: &str, held: Held) {
        self.end_facet(parent, name, CallError::new("Facet was deleted."), None);
        self.change_facets(parent, FacetChange::Delete(name.to_owned()), held);
    }

    fn facet_clone(
        &self,
        parent: u64,
        from: &str,
        to: &str,
        facets: Option<usize>,
        held: Held,
    ) -> Result<(), CallError> {
        if from != to {
            self.check_facets(parent, to, facets)?;
        }
        self.end_facet(parent, to, CallError::new("Facet was cloned-over."), None);
        if from != to {
            self.change_facets(parent, FacetChange::Clone(from.to_owned(), to.to_owned()), held);
        }
        Ok(())
    }

    fn facet_stats(&self, parent: u64, name: &str, completer: Completer) {
        self.deferred.borrow_mut().push(Deferred::FacetStats(parent, name.to_owned(), completer));
    }

    fn facet_list(&self, parent: u64) -> Result<Vec<String>, CallError> {
        self.names(parent, Vec::new())
    }

    fn facets_delete(&self, parent: u64, held: Held) {
        let names: Vec<_> =
            self.facet_names.borrow().get(&parent).into_iter().flat_map(HashMap::keys).cloned().collect();
        for name in names {
            self.end_facet(parent, &name, CallError::new("Facet was deleted."), None);
        }
        self.change_facets(parent, FacetChange::DeleteAll, held);
    }

    fn actor_broken(&self, incarnation: u64, reason: CallError) {
        self.deferred.borrow_mut().push(Deferred::ActorBroken(incarnation, reason));
    }

    fn actor_lacks_class(&self, incarnation: u64, reason: CallError) {
        self.deferred.borrow_mut().push(Deferred::ActorLacksClass(incarnation, reason));
    }

    fn actor_unblocked(&self, incarnation: u64) {
        self.deferred.borrow_mut().push(Deferred::ActorUnblocked(incarnation));
    }

    fn isolate_aborted(&self, isolate: IsolateId) {
        self.deferred.borrow_mut().push(Deferred::IsolateAborted(isolate));
    }

    fn next_id(&self) -> u64 {
        self.shared.next_id()
    }
}

/// What the log calls an actor of the Worker, or the Worker itself.
pub(super) fn log_label(worker: &str, actor: Option<&Actor>) -> String {
    let label = actor.map(|actor| format!("/{}", actor.label.escape_debug())).unwrap_or_default();
    format!("{worker}{label}")
}
