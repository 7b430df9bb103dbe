//! Collects a Worker's files into a bundle.
//!
//! Owns the walk from the main module along its imports, and which kind a file is. It must not know configuration files:
//! rules come in as values.

use std::collections::{HashMap, VecDeque};
use std::path::{Component, Path, PathBuf};

use denizen_bindings::call::{Module, ModuleBundle, ModuleKind};
use denizen_bindings::modules::{ModuleError, url_of_file};
use denizen_core::limits::MODULES;
use globset::{Glob, GlobSet, GlobSetBuilder};

use super::source_map::take_source_map;
use super::typescript::{SourceError, compile};

/// Why a Worker's files make no bundle.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// A file cannot be read.
    #[error("cannot read {}: {error}", path.display())]
    Read {
        /// Which one.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A file has a syntax error.
    #[error("{0}")]
    Source(#[from] SourceError),
    /// A file's name cannot be a module's.
    #[error(transparent)]
    Name(#[from] ModuleError),
    /// An import leads nowhere.
    #[error("Could not resolve \"{specifier}\"\n    imported from {}", importer.display())]
    Missing {
        /// What was imported.
        specifier: String,
        /// Where.
        importer: PathBuf,
    },
    /// An import of a package.
    #[error(
        "Could not resolve \"{specifier}\"\n    imported from {}\n  denizen does not bundle packages: bundle the Worker first, for example with\n  `esbuild src/index.ts --bundle --format=esm --external:cloudflare:* --external:node:*`, and run the result.",
        importer.display()
    )]
    Package {
        /// What was imported.
        specifier: String,
        /// Where.
        importer: PathBuf,
    },
    /// Too many files.
    #[error("the Worker has more than {MODULES} modules; bundle it first, for example with esbuild")]
    TooMany,
    /// A rule's pattern is no glob.
    #[error("rule pattern \"{pattern}\" is not valid: {error}")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// Why.
        error: globset::Error,
    },
}

/// Which files are of which kind: the first rule that matches.
#[derive(Debug, Default)]
pub struct Rules(Vec<(ModuleKind, GlobSet)>);

impl Rules {
    /// Rules from patterns, relative to the Worker's folder.
    pub fn new(rules: impl IntoIterator<Item = (ModuleKind, Vec<String>)>) -> Result<Self, BundleError> {
        let mut built = Vec::new();
        for (kind, patterns) in rules {
            let mut set = GlobSetBuilder::new();
            for pattern in patterns {
                let glob = Glob::new(&pattern).map_err(|error| BundleError::Pattern { pattern, error })?;
                set.add(glob);
            }
            let set = set.build().map_err(|error| BundleError::Pattern { pattern: String::new(), error })?;
            built.push((kind, set));
        }
        Ok(Self(built))
    }

    fn kind(&self, path: &Path) -> Option<ModuleKind> {
        self.0.iter().find(|(_, set)| set.is_match(path)).map(|(kind, _)| *kind)
    }
}

/// What an import without an extension, or with that of the compiled file, may mean.
const EXTENSIONS: &[&str] = &["ts", "tsx", "mts", "js", "mjs", "jsx", "json"];

