//! The actor binding: what an instance of a Durable Object class can do through `ctx`.
//!
//! Owns the native handle of one incarnation and its storage operations. Authority is this handle: it is bound to one
//! incarnation and throws once that is gone. It must not know how actors are found, made or evicted.

pub mod sections;
pub mod stats;
pub mod storage;

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use denizen_storage::{Database, Durable, system_clock};
use deno_core::{GarbageCollected, cppgc, op2};

use self::sections::Sections;
use crate::call::{CallError, CallResult, Lineage, Namespace, Target};
use crate::fetch::count_sub_request;
use crate::io::context::{IoContext, IoError, Owner};
use crate::io::origin_of;
use crate::isolate::{FacetId, FacetStart, IsolateState, Output};
use crate::memory::{hold, hold_few};
use crate::rpc::{ClassHandle, StubTarget, asked_limits, error_from_js, error_to_js, own_limits, stub_to_js};
use denizen_core::gate::OutputGate;
use denizen_core::ids::IdError;
use denizen_core::limits::{FACET_BYTES, FACET_DEPTH, FACET_NAME_BYTES, LAST_ERROR_BYTES, Limit};
use denizen_core::usage::Usage;

deno_core::extension!(
    denizen_actor,
    ops = [
        op_namespace_id_from_name,
        op_namespace_id_from_surrogates,
        op_namespace_id_from_string,
        op_namespace_unique_id,
        op_namespace_get,
        sections::op_section_announce,
        sections::op_section_begun,
        sections::op_section_emptied,
        sections::op_section_leave,
        sections::op_section_fail,
        op_actor_abort,
        op_actor_broken,
        op_actor_running,
        op_actor_has_sql,
        op_actor_lacks_sql,
        op_facet_get,
        op_facet_pin,
        op_facet_started,
        op_facet_failed,
        op_facet_abort,
        op_facet_delete,
        op_facet_clone,
        op_facet_list,
        op_facet_stats,
        storage::op_sql_exec,
        storage::op_sql_next,
        storage::op_sql_rest,
        storage::op_sql_columns,
        storage::op_sql_end,
        storage::op_sql_rows_read,
        storage::op_sql_rows_written,
        storage::op_sql_size,
        storage::op_storage_check,
        storage::op_storage_savepoint,
        storage::op_storage_release,
        storage::op_storage_sync,
        storage::op_storage_delete_all,
        storage::op_storage_bookmark,
        storage::op_storage_get_alarm,
        storage::op_storage_set_alarm,
        storage::op_alarm_end,
        storage::op_kv_get,
        storage::op_kv_get_many,
        storage::op_kv_put,
        storage::op_kv_put_many,
        storage::op_kv_delete,
        storage::op_kv_list,
        storage::op_kv_next,
    ],
);

/// One incarnation of an object or facet.
#[derive(Debug)]
pub struct Actor {
    /// Unique in the process.
    pub incarnation: u64,
    /// Name for the log: `Class:id8/facet`.
    pub label: Arc<str>,
    /// Id of the root object, in hexadecimal digits.
    pub object: Rc<str>,
    /// Owns its handles, promises and timers.
    pub owner: Rc<Owner>,
    /// Its database.
    pub database: Database,
    /// Whether its code may use SQL, and `ctx.storage.kv`.
    pub has_sql: bool,
    /// What it sends waits here for its commits.
    pub gate: RefCell<OutputGate<Output>>,
    /// Whether it stands in the list of actors that the running turn wrote to.
    pub dirty: Cell<bool>,
    /// 0 for a root object, one more for each level of facets.
    pub depth: usize,
    /// Callbacks that hold back what does not belong to them.
    pub sections: Sections,
    /// The newest of what its code has had committed before the end of its turn: none is durable later than the one after it.
    pub committed: RefCell<Option<Durable>>,
    /// What its parent calls it, if it is a facet.
    pub facet: Option<Arc<str>>,
    /// When it began, in milliseconds since the epoch.
    pub began_ms: i64,
    /// What it has used, without the rows that its database has counted.
    pub counted: Cell<Usage>,
    /// Calls to entrypoints of loaded Workers, such as its own, that it is behind.
    pub lineage: Arc<Lineage>,
    /// Facets right below it that may have storage, if that is limited.
    pub facets: Option<usize>,
    /// How its last failed event failed.
    pub last_error: RefCell<Option<LastError>>,
}

