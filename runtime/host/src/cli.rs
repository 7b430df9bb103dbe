//! The command line.
//!
//! Owns flags, their checks and exit codes: 0 for success, 1 for a failure of the user's code, 2 for wrong usage. It must
//! not know how anything runs.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Runs Cloudflare Workers code: Durable Objects, dynamic Workers and facets, with every limit enforced.
#[derive(Parser)]
#[command(name = "denizen", version, about)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Subcommand)]
pub enum Command {
    /// Serve a Worker over HTTP.
    Serve(ServeArgs),
    /// Run the tests that a Worker exports.
    Test(TestArgs),
}

/// Which Workers.
#[derive(Args)]
pub struct WorkerArgs {
    /// A module to run without a configuration file, with the wrangler file beside it, or in place of the main module of -c.
    pub script: Option<PathBuf>,
    /// A wrangler.jsonc, .json or .toml. Several make several Workers; the first is served.
    #[arg(short, long, value_name = "FILE")]
    pub config: Vec<PathBuf>,
    /// Environment of the configuration: its `env.<NAME>` section.
    #[arg(short, long, value_name = "NAME")]
    pub env: Option<String>,
    /// Threads that run isolates.
    #[arg(long, env = "DENIZEN_SHARDS", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub shards: Option<u16>,
    /// Isolates that one shard runs at a time.
    #[arg(long, env = "DENIZEN_ISOLATES_PER_SHARD", value_parser = clap::value_parser!(u32).range(1..))]
    pub isolates_per_shard: Option<u32>,
    /// Facets of one Durable Object that run at a time.
    #[arg(long, env = "DENIZEN_FACETS_AT_A_TIME", value_parser = clap::value_parser!(u32).range(1..))]
    pub facets_at_a_time: Option<u32>,
    /// Private addresses that fetch() may reach: of no Worker, of those configured here, or also of those they load.
    #[arg(long, env = "DENIZEN_PRIVATE_ADDRESSES", value_enum, default_value = "static")]
    pub private_addresses: PrivateAddresses,
    /// Seconds of CPU time after which the process gives up on code that does not stop where it was told to, and begins again.
    #[arg(long, env = "DENIZEN_STUCK_SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub stuck_seconds: Option<u64>,
    /// A PEM file with certificate authorities to trust beside the usual ones.
    #[arg(long, env = "DENIZEN_CA_FILE", value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
}

/// Whose fetch() may reach private addresses.
#[derive(Clone, Copy, clap::ValueEnum)]
pub enum PrivateAddresses {
    /// Nobody's.
    None,
    /// That of configured Workers.
    Static,
    /// That of every Worker.
    All,
}

/// Flags of `serve`.
#[derive(Args)]
pub struct ServeArgs {
    /// Which Workers.
    #[command(flatten)]
    pub workers: WorkerArgs,
    /// Address to listen on.
    #[arg(long, env = "DENIZEN_HOST", default_value = "127.0.0.1")]
    pub host: String,
    /// Port to listen on; 0 takes a free one.
    #[arg(long, env = "DENIZEN_PORT", default_value_t = 8787)]
    pub port: u16,
    /// Folder of the data.
    #[arg(long, env = "DENIZEN_DATA", default_value = ".denizen")]
    pub data: PathBuf,
    /// Largest request body, in bytes.
    #[arg(long, env = "DENIZEN_MAX_BODY_BYTES")]
    pub max_body_bytes: Option<u64>,
    /// Seconds that a client has for the head of a request, and that a connection may be idle.
    #[arg(long, env = "DENIZEN_HEADER_SECONDS")]
    pub header_seconds: Option<u64>,
    /// Seconds that a client may let pass between two parts of a body.
    #[arg(long, env = "DENIZEN_BODY_IDLE_SECONDS")]
    pub body_idle_seconds: Option<u64>,
    /// Run the scheduled() handler for requests to /__scheduled?cron=...&time=... Anyone who reaches the server can.
    #[arg(long, env = "DENIZEN_TEST_SCHEDULED")]
    pub test_scheduled: bool,
    /// Show errors in full to clients on this machine: a page with stack and source to a browser, text to others. It needs a
    /// loopback address.
    #[arg(long)]
    pub dev: bool,
    /// End with status 70 or by a signal where the process cannot go on, in place of beginning again with the same listener.
    #[arg(long, env = "DENIZEN_NO_RESTART")]
    pub no_restart: bool,
    /// Seconds that running requests have to end after SIGTERM.
    #[arg(long, env = "DENIZEN_DRAIN_SECONDS")]
    pub drain_seconds: Option<u64>,
}

/// Flags of `test`.
#[derive(Args)]
pub struct TestArgs {
    /// Which Workers.
    #[command(flatten)]
    pub workers: WorkerArgs,
    /// Run only tests whose name contains this, or matches it where it has a `*`.
    #[arg(value_name = "FILTER")]
    pub filter: Option<String>,
    /// Folder of the data; a new one that is removed afterwards when absent.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}
