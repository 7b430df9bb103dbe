//! Compatibility flags by date.
//!
//! Owns the one table of flags: from which date on each is the default, and what it changes here. It must not know how: the
//! sources that act ask `js/bootstrap/changed.js`, or [`is_on`]. Names that exclude each other are in `loader/flags.rs`.

/// Name and first date of every flag that workerd 1.20261117.1 has in `Cloudflare.compatibilityFlags`, in its order, and what is so
/// where it is on: empty where this makes no difference here, and for the flags of single modules of Node, which are in `node/gates.rs`. Without a date it is never the default. The dates are
/// observed, one run of workerd a day of change.
const FLAGS: &[(&str, &str, &str)] = &[
    ("formdata_parser_supports_files", "2021-11-03", ""),
    ("fetch_refuses_unknown_protocols", "2021-11-10", ""),
    ("html_rewriter_treats_esi_include_as_void_tag", "", ""),
    ("durable_object_fetch_requires_full_url", "2021-11-10", ""),
    ("streams_byob_reader_detaches_buffer", "2021-11-10", ""),
    ("streams_enable_constructors", "2022-11-30", "streams can be constructed, and their controllers have names"),
    ("workers_api_getters_setters_on_prototype", "2022-01-31", ""),
    ("minimal_subrequests", "2022-04-05", ""),
    ("no_cots_on_external_fetch", "2022-03-08", ""),
    ("url_standard", "2022-10-31", "`URL` and `URLSearchParams` are the standard's"),
    ("global_navigator", "2022-03-21", ""),
    (
        "capture_async_api_throws",
        "2022-10-31",
        "what gives a promise rejects for arguments of wrong types instead of throwing",
    ),
    ("r2_public_beta_bindings", "2021-11-03", ""),
    ("durable_object_alarms", "", ""),
    ("dont_substitute_null_on_type_error", "2022-06-01", ""),
    (
        "transformstream_enable_standard_constructor",
        "2022-11-30",
        "`new TransformStream()` is no identity stream of bytes",
    ),
    ("r2_list_honor_include", "2022-08-04", ""),
    ("export_commonjs_default", "2022-10-31", ""),
    ("durable_object_rename", "", ""),
    ("web_socket_compression", "2023-08-15", ""),
    ("nodejs_compat", "2026-08-04", "modules and globals of Node (`node/mod.rs`)"),
    ("tcp_sockets_support", "", ""),
    ("response_redirect_url_standard", "2023-03-14", "the Location of `Response.redirect` is a normalised URL"),
    ("experimental", "", ""),
    ("durable_object_get_existing", "", ""),
    ("http_headers_getsetcookie", "2023-03-01", "`Headers.prototype.getSetCookie`"),
    ("dynamic_dispatch_tunnel_exceptions", "2023-03-01", ""),
    ("service_binding_extra_handlers", "", ""),
    ("no_cf_botmanagement_default", "2023-08-01", "`request.cf` gets no `botManagement` of its own"),
    ("urlsearchparams_delete_has_value_arg", "2023-07-01", "the second argument of `URLSearchParams.delete` and `has`"),
    (
        "strict_compression_checks",
        "2023-08-01",
        "truncated input and trailing bytes are errors of `DecompressionStream`",
    ),
    ("brotli_content_encoding", "2024-04-29", "bodies with `Content-Encoding: br` are decoded and encoded"),
    ("strict_crypto_checks", "2023-08-01", ""),
    ("rtti_api", "", ""),
    ("webgpu", "", ""),
    ("crypto_preserve_public_exponent", "2023-12-01", "`algorithm.publicExponent` is a Uint8Array"),
    ("vectorize_query_metadata_optional", "2023-11-08", ""),
    ("unsafe_module", "", ""),
    ("js_rpc", "", ""),
    ("no_global_importscripts", "2024-03-04", "no `importScripts`"),
    ("nodejs_als", "", "`node:async_hooks` alone (`node/mod.rs`)"),
    ("queues_json_messages", "2024-03-18", ""),
    ("python_workers", "", ""),
    ("fetcher_no_get_put_delete", "2024-03-26", "stubs have no `get`, `put` and `delete` of their own"),
    (
        "unwrap_custom_thenables",
        "2024-04-01",
        "objects with a `then` stand for promises in results of handlers and `waitUntil`",
    ),
    ("rpc", "2024-04-03", "names of stubs are methods"),
    (
        "internal_stream_byob_return_view",
        "2024-05-13",
        "the last BYOB read of a stream of the runtime's gives an empty view",
    ),
    ("blob_standard_mime_type", "2024-06-03", "`Response.blob().type` is the header in serialised form"),
    ("fetch_standard_url", "2024-06-03", "`Request.url` and `Response.url` are normalised URLs"),
    ("nodejs_compat_v2", "2026-08-04", "the same without the prefix `node:` (`node/mod.rs`)"),
    ("global_fetch_strictly_public", "", ""),
    (
        "new_module_registry",
        "2026-11-17",
        "modules are named by URL: `import.meta`, texts, stacks, what `require` gives",
    ),
    ("cache_option_enabled", "2024-11-11", "`cache` of `Request` and `fetch`"),
    ("kv_direct_binding", "", ""),
    ("allow_custom_ports", "2024-09-02", ""),
    ("increase_websocket_message_size", "", ""),
    (
        "internal_writable_stream_abort_clears_queue",
        "2024-09-02",
        "an abort of the runtime's own writables does not wait for the write that has begun",
    ),
    ("python_workers_development", "", ""),
    ("nodejs_zlib", "2026-08-04", ""),
    ("replica_routing", "", ""),
    ("enable_d1_with_sessions_api", "", ""),
    ("handle_cross_request_promise_resolution", "2024-10-14", ""),
    ("set_tostring_tag", "2024-09-26", "`Symbol.toStringTag` of classes"),
    ("upper_case_all_http_methods", "2024-10-14", "every method is brought to upper case"),
    ("python_external_packages", "", ""),
    ("disable_top_level_await_in_require", "2024-12-02", "the text where `require` meets a top-level await"),
    ("fixup-transform-stream-backpressure", "2024-12-16", "a TransformStream holds back again after its first read"),
    ("tail_worker_user_spans", "", ""),
    ("cache_no_cache_enabled", "2025-08-07", "`cache: \"no-cache\"`"),
    ("python_workers_20250116", "", ""),
    ("request_cf_overrides_cache_rules", "2025-04-02", ""),
    ("memory_cache_delete", "", ""),
    ("unique_ctx_per_invocation", "2025-03-10", ""),
    ("queue_consumer_no_wait_for_wait_until", "", ""),
    ("nodejs_compat_populate_process_env", "2026-08-04", "`process.env` has the bindings as text"),
    ("cache_api_request_cf_overrides_cache_rules", "2025-05-19", ""),
    ("disallow_importable_env", "", "`env` and `exports` of `cloudflare:workers` are empty"),
    ("assets_navigation_prefers_asset_serving", "2025-04-01", ""),
    ("cache_api_compat_flags", "2025-04-19", ""),
    ("python_workers_durable_objects", "", ""),
    ("streaming_tail_worker", "", ""),
    ("urlpattern_standard", "2025-05-01", "`URLPattern` is the standard's"),
    ("enable_weak_ref", "2025-05-05", "`WeakRef` and `FinalizationRegistry`"),
    ("request_signal_passthrough", "", "a request's own signal aborts a fetch() that it is given to"),
    ("enable_navigator_language", "2025-05-19", "`navigator.language` and `languages`"),
    ("enable_web_file_system", "", ""),
    ("enable_abortsignal_rpc", "", ""),
    ("allow_eval_during_startup", "2025-06-01", "`eval` and `new Function` while the modules run first"),
    ("enable_request_signal", "2026-11-17", "the signal of an event's request fires when the client goes"),
    ("connect_pass_through", "", ""),
    ("nonclass_entrypoint_reuses_ctx_across_invocations", "", ""),
    (
        "bind_asynclocalstorage_snapshot_to_request",
        "2025-06-16",
        "snapshots and bound functions of `AsyncLocalStorage` throw in other requests",
    ),
    (
        "throw_on_unrecognized_import_assertion",
        "2025-06-16",
        "import attributes are refused where modules are named by path",
    ),
    ("python_workflows", "", ""),
    ("unsupported_process_actual_platform", "", ""),
    ("enable_nodejs_process_v2", "2026-08-04", "`node:process` has more than six members"),
    ("set_event_target_this", "2025-08-01", "`this` of a listener is the target"),
    ("set_forwardable_email_full_headers", "2025-08-01", ""),
    ("enable_nodejs_http_modules", "2026-08-04", ""),
    ("pedantic_wpt", "", ""),
    ("expose_global_message_channel", "2025-08-15", "`MessageChannel` and `MessagePort`"),
    ("enable_nodejs_http_server_modules", "2026-08-04", ""),
    ("python_no_global_handlers", "2025-08-14", ""),
    ("enable_nodejs_fs_module", "2026-08-04", ""),
    ("enable_nodejs_os_module", "2026-08-04", ""),
    ("python_workers_force_new_vendor_path", "2025-08-11", ""),
    ("remove_nodejs_compat_eol", "2026-08-04", ""),
    ("enable_validate_workflow_entrypoint", "2025-09-20", ""),
    ("python_dedicated_snapshot", "", ""),
    ("typescript_strip_types", "", ""),
    ("enable_nodejs_http2_module", "2026-08-04", ""),
    ("allow_insecure_inefficient_logged_eval", "", ""),
    (
        "strip_authorization_on_cross_origin_redirect",
        "2025-09-01",
        "a redirect to another origin goes without Authorization",
    ),
    ("enhanced_error_serialization", "2026-04-21", "own properties, `cause` and names of errors in clones and calls"),
    ("enable_email_sending_queuing", "", ""),
    ("remove_nodejs_compat_eol_v22", "", ""),
    ("remove_nodejs_compat_eol_v23", "", ""),
    ("remove_nodejs_compat_eol_v24", "", ""),
    ("enable_nodejs_console_module", "2026-08-04", ""),
    ("enable_nodejs_vm_module", "2026-08-04", ""),
    ("enable_nodejs_perf_hooks_module", "2026-08-04", ""),
    ("enable_global_performance_classes", "2026-08-04", "classes of `performance`"),
    ("enable_nodejs_domain_module", "2026-08-04", ""),
    ("enable_nodejs_v8_module", "2026-08-04", ""),
    ("enable_nodejs_tty_module", "2026-08-04", ""),
    ("enable_nodejs_punycode_module", "2026-08-04", ""),
    ("enable_nodejs_cluster_module", "2026-08-04", ""),
    ("enable_nodejs_child_process_module", "2026-08-04", ""),
    ("enable_nodejs_worker_threads_module", "2026-08-04", ""),
    ("enable_nodejs_stream_wrap_module", "2026-08-04", ""),
    ("enable_nodejs_wasi_module", "2026-08-04", ""),
    ("enable_nodejs_dgram_module", "2026-08-04", ""),
    ("enable_nodejs_inspector_module", "2026-08-04", ""),
    ("enable_nodejs_trace_events_module", "2026-08-04", ""),
    ("enable_nodejs_readline_module", "2026-08-04", ""),
    ("enable_nodejs_repl_module", "2026-08-04", ""),
    ("enable_nodejs_sqlite_module", "2026-08-04", ""),
    ("enable_ctx_exports", "2025-11-17", "`ctx.exports`"),
    ("enable_python_external_sdk", "2026-04-21", ""),
    (
        "enable_fast_jsg_struct",
        "2025-12-03",
        "the end of an iterator of headers has a `value`, and JSON Web Keys and details of keys have all members",
    ),
    ("cache_reload_enabled", "", ""),
    ("enable_streams_nodejs_v24_compat", "", ""),
    ("python_check_rng_state", "", ""),
    ("immutable_api_prototypes", "", ""),
    ("fetch_iterable_type_support", "2026-02-19", "iterables as bodies"),
    ("env_module_nullable_support", "", ""),
    ("precise_timers", "", ""),
    (
        "fetch_iterable_type_support_override_adjustment",
        "2026-02-19",
        "an object with a `toString` of its own is text, though it be iterable",
    ),
    ("strip_bom_in_read_all_text", "2026-01-13", "`text()` and `json()` of bodies drop a byte order mark"),
    ("allow_irrevocable_stub_storage", "", ""),
    ("rpc_params_dup_stubs", "2026-01-20", ""),
    ("enable_nodejs_global_timers", "2026-08-04", "the global object's own timers, which are Node's"),
    ("streams_no_default_auto_allocate_chunk_size", "", ""),
    ("python_workflows_implicit_dependencies", "", ""),
    ("require_returns_default_export", "2026-01-22", ""),
    ("python_request_headers_preserve_commas", "2026-02-17", ""),
    ("queue_expose_error_codes", "2026-03-12", ""),
    ("text_decoder_replace_surrogates", "2026-02-24", "lone surrogates of UTF-16 become U+FFFD"),
    ("containers_pid_namespace", "2026-04-01", ""),
    ("delete_all_deletes_alarm", "2026-02-24", "`deleteAll()` deletes the alarm"),
    (
        "unhandled_rejection_after_microtask_checkpoint",
        "2026-03-03",
        "a rejection that some microtask handles is not told of",
    ),
    ("text_decoder_cjk_decoder", "2026-03-03", "tables of GBK, Big5, EUC-JP and Shift_JIS are the standard's"),
    ("websocket_close_reason_byte_limit", "2026-03-03", ""),
    ("enable_version_api", "", ""),
    ("websocket_standard_binary_type", "2026-03-17", ""),
    ("writable_stream_spec_compliant_writer", "2026-03-24", "`ready` of a released writer rejects"),
    (
        "encoder_stream_spec_compliant_backpressure",
        "2026-03-24",
        "the first write to a `TextEncoderStream` or `TextDecoderStream` waits for a reader",
    ),
    ("spec_compliant_property_attributes", "", ""),
    ("workflows_preserve_non_retryable_error_message", "2026-05-14", ""),
    ("web_socket_auto_reply_to_close", "2026-04-07", ""),
    ("enable_ctx_version_metadata", "", ""),
    ("no_resizable_array_buffer_in_blob", "", ""),
    ("diagnostics_channel_has_subscribers_getter", "2026-05-19", "`hasSubscribers` is a getter"),
    ("workflows_step_rollback", "", ""),
    ("python_process_pth_files", "2026-05-26", ""),
    ("throw_on_not_implemented_tls_options", "2026-06-16", ""),
    ("auto_grpc_convert", "", ""),
    ("python_workers_20260610", "", ""),
    ("enable_nodejs_inspector_local_dev", "", ""),
    ("d1_binding_jsrpc", "", ""),
    ("workflows_bindings_rpc", "", ""),
    ("typescript_implemented_streams", "", ""),
    ("expose_draining_reader", "", ""),
    ("workflows_enable_fast_engine_creation", "2026-08-11", ""),
    ("wasm_memory_discard", "", ""),
    ("python_workers_314", "", ""),
    ("spec_compliant_dispatch_exceptions", "2026-09-15", "what a listener throws is reported, and the others run"),
    ("auto_inject_python_workers", "", ""),
    ("durable_object_io_tasks_prevent_eviction", "2026-10-01", ""),
    ("webcrypto_modern_algorithms", "", "keys come and go as `raw-secret` and `raw-public`"),
    ("wasm_esm_integration_builtins", "", ""),
    ("pipe_to_backward_propagation", "2026-11-17", "a destination that fails while the pipe waits fails the pipe"),
    ("cache_option_preserves_cache_control", "2026-11-17", "`cache` leaves `cf.cacheControl` alone"),
    ("durable_object_snapshots", "", ""),
    ("connect_handler_starttls", "", ""),
    ("offpeak_location_hint", "", ""),
    ("python_shared_standard_library", "", ""),
    ("wasm_source_url_support", "", ""),
    ("temporal", "", ""),
    ("python_zstd_snapshot", "", ""),
    ("nodejs_process_version_24", "", ""),
    ("r2_binding_jsrpc", "", ""),
    ("rpc_dispose_cancels_call", "", ""),
    ("expose_serialization_test_class", "", ""),
    ("python_dedicated_snapshot_keep_import_caches", "", ""),
];

