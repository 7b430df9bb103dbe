//! Parsing of URLs, for the class `URL` of deno_web.
//!
//! Owns what stands in for deno_web's own operations of the same names: ada, the parser that workerd has, where deno_web asks
//! the crate `url`, which knows an older state of the standard; and a bound on parameters. It must not know the class.
//!
//! Source: the URL standard (WHATWG), sections 4.4 and 6.1.

use ada_url::Url;
use denizen_core::limits::URL_PARAMETERS;
use deno_core::url::form_urlencoded;
use deno_core::{JsBuffer, OpDecl, OpState, op2};

/// What a parse says to JavaScript: the text that it was given is the serialised URL.
const SAME: u32 = 0;
/// The serialised URL is another text, which `op_url_get_serialization` gives.
const OTHER: u32 = 1;
/// The text is no URL.
const INVALID: u32 = 2;

/// Where a URL without a port has it: no port is as large.
const NO_PORT: u32 = 1 << 16;

/// How many offsets of a serialised URL the class keeps.
const OFFSETS: usize = 8;

/// The text of the URL that was parsed last, until JavaScript takes it.
struct Serialized(String);

/// deno_web's operation, or what stands in for it.
pub fn with_ada(op: OpDecl) -> OpDecl {
    let own = match op.name {
        "op_url_parse" => op_url_parse(),
        "op_url_parse_with_base" => op_url_parse_with_base(),
        "op_url_reparse" => op_url_reparse(),
        "op_url_get_serialization" => op_url_get_serialization(),
        "op_url_parse_search_params" => op_url_parse_search_params(),
        _ => return op,
    };
    op.with_implementation_from(&own)
}

/// There are more parameters than are taken apart.
#[derive(Debug, thiserror::Error, deno_error::JsError)]
#[class(range)]
#[error("There are more than {URL_PARAMETERS} parameters.")]
struct TooMany;

/// Takes a query or the body of a form apart, which is not interrupted.
#[op2]
fn op_url_parse_search_params(
    #[string] text: Option<String>,
    #[buffer] bytes: Option<JsBuffer>,
) -> Result<Vec<(String, String)>, TooMany> {
    let bytes = bytes.as_deref().or(text.as_deref().map(str::as_bytes)).unwrap_or_default();
    let pairs: Vec<_> = form_urlencoded::parse(bytes).into_owned().take(URL_PARAMETERS + 1).collect();
    if pairs.len() > URL_PARAMETERS { Err(TooMany) } else { Ok(pairs) }
}

/// Parses `href`, and puts the offsets of its parts into `offsets`.
#[op2(fast)]
#[smi]
fn op_url_parse(state: &mut OpState, #[string] href: &str, #[buffer] offsets: &mut [u32]) -> u32 {
    told(state, href, Url::parse(href, None).ok(), offsets)
}

/// The same of a URL relative to `base`.
#[op2(fast)]
#[smi]
fn op_url_parse_with_base(
    state: &mut OpState,
    #[string] href: &str,
    #[string] base: &str,
    #[buffer] offsets: &mut [u32],
) -> u32 {
    told(state, href, Url::parse(href, Some(base)).ok(), offsets)
}

/// Sets one part of a serialised URL; `part` is numbered as in deno_web. A part that cannot be what `value` says stays.
#[op2(fast)]
#[smi]
fn op_url_reparse(
    state: &mut OpState,
    #[string] href: &str,
    #[smi] part: u8,
    #[string] value: &str,
    #[buffer] offsets: &mut [u32],
) -> u32 {
    let Ok(mut url) = Url::parse(href, None) else { return INVALID };
    let done = match part {
        0 => {
            url.set_hash(Some(value));
            Ok(())
        }
        1 => url.set_host(Some(value)),
        2 => url.set_hostname(Some(value)),
        3 => url.set_password(Some(value)),
        4 => url.set_pathname(Some(value)),
        5 => url.set_port(Some(value)),
        6 => url.set_protocol(value),
        7 => {
            url.set_search(Some(value));
            Ok(())
        }
        8 => url.set_username(Some(value)),
        _ => Err(()),
    };
    match done {
        Ok(()) => told(state, href, Some(url), offsets),
        Err(()) => INVALID,
    }
}

/// The text of the URL that was parsed last, if it was not the one that was given.
#[op2]
#[string]
fn op_url_get_serialization(state: &mut OpState) -> String {
    state.try_take::<Serialized>().map(|text| text.0).unwrap_or_default()
}

fn told(state: &mut OpState, href: &str, url: Option<Url>, offsets: &mut [u32]) -> u32 {
    let (Some(url), Some(offsets)) = (url, offsets.first_chunk_mut::<OFFSETS>()) else { return INVALID };
    *offsets = offsets_of(&url);
    if url.href() == href {
        return SAME;
    }
    state.put(Serialized(url.href().to_owned()));
    OTHER
}

/// Ends of the scheme and the user name; start and end of the host; the port; starts of path, query and fragment, 0 for none.
fn offsets_of(url: &Url) -> [u32; OFFSETS] {
    let parts = url.components();
    let href = url.href().as_bytes();
    let scheme_end = parts.protocol_end.saturating_sub(1);
    let path_start = parts.pathname_start.unwrap_or(parts.host_end);
    let has_authority = href.get(scheme_end as usize..).is_some_and(|rest| rest.starts_with(b"://"));
    // A path that begins with two slashes has "/." before it where there is no authority: no part of a host.
    let (host_start, host_end) = match has_authority {
        false => (path_start, path_start),
        true if href.get(parts.host_start as usize) == Some(&b'@') => (parts.host_start + 1, parts.host_end),
        true => (parts.host_start, parts.host_end),
    };
    [
        scheme_end,
        parts.username_end,
        host_start,
        host_end,
        parts.port.unwrap_or(NO_PORT),
        path_start,
        parts.search_start.unwrap_or(0),
        parts.hash_start.unwrap_or(0),
    ]
}

/// A host name in ASCII as a URL would have it; empty if it is none.
pub fn domain_to_ascii(name: &str) -> String {
    let Ok(mut url) = Url::parse("ws://x", None) else { return String::new() };
    match url.set_hostname(Some(name)) {
        Ok(()) => url.hostname().to_owned(),
        Err(()) => String::new(),
    }
}
