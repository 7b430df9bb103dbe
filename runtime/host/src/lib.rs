//! `denizen`: a self-hosted runtime for Cloudflare Workers code.
//!
//! # Layout
//! - [`cli`], [`commands`]: the command line and what its commands do.
//! - [`config`], [`workers`]: from files to definitions of Workers.
//! - [`modules`]: bundles and loaders.
//! - [`loaders`]: the Workers that loaders know by name.
//! - [`runtime`], [`shard`]: shards, isolates, turns, actors.
//! - [`alarms`]: alarms that are due, on their way to their objects.
//! - [`ingress`], [`egress`]: HTTP in and out.
//! - [`log`]: the lines of Workers' consoles.

pub mod alarms;
pub mod allocator;
pub mod cli;
pub mod commands;
pub mod config;
pub mod crons;
pub mod egress;
pub mod ingress;
pub mod loaders;
pub mod log;
pub mod lost;
pub mod modules;
pub mod restart;
pub mod runtime;
pub mod shard;
pub mod v8_platform;
pub mod workers;
