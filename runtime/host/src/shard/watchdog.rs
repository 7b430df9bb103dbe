//! The watchdog: stops a turn that uses more CPU time than its event may.
//!
//! A turn that waits for the disk holds its thread as one does that computes, so its waits count, but not those for a CPU
//! that others use.
//!
//! Owns one thread for all shards, which reads the CPU clock of each shard's thread. It must not know what runs, and never
//! stops a turn other than the one it measured: start and end of a turn take the same lock.

use std::cell::{Cell, RefCell};
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use denizen_bindings::call::WorkerDefinition;
use denizen_core::limits::WATCHDOG_TICK;

use super::slice::Thread;
use crate::{log, lost, restart};

/// A turn that has run for so long does not keep threads that wake from the CPU.
const LONG: Duration = Duration::from_millis(10);

/// How long a shard is avoided after a long turn, while others have nothing to do.
const AVOIDED_MS: u64 = 100;

/// CPU time that this thread has used.
pub fn thread_cpu() -> Duration {
    clock(libc::CLOCK_THREAD_CPUTIME_ID)
}

fn clock(id: libc::clockid_t) -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is valid for the write.
    unsafe { libc::clock_gettime(id, &mut time) };
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

struct Running {
    /// Name for the log.
    of: Of,
    isolate: v8::IsolateHandle,
    /// The thread's CPU time at which the turn is stopped.
    until: Duration,
    /// Taken once the turn is a long one.
    long: Option<Sample>,
    stopped: bool,
    /// Set once the isolate has reached its heap limit.
    out_of_memory: Arc<AtomicBool>,
}

/// Whose code a turn runs.
pub struct Of {
    /// The Worker.
    pub worker: Arc<WorkerDefinition>,
    /// Its object or facet.
    pub actor: Option<Arc<str>>,
}

impl Of {
    /// The top-level code of a Worker.
    pub fn start(definition: &Arc<WorkerDefinition>) -> Self {
        Self { worker: definition.clone(), actor: Some(lost::START.into()) }
    }

    /// What stands for the code, if another Worker loaded it.
    fn code(&self) -> Option<u64> {
        self.worker.loaded.then(|| lost::code_of(&self.worker, self.actor.as_deref().unwrap_or_default()))
    }
}

/// What a thread had behind it at a moment of its turn.
struct Sample {
    at: Instant,
    cpu: Duration,
    waited_for_cpu: Option<Duration>,
    /// The last look at its clock.
    last: (Instant, Duration),
    /// A look after which it has run.
    ran_after: Instant,
}

thread_local! {
    /// Whose code runs on this thread.
    static RUNS: Cell<*const Of> = const { Cell::new(ptr::null()) };
    static OF_THIS_THREAD: RefCell<Option<Arc<Watch>>> = const { RefCell::new(None) };
}

/// What stands for the code that runs on this thread, if another Worker loaded it. A handler of signals may ask.
pub fn code_of_this_thread() -> Option<u64> {
    // SAFETY: it points into the watch of this thread, where it is until the turn ends, which sets this to null first; others
    // change other parts of that only.
    unsafe { RUNS.get().as_ref() }.and_then(Of::code)
}

/// Whether the turn that runs on this thread has been told to stop: for native code that works long without V8.
pub fn has_stopped_this_turn() -> bool {
    OF_THIS_THREAD.with_borrow(|watch| {
        let Some(watch) = watch else { return false };
        watch.running.lock().unwrap_or_else(PoisonError::into_inner).as_ref().is_some_and(|running| running.stopped)
    })
}

/// What the watchdog sees of one shard.
pub struct Watch {
    clock: libc::clockid_t,
    thread: Thread,
    running: Mutex<Option<Running>>,
    /// Whether the shard has nothing to do.
    parked: AtomicBool,
    /// Milliseconds since `epoch` at which the running turn began, plus one; 0 while none runs.
    busy_since_ms: AtomicU64,
    /// Milliseconds since `epoch` at which the last turn ended that took long, plus one; 0 if none did.
    long_ended_ms: AtomicU64,
    epoch: Instant,
}

impl Watch {
    /// A watch over the calling thread.
    pub fn of_this_thread() -> Arc<Self> {
        let mut clock = 0;
        // SAFETY: the thread is this one, so it lives; `clock` is valid for the write.
        unsafe { libc::pthread_getcpuclockid(libc::pthread_self(), &mut clock) };
        let thread = Thread::current();
        thread.shorten();
        let watch = Arc::new(Self {
            clock,
            thread,
            running: Mutex::new(None),
            parked: AtomicBool::new(false),
            busy_since_ms: AtomicU64::new(0),
            long_ended_ms: AtomicU64::new(0),
            epoch: Instant::now(),
        });
        OF_THIS_THREAD.set(Some(watch.clone()));
        watch
    }

