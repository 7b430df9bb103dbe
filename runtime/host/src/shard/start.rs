//! Starting a Worker in an isolate.
//!
//! Owns the way from a blank isolate to one whose exports are known: env, main module, top-level code within its limits. It
//! must not know what the exports are used for.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use denizen_bindings::actor::NamespaceHandle;
use denizen_bindings::call::{Binding, CallError, EnvSpec, Target, WorkerDefinition, WorkerRef};
use denizen_bindings::fetch::string;
use denizen_bindings::isolate::{IsolateId, IsolateState, WorkerExports};
use denizen_bindings::loader::LoaderHandle;
use denizen_bindings::modules::{BUNDLE, Naming, SCHEME};
use denizen_bindings::node::{NodeCompat, timers_are_objects};
use denizen_bindings::rpc::{StubTarget, stub_to_js, wire};
use denizen_bindings::web::is_on;
use denizen_core::limits::{AskedLimits, Limit, STARTUP_WALL};
use deno_core::error::{CoreError, CoreErrorKind};
use deno_core::{JsRuntime, cppgc};

use super::Shard;
use super::isolate::{Phase, Starting, Turn};
use super::watchdog::Of;
use crate::modules::loader::{FACADE_COLUMN, specifier_of};

/// Whether deno_core says that modules await what none of its own operations will bring.
pub(super) fn is_stall(error: &CoreError) -> bool {
    error.to_string().contains("Top-level await promise never resolved")
        || matches!(error.as_kind(), CoreErrorKind::ModuleEvaluationDeadlock)
}

/// workerd's text for a top-level `await` of something that never comes, in the main module `url`.
fn never_settled(url: &str) -> CallError {
    CallError::new(format!(
        "Use of top-level await in a synchronously required module is restricted to promises that are resolved synchronously. This includes any top-level awaits in the entrypoint module for a worker. Specifier: \"{url}\"."
    ))
}

/// Polls that loading a module graph may take: each module is in memory, so every poll makes progress.
const LOAD_POLLS: usize = 100_000;

impl Shard {
    /// Gives the blank isolate `id` its Worker.
    pub(super) fn assign(&mut self, id: IsolateId, definition: &Arc<WorkerDefinition>) {
        let Some(slot) = self.isolates.get_mut(&id) else { return };
        slot.loader.set(definition, self.shared.code_cache.clone());
        if slot.state.worker.set(definition.clone()).is_err() {
            unreachable!("a blank isolate has no Worker");
        }
    }

    /// Begins with the top-level code of the isolate's Worker.
    pub(super) fn start(&mut self, id: IsolateId) {
        let Some(slot) = self.isolates.get_mut(&id) else { return };
        let state = slot.state.clone();
        let definition = &state.worker().clone();
        self.watch.begin(
            Of::start(definition),
            slot.handle.clone(),
            slot.out_of_memory.clone(),
            definition.limits.startup,
        );
        let entered = Instant::now();
        let begun = slot.runtime.enter(|runtime| begin(runtime, &state, definition));
        slot.time += entered.elapsed();
        let stopped = self.watch.end();
        match begun {
            Err(_) if stopped => self.fail_start(id, &startup_limit(definition)),
            Ok((module, _)) if stopped => self.fail_stopped(id, definition, module),
            Err(error) => self.fail_start(id, &error),
            Ok((module, evaluation)) => {
                let deadline = Instant::now() + STARTUP_WALL;
                slot.phase = Phase::Starting(Starting { evaluation, module, deadline });
                self.go_on_starting(id);
            }
        }
    }

