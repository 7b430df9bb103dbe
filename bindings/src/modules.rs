//! The modules binding: names of modules, and what a Worker's bundle holds besides ES modules.
//!
//! Owns the URLs under which modules are known, resolution inside a bundle, and the values of modules that are no ES
//! modules. It must not know files: a bundle is complete before its Worker starts.

use std::collections::HashMap;

use deno_core::op2;
use deno_core::url::Url;

use crate::call::{Module, ModuleBundle, ModuleKind, WorkerDefinition};
use crate::fetch::string;
use crate::isolate::IsolateState;
use crate::node::NodeModules;

deno_core::extension!(denizen_modules, ops = [op_module_find, op_module_namespace],);

/// What stands before the URL of every module that a user gave, where V8 and deno_core see it: nothing else is loaded under
/// this scheme, and nothing of a user's under another.
pub const SCHEME: &str = "worker:";

/// Where a bundle lies, as its code sees it: workerd's.
pub const BUNDLE: &str = "file:///bundle/";

/// WebAssembly as V8 has compiled it. It may go to another isolate of the process.
pub struct CompiledWasm(pub v8::CompiledWasmModule);

impl std::fmt::Debug for CompiledWasm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CompiledWasm")
    }
}

/// URL, after the scheme, of a module whose `ns` is the namespace of another one: its query is that one's URL.
pub const NAMESPACE: &str = "namespace?";

/// Why a module could not be found or made. The texts are workerd's.
#[derive(Debug, thiserror::Error, deno_error::JsError)]
pub enum ModuleError {
    /// The bundle has none of that name.
    #[class(generic)]
    #[error("Module not found: {0}")]
    Missing(String),
    /// The same in a Worker whose modules have names instead of URLs: the quoted name, and what comes after it.
    #[class(generic)]
    #[error("No such module {0}")]
    NoSuch(String),
    /// It cannot be a URL.
    #[class(type)]
    #[error("Invalid module specifier: {0}")]
    Specifier(String),
    /// Two names of a bundle mean the same module.
    #[class(generic)]
    #[error(
        "Failed to start Worker:\nModule \"{0}\" already added to bundle\nNo event handlers were registered. This script does nothing."
    )]
    Twice(String),
    /// A name that belongs to the runtime.
    #[class(generic)]
    #[error("Failed to start Worker:\nThe cloudflare: protocol is reserved and cannot be used in module bundles")]
    Reserved,
}

/// From this date on modules have URLs, unless a flag says otherwise.
const URLS_FROM: &str = "2026-11-17";

/// Whether texts name the modules of a Worker by their URLs (`new_module_registry`).
pub fn have_urls(worker: &WorkerDefinition) -> bool {
    let set = |flag: &str| worker.compatibility_flags.iter().any(|given| given == flag);
    set("new_module_registry") || (worker.compatibility_date.as_str() >= URLS_FROM && !set("legacy_module_registry"))
}

/// The error for the missing module `url` in a Worker whose modules have no URLs. `importer` is the URL of the module that imports it
/// statically.
pub fn no_such_module(url: &str, importer: Option<&str>) -> ModuleError {
    let name = |url: &str| {
        let path = url.strip_prefix(BUNDLE).or_else(|| url.strip_prefix("file:///")).unwrap_or(url);
        path.replace("//", "/")
    };
    let importer = importer.map(|url| format!("\n  imported from \"{}\"", name(url))).unwrap_or_default();
    ModuleError::NoSuch(format!("\"{}\".{importer}", name(url)))
}

/// URL of the module that a bundle calls `name`; without query and fragment, as the keys of [`ModuleBundle::modules`] are.
pub fn url_of(name: &str) -> Result<String, ModuleError> {
    let url = Url::parse(BUNDLE).and_then(|base| base.join(name.trim_start_matches('/')));
    Ok(key_of(&normal(url.map_err(|_| ModuleError::Specifier(name.to_owned()))?)))
}

