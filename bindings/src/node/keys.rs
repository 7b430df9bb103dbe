//! Keys of `node:crypto`: read, written, asked about. SPKAC, which is a key too.
//!
//! Owns the operations; a key is what `crypto.subtle` has, DER and the name of its kind. It must not know options or texts.

use deno_core::op2;

use crate::crypto::clear_errors;
use crate::crypto::lib_crypto::formats::{self, Spkac};
use crate::crypto::lib_crypto::{Key, cipher, marshal, parse};
use crate::fetch::body::to_uint8_array;

pub(super) type Value<'s> = v8::Local<'s, v8::Value>;

/// Bytes, or `undefined` for a failure.
pub(super) fn bytes<'s>(scope: &mut v8::PinScope<'s, '_>, result: Option<Vec<u8>>) -> Value<'s> {
    match result {
        Some(bytes) => to_uint8_array(scope, bytes.into()),
        None => {
            clear_errors();
            v8::undefined(scope).into()
        }
    }
}

/// `[kind, DER]`, or `undefined` for a failure.
pub(super) fn kind_and_der<'s>(scope: &mut v8::PinScope<'s, '_>, result: Option<(&'static str, Vec<u8>)>) -> Value<'s> {
    let made = result.and_then(|(kind, der)| Some((v8::String::new(scope, kind)?, der)));
    let Some((kind, der)) = made else { return bytes(scope, None) };
    let der = to_uint8_array(scope, der.into());
    v8::Array::new_with_elements(scope, &[kind.into(), der]).into()
}

/// A key from PEM, or from DER of a type: `[kind, DER]`.
#[op2]
pub fn op_node_key_read<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    private: bool,
    pem: bool,
    #[string] kind: &str,
    #[buffer] data: &[u8],
    #[buffer] secret: Option<&[u8]>,
) -> Value<'s> {
    let key = match (private, pem) {
        (true, true) => formats::private_pem(data, secret),
        (true, false) => formats::private_der(kind, data, secret),
        (false, true) => formats::public_pem(data, secret),
        (false, false) => formats::public_der(kind, data),
    };
    let read = key.and_then(|key| Some((formats::kind(&key)?, marshal(&key, private)?)));
    kind_and_der(scope, read)
}

/// The public key of a private one, as DER.
#[op2]
pub fn op_node_key_public<'s>(scope: &mut v8::PinScope<'s, '_>, #[buffer] der: &[u8]) -> Value<'s> {
    bytes(scope, parse(der, true).and_then(|key| marshal(&key, false)))
}

/// `[bits, bits of the second prime, exponent]` of a key that has such.
#[op2]
pub fn op_node_key_details<'s>(scope: &mut v8::PinScope<'s, '_>, private: bool, #[buffer] der: &[u8]) -> Value<'s> {
    let Some(key) = parse(der, private) else { return bytes(scope, None) };
    let (modulus, divisor, exponent) = formats::details(&key);
    let exponent = to_uint8_array(scope, exponent.into());
    let number = |value: u32| v8::Number::new(scope, f64::from(value)).into();
    let parts = [number(modulus), number(divisor), exponent];
    v8::Array::new_with_elements(scope, &parts).into()
}

/// Modes in which old PEM and PKCS #8 are encrypted.
const ENCRYPTING_MODE: &str = "cbc";

fn write(
    private: bool,
    key: &Key,
    kind: &str,
    pem: bool,
    encryption: Option<(&cipher::Spec, &[u8])>,
) -> Option<Vec<u8>> {
    let traditional = matches!(kind, "pkcs1" | "sec1");
    if !private {
        let der = if traditional { formats::public_pkcs1(key) } else { marshal(key, false) }?;
        let name = if traditional { "RSA PUBLIC KEY" } else { "PUBLIC KEY" };
        return if pem { formats::pem(name, &der) } else { Some(der) };
    }
    if let Some((cipher, secret)) = encryption {
        if cipher.mode != ENCRYPTING_MODE {
            return None;
        }
        if traditional {
            return formats::private_traditional_encrypted(key, cipher, secret);
        }
        let der = formats::private_encrypted(key, cipher, secret)?;
        return if pem { formats::pem("ENCRYPTED PRIVATE KEY", &der) } else { Some(der) };
    }
    let der = if traditional { formats::private_traditional(key) } else { marshal(key, true) }?;
    let name = match kind {
        "pkcs1" => "RSA PRIVATE KEY",
        "sec1" => "EC PRIVATE KEY",
        _ => "PRIVATE KEY",
    };
    if pem { formats::pem(name, &der) } else { Some(der) }
}

/// A key as PEM or DER of a type, encrypted if a cipher is named. `null` for an unknown cipher.
#[op2]
#[allow(clippy::too_many_arguments, reason = "what JavaScript's options say")]
pub fn op_node_key_write<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    private: bool,
    #[buffer] der: &[u8],
    #[string] kind: &str,
    pem: bool,
    #[string] cipher: Option<String>,
    #[buffer] secret: Option<&[u8]>,
) -> Value<'s> {
    let encryption = match cipher {
        None => None,
        Some(name) => match cipher::by_name(&name) {
            Some(cipher) => Some((cipher, secret.unwrap_or_default())),
            None => return v8::null(scope).into(),
        },
    };
    let written = parse(der, private).and_then(|key| write(private, &key, kind, pem, encryption));
    bytes(scope, written)
}

/// What a signed public key and challenge says: whether it is `valid`, its `key` as PEM, or its `challenge`.
#[op2]
pub fn op_node_spkac<'s>(scope: &mut v8::PinScope<'s, '_>, #[string] what: &str, #[buffer] text: &[u8]) -> Value<'s> {
    let spkac = Spkac::new(text);
    if what == "valid" {
        let valid = spkac.is_some_and(|spkac| spkac.verify());
        clear_errors();
        return v8::Boolean::new(scope, valid).into();
    }
    let found = spkac.and_then(|spkac| if what == "key" { spkac.public_key() } else { spkac.challenge() });
    bytes(scope, found)
}
