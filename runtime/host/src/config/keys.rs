//! Owns the table of wrangler's top-level keys: which of them denizen reads, ignores or lacks, and which of them an
//! environment inherits. Must not know what the values of the keys that are read look like.

use super::cursor::{Cursor, Report};
use super::error::{ConfigError, Level};
use super::position::{Entry, Node, Value};

/// Which part of the file a key is taken from once an environment is selected.
#[derive(Clone, Copy, PartialEq)]
enum Scope {
    /// The environment's own value, else the one at the top.
    Inherited,
    /// The environment's own value only. Wrangler does so for everything that ends up in `env`.
    OwnOnly,
    /// The value at the top; the key is unknown inside an environment.
    Top,
}

/// What happens to a key that is present.
#[derive(Clone, Copy)]
enum Handling {
    /// Another file of this module reads it.
    Read,
    /// Valid, and without effect for the given reason.
    Ignored(Level, &'static str),
    /// An option of wrangler's bundler without which code means something else: of no effect on code that is taken as it is.
    Substitution,
    /// It would promise behaviour, or put something into `env`, that does not exist here.
    Unsupported,
}

const DEPLOYMENT: Handling = Handling::Ignored(Level::Notice, "it describes a deployment to Cloudflare");
const BUNDLER: Handling = Handling::Ignored(Level::Notice, "it is an option of wrangler's bundler");
const LOGS: Handling = Handling::Ignored(Level::Notice, "logs and metrics are set up on denizen's command line");
const BUILD: Handling = Handling::Ignored(Level::Warning, "denizen runs no build command; run it before denizen");
const DEV: Handling = Handling::Ignored(Level::Notice, "denizen takes host and port from its command line");
const SILENT: Handling = Read;

use Handling::{Read, Substitution, Unsupported};
use Scope::{Inherited, OwnOnly, Top};

/// Every key of wrangler's schema, and denizen's own `global_outbound`.
#[rustfmt::skip]
const KEYS: &[(&str, Scope, Handling)] = &[
    ("$schema", Top, SILENT), ("env", Top, Read), ("alias", Top, Substitution),
    ("name", Inherited, Read), ("main", Inherited, Read), ("base_dir", Inherited, Read),
    ("compatibility_date", Inherited, Read), ("compatibility_flags", Inherited, Read), ("rules", Inherited, Read),
    ("no_bundle", Inherited, Read), ("find_additional_modules", Inherited, Read), ("limits", Inherited, Read), ("triggers", Inherited, Read), ("tail_consumers", OwnOnly, Read),
    ("migrations", Inherited, Read), ("exports", Inherited, Read),
    ("vars", OwnOnly, Read), ("secrets", OwnOnly, Read), ("services", OwnOnly, Read),
    ("durable_objects", OwnOnly, Read), ("worker_loaders", OwnOnly, Read), ("global_outbound", OwnOnly, Read),

    ("account_id", Inherited, DEPLOYMENT), ("workers_dev", Inherited, DEPLOYMENT),
    ("preview_urls", Inherited, DEPLOYMENT), ("route", Inherited, DEPLOYMENT), ("routes", Inherited, DEPLOYMENT),
    ("placement", Inherited, DEPLOYMENT), ("send_metrics", Top, DEPLOYMENT), ("keep_vars", Top, DEPLOYMENT),
    ("compliance_region", Inherited, DEPLOYMENT), ("previews", Inherited, DEPLOYMENT),
    ("access", Inherited, DEPLOYMENT), ("cache", Inherited, DEPLOYMENT), ("legacy_env", Top, DEPLOYMENT),
    ("first_party_worker", Inherited, DEPLOYMENT), ("logpush", Inherited, LOGS), ("observability", Inherited, LOGS),
    ("tsconfig", Inherited, BUNDLER), ("jsx_factory", Inherited, BUNDLER), ("jsx_fragment", Inherited, BUNDLER),
    ("minify", Inherited, BUNDLER), ("keep_names", Inherited, BUNDLER), ("upload_source_maps", Inherited, BUNDLER),
    ("preserve_file_names", Inherited, BUNDLER), ("python_modules", Inherited, BUNDLER),
    ("build", Inherited, BUILD), ("dev", Top, DEV),

    ("assets", Inherited, Unsupported), ("logfwdr", Inherited, Unsupported),
    ("define", OwnOnly, Substitution), ("version_metadata", OwnOnly, Unsupported), ("site", Top, Unsupported),
    ("wasm_modules", Top, Unsupported), ("text_blobs", Top, Unsupported), ("data_blobs", Top, Unsupported),
    ("pages_build_output_dir", Top, Unsupported), ("kv_namespaces", OwnOnly, Unsupported),
    ("r2_buckets", OwnOnly, Unsupported), ("d1_databases", OwnOnly, Unsupported), ("queues", OwnOnly, Unsupported),
    ("workflows", OwnOnly, Unsupported),
    ("streaming_tail_consumers", OwnOnly, Unsupported), ("ratelimits", OwnOnly, Unsupported),
    ("hyperdrive", OwnOnly, Unsupported), ("ai", OwnOnly, Unsupported), ("ai_search", OwnOnly, Unsupported),
    ("ai_search_namespaces", OwnOnly, Unsupported), ("browser", OwnOnly, Unsupported),
    ("vectorize", OwnOnly, Unsupported), ("containers", OwnOnly, Unsupported), ("cloudchamber", OwnOnly, Unsupported),
    ("images", OwnOnly, Unsupported), ("media", OwnOnly, Unsupported), ("stream", OwnOnly, Unsupported),
    ("send_email", OwnOnly, Unsupported), ("analytics_engine_datasets", OwnOnly, Unsupported),
    ("dispatch_namespaces", OwnOnly, Unsupported), ("mtls_certificates", OwnOnly, Unsupported),
    ("pipelines", OwnOnly, Unsupported), ("secrets_store_secrets", OwnOnly, Unsupported),
    ("vpc_services", OwnOnly, Unsupported), ("vpc_networks", OwnOnly, Unsupported),
    ("artifacts", OwnOnly, Unsupported), ("flagship", OwnOnly, Unsupported), ("agent_memory", OwnOnly, Unsupported),
    ("unsafe", OwnOnly, Unsupported), ("unsafe_hello_world", OwnOnly, Unsupported),
];

fn rule_of(key: &str) -> Option<(Scope, Handling)> {
    KEYS.iter().find(|(name, ..)| *name == key).map(|(_, scope, handling)| (*scope, *handling))
}

/// The part of a configuration that applies: the top of the file, and at most one environment over it.
pub(super) struct Selection<'a> {
    top: Cursor<'a>,
    environment: Option<Environment<'a>>,
}

