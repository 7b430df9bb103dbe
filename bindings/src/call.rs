//! One call from anywhere to a Worker's entrypoint or a Durable Object: what it carries, whom it reaches, who waits.
//!
//! Owns the one format that the HTTP ingress, service bindings, object stubs and facet stubs share. Everything here can
//! cross threads. It must not know V8, nor how a call is routed.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant};

use denizen_core::ids::{NamespaceKey, ObjectId};
use denizen_core::limits::{
    AskedLimits, KEPT_ERROR_BYTES, LINEAGE_DEPTH, LINEAGE_EVENTS, Limit, RPC_BYTES, WorkerLimits,
};
use denizen_core::usage::Bill;
use denizen_storage::alarms::AlarmKey;
use tokio::sync::oneshot;

use crate::fetch::body::{BodySource, BodyStream};
use crate::isolate::{Completer, IsolateId, ShardMessage, ShardSender};
use crate::memory::Held;
use crate::modules::CompiledWasm;
use crate::rpc::wire::WireValue;

/// Sources of a Worker, by module name.
#[derive(Debug)]
pub struct ModuleBundle {
    /// URL of the main module; it may have a query.
    pub main: String,
    /// Every module, by its URL as the Worker's code sees it, without query and fragment.
    pub modules: HashMap<String, Module>,
    /// URLs that imports use for a module besides its own: without an extension, for instance.
    pub aliases: HashMap<String, String>,
}

/// One module of a bundle.
#[derive(Debug)]
pub struct Module {
    /// How it is evaluated.
    pub kind: ModuleKind,
    /// Its bytes. JavaScript, JSON and text are UTF-8.
    pub content: Arc<[u8]>,
    /// Maps positions in `content` to those in the file the user wrote.
    pub source_map: Option<Arc<[u8]>>,
    /// Hash over `content`: the key of the code cache.
    pub hash: u64,
    /// Compiled WebAssembly, which isolates share, once one has compiled it.
    pub compiled: OnceLock<CompiledWasm>,
    /// Whether it has a source map, beside `content` or in it; looked for at the first error.
    pub mapped: OnceLock<bool>,
}

impl Module {
    /// A module of `content`.
    pub fn new(kind: ModuleKind, content: Arc<[u8]>) -> Self {
        let hash = content_hash(&content);
        Self { kind, content, source_map: None, hash, compiled: OnceLock::new(), mapped: OnceLock::new() }
    }

    /// Whether positions in it have to be looked up in a source map.
    pub fn is_mapped(&self) -> bool {
        let in_text = || std::str::from_utf8(&self.content).is_ok_and(|text| text.contains("sourceMappingURL="));
        *self.mapped.get_or_init(|| self.source_map.is_some() || in_text())
    }
}

/// Key of the code cache. V8 checks only the length of a source, so the key covers every byte.
fn content_hash(content: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    hasher.finish()
}

/// How a module is evaluated and what its default export is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ModuleKind {
    /// An ECMAScript module.
    EsModule,
    /// CommonJS: default export is `module.exports`.
    CommonJs,
    /// Default export is a string.
    Text,
    /// Default export is an `ArrayBuffer`.
    Data,
    /// Default export is the parsed value.
    Json,
    /// Default export is a `WebAssembly.Module`.
    Wasm,
}

