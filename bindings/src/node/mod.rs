//! The node binding: what the `node:` modules need that JavaScript does not do well, and which Workers have them.
//!
//! Owns the meaning of the flags of nodejs_compat, conversions between text and bytes, cryptography and compression. It must not know events, actors
//! or files.
//!
//! # Layout
//! - [`agreement`]: Diffie-Hellman, primes, scrypt.
//! - [`cipher`]: handles of ciphers, and messages sealed as a whole.
//! - [`gates`]: which modules there are, by date and flags.
//! - [`hash`]: digests, HMACs, derived keys.
//! - [`keys`]: keys of pairs in and out.
//! - [`sign`]: signatures, RSA's encryption.
//! - [`text`]: text to bytes and back.
//! - [`x509`]: X.509, which certificates are in.
//! - [`zlib`]: what compresses and decompresses.

pub mod agreement;
pub mod cipher;
mod gates;
pub mod hash;
pub mod keys;
pub mod sign;
pub mod text;
pub mod x509;
pub mod zlib;

pub use gates::{NodeModules, brought};

use deno_core::op2;

use crate::call::WorkerDefinition;
use crate::isolate::IsolateState;

deno_core::extension!(
    denizen_node,
    ops = [
        op_node_builtin,
        op_node_named_keys,
        op_node_preview,
        agreement::op_node_dh_group,
        agreement::op_node_dh_generate,
        agreement::op_node_dh_check,
        agreement::op_node_dh_private,
        agreement::op_node_dh_power,
        agreement::op_node_dh_place,
        agreement::op_node_curve_pair,
        agreement::op_node_curve_point,
        agreement::op_node_curve_agree,
        agreement::op_node_prime,
        agreement::op_node_prime_check,
        agreement::op_node_scrypt,
        cipher::op_node_aead_check,
        cipher::op_node_aead_open,
        cipher::op_node_aead_seal,
        cipher::op_node_cipher_new,
        cipher::op_node_cipher_update,
        cipher::op_node_cipher_final,
        cipher::op_node_cipher_aad,
        cipher::op_node_cipher_padding,
        cipher::op_node_cipher_set_tag,
        cipher::op_node_cipher_tag,
        cipher::op_node_cipher_info,
        keys::op_node_key_read,
        keys::op_node_key_public,
        keys::op_node_key_details,
        keys::op_node_key_write,
        keys::op_node_spkac,
        sign::op_node_sign_new,
        sign::op_node_sign_digest,
        sign::op_node_verify_digest,
        sign::op_node_sign_message,
        sign::op_node_verify_message,
        sign::op_node_rsa,
        x509::op_node_x509_read,
        x509::op_node_x509_text,
        x509::op_node_x509_attributes,
        x509::op_node_x509_purposes,
        x509::op_node_x509_serial,
        x509::op_node_x509_key,
        x509::op_node_x509_is_authority,
        x509::op_node_x509_issued,
        x509::op_node_x509_fits,
        x509::op_node_x509_host,
        x509::op_node_x509_email,
        x509::op_node_x509_ip,
        hash::op_node_derive,
        hash::op_node_hash_copy,
        hash::op_node_hash_digest,
        hash::op_node_hash_new,
        hash::op_node_hash_update,
        text::op_node_bytes_of,
        text::op_node_text_of,
        text::op_node_is_utf8,
        text::op_node_domain,
        zlib::op_node_brotli_new,
        zlib::op_node_zlib_close,
        zlib::op_node_zlib_crc32,
        zlib::op_node_zlib_failure,
        zlib::op_node_zlib_new,
        zlib::op_node_zlib_params,
        zlib::op_node_zlib_reset,
        zlib::op_node_zlib_write,
        zlib::op_node_zstd_new,
    ],
);

/// How much of Node a Worker has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum NodeCompat {
    /// Nothing.
    #[default]
    Off,
    /// `node:async_hooks` alone: `nodejs_als`.
    AsyncHooks,
    /// Modules behind `node:`: `nodejs_compat`.
    Prefixed,
    /// Bare names and globals too: `nodejs_compat_v2`.
    Full,
}

