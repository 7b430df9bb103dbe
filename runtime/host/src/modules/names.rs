//! How modules are called where user code sees them: `import.meta` and the stacks of errors.
//!
//! Owns the two callbacks of V8 for that. Code runs under URLs of the scheme `worker:`; what stands behind the scheme is what
//! user code sees, and frames of the runtime it does not see. It must not know how modules are loaded.

use denizen_bindings::call::{Module, ModuleKind};
use denizen_bindings::fetch::string;
use denizen_bindings::isolate::IsolateState;
use denizen_bindings::modules::{BUNDLE, Naming, SCHEME, find, resolve_url};
use deno_core::error::{format_stack_trace, prepare_stack_trace_callback};

use super::loader::{FACADE_COLUMN, user_url};
use denizen_core::limits::STACK_MESSAGE_LENGTH;

/// Fills `import.meta` with the members that workerd gives, in its order.
///
/// # Safety
/// Only V8 may call it.
pub unsafe extern "C" fn import_meta(
    context: v8::Local<'_, v8::Context>,
    _module: v8::Local<'_, v8::Module>,
    meta: v8::Local<'_, v8::Object>,
) {
    v8::callback_scope!(unsafe scope, context);
    // Only code of the module itself can ask, so it is what runs now.
    let frame = v8::StackTrace::current_stack_trace(scope, 1).and_then(|trace| trace.get_frame(scope, 0));
    let Some(name) = frame.and_then(|frame| frame.get_script_name(scope)) else { return };
    let name = name.to_rust_string_lossy(scope);
    let url = user_url(&name);
    let state = IsolateState::of(scope);
    if state.worker.get().is_some_and(|worker| Naming::of(worker) == Naming::Paths) {
        return;
    }
    let main = state.worker.get().is_some_and(|worker| worker.bundle.main == url);
    let set = |scope: &mut v8::PinScope<'_, '_>, key: &str, value: v8::Local<'_, v8::Value>| {
        if let Some(key) = v8::String::new(scope, key) {
            meta.create_data_property(scope, key.into(), value);
        }
    };
    let main = v8::Boolean::new(scope, main).into();
    set(scope, "main", main);
    let referrer = string(scope, url);
    set(scope, "url", referrer);
    if let Some(file) = url.strip_prefix("file://") {
        let file = file.split(['?', '#']).next().unwrap_or(file);
        let text = string(scope, file);
        set(scope, "filename", text);
        let folder = string(scope, file.rsplit_once('/').map_or("", |(folder, _)| folder));
        set(scope, "dirname", folder);
    }
    let resolve = v8::Function::builder(import_meta_resolve).data(referrer).build(scope);
    if let Some(resolve) = resolve {
        set(scope, "resolve", resolve.into());
    }
}

fn import_meta_resolve(
    scope: &mut v8::PinScope<'_, '_>,
    args: v8::FunctionCallbackArguments<'_>,
    mut result: v8::ReturnValue<'_>,
) {
    let throw = |scope: &mut v8::PinScope<'_, '_>, text: &str| {
        let message = v8::String::new(scope, text).unwrap_or_else(|| v8::String::empty(scope));
        let error = v8::Exception::type_error(scope, message);
        scope.throw_exception(error);
    };
    if args.length() == 0 {
        return throw(scope, "import.meta.resolve requires a specifier argument");
    }
    // Without a text the conversion has thrown.
    let Some(specifier) = args.get(0).to_string(scope) else { return };
    let specifier = specifier.to_rust_string_lossy(scope);
    let referrer = args.data().to_rust_string_lossy(scope);
    match resolve_url(&referrer, &specifier) {
        Ok(url) => result.set(string(scope, url.as_str())),
        Err(error) => throw(scope, &error.to_string()),
    }
}

/// Whether a line of a stack is of the runtime's own code.
pub fn is_runtime_frame(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("at ") && (line.contains("(ext:") || line.starts_with("at ext:") || line.contains("at async ext:"))
}

/// The value of an own property that is no accessor.
fn own_value<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    object: v8::Local<'s, v8::Object>,
    key: &str,
) -> Option<v8::Local<'s, v8::Value>> {
    let key = v8::String::new(scope, key)?;
    let descriptor = object.get_own_property_descriptor(scope, key.into())?;
    let descriptor = v8::Local::<v8::Object>::try_from(descriptor).ok()?;
    let value = v8::String::new(scope, "value")?;
    if descriptor.has_own_property(scope, value.into())? { descriptor.get(scope, value.into()) } else { None }
}

/// Whether user code has given `Error.prepareStackTrace`. One behind an accessor is none: it could be another one each time.
fn user_prepares(scope: &mut v8::PinScope<'_, '_>) -> bool {
    let global = scope.get_current_context().global(scope);
    let class = own_value(scope, global, "Error").and_then(|class| v8::Local::<v8::Object>::try_from(class).ok());
    let prepare = class.and_then(|class| own_value(scope, class, "prepareStackTrace"));
    prepare.is_some_and(|prepare| prepare.is_function())
}

