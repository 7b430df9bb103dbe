//! Compatibility flags.
//!
//! Owns which names exist, which exclude each other and which are experimental: workerd 1.20261117.1's. It must not know
//! what a flag does; most of them do nothing here.

/// Why a list of flags is refused. The texts are workerd's.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum FlagError {
    /// No flag of this name.
    #[error("No such compatibility flag: {0}")]
    Unknown(String),
    /// The same flag again.
    #[error("Compatibility flag specified multiple times: {0}")]
    Twice(String),
    /// A flag and its opposite.
    #[error("Compatibility flags are mutually contradictory: {0} vs {1}")]
    Contradictory(&'static str, &'static str),
    /// Only for those who develop the runtime.
    #[error(
        "The compatibility flag {0} is experimental and may break or be removed in a future version of workerd. To use this flag, you must pass --experimental on the command line."
    )]
    Experimental(String),
}

/// Refuses flags that do not exist or contradict each other.
pub fn check(flags: &[String]) -> Result<(), FlagError> {
    for (index, flag) in flags.iter().enumerate() {
        if flags[..index].contains(flag) {
            return Err(FlagError::Twice(flag.clone()));
        }
        if EXPERIMENTAL.contains(&flag.as_str()) {
            return Err(FlagError::Experimental(flag.clone()));
        }
        let known = |(on, off): &&(&str, &str)| on == flag || off == flag;
        match PAIRS.iter().find(known) {
            Some((on, off)) if flags.iter().any(|f| f == on) && flags.iter().any(|f| f == off) => {
                return Err(FlagError::Contradictory(on, off));
            }
            None if !SINGLE.contains(&flag.as_str()) => return Err(FlagError::Unknown(flag.clone())),
            _ => {}
        }
    }
    Ok(())
}

/// The flag that turns `flag` off.
pub fn opposite(flag: &str) -> Option<&'static str> {
    PAIRS.iter().find(|(on, _)| *on == flag).map(|(_, off)| *off)
}

