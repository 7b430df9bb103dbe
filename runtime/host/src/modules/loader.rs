//! Gives an isolate the modules of its Worker's bundle.
//!
//! Owns the way of each kind of module into V8 and what user code can ask of an import. User sources are loaded under
//! `worker:` only, so that none can pass for one of the runtime's. It must not know files.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use denizen_bindings::call::{Module, ModuleBundle, ModuleKind, WorkerDefinition};
use denizen_bindings::fetch::string;
use denizen_bindings::isolate::IsolateState;
use denizen_bindings::modules::{ModuleError, NAMESPACE, Naming, SCHEME, find, resolve, value_of};
use denizen_bindings::node::NodeModules;
use denizen_bindings::web::is_on;
use denizen_bindings::{importable_script, runtime_url};
use denizen_core::limits::{CODE_CACHE_BYTES, IMPORT_BYTES};
use deno_core::{
    FastString, ImportAttributesContext, ModuleLoadOptions, ModuleLoadReferrer, ModuleLoadResponse, ModuleLoader,
    ModuleResolveResponse, ModuleSource, ModuleSourceCode, ModuleSpecifier, ModuleType, RequestedModuleType,
    ResolutionKind, SourceCodeCacheInfo,
};
use deno_error::{JsErrorBox, JsErrorClass};

use super::source_map::{inline_source_map, without_inline_source_map};
use crate::shard::watchdog;

/// Import attribute by which a module that is no code is asked for. Only the façades below use it.
const VALUE_TYPE: &str = "denizen-value";

/// URL, after the scheme, of a module that throws: its query is the error's class and message.
const FAILURE: &str = "failure?";

/// Where a façade makes its value: on its first line, in this column, in no function.
pub const FACADE_COLUMN: &str = ":1:16";

/// Machine code of modules that were compiled before, by the hash of their source.
#[derive(Default)]
pub struct CodeCache(Mutex<CodeEntries>);

#[derive(Default)]
struct CodeEntries {
    by_hash: HashMap<u64, Arc<[u8]>>,
    bytes: usize,
}

impl CodeCache {
    fn get(&self, hash: u64) -> Option<Arc<[u8]>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).by_hash.get(&hash).cloned()
    }

    fn put(&self, hash: u64, code: &[u8]) {
        if code.len() > CODE_CACHE_BYTES {
            return;
        }
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.bytes + code.len() > CODE_CACHE_BYTES {
            *entries = CodeEntries::default();
        }
        entries.bytes += code.len();
        if let Some(replaced) = entries.by_hash.insert(hash, code.into()) {
            entries.bytes -= replaced.len();
        }
    }
}

/// The loader of one isolate: empty until the isolate has a Worker.
#[derive(Default)]
pub struct WorkerModuleLoader {
    source: OnceCell<(Arc<ModuleBundle>, Arc<CodeCache>)>,
    /// The modules of Node that its Worker has.
    node: Cell<NodeModules>,
    /// How its Worker names modules.
    naming: Cell<Naming>,
    /// See [`IMPORT_BYTES`].
    import_bytes: Cell<u64>,
}

impl WorkerModuleLoader {
    /// Gives the loader the bundle of its Worker, and says which modules of Node there are.
    pub fn set(&self, worker: &WorkerDefinition, cache: Arc<CodeCache>) {
        self.node.set(NodeModules::of(worker));
        self.naming.set(Naming::of(worker));
        if self.source.set((worker.bundle.clone(), cache)).is_err() {
            unreachable!("an isolate is given a Worker once");
        }
    }

    fn bundle(&self) -> Result<&Arc<ModuleBundle>, JsErrorBox> {
        self.source.get().map(|(bundle, _)| bundle).ok_or_else(|| JsErrorBox::generic("The isolate has no Worker."))
    }

