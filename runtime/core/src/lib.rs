//! `denizen-core`: the pure decisions of denizen.
//!
//! Owns what can be decided from values alone: identities of objects, and every bound with its default. It knows no V8,
//! no tokio, no file system and no clock, so that each decision can be tested by a table.
//!
//! # Layout
//! - [`alarms`]: when an alarm runs, and when it is tried again.
//! - [`gate`]: what an actor sends waits for what it has committed.
//! - [`ids`]: ids of Durable Objects, as Cloudflare derives them.
//! - [`limits`]: every bound of the runtime with its unit, default and reason.
//! - [`lru`]: which loaded Worker leaves when there are too many.
//! - [`usage`]: what an actor has used.

pub mod alarms;
pub mod gate;
pub mod ids;
pub mod limits;
pub mod lru;
pub mod usage;