/// From this date on a Worker has everything.
const DEFAULT_FROM: &str = "2026-08-04";
/// From this date on `nodejs_compat` means `nodejs_compat_v2` too.
const V2_FROM: &str = "2024-09-23";

impl NodeCompat {
    /// What the date and flags of a Worker mean.
    pub fn of(worker: &WorkerDefinition) -> Self {
        let (date, flags) = (worker.compatibility_date.as_str(), &worker.compatibility_flags);
        if Self::v2(date, flags) {
            Self::Full
        } else if Self::v1(date, flags) {
            Self::Prefixed
        } else if flags.iter().any(|flag| flag == "nodejs_als") {
            Self::AsyncHooks
        } else {
            Self::Off
        }
    }

    /// Whether `nodejs_compat` is on.
    fn v1(date: &str, flags: &[String]) -> bool {
        let set = |flag: &str| flags.iter().any(|given| given == flag);
        set("nodejs_compat") || (date >= DEFAULT_FROM && !set("no_nodejs_compat"))
    }

    /// Whether `nodejs_compat_v2` is on.
    fn v2(date: &str, flags: &[String]) -> bool {
        let set = |flag: &str| flags.iter().any(|given| given == flag);
        let implied = date >= DEFAULT_FROM || (date >= V2_FROM && set("nodejs_compat"));
        set("nodejs_compat_v2") || (implied && !set("no_nodejs_compat_v2"))
    }

    /// Whether a Worker of this kind has the module of this name.
    pub fn has(self, name: &str) -> bool {
        match self {
            Self::Off => false,
            Self::AsyncHooks => name == "node:async_hooks",
            Self::Prefixed => name.starts_with("node:"),
            Self::Full => true,
        }
    }
}

/// Whether `setTimeout` gives an object.
pub fn timers_are_objects(worker: &WorkerDefinition) -> bool {
    brought(&worker.compatibility_date, &worker.compatibility_flags, "enable_nodejs_global_timers") == Some(true)
}

/// The script of the module that `process.getBuiltinModule` was asked for.
#[op2]
#[string]
pub fn op_node_builtin(scope: &mut v8::PinScope<'_, '_>, #[string] name: &str) -> Option<String> {
    let state = IsolateState::of(scope);
    let node = NodeModules::of(state.worker());
    let prefixed = if name.starts_with("node:") { name.to_owned() } else { format!("node:{name}") };
    crate::importable_script(&prefixed, node).map(str::to_owned)
}

/// Own keys of `object` that are texts and no indices, those that are not enumerable too if they are wanted. A list of all keys
/// of an array of millions would fill the heap.
#[op2]
pub fn op_node_named_keys<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    object: v8::Local<'s, v8::Object>,
    hidden: bool,
) -> v8::Local<'s, v8::Value> {
    let skipped = v8::PropertyFilter::SKIP_SYMBOLS;
    let args = v8::GetPropertyNamesArgs {
        mode: v8::KeyCollectionMode::OwnOnly,
        property_filter: if hidden { skipped } else { v8::PropertyFilter::ONLY_ENUMERABLE | skipped },
        index_filter: v8::IndexFilter::SkipIndices,
        key_conversion: v8::KeyConversionMode::ConvertToString,
    };
    // A trap of a proxy may have thrown.
    match object.get_property_names(scope, args) {
        Some(names) => names.into(),
        None => v8::undefined(scope).into(),
    }
}

/// What an iterator of a map or set has left, without moving it: `[values, whether they are pairs of keys and values]`.
#[op2]
pub fn op_node_preview<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    object: v8::Local<'s, v8::Object>,
) -> v8::Local<'s, v8::Value> {
    let (entries, pairs) = object.preview_entries(scope);
    let entries = entries.unwrap_or_else(|| v8::Array::new(scope, 0)).into();
    let pairs = v8::Boolean::new(scope, pairs).into();
    v8::Array::new_with_elements(scope, &[entries, pairs]).into()
}