/// A Worker as it is before any isolate of it runs, and what an evicted one is rebuilt from.
#[derive(Debug)]
pub struct WorkerDefinition {
    /// Unique in the process.
    pub id: u64,
    /// Name for people: the configured name, or the loader's key.
    pub name: Arc<str>,
    /// Sources.
    pub bundle: Arc<ModuleBundle>,
    /// `YYYY-MM-DD`.
    pub compatibility_date: String,
    /// Flags that are on or off beyond those of the date.
    pub compatibility_flags: Vec<String>,
    /// Contents of `env`.
    pub env: EnvSpec,
    /// Limits of its isolate and events.
    pub limits: WorkerLimits,
    /// Where its `fetch()` goes.
    pub outbound: Outbound,
    /// Who is told of its events.
    pub tails: Vec<Target>,
    /// Namespaces of its own classes, by the exported name.
    pub namespaces: HashMap<String, Arc<Namespace>>,
    /// Why its main module did not start, if it is a loaded one: such a Worker is not tried again.
    pub failed: OnceLock<CallError>,
    /// When a limit stopped its start, if it is a loaded one, and with what error: it is not started again at once.
    pub stopped: Mutex<Option<(Instant, CallError)>>,
    /// Whether another Worker loaded it, so that its code is assumed to be hostile.
    pub loaded: bool,
    /// What stubs and the loader hold of it, if it is a loaded one: once that is gone, nobody can reach it any more.
    pub holder: Weak<LoadedWorker>,
}

/// What `env` is made from.
#[derive(Debug)]
pub enum EnvSpec {
    /// Bindings of a configuration, in order.
    Bindings(Vec<(String, Binding)>),
    /// A value that the loading Worker serialised.
    Wire(Arc<WireValue>),
}

/// One configured member of `env`.
#[derive(Debug)]
pub enum Binding {
    /// A value given as JSON.
    Json(String),
    /// A stub of another Worker's entrypoint.
    Service {
        /// Name of the Worker.
        worker: Arc<str>,
        /// Named entrypoint, default when absent.
        entrypoint: Option<String>,
    },
    /// A Durable Object namespace.
    Namespace(Arc<Namespace>),
    /// A Worker Loader. Bindings with the same id share their Workers.
    Loader {
        /// Cache key.
        id: Arc<str>,
    },
}

/// Where a Worker's global `fetch()` goes.
#[derive(Clone, Debug)]
pub enum Outbound {
    /// To the network, under the operator's policy.
    Network,
    /// Nowhere: it rejects.
    Blocked,
    /// To another entrypoint.
    Service(Target),
}

/// A class of Durable Objects with its storage.
#[derive(Debug)]
pub struct Namespace {
    /// Folder name on disk and seed of the ids.
    pub unique_key: String,
    /// Name of the Worker that exports the class.
    pub worker: Arc<str>,
    /// Exported name of the class.
    pub class_name: String,
    /// Whether its objects, and their facets, have `ctx.storage.sql` and `ctx.storage.kv`.
    pub has_sql: bool,
    /// Derives and checks ids.
    pub ids: NamespaceKey,
}

/// A Worker that a loader knows: loading, loaded or failed. Stubs hold this, not an isolate.
#[derive(Debug)]
pub struct LoadedWorker {
    /// Unique in the process.
    pub id: u64,
    /// The loader that knows it by its name, if it has one.
    pub loader: Option<Arc<str>>,
    /// The loader's key, or a generated one.
    pub name: Arc<str>,
    /// The outcome of the loader's callback, once there is one.
    outcome: OnceLock<LoadOutcome>,
    /// Shards that wait for it.
    waiting: Mutex<Vec<ShardSender>>,
    /// What V8 was told of its size, taken back when the last one who holds it lets go.
    pub weight: OnceLock<ExternalBytes>,
}

/// What a loader's callback gave.
pub type LoadOutcome = Result<Arc<WorkerDefinition>, CallError>;

impl LoadedWorker {
    /// One that is loading.
    pub fn new(id: u64, loader: Option<Arc<str>>, name: Arc<str>) -> Self {
        Self { id, loader, name, outcome: OnceLock::new(), waiting: Mutex::default(), weight: OnceLock::new() }
    }

    /// One that is there.
    pub fn of(definition: &Arc<WorkerDefinition>) -> Self {
        let loading = Self::new(definition.id, None, definition.name.clone());
        Self { outcome: OnceLock::from(Ok(definition.clone())), ..loading }
    }

