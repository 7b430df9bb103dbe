//! A running denizen: Workers, shards and the threads for IO.
//!
//! Owns what all shards share and how they start and stop. It must not know the command line.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use denizen_bindings::call::{Call, CallError, Namespace, WorkerDefinition};
use denizen_bindings::isolate::{ShardMessage, ShardSender};
use denizen_core::limits::{IsolateLimits, SHARD_QUEUE_EVENTS};
use denizen_storage::{Engine, PoolOptions};
use tokio::sync::mpsc;

use crate::alarms;
use crate::egress::{AddressPolicy, Egress};
use crate::loaders::Loaders;
use crate::lost::Lost;
use crate::modules::loader::CodeCache;
use crate::shard::Shard;
use crate::shard::watchdog::{self, Watch};

/// Stack of a shard's thread: V8 is told to use just under 1 MB of it, the rest is for Rust below and above.
const SHARD_STACK_BYTES: usize = 8 << 20;

/// Files that a process may have open where the system does not say.
const DESCRIPTORS_USUAL: usize = 1024;

/// A shard that has run one turn for this long gets no new stateless events: an ordinary turn is over by then.
const BUSY: Duration = Duration::from_millis(2);

/// What an operator can turn.
#[derive(Clone, Debug)]
pub struct Options {
    /// Number of shards.
    pub shards: usize,
    /// Bounds of isolates.
    pub isolates: IsolateLimits,
    /// Whether Workers that others loaded may reach private addresses.
    pub loaded_private: bool,
    /// Whether configured Workers may.
    pub static_private: bool,
    /// Certificate authorities to trust beside the usual ones.
    pub ca_file: Option<PathBuf>,
}

impl Options {
    /// Bounds of one shard's databases, within the files that the process may have open.
    pub fn pool(&self) -> PoolOptions {
        PoolOptions::within(raise_descriptor_limit(), self.shards)
    }

    /// Which addresses a Worker may reach.
    pub fn address_policy(&self, loaded: bool) -> AddressPolicy {
        let private = if loaded { self.loaded_private } else { self.static_private };
        if private { AddressPolicy::Any } else { AddressPolicy::PublicOnly }
    }
}

/// Raises the number of files that the process may have open to what the system allows it, and gives that.
fn raise_descriptor_limit() -> usize {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the structure is ours and outlives both calls.
    unsafe {
        if libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit) != 0 {
            return DESCRIPTORS_USUAL;
        }
        if limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max;
            if libc::setrlimit(libc::RLIMIT_NOFILE, &limit) != 0 {
                libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit);
            }
        }
    }
    usize::try_from(limit.rlim_cur).unwrap_or(DESCRIPTORS_USUAL)
}

/// A shard as others see it.
pub struct ShardHandle {
    sender: ShardSender,
    /// Calls in its queue.
    pub queued: AtomicUsize,
    watch: Arc<Watch>,
}

impl ShardHandle {
    /// Queues a call, or refuses it if the queue is full.
    pub fn call(&self, call: Call) {
        if self.queued.fetch_add(1, Ordering::Relaxed) >= SHARD_QUEUE_EVENTS {
            self.queued.fetch_sub(1, Ordering::Relaxed);
            let error = CallError {
                overloaded: true,
                ..CallError::retryable("Durable Object is overloaded. Too many requests queued.")
            };
            return call.reply.send(Err(error));
        }
        self.sender.send(ShardMessage::Call(call));
    }

    /// Sends any other message.
    pub fn send(&self, message: ShardMessage) {
        self.sender.send(message);
    }
}

/// What all shards share.
pub struct Shared {
    /// Configured Workers, by name.
    pub workers: HashMap<Arc<str>, Arc<WorkerDefinition>>,
    /// Durable Object classes, by the key of their storage.
    pub namespaces: HashMap<String, Arc<Namespace>>,
    /// The databases.
    pub storage: Arc<Engine>,
    /// The shards, by index.
    pub shards: Vec<ShardHandle>,
    /// Operator's settings.
    pub options: Options,
    /// The HTTP client.
    pub egress: Egress,
    /// The threads for IO.
    pub io: tokio::runtime::Handle,
    /// The Workers that loaders know.
    pub loaders: Loaders,
    /// Code that is not run.
    pub lost: Lost,
    /// Machine code of modules.
    pub code_cache: Arc<CodeCache>,
    next_id: AtomicU64,
    next_shard: AtomicUsize,
}

