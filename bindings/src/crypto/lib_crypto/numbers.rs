//! Primes, Diffie-Hellman over fields and over curves, scrypt.
//!
//! Owns the arithmetic on numbers from outside, all of it with a moment by which searches end. It must not know who agrees with whom.

use std::ffi::c_int;
use std::ptr::{null, null_mut};
use std::time::Instant;

use aws_lc_sys as c;
use denizen_core::limits::RSA_BITS;

use super::{Number, Owned, number, number_bytes, ok};
use crate::crypto::keys::{go_on, nist_curve};

/// Bases for finding the factors of a modulus: each finds them in at least one case of two.
const SMALL_PRIMES: [u64; 20] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71];

/// A callback that ends a search at a moment; the moment has to outlive it.
fn watch(until: &Instant) -> Option<Owned<c::BN_GENCB>> {
    // SAFETY: the new object only keeps the pointer.
    unsafe {
        let watch = Owned::new(c::BN_GENCB_new(), c::BN_GENCB_free)?;
        c::BN_GENCB_set(watch.get(), Some(go_on), std::ptr::from_ref(until).cast_mut().cast());
        Some(watch)
    }
}

fn scratch() -> Option<Owned<c::BN_CTX>> {
    // SAFETY: it has no arguments.
    Owned::new(unsafe { c::BN_CTX_new() }, c::BN_CTX_free)
}

/// Bytes of a number without zeros before it.
fn shortest(number: &Number) -> Option<Vec<u8>> {
    // SAFETY: the number is live.
    unsafe { number_bytes(number.get(), 0) }
}

fn copy(to: &Number, from: &Number) -> Option<()> {
    // SAFETY: both are live.
    (!unsafe { c::BN_copy(to.get(), from.get()) }.is_null()).then_some(())
}

/// Bits of a number.
pub fn bits(value: &[u8]) -> u32 {
    // SAFETY: the number is live.
    number(value).map_or(0, |value| unsafe { c::BN_num_bits(value.get()) })
}

/// A prime of so many bits; if there is `add`, one that leaves the rest. `safe`: half of it is prime too.
pub fn prime(bits: u32, safe: bool, add: Option<(&[u8], &[u8])>, until: Instant) -> Option<Vec<u8>> {
    let found = number(&[])?;
    let add = match add {
        Some((add, rest)) => Some((number(add)?, number(rest)?)),
        None => None,
    };
    let (add, rest) =
        add.as_ref().map_or((null(), null()), |(add, rest)| (add.get().cast_const(), rest.get().cast_const()));
    let watch = watch(&until)?;
    let bits_wanted = c_int::try_from(bits).ok()?;
    // SAFETY: the numbers are live or null, and the moment outlives the call.
    ok(unsafe { c::BN_generate_prime_ex(found.get(), bits_wanted, safe.into(), add, rest, watch.get()) })?;
    // SAFETY: the number is live.
    unsafe { number_bytes(found.get(), (bits as usize).div_ceil(8)) }
}

/// Whether a number is prime, as far as `checks` rounds tell; 0 leaves their count to the library. Nothing if the time is over.
pub fn is_prime(value: &Number, checks: c_int, until: Instant) -> Option<bool> {
    let (scratch, watch) = (scratch()?, watch(&until)?);
    // SAFETY: all are live, and the moment outlives the call.
    let found = unsafe { c::BN_is_prime_fasttest_ex(value.get(), checks, scratch.get(), 1, watch.get()) };
    (found >= 0).then_some(found == 1)
}

