//! The loader binding: Workers made from code that another Worker gives.
//!
//! Owns the way from a `WorkerCode` object to a definition, with its size limits. It must not know when a Worker's isolate
//! starts or is evicted.

mod flags;

pub(crate) use flags::opposite;
pub use flags::{FlagError, check as check_flags};

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex, OnceLock};

use deno_core::{GarbageCollected, cppgc, op2};

use crate::call::{
    CallError, ClassRef, EnvSpec, ExternalBytes, LoadOutcome, LoadedWorker, Module, ModuleBundle, ModuleKind, Outbound,
    Target, WorkerDefinition, WorkerRef,
};
use crate::fetch::body;
use crate::io::context::{IoContext, IoError};
use crate::isolate::IsolateState;
use crate::modules::{BUNDLE, CompiledWasm, ModuleError, Naming, add_module, find, resolve_url};
use crate::rpc::wire::{self, WireError};
use crate::rpc::{Fetcher, StubTarget, asked_limits, class_to_js, error_from_js, stub_to_js};
use denizen_core::limits::{DYNAMIC_CODE_BYTES, DYNAMIC_ENV_BYTES, LOADED_WORKER_BYTES, MODULES, WorkerLimits};

deno_core::extension!(
    denizen_loader,
    ops = [op_loader_is_wasm, op_loader_get, op_loader_provide, op_loader_fail, op_loader_entrypoint, op_loader_class],
);

/// What JavaScript holds of a Worker Loader binding.
pub struct LoaderHandle {
    /// Bindings with the same id share their Workers.
    pub id: Arc<str>,
}

// SAFETY: no reference into the V8 heap is held.
unsafe impl GarbageCollected for LoaderHandle {
    fn trace(&self, _visitor: &mut v8::cppgc::Visitor) {}

    fn get_name(&self) -> &'static std::ffi::CStr {
        c"LoaderHandle"
    }
}

/// What JavaScript holds of a loaded Worker.
pub struct LoadedHandle {
    worker: Arc<LoadedWorker>,
}

// SAFETY: no reference into the V8 heap is held.
unsafe impl GarbageCollected for LoadedHandle {
    fn trace(&self, _visitor: &mut v8::cppgc::Visitor) {}

    fn get_name(&self) -> &'static std::ffi::CStr {
        c"LoadedHandle"
    }
}