struct Environment<'a> {
    name: &'a str,
    values: Cursor<'a>,
}

impl<'a> Selection<'a> {
    /// Selects `environment` in the file whose root is `top`.
    pub(super) fn new(
        top: Cursor<'a>,
        environment: Option<&'a str>,
        report: &mut Report<'_>,
    ) -> Result<Self, ConfigError> {
        top.entries()?;
        let environments =
            top.get("env").map(|cursor| cursor.entries().map(|entries| (cursor, entries))).transpose()?;
        let environment = match (environment, environments) {
            (None, _) => None,
            // Wrangler goes on as well: one name selects the environment of those Workers that have it.
            (Some(name), None) => {
                report.warn(top.line(), format!("no `env` in this file: environment `{name}` changes nothing here"));
                None
            }
            (Some(name), Some((cursor, entries))) => {
                let values = cursor.get(name).ok_or_else(|| ConfigError::UnknownEnvironment {
                    path: report.file.to_owned(),
                    name: name.to_owned(),
                    available: entries.iter().map(|entry| entry.key.clone()).collect(),
                })?;
                values.entries()?;
                Some(Environment { name, values })
            }
        };
        Ok(Self { top, environment })
    }

    /// The name of the selected environment, if the file defines it.
    pub(super) fn environment_name(&self) -> Option<&'a str> {
        self.environment.as_ref().map(|environment| environment.name)
    }

    /// The value of `key` that applies, and whether the environment itself states it.
    pub(super) fn get_with_origin(&self, key: &str) -> Option<(Cursor<'a>, bool)> {
        let top = || self.top.get(key).map(|value| (value, false));
        let Some(environment) = &self.environment else { return top() };
        let own = environment.values.get(key).map(|value| (value, true));
        match rule_of(key)?.0 {
            Inherited => own.or_else(top),
            OwnOnly => own,
            Top => top(),
        }
    }

    /// The value of `key` that applies.
    pub(super) fn get(&self, key: &str) -> Option<Cursor<'a>> {
        self.get_with_origin(key).map(|(value, _)| value)
    }

    /// The error for a required key that is absent.
    pub(super) fn missing(&self, key: &str) -> ConfigError {
        let object = self.environment.as_ref().map_or(&self.top, |environment| &environment.values);
        ConfigError::Missing { path: object.file().to_owned(), line: object.line(), key: key.to_owned() }
    }

    /// Reports every key that is unknown, ignored, lacking or unexpectedly not inherited.
    pub(super) fn check(&self, report: &mut Report<'_>) -> Result<(), ConfigError> {
        let as_it_is = self.get("no_bundle").is_some_and(|value| value.boolean().unwrap_or(false));
        let apply = |handling, key: &str, entry: &Entry, report: &mut Report<'_>| match handling {
            Substitution if as_it_is => apply(BUNDLER, key, entry, report),
            handling => apply(handling, key, entry, report),
        };
        for entry in self.top.entries()? {
            let Some((scope, handling)) = rule_of(&entry.key) else {
                report.warn(entry.line, format!("unknown key `{}`", entry.key));
                continue;
            };
            let own = self.environment.as_ref().map(|environment| (environment, environment.values.get(&entry.key)));
            match own {
                Some((_, Some(_))) if scope != Top => {}
                Some((environment, None)) if scope == OwnOnly => report.warn(
                    entry.line,
                    format!("`{}` is not inherited: `env.{}` does not have it", entry.key, environment.name),
                ),
                _ => apply(handling, &entry.key, entry, report),
            }
        }
        let Some(environment) = &self.environment else { return Ok(()) };
        for entry in environment.values.entries()? {
            let key = format!("env.{}.{}", environment.name, entry.key);
            match rule_of(&entry.key) {
                None => report.warn(entry.line, format!("unknown key `{key}`")),
                Some((Top, _)) => report.warn(entry.line, format!("`{key}` has no effect: move it to the top")),
                Some((_, handling)) => apply(handling, &key, entry, report),
            }
        }
        Ok(())
    }
}

