//! Gives an isolate the modules of its Worker's bundle.
//!
//! Owns resolution inside a bundle and the way of each kind of module into V8. User sources are loaded under `worker:`
//! only, so that none can pass for one of the runtime's. It must not know files.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use denizen_bindings::call::{Module, ModuleBundle, ModuleKind};
use denizen_bindings::isolate::IsolateState;
use denizen_bindings::modules::{SCHEME, resolve, value_of};
use denizen_core::limits::CODE_CACHE_BYTES;
use deno_core::{
    FastString, ModuleLoadOptions, ModuleLoadReferrer, ModuleLoadResponse, ModuleLoader, ModuleResolveResponse,
    ModuleSource, ModuleSourceCode, ModuleSpecifier, ModuleType, RequestedModuleType, ResolutionKind,
    SourceCodeCacheInfo,
};
use deno_error::JsErrorBox;

/// Import attribute by which a module that is no code is asked for. Only the façades below use it.
const VALUE_TYPE: &str = "denizen-value";

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
}

impl WorkerModuleLoader {
    /// Gives the loader its bundle.
    pub fn set(&self, bundle: Arc<ModuleBundle>, cache: Arc<CodeCache>) {
        if self.source.set((bundle, cache)).is_err() {
            unreachable!("an isolate is given a Worker once");
        }
    }

    fn bundle(&self) -> Result<&Arc<ModuleBundle>, JsErrorBox> {
        self.source.get().map(|(bundle, _)| bundle).ok_or_else(|| JsErrorBox::generic("The isolate has no Worker."))
    }

    fn find(&self, specifier: &ModuleSpecifier) -> Result<(String, &Module), JsErrorBox> {
        let name = name_of(specifier);
        let module = self.bundle()?.modules.get(&name);
        let module = module.ok_or_else(|| JsErrorBox::generic(format!("No such module \"{name}\".")))?;
        Ok((name, module))
    }
}

/// The module of the runtime that `specifier` names, if there is one.
fn built_in(specifier: &str) -> Option<&str> {
    denizen_bindings::importable().find(|name| *name == specifier)
}

/// URL of a module of the bundle.
pub fn specifier_of(name: &str) -> Option<ModuleSpecifier> {
    let mut url = ModuleSpecifier::parse(SCHEME).ok()?;
    // The URL type leaves a percent sign as it is, and a name may hold one.
    url.set_path(&name.replace('%', "%25"));
    Some(url)
}

fn name_of(specifier: &ModuleSpecifier) -> String {
    percent_decode(specifier.path().trim_start_matches('/'))
}

/// The URL that `specifier` means in the module `referrer`, as workerd writes it: a bundle lies under `file:///bundle/`.
fn wanted(referrer: &str, specifier: &str) -> String {
    let base = ModuleSpecifier::parse("file:///bundle/").and_then(|base| base.join(&referrer.replace('%', "%25")));
    base.and_then(|base| base.join(specifier)).map_or_else(|_| specifier.to_owned(), |url| url.to_string())
}

fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escape = bytes.get(at + 1..at + 3).and_then(|pair| std::str::from_utf8(pair).ok());
        match escape.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) if bytes[at] == b'%' => {
                decoded.push(byte);
                at += 3;
            }
            _ => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(decoded).unwrap_or_else(|_| text.to_owned())
}

impl ModuleLoader for WorkerModuleLoader {
    fn resolve(&self, specifier: &str, referrer: &str, _kind: ResolutionKind) -> ModuleResolveResponse {
        let referrer = ModuleSpecifier::parse(referrer).map(|url| name_of(&url)).unwrap_or_default();
        if let Some(built_in) = built_in(specifier) {
            return ModuleSpecifier::parse(built_in).map_err(|error| JsErrorBox::generic(error.to_string()));
        }
        let bundle = self.bundle()?;
        let name = resolve(bundle, &referrer, specifier)
            .ok_or_else(|| JsErrorBox::generic(format!("Module not found: {}", wanted(&referrer, specifier))))?;
        specifier_of(&name).ok_or_else(|| JsErrorBox::generic(format!("\"{name}\" cannot be a module's name.")))
    }

    fn load(
        &self,
        specifier: &ModuleSpecifier,
        _referrer: Option<&ModuleLoadReferrer>,
        options: ModuleLoadOptions,
    ) -> ModuleLoadResponse {
        ModuleLoadResponse::Sync(self.source_for(specifier, &options.requested_module_type))
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
        let map = self.find(&specifier).ok()?.1.source_map.as_ref()?;
        Some(Cow::Borrowed(map))
    }
}

