//! The commands `serve` and `test`.
//!
//! Owns their course from start to exit code. It must not know V8.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use denizen_bindings::call::{Binding, Call, CallError, CallKind, EnvSpec, ReplyTo, Target, WorkerRef};
use denizen_bindings::isolate::{ShardMessage, WorkerExports};
use denizen_core::limits::{AskedLimits, IngressLimits, IsolateLimits};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::cli::{PrivateAddresses, ServeArgs, TestArgs, WorkerArgs};
use crate::ingress;
use denizen_storage::{Engine, EngineOptions};

use crate::crons;
use crate::modules::excerpt::excerpt;
use crate::restart;
use crate::runtime::{Options, Running, Shared};
use crate::shard::slice::Thread;
use crate::shard::turn::user_paths;
use crate::shard::watchdog;
use crate::workers::{self, Workers};

/// Memory maps that an isolate takes with its code range set, with room for its heap to grow.
const MAPS_PER_ISOLATE: u64 = 32;

fn options(args: &WorkerArgs, default_shards: usize) -> Options {
    let mut isolates = IsolateLimits::DEFAULT;
    if let Some(count) = args.facets_at_a_time {
        isolates.facets_at_a_time = count as usize;
    }
    if let Some(count) = args.isolates_per_shard {
        isolates.per_shard = count as usize;
    }
    if let Some(seconds) = args.stuck_seconds {
        isolates.lost_turn = Duration::from_secs(seconds);
    }
    if let Some(ms) = for_tests(SECTION_MS).and_then(|text| text.to_str()?.parse().ok()) {
        isolates.section = Duration::from_millis(ms);
    }
    if let Some(ms) = for_tests(LOST_TURN_MS).and_then(|text| text.to_str()?.parse().ok()) {
        isolates.lost_turn = Duration::from_millis(ms);
    }
    Options {
        shards: args.shards.map_or(default_shards, usize::from),
        isolates,
        loaded_private: matches!(args.private_addresses, PrivateAddresses::All),
        static_private: !matches!(args.private_addresses, PrivateAddresses::None),
        ca_file: args.ca_file.clone(),
    }
}

fn warn_about_maps(options: &Options) {
    let needed = (options.shards * options.isolates.per_shard) as u64 * MAPS_PER_ISOLATE;
    let allowed = std::fs::read_to_string("/proc/sys/vm/max_map_count").ok().and_then(|text| text.trim().parse().ok());
    if let Some(allowed) = allowed
        && needed > allowed
    {
        eprintln!(
            "denizen: vm.max_map_count is {allowed}; {} isolates on {} shards may need {needed}. Raise it (sysctl vm.max_map_count) or lower --isolates-per-shard.",
            options.isolates.per_shard, options.shards
        );
    }
}

fn io_runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("io")
        .on_thread_start(|| Thread::current().shorten())
        .build()?)
}

/// Starts the Workers and learns what the main one exports. A bare script is started twice: its classes must be known
/// before they can be bound.
async fn start(
    workers: Workers,
    storage: Arc<Engine>,
    options: Options,
    handler: &str,
) -> anyhow::Result<(Running, Arc<str>, Result<WorkerExports, CallError>)> {
    let workers = match workers.bare {
        None => workers,
        Some(config) => {
            let probe = Options { shards: 1, ..options.clone() };
            let io = tokio::runtime::Handle::current();
            let running =
                Running::start(workers.by_name, workers.namespaces, storage.clone(), probe, io, workers.next_id)?;
            let exports = inspect(&running.shared, &workers.main, "").await;
            let exports = exports.map_err(|error| start_failure(&running.shared, &workers.main, &error));
            tokio::task::spawn_blocking(move || running.stop()).await?;
            match exports {
                Ok(exports) => workers::bind_bare(config, exports.handlers, &storage)?,
                Err(text) => bail!(text),
            }
        }
    };
    let io = tokio::runtime::Handle::current();
    let running = Running::start(workers.by_name, workers.namespaces, storage, options, io, workers.next_id)?;
    let exports = inspect(&running.shared, &workers.main, handler).await;
    Ok((running, workers.main, exports))
}

