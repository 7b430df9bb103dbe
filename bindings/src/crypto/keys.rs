//! Keys of pairs: RSA, elliptic curves, Ed25519, X25519.
//!
//! Owns how they are made, taken apart and used. A key crosses to JavaScript as DER: PKCS #8 if it is private. It must not
//! know WebCrypto's formats.

use std::ptr::{null, null_mut};
use std::time::Instant;

use aws_lc_sys as c;

use super::lib_crypto::{Key, Owned, digest, marshal, number, number_bytes, ok, parse, sized};

/// A curve's number in the library, and the bytes of a coordinate.
fn curve(name: &str) -> Option<(i32, usize)> {
    Some(match name {
        "P-256" => (c::NID_X9_62_prime256v1, 32),
        "P-384" => (c::NID_secp384r1, 48),
        "P-521" => (c::NID_secp521r1, 66),
        _ => return None,
    })
}

fn edwards(name: &str) -> Option<i32> {
    match name {
        "Ed25519" => Some(c::EVP_PKEY_ED25519),
        "X25519" => Some(c::EVP_PKEY_X25519),
        _ => None,
    }
}

/// As [`curve`], with the one that only Node has.
pub fn nist_curve(name: &str) -> Option<(i32, usize)> {
    if name == "P-224" { Some((c::NID_secp224r1, 28)) } else { curve(name) }
}

/// A key that holds a curve's.
pub fn key_of_ec(ec: Owned<c::EC_KEY>) -> Option<Key> {
    // SAFETY: the new key takes the reference over if the call succeeds.
    unsafe {
        let key = Owned::new(c::EVP_PKEY_new(), c::EVP_PKEY_free)?;
        ok(c::EVP_PKEY_assign_EC_KEY(key.get(), ec.get()))?;
        ec.release();
        Some(key)
    }
}

/// A key that holds one of RSA.
pub fn key_of_rsa(rsa: Owned<c::RSA>) -> Option<Key> {
    // SAFETY: as above.
    unsafe {
        let key = Owned::new(c::EVP_PKEY_new(), c::EVP_PKEY_free)?;
        ok(c::EVP_PKEY_assign_RSA(key.get(), rsa.get()))?;
        rsa.release();
        Some(key)
    }
}

/// A new pair, as PKCS #8 and SubjectPublicKeyInfo. `kind` is a curve or RSA, which needs bits and exponent.
pub fn generate(kind: &str, bits: u32, exponent: &[u8], until: Instant) -> Option<[Vec<u8>; 2]> {
    // SAFETY: every object is new and live, and each call gets objects of its type.
    let key = unsafe {
        if let Some((nid, _)) = nist_curve(kind) {
            let ec = Owned::new(c::EC_KEY_new_by_curve_name(nid), c::EC_KEY_free)?;
            ok(c::EC_KEY_generate_key(ec.get()))?;
            key_of_ec(ec)?
        } else if let Some(id) = edwards(kind) {
            let context = Owned::new(c::EVP_PKEY_CTX_new_id(id, null_mut()), c::EVP_PKEY_CTX_free)?;
            ok(c::EVP_PKEY_keygen_init(context.get()))?;
            let mut key = null_mut();
            ok(c::EVP_PKEY_keygen(context.get(), &mut key))?;
            Owned::new(key, c::EVP_PKEY_free)?
        } else {
            let rsa = Owned::new(c::RSA_new(), c::RSA_free)?;
            let exponent = number(exponent)?;
            // The library would look for ever for a key whose exponent is even.
            if c::BN_is_odd(exponent.get()) != 1 || c::BN_is_one(exponent.get()) == 1 {
                return None;
            }
            let watch = Owned::new(c::BN_GENCB_new(), c::BN_GENCB_free)?;
            c::BN_GENCB_set(watch.get(), Some(go_on), (&raw const until).cast_mut().cast());
            ok(c::RSA_generate_key_ex(rsa.get(), i32::try_from(bits).ok()?, exponent.get(), watch.get()))?;
            key_of_rsa(rsa)?
        }
    };
    Some([marshal(&key, true)?, marshal(&key, false)?])
}

/// Called now and then while primes are searched for: 0 ends the search.
///
/// # Safety
/// The argument of the callback is an [`Instant`] that outlives the search.
pub unsafe extern "C" fn go_on(_event: i32, _step: i32, watch: *mut c::BN_GENCB) -> i32 {
    // SAFETY: the caller's promise.
    let until = unsafe { *c::BN_GENCB_get_arg(watch).cast::<Instant>() };
    i32::from(Instant::now() < until)
}