    /// Lets the top-level code run on, and takes the exports when it has finished.
    pub(super) fn go_on_starting(&mut self, id: IsolateId) {
        let Some(slot) = self.isolates.get_mut(&id) else { return };
        let Phase::Starting(starting) = &mut slot.phase else { return };
        let state = slot.state.clone();
        let definition = state.worker().clone();
        let waker = slot.waker.clone();
        let module = starting.module;
        self.watch.begin(
            Of::start(&definition),
            slot.handle.clone(),
            slot.out_of_memory.clone(),
            definition.limits.startup,
        );
        let entered = Instant::now();
        let outcome = slot.runtime.enter(|runtime| {
            let mut context = Context::from_waker(&waker);
            // The loop first: it also stores the code cache of what has just been compiled.
            let idle = match runtime.poll_event_loop(&mut context, Default::default()) {
                Poll::Ready(Err(error)) if is_stall(&error) => {
                    return Poll::Ready(Err(never_settled(&definition.bundle.main)));
                }
                Poll::Ready(Err(error)) => return Poll::Ready(Err(describe(error, definition.loaded))),
                Poll::Ready(Ok(())) => true,
                Poll::Pending => false,
            };
            match starting.evaluation.as_mut().poll(&mut context) {
                Poll::Ready(done) => Poll::Ready(done.map_err(|error| describe(error, definition.loaded))),
                // Nothing is outstanding, so what is awaited now will never come.
                Poll::Pending if idle => Poll::Ready(Err(never_settled(&definition.bundle.main))),
                Poll::Pending => Poll::Pending,
            }
        });
        let outcome =
            outcome.map(|done| done.and_then(|()| slot.runtime.enter(|runtime| register(runtime, &state, module))));
        slot.time += entered.elapsed();
        let stopped = self.watch.end();
        if slot.out_of_memory.load(Ordering::Relaxed) {
            let max = definition.limits.heap_bytes as f64;
            return self.fail_start(id, &CallError::limit(Limit::HeapBytes, max, max));
        }
        if stopped {
            return self.fail_stopped(id, &definition, module);
        }
        match outcome {
            Poll::Pending if starting.deadline <= Instant::now() => {
                self.fail_start(id, &never_settled(&definition.bundle.main));
            }
            Poll::Pending => {}
            Poll::Ready(Err(error)) => self.fail_start(id, &error),
            Poll::Ready(Ok(names)) => {
                slot.phase = Phase::Ready;
                // Rejections of top-level code that nobody handled are reported like any other.
                let state = slot.state.clone();
                slot.runtime.enter(|runtime| {
                    deno_core::scope!(scope, runtime);
                    super::turn::rejections(scope, &state);
                });
                let waiting = std::mem::take(&mut slot.waiting);
                self.exports.insert(id, names);
                for (call, actor) in waiting {
                    self.push(id, Turn::Event(call, actor));
                }
                self.answer_inspectors(id, None);
            }
        }
    }

    /// The Worker was stopped at the limit of its start. What its main module had thrown by then is told all the same: that V8
    /// looks for the places of a stack takes as long as the code is large. It may take as long as a start.
    fn fail_stopped(&mut self, id: IsolateId, definition: &Arc<WorkerDefinition>, module: deno_core::ModuleId) {
        let Some(slot) = self.isolates.get_mut(&id) else { return };
        slot.handle.cancel_terminate_execution();
        self.watch.begin(
            Of::start(definition),
            slot.handle.clone(),
            slot.out_of_memory.clone(),
            definition.limits.startup,
        );
        let thrown = slot.runtime.enter(|runtime| thrown_by(runtime, module, definition.loaded));
        let stopped = self.watch.end();
        let error = thrown.filter(|_| !stopped).unwrap_or_else(|| startup_limit(definition));
        self.fail_start(id, &error);
    }

    /// The Worker did not start: everyone who waits gets `error`. A loaded one has failed for good, or for a while if a limit
    /// stopped it; any other is tried again by the next call.
    fn fail_start(&mut self, id: IsolateId, error: &CallError) {
        let Some(slot) = self.isolates.get_mut(&id) else { return };
        let definition = slot.state.worker().clone();
        let waiting = std::mem::take(&mut slot.waiting);
        let wrapped = match definition.loaded {
            true => CallError {
                name: "Error".into(),
                message: format!("Failed to start Worker:\n{}", start_text(error, Naming::of(&definition))),
                ..error.clone()
            },
            false => error.clone(),
        };
        match (definition.loaded, &error.limit) {
            (false, _) => {}
            (true, None) => drop(definition.failed.get_or_init(|| wrapped.clone())),
            (true, Some(_)) => {
                let mut stopped = definition.stopped.lock().unwrap_or_else(PoisonError::into_inner);
                *stopped = Some((Instant::now(), wrapped.clone()));
            }
        }
        for (call, incarnation) in waiting {
            let mut error = wrapped.clone();
            if let Some(actor) = incarnation.and_then(|incarnation| self.actors.slots.get(&incarnation)) {
                actor.identity.actor.count_refused(&mut error);
            }
            call.reply.send(Err(error));
        }
        self.answer_inspectors(id, Some(&wrapped));
        for call in self.end_actors_of(id, &wrapped) {
            call.reply.send(Err(wrapped.clone()));
        }
        self.remove(id);
    }