fn apply(handling: Handling, key: &str, entry: &Entry, report: &mut Report<'_>) {
    match handling {
        Read => {}
        Handling::Ignored(..) | Substitution | Unsupported if is_empty(&entry.node) => {}
        Handling::Ignored(Level::Notice, why) => report.notice(entry.line, format!("`{key}` is ignored: {why}")),
        Handling::Ignored(Level::Warning, why) => report.warn(entry.line, format!("`{key}` is ignored: {why}")),
        Substitution | Unsupported => report_unsupported(key, &entry.key, entry.line, &entry.node, report),
    }
}

/// Whether a value asks for nothing, as `"kv_namespaces": []` or `"triggers": { "crons": [] }` do.
fn is_empty(node: &Node) -> bool {
    match &node.value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) | Value::Number(_) | Value::String(_) => false,
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.iter().all(|entry| is_empty(&entry.node)),
    }
}

/// Reports each binding under `key`; where nothing has the shape of a binding, `key` itself. The tree is as deep as its
/// parser allowed, which bounds this recursion.
fn report_unsupported(key: &str, feature: &str, line: usize, node: &Node, report: &mut Report<'_>) {
    if let Value::Array(items) = &node.value {
        let named: Vec<_> = items.iter().filter_map(|item| Some((binding_name(item)?, item.line))).collect();
        for (name, line) in &named {
            report.unsupported(*line, format!("binding `{name}` (`{key}`): denizen does not have `{feature}` yet"));
        }
        if !named.is_empty() {
            return;
        }
    }
    if let Some(name) = binding_name(node) {
        let message = format!("binding `{name}` (`{key}`): denizen does not have `{feature}` yet");
        return report.unsupported(line, message);
    }
    // Queues, logfwdr and unsafe hold their bindings one level down.
    if let Value::Object(entries) = &node.value {
        let lists =
            entries.iter().filter(|entry| matches!(entry.node.value, Value::Array(_)) && !is_empty(&entry.node));
        let lists: Vec<_> = lists.collect();
        for entry in &lists {
            let key = format!("{key}.{}", entry.key);
            report_unsupported(&key, &key, entry.line, &entry.node, report);
        }
        if !lists.is_empty() {
            return;
        }
    }
    report.unsupported(line, format!("`{key}`: denizen does not have `{feature}` yet"));
}