    /// A turn of `isolate` begins, which may use `limit`. Gives the thread's CPU time now.
    pub fn begin(
        &self,
        of: Of,
        isolate: v8::IsolateHandle,
        out_of_memory: Arc<AtomicBool>,
        limit: Duration,
    ) -> Duration {
        let now = thread_cpu();
        let running = Running { of, isolate, until: now + limit, long: None, stopped: false, out_of_memory };
        let mut slot = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        RUNS.set(&raw const slot.insert(running).of);
        drop(slot);
        self.busy_since_ms.store(self.epoch.elapsed().as_millis() as u64 + 1, Ordering::Relaxed);
        now
    }

    /// The turn has ended: whether it was stopped.
    pub fn end(&self) -> bool {
        if self.busy() >= LONG {
            self.long_ended_ms.store(self.epoch.elapsed().as_millis() as u64 + 1, Ordering::Relaxed);
        }
        self.busy_since_ms.store(0, Ordering::Relaxed);
        RUNS.set(ptr::null());
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(running) = running else { return false };
        if running.long.is_some() {
            self.thread.shorten();
        }
        running.stopped
    }

    /// The shard has nothing to do from now on, or has something again.
    pub fn park(&self, parked: bool) {
        self.parked.store(parked, Ordering::Relaxed);
    }

    /// Whether the shard has nothing to do.
    pub fn is_idle(&self) -> bool {
        self.parked.load(Ordering::Relaxed)
    }

    /// Whether a turn that took long has ended a moment ago: where one was, the next one may follow.
    pub fn was_busy(&self) -> bool {
        match self.long_ended_ms.load(Ordering::Relaxed) {
            0 => false,
            ended => (self.epoch.elapsed().as_millis() as u64 + 1).saturating_sub(ended) < AVOIDED_MS,
        }
    }

    /// How long the running turn has run, zero if none does.
    pub fn busy(&self) -> Duration {
        match self.busy_since_ms.load(Ordering::Relaxed) {
            0 => Duration::ZERO,
            since => Duration::from_millis((self.epoch.elapsed().as_millis() as u64 + 1).saturating_sub(since)),
        }
    }

    fn check(&self, lost_turn: Duration) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(running) = &mut *running else { return };
        if running.long.is_none() && self.busy() >= LONG {
            self.thread.restore();
            running.long = Some(self.sample());
        }
        running.stopped = running.stopped || self.used(running) >= running.until;
        if running.stopped || running.out_of_memory.load(Ordering::Relaxed) {
            // Again at each tick until the turn has ended: native code below the guest's may catch a termination, such as
            // the console's formatter around a getter, and the guest goes on.
            running.isolate.terminate_execution();
        }
        if running.stopped && clock(self.clock) >= running.until + lost_turn {
            end_process(&running.of, lost_turn);
        }
    }

    /// The thread's CPU time, and what the turn has waited for other things than a CPU.
    fn used(&self, running: &mut Running) -> Duration {
        let (cpu, now) = (clock(self.clock), Instant::now());
        let Some(long) = &mut running.long else { return cpu };
        if cpu > long.last.1 {
            long.ran_after = long.last.0;
        }
        long.last = (now, cpu);
        let waited = (now - long.at).saturating_sub(cpu.saturating_sub(long.cpu));
        if cpu + waited < running.until {
            return cpu;
        }
        // Where the kernel does not tell the waits for a CPU from others, none counts.
        let (Some(before), Some(told)) = (long.waited_for_cpu, self.thread.waited_for_cpu()) else { return cpu };
        // It tells of a wait once that is over. One that goes on began when the thread had run.
        let untold = match self.thread.waits_for_something_else() {
            Some(true) => Duration::ZERO,
            _ => now - long.ran_after,
        };
        cpu + waited.saturating_sub(told.saturating_sub(before) + untold)
    }

    fn sample(&self) -> Sample {
        let (at, cpu) = (Instant::now(), clock(self.clock));
        Sample { at, cpu, waited_for_cpu: self.thread.waited_for_cpu(), last: (at, cpu), ran_after: at }
    }
}

/// A shard that does not come back would keep its objects for ever, and the process from ending when it is asked to. What
/// was answered is durable.
fn end_process(of: &Of, lost_turn: Duration) {
    let actor = of.actor.as_ref().map(|actor| format!("/{}", actor.escape_debug())).unwrap_or_default();
    let then = if restart::is_armed() { "begins again" } else { "ends" };
    let seconds = lost_turn.as_secs_f64();
    let text = format!("did not stop within {seconds} s of CPU time after it was told to; the process {then}");
    log::print(&format!("{}{actor}", of.worker.name), "error", &text);
    restart::begin_again(of.code());
}

/// Watches over `watches` until the process ends, which it does itself when a turn goes on `lost_turn` after its stop.
pub fn start(watches: Vec<Arc<Watch>>, lost_turn: Duration) -> std::io::Result<()> {
    std::thread::Builder::new().name("watchdog".into()).spawn(move || {
        loop {
            std::thread::sleep(WATCHDOG_TICK);
            watches.iter().for_each(|watch| watch.check(lost_turn));
        }
    })?;
    Ok(())
}
