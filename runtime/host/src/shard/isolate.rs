//! Isolates: how one is made, and what a shard keeps for it.
//!
//! Owns the creation of runtimes from the snapshot, with their limits. It must not know which Worker will run in one: a
//! blank isolate is given its Worker later.

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Wake;

use denizen_bindings::call::Call;
use denizen_bindings::isolate::{Completion, IsolateId, IsolateState, JsEntries, ShardMessage, ShardSender, Token};
use denizen_bindings::memory::Budget;
use denizen_bindings::web::is_on;
use denizen_core::limits::{HEAP_SLACK_BYTES, IsolateLimits, WorkerLimits};
use deno_core::{JsRuntime, RuntimeOptions};

use super::entered::PinnedRuntime;
use crate::modules::loader::{WorkerModuleLoader, check_attributes, evaluate_custom};
use crate::modules::names::{import_meta, prepare_stack};

/// Something to run in an isolate.
pub enum Turn {
    /// Deliver an event. The actor is there if the event is for one.
    Event(Call, Option<u64>),
    /// End an operation.
    Complete(Token, Completion),
    /// Fire a timer.
    Timer(u32),
    /// Tell an event that nobody waits for it any more.
    Cancel(u64),
    /// Let deno_core's own event loop run.
    Poll,
}

/// Where an isolate is in its life.
pub enum Phase {
    /// No Worker has been given to it.
    Blank,
    /// Its Worker's top-level code has not finished.
    Starting(Starting),
    /// Events may run.
    Ready,
}

/// The evaluation of a main module.
pub struct Starting {
    /// Resolves when it has finished.
    pub evaluation: std::pin::Pin<Box<dyn Future<Output = Result<(), deno_core::error::CoreError>>>>,
    /// The main module.
    pub module: deno_core::ModuleId,
    /// When it is given up.
    pub deadline: std::time::Instant,
}

/// An isolate of a shard.
pub struct Slot {
    /// Shared with the isolate's operations. Declared first: its handles must go before the isolate does.
    pub state: Rc<IsolateState>,
    /// The runtime.
    pub runtime: PinnedRuntime,
    /// Stops it from another thread.
    pub handle: v8::IsolateHandle,
    /// What waits to run in it, in order.
    pub inbox: VecDeque<Turn>,
    /// Calls that wait for the Worker to start.
    pub waiting: Vec<(Call, Option<u64>)>,
    /// Where it is in its life.
    pub phase: Phase,
    /// Where its modules come from, once it has a Worker.
    pub loader: Rc<WorkerModuleLoader>,
    /// Set by V8 when the heap limit was reached.
    pub out_of_memory: Arc<AtomicBool>,
    /// Whether it stands in the shard's queue of isolates with work.
    pub queued: bool,
    /// The time of its turns, as [`super::ready::Ready`] counts it.
    pub time: std::time::Duration,
    /// Wakes its event loop.
    pub waker: std::task::Waker,
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.runtime.enter(|_| self.state.clear());
    }
}

struct IsolateWaker {
    shard: ShardSender,
    isolate: IsolateId,
}

impl Wake for IsolateWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.shard.send(ShardMessage::Poll(self.isolate));
    }
}

unsafe extern "C" fn allocate(budget: &Budget, bytes: usize) -> *mut std::ffi::c_void {
    if !budget.take(bytes) {
        return std::ptr::null_mut();
    }
    // SAFETY: any size may be asked of calloc.
    unsafe { libc::calloc(bytes.max(1), 1) }
}

unsafe extern "C" fn allocate_uninitialized(budget: &Budget, bytes: usize) -> *mut std::ffi::c_void {
    // Zeroed all the same: another tenant's bytes may have lain there.
    // SAFETY: as above.
    unsafe { allocate(budget, bytes) }
}

unsafe extern "C" fn free(budget: &Budget, data: *mut std::ffi::c_void, bytes: usize) {
    budget.give_back(bytes);
    // SAFETY: V8 gives back what `allocate` gave.
    unsafe { libc::free(data) };
}

unsafe extern "C" fn drop_budget(budget: *const Budget) {
    // SAFETY: the pointer came from `Arc::into_raw` and V8 drops its allocator once.
    drop(unsafe { Arc::from_raw(budget) });
}

static ALLOCATOR: v8::RustAllocatorVtable<Budget> =
    v8::RustAllocatorVtable { allocate, allocate_uninitialized, free, drop: drop_budget };