/// URL of a file of a bundle, whose name is no part of a URL.
pub fn url_of_file(name: &str) -> Result<String, ModuleError> {
    url_of(&name.replace('%', "%25").replace('?', "%3F").replace('#', "%23"))
}

/// Adds a module to those of a bundle. The name must be the only one of its module.
pub fn add_module(modules: &mut HashMap<String, Module>, name: &str, module: Module) -> Result<(), ModuleError> {
    let url = url_of(name)?;
    if url.starts_with("cloudflare:") {
        return Err(ModuleError::Reserved);
    }
    match modules.contains_key(&url) {
        true => Err(ModuleError::Twice(url)),
        false => {
            modules.insert(url, module);
            Ok(())
        }
    }
}

/// What `specifier` means in the module `referrer`, whether or not there is such a module. Both are as user code sees them.
pub fn resolve_url(referrer: &str, specifier: &str) -> Result<Url, ModuleError> {
    let url = Url::parse(referrer).and_then(|base| base.join(specifier)).or_else(|_| Url::parse(specifier));
    url.map(normal).map_err(|_| ModuleError::Specifier(specifier.to_owned()))
}

/// The module of the bundle that `specifier` means in the module `referrer`, as user code sees it: with query and fragment,
/// since each is an instance of its own.
pub fn resolve(bundle: &ModuleBundle, referrer: &str, specifier: &str) -> Result<Url, ModuleError> {
    let mut url = resolve_url(referrer, specifier)?;
    let key = key_of(&url);
    if let Some(target) = bundle.aliases.get(&key) {
        let (query, fragment) = (url.query().map(str::to_owned), url.fragment().map(str::to_owned));
        url = Url::parse(target).map_err(|_| ModuleError::Specifier(specifier.to_owned()))?;
        url.set_query(query.as_deref());
        url.set_fragment(fragment.as_deref());
    } else if !bundle.modules.contains_key(&key) {
        return Err(ModuleError::Missing(url.to_string()));
    }
    Ok(url)
}

/// The module that a URL stands for, as user code sees the URL.
pub fn find<'a>(bundle: &'a ModuleBundle, url: &str) -> Option<&'a Module> {
    bundle.modules.get(url.split(['?', '#']).next().unwrap_or(url))
}

fn key_of(url: &Url) -> String {
    url.as_str().split(['?', '#']).next().unwrap_or_default().to_owned()
}

/// One spelling for escapes: none where a character stands for itself, one where it has to be escaped.
fn normal(mut url: Url) -> Url {
    if !url.cannot_be_a_base() && url.path().contains('%') {
        let path = decode(url.path());
        url.set_path(&path);
    }
    url
}

/// Decodes all escapes but those of characters that would change what the path means.
fn decode(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escape = bytes.get(at + 1..at + 3).and_then(|pair| std::str::from_utf8(pair).ok());
        match escape.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) if bytes[at] == b'%' && !b"/?#\\".contains(&byte) => {
                decoded.push(byte);
                at += 3;
            }
            _ => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(decoded).unwrap_or_else(|_| path.to_owned())
}

