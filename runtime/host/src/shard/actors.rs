//! Objects and facets of a shard.
//!
//! Owns which incarnation an id or a facet's name stands for, and how an incarnation begins and ends. An object and all its facets live on one shard. It must not know how an isolate runs them.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use denizen_bindings::actor::Actor;
use denizen_bindings::actor::sections::{Section, Sections};
use denizen_bindings::call::{Call, CallError, CallKind, ClassRef, Container, Life, Namespace, Target, WorkerRef};
use denizen_bindings::io::context::{IoContext, Owner};
use denizen_bindings::isolate::ShardMessage;
use denizen_bindings::isolate::{FacetId, FacetStart, Host, IsolateId};
use denizen_bindings::memory::Held;
use denizen_core::ids::ObjectId;
use denizen_core::limits::AskedLimits;
use denizen_core::limits::storage::DATABASE_BYTES;
use denizen_core::usage::Usage;
use denizen_storage::alarms::AlarmKey;
use denizen_storage::{FacetId as FacetNumber, GivenFacet, ObjectStorage, StorageError, system_clock};

use super::Shard;
use super::gates::refuse;
use super::host::{Coming, Deferred, FacetOrder, Place as PlaceOfParent, log_label};
use super::isolate::Turn;
use super::turn::{ActorIdentity, IdValue};
use super::usage::note;
use crate::runtime::Shared;

pub(super) struct ActorSlot {
    pub(super) identity: ActorIdentity,
    pub(super) isolate: IsolateId,
    pub(super) storage: Rc<ObjectStorage>,
    /// What the stubs that reach it know of it.
    life: Arc<Life>,
    /// The container that it fills, if it is a facet.
    pub(super) container: Option<Arc<Container>>,
    /// Key of the object, if it is a root.
    root: Option<(String, ObjectId)>,
    /// Events that the constructor or a blocking callback holds back.
    pub(super) held: Vec<Call>,
    /// Completions, timers and cancellations that a blocking callback holds back, by the number of their section.
    held_turns: BTreeMap<u64, HeldTurns>,
    /// The event in which its instance is made; absent before.
    construction: Option<u64>,
    pub(super) used: Instant,
    /// Bytes that its database may have; its own facets' may not have more each.
    pub(super) storage_bytes: u64,
    /// What it has used of which the book of the engine knows.
    pub(super) noted: Cell<Usage>,
}

/// What is held back that belongs to one section, or to none.
#[derive(Default)]
struct HeldTurns {
    section: Option<Rc<Section>>,
    turns: VecDeque<Turn>,
}

/// Where an actor is stored, and what it may have there.
struct Place {
    storage: Rc<ObjectStorage>,
    /// Id of the root object, in hexadecimal digits.
    object: Rc<str>,
    facet: FacetNumber,
    /// What its parent calls it, if it is a facet.
    name: Option<Arc<str>>,
    depth: usize,
    bytes: u64,
    facets: Option<usize>,
    /// See [`Namespace::has_sql`].
    has_sql: bool,
}

/// Where a container of a facet stands that has not ended.
pub(super) enum FacetState {
    /// Its startup callback has not settled.
    Starting(Vec<Call>),
    /// Its class's code is awaited.
    AwaitingCode(Box<FacetStart>, Vec<Call>),
    /// Its place on disk is awaited: its number is not durable yet, or what had its name is still going.
    AwaitingPlace(Box<FacetStart>, Vec<Call>, Coming),
    /// It runs, or has been evicted or refused and can run when it is next called.
    Running(Option<u64>, Box<FacetStart>),
    /// It failed to start, which everyone learns until its parent ends it.
    Gone(CallError),
}

impl FacetState {
    /// The calls that wait for it to start.
    pub(super) fn waiting(&mut self) -> Option<&mut Vec<Call>> {
        match self {
            FacetState::Starting(waiting)
            | FacetState::AwaitingCode(_, waiting)
            | FacetState::AwaitingPlace(_, waiting, _) => Some(waiting),
            FacetState::Running(..) | FacetState::Gone(_) => None,
        }
    }
}

impl HeldTurns {
    fn is_over(&self) -> bool {
        Section::number(self.section.as_ref()) != Section::number(Section::open(self.section.as_ref()))
    }
}

