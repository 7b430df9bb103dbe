//! Certificates of X.509.
//!
//! Owns the calls that read them. It must not know in what form JavaScript shows what they say.

use std::ffi::{CString, c_int, c_long};
use std::net::IpAddr;
use std::ptr::null_mut;

use aws_lc_sys as c;
use denizen_core::limits::ENCODED_KEY_BYTES;

use super::formats::{pem, reader, taken, writer, written};
use super::{Key, Owned, marshal, number_bytes, ok, text_of};

/// A certificate.
pub struct Certificate(Owned<c::X509>);

/// Extensions that are shown as text.
#[derive(Clone, Copy)]
pub enum Extension {
    /// Other names of the subject.
    AlternativeNames,
    /// Where the issuer tells more.
    InformationAccess,
}

/// An attribute of a name: its short name and its value.
pub type Attribute = (Vec<u8>, Vec<u8>);

impl Certificate {
    /// From PEM or DER. What follows it is not looked at.
    pub fn new(data: &[u8]) -> Option<Self> {
        if data.len() > ENCODED_KEY_BYTES {
            return None;
        }
        let file = reader(data)?;
        // SAFETY: the file is live; `start` is moved within a live slice.
        unsafe {
            let found = c::PEM_read_bio_X509(file.get(), null_mut(), None, null_mut());
            if let Some(found) = Owned::new(found, c::X509_free) {
                return Some(Self(found));
            }
            let mut start = data.as_ptr();
            Owned::new(c::d2i_X509(null_mut(), &mut start, c_long::try_from(data.len()).ok()?), c::X509_free).map(Self)
        }
    }

    /// Its DER.
    pub fn der(&self) -> Option<Vec<u8>> {
        let mut data = null_mut();
        // SAFETY: the certificate is live; the bytes are owned.
        unsafe {
            let length = c::i2d_X509(self.0.get(), &mut data);
            Some(taken(data, usize::try_from(length).ok().filter(|length| *length > 0)?))
        }
    }

    /// Its PEM.
    pub fn pem(&self) -> Option<Vec<u8>> {
        pem("CERTIFICATE", &self.der()?)
    }

    fn name(&self, issuer: bool) -> *const c::X509_NAME {
        // SAFETY: the certificate is live and owns the name.
        unsafe { if issuer { c::X509_get_issuer_name(self.0.get()) } else { c::X509_get_subject_name(self.0.get()) } }
    }

    /// The subject's or issuer's name, an attribute a line.
    pub fn name_lines(&self, issuer: bool) -> Option<Vec<u8>> {
        let flags = c::ASN1_STRFLGS_ESC_2253
            | c::ASN1_STRFLGS_ESC_CTRL
            | c::ASN1_STRFLGS_UTF8_CONVERT
            | c::XN_FLAG_SEP_MULTILINE
            | c::XN_FLAG_FN_SN;
        let file = writer()?;
        // SAFETY: name and file are live.
        unsafe { (c::X509_NAME_print_ex(file.get(), self.name(issuer), 0, flags as _) > 0).then_some(())? };
        written(&file)
    }

    /// The attributes of a name.
    pub fn attributes(&self, issuer: bool) -> Vec<Attribute> {
        let name = self.name(issuer);
        // SAFETY: the name is live and owns its entries.
        let count = unsafe { c::X509_NAME_entry_count(name) };
        (0..count).filter_map(|index| attribute(name, index)).collect()
    }

    /// An extension as text.
    pub fn extension(&self, which: Extension) -> Option<Vec<u8>> {
        let nid = match which {
            Extension::AlternativeNames => c::NID_subject_alt_name,
            Extension::InformationAccess => c::NID_info_access,
        };
        let file = writer()?;
        // SAFETY: the certificate is live and owns the extension.
        unsafe {
            let index = c::X509_get_ext_by_NID(self.0.get(), nid, -1);
            let extension = if index < 0 { null_mut() } else { c::X509_get_ext(self.0.get(), index) };
            if extension.is_null() {
                return None;
            }
            ok(c::X509V3_EXT_print(file.get(), extension, 0, 0))?;
        }
        written(&file)
    }

    /// The purposes that its key may be used for, as identifiers of objects.
    pub fn purposes(&self) -> Option<Vec<Vec<u8>>> {
        // SAFETY: the extension is a new stack of objects, which it owns.
        unsafe {
            let found = c::X509_get_ext_d2i(self.0.get(), c::NID_ext_key_usage, null_mut(), null_mut());
            let found = Owned::new(found.cast::<c::EXTENDED_KEY_USAGE>(), c::EXTENDED_KEY_USAGE_free)?;
            let stack = found.get().cast::<c::OPENSSL_STACK>();
            let list = (0..c::OPENSSL_sk_num(stack)).filter_map(|index| {
                let object = c::OPENSSL_sk_value(stack, index).cast::<c::ASN1_OBJECT>();
                let mut text = [0_u8; 256];
                let length = c::OBJ_obj2txt(text.as_mut_ptr().cast(), text.len() as c_int, object, 1);
                Some(text[..usize::try_from(length).ok()?.min(text.len() - 1)].to_vec())
            });
            Some(list.collect())
        }
    }