    fn find(&self, specifier: &ModuleSpecifier) -> Result<(&str, &Module), JsErrorBox> {
        let url = user_url(specifier.as_str());
        let bundle = self.bundle()?;
        let (key, module) = bundle
            .modules
            .get_key_value(url.split(['?', '#']).next().unwrap_or(url))
            .ok_or_else(|| JsErrorBox::from_err(ModuleError::Missing(url.to_owned())))?;
        Ok((key, module))
    }
}

/// The URL that V8 sees, of one that user code sees.
pub fn specifier_of(url: &str) -> Option<ModuleSpecifier> {
    ModuleSpecifier::parse(&format!("{SCHEME}{url}")).ok()
}

/// The URL that user code sees, of one that V8 sees.
pub fn user_url(specifier: &str) -> &str {
    specifier.strip_prefix(SCHEME).unwrap_or(specifier)
}

impl ModuleLoader for WorkerModuleLoader {
    fn resolve(&self, specifier: &str, referrer: &str, kind: ResolutionKind) -> ModuleResolveResponse {
        let own = user_url(referrer);
        // "." is the referrer of what the host itself asks for.
        if referrer == "." || kind == ResolutionKind::MainModule {
            return ModuleSpecifier::parse(specifier).map_err(|error| JsErrorBox::generic(error.to_string()));
        }
        match resolve(self.bundle()?, self.naming.get(), own, specifier) {
            Ok(url) => specifier_of(url.as_str()).ok_or_else(|| JsErrorBox::generic(format!("\"{url}\" is no URL."))),
            Err(error) => match importable_script(specifier, self.node.get()) {
                Some(_) => ModuleSpecifier::parse(&runtime_url(specifier))
                    .map_err(|error| JsErrorBox::generic(error.to_string())),
                None if kind == ResolutionKind::DynamicImport => failure(&whole(error, specifier, self.node.get())),
                None => Err(JsErrorBox::from_err(whole(error, specifier, self.node.get()))),
            },
        }
    }

    fn resolve_with_scope(
        &self,
        scope: &mut v8::PinScope,
        specifier: &str,
        referrer: &str,
        kind: ResolutionKind,
        _import_attributes: &HashMap<String, String>,
    ) -> ModuleResolveResponse {
        // The façades name modules by the URLs that V8 sees, in imports that stand in them, which are the only ones to come here.
        let own = user_url(referrer);
        if own.starts_with(NAMESPACE) || (specifier == referrer && self.is_facade(own)) {
            return ModuleSpecifier::parse(specifier).map_err(|error| JsErrorBox::generic(error.to_string()));
        }
        self.count_import(own)?;
        let found = self.resolve(specifier, referrer, kind)?;
        if kind == ResolutionKind::DynamicImport
            && let Ok((_, module)) = self.find(&found)
            && module.kind == ModuleKind::EsModule
            && let Some(message) = syntax_error(scope, &found, module)
        {
            return failure(&JsErrorBox::new("SyntaxError", message));
        }
        Ok(found)
    }

    fn load(
        &self,
        specifier: &ModuleSpecifier,
        _referrer: Option<&ModuleLoadReferrer>,
        options: ModuleLoadOptions,
    ) -> ModuleLoadResponse {
        // Between two modules nothing else sees that the time is over.
        let source = match watchdog::has_stopped_this_turn() {
            true => Err(JsErrorBox::generic("The execution was terminated.")),
            false => self.source_for(specifier, &options.requested_module_type),
        };
        ModuleLoadResponse::Sync(source)
    }

    fn code_cache_ready(
        &self,
        _specifier: ModuleSpecifier,
        hash: u64,
        code: &[u8],
    ) -> Pin<Box<dyn Future<Output = ()>>> {
        if let Some((_, cache)) = self.source.get() {
            cache.put(hash, code);
        }
        Box::pin(std::future::ready(()))
    }

    fn get_source_map(&self, file_name: &str) -> Option<Cow<'_, [u8]>> {
        let specifier = ModuleSpecifier::parse(file_name).ok()?;
        let module = self.find(&specifier).ok()?.1;
        if let Some(map) = &module.source_map {
            return Some(Cow::Borrowed(map));
        }
        let map = inline_source_map(std::str::from_utf8(&module.content).ok()?)?;
        Some(Cow::Owned(map.into_bytes()))
    }
}