    /// The outcome, if there is one.
    pub fn outcome(&self) -> Option<&LoadOutcome> {
        self.outcome.get()
    }

    /// The outcome, or else `shard` is told when it comes.
    pub fn outcome_or_wait(&self, shard: &ShardSender) -> Option<&LoadOutcome> {
        if let Some(outcome) = self.outcome.get() {
            return Some(outcome);
        }
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if self.outcome.get().is_none() && !waiting.iter().any(|known| known.0.same_channel(&shard.0)) {
            waiting.push(shard.clone());
        }
        self.outcome.get()
    }

    /// The outcome is there: the first one stands.
    pub fn settle(&self, outcome: LoadOutcome) {
        let waiting = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            self.outcome.get_or_init(|| outcome);
            std::mem::take(&mut *waiting)
        };
        for shard in waiting {
            shard.send(ShardMessage::Loaded(self.id));
        }
    }
}

/// Memory outside V8's heap that handles in it keep alive, as V8 was told of it: otherwise it would see no reason to
/// collect them.
#[derive(Debug)]
pub struct ExternalBytes {
    /// How much.
    pub bytes: i64,
    /// Where the isolate that was told reads what it may take back.
    pub freed: Arc<AtomicI64>,
}

impl Drop for ExternalBytes {
    fn drop(&mut self) {
        self.freed.fetch_add(self.bytes, Ordering::Relaxed);
    }
}

/// Which Worker a stub or class value refers to.
#[derive(Clone, Debug)]
pub enum WorkerRef {
    /// A configured Worker, by name.
    Static(Arc<str>),
    /// A dynamic one.
    Loaded(Arc<LoadedWorker>),
}

/// A Durable Object class as a value: for facets.
#[derive(Clone, Debug)]
pub struct ClassRef {
    /// Who exports it.
    pub worker: WorkerRef,
    /// Exported name; absent means `default`.
    pub class_name: Option<String>,
    /// `ctx.props` of its instances.
    pub props: Option<Arc<WireValue>>,
    /// Limits of their events.
    pub limits: AskedLimits,
}

/// Whom a call reaches.
#[derive(Clone, Debug)]
pub enum Target {
    /// A stateless entrypoint.
    Entrypoint {
        /// Whose.
        worker: WorkerRef,
        /// Exported name; absent means `default`.
        entrypoint: Option<String>,
        /// `ctx.props` of the event.
        props: Option<Arc<WireValue>>,
        /// Limits of the event.
        limits: AskedLimits,
    },
    /// A root object.
    Object {
        /// Its namespace.
        namespace: Arc<Namespace>,
        /// Its id.
        id: ObjectId,
        /// The name that the id was derived from.
        name: Option<Arc<str>>,
    },
    /// A facet of a running object on the same shard.
    Facet(Arc<Container>),
}

/// One life of a facet's name, as its stubs and the calls through them know it.
#[derive(Debug)]
pub struct Container {
    /// Unique in the process.
    pub id: u64,
    /// Incarnation of the parent.
    pub parent: u64,
    /// Name among the parent's facets.
    pub name: String,
    ended: OnceLock<CallError>,
    /// Counts for the isolate of the parent.
    _held: Option<Held>,
}

impl Container {
    /// A new life of the facet `name` of the incarnation `parent`.
    pub fn new(id: u64, parent: u64, name: &str, held: Option<Held>) -> Arc<Self> {
        Arc::new(Self { id, parent, name: name.to_owned(), ended: OnceLock::new(), _held: held })
    }

    /// It is over: `reason` is what its stubs get from now on, and nobody needs to remember it but them.
    pub fn end(&self, reason: &CallError) {
        self.ended.get_or_init(|| reason.kept());
    }

    /// What its stubs get, if it is over.
    pub fn ended(&self) -> Option<&CallError> {
        self.ended.get()
    }
}