impl ActorSlot {
    /// What is held back that belongs to `section`, as long as that runs, or to what is around it.
    fn held_turns_of(&mut self, section: Option<&Rc<Section>>) -> &mut VecDeque<Turn> {
        let section = Section::open(section);
        let held = self.held_turns.entry(Section::number(section)).or_default();
        held.section = section.cloned();
        &mut held.turns
    }
}

/// The actors of a shard.
#[derive(Default)]
pub struct Actors {
    pub(super) slots: HashMap<u64, ActorSlot>,
    roots: HashMap<(String, ObjectId), u64>,
    pub(super) facets: HashMap<u64, FacetState>,
    /// Facets that run, by the storage of their object.
    pub(super) running_facets: HashMap<*const ObjectStorage, usize>,
    /// Alarms that are due of facets that only their objects can start; each is delivered when its facet starts.
    pub(super) alarms: HashMap<AlarmKey, Vec<Call>>,
}

impl Actors {
    /// Whether a callback of the actor holds events back.
    pub fn is_blocked(&self, incarnation: u64) -> bool {
        self.slots.get(&incarnation).is_some_and(|slot| slot.identity.actor.sections.is_blocked())
    }

    fn hold(&mut self, incarnation: u64, call: Call) {
        if let Some(slot) = self.slots.get_mut(&incarnation) {
            slot.held.push(call);
        }
    }

    /// Keeps a completion, timer or cancellation until what holds it back is over.
    pub fn hold_turn(&mut self, incarnation: u64, section: Option<&Rc<Section>>, turn: Turn) {
        if let Some(slot) = self.slots.get_mut(&incarnation) {
            slot.held_turns_of(section).push_back(turn);
        }
    }

    /// What was held back, in order, and where it runs: operations that went on first. Events stay as long as the actor is
    /// blocked.
    pub fn unblock(&mut self, incarnation: u64) -> (Option<IsolateId>, VecDeque<Turn>) {
        let Some(slot) = self.slots.get_mut(&incarnation) else { return (None, VecDeque::new()) };
        // What ended sections have left belongs to those around them.
        let (over, held) = std::mem::take(&mut slot.held_turns).into_iter().partition(|(_, held)| held.is_over());
        slot.held_turns = held;
        for HeldTurns { section, mut turns } in over.into_values() {
            slot.held_turns_of(section.as_ref()).append(&mut turns);
        }
        // Only those that may go on: looking at all of them would be nobody's time.
        let section = slot.identity.actor.sections.current();
        let held = slot.held_turns.remove(&Section::number(section.as_ref()));
        let mut turns = held.map(|held| held.turns).unwrap_or_default();
        if section.is_none() {
            let calls = std::mem::take(&mut slot.held);
            turns.extend(calls.into_iter().map(|call| Turn::Event(call, Some(incarnation))));
        }
        (Some(slot.isolate), turns)
    }

    /// Breaks the stubs that reached the actor.
    pub fn break_stubs(&self, incarnation: u64, reason: &CallError) {
        if let Some(slot) = self.slots.get(&incarnation) {
            slot.life.break_with(reason);
        }
    }

    /// The actor, which is used now.
    pub fn touch(&mut self, incarnation: u64) -> Option<Rc<Actor>> {
        let slot = self.slots.get_mut(&incarnation)?;
        slot.used = Instant::now();
        Some(slot.identity.actor.clone())
    }

    /// Whether nothing that an actor sends waits for a commit.
    pub fn gates_are_open(&self) -> bool {
        self.slots.values().all(|slot| slot.identity.actor.gate.borrow().is_open())
    }

    /// Exported name of the actor's class; absent means `default`.
    pub fn class_name(&self, incarnation: u64) -> Option<String> {
        self.slots.get(&incarnation)?.identity.class_name.clone()
    }

    /// The limits that whoever made the actor asked for.
    pub fn asked_limits(&self, incarnation: u64) -> AskedLimits {
        self.slots.get(&incarnation).map(|slot| slot.identity.limits).unwrap_or_default()
    }

    /// The isolate that the actor runs in.
    pub fn isolate(&self, incarnation: u64) -> Option<IsolateId> {
        self.slots.get(&incarnation).map(|slot| slot.isolate)
    }

