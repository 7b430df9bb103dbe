//! `denizen-bindings`: what JavaScript can call.
//!
//! Owns the deno_core extensions, one folder a binding, and the types that calls between isolates are made of. The
//! JavaScript half of a binding lies under `js/` by the same name. It must not know shards, files or sockets: it asks
//! the [`isolate::Host`] for those.
//!
//! # Layout
//! - [`isolate`]: the state of one isolate and its way to the host.
//! - [`call`]: a call from anywhere to a Worker or object.
//! - [`blob`]: the bytes of Blobs.
//! - [`io`]: events, attribution, timers, console.
//! - [`fetch`]: requests, responses and bodies.
//! - [`rpc`]: stubs, serialisation of values.
//! - [`actor`]: Durable Objects and their storage.
//! - [`loader`]: dynamic Workers.
//! - [`memory`]: bytes of ArrayBuffers.
//! - [`trace`]: what tails are told of events.
//! - [`crypto`]: the algorithms of crypto.subtle.
//! - [`node`]: the modules of Node.
//! - [`web`]: the global scope.

#![allow(missing_docs, reason = "the op2 macro generates public items without the comments that the operations have")]

pub mod actor;
pub mod blob;
pub mod call;
pub mod crypto;
pub mod fetch;
pub mod icu;
pub mod io;
pub mod isolate;
pub mod loader;
pub mod memory;
pub mod modules;
pub mod node;
mod resizable;
pub mod rpc;
mod sources;
pub mod trace;
mod wasm;
pub mod web;

use std::sync::{Arc, LazyLock};

use deno_core::{Extension, OpDecl};

pub use sources::{bootstrap_extension, importable, importable_script, runtime_url};

/// Operations of deno_core that no guest may reach even if it found them, because they abort the process, print, read
/// modules past the loader or compile code. `op_import_sync` is taken out of `core.ops` by js/bootstrap/globals.js: only the
/// host holds it.
const DISABLED_OPS: &[&str] = &[
    "op_panic",
    "op_print",
    "op_import_sync_with_source",
    "op_eval_context",
    "op_compile_function",
    "op_set_promise_hooks",
    "op_leak_tracing_enable",
    "op_leak_tracing_get_all",
    "op_memory_usage",
    "op_add_main_module_handler",
];

/// How the operations of deno_web begin whose classes no Worker has. Each would take memory in every isolate.
const UNUSED_OPS: &[&str] = &["op_broadcast_", "op_compression_", "op_geometry_", "op_lock_manager_"];

/// deno_web, as far as Workers have it.
fn web_extension(blobs: Arc<blob::CountedBlobs>) -> Extension {
    // Nothing can send on the channel, and making one takes 16 KiB.
    static NO_CHANNEL: LazyLock<deno_web::InMemoryBroadcastChannel> = LazyLock::new(Default::default);
    let mut extension = deno_web::deno_web::init(blobs, None, false, NO_CHANNEL.clone());
    extension.ops.to_mut().retain(|op| !UNUSED_OPS.iter().any(|unused| op.name.starts_with(unused)));
    extension
}

/// The operations as they are here: some disabled, some of deno_web with another parser behind them.
fn ours(op: OpDecl) -> OpDecl {
    if DISABLED_OPS.contains(&op.name) { op.disable() } else { web::url::with_ada(op) }
}

/// Every extension, in the order that the snapshot has them.
pub fn extensions() -> Vec<Extension> {
    let blobs = Arc::<blob::CountedBlobs>::default();
    vec![
        deno_webidl::deno_webidl::init(),
        web_extension(blobs.clone()),
        memory::denizen_memory::init(),
        blob::denizen_blob::init(blobs),
        io::denizen_io::init(),
        trace::denizen_trace::init(),
        fetch::denizen_fetch::init(),
        rpc::denizen_rpc::init(),
        actor::denizen_actor::init(),
        loader::denizen_loader::init(),
        modules::denizen_modules::init(),
        web::denizen_web::init(),
        crypto::denizen_crypto::init(),
        node::denizen_node::init(),
        Extension { middleware_fn: Some(Box::new(ours)), ..bootstrap_extension() },
    ]
}