/// Why code was not accepted. The texts are workerd's.
#[derive(Debug, thiserror::Error, deno_error::JsError)]
pub enum LoaderError {
    /// No event runs.
    #[class(inherit)]
    #[error(transparent)]
    Io(#[from] IoError),
    /// env or props cannot cross.
    #[class(inherit)]
    #[error(transparent)]
    Wire(#[from] WireError),
    /// Modules too large.
    #[class(generic)]
    #[error("Dynamic Worker code size ({0} bytes) exceeds the maximum allowed size of {DYNAMIC_CODE_BYTES} bytes.")]
    CodeSize(usize),
    /// Too many modules.
    #[class(generic)]
    #[error("Dynamic Worker has {0} modules, more than the maximum allowed number of {MODULES}.")]
    Modules(u32),
    /// env too large.
    #[class(generic)]
    #[error("Dynamic Worker env size ({0} bytes) exceeds the maximum allowed size of {DYNAMIC_ENV_BYTES} bytes.")]
    EnvSize(usize),
    /// The modules make no bundle.
    #[class(inherit)]
    #[error(transparent)]
    Module(#[from] ModuleError),
    /// A compatibility flag is refused.
    #[class(generic)]
    #[error(transparent)]
    Flag(#[from] FlagError),
    /// `globalOutbound` cannot be handed on.
    #[class("DOMExceptionDataCloneError")]
    #[error("{0}")]
    Outbound(&'static str),
}

/// Whether `value` is a compiled WebAssembly module.
#[op2(fast)]
pub fn op_loader_is_wasm(value: v8::Local<'_, v8::Value>) -> bool {
    value.is_wasm_module_object()
}

/// The Worker of a name, and whether the caller must provide its code: `[handle, provide]`. Without a name it is new.
#[op2]
pub fn op_loader_get<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] loader: &LoaderHandle,
    #[string] name: Option<String>,
) -> Result<v8::Local<'s, v8::Value>, LoaderError> {
    let io = IoContext::current(scope)?;
    let state = IsolateState::of(scope);
    let (worker, provide) = state.host.loader_get(&loader.id, name.as_deref());
    if provide {
        state.begin_load(&io, &worker);
    }
    let handle = cppgc::make_cppgc_object(scope, LoadedHandle { worker }).into();
    let provide = v8::Boolean::new(scope, provide).into();
    Ok(v8::Array::new_with_elements(scope, &[handle, provide]).into())
}

/// Gives a Worker its code. `modules` is `[name, kind, content, …]`; JavaScript has checked names and kinds.
#[op2(nofast)]
#[allow(clippy::too_many_arguments, reason = "the fields of WorkerCode, checked in JavaScript")]
pub fn op_loader_provide<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] handle: &LoadedHandle,
    #[string] main: String,
    #[string] compatibility_date: String,
    flags: v8::Local<'s, v8::Array>,
    modules: v8::Local<'s, v8::Array>,
    env: v8::Local<'s, v8::Value>,
    outbound: v8::Local<'s, v8::Value>,
    tails: v8::Local<'s, v8::Array>,
    cpu_ms: f64,
    sub_requests: f64,
    wall_ms: f64,
) -> Result<(), LoaderError> {
    let state = IsolateState::of(scope);
    let compatibility_flags: Vec<_> = (0..flags.length())
        .filter_map(|index| flags.get_index(scope, index))
        .map(|flag| flag.to_rust_string_lossy(scope))
        .collect();
    let naming = Naming::at(&compatibility_date, &compatibility_flags);
    let bundle = read_modules(scope, naming, &main, modules)?;
    flags::check(&compatibility_flags)?;
    let env = wire::serialize(scope, env, wire::Purpose::Keep);
    let Some(env) = wire::or_throw(scope, env)? else { return Ok(()) };
    if env.bytes.len() > DYNAMIC_ENV_BYTES {
        return Err(LoaderError::EnvSize(env.bytes.len()));
    }
    let outbound = read_outbound(scope, &state, outbound)?;
    let mut told = Vec::new();
    for index in 0..tails.length() {
        if let Some(tail) = tails.get_index(scope, index) {
            told.extend(read_target(scope, tail)?);
        }
    }
    // That there is nothing to run is an error of the start.
    let missing = match find(&bundle, &bundle.main).map(|module| module.kind) {
        None => Some("Main module name is not present in bundle."),
        Some(ModuleKind::EsModule) => None,
        Some(_) => Some("Main module must be an ES module."),
    };
    if let Some(text) = missing {
        let error = CallError::new(format!("Failed to start Worker:\nUncaught TypeError: {text}"));
        settle(&state, &handle.worker, Err(error));
        return Ok(());
    }
    let limits = WorkerLimits { asked: asked_limits(cpu_ms, sub_requests, wall_ms), ..WorkerLimits::LOADED };
    let definition = WorkerDefinition {
        id: state.host.next_id(),
        name: handle.worker.name.clone(),
        bundle: Arc::new(bundle),
        compatibility_date,
        compatibility_flags,
        env: EnvSpec::Wire(Arc::new(env)),
        limits,
        outbound,
        tails: told,
        namespaces: HashMap::new(),
        failed: OnceLock::new(),
        stopped: Mutex::default(),
        loaded: true,
        holder: Arc::downgrade(&handle.worker),
    };
    let bytes = definition.bundle.modules.values().map(|module| module.content.len()).sum::<usize>();
    let bytes = (bytes + LOADED_WORKER_BYTES) as i64;
    scope.adjust_amount_of_external_allocated_memory(bytes);
    // One that was told of already is taken back at once.
    drop(handle.worker.weight.set(ExternalBytes { bytes, freed: state.external_freed.clone() }));
    settle(&state, &handle.worker, Ok(Arc::new(definition)));
    Ok(())
}

