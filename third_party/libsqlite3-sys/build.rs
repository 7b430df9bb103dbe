//! Compiles sqlite3/sqlite3.c. The flags follow workerd's SQLite, so that statements behave, plan and count alike.

use std::env;

/// Name and value of every macro; README.md gives the reason for each.
const DEFINES: &[(&str, Option<&str>)] = &[
    ("SQLITE_CORE", None),
    ("SQLITE_THREADSAFE", Some("1")),
    ("SQLITE_DEFAULT_MEMSTATUS", Some("0")),
    ("SQLITE_DEFAULT_FOREIGN_KEYS", Some("1")),
    ("SQLITE_ENABLE_FTS5", None),
    ("SQLITE_ENABLE_MATH_FUNCTIONS", None),
    ("SQLITE_ENABLE_RTREE", None),
    ("SQLITE_ENABLE_UPDATE_DELETE_LIMIT", None),
    ("SQLITE_OMIT_SHARED_CACHE", None),
    ("SQLITE_MAX_ALLOCATION_SIZE", Some("16777216")),
    ("SQLITE_PRINTF_PRECISION_LIMIT", Some("100000")),
    ("SQLITE_USE_ALLOCA", None),
    ("SQLITE_HAVE_ISNAN", None),
    ("HAVE_USLEEP", Some("1")),
];

fn main() {
    let folder = env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    for input in ["build.rs", "sqlite3/sqlite3.c", "sqlite3/sqlite3.h"] {
        println!("cargo:rerun-if-changed={input}");
    }
    // Build scripts of dependents read it as DEP_SQLITE3_INCLUDE.
    println!("cargo:include={folder}/sqlite3");

    let mut build = cc::Build::new();
    // -O2 in every profile: an unoptimised SQLite slows every test down.
    build.file("sqlite3/sqlite3.c").opt_level(2).warnings(false);
    for &(name, value) in DEFINES {
        build.define(name, value);
    }
    if env::var_os("CARGO_CFG_UNIX").is_some() {
        build.define("HAVE_LOCALTIME_R", "1");
    }
    // Apple's C library has the symbol but does not declare it.
    if env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        build.define("HAVE_FDATASYNC", "1");
    }
    build.compile("sqlite3");
}