/// How an event of an actor failed.
#[derive(Clone, Debug)]
pub struct LastError {
    /// `name` and `message` of the error, cut to [`LAST_ERROR_BYTES`].
    pub text: String,
    /// The limit that was exceeded.
    pub limit: Option<Limit>,
    /// When, in milliseconds since the epoch.
    pub at_ms: i64,
}

impl LastError {
    /// An event has failed with `error`.
    pub fn now(error: &CallError) -> Self {
        let text = error.to_string();
        // A copy: what is only cut short takes the memory of all.
        let text = text[..text.floor_char_boundary(LAST_ERROR_BYTES)].to_owned();
        Self { text, limit: error.limit.as_ref().map(|exceeded| exceeded.limit), at_ms: system_clock() }
    }
}

impl Actor {
    /// What it has used since it began.
    pub fn usage(&self) -> Usage {
        let (rows_read, rows_written) = self.database.rows();
        let counted = self.counted.get();
        Usage { rows_read, rows_written, cpu: counted.cpu + self.lineage.cpu(), ..counted }
    }

    /// Counts an event that is delivered.
    pub fn count_request(&self) {
        let usage = self.counted.get();
        self.counted.set(Usage { requests: usage.requests + 1, ..usage });
    }

    /// Counts CPU time.
    pub fn count_cpu(&self, used: Duration) {
        let usage = self.counted.get();
        self.counted.set(Usage { cpu: usage.cpu + used, ..usage });
    }

    /// Counts how an event ended that took `wall`.
    pub fn count_outcome(&self, wall: Duration, result: CallResult) -> CallResult {
        let usage = self.counted.get();
        self.counted.set(Usage { wall: usage.wall + wall, ..usage });
        result.map_err(|mut error| {
            self.count_error(&mut error);
            error
        })
    }

    /// Counts the failure of an event: once for each, whatever made it fail.
    pub fn count_error(&self, error: &mut CallError) {
        let usage = self.counted.get();
        self.counted.set(Usage { errors: usage.errors + 1, ..usage });
        self.note_error(error);
    }

    /// Counts an event that failed while it was held back.
    pub fn count_refused(&self, error: &mut CallError) {
        self.count_request();
        self.count_error(error);
    }

    /// Keeps a failure as the last one. The error of a facet's limit gets the facet's name.
    pub fn note_error(&self, error: &mut CallError) {
        if let (Some(exceeded), Some(name)) = (&mut error.limit, &self.facet) {
            exceeded.facet.get_or_insert_with(|| name.clone());
        }
        *self.last_error.borrow_mut() = Some(LastError::now(error));
    }
}

/// What JavaScript holds of an incarnation.
pub struct ActorHandle {
    /// The incarnation.
    pub actor: Rc<Actor>,
}

// SAFETY: no reference into the V8 heap is held.
unsafe impl GarbageCollected for ActorHandle {
    fn trace(&self, _visitor: &mut v8::cppgc::Visitor) {}

    fn get_name(&self) -> &'static std::ffi::CStr {
        c"ActorHandle"
    }
}

/// What JavaScript holds of a namespace.
pub struct NamespaceHandle {
    /// The namespace.
    pub namespace: Arc<Namespace>,
}

// SAFETY: no reference into the V8 heap is held.
unsafe impl GarbageCollected for NamespaceHandle {
    fn trace(&self, _visitor: &mut v8::cppgc::Visitor) {}

    fn get_name(&self) -> &'static std::ffi::CStr {
        c"NamespaceHandle"
    }
}

/// Why an actor's operation was refused.
#[derive(Debug, thiserror::Error, deno_error::JsError)]
pub enum ActorError {
    /// No event runs, or one of another owner.
    #[class(inherit)]
    #[error(transparent)]
    Io(#[from] IoError),
    /// A text is no id of the namespace.
    #[class(type)]
    #[error(transparent)]
    Id(#[from] IdError),
    /// Too many levels of facets. The text is workerd's.
    #[class(generic)]
    #[error(
        "Facet nesting depth limit exceeded. The maximum depth including the root Durable Object is {FACET_DEPTH}."
    )]
    TooDeep,
    /// A facet's name is too long. The text is workerd's, although the bound is in bytes.
    #[class(type)]
    #[error("Facet name is too long (max {FACET_NAME_BYTES} characters).")]
    NameTooLong,
    /// Too many subrequests.
    #[class(inherit)]
    #[error(transparent)]
    SubRequests(#[from] crate::fetch::FetchError),
    /// A facet could not be reached.
    #[class(generic)]
    #[error("{0}")]
    Facet(String),
    /// The namespace is not for SQL. The text is workerd's.
    #[class(generic)]
    #[error(
        "SQL is not enabled for this Durable Object class. To enable it, change `new_classes` to `new_sqlite_classes` within the 'migrations' field in your wrangler.jsonc or wrangler.toml file. If using workerd directly,set `enableSql = true` in your workerd config for the class. Note that this change cannot be made after the class is already deployed to production."
    )]
    NoSql,
    /// The same of `ctx.storage.kv`.
    #[class(generic)]
    #[error(
        "The storage.kv (synchronous KV) API is only available for SQLite-backed Durable Objects, but this object's namespace is not declared to use SQLite. You can use the older, asyncronous interface via methods of `storage` itself (e.g. `storage.get()`). Alternatively, to enable SQLite, change `new_classes` to `new_sqlite_classes` within the 'migrations' field in your wrangler.jsonc or wrangler.toml file. If using workerd directly, set `enableSql = true` in your workerd config for the class. Note that this change cannot be made after the class is already deployed to production."
    )]
    NoKv,
}