/// A request on its way to a Worker, or from one to the network.
#[derive(Debug)]
pub struct RequestParts {
    /// Method, as sent.
    pub method: String,
    /// Absolute URL.
    pub url: String,
    /// Name, value, name, value, …; values hold one character a byte.
    pub headers: Vec<String>,
    /// Body.
    pub body: BodySource,
    /// `request.cf` as JSON.
    pub cf: Option<String>,
}

/// A response on its way back.
#[derive(Debug)]
pub struct ResponseParts {
    /// Status code.
    pub status: u16,
    /// Reason phrase; empty stands for the usual one.
    pub status_text: String,
    /// As in [`RequestParts::headers`].
    pub headers: Vec<String>,
    /// Body.
    pub body: BodySource,
}

/// What a call delivers.
#[derive(Debug)]
pub enum CallKind {
    /// A `fetch` event.
    Fetch(Box<RequestParts>),
    /// A method call, or the reading of a property.
    Rpc {
        /// Name of the method or property.
        name: String,
        /// Array of arguments; absent for a property.
        args: Option<WireValue>,
    },
    /// A `test` event.
    Test,
    /// An alarm is due.
    Alarm(Box<AlarmCall>),
    /// The alarm of a facet is due that nobody in this process can start but the object.
    FacetAlarm(Box<FacetAlarmCall>),
    /// Traces of events, as JSON of an array.
    Tail(Arc<str>),
    /// A cron trigger is due.
    Scheduled {
        /// Its expression.
        cron: String,
        /// When it was to run, in milliseconds since the epoch.
        scheduled_ms: i64,
    },
}

/// The alarm of a facet that does not run, as its object is told of it.
#[derive(Debug)]
pub struct FacetAlarmCall {
    /// The names that lead to the facet, from the object on.
    pub path: Vec<String>,
    /// When it was to run, in milliseconds since the epoch.
    pub scheduled_ms: i64,
    /// How often it has been retried.
    pub retry_count: u32,
}

/// An alarm that is due, or has been given up.
#[derive(Debug)]
pub struct AlarmCall {
    /// Whose.
    pub key: AlarmKey,
    /// When it was to run, in milliseconds since the epoch.
    pub scheduled_ms: i64,
    /// How often it has been retried.
    pub retry_count: u32,
    /// Whether it is only to be taken away.
    pub forget: bool,
    /// What the log calls the actor that it has come to.
    pub label: Arc<OnceLock<String>>,
}

/// What a call brought.
#[derive(Debug)]
pub enum CallOk {
    /// A response.
    Response(Box<ResponseParts>),
    /// A result value.
    Value(WireValue),
    /// Nothing.
    Unit,
}

/// What a call brought, or why it failed.
pub type CallResult = Result<CallOk, CallError>;

/// A failure that reaches the caller as a JavaScript error.
#[derive(Clone, Debug, Default)]
pub struct CallError {
    /// `name`: a standard error class, or else an `Error` of this name.
    pub name: String,
    /// `message`.
    pub message: String,
    /// The stack where it was thrown: for the log, never for the caller.
    pub stack: Option<String>,
    /// What the log says of it besides: never for the caller.
    pub told: Option<Arc<Told>>,
    /// Whether it is a DOMException of that name.
    pub dom: bool,
    /// Own properties that the thrown error had.
    pub props: Option<Arc<WireValue>>,
    /// What was thrown, if it was no error but an object that can cross.
    pub value: Option<Arc<WireValue>>,
    /// Thrown on the other side of a call.
    pub remote: bool,
    /// Trying again may help.
    pub retryable: bool,
    /// A queue was full.
    pub overloaded: bool,
    /// The object lost its memory.
    pub durable_object_reset: bool,
    /// An alarm whose handler ends by it is not tried again.
    pub gives_up_alarm: bool,
    /// The limit that was exceeded.
    pub limit: Option<Box<Exceeded>>,
}