/// A flag and its opposite.
const PAIRS: &[(&str, &str)] = &[
    ("formdata_parser_supports_files", "formdata_parser_converts_files_to_strings"),
    ("fetch_refuses_unknown_protocols", "fetch_treats_unknown_protocols_as_http"),
    ("durable_object_fetch_requires_full_url", "durable_object_fetch_allows_relative_url"),
    ("streams_byob_reader_detaches_buffer", "streams_byob_reader_does_not_detach_buffer"),
    ("streams_enable_constructors", "streams_disable_constructors"),
    ("workers_api_getters_setters_on_prototype", "workers_api_getters_setters_on_instance"),
    ("minimal_subrequests", "no_minimal_subrequests"),
    ("no_cots_on_external_fetch", "cots_on_external_fetch"),
    ("url_standard", "url_original"),
    ("global_navigator", "no_global_navigator"),
    ("capture_async_api_throws", "do_not_capture_async_api_throws"),
    ("r2_public_beta_bindings", "r2_internal_beta_bindings"),
    ("dont_substitute_null_on_type_error", "substitute_null_on_type_error"),
    ("transformstream_enable_standard_constructor", "transformstream_disable_standard_constructor"),
    ("export_commonjs_default", "export_commonjs_namespace"),
    ("web_socket_compression", "no_web_socket_compression"),
    ("nodejs_compat", "no_nodejs_compat"),
    ("response_redirect_url_standard", "response_redirect_url_original"),
    ("http_headers_getsetcookie", "no_http_headers_getsetcookie"),
    ("dynamic_dispatch_tunnel_exceptions", "dynamic_dispatch_treat_exceptions_as_500"),
    ("no_cf_botmanagement_default", "cf_botmanagement_default"),
    ("urlsearchparams_delete_has_value_arg", "no_urlsearchparams_delete_has_value_arg"),
    ("strict_compression_checks", "no_strict_compression_checks"),
    ("brotli_content_encoding", "no_brotli_content_encoding"),
    ("strict_crypto_checks", "no_strict_crypto_checks"),
    ("crypto_preserve_public_exponent", "no_crypto_preserve_public_exponent"),
    ("vectorize_query_metadata_optional", "vectorize_query_original"),
    ("no_global_importscripts", "global_importscripts"),
    ("nodejs_als", "no_nodejs_als"),
    ("queues_json_messages", "no_queues_json_messages"),
    ("fetcher_no_get_put_delete", "fetcher_has_get_put_delete"),
    ("unwrap_custom_thenables", "no_unwrap_custom_thenables"),
    ("rpc", "no_rpc"),
    ("internal_stream_byob_return_view", "internal_stream_byob_return_undefined"),
    ("blob_standard_mime_type", "blob_legacy_mime_type"),
    ("fetch_standard_url", "fetch_legacy_url"),
    ("nodejs_compat_v2", "no_nodejs_compat_v2"),
    ("global_fetch_strictly_public", "global_fetch_private_origin"),
    ("new_module_registry", "legacy_module_registry"),
    ("cache_option_enabled", "cache_option_disabled"),
    ("allow_custom_ports", "ignore_custom_ports"),
    ("internal_writable_stream_abort_clears_queue", "internal_writable_stream_abort_does_not_clear_queue"),
    ("nodejs_zlib", "no_nodejs_zlib"),
    ("handle_cross_request_promise_resolution", "no_handle_cross_request_promise_resolution"),
    ("set_tostring_tag", "do_not_set_tostring_tag"),
    ("upper_case_all_http_methods", "no_upper_case_all_http_methods"),
    ("disable_top_level_await_in_require", "enable_top_level_await_in_require"),
    ("fixup-transform-stream-backpressure", "original-transform-stream-backpressure"),
    ("cache_no_cache_enabled", "cache_no_cache_disabled"),
    ("python_workers_20250116", "no_python_workers_20250116"),
    ("request_cf_overrides_cache_rules", "no_request_cf_overrides_cache_rules"),
    ("queue_consumer_no_wait_for_wait_until", "queue_consumer_wait_for_wait_until"),
    ("nodejs_compat_populate_process_env", "nodejs_compat_do_not_populate_process_env"),
    ("cache_api_request_cf_overrides_cache_rules", "no_cache_api_request_cf_overrides_cache_rules"),
    ("disallow_importable_env", "allow_importable_env"),
    ("assets_navigation_prefers_asset_serving", "assets_navigation_has_no_effect"),
    ("cache_api_compat_flags", "no_cache_api_compat_flags"),
    ("urlpattern_standard", "urlpattern_original"),
    ("enable_weak_ref", "disable_weak_ref"),
    ("request_signal_passthrough", "no_request_signal_passthrough"),
    ("enable_navigator_language", "disable_navigator_language"),
    ("allow_eval_during_startup", "disallow_eval_during_startup"),
    ("enable_request_signal", "disable_request_signal"),
    ("bind_asynclocalstorage_snapshot_to_request", "do_not_bind_asynclocalstorage_snapshot_to-request"),
    ("throw_on_unrecognized_import_assertion", "ignore_unrecognized_import_assertion"),
    ("python_workflows", "disable_python_workflows"),
    ("enable_nodejs_process_v2", "disable_nodejs_process_v2"),
    ("set_event_target_this", "no_set_event_target_this"),
    ("set_forwardable_email_full_headers", "set_forwardable_email_single_headers"),
    ("enable_nodejs_http_modules", "disable_nodejs_http_modules"),
    ("pedantic_wpt", "non_pedantic_wpt"),
    ("expose_global_message_channel", "no_expose_global_message_channel"),
    ("enable_nodejs_http_server_modules", "disable_nodejs_http_server_modules"),
    ("python_no_global_handlers", "disable_python_no_global_handlers"),
    ("enable_nodejs_fs_module", "disable_nodejs_fs_module"),
    ("enable_nodejs_os_module", "disable_nodejs_os_module"),
    ("remove_nodejs_compat_eol", "add_nodejs_compat_eol"),
    ("enable_validate_workflow_entrypoint", "disable_validate_workflow_entrypoint"),
    ("python_dedicated_snapshot", "disable_python_dedicated_snapshot"),
    ("enable_nodejs_http2_module", "disable_nodejs_http2_module"),
    ("strip_authorization_on_cross_origin_redirect", "retain_authorization_on_cross_origin_redirect"),
    ("enhanced_error_serialization", "legacy_error_serialization"),
    ("enable_email_sending_queuing", "disable_email_sending_queuing"),
    ("remove_nodejs_compat_eol_v22", "add_nodejs_compat_eol_v22"),
    ("remove_nodejs_compat_eol_v23", "add_nodejs_compat_eol_v23"),
    ("remove_nodejs_compat_eol_v24", "add_nodejs_compat_eol_v24"),
    ("enable_nodejs_console_module", "disable_nodejs_console_module"),
    ("enable_nodejs_vm_module", "disable_nodejs_vm_module"),
    ("enable_nodejs_perf_hooks_module", "disable_nodejs_perf_hooks_module"),
    ("enable_global_performance_classes", "disable_global_performance_classes"),
    ("enable_nodejs_domain_module", "disable_nodejs_domain_module"),
    ("enable_nodejs_v8_module", "disable_nodejs_v8_module"),
    ("enable_nodejs_tty_module", "disable_nodejs_tty_module"),
    ("enable_nodejs_punycode_module", "disable_nodejs_punycode_module"),
    ("enable_nodejs_cluster_module", "disable_nodejs_cluster_module"),
    ("enable_nodejs_child_process_module", "disable_nodejs_child_process_module"),
    ("enable_nodejs_worker_threads_module", "disable_nodejs_worker_threads_module"),
    ("enable_nodejs_stream_wrap_module", "disable_nodejs_stream_wrap_module"),
    ("enable_nodejs_wasi_module", "disable_nodejs_wasi_module"),
    ("enable_nodejs_dgram_module", "disable_nodejs_dgram_module"),
    ("enable_nodejs_inspector_module", "disable_nodejs_inspector_module"),
    ("enable_nodejs_trace_events_module", "disable_nodejs_trace_events_module"),
    ("enable_nodejs_readline_module", "disable_nodejs_readline_module"),
    ("enable_nodejs_repl_module", "disable_nodejs_repl_module"),
    ("enable_nodejs_sqlite_module", "disable_nodejs_sqlite_module"),
    ("enable_ctx_exports", "disable_ctx_exports"),
    ("enable_python_external_sdk", "disable_python_external_sdk"),
    ("enable_fast_jsg_struct", "disable_fast_jsg_struct"),
    ("cache_reload_enabled", "cache_reload_disabled"),
    ("enable_streams_nodejs_v24_compat", "disable_streams_nodejs_v24_compat"),
    ("python_check_rng_state", "disable_python_check_rng_state"),
    ("immutable_api_prototypes", "mutable_api_prototypes"),
    ("fetch_iterable_type_support", "no_fetch_iterable_type_support"),
    ("env_module_nullable_support", "no_env_module_nullable_support"),
    ("precise_timers", "no_precise_timers"),
    ("fetch_iterable_type_support_override_adjustment", "no_fetch_iterable_type_support_override_adjustment"),
    ("strip_bom_in_read_all_text", "do_not_strip_bom_in_read_all_text"),
    ("rpc_params_dup_stubs", "rpc_params_transfer_stubs"),
    ("enable_nodejs_global_timers", "no_nodejs_global_timers"),
    ("streams_no_default_auto_allocate_chunk_size", "streams_auto_allocate_chunk_size_default"),
    ("python_workflows_implicit_dependencies", "no_python_workflows_implicit_dependencies"),
    ("require_returns_default_export", "require_returns_namespace"),
    ("python_request_headers_preserve_commas", "disable_python_request_headers_preserve_commas"),
    ("queue_expose_error_codes", "no_queue_expose_error_codes"),
    ("text_decoder_replace_surrogates", "disable_text_decoder_replace_surrogates"),
    ("containers_pid_namespace", "no_containers_pid_namespace"),
    ("delete_all_deletes_alarm", "delete_all_preserves_alarm"),
    ("unhandled_rejection_after_microtask_checkpoint", "no_unhandled_rejection_after_microtask_checkpoint"),
    ("text_decoder_cjk_decoder", "disable_text_decoder_cjk_decoder"),
    ("websocket_close_reason_byte_limit", "no_websocket_close_reason_byte_limit"),
    ("websocket_standard_binary_type", "no_websocket_standard_binary_type"),
    ("writable_stream_spec_compliant_writer", "no_writable_stream_spec_compliant_writer"),
    ("encoder_stream_spec_compliant_backpressure", "no_encoder_stream_spec_compliant_backpressure"),
    ("spec_compliant_property_attributes", "no_spec_compliant_property_attributes"),
    ("workflows_preserve_non_retryable_error_message", "workflows_replace_non_retryable_error_message"),
    ("web_socket_auto_reply_to_close", "web_socket_manual_reply_to_close"),
    ("no_resizable_array_buffer_in_blob", "resizable_array_buffer_in_blob"),
    ("diagnostics_channel_has_subscribers_getter", "no_diagnostics_channel_has_subscribers_getter"),
    ("python_process_pth_files", "disable_python_process_pth_files"),
    ("throw_on_not_implemented_tls_options", "no_throw_on_not_implemented_tls_options"),
    ("python_workers_20260610", "no_python_workers_20260610"),
    ("workflows_enable_fast_engine_creation", "workflows_disable_fast_engine_creation"),
    ("python_workers_314", "no_python_workers_314"),
    ("spec_compliant_dispatch_exceptions", "no_spec_compliant_dispatch_exceptions"),
    ("auto_inject_python_workers", "no_auto_inject_python_workers"),
    ("durable_object_io_tasks_prevent_eviction", "durable_object_io_tasks_do_not_prevent_eviction"),
    ("pipe_to_backward_propagation", "no_pipe_to_backward_propagation"),
    ("cache_option_preserves_cache_control", "cache_option_overrides_cache_control"),
    ("wasm_source_url_support", "no_wasm_source_url_support"),
    ("temporal", "no_temporal"),
    ("nodejs_process_version_24", "no_nodejs_process_version_24"),
    ("python_dedicated_snapshot_keep_import_caches", "no_python_dedicated_snapshot_keep_import_caches"),
];

