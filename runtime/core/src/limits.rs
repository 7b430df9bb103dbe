//! Every bound of the runtime: its unit, its default and why it is there.
//!
//! Owns the numbers. It must not know how a bound is enforced; whoever enforces one names it by its [`Limit`].

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

/// A bound that one tenant can exceed, as it is named in an error's `.limit`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Limit {
    /// CPU time of one event.
    CpuMs,
    /// JavaScript heap of one isolate.
    HeapBytes,
    /// CPU time of a Worker's top-level code.
    StartupMs,
    /// Subrequests of one event.
    SubRequests,
    /// A request body at the ingress.
    BodyBytes,
    /// Facets that one object may have at a time.
    Facets,
    /// Timers that one event or object may have pending.
    Timers,
    /// Bytes of one database.
    StorageBytes,
    /// Time from an event's delivery to its outcome.
    WallMs,
}

impl fmt::Display for Limit {
    /// The name as JavaScript sees it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Limit::CpuMs => "cpuMs",
            Limit::HeapBytes => "heapBytes",
            Limit::StartupMs => "startupMs",
            Limit::SubRequests => "subRequests",
            Limit::BodyBytes => "bodyBytes",
            Limit::Facets => "facets",
            Limit::Timers => "timers",
            Limit::StorageBytes => "storageBytes",
            Limit::WallMs => "wallMs",
        })
    }
}

impl Limit {
    /// What the error says whose `.limit` this is; `max` is what was allowed. Texts that Cloudflare has are Cloudflare's.
    pub fn message(self, max: f64) -> Cow<'static, str> {
        match self {
            Limit::CpuMs => "Worker exceeded CPU time limit.".into(),
            Limit::HeapBytes => "Worker exceeded memory limit.".into(),
            Limit::StartupMs => "Worker exceeded the CPU time limit of its start-up.".into(),
            Limit::SubRequests => "Too many subrequests.".into(),
            Limit::WallMs => "Worker exceeded the time limit of an event.".into(),
            Limit::Facets => format!("Too many facets of one Durable Object run at a time (at most {max}).").into(),
            Limit::BodyBytes | Limit::Timers | Limit::StorageBytes => format!("Limit exceeded: {self}.").into(),
        }
    }
}

/// What one event may use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EventLimits {
    /// CPU time. Cloudflare's default for static Workers is 30 s.
    pub cpu: Duration,
    /// Subrequests. Cloudflare's for paid plans is 10,000.
    pub sub_requests: u32,
    /// Time from its delivery to its outcome: a response's head, a result. Cloudflare's for alarms is 15 minutes.
    pub wall: Duration,
}

/// Limits of events that somebody asked for: a configuration, a loader's code, an entrypoint, a facet's start. Where several
/// ask, the lowest wins.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct AskedLimits {
    /// See [`EventLimits::cpu`].
    pub cpu: Option<Duration>,
    /// See [`EventLimits::sub_requests`].
    pub sub_requests: Option<u32>,
    /// See [`EventLimits::wall`].
    pub wall: Option<Duration>,
}

impl AskedLimits {
    /// What holds if both ask.
    pub fn and(self, other: Self) -> Self {
        fn lower<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
            match (one, other) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            }
        }
        Self {
            cpu: lower(self.cpu, other.cpu),
            sub_requests: lower(self.sub_requests, other.sub_requests),
            wall: lower(self.wall, other.wall),
        }
    }
}

/// The limits of one Worker's isolate and events.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WorkerLimits {
    /// What one event may use unless somebody asks for something else.
    pub event: EventLimits,
    /// What its configuration or its loader asks for.
    pub asked: AskedLimits,
    /// CPU time of the top-level code. Cloudflare's is 1 s.
    pub startup: Duration,
    /// JavaScript heap of the isolate. Cloudflare's is 128 MB.
    pub heap_bytes: usize,
    /// Bytes of all ArrayBuffers of the isolate, which V8 does not count as heap.
    pub array_buffer_bytes: usize,
}

