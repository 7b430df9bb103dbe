//! Hashes, HMACs and keys derived with them, for `node:crypto`.
//!
//! Owns the handles of hashes that are not finished. It must not know classes or encodings.

use std::cell::RefCell;
use std::ffi::{CString, c_uint};
use std::ptr;

use aws_lc_sys as lc;
use deno_core::{GarbageCollected, cppgc, op2};

use crate::crypto::work::{self, TooMuchWork};
use crate::fetch::body::to_uint8_array;

/// Why there is no hash. The text is workerd's.
#[derive(Debug, thiserror::Error, deno_error::JsError)]
pub enum HashError {
    /// No digest of this name.
    #[class(generic)]
    #[error("Digest method not supported")]
    Unknown,
    /// The library refused, or the hash is finished.
    #[class(generic)]
    #[error("Digest already called")]
    Finished,
    /// Nothing stops the library in the middle of its work.
    #[class(inherit)]
    #[error(transparent)]
    Work(#[from] TooMuchWork),
}

/// HKDF gives no more than this many digests (RFC 5869).
const HKDF_BLOCKS: usize = 255;

/// A digest in the middle of its input.
struct Digest(*mut lc::EVP_MD_CTX);

impl Drop for Digest {
    fn drop(&mut self) {
        // SAFETY: the context is ours and is freed once.
        unsafe { lc::EVP_MD_CTX_free(self.0) };
    }
}

/// An HMAC in the middle of its input.
struct Mac(*mut lc::HMAC_CTX);

impl Drop for Mac {
    fn drop(&mut self) {
        // SAFETY: the context is ours and is freed once.
        unsafe { lc::HMAC_CTX_free(self.0) };
    }
}

enum State {
    Digest(Digest),
    Mac(Mac),
    Finished,
}

/// What JavaScript holds of a hash.
pub struct HashHandle(RefCell<State>);

// SAFETY: no reference into the V8 heap is held.
unsafe impl GarbageCollected for HashHandle {
    fn trace(&self, _visitor: &mut v8::cppgc::Visitor) {}

    fn get_name(&self) -> &'static std::ffi::CStr {
        c"HashHandle"
    }
}

impl HashHandle {
    /// Begins a digest.
    pub(super) fn begin(digest: *const lc::EVP_MD) -> Option<Self> {
        // SAFETY: the new context is ours; the digest is a constant of the library.
        unsafe {
            let context = Digest(lc::EVP_MD_CTX_new());
            if context.0.is_null() || lc::EVP_DigestInit_ex(context.0, digest, ptr::null_mut()) != 1 {
                return None;
            }
            Some(Self(RefCell::new(State::Digest(context))))
        }
    }
}

/// The digest of a name that Node knows.
fn digest_of(name: &str) -> Option<*const lc::EVP_MD> {
    let name = name.to_ascii_lowercase();
    let plain = match name.as_str() {
        "dsa-sha" | "dsa-sha1" | "ecdsa-with-sha1" => "sha1",
        "md5-sha1" => {
            // SAFETY: it gives a constant of the library.
            return Some(unsafe { lc::EVP_md5_sha1() });
        }
        other => other.strip_prefix("rsa-").unwrap_or(other),
    };
    let plain = CString::new(plain).ok()?;
    // SAFETY: the name ends with a zero and is only read; what is found is a constant of the library.
    let digest = unsafe { lc::EVP_get_digestbyname(plain.as_ptr()) };
    // Those that give as many bytes as one likes have no size, and other functions.
    // SAFETY: the digest is a constant of the library, or null.
    unsafe { (!digest.is_null() && lc::EVP_MD_size(digest) > 0).then_some(digest) }
}

/// Begins a digest, or an HMAC if there is a key.
#[op2]
pub fn op_node_hash_new<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[string] name: &str,
    #[buffer] key: Option<&[u8]>,
) -> Result<v8::Local<'s, v8::Value>, HashError> {
    let digest = digest_of(name).ok_or(HashError::Unknown)?;
    let handle = match key {
        None => HashHandle::begin(digest).ok_or(HashError::Unknown)?,
        Some(key) => {
            // SAFETY: the new context is ours; the key is read for its length. An empty slice's pointer is not null, which
            // the library would take for "the key that was there".
            unsafe {
                let context = Mac(lc::HMAC_CTX_new());
                if context.0.is_null()
                    || lc::HMAC_Init_ex(context.0, key.as_ptr().cast(), key.len(), digest, ptr::null_mut()) != 1
                {
                    return Err(HashError::Unknown);
                }
                HashHandle(RefCell::new(State::Mac(context)))
            }
        }
    };
    Ok(cppgc::make_cppgc_object(scope, handle).into())
}

