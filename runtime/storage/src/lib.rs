//! `denizen-storage`: the private SQLite databases of actors.
//!
//! Owns files and their durability: when [`Database::commit`] has returned, every write before it survives a power cut
//! (`synchronous=FULL`). It must not know V8, events or gates.
//!
//! # Layout
//! - [`Database`]: one actor's database, its implicit transaction and its key-value table.
//! - [`facets::FacetIndex`]: which file belongs to which facet of an object.

mod database;
pub mod facets;

pub use database::{Database, KvRange, Rows, StorageError, Value};