async fn inspect(shared: &Shared, worker: &Arc<str>, handler: &str) -> Result<WorkerExports, CallError> {
    let (reply, exports) = oneshot::channel();
    shared.shards[0].send(ShardMessage::Inspect(worker.clone(), handler.to_owned(), reply));
    exports.await.unwrap_or_else(|_| Err(CallError::new("the shard has stopped")))
}

/// Handlers of events that denizen does not have. Nothing of a configuration can lead to them, so a Worker that has them runs.
const NEVER_CALLED: &[(&str, &str)] =
    &[("queue", "queues"), ("email", "incoming mail"), ("connect", "incoming sockets")];

/// Says which handlers of a Worker nothing leads to, and why it did not start if it did not.
async fn warn_about_handlers(shared: &Shared, worker: &Arc<str>) {
    for (handler, what) in NEVER_CALLED {
        let exported = match inspect(shared, worker, handler).await {
            Ok(exports) => exports.handlers,
            Err(error) => return eprintln!("denizen: {}", start_failure(shared, worker, &error)),
        };
        if !exported.is_empty() {
            let names = exported.join(", ");
            eprintln!(
                "denizen: {worker}: {names} has the handler {handler}(), which is never called: denizen does not have {what}"
            );
        }
    }
}

/// Says which bindings name exports of a Worker, and which of its own Durable Object classes, that it does not have. The texts
/// are workerd's, which does not start for the former.
async fn warn_about_exports(shared: &Shared, worker: &Arc<str>) {
    // Why one did not start is said elsewhere.
    let Ok(exports) = inspect(shared, worker, "").await else { return };
    let has = |name: &String| exports.names.contains(name);
    let mut lines = Vec::new();
    for (name, definition) in &shared.workers {
        let EnvSpec::Bindings(bindings) = &definition.env else { continue };
        for (binding, value) in bindings {
            if let Binding::Service { worker: target, entrypoint: Some(entrypoint) } = value
                && target == worker
                && (!has(entrypoint) || exports.handlers.contains(entrypoint))
            {
                lines.push(format!("Worker \"{name}\"'s binding \"{binding}\" refers to service \"{worker}\" with a named entrypoint \"{entrypoint}\", but \"{worker}\" has no such named entrypoint."));
            }
        }
    }
    let classes = shared.workers.get(worker).into_iter().flat_map(|definition| definition.namespaces.keys());
    lines.extend(classes.filter(|class| !has(class)).map(|class| {
        format!("{worker}: A DurableObjectNamespace in the config referenced the class \"{class}\", but no such Durable Object class is exported from the worker. Please make sure the class name matches, it is exported, and the class extends 'DurableObject'. Attempts to call to this Durable Object class will fail at runtime.")
    }));
    lines.sort();
    for line in lines {
        eprintln!("denizen: {line}");
    }
}

/// What is printed of a Worker that did not start, with the lines around the place if it is in its own code.
fn start_failure(shared: &Shared, worker: &Arc<str>, error: &CallError) -> String {
    let text = user_paths(&error.log_text());
    let bundle_of = |worker: &str| shared.workers.get(worker).map(|definition| &*definition.bundle);
    let lines = excerpt(bundle_of, worker, &text).map(|(_, lines)| format!("\n\n{lines}")).unwrap_or_default();
    format!("Worker \"{worker}\" did not start:\nUncaught {text}{}", lines.trim_end())
}

