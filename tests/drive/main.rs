//! Tests that drive the `denizen` binary as a user would. None of them links V8.
//!
//! # Layout
//! - [`support`]: starting the binary, talking HTTP to it.
//! - [`specs`]: each folder of `tests/specs`, run by `denizen test`.
//! - [`scripts`]: JavaScript that is compared with Node and with workerd.
//! - [`alarms`]: alarms of many objects.
//! - [`cli`]: the command line, configurations, bad input.
//! - [`examples`]: what their README files say.
//! - [`durability`]: what was answered survives SIGKILL.
//! - [`endurance`]: many loaded Workers, many facets.
//! - [`handlers`]: events that are no requests.
//! - [`console`]: lines of the console.
//! - [`errors`]: what a person reads of errors.
//! - [`facet_alarms`]: alarms of facets, over restarts.
//! - [`gates`]: what leaves an object on a disk that hangs or fails.
//! - [`ingress`], [`egress`], [`encoding`]: HTTP in and out.
//! - [`turns`]: events that share an isolate.
//! - [`limits`]: what happens past a limit.
//! - [`loader`]: loaders over all shards.
//! - [`supervisor`]: the main job, over restarts.

mod alarms;
mod cli;
mod console;
mod durability;
mod egress;
mod encoding;
mod endurance;
mod errors;
mod examples;
mod facet_alarms;
mod gates;
mod handlers;
mod ingress;
mod limits;
mod loader;
mod scripts;
mod specs;
mod supervisor;
mod support;
mod turns;
