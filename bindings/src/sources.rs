//! The JavaScript half of the bindings.
//!
//! Owns the list of script files under `js/` and which of them user code can import. It must not know their contents.

use std::borrow::Cow;
use std::sync::LazyLock;

use deno_core::{Extension, ExtensionFileSource, ascii_str_include};

use crate::node::NodeCompat;

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
    script!("bootstrap/callable.js"),
    script!("bootstrap/flags.js"),
    script!("bootstrap/intrinsics.js"),
    script!("bootstrap/lazy.js"),
    script!("bootstrap/shape.js"),
    script!("bootstrap/wording.js"),
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
    script!("node/globals.js"),
    script!("rpc/classes.js"),
    script!("rpc/errors.js"),
    script!("rpc/options.js"),
    script!("rpc/stub.js"),
    script!("rpc/values.js"),
    script!("streams/readers.js"),
    script!("streams/transforms.js"),
    script!("web/blob.js"),
    script!("web/body_class.js"),
    script!("web/event_target.js"),
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
    embedded_script!("streams/compression.js"),
    embedded_script!("web/event_source.js"),
    embedded_script!("web/message_channel.js"),
    embedded_script!("web/request_response_pair.js"),
    embedded_script!("bootstrap/upgrade.js"),
    embedded_script!("crypto/digest_stream.js"),
    embedded_script!("crypto/import.js"),
    embedded_script!("crypto/key.js"),
    embedded_script!("crypto/subtle.js"),
    embedded_script!("node/_stream_duplex.js"),
    embedded_script!("node/_stream_passthrough.js"),
    embedded_script!("node/_stream_readable.js"),
    embedded_script!("node/_stream_transform.js"),
    embedded_script!("node/_stream_writable.js"),
    embedded_script!("node/assert.js"),
    embedded_script!("node/assert/argument_errors.js"),
    embedded_script!("node/assert/assertion_error.js"),
    embedded_script!("node/assert/deep_equal.js"),
    embedded_script!("node/assert_strict.js"),
    embedded_script!("node/async_hooks.js"),
    embedded_script!("node/buffer.js"),
    embedded_script!("node/buffer/buffer.js"),
    embedded_script!("node/buffer/numbers.js"),
    embedded_script!("node/console.js"),
    embedded_script!("node/constants.js"),
    embedded_script!("node/crypto.js"),
    embedded_script!("node/diagnostics_channel.js"),
    embedded_script!("node/events.js"),
    embedded_script!("node/inspect.js"),
    embedded_script!("node/inspect/heads.js"),
    embedded_script!("node/inspect/text.js"),
    embedded_script!("node/internal/constants.js"),
    embedded_script!("node/internal/errors.js"),
    embedded_script!("node/internal/key_brand.js"),
    embedded_script!("node/internal/system_errors.js"),
    embedded_script!("node/internal/warning.js"),
    embedded_script!("node/internal/zlib_constants.js"),
    embedded_script!("node/module.js"),
    embedded_script!("node/os.js"),
    embedded_script!("node/path.js"),
    embedded_script!("node/path_posix.js"),
    embedded_script!("node/path_win32.js"),
    embedded_script!("node/process.js"),
    embedded_script!("node/process_module.js"),
    embedded_script!("node/punycode.js"),
    embedded_script!("node/querystring.js"),
    embedded_script!("node/stream.js"),
    embedded_script!("node/stream/duplex.js"),
    embedded_script!("node/stream/legacy.js"),
    embedded_script!("node/stream/operators.js"),
    embedded_script!("node/stream/pipeline.js"),
    embedded_script!("node/stream/readable.js"),
    embedded_script!("node/stream/shared.js"),
    embedded_script!("node/stream/transform.js"),
    embedded_script!("node/stream/web_adapters.js"),
    embedded_script!("node/stream/writable.js"),
    embedded_script!("node/stream_consumers.js"),
    embedded_script!("node/stream_promises.js"),
    embedded_script!("node/stream_web.js"),
    embedded_script!("node/string_decoder.js"),
    embedded_script!("node/test.js"),
    embedded_script!("node/timers.js"),
    embedded_script!("node/timers_promises.js"),
    embedded_script!("node/url.js"),
    embedded_script!("node/url/legacy.js"),
    embedded_script!("node/util.js"),
    embedded_script!("node/util/inspect.js"),
    embedded_script!("node/util/mime.js"),
    embedded_script!("node/util_types.js"),
    embedded_script!("web/url_pattern.js"),
];

