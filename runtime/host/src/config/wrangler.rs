//! Owns the way from the text of a wrangler file to a `WorkerConfig`: it selects the environment, reads the plain keys
//! and puts the parts together. Must not know how those parts read their own keys.

use std::path::Path;

use super::bindings::{Bindings, read_bindings, read_global_outbound};
use super::classes::read_classes;
use super::cursor::{Cursor, Report};
use super::dev_vars::read_dev_vars;
use super::error::ConfigError;
use super::keys::Selection;
use super::position::parse;
use super::rules::read_rules;
use super::{Limits, Loaded, WorkerConfig, absolute, name_from};

/// The newest compatibility date there is, as Worker Loaders have it (js/loader/loader.js).
const NEWEST_DATE: &str = "2026-11-24";

/// Reads `text`, the content of `path`, with `environment` selected.
pub(super) fn read(path: &Path, text: &str, environment: Option<&str>) -> Result<Loaded, ConfigError> {
    let root = parse(path, text)?;
    let config_path = absolute(path)?;
    let root_dir = config_path.parent().unwrap_or(Path::new("/")).to_owned();
    let mut report = Report { file: path, diagnostics: Vec::new(), unsupported: Vec::new() };
    let selection = Selection::new(Cursor::new(path, &root, ""), environment, &mut report)?;
    selection.check(&mut report)?;

    let name = read_name(&selection, &root_dir, &mut report)?;
    let main = selection.get("main").map(|main| main.name()).transpose()?;
    let base_dir = selection.get("base_dir").map(|directory| directory.name()).transpose()?;
    let date = selection.get("compatibility_date");
    let compatibility_date = date.map(|date| read_date(&date, &mut report)).transpose()?;
    let flags = selection.get("compatibility_flags").map(|flags| read_flags(&flags)).transpose()?;
    let flag = |key: &str| selection.get(key).map(|value| value.boolean()).transpose();
    let (no_bundle, find_additional_modules) = (flag("no_bundle")?, flag("find_additional_modules")?);
    let rules = read_rules(selection.get("rules"), &mut report)?;
    let limits = read_limits(selection.get("limits"), &mut report)?;
    let crons = read_crons(selection.get("triggers"), &mut report)?;
    let tail_consumers = read_tail_consumers(selection.get("tail_consumers"), &mut report)?;
    let outbound = selection.get("global_outbound");
    let global_outbound = outbound.map(|outbound| read_global_outbound(outbound, &mut report)).transpose()?;

    let mut classes = read_classes(selection.get("migrations"), selection.get("exports"), &mut report)?;
    // The file as the caller named it, so that messages about all files name them alike.
    let directory = path.parent().unwrap_or(Path::new(""));
    let dev_vars = read_dev_vars(directory, environment, &mut report.diagnostics)?;
    let Bindings { vars, services, durable_objects, worker_loaders } =
        read_bindings(&selection, dev_vars, &name, &mut report)?;
    for (line, binding) in durable_objects.iter().filter(|(_, binding)| binding.script_name.is_none()) {
        if classes.adopt(&binding.class_name) {
            let class = &binding.class_name;
            report.warn(*line, format!("no migration creates the class `{class}`: it is taken for a SQLite class"));
        }
    }

    // Last of all, for a Worker that consists of what is lacking often has nothing else to be read either.
    if !report.unsupported.is_empty() {
        return Err(ConfigError::Unsupported(report.unsupported));
    }
    let main = root_dir.join(main.ok_or_else(|| selection.missing("main"))?);
    let main = absolute(&main)?;
    let base_dir = base_dir.map(|directory| absolute(&root_dir.join(directory))).transpose()?;
    let no_bundle = no_bundle.unwrap_or(false);
    let config = WorkerConfig {
        config_path: Some(config_path),
        base_dir,
        compatibility_date,
        compatibility_flags: flags.unwrap_or_default(),
        vars,
        services,
        rules,
        no_bundle,
        find_additional_modules: find_additional_modules.unwrap_or(no_bundle),
        durable_objects: durable_objects.into_iter().map(|(_, binding)| binding).collect(),
        durable_object_classes: classes.into_vec(),
        worker_loaders,
        global_outbound,
        limits,
        tail_consumers,
        crons,
        ..WorkerConfig::new(name, root_dir, main)
    };
    Ok(Loaded { config, warnings: report.diagnostics })
}

