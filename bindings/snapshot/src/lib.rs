//! The V8 start-up snapshot that every isolate begins from.
//!
//! Owns the bytes. They fit the extensions of `denizen-bindings` as this build has them, and no others.

/// The snapshot, for `RuntimeOptions::startup_snapshot`.
pub static SNAPSHOT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/SNAPSHOT.bin"));