    /// Whether the actor lives and nobody has begun to make its instance.
    pub fn lacks_instance(&self, incarnation: u64) -> bool {
        self.slots.get(&incarnation).is_some_and(|slot| slot.construction.is_none())
    }

    /// `event` makes the actor's instance, from what this gives.
    pub fn begin_construction(&mut self, incarnation: u64, event: u64) -> Option<&ActorIdentity> {
        let slot = self.slots.get_mut(&incarnation)?;
        slot.used = Instant::now();
        slot.construction = Some(event);
        Some(&slot.identity)
    }

    /// The events that wait for the instance that `io` makes; none if it makes none.
    pub fn wait_for_construction(&mut self, io: &IoContext) -> Vec<Call> {
        let slot = io.actor.as_ref().and_then(|actor| self.slots.get_mut(&actor.incarnation));
        match slot.filter(|slot| slot.construction == Some(io.id)) {
            Some(slot) => std::mem::take(&mut slot.held),
            None => Vec::new(),
        }
    }
}

impl Shard {
    /// Keeps an event until the actor is not blocked any more.
    pub(super) fn hold(&mut self, incarnation: u64, call: Call) {
        put_aside(&self.shared, &call);
        self.actors.hold(incarnation, call);
    }

    /// Gives a call to the object that it is for, which begins to live if it does not yet.
    pub(super) fn route_to_object(&mut self, call: Call) {
        let Target::Object { namespace, id, name } = &call.target else { return };
        if let Some(error) = call.session.as_ref().and_then(|session| session.broken()) {
            return call.reply.send(Err(error));
        }
        let key = (namespace.unique_key.clone(), *id);
        let incarnation = match self.actors.roots.get(&key) {
            Some(incarnation) => *incarnation,
            None => match self.begin_object(&namespace.clone(), *id, name.as_deref()) {
                Ok(incarnation) => incarnation,
                Err(error) => return call.reply.send(Err(error)),
            },
        };
        match &call.kind {
            CallKind::Alarm(alarm) if alarm.key.facet != 0 => self.route_facet_alarm(incarnation, call),
            _ => self.deliver_to_actor(incarnation, call),
        }
    }

    pub(super) fn deliver_to_actor(&mut self, incarnation: u64, call: Call) {
        match self.actors.slots.get(&incarnation) {
            Some(slot) => {
                if let Some(session) = &call.session {
                    session.reach(&slot.life);
                }
                if let (CallKind::Alarm(alarm), Some(isolate)) = (&call.kind, self.isolates.get(&slot.isolate)) {
                    let worker = &isolate.state.worker().name;
                    alarm.label.get_or_init(|| log_label(worker, Some(&slot.identity.actor)));
                }
                self.deliver(slot.isolate, call, Some(incarnation));
            }
            None => call.reply.send(Err(CallError::retryable("The Durable Object was reset."))),
        }
    }

    fn begin_object(&mut self, namespace: &Arc<Namespace>, id: ObjectId, name: Option<&str>) -> Result<u64, CallError> {
        let class = ClassRef {
            worker: WorkerRef::Static(namespace.worker.clone()),
            class_name: Some(namespace.class_name.clone()),
            props: None,
            limits: AskedLimits::default(),
        };
        let hex = id.to_string();
        let storage = ObjectStorage::of(&self.pool, &namespace.unique_key, &hex, name)
            .map_err(|error| self.storage_failed(&namespace.class_name, &error))?;
        let label = format!("{}:{}", namespace.class_name, &hex[..8]);
        let object = hex.as_str().into();
        let key = (namespace.unique_key.clone(), id);
        let id = IdValue::Object(hex, name.map(str::to_owned));
        let place = Place {
            storage,
            object,
            facet: 0,
            name: None,
            depth: 0,
            bytes: DATABASE_BYTES,
            facets: None,
            has_sql: namespace.has_sql,
        };
        let incarnation = self.begin_actor(&class, id, place, label.into())?;
        if let Some(slot) = self.actors.slots.get_mut(&incarnation) {
            slot.root = Some(key.clone());
        }
        self.actors.roots.insert(key, incarnation);
        Ok(incarnation)
    }