    /// Answers those who wait to learn what a Worker exports.
    pub(super) fn answer_inspectors(&mut self, id: IsolateId, failed: Option<&CallError>) {
        if failed.is_none() && !self.exports.contains_key(&id) {
            return;
        }
        for (handler, reply) in self.inspectors.remove(&id).unwrap_or_default() {
            let outcome = match failed {
                Some(error) => Err(error.clone()),
                None => Ok(WorkerExports {
                    handlers: self.handlers(id, &handler),
                    names: self.exports.get(&id).cloned().unwrap_or_default(),
                }),
            };
            // The one who asked may have gone.
            drop(reply.send(outcome));
        }
    }

    fn handlers(&mut self, id: IsolateId, handler: &str) -> Vec<String> {
        let Some(slot) = self.isolates.get_mut(&id) else { return Vec::new() };
        let state = slot.state.clone();
        slot.runtime.enter(|runtime| {
            deno_core::scope!(scope, runtime);
            let Some(entries) = state.entries.get() else { return Vec::new() };
            let list = v8::Local::new(scope, &entries.list_handlers);
            let handler = string(scope, handler);
            let undefined = v8::undefined(scope).into();
            let found = list.call(scope, undefined, &[handler]);
            strings(scope, found)
        })
    }
}

/// What the main module `module` threw, if that is why it ended. Of one that was stopped V8 keeps null.
fn thrown_by(runtime: &mut JsRuntime, module: deno_core::ModuleId, loaded: bool) -> Option<CallError> {
    let error = runtime.get_module_namespace(module).err()?;
    Some(describe(error, loaded)).filter(|error| error.message != "null")
}

fn startup_limit(definition: &WorkerDefinition) -> CallError {
    let max = definition.limits.startup.as_secs_f64() * 1000.0;
    CallError::limit(Limit::StartupMs, max, max)
}

/// Names of V8's own classes of errors.
const CLASSES: [&str; 12] = [
    "Error",
    "TypeError",
    "RangeError",
    "SyntaxError",
    "ReferenceError",
    "EvalError",
    "URIError",
    "AggregateError",
    "SuppressedError",
    "CompileError",
    "LinkError",
    "RuntimeError",
];

/// `Uncaught <error>` with its places, as workerd writes the failure of a dynamic Worker.
fn start_text(error: &CallError, naming: Naming) -> String {
    if error.limit.is_some() || error.name.is_empty() {
        return error.message.clone();
    }
    // Other names than those of V8's own classes are told as a part of the message.
    let class = if CLASSES.contains(&error.name.as_str()) { "" } else { "Error: " };
    let mut text = format!("Uncaught {class}{}", error.name);
    if !error.message.is_empty() {
        text.push_str(": ");
        text.push_str(&error.message);
    }
    for line in error.stack.as_deref().unwrap_or_default().lines() {
        let Some(frame) = line.strip_prefix("    at ") else { continue };
        let frame = match naming {
            Naming::Urls => frame.to_owned(),
            Naming::Paths => frame.replacen(BUNDLE, "", 1),
        };
        match frame.strip_suffix(')').and_then(|frame| frame.split_once(" (")) {
            // V8's own functions are nowhere.
            Some((_, "<anonymous>")) => {}
            Some((function, place)) => text.push_str(&format!("\n  at {place} in {function}")),
            None => text.push_str(&format!("\n  at {frame}")),
        }
    }
    text
}

type Evaluation = std::pin::Pin<Box<dyn Future<Output = Result<(), CoreError>>>>;

/// Applies the Worker's compatibility flags to the blank isolate's global scope.
fn configure(runtime: &mut JsRuntime, state: &IsolateState) {
    deno_core::scope!(scope, runtime);
    let Some(entries) = state.entries.get() else { return };
    let configure = v8::Local::new(scope, &entries.configure);
    let undefined = v8::undefined(scope).into();
    configure.call(scope, undefined, &[]);
    if is_on(state.worker(), "allow_eval_during_startup") {
        scope.get_current_context().set_allow_generation_from_strings(true);
    }
}

