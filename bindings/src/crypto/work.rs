//! How much work one call of the cryptographic library may be: nothing can stop it in the middle.
//!
//! Owns the estimate from what is left of the running event's CPU time. It must not know the algorithms.

use std::time::{Duration, Instant};

use denizen_core::limits::{PBKDF2_ROUNDS, PBKDF2_ROUNDS_PER_MS, SCRYPT_COST_PER_MS, WorkerLimits};

use crate::io::context::IoContext;

/// The call would take longer than its event may.
#[derive(Debug, thiserror::Error, deno_error::JsError)]
#[class(range)]
#[error("Pbkdf2 failed: {iterations} iterations for {length} bytes are too many.")]
pub struct TooMuchWork {
    iterations: u32,
    length: u32,
}

fn left(scope: &mut v8::PinScope<'_, '_>) -> Duration {
    match IoContext::current(scope) {
        Ok(io) => io.limits.cpu.saturating_sub(io.cpu.get()),
        Err(_) => WorkerLimits::LOADED.startup,
    }
}

/// When the running event will have used its CPU time, if it does nothing but the call.
pub fn deadline(scope: &mut v8::PinScope<'_, '_>) -> Instant {
    Instant::now() + left(scope)
}

/// Refuses a PBKDF2 that would take longer than its event may. `digest_bytes` is the length of one digest.
pub fn check_pbkdf2(
    scope: &mut v8::PinScope<'_, '_>,
    iterations: u32,
    length: u32,
    digest_bytes: usize,
) -> Result<(), TooMuchWork> {
    let blocks = (length as usize).div_ceil(digest_bytes.max(1)) as u64;
    let ms = u64::try_from(left(scope).as_millis()).unwrap_or(u64::MAX);
    let allowed = ms.saturating_mul(PBKDF2_ROUNDS_PER_MS).min(PBKDF2_ROUNDS);
    match blocks.saturating_mul(u64::from(iterations)) <= allowed {
        true => Ok(()),
        false => Err(TooMuchWork { iterations, length }),
    }
}

/// Cost of scrypt that the running event has time for.
pub fn scrypt_cost(scope: &mut v8::PinScope<'_, '_>) -> u64 {
    u64::try_from(left(scope).as_millis()).unwrap_or(u64::MAX).saturating_mul(SCRYPT_COST_PER_MS)
}