    /// Begins an incarnation: its database is open and its isolate runs or starts.
    fn begin_actor(&mut self, class: &ClassRef, id: IdValue, place: Place, label: Arc<str>) -> Result<u64, CallError> {
        let Place { storage, object, facet, name, depth, bytes, facets, has_sql } = place;
        let definition = self
            .definition(&class.worker)?
            .ok_or_else(|| CallError::new("The code of the class has not been loaded."))?;
        if let Some(error) = self.shared.lost.refuses(&definition, &label) {
            return Err(error);
        }
        let database = storage.open(facet, bytes).map_err(|error| self.storage_failed(&label, &error))?;
        let incarnation = self.shared.next_id();
        let actor = Rc::new(Actor {
            incarnation,
            label,
            object,
            owner: Rc::new(Owner::default()),
            database,
            has_sql,
            gate: RefCell::default(),
            dirty: Cell::new(false),
            depth,
            sections: Sections::default(),
            committed: RefCell::default(),
            facet: name,
            began_ms: system_clock(),
            counted: Cell::default(),
            lineage: Arc::default(),
            facets,
            last_error: RefCell::default(),
        });
        let isolate = self.isolate_for(&definition)?;
        if let Some(slot) = self.isolates.get(&isolate) {
            slot.state.actors.borrow_mut().insert(incarnation, actor.clone());
        }
        let identity = ActorIdentity {
            actor,
            id,
            props: class.props.clone(),
            class_name: class.class_name.clone(),
            limits: class.limits,
        };
        let slot = ActorSlot {
            identity,
            isolate,
            storage: storage.clone(),
            life: Arc::default(),
            container: None,
            root: None,
            held: Vec::new(),
            held_turns: BTreeMap::new(),
            construction: None,
            used: Instant::now(),
            storage_bytes: bytes,
            noted: Cell::default(),
        };
        if facet != 0 {
            *self.actors.running_facets.entry(Rc::as_ptr(&storage)).or_default() += 1;
        }
        self.actors.slots.insert(incarnation, slot);
        self.host.places.borrow_mut().insert(incarnation, (storage, facet));
        Ok(incarnation)
    }

    /// What callers learn of a failure of storage; the log learns all of it.
    pub(super) fn storage_failed(&self, label: &str, error: &StorageError) -> CallError {
        self.host.console("denizen", None, "error", &format!("the storage of {label} cannot be opened: {error}"));
        CallError::new(format!("The storage of {label} cannot be opened: {}", error.public_text()))
    }

    /// Gives a call to the facet that it is for, or keeps it until the facet has started.
    pub(super) fn route_to_facet(&mut self, call: Call) {
        let Target::Facet(container) = &call.target else { return };
        if let Some(error) = container.ended() {
            let error = error.clone();
            return fail(call, error);
        }
        let container = container.id;
        if !self.actors.facets.contains_key(&container) && self.host.containers.borrow().contains_key(&container) {
            self.actors.facets.insert(container, FacetState::Starting(Vec::new()));
        }
        if let Some(waiting) = self.actors.facets.get_mut(&container).and_then(FacetState::waiting) {
            put_aside(&self.shared, &call);
            return waiting.push(call);
        }
        match self.actors.facets.get(&container) {
            Some(FacetState::Running(Some(incarnation), _)) => {
                let incarnation = *incarnation;
                self.deliver_to_actor(incarnation, call);
            }
            Some(FacetState::Running(None, _)) => {
                if let Some(FacetState::Running(None, start)) = self.actors.facets.remove(&container) {
                    self.run_facet(container, *start, vec![call]);
                }
            }
            Some(FacetState::Gone(error)) => {
                let error = error.clone();
                self.count_unserved(container, 1, &error);
                call.reply.send(Err(error));
            }
            _ => call.reply.send(Err(CallError::new("The facet's parent has ended."))),
        }
    }

    /// A startup callback settled: the facet begins, or everyone who waits gets the error.
    pub(super) fn facet_started(&mut self, container: u64, outcome: Result<FacetStart, CallError>) {
        if !self.host.containers.borrow().contains_key(&container) {
            // It was ended while its callback ran.
            return;
        }
        let waiting = match self.actors.facets.remove(&container) {
            Some(FacetState::Starting(waiting)) => waiting,
            Some(other) => {
                self.actors.facets.insert(container, other);
                return;
            }
            None => Vec::new(),
        };
        match outcome {
            Err(error) => self.fail_facet(container, waiting, &error),
            Ok(start) => match self.definition(&start.class.worker) {
                Ok(None) => {
                    self.actors.facets.insert(container, FacetState::AwaitingCode(Box::new(start), waiting));
                }
                Ok(Some(_)) => self.run_facet(container, start, waiting),
                Err(error) => self.lack_code(container, waiting, &error),
            },
        }
    }

