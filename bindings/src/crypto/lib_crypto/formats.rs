//! Keys of pairs in and out of the formats that Node knows: PKCS #1, PKCS #8, SubjectPublicKeyInfo, SEC 1; DER and PEM; encrypted or
//! not.
//!
//! Owns the calls that read and write them. It must not know what a key is used for.

use std::ffi::{CString, c_char, c_int, c_long, c_void};
use std::ptr::{null, null_mut};

use aws_lc_sys as c;
use denizen_core::limits::ENCRYPTED_KEY_ROUNDS;

use super::cipher::{Context, Spec};
use super::{Key, Owned, marshal, number_bytes, ok, text_of};
use crate::crypto::keys::{key_of_ec, key_of_rsa};

/// What kind of key it is, in the names of `keys`. Nothing for those that workerd does not know.
pub fn kind(key: &Key) -> Option<&'static str> {
    // SAFETY: the key is live; what it gives belongs to it.
    unsafe {
        Some(match c::EVP_PKEY_id(key.get()) {
            c::EVP_PKEY_RSA => "RSA",
            c::EVP_PKEY_DSA => "DSA",
            c::EVP_PKEY_ED25519 => "Ed25519",
            c::EVP_PKEY_X25519 => "X25519",
            c::EVP_PKEY_EC => {
                match c::EC_GROUP_get_curve_name(c::EC_KEY_get0_group(c::EVP_PKEY_get0_EC_KEY(key.get()))) {
                    c::NID_secp224r1 => "P-224",
                    c::NID_X9_62_prime256v1 => "P-256",
                    c::NID_secp384r1 => "P-384",
                    c::NID_secp521r1 => "P-521",
                    _ => return None,
                }
            }
            _ => return None,
        })
    }
}

/// A view of bytes that the library reads as a file.
pub(super) fn reader(data: &[u8]) -> Option<Owned<c::BIO>> {
    let length = isize::try_from(data.len()).ok()?;
    // SAFETY: the file reads from the slice, which outlives it in every caller.
    Owned::new(unsafe { c::BIO_new_mem_buf(data.as_ptr().cast(), length as _) }, free_file)
}

/// A file that the library writes into memory.
pub(super) fn writer() -> Option<Owned<c::BIO>> {
    // SAFETY: the method is a static table.
    Owned::new(unsafe { c::BIO_new(c::BIO_s_mem()) }, free_file)
}

/// What was written.
pub(super) fn written(file: &Owned<c::BIO>) -> Option<Vec<u8>> {
    let (mut data, mut length) = (null(), 0);
    // SAFETY: the bytes belong to the file and are copied while it lives.
    unsafe {
        ok(c::BIO_mem_contents(file.get(), &mut data, &mut length))?;
        if length == 0 {
            return Some(Vec::new());
        }
        Some(std::slice::from_raw_parts(data, length).to_vec())
    }
}

unsafe extern "C" fn free_file(file: *mut c::BIO) {
    // SAFETY: the owner gives it back once.
    unsafe { c::BIO_free(file) };
}

/// Gives the library the passphrase: `data` is an `Option<&[u8]>`.
unsafe extern "C" fn passphrase(buffer: *mut c_char, size: c_int, _writing: c_int, data: *mut c_void) -> c_int {
    // SAFETY: the caller passed such a pointer to something that outlives the call; the buffer has the size.
    unsafe {
        let Some(secret) = *data.cast::<Option<&[u8]>>() else { return -1 };
        if secret.len() > size as usize {
            return -1;
        }
        std::ptr::copy_nonoverlapping(secret.as_ptr(), buffer.cast(), secret.len());
        secret.len() as c_int
    }
}

/// Takes one value of DER from the front of `input`: its tag and content.
fn take_der<'a>(input: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let (&tag, rest) = input.split_first()?;
    let (&first, mut rest) = rest.split_first()?;
    let mut length = usize::from(first);
    if first & 0x80 != 0 {
        let (digits, after) = rest.split_at_checked(usize::from(first & 0x7f))?;
        if digits.is_empty() || digits.len() > 4 {
            return None;
        }
        length = digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit));
        rest = after;
    }
    let (content, rest) = rest.split_at_checked(length)?;
    *input = rest;
    Some((tag, content))
}