/// Serves a Worker until a signal ends it.
pub fn serve(args: ServeArgs) -> anyhow::Result<ExitCode> {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let options = options(&args.workers, (2 * cores).max(4));
    warn_about_maps(&options);
    let storage = open(&args.data)?;
    let workers = workers::load(&args.workers, &storage)?;
    let crons = workers.crons.clone();
    let mut limits = IngressLimits::DEFAULT;
    if let Some(bytes) = args.max_body_bytes {
        limits.body_bytes = bytes;
    }
    let seconds = Duration::from_secs;
    limits.header_time = args.header_seconds.map_or(limits.header_time, seconds);
    limits.body_idle = args.body_idle_seconds.map_or(limits.body_idle, seconds);
    limits.drain = args.drain_seconds.map_or(limits.drain, seconds);
    io_runtime()?.block_on(async move {
        let address = format!("{}:{}", args.host, args.port);
        let listener = match restart::inherited() {
            Some(listener) => TcpListener::from_std(listener)?,
            None => TcpListener::bind(&address).await.with_context(|| format!("cannot listen on {address}"))?,
        };
        if args.dev && !listener.local_addr()?.ip().is_loopback() {
            bail!("--dev shows sources to clients: it needs a loopback address, and {address} is none");
        }
        let (running, main, exports) = start(workers, storage.clone(), options, "fetch").await?;
        if let Err(error) = &exports {
            bail!(start_failure(&running.shared, &main, error));
        }
        if exports.is_ok_and(|exports| exports.names.is_empty()) {
            eprintln!(
                "denizen: {main} exports nothing, so that every request fails: scripts of the service worker format \
                 (addEventListener(\"fetch\", …)) are not supported, export default {{ fetch() {{ … }} }} is"
            );
        }
        warn_about_handlers(&running.shared, &main).await;
        warn_about_exports(&running.shared, &main).await;
        eprintln!("denizen: {main} is served on http://{}", listener.local_addr()?);
        // The others start now, too; what is to be said of them keeps nobody waiting.
        let (shared, served) = (running.shared.clone(), main.clone());
        tokio::spawn(async move {
            let mut others: Vec<_> = shared.workers.keys().filter(|name| **name != served).collect();
            others.sort();
            for worker in others {
                warn_about_handlers(&shared, worker).await;
                warn_about_exports(&shared, worker).await;
            }
        });
        crons::start(&running.shared, crons);
        let served = ingress::Served { worker: main, test_scheduled: args.test_scheduled, dev: args.dev };
        if !args.no_restart {
            restart::arm(&listener, watchdog::code_of_this_thread)?;
        }
        let stop = async {
            ended().await;
            restart::disarm();
        };
        ingress::serve(listener, running.shared.clone(), served, limits, stop).await;
        tokio::task::spawn_blocking(move || {
            storage.settle();
            running.stop();
            storage.shut_down();
        })
        .await?;
        Ok(ExitCode::SUCCESS)
    })
}

/// Names a file that makes syncs and writes wait or fail.
const DISK_CONTROL: &str = "DENIZEN_TEST_DISK_CONTROL";
/// Milliseconds that a callback of `blockConcurrencyWhile` or `transaction` may take.
const SECTION_MS: &str = "DENIZEN_TEST_SECTION_MS";

/// Milliseconds that a stopped turn may go on before the process ends.
const LOST_TURN_MS: &str = "DENIZEN_TEST_LOST_TURN_MS";

/// A variable that the tests set which drive the binary. A release build does not read it.
fn for_tests(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|_| cfg!(debug_assertions))
}

/// Opens the data folder.
fn open(data: &Path) -> anyhow::Result<Arc<Engine>> {
    let disk_control = for_tests(DISK_CONTROL).map(Into::into);
    let stops = watchdog::has_stopped_this_turn;
    Engine::open(data, EngineOptions { disk_control, stops, ..EngineOptions::default() })
        .context("the data folder cannot be used")
}

async fn ended() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = terminate => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

