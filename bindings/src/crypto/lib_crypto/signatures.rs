//! Signatures of digests, and RSA's encryption, as Node has them.
//!
//! Owns the order in which parameters are set, since what fails first is what JavaScript is told. It must not know texts.

use std::ptr::{null, null_mut};

use aws_lc_sys as c;

use super::{Key, Owned, ok, sized};

/// The digest of a name that OpenSSL knows, in its spelling: short names, and the long ones of signatures.
pub fn signature_digest(name: &str) -> Option<*const c::EVP_MD> {
    // SAFETY: these give static tables.
    unsafe {
        Some(match name {
            "md4" | "MD4" => c::EVP_md4(),
            "md5" | "MD5" | "RSA-MD5" | "md5WithRSAEncryption" => c::EVP_md5(),
            "sha1"
            | "SHA1"
            | "DSA-SHA"
            | "dsaWithSHA"
            | "DSA-SHA1"
            | "dsaWithSHA1"
            | "ecdsa-with-SHA1"
            | "RSA-SHA1"
            | "sha1WithRSAEncryption" => c::EVP_sha1(),
            "sha224" | "SHA224" | "RSA-SHA224" | "sha224WithRSAEncryption" => c::EVP_sha224(),
            "sha256" | "SHA256" | "RSA-SHA256" | "sha256WithRSAEncryption" => c::EVP_sha256(),
            "sha384" | "SHA384" | "RSA-SHA384" | "sha384WithRSAEncryption" => c::EVP_sha384(),
            "sha512" | "SHA512" | "RSA-SHA512" | "sha512WithRSAEncryption" => c::EVP_sha512(),
            "sha512-256" | "SHA512-256" => c::EVP_sha512_256(),
            "md5-sha1" | "MD5-SHA1" => c::EVP_md5_sha1(),
            _ => return None,
        })
    }
}

/// Whether a digest is in no signature, although it has a name.
pub fn is_unsigned(digest: *const c::EVP_MD) -> bool {
    // SAFETY: the digest is a static table.
    unsafe { c::EVP_MD_type(digest) == c::NID_sha512_256 }
}

/// What RSA's padding is to be; nothing stands for what is usual.
#[derive(Clone, Copy)]
pub struct Padding {
    /// PKCS #1 v1.5, PSS, or one that signatures do not have, by OpenSSL's numbers.
    pub padding: Option<i32>,
    /// Length of PSS's salt, or -1 for the digest's, -2 for the longest.
    pub salt: Option<i32>,
}

/// What could not be done with a signature.
pub enum Refusal {
    /// The key does not sign.
    Key,
    /// The padding is not one of signatures.
    Padding,
    /// The digest does not go with the key.
    Digest,
    /// The library refused the rest.
    Rest,
}

fn prepare(
    key: &Key,
    digest: *const c::EVP_MD,
    padding: Padding,
    sign: bool,
) -> Result<Owned<c::EVP_PKEY_CTX>, Refusal> {
    // SAFETY: the context is new and of a live key; the digest is a static table.
    unsafe {
        let context =
            Owned::new(c::EVP_PKEY_CTX_new(key.get(), null_mut()), c::EVP_PKEY_CTX_free).ok_or(Refusal::Key)?;
        let raw = context.get();
        ok(if sign { c::EVP_PKEY_sign_init(raw) } else { c::EVP_PKEY_verify_init(raw) }).ok_or(Refusal::Key)?;
        if !c::EVP_PKEY_get0_RSA(key.get()).is_null() {
            let wanted = padding.padding.unwrap_or(c::RSA_PKCS1_PADDING);
            ok(c::EVP_PKEY_CTX_set_rsa_padding(raw, wanted)).ok_or(Refusal::Padding)?;
            if wanted == c::RSA_PKCS1_PSS_PADDING {
                let salt = padding.salt.unwrap_or(-1);
                ok(c::EVP_PKEY_CTX_set_rsa_pss_saltlen(raw, salt)).ok_or(Refusal::Padding)?;
            }
        }
        let refused = is_unsigned(digest) && c::EVP_PKEY_get0_RSA(key.get()).is_null();
        ok(c::EVP_PKEY_CTX_set_signature_md(raw, digest)).filter(|()| !refused).ok_or(Refusal::Digest)?;
        Ok(context)
    }
}

/// Signs a digest.
pub fn sign_digest(key: &Key, digest: *const c::EVP_MD, hashed: &[u8], padding: Padding) -> Result<Vec<u8>, Refusal> {
    let context = prepare(key, digest, padding, true)?;
    if is_unsigned(digest) {
        return Err(Refusal::Rest);
    }
    // SAFETY: the context was prepared for signing; `sized` gives room for what the call writes.
    sized(|out, length| unsafe { c::EVP_PKEY_sign(context.get(), out, length, hashed.as_ptr(), hashed.len()) })
        .ok_or(Refusal::Rest)
}

