//! V8's process-wide set-up.
//!
//! Owns V8's flags and platform. It runs on the main thread before any other thread starts, so that all threads inherit
//! the main one's rights to V8's code pages. It must not know isolates.

use anyhow::bail;
use deno_core::{JsRuntime, v8_set_flags};

/// Flags beyond those that deno_core sets. Each is set in a call of its own, because V8 ignores everything after one that
/// it does not know.
const FLAGS: &[&str] = &[
    // `Iterator.zip` and `Iterator.zipKeyed`, which workerd has.
    "--js-joint-iteration",
    // 128 MiB of memory for a WebAssembly instance: V8 does not count it as heap.
    "--wasm-max-mem-pages=2048",
    // V8 15.0's loop unrolling also drops the interrupt check of an endless loop around a short counted one, such as
    // `for (;;) new Array(1000).keys()`: such code could not be stopped, nor would a heap limit hold.
    "--no-turboshaft-loop-unrolling",
    // Compilation of WebAssembly on other threads would post tasks that outlive an isolate.
    "--no-wasm-async-compilation",
    // A tenant that floods its heap collects garbage on its own shard, where the time is its own; threads that help would
    // take the cores of the other shards.
    "--single-threaded-gc",
];

/// Sets flags and starts the platform.
pub fn init() -> anyhow::Result<()> {
    // SAFETY: there is no other thread yet.
    if !unsafe { denizen_bindings::icu::count_all() } {
        bail!("this build's ICU does not take memory functions");
    }
    for flag in FLAGS {
        let left = v8_set_flags(vec!["denizen".to_owned(), (*flag).to_owned()]);
        if left.len() > 1 {
            bail!("this build's V8 does not know the flag {flag}");
        }
    }
    JsRuntime::init_platform(None);
    Ok(())
}