impl WorkerModuleLoader {
    fn source_for(
        &self,
        specifier: &ModuleSpecifier,
        requested: &RequestedModuleType,
    ) -> Result<ModuleSource, JsErrorBox> {
        let (name, module) = self.find(specifier)?;
        let bytes = |kind: ModuleType| {
            let code = ModuleSourceCode::Bytes(module.content.to_vec().into_boxed_slice().into());
            Ok(ModuleSource::new(kind, code, specifier, None))
        };
        match requested {
            RequestedModuleType::Other(kind) if kind == VALUE_TYPE => bytes(ModuleType::Other(VALUE_TYPE.into())),
            RequestedModuleType::Json => bytes(ModuleType::Json),
            RequestedModuleType::Text => bytes(ModuleType::Text),
            RequestedModuleType::Bytes => bytes(ModuleType::Bytes),
            _ if module.kind != ModuleKind::EsModule => {
                // V8 knows a module by its URL and the attribute it was asked with, so what is no code hides behind an
                // ES module that asks for the same URL with an attribute.
                let url = specifier.as_str().replace('"', "%22");
                let facade = format!("export {{ default }} from \"{url}\" with {{ type: \"{VALUE_TYPE}\" }};");
                let code = ModuleSourceCode::String(FastString::from(facade));
                Ok(ModuleSource::new(ModuleType::JavaScript, code, specifier, None))
            }
            _ => {
                let text = std::str::from_utf8(&module.content)
                    .map_err(|_| JsErrorBox::generic(format!("Module \"{name}\" is not valid UTF-8.")))?;
                let code = ModuleSourceCode::String(FastString::from(text.to_owned()));
                let data = self.source.get().and_then(|(_, cache)| cache.get(module.hash));
                let cache = SourceCodeCacheInfo { hash: module.hash, data: data.map(|data| Cow::Owned(data.to_vec())) };
                Ok(ModuleSource::new(ModuleType::JavaScript, code, specifier, Some(cache)))
            }
        }
    }
}

/// Makes the default export of a module that is no code.
pub fn evaluate_custom(
    scope: &mut v8::PinScope<'_, '_>,
    kind: Cow<'_, str>,
    specifier: &FastString,
    _code: ModuleSourceCode,
) -> Result<deno_core::CustomModuleEvaluationKind, JsErrorBox> {
    if kind != VALUE_TYPE {
        return Err(JsErrorBox::type_error(format!("Import attribute type \"{kind}\" is not supported.")));
    }
    let state = IsolateState::of(scope);
    let bundle = state.worker().bundle.clone();
    let url = ModuleSpecifier::parse(specifier.as_str()).map_err(|error| JsErrorBox::generic(error.to_string()))?;
    let name = name_of(&url);
    let module = bundle.modules.get(&name).ok_or_else(|| JsErrorBox::generic(format!("No such module \"{name}\".")))?;
    let value = if module.kind == ModuleKind::CommonJs {
        run_common_js(scope, &state, &name)?
    } else {
        value_of(scope, module).map_err(JsErrorBox::from_err)?
    };
    Ok(deno_core::CustomModuleEvaluationKind::Synthetic(v8::Global::new(scope, value)))
}

fn run_common_js<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: &IsolateState,
    name: &str,
) -> Result<v8::Local<'s, v8::Value>, JsErrorBox> {
    let entries = state.entries.get().ok_or_else(|| JsErrorBox::generic("The isolate is blank."))?;
    let load = v8::Local::new(scope, &entries.common_js);
    let name = denizen_bindings::fetch::string(scope, name);
    let undefined = v8::undefined(scope).into();
    v8::tc_scope!(let scope, scope);
    let exports = load.call(scope, undefined, &[name]);
    exports.ok_or_else(|| {
        let thrown = scope.exception().unwrap_or_else(|| v8::undefined(scope).into());
        scope.reset();
        JsErrorBox::generic(super::super::shard::turn::format_error(scope, state, thrown))
    })
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

    #[test]
    fn names_survive_the_way_through_a_url() {
        for name in ["a.js", "lib/b c.js", "\u{e9}/%41.js", "a\"b.txt", "q?x#y.js"] {
            let url = specifier_of(name).expect("a URL");
            assert_eq!(name_of(&url), name);
        }
    }
}
