//! Owns what ends up in `env`: vars, services, Durable Object and loader bindings, each under a name of its own.
//! Must not know whether the Workers and classes that the bindings point to exist.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::cursor::{Cursor, Report};
use super::dev_vars::DevVars;
use super::error::ConfigError;
use super::keys::Selection;

/// A binding to another Worker, or to an entrypoint of this one.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceBinding {
    /// The property of `env`.
    pub binding: String,
    /// The name of the Worker.
    pub service: String,
    /// The export to call; the default one if absent.
    pub entrypoint: Option<String>,
    /// What the service sees as `ctx.props`; always an object.
    pub props: Option<Value>,
}

/// A Durable Object namespace in `env`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DurableObjectBinding {
    /// The property of `env`.
    pub name: String,
    /// The class, as the Worker that has it exports it.
    pub class_name: String,
    /// The Worker that has the class; `None` for this one, even where the file names it.
    pub script_name: Option<String>,
}

/// A Worker Loader in `env`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerLoaderBinding {
    /// The property of `env`.
    pub binding: String,
    /// Loaders with the same id share the Workers they have loaded. An extension of denizen.
    pub id: Option<String>,
}

/// Where `fetch()` without a binding goes. An extension of denizen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GlobalOutbound {
    /// The name of the Worker.
    pub service: String,
    /// The export to call; the default one if absent.
    pub entrypoint: Option<String>,
}

/// Everything that the file, and `.dev.vars` beside it, put into `env`.
#[derive(Debug)]
pub(super) struct Bindings {
    pub(super) vars: Map<String, Value>,
    pub(super) services: Vec<ServiceBinding>,
    /// Each with its line.
    pub(super) durable_objects: Vec<(usize, DurableObjectBinding)>,
    pub(super) worker_loaders: Vec<WorkerLoaderBinding>,
}

const VARS: &str = "vars";
const SECRETS: &str = "secrets.required";

/// The names given out so far.
struct Names<'a> {
    file: &'a Path,
    taken: Vec<Taken>,
}

struct Taken {
    name: String,
    kind: &'static str,
    line: usize,
}

impl Names<'_> {
    fn claim(&mut self, name: &str, kind: &'static str, line: usize) -> Result<(), ConfigError> {
        if let Some(first) = self.taken.iter().find(|taken| taken.name == name) {
            return Err(self.duplicate(first, self.file.to_owned(), kind, line));
        }
        self.taken.push(Taken { name: name.to_owned(), kind, line });
        Ok(())
    }

    fn duplicate(&self, first: &Taken, path: PathBuf, kind: &'static str, line: usize) -> ConfigError {
        let first_place = if path == self.file {
            format!("line {}", first.line)
        } else {
            format!("{}:{}", self.file.display(), first.line)
        };
        ConfigError::DuplicateBinding {
            path,
            line,
            name: first.name.clone(),
            kind,
            first_kind: first.kind,
            first_place,
        }
    }
}

/// Reads all bindings of the selected environment of the Worker called `worker`.
pub(super) fn read_bindings(
    selection: &Selection<'_>,
    dev_vars: Vec<DevVars>,
    worker: &str,
    report: &mut Report<'_>,
) -> Result<Bindings, ConfigError> {
    let mut names = Names { file: report.file, taken: Vec::new() };
    let mut vars = Map::new();
    if let Some(value) = selection.get(VARS) {
        for entry in value.entries()? {
            names.claim(&entry.key, VARS, entry.line)?;
            vars.insert(entry.key.clone(), entry.node.to_json());
        }
    }
    let secrets = read_secrets(selection, &mut names, report)?;
    let mut services = Vec::new();
    for item in items(selection.get("services"))? {
        let line = item.line();
        let service = read_service(item, report)?;
        names.claim(&service.binding, "services", line)?;
        services.push(service);
    }
    let mut durable_objects = Vec::new();
    if let Some(value) = selection.get("durable_objects") {
        let value = value.object(&["bindings", "code_update_strategy"], report)?;
        if let Some(strategy) = value.get("code_update_strategy") {
            report
                .notice(strategy.line(), "`durable_objects.code_update_strategy` is ignored: code changes on restart");
        }
        for item in items(value.get("bindings"))? {
            let line = item.line();
            let binding = read_durable_object(item, worker, report)?;
            names.claim(&binding.name, "durable_objects.bindings", line)?;
            durable_objects.push((line, binding));
        }
    }
    let mut worker_loaders = Vec::new();
    for item in items(selection.get("worker_loaders"))? {
        let line = item.line();
        let item = item.object(&["binding", "id"], report)?;
        let loader = WorkerLoaderBinding { binding: item.require("binding")?.name()?, id: item.optional_name("id")? };
        names.claim(&loader.binding, "worker_loaders", line)?;
        worker_loaders.push(loader);
    }
    merge_dev_vars(&mut vars, dev_vars, secrets, &names, report)?;
    Ok(Bindings { vars, services, durable_objects, worker_loaders })
}

