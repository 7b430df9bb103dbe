//! The C library's objects with owners, and its calls with slices.
//!
//! Owns, with the files in its folder and `keys`, every unsafe call of cryptography. It must not know WebCrypto's names.
//!
//! # Layout
//! - [`aead`]: ciphers that seal a message as a whole.
//! - [`cipher`]: ciphers that take their input in parts.
//! - [`formats`]: keys in PEM and DER, encrypted or not; SPKAC.
//! - [`numbers`]: primes, Diffie-Hellman, scrypt.
//! - [`signatures`]: signatures of digests, RSA's encryption.
//! - [`x509`]: X.509, which certificates are in.

pub mod aead;
pub mod cipher;
pub mod formats;
pub mod numbers;
pub mod signatures;
pub mod x509;

use std::ptr::{null, null_mut};

use aws_lc_sys as c;

/// An object that the library allocated and that `free` gives back.
pub struct Owned<T> {
    pointer: *mut T,
    free: unsafe extern "C" fn(*mut T),
}

impl<T> Owned<T> {
    /// Takes over what a call gave; nothing if the call failed.
    pub fn new(pointer: *mut T, free: unsafe extern "C" fn(*mut T)) -> Option<Self> {
        (!pointer.is_null()).then_some(Self { pointer, free })
    }

    /// For a call of the library.
    pub fn get(&self) -> *mut T {
        self.pointer
    }

    /// Gives the object away, to a call that takes it over.
    pub fn release(self) -> *mut T {
        std::mem::ManuallyDrop::new(self).pointer
    }
}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        // SAFETY: the pointer is owned and came with this function.
        unsafe { (self.free)(self.pointer) };
    }
}

/// A key.
pub type Key = Owned<c::EVP_PKEY>;
/// A number of any size.
pub type Number = Owned<c::BIGNUM>;

/// A call said 1, the library's success.
pub fn ok(result: std::ffi::c_int) -> Option<()> {
    (result == 1).then_some(())
}

/// The digest function of a name in WebCrypto's spelling, in capitals.
pub fn digest(name: &str) -> Option<*const c::EVP_MD> {
    // SAFETY: these give static tables.
    unsafe {
        Some(match name {
            "MD5" => c::EVP_md5(),
            "SHA-1" => c::EVP_sha1(),
            "SHA-224" => c::EVP_sha224(),
            "SHA-256" => c::EVP_sha256(),
            "SHA-384" => c::EVP_sha384(),
            "SHA-512" => c::EVP_sha512(),
            _ => return None,
        })
    }
}

/// A number from big-endian bytes.
pub fn number(bytes: &[u8]) -> Option<Number> {
    // SAFETY: the slice is live for the call, which copies it.
    Owned::new(unsafe { c::BN_bin2bn(bytes.as_ptr(), bytes.len(), null_mut()) }, c::BN_free)
}

/// Big-endian bytes of a number, at least `length` of them.
///
/// # Safety
/// `number` is null or a live number.
pub unsafe fn number_bytes(number: *const c::BIGNUM, length: usize) -> Option<Vec<u8>> {
    if number.is_null() {
        return None;
    }
    // SAFETY: the caller's promise; the buffer has the length that is passed.
    unsafe {
        let needed = (c::BN_num_bits(number) as usize).div_ceil(8).max(length);
        let mut bytes = vec![0; needed];
        ok(c::BN_bn2bin_padded(bytes.as_mut_ptr(), needed, number))?;
        Some(bytes)
    }
}

/// The text of a string of ASN.1, in UTF-8.
///
/// # Safety
/// `string` is null or live.
unsafe fn text_of(string: *const c::ASN1_STRING) -> Option<Vec<u8>> {
    if string.is_null() {
        return None;
    }
    let mut data = null_mut();
    // SAFETY: the caller's promise; the bytes are owned, copied and freed once.
    unsafe {
        let length = c::ASN1_STRING_to_UTF8(&mut data, string);
        Some(formats::taken(data, usize::try_from(length).ok()?))
    }
}

/// A key from the DER of PKCS #8 or SubjectPublicKeyInfo, with nothing after it.
pub fn parse(der: &[u8], private: bool) -> Option<Key> {
    let mut input = c::CBS { data: der.as_ptr(), len: der.len() };
    // SAFETY: the input points into a live slice; the call moves it on.
    let key =
        unsafe { if private { c::EVP_parse_private_key(&mut input) } else { c::EVP_parse_public_key(&mut input) } };
    let key = Owned::new(key, c::EVP_PKEY_free)?;
    (input.len == 0).then_some(key)
}

/// The DER of a key.
pub fn marshal(key: &Key, private: bool) -> Option<Vec<u8>> {
    // SAFETY: the builder is initialised before use and finished or cleaned up; the bytes are copied before they are freed.
    unsafe {
        let mut builder = std::mem::zeroed::<c::CBB>();
        ok(c::CBB_init(&mut builder, 256))?;
        let written = if private {
            c::EVP_marshal_private_key(&mut builder, key.get())
        } else {
            c::EVP_marshal_public_key(&mut builder, key.get())
        };
        let (mut data, mut length) = (null_mut(), 0);
        if written != 1 || c::CBB_finish(&mut builder, &mut data, &mut length) != 1 {
            c::CBB_cleanup(&mut builder);
            return None;
        }
        let der = std::slice::from_raw_parts(data, length).to_vec();
        c::OPENSSL_free(data.cast());
        Some(der)
    }
}

