//! Makes the V8 start-up snapshot: every extension's scripts, already run.

use std::path::PathBuf;

fn main() {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let options = deno_core::snapshot::CreateSnapshotOptions {
        cargo_manifest_dir: env!("CARGO_MANIFEST_DIR"),
        startup_snapshot: None,
        skip_op_registration: false,
        extensions: denizen_bindings::extensions(),
        extension_transpiler: None,
        with_runtime_cb: None,
    };
    let snapshot = deno_core::snapshot::create_snapshot(options, None).expect("the extensions' scripts run");
    std::fs::write(out.join("SNAPSHOT.bin"), snapshot.output).expect("OUT_DIR is writable");
    println!("cargo:rerun-if-changed=build.rs");
}