fn read_modules(
    scope: &mut v8::PinScope<'_, '_>,
    naming: Naming,
    main: &str,
    modules: v8::Local<'_, v8::Array>,
) -> Result<ModuleBundle, LoaderError> {
    let mut found = HashMap::new();
    let mut total = 0;
    let mut index = 0;
    let count = modules.length() / 3;
    if count as usize > MODULES {
        return Err(LoaderError::Modules(count));
    }
    while index + 2 < modules.length() {
        let mut next = || {
            let value = modules.get_index(scope, index);
            index += 1;
            value.unwrap_or_else(|| v8::undefined(scope).into())
        };
        let (name, kind, content) = (next(), next(), next());
        let name = name.to_rust_string_lossy(scope);
        let kind = match kind.to_rust_string_lossy(scope).as_str() {
            "cjs" => ModuleKind::CommonJs,
            "text" => ModuleKind::Text,
            "data" => ModuleKind::Data,
            "json" => ModuleKind::Json,
            "wasm" => ModuleKind::Wasm,
            _ => ModuleKind::EsModule,
        };
        let module = match v8::Local::<v8::WasmModuleObject>::try_from(content) {
            Ok(object) => {
                let compiled = object.get_compiled_module();
                let module = Module::new(kind, compiled.get_wire_bytes_ref().into());
                drop(module.compiled.set(CompiledWasm(compiled)));
                module
            }
            Err(_) => Module::new(
                kind,
                match v8::Local::<v8::ArrayBufferView>::try_from(content) {
                    Ok(view) => body::copy_view(view).into(),
                    Err(_) => content.to_rust_string_lossy(scope).into_bytes().into(),
                },
            ),
        };
        total += module.content.len();
        add_module(&mut found, naming, &name, module)?;
    }
    if total > DYNAMIC_CODE_BYTES {
        return Err(LoaderError::CodeSize(total));
    }
    let main = resolve_url(BUNDLE, main)?.to_string();
    Ok(ModuleBundle { main, modules: found, aliases: HashMap::new() })
}

fn read_outbound(
    scope: &mut v8::PinScope<'_, '_>,
    state: &Rc<IsolateState>,
    outbound: v8::Local<'_, v8::Value>,
) -> Result<Outbound, LoaderError> {
    if outbound.is_undefined() {
        return Ok(state.worker().outbound.clone());
    }
    Ok(read_target(scope, outbound)?.map_or(Outbound::Blocked, Outbound::Service))
}

/// Whom a stub stands for that a loaded Worker is given for good; `None` if it is no stub.
fn read_target(
    scope: &mut v8::PinScope<'_, '_>,
    stub: v8::Local<'_, v8::Value>,
) -> Result<Option<Target>, LoaderError> {
    let Some(found) = cppgc::try_unwrap_cppgc_object::<Fetcher>(scope, stub) else { return Ok(None) };
    // SAFETY: `stub` is a live handle in this scope.
    match &unsafe { found.as_ref() }.target {
        StubTarget::Target(Target::Entrypoint { worker: WorkerRef::Loaded(_), .. }) => {
            Err(LoaderError::Outbound(wire::DYNAMIC_STUB))
        }
        StubTarget::Facet { .. } => Err(LoaderError::Outbound(wire::FACET_STUB)),
        StubTarget::Target(target) => Ok(Some(target.clone())),
    }
}

/// The callback that was to give the code failed.
#[op2(nofast)]
pub fn op_loader_fail(
    scope: &mut v8::PinScope<'_, '_>,
    #[cppgc] handle: &LoadedHandle,
    parts: v8::Local<'_, v8::Value>,
) {
    let error = error_from_js(scope, parts);
    settle(&IsolateState::of(scope), &handle.worker, Err(error));
}

fn settle(state: &IsolateState, worker: &Arc<LoadedWorker>, outcome: LoadOutcome) {
    worker.settle(outcome);
    state.end_load(worker);
    state.host.loader_settled(worker);
}

/// A stub for an entrypoint of a loaded Worker.
#[op2]
pub fn op_loader_entrypoint<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] handle: &LoadedHandle,
    #[string] entrypoint: Option<String>,
    props: v8::Local<'s, v8::Value>,
    cpu_ms: f64,
    sub_requests: f64,
    wall_ms: f64,
) -> Result<v8::Local<'s, v8::Value>, WireError> {
    let Some(props) = wire::read_props(scope, props)? else { return Ok(v8::undefined(scope).into()) };
    let limits = asked_limits(cpu_ms, sub_requests, wall_ms);
    let worker = WorkerRef::Loaded(handle.worker.clone());
    Ok(stub_to_js(scope, StubTarget::Target(Target::Entrypoint { worker, entrypoint, props, limits })).into())
}

/// A Durable Object class of a loaded Worker.
#[op2]
pub fn op_loader_class<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] handle: &LoadedHandle,
    #[string] class_name: Option<String>,
    props: v8::Local<'s, v8::Value>,
    cpu_ms: f64,
    sub_requests: f64,
    wall_ms: f64,
) -> Result<v8::Local<'s, v8::Value>, WireError> {
    let Some(props) = wire::read_props(scope, props)? else { return Ok(v8::undefined(scope).into()) };
    let limits = asked_limits(cpu_ms, sub_requests, wall_ms);
    let worker = WorkerRef::Loaded(handle.worker.clone());
    Ok(class_to_js(scope, ClassRef { worker, class_name, props, limits }).into())
}