/// The module that `specifier` means for `require` in the module `referrer`: `[url, kind, value]`. The value of a CommonJS
/// module is a function, of a module that cannot be made what is thrown.
#[op2]
pub fn op_module_find<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[string] referrer: &str,
    #[string] specifier: &str,
) -> Result<v8::Local<'s, v8::Value>, ModuleError> {
    let state = IsolateState::of(scope);
    let bundle = state.worker().bundle.clone();
    let missing = || match have_urls(state.worker()) {
        true => ModuleError::Missing(specifier.to_owned()),
        false => {
            no_such_module(resolve_url(referrer, specifier).map_or(specifier.to_owned(), String::from).as_str(), None)
        }
    };
    let (url, found) = match resolve(&bundle, referrer, specifier) {
        Ok(url) => {
            let module = find(&bundle, url.as_str()).ok_or_else(missing)?;
            let found = match module.kind {
                ModuleKind::EsModule => ("esm", Ok(v8::undefined(scope).into())),
                ModuleKind::CommonJs => ("cjs", compile_commonjs(scope, url.as_str(), module)),
                _ => ("value", value_of(scope, module)),
            };
            (url.to_string(), found)
        }
        Err(_) => {
            crate::importable_script(specifier, NodeModules::of(state.worker())).ok_or_else(missing)?;
            (specifier.to_owned(), ("esm", Ok(v8::undefined(scope).into())))
        }
    };
    let (kind, value) = match found {
        (kind, Ok(value)) => (kind, value),
        (_, Err(thrown)) => ("thrown", thrown),
    };
    let url = string(scope, &url);
    let kind = string(scope, kind);
    Ok(v8::Array::new_with_elements(scope, &[url, kind, value]).into())
}

/// Loads and runs an ES module of the bundle, or a module of the runtime, and gives its namespace: `[namespace, undefined]`, or
/// `[undefined, thrown]`.
#[op2(reentrant)]
pub fn op_module_namespace<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[string] url: &str,
) -> Result<v8::Local<'s, v8::Value>, ModuleError> {
    let state = IsolateState::of(scope);
    let missing = || ModuleError::Missing(url.to_owned());
    let known = find(&state.worker().bundle, url).is_some();
    let internal = match crate::importable_script(url, NodeModules::of(state.worker())) {
        _ if known => format!("{SCHEME}{url}"),
        Some(_) => crate::runtime_url(url),
        None => return Err(missing()),
    };
    let entries = state.entries.get().ok_or_else(missing)?;
    let import = v8::Local::new(scope, &entries.import_sync);
    let specifier = string(scope, &format!("{SCHEME}{NAMESPACE}{internal}"));
    let undefined = v8::undefined(scope).into();
    let made = catching(scope, |scope| {
        let holder = v8::Local::<v8::Object>::try_from(import.call(scope, undefined, &[specifier, undefined])?).ok()?;
        let key = v8::String::new(scope, "ns")?;
        holder.get(scope, key.into())
    });
    let pair = match made {
        Ok(namespace) => [namespace, undefined],
        Err(thrown) => [undefined, thrown],
    };
    Ok(v8::Array::new_with_elements(scope, &pair).into())
}

/// What was made, or what V8 threw.
type Made<'s> = Result<v8::Local<'s, v8::Value>, v8::Local<'s, v8::Value>>;

fn too_long<'s>(scope: &mut v8::PinScope<'s, '_>) -> v8::Local<'s, v8::Value> {
    let message = v8::String::new(scope, "The module is too long.").unwrap_or_else(|| v8::String::empty(scope));
    v8::Exception::range_error(scope, message)
}

fn compile_commonjs<'s>(scope: &mut v8::PinScope<'s, '_>, url: &str, module: &Module) -> Made<'s> {
    let Some(text) = v8::String::new_from_utf8(scope, &module.content, v8::NewStringType::Normal) else {
        return Err(too_long(scope));
    };
    let resource = string(scope, &format!("{SCHEME}{url}"));
    let origin = v8::ScriptOrigin::new(scope, resource, 0, 0, false, -1, None, false, false, false, None);
    let params = ["exports", "require", "module", "__filename", "__dirname"]
        .map(|param| v8::String::new(scope, param).unwrap_or_else(|| v8::String::empty(scope)));
    let mut source = v8::script_compiler::Source::new(text, Some(&origin));
    catching(scope, |scope| {
        let function = v8::script_compiler::compile_function(
            scope,
            &mut source,
            &params,
            &[],
            v8::script_compiler::CompileOptions::NoCompileOptions,
            v8::script_compiler::NoCacheReason::NoReason,
        );
        function.map(Into::into)
    })
}