/// Whether the signature is that of a digest.
pub fn verify_digest(
    key: &Key,
    digest: *const c::EVP_MD,
    hashed: &[u8],
    signature: &[u8],
    padding: Padding,
) -> Result<bool, Refusal> {
    let context = prepare(key, digest, padding, false)?;
    if is_unsigned(digest) {
        return Ok(false);
    }
    // SAFETY: the context was prepared for verifying; slices are live.
    Ok(unsafe {
        c::EVP_PKEY_verify(context.get(), signature.as_ptr(), signature.len(), hashed.as_ptr(), hashed.len()) == 1
    })
}

/// Ed25519's signature of a message.
pub fn sign_message(key: &Key, data: &[u8]) -> Option<Vec<u8>> {
    // SAFETY: the context is new, the key live; `sized` gives room for what the call writes.
    unsafe {
        let context = Owned::new(c::EVP_MD_CTX_new(), c::EVP_MD_CTX_free)?;
        ok(c::EVP_DigestSignInit(context.get(), null_mut(), null(), null_mut(), key.get()))?;
        sized(|out, length| c::EVP_DigestSign(context.get(), out, length, data.as_ptr(), data.len()))
    }
}

/// Whether Ed25519's signature is that of a message.
pub fn verify_message(key: &Key, data: &[u8], signature: &[u8]) -> Option<bool> {
    // SAFETY: the context is new, the key live; slices are live.
    unsafe {
        let context = Owned::new(c::EVP_MD_CTX_new(), c::EVP_MD_CTX_free)?;
        ok(c::EVP_DigestVerifyInit(context.get(), null_mut(), null(), null_mut(), key.get()))?;
        let (sign, length) = (signature.as_ptr(), signature.len());
        Some(c::EVP_DigestVerify(context.get(), sign, length, data.as_ptr(), data.len()) == 1)
    }
}

/// Bytes of a number of the curve's group, if it is a curve's key: the halves of a signature have this length.
pub fn half_length(key: &Key) -> Option<usize> {
    // SAFETY: the key is live and owns the group.
    unsafe {
        let ec = c::EVP_PKEY_get0_EC_KEY(key.get());
        if ec.is_null() {
            return None;
        }
        Some((c::BN_num_bits(c::EC_GROUP_get0_order(c::EC_KEY_get0_group(ec))) as usize).div_ceil(8))
    }
}

/// What is done with RSA.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Rsa {
    /// With the public key.
    Encrypt,
    /// With the private key.
    Decrypt,
    /// Encryption with the private key.
    Sign,
    /// Decryption with the public key.
    Recover,
}

/// How OAEP is made.
pub struct Oaep<'a> {
    /// The digest.
    pub digest: *const c::EVP_MD,
    /// What the ciphertext is bound to.
    pub label: &'a [u8],
}

/// RSA's encryption, or its reverse.
pub fn rsa(what: Rsa, key: &Key, padding: i32, oaep: &Oaep<'_>, data: &[u8]) -> Result<Vec<u8>, Refusal> {
    // SAFETY: the context is new and of a live key; the label is copied into the library's own memory, which takes it over.
    unsafe {
        let context =
            Owned::new(c::EVP_PKEY_CTX_new(key.get(), null_mut()), c::EVP_PKEY_CTX_free).ok_or(Refusal::Key)?;
        let raw = context.get();
        let (begin, run): (unsafe extern "C" fn(_) -> _, unsafe extern "C" fn(_, _, _, _, _) -> _) = match what {
            Rsa::Encrypt => (c::EVP_PKEY_encrypt_init, c::EVP_PKEY_encrypt),
            Rsa::Decrypt => (c::EVP_PKEY_decrypt_init, c::EVP_PKEY_decrypt),
            Rsa::Sign => (c::EVP_PKEY_sign_init, c::EVP_PKEY_sign),
            Rsa::Recover => (c::EVP_PKEY_verify_recover_init, c::EVP_PKEY_verify_recover),
        };
        ok(begin(raw)).ok_or(Refusal::Key)?;
        ok(c::EVP_PKEY_CTX_set_rsa_padding(raw, padding)).ok_or(Refusal::Padding)?;
        if padding == c::RSA_PKCS1_OAEP_PADDING {
            ok(c::EVP_PKEY_CTX_set_rsa_oaep_md(raw, oaep.digest)).ok_or(Refusal::Digest)?;
            ok(c::EVP_PKEY_CTX_set_rsa_mgf1_md(raw, oaep.digest)).ok_or(Refusal::Digest)?;
            if !oaep.label.is_empty() {
                let copy = c::OPENSSL_memdup(oaep.label.as_ptr().cast(), oaep.label.len()).cast();
                ok(c::EVP_PKEY_CTX_set0_rsa_oaep_label(raw, copy, oaep.label.len())).ok_or(Refusal::Rest)?;
            }
        }
        sized(|out, length| run(raw, out, length, data.as_ptr(), data.len())).ok_or(Refusal::Rest)
    }
}
