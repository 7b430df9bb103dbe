//! The JavaScript half of the bindings.
//!
//! Owns the list of script files under `js/` and which of them user code can import. It must not know their contents.

use std::borrow::Cow;
use std::sync::LazyLock;

use deno_core::{Extension, ExtensionFileSource, ascii_str_include};

use crate::node::NodeModules;

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
    script!("bootstrap/changed.js"),
    script!("bootstrap/flags.js"),
    script!("bootstrap/intrinsics.js"),
    script!("bootstrap/lazy.js"),
    script!("bootstrap/shape.js"),
    script!("bootstrap/wasm.js"),
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
    script!("streams/arguments.js"),
    script!("streams/controllers.js"),
    script!("streams/readers.js"),
    script!("streams/transforms.js"),
    script!("streams/writer.js"),
    script!("web/blob.js"),
    script!("web/body_class.js"),
    script!("web/dom_exception.js"),
    script!("web/event_target.js"),
    script!("web/events.js"),
    script!("web/performance.js"),
    script!("web/plain_blob.js"),
    script!("web/url_search_params.js"),
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
    embedded_script!("console/classes.js"),
    embedded_script!("console/errors.js"),
    embedded_script!("console/table.js"),
    embedded_script!("fetch/data_url.js"),
    embedded_script!("fetch/encoding.js"),
    embedded_script!("streams/compression.js"),
    embedded_script!("streams/original.js"),
    embedded_script!("web/event_source.js"),
    embedded_script!("web/message_channel.js"),
    embedded_script!("web/request_response_pair.js"),
    embedded_script!("bootstrap/named.js"),
    embedded_script!("bootstrap/old_sides.js"),
    embedded_script!("fetch/legacy_url.js"),
    embedded_script!("bootstrap/upgrade.js"),
    embedded_script!("crypto/digest_stream.js"),
    embedded_script!("crypto/import.js"),
    embedded_script!("crypto/key.js"),
    embedded_script!("crypto/subtle.js"),
    embedded_script!("node/_http_agent.js"),
    embedded_script!("node/_http_client.js"),
    embedded_script!("node/_http_common.js"),
    embedded_script!("node/_http_incoming.js"),
    embedded_script!("node/_http_outgoing.js"),
    embedded_script!("node/_http_server.js"),
    embedded_script!("node/_stream_duplex.js"),
    embedded_script!("node/_stream_passthrough.js"),
    embedded_script!("node/_stream_readable.js"),
    embedded_script!("node/_stream_transform.js"),
    embedded_script!("node/_stream_wrap.js"),
    embedded_script!("node/_stream_writable.js"),
    embedded_script!("node/_tls_common.js"),
    embedded_script!("node/_tls_wrap.js"),
    embedded_script!("node/assert.js"),
    embedded_script!("node/assert/argument_errors.js"),
    embedded_script!("node/assert/assertion_error.js"),
    embedded_script!("node/assert/deep_equal.js"),
    embedded_script!("node/assert_strict.js"),
    embedded_script!("node/async_hooks.js"),
    embedded_script!("node/buffer.js"),
    embedded_script!("node/buffer/buffer.js"),
    embedded_script!("node/buffer/numbers.js"),
    embedded_script!("node/child_process.js"),
    embedded_script!("node/cluster.js"),
    embedded_script!("node/console.js"),
    embedded_script!("node/constants.js"),
    embedded_script!("node/crypto.js"),
    embedded_script!("node/crypto/aead.js"),
    embedded_script!("node/crypto/cipher.js"),
    embedded_script!("node/crypto/derive.js"),
    embedded_script!("node/crypto/diffie_hellman.js"),
    embedded_script!("node/crypto/ecdh.js"),
    embedded_script!("node/crypto/export.js"),
    embedded_script!("node/crypto/generate.js"),
    embedded_script!("node/crypto/hash.js"),
    embedded_script!("node/crypto/jwk.js"),
    embedded_script!("node/crypto/keys.js"),
    embedded_script!("node/crypto/primes.js"),
    embedded_script!("node/crypto/random.js"),
    embedded_script!("node/crypto/rsa.js"),
    embedded_script!("node/crypto/scrypt.js"),
    embedded_script!("node/crypto/shared.js"),
    embedded_script!("node/crypto/sign.js"),
    embedded_script!("node/crypto/spkac.js"),
    embedded_script!("node/crypto/x509.js"),
    embedded_script!("node/dgram.js"),
    embedded_script!("node/diagnostics_channel.js"),
    embedded_script!("node/dns.js"),
    embedded_script!("node/dns_promises.js"),
    embedded_script!("node/domain.js"),
    embedded_script!("node/events.js"),
    embedded_script!("node/fs.js"),
    embedded_script!("node/fs/classes.js"),
    embedded_script!("node/fs/constants.js"),
    embedded_script!("node/fs/promises.js"),
    embedded_script!("node/fs/streams.js"),
    embedded_script!("node/fs/sync.js"),
    embedded_script!("node/fs/tree.js"),
    embedded_script!("node/fs_promises.js"),
    embedded_script!("node/http.js"),
    embedded_script!("node/http2.js"),
    embedded_script!("node/https.js"),
    embedded_script!("node/inspect.js"),
    embedded_script!("node/inspect/heads.js"),
    embedded_script!("node/inspect/text.js"),
    embedded_script!("node/inspector.js"),
    embedded_script!("node/inspector_promises.js"),
    embedded_script!("node/internal/absent.js"),
    embedded_script!("node/internal/constants.js"),
    embedded_script!("node/internal/dns.js"),
    embedded_script!("node/internal/errors.js"),
    embedded_script!("node/internal/http2_constants.js"),
    embedded_script!("node/internal/inspector.js"),
    embedded_script!("node/internal/key_brand.js"),
    embedded_script!("node/internal/namespace.js"),
    embedded_script!("node/internal/readline.js"),
    embedded_script!("node/internal/system_errors.js"),
    embedded_script!("node/internal/warning.js"),
    embedded_script!("node/internal/zlib_constants.js"),
    embedded_script!("node/module.js"),
    embedded_script!("node/net.js"),
    embedded_script!("node/net/addresses.js"),
    embedded_script!("node/os.js"),
    embedded_script!("node/path.js"),
    embedded_script!("node/path_posix.js"),
    embedded_script!("node/path_win32.js"),
    embedded_script!("node/perf_hooks.js"),
    embedded_script!("node/process.js"),
    embedded_script!("node/process_module.js"),
    embedded_script!("node/punycode.js"),
    embedded_script!("node/querystring.js"),
    embedded_script!("node/readline.js"),
    embedded_script!("node/readline_promises.js"),
    embedded_script!("node/repl.js"),
    embedded_script!("node/sqlite.js"),
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
    embedded_script!("node/tls.js"),
    embedded_script!("node/trace_events.js"),
    embedded_script!("node/tty.js"),
    embedded_script!("node/url.js"),
    embedded_script!("node/url/legacy.js"),
    embedded_script!("node/util.js"),
    embedded_script!("node/util/call_sites.js"),
    embedded_script!("node/util/inspect.js"),
    embedded_script!("node/util/mime.js"),
    embedded_script!("node/util_types.js"),
    embedded_script!("node/v8.js"),
    embedded_script!("node/vm.js"),
    embedded_script!("node/wasi.js"),
    embedded_script!("node/worker_threads.js"),
    embedded_script!("node/zlib.js"),
    embedded_script!("node/zlib/handle.js"),
    embedded_script!("node/zlib/streams.js"),
    embedded_script!("node/zlib/whole.js"),
    embedded_script!("web/old_cjk.js"),
    embedded_script!("web/url_original.js"),
    embedded_script!("web/url_pattern.js"),
    embedded_script!("web/url_pattern_original.js"),
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
    "_http_agent" => "_http_agent.js",
    "_http_client" => "_http_client.js",
    "_http_common" => "_http_common.js",
    "_http_incoming" => "_http_incoming.js",
    "_http_outgoing" => "_http_outgoing.js",
    "_http_server" => "_http_server.js",
    "_stream_duplex" => "_stream_duplex.js",
    "_stream_passthrough" => "_stream_passthrough.js",
    "_stream_readable" => "_stream_readable.js",
    "_stream_transform" => "_stream_transform.js",
    "_stream_wrap" => "_stream_wrap.js",
    "_stream_writable" => "_stream_writable.js",
    "_tls_common" => "_tls_common.js",
    "_tls_wrap" => "_tls_wrap.js",
    "assert" => "assert.js",
    "assert/strict" => "assert_strict.js",
    "async_hooks" => "async_hooks.js",
    "buffer" => "buffer.js",
    "child_process" => "child_process.js",
    "cluster" => "cluster.js",
    "console" => "console.js",
    "constants" => "constants.js",
    "crypto" => "crypto.js",
    "dgram" => "dgram.js",
    "diagnostics_channel" => "diagnostics_channel.js",
    "dns" => "dns.js",
    "dns/promises" => "dns_promises.js",
    "domain" => "domain.js",
    "events" => "events.js",
    "fs" => "fs.js",
    "fs/promises" => "fs_promises.js",
    "http" => "http.js",
    "http2" => "http2.js",
    "https" => "https.js",
    "inspector" => "inspector.js",
    "inspector/promises" => "inspector_promises.js",
    "module" => "module.js",
    "net" => "net.js",
    "os" => "os.js",
    "path" => "path_posix.js",
    "path/posix" => "path_posix.js",
    "path/win32" => "path_win32.js",
    "perf_hooks" => "perf_hooks.js",
    "process" => "process_module.js",
    "punycode" => "punycode.js",
    "querystring" => "querystring.js",
    "readline" => "readline.js",
    "readline/promises" => "readline_promises.js",
    "repl" => "repl.js",
    "sqlite" => "sqlite.js",
    "stream" => "stream.js",
    "stream/consumers" => "stream_consumers.js",
    "stream/promises" => "stream_promises.js",
    "stream/web" => "stream_web.js",
    "string_decoder" => "string_decoder.js",
    "sys" => "util.js",
    "test" => "test.js",
    "timers" => "timers.js",
    "timers/promises" => "timers_promises.js",
    "tls" => "tls.js",
    "trace_events" => "trace_events.js",
    "tty" => "tty.js",
    "url" => "url.js",
    "util" => "util.js",
    "util/types" => "util_types.js",
    "v8" => "v8.js",
    "vm" => "vm.js",
    "wasi" => "wasi.js",
    "worker_threads" => "worker_threads.js",
    "zlib" => "zlib.js",
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

/// The script whose result is the exports of the runtime's module `name`, for a Worker that has these modules of Node.
pub fn importable_script(name: &str, node: NodeModules) -> Option<&'static str> {
    let (known, script) = all().find(|(known, _)| *known == name)?;
    let own = OWN.iter().any(|(own, _)| *own == known);
    (own || node.has(known)).then_some(script)
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
