//! The crypto binding: the algorithms of crypto.subtle.
//!
//! Owns the operations, each of which computes on the shard's thread and is done, as workerd's are. Keys come as bytes from
//! JavaScript's private fields. It must not know WebCrypto's dictionaries.

pub(crate) mod keys;
pub(crate) mod lib_crypto;
pub mod work;

use std::cell::RefCell;

use bytes::Bytes;
use deno_core::{GarbageCollected, op2};

use self::work::TooMuchWork;
use crate::fetch::body::to_uint8_array;

deno_core::extension!(
    denizen_crypto,
    ops = [
        op_crypto_aes,
        op_crypto_agree,
        op_crypto_check,
        op_crypto_digest,
        op_crypto_digest_finish,
        op_crypto_digest_new,
        op_crypto_digest_update,
        op_crypto_equal,
        op_crypto_from_parts,
        op_crypto_generate,
        op_crypto_hkdf,
        op_crypto_hmac,
        op_crypto_misfit,
        op_crypto_oaep,
        op_crypto_parts,
        op_crypto_pbkdf2,
        op_crypto_rsa_factors,
        op_crypto_sign,
        op_crypto_verify,
    ],
);

type Value<'s> = v8::Local<'s, v8::Value>;

/// `undefined` stands for a failure: the caller knows the text.
fn bytes<'s>(scope: &mut v8::PinScope<'s, '_>, result: Option<Vec<u8>>) -> Value<'s> {
    match result {
        Some(result) => to_uint8_array(scope, Bytes::from(result)),
        None => failed(scope),
    }
}

fn failed<'s>(scope: &mut v8::PinScope<'s, '_>) -> Value<'s> {
    clear_errors();
    v8::undefined(scope).into()
}

/// Empties the library's list of errors: those of a failed call must not be found by a later one.
pub(crate) fn clear_errors() {
    // SAFETY: it has no arguments.
    unsafe { aws_lc_sys::ERR_clear_error() };
}

fn list<'s>(scope: &mut v8::PinScope<'s, '_>, parts: Vec<Vec<u8>>) -> Value<'s> {
    let parts: Vec<_> = parts.into_iter().map(|part| to_uint8_array(scope, Bytes::from(part))).collect();
    v8::Array::new_with_elements(scope, &parts).into()
}

/// A digest that grows; nothing once it was finished.
pub struct Digest(RefCell<Option<lib_crypto::Hasher>>);

// SAFETY: no reference into the V8 heap is held.
unsafe impl GarbageCollected for Digest {
    fn trace(&self, _visitor: &mut v8::cppgc::Visitor) {}

    fn get_name(&self) -> &'static std::ffi::CStr {
        c"Digest"
    }
}

/// Begins a digest; the name was checked.
#[op2]
#[cppgc]
pub fn op_crypto_digest_new(#[string] name: &str) -> Digest {
    Digest(RefCell::new(lib_crypto::Hasher::new(name)))
}

/// Adds bytes to a digest.
#[op2]
pub fn op_crypto_digest_update(#[cppgc] digest: &Digest, #[anybuffer] data: &[u8]) {
    if let Some(hasher) = digest.0.borrow_mut().as_mut() {
        hasher.update(data);
    }
}

/// Ends a digest.
#[op2]
pub fn op_crypto_digest_finish<'s>(scope: &mut v8::PinScope<'s, '_>, #[cppgc] digest: &Digest) -> Value<'s> {
    let hasher = digest.0.borrow_mut().take();
    bytes(scope, hasher.map(lib_crypto::Hasher::finish))
}

/// The digest of `data`.
#[op2]
pub fn op_crypto_digest<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[string] name: &str,
    #[anybuffer] data: &[u8],
) -> Value<'s> {
    let digest = lib_crypto::Hasher::new(name).map(|mut hasher| {
        hasher.update(data);
        hasher.finish()
    });
    bytes(scope, digest)
}