/// Collects the module at `main` and everything it imports. With `additional`, also every file under `root` that a rule
/// matches.
pub fn collect(main: &Path, root: &Path, rules: &Rules, additional: bool) -> Result<ModuleBundle, BundleError> {
    let main = normalize(main);
    let mut queue = VecDeque::from([main.clone()]);
    let mut found: HashMap<PathBuf, (ModuleKind, Vec<u8>, Option<String>)> = HashMap::new();
    let mut aliases: Vec<(PathBuf, PathBuf)> = Vec::new();
    if additional {
        list_files(root, &mut |path| {
            if rules.kind(path.strip_prefix(root).unwrap_or(path)).is_some() {
                queue.push_back(path.to_path_buf());
            }
        })
        .map_err(|error| BundleError::Read { path: root.to_path_buf(), error })?;
    }
    while let Some(path) = queue.pop_front() {
        if found.contains_key(&path) {
            continue;
        }
        if found.len() >= MODULES {
            return Err(BundleError::TooMany);
        }
        let content = std::fs::read(&path).map_err(|error| BundleError::Read { path: path.clone(), error })?;
        let kind = if path == main { ModuleKind::EsModule } else { kind_of(&path, root, rules) };
        if kind != ModuleKind::EsModule {
            found.insert(path, (kind, content, None));
            continue;
        }
        let display = display(&path, root);
        let mut compiled = compile(&path, &display, &String::from_utf8_lossy(&content))?;
        let needed = compiled.imports.iter().map(|specifier| (specifier, true));
        for (specifier, is_needed) in needed.chain(compiled.dynamic_imports.iter().map(|specifier| (specifier, false)))
        {
            let built_in = denizen_bindings::importable().any(|name| name == specifier);
            if built_in || specifier.starts_with("cloudflare:") || specifier.starts_with("node:") {
                continue;
            }
            let target = match resolve(&path, specifier) {
                Ok(target) => target,
                // Bundlers leave what is optional like that, mostly in code that never runs.
                Err(_) if !is_needed => {
                    eprintln!("denizen: {display}: import({specifier:?}) leads nowhere: it fails when it runs");
                    continue;
                }
                Err(error) => return Err(error),
            };
            let literal = normalize(&path.parent().unwrap_or(root).join(specifier));
            if literal != target {
                aliases.push((literal, target.clone()));
            }
            queue.push_back(target);
        }
        let source_map = compiled.source_map.or_else(|| take_source_map(&path, &mut compiled.code, root));
        found.insert(path, (kind, compiled.code.into_bytes(), source_map));
    }
    let base = common_folder(found.keys(), &main);
    let url = |path: &Path| url_of_file(&path.strip_prefix(&base).unwrap_or(path).to_string_lossy().replace('\\', "/"));
    let mut modules = HashMap::new();
    for (path, (kind, content, map)) in &found {
        let source_map = map.as_ref().map(|map| map.as_bytes().into());
        let module = Module { source_map, ..Module::new(*kind, content.as_slice().into()) };
        modules.insert(url(path)?, module);
    }
    let mut known = HashMap::new();
    for (from, to) in &aliases {
        known.insert(url(from)?, url(to)?);
    }
    Ok(ModuleBundle { main: url(&main)?, modules, aliases: known })
}

fn kind_of(path: &Path, root: &Path, rules: &Rules) -> ModuleKind {
    if let Some(kind) = rules.kind(path.strip_prefix(root).unwrap_or(path)) {
        return kind;
    }
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("js" | "mjs" | "jsx" | "ts" | "mts" | "tsx") => ModuleKind::EsModule,
        Some("cjs" | "cts") => ModuleKind::CommonJs,
        Some("json") => ModuleKind::Json,
        Some("wasm") => ModuleKind::Wasm,
        Some("txt" | "html" | "sql") => ModuleKind::Text,
        _ => ModuleKind::Data,
    }
}

fn resolve(importer: &Path, specifier: &str) -> Result<PathBuf, BundleError> {
    let missing = || BundleError::Missing { specifier: specifier.to_owned(), importer: importer.to_path_buf() };
    let folder = importer.parent().ok_or_else(missing)?;
    let path = normalize(&folder.join(specifier));
    if !specifier.starts_with('.') && !specifier.starts_with('/') && !path.is_file() {
        return Err(BundleError::Package { specifier: specifier.to_owned(), importer: importer.to_path_buf() });
    }
    if path.is_file() {
        return Ok(path);
    }
    let text = path.to_string_lossy().into_owned();
    let with_extension = EXTENSIONS.iter().map(|extension| PathBuf::from(format!("{text}.{extension}")));
    // TypeScript is imported by the name of the JavaScript that it becomes.
    let source = ["js", "mjs", "jsx"].iter().filter(|from| path.extension().is_some_and(|e| e == **from));
    let source = source.flat_map(|from| ["ts", "mts", "tsx"].map(|to| text.trim_end_matches(from).to_owned() + to));
    let index = EXTENSIONS.iter().map(|extension| path.join(format!("index.{extension}")));
    let mut candidates = with_extension.chain(source.map(PathBuf::from)).chain(index);
    candidates.find(|candidate| candidate.is_file()).ok_or_else(missing)
}

/// Removes `.` and `..` without asking the file system, so that links keep their names.
fn normalize(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => drop(normal.pop()),
            component => normal.push(component),
        }
    }
    normal
}

fn display(path: &Path, root: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned()
}