/// The DER of `der` as the library writes it, if it is a key of this kind.
pub fn check(kind: &str, private: bool, der: &[u8]) -> Option<Vec<u8>> {
    let key = parse(der, private)?;
    // SAFETY: the key is live; what it gives back belongs to it.
    let matches = unsafe {
        if let Some((nid, _)) = curve(kind) {
            let ec = c::EVP_PKEY_get0_EC_KEY(key.get());
            !ec.is_null() && c::EC_GROUP_get_curve_name(c::EC_KEY_get0_group(ec)) == nid
        } else if let Some(id) = edwards(kind) {
            c::EVP_PKEY_id(key.get()) == id
        } else {
            !c::EVP_PKEY_get0_RSA(key.get()).is_null()
        }
    };
    if matches { marshal(&key, private) } else { None }
}

/// The parts of a key. RSA: n, e, d, p, q, dp, dq, qi; a curve: x, y, d; Edwards: x, d. Those it does not have are left out at the end.
pub fn parts(private: bool, der: &[u8]) -> Option<Vec<Vec<u8>>> {
    let key = parse(der, private)?;
    // SAFETY: the key is live for all calls; numbers that it gives belong to it.
    unsafe {
        let rsa = c::EVP_PKEY_get0_RSA(key.get());
        let ec = c::EVP_PKEY_get0_EC_KEY(key.get());
        let mut parts = Vec::new();
        if !rsa.is_null() {
            parts.push(number_bytes(c::RSA_get0_n(rsa), 0)?);
            parts.push(number_bytes(c::RSA_get0_e(rsa), 0)?);
            if private {
                for number in [
                    c::RSA_get0_d(rsa),
                    c::RSA_get0_p(rsa),
                    c::RSA_get0_q(rsa),
                    c::RSA_get0_dmp1(rsa),
                    c::RSA_get0_dmq1(rsa),
                    c::RSA_get0_iqmp(rsa),
                ] {
                    parts.push(number_bytes(number, 0)?);
                }
            }
        } else if !ec.is_null() {
            let group = c::EC_KEY_get0_group(ec);
            let size = (c::EC_GROUP_get_degree(group) as usize).div_ceil(8);
            let (x, y) = (number(&[])?, number(&[])?);
            let point = c::EC_KEY_get0_public_key(ec);
            ok(c::EC_POINT_get_affine_coordinates_GFp(group, point, x.get(), y.get(), null_mut()))?;
            parts.push(number_bytes(x.get(), size)?);
            parts.push(number_bytes(y.get(), size)?);
            if private {
                parts.push(number_bytes(c::EC_KEY_get0_private_key(ec), size)?);
            }
        } else {
            parts.push(sized(|out, length| c::EVP_PKEY_get_raw_public_key(key.get(), out, length))?);
            if private {
                parts.push(sized(|out, length| c::EVP_PKEY_get_raw_private_key(key.get(), out, length))?);
            }
        }
        Some(parts)
    }
}

/// Which part of a curve's key is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// A coordinate is no number of the field.
    Range,
    /// The point is not on the curve.
    Point,
    /// The secret is no number of the group.
    Secret,
    /// The secret is not that of the point, or something else is wrong.
    Pair,
}

/// A curve's key from its parts.
fn curve_from_parts(nid: i32, private: bool, parts: &[&[u8]]) -> Result<Owned<c::EC_KEY>, Misfit> {
    let [x, y, rest @ ..] = parts else { return Err(Misfit::Pair) };
    // SAFETY: every object is new and live.
    unsafe {
        let ec = Owned::new(c::EC_KEY_new_by_curve_name(nid), c::EC_KEY_free).ok_or(Misfit::Pair)?;
        let (x, y) = (number(x).ok_or(Misfit::Range)?, number(y).ok_or(Misfit::Range)?);
        if c::EC_KEY_set_public_key_affine_coordinates(ec.get(), x.get(), y.get()) != 1 {
            let reason = c::ERR_peek_last_error() & 0xfff;
            return Err(if reason == c::EC_R_POINT_IS_NOT_ON_CURVE as u32 { Misfit::Point } else { Misfit::Range });
        }
        if private {
            let secret = rest.first().and_then(|secret| number(secret)).ok_or(Misfit::Secret)?;
            ok(c::EC_KEY_set_private_key(ec.get(), secret.get())).ok_or(Misfit::Secret)?;
            ok(c::EC_KEY_check_key(ec.get())).ok_or(Misfit::Pair)?;
        }
        Ok(ec)
    }
}

/// Why [`from_parts`] made no key of a curve.
pub fn misfit(kind: &str, private: bool, parts: &[&[u8]]) -> Option<Misfit> {
    curve_from_parts(curve(kind)?.0, private, parts).err()
}