/// What the log says of an error beside its stack.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// The whole text, if there is more than the stack: causes, own properties, where it came from.
    pub log: Option<Arc<str>>,
    /// Who threw it, as the log calls them: a Worker, or an object or facet of one.
    pub origin: Option<Arc<str>>,
}

/// A limit that was exceeded.
#[derive(Clone, Debug)]
pub struct Exceeded {
    /// Which.
    pub limit: Limit,
    /// What was used, in the limit's unit.
    pub used: f64,
    /// What was allowed.
    pub max: f64,
    /// The facet that exceeded it, as its parent calls it.
    pub facet: Option<Arc<str>>,
}

impl CallError {
    /// An `Error` of `message`.
    pub fn new(message: impl Into<String>) -> Self {
        Self { name: "Error".into(), message: message.into(), ..Self::default() }
    }

    /// A `TypeError` of `message`.
    pub fn type_error(message: impl Into<String>) -> Self {
        Self { name: "TypeError".into(), message: message.into(), ..Self::default() }
    }

    /// `limit` was exceeded.
    pub fn limit(limit: Limit, used: f64, max: f64) -> Self {
        let exceeded = Exceeded { limit, used, max, facet: None };
        Self { limit: Some(Box::new(exceeded)), ..Self::new(limit.message(max)) }
    }

    /// Bytes of what its code chose.
    pub fn bytes(&self) -> usize {
        let values = [&self.props, &self.value].into_iter().flatten().map(|value| value.bytes.len()).sum::<usize>();
        let log = self.told.as_ref().and_then(|told| told.log.as_ref()).map_or(0, |log| log.len());
        self.name.len() + self.message.len() + self.stack.as_ref().map_or(0, String::len) + log + values
    }

    /// The same for those who keep it for long: of what is longer than [`KEPT_ERROR_BYTES`] the beginning of the message.
    #[must_use]
    pub fn kept(&self) -> Self {
        if self.bytes() <= KEPT_ERROR_BYTES {
            return self.clone();
        }
        let cut = |text: &str, bytes| text[..text.floor_char_boundary(bytes)].to_owned();
        let (name, message) = (cut(&self.name, KEPT_ERROR_BYTES / 8), cut(&self.message, KEPT_ERROR_BYTES));
        Self { name, message, stack: None, told: None, props: None, value: None, limit: self.limit.clone(), ..*self }
    }

    /// The same for `count` who get it at once: whole, unless it would be too much together.
    #[must_use]
    pub fn for_many(&self, count: usize) -> Self {
        if self.bytes().saturating_mul(count) <= RPC_BYTES { self.clone() } else { self.kept() }
    }

    /// What the log says of it, with the stack as V8 has it.
    pub fn log_text(&self) -> Cow<'_, str> {
        let log = self.told.as_ref().and_then(|told| told.log.as_deref());
        log.or(self.stack.as_deref()).map_or_else(|| Cow::Owned(self.to_string()), Cow::Borrowed)
    }

    /// Who threw it, as the log calls them, if it came from user code.
    pub fn origin(&self) -> Option<&str> {
        self.told.as_ref()?.origin.as_deref()
    }

    /// The same, thrown by `origin`.
    #[must_use]
    pub fn thrown_by(self, origin: Arc<str>) -> Self {
        let log = self.told.as_ref().and_then(|told| told.log.clone());
        Self { told: Some(Arc::new(Told { log, origin: Some(origin) })), ..self }
    }

    /// The event was lost through no fault of its own.
    pub fn retryable(message: impl Into<String>) -> Self {
        Self { retryable: true, ..Self::new(message) }
    }
}

impl std::fmt::Display for CallError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.name, self.message)
    }
}

/// Who waits for the outcome of a call.
#[derive(Debug)]
pub enum ReplyTo {
    /// A promise in an isolate.
    Isolate(Completer),
    /// The ingress or the test runner.
    Channel(oneshot::Sender<CallResult>),
    /// Nobody: the event took the reply over.
    Nobody,
}