impl WorkerLimits {
    /// For a Worker that the operator configured.
    pub const STATIC: Self = Self {
        event: EventLimits {
            cpu: Duration::from_millis(30_000),
            sub_requests: 10_000,
            wall: Duration::from_secs(15 * 60),
        },
        asked: AskedLimits { cpu: None, sub_requests: None, wall: None },
        startup: Duration::from_millis(1_000),
        heap_bytes: 128 << 20,
        array_buffer_bytes: 128 << 20,
    };

    /// For a Worker that another Worker loaded: its code is assumed to be hostile.
    pub const LOADED: Self = Self {
        event: EventLimits { cpu: Duration::from_millis(1_000), sub_requests: 1_000, ..Self::STATIC.event },
        ..Self::STATIC
    };

    /// What an event may use whose caller asks for `asked`.
    pub fn for_event(&self, asked: AskedLimits) -> EventLimits {
        let asked = self.asked.and(asked);
        EventLimits {
            cpu: asked.cpu.unwrap_or(self.event.cpu),
            sub_requests: asked.sub_requests.unwrap_or(self.event.sub_requests),
            wall: asked.wall.unwrap_or(self.event.wall),
        }
    }
}

/// How long an event may go on after its response is sent, for `waitUntil`. Cloudflare's is 30 s.
pub const WAIT_UNTIL: Duration = Duration::from_secs(30);

/// Callbacks of `blockConcurrencyWhile` in one another. workerd's.
pub const BLOCK_DEPTH: u32 = 64;

/// Wall time of a Worker's top-level `await`: nothing it may wait for comes from outside, so this only bounds a deadlock.
pub const STARTUP_WALL: Duration = Duration::from_secs(10);

/// For how long a loaded Worker is not started again whose start a limit stopped. Callers learn the same meanwhile; else each
/// call would take that limit's time from the shard.
pub const STARTUP_PAUSE: Duration = Duration::from_secs(10);

/// Timers pending in one event, or in one object over all its events. workerd's `MAX_TIMEOUTS`.
pub const TIMERS: usize = 10_000;

/// Longest name of a facet in UTF-8 bytes, and deepest chain including the root object: workerd's.
pub const FACET_NAME_BYTES: usize = 256;
/// See [`FACET_NAME_BYTES`].
pub const FACET_DEPTH: usize = 4;
/// Facets of one object, at any depth: their ids on disk have 16 bits.
pub const FACETS_PER_OBJECT: usize = 65_535;

/// Bytes that count as held by an isolate for each facet that its code has called, for as long as the facet runs or a stub of it
/// is there, and for each facet that is being deleted or cloned: about what the host keeps of one. This bounds their number.
pub const FACET_BYTES: usize = 2 << 10;
/// Bytes of the error that is kept for whoever calls an object or facet that has ended; of a longer one only so much of the
/// message is.
pub const KEPT_ERROR_BYTES: usize = 2 << 10;

/// How often what facets have used is written down: a process that is killed forgets as much.
pub const USAGE_INTERVAL: Duration = Duration::from_secs(10);

/// Bytes that are recorded of one event for its tails: Cloudflare's 256 KiB.
pub const TRACE_BYTES: usize = 256 << 10;
/// Bytes of the log that one event fills with what it writes to the console, up to its last line. What an isolate writes
/// outside of events has the same bound over its life.
pub const CONSOLE_BYTES: usize = TRACE_BYTES;

/// Bytes of an error's message that is kept as a facet's last one.
pub const LAST_ERROR_BYTES: usize = 1_024;
/// Facets that have ended whose last errors a shard keeps; of more, those that ended first are forgotten.
pub const LAST_ERRORS: usize = 10_000;

/// Events of entrypoints that go on or wait at a time for one facet, or for one event that no facet is behind, because loaded
/// Workers have called loaded Workers, such as their own exports: as many as one such event may begin unless somebody allows
/// it more. What calls itself over and over would fill the shard.
pub const LINEAGE_EVENTS: usize = 1_000;
/// Longest chain of such calls, each made by the one before, so that one that never ends on purpose does. Cloudflare's is 32
/// invocations of Workers; workerd has none.
pub const LINEAGE_DEPTH: usize = 128;

/// Bytes of all modules of a dynamic Worker together, and of its serialised env: Cloudflare's.
pub const DYNAMIC_CODE_BYTES: usize = 67_108_864;
/// See [`DYNAMIC_CODE_BYTES`].
pub const DYNAMIC_ENV_BYTES: usize = 1_048_576;

