//! How modules are called where user code sees them: `import.meta` and the stacks of errors.
//!
//! Owns the two callbacks of V8 for that. Code runs under URLs of the scheme `worker:`; what stands behind the scheme is what
//! user code sees, and frames of the runtime it does not see. It must not know how modules are loaded.

use denizen_bindings::call::{Module, ModuleKind};
use denizen_bindings::fetch::string;
use denizen_bindings::isolate::IsolateState;
use denizen_bindings::modules::{BUNDLE, Naming, SCHEME, find, resolve_url};
use deno_core::error::{format_stack_trace, prepare_stack_trace_callback_with_original_callsites};

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
    line.trim_start().strip_prefix("at ").is_some_and(is_own)
}

/// Whether a frame is of the runtime's own code.
fn is_own(frame: &str) -> bool {
    frame.contains("(ext:") || frame.starts_with("ext:") || frame.starts_with("async ext:")
}

/// Whether a frame is of a function of V8's that the runtime, and not user code, calls. What stands before V8's own in the
/// global scope calls it for user code.
fn is_called_by_own(frame: &str, caller: Option<&str>) -> bool {
    frame.ends_with(" (<anonymous>)")
        && !frame.contains('.')
        && caller.is_some_and(|caller| is_own(caller) && !caller.contains("(ext:denizen/bootstrap/intrinsics.js:"))
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

/// The global `Error`.
fn error_class<'s>(scope: &mut v8::PinScope<'s, '_>) -> Option<v8::Local<'s, v8::Object>> {
    let global = scope.get_current_context().global(scope);
    own_value(scope, global, "Error").and_then(|class| v8::Local::<v8::Object>::try_from(class).ok())
}

/// Whether user code has given `Error.prepareStackTrace`. One behind an accessor is none: it could be another one each time.
fn user_prepares(scope: &mut v8::PinScope<'_, '_>) -> bool {
    let prepare = error_class(scope).and_then(|class| own_value(scope, class, "prepareStackTrace"));
    prepare.is_some_and(|prepare| prepare.is_function())
}

/// How many frames of an error are shown. A DOMException has captured more, since it is mostly the runtime's code that makes one.
fn most_frames(scope: &mut v8::PinScope<'_, '_>, error: v8::Local<'_, v8::Value>) -> usize {
    let error = v8::Local::<v8::Object>::try_from(error);
    if !error.is_ok_and(|error| error.get_constructor_name().to_rust_string_lossy(scope) == "DOMException") {
        return usize::MAX;
    }
    let limit = error_class(scope).and_then(|class| own_value(scope, class, "stackTraceLimit"));
    limit.and_then(|limit| limit.number_value(scope)).map_or(usize::MAX, |limit| limit as usize)
}

/// Name and message. deno_core's own aborts the process where they are longer than a string may be.
fn head_of_stack(scope: &mut v8::PinScope<'_, '_>, error: v8::Local<'_, v8::Value>) -> String {
    if !error.is_object() {
        return String::new();
    }
    let text = |scope: &mut v8::PinScope<'_, '_>, key: &str, otherwise: &str| {
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
    let (message, name) = (text(scope, "message", ""), text(scope, "name", "Error"));
    [name, message].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ")
}

/// The frames of a stack, each with whether it has the place that a source map gives.
fn frames_of(scope: &mut v8::PinScope<'_, '_>, sites: v8::Local<'_, v8::Array>) -> Vec<(String, bool)> {
    let mut frames = Vec::new();
    for index in 0..sites.length() {
        let Some(site) = sites.get_index(scope, index) else { continue };
        let frame = match frame_text(scope, site) {
            Some(frame) if !is_mapped(scope, &frame) => (frame, false),
            found => (mapped_frame(scope, site).trim_start_matches("\n    at ").to_owned(), found.is_some()),
        };
        frames.push(frame);
    }
    frames
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

/// The methods of V8's call sites.
const SITE_METHODS: &[&str] = &[
    "getThis",
    "getTypeName",
    "getFunction",
    "getFunctionName",
    "getMethodName",
    "getFileName",
    "getLineNumber",
    "getColumnNumber",
    "getEvalOrigin",
    "isToplevel",
    "isEval",
    "isNative",
    "isConstructor",
    "isAsync",
    "isPromiseAll",
    "getPromiseIndex",
    "getScriptNameOrSourceURL",
    "toString",
];

/// The call sites of user code, with the names that it knows its modules by and the places that their source maps give. They are
/// objects of their own, which answer what they were made with: the error's report asks them, too.
fn user_sites<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    sites: v8::Local<'s, v8::Array>,
    most: usize,
) -> v8::Local<'s, v8::Array> {
    let state = IsolateState::of(scope);
    let worker = state.worker.get();
    let naming = worker.map_or(Naming::Urls, |worker| Naming::of(worker));
    let frames = frames_of(scope, sites);
    let mut found = Vec::new();
    for (index, (text, is_mapped)) in frames.iter().enumerate() {
        let caller = frames.get(index + 1).map(|(caller, _)| &**caller);
        if found.len() == most || is_own(text) || is_called_by_own(text, caller) {
            continue;
        }
        let site = sites.get_index(scope, index as u32).and_then(|site| v8::Local::<v8::Object>::try_from(site).ok());
        let Some(site) = site else { continue };
        let place = text.rsplit_once(" (").map_or(&**text, |(_, place)| place.trim_end_matches(')'));
        let mut parts = place.trim_start_matches("async ").rsplitn(3, ':');
        let (column, line, name) = (parts.next(), parts.next(), parts.next().unwrap_or_default().to_owned());
        let number = |part: Option<&str>| part.and_then(|part| part.parse::<f64>().ok());
        let (column, line) = (number(column), number(line));
        let url = name.strip_prefix(SCHEME);
        let module = url.and_then(|url| worker.and_then(|worker| find(&worker.bundle, url)));
        if text.ends_with(FACADE_COLUMN)
            && url.is_some()
            && module.is_none_or(|module| module.kind != ModuleKind::EsModule)
        {
            continue;
        }
        let shown = url.map(|url| naming.shown(url));
        let own = v8::Object::new(scope);
        for method in SITE_METHODS {
            let value = match (*method, shown) {
                ("getFileName" | "getScriptNameOrSourceURL", Some(shown)) => Some(string(scope, shown)),
                ("getLineNumber", _) if *is_mapped => line.map(|line| v8::Number::new(scope, line).into()),
                ("getColumnNumber", _) if *is_mapped => column.map(|column| v8::Number::new(scope, column).into()),
                ("toString", Some(shown)) => Some(string(scope, &text.replacen(&name, shown, 1))),
                ("toString", None) => Some(string(scope, text)),
                _ => ask(scope, site, method),
            };
            let value = value.unwrap_or_else(|| v8::undefined(scope).into());
            answer(scope, own, method, value);
        }
        found.push(own.into());
    }
    v8::Array::new_with_elements(scope, &found)
}

/// What a method of a call site gives.
fn ask<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    site: v8::Local<'s, v8::Object>,
    method: &str,
) -> Option<v8::Local<'s, v8::Value>> {
    v8::tc_scope!(let scope, scope);
    let key = v8::String::new(scope, method)?;
    let method = v8::Local::<v8::Function>::try_from(site.get(scope, key.into())?).ok()?;
    method.call(scope, site.into(), &[])
}