/// What a binding calls itself; a consumer has no name of its own and is known by what it consumes.
fn binding_name(node: &Node) -> Option<&str> {
    ["binding", "name", "queue", "service", "class_name"].iter().find_map(|key| match &node.get(key)?.node.value {
        Value::String(name) => Some(name.as_str()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::position::parse;

    /// What `check` has to say: diagnostics and unsupported things, one a line.
    fn check(text: &str, environment: Option<&str>) -> (Vec<String>, Vec<String>) {
        let file = Path::new("w.jsonc");
        let root = parse(file, text).expect("parses");
        let mut report = Report { file, diagnostics: Vec::new(), unsupported: Vec::new() };
        let selection = Selection::new(Cursor::new(file, &root, ""), environment, &mut report).expect("selects");
        selection.check(&mut report).expect("checks");
        let lines = |list: Vec<crate::config::Diagnostic>| list.iter().map(ToString::to_string).collect();
        (lines(report.diagnostics), lines(report.unsupported))
    }

    #[test]
    fn unknown_keys_are_named_with_their_line_and_schema_is_silent() {
        let (diagnostics, unsupported) = check("{ \"$schema\": \"x\",\n\"vras\": {},\n\"name\": \"a\" }", None);
        assert_eq!(diagnostics, ["w.jsonc:2: unknown key `vras`"]);
        assert!(unsupported.is_empty());
    }

    #[test]
    fn bindings_that_denizen_lacks_are_all_named() {
        let text = r#"{
            "kv_namespaces": [
                { "binding": "CACHE", "id": "1" },
                { "binding": "SESSIONS", "id": "2" } ],
            "ai": { "binding": "AI" },
            "queues": { "producers": [{ "binding": "JOBS", "queue": "jobs" }],
                        "consumers": [{ "queue": "jobs" }] },
            "workflows": [{ "binding": "W" }],
            "assets": { "directory": "./public" }
        }"#;
        assert_eq!(
            check(text, None).1,
            [
                "w.jsonc:3: binding `CACHE` (`kv_namespaces`): denizen does not have `kv_namespaces` yet",
                "w.jsonc:4: binding `SESSIONS` (`kv_namespaces`): denizen does not have `kv_namespaces` yet",
                "w.jsonc:5: binding `AI` (`ai`): denizen does not have `ai` yet",
                "w.jsonc:6: binding `JOBS` (`queues.producers`): denizen does not have `queues.producers` yet",
                "w.jsonc:7: binding `jobs` (`queues.consumers`): denizen does not have `queues.consumers` yet",
                "w.jsonc:8: binding `W` (`workflows`): denizen does not have `workflows` yet",
                "w.jsonc:9: `assets`: denizen does not have `assets` yet",
            ]
        );
    }

    #[test]
    fn empty_values_ask_for_nothing() {
        let text = r#"{ "kv_namespaces": [], "triggers": { "crons": [] }, "define": {}, "build": {} }"#;
        assert_eq!(check(text, None), (vec![], vec![]));
    }

    #[test]
    fn what_is_bundled_already_needs_no_substitutions() {
        let text = |rest: &str| format!("{{ \"define\": {{ \"A\": \"1\" }},\n\"alias\": {{ \"a\": \"b\" }}{rest} }}");
        let lacking = |key: &str, line| format!("w.jsonc:{line}: `{key}`: denizen does not have `{key}` yet");
        assert_eq!(check(&text(""), None), (vec![], vec![lacking("define", 1), lacking("alias", 2)]));
        let ignored =
            |key: &str, line| format!("w.jsonc:{line}: `{key}` is ignored: it is an option of wrangler's bundler");
        let bundled = check(&text(", \"no_bundle\": true"), None);
        assert_eq!(bundled, (vec![ignored("define", 1), ignored("alias", 2)], vec![]));
    }

    #[test]
    fn an_environment_is_judged_by_what_applies_to_it() {
        let text = r#"{ "kv_namespaces": [{ "binding": "KV" }],
            "logpush": true,
            "assets": { "directory": "a" },
            "env": { "live": { "assets": { "directory": "" , "binding": "FILES" },
                "dev": {}, "zzz": 1 },
              "other": { "unknown": 1, "ai": { "binding": "AI" } } } }"#;
        let (diagnostics, unsupported) = check(text, Some("live"));
        assert_eq!(
            diagnostics,
            [
                "w.jsonc:1: `kv_namespaces` is not inherited: `env.live` does not have it",
                "w.jsonc:2: `logpush` is ignored: logs and metrics are set up on denizen's command line",
                "w.jsonc:5: `env.live.dev` has no effect: move it to the top",
                "w.jsonc:5: unknown key `env.live.zzz`",
            ]
        );
        assert_eq!(unsupported, ["w.jsonc:4: binding `FILES` (`env.live.assets`): denizen does not have `assets` yet"]);
    }

    #[test]
    fn the_table_names_each_key_once() {
        for (index, (key, ..)) in KEYS.iter().enumerate() {
            assert!(!KEYS[..index].iter().any(|(earlier, ..)| earlier == key), "{key}");
        }
    }
}