/// Whether both are equal, in constant time.
#[op2]
pub fn op_crypto_equal(#[anybuffer] left: &[u8], #[anybuffer] right: &[u8]) -> bool {
    lib_crypto::equal(left, right)
}

/// HMAC.
#[op2]
pub fn op_crypto_hmac<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[string] hash: &str,
    #[anybuffer] key: &[u8],
    #[anybuffer] data: &[u8],
) -> Value<'s> {
    bytes(scope, lib_crypto::hmac(hash, key, data))
}

/// AES in one of its modes; `detail` is the length of GCM's tag in bytes, or of CTR's counter in bits.
#[op2]
#[allow(clippy::too_many_arguments, reason = "one algorithm's parameters")]
pub fn op_crypto_aes<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[string] mode: &str,
    encrypt: bool,
    #[anybuffer] key: &[u8],
    #[anybuffer] iv: &[u8],
    #[anybuffer] data: &[u8],
    #[anybuffer] extra: &[u8],
    detail: u32,
) -> Value<'s> {
    let result = match mode {
        "AES-CTR" if (1..=128).contains(&detail) => lib_crypto::aes_ctr(key, iv, detail, data),
        "AES-KW" => lib_crypto::aes_kw(encrypt, key, data),
        _ if detail <= 16 => lib_crypto::aes(mode, encrypt, key, iv, data, extra, detail as usize),
        _ => None,
    };
    bytes(scope, result)
}

/// PBKDF2; more iterations than the event has time for are refused.
#[op2]
pub fn op_crypto_pbkdf2<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[string] hash: &str,
    #[anybuffer] password: &[u8],
    #[anybuffer] salt: &[u8],
    iterations: u32,
    length: u32,
) -> Result<Value<'s>, TooMuchWork> {
    work::check_pbkdf2(scope, iterations, length, lib_crypto::digest_bytes(hash))?;
    let derived = lib_crypto::pbkdf2(hash, password, salt, iterations, length as usize);
    Ok(bytes(scope, derived))
}

/// HKDF.
#[op2]
pub fn op_crypto_hkdf<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[string] hash: &str,
    #[anybuffer] secret: &[u8],
    #[anybuffer] salt: &[u8],
    #[anybuffer] info: &[u8],
    length: u32,
) -> Value<'s> {
    // More than 255 digests cannot be derived.
    let result = if length > 255 * 64 { None } else { lib_crypto::hkdf(hash, secret, salt, info, length as usize) };
    bytes(scope, result)
}

/// A new pair: `[PKCS #8, SubjectPublicKeyInfo]`.
#[op2]
pub fn op_crypto_generate<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[string] kind: &str,
    bits: u32,
    #[anybuffer] exponent: &[u8],
) -> Value<'s> {
    match keys::generate(kind, bits.min(denizen_core::limits::RSA_BITS), exponent, work::deadline(scope)) {
        Some(pair) => list(scope, pair.into()),
        None => failed(scope),
    }
}

/// The DER of a key as the library writes it, if it is of this kind.
#[op2]
pub fn op_crypto_check<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[string] kind: &str,
    private: bool,
    #[anybuffer] der: &[u8],
) -> Value<'s> {
    bytes(scope, keys::check(kind, private, der))
}

/// The parts of a key.
#[op2]
pub fn op_crypto_parts<'s>(scope: &mut v8::PinScope<'s, '_>, private: bool, #[anybuffer] der: &[u8]) -> Value<'s> {
    match keys::parts(private, der) {
        Some(parts) => list(scope, parts),
        None => failed(scope),
    }
}

/// A key from its parts, or a curve's public one from the single part that is its point; as DER.
#[op2]
pub fn op_crypto_from_parts<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[string] kind: &str,
    private: bool,
    parts: v8::Local<'s, v8::Array>,
) -> Value<'s> {
    let Some(owned) = copies(scope, parts) else { return failed(scope) };
    let slices: Vec<&[u8]> = owned.iter().map(Vec::as_slice).collect();
    let result = match slices[..] {
        [point] if !private && kind.starts_with("P-") => keys::from_point(kind, point),
        _ => keys::from_parts(kind, private, &slices),
    };
    bytes(scope, result)
}