/// What the library wants to know of a private key of RSA that is a modulus and two exponents: p, q, d mod p-1, d mod q-1 and
/// 1/q mod p. Nothing if the exponents do not belong together, or the time is over.
pub fn rsa_factors(n: &[u8], e: &[u8], d: &[u8], until: Instant) -> Option<[Vec<u8>; 5]> {
    if n.len().max(e.len()).max(d.len()) > (RSA_BITS as usize).div_ceil(8) + 1 {
        return None;
    }
    let scratch = scratch()?;
    let scratch = scratch.get();
    let (n, e, d, new) = (number(n)?, number(e)?, number(d)?, || number(&[]));
    let (odd, mut power, mut square, less) = (new()?, new()?, new()?, new()?);
    let (p, q, dp, dq, qi) = (new()?, new()?, new()?, new()?, new()?);
    // SAFETY: all numbers are live, and results are no arguments but where the library allows it.
    unsafe {
        if c::BN_is_odd(n.get()) != 1 || c::BN_num_bits(n.get()) > RSA_BITS || c::BN_is_one(n.get()) == 1 {
            return None;
        }
        // Every number to the power of d * e - 1 is 1. That exponent is odd times a power of two; a root of 1 that is neither 1
        // nor -1, found on the way from the odd one, has a factor in common with n.
        ok(c::BN_mul(odd.get(), d.get(), e.get(), scratch))?;
        ok(c::BN_sub_word(odd.get(), 1))?;
        if c::BN_is_zero(odd.get()) == 1 || c::BN_is_negative(odd.get()) == 1 {
            return None;
        }
        let twos = c::BN_count_low_zero_bits(odd.get());
        ok(c::BN_rshift(odd.get(), odd.get(), twos))?;
        copy(&less, &n)?;
        ok(c::BN_sub_word(less.get(), 1))?;
        let mut found = false;
        'bases: for base in SMALL_PRIMES {
            if Instant::now() >= until {
                return None;
            }
            ok(c::BN_set_word(square.get(), base))?;
            ok(c::BN_mod_exp(power.get(), square.get(), odd.get(), n.get(), scratch))?;
            if c::BN_is_one(power.get()) == 1 || c::BN_cmp(power.get(), less.get()) == 0 {
                continue;
            }
            for _ in 0..twos {
                // As many as an exponent that is made up asks for.
                if Instant::now() >= until {
                    return None;
                }
                ok(c::BN_mod_sqr(square.get(), power.get(), n.get(), scratch))?;
                if c::BN_is_one(square.get()) == 1 {
                    found = true;
                    break 'bases;
                }
                std::mem::swap(&mut power, &mut square);
                if c::BN_cmp(power.get(), less.get()) == 0 {
                    continue 'bases;
                }
            }
            return None;
        }
        if !found {
            return None;
        }
        ok(c::BN_sub_word(power.get(), 1))?;
        ok(c::BN_gcd(p.get(), power.get(), n.get(), scratch))?;
        ok(c::BN_div(q.get(), null_mut(), n.get(), p.get(), scratch))?;
        let (p, q) = if c::BN_cmp(p.get(), q.get()) < 0 { (q, p) } else { (p, q) };
        for (factor, result) in [(&p, &dp), (&q, &dq)] {
            copy(&less, factor)?;
            ok(c::BN_sub_word(less.get(), 1))?;
            ok(c::BN_nnmod(result.get(), d.get(), less.get(), scratch))?;
        }
        if c::BN_mod_inverse(qi.get(), q.get(), p.get(), scratch).is_null() {
            return None;
        }
        Some([shortest(&p)?, shortest(&q)?, shortest(&dp)?, shortest(&dq)?, shortest(&qi)?])
    }
}

/// A prime and generator that no group can be made of.
pub struct NoGroup;

/// What is wrong with a group, in the bits of `DH_check`: 1 no prime, 2 no safe prime, 4 the generator cannot be judged, 8 it is
/// unsuitable.
pub fn check_group(prime: &[u8], generator: &[u8], until: Instant) -> Result<u32, NoGroup> {
    let (Some(prime), Some(generator)) = (number(prime), number(generator)) else { return Err(NoGroup) };
    // SAFETY: the numbers are live.
    let (word, half) = unsafe {
        if c::BN_is_odd(prime.get()) != 1
            || c::BN_is_zero(generator.get()) == 1
            || c::BN_cmp(generator.get(), prime.get()) >= 0
        {
            return Err(NoGroup);
        }
        let half = number(&[]).ok_or(NoGroup)?;
        ok(c::BN_rshift1(half.get(), prime.get())).ok_or(NoGroup)?;
        (if c::BN_num_bits(generator.get()) <= 8 { c::BN_get_word(generator.get()) } else { 0 }, half)
    };
    // SAFETY: the number is live.
    let rest = |divisor| unsafe { c::BN_mod_word(prime.get(), divisor) };
    let mut flags = match word {
        2 if rest(24) == 11 => 0,
        5 if matches!(rest(10), 3 | 7) => 0,
        2 | 5 => 8,
        _ => 4,
    };
    if !is_prime(&prime, 0, until).ok_or(NoGroup)? {
        flags |= 1;
    } else if !is_prime(&half, 0, until).ok_or(NoGroup)? {
        flags |= 2;
    }
    Ok(flags)
}