/// The name, with that of the environment appended unless the environment states a name of its own.
fn read_name(selection: &Selection<'_>, root_dir: &Path, report: &mut Report<'_>) -> Result<String, ConfigError> {
    let (name, is_own) = match selection.get_with_origin("name") {
        Some((value, is_own)) => {
            let name = value.name()?;
            let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
            if name.starts_with('-') || !name.bytes().all(is_allowed) {
                return Err(value.invalid(format!("must consist of a-z, 0-9, _ and -, found {name}")));
            }
            (name, is_own)
        }
        None => {
            let name = name_from(root_dir.file_name());
            report.warn(1, format!("`name` is missing: the directory makes it `{name}`"));
            (name, false)
        }
    };
    Ok(match selection.environment_name() {
        Some(environment) if !is_own => format!("{name}-{environment}"),
        _ => name,
    })
}

/// A calendar date as `YYYY-MM-DD`. For one that is too new the newest one is taken.
fn read_date(value: &Cursor<'_>, report: &mut Report<'_>) -> Result<String, ConfigError> {
    let text = value.string()?;
    if !is_date(text) {
        return Err(value.invalid(format!("must be a date as YYYY-MM-DD, found {text}")));
    }
    if text <= NEWEST_DATE {
        return Ok(text.to_owned());
    }
    report.warn(
        value.line(),
        format!(
            "This Worker requires compatibility date \"{text}\", but the newest date supported by this server binary is \"{NEWEST_DATE}\": {NEWEST_DATE} is used"
        ),
    );
    Ok(NEWEST_DATE.to_owned())
}