/// Name, message and frames. deno_core's own aborts the process where they are longer than a string may be.
fn format_stack<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    error: v8::Local<'s, v8::Value>,
    sites: v8::Local<'s, v8::Array>,
) -> String {
    let text = |scope: &mut v8::PinScope<'s, '_>, key: &str, otherwise: &str| {
        v8::tc_scope!(let scope, scope);
        let found = v8::Local::<v8::Object>::try_from(error).ok().and_then(|error| {
            let key = v8::String::new(scope, key)?;
            error.get(scope, key.into()).filter(|value| !value.is_undefined())?.to_string(scope)
        });
        match found {
            Some(text) if text.length() > STACK_MESSAGE_LENGTH => format!("(a text of {} characters)", text.length()),
            Some(text) => text.to_rust_string_lossy(scope),
            None => otherwise.to_owned(),
        }
    };
    let mut result = String::new();
    if error.is_object() {
        let (message, name) = (text(scope, "message", ""), text(scope, "name", "Error"));
        result = [name, message].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ");
    }
    for index in 0..sites.length() {
        let Some(site) = sites.get_index(scope, index) else { continue };
        match frame_text(scope, site) {
            Some(frame) if !is_mapped(scope, &frame) => {
                result.push_str("\n    at ");
                result.push_str(&frame);
            }
            _ => result.push_str(&mapped_frame(scope, site)),
        }
    }
    result
}

/// A frame as V8 writes it: deno_core asks each call site some twenty questions, which takes ten times as long.
fn frame_text<'s>(scope: &mut v8::PinScope<'s, '_>, site: v8::Local<'s, v8::Value>) -> Option<String> {
    v8::tc_scope!(let scope, scope);
    let object = v8::Local::<v8::Object>::try_from(site).ok()?;
    let key = v8::String::new(scope, "toString")?;
    let to_string = v8::Local::<v8::Function>::try_from(object.get(scope, key.into())?).ok()?;
    let text = to_string.call(scope, site, &[])?;
    // User code can have put another function there.
    text.is_string().then(|| text.to_rust_string_lossy(scope)).filter(|text| !text.contains('\n'))
}

/// Whether a frame is of a module whose source map deno_core knows.
fn is_mapped(scope: &mut v8::PinScope<'_, '_>, frame: &str) -> bool {
    let place = frame.rsplit_once(" (").map_or(frame, |(_, place)| place);
    let place = place.strip_prefix("async ").unwrap_or(place);
    let Some(place) = place.strip_prefix(SCHEME) else { return false };
    let url = place.trim_end_matches(')').rsplitn(3, ':').nth(2).unwrap_or_default();
    let state = IsolateState::of(scope);
    state.worker.get().and_then(|worker| find(&worker.bundle, url)).is_some_and(Module::is_mapped)
}

/// A frame with the place that its source map gives, as deno_core writes it.
fn mapped_frame<'s>(scope: &mut v8::PinScope<'s, '_>, site: v8::Local<'s, v8::Value>) -> String {
    // Of an error without name and message it gives the frames alone.
    let null = v8::null(scope).into();
    let empty = v8::String::empty(scope).into();
    let names = ["name", "message"].map(|key| v8::String::new(scope, key).map_or(empty, Into::into));
    let keys: Vec<v8::Local<v8::Name>> = names.into_iter().filter_map(|key| v8::Local::try_from(key).ok()).collect();
    let bare = v8::Object::with_prototype_and_properties(scope, null, &keys, &[empty, empty]);
    let sites = v8::Array::new_with_elements(scope, &[site]);
    format_stack_trace(scope, bare.into(), sites).to_rust_string_lossy(scope)
}

/// The stack of an error, as user code sees it.
pub fn prepare_stack<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    error: v8::Local<'s, v8::Value>,
    sites: v8::Local<'s, v8::Array>,
) -> v8::Local<'s, v8::Value> {
    if user_prepares(scope) {
        return prepare_stack_trace_callback(scope, error, sites);
    }
    let text = format_stack(scope, error, sites);
    let state = IsolateState::of(scope);
    let paths = state.worker.get().is_some_and(|worker| Naming::of(worker) == Naming::Paths);
    let is_facade = |line: &str| {
        let Some(url) = line.strip_prefix("    at worker:").and_then(|at| at.strip_suffix(FACADE_COLUMN)) else {
            return false;
        };
        let found = state.worker.get().and_then(|worker| find(&worker.bundle, url));
        found.is_none_or(|module| module.kind != ModuleKind::EsModule)
    };
    let lines = text.split('\n').filter_map(|line| match line.strip_prefix("    at ") {
        None => Some(line.to_owned()),
        Some(_) if is_runtime_frame(line) || is_facade(line) => None,
        Some(_) => {
            let line = if paths { line.replacen(&format!("{SCHEME}{BUNDLE}"), SCHEME, 1) } else { line.to_owned() };
            Some(line.replace("(worker:", "(").replace("at worker:", "at "))
        }
    });
    let lines: Vec<_> = lines.collect();
    string(scope, &lines.join("\n"))
}