/// The event that runs, if it is one of `handle`'s incarnation.
pub fn authorize(scope: &mut v8::PinScope<'_, '_>, handle: &ActorHandle) -> Result<Rc<IoContext>, IoError> {
    if let Some(error) = &*handle.actor.owner.gone.borrow() {
        return Err(IoError::Gone(error.message.clone()));
    }
    IoContext::check(scope, &handle.actor.owner, "DurableObjectState")
}

/// A handle for `actor`.
pub fn actor_to_js<'s>(scope: &mut v8::PinScope<'s, '_>, actor: &Rc<Actor>) -> v8::Local<'s, v8::Value> {
    cppgc::make_cppgc_object(scope, ActorHandle { actor: actor.clone() }).into()
}

/// The id of a name.
#[op2]
#[string]
pub fn op_namespace_id_from_name(#[cppgc] namespace: &NamespaceHandle, #[string] name: &str) -> String {
    namespace.namespace.ids.id_from_name(name).to_string()
}

/// The id of a name that UTF-8 cannot write: each of its lone surrogates counts as three bytes, as in workerd.
#[op2]
#[string]
pub fn op_namespace_id_from_surrogates(
    scope: &mut v8::PinScope<'_, '_>,
    #[cppgc] namespace: &NamespaceHandle,
    name: v8::Local<'_, v8::String>,
) -> String {
    let mut bytes = vec![0; name.utf8_length(scope)];
    name.write_utf8_v2(scope, &mut bytes, v8::WriteFlags::empty(), None);
    namespace.namespace.ids.id_from_bytes(&bytes).to_string()
}

/// The id that a text is, if it is one of this namespace.
#[op2]
#[string]
pub fn op_namespace_id_from_string(
    #[cppgc] namespace: &NamespaceHandle,
    #[string] text: &str,
) -> Result<String, ActorError> {
    Ok(namespace.namespace.ids.id_from_string(text)?.to_string())
}

/// A new id that nobody can guess.
#[op2]
#[string]
pub fn op_namespace_unique_id(#[cppgc] namespace: &NamespaceHandle) -> Result<String, ActorError> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| ActorError::Facet(format!("no random bytes: {error}")))?;
    Ok(namespace.namespace.ids.id_from_random(random).to_string())
}

/// A stub for the object of an id.
#[op2]
pub fn op_namespace_get<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] namespace: &NamespaceHandle,
    #[string] id: &str,
    #[string] name: Option<String>,
) -> Result<v8::Local<'s, v8::Object>, ActorError> {
    let id = namespace.namespace.ids.id_from_string(id)?;
    let target = Target::Object { namespace: namespace.namespace.clone(), id, name: name.map(Into::into) };
    Ok(stub_to_js(scope, StubTarget::Target(target)))
}

/// The incarnation whose event runs; 0 if none does.
#[op2(nofast)]
pub fn op_actor_running(scope: &mut v8::PinScope<'_, '_>) -> f64 {
    let io = IoContext::current(scope).ok();
    io.and_then(|io| io.actor.as_ref().map(|actor| actor.incarnation as f64)).unwrap_or_default()
}

/// Whether the actor has `ctx.storage.sql` and `ctx.storage.kv`.
#[op2(fast)]
pub fn op_actor_has_sql(#[cppgc] handle: &ActorHandle) -> bool {
    handle.actor.has_sql
}

