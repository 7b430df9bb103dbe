//! The modules binding: what a Worker's bundle holds besides ES modules.
//!
//! Owns names of modules inside a bundle and the values of those that are no ES modules. It must not know files: a bundle
//! is complete before its Worker starts.

use deno_core::op2;

use crate::call::{Module, ModuleBundle, ModuleKind};
use crate::fetch::string;
use crate::isolate::IsolateState;

deno_core::extension!(denizen_modules, ops = [op_module_find],);

/// URL scheme of every module that a user gave: nothing else is loaded under it, and nothing of theirs under another.
pub const SCHEME: &str = "worker:///";

/// Why a module could not be required.
#[derive(Debug, thiserror::Error, deno_error::JsError)]
pub enum ModuleError {
    /// The bundle has none of that name. The text is workerd's.
    #[class(generic)]
    #[error("Module not found: {0}")]
    Missing(String),
    /// It is no valid JavaScript, JSON or WebAssembly.
    #[class(syntax)]
    #[error("{0}")]
    Invalid(String),
}

/// The name in a bundle that `specifier` means in the module `referrer`.
pub fn resolve(bundle: &ModuleBundle, referrer: &str, specifier: &str) -> Option<String> {
    let folder = referrer.rsplit_once('/').map_or("", |(folder, _)| folder);
    // The loader's own façades name a module by its URL; a bare name is relative to the importer like any other, and
    // else to the bundle, as bundlers write it.
    let (folders, specifier) = match specifier.strip_prefix(SCHEME) {
        Some(name) => ([""; 2], name),
        None if specifier.starts_with("./") || specifier.starts_with("../") => ([folder; 2], specifier),
        None => ([folder, ""], specifier),
    };
    folders.into_iter().find_map(|folder| {
        let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
        for part in specifier.split('/') {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()),
                part => parts.push(part),
            }
        }
        let name = parts.join("/");
        let alias = bundle.aliases.get(&name).cloned();
        alias.or_else(|| bundle.modules.contains_key(&name).then_some(name))
    })
}

/// The module that `specifier` means for `require`: `[name, kind, value]`, the value of a CommonJS module being a function.
#[op2]
pub fn op_module_find<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[string] referrer: Option<String>,
    #[string] specifier: &str,
) -> Result<v8::Local<'s, v8::Value>, ModuleError> {
    let state = IsolateState::of(scope);
    let bundle = state.worker().bundle.clone();
    let referrer = referrer.unwrap_or_default();
    let name = resolve(&bundle, &referrer, specifier).ok_or_else(|| ModuleError::Missing(specifier.to_owned()))?;
    let module = bundle.modules.get(&name).expect("resolve gives names that the bundle has");
    let (kind, value) = match module.kind {
        ModuleKind::EsModule => ("esm", v8::undefined(scope).into()),
        ModuleKind::CommonJs => ("cjs", compile_commonjs(scope, &name, module)?),
        _ => ("value", value_of(scope, module)?),
    };
    let name = string(scope, &name);
    let kind = string(scope, kind);
    Ok(v8::Array::new_with_elements(scope, &[name, kind, value]).into())
}

fn compile_commonjs<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    name: &str,
    module: &Module,
) -> Result<v8::Local<'s, v8::Value>, ModuleError> {
    let text = v8::String::new_from_utf8(scope, &module.content, v8::NewStringType::Normal)
        .ok_or_else(|| ModuleError::Invalid(format!("{name} is too long")))?;
    let resource = string(scope, &format!("{SCHEME}{name}"));
    let origin = v8::ScriptOrigin::new(scope, resource, 0, 0, false, -1, None, false, false, false, None);
    let params = ["exports", "require", "module", "__filename", "__dirname"]
        .map(|param| v8::String::new(scope, param).unwrap_or_else(|| v8::String::empty(scope)));
    let mut source = v8::script_compiler::Source::new(text, Some(&origin));
    v8::tc_scope!(let scope, scope);
    let function = v8::script_compiler::compile_function(
        scope,
        &mut source,
        &params,
        &[],
        v8::script_compiler::CompileOptions::NoCompileOptions,
        v8::script_compiler::NoCacheReason::NoReason,
    );
    match function {
        Some(function) => Ok(function.into()),
        None => {
            let message = scope.exception().map(|exception| exception.to_rust_string_lossy(scope)).unwrap_or_default();
            let line = scope.message().and_then(|message| message.get_line_number(scope)).unwrap_or_default();
            Err(ModuleError::Invalid(format!("{message}\n    at {name}:{line}")))
        }
    }
}

/// The default export of a module that is no code.
pub fn value_of<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    module: &Module,
) -> Result<v8::Local<'s, v8::Value>, ModuleError> {
    let content = &module.content;
    match module.kind {
        ModuleKind::Data => {
            let store = v8::ArrayBuffer::new_backing_store_from_vec(content.to_vec()).make_shared();
            Ok(v8::ArrayBuffer::with_backing_store(scope, &store).into())
        }
        ModuleKind::Wasm => v8::WasmModuleObject::compile(scope, content)
            .map(Into::into)
            .ok_or_else(|| ModuleError::Invalid("The module is no valid WebAssembly.".into())),
        kind => {
            let text = v8::String::new_from_utf8(scope, content, v8::NewStringType::Normal)
                .ok_or_else(|| ModuleError::Invalid("The module is too long for a string.".into()))?;
            if kind != ModuleKind::Json {
                return Ok(text.into());
            }
            v8::json::parse(scope, text).ok_or_else(|| ModuleError::Invalid("The module is no valid JSON.".into()))
        }
    }
}