/// Flags without an opposite.
const SINGLE: &[&str] = &[
    "allow_irrevocable_stub_storage",
    "auto_grpc_convert",
    "durable_object_alarms",
    "html_rewriter_treats_esi_include_as_void_tag",
    "nonclass_entrypoint_reuses_ctx_across_invocations",
    "python_external_packages",
    "python_shared_standard_library",
    "python_workers",
    "python_workers_force_new_vendor_path",
    "r2_list_honor_include",
    "tcp_sockets_support",
    "unique_ctx_per_invocation",
    "wasm_esm_integration_builtins",
    "webcrypto_modern_algorithms",
];

/// Flags that need a switch of workerd's command line.
const EXPERIMENTAL: &[&str] = &[
    "allow_insecure_inefficient_logged_eval",
    "auto_inject_python_workers",
    "cache_reload_enabled",
    "connect_handler_starttls",
    "connect_pass_through",
    "d1_binding_jsrpc",
    "durable_object_get_existing",
    "durable_object_rename",
    "durable_object_snapshots",
    "enable_abortsignal_rpc",
    "enable_ctx_version_metadata",
    "enable_d1_with_sessions_api",
    "enable_nodejs_inspector_local_dev",
    "enable_version_api",
    "enable_web_file_system",
    "experimental",
    "expose_draining_reader",
    "expose_serialization_test_class",
    "increase_websocket_message_size",
    "js_rpc",
    "kv_direct_binding",
    "memory_cache_delete",
    "offpeak_location_hint",
    "precise_timers",
    "python_workers_development",
    "python_workers_durable_objects",
    "python_zstd_snapshot",
    "r2_binding_jsrpc",
    "replica_routing",
    "rpc_dispose_cancels_call",
    "rtti_api",
    "service_binding_extra_handlers",
    "spec_compliant_property_attributes",
    "streaming_tail_worker",
    "streams_no_default_auto_allocate_chunk_size",
    "tail_worker_user_spans",
    "typescript_implemented_streams",
    "typescript_strip_types",
    "unsafe_module",
    "unsupported_process_actual_platform",
    "wasm_memory_discard",
    "webgpu",
    "workflows_bindings_rpc",
    "workflows_step_rollback",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_flags() {
        let check = |flags: &[&str]| check(&flags.iter().map(|flag| (*flag).to_owned()).collect::<Vec<_>>());
        assert_eq!(check(&["nodejs_compat", "url_original"]), Ok(()));
        assert_eq!(check(&["nope"]), Err(FlagError::Unknown("nope".into())));
        assert_eq!(check(&["nodejs_compat", "nodejs_compat"]), Err(FlagError::Twice("nodejs_compat".into())));
        assert_eq!(
            check(&["no_nodejs_compat", "nodejs_compat"]),
            Err(FlagError::Contradictory("nodejs_compat", "no_nodejs_compat"))
        );
        assert_eq!(check(&["experimental"]), Err(FlagError::Experimental("experimental".into())));
    }
}