/// Throws what `ctx.storage.sql` says, or `ctx.storage.kv`, of an actor that does not have it.
#[op2(nofast)]
pub fn op_actor_lacks_sql(is_kv: bool) -> Result<(), ActorError> {
    Err(if is_kv { ActorError::NoKv } else { ActorError::NoSql })
}

/// Breaks the actor: its memory is lost, its storage stays at the last commit. An alarm that runs is given up unless
/// `retry_alarm`.
#[op2(nofast)]
pub fn op_actor_abort(
    scope: &mut v8::PinScope<'_, '_>,
    #[cppgc] handle: &ActorHandle,
    parts: v8::Local<'_, v8::Value>,
    retry_alarm: bool,
) -> Result<(), IoError> {
    IoContext::check(scope, &handle.actor.owner, storage::STORAGE)?;
    let gives_up_alarm = !retry_alarm;
    let reason = CallError { durable_object_reset: true, gives_up_alarm, ..error_from_js(scope, parts) };
    abort(scope, &handle.actor, reason);
    Ok(())
}

/// Ends the actor whose code runs: nothing more of that may happen.
fn abort(scope: &mut v8::PinScope<'_, '_>, actor: &Actor, reason: CallError) {
    *actor.owner.gone.borrow_mut() = Some(reason.clone());
    IsolateState::of(scope).host.actor_broken(actor.incarnation, reason);
    scope.terminate_execution();
}

/// There is no instance of the actor: its constructor failed, which is a `reset`, or there is no such class.
#[op2(nofast)]
pub fn op_actor_broken(
    scope: &mut v8::PinScope<'_, '_>,
    #[cppgc] handle: &ActorHandle,
    parts: v8::Local<'_, v8::Value>,
    reset: bool,
) {
    let state = IsolateState::of(scope);
    let error = error_from_js(scope, parts);
    let reason = CallError { durable_object_reset: reset || error.durable_object_reset, ..error };
    let reason = reason.thrown_by(origin_of(&state, Some(&handle.actor)));
    *handle.actor.owner.gone.borrow_mut() = Some(reason.clone());
    match reset {
        true => state.host.actor_broken(handle.actor.incarnation, reason),
        false => state.host.actor_lacks_class(handle.actor.incarnation, reason),
    }
}

fn check_name(name: &str) -> Result<(), ActorError> {
    if name.len() > FACET_NAME_BYTES { Err(ActorError::NameTooLong) } else { Ok(()) }
}

/// A stub for a facet. The name is looked up at the first request.
#[op2]
pub fn op_facet_get<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] handle: &ActorHandle,
    #[string] name: String,
) -> Result<v8::Local<'s, v8::Object>, ActorError> {
    authorize(scope, handle)?;
    check_name(&name)?;
    if handle.actor.depth + 1 >= FACET_DEPTH {
        return Err(ActorError::TooDeep);
    }
    let target = StubTarget::Facet { parent: handle.actor.incarnation, name, container: OnceCell::new() };
    Ok(stub_to_js(scope, target))
}

/// Looks a facet stub's name up, once: gives the container that the caller must start, or 0 if it runs already.
#[op2(nofast)]
pub fn op_facet_pin(scope: &mut v8::PinScope<'_, '_>, #[cppgc] stub: &crate::rpc::Fetcher) -> Result<f64, ActorError> {
    let StubTarget::Facet { parent, name, container } = &stub.target else { return Ok(0.0) };
    if container.get().is_some() {
        return Ok(0.0);
    }
    let host = IsolateState::of(scope).host.clone();
    let (found, is_new) = match host.facet_container(*parent, name) {
        Some(found) => (found, false),
        None => {
            let held = hold_few(scope, FACET_BYTES).map_err(IoError::from)?;
            let new = host.new_facet_container(*parent, name, held);
            (new.map_err(|error| ActorError::Facet(error.message))?, true)
        }
    };
    let found = container.get_or_init(|| found);
    Ok(if is_new { found.id as f64 } else { 0.0 })
}

