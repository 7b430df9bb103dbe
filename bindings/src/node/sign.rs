//! Signatures and RSA's encryption for `node:crypto`.
//!
//! Owns the operations and workerd's texts for what cannot be done. It must not know options.

use deno_core::op2;

use super::hash::HashHandle;
use super::keys::Value;
use crate::crypto::clear_errors;
use crate::crypto::keys::{der_signature, flat_signature};
use crate::crypto::lib_crypto::signatures::{self, Oaep, Padding, Refusal, Rsa};
use crate::crypto::lib_crypto::{Key, parse};
use crate::fetch::body::to_uint8_array;

/// Why there is no signature, or why it was not looked at. The texts are workerd's.
#[derive(Debug, thiserror::Error, deno_error::JsError)]
#[class(generic)]
pub enum SignError {
    /// No digest of this name.
    #[error("Unknown digest: {0}")]
    UnknownDigest(String),
    /// The key does not sign.
    #[error("Failed to initialize signing context")]
    SignKey,
    /// The key does not verify.
    #[error("Failed to initialize verification context")]
    VerifyKey,
    /// The padding is not one of signatures.
    #[error("Failed to set RSA parameters for signature")]
    Padding,
    /// The digest does not go with the key.
    #[error("Failed to set signature digest")]
    SignDigest,
    /// The digest does not go with the key.
    #[error("Failed to set digest context for signature verification")]
    VerifyDigest,
    /// The library refused.
    #[error("Failed to generate signature")]
    Sign,
    /// RSA: no such padding.
    #[error("Failed to set the padding")]
    CipherPadding,
    /// RSA: no such digest.
    #[error("Unsupported hash digest")]
    CipherDigest,
    /// RSA: the library refused.
    #[error("Failed to cipher/decipher")]
    Cipher,
}

/// Stands for an option that was not given.
const ABSENT: i32 = i32::MIN;

fn padding(padding: i32, salt: i32) -> Padding {
    let given = |value: i32| (value != ABSENT).then_some(value);
    Padding { padding: given(padding), salt: given(salt) }
}

fn digest_of(name: &str) -> Result<*const aws_lc_sys::EVP_MD, SignError> {
    signatures::signature_digest(name).ok_or_else(|| SignError::UnknownDigest(name.to_owned()))
}

/// Begins the digest that is to be signed or verified.
#[op2]
pub fn op_node_sign_new<'s>(scope: &mut v8::PinScope<'s, '_>, #[string] name: &str) -> Result<Value<'s>, SignError> {
    let handle = HashHandle::begin(digest_of(name)?).ok_or(SignError::SignKey)?;
    Ok(deno_core::cppgc::make_cppgc_object(scope, handle).into())
}

/// Signs a digest. `flat`: a curve's signature is its two numbers, not DER.
#[op2]
#[allow(clippy::too_many_arguments, reason = "one signature's parameters")]
pub fn op_node_sign_digest<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[string] name: &str,
    #[buffer] der: &[u8],
    #[buffer] hashed: &[u8],
    rsa_padding: i32,
    salt: i32,
    flat: bool,
) -> Result<Value<'s>, SignError> {
    let digest = digest_of(name)?;
    let key = parse(der, true).ok_or(SignError::SignKey)?;
    let made = signatures::sign_digest(&key, digest, hashed, padding(rsa_padding, salt));
    let made = made.map_err(|refusal| {
        clear_errors();
        match refusal {
            Refusal::Key => SignError::SignKey,
            Refusal::Padding => SignError::Padding,
            Refusal::Digest => SignError::SignDigest,
            Refusal::Rest => SignError::Sign,
        }
    })?;
    let made = match signatures::half_length(&key) {
        Some(size) if flat => flat_signature(&made, size).ok_or(SignError::Sign)?,
        _ => made,
    };
    Ok(to_uint8_array(scope, made.into()))
}

fn in_der(key: &Key, signature: &[u8], flat: bool) -> Option<Vec<u8>> {
    match signatures::half_length(key) {
        Some(size) if flat => der_signature(signature, size),
        _ => Some(signature.to_vec()),
    }
}

/// Whether a signature is that of a digest.
#[op2(fast)]
#[allow(clippy::too_many_arguments, reason = "one signature's parameters")]
pub fn op_node_verify_digest(
    #[string] name: &str,
    private: bool,
    #[buffer] der: &[u8],
    #[buffer] hashed: &[u8],
    #[buffer] signature: &[u8],
    rsa_padding: i32,
    salt: i32,
    flat: bool,
) -> Result<bool, SignError> {
    let digest = digest_of(name)?;
    let key = parse(der, private).ok_or(SignError::VerifyKey)?;
    let Some(signature) = in_der(&key, signature, flat) else { return Ok(false) };
    let right = signatures::verify_digest(&key, digest, hashed, &signature, padding(rsa_padding, salt));
    clear_errors();
    right.map_err(|refusal| match refusal {
        Refusal::Key => SignError::VerifyKey,
        Refusal::Padding => SignError::Padding,
        Refusal::Digest | Refusal::Rest => SignError::VerifyDigest,
    })
}

/// Ed25519's signature of a message.
#[op2]
pub fn op_node_sign_message<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[buffer] der: &[u8],
    #[buffer] data: &[u8],
) -> Result<Value<'s>, SignError> {
    let made = parse(der, true).and_then(|key| signatures::sign_message(&key, data));
    if made.is_none() {
        clear_errors();
    }
    Ok(to_uint8_array(scope, made.ok_or(SignError::SignKey)?.into()))
}

/// Whether Ed25519's signature is that of a message.
#[op2(fast)]
pub fn op_node_verify_message(
    private: bool,
    #[buffer] der: &[u8],
    #[buffer] data: &[u8],
    #[buffer] signature: &[u8],
) -> Result<bool, SignError> {
    let right = parse(der, private).and_then(|key| signatures::verify_message(&key, data, signature));
    clear_errors();
    right.ok_or(SignError::VerifyKey)
}

/// RSA: `encrypt`, `decrypt`, or with the keys in each other's place, `sign`, `recover`.
#[op2]
#[allow(clippy::too_many_arguments, reason = "one algorithm's parameters")]
pub fn op_node_rsa<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[string] what: &str,
    #[buffer] der: &[u8],
    rsa_padding: i32,
    #[string] hash: &str,
    #[buffer] label: &[u8],
    #[buffer] data: &[u8],
) -> Result<Value<'s>, SignError> {
    let (what, private) = match what {
        "encrypt" => (Rsa::Encrypt, false),
        "decrypt" => (Rsa::Decrypt, true),
        "sign" => (Rsa::Sign, true),
        _ => (Rsa::Recover, false),
    };
    let digest = signatures::signature_digest(hash).ok_or(SignError::CipherDigest)?;
    let made = parse(der, private)
        .ok_or(Refusal::Key)
        .and_then(|key| signatures::rsa(what, &key, rsa_padding, &Oaep { digest, label }, data));
    let made = made.map_err(|refusal| {
        clear_errors();
        match refusal {
            Refusal::Padding => SignError::CipherPadding,
            Refusal::Digest => SignError::CipherDigest,
            Refusal::Key | Refusal::Rest => SignError::Cipher,
        }
    })?;
    Ok(to_uint8_array(scope, made.into()))
}
