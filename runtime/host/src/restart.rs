//! A process that cannot go on begins again in its place.
//!
//! Owns what leads there (a shard that is lost, a signal that would end the process) and what is handed over: the process keeps
//! its id and its listener, so that clients wait meanwhile and are not refused. What was answered is durable. It must not know
//! Workers, and from a signal on it does only what a handler of signals may.

use std::ffi::{CStr, CString};
use std::net::TcpListener;
use std::os::fd::{AsRawFd, FromRawFd};
use std::os::unix::ffi::OsStringExt;
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::time::{Duration, Instant};

use denizen_core::limits::LOST_CODES;

/// Names the descriptor of the listener that the process before has left.
const LISTENER: &str = "DENIZEN_LISTENER";

/// Is set if the process before came to its end soon.
const SOON: &str = "DENIZEN_ENDED_SOON";

/// Numbers that the processes before have left, in hexadecimal digits.
const LEFT: &str = "DENIZEN_LEFT";

/// A process that lived for less has ended soon.
const SOON_AFTER: Duration = Duration::from_secs(10);

/// Pause before a process that follows one that ended soon, so that what ends each of them does not take a whole CPU.
const PAUSE: Duration = Duration::from_secs(1);

/// The exit status of a process that lost a shard and does not begin again.
const LOST: libc::c_int = 70;

/// Signals by which V8, the allocator, Rust and the kernel end a process that is broken.
const FATAL: [libc::c_int; 6] = [libc::SIGABRT, libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGTRAP, libc::SIGFPE];

/// The file that runs, even if another has taken its place.
const EXECUTABLE: &CStr = c"/proc/self/exe";

/// Bytes that a number takes at the end of [`LEFT`]: a comma and hexadecimal digits.
const NUMBER_BYTES: usize = 17;

/// Gives the number to leave for the next process. It is called on the thread that breaks, by a handler of signals.
pub type Blame = fn() -> Option<u64>;

/// The process that follows this one, ready to be called without an allocation.
struct Next {
    arguments: Vec<*const libc::c_char>,
    /// Its environment, and the same for one that follows soon.
    environment: Vec<*const libc::c_char>,
    environment_soon: Vec<*const libc::c_char>,
    /// Room for one more number in it.
    left: *mut u8,
    listener: libc::c_int,
    since: Instant,
    blame: Blame,
}

impl Next {
    fn new(listener: libc::c_int, blame: Blame) -> anyhow::Result<Self> {
        // A text that is never freed.
        let leak = |bytes: Vec<u8>| CString::new(bytes).map(|text| text.into_raw().cast_const());
        let pointers = |texts: Result<Vec<_>, _>| texts.map(|texts| texts.into_iter().chain([ptr::null()]).collect());
        let variables = std::env::vars_os().filter(|(name, _)| name != LISTENER && name != SOON && name != LEFT);
        let mut environment = variables
            .map(|(name, value)| leak([name.into_vec(), value.into_vec()].join(&b'=')))
            .collect::<Result<Vec<_>, _>>()?;
        environment.push(leak(format!("{LISTENER}={listener}").into())?);
        let left: Vec<_> = left().map(|number| format!("{number:x}")).collect();
        let mut left = format!("{LEFT}={}", left.join(",")).into_bytes();
        let length = left.len();
        left.extend([0; NUMBER_BYTES + 1]);
        let left = left.leak();
        environment.push(left.as_ptr().cast());
        let soon = leak(format!("{SOON}=1").into())?;
        Ok(Self {
            arguments: pointers(std::env::args_os().map(|argument| leak(argument.into_vec())).collect())?,
            environment_soon: environment.iter().copied().chain([soon, ptr::null()]).collect(),
            environment: environment.into_iter().chain([ptr::null()]).collect(),
            left: left[length..].as_mut_ptr(),
            listener,
            since: Instant::now(),
            blame,
        })
    }

    /// Leaves one more number.
    fn leave(&self, number: u64) {
        let digit = |at: usize| b"0123456789abcdef"[(number >> (60 - 4 * at)) as usize & 15];
        // SAFETY: there is room for it, which a NUL follows, and nobody reads it in this process.
        unsafe {
            self.left.write(b',');
            (0..16).for_each(|at| self.left.add(1 + at).write(digit(at)));
        }
    }
}

/// The process that follows, while one would.
static NEXT: AtomicPtr<Next> = AtomicPtr::new(ptr::null_mut());

/// What handled signals before.
static BEFORE: OnceLock<[libc::sigaction; FATAL.len()]> = OnceLock::new();

/// The listener that the process before has left, if this one follows another. It is to be called once, and first.
pub fn inherited() -> Option<TcpListener> {
    let descriptor = std::env::var(LISTENER).ok()?.parse().ok()?;
    if !is_listener(descriptor) {
        return None;
    }
    if std::env::var_os(SOON).is_some() {
        std::thread::sleep(PAUSE);
    }
    // SAFETY: it is open, nothing else in this process knows it, and the process before has left it for this one.
    Some(unsafe { TcpListener::from_raw_fd(descriptor) })
}