/// The bytes of every Uint8Array of a list.
fn copies(scope: &mut v8::PinScope<'_, '_>, parts: v8::Local<'_, v8::Array>) -> Option<Vec<Vec<u8>>> {
    let mut owned = Vec::new();
    for index in 0..parts.length() {
        let part = parts.get_index(scope, index).and_then(|part| v8::Local::<v8::Uint8Array>::try_from(part).ok())?;
        let mut copy = vec![0; part.byte_length()];
        part.copy_contents(&mut copy);
        owned.push(copy);
    }
    Some(owned)
}

/// Which of the parts [`op_crypto_from_parts`] made no curve's key of: "range" and "point" of the coordinates, "secret", "pair".
#[op2]
#[string]
pub fn op_crypto_misfit<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[string] kind: &str,
    private: bool,
    parts: v8::Local<'s, v8::Array>,
) -> String {
    let owned = copies(scope, parts).unwrap_or_default();
    let slices: Vec<&[u8]> = owned.iter().map(Vec::as_slice).collect();
    let misfit = keys::misfit(kind, private, &slices);
    clear_errors();
    match misfit {
        Some(keys::Misfit::Range) => "range",
        Some(keys::Misfit::Point) => "point",
        Some(keys::Misfit::Secret) => "secret",
        Some(keys::Misfit::Pair) | None => "pair",
    }
    .to_owned()
}

/// What a private key of RSA has beside the modulus and the exponents: p, q, dp, dq, qi.
#[op2]
pub fn op_crypto_rsa_factors<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[anybuffer] n: &[u8],
    #[anybuffer] e: &[u8],
    #[anybuffer] d: &[u8],
) -> Value<'s> {
    match lib_crypto::numbers::rsa_factors(n, e, d, work::deadline(scope)) {
        Some(parts) => list(scope, parts.into()),
        None => failed(scope),
    }
}

/// A signature; `detail` is the length of PSS's salt.
#[op2]
#[allow(clippy::too_many_arguments, reason = "one algorithm's parameters")]
pub fn op_crypto_sign<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[string] name: &str,
    #[string] kind: &str,
    #[string] hash: &str,
    detail: i32,
    #[anybuffer] key: &[u8],
    #[anybuffer] data: &[u8],
) -> Value<'s> {
    let scheme = keys::Scheme::of(name, kind, detail);
    bytes(scope, scheme.and_then(|scheme| keys::sign(scheme, hash, key, data)))
}

/// Whether a signature is right.
#[op2]
#[allow(clippy::too_many_arguments, reason = "one algorithm's parameters")]
pub fn op_crypto_verify(
    #[string] name: &str,
    #[string] kind: &str,
    #[string] hash: &str,
    detail: i32,
    #[anybuffer] key: &[u8],
    #[anybuffer] signature: &[u8],
    #[anybuffer] data: &[u8],
) -> bool {
    let scheme = keys::Scheme::of(name, kind, detail);
    scheme.and_then(|scheme| keys::verify(scheme, hash, key, signature, data)).unwrap_or(false)
}

/// RSA-OAEP.
#[op2]
#[allow(clippy::too_many_arguments, reason = "one algorithm's parameters")]
pub fn op_crypto_oaep<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    encrypt: bool,
    #[string] hash: &str,
    #[anybuffer] label: &[u8],
    #[anybuffer] key: &[u8],
    #[anybuffer] data: &[u8],
) -> Value<'s> {
    bytes(scope, keys::oaep(encrypt, hash, label, key, data))
}

/// What a private and a public key agree on.
#[op2]
pub fn op_crypto_agree<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[anybuffer] private: &[u8],
    #[anybuffer] public: &[u8],
) -> Value<'s> {
    bytes(scope, keys::agree(private, public))
}