    /// What a container was to hold failed for good: everyone learns the same until its parent ends it.
    fn fail_facet(&mut self, container: u64, waiting: Vec<Call>, error: &CallError) {
        self.fail_unserved(container, waiting, error);
        self.actors.facets.insert(container, FacetState::Gone(error.kept()));
    }

    /// There is no code for a container's class. If that may be otherwise the next time, the next `get()` asks again.
    fn lack_code(&mut self, container: u64, waiting: Vec<Call>, error: &CallError) {
        if !error.retryable {
            return self.fail_facet(container, waiting, error);
        }
        self.fail_unserved(container, waiting, error);
        self.end_container(container, error, error);
    }

    /// A facet could not begin, which says nothing of what it is: the next call tries again.
    fn refuse_facet(&mut self, container: u64, start: FacetStart, waiting: Vec<Call>, error: &CallError) {
        self.fail_unserved(container, waiting, error);
        if self.host.containers.borrow().contains_key(&container) {
            self.actors.facets.insert(container, FacetState::Running(None, Box::new(start)));
        }
    }

    /// Fails calls that nothing runs for, and counts them.
    fn fail_unserved(&self, container: u64, waiting: Vec<Call>, error: &CallError) {
        let calls = waiting.iter().filter(|call| !matches!(call.kind, CallKind::Alarm(_))).count();
        self.count_unserved(container, calls, error);
        fail_all(waiting, error);
    }

    /// Code arrived: facets that waited for it begin.
    pub(super) fn start_waiting_facets(&mut self, loaded: u64) {
        let of_this = |state: &FacetState| match state {
            FacetState::AwaitingCode(start, _) => {
                matches!(&start.class.worker, WorkerRef::Loaded(worker) if worker.id == loaded)
            }
            _ => false,
        };
        let ids: Vec<_> = self.actors.facets.iter().filter(|(_, state)| of_this(state)).map(|(id, _)| *id).collect();
        for container in ids {
            let Some(FacetState::AwaitingCode(start, waiting)) = self.actors.facets.remove(&container) else {
                continue;
            };
            match self.definition(&start.class.worker) {
                Err(error) => self.lack_code(container, waiting, &error),
                Ok(_) => self.run_facet(container, *start, waiting),
            }
        }
    }

    /// Runs a facet whose class is known, as soon as it has its place on disk.
    fn run_facet(&mut self, container: u64, start: FacetStart, waiting: Vec<Call>) {
        match self.place_for(container) {
            Err(error) => self.refuse_facet(container, start, waiting, &error),
            Ok((Some(facet), ..)) => self.begin_facet(container, start, facet, waiting),
            Ok((None, found, (storage, parent))) => {
                waiting.iter().for_each(|call| put_aside(&self.shared, call));
                let coming = self.host.coming(found.parent, &found.name);
                self.actors.facets.insert(container, FacetState::AwaitingPlace(Box::new(start), waiting, coming));
                let (host, sender) = (self.host.clone(), self.sender.clone());
                tokio::task::spawn_local(async move {
                    let outcome = storage.place(parent, &found.name).await;
                    host.deferred.borrow_mut().push(Deferred::FacetPlaced(container, outcome));
                    sender.send(ShardMessage::Wake);
                });
            }
        }
    }

    /// A facet has its place on disk, unless it was ended meanwhile.
    pub(super) fn facet_placed(&mut self, container: u64, outcome: Result<GivenFacet, StorageError>) {
        match self.actors.facets.remove(&container) {
            Some(FacetState::AwaitingPlace(start, waiting, coming)) => {
                match outcome {
                    Ok(given) => self.begin_facet(container, *start, given.facet, waiting),
                    Err(error) => {
                        let error = self.storage_failed("a facet", &error);
                        self.refuse_facet(container, *start, waiting, &error);
                    }
                }
                drop(coming);
            }
            Some(other) => {
                self.actors.facets.insert(container, other);
            }
            None => {}
        }
    }

