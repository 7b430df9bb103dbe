//! A Worker's modules: from files to a bundle, and from a bundle into an isolate.
//!
//! # Layout
//! - [`bundle`]: collects a Worker's files by following imports.
//! - [`typescript`]: turns TypeScript into JavaScript with a source map.
//! - [`loader`]: gives an isolate the modules of its bundle.
//! - [`names`]: how modules are called where user code sees them.

pub mod bundle;
pub mod loader;
pub mod names;
pub mod typescript;
