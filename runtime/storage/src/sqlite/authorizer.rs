//! What user SQL may do: SQLite asks here while it compiles a statement.
//!
//! Owns the allow-lists of functions, pragmas and virtual tables, and the names that are the runtime's own (`workers-api`
//! 4.2; the lists are what workerd allows). SQL of the engine passes. It must not know who runs a statement.

use std::borrow::Cow;
use std::ffi::{CStr, c_char, c_int, c_void};

use libsqlite3_sys as ffi;

use super::{Control, Privilege};

/// Why a statement was refused, where SQLite's own text does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denial {
    /// It would begin or end a transaction.
    Transaction,
}

/// Functions that user SQL may call, sorted.
const FUNCTIONS: &[&str] = &[
    "->",
    "->>",
    "abs",
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "avg",
    "bm25",
    "ceil",
    "changes",
    "char",
    "coalesce",
    "concat",
    "concat_ws",
    "cos",
    "cosh",
    "count",
    "cume_dist",
    "current_date",
    "current_time",
    "current_timestamp",
    "date",
    "datetime",
    "degrees",
    "dense_rank",
    "exp",
    "first_value",
    "floor",
    "format",
    "glob",
    "group_concat",
    "hex",
    "highlight",
    "ifnull",
    "iif",
    "instr",
    "json",
    "json_array",
    "json_array_length",
    "json_extract",
    "json_group_array",
    "json_group_object",
    "json_insert",
    "json_object",
    "json_patch",
    "json_quote",
    "json_remove",
    "json_replace",
    "json_set",
    "json_type",
    "json_valid",
    "jsonb",
    "jsonb_array",
    "jsonb_extract",
    "jsonb_group_array",
    "jsonb_group_object",
    "jsonb_insert",
    "jsonb_object",
    "jsonb_patch",
    "jsonb_remove",
    "jsonb_replace",
    "jsonb_set",
    "julianday",
    "lag",
    "last_insert_rowid",
    "last_value",
    "lead",
    "length",
    "like",
    "likelihood",
    "likely",
    "ln",
    "load_extension",
    "log",
    "log2",
    "lower",
    "ltrim",
    "match",
    "max",
    "min",
    "mod",
    "nth_value",
    "ntile",
    "nullif",
    "octet_length",
    "percent_rank",
    "pi",
    "pow",
    "printf",
    "quote",
    "radians",
    "random",
    "randomblob",
    "rank",
    "replace",
    "round",
    "row_number",
    "rtreecheck",
    "rtrim",
    "sign",
    "sin",
    "sinh",
    "snippet",
    "sqrt",
    "strftime",
    "string_agg",
    "substr",
    "substring",
    "sum",
    "tan",
    "tanh",
    "time",
    "timediff",
    "total",
    "total_changes",
    "trim",
    "trunc",
    "typeof",
    "unhex",
    "unicode",
    "unixepoch",
    "unlikely",
    "upper",
    "zeroblob",
];

/// Functions that SQLite itself calls to rename tables and columns and to drop columns. Its parser refuses them in user
/// SQL. What adds and drops constraints is not here: workerd refuses that.
const INTERNAL_FUNCTIONS: &[&str] = &[
    "sqlite_drop_column",
    "sqlite_rename_column",
    "sqlite_rename_quotefix",
    "sqlite_rename_table",
    "sqlite_rename_test",
];

/// Modules of virtual tables that user SQL may create.
const MODULES: &[&str] = &["fts5", "fts5vocab", "rtree", "rtree_i32"];

/// What a pragma may be given.
#[derive(Clone, Copy)]
enum Argument {
    None,
    /// What begins like one of SQLite's words for a truth value, or nothing.
    Boolean,
    /// The name of a table or index.
    Name,
    /// A name, or nothing.
    OptionalName,
    /// A name, also one of the runtime's own, or nothing.
    AnyName,
    /// A number, a name, or nothing.
    NumberOrName,
    /// A number, or nothing.
    Number,
}

/// Pragmas that user SQL may use.
const PRAGMAS: &[(&str, Argument)] = &[
    ("case_sensitive_like", Argument::Boolean),
    ("data_version", Argument::None),
    ("defer_foreign_keys", Argument::Boolean),
    ("foreign_key_check", Argument::OptionalName),
    ("foreign_key_list", Argument::Name),
    ("foreign_keys", Argument::Boolean),
    ("ignore_check_constraints", Argument::Boolean),
    ("index_info", Argument::Name),
    ("index_list", Argument::Name),
    ("index_xinfo", Argument::Name),
    ("legacy_alter_table", Argument::Boolean),
    ("optimize", Argument::Number),
    ("page_size", Argument::None),
    ("quick_check", Argument::NumberOrName),
    ("recursive_triggers", Argument::Boolean),
    ("reverse_unordered_selects", Argument::Boolean),
    ("table_info", Argument::Name),
    ("table_list", Argument::AnyName),
    ("table_xinfo", Argument::Name),
];