    /// The number of a container's facet, if it has one and may begin at once; the container, and its parent's place.
    fn place_for(&self, container: u64) -> Result<(Option<FacetNumber>, Arc<Container>, PlaceOfParent), CallError> {
        let gone = || CallError::new("The facet's parent has ended.");
        let found = self.host.containers.borrow().get(&container).cloned().ok_or_else(gone)?;
        let (storage, parent) = self.host.places.borrow().get(&found.parent).cloned().ok_or_else(gone)?;
        let max = self.actors.slots.get(&found.parent).and_then(|slot| slot.identity.actor.facets);
        self.host.check_facets(found.parent, &found.name, max)?;
        let known = storage.known_facet(parent, &found.name);
        let known = known.map_err(|error| self.storage_failed(&found.name, &error))?;
        Ok((known, found, (storage, parent)))
    }

    fn begin_facet(&mut self, container: u64, start: FacetStart, facet: FacetNumber, waiting: Vec<Call>) {
        match self.begin_facet_actor(container, &start, facet) {
            Ok(incarnation) => {
                self.actors.facets.insert(container, FacetState::Running(Some(incarnation), Box::new(start)));
                for call in waiting {
                    self.deliver_to_actor(incarnation, call);
                }
                self.deliver_waiting_alarms(incarnation, facet);
            }
            Err(error) => self.refuse_facet(container, start, waiting, &error),
        }
    }

    fn begin_facet_actor(&mut self, container: u64, start: &FacetStart, facet: FacetNumber) -> Result<u64, CallError> {
        let gone = || CallError::new("The facet's parent has ended.");
        let parent = self.host.containers.borrow().get(&container).ok_or_else(gone)?.parent;
        let (storage, _) = self.host.places.borrow().get(&parent).cloned().ok_or_else(gone)?;
        self.make_room_for_facet(&storage)?;
        // The one that made room may have been the parent.
        let container = self.host.containers.borrow().get(&container).cloned().ok_or_else(gone)?;
        let (parent, name) = (container.parent, &container.name);
        let parent = self.actors.slots.get(&parent).ok_or_else(gone)?;
        let id = match &start.id {
            FacetId::Inherit => parent.identity.id.clone(),
            FacetId::Text(text) => IdValue::Text(text.clone()),
            FacetId::Object(hex, name) => IdValue::Object(hex.clone(), name.clone()),
        };
        let label = format!("{}/{name}", parent.identity.actor.label).into();
        let place = Place {
            storage,
            object: parent.identity.actor.object.clone(),
            facet,
            name: Some(name.as_str().into()),
            depth: parent.identity.actor.depth + 1,
            bytes: start.storage_bytes.unwrap_or(u64::MAX).min(parent.storage_bytes),
            facets: lowest(start.facets, parent.identity.actor.facets),
            has_sql: parent.identity.actor.has_sql,
        };
        let incarnation = self.begin_actor(&start.class, id, place, label).map_err(|mut error| {
            if let Some(exceeded) = &mut error.limit {
                exceeded.facet.get_or_insert_with(|| name.as_str().into());
            }
            error
        })?;
        if let Some(slot) = self.actors.slots.get_mut(&incarnation) {
            slot.container = Some(container);
        }
        Ok(incarnation)
    }

    /// Does what the running turn has ordered for facets, in order, before what it sends leaves: that waits until it is
    /// durable.
    pub(super) fn obey_facet_orders(&mut self) {
        for order in self.host.facet_orders.take() {
            match order {
                FacetOrder::End(container, reason, _held) => self.end_container(container.id, &reason, &reason),
                FacetOrder::Change(parent, (storage, facet), change, held) => {
                    self.change_from(parent, storage.change_facets(facet, change), held);
                }
            }
        }
    }

    /// What the incarnation `parent` sends waits for `change`.
    fn change_from(&self, parent: u64, change: impl Future<Output = Result<(), StorageError>> + 'static, held: Held) {
        let change = async move {
            let outcome = change.await;
            drop(held);
            outcome
        };
        match self.actors.slots.get(&parent) {
            Some(slot) => self.close_gate(&slot.identity.actor, change),
            // The turn was stopped. Nobody is left who could be told; the change is made all the same.
            None => drop(tokio::task::spawn_local(change)),
        }
    }