/// The error that tells of a missing module: one of Node that the Worker does not have is missing under its whole name.
fn whole(error: ModuleError, specifier: &str, node: NodeModules) -> ModuleError {
    let name = |found: String| if node.names(specifier) { format!("node:{specifier}") } else { found };
    match error {
        ModuleError::Missing(url) => ModuleError::Missing(name(url)),
        ModuleError::NoSuch(path) => ModuleError::NoSuch(name(path)),
        error => error,
    }
}

/// Why the import of `specifier` that stands in a module of a Worker that names them by path leads nowhere. deno_core asks for
/// that before it resolves, and takes the error as it is.
fn missing_import(worker: &WorkerDefinition, referrer: &str, specifier: &str) -> Option<ModuleError> {
    let own = referrer.strip_prefix(SCHEME).filter(|own| specifier != referrer && !own.starts_with(NAMESPACE))?;
    let error = resolve(&worker.bundle, Naming::Paths, own, specifier).err()?;
    let node = NodeModules::of(worker);
    if importable_script(specifier, node).is_some() {
        return None;
    }
    let importer = Naming::Paths.shown(own).to_owned();
    Some(match whole(error, specifier, node) {
        ModuleError::NoSuch(path) => ModuleError::NoSuchImport(path, importer),
        ModuleError::Outside(path) => ModuleError::OutsideImport(path, importer),
        error => error,
    })
}

/// A module that throws `error` when it runs: an error that deno_core reports for a dynamic import would be a TypeError, and
/// name URLs that user code must not see.
fn failure(error: &dyn JsErrorClass) -> ModuleResolveResponse {
    let mut url = ModuleSpecifier::parse(&format!("{SCHEME}{}", FAILURE.trim_end_matches('?')))
        .map_err(|error| JsErrorBox::generic(error.to_string()))?;
    url.query_pairs_mut().append_pair(&error.get_class(), &error.get_message());
    Ok(url)
}

/// What is wrong with the syntax of an ES module.
fn syntax_error(scope: &mut v8::PinScope<'_, '_>, specifier: &ModuleSpecifier, module: &Module) -> Option<String> {
    let text = v8::String::new_from_utf8(scope, &module.content, v8::NewStringType::Normal)?;
    let resource = string(scope, specifier.as_str());
    let origin = v8::ScriptOrigin::new(scope, resource, 0, 0, false, -1, None, false, false, true, None);
    let mut source = v8::script_compiler::Source::new(text, Some(&origin));
    v8::tc_scope!(let scope, scope);
    if v8::script_compiler::compile_module(scope, &mut source).is_some() {
        return None;
    }
    let message = scope.message()?.get(scope).to_rust_string_lossy(scope);
    scope.reset();
    Some(message.trim_start_matches("Uncaught SyntaxError: ").to_owned())
}

impl WorkerModuleLoader {
    /// The module of the bundle that `url` is an instance of.
    fn module(&self, url: &str) -> Option<&Module> {
        self.bundle().ok()?.modules.get(url.split(['?', '#']).next().unwrap_or(url))
    }

    /// Whether what V8 runs as the module `url` is the loader's, and not the Worker's own code.
    fn is_facade(&self, url: &str) -> bool {
        self.module(url).is_none_or(|module| module.kind != ModuleKind::EsModule)
    }

    /// Counts an import that stands in a module which is being loaded.
    fn count_import(&self, importer: &str) -> Result<(), JsErrorBox> {
        let Some(importer) = self.module(importer) else { return Ok(()) };
        let bytes = self.import_bytes.get() + importer.content.len() as u64;
        self.import_bytes.set(bytes);
        match bytes > IMPORT_BYTES {
            true => Err(JsErrorBox::generic(format!(
                "The Worker's modules are too long for the number of their imports (at most {IMPORT_BYTES} bytes, where those of a module count once for each import in it)."
            ))),
            false => Ok(()),
        }
    }