fn items(value: Option<Cursor<'_>>) -> Result<Vec<Cursor<'_>>, ConfigError> {
    value.map_or_else(|| Ok(Vec::new()), |value| value.items())
}

/// The secrets that the Worker declares, each with its line; `None` if it declares nothing.
fn read_secrets(
    selection: &Selection<'_>,
    names: &mut Names<'_>,
    report: &mut Report<'_>,
) -> Result<Option<Vec<(String, usize)>>, ConfigError> {
    let Some(value) = selection.get("secrets") else { return Ok(None) };
    let mut secrets = Vec::new();
    for item in items(value.object(&["required"], report)?.get("required"))? {
        let name = item.name()?;
        names.claim(&name, SECRETS, item.line())?;
        secrets.push((name, item.line()));
    }
    Ok(Some(secrets))
}

fn read_service(item: Cursor<'_>, report: &mut Report<'_>) -> Result<ServiceBinding, ConfigError> {
    let item = item.object(&["binding", "service", "entrypoint", "props", "remote"], report)?;
    if let Some(remote) = item.get("remote")
        && remote.boolean()?
    {
        report.warn(remote.line(), "`remote` is ignored: a service is always a Worker of this denizen");
    }
    let props = item.get("props");
    props.as_ref().map(Cursor::entries).transpose()?;
    Ok(ServiceBinding {
        binding: item.require("binding")?.name()?,
        service: item.require("service")?.name()?,
        entrypoint: item.optional_name("entrypoint")?,
        props: props.map(|props| props.node().to_json()),
    })
}

fn read_durable_object(
    item: Cursor<'_>,
    worker: &str,
    report: &mut Report<'_>,
) -> Result<DurableObjectBinding, ConfigError> {
    let item = item.object(&["name", "class_name", "script_name", "environment"], report)?;
    if let Some(environment) = item.get("environment") {
        return Err(environment.invalid(
            "is of service environments, which denizen does not have: \
             name the Worker of that environment in `script_name`, as <name>-<environment>",
        ));
    }
    Ok(DurableObjectBinding {
        name: item.require("name")?.name()?,
        class_name: item.require("class_name")?.name()?,
        script_name: item.optional_name("script_name")?.filter(|script| script != worker),
    })
}

/// Reads `global_outbound`.
pub(super) fn read_global_outbound(value: Cursor<'_>, report: &mut Report<'_>) -> Result<GlobalOutbound, ConfigError> {
    let value = value.object(&["service", "entrypoint"], report)?;
    Ok(GlobalOutbound { service: value.require("service")?.name()?, entrypoint: value.optional_name("entrypoint")? })
}

/// Puts the files beside the configuration over `vars`. A Worker that declares its secrets gets those and no other line.
fn merge_dev_vars(
    vars: &mut Map<String, Value>,
    dev_vars: Vec<DevVars>,
    secrets: Option<Vec<(String, usize)>>,
    names: &Names<'_>,
    report: &mut Report<'_>,
) -> Result<(), ConfigError> {
    for file in dev_vars {
        for var in file.vars {
            if secrets.as_ref().is_some_and(|secrets| !secrets.iter().any(|(name, _)| *name == var.key)) {
                continue;
            }
            let first = names.taken.iter().find(|taken| taken.name == var.key);
            if let Some(first) = first.filter(|first| first.kind != VARS && first.kind != SECRETS) {
                return Err(names.duplicate(first, file.path, file.kind, var.line));
            }
            vars.insert(var.key, Value::String(var.value));
        }
    }
    for (name, line) in secrets.into_iter().flatten() {
        if !vars.contains_key(&name) {
            report.warn(line, format!("required secret `{name}` is not in .dev.vars"));
        }
    }
    Ok(())
}
