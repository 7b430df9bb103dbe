//! Ciphers that seal a message as a whole.
//!
//! Owns the library's context of them, and their table. It must not know the order in which JavaScript gives the parts.

use std::ptr::null;

use aws_lc_sys as c;

use super::{Owned, ok};

/// What is known of one. Lengths are bytes.
pub struct Spec {
    /// Name by which it is asked for, in small letters.
    pub name: &'static str,
    /// Number of the name in OpenSSL, 0 if it has none.
    pub nid: i32,
    /// Length of the key.
    pub key: usize,
    /// Length of the nonce.
    pub iv: usize,
    /// Length of the tag when nothing else is said, if it may be left out.
    pub tag: Option<usize>,
    /// Mode.
    pub mode: &'static str,
    aead: unsafe extern "C" fn() -> *const c::EVP_AEAD,
}

macro_rules! aeads {
    ($($name:literal $nid:literal $key:literal $iv:literal $tag:expr, $mode:literal $aead:ident;)*) => {
        &[$(Spec { name: $name, nid: $nid, key: $key, iv: $iv, tag: $tag, mode: $mode, aead: c::$aead }),*]
    };
}

static AEADS: &[Spec] = aeads! {
    "chacha20-poly1305" 950 32 12 Some(16), "stream" EVP_aead_chacha20_poly1305;
    "xchacha20-poly1305" 0 32 24 None, "stream" EVP_aead_xchacha20_poly1305;
    "aes-128-gcm-siv" 0 16 12 Some(16), "gcm" EVP_aead_aes_128_gcm_siv;
    "aes-256-gcm-siv" 0 32 12 Some(16), "gcm" EVP_aead_aes_256_gcm_siv;
    "aes-128-ccm-matter" 0 16 13 None, "ccm" EVP_aead_aes_128_ccm_matter;
    "aes-128-ccm-bluetooth" 0 16 13 None, "ccm" EVP_aead_aes_128_ccm_bluetooth;
    "aes-128-ccm-bluetooth-8" 0 16 13 None, "ccm" EVP_aead_aes_128_ccm_bluetooth_8;
    "aes-128-ctr-hmac-sha256" 0 48 12 None, "ctr" EVP_aead_aes_128_ctr_hmac_sha256;
    "aes-256-ctr-hmac-sha256" 0 64 12 None, "ctr" EVP_aead_aes_256_ctr_hmac_sha256;
};

/// The one of a name, in whichever case.
pub fn by_name(name: &str) -> Option<&'static Spec> {
    AEADS.iter().find(|spec| spec.name.eq_ignore_ascii_case(name))
}

/// One with its key.
pub struct Aead {
    context: Owned<c::EVP_AEAD_CTX>,
    tag: usize,
}

impl Aead {
    /// With a key of the right length; nothing if its tags cannot have this length.
    pub fn new(spec: &Spec, key: &[u8], tag: usize) -> Option<Self> {
        // SAFETY: the table is static, the key is read for its length.
        let context = unsafe { c::EVP_AEAD_CTX_new((spec.aead)(), key.as_ptr(), key.len(), tag) };
        Some(Self { context: Owned::new(context, c::EVP_AEAD_CTX_free)?, tag })
    }

    /// The ciphertext and the tag.
    pub fn seal(&self, iv: &[u8], data: &[u8], extra: &[u8]) -> Option<[Vec<u8>; 2]> {
        let mut output = vec![0; data.len()];
        let mut tag = vec![0; c::EVP_AEAD_MAX_OVERHEAD as usize];
        let mut length = 0;
        // SAFETY: every slice is live and has the length that is passed; the output is as long as the input.
        ok(unsafe {
            c::EVP_AEAD_CTX_seal_scatter(
                self.context.get(),
                output.as_mut_ptr(),
                tag.as_mut_ptr(),
                &mut length,
                tag.len(),
                iv.as_ptr(),
                iv.len(),
                data.as_ptr(),
                data.len(),
                null(),
                0,
                extra.as_ptr(),
                extra.len(),
            )
        })?;
        tag.truncate(length.min(self.tag));
        Some([output, tag])
    }

    /// What was sealed; nothing if it is not what the tag says.
    pub fn open(&self, iv: &[u8], data: &[u8], extra: &[u8], tag: &[u8]) -> Option<Vec<u8>> {
        let mut output = vec![0; data.len()];
        // SAFETY: as for sealing.
        ok(unsafe {
            c::EVP_AEAD_CTX_open_gather(
                self.context.get(),
                output.as_mut_ptr(),
                iv.as_ptr(),
                iv.len(),
                data.as_ptr(),
                data.len(),
                tag.as_ptr(),
                tag.len(),
                extra.as_ptr(),
                extra.len(),
            )
        })?;
        Some(output)
    }
}