/// Has a method of `site` give `value`.
fn answer<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    site: v8::Local<'s, v8::Object>,
    method: &str,
    value: v8::Local<'s, v8::Value>,
) {
    let function = v8::Function::builder(
        |_: &mut v8::PinScope, args: v8::FunctionCallbackArguments, mut result: v8::ReturnValue| {
            result.set(args.data())
        },
    );
    let function = function.data(value).build(scope);
    if let (Some(function), Some(key)) = (function, v8::String::new(scope, method)) {
        let fixed =
            v8::PropertyAttribute::DONT_ENUM | v8::PropertyAttribute::DONT_DELETE | v8::PropertyAttribute::READ_ONLY;
        site.define_own_property(scope, key.into(), function.into(), fixed);
    }
}

/// A frame with the names that user code knows its modules by.
fn shown_frame(frame: &str, naming: Naming) -> String {
    let frame = match naming {
        Naming::Urls => frame.to_owned(),
        Naming::Paths => frame.replacen(&format!("{SCHEME}{BUNDLE}"), SCHEME, 1),
    };
    match frame.strip_prefix("async ").and_then(|place| place.strip_prefix(SCHEME)) {
        Some(place) => format!("async {place}"),
        None => user_url(&frame).replace(&format!("({SCHEME}"), "("),
    }
}

/// The stack of an error, as user code sees it.
pub fn prepare_stack<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    error: v8::Local<'s, v8::Value>,
    sites: v8::Local<'s, v8::Array>,
) -> v8::Local<'s, v8::Value> {
    let most = most_frames(scope, error);
    if user_prepares(scope) {
        let sites = user_sites(scope, sites, most);
        return prepare_stack_trace_callback_with_original_callsites(scope, error, sites);
    }
    let head = head_of_stack(scope, error);
    let frames = frames_of(scope, sites);
    let state = IsolateState::of(scope);
    let naming = state.worker.get().map_or(Naming::Urls, |worker| Naming::of(worker));
    let is_facade = |frame: &str| {
        let Some(url) = frame.strip_prefix(SCHEME).and_then(|place| place.strip_suffix(FACADE_COLUMN)) else {
            return false;
        };
        let found = state.worker.get().and_then(|worker| find(&worker.bundle, url));
        found.is_none_or(|module| module.kind != ModuleKind::EsModule)
    };
    let callers = frames.iter().skip(1).map(|(caller, _)| Some(&**caller)).chain([None]);
    let shown = frames.iter().map(|(frame, _)| frame).zip(callers);
    let shown =
        shown.filter(|(frame, caller)| !is_own(frame) && !is_called_by_own(frame, *caller) && !is_facade(frame));
    let lines = shown.take(most).map(|(frame, _)| format!("\n    at {}", shown_frame(frame, naming)));
    string(scope, &(head + &lines.collect::<String>()))
}