/// Runs a call that first tells the length of its output and then writes it.
pub fn sized(mut call: impl FnMut(*mut u8, *mut usize) -> std::ffi::c_int) -> Option<Vec<u8>> {
    let mut length = 0;
    ok(call(null_mut(), &mut length))?;
    let mut output = vec![0; length];
    ok(call(output.as_mut_ptr(), &mut length))?;
    output.truncate(length);
    Some(output)
}

/// A digest that grows.
pub struct Hasher(Owned<c::EVP_MD_CTX>);

impl Hasher {
    /// Begins with nothing.
    pub fn new(name: &str) -> Option<Self> {
        let digest = digest(name)?;
        // SAFETY: a new context and a static table.
        unsafe {
            let context = Owned::new(c::EVP_MD_CTX_new(), c::EVP_MD_CTX_free)?;
            ok(c::EVP_DigestInit_ex(context.get(), digest, null_mut()))?;
            Some(Self(context))
        }
    }

    /// Adds bytes.
    pub fn update(&mut self, data: &[u8]) {
        // SAFETY: the context was begun; the slice is live.
        unsafe { c::EVP_DigestUpdate(self.0.get(), data.as_ptr().cast(), data.len()) };
    }

    /// The digest of all bytes.
    pub fn finish(self) -> Vec<u8> {
        let mut output = vec![0; c::EVP_MAX_MD_SIZE as usize];
        let mut length = 0;
        // SAFETY: the output has room for any digest.
        unsafe { c::EVP_DigestFinal_ex(self.0.get(), output.as_mut_ptr(), &mut length) };
        output.truncate(length as usize);
        output
    }
}

/// HMAC of `data`.
pub fn hmac(hash: &str, key: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    let mut output = vec![0; c::EVP_MAX_MD_SIZE as usize];
    let mut length = 0;
    // SAFETY: slices are live; the output has room for any digest.
    let result = unsafe {
        c::HMAC(
            digest(hash)?,
            key.as_ptr().cast(),
            key.len(),
            data.as_ptr(),
            data.len(),
            output.as_mut_ptr(),
            &mut length,
        )
    };
    output.truncate(length as usize);
    (!result.is_null()).then_some(output)
}

/// Whether both are equal, in a time that does not depend on where they differ.
pub fn equal(left: &[u8], right: &[u8]) -> bool {
    // SAFETY: both slices have the length.
    left.len() == right.len()
        && unsafe { c::CRYPTO_memcmp(left.as_ptr().cast(), right.as_ptr().cast(), left.len()) } == 0
}

/// Bytes of a digest; 0 for an unknown one.
pub fn digest_bytes(hash: &str) -> usize {
    // SAFETY: the digest is a constant of the library.
    digest(hash).map_or(0, |digest| unsafe { c::EVP_MD_size(digest) })
}

/// PBKDF2.
pub fn pbkdf2(hash: &str, password: &[u8], salt: &[u8], iterations: u32, length: usize) -> Option<Vec<u8>> {
    let mut output = vec![0; length];
    // SAFETY: slices are live and have the lengths that are passed.
    ok(unsafe {
        c::PKCS5_PBKDF2_HMAC(
            password.as_ptr().cast(),
            password.len(),
            salt.as_ptr(),
            salt.len(),
            iterations,
            digest(hash)?,
            length,
            output.as_mut_ptr(),
        )
    })?;
    Some(output)
}

/// HKDF.
pub fn hkdf(hash: &str, secret: &[u8], salt: &[u8], info: &[u8], length: usize) -> Option<Vec<u8>> {
    let mut output = vec![0; length];
    // SAFETY: slices are live and have the lengths that are passed.
    ok(unsafe {
        c::HKDF(
            output.as_mut_ptr(),
            length,
            digest(hash)?,
            secret.as_ptr(),
            secret.len(),
            salt.as_ptr(),
            salt.len(),
            info.as_ptr(),
            info.len(),
        )
    })?;
    Some(output)
}

fn cipher(mode: &str, key_length: usize) -> Option<*const c::EVP_CIPHER> {
    // SAFETY: these give static tables.
    unsafe {
        Some(match (mode, key_length) {
            ("AES-CBC", 16) => c::EVP_aes_128_cbc(),
            ("AES-CBC", 24) => c::EVP_aes_192_cbc(),
            ("AES-CBC", 32) => c::EVP_aes_256_cbc(),
            ("AES-CTR", 16) => c::EVP_aes_128_ctr(),
            ("AES-CTR", 24) => c::EVP_aes_192_ctr(),
            ("AES-CTR", 32) => c::EVP_aes_256_ctr(),
            ("AES-GCM", 16) => c::EVP_aes_128_gcm(),
            ("AES-GCM", 24) => c::EVP_aes_192_gcm(),
            ("AES-GCM", 32) => c::EVP_aes_256_gcm(),
            _ => return None,
        })
    }
}

