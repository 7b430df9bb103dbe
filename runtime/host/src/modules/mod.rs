//! A Worker's modules: from files to a bundle, and from a bundle into an isolate.
//!
//! # Layout
//! - [`bundle`]: collects a Worker's files by following imports.
//! - [`typescript`]: turns TypeScript into JavaScript with a source map.
//! - [`source_map`]: the source maps of bundlers.
//! - [`excerpt`]: the lines around a place that an error names.
//! - [`imports`]: what `import()` gives.
//! - [`loader`]: gives an isolate the modules of its bundle.
//! - [`names`]: how modules are called where user code sees them.

pub mod bundle;
pub mod excerpt;
pub mod imports;
pub mod loader;
pub mod names;
pub mod source_map;
pub mod typescript;