/// Whether deriving the key of an EncryptedPrivateKeyInfo (RFC 5958) takes no more rounds than are allowed: nothing stops the
/// library in the middle of them. PBES2 has them within its derivation function, the older schemes beside their salt.
fn is_bounded(data: &[u8]) -> bool {
    const SEQUENCE: u8 = 0x30;
    const OCTETS: u8 = 0x04;
    const INTEGER: u8 = 0x02;
    let rounds = || {
        let mut input = data;
        let (_, mut info) = take_der(&mut input)?;
        let (_, mut algorithm) = take_der(&mut info)?;
        take_der(&mut algorithm)?;
        let (_, mut parameters) = take_der(&mut algorithm)?;
        let (mut tag, mut content) = take_der(&mut parameters)?;
        if tag == SEQUENCE {
            take_der(&mut content)?;
            (tag, parameters) = take_der(&mut content)?;
            (tag, _) = if tag == SEQUENCE { take_der(&mut parameters)? } else { return None };
        }
        let (kind, number) = take_der(&mut parameters)?;
        (tag == OCTETS && kind == INTEGER && number.len() <= 4)
            .then(|| number.iter().fold(0, |sum: u64, digit| sum << 8 | u64::from(*digit)))
    };
    rounds().is_some_and(|rounds| rounds <= ENCRYPTED_KEY_ROUNDS)
}

/// A private key from PEM.
pub fn private_pem(data: &[u8], secret: Option<&[u8]>) -> Option<Key> {
    if block(data, "ENCRYPTED PRIVATE KEY").is_some_and(|der| !is_bounded(&der)) {
        return None;
    }
    let file = reader(data)?;
    // SAFETY: the file is live, and the passphrase outlives the call.
    let key = unsafe {
        let secret = (&raw const secret).cast_mut().cast();
        c::PEM_read_bio_PrivateKey(file.get(), null_mut(), Some(passphrase), secret)
    };
    Owned::new(key, c::EVP_PKEY_free)
}

/// A private key from DER of a type: `pkcs1`, `sec1`, else PKCS #8. What follows it is not looked at.
pub fn private_der(kind: &str, data: &[u8], secret: Option<&[u8]>) -> Option<Key> {
    let mut input = c::CBS { data: data.as_ptr(), len: data.len() };
    // SAFETY: the input points into a live slice; every call moves it on and gives an owned object.
    unsafe {
        match kind {
            "pkcs1" => key_of_rsa(Owned::new(c::RSA_parse_private_key(&mut input), c::RSA_free)?),
            "sec1" => key_of_ec(Owned::new(c::EC_KEY_parse_private_key(&mut input, null()), c::EC_KEY_free)?),
            _ => {
                if let Some(key) = Owned::new(c::EVP_parse_private_key(&mut input), c::EVP_PKEY_free) {
                    return Some(key);
                }
                let secret = secret.filter(|_| is_bounded(data))?;
                let mut input = c::CBS { data: data.as_ptr(), len: data.len() };
                let key = c::PKCS8_parse_encrypted_private_key(&mut input, secret.as_ptr().cast(), secret.len());
                Owned::new(key, c::EVP_PKEY_free)
            }
        }
    }
}

/// A public key from PEM: of its own, of a certificate, or that of a private key.
pub fn public_pem(data: &[u8], secret: Option<&[u8]>) -> Option<Key> {
    let (file, again) = (reader(data)?, reader(data)?);
    // SAFETY: the files are live; what is read is owned.
    unsafe {
        let key = c::PEM_read_bio_PUBKEY(file.get(), null_mut(), None, null_mut());
        if let Some(key) = Owned::new(key, c::EVP_PKEY_free) {
            return Some(key);
        }
        let certificate = c::PEM_read_bio_X509(again.get(), null_mut(), None, null_mut());
        if let Some(certificate) = Owned::new(certificate, c::X509_free) {
            return Owned::new(c::X509_get_pubkey(certificate.get()), c::EVP_PKEY_free);
        }
    }
    if let Some(der) = block(data, "RSA PUBLIC KEY") {
        return public_der("pkcs1", &der);
    }
    private_pem(data, secret)
}

/// A public key from DER: SubjectPublicKeyInfo if it is said to be that, else PKCS #1.
pub fn public_der(kind: &str, data: &[u8]) -> Option<Key> {
    let mut input = c::CBS { data: data.as_ptr(), len: data.len() };
    // SAFETY: as for private ones.
    unsafe {
        match kind {
            "spki" => Owned::new(c::EVP_parse_public_key(&mut input), c::EVP_PKEY_free),
            _ => key_of_rsa(Owned::new(c::RSA_parse_public_key(&mut input), c::RSA_free)?),
        }
    }
}

/// The bytes of the first PEM block of a name.
fn block(data: &[u8], name: &str) -> Option<Vec<u8>> {
    let file = reader(data)?;
    let name = CString::new(name).ok()?;
    let (mut bytes, mut length): (*mut u8, c_long) = (null_mut(), 0);
    // SAFETY: the bytes are owned, copied and freed once.
    unsafe {
        ok(c::PEM_bytes_read_bio(&mut bytes, &mut length, null_mut(), name.as_ptr(), file.get(), None, null_mut()))?;
        let copy = std::slice::from_raw_parts(bytes, usize::try_from(length).ok()?).to_vec();
        c::OPENSSL_free(bytes.cast());
        Some(copy)
    }
}