    fn source_for(
        &self,
        specifier: &ModuleSpecifier,
        requested: &RequestedModuleType,
    ) -> Result<ModuleSource, JsErrorBox> {
        let script = |text: String| {
            let code = ModuleSourceCode::String(FastString::from(text));
            Ok(ModuleSource::new(ModuleType::JavaScript, code, specifier, None))
        };
        let bytes = |kind: ModuleType, content: &[u8]| {
            let code = ModuleSourceCode::Bytes(content.to_vec().into_boxed_slice().into());
            Ok(ModuleSource::new(kind, code, specifier, None))
        };
        let own = user_url(specifier.as_str());
        if matches!(requested, RequestedModuleType::Other(kind) if kind == VALUE_TYPE) {
            return bytes(ModuleType::Other(VALUE_TYPE.into()), &[]);
        }
        if let Some(other) = own.strip_prefix(NAMESPACE) {
            // With this name among its exports, deno_core hands the namespace out as it is.
            return script(format!("import * as ns from {other:?}; export {{ ns }}; export const __esModule = true;"));
        }
        // V8 knows a module by its URL and the attribute it was asked with, so what is no code hides behind an ES module that
        // asks for the same URL with an attribute. It makes the value when it runs, in the order of all modules.
        let facade = || {
            script(format!(
                "export default make();import make from {:?} with {{ type: \"{VALUE_TYPE}\" }};",
                specifier.as_str()
            ))
        };
        if own.starts_with(FAILURE) {
            return facade();
        }
        let (_, module) = self.find(specifier)?;
        match (requested, module.kind) {
            (RequestedModuleType::Json, _) => bytes(ModuleType::Json, &module.content),
            (_, ModuleKind::Json) => {
                script(format!("export {{ default }} from {:?} with {{ type: \"json\" }};", specifier.as_str()))
            }
            (_, ModuleKind::EsModule) => {
                let text = std::str::from_utf8(&module.content)
                    .map_err(|_| JsErrorBox::generic(format!("Module \"{own}\" is not valid UTF-8.")))?;
                // deno_core would read the map, and not know the names in it.
                let text = without_inline_source_map(text);
                let code = ModuleSourceCode::String(FastString::from(text.to_owned()));
                let data = self.source.get().and_then(|(_, cache)| cache.get(module.hash));
                let cache = SourceCodeCacheInfo { hash: module.hash, data: data.map(|data| Cow::Owned(data.to_vec())) };
                Ok(ModuleSource::new(ModuleType::JavaScript, code, specifier, Some(cache)))
            }
            _ => facade(),
        }
    }
}

/// Refuses import attributes that mean nothing here, and imports that lead nowhere where modules are named by path.
pub fn check_attributes(
    scope: &mut v8::PinScope<'_, '_>,
    attributes: &HashMap<String, String>,
    context: &ImportAttributesContext,
) {
    let state = IsolateState::of(scope);
    let worker = state.worker.get().filter(|worker| Naming::of(worker) == Naming::Paths);
    let refused = match worker {
        // This Worker knows no attributes.
        Some(worker) if context.specifier != context.referrer => {
            let refuses = !attributes.is_empty() && is_on(worker, "throw_on_unrecognized_import_assertion");
            refuses.then(|| JsErrorBox::generic("Unrecognized import attributes specified"))
        }
        _ => attribute_error(scope, attributes, context).err().map(JsErrorBox::type_error),
    };
    let missing = || {
        // Only an import that stands in a module has a line.
        let worker = worker.filter(|_| context.line_number.is_some())?;
        missing_import(worker, &context.referrer, &context.specifier).map(JsErrorBox::from_err)
    };
    if let Some(error) = refused.or_else(missing) {
        let message = v8::String::new(scope, &error.get_message()).unwrap_or_else(|| v8::String::empty(scope));
        let error = match &*error.get_class() {
            "TypeError" => v8::Exception::type_error(scope, message),
            _ => v8::Exception::error(scope, message),
        };
        scope.throw_exception(error);
    }
}