/// A key from its parts, in the order that [`parts`] gives them; as DER.
pub fn from_parts(kind: &str, private: bool, parts: &[&[u8]]) -> Option<Vec<u8>> {
    // SAFETY: numbers are handed over only to calls that take them over, and released when those succeeded.
    let key = unsafe {
        if let Some((nid, size)) = curve(kind) {
            if parts.iter().take(2).any(|coordinate| coordinate.len() != size) {
                return None;
            }
            key_of_ec(curve_from_parts(nid, private, parts).ok()?)?
        } else if let Some(id) = edwards(kind) {
            let bytes = if private { parts.get(1)? } else { parts.first()? };
            let make = if private { c::EVP_PKEY_new_raw_private_key } else { c::EVP_PKEY_new_raw_public_key };
            Owned::new(make(id, null_mut(), bytes.as_ptr(), bytes.len()), c::EVP_PKEY_free)?
        } else {
            let rsa = Owned::new(c::RSA_new(), c::RSA_free)?;
            let take = |index: usize| number(parts.get(index)?);
            let (n, e) = (take(0)?, take(1)?);
            let d = if private { take(2)?.release() } else { null_mut() };
            ok(c::RSA_set0_key(rsa.get(), n.release(), e.release(), d))?;
            if private {
                ok(c::RSA_set0_factors(rsa.get(), take(3)?.release(), take(4)?.release()))?;
                ok(c::RSA_set0_crt_params(rsa.get(), take(5)?.release(), take(6)?.release(), take(7)?.release()))?;
                ok(c::RSA_check_key(rsa.get()))?;
            }
            key_of_rsa(rsa)?
        }
    };
    marshal(&key, private)
}

/// A public key of a curve from a point, compressed or not; as DER.
pub fn from_point(kind: &str, point: &[u8]) -> Option<Vec<u8>> {
    let (nid, _) = curve(kind)?;
    // SAFETY: every object is new and of the group's curve.
    unsafe {
        let ec = Owned::new(c::EC_KEY_new_by_curve_name(nid), c::EC_KEY_free)?;
        let group = c::EC_KEY_get0_group(ec.get());
        let place = Owned::new(c::EC_POINT_new(group), c::EC_POINT_free)?;
        ok(c::EC_POINT_oct2point(group, place.get(), point.as_ptr(), point.len(), null_mut()))?;
        ok(c::EC_KEY_set_public_key(ec.get(), place.get()))?;
        marshal(&key_of_ec(ec)?, false)
    }
}

/// How a signature is made: the padding of RSA, the form of a curve's.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// RSASSA-PKCS1-v1_5.
    Pkcs1,
    /// RSA-PSS with a salt of this length.
    Pss(i32),
    /// ECDSA with coordinates of this many bytes.
    Ecdsa(usize),
    /// Ed25519.
    Edwards,
}

impl Scheme {
    /// By WebCrypto's name; `detail` is the salt's length or nothing, `kind` the curve.
    pub fn of(name: &str, kind: &str, detail: i32) -> Option<Self> {
        Some(match name {
            "RSASSA-PKCS1-v1_5" => Self::Pkcs1,
            "RSA-PSS" => Self::Pss(detail),
            "ECDSA" => Self::Ecdsa(curve(kind)?.1),
            "Ed25519" | "NODE-ED25519" => Self::Edwards,
            _ => return None,
        })
    }
}

fn prepare(scheme: Scheme, hash: &str, key: &Key, sign: bool) -> Option<Owned<c::EVP_MD_CTX>> {
    let hash = if scheme == Scheme::Edwards { null() } else { digest(hash)? };
    let init = if sign { c::EVP_DigestSignInit } else { c::EVP_DigestVerifyInit };
    // SAFETY: the context is new, the key live; the inner context belongs to it.
    unsafe {
        let context = Owned::new(c::EVP_MD_CTX_new(), c::EVP_MD_CTX_free)?;
        let mut inner = null_mut();
        ok(init(context.get(), &mut inner, hash, null_mut(), key.get()))?;
        if let Scheme::Pss(salt) = scheme {
            ok(c::EVP_PKEY_CTX_set_rsa_padding(inner, c::RSA_PKCS1_PSS_PADDING))?;
            ok(c::EVP_PKEY_CTX_set_rsa_pss_saltlen(inner, salt))?;
        }
        Some(context)
    }
}

/// Signs `data` with a private key.
pub fn sign(scheme: Scheme, hash: &str, der: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    let key = parse(der, true)?;
    let context = prepare(scheme, hash, &key, true)?;
    // SAFETY: the context was prepared for signing; `sized` gives room for what the call writes.
    let signature =
        sized(|out, length| unsafe { c::EVP_DigestSign(context.get(), out, length, data.as_ptr(), data.len()) })?;
    match scheme {
        Scheme::Ecdsa(size) => flat_signature(&signature, size),
        _ => Some(signature),
    }
}

