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
const BUNDLE_PATH: &str = "/bundle/";

/// WebAssembly as V8 has compiled it. It may go to another isolate of the process.
pub struct CompiledWasm(pub v8::CompiledWasmModule);

impl std::fmt::Debug for CompiledWasm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CompiledWasm")
    }
}

/// URL, after the scheme, of a module whose `ns` is the namespace of another one: its query is that one's URL.
pub const NAMESPACE: &str = "namespace?";

/// How the code of a Worker names modules. Which files `specifier` can mean is nearly the same, what code is told of them is not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Naming {
    /// By URL.
    #[default]
    Urls,
    /// By path inside of the bundle, with the bundle for a root: without the flag `new_module_registry`.
    Paths,
}

impl Naming {
    /// That of a Worker.
    pub fn of(worker: &WorkerDefinition) -> Self {
        Self::at(&worker.compatibility_date, &worker.compatibility_flags)
    }

    /// That of a Worker with this date and these flags.
    pub fn at(date: &str, flags: &[String]) -> Self {
        if crate::web::is_on_at(date, flags, "new_module_registry") { Self::Urls } else { Self::Paths }
    }

    /// What the code of a Worker sees of a module's URL.
    pub fn shown(self, url: &str) -> &str {
        match self {
            Self::Urls => url,
            Self::Paths => url.strip_prefix(BUNDLE).unwrap_or(url),
        }
    }
}

/// Why a module could not be found or made. The texts are workerd's.
#[derive(Debug, thiserror::Error, deno_error::JsError)]
pub enum ModuleError {
    /// The bundle has none of that name.
    #[class(generic)]
    #[error("Module not found: {0}")]
    Missing(String),
    /// The same, where modules are named by path.
    #[class(generic)]
    #[error("No such module \"{0}\".")]
    NoSuch(String),
    /// The same, for an import that stands in a module.
    #[class(generic)]
    #[error("No such module \"{0}\".\n  imported from \"{1}\"")]
    NoSuchImport(String, String),
    /// A path that leads out of the bundle, where modules are named by path.
    #[class(generic)]
    #[error("No such module \"{0}\"")]
    Outside(String),
    /// The same, for `require`.
    #[class(type)]
    #[error("Invalid module specifier \"{0}\".")]
    OutsideRequire(String),
    /// The same, for an import that stands in a module.
    #[class(type)]
    #[error("Invalid module specifier \"{0}\".\n  imported from \"{1}\".")]
    OutsideImport(String, String),
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
    /// A name that no module of a bundle may have; the text says why.
    #[class(generic)]
    #[error("Failed to start Worker:\nexpected {0}\nNo event handlers were registered. This script does nothing.")]
    Name(String),
}

/// URL of the module that the code of a loader calls `name`; without query and fragment, as the keys of [`ModuleBundle::modules`]
/// are.
fn url_of(naming: Naming, name: &str) -> Result<String, ModuleError> {
    let url = match naming {
        Naming::Urls => url_inside(name)?,
        Naming::Paths => normal(join(name.trim_start_matches('/'))?),
    };
    if url.scheme() == "cloudflare" {
        let text = "url.getProtocol() != \"cloudflare:\"_kj [cloudflare: != cloudflare:]; The cloudflare: protocol is reserved and cannot be used in module bundles";
        return Err(ModuleError::Name(text.to_owned()));
    }
    Ok(key_of(&url))
}

/// What of a name leads out of the bundle leads nowhere: `../a.js` is `a.js`.
fn url_inside(name: &str) -> Result<Url, ModuleError> {
    let refused = |text: &str| Err(ModuleError::Name(text.to_owned()));
    let mut url = join(name)?;
    if url.scheme() == "file" && !url.path().starts_with(BUNDLE_PATH) {
        let inside = url.path().trim_start_matches('/');
        if inside.is_empty() {
            return refused("urlPath.size() > 0 [0 > 0]; Invalid empty module name");
        }
        url = join(inside)?;
    }
    let url = normal(url);
    match (url.scheme(), url.path()) {
        ("data", _) => refused(
            "url.getProtocol() != \"data:\"_kj [data: != data:]; The data: protocol cannot be used in module bundles",
        ),
        ("file", BUNDLE_PATH) => refused("urlPath != basePath [/bundle/ != /bundle/]; Invalid empty module name"),
        ("file", _) if !url.as_str().starts_with(BUNDLE) => {
            refused(&format!("isValidBundleModuleUrl(url, base); Invalid module name: ; name = {name}"))
        }
        _ => Ok(url),
    }
}

