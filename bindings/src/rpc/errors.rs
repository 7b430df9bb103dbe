//! Errors on their way between isolates.
//!
//! Owns how a thrown value becomes a [`CallError`] and a `CallError` a JavaScript value again. `js/rpc/errors.js` reads the
//! thrown value, since that may run user code. It must not know who threw.

use std::sync::Arc;

use denizen_core::limits::ERROR_TEXT_BYTES;
use deno_core::op2;

use super::wire;
use crate::call::{CallError, Exceeded, Told};
use crate::io::beginning;
use crate::isolate::IsolateState;
use crate::web::is_on;

/// The error of a record that `errorParts` made.
pub fn error_from_js(scope: &mut v8::PinScope<'_, '_>, parts: v8::Local<'_, v8::Value>) -> CallError {
    let Ok(parts) = v8::Local::<v8::Object>::try_from(parts) else { return CallError::default() };
    let get = |scope: &mut v8::PinScope<'_, '_>, key: &str| {
        let key = v8::String::new(scope, key)?;
        parts.get(scope, key.into()).map(|value| v8::Global::new(scope, value))
    };
    let text = |scope: &mut v8::PinScope<'_, '_>, key: &str| {
        let value = get(scope, key)?;
        let value = v8::Local::new(scope, value);
        v8::Local::<v8::String>::try_from(value).ok().map(|text| bounded(scope, text))
    };
    let flag = |scope: &mut v8::PinScope<'_, '_>, key: &str| {
        get(scope, key).is_some_and(|value| v8::Local::new(scope, value).is_true())
    };
    let wired = |scope: &mut v8::PinScope<'_, '_>, key: &str| {
        let value = get(scope, key)?;
        let value = v8::Local::new(scope, value);
        if value.is_object() { wire::thrown(scope, value).ok().map(Arc::new) } else { None }
    };
    CallError {
        name: text(scope, "name").unwrap_or_default(),
        message: text(scope, "message").unwrap_or_default(),
        stack: text(scope, "stack"),
        told: text(scope, "log").map(|log| Arc::new(Told { log: Some(log.into()), origin: None })),
        dom: flag(scope, "dom"),
        retryable: flag(scope, "retryable"),
        overloaded: flag(scope, "overloaded"),
        durable_object_reset: flag(scope, "durableObjectReset"),
        props: wired(scope, "props"),
        value: wired(scope, "value"),
        ..CallError::default()
    }
}

/// A text, or the beginning of a long one.
fn bounded(scope: &mut v8::PinScope<'_, '_>, text: v8::Local<'_, v8::String>) -> String {
    beginning(scope, text, ERROR_TEXT_BYTES)
}

/// The JavaScript value that stands for `error`. Standard classes keep their type, and what was no error is what it was.
pub fn error_to_js<'s>(scope: &mut v8::PinScope<'s, '_>, error: &CallError) -> v8::Local<'s, v8::Value> {
    let thrown = error.value.as_ref().and_then(|value| wire::deserialize(scope, value).ok());
    let value = match thrown {
        Some(value) => value,
        None => typed_error(scope, error),
    };
    let Ok(object) = v8::Local::<v8::Object>::try_from(value) else { return value };
    if let Some(props) = &error.props
        && keeps_more(scope)
    {
        copy_props(scope, props, object);
    }
    if let Some(origin) = error.origin() {
        let text = format!("thrown in {origin}:\n{}", error.log_text()).replace('\n', "\n  ");
        let (key, text) = (origin_key(scope), crate::fetch::string(scope, &text));
        object.set_private(scope, key, text);
    }
    let flags = [
        ("remote", error.remote),
        ("retryable", error.retryable),
        ("overloaded", error.overloaded),
        ("durableObjectReset", error.durable_object_reset),
    ];
    for (name, set) in flags {
        if set {
            let truth = v8::Boolean::new(scope, true).into();
            set_property(scope, object, name, truth);
        }
    }
    if let Some(exceeded) = &error.limit {
        let Exceeded { limit, used, max, facet } = &**exceeded;
        let name = crate::fetch::string(scope, &limit.to_string());
        set_property(scope, object, "limit", name);
        let used = v8::Number::new(scope, *used).into();
        set_property(scope, object, "used", used);
        let max = v8::Number::new(scope, *max).into();
        set_property(scope, object, "max", max);
        if let Some(facet) = facet {
            let facet = crate::fetch::string(scope, facet);
            set_property(scope, object, "facet", facet);
        }
    }
    value
}

/// The key under which an error keeps what the log says of the place that it came from. User code cannot name it.
fn origin_key<'s>(scope: &mut v8::PinScope<'s, '_, ()>) -> v8::Local<'s, v8::Private> {
    let name = v8::String::new(scope, "denizen.origin");
    v8::Private::for_api(scope, name)
}

