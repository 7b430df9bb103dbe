//! From configurations to definitions of Workers.
//!
//! Owns what a configured Worker's env is made from, and which Workers know each other. It must not know isolates.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::time::Duration;

use crate::crons::Trigger;
use anyhow::{Context, bail};
use denizen_bindings::call::{Binding, EnvSpec, ModuleKind, Namespace, Outbound, Target, WorkerDefinition, WorkerRef};
use denizen_core::ids::NamespaceKey;
use denizen_core::limits::{AskedLimits, WorkerLimits};
use denizen_storage::Engine;

use crate::cli::WorkerArgs;
use crate::config::{self, WorkerConfig};
use crate::modules::bundle::{Rules, collect};

/// The newest compatibility date that this build knows: that of the reference it is compared with.
pub const NEWEST_COMPATIBILITY_DATE: &str = "2026-11-17";

/// Configured Workers by name, and which is served.
pub struct Workers {
    /// By name.
    pub by_name: HashMap<Arc<str>, Arc<WorkerDefinition>>,
    /// Durable Object classes, by the key of their storage.
    pub namespaces: HashMap<String, Arc<Namespace>>,
    /// The one that is served or tested.
    pub main: Arc<str>,
    /// Cron triggers.
    pub crons: Vec<Trigger>,
    /// A number above those of the definitions.
    pub next_id: u64,
    /// The script that was given without a configuration: its classes are bound once they are known.
    pub bare: Option<WorkerConfig>,
}

/// Reads the configurations that the command line names and collects their modules.
pub fn load(args: &WorkerArgs, storage: &Engine) -> anyhow::Result<Workers> {
    let mut configs = Vec::new();
    let mut bare = false;
    for path in &args.config {
        configs.push(read_config(path, args.env.as_deref())?);
    }
    if let Some(script) = &args.script {
        if !script.is_file() {
            bail!("there is no file {}", script.display());
        }
        let folder = script.parent().unwrap_or(Path::new("."));
        let found = if configs.is_empty() { config::discover(folder) } else { None };
        if let Some(path) = found {
            configs.push(read_config(&path, args.env.as_deref())?);
        }
        match configs.first_mut() {
            Some(config) => config.main = std::path::absolute(script)?,
            None => {
                configs.push(WorkerConfig::for_script(script)?);
                bare = true;
            }
        }
    }
    if configs.is_empty() {
        let path = config::discover(Path::new("."))
            .context("give a script or -c FILE: there is no wrangler.jsonc, .json or .toml in this folder")?;
        configs.push(read_config(&path, args.env.as_deref())?);
    }
    build(&configs, bare, storage)
}

fn read_config(path: &Path, env: Option<&str>) -> anyhow::Result<WorkerConfig> {
    let loaded = config::load(path, env)?;
    for warning in &loaded.warnings {
        eprintln!("{warning}");
    }
    Ok(loaded.config)
}

/// Definitions of `configs`, which know each other.
pub fn build(configs: &[WorkerConfig], bare: bool, storage: &Engine) -> anyhow::Result<Workers> {
    let mut namespaces: HashMap<(String, String), Arc<Namespace>> = HashMap::new();
    for config in configs {
        for class in &config.durable_object_classes {
            if class.storage_key_script.is_some() {
                bail!("{}: transferred_classes is not supported by this version of denizen", config.name);
            }
            if !class.sqlite {
                eprintln!(
                    "denizen: {}: class {} is declared with new_classes: it has no ctx.storage.sql and no ctx.storage.kv",
                    config.name, class.class_name
                );
            }
            if class.storage_key_class != class.class_name {
                // Kept in the data folder, for when the migration is no longer in the configuration.
                storage.rename_class(&config.name, &class.storage_key_class, &class.class_name)?;
            }
            let unique_key = storage.unique_key(&config.name, &class.class_name);
            let namespace = Namespace {
                ids: NamespaceKey::new(&unique_key),
                unique_key,
                worker: config.name.as_str().into(),
                class_name: class.class_name.clone(),
                has_sql: class.sqlite,
            };
            namespaces.insert((config.name.clone(), class.class_name.clone()), Arc::new(namespace));
        }
    }
    let mut by_name = HashMap::new();
    let mut next_id = 1;
    for config in configs {
        let definition = define(config, configs, &namespaces, next_id)?;
        next_id += 1;
        if by_name.insert(definition.name.clone(), Arc::new(definition)).is_some() {
            bail!("two Workers are called \"{}\"", config.name);
        }
    }
    let main = configs.first().context("no Worker is configured")?;
    let namespaces = namespaces.into_values().map(|namespace| (namespace.unique_key.clone(), namespace)).collect();
    let crons = configs.iter().flat_map(|config| {
        config.crons.iter().map(|cron| Trigger { worker: config.name.as_str().into(), expression: cron.clone() })
    });
    let crons = crons.collect();
    Ok(Workers {
        by_name,
        namespaces,
        crons,
        main: main.name.as_str().into(),
        next_id,
        bare: bare.then(|| main.clone()),
    })
}

