//! The JavaScript half of the bindings.
//!
//! Owns the list of script files under `js/` and which of them user code can import. It must not know their contents.

use std::borrow::Cow;

use deno_core::{Extension, ExtensionFileSource, ascii_str_include};

macro_rules! script {
    ($path:literal) => {
        ExtensionFileSource::loaded_from_memory_during_snapshot(
            concat!("ext:denizen/", $path),
            ascii_str_include!(concat!("../../js/", $path)),
        )
    };
}

macro_rules! embedded_script {
    ($path:literal) => {
        ExtensionFileSource::new(concat!("ext:denizen/", $path), ascii_str_include!(concat!("../../js/", $path)))
    };
}

/// Scripts that the snapshot holds, loaded by the bootstrap through `core.loadExtScript`.
static SCRIPTS: &[ExtensionFileSource] = &[
    script!("bootstrap/blobs.js"),
    script!("bootstrap/flags.js"),
    script!("bootstrap/intrinsics.js"),
    script!("bootstrap/lazy.js"),
    script!("bootstrap/shape.js"),
    script!("actor/exclusive.js"),
    script!("actor/namespace.js"),
    script!("actor/state.js"),
    script!("actor/storage.js"),
    script!("actor/values.js"),
    script!("console/console.js"),
    script!("fetch/body.js"),
    script!("fetch/fetch.js"),
    script!("fetch/form_data.js"),
    script!("fetch/headers.js"),
    script!("fetch/multipart.js"),
    script!("fetch/request.js"),
    script!("fetch/response.js"),
    script!("io/async_context.js"),
    script!("io/context.js"),
    script!("io/crypto.js"),
    script!("io/signals.js"),
    script!("io/timers.js"),
    script!("loader/loader.js"),
    script!("modules/commonjs.js"),
    script!("rpc/classes.js"),
    script!("rpc/errors.js"),
    script!("rpc/options.js"),
    script!("rpc/stub.js"),
    script!("rpc/values.js"),
    script!("streams/transforms.js"),
    script!("web/body_class.js"),
    script!("web/events.js"),
    script!("web/performance.js"),
    script!("worker/controllers.js"),
    script!("worker/dispatch.js"),
    script!("worker/exports.js"),
    script!("worker/report.js"),
    script!("worker/structured_clone.js"),
    script!("worker/tail.js"),
    script!("worker/tracing.js"),
    script!("worker/workers.js"),
    script!("worker/workers_module.js"),
    // Rarely used: they are in the binary, not in the snapshot, so that an isolate that does not import them has none of
    // them in its heap.
    embedded_script!("crypto/digest_stream.js"),
    embedded_script!("crypto/import.js"),
    embedded_script!("crypto/key.js"),
    embedded_script!("crypto/subtle.js"),
    embedded_script!("streams/compression.js"),
    embedded_script!("web/message_channel.js"),
    embedded_script!("web/url_pattern.js"),
    embedded_script!("node/assert.js"),
    embedded_script!("node/assert/argument_errors.js"),
    embedded_script!("node/assert/assertion_error.js"),
    embedded_script!("node/assert/deep_equal.js"),
    embedded_script!("node/assert_strict.js"),
    embedded_script!("node/inspect.js"),
    embedded_script!("node/inspect/heads.js"),
    embedded_script!("node/inspect/text.js"),
];

/// Runs once, while the snapshot is made.
static BOOTSTRAP: &[ExtensionFileSource] = &[script!("bootstrap/globals.js")];

/// Modules that user code can import, and the script whose result is their exports.
static IMPORTABLE: &[(&str, &str)] = &[
    ("cloudflare:workers", "ext:denizen/worker/workers_module.js"),
    ("assert", "ext:denizen/node/assert.js"),
    ("assert/strict", "ext:denizen/node/assert_strict.js"),
    ("node:assert", "ext:denizen/node/assert.js"),
    ("node:assert/strict", "ext:denizen/node/assert_strict.js"),
];

/// Names of the runtime's modules that user code can import.
pub fn importable() -> impl Iterator<Item = &'static str> {
    IMPORTABLE.iter().map(|(name, _)| *name)
}

/// The script whose result is the exports of the runtime's module `name`.
pub fn importable_script(name: &str) -> Option<&'static str> {
    IMPORTABLE.iter().find(|(known, _)| *known == name).map(|(_, script)| *script)
}

/// The extension that holds our scripts.
pub fn bootstrap_extension() -> Extension {
    Extension {
        name: "denizen",
        deps: &["deno_web", "deno_webidl"],
        lazy_loaded_js_files: Cow::Borrowed(SCRIPTS),
        js_files: Cow::Borrowed(BOOTSTRAP),
        synthetic_esm_modules: Cow::Borrowed(IMPORTABLE),
        ..Extension::default()
    }
}
