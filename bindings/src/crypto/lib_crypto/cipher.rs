//! Ciphers that take their input in parts.
//!
//! Owns the library's cipher context and the table of ciphers. It must not know encodings or streams.

use std::ffi::c_int;
use std::ptr::{null, null_mut};

use aws_lc_sys as c;

use super::{Owned, ok};

/// What is known of one cipher. Lengths are bytes.
pub struct Spec {
    /// Name by which it is asked for, in small letters.
    pub name: &'static str,
    /// Name that its information carries.
    pub shown: &'static str,
    /// Number of the name in OpenSSL.
    pub nid: i32,
    /// Length of a block; 1 for a stream.
    pub block: usize,
    /// Length of the nonce; 0 if it has none.
    pub iv: usize,
    /// Length of the key.
    pub key: usize,
    /// Mode.
    pub mode: &'static str,
    cipher: unsafe extern "C" fn() -> *const c::EVP_CIPHER,
}

macro_rules! ciphers {
    ($($name:literal $shown:literal $nid:literal $block:literal $iv:literal $key:literal $mode:literal $cipher:ident;)*) => {
        &[$(Spec { name: $name, shown: $shown, nid: $nid, block: $block, iv: $iv, key: $key, mode: $mode, cipher: c::$cipher }),*]
    };
}

static CIPHERS: &[Spec] = ciphers! {
    "aes-128-cbc" "AES-128-CBC" 419 16 16 16 "cbc" EVP_aes_128_cbc;
    "aes-192-cbc" "AES-192-CBC" 423 16 16 24 "cbc" EVP_aes_192_cbc;
    "aes-256-cbc" "AES-256-CBC" 427 16 16 32 "cbc" EVP_aes_256_cbc;
    "aes-128-ctr" "AES-128-CTR" 904 1 16 16 "ctr" EVP_aes_128_ctr;
    "aes-192-ctr" "AES-192-CTR" 905 1 16 24 "ctr" EVP_aes_192_ctr;
    "aes-256-ctr" "AES-256-CTR" 906 1 16 32 "ctr" EVP_aes_256_ctr;
    "aes-128-ecb" "AES-128-ECB" 418 16 0 16 "ecb" EVP_aes_128_ecb;
    "aes-192-ecb" "AES-192-ECB" 422 16 0 24 "ecb" EVP_aes_192_ecb;
    "aes-256-ecb" "AES-256-ECB" 426 16 0 32 "ecb" EVP_aes_256_ecb;
    "aes-128-ofb" "AES-128-OFB" 420 1 16 16 "ofb" EVP_aes_128_ofb;
    "aes-192-ofb" "AES-192-OFB" 424 1 16 24 "ofb" EVP_aes_192_ofb;
    "aes-256-ofb" "AES-256-OFB" 428 1 16 32 "ofb" EVP_aes_256_ofb;
    "aes-128-gcm" "id-aes128-GCM" 895 1 12 16 "gcm" EVP_aes_128_gcm;
    "aes-192-gcm" "id-aes192-GCM" 898 1 12 24 "gcm" EVP_aes_192_gcm;
    "aes-256-gcm" "id-aes256-GCM" 901 1 12 32 "gcm" EVP_aes_256_gcm;
    "des-cbc" "DES-CBC" 31 8 8 8 "cbc" EVP_des_cbc;
    "des-ecb" "DES-ECB" 29 8 0 8 "ecb" EVP_des_ecb;
    "des-ede" "DES-EDE" 32 8 0 16 "ecb" EVP_des_ede;
    "des-ede-cbc" "DES-EDE-CBC" 43 8 8 16 "cbc" EVP_des_ede_cbc;
    "des-ede3-cbc" "DES-EDE3-CBC" 44 8 8 24 "cbc" EVP_des_ede3_cbc;
    "rc2-cbc" "RC2-CBC" 37 8 8 16 "cbc" EVP_rc2_cbc;
    "rc4" "RC4" 5 1 0 16 "stream" EVP_rc4;
};

/// The cipher of a name, in whichever case.
pub fn by_name(name: &str) -> Option<&'static Spec> {
    CIPHERS.iter().find(|spec| spec.name.eq_ignore_ascii_case(name))
}

/// The cipher of a number of OpenSSL.
pub fn by_nid(nid: i32) -> Option<&'static Spec> {
    CIPHERS.iter().find(|spec| spec.nid == nid)
}