    /// Ends one life of a facet's name: what waits for it gets `reason`, and whoever calls it afterwards gets `later`.
    fn end_container(&mut self, container: u64, reason: &CallError, later: &CallError) {
        let ended = self.host.containers.borrow_mut().remove(&container);
        let Some(ended) = ended else { return };
        ended.end(later);
        self.host.free_name(&ended);
        match self.actors.facets.remove(&container) {
            Some(FacetState::Running(Some(incarnation), _)) => {
                self.end_incarnation(incarnation, reason);
            }
            Some(mut state) => fail_all(state.waiting().map(std::mem::take).unwrap_or_default(), reason),
            None => {}
        }
    }

    /// Ends an incarnation for good. A facet's stubs are broken with it, and its name is free for the next `get()`.
    pub(super) fn end_actor(&mut self, incarnation: u64, reason: &CallError) {
        if let Some(container) = self.end_incarnation(incarnation, reason) {
            self.end_container(container, reason, reason);
        }
    }

    /// Ends an incarnation: everything it holds is revoked, its facets end with it, and what waits for it fails. Gives the
    /// container that it filled, which stays.
    fn end_incarnation(&mut self, incarnation: u64, reason: &CallError) -> Option<u64> {
        let mut slot = self.actors.slots.remove(&incarnation)?;
        let container = slot.container.as_ref().map(|container| container.id);
        let actor = &slot.identity.actor.clone();
        if slot.container.is_some() {
            self.actors.forget_running(&slot.storage);
        }
        let events = self.isolates.get(&slot.isolate).map_or(0, |isolate| isolate.state.events.borrow().len());
        let reason = &reason.for_many(events + slot.held.len() + actor.gate.borrow().waiting());
        let gone = actor.owner.gone.take().unwrap_or_else(|| reason.clone());
        actor.owner.gone.replace(Some(gone.kept()));
        if let Some(root) = &slot.root {
            self.actors.roots.remove(root);
        }
        // The parent gave its own alarm up, not theirs.
        let reason_below = CallError { gives_up_alarm: false, ..reason.clone() };
        let children = self.host.facet_names.borrow_mut().remove(&incarnation).unwrap_or_default();
        for child in children.into_values() {
            self.end_container(child, &reason_below, &CallError::new("The facet's parent has ended."));
        }
        for call in std::mem::take(&mut slot.held) {
            let mut reason = reason.clone();
            actor.count_refused(&mut reason);
            fail(call, reason);
        }
        let place = self.host.places.borrow_mut().remove(&incarnation);
        // Uncommitted writes go with it. JavaScript may hold the handle for long.
        actor.database.close();
        let outputs = actor.gate.borrow_mut().break_open();
        for output in outputs {
            refuse(Some(actor), output, reason.clone());
        }
        self.end_lineage(&actor.lineage);
        self.forget_in_isolate(slot.isolate, actor, reason);
        // Now that all its events have failed that had not ended.
        if let (Some(_), Some(place)) = (container, &place) {
            note(&self.shared.storage, place, &slot);
            self.remember_error(place, actor);
        }
        container
    }

    /// Drops an actor's instance and fails its events.
    fn forget_in_isolate(&mut self, isolate: IsolateId, actor: &Rc<Actor>, reason: &CallError) {
        let Some(slot) = self.isolates.get(&isolate) else { return };
        let state = slot.state.clone();
        state.actors.borrow_mut().remove(&actor.incarnation);
        let events: Vec<_> = state.events.borrow().values().cloned().collect();
        for io in events.iter().filter(|io| Rc::ptr_eq(&io.owner, &actor.owner)) {
            io.fail(reason.clone());
            self.tell_tails(state.worker(), io);
        }
        let Some(slot) = self.isolates.get_mut(&isolate) else { return };
        // A reset comes from the other side, what a parent orders does not.
        actor.owner.bodies.end(&CallError { remote: reason.durable_object_reset, ..reason.clone() });
        state.purge(|io| Rc::ptr_eq(&io.owner, &actor.owner));
        slot.runtime.enter(|runtime| {
            deno_core::scope!(scope, runtime);
            let Some(entries) = state.entries.get() else { return };
            let drop_actor = v8::Local::new(scope, &entries.drop_actor);
            let number = v8::Number::new(scope, actor.incarnation as f64).into();
            let undefined = v8::undefined(scope).into();
            drop_actor.call(scope, undefined, &[number]);
        });
    }