/// Modules of one Worker: each takes some kilobytes, and some ten microseconds of its start.
pub const MODULES: usize = 10_000;
/// Bytes of the modules that one isolate loads, those of each counted once for each import in it: deno_core counts the lines
/// before each of them. That is two seconds in which nothing can be stopped.
pub const IMPORT_BYTES: u64 = 1 << 31;

/// Bytes that V8 is told a loaded Worker takes beside its modules: more than it does, so that handles of Workers that have
/// been evicted are collected about every thousand, and not only when the heap of whoever loaded them has grown.
pub const LOADED_WORKER_BYTES: usize = 64 << 10;

/// Machine code that is kept of modules that were compiled before. When it is full it starts afresh.
pub const CODE_CACHE_BYTES: usize = 64 << 20;

/// Time for one address of a host to accept a connection.
pub const EGRESS_CONNECT: Duration = Duration::from_secs(10);
/// Time that an unused connection to a host is kept.
pub const EGRESS_IDLE: Duration = Duration::from_secs(60);
/// Time that a host may let pass between two parts of a body.
pub const EGRESS_BODY_IDLE: Duration = Duration::from_secs(300);

/// Rounds of HMAC in one PBKDF2: iterations times digests in the result. The library does them in one call that no watchdog can
/// stop; this is about two seconds.
pub const PBKDF2_ROUNDS: u64 = 2_000_000;
/// Rounds that a millisecond of an event's CPU time allows: fewer than a machine does, so that a call overruns its event by
/// little.
pub const PBKDF2_ROUNDS_PER_MS: u64 = 2_000;

/// Rounds that derive the key of an encrypted private key: half a second. Tools take some thousand, the careful ones 600,000.
pub const ENCRYPTED_KEY_ROUNDS: u64 = 1_000_000;
/// Bytes of a certificate or key: what the library makes of one takes some thirty times as much.
pub const ENCODED_KEY_BYTES: usize = 1 << 20;
/// Steps in which zstd looks for a match, as a power of two: more of them take seconds for each piece of chosen input.
pub const ZSTD_SEARCH_BITS: i32 = 10;

/// Bytes that a compression library of `node:zlib` is given at once: it does not stop in the middle, and the slowest settings
/// need a second or two for them. Longer input is compressed in pieces, between which an event can be stopped.
pub const ZLIB_PIECE_BYTES: usize = 1 << 20;
/// Largest brotli block, as a power of two: a block is compressed in one go, whatever the pieces are. Brotli allows 24.
pub const BROTLI_BLOCK_BITS: u32 = 20;
/// Bytes that should be left in an isolate before a stream of zlib's formats begins, which takes less than this.
pub const ZLIB_ROOM_BYTES: usize = 1 << 20;
/// Bytes that should be left before a brotli or zstd stream begins: what brotli takes with its default settings.
pub const BROTLI_ROOM_BYTES: usize = 64 << 20;

/// Bytes of each text of an error that crosses, its message, name and stack: it is copied for everything that fails with it.
pub const ERROR_TEXT_BYTES: usize = 64 << 10;

/// Longest message of an error whose stack is made: V8 has no string for a stack that is longer than the longest one.
pub const STACK_MESSAGE_LENGTH: usize = 1 << 24;

/// Longest string that `split` takes apart: V8 aborts the process when the parts outnumber what an array can hold.
pub const SPLIT_LENGTH: u32 = 1 << 26;
/// Longest string that `match`, `replace`, `replaceAll`, `normalize`, `toLocaleLowerCase` and `toLocaleUpperCase` take: V8 is not
/// interrupted in them, and aborts the process when what is found outnumbers what an array can hold.
pub const STRING_WORK_LENGTH: u32 = 1 << 25;
/// Longest text that is parsed as JSON, for the same reasons.
pub const JSON_LENGTH: u32 = 1 << 25;
/// Parameters of a URL or fields of a form that are taken apart.
pub const URL_PARAMETERS: usize = 1 << 18;

/// Pages of 64 KiB over all WebAssembly memories that a Worker's JavaScript makes, which V8 counts neither as heap nor as
/// ArrayBuffers.
pub const WASM_PAGES: u32 = 2_048;