fn read_flags(value: &Cursor<'_>) -> Result<Vec<String>, ConfigError> {
    let flags = value.names()?;
    match denizen_bindings::loader::check_flags(&flags) {
        Ok(()) => Ok(flags),
        Err(error) => Err(value.invalid(format!("cannot be used: {error}"))),
    }
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_shaped = bytes.len() == 10
        && bytes.iter().enumerate().all(|(index, byte)| match index {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !is_shaped {
        return false;
    }
    let number = |digits: &[u8]| digits.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    let (year, month, day) = (number(&bytes[..4]), number(&bytes[5..7]), number(&bytes[8..]));
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

fn read_limits(value: Option<Cursor<'_>>, report: &mut Report<'_>) -> Result<Limits, ConfigError> {
    let Some(value) = value else { return Ok(Limits::default()) };
    let value = value.object(&["cpu_ms", "subrequests", "wall_ms"], report)?;
    let time = |key| {
        let time = value.get(key);
        let ms = time.as_ref().map(Cursor::count).transpose()?;
        match (time, ms) {
            (Some(time), Some(0)) => Err(time.invalid("must be at least 1")),
            _ => Ok(ms),
        }
    };
    Ok(Limits {
        cpu_ms: time("cpu_ms")?,
        wall_ms: time("wall_ms")?,
        subrequests: value.get("subrequests").map(|count| count.count()).transpose()?,
    })
}

fn read_crons(value: Option<Cursor<'_>>, report: &mut Report<'_>) -> Result<Vec<String>, ConfigError> {
    let Some(crons) = value.map(|value| value.object(&["crons"], report)).transpose()? else { return Ok(Vec::new()) };
    let Some(crons) = crons.get("crons") else { return Ok(Vec::new()) };
    let expressions = crons.names()?;
    for expression in &expressions {
        crate::crons::parse(expression).map_err(|error| crons.invalid(format!("has `{expression}`: {error}")))?;
    }
    Ok(expressions)
}

fn read_tail_consumers(value: Option<Cursor<'_>>, report: &mut Report<'_>) -> Result<Vec<String>, ConfigError> {
    let Some(value) = value else { return Ok(Vec::new()) };
    let consumers = value.items()?.into_iter();
    consumers
        .map(|consumer| {
            let consumer = consumer.object(&["service", "environment"], report)?;
            let service = consumer.require("service")?.name()?;
            let environment = consumer.get("environment").map(|environment| environment.name()).transpose()?;
            Ok(environment.map_or_else(|| service.clone(), |environment| format!("{service}-{environment}")))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::TestDir;

    const HEAD: &str = r#"{ "name": "w", "main": "a.js""#;

    /// The error of a file that consists of a name, a main module and `rest`.
    fn error(test: &str, rest: &str) -> String {
        TestDir::new(test, &[("w.jsonc", &format!("{HEAD},\n{rest} }}"))]).error("w.jsonc", None)
    }

    #[test]
    fn paths_start_at_the_directory_of_the_file() {
        let text = r#"{ "name": "w", "main": "./src/a.ts", "base_dir": "./src" }"#;
        let directory = TestDir::new("paths", &[("wrangler.json", text)]);
        let loaded = directory.load("wrangler.json", None).expect("loads");
        assert_eq!(loaded.config.root_dir, directory.0);
        assert_eq!(loaded.config.main, directory.0.join("src/a.ts"));
        assert_eq!(loaded.config.base_dir, Some(directory.0.join("src")));
        assert_eq!(loaded.config.config_path, Some(directory.0.join("wrangler.json")));
        assert_eq!(loaded.config.compatibility_date, None);
    }

    #[test]
    fn main_is_required_and_the_name_has_a_default() {
        let directory = TestDir::new("My Worker", &[("a.toml", "name = 'w'\n"), ("b.toml", "main = 'a.js'\n")]);
        assert_eq!(directory.error("a.toml", None), "a.toml:1: `main` is missing");
        let loaded = directory.load("b.toml", None).expect("loads");
        assert_eq!(loaded.config.name, "my-worker");
        assert_eq!(directory.warnings(&loaded), ["b.toml:1: `name` is missing: the directory makes it `my-worker`"]);
    }

    #[test]
    fn an_environment_inherits_some_keys_and_not_others() {
        let text = r#"{ "name": "w", "main": "a.js", "compatibility_date": "2025-01-01", "limits": { "subrequests": 5 },
            "vars": { "A": "top" },
            "worker_loaders": [{ "binding": "LOADER" }],
            "migrations": [{ "tag": "1", "new_sqlite_classes": ["Room"] }],
            "env": { "live": { "compatibility_date": "2025-02-02", "vars": { "B": "live" } },
                     "named": { "name": "other", "main": "b.js" } } }"#;
        let directory = TestDir::new("inherit", &[("w.jsonc", text)]);
        let loaded = directory.load("w.jsonc", Some("live")).expect("loads");
        let config = &loaded.config;
        assert_eq!((config.name.as_str(), config.compatibility_date.as_deref()), ("w-live", Some("2025-02-02")));
        assert_eq!(config.main, directory.0.join("a.js"));
        assert_eq!(serde_json::json!(config.vars), serde_json::json!({ "B": "live" }));
        assert_eq!((config.worker_loaders.len(), config.durable_object_classes.len()), (0, 1));
        assert_eq!(config.limits.subrequests, Some(5));
        let missing = "w.jsonc:3: `worker_loaders` is not inherited: `env.live` does not have it";
        assert_eq!(directory.warnings(&loaded), [missing]);
        let named = directory.load("w.jsonc", Some("named")).expect("loads").config;
        assert_eq!((named.name.as_str(), named.main), ("other", directory.0.join("b.js")));
        assert_eq!(directory.load("w.jsonc", None).expect("loads").config.name, "w");
    }

    #[test]
    fn an_unknown_environment_is_an_error_only_where_there_are_some() {
        let some = format!(r#"{HEAD}, "env": {{ "a": {{}}, "b": {{}} }} }}"#);
        let directory = TestDir::new("environments", &[("some.json", &some), ("none.json", &format!("{HEAD} }}"))]);
        assert_eq!(directory.error("some.json", Some("c")), "some.json: no environment `c`: the file defines a, b");
        let loaded = directory.load("none.json", Some("c")).expect("loads");
        assert_eq!(loaded.config.name, "w");
        assert!(directory.warnings(&loaded)[0].starts_with("none.json:1: no `env` in this file"));
    }

    #[test]
    fn dev_vars_lie_over_vars_as_strings_and_an_environment_has_its_own() {
        let text = format!(
            r#"{HEAD}, "vars": {{ "A": 1, "B": {{ "x": 1 }} }}, "env": {{ "live": {{ "vars": {{ "A": 2 }} }}, "x": {{}} }} }}"#
        );
        let files = [("w.jsonc", text.as_str()), (".dev.vars", "A=10\nNEW='n'"), (".dev.vars.live", "LIVE=1")];
        let directory = TestDir::new("dev-vars", &files);
        let vars = |env| serde_json::json!(directory.load("w.jsonc", env).expect("loads").config.vars);
        assert_eq!(vars(None), serde_json::json!({ "A": "10", "B": { "x": 1 }, "NEW": "n" }));
        assert_eq!(vars(Some("live")), serde_json::json!({ "A": 2, "LIVE": "1" }));
        assert_eq!(vars(Some("x")), serde_json::json!({ "A": "10", "NEW": "n" }));
    }

    #[test]
    fn without_dev_vars_the_dotenv_files_are_read() {
        let text = format!(r#"{HEAD}, "vars": {{ "A": 1, "B": 2 }}, "env": {{ "live": {{}} }} }}"#);
        let files = [
            ("w.jsonc", text.as_str()),
            (".env", "A=env\nC=env\nD=env"),
            (".env.live", "C=live\nD=live"),
            (".env.local", "D=local"),
        ];
        let directory = TestDir::new("dotenv", &files);
        let vars = |env| serde_json::json!(directory.load("w.jsonc", env).expect("loads").config.vars);
        assert_eq!(vars(None), serde_json::json!({ "A": "env", "B": 2, "C": "env", "D": "local" }));
        assert_eq!(vars(Some("live")), serde_json::json!({ "A": "env", "C": "live", "D": "local" }));
        let hidden = TestDir::new("dotenv-hidden", &[files[0], files[1], (".dev.vars", "X=1")]);
        let vars = hidden.load("w.jsonc", None).expect("loads").config.vars;
        assert_eq!(serde_json::json!(vars), serde_json::json!({ "A": 1, "B": 2, "X": "1" }));
    }

    #[test]
    fn a_date_that_is_too_new_becomes_the_newest() {
        let text = format!("{HEAD},\n\"compatibility_date\": \"2099-01-01\" }}");
        let directory = TestDir::new("future", &[("w.jsonc", &text)]);
        let loaded = directory.load("w.jsonc", None).expect("loads");
        assert_eq!(loaded.config.compatibility_date.as_deref(), Some(NEWEST_DATE));
        assert!(
            directory.warnings(&loaded)[0].starts_with("w.jsonc:2: This Worker requires compatibility date \"2099")
        );
    }

    #[test]
    fn declared_secrets_are_the_only_ones_taken_and_are_missed_by_name() {
        let text = format!("{HEAD},\n\"secrets\": {{ \"required\": [\"TOKEN\",\n\"ABSENT\"] }} }}");
        let directory = TestDir::new("secrets", &[("w.jsonc", &text), (".dev.vars", "TOKEN=t\nOTHER=o\nno line")]);
        let loaded = directory.load("w.jsonc", None).expect("loads");
        assert_eq!(serde_json::json!(loaded.config.vars), serde_json::json!({ "TOKEN": "t" }));
        assert_eq!(
            directory.warnings(&loaded),
            [
                ".dev.vars:3: not of the form KEY=value: ignored",
                "w.jsonc:3: required secret `ABSENT` is not in .dev.vars"
            ]
        );
    }

    #[test]
    fn a_name_in_env_is_given_once() {
        let rest = r#""vars": { "X": 1 },
            "services": [{ "binding": "X", "service": "s" }]"#;
        assert_eq!(error("twice", rest), "w.jsonc:3: binding `X` (services) is already taken by vars on line 2");
        let loaders = r#""worker_loaders": [{ "binding": "L" }, { "binding": "L" }]"#;
        let message = "w.jsonc:2: binding `L` (worker_loaders) is already taken by worker_loaders on line 2";
        assert_eq!(error("twice-alike", loaders), message);
        let text = format!("{HEAD}, \"worker_loaders\": [{{ \"binding\": \"L\" }}] }}");
        let directory = TestDir::new("twice-secret", &[("w.jsonc", &text), (".dev.vars", "\nL=1")]);
        assert_eq!(
            directory.error("w.jsonc", None),
            ".dev.vars:2: binding `L` (.dev.vars) is already taken by worker_loaders on w.jsonc:1"
        );
    }

    #[test]
    fn bindings_are_read_with_their_extensions() {
        let text = format!(
            r#"{HEAD}, "worker_loaders": [{{ "binding": "L", "id": "shared" }}],
            "global_outbound": {{ "service": "gate", "entrypoint": "Out" }}, "no_bundle": true,
            "durable_objects": {{ "bindings": [
                {{ "name": "MINE", "class_name": "Mine", "script_name": "w" }},
                {{ "name": "THEIRS", "class_name": "Theirs", "script_name": "far" }} ] }} }}"#
        );
        let directory = TestDir::new("bindings", &[("w.jsonc", &text)]);
        let loaded = directory.load("w.jsonc", None).expect("loads");
        let config = &loaded.config;
        assert_eq!(config.worker_loaders[0].id.as_deref(), Some("shared"));
        let outbound = config.global_outbound.as_ref().expect("is there");
        assert_eq!((outbound.service.as_str(), outbound.entrypoint.as_deref()), ("gate", Some("Out")));
        assert!(config.no_bundle && config.find_additional_modules);
        let scripts: Vec<_> = config.durable_objects.iter().map(|binding| binding.script_name.as_deref()).collect();
        assert_eq!(scripts, [None, Some("far")]);
        let classes: Vec<_> = config.durable_object_classes.iter().map(|class| class.class_name.as_str()).collect();
        assert_eq!(classes, ["Mine"]);
        let warning = "w.jsonc:4: no migration creates the class `Mine`: it is taken for a SQLite class";
        assert_eq!(directory.warnings(&loaded), [warning]);
    }

    #[test]
    fn unacceptable_values_are_named() {
        for (rest, message) in [
            (
                r#""compatibility_date": "2025-02-29""#,
                "`compatibility_date` must be a date as YYYY-MM-DD, found 2025-02-29",
            ),
            (
                r#""triggers": { "crons": ["61 * * * *"] }"#,
                "`triggers.crons` has `61 * * * *`: Component error: Number out of bounds.",
            ),
            (r#""limits": { "cpu_ms": 0 }"#, "`limits.cpu_ms` must be at least 1"),
            (r#""compatibility_flags": "nodejs_compat""#, "`compatibility_flags` must be an array, found a string"),
            (
                r#""compatibility_flags": ["nope"]"#,
                "`compatibility_flags` cannot be used: No such compatibility flag: nope",
            ),
            (r#""vars": []"#, "`vars` must be an object, found an array"),
            (r#""services": [{ "binding": "S" }]"#, "`services[0].service` is missing"),
            (r#""env": { "a": 1 }, "no_bundle": "yes""#, "`no_bundle` must be a boolean, found a string"),
            (r#""ai": { "binding": "AI" }"#, "binding `AI` (`ai`): denizen does not have `ai` yet"),
        ] {
            assert_eq!(error("values", rest), format!("w.jsonc:2: {message}"));
        }
        let directory = TestDir::new("values-name", &[("w.toml", "name = 'My App'\nmain = 'a'"), ("list.json", "[]")]);
        assert!(directory.error("w.toml", None).starts_with("w.toml:1: `name` must consist of a-z"));
        assert_eq!(
            directory.error("list.json", None),
            "list.json:1: `the configuration` must be an object, found an array"
        );
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        for date in ["2024-02-29", "2000-02-29", "2025-12-31"] {
            assert!(is_date(date), "{date}");
        }
        for date in [
            "1900-02-29",
            "2025-04-31",
            "2025-13-01",
            "2025-00-10",
            "2025-1-1",
            "2025-01-00",
            "2025/01/01",
            "é025-01-0",
        ] {
            assert!(!is_date(date), "{date}");
        }
    }
}