/// Runs the tests that a Worker exports, one after the other.
pub fn test(mut args: TestArgs) -> anyhow::Result<ExitCode> {
    // With -c there is no script, so the only positional is the filter.
    if !args.workers.config.is_empty() && args.filter.is_none() {
        args.filter = args.workers.script.take().map(|script| script.to_string_lossy().into_owned());
    }
    let options = options(&args.workers, 1);
    let scratch = match args.data {
        Some(_) => None,
        None => Some(Scratch::new()?),
    };
    let data = match (&args.data, &scratch) {
        (Some(data), _) => data.clone(),
        (None, Some(scratch)) => scratch.0.clone(),
        (None, None) => bail!("no data folder"),
    };
    let storage = open(&data)?;
    let workers = workers::load(&args.workers, &storage)?;
    io_runtime()?.block_on(async move {
        let (running, main, exports) = start(workers, storage.clone(), options, "test").await?;
        let exports = match exports {
            Ok(exports) => exports,
            Err(error) => bail!(start_failure(&running.shared, &main, &error)),
        };
        warn_about_exports(&running.shared, &main).await;
        let code = run_tests(&running, &main, &exports, args.filter.as_deref()).await;
        tokio::task::spawn_blocking(move || {
            storage.settle();
            running.stop();
            storage.shut_down();
        })
        .await?;
        drop(scratch);
        Ok(code)
    })
}

/// A folder that is removed with its contents.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> anyhow::Result<Self> {
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(|error| anyhow::anyhow!("no random bytes: {error}"))?;
        let name: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let path = std::env::temp_dir().join(format!("denizen-test-{name}"));
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed from a temporary folder does no harm there.
        drop(std::fs::remove_dir_all(&self.0));
    }
}

async fn run_tests(running: &Running, main: &Arc<str>, exports: &WorkerExports, filter: Option<&str>) -> ExitCode {
    if exports.handlers.is_empty() {
        let names = if exports.names.is_empty() { "nothing".to_owned() } else { exports.names.join(", ") };
        eprintln!("No tests: no export of \"{main}\" has a test() function. It exports: {names}");
        return ExitCode::from(1);
    }
    let title = |name: &String| if name == "default" { main.to_string() } else { format!("{main}:{name}") };
    let chosen: Vec<_> = exports.handlers.iter().filter(|name| matches(filter, &title(name))).collect();
    if chosen.is_empty() {
        let titles: Vec<_> = exports.handlers.iter().map(title).collect();
        eprintln!("No test matches \"{}\". There are: {}", filter.unwrap_or_default(), titles.join(", "));
        return ExitCode::from(1);
    }
    let mut failed = 0;
    for name in &chosen {
        let title = title(name);
        match run_test(running, main, name).await {
            Ok(()) => print(&format!("[ PASS ] {title}")),
            Err(error) => {
                failed += 1;
                let text = error.log_text();
                let told = text.contains(&error.message) || error.told.as_ref().is_some_and(|told| told.log.is_some());
                eprintln!("{}", if told { user_paths(&text) } else { error.to_string() });
                print(&format!("[ FAIL ] {title}"));
            }
        }
    }
    eprintln!("{} passed, {failed} failed", chosen.len() - failed);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) }
}

async fn run_test(running: &Running, main: &Arc<str>, name: &str) -> Result<(), CallError> {
    let (reply, outcome) = oneshot::channel();
    let entrypoint = (name != "default").then(|| name.to_owned());
    let target = Target::Entrypoint {
        worker: WorkerRef::Static(main.clone()),
        entrypoint,
        props: None,
        limits: AskedLimits::default(),
    };
    running.shared.shards[0].call(Call {
        target,
        kind: CallKind::Test,
        reply: ReplyTo::Channel(reply),
        cancel: None,
        session: None,
        descent: None,
        delivered: None,
    });
    match outcome.await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(error),
        Err(_) => Err(CallError::new("the shard has stopped")),
    }
}

/// Whether a test's title matches the filter: contains it, or fits its `*`.
fn matches(filter: Option<&str>, title: &str) -> bool {
    match filter {
        None => true,
        Some(filter) if filter.contains('*') => {
            globset::Glob::new(filter).is_ok_and(|glob| glob.compile_matcher().is_match(title))
        }
        Some(filter) => title.contains(filter),
    }
}

/// Writes a line to stdout. A reader that closed it has seen enough.
fn print(line: &str) {
    use std::io::Write;
    drop(writeln!(std::io::stdout().lock(), "{line}"));
}