/// What the log says of the place that an error came from; undefined if it came from nowhere else.
#[op2]
pub fn op_error_origin<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    error: v8::Local<'s, v8::Value>,
) -> v8::Local<'s, v8::Value> {
    let undefined = v8::undefined(scope).into();
    let Ok(error) = v8::Local::<v8::Object>::try_from(error) else { return undefined };
    let key = origin_key(scope);
    error.get_private(scope, key).unwrap_or(undefined)
}

/// What V8 says of a thrown value that is no error.
#[op2]
#[string]
pub fn op_thrown_text(scope: &mut v8::PinScope<'_, '_>, thrown: v8::Local<'_, v8::Value>) -> String {
    let text = v8::Exception::create_message(scope, thrown).get(scope).to_rust_string_lossy(scope);
    text.strip_prefix("Uncaught ").unwrap_or(&text).to_owned()
}

/// Writes on an error of which object it tells.
pub fn name_object(scope: &mut v8::PinScope<'_, '_>, error: v8::Local<'_, v8::Value>, object: &str) {
    if let Ok(error) = v8::Local::<v8::Object>::try_from(error) {
        let id = crate::fetch::string(scope, object);
        set_property(scope, error, "durableObjectId", id);
    }
}

fn typed_error<'s>(scope: &mut v8::PinScope<'s, '_>, error: &CallError) -> v8::Local<'s, v8::Value> {
    let message = v8::String::new(scope, &error.message).unwrap_or_else(|| v8::String::empty(scope));
    match error.name.as_str() {
        name if error.dom || MADE_BY_SCRIPT.contains(&name) => made_by_script(scope, message, name, error.dom),
        "" | "Error" => v8::Exception::error(scope, message),
        "TypeError" => v8::Exception::type_error(scope, message),
        "RangeError" => v8::Exception::range_error(scope, message),
        "SyntaxError" => v8::Exception::syntax_error(scope, message),
        "ReferenceError" => v8::Exception::reference_error(scope, message),
        name if !keeps_more(scope) => {
            let text = if error.message.is_empty() { name.to_owned() } else { error.to_string() };
            let text = v8::String::new(scope, &text).unwrap_or(message);
            v8::Exception::error(scope, text)
        }
        name => {
            let value = v8::Exception::error(scope, message);
            if let Ok(object) = v8::Local::<v8::Object>::try_from(value) {
                let name = crate::fetch::string(scope, name);
                set_hidden(scope, object, "name", name);
            }
            value
        }
    }
}

/// Names of classes of the language that V8's interface does not make.
const MADE_BY_SCRIPT: &[&str] = &["AggregateError", "EvalError", "SuppressedError", "URIError"];

/// Whether the isolate's Worker sees more of an error than its class and message.
fn keeps_more(scope: &mut v8::PinScope<'_, '_>) -> bool {
    IsolateState::of(scope).worker.get().is_none_or(|worker| is_on(worker, "enhanced_error_serialization"))
}

fn made_by_script<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    message: v8::Local<'s, v8::String>,
    name: &str,
    dom: bool,
) -> v8::Local<'s, v8::Value> {
    let state = IsolateState::of(scope);
    let Some(entries) = state.entries.get() else { return v8::Exception::error(scope, message) };
    let make = v8::Local::new(scope, &entries.make_error);
    let name = crate::fetch::string(scope, name);
    let dom = v8::Boolean::new(scope, dom).into();
    let undefined = v8::undefined(scope).into();
    let made = make.call(scope, undefined, &[message.into(), name, dom]);
    made.unwrap_or_else(|| v8::Exception::error(scope, message))
}

fn copy_props(scope: &mut v8::PinScope<'_, '_>, props: &Arc<wire::WireValue>, onto: v8::Local<'_, v8::Object>) {
    let Ok(value) = wire::deserialize(scope, props) else { return };
    let Ok(object) = v8::Local::<v8::Object>::try_from(value) else { return };
    let Some(names) = object.get_own_property_names(scope, v8::GetPropertyNamesArgs::default()) else { return };
    for index in 0..names.length() {
        if let Some(name) = names.get_index(scope, index)
            && let Some(value) = object.get(scope, name)
            && let Ok(name) = v8::Local::<v8::Name>::try_from(name)
        {
            onto.create_data_property(scope, name, value);
        }
    }
}

/// Defines an own property that is not enumerated.
fn set_hidden(
    scope: &mut v8::PinScope<'_, '_>,
    object: v8::Local<'_, v8::Object>,
    name: &str,
    value: v8::Local<'_, v8::Value>,
) {
    if let Some(name) = v8::String::new(scope, name) {
        object.define_own_property(scope, name.into(), value, v8::PropertyAttribute::DONT_ENUM);
    }
}

/// Defines an own property, whatever setters the prototypes have.
fn set_property(
    scope: &mut v8::PinScope<'_, '_>,
    object: v8::Local<'_, v8::Object>,
    name: &str,
    value: v8::Local<'_, v8::Value>,
) {
    if let Some(name) = v8::String::new(scope, name) {
        object.create_data_property(scope, name.into(), value);
    }
}