impl ReplyTo {
    /// Hands the outcome over. Nobody may be waiting any more.
    pub fn send(self, result: CallResult) {
        match self {
            ReplyTo::Isolate(completer) => completer.complete(match result {
                Ok(ok) => crate::isolate::Completion::Call(ok),
                Err(error) => crate::isolate::Completion::Failed(error),
            }),
            // A client that left is no error.
            ReplyTo::Channel(sender) => drop(sender.send(result)),
            ReplyTo::Nobody => {}
        }
    }
}

/// One call.
#[derive(Debug)]
pub struct Call {
    /// Whom it reaches.
    pub target: Target,
    /// What it delivers.
    pub kind: CallKind,
    /// Who waits.
    pub reply: ReplyTo,
    /// How the one who waits can say that it went away, if it can.
    pub cancel: Option<Arc<CancelSlot>>,
    /// The tie of the stub that it came through to the object's life.
    pub session: Option<Arc<Session>>,
    /// What is behind it, if it is of a loaded Worker to one.
    pub descent: Option<Descent>,
    /// When it was delivered, once it has been: its event may have to wait before it begins.
    pub delivered: Option<Instant>,
}

/// What is behind calls of loaded Workers to entrypoints of loaded Workers, such as their own, however many such calls are
/// between: an incarnation of an object, which pays for them and takes them along when it ends, or an event that has none.
#[derive(Debug, Default)]
pub struct Lineage {
    bill: Bill,
    /// Calls and events of it that go on.
    live: AtomicUsize,
    ended: AtomicBool,
}

/// What the calls of a lineage that has ended get.
pub const LINEAGE_ENDED: &str =
    "The call was canceled because the Durable Object that is behind it has ended or was reset.";

/// Cloudflare's text for a chain of calls that is too long.
const TOO_DEEP: &str = "Subrequest depth limit exceeded. This request recursed through Workers too many times. This can happen e.g. if you have a Worker or Durable Object that calls other Workers or objects recursively.";

impl Lineage {
    /// The CPU time that it has used.
    pub fn cpu(&self) -> Duration {
        self.bill.cpu()
    }

    /// Whether anything of it goes on.
    pub fn is_live(&self) -> bool {
        self.live.load(Ordering::Relaxed) > 0
    }

    /// None of its calls begins from now on.
    pub fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}

/// The place of a call, and then of its event, in a lineage.
#[derive(Debug)]
pub struct Descent {
    /// Whose.
    pub lineage: Arc<Lineage>,
    /// How many calls led to it.
    depth: usize,
    is_live: bool,
}

impl Descent {
    /// That of what begins a lineage.
    pub fn first(lineage: Arc<Lineage>) -> Self {
        Self { lineage, depth: 0, is_live: false }
    }

    /// That of a call which is made here.
    pub fn next(&self) -> Self {
        Self { lineage: self.lineage.clone(), depth: self.depth + 1, is_live: false }
    }

    /// Lets the call go on, from when on it counts among those that do, or says why it may not.
    pub fn admit(&mut self) -> Result<(), CallError> {
        if self.lineage.ended.load(Ordering::Relaxed) {
            return Err(CallError::new(LINEAGE_ENDED));
        }
        if self.depth > LINEAGE_DEPTH {
            return Err(CallError::new(TOO_DEEP));
        }
        if !self.is_live {
            if self.lineage.live.load(Ordering::Relaxed) >= LINEAGE_EVENTS {
                let text = format!("Too many calls between loaded Workers go on at a time (at most {LINEAGE_EVENTS}).");
                return Err(CallError { overloaded: true, ..CallError::retryable(text) });
            }
            self.lineage.live.fetch_add(1, Ordering::Relaxed);
            self.is_live = true;
        }
        Ok(())
    }