/// The two numbers of a curve's signature, one after the other, from its DER.
pub fn flat_signature(signature: &[u8], size: usize) -> Option<Vec<u8>> {
    // SAFETY: the numbers belong to the parsed signature.
    unsafe {
        let parsed = Owned::new(c::ECDSA_SIG_from_bytes(signature.as_ptr(), signature.len()), c::ECDSA_SIG_free)?;
        let (mut r, mut s) = (null(), null());
        c::ECDSA_SIG_get0(parsed.get(), &mut r, &mut s);
        let mut flat = number_bytes(r, size)?;
        flat.extend(number_bytes(s, size)?);
        Some(flat)
    }
}

/// The DER of a curve's signature from its two numbers; nothing if they have another length.
pub fn der_signature(signature: &[u8], size: usize) -> Option<Vec<u8>> {
    if signature.len() != size * 2 {
        return None;
    }
    // SAFETY: the numbers are handed over to the new signature; the bytes are copied before they are freed.
    unsafe {
        let parsed = Owned::new(c::ECDSA_SIG_new(), c::ECDSA_SIG_free)?;
        let (r, s) = (number(&signature[..size])?, number(&signature[size..])?);
        ok(c::ECDSA_SIG_set0(parsed.get(), r.release(), s.release()))?;
        let (mut data, mut length) = (null_mut(), 0);
        ok(c::ECDSA_SIG_to_bytes(&mut data, &mut length, parsed.get()))?;
        let bytes = std::slice::from_raw_parts(data, length).to_vec();
        c::OPENSSL_free(data.cast());
        Some(bytes)
    }
}

/// Whether `signature` is that of `data`.
pub fn verify(scheme: Scheme, hash: &str, der: &[u8], signature: &[u8], data: &[u8]) -> Option<bool> {
    let key = parse(der, false)?;
    let context = prepare(scheme, hash, &key, false)?;
    let mut encoded = signature.to_vec();
    if let Scheme::Ecdsa(size) = scheme {
        if signature.len() != size * 2 {
            return Some(false);
        }
        encoded = der_signature(signature, size)?;
    }
    // SAFETY: the context was prepared for verifying; slices are live.
    let result =
        unsafe { c::EVP_DigestVerify(context.get(), encoded.as_ptr(), encoded.len(), data.as_ptr(), data.len()) };
    // What does not verify leaves errors in the thread's queue.
    // SAFETY: it has no arguments.
    unsafe { c::ERR_clear_error() };
    Some(result == 1)
}

/// RSA-OAEP.
pub fn oaep(encrypt: bool, hash: &str, label: &[u8], der: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    let key = parse(der, !encrypt)?;
    let digest = digest(hash)?;
    // SAFETY: the context is new and of a live key; the label is copied into the library's own memory, which takes it over.
    unsafe {
        let context = Owned::new(c::EVP_PKEY_CTX_new(key.get(), null_mut()), c::EVP_PKEY_CTX_free)?;
        let context = context.get();
        ok(if encrypt { c::EVP_PKEY_encrypt_init(context) } else { c::EVP_PKEY_decrypt_init(context) })?;
        ok(c::EVP_PKEY_CTX_set_rsa_padding(context, c::RSA_PKCS1_OAEP_PADDING))?;
        ok(c::EVP_PKEY_CTX_set_rsa_oaep_md(context, digest))?;
        ok(c::EVP_PKEY_CTX_set_rsa_mgf1_md(context, digest))?;
        if !label.is_empty() {
            let copy = c::OPENSSL_memdup(label.as_ptr().cast(), label.len()).cast();
            ok(c::EVP_PKEY_CTX_set0_rsa_oaep_label(context, copy, label.len()))?;
        }
        sized(|out, length| {
            if encrypt {
                c::EVP_PKEY_encrypt(context, out, length, data.as_ptr(), data.len())
            } else {
                c::EVP_PKEY_decrypt(context, out, length, data.as_ptr(), data.len())
            }
        })
    }
}

/// What a private and another's public key agree on.
pub fn agree(private: &[u8], public: &[u8]) -> Option<Vec<u8>> {
    let (key, peer) = (parse(private, true)?, parse(public, false)?);
    // SAFETY: the context is new and of a live key.
    unsafe {
        let context = Owned::new(c::EVP_PKEY_CTX_new(key.get(), null_mut()), c::EVP_PKEY_CTX_free)?;
        ok(c::EVP_PKEY_derive_init(context.get()))?;
        ok(c::EVP_PKEY_derive_set_peer(context.get(), peer.get()))?;
        sized(|out, length| c::EVP_PKEY_derive(context.get(), out, length))
    }
}