/// Runs once, while the snapshot is made.
static BOOTSTRAP: &[ExtensionFileSource] = &[script!("bootstrap/globals.js")];

macro_rules! node_modules {
    ($($name:literal => $file:literal,)*) => {
        /// Modules of Node: the name behind `node:`, the bare name, and the script whose result is their exports.
        static NODE: &[(&str, &str, &str)] =
            &[$((concat!("node:", $name), $name, concat!("ext:denizen/node/", $file)),)*];
    };
}

node_modules! {
    "_stream_duplex" => "_stream_duplex.js",
    "_stream_passthrough" => "_stream_passthrough.js",
    "_stream_readable" => "_stream_readable.js",
    "_stream_transform" => "_stream_transform.js",
    "_stream_writable" => "_stream_writable.js",
    "assert" => "assert.js",
    "assert/strict" => "assert_strict.js",
    "async_hooks" => "async_hooks.js",
    "buffer" => "buffer.js",
    "console" => "console.js",
    "constants" => "constants.js",
    "crypto" => "crypto.js",
    "diagnostics_channel" => "diagnostics_channel.js",
    "events" => "events.js",
    "module" => "module.js",
    "os" => "os.js",
    "path" => "path_posix.js",
    "path/posix" => "path_posix.js",
    "path/win32" => "path_win32.js",
    "process" => "process_module.js",
    "punycode" => "punycode.js",
    "querystring" => "querystring.js",
    "stream" => "stream.js",
    "stream/consumers" => "stream_consumers.js",
    "stream/promises" => "stream_promises.js",
    "stream/web" => "stream_web.js",
    "string_decoder" => "string_decoder.js",
    "sys" => "util.js",
    "test" => "test.js",
    "timers" => "timers.js",
    "timers/promises" => "timers_promises.js",
    "url" => "url.js",
    "util" => "util.js",
    "util/types" => "util_types.js",
}

/// Other modules that user code can import, and the script whose result is their exports.
static OWN: &[(&str, &str)] = &[("cloudflare:workers", "ext:denizen/worker/workers_module.js")];

/// The runtime's modules of every name, with their scripts.
fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    let node = NODE.iter().flat_map(|(prefixed, bare, script)| [(*prefixed, *script), (*bare, *script)]);
    OWN.iter().copied().chain(node.filter(|(name, _)| *name != "test"))
}

/// URL under which the module of the runtime that user code calls `name` is loaded. deno_core takes what it has registered
/// before it asks for a module's URL, so that one of Node's under its own name could not be replaced by a bundle's.
pub fn runtime_url(name: &str) -> String {
    match OWN.iter().any(|(own, _)| *own == name) {
        true => name.to_owned(),
        false => format!("denizen-node:{}", name.strip_prefix("node:").unwrap_or(name)),
    }
}

/// URLs of the runtime's modules, with their scripts. Made once: deno_core wants them for as long as the process lives, and
/// every isolate has them.
static REGISTERED: LazyLock<Vec<(&'static str, &'static str)>> = LazyLock::new(|| {
    let node = NODE.iter().map(|(_, bare, script)| (&*Box::leak(runtime_url(bare).into_boxed_str()), *script));
    OWN.iter().copied().chain(node).collect()
});

/// Names of the runtime's modules that user code can import, if its flags say so.
pub fn importable() -> impl Iterator<Item = &'static str> {
    all().map(|(name, _)| name)
}

/// The script whose result is the exports of the runtime's module `name`, for a Worker that has this much of Node.
pub fn importable_script(name: &str, compat: NodeCompat) -> Option<&'static str> {
    let (known, script) = all().find(|(known, _)| *known == name)?;
    let own = OWN.iter().any(|(own, _)| *own == known);
    (own || compat.has(known)).then_some(script)
}

/// The extension that holds our scripts.
pub fn bootstrap_extension() -> Extension {
    Extension {
        name: "denizen",
        deps: &["deno_web", "deno_webidl"],
        lazy_loaded_js_files: Cow::Borrowed(SCRIPTS),
        js_files: Cow::Borrowed(BOOTSTRAP),
        synthetic_esm_modules: Cow::Borrowed(&REGISTERED),
        ..Extension::default()
    }
}