impl Shared {
    /// A number that is not used again in this process.
    pub fn next_id(&self) -> u64 {
        self.next_id.fetch_add(1, Ordering::Relaxed)
    }

    /// The shard for the next stateless event: each in turn among those that have nothing to do; else, of those whose
    /// turn is young, the one with the shortest queue. What runs on a shard may go on until its CPU limit, and what has
    /// been queued behind it waits as long.
    pub fn shard_for_event(&self) -> &ShardHandle {
        let first = self.next_shard.fetch_add(1, Ordering::Relaxed);
        let count = self.shards.len();
        let candidates = || (0..count).map(|offset| &self.shards[first.wrapping_add(offset) % count]);
        let is_free = |shard: &&ShardHandle| shard.watch.is_idle() && shard.queued.load(Ordering::Relaxed) == 0;
        candidates()
            .find(|shard| is_free(shard) && !shard.watch.was_busy())
            .or_else(|| candidates().filter(|shard| !shard.watch.was_busy()).find(|shard| shard.watch.busy() < BUSY))
            .or_else(|| candidates().find(is_free))
            .or_else(|| {
                let young = candidates().filter(|shard| shard.watch.busy() < BUSY);
                young.min_by_key(|shard| shard.queued.load(Ordering::Relaxed))
            })
            .unwrap_or(&self.shards[first % count])
    }
}

/// The running shards. Dropping it leaves them running; [`Running::stop`] ends them.
pub struct Running {
    /// What all shards share.
    pub shared: Arc<Shared>,
    threads: Vec<std::thread::JoinHandle<()>>,
}

impl Running {
    /// Starts the shards. `next_id` is a number above those of the definitions.
    pub fn start(
        workers: HashMap<Arc<str>, Arc<WorkerDefinition>>,
        namespaces: HashMap<String, Arc<Namespace>>,
        storage: Arc<Engine>,
        options: Options,
        io: tokio::runtime::Handle,
        next_id: u64,
    ) -> anyhow::Result<Self> {
        let mut shards = Vec::new();
        let mut begin = Vec::new();
        let mut threads = Vec::new();
        let count = options.shards.max(1);
        for index in 0..count {
            let (sender, inbox) = mpsc::unbounded_channel();
            let sender = ShardSender(sender);
            let (give_watch, watch) = std::sync::mpsc::channel();
            let (give_shared, shared) = std::sync::mpsc::channel::<Arc<Shared>>();
            let shard_sender = sender.clone();
            let thread = std::thread::Builder::new()
                .name(format!("shard-{index}"))
                .stack_size(SHARD_STACK_BYTES)
                .spawn(move || {
                    let watch = Watch::of_this_thread();
                    // The receiver waits for it below; if that gave up, so does this thread.
                    drop(give_watch.send(watch.clone()));
                    let Ok(shared) = shared.recv() else { return };
                    run_shard(shared, index, shard_sender, inbox, watch);
                })?;
            threads.push(thread);
            shards.push(ShardHandle { sender, queued: AtomicUsize::new(0), watch: watch.recv()? });
            begin.push(give_shared);
        }
        watchdog::start(shards.iter().map(|shard| shard.watch.clone()).collect(), options.isolates.lost_turn)?;
        let shared = Arc::new(Shared {
            workers,
            namespaces,
            storage,
            shards,
            egress: Egress::new(options.ca_file.as_deref())?,
            options,
            io,
            loaders: Loaders::default(),
            lost: Lost::inherited(),
            code_cache: Arc::default(),
            next_id: AtomicU64::new(next_id),
            next_shard: AtomicUsize::new(0),
        });
        for give in begin {
            // A thread that is gone already has nothing to begin.
            drop(give.send(shared.clone()));
        }
        // A bare script that is only looked at has no classes yet.
        if !shared.namespaces.is_empty() {
            alarms::deliver(&shared);
        }
        Ok(Self { shared, threads })
    }

    /// Stops the shards and waits for them.
    pub fn stop(self) {
        for shard in &self.shared.shards {
            shard.send(ShardMessage::Shutdown);
        }
        for thread in self.threads {
            // A shard that panicked has said so on stderr.
            drop(thread.join());
        }
    }
}

fn run_shard(
    shared: Arc<Shared>,
    index: usize,
    sender: ShardSender,
    inbox: mpsc::UnboundedReceiver<ShardMessage>,
    watch: Arc<Watch>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a thread can have a tokio runtime");
    let local = tokio::task::LocalSet::new();
    let shard = Shard::new(shared, index, sender, watch);
    runtime.block_on(local.run_until(shard.run(inbox)));
}