    /// From when or until when it holds.
    pub fn moment(&self, end: bool) -> Option<Vec<u8>> {
        let file = writer()?;
        // SAFETY: certificate and file are live.
        unsafe {
            let moment = if end { c::X509_get0_notAfter(self.0.get()) } else { c::X509_get0_notBefore(self.0.get()) };
            ok(c::ASN1_TIME_print(file.get(), moment))?;
        }
        written(&file)
    }

    /// The number that its issuer gave it.
    pub fn serial(&self) -> Option<Vec<u8>> {
        // SAFETY: the certificate is live; the number is new.
        unsafe {
            let number = c::ASN1_INTEGER_to_BN(c::X509_get0_serialNumber(self.0.get()), null_mut());
            let number = Owned::new(number, c::BN_free)?;
            number_bytes(number.get(), 0)
        }
    }

    /// Whether it is one of an authority.
    pub fn is_authority(&self) -> bool {
        // SAFETY: the certificate is live.
        unsafe { c::X509_check_ca(self.0.get()) == 1 }
    }

    fn key(&self) -> Option<Key> {
        // SAFETY: the certificate is live; the key is a new reference.
        Owned::new(unsafe { c::X509_get_pubkey(self.0.get()) }, c::EVP_PKEY_free)
    }

    /// The public key as DER, and its kind.
    pub fn public_key(&self) -> Option<(&'static str, Vec<u8>)> {
        let key = self.key()?;
        Some((super::formats::kind(&key)?, marshal(&key, false)?))
    }

    /// Whether its issuer is `other`, by names and key identifiers.
    pub fn issued_by(&self, other: &Self) -> bool {
        // SAFETY: both are live.
        unsafe { c::X509_check_issued(other.0.get(), self.0.get()) == c::X509_V_OK }
    }

    /// Whether the key signed it.
    pub fn signed_by(&self, key: &Key) -> bool {
        // SAFETY: both are live.
        unsafe { c::X509_verify(self.0.get(), key.get()) == 1 }
    }

    /// Whether it is about this private key.
    pub fn is_of(&self, key: &Key) -> bool {
        // SAFETY: both are live.
        unsafe { c::X509_check_private_key(self.0.get(), key.get()) == 1 }
    }

    /// The name in the certificate that covers a host.
    pub fn host(&self, host: &[u8], flags: u32) -> Option<Vec<u8>> {
        // A dot in front would stand for all names below the rest.
        if host.is_empty() || host.starts_with(b".") {
            return None;
        }
        let mut found = null_mut();
        // SAFETY: the host is read for its length; the name found ends with a zero, is owned, copied and freed once.
        unsafe {
            ok(c::X509_check_host(self.0.get(), host.as_ptr().cast(), host.len(), flags, &mut found))?;
            if found.is_null() {
                return Some(host.to_vec());
            }
            let name = std::ffi::CStr::from_ptr(found).to_bytes().to_vec();
            c::OPENSSL_free(found.cast());
            Some(name)
        }
    }

    /// Whether it covers an address of mail.
    pub fn email(&self, email: &[u8], flags: u32) -> bool {
        // SAFETY: the address is read for its length.
        !email.is_empty()
            && unsafe { c::X509_check_email(self.0.get(), email.as_ptr().cast(), email.len(), flags) == 1 }
    }

    /// Whether it covers an address of the Internet; nothing if it is none.
    pub fn ip(&self, ip: &str) -> Option<bool> {
        ip.parse::<IpAddr>().ok()?;
        let ip = CString::new(ip).ok()?;
        // SAFETY: the text ends with a zero.
        match unsafe { c::X509_check_ip_asc(self.0.get(), ip.as_ptr(), 0) } {
            -2 => None,
            found => Some(found == 1),
        }
    }
}

/// Flags of [`Certificate::host`]: what JavaScript's options mean to the library.
pub fn host_flags(subject: Option<bool>, wildcards: bool, single_label: bool) -> u32 {
    let mut flags = match subject {
        Some(true) => c::X509_CHECK_FLAG_ALWAYS_CHECK_SUBJECT,
        Some(false) => c::X509_CHECK_FLAG_NEVER_CHECK_SUBJECT,
        None => 0,
    };
    if !wildcards {
        flags |= c::X509_CHECK_FLAG_NO_WILDCARDS;
    }
    if single_label {
        flags |= c::X509_CHECK_FLAG_SINGLE_LABEL_SUBDOMAINS;
    }
    flags as u32
}

fn attribute(name: *const c::X509_NAME, index: c_int) -> Option<Attribute> {
    // SAFETY: the caller's name is live and owns its entries; text of a known number is static.
    unsafe {
        let entry = c::X509_NAME_get_entry(name, index);
        if entry.is_null() {
            return None;
        }
        let object = c::X509_NAME_ENTRY_get_object(entry);
        let nid = c::OBJ_obj2nid(object);
        let key = if nid == c::NID_undef {
            let mut text = [0_u8; 256];
            let length = c::OBJ_obj2txt(text.as_mut_ptr().cast(), text.len() as c_int, object, 1);
            text[..usize::try_from(length).ok()?.min(text.len() - 1)].to_vec()
        } else {
            std::ffi::CStr::from_ptr(c::OBJ_nid2sn(nid)).to_bytes().to_vec()
        };
        Some((key, text_of(c::X509_NAME_ENTRY_get_data(entry))?))
    }
}