/// Makes env and loads the modules. Gives the main module and its evaluation.
fn begin(
    runtime: &mut JsRuntime,
    state: &IsolateState,
    definition: &WorkerDefinition,
) -> Result<(deno_core::ModuleId, Evaluation), CallError> {
    configure(runtime, state);
    prepare_env(runtime, state, definition)?;
    let main = &definition.bundle.main;
    let specifier =
        specifier_of(main).ok_or_else(|| CallError::new(format!("\"{main}\" cannot be a module's name.")))?;
    let loaded = {
        let mut loading = std::pin::pin!(runtime.load_main_es_module(&specifier));
        let mut context = Context::from_waker(Waker::noop());
        let mut polls = 0;
        loop {
            match loading.as_mut().poll(&mut context) {
                Poll::Ready(loaded) => break loaded,
                Poll::Pending if polls < LOAD_POLLS => polls += 1,
                Poll::Pending => return Err(CallError::new("The modules of the Worker did not load.")),
            }
        }
    };
    let module = loaded.map_err(|error| describe(error, definition.loaded))?;
    let evaluation = runtime.mod_evaluate(module);
    Ok((module, Box::pin(evaluation)))
}

fn prepare_env(runtime: &mut JsRuntime, state: &IsolateState, worker: &WorkerDefinition) -> Result<(), CallError> {
    deno_core::scope!(scope, runtime);
    let value: v8::Local<v8::Value> = match &worker.env {
        EnvSpec::Wire(value) => {
            let value = wire::deserialize(scope, value).map_err(|error| CallError::new(error.to_string()))?;
            let value = plain_object(scope, value);
            let object = v8::Object::new(scope);
            let key = v8::String::new(scope, "value").expect("a short string fits");
            object.create_data_property(scope, key.into(), value);
            object.into()
        }
        EnvSpec::Bindings(bindings) => {
            let mut flat = Vec::with_capacity(bindings.len() * 3);
            for (name, binding) in bindings {
                flat.push(string(scope, name));
                let (kind, value) = binding_to_js(scope, name, binding)?;
                flat.push(string(scope, kind));
                flat.push(value);
            }
            v8::Array::new_with_elements(scope, &flat).into()
        }
    };
    let entries = state.entries.get().expect("an isolate has its entries from its creation");
    let prepare = v8::Local::new(scope, &entries.prepare);
    let undefined = v8::undefined(scope).into();
    let globals = v8::Boolean::new(scope, NodeCompat::of(worker) == NodeCompat::Full).into();
    let timers = v8::Boolean::new(scope, timers_are_objects(worker)).into();
    prepare.call(scope, undefined, &[value, globals, timers]);
    Ok(())
}

/// `env` itself, whatever was given for it, is a plain object with the members of that.
fn plain_object<'s>(scope: &mut v8::PinScope<'s, '_>, given: v8::Local<'s, v8::Value>) -> v8::Local<'s, v8::Value> {
    let Ok(object) = v8::Local::<v8::Object>::try_from(given) else { return given };
    let plain = v8::Object::new(scope);
    if object.get_prototype(scope) == plain.get_prototype(scope) {
        return given;
    }
    let names = object.get_own_property_names(scope, v8::GetPropertyNamesArgs::default());
    for index in 0..names.map_or(0, |names| names.length()) {
        if let Some(name) = names.and_then(|names| names.get_index(scope, index))
            && let Some(value) = object.get(scope, name)
        {
            match v8::Local::<v8::Name>::try_from(name) {
                Ok(name) => plain.create_data_property(scope, name, value),
                // An index.
                Err(_) => plain.set(scope, name, value),
            };
        }
    }
    plain.into()
}

fn binding_to_js<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    name: &str,
    binding: &Binding,
) -> Result<(&'static str, v8::Local<'s, v8::Value>), CallError> {
    Ok(match binding {
        Binding::Json(text) => {
            let source = v8::String::new(scope, text).ok_or_else(|| CallError::new(format!("{name} is too long")))?;
            let value = v8::json::parse(scope, source);
            ("value", value.ok_or_else(|| CallError::new(format!("the value of {name} is no JSON")))?)
        }
        Binding::Service { worker, entrypoint } => {
            let worker = WorkerRef::Static(worker.clone());
            let target = Target::Entrypoint {
                worker,
                entrypoint: entrypoint.clone(),
                props: None,
                limits: AskedLimits::default(),
            };
            ("value", stub_to_js(scope, StubTarget::Target(target)).into())
        }
        Binding::Namespace(namespace) => {
            let handle = NamespaceHandle { namespace: namespace.clone() };
            ("namespace", cppgc::make_cppgc_object(scope, handle).into())
        }
        Binding::Loader { id } => ("loader", cppgc::make_cppgc_object(scope, LoaderHandle { id: id.clone() }).into()),
    })
}