/// The prime of a group of RFC 3526.
pub fn group_prime(name: &str) -> Option<Vec<u8>> {
    let make = match name {
        "modp14" => c::BN_get_rfc3526_prime_2048,
        "modp15" => c::BN_get_rfc3526_prime_3072,
        "modp16" => c::BN_get_rfc3526_prime_4096,
        "modp17" => c::BN_get_rfc3526_prime_6144,
        "modp18" => c::BN_get_rfc3526_prime_8192,
        _ => return None,
    };
    // SAFETY: it makes a new number.
    shortest(&Owned::new(unsafe { make(null_mut()) }, c::BN_free)?)
}

/// A private number for a prime: any below it.
pub fn private_number(prime: &[u8]) -> Option<Vec<u8>> {
    let (prime, made) = (number(prime)?, number(&[])?);
    // SAFETY: both are live.
    ok(unsafe { c::BN_rand_range_ex(made.get(), 1, prime.get()) })?;
    shortest(&made)
}

/// `base` to the power of `exponent`, modulo an odd `prime`; as long as the prime if it is to be padded.
pub fn power(base: &[u8], exponent: &[u8], prime: &[u8], padded: bool) -> Option<Vec<u8>> {
    let (base, exponent, modulus, result) = (number(base)?, number(exponent)?, number(prime)?, number(&[])?);
    let scratch = scratch()?;
    // SAFETY: all are live; an even modulus is refused by the call.
    unsafe {
        let (result, base, exponent, modulus) = (result.get(), base.get(), exponent.get(), modulus.get());
        ok(c::BN_nnmod(base, base, modulus, scratch.get()))?;
        ok(c::BN_mod_exp_mont_consttime(result, base, exponent, modulus, scratch.get(), null()))?;
    }
    // SAFETY: the numbers are live.
    unsafe { number_bytes(result.get(), if padded { (c::BN_num_bits(modulus.get()) as usize).div_ceil(8) } else { 0 }) }
}

/// How a number stands to a prime: below 2, from 1 below the prime on, or neither.
pub fn place(value: &[u8], prime: &[u8]) -> Option<std::cmp::Ordering> {
    use std::cmp::Ordering::{Equal, Greater, Less};
    let (value, last) = (number(value)?, number(prime)?);
    // SAFETY: both are live.
    unsafe {
        ok(c::BN_sub_word(last.get(), 1))?;
        Some(match () {
            () if c::BN_num_bits(value.get()) <= 1 => Less,
            () if c::BN_cmp(value.get(), last.get()) >= 0 => Greater,
            () => Equal,
        })
    }
}

/// A pair of a curve: the private number, and the public point uncompressed. A given private number has to be one of the curve.
pub fn curve_pair(curve: &str, private: Option<&[u8]>) -> Option<[Vec<u8>; 2]> {
    let (nid, _) = nist_curve(curve)?;
    // SAFETY: every object is new and of the curve's group.
    unsafe {
        let key = Owned::new(c::EC_KEY_new_by_curve_name(nid), c::EC_KEY_free)?;
        let group = c::EC_KEY_get0_group(key.get());
        match private {
            None => ok(c::EC_KEY_generate_key(key.get()))?,
            Some(private) => {
                let secret = number(private)?;
                ok(c::EC_KEY_set_private_key(key.get(), secret.get()))?;
                let point = Owned::new(c::EC_POINT_new(group), c::EC_POINT_free)?;
                ok(c::EC_POINT_mul(group, point.get(), secret.get(), null(), null(), null_mut()))?;
                ok(c::EC_KEY_set_public_key(key.get(), point.get()))?;
            }
        }
        let private = number_bytes(c::EC_KEY_get0_private_key(key.get()), 0)?;
        Some([private, octets(group, c::EC_KEY_get0_public_key(key.get()), false)?])
    }
}

