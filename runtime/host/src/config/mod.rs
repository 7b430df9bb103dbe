//! Owns the configuration of one Worker: wrangler's file, its environments, `.dev.vars` and `.env`, or what a bare script means
//! without them. Must not know the operator's settings, which are flags and environment, nor other Workers: whether a
//! service or a class that is bound exists is the business of whoever loads them all.

use std::path::{Path, PathBuf};

mod bindings;
mod classes;
mod cursor;
mod dev_vars;
mod error;
mod keys;
mod position;
mod rules;
mod wrangler;

pub use bindings::{DurableObjectBinding, GlobalOutbound, ServiceBinding, WorkerLoaderBinding};
pub use classes::DurableObjectClassConfig;
pub use error::{ConfigError, Diagnostic, Level};
pub use rules::{ModuleKind, ModuleRule, default_rules};

/// What denizen knows about a Worker before it reads the Worker's code.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkerConfig {
    /// The name by which other Workers bind this one, `<name>-<environment>` for a named environment.
    pub name: String,
    /// The file that this was read from; `None` for a bare script.
    pub config_path: Option<PathBuf>,
    /// The directory of that file, or of the script; absolute.
    pub root_dir: PathBuf,
    /// The main module; absolute. Whether it exists is found out by loading it.
    pub main: PathBuf,
    /// Where module globs and names start; absolute. `None` means the directory of `main`.
    pub base_dir: Option<PathBuf>,
    /// A date as `YYYY-MM-DD`. `None` leaves the choice, and the warning about it, to the caller.
    pub compatibility_date: Option<String>,
    /// Flags in the order of the file, not checked against those that exist.
    pub compatibility_flags: Vec<String>,
    /// `vars` with `.dev.vars`, or `.env`, over them.
    pub vars: serde_json::Map<String, serde_json::Value>,
    /// Bindings to other Workers and to entrypoints of this one.
    pub services: Vec<ServiceBinding>,
    /// Which kind each module is: the rules of the file, then the defaults that they leave. The first match decides.
    pub rules: Vec<ModuleRule>,
    /// Whether the modules are to be taken as they are.
    pub no_bundle: bool,
    /// Whether files that match `rules` belong to the Worker without being imported. Follows `no_bundle` if not stated.
    pub find_additional_modules: bool,
    /// The namespaces in `env`.
    pub durable_objects: Vec<DurableObjectBinding>,
    /// The Durable Object classes of this Worker, bound or not.
    pub durable_object_classes: Vec<DurableObjectClassConfig>,
    /// The loaders in `env`.
    pub worker_loaders: Vec<WorkerLoaderBinding>,
    /// Where `fetch()` goes; `None` means the network.
    pub global_outbound: Option<GlobalOutbound>,
    /// The limits of one invocation.
    pub limits: Limits,
    /// Names of the Workers that are told of its events.
    pub tail_consumers: Vec<String>,
    /// Cron expressions of its `scheduled()` handler.
    pub crons: Vec<String>,
}

/// What one invocation of a Worker may use; `None` leaves it to the operator.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// Milliseconds of CPU time, at least one.
    pub cpu_ms: Option<u64>,
    /// How many subrequests may be started.
    pub subrequests: Option<u64>,
    /// Milliseconds from its delivery to its outcome, at least one. Ours.
    pub wall_ms: Option<u64>,
}

/// A configuration, and what its reader should be told about it.
#[derive(Debug)]
pub struct Loaded {
    /// The configuration.
    pub config: WorkerConfig,
    /// Warnings and notices in the order in which they were found.
    pub warnings: Vec<Diagnostic>,
}

/// Reads the configuration file `path` with the environment `env`, and `.dev.vars` or `.env` beside it.
pub fn load(path: &Path, env: Option<&str>) -> Result<Loaded, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
    wrangler::read(path, &text, env)
}

/// The configuration file of `dir`. Where there are several, wrangler's order decides.
pub fn discover(dir: &Path) -> Option<PathBuf> {
    let candidates = ["wrangler.json", "wrangler.jsonc", "wrangler.toml"];
    candidates.iter().map(|file| dir.join(file)).find(|path| path.is_file())
}

impl WorkerConfig {
    /// The configuration of a script that has no file: nothing is bound, and the name is that of the script.
    pub fn for_script(script: &Path) -> Result<Self, ConfigError> {
        let main = absolute(script)?;
        let root_dir = main.parent().unwrap_or(Path::new("/")).to_owned();
        Ok(Self::new(name_from(main.file_stem()), root_dir, main))
    }

    fn new(name: String, root_dir: PathBuf, main: PathBuf) -> Self {
        Self {
            name,
            config_path: None,
            root_dir,
            main,
            base_dir: None,
            compatibility_date: None,
            compatibility_flags: Vec::new(),
            vars: serde_json::Map::new(),
            services: Vec::new(),
            rules: default_rules(),
            no_bundle: false,
            find_additional_modules: false,
            durable_objects: Vec::new(),
            durable_object_classes: Vec::new(),
            worker_loaders: Vec::new(),
            global_outbound: None,
            limits: Limits::default(),
            tail_consumers: Vec::new(),
            crons: Vec::new(),
        }
    }
}