/// Bytes that a resizable ArrayBuffer counts for at least: V8 makes two memory maps for it, of which a process has 65,530, and
/// has one for each 256 KiB of an isolate's heap.
pub const RESIZABLE_BUFFER_BYTES: usize = 512 << 10;

/// Bytes that ICU may take for an isolate beyond those of its ArrayBuffers until its code can be stopped: the longest string in
/// two-byte characters, and as much again while it is copied. Of more it is refused, which V8 does not expect.
pub const ICU_SLACK_BYTES: usize = HEAP_SLACK_BYTES;

/// Pages that a memory counts for at least which a WebAssembly instance makes for itself, if it may grow to as many: nobody
/// sees its code grow it, up to the bound of one memory. The bound over all such memories is [`WASM_PAGES`], too.
pub const WASM_INSTANCE_PAGES: u64 = 64;

/// Workers that all loaders together remember by name. Beyond that, those that nobody refers to are forgotten, the least
/// recently used first. Each takes about 2 KB beside its code, and far fewer have isolates at a time.
pub const LOADED_WORKERS: usize = 2_000;
/// Bytes of their modules and env, with the same consequence.
pub const LOADED_BYTES: usize = 1 << 30;

/// Bytes of all Blobs of one isolate, which V8 counts neither as heap nor as ArrayBuffers.
pub const BLOB_BYTES: usize = 128 << 20;

/// From how many bytes on what waits to leave an isolate counts as held by it: there are few enough of smaller ones.
pub const KEPT_FROM_BYTES: usize = 4 << 10;

/// The buffer in which V8 serialises a value, before anything can say how large the value is.
pub const SERIALIZED_BYTES: usize = 512 << 20;

/// Serialised arguments or result of one RPC call: Cloudflare's 32 MiB.
pub const RPC_BYTES: usize = 32 << 20;

/// Events that may wait for one shard before calls are refused as overloaded: enough for a burst, few enough that each
/// still has a chance within a client's patience.
pub const SHARD_QUEUE_EVENTS: usize = 10_000;

/// Entries that `performance` of an isolate keeps; the older half goes when there are more. workerd keeps all.
pub const PERFORMANCE_ENTRIES: u32 = 10_000;

/// Bits of an RSA key that is made: workerd's.
pub const RSA_BITS: u32 = 16_384;

/// Bits of a prime that is made or looked at, and of a Diffie-Hellman group: the library's bound for groups. One step of a search
/// takes about a second at most; between steps it ends with the event's time.
pub const PRIME_BITS: u32 = 10_000;

/// Cost of one scrypt, N times r times p: workerd's. The library does it in one call.
pub const SCRYPT_COST: u64 = 1 << 20;
/// Cost that a millisecond of an event's CPU time allows: less than a machine does, so that a call overruns its event by little.
pub const SCRYPT_COST_PER_MS: u64 = 1_000;

/// Redirects that one `fetch()` follows. The Fetch standard's 20.
pub const REDIRECTS: u32 = 20;

/// Chunks of a streamed body that may wait between producer and consumer: the backpressure window.
pub const BODY_CHUNKS: usize = 8;

/// Bytes of one such chunk; JavaScript sends a longer one in pieces. workerd's size of a piece in RPC calls.
pub const BODY_CHUNK_BYTES: usize = 64 << 10;

/// A request body up to this length is read before its event starts, so that no stream is made for it.
pub const SMALL_BODY_BYTES: usize = 64 << 10;

/// How long a request's body is still taken after an answer that did not wait for it, up to [`SMALL_BODY_BYTES`]. Both are workerd's.
pub const INGRESS_GRACE: Duration = Duration::from_secs(1);

/// How long what has come of a request is looked for, once its client has ended its input.
pub const INGRESS_REST: Duration = Duration::from_millis(200);

/// How much sooner an event learns that its client has left than those who read the request.
pub const INGRESS_RESET: Duration = Duration::from_millis(20);

/// Bytes of one line of a Worker's console output; the rest is cut, with a mark.
pub const CONSOLE_LINE_BYTES: usize = 16 << 10;

/// Bytes of a source map that comes with JavaScript; a larger one is not read.
pub const SOURCE_MAP_BYTES: usize = 32 << 20;