/// Bytes of a point.
///
/// # Safety
/// Both are live, and the point is one of the group.
unsafe fn octets(group: *const c::EC_GROUP, point: *const c::EC_POINT, compressed: bool) -> Option<Vec<u8>> {
    use c::point_conversion_form_t::{POINT_CONVERSION_COMPRESSED, POINT_CONVERSION_UNCOMPRESSED};
    let form = if compressed { POINT_CONVERSION_COMPRESSED } else { POINT_CONVERSION_UNCOMPRESSED };
    // SAFETY: the caller's promise; the buffer has the length that the first call tells.
    unsafe {
        let length = c::EC_POINT_point2oct(group, point, form, null_mut(), 0, null_mut());
        let mut bytes = vec![0; length];
        let written = c::EC_POINT_point2oct(group, point, form, bytes.as_mut_ptr(), length, null_mut());
        (length > 0 && written == length).then_some(bytes)
    }
}

/// A point of a curve in another form.
pub fn convert_point(curve: &str, point: &[u8], compressed: bool) -> Option<Vec<u8>> {
    let (nid, _) = nist_curve(curve)?;
    // SAFETY: every object is new and of the curve's group.
    unsafe {
        let key = Owned::new(c::EC_KEY_new_by_curve_name(nid), c::EC_KEY_free)?;
        let group = c::EC_KEY_get0_group(key.get());
        let place = Owned::new(c::EC_POINT_new(group), c::EC_POINT_free)?;
        ok(c::EC_POINT_oct2point(group, place.get(), point.as_ptr(), point.len(), null_mut()))?;
        octets(group, place.get(), compressed)
    }
}

/// What a private number and another's point agree on: the first coordinate.
pub fn curve_agree(curve: &str, private: &[u8], point: &[u8]) -> Option<Vec<u8>> {
    let (nid, size) = nist_curve(curve)?;
    let mut secret = vec![0; size];
    // SAFETY: every object is new and of the curve's group; the secret has the length of a coordinate.
    unsafe {
        let key = Owned::new(c::EC_KEY_new_by_curve_name(nid), c::EC_KEY_free)?;
        let group = c::EC_KEY_get0_group(key.get());
        let place = Owned::new(c::EC_POINT_new(group), c::EC_POINT_free)?;
        ok(c::EC_POINT_oct2point(group, place.get(), point.as_ptr(), point.len(), null_mut()))?;
        let private = number(private)?;
        ok(c::EC_KEY_set_private_key(key.get(), private.get()))?;
        let written = c::ECDH_compute_key(secret.as_mut_ptr().cast(), size, place.get(), key.get(), None);
        (usize::try_from(written) == Ok(size)).then_some(secret)
    }
}

/// What scrypt is asked to cost.
#[derive(Clone, Copy)]
pub struct ScryptCost {
    /// Iterations: a power of two.
    pub n: u64,
    /// Size of a block, in units of 128 bytes.
    pub r: u64,
    /// How many times over.
    pub p: u64,
    /// Bytes that it may take.
    pub memory: usize,
}

/// scrypt.
pub fn scrypt(password: &[u8], salt: &[u8], cost: ScryptCost, length: usize) -> Option<Vec<u8>> {
    let mut output = vec![0; length];
    let ScryptCost { n, r, p, memory } = cost;
    // SAFETY: slices are live and have the lengths that are passed.
    ok(unsafe {
        c::EVP_PBE_scrypt(
            password.as_ptr().cast(),
            password.len(),
            salt.as_ptr(),
            salt.len(),
            n,
            r,
            p,
            memory,
            output.as_mut_ptr(),
            length,
        )
    })?;
    Some(output)
}
