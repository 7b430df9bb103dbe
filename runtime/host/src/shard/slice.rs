//! How long the kernel lets a thread run before one that has waited gets its turn.
//!
//! Owns the slices of this process's threads, and what the kernel knows of their waits. One with a short slice, when it wakes, does not wait for one with a longer
//! slice: so threads that serve have short ones, and a shard whose turn goes on and on has the usual one. Shares of the CPU
//! stay as they are. Linux from 6.12 on; elsewhere nothing changes. It must not know what the threads do.

use std::time::Duration;

/// The shortest slice that the kernel gives, in nanoseconds.
const SHORT_NS: u64 = 100_000;

/// `struct sched_attr` of the kernel, as its first version has it.
#[repr(C)]
#[derive(Default)]
struct Attributes {
    size: u32,
    policy: u32,
    flags: u64,
    nice: i32,
    priority: u32,
    /// The slice in nanoseconds, 0 for the usual one.
    runtime: u64,
    deadline: u64,
    period: u64,
}

const SIZE: u32 = size_of::<Attributes>() as u32;

/// A thread of this process.
#[derive(Clone, Copy, Debug)]
pub struct Thread(libc::pid_t);

impl Thread {
    /// The calling thread.
    pub fn current() -> Self {
        // SAFETY: the call has no arguments and cannot fail.
        Self(unsafe { libc::gettid() })
    }

    /// Gives it a short slice.
    pub fn shorten(self) {
        self.set(SHORT_NS);
    }

    /// Gives it the usual slice.
    pub fn restore(self) {
        self.set(0);
    }

    /// How long it has waited for a CPU since it began, where the kernel says so (`schedstat` in proc(5)).
    pub fn waited_for_cpu(self) -> Option<Duration> {
        let text = std::fs::read_to_string(format!("/proc/self/task/{}/schedstat", self.0)).ok()?;
        Some(Duration::from_nanos(text.split(' ').nth(1)?.parse().ok()?))
    }

    /// Whether it neither runs nor waits for a CPU (`stat` in proc(5)), if the kernel says so. A wait for one is among those that
    /// [`Thread::waited_for_cpu`] gives once it is over.
    pub fn waits_for_something_else(self) -> Option<bool> {
        let text = std::fs::read_to_string(format!("/proc/self/task/{}/stat", self.0)).ok()?;
        Some(!text.rsplit_once(") ")?.1.starts_with('R'))
    }

    fn set(self, runtime: u64) {
        let mut attributes = Attributes::default();
        // SAFETY: the structure is ours, outlives both calls, and its size is given. A thread that has ended is refused.
        unsafe {
            if libc::syscall(libc::SYS_sched_getattr, self.0, &mut attributes, SIZE, 0) != 0
                || attributes.policy != libc::SCHED_OTHER as u32
            {
                return;
            }
            attributes.size = SIZE;
            attributes.runtime = runtime;
            // What the kernel refuses stays as it is.
            libc::syscall(libc::SYS_sched_setattr, self.0, &attributes, 0);
        }
    }
}