impl Spec {
    /// Whether what it writes is authenticated by a tag.
    pub fn authenticated(&self) -> bool {
        self.mode == "gcm"
    }

    /// Whether a nonce of this length will do.
    pub fn takes_iv(&self, length: usize) -> bool {
        if self.mode == "gcm" { length > 0 } else { length == self.iv }
    }

    /// The library's cipher.
    pub(super) fn get(&self) -> *const c::EVP_CIPHER {
        // SAFETY: it gives a static table.
        unsafe { (self.cipher)() }
    }
}

/// A cipher in the middle of its input.
pub struct Context {
    context: Owned<c::EVP_CIPHER_CTX>,
    block: usize,
}

impl Context {
    /// Begins. Key and nonce have lengths that the cipher takes.
    pub fn new(spec: &Spec, encrypt: bool, key: &[u8], iv: &[u8]) -> Option<Self> {
        if key.len() != spec.key || !spec.takes_iv(iv.len()) {
            return None;
        }
        // SAFETY: the context is new; key and nonce have the lengths that the cipher was told.
        unsafe {
            let context = Owned::new(c::EVP_CIPHER_CTX_new(), c::EVP_CIPHER_CTX_free)?;
            let raw = context.get();
            ok(c::EVP_CipherInit_ex(raw, spec.get(), null_mut(), null(), null(), encrypt.into()))?;
            if spec.authenticated() {
                let length = c_int::try_from(iv.len()).ok()?;
                ok(c::EVP_CIPHER_CTX_ctrl(raw, c::EVP_CTRL_AEAD_SET_IVLEN, length, null_mut()))?;
            }
            ok(c::EVP_CipherInit_ex(raw, null(), null_mut(), key.as_ptr(), iv.as_ptr(), encrypt.into()))?;
            Some(Self { context, block: spec.block })
        }
    }

    /// Takes more input and gives what is ready.
    pub fn update(&mut self, data: &[u8]) -> Option<Vec<u8>> {
        let length = c_int::try_from(data.len()).ok()?;
        let mut output = vec![0; data.len() + self.block];
        let mut written = 0;
        // SAFETY: the context was begun; the output has room for a block more than the input.
        ok(unsafe {
            c::EVP_CipherUpdate(self.context.get(), output.as_mut_ptr(), &mut written, data.as_ptr(), length)
        })?;
        output.truncate(written as usize);
        Some(output)
    }

    /// What is authenticated and not encrypted.
    pub fn add(&mut self, data: &[u8]) -> Option<()> {
        let length = c_int::try_from(data.len()).ok()?;
        let mut written = 0;
        // SAFETY: the context was begun; without an output the input is taken as additional data.
        ok(unsafe { c::EVP_CipherUpdate(self.context.get(), null_mut(), &mut written, data.as_ptr(), length) })
    }

    /// Ends the input and gives the rest.
    pub fn finish(&mut self) -> Option<Vec<u8>> {
        let mut output = vec![0; self.block + c::EVP_MAX_BLOCK_LENGTH as usize];
        let mut written = 0;
        // SAFETY: the context was begun; the output has room for a block.
        ok(unsafe { c::EVP_CipherFinal_ex(self.context.get(), output.as_mut_ptr(), &mut written) })?;
        output.truncate(written as usize);
        Some(output)
    }

    /// Whether the last block is padded.
    pub fn set_padding(&mut self, padding: bool) {
        // SAFETY: the context was begun.
        unsafe { c::EVP_CIPHER_CTX_set_padding(self.context.get(), padding.into()) };
    }

    /// The tag that decryption has to find.
    pub fn set_tag(&mut self, tag: &[u8]) -> Option<()> {
        let length = c_int::try_from(tag.len()).ok()?;
        let tag = tag.as_ptr().cast_mut().cast();
        // SAFETY: the tag is read for its length.
        ok(unsafe { c::EVP_CIPHER_CTX_ctrl(self.context.get(), c::EVP_CTRL_AEAD_SET_TAG, length, tag) })
    }

    /// The tag of what was encrypted.
    pub fn tag(&mut self, length: usize) -> Option<Vec<u8>> {
        let mut tag = vec![0; length];
        let room = c_int::try_from(length).ok()?;
        // SAFETY: the tag has the length that is passed.
        ok(unsafe {
            c::EVP_CIPHER_CTX_ctrl(self.context.get(), c::EVP_CTRL_AEAD_GET_TAG, room, tag.as_mut_ptr().cast())
        })?;
        Some(tag)
    }
}