    /// Counts CPU time.
    pub fn count_cpu(&self, used: Duration) {
        self.lineage.bill.count_cpu(used);
    }
}

impl Drop for Descent {
    fn drop(&mut self) {
        if self.is_live {
            self.lineage.live.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// The life of one incarnation of an object, as the stubs that reached it know it.
#[derive(Debug, Default)]
pub struct Life(OnceLock<CallError>);

impl Life {
    /// It broke: the stubs that reached it are broken with it. An eviction is no break.
    pub fn break_with(&self, reason: &CallError) {
        self.0.get_or_init(|| reason.kept());
    }
}

/// A stub's tie to the life of the object that it reached.
#[derive(Debug, Default)]
pub struct Session(Mutex<Option<Arc<Life>>>);

impl Session {
    /// The stub reaches an incarnation.
    pub fn reach(&self, life: &Arc<Life>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(life.clone());
    }

    /// Why the stub is broken for good, if it is.
    pub fn broken(&self) -> Option<CallError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref()?.0.get().cloned()
    }
}

/// Where a call's event is written down once it runs, so that it can be told that its client left.
#[derive(Debug, Default)]
pub struct CancelSlot(Mutex<CancelState>);

#[derive(Debug, Default)]
enum CancelState {
    #[default]
    Waiting,
    Running(ShardSender, IsolateId, u64),
    Gone,
}

impl CancelSlot {
    /// The event runs now. Gives `false` if its client has left already.
    pub fn started(&self, shard: &ShardSender, isolate: IsolateId, event: u64) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*state {
            CancelState::Gone => false,
            _ => {
                *state = CancelState::Running(shard.clone(), isolate, event);
                true
            }
        }
    }

    /// The client has left.
    pub fn cancel(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let CancelState::Running(shard, isolate, event) = std::mem::replace(&mut *state, CancelState::Gone) {
            shard.send(ShardMessage::Cancel(isolate, event, None));
        }
    }

    /// The client has left in the middle of the answer's body, of which this is the rest.
    pub fn cancel_body(&self, rest: BodyStream) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let CancelState::Running(shard, isolate, event) = std::mem::replace(&mut *state, CancelState::Gone) {
            shard.send(ShardMessage::Cancel(isolate, event, Some(rest)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_kept_whole_or_as_the_beginning_of_its_message() {
        let error = CallError { stack: Some("at x".into()), retryable: true, ..CallError::new("é".repeat(100)) };
        assert_eq!(error.kept().stack.as_deref(), Some("at x"));
        assert_eq!(error.for_many(RPC_BYTES).message.len(), 200);
        let long = CallError { message: "é".repeat(KEPT_ERROR_BYTES), name: "x".repeat(1 << 20), ..error };
        let kept = long.kept();
        assert!(kept.retryable && kept.stack.is_none() && long.message.starts_with(&kept.message));
        assert!(kept.bytes() <= 2 * KEPT_ERROR_BYTES, "{}", kept.bytes());
        assert_eq!(long.for_many(1).message, long.message);
        assert_eq!(long.for_many(100).message, kept.message);
    }

    #[test]
    fn a_lineage_has_a_width_a_depth_and_an_end() {
        let first = Descent::first(Arc::default());
        let mut live: Vec<_> = (0..LINEAGE_EVENTS).map(|_| first.next()).collect();
        assert!(live.iter_mut().all(|call| call.admit().is_ok() && call.admit().is_ok()));
        assert!(first.next().admit().is_err_and(|error| error.overloaded));
        live.pop();
        assert!(first.next().admit().is_ok());
        let deepest = (0..LINEAGE_DEPTH).fold(first, |call, _| call.next());
        assert!(deepest.next().admit().is_err_and(|error| error.message == TOO_DEEP));
        deepest.lineage.end();
        assert!(live[0].admit().is_err_and(|error| error.message == LINEAGE_ENDED));
        live.clear();
        assert!(!deepest.lineage.is_live());
    }
}
