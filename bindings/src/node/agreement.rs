//! Diffie-Hellman, primes and scrypt for `node:crypto`.
//!
//! Owns the operations and their bounds: nothing here holds state. It must not know classes or encodings.

use denizen_core::limits::{PRIME_BITS, SCRYPT_COST};
use deno_core::op2;

use super::keys::{Value, bytes};
use crate::crypto::clear_errors;
use crate::crypto::lib_crypto::numbers::{self, ScryptCost};
use crate::crypto::work;
use crate::isolate::IsolateState;

/// Why there is no number.
#[derive(Debug, thiserror::Error, deno_error::JsError)]
pub enum NumberError {
    /// Longer than the library is asked to compute with.
    #[class(range)]
    #[error("Numbers of more than {PRIME_BITS} bits are not supported")]
    TooLong,
    /// More work than is allowed, or than the event has time for. The text is workerd's.
    #[class(range)]
    #[error("Scrypt failed: cost exceeds maximum ({0}).")]
    ScryptCost(u64),
    /// The derived key alone would take longer than the event may.
    #[class(range)]
    #[error("Scrypt failed: {0} bytes are too many.")]
    ScryptLength(u32),
}

/// Bytes of the digest that scrypt is made of.
const SCRYPT_DIGEST_BYTES: usize = 32;

fn fits(number: &[u8]) -> bool {
    numbers::bits(number) <= PRIME_BITS
}

/// The prime of a group of RFC 3526.
#[op2]
pub fn op_node_dh_group<'s>(scope: &mut v8::PinScope<'s, '_>, #[string] name: &str) -> Value<'s> {
    bytes(scope, numbers::group_prime(&name.to_ascii_lowercase()))
}

/// A safe prime for a generator.
#[op2]
pub fn op_node_dh_generate<'s>(scope: &mut v8::PinScope<'s, '_>, bits: i32, generator: i32) -> Value<'s> {
    let until = work::deadline(scope);
    let rest: (&[u8], &[u8]) = match generator {
        2 => (&[24], &[11]),
        5 => (&[10], &[3]),
        _ => (&[2], &[1]),
    };
    let bits = u32::try_from(bits).ok().filter(|bits| (3..=PRIME_BITS).contains(bits) && generator > 1);
    bytes(scope, bits.and_then(|bits| numbers::prime(bits, true, Some(rest), until)))
}

/// What is wrong with a prime and generator, in bits; -1 if nothing can be computed with them.
#[op2(nofast)]
pub fn op_node_dh_check(scope: &mut v8::PinScope<'_, '_>, #[buffer] prime: &[u8], #[buffer] generator: &[u8]) -> i32 {
    if !fits(prime) || !fits(generator) {
        return -1;
    }
    let found = numbers::check_group(prime, generator, work::deadline(scope));
    clear_errors();
    found.map_or(-1, |flags| flags as i32)
}

/// A private number for a prime.
#[op2]
pub fn op_node_dh_private<'s>(scope: &mut v8::PinScope<'s, '_>, #[buffer] prime: &[u8]) -> Value<'s> {
    let made = if fits(prime) { numbers::private_number(prime) } else { None };
    bytes(scope, made)
}

/// `base` to the power of `exponent` modulo `prime`.
#[op2]
pub fn op_node_dh_power<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[buffer] base: &[u8],
    #[buffer] exponent: &[u8],
    #[buffer] prime: &[u8],
    padded: bool,
) -> Value<'s> {
    let small = fits(base) && fits(exponent) && fits(prime);
    bytes(scope, if small { numbers::power(base, exponent, prime, padded) } else { None })
}

/// -1 for a number below 2, 1 for one that is not below a prime less 1, else 0.
#[op2(fast)]
pub fn op_node_dh_place(#[buffer] value: &[u8], #[buffer] prime: &[u8]) -> i32 {
    numbers::place(value, prime).map_or(-1, |place| place as i32)
}

