//! What isolates ask of their shard while a turn runs.
//!
//! Owns the timers of a shard and the state that operations read or change at once: which facet a name stands for. What needs the shard's isolates is noted and done after the turn. It must not run JavaScript.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use denizen_bindings::actor::Actor;
use denizen_bindings::call::{CallError, CallOk, LoadedWorker, RequestParts, WorkerDefinition};
use denizen_bindings::isolate::{Completer, Completion, EgressGuard, FacetStart, Host, IsolateId};
use denizen_storage::alarms::AlarmKey;
use denizen_storage::{FacetId as FacetNumber, ObjectStorage, StorageError};

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
    FacetPlaced(u64, Result<FacetNumber, StorageError>),
    /// A parent asks what the facet of a name has used.
    FacetStats(u64, String, Completer),
    /// An object that was to start a facet whose alarm is due failed.
    FacetNotWoken(AlarmKey, CallError),
}

/// What is done to facets in the order of the calls, before the turn's outputs leave.
pub enum FacetOrder {
    /// A container ends; its storage goes too.
    End(u64, CallError, bool),
    /// A facet becomes a copy of another one, once its container has ended.
    Clone(u64, String, String),
    /// The storage of all facets of an incarnation goes.
    DeleteAll(u64),
}

/// One life of a facet's name.
pub struct Container {
    /// Incarnation of the parent.
    pub parent: u64,
    /// Name among the parent's facets.
    pub name: String,
}

/// The shard as its isolates see it.
pub struct ShardHost {
    /// What all shards share.
    pub shared: Arc<Shared>,
    /// Timers in the order in which they are due.
    pub timers: RefCell<BTreeMap<(Instant, u64), (IsolateId, u32)>>,
    /// What to do after the running turn.
    pub deferred: RefCell<Vec<Deferred>>,
    /// Container of each facet name that has one.
    pub facet_names: RefCell<HashMap<(u64, String), u64>>,
    /// Containers, by number.
    pub containers: RefCell<HashMap<u64, Container>>,
    /// What the running turn has ordered for facets.
    pub facet_orders: RefCell<Vec<FacetOrder>>,
    /// Where the facets of an incarnation are stored: its object, and its own number there.
    pub places: RefCell<HashMap<u64, (Rc<ObjectStorage>, FacetNumber)>>,
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
            next_timer: Cell::new(0),
        })
    }

    fn end_facet(&self, parent: u64, name: &str, reason: CallError, delete: bool) {
        let container = self.facet_names.borrow_mut().remove(&(parent, name.to_owned()));
        if let Some(container) = container {
            self.facet_orders.borrow_mut().push(FacetOrder::End(container, reason, delete));
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

    fn console(&self, worker: &str, actor: Option<&Actor>, level: &str, text: &str) {
        let label = actor.map(|actor| format!("/{}", actor.label.escape_debug())).unwrap_or_default();
        crate::log::print(&format!("{worker}{label}"), level, text);
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

    fn facet_container(&self, parent: u64, name: &str) -> Result<(u64, bool), CallError> {
        let mut names = self.facet_names.borrow_mut();
        if let Some(container) = names.get(&(parent, name.to_owned())) {
            return Ok((*container, false));
        }
        let container = self.next_id();
        names.insert((parent, name.to_owned()), container);
        self.containers.borrow_mut().insert(container, Container { parent, name: name.to_owned() });
        Ok((container, true))
    }

    fn facet_started(&self, container: u64, outcome: Result<FacetStart, CallError>) {
        self.deferred.borrow_mut().push(Deferred::FacetStarted(container, outcome));
    }

    fn facet_abort(&self, parent: u64, name: &str, reason: CallError) {
        self.end_facet(parent, name, reason, false);
    }

    fn facet_delete(&self, parent: u64, name: &str) -> Result<(), CallError> {
        // A facet that does not run has storage all the same: a container is made to carry the order.
        self.facet_container(parent, name)?;
        self.end_facet(parent, name, CallError::new("Facet was deleted."), true);
        Ok(())
    }

    fn facet_clone(&self, parent: u64, from: &str, to: &str) -> Result<(), CallError> {
        self.end_facet(parent, to, CallError::new("Facet was cloned-over."), false);
        if from != to {
            let order = FacetOrder::Clone(parent, from.to_owned(), to.to_owned());
            self.facet_orders.borrow_mut().push(order);
        }
        Ok(())
    }

    fn facet_stats(&self, parent: u64, name: &str, completer: Completer) {
        self.deferred.borrow_mut().push(Deferred::FacetStats(parent, name.to_owned(), completer));
    }

    fn facet_list(&self, parent: u64) -> Result<Vec<String>, CallError> {
        let place = self.places.borrow().get(&parent).cloned();
        let Some((storage, facet)) = place else { return Ok(Vec::new()) };
        let found = storage.facets(facet).map_err(|error| CallError::new(error.to_string()))?;
        Ok(found.into_iter().map(|(_, name)| name).collect())
    }

    fn facets_delete(&self, parent: u64) {
        let names: Vec<_> =
            self.facet_names.borrow().keys().filter(|(of, _)| *of == parent).map(|(_, name)| name.clone()).collect();
        for name in names {
            self.end_facet(parent, &name, CallError::new("Facet was deleted."), false);
        }
        self.facet_orders.borrow_mut().push(FacetOrder::DeleteAll(parent));
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