/// Hands the main module's exports to the dispatcher. Gives their names.
fn register(
    runtime: &mut JsRuntime,
    state: &IsolateState,
    module: deno_core::ModuleId,
) -> Result<Vec<String>, CallError> {
    let namespace = runtime.get_module_namespace(module).map_err(|error| describe(error, false))?;
    deno_core::scope!(scope, runtime);
    let namespace = v8::Local::new(scope, namespace).into();
    let entries = state.entries.get().expect("an isolate has its entries from its creation");
    let register = v8::Local::new(scope, &entries.register);
    let undefined = v8::undefined(scope).into();
    state.started.set(true);
    scope.get_current_context().set_allow_generation_from_strings(false);
    v8::tc_scope!(let scope, scope);
    let names = register.call(scope, undefined, &[namespace]);
    match scope.exception() {
        None => match names.filter(|names| names.is_string()) {
            None => Ok(strings(scope, names)),
            // Nobody threw it: it has no name.
            Some(reason) => {
                let message = reason.to_rust_string_lossy(scope);
                Err(CallError { stack: Some(message.clone()), message, ..CallError::default() })
            }
        },
        Some(thrown) => {
            let text = thrown.to_rust_string_lossy(scope);
            let (name, message) = text.split_once(": ").unwrap_or(("Error", &text));
            Err(CallError { name: name.into(), message: message.into(), ..CallError::default() })
        }
    }
}

fn strings(scope: &mut v8::PinScope<'_, '_>, value: Option<v8::Local<'_, v8::Value>>) -> Vec<String> {
    let Some(array) = value.and_then(|value| v8::Local::<v8::Array>::try_from(value).ok()) else { return Vec::new() };
    (0..array.length())
        .filter_map(|index| array.get_index(scope, index))
        .map(|name| name.to_rust_string_lossy(scope))
        .collect()
}

/// The error of a module of a Worker that was `loaded` or not, with name, message, and a stack in the user's lines.
fn describe(error: CoreError, loaded: bool) -> CallError {
    match error.into_kind() {
        CoreErrorKind::Js(error) => {
            let name = error.name.clone().filter(|name| !name.is_empty()).unwrap_or_else(|| "Error".into());
            let message = error
                .message
                .clone()
                .unwrap_or_else(|| error.exception_message.trim_start_matches("Uncaught ").to_owned());
            let stack = error.stack.clone().filter(|stack| stack.contains("\n    at ")).unwrap_or_else(|| {
                let mut text = format!("{name}: {message}");
                for frame in &error.frames {
                    let file = frame.file_name.as_deref().unwrap_or("<anonymous>");
                    let (line, column) = (frame.line_number.unwrap_or(0), frame.column_number.unwrap_or(0));
                    if file.starts_with("ext:") || format!(":{line}:{column}") == FACADE_COLUMN {
                        continue;
                    }
                    // workerd counts the columns of code that was not compiled from 0; people count from 1.
                    match if loaded { column - 1 } else { column } {
                        0 => text.push_str(&format!("\n    at {file}:{line}")),
                        column => text.push_str(&format!("\n    at {file}:{line}:{column}")),
                    }
                }
                text
            });
            CallError { name, stack: Some(user_urls(&stack)), ..CallError::new(user_urls(&message)) }
        }
        CoreErrorKind::JsBox(error) => {
            use deno_error::JsErrorClass;
            let name = error.get_class().to_string();
            CallError { name, ..CallError::new(user_urls(&error.get_message())) }
        }
        other => CallError::new(user_urls(&other.to_string())),
    }
}

/// Text with the URLs that user code sees.
fn user_urls(text: &str) -> String {
    text.replace(&format!("{SCHEME}{BUNDLE}"), BUNDLE)
}