/// The same of one that lies in the code of a loaded Worker. It is read at the Worker's first error.
pub const LOADED_SOURCE_MAP_BYTES: usize = 4 << 20;

/// Groups of the console that indent the lines of one event; more are not counted.
pub const CONSOLE_GROUPS: usize = 16;

/// Bounds at the HTTP ingress. An operator turns these with flags of `denizen serve`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct IngressLimits {
    /// All headers of a request together.
    pub header_bytes: usize,
    /// Number of headers of a request.
    pub headers: usize,
    /// Time to receive the headers of a request once its connection sent the first byte, and to stay idle between requests.
    pub header_time: Duration,
    /// Body of a request. Cloudflare's smallest plan has 100 MB.
    pub body_bytes: u64,
    /// Time without a part of a request's body before it is given up.
    pub body_idle: Duration,
    /// Open connections.
    pub connections: usize,
    /// Time for running requests to end after SIGTERM.
    pub drain: Duration,
}

impl IngressLimits {
    /// What `denizen serve` starts with.
    pub const DEFAULT: Self = Self {
        header_bytes: 128 << 10,
        headers: 256,
        header_time: Duration::from_secs(30),
        body_bytes: 100_000_000,
        body_idle: Duration::from_secs(60),
        connections: 10_000,
        drain: Duration::from_secs(30),
    };
}

/// Bounds of one shard's isolates and actors.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct IsolateLimits {
    /// Running isolates of a shard. Each takes about 11 memory maps and 2 MB before any code runs.
    pub per_shard: usize,
    /// Blank isolates that a shard keeps ready.
    pub warm: usize,
    /// Address space reserved for machine code in each isolate: V8's least.
    pub code_range_bytes: usize,
    /// Time without work after which an object's memory is given back. workerd's is 10 s.
    pub actor_idle: Duration,
    /// Facets of one object, at any depth, that run at a time. Idle ones make room; each is an instance in memory, an open
    /// database, and perhaps an isolate.
    pub facets_at_a_time: usize,
    /// How long one callback of `blockConcurrencyWhile` or `transaction` may hold its object. workerd's is 30 s.
    pub section: Duration,
    /// CPU time after the stop of a turn at which the process ends, since its shard is lost: V8 asks in few of its own loops
    /// whether it is to stop.
    pub lost_turn: Duration,
}

impl IsolateLimits {
    /// What `denizen serve` starts with.
    pub const DEFAULT: Self = Self {
        per_shard: 128,
        warm: 2,
        code_range_bytes: 64 << 20,
        actor_idle: Duration::from_secs(10),
        facets_at_a_time: 1_000,
        section: Duration::from_secs(30),
        lost_turn: Duration::from_secs(30),
    };
}

/// Pieces of code that are remembered for having taken a shard with them, from one process to the next.
pub const LOST_CODES: usize = 1_000;

/// How often the watchdog looks at each shard's running turn.
pub const WATCHDOG_TICK: Duration = Duration::from_millis(5);

/// A termination for memory lets V8 grow by this much first, because a builtin that cannot be interrupted aborts the
/// process when an allocation fails: room for the longest string in two-byte characters, and a copy of it.
pub const HEAP_SLACK_BYTES: usize = 5 << 29;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_limit_that_is_asked_for_holds_and_the_default_where_nobody_asks() {
        let ms = Duration::from_millis;
        let asked = AskedLimits { cpu: Some(ms(5_000)), sub_requests: Some(7), wall: None };
        let limits = WorkerLimits { asked, ..WorkerLimits::LOADED };
        let of = |cpu: Option<u64>, sub_requests| {
            limits.for_event(AskedLimits { cpu: cpu.map(ms), sub_requests, wall: None })
        };
        assert_eq!(
            of(None, None),
            EventLimits { cpu: ms(5_000), sub_requests: 7, wall: WorkerLimits::LOADED.event.wall }
        );
        assert_eq!((of(Some(20), Some(9)).cpu, of(Some(20), Some(9)).sub_requests), (ms(20), 7));
        let raised = WorkerLimits::LOADED.for_event(AskedLimits { cpu: Some(ms(5_000)), ..AskedLimits::default() });
        assert_eq!((raised.cpu, raised.sub_requests), (ms(5_000), 1_000));
    }
}