/// One of AES's modes. `tag` is the length of GCM's tag, which stands at the end of what is encrypted.
pub fn aes(mode: &str, encrypt: bool, key: &[u8], iv: &[u8], data: &[u8], extra: &[u8], tag: usize) -> Option<Vec<u8>> {
    let cipher = cipher(mode, key.len())?;
    let gcm = mode == "AES-GCM";
    let (data, expected) =
        if gcm && !encrypt { data.split_at_checked(data.len().checked_sub(tag)?)? } else { (data, &[][..]) };
    let length = std::ffi::c_int::try_from(data.len()).ok()?;
    let mut output = vec![0; data.len() + 32];
    let (mut written, mut last) = (0, 0);
    // SAFETY: the context is new; key and nonce have the lengths that the mode was told; the output has room for a block more
    // than the input; the tag's buffers have the length that is passed.
    unsafe {
        let context = Owned::new(c::EVP_CIPHER_CTX_new(), c::EVP_CIPHER_CTX_free)?;
        let context = context.get();
        ok(c::EVP_CipherInit_ex(context, cipher, null_mut(), null(), null(), encrypt.into()))?;
        if gcm {
            let length = std::ffi::c_int::try_from(iv.len()).ok()?;
            ok(c::EVP_CIPHER_CTX_ctrl(context, c::EVP_CTRL_AEAD_SET_IVLEN, length, null_mut()))?;
        } else if iv.len() != 16 {
            return None;
        }
        ok(c::EVP_CipherInit_ex(context, null(), null_mut(), key.as_ptr(), iv.as_ptr(), encrypt.into()))?;
        if gcm && !encrypt {
            let tag = expected.as_ptr().cast_mut().cast();
            ok(c::EVP_CIPHER_CTX_ctrl(context, c::EVP_CTRL_AEAD_SET_TAG, expected.len() as i32, tag))?;
        }
        if !extra.is_empty() {
            let length = std::ffi::c_int::try_from(extra.len()).ok()?;
            ok(c::EVP_CipherUpdate(context, null_mut(), &mut last, extra.as_ptr(), length))?;
        }
        ok(c::EVP_CipherUpdate(context, output.as_mut_ptr(), &mut written, data.as_ptr(), length))?;
        ok(c::EVP_CipherFinal_ex(context, output.as_mut_ptr().add(written as usize), &mut last))?;
        output.truncate((written + last) as usize);
        if gcm && encrypt {
            let start = output.len();
            output.resize(start + tag, 0);
            let tag_bytes = output[start..].as_mut_ptr().cast();
            ok(c::EVP_CIPHER_CTX_ctrl(context, c::EVP_CTRL_AEAD_GET_TAG, tag as i32, tag_bytes))?;
        }
    }
    Some(output)
}

/// AES in counter mode, where only the last `bits` of the counter count.
pub fn aes_ctr(key: &[u8], counter: &[u8], bits: u32, data: &[u8]) -> Option<Vec<u8>> {
    let start = u128::from_be_bytes(counter.try_into().ok()?);
    let mask = if bits == 128 { u128::MAX } else { (1 << bits) - 1 };
    // Blocks until the counter begins anew.
    let room = (mask - (start & mask)).saturating_add(1);
    let blocks = data.len().div_ceil(16) as u128;
    if mask != u128::MAX && blocks > mask + 1 {
        return None;
    }
    if blocks <= room {
        return aes("AES-CTR", true, key, counter, data, &[], 0);
    }
    let (before, after) = data.split_at(room as usize * 16);
    let mut output = aes("AES-CTR", true, key, counter, before, &[], 0)?;
    output.extend(aes("AES-CTR", true, key, &(start & !mask).to_be_bytes(), after, &[], 0)?);
    Some(output)
}

/// AES key wrap.
pub fn aes_kw(wrap: bool, key: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    if !data.len().is_multiple_of(8) || data.len() < if wrap { 16 } else { 24 } {
        return None;
    }
    let mut output = vec![0; if wrap { data.len() + 8 } else { data.len() - 8 }];
    let bits = u32::try_from(key.len() * 8).ok()?;
    // SAFETY: the schedule is set before use; the output has the length that the call writes.
    let written = unsafe {
        let mut schedule = std::mem::zeroed::<c::AES_KEY>();
        if wrap {
            (c::AES_set_encrypt_key(key.as_ptr(), bits, &mut schedule) == 0)
                .then(|| c::AES_wrap_key(&schedule, null(), output.as_mut_ptr(), data.as_ptr(), data.len()))
        } else {
            (c::AES_set_decrypt_key(key.as_ptr(), bits, &mut schedule) == 0)
                .then(|| c::AES_unwrap_key(&schedule, null(), output.as_mut_ptr(), data.as_ptr(), data.len()))
        }
    };
    (written? >= 0).then_some(output)
}
