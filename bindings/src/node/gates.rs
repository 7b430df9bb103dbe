//! Which modules of Node a Worker has.
//!
//! Owns the table of modules that have a flag of their own, with the date from which nodejs_compat brings it. The dates are
//! observed, by runs of workerd 1.20261117.1. It must not know the scripts.

use super::NodeCompat;
use crate::call::WorkerDefinition;
use crate::loader::opposite;

/// A flag that brings modules, on from its date where there is nodejs_compat.
struct Gate {
    flag: &'static str,
    since: &'static str,
    modules: &'static [&'static str],
}

const fn gate(flag: &'static str, since: &'static str, modules: &'static [&'static str]) -> Gate {
    Gate { flag, since, modules }
}

const HTTP: &str = "enable_nodejs_http_modules";
/// The flag of node:_http_server, which the date brings only together with [`HTTP`].
const HTTP_SERVER: &str = "enable_nodejs_http_server_modules";

const GATES: &[Gate] = &[
    gate(
        HTTP,
        "2025-08-15",
        &["_http_agent", "_http_client", "_http_common", "_http_incoming", "_http_outgoing", "http", "https"],
    ),
    gate(HTTP_SERVER, "2025-09-01", &["_http_server"]),
    gate("enable_nodejs_http2_module", "2025-09-01", &["http2"]),
    gate("enable_nodejs_fs_module", "2025-09-15", &["fs"]),
    gate("enable_nodejs_os_module", "2025-09-15", &["os"]),
    gate("enable_nodejs_console_module", "2025-09-21", &["console"]),
    gate("enable_nodejs_vm_module", "2025-10-01", &["vm"]),
    gate("enable_nodejs_cluster_module", "2025-12-04", &["cluster"]),
    gate("enable_nodejs_domain_module", "2025-12-04", &["domain"]),
    gate("enable_nodejs_punycode_module", "2025-12-04", &["punycode"]),
    gate("enable_nodejs_trace_events_module", "2025-12-04", &["trace_events"]),
    gate("enable_nodejs_wasi_module", "2025-12-04", &["wasi"]),
    gate("enable_nodejs_dgram_module", "2026-01-29", &["dgram"]),
    gate("enable_nodejs_inspector_module", "2026-01-29", &["inspector", "inspector/promises"]),
    gate("enable_nodejs_sqlite_module", "2026-01-29", &["sqlite"]),
    gate("enable_nodejs_stream_wrap_module", "2026-01-29", &["_stream_wrap"]),
    gate("enable_nodejs_child_process_module", "2026-03-17", &["child_process"]),
    gate("enable_nodejs_perf_hooks_module", "2026-03-17", &["perf_hooks"]),
    gate("enable_nodejs_readline_module", "2026-03-17", &["readline", "readline/promises"]),
    gate("enable_nodejs_repl_module", "2026-03-17", &["repl"]),
    gate("enable_nodejs_tty_module", "2026-03-17", &["tty"]),
    gate("enable_nodejs_v8_module", "2026-03-17", &["v8"]),
    gate("enable_nodejs_worker_threads_module", "2026-03-17", &["worker_threads"]),
];

/// Other flags that nodejs_compat brings from a date on.
const BROUGHT: &[(&str, &str)] = &[
    ("nodejs_compat_populate_process_env", "2025-04-01"),
    ("remove_nodejs_compat_eol", "2025-09-01"),
    ("enable_nodejs_process_v2", "2025-09-15"),
    ("enable_nodejs_global_timers", "2026-02-10"),
    ("enable_global_performance_classes", "2026-03-17"),
];

/// Whether the flag is on, if it is one that comes with nodejs_compat.
pub fn brought(date: &str, flags: &[String], flag: &str) -> Option<bool> {
    let set = |flag: &str| flags.iter().any(|given| given == flag);
    match flag {
        "nodejs_compat" => Some(NodeCompat::v1(date, flags)),
        "nodejs_compat_v2" => Some(NodeCompat::v2(date, flags)),
        "nodejs_zlib" => Some(
            set(flag)
                || (date >= super::V2_FROM
                    && (NodeCompat::v1(date, flags) || NodeCompat::v2(date, flags))
                    && !opposite(flag).is_some_and(set)),
        ),
        _ => {
            let gates = GATES.iter().map(|gate| (gate.flag, gate.since));
            let (_, since) = BROUGHT.iter().copied().chain(gates).find(|(known, _)| *known == flag)?;
            let implied = date >= since
                && NodeCompat::v1(date, flags)
                && (flag != HTTP_SERVER || brought(date, flags, HTTP) == Some(true));
            Some(set(flag) || (implied && !opposite(flag).is_some_and(set)))
        }
    }
}

/// The modules of Node that a Worker has.
#[derive(Clone, Copy, Debug, Default)]
pub struct NodeModules {
    compat: NodeCompat,
    /// A bit for each entry of [`GATES`]: whether it is shut.
    shut: u32,
}

impl NodeModules {
    /// What the date and flags of a Worker mean.
    pub fn of(worker: &WorkerDefinition) -> Self {
        let (date, flags) = (worker.compatibility_date.as_str(), &worker.compatibility_flags);
        let on = |flag| brought(date, flags, flag) == Some(true);
        let mut shut = 0;
        for (bit, gate) in GATES.iter().enumerate() {
            shut |= u32::from(!on(gate.flag)) << bit;
        }
        Self { compat: NodeCompat::of(worker), shut }
    }

    /// Whether the bare name means a module of Node, be it there or not.
    pub fn names(self, bare: &str) -> bool {
        self.compat == NodeCompat::Full && !bare.contains(':') && crate::importable().any(|name| name == bare)
    }

    /// Whether there is a module of this name, with `node:` before it or without.
    pub fn has(self, name: &str) -> bool {
        let bare = name.strip_prefix("node:").unwrap_or(name);
        let gate = GATES.iter().position(|gate| gate.modules.contains(&bare));
        let shut = gate.is_some_and(|bit| self.shut >> bit & 1 == 1);
        // Every Worker has `node:process`, though it be the old one.
        name == "node:process" || self.compat.has(name) && !shut && (bare != "sys" || self.compat == NodeCompat::Full)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_a_bit() {
        assert!(GATES.len() <= 32);
        assert!(GATES.iter().all(|gate| opposite(gate.flag).is_some()));
        assert!(BROUGHT.iter().all(|(flag, _)| opposite(flag).is_some()));
    }
}