/// DER as PEM under a name.
pub fn pem(name: &str, der: &[u8]) -> Option<Vec<u8>> {
    let file = writer()?;
    let name = CString::new(name).ok()?;
    let length = c_long::try_from(der.len()).ok()?;
    // SAFETY: the file is live, the bytes are read for their length.
    unsafe { (c::PEM_write_bio(file.get(), name.as_ptr(), c"".as_ptr(), der.as_ptr(), length) > 0).then_some(())? };
    written(&file)
}

/// A public key in PKCS #1, if it is one of RSA.
pub fn public_pkcs1(key: &Key) -> Option<Vec<u8>> {
    let (mut data, mut length) = (null_mut(), 0);
    // SAFETY: the key is live; the bytes are owned, copied and freed once.
    unsafe {
        let rsa = c::EVP_PKEY_get0_RSA(key.get());
        (!rsa.is_null()).then_some(())?;
        ok(c::RSA_public_key_to_bytes(&mut data, &mut length, rsa))?;
        Some(taken(data, length))
    }
}

/// A private key in PKCS #1 or SEC 1, by what it is.
pub fn private_traditional(key: &Key) -> Option<Vec<u8>> {
    // SAFETY: the key is live; the bytes are owned, copied and freed once; the builder is finished or cleaned up.
    unsafe {
        let (rsa, ec) = (c::EVP_PKEY_get0_RSA(key.get()), c::EVP_PKEY_get0_EC_KEY(key.get()));
        let (mut data, mut length) = (null_mut(), 0);
        if !rsa.is_null() {
            ok(c::RSA_private_key_to_bytes(&mut data, &mut length, rsa))?;
            return Some(taken(data, length));
        }
        (!ec.is_null()).then_some(())?;
        let mut builder = std::mem::zeroed::<c::CBB>();
        ok(c::CBB_init(&mut builder, 256))?;
        let flags = c::EC_KEY_get_enc_flags(ec);
        if c::EC_KEY_marshal_private_key(&mut builder, ec, flags) != 1
            || c::CBB_finish(&mut builder, &mut data, &mut length) != 1
        {
            c::CBB_cleanup(&mut builder);
            return None;
        }
        Some(taken(data, length))
    }
}

/// A private key of PKCS #1 or SEC 1 as PEM that is encrypted in the way of old.
pub fn private_traditional_encrypted(key: &Key, cipher: &Spec, secret: &[u8]) -> Option<Vec<u8>> {
    let file = writer()?;
    let length = c_int::try_from(secret.len()).ok()?;
    // SAFETY: key and file are live; the passphrase is read for its length.
    ok(unsafe {
        let (rsa, ec) = (c::EVP_PKEY_get0_RSA(key.get()), c::EVP_PKEY_get0_EC_KEY(key.get()));
        if !rsa.is_null() {
            c::PEM_write_bio_RSAPrivateKey(file.get(), rsa, cipher.get(), secret.as_ptr(), length, None, null_mut())
        } else if !ec.is_null() {
            c::PEM_write_bio_ECPrivateKey(file.get(), ec, cipher.get(), secret.as_ptr(), length, None, null_mut())
        } else {
            0
        }
    })?;
    written(&file)
}

/// One element of DER.
fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = content.len().to_be_bytes();
    let digits = &length[length.iter().position(|byte| *byte != 0).unwrap_or(length.len() - 1)..];
    let mut out = vec![tag];
    if content.len() >= 0x80 {
        out.push(0x80 | digits.len() as u8);
    }
    out.extend_from_slice(digits);
    out.extend(content);
    out
}

/// Iterations and bytes of salt of what is encrypted: workerd's.
const PBKDF2_ITERATIONS: u32 = 2048;
const SALT_BYTES: usize = 16;
const SEQUENCE: u8 = 0x30;
const OCTETS: u8 = 0x04;
const OBJECT: u8 = 0x06;
const INTEGER: u8 = 0x02;
const NULL: &[u8] = &[0x05, 0x00];
// Contents of identifiers: 1.2.840.113549.1.5.13, 1.2.840.113549.1.5.12, 1.2.840.113549.2.9.
const PBES2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d];
const PBKDF2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0c];
const HMAC_SHA_256: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x09];

/// The identifier of a cipher that PKCS #8 is encrypted with.
fn cipher_object(name: &str) -> Option<&'static [u8]> {
    Some(match name {
        "aes-128-cbc" => &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x02],
        "aes-192-cbc" => &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x16],
        "aes-256-cbc" => &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2a],
        "des-ede3-cbc" => &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x03, 0x07],
        _ => return None,
    })
}

