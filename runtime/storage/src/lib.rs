//! `denizen-storage`: thousands of private SQLite databases, durable without blocking.
//!
//! Owns files and their durability: when a [`Durable`] is done, every write before it survives a power cut. It must not
//! know V8, events or gates.
//!
//! # Layout
//! - [`Engine`]: one data folder with its threads; [`alarms::Alarms`] among them.
//! - [`Pool`]: the databases of one shard, and how many are open.
//! - [`ObjectStorage`]: the database of one object and the tree of its facets.
//! - [`Database`]: SQL, key-value table, transactions and the alarm of one actor.
//! - `disk`: the one way to durable storage; `syncer` makes commits durable, `upkeep` brings logs into databases.
//! - `sqlite`: SQLite's C interface in safe clothes.
//! - [`usage`]: what each facet has used over its life; `own` opens the databases of the engine itself.
//! - `order`: the rules of order, by name, for the tests that take one out.

pub mod alarms;
mod database;
mod disk;
mod engine;
mod error;
mod layout;
mod object;
mod order;
mod own;
mod pool;
mod sqlite;
mod syncer;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod upkeep;
pub mod usage;

pub use database::{AlarmOwner, Cursor, Database, DatabaseOptions, KvList, KvRange, Row, SYNC_SAVEPOINT, Value};
pub use engine::{Engine, EngineOptions, Figures, system_clock};
pub use error::StorageError;
pub use layout::FORMAT;
pub use object::{FACETS_PER_CLONE, FacetChange, FacetId, GivenFacet, ObjectStorage};
pub use pool::{Pool, PoolOptions};
pub use sqlite::{Interrupter, ValueRef};
pub use syncer::Durable;