/// The default export of a module that is no code.
pub fn value_of<'s>(scope: &mut v8::PinScope<'s, '_>, module: &Module) -> Made<'s> {
    let content = &module.content;
    match module.kind {
        ModuleKind::Data => Ok(crate::memory::array_buffer(scope, content.to_vec()).into()),
        ModuleKind::Wasm => catching(scope, |scope| match module.compiled.get() {
            Some(compiled) => v8::WasmModuleObject::from_compiled_module(scope, &compiled.0).map(Into::into),
            None => {
                let made = v8::WasmModuleObject::compile(scope, content)?;
                // The code is the same in every isolate that loads the bundle.
                drop(module.compiled.set(CompiledWasm(made.get_compiled_module())));
                Some(made.into())
            }
        }),
        kind => {
            let Some(text) = v8::String::new_from_utf8(scope, content, v8::NewStringType::Normal) else {
                return Err(too_long(scope));
            };
            match kind {
                ModuleKind::Json => catching(scope, |scope| v8::json::parse(scope, text)),
                _ => Ok(text.into()),
            }
        }
    }
}

fn catching<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    make: impl FnOnce(&mut v8::PinScope<'s, '_>) -> Option<v8::Local<'s, v8::Value>>,
) -> Made<'s> {
    v8::tc_scope!(let scope, scope);
    match make(scope) {
        Some(value) => Ok(value),
        None => {
            let thrown = scope.exception().unwrap_or_else(|| v8::undefined(scope).into());
            scope.reset();
            Err(thrown)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn bundle(names: &[&str]) -> ModuleBundle {
        let mut modules = HashMap::new();
        for name in names {
            let content: Arc<[u8]> = name.as_bytes().into();
            add_module(&mut modules, name, Module::new(ModuleKind::Text, content)).expect("one of its name");
        }
        ModuleBundle { main: String::new(), modules, aliases: HashMap::new() }
    }

    #[test]
    fn escapes_have_one_spelling() {
        let bundle = bundle(&["a b.js", "\u{e9}.js", "c%20d.js", "e/f.js"]);
        let find = |specifier: &str| resolve(&bundle, "file:///bundle/main.js", specifier).map(|url| url.to_string());
        assert_eq!(find("./a%20b.js").ok(), find("./a b.js").ok());
        assert_eq!(find("./%61%20b.js").ok().as_deref(), Some("file:///bundle/a%20b.js"));
        assert_eq!(find("./%C3%A9.js").ok(), find("./\u{e9}.js").ok());
        assert!(find("./c%2520d.js").is_ok() && find("./c d.js").is_ok());
        assert!(find("./e%2Ff.js").is_err(), "an escaped slash is no slash");
    }

    #[test]
    fn a_bundle_is_not_left_and_names_are_not_shared() {
        let bundle = bundle(&["lib.js", "node:path"]);
        let find = |specifier: &str| resolve(&bundle, "file:///bundle/main.js", specifier).map(|url| url.to_string());
        assert!(find("../lib.js").is_err() && find("/lib.js").is_err() && find(".//lib.js").is_err());
        assert_eq!(find("./lib.js?a#b").ok().as_deref(), Some("file:///bundle/lib.js?a#b"));
        assert_eq!(find("node:path").ok().as_deref(), Some("node:path"));
        let mut modules = bundle.modules;
        let module = || Module::new(ModuleKind::Text, Arc::from(&b""[..]));
        assert!(matches!(add_module(&mut modules, "./lib.js", module()), Err(ModuleError::Twice(_))));
        assert!(matches!(add_module(&mut modules, "cloudflare:x", module()), Err(ModuleError::Reserved)));
    }

    #[test]
    fn files_keep_their_names() {
        for name in ["a.js", "lib/b c.js", "a\"b.txt", "q?x#y.js"] {
            let url = url_of_file(name).expect("a URL");
            assert!(!url.contains(['?', '#']), "{url}");
        }
        assert_ne!(url_of_file("a%41.js").ok(), url_of_file("aA.js").ok());
    }
}