/// Every flag with whether it is on for a Worker of this date and these flags; `opposites` gives the name that turns one off.
pub fn all<'a>(
    date: &'a str,
    flags: &'a [String],
    opposite: impl Fn(&str) -> Option<&'static str> + 'a,
) -> impl Iterator<Item = (&'static str, bool)> + 'a {
    FLAGS.iter().map(move |(name, since, _)| (*name, state(name, since, date, flags, &opposite)))
}

/// The flags that change something here and are not as a Worker of the newest date has them: dated ones that are off,
/// undated ones that are on.
pub fn changed<'a>(
    date: &'a str,
    flags: &'a [String],
    opposite: impl Fn(&str) -> Option<&'static str> + 'a,
) -> impl Iterator<Item = &'static str> + 'a {
    let acts = FLAGS.iter().filter(|(_, _, what)| !what.is_empty());
    acts.filter(move |(name, since, _)| state(name, since, date, flags, &opposite) == since.is_empty())
        .map(|(name, _, _)| *name)
}

/// Whether one flag is on for a Worker.
pub fn is_on(worker: &crate::call::WorkerDefinition, name: &str) -> bool {
    is_on_at(&worker.compatibility_date, &worker.compatibility_flags, name)
}

/// Whether a Worker with this date and these flags has a flag on.
pub fn is_on_at(date: &str, flags: &[String], name: &str) -> bool {
    let since = FLAGS.iter().find(|(flag, _, _)| *flag == name).map_or("", |(_, since, _)| since);
    state(name, since, date, flags, crate::loader::opposite)
}