fn is_listener(descriptor: libc::c_int) -> bool {
    let mut listens: libc::c_int = 0;
    let mut size = size_of::<libc::c_int>() as libc::socklen_t;
    let value = (&raw mut listens).cast();
    // SAFETY: both pointers are valid for the write, of the size given.
    let known = unsafe { libc::getsockopt(descriptor, libc::SOL_SOCKET, libc::SO_ACCEPTCONN, value, &mut size) == 0 };
    known && listens == 1
}

/// The numbers that the processes before this one have left, the last [`LOST_CODES`] of them.
pub fn left() -> impl Iterator<Item = u64> {
    let left = std::env::var(LEFT).unwrap_or_default();
    let numbers: Vec<_> = left.split(',').filter_map(|number| u64::from_str_radix(number, 16).ok()).collect();
    let old = numbers.len().saturating_sub(LOST_CODES);
    numbers.into_iter().skip(old)
}

/// From now on the process begins again where it would have ended, with the same arguments and this listener. `blame` is asked
/// when a signal ends it.
pub fn arm(listener: &impl AsRawFd, blame: Blame) -> anyhow::Result<()> {
    let next = Next::new(listener.as_raw_fd(), blame)?;
    // It is never freed: a handler may be using it on another thread.
    NEXT.store(Box::into_raw(Box::new(next)), Ordering::Release);
    BEFORE.get_or_init(|| FATAL.map(handle));
    Ok(())
}

/// From now on the process ends where it would have begun again: it has been asked to end.
pub fn disarm() {
    NEXT.store(ptr::null_mut(), Ordering::Release);
}

/// Whether [`begin_again`] does so.
pub fn is_armed() -> bool {
    armed().is_some()
}

fn armed() -> Option<&'static Next> {
    // SAFETY: what has been stored once is never freed nor changed.
    unsafe { NEXT.load(Ordering::Acquire).as_ref() }
}

/// Begins the process again and leaves a number for it, or ends this one with status 70 if that is not wanted. Nothing runs on
/// the way out: the threads of the process may never end.
pub fn begin_again(left: Option<u64>) -> ! {
    if let Some(next) = armed() {
        replace(next, left);
    }
    // SAFETY: it has no preconditions.
    unsafe { libc::_exit(LOST) }
}

/// Puts the next process in the place of this one, which comes back only if that fails.
fn replace(next: &Next, left: Option<u64>) {
    if let Some(number) = left {
        next.leave(number);
    }
    let soon = next.since.elapsed() < SOON_AFTER;
    let environment = if soon { &next.environment_soon } else { &next.environment };
    // SAFETY: all of these may be called by a handler of signals; the pointers are of texts that end with NUL, the lists end
    // with null.
    unsafe {
        let mut none: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&mut none);
        libc::pthread_sigmask(libc::SIG_SETMASK, &none, ptr::null_mut());
        libc::fcntl(next.listener, libc::F_SETFD, 0);
        libc::execve(EXECUTABLE.as_ptr(), next.arguments.as_ptr(), environment.as_ptr());
    }
}

/// Lets [`on_signal`] handle a signal, and gives what did before.
fn handle(signal: libc::c_int) -> libc::sigaction {
    // SAFETY: zeroes are valid for both, which outlive the call; the handler has the form that SA_SIGINFO asks for.
    unsafe {
        let mut before: libc::sigaction = std::mem::zeroed();
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = on_signal as *const () as libc::sighandler_t;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        libc::sigaction(signal, &action, &mut before);
        before
    }
}

extern "C" fn on_signal(signal: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    const SAID: &[u8] = b"denizen: the process is broken; it begins again\n";
    let before = FATAL.iter().position(|fatal| *fatal == signal).and_then(|at| BEFORE.get()?.get(at));
    // SAFETY: each may be called by a handler of signals; what was there before has the form that its flags tell.
    unsafe {
        // Rust's own says which thread has overflowed its stack, and aborts; V8's knows the faults that its code means to have.
        if let Some(before) = before
            && before.sa_sigaction != libc::SIG_DFL
            && before.sa_sigaction != libc::SIG_IGN
            && before.sa_flags & libc::SA_SIGINFO != 0
        {
            let tell: extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void) =
                std::mem::transmute(before.sa_sigaction);
            tell(signal, info, context);
        }
        if let Some(next) = armed() {
            libc::write(libc::STDERR_FILENO, SAID.as_ptr().cast(), SAID.len());
            replace(next, (next.blame)());
        }
        libc::signal(signal, libc::SIG_DFL);
        libc::raise(signal);
    }
}