/// `[private number, point]` of a curve; the number is made if there is none. `undefined` if it is not one of the curve.
#[op2]
pub fn op_node_curve_pair<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[string] curve: &str,
    #[buffer] private: Option<&[u8]>,
) -> Value<'s> {
    let private = match private {
        Some(private) if !fits(private) => return bytes(scope, None),
        private => private,
    };
    let Some(pair) = numbers::curve_pair(curve, private) else { return bytes(scope, None) };
    let parts = pair.map(|part| bytes(scope, Some(part)));
    v8::Array::new_with_elements(scope, &parts).into()
}

/// A point of a curve in another form.
#[op2]
pub fn op_node_curve_point<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[string] curve: &str,
    #[buffer] point: &[u8],
    compressed: bool,
) -> Value<'s> {
    bytes(scope, numbers::convert_point(curve, point, compressed))
}

/// What a private number and another's point agree on.
#[op2]
pub fn op_node_curve_agree<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[string] curve: &str,
    #[buffer] private: &[u8],
    #[buffer] point: &[u8],
) -> Value<'s> {
    let made = if fits(private) { numbers::curve_agree(curve, private, point) } else { None };
    bytes(scope, made)
}

/// A prime that leaves `rest` when divided by `add`, if there is such.
#[op2]
pub fn op_node_prime<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    bits: u32,
    safe: bool,
    #[buffer] add: Option<&[u8]>,
    #[buffer] rest: Option<&[u8]>,
) -> Result<Value<'s>, NumberError> {
    if bits > PRIME_BITS {
        return Err(NumberError::TooLong);
    }
    let until = work::deadline(scope);
    let made = numbers::prime(bits, safe, add.zip(rest), until);
    Ok(bytes(scope, made))
}

/// Whether a number is prime; `undefined` if the event's time is over. That is no error of this operation's: JavaScript makes
/// those, and would take the request to stop for its own.
#[op2]
pub fn op_node_prime_check<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[buffer] candidate: &[u8],
    checks: i32,
) -> Result<Value<'s>, NumberError> {
    if !fits(candidate) {
        return Err(NumberError::TooLong);
    }
    let number = crate::crypto::lib_crypto::number(candidate);
    let found = number.and_then(|number| numbers::is_prime(&number, checks, work::deadline(scope)));
    clear_errors();
    Ok(found.map_or_else(|| v8::undefined(scope).into(), |found| v8::Boolean::new(scope, found).into()))
}

/// scrypt. `undefined` for parameters that the library refuses, or more memory than there is.
#[op2]
#[allow(clippy::too_many_arguments, reason = "one algorithm's parameters")]
pub fn op_node_scrypt<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[buffer] password: &[u8],
    #[buffer] salt: &[u8],
    n: u32,
    r: u32,
    p: u32,
    #[number] memory: u64,
    length: u32,
) -> Result<Value<'s>, NumberError> {
    let (n, r, p) = (u64::from(n), u64::from(r), u64::from(p));
    let cost = n.saturating_mul(r).saturating_mul(p);
    let allowed = work::scrypt_cost(scope).min(SCRYPT_COST);
    if cost > allowed {
        return Err(NumberError::ScryptCost(allowed));
    }
    if work::check_pbkdf2(scope, 1, length, SCRYPT_DIGEST_BYTES).is_err() {
        return Err(NumberError::ScryptLength(length));
    }
    let memory = usize::try_from(memory).unwrap_or(usize::MAX);
    let needed = usize::try_from(n.saturating_add(p).saturating_mul(r).saturating_mul(128)).unwrap_or(usize::MAX);
    let budget = IsolateState::of(scope).budget.clone();
    // What is refused anyway takes none.
    let taken = if needed <= memory { needed } else { 0 };
    if !budget.take(taken) {
        return Ok(bytes(scope, None));
    }
    let made = numbers::scrypt(password, salt, ScryptCost { n, r, p, memory }, length as usize);
    budget.give_back(taken);
    Ok(bytes(scope, made))
}
