//! Making an isolate current.
//!
//! Owns the only calls of V8's `enter` and `exit`. Many isolates share a shard's thread, and each is current for exactly
//! one poll, call or drop: never nested, never across an await. It must not know what runs inside.

#![expect(clippy::disallowed_methods, reason = "this file is where isolates are entered and exited")]

use std::cell::Cell;
use std::mem::ManuallyDrop;

use deno_core::{JsRuntime, RuntimeOptions};

thread_local! {
    /// Whether an isolate of this thread is current: entering a second one would corrupt V8's stack of entries.
    static OCCUPIED: Cell<bool> = const { Cell::new(false) };
}

/// A runtime that is not current unless [`PinnedRuntime::enter`] makes it so.
pub struct PinnedRuntime {
    runtime: ManuallyDrop<JsRuntime>,
}

struct Guard<'a>(&'a mut PinnedRuntime);

impl<'a> Guard<'a> {
    fn new(pinned: &'a mut PinnedRuntime) -> Self {
        debug_assert!(!OCCUPIED.get(), "isolates are never entered inside each other");
        OCCUPIED.set(true);
        // SAFETY: the isolate belongs to this thread, and the guard exits it before anything else runs.
        unsafe { pinned.runtime.v8_isolate().enter() };
        Self(pinned)
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        // SAFETY: `new` entered this isolate and nothing entered another since.
        unsafe { self.0.runtime.v8_isolate().exit() };
        OCCUPIED.set(false);
    }
}

impl PinnedRuntime {
    /// Makes a runtime on this thread. Must be called inside the shard's tokio runtime, whose timers V8's delayed tasks
    /// use.
    pub fn new(options: RuntimeOptions) -> Result<Self, deno_core::error::CoreError> {
        debug_assert!(!OCCUPIED.get(), "isolates are never made inside each other");
        let mut runtime = JsRuntime::try_new(options)?;
        // SAFETY: making an isolate enters it; this restores the balance.
        unsafe { runtime.v8_isolate().exit() };
        Ok(Self { runtime: ManuallyDrop::new(runtime) })
    }

    /// Runs `work` with the isolate current.
    pub fn enter<R>(&mut self, work: impl FnOnce(&mut JsRuntime) -> R) -> R {
        let guard = Guard::new(self);
        work(&mut guard.0.runtime)
    }
}

impl Drop for PinnedRuntime {
    fn drop(&mut self) {
        debug_assert!(!OCCUPIED.get(), "isolates are never dropped inside each other");
        OCCUPIED.set(true);
        // SAFETY: V8 demands that an isolate is current when it is dropped, and exits it itself. The runtime is dropped
        // here once and not touched afterwards.
        unsafe {
            self.runtime.v8_isolate().enter();
            ManuallyDrop::drop(&mut self.runtime);
        }
        OCCUPIED.set(false);
    }
}