fn absolute(path: &Path) -> Result<PathBuf, ConfigError> {
    std::path::absolute(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source })
}

/// A valid Worker name that resembles the name of a file or directory.
fn name_from(file: Option<&std::ffi::OsStr>) -> String {
    let text = file.map(|file| file.to_string_lossy().to_lowercase()).unwrap_or_default();
    let is_allowed = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '_';
    let name: String = text.chars().map(|character| if is_allowed(character) { character } else { '-' }).collect();
    match name.trim_matches('-') {
        "" => "worker".to_owned(),
        name => name.to_owned(),
    }
}

/// A directory for one test, removed with it.
#[cfg(test)]
struct TestDir(PathBuf);

#[cfg(test)]
impl TestDir {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let parent = std::env::temp_dir().join(format!("denizen-config-{}", std::process::id()));
        let directory = Self(parent.join(name));
        std::fs::create_dir_all(&directory.0).expect("creates the directory");
        for (file, text) in files {
            std::fs::write(directory.0.join(file), text).expect("writes the file");
        }
        directory
    }

    fn load(&self, file: &str, env: Option<&str>) -> Result<Loaded, ConfigError> {
        load(&self.0.join(file), env)
    }

    /// The message of the error, with file names instead of paths.
    fn error(&self, file: &str, env: Option<&str>) -> String {
        self.shorten(&self.load(file, env).expect_err("must not load").to_string())
    }

    fn warnings(&self, loaded: &Loaded) -> Vec<String> {
        loaded.warnings.iter().map(|warning| self.shorten(&warning.to_string())).collect()
    }

    fn shorten(&self, message: &str) -> String {
        message.replace(&format!("{}/", self.0.display()), "")
    }
}

#[cfg(test)]
impl Drop for TestDir {
    fn drop(&mut self) {
        // What is left behind is in the system's temporary directory.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn discovery_follows_the_order_of_wrangler() {
        let directory = TestDir::new("discover", &[]);
        assert_eq!(discover(&directory.0), None);
        for file in ["wrangler.toml", "wrangler.jsonc", "wrangler.json"] {
            std::fs::write(directory.0.join(file), "").expect("writes");
            assert_eq!(discover(&directory.0), Some(directory.0.join(file)));
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let directory = TestDir::new("absent", &[]);
        assert!(directory.error("wrangler.toml", None).starts_with("wrangler.toml: cannot read: "));
    }

    #[test]
    fn a_bare_script_is_named_after_its_file() {
        let config = WorkerConfig::for_script(Path::new("/srv/My App.v2.ts")).expect("reads");
        assert_eq!(config.name, "my-app-v2");
        assert_eq!((config.root_dir, config.main), ("/srv".into(), "/srv/My App.v2.ts".into()));
        assert_eq!(config.rules, default_rules());
    }

    #[test]
    fn a_name_is_always_valid() {
        for (file, name) in [(Some("Café"), "caf"), (Some("..."), "worker"), (None, "worker"), (Some("-a_1-"), "a_1")]
        {
            assert_eq!(name_from(file.map(std::ffi::OsStr::new)), name);
        }
    }

    #[test]
    fn both_formats_mean_the_same() {
        let json = r#"{ "name": "w", "main": "src/a.js", "compatibility_date": "2025-01-31",
            "vars": { "N": 1, "O": { "deep": [true] } },
            "services": [{ "binding": "S", "service": "s", "entrypoint": "E", "props": { "a": 1 } }],
            "durable_objects": { "bindings": [{ "name": "D", "class_name": "D" }] },
            "migrations": [{ "tag": "1", "new_sqlite_classes": ["D"] }],
            "limits": { "cpu_ms": 50 } }"#;
        let toml = "name = 'w'\nmain = 'src/a.js'\ncompatibility_date = 2025-01-31\n
            [vars]\nN = 1\nO.deep = [true]\n
            [[services]]\nbinding = 'S'\nservice = 's'\nentrypoint = 'E'\nprops = { a = 1 }\n
            [[durable_objects.bindings]]\nname = 'D'\nclass_name = 'D'\n
            [[migrations]]\ntag = '1'\nnew_sqlite_classes = ['D']\n
            [limits]\ncpu_ms = 50\n";
        let directory = TestDir::new("formats", &[("wrangler.json", json), ("wrangler.toml", toml)]);
        let from_json = directory.load("wrangler.json", None).expect("loads");
        let mut from_toml = directory.load("wrangler.toml", None).expect("loads");
        assert_eq!(from_json.warnings, []);
        assert_eq!(from_toml.warnings, []);
        from_toml.config.config_path = from_json.config.config_path.clone();
        assert_eq!(from_json.config, from_toml.config);
        assert_eq!(from_json.config.limits, Limits { cpu_ms: Some(50), subrequests: None, wall_ms: None });
        assert_eq!(from_json.config.services[0].props, Some(serde_json::json!({ "a": 1 })));
    }
}