/// Called by SQLite.
///
/// # Safety
/// `control` is the one of the connection, and the texts are NUL-terminated or null.
pub(super) unsafe extern "C" fn callback(
    control: *mut c_void,
    action: c_int,
    first: *const c_char,
    second: *const c_char,
    database: *const c_char,
    _trigger: *const c_char,
) -> c_int {
    // SAFETY: the caller vouches for both.
    let (control, first, second, database) =
        unsafe { (&*control.cast::<Control>(), text(first), text(second), text(database)) };
    let (first, second, database) = (first.as_deref(), second.as_deref(), database.as_deref());
    if control.privilege.get() == Privilege::Host {
        return ffi::SQLITE_OK;
    }
    if matches!(action, ffi::SQLITE_TRANSACTION | ffi::SQLITE_SAVEPOINT) {
        control.denied.set(Some(Denial::Transaction));
        return ffi::SQLITE_DENY;
    }
    if is_allowed(action, first, second, database) { ffi::SQLITE_OK } else { ffi::SQLITE_DENY }
}

unsafe fn text<'a>(text: *const c_char) -> Option<Cow<'a, str>> {
    // SAFETY: the caller vouches for the text. What of it is no UTF-8 is on no list, nor does it begin a reserved name.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_string_lossy())
}

fn is_allowed(action: c_int, first: Option<&str>, second: Option<&str>, database: Option<&str>) -> bool {
    let named = |name: Option<&str>| name.is_none_or(|name| !is_reserved(name));
    // `CREATE TABLE temp.x` does not come as SQLITE_CREATE_TEMP_TABLE.
    let creates = matches!(
        action,
        ffi::SQLITE_INSERT
            | ffi::SQLITE_CREATE_TABLE
            | ffi::SQLITE_CREATE_VIEW
            | ffi::SQLITE_CREATE_INDEX
            | ffi::SQLITE_CREATE_TRIGGER
            | ffi::SQLITE_CREATE_VTABLE
    );
    if creates && database == Some("temp") {
        return false;
    }
    match action {
        ffi::SQLITE_SELECT | ffi::SQLITE_RECURSIVE => true,
        // Columns may be called anything.
        ffi::SQLITE_READ | ffi::SQLITE_UPDATE | ffi::SQLITE_INSERT | ffi::SQLITE_DELETE => named(first),
        // What these write about the runtime's tables tells no more than their number of rows.
        ffi::SQLITE_ANALYZE | ffi::SQLITE_REINDEX => true,
        ffi::SQLITE_CREATE_TABLE | ffi::SQLITE_DROP_TABLE | ffi::SQLITE_CREATE_VIEW | ffi::SQLITE_DROP_VIEW => {
            named(first)
        }
        ffi::SQLITE_CREATE_INDEX | ffi::SQLITE_DROP_INDEX | ffi::SQLITE_CREATE_TRIGGER | ffi::SQLITE_DROP_TRIGGER => {
            named(first) && named(second)
        }
        // The first argument is the name of the database, and the table is the second.
        ffi::SQLITE_ALTER_TABLE => named(second) && named(database.filter(|name| *name != "main")),
        ffi::SQLITE_CREATE_VTABLE | ffi::SQLITE_DROP_VTABLE => {
            let module = second.unwrap_or_default();
            named(first) && MODULES.iter().any(|name| module.eq_ignore_ascii_case(name))
        }
        ffi::SQLITE_FUNCTION => {
            let name = second.unwrap_or_default().to_ascii_lowercase();
            FUNCTIONS.binary_search(&&*name).is_ok() || INTERNAL_FUNCTIONS.contains(&&*name)
        }
        ffi::SQLITE_PRAGMA => database != Some("temp") && is_allowed_pragma(first.unwrap_or_default(), second),
        // ATTACH, DETACH, and everything TEMP; and whatever SQLite may ask for one day.
        _ => false,
    }
}

fn is_allowed_pragma(name: &str, argument: Option<&str>) -> bool {
    let name = name.to_ascii_lowercase();
    let Ok(index) = PRAGMAS.binary_search_by_key(&&*name, |(name, _)| name) else { return false };
    let is_number = |text: &str| match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => !digits.starts_with('+') && i32::from_str_radix(digits, 16).is_ok(),
        None => text.parse::<i32>().is_ok(),
    };
    match (PRAGMAS[index].1, argument) {
        (Argument::None, argument) => argument.is_none(),
        (Argument::Name, None) => false,
        (_, None) | (Argument::AnyName, _) => true,
        (Argument::Boolean, Some(word)) => {
            let word = word.to_ascii_lowercase();
            ["true", "false", "yes", "no", "on", "off", "1", "0"].iter().any(|begin| word.starts_with(begin))
        }
        (Argument::Name | Argument::OptionalName, Some(name)) => !is_reserved(name),
        (Argument::NumberOrName, Some(text)) => is_number(text) || !is_reserved(text),
        (Argument::Number, Some(text)) => is_number(text),
    }
}

/// Whether a name is the runtime's own.
fn is_reserved(name: &str) -> bool {
    name.as_bytes().get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case(b"_cf_"))
}

#[cfg(test)]
mod tests {
    use super::{FUNCTIONS, PRAGMAS};

    #[test]
    fn lists_are_sorted() {
        assert!(FUNCTIONS.is_sorted());
        assert!(PRAGMAS.is_sorted_by_key(|(name, _)| *name));
    }
}