/// URL of a file of a bundle, whose name is no part of a URL.
pub fn url_of_file(name: &str) -> Result<String, ModuleError> {
    let name = name.replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    Ok(key_of(&normal(join(name.trim_start_matches('/'))?)))
}

fn join(name: &str) -> Result<Url, ModuleError> {
    let url = Url::parse(BUNDLE).and_then(|base| base.join(name));
    url.map_err(|_| ModuleError::Specifier(name.to_owned()))
}

/// Adds a module to those of a bundle. The name must be the only one of its module.
pub fn add_module(
    modules: &mut HashMap<String, Module>,
    naming: Naming,
    name: &str,
    module: Module,
) -> Result<(), ModuleError> {
    let url = url_of(naming, name)?;
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
pub fn resolve(bundle: &ModuleBundle, naming: Naming, referrer: &str, specifier: &str) -> Result<Url, ModuleError> {
    // The runtime asks for a module by itself.
    if naming == Naming::Urls || specifier == referrer || RESERVED.iter().any(|scheme| specifier.starts_with(scheme)) {
        let url = resolve_url(referrer, specifier)?;
        return match (in_bundle(bundle, &url)?, naming) {
            (Some(found), _) => Ok(found),
            (None, Naming::Urls) => Err(ModuleError::Missing(url.to_string())),
            (None, Naming::Paths) => Err(ModuleError::NoSuch(naming.shown(url.as_str()).to_owned())),
        };
    }
    let path = path_of(referrer, specifier)?;
    let file = url_of_file(&format!("./{path}")).ok().and_then(|file| Url::parse(&file).ok());
    // A URL takes a backslash for a slash.
    let found = file.filter(|_| !path.contains('\\')).map(|url| in_bundle(bundle, &url)).transpose()?;
    found.flatten().ok_or(ModuleError::NoSuch(path))
}

/// Schemes of the runtime's modules, which are no parts of paths.
const RESERVED: &[&str] = &["cloudflare:", "node:", "workerd:"];

/// The URL of a module of the bundle: `url`, or what it is another name for.
fn in_bundle(bundle: &ModuleBundle, url: &Url) -> Result<Option<Url>, ModuleError> {
    let key = key_of(url);
    let Some(target) = bundle.aliases.get(&key) else {
        return Ok(bundle.modules.contains_key(&key).then(|| url.clone()));
    };
    let mut found = Url::parse(target).map_err(|_| ModuleError::Specifier(target.clone()))?;
    found.set_query(url.query());
    found.set_fragment(url.fragment());
    Ok(Some(found))
}

/// The path that `specifier` means in the module `referrer`: the bundle is the root, and there are no queries and no escapes.
fn path_of(referrer: &str, specifier: &str) -> Result<String, ModuleError> {
    // What `createRequire` was given is a path in the bundle too.
    let own = referrer.strip_prefix(BUNDLE).or_else(|| referrer.strip_prefix("file:///")).unwrap_or_default();
    let folder = own.rsplit_once('/').map_or("", |(folder, _)| folder);
    let folder = if specifier.starts_with('/') { String::new() } else { decode(folder) };
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in specifier.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop().ok_or_else(|| ModuleError::Outside(specifier.to_owned()))?;
            }
            part => parts.push(part),
        }
    }
    Ok(if parts.is_empty() { ".".to_owned() } else { parts.join("/") })
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
    let naming = Naming::of(state.worker());
    let resolved = resolve(&bundle, naming, referrer, specifier);
    let missing = || match &resolved {
        Err(ModuleError::NoSuch(path)) => ModuleError::NoSuch(path.clone()),
        Err(ModuleError::Outside(path)) => ModuleError::OutsideRequire(path.clone()),
        _ => ModuleError::Missing(specifier.to_owned()),
    };
    let (url, found) = match &resolved {
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
            add_module(&mut modules, Naming::Urls, name, Module::new(ModuleKind::Text, content))
                .expect("one of its name");
        }
        ModuleBundle { main: String::new(), modules, aliases: HashMap::new() }
    }

    #[test]
    fn escapes_have_one_spelling() {
        let bundle = bundle(&["a b.js", "\u{e9}.js", "c%20d.js", "e/f.js"]);
        let find = |specifier: &str| {
            resolve(&bundle, Naming::Urls, "file:///bundle/main.js", specifier).map(|url| url.to_string())
        };
        assert_eq!(find("./a%20b.js").ok(), find("./a b.js").ok());
        assert_eq!(find("./%61%20b.js").ok().as_deref(), Some("file:///bundle/a%20b.js"));
        assert_eq!(find("./%C3%A9.js").ok(), find("./\u{e9}.js").ok());
        assert!(find("./c%2520d.js").is_ok() && find("./c d.js").is_ok());
        assert!(find("./e%2Ff.js").is_err(), "an escaped slash is no slash");
    }

    #[test]
    fn a_bundle_is_not_left_and_names_are_not_shared() {
        let bundle = bundle(&["lib.js", "node:path"]);
        let find = |specifier: &str| {
            resolve(&bundle, Naming::Urls, "file:///bundle/main.js", specifier).map(|url| url.to_string())
        };
        assert!(find("../lib.js").is_err() && find("/lib.js").is_err() && find(".//lib.js").is_err());
        assert_eq!(find("./lib.js?a#b").ok().as_deref(), Some("file:///bundle/lib.js?a#b"));
        assert_eq!(find("node:path").ok().as_deref(), Some("node:path"));
        let mut modules = bundle.modules;
        let module = || Module::new(ModuleKind::Text, Arc::from(&b""[..]));
        let mut add = |name: &str| add_module(&mut modules, Naming::Urls, name, module());
        assert!(matches!(add("./lib.js"), Err(ModuleError::Twice(_))));
        for name in
            ["cloudflare:x", "/cloudflare:x", "data:x", "", ".", "..", "file://host/bundle/a.js", "/file:///a.js"]
        {
            assert!(matches!(add(name), Err(ModuleError::Name(_))), "{name}");
        }
    }

    #[test]
    fn names_do_not_lead_out_of_a_bundle() {
        for name in [
            "../a.js",
            "/a.js",
            "x/../../a.js",
            "..\\a.js",
            "%2e%2e/a.js",
            "file:///a.js",
            "//host/a.js",
            "../bundle/a.js",
        ] {
            assert_eq!(url_of(Naming::Urls, name).ok().as_deref(), Some("file:///bundle/a.js"), "{name}");
        }
        for name in ["http://x.test/a.js", "node:path", "file:///bundle/a.js"] {
            assert_eq!(url_of(Naming::Urls, name).ok().as_deref(), Some(name));
        }
        assert!(url_of(Naming::Paths, ".").is_ok() && url_of(Naming::Paths, "cloudflare:x").is_err());
    }

    #[test]
    fn paths_have_the_bundle_for_a_root() {
        let bundle = bundle(&["lib.js", "sub/a.js"]);
        let find = |referrer: &str, specifier: &str| {
            resolve(&bundle, Naming::Paths, referrer, specifier).map(|url| url.to_string()).map_err(|e| e.to_string())
        };
        let (main, sub) = ("file:///bundle/main.js", "file:///bundle/sub/a.js");
        let lib = Ok("file:///bundle/lib.js".to_owned());
        assert_eq!(find(main, "./lib.js"), lib);
        assert_eq!(find(main, "lib.js"), lib);
        assert_eq!(find(sub, "/lib.js"), lib);
        assert_eq!(find(sub, "../lib.js"), lib);
        assert_eq!(find("file:///main.js", "./lib.js"), lib);
        assert_eq!(find(sub, "lib.js"), Err("No such module \"sub/lib.js\".".to_owned()));
        assert_eq!(find(sub, "../../lib.js"), Err("No such module \"../../lib.js\"".to_owned()));
        let names = [("./lib.js?a", "lib.js?a"), ("/file:///x y", "file:/x y"), ("", "."), (".\\lib.js", ".\\lib.js")];
        for (specifier, path) in names {
            assert_eq!(find(main, specifier), Err(format!("No such module \"{path}\".")));
        }
        assert_eq!(find(main, "node:nope"), Err("No such module \"node:nope\".".to_owned()));
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