    /// Ends the actors of an isolate that is lost. Gives the events that had not begun, to run elsewhere.
    pub(super) fn end_actors_of(&mut self, isolate: IsolateId, reason: &CallError) -> Vec<Call> {
        let ids: Vec<_> =
            self.actors.slots.iter().filter(|(_, slot)| slot.isolate == isolate).map(|(id, _)| *id).collect();
        let mut undelivered = Vec::new();
        for id in ids {
            if let Some(slot) = self.actors.slots.get_mut(&id) {
                undelivered.extend(std::mem::take(&mut slot.held));
            }
            self.suspend_actor(id, reason);
        }
        undelivered
    }

    /// Ends an incarnation through no fault of its own. A facet keeps its container: the next request makes a new
    /// instance from what the startup callback gave.
    pub(super) fn suspend_actor(&mut self, incarnation: u64, reason: &CallError) {
        let container = self.end_incarnation(incarnation, reason);
        if let Some(FacetState::Running(runs, _)) = container.and_then(|id| self.actors.facets.get_mut(&id)) {
            *runs = None;
        }
    }

    /// Ends an incarnation whose Worker has no class of its name. A facet keeps its container: every request learns the same
    /// until its parent ends it.
    pub(super) fn end_classless_actor(&mut self, incarnation: u64, reason: &CallError) {
        self.actors.break_stubs(incarnation, reason);
        let container = self.end_incarnation(incarnation, reason);
        if let Some(state) = container.and_then(|id| self.actors.facets.get_mut(&id)) {
            *state = FacetState::Gone(reason.kept());
        }
    }

    /// Gives back the memory of actors that have been idle.
    pub(super) fn evict_idle_actors(&mut self, now: Instant) {
        let idle_after = self.shared.options.isolates.actor_idle;
        for id in self.idle_actors(|slot| now.duration_since(slot.used) >= idle_after) {
            self.suspend_actor(id, &CallError::retryable("The Durable Object was idle and has been evicted."));
        }
    }

    /// The actors among those that `wanted` names that nothing would miss.
    pub(super) fn idle_actors(&self, wanted: impl Fn(&ActorSlot) -> bool) -> Vec<u64> {
        let mut idle = Vec::new();
        let containers = self.actors.slots.values().filter_map(|slot| slot.container.as_ref());
        let parents: HashSet<u64> = containers.map(|container| container.parent).collect();
        for (id, slot) in self.actors.slots.iter().filter(|(_, slot)| wanted(slot)) {
            let actor = &slot.identity.actor;
            let busy = actor.sections.is_blocked()
                || actor.owner.timers.get() > 0
                || actor.lineage.is_live()
                || !actor.gate.borrow().is_open()
                || !slot.held.is_empty()
                || !slot.held_turns.is_empty()
                || parents.contains(id);
            let running = self.isolates.get(&slot.isolate).is_some_and(|isolate| {
                !isolate.inbox.is_empty()
                    || !isolate.waiting.is_empty()
                    || isolate.state.events.borrow().values().any(|io| Rc::ptr_eq(&io.owner, &actor.owner))
            });
            if !busy && !running {
                idle.push(*id);
            }
        }
        idle
    }
}

fn lowest(one: Option<usize>, other: Option<usize>) -> Option<usize> {
    one.into_iter().chain(other).min()
}

/// A call waits for what may not come soon: an alarm gives its place among those that may start to another one.
fn put_aside(shared: &Shared, call: &Call) {
    if let CallKind::Alarm(alarm) = &call.kind
        && !alarm.forget
    {
        shared.storage.alarms().started(&alarm.key);
    }
}

fn fail_all(calls: Vec<Call>, error: &CallError) {
    let error = error.for_many(calls.len());
    for call in calls {
        fail(call, error.clone());
    }
}

/// Fails a call that has waited. The handler of an alarm has not run: that does not count as one of its tries.
fn fail(call: Call, error: CallError) {
    let error = match call.kind {
        CallKind::Alarm(_) => CallError { retryable: true, stack: None, ..error },
        _ => error,
    };
    call.reply.send(Err(error));
}