/// The deepest folder that holds every file, so that each has a relative name.
fn common_folder<'a>(paths: impl Iterator<Item = &'a PathBuf>, main: &Path) -> PathBuf {
    let mut common = main.parent().map(Path::to_path_buf).unwrap_or_default();
    for path in paths {
        while !path.starts_with(&common) && common.pop() {}
    }
    common
}

fn list_files(folder: &Path, visit: &mut dyn FnMut(&Path)) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let hidden = name.to_string_lossy().starts_with('.') || name == "node_modules";
        let kind = entry.file_type()?;
        if kind.is_dir() && !hidden {
            list_files(&entry.path(), visit)?;
        } else if kind.is_file() {
            visit(&entry.path());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(name: &str, files: &[(&str, &str)]) -> PathBuf {
        let root = std::env::temp_dir().join(format!("denizen-bundle-{}-{name}", std::process::id()));
        drop(std::fs::remove_dir_all(&root));
        for (path, text) in files {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().expect("has a folder")).expect("folder");
            std::fs::write(path, text).expect("file");
        }
        root
    }

    #[test]
    fn imports_are_followed_and_named_from_the_common_folder() {
        let files = [
            ("src/index.ts", "import { a } from '../lib/a'; import t from './b.txt'; export default a + t;"),
            ("lib/a.ts", "export const a: number = 1;"),
            ("src/b.txt", "text"),
            ("src/unused.js", "syntax error here"),
        ];
        let root = project("follow", &files);
        let bundle = collect(&root.join("src/index.ts"), &root, &Rules::default(), false).expect("collects");
        let mut names: Vec<_> = bundle.modules.keys().cloned().collect();
        names.sort();
        let url = |name: &str| format!("file:///bundle/{name}");
        assert_eq!(names, ["lib/a.ts", "src/b.txt", "src/index.ts"].map(url));
        assert_eq!(bundle.main, url("src/index.ts"));
        assert_eq!(bundle.aliases.get(&url("lib/a")), Some(&url("lib/a.ts")));
        assert_eq!(bundle.modules[&url("src/b.txt")].kind, ModuleKind::Text);
        drop(std::fs::remove_dir_all(root));
    }

    #[test]
    fn a_worker_has_a_bounded_number_of_modules() {
        let root = project("many", &[("index.js", "import './text/0.txt'"), ("last.js", "")]);
        std::fs::create_dir_all(root.join("text")).expect("folder");
        for index in 0..MODULES - 1 {
            std::fs::write(root.join(format!("text/{index}.txt")), "").expect("file");
        }
        let rules = |patterns: &[&str]| {
            let patterns = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
            Rules::new([(ModuleKind::Text, patterns)]).expect("rules")
        };
        let collect = |rules| collect(&root.join("index.js"), &root, &rules, true);
        assert_eq!(collect(rules(&["text/*"])).expect("as many as may be").modules.len(), MODULES);
        let error = collect(rules(&["text/*", "last.js"])).expect_err("one more").to_string();
        assert!(error.contains("more than 10000 modules"), "{error}");
        drop(std::fs::remove_dir_all(root));
    }

    #[test]
    fn an_import_that_leads_nowhere_names_both_ends() {
        let root = project("missing", &[("index.js", "import './gone.js'"), ("pkg.js", "import 'hono'")]);
        let text =
            |main: &str| collect(&root.join(main), &root, &Rules::default(), false).expect_err("fails").to_string();
        assert!(text("index.js").contains("./gone.js") && text("index.js").contains("index.js"));
        assert!(text("pkg.js").contains("does not bundle packages"));
        drop(std::fs::remove_dir_all(root));
    }

    #[test]
    fn an_import_that_may_never_run_leads_nowhere_or_to_a_module() {
        let main =
            "import('pg-native').catch(() => {}); import('./gone.js'); import('https://esm.sh/x'); import('./there');";
        let root =
            project("optional", &[("index.js", main), ("there.ts", ""), ("both.js", "import('a'); import 'a';")]);
        let collect = |main: &str| collect(&root.join(main), &root, &Rules::default(), false);
        assert_eq!(collect("index.js").expect("collects").modules.len(), 2);
        assert!(collect("both.js").expect_err("fails").to_string().contains("does not bundle packages"));
        drop(std::fs::remove_dir_all(root));
    }
}