/// Takes more input.
#[op2(fast)]
pub fn op_node_hash_update(#[cppgc] handle: &HashHandle, #[buffer] data: &[u8]) -> Result<(), HashError> {
    // SAFETY: the contexts are live, and the data is read for its length.
    let taken = unsafe {
        match &*handle.0.borrow() {
            State::Digest(digest) => lc::EVP_DigestUpdate(digest.0, data.as_ptr().cast(), data.len()),
            State::Mac(mac) => lc::HMAC_Update(mac.0, data.as_ptr(), data.len()),
            State::Finished => 0,
        }
    };
    (taken == 1).then_some(()).ok_or(HashError::Finished)
}

/// Ends the hash and gives its bytes.
#[op2]
pub fn op_node_hash_digest<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] handle: &HashHandle,
) -> Result<v8::Local<'s, v8::Value>, HashError> {
    let state = handle.0.replace(State::Finished);
    let mut bytes = vec![0; lc::EVP_MAX_MD_SIZE as usize];
    let mut length: c_uint = 0;
    // SAFETY: the contexts are live, and there is room for the longest digest.
    let ended = unsafe {
        match &state {
            State::Digest(digest) => lc::EVP_DigestFinal_ex(digest.0, bytes.as_mut_ptr(), &mut length),
            State::Mac(mac) => lc::HMAC_Final(mac.0, bytes.as_mut_ptr(), &mut length),
            State::Finished => 0,
        }
    };
    if ended != 1 {
        return Err(HashError::Finished);
    }
    bytes.truncate(length as usize);
    Ok(to_uint8_array(scope, bytes.into()))
}

/// A second hash that has taken what this one has.
#[op2]
pub fn op_node_hash_copy<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] handle: &HashHandle,
) -> Result<v8::Local<'s, v8::Value>, HashError> {
    let State::Digest(digest) = &*handle.0.borrow() else { return Err(HashError::Finished) };
    // SAFETY: both contexts are live; the new one is ours.
    let copy = unsafe {
        let copy = Digest(lc::EVP_MD_CTX_new());
        if copy.0.is_null() || lc::EVP_MD_CTX_copy_ex(copy.0, digest.0) != 1 {
            return Err(HashError::Finished);
        }
        copy
    };
    Ok(cppgc::make_cppgc_object(scope, HashHandle(RefCell::new(State::Digest(copy)))).into())
}

/// Bytes derived from a secret: HKDF where there is `info`, else PBKDF2. `null` for an unknown digest, `undefined` for a length
/// that the algorithm does not give.
#[op2]
pub fn op_node_derive<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[string] name: &str,
    #[buffer] secret: &[u8],
    #[buffer] salt: &[u8],
    #[buffer] info: Option<&[u8]>,
    iterations: u32,
    length: u32,
) -> Result<v8::Local<'s, v8::Value>, HashError> {
    let Some(digest) = digest_of(name) else { return Ok(v8::null(scope).into()) };
    // SAFETY: the digest is a constant of the library.
    let size = unsafe { lc::EVP_MD_size(digest) };
    let blocks = (length as usize).div_ceil(size);
    if info.is_some() && blocks > HKDF_BLOCKS {
        return Ok(v8::undefined(scope).into());
    }
    if info.is_none() {
        work::check_pbkdf2(scope, iterations, length, size)?;
    }
    let mut bytes = vec![0; length as usize];
    // SAFETY: every slice is read or written for its length; the digest is a constant.
    let derived = unsafe {
        match info {
            Some(info) => lc::HKDF(
                bytes.as_mut_ptr(),
                bytes.len(),
                digest,
                secret.as_ptr(),
                secret.len(),
                salt.as_ptr(),
                salt.len(),
                info.as_ptr(),
                info.len(),
            ),
            None => lc::PKCS5_PBKDF2_HMAC(
                secret.as_ptr().cast(),
                secret.len(),
                salt.as_ptr(),
                salt.len(),
                iterations,
                digest,
                bytes.len(),
                bytes.as_mut_ptr(),
            ),
        }
    };
    Ok(match derived {
        1 => to_uint8_array(scope, bytes.into()),
        _ => v8::undefined(scope).into(),
    })
}