fn attribute_error(
    scope: &mut v8::PinScope<'_, '_>,
    attributes: &HashMap<String, String>,
    context: &ImportAttributesContext,
) -> Result<(), String> {
    if let Some(name) = attributes.keys().find(|name| *name != "type") {
        return Err(format!("Unsupported import attribute: \"{name}\""));
    }
    match attributes.get("type").map(String::as_str) {
        None => Ok(()),
        Some("json") => {
            let state = IsolateState::of(scope);
            let Some(worker) = state.worker.get() else { return Ok(()) };
            let found = resolve(&worker.bundle, Naming::Urls, user_url(&context.referrer), &context.specifier);
            match found.ok().and_then(|url| find(&worker.bundle, url.as_str()).map(|module| module.kind)) {
                None | Some(ModuleKind::Json) => Ok(()),
                Some(_) if context.specifier == context.referrer => Ok(()),
                Some(_) => Err(format!("Module \"{}\" is not of type \"json\"", context.specifier)),
            }
        }
        Some(VALUE_TYPE) if context.specifier == context.referrer => Ok(()),
        Some(kind @ ("text" | "bytes")) => Err(format!("Import attribute type \"{kind}\" is not yet supported")),
        Some(kind) => Err(format!("Unsupported import attribute type: \"{kind}\"")),
    }
}

/// Makes the function that makes the default export of a module that is no code, or throws.
pub fn evaluate_custom(
    scope: &mut v8::PinScope<'_, '_>,
    _kind: Cow<'_, str>,
    specifier: &FastString,
    _code: ModuleSourceCode,
) -> Result<deno_core::CustomModuleEvaluationKind, JsErrorBox> {
    let state = IsolateState::of(scope);
    let bundle = state.worker().bundle.clone();
    let url = user_url(specifier.as_str());
    let (kind, value) = match (url.starts_with(FAILURE), find(&bundle, url)) {
        (true, _) => {
            let pairs = ModuleSpecifier::parse(specifier.as_str()).ok();
            let pair = pairs.as_ref().and_then(|url| url.query_pairs().next()).unwrap_or_default();
            let (class, message) = (string(scope, &pair.0), string(scope, &pair.1));
            ("failure", v8::Array::new_with_elements(scope, &[class, message]).into())
        }
        (_, Some(module)) if module.kind == ModuleKind::CommonJs => ("cjs", string(scope, url)),
        (_, Some(module)) if module.kind != ModuleKind::EsModule => match value_of(scope, module) {
            Ok(value) => ("value", value),
            Err(thrown) => ("thrown", thrown),
        },
        _ => return Err(JsErrorBox::from_err(ModuleError::Missing(url.to_owned()))),
    };
    let entries = state.entries.get().ok_or_else(|| JsErrorBox::generic("The isolate is blank."))?;
    let maker = v8::Local::new(scope, &entries.maker);
    let kind = string(scope, kind);
    let undefined = v8::undefined(scope).into();
    let made = maker.call(scope, undefined, &[kind, value]);
    let made = made.ok_or_else(|| JsErrorBox::generic("The module's value cannot be made."))?;
    Ok(deno_core::CustomModuleEvaluationKind::Synthetic(v8::Global::new(scope, made)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_cache_keeps_within_its_bytes() {
        let cache = CodeCache::default();
        cache.put(1, b"one");
        cache.put(1, b"other");
        assert_eq!(cache.get(1).as_deref(), Some(&b"other"[..]));
        cache.put(2, &vec![0; CODE_CACHE_BYTES + 1]);
        assert!(cache.get(2).is_none() && cache.get(1).is_some());
        cache.put(3, &vec![0; CODE_CACHE_BYTES - 2]);
        assert!(cache.get(1).is_none(), "it started afresh");
        assert!(cache.get(3).is_some());
    }
}