fn state(
    name: &str,
    since: &str,
    date: &str,
    flags: &[String],
    opposite: impl Fn(&str) -> Option<&'static str>,
) -> bool {
    if let Some(on) = crate::node::brought(date, flags, name) {
        return on;
    }
    let given = |name: &str| flags.iter().any(|flag| flag == name);
    given(name) || !since.is_empty() && since <= date && !opposite(name).is_some_and(given)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_date_and_by_name() {
        let on = |date: &str, flags: &[&str], name: &str| {
            let flags: Vec<String> = flags.iter().map(|flag| (*flag).to_owned()).collect();
            all(date, &flags, |_| Some("off")).any(|(flag, on)| flag == name && on)
        };
        assert!(!on("2025-08-14", &[], "expose_global_message_channel"));
        assert!(on("2025-08-15", &[], "expose_global_message_channel"));
        assert!(on("2025-08-14", &["expose_global_message_channel"], "expose_global_message_channel"));
        assert!(!on("2025-08-15", &["off"], "expose_global_message_channel"));
        assert!(!on("2099-01-01", &[], "experimental"));
    }

    #[test]
    fn what_differs_from_the_newest_date() {
        let changed = |date: &str, flags: &[&str]| {
            let flags: Vec<String> = flags.iter().map(|flag| (*flag).to_owned()).collect();
            changed(date, &flags, crate::loader::opposite).collect::<Vec<_>>()
        };
        assert!(changed("2099-01-01", &[]).is_empty());
        assert_eq!(changed("2099-01-01", &["no_set_event_target_this"]), ["set_event_target_this"]);
        assert_eq!(changed("2099-01-01", &["disallow_importable_env"]), ["disallow_importable_env"]);
        assert_eq!(
            changed("2026-10-01", &[]),
            [
                "new_module_registry",
                "enable_request_signal",
                "pipe_to_backward_propagation",
                "cache_option_preserves_cache_control"
            ]
        );
    }

    /// Every flag that is said to change something is asked about by some source, and has a row on both sides of its date.
    #[test]
    fn every_flag_that_acts_is_asked_for_and_has_a_row() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut sources = String::new();
        for folder in ["js", "bindings/src/node", "runtime/host/src/modules", "runtime/host/src/shard"] {
            read_all(&root.join(folder), &mut sources);
        }
        let mut cases = String::new();
        let parts = ["", "_io", "_modules", "_streams", "_texts"].map(|part| format!("loader/dated_flags{part}"));
        for case in parts.into_iter().chain(["node/flags".to_owned()]) {
            let path = root.join("tests/conformance").join(case).with_extension("js");
            cases += &std::fs::read_to_string(path).expect("the case is there");
        }
        // It has a project in tests/specs instead.
        let rows = ["delete_all_deletes_alarm"];
        for (name, _, what) in FLAGS.iter().filter(|(_, _, what)| !what.is_empty()) {
            let asked = [format!("changed.{name}"), format!("{name}()"), format!("\"{name}\"")];
            assert!(asked.iter().any(|text| sources.contains(text)), "nothing asks for {name} ({what})");
            assert!(cases.contains(&format!("{name}\"")) || rows.contains(name), "{name} has no row");
        }
    }

    fn read_all(folder: &std::path::Path, into: &mut String) {
        for entry in std::fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("it can be listed").path();
            if path.is_dir() {
                read_all(&path, into);
            } else {
                into.push_str(&std::fs::read_to_string(&path).expect("sources are text"));
            }
        }
    }
}