/// A private key in PKCS #8 that is encrypted with a key derived by PBKDF2 (RFC 8018). The library's own call derives it with SHA-1.
pub fn private_encrypted(key: &Key, cipher: &Spec, secret: &[u8]) -> Option<Vec<u8>> {
    let object = cipher_object(cipher.name)?;
    let (mut salt, mut iv) = ([0; SALT_BYTES], vec![0; cipher.iv]);
    getrandom::fill(&mut salt).ok()?;
    getrandom::fill(&mut iv).ok()?;
    let derived = super::pbkdf2("SHA-256", secret, &salt, PBKDF2_ITERATIONS, cipher.key)?;
    let mut context = Context::new(cipher, true, &derived, &iv)?;
    let mut sealed = context.update(&marshal(key, true)?)?;
    sealed.extend(context.finish()?);
    let iterations = u16::try_from(PBKDF2_ITERATIONS).ok()?.to_be_bytes();
    let pseudorandom = element(SEQUENCE, &[&element(OBJECT, &[HMAC_SHA_256]), NULL]);
    let parameters = [&element(OCTETS, &[&salt])[..], &element(INTEGER, &[&iterations]), &pseudorandom];
    let derivation = element(SEQUENCE, &[&element(OBJECT, &[PBKDF2]), &element(SEQUENCE, &parameters)]);
    let encryption = element(SEQUENCE, &[&element(OBJECT, &[object]), &element(OCTETS, &[&iv])]);
    let scheme = element(SEQUENCE, &[&element(OBJECT, &[PBES2]), &element(SEQUENCE, &[&derivation, &encryption])]);
    Some(element(SEQUENCE, &[&scheme, &element(OCTETS, &[&sealed])]))
}

/// Takes over bytes that the library allocated.
pub(super) unsafe fn taken(data: *mut u8, length: usize) -> Vec<u8> {
    // SAFETY: the caller got both from the library.
    unsafe {
        let copy = if length == 0 { Vec::new() } else { std::slice::from_raw_parts(data, length).to_vec() };
        c::OPENSSL_free(data.cast());
        copy
    }
}

/// What a key tells of itself: RSA: bits and exponent; DSA: bits of both primes.
pub fn details(key: &Key) -> (u32, u32, Vec<u8>) {
    // SAFETY: the key is live; numbers that it gives belong to it.
    unsafe {
        let rsa = c::EVP_PKEY_get0_RSA(key.get());
        let dsa = c::EVP_PKEY_get0_DSA(key.get());
        if !rsa.is_null() {
            (c::RSA_bits(rsa), 0, number_bytes(c::RSA_get0_e(rsa), 0).unwrap_or_default())
        } else if !dsa.is_null() {
            let (mut p, mut q) = (null(), null());
            c::DSA_get0_pqg(dsa, &mut p, &mut q, null_mut());
            (c::BN_num_bits(p), c::BN_num_bits(q), Vec::new())
        } else {
            (0, 0, Vec::new())
        }
    }
}

/// What a signed public key and challenge (SPKAC) holds.
pub struct Spkac(Owned<c::NETSCAPE_SPKI>);

impl Spkac {
    /// From its text, which may end with white space.
    pub fn new(text: &[u8]) -> Option<Self> {
        let text = text.trim_ascii_end();
        if text.is_empty() {
            return None;
        }
        let length = isize::try_from(text.len()).ok()?;
        // SAFETY: the text is read for its length.
        let made = unsafe { c::NETSCAPE_SPKI_b64_decode(text.as_ptr().cast(), length as _) };
        Owned::new(made, c::NETSCAPE_SPKI_free).map(Self)
    }

    /// The public key.
    fn key(&self) -> Option<Key> {
        // SAFETY: the object is live; the key is a new reference.
        Owned::new(unsafe { c::NETSCAPE_SPKI_get_pubkey(self.0.get()) }, c::EVP_PKEY_free)
    }

    /// Whether the key signed it.
    pub fn verify(&self) -> bool {
        let Some(key) = self.key() else { return false };
        // SAFETY: both are live.
        unsafe { c::NETSCAPE_SPKI_verify(self.0.get(), key.get()) > 0 }
    }

    /// The public key as PEM.
    pub fn public_key(&self) -> Option<Vec<u8>> {
        pem("PUBLIC KEY", &marshal(&self.key()?, false)?)
    }

    /// The challenge.
    pub fn challenge(&self) -> Option<Vec<u8>> {
        // SAFETY: the object is live, and its parts belong to it.
        unsafe {
            let inner = (*self.0.get()).spkac;
            if inner.is_null() {
                return None;
            }
            text_of((*inner).challenge.cast())
        }
    }
}