/// A facet's startup callback gave a class. `id` is absent, a string, or `[hex, name]`; a limit that is not asked for is NaN.
#[op2(nofast)]
#[allow(clippy::too_many_arguments, reason = "the fields of the startup options, checked in JavaScript")]
pub fn op_facet_started<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    container: f64,
    #[cppgc] class: &ClassHandle,
    id: v8::Local<'s, v8::Value>,
    cpu_ms: f64,
    sub_requests: f64,
    wall_ms: f64,
    storage_bytes: f64,
    facets: f64,
) {
    let id = if let Ok(pair) = v8::Local::<v8::Array>::try_from(id) {
        let at = |index| {
            pair.get_index(scope, index)
                .filter(|value| value.is_string())
                .map(|value| value.to_rust_string_lossy(scope))
        };
        FacetId::Object(at(0).unwrap_or_default(), at(1))
    } else if id.is_string() {
        FacetId::Text(id.to_rust_string_lossy(scope))
    } else {
        FacetId::Inherit
    };
    let mut class = class.class.clone();
    class.limits = class.limits.and(asked_limits(cpu_ms, sub_requests, wall_ms)).and(own_limits(scope));
    let start = FacetStart {
        class,
        id,
        storage_bytes: (!storage_bytes.is_nan()).then_some(storage_bytes as u64),
        facets: (!facets.is_nan()).then_some(facets as usize),
    };
    IsolateState::of(scope).host.facet_started(container as u64, Ok(start));
}

/// A facet's startup callback failed.
#[op2(nofast)]
pub fn op_facet_failed(scope: &mut v8::PinScope<'_, '_>, container: f64, parts: v8::Local<'_, v8::Value>) {
    let error = error_from_js(scope, parts);
    IsolateState::of(scope).host.facet_started(container as u64, Err(error));
}

/// Ends a facet and those below it; their storage stays.
#[op2(nofast)]
pub fn op_facet_abort(
    scope: &mut v8::PinScope<'_, '_>,
    #[cppgc] handle: &ActorHandle,
    #[string] facet: &str,
    parts: v8::Local<'_, v8::Value>,
) -> Result<(), ActorError> {
    authorize(scope, handle)?;
    check_name(facet)?;
    let reason = error_from_js(scope, parts);
    let held = hold(scope, reason.bytes()).map_err(IoError::from)?;
    IsolateState::of(scope).host.facet_abort(handle.actor.incarnation, facet, reason, held);
    Ok(())
}

/// Ends a facet and those below it, and removes their storage.
#[op2(nofast)]
pub fn op_facet_delete(
    scope: &mut v8::PinScope<'_, '_>,
    #[cppgc] handle: &ActorHandle,
    #[string] facet: &str,
) -> Result<(), ActorError> {
    let io = authorize(scope, handle)?;
    check_name(facet)?;
    count_sub_request(&io)?;
    let held = hold_few(scope, FACET_BYTES).map_err(IoError::from)?;
    IsolateState::of(scope).host.facet_delete(handle.actor.incarnation, facet, held);
    Ok(())
}

/// Makes a facet a copy of another one: what it was is gone.
#[op2(nofast)]
pub fn op_facet_clone(
    scope: &mut v8::PinScope<'_, '_>,
    #[cppgc] handle: &ActorHandle,
    #[string] from: &str,
    #[string] to: &str,
) -> Result<(), ActorError> {
    let io = authorize(scope, handle)?;
    check_name(from)?;
    check_name(to)?;
    count_sub_request(&io)?;
    let held = hold_few(scope, FACET_BYTES).map_err(IoError::from)?;
    let actor = &handle.actor;
    if let Err(error) = IsolateState::of(scope).host.facet_clone(actor.incarnation, from, to, actor.facets, held) {
        // Not as an operation's error: it says which limit was exceeded.
        let error = error_to_js(scope, &error);
        scope.throw_exception(error);
    }
    Ok(())
}

/// The names of the facets that have storage.
#[op2]
pub fn op_facet_list<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] handle: &ActorHandle,
) -> Result<v8::Local<'s, v8::Value>, ActorError> {
    authorize(scope, handle)?;
    let names = IsolateState::of(scope)
        .host
        .facet_list(handle.actor.incarnation)
        .map_err(|error| ActorError::Facet(error.message))?;
    let names: Vec<_> = names.iter().map(|name| crate::fetch::string(scope, name)).collect();
    Ok(v8::Array::new_with_elements(scope, &names).into())
}

/// What a facet has used. The promise gives an object, or `null` if the facet has neither run nor storage.
#[op2]
pub fn op_facet_stats<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] handle: &ActorHandle,
    #[string] facet: &str,
) -> Result<v8::Local<'s, v8::Promise>, ActorError> {
    let io = authorize(scope, handle)?;
    check_name(facet)?;
    // Each is work for a thread that all share.
    count_sub_request(&io)?;
    let state = IsolateState::of(scope);
    let (promise, token) = state.start(scope, &io);
    state.host.facet_stats(handle.actor.incarnation, facet, state.completer(token));
    Ok(promise)
}