/// Limits of SQL that an actor runs: workerd's, which Cloudflare's documentation lists in part.
pub mod sql {
    /// Bytes of one text, blob or row: as workerd has it, 8 MiB and some bytes for the row's header.
    pub const VALUE_BYTES: usize = 8_388_642;
    /// Bytes of one statement.
    pub const STATEMENT_BYTES: usize = 100_000;
    /// Columns of a table, view, index or result.
    pub const COLUMNS: usize = 100;
    /// Depth of an expression's tree.
    pub const EXPRESSION_DEPTH: usize = 100;
    /// Terms of a compound SELECT.
    pub const COMPOUND_SELECT_TERMS: usize = 5;
    /// Instructions of a compiled statement.
    pub const INSTRUCTIONS: usize = 25_000;
    /// Arguments of a function.
    pub const FUNCTION_ARGUMENTS: usize = 127;
    /// Bytes of a pattern of LIKE or GLOB.
    pub const LIKE_PATTERN_BYTES: usize = 50;
    /// Parameters of a statement.
    pub const PARAMETERS: usize = 100;
    /// Triggers inside triggers.
    pub const TRIGGER_DEPTH: usize = 10;
    /// Bytes of all texts whose compiled statements a database keeps. workerd's.
    pub const CACHED_STATEMENTS_BYTES: usize = 1 << 20;
    /// Compiled statements that a database keeps: each is some kilobytes, whatever its text is.
    pub const CACHED_STATEMENTS: usize = 256;
    /// Bytes of one slot of a connection's own small allocator.
    pub const LOOKASIDE_SLOT_BYTES: usize = 512;
    /// Slots of that allocator: enough for the statements of a turn, and little enough for thousands of idle databases.
    pub const LOOKASIDE_SLOTS: usize = 32;
}

/// Limits of the storage engine.
pub mod storage {
    /// Bytes of one database. Cloudflare's is 10 GB.
    pub const DATABASE_BYTES: u64 = 10 << 30;
    /// Facets of an object that get their places in the index by one sync.
    pub const FACETS_A_SYNC: usize = 64;
    /// Ids that an object gives to names of its facets before the ids of deleted facets are given to other names. Beyond, the
    /// index is written anew for such a name.
    pub const FACET_IDS_KEPT: usize = 1_024;
    /// Ids that are looked at for a new name until one that nobody has is found. All are, where no other is left.
    pub const FACET_IDS_LOOKED_AT: usize = 256;
    /// Bytes of one of the two files of the journal.
    pub const JOURNAL_BYTES: u64 = 32 << 20;
    /// Bytes that one database writes to its log between two rounds of the syncer for the journal to take them; the log itself
    /// is synced beyond.
    pub const LOG_WRITES_BYTES: usize = 256 << 10;
    /// Requests in a round of the syncer from which on the journal is used.
    pub const JOURNAL_FROM: usize = 4;
    /// Length of a write-ahead log from which on it is brought into its database.
    pub const CHECKPOINT_BYTES: u64 = 4 << 20;
    /// Length of a write-ahead log at which cursors that keep it from beginning anew are closed.
    pub const LOG_BYTES: u64 = 64 << 20;
    /// Databases that are open at a time on one shard, in use or not; least recently used ones are closed.
    pub const OPEN_PER_SHARD: usize = 1_000;
    /// Bytes of database pages in memory, over all databases of one shard.
    pub const PAGE_CACHE_BYTES_PER_SHARD: u64 = 64 << 20;
    /// Pages that one database may have in memory: 8 MB.
    pub const PAGE_CACHE_PAGES: usize = 2_000;
    /// Bytes of memory that SQLite takes for one database, its pages included: what running statements sort, group or keep,
    /// what is bound to them, and compiled ones. Beyond, SQL of its code fails with `SQLITE_NOMEM`.
    pub const MEMORY_BYTES: i64 = 136 << 20;
    /// Databases that wait to be closed by the engine's own thread; beyond, whoever closes one does it itself.
    pub const CLOSING: usize = 64;
    /// File descriptors of an open database: itself, its log, and one for a checkpoint or a sync now and then.
    pub const DESCRIPTORS_PER_DATABASE: usize = 3;
}