impl Slot {
    /// A blank isolate with the bounds of `limits`.
    pub fn new(
        id: IsolateId,
        host: Rc<dyn denizen_bindings::isolate::Host>,
        shard: ShardSender,
        limits: &WorkerLimits,
        isolate_limits: &IsolateLimits,
    ) -> Result<Self, deno_core::error::CoreError> {
        let loader = Rc::<WorkerModuleLoader>::default();
        let out_of_memory = Arc::new(AtomicBool::new(false));
        let budget = Arc::new(Budget::new(limits.array_buffer_bytes, out_of_memory.clone()));
        // SAFETY: the vtable's functions match the handle's type, and the handle is an owned reference.
        let allocator = unsafe { v8::new_rust_allocator(Arc::into_raw(budget.clone()), &ALLOCATOR) };
        let params = v8::CreateParams::default()
            .heap_limits(0, limits.heap_bytes)
            .set_code_range_size_in_bytes(isolate_limits.code_range_bytes)
            .array_buffer_allocator(allocator.make_shared());
        let mut runtime = PinnedRuntime::new(RuntimeOptions {
            module_loader: Some(loader.clone()),
            extensions: denizen_bindings::extensions(),
            startup_snapshot: Some(denizen_snapshot::SNAPSHOT),
            skip_op_registration: true,
            create_params: Some(params),
            custom_module_evaluation_cb: Some(Box::new(evaluate_custom)),
            validate_import_attributes_cb: Some(Box::new(check_attributes)),
            ..RuntimeOptions::default()
        })?;
        let state = Rc::new(IsolateState::new(id, host, shard.clone(), budget));
        let handle = runtime.enter(|runtime| {
            let handle = runtime.v8_isolate().thread_safe_handle();
            let (reached, stop) = (out_of_memory.clone(), handle.clone());
            watch_heap(runtime, &state, reached, stop);
            let isolate = runtime.v8_isolate();
            isolate.set_slot(state.clone());
            isolate.set_allow_atomics_wait(false);
            isolate.set_promise_reject_callback(super::turn::on_rejection);
            isolate.set_allow_wasm_code_generation_callback(allow_wasm);
            isolate.set_host_initialize_import_meta_object_callback(import_meta);
            isolate.set_prepare_stack_trace_callback(prepare_stack);
            prepare(runtime, &state);
            handle
        });
        let waker = Arc::new(IsolateWaker { shard, isolate: id }).into();
        Ok(Self {
            state,
            runtime,
            handle,
            inbox: VecDeque::new(),
            waiting: Vec::new(),
            phase: Phase::Blank,
            loader,
            out_of_memory,
            queued: false,
            time: std::time::Duration::ZERO,
            waker,
        })
    }

    /// Collects what was read in vain and sets the heap's limit, which gave way to it.
    pub fn set_heap_limit_again(&mut self, bytes: usize) {
        let (state, reached, stop) = (self.state.clone(), self.out_of_memory.clone(), self.handle.clone());
        self.runtime.enter(|runtime| {
            runtime.v8_isolate().low_memory_notification();
            runtime.remove_near_heap_limit_callback(bytes);
            watch_heap(runtime, &state, reached, stop);
        });
    }
}

/// Has the isolate stopped when its heap reaches its limit, unless that is for a value which somebody sends it.
pub(super) fn watch_heap(
    runtime: &mut JsRuntime,
    state: &IsolateState,
    reached: Arc<AtomicBool>,
    stop: v8::IsolateHandle,
) {
    let receiving = state.receiving.clone();
    runtime.add_near_heap_limit_callback(move |current, _initial| {
        if !receiving.excuses(current) {
            reached.store(true, Ordering::Relaxed);
            stop.terminate_execution();
        }
        current + HEAP_SLACK_BYTES
    });
}

/// Once a Worker has started, and before by date, WebAssembly comes from modules of its bundle only; the loader compiles those by
/// a way that does not ask.
extern "C" fn allow_wasm(context: v8::Local<'_, v8::Context>, _source: v8::Local<'_, v8::String>) -> bool {
    // SAFETY: V8 calls it with a context of the current isolate.
    v8::callback_scope!(unsafe scope, context);
    let state = IsolateState::of(scope);
    !state.started.get() && state.worker.get().is_none_or(|worker| is_on(worker, "allow_eval_during_startup"))
}

/// Takes the bootstrap's functions, then removes the runtime's own objects from the global scope.
fn prepare(runtime: &mut JsRuntime, state: &IsolateState) {
    deno_core::scope!(scope, runtime);
    let context = scope.get_current_context();
    let global = context.global(scope);
    let key = v8::String::new(scope, "__denizen").expect("a short string fits");
    let object = global.get(scope, key.into()).and_then(|value| v8::Local::<v8::Object>::try_from(value).ok());
    let object = object.expect("the snapshot's bootstrap script defines it");
    let function = |scope: &mut v8::PinScope<'_, '_>, name: &str| {
        let key = v8::String::new(scope, name).expect("a short string fits");
        let value = object.get(scope, key.into()).and_then(|value| v8::Local::<v8::Function>::try_from(value).ok());
        v8::Global::new(scope, value.expect("the bootstrap script defines every entry"))
    };
    let entries = JsEntries {
        construct: function(scope, "construct"),
        dispatch: function(scope, "dispatch"),
        prepare: function(scope, "prepare"),
        register: function(scope, "register"),
        drop_actor: function(scope, "dropActor"),
        format_error: function(scope, "formatError"),
        list_handlers: function(scope, "listHandlers"),
        unhandled: function(scope, "unhandled"),
        rejection_handled: function(scope, "rejectionHandled"),
        import_sync: function(scope, "importSync"),
        maker: function(scope, "maker"),
        configure: function(scope, "configure"),
        make_error: function(scope, "makeError"),
        describe_value: function(scope, "describeValue"),
        pack_errors: function(scope, "packErrors"),
        explain_refusal: function(scope, "explainRefusal"),
        send_stream: function(scope, "sendStream"),
        receive_value: function(scope, "receiveValue"),
    };
    let start = function(scope, "start");
    let start = v8::Local::new(scope, start);
    let undefined = v8::undefined(scope).into();
    start.call(scope, undefined, &[]).expect("the bootstrap's start does not throw");
    context.set_allow_generation_from_strings(false);
    if state.entries.set(entries).is_err() {
        unreachable!("an isolate is prepared once");
    }
}
