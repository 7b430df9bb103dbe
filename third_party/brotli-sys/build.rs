//! Compiles brotli's C sources.
//!
//! Owns the flags, and the list of its functions that get a prefix: the Rust port of brotli, which `deno_web` brings, exports C
//! functions of the same names. It must not know who calls them.

use std::path::Path;

/// What `src/lib.rs` declares, and what those names would collide with.
const RENAMED: &[&str] = &[
    "BrotliDecoderCreateInstance",
    "BrotliDecoderDecompress",
    "BrotliDecoderDecompressStream",
    "BrotliDecoderDestroyInstance",
    "BrotliDecoderErrorString",
    "BrotliDecoderGetErrorCode",
    "BrotliDecoderHasMoreOutput",
    "BrotliDecoderIsFinished",
    "BrotliDecoderIsUsed",
    "BrotliDecoderSetParameter",
    "BrotliDecoderTakeOutput",
    "BrotliDecoderVersion",
    "BrotliEncoderCompress",
    "BrotliEncoderCompressStream",
    "BrotliEncoderCreateInstance",
    "BrotliEncoderDestroyInstance",
    "BrotliEncoderHasMoreOutput",
    "BrotliEncoderIsFinished",
    "BrotliEncoderMaxCompressedSize",
    "BrotliEncoderSetParameter",
    "BrotliEncoderTakeOutput",
    "BrotliEncoderVersion",
];

fn main() {
    let mut build = cc::Build::new();
    build.include("brotli/include").warnings(false);
    // Without it a compressor that is refused memory ends the process.
    build.define("BROTLI_ENCODER_CLEANUP_ON_OOM", None);
    for name in RENAMED {
        build.define(name, format!("denizen_{name}").as_str());
    }
    for folder in ["common", "dec", "enc"] {
        let folder = Path::new("brotli").join(folder);
        for entry in std::fs::read_dir(&folder).expect("the sources are here") {
            let path = entry.expect("the folder can be read").path();
            if path.extension().is_some_and(|extension| extension == "c") {
                build.file(path);
            }
        }
    }
    build.compile("denizen_brotli");
    println!("cargo:rerun-if-changed=brotli");
    println!("cargo:rerun-if-changed=build.rs");
}