fn define(
    config: &WorkerConfig,
    all: &[WorkerConfig],
    namespaces: &HashMap<(String, String), Arc<Namespace>>,
    id: u64,
) -> anyhow::Result<WorkerDefinition> {
    let rules = Rules::new(config.rules.iter().map(|rule| (module_kind(rule.kind), rule.globs.clone())))?;
    let root = config.base_dir.as_deref().or(config.main.parent()).unwrap_or(Path::new("."));
    let bundle = collect(&config.main, root, &rules, config.find_additional_modules)
        .with_context(|| format!("Worker \"{}\" cannot be loaded", config.name))?;
    let service = |worker: &str, what: &str| -> anyhow::Result<Arc<str>> {
        match all.iter().any(|other| other.name == worker) {
            true => Ok(worker.into()),
            false => bail!(
                "{}: {what} names the Worker \"{worker}\", which is not configured: add its file with -c",
                config.name
            ),
        }
    };
    let mut bindings = Vec::new();
    for (name, value) in &config.vars {
        bindings.push((name.clone(), Binding::Json(value.to_string())));
    }
    for binding in &config.services {
        let worker = service(&binding.service, &format!("service binding {}", binding.binding))?;
        if binding.props.is_some() {
            bail!(
                "{}: props of service binding {} are not supported by this version of denizen",
                config.name,
                binding.binding
            );
        }
        bindings.push((binding.binding.clone(), Binding::Service { worker, entrypoint: binding.entrypoint.clone() }));
    }
    for binding in &config.durable_objects {
        let script = binding.script_name.clone().unwrap_or_else(|| config.name.clone());
        let namespace = namespaces.get(&(script.clone(), binding.class_name.clone())).with_context(|| {
            format!("{}: Durable Object binding {} names class {} of \"{script}\", which has no migration or is not configured", config.name, binding.name, binding.class_name)
        })?;
        bindings.push((binding.name.clone(), Binding::Namespace(namespace.clone())));
    }
    for binding in &config.worker_loaders {
        // Without an id, a binding shares its Workers with nobody.
        let id = binding.id.clone().unwrap_or_else(|| format!("{}/{}", config.name, binding.binding));
        bindings.push((binding.binding.clone(), Binding::Loader { id: id.into() }));
    }
    let own = namespaces.iter().filter(|((worker, _), _)| *worker == config.name);
    let own = own.map(|((_, class), namespace)| (class.clone(), namespace.clone())).collect();
    let outbound = match &config.global_outbound {
        None => Outbound::Network,
        Some(outbound) => {
            let worker = WorkerRef::Static(service(&outbound.service, "global_outbound")?);
            Outbound::Service(Target::Entrypoint {
                worker,
                entrypoint: outbound.entrypoint.clone(),
                props: None,
                limits: AskedLimits::default(),
            })
        }
    };
    let mut tails = Vec::new();
    for name in &config.tail_consumers {
        let worker = WorkerRef::Static(service(name, "tail_consumers")?);
        tails.push(Target::Entrypoint { worker, entrypoint: None, props: None, limits: AskedLimits::default() });
    }
    let mut limits = WorkerLimits::STATIC;
    if let Some(cpu_ms) = config.limits.cpu_ms {
        limits.asked.cpu = Some(Duration::from_millis(cpu_ms));
    }
    if let Some(count) = config.limits.subrequests {
        limits.asked.sub_requests = Some(u32::try_from(count).unwrap_or(u32::MAX));
    }
    limits.asked.wall = config.limits.wall_ms.map(Duration::from_millis);
    let compatibility_date = config.compatibility_date.clone().unwrap_or_else(|| {
        if config.config_path.is_some() {
            eprintln!("denizen: {}: no compatibility_date; {NEWEST_COMPATIBILITY_DATE} is used", config.name);
        }
        NEWEST_COMPATIBILITY_DATE.to_owned()
    });
    Ok(WorkerDefinition {
        id,
        name: config.name.as_str().into(),
        bundle: Arc::new(bundle),
        compatibility_date,
        compatibility_flags: config.compatibility_flags.clone(),
        env: EnvSpec::Bindings(bindings),
        limits,
        outbound,
        tails,
        namespaces: own,
        failed: OnceLock::new(),
        stopped: Mutex::default(),
        loaded: false,
        holder: Weak::new(),
    })
}

fn module_kind(kind: config::ModuleKind) -> ModuleKind {
    match kind {
        config::ModuleKind::EsModule => ModuleKind::EsModule,
        config::ModuleKind::CommonJs => ModuleKind::CommonJs,
        config::ModuleKind::Text => ModuleKind::Text,
        config::ModuleKind::Data => ModuleKind::Data,
        config::ModuleKind::Json => ModuleKind::Json,
        config::ModuleKind::CompiledWasm => ModuleKind::Wasm,
    }
}

/// Binds the Durable Object classes of a bare script under their names, and a loader as `LOADER`.
pub fn bind_bare(mut config: WorkerConfig, classes: Vec<String>, storage: &Engine) -> anyhow::Result<Workers> {
    for class in classes {
        config.durable_objects.push(config::DurableObjectBinding {
            name: class.clone(),
            class_name: class.clone(),
            script_name: None,
        });
        config.durable_object_classes.push(config::DurableObjectClassConfig {
            storage_key_class: class.clone(),
            class_name: class,
            storage_key_script: None,
            sqlite: true,
        });
    }
    config.worker_loaders.push(config::WorkerLoaderBinding { binding: "LOADER".into(), id: None });
    build(&[config], false, storage)
}
