//! The web binding: what the global scope needs of the host.
//!
//! Owns names that are given a value when they are first asked for, and the Worker's compatibility flags. It must not know
//! which names there are.

mod flags;
pub mod url;

pub use flags::{is_on, is_on_at};

use deno_core::op2;

use crate::fetch::string;
use crate::isolate::IsolateState;

deno_core::extension!(denizen_web, ops = [op_compatibility_flags, op_define_lazy, op_flags_changed, op_native_name]);

/// Gives `object` a data property whose value is what `load(name)` gives when the property is first read. Until then, a
/// class that nobody uses costs an isolate a few words.
#[op2(nofast)]
pub fn op_define_lazy<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    object: v8::Local<'s, v8::Object>,
    name: v8::Local<'s, v8::Name>,
    load: v8::Local<'s, v8::Function>,
    read_only: bool,
) {
    let attributes = if read_only { v8::PropertyAttribute::READ_ONLY } else { v8::PropertyAttribute::NONE };
    object.set_lazy_data_property_with_data(
        scope,
        name,
        read_lazy,
        load.into(),
        attributes,
        v8::SideEffectType::HasSideEffect,
        v8::SideEffectType::HasSideEffect,
    );
}

fn read_lazy(
    scope: &mut v8::PinScope<'_, '_>,
    name: v8::Local<'_, v8::Name>,
    args: v8::PropertyCallbackArguments<'_>,
    mut result: v8::ReturnValue<'_, v8::Value>,
) {
    let Ok(load) = v8::Local::<v8::Function>::try_from(args.data()) else { return };
    let undefined = v8::undefined(scope).into();
    if let Some(value) = load.call(scope, undefined, &[name.into()]) {
        result.set(value);
    }
}

/// The name of a function that is of the runtime's own scripts, undefined for one of user code or of V8.
#[op2]
pub fn op_native_name<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    function: v8::Local<'s, v8::Function>,
) -> v8::Local<'s, v8::Value> {
    let origin = function.get_script_origin(scope);
    let script = origin.resource_name().filter(|name| name.is_string()).map(|name| name.to_rust_string_lossy(scope));
    if script.is_some_and(|script| script.starts_with("ext:")) {
        function.get_name(scope).into()
    } else {
        v8::undefined(scope).into()
    }
}

/// Every flag of the Worker: `[name, whether it is on, …]`.
#[op2]
pub fn op_compatibility_flags<'s>(scope: &mut v8::PinScope<'s, '_>) -> v8::Local<'s, v8::Value> {
    let state = IsolateState::of(scope);
    let worker = state.worker();
    let mut values = Vec::new();
    for (name, on) in flags::all(&worker.compatibility_date, &worker.compatibility_flags, crate::loader::opposite) {
        values.push(string(scope, name));
        values.push(v8::Boolean::new(scope, on).into());
    }
    v8::Array::new_with_elements(scope, &values).into()
}

/// Names of the flags that change something and are not as a Worker of the newest date has them.
#[op2]
pub fn op_flags_changed<'s>(scope: &mut v8::PinScope<'s, '_>) -> v8::Local<'s, v8::Value> {
    let state = IsolateState::of(scope);
    let worker = state.worker();
    let names = flags::changed(&worker.compatibility_date, &worker.compatibility_flags, crate::loader::opposite);
    let values: Vec<_> = names.map(|name| string(scope, name)).collect();
    v8::Array::new_with_elements(scope, &values).into()
}
