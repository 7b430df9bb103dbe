//! Certificates for `node:crypto`.
//!
//! Owns the operations: a certificate is its DER, and is read anew for each. It must not know classes or options.

use deno_core::op2;

use super::keys::{Value, bytes, kind_and_der};
use crate::crypto::clear_errors;
use crate::crypto::lib_crypto::parse;
use crate::crypto::lib_crypto::x509::{Certificate, Extension, host_flags};

/// The DER of a certificate in PEM or DER.
#[op2]
pub fn op_node_x509_read<'s>(scope: &mut v8::PinScope<'s, '_>, #[buffer] data: &[u8]) -> Value<'s> {
    let found = Certificate::new(data).and_then(|certificate| certificate.der());
    // Reading goes on until there is no more, which is an error to the library.
    clear_errors();
    bytes(scope, found)
}

fn text<'s>(scope: &mut v8::PinScope<'s, '_>, found: Option<Vec<u8>>) -> Value<'s> {
    clear_errors();
    let text = found.and_then(|found| v8::String::new(scope, &String::from_utf8_lossy(&found)));
    text.map_or_else(|| v8::undefined(scope).into(), Into::into)
}

/// What a certificate says, as text.
#[op2]
pub fn op_node_x509_text<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[buffer] der: &[u8],
    #[string] what: &str,
) -> Value<'s> {
    let found = Certificate::new(der).and_then(|certificate| match what {
        "subject" => certificate.name_lines(false),
        "issuer" => certificate.name_lines(true),
        "subjectAltName" => certificate.extension(Extension::AlternativeNames),
        "infoAccess" => certificate.extension(Extension::InformationAccess),
        "validFrom" => certificate.moment(false),
        "validTo" => certificate.moment(true),
        "pem" => certificate.pem(),
        _ => None,
    });
    text(scope, found)
}

fn texts<'s>(scope: &mut v8::PinScope<'s, '_>, found: Vec<Vec<u8>>) -> Value<'s> {
    let parts: Vec<_> = found.into_iter().map(|part| text(scope, Some(part))).collect();
    v8::Array::new_with_elements(scope, &parts).into()
}

/// Names and values of the subject's or issuer's attributes, one after the other.
#[op2]
pub fn op_node_x509_attributes<'s>(scope: &mut v8::PinScope<'s, '_>, #[buffer] der: &[u8], issuer: bool) -> Value<'s> {
    let found = Certificate::new(der).map(|certificate| certificate.attributes(issuer)).unwrap_or_default();
    texts(scope, found.into_iter().flat_map(|(name, value)| [name, value]).collect())
}

/// Identifiers of the purposes that the key may be used for; `undefined` if nothing is said.
#[op2]
pub fn op_node_x509_purposes<'s>(scope: &mut v8::PinScope<'s, '_>, #[buffer] der: &[u8]) -> Value<'s> {
    match Certificate::new(der).and_then(|certificate| certificate.purposes()) {
        Some(found) => texts(scope, found),
        None => text(scope, None),
    }
}

/// The serial number.
#[op2]
pub fn op_node_x509_serial<'s>(scope: &mut v8::PinScope<'s, '_>, #[buffer] der: &[u8]) -> Value<'s> {
    bytes(scope, Certificate::new(der).and_then(|certificate| certificate.serial()))
}

/// `[kind, DER]` of the public key.
#[op2]
pub fn op_node_x509_key<'s>(scope: &mut v8::PinScope<'s, '_>, #[buffer] der: &[u8]) -> Value<'s> {
    kind_and_der(scope, Certificate::new(der).and_then(|certificate| certificate.public_key()))
}

/// Whether it is one of an authority.
#[op2(fast)]
pub fn op_node_x509_is_authority(#[buffer] der: &[u8]) -> bool {
    answer(der, |certificate| certificate.is_authority())
}

fn answer(der: &[u8], question: impl FnOnce(Certificate) -> bool) -> bool {
    let found = Certificate::new(der).is_some_and(question);
    clear_errors();
    found
}

/// Whether its issuer is `other`.
#[op2(fast)]
pub fn op_node_x509_issued(#[buffer] der: &[u8], #[buffer] other: &[u8]) -> bool {
    answer(der, |certificate| Certificate::new(other).is_some_and(|other| certificate.issued_by(&other)))
}

/// Whether a public key signed it, or it is about a private key.
#[op2(fast)]
pub fn op_node_x509_fits(#[buffer] der: &[u8], private: bool, #[buffer] key: &[u8]) -> bool {
    answer(der, |certificate| {
        parse(key, private).is_some_and(
            |key| {
                if private { certificate.is_of(&key) } else { certificate.signed_by(&key) }
            },
        )
    })
}

/// The name that covers a host. `subject`: 1 always looks there, 0 never, -1 if there is no other name.
#[op2]
pub fn op_node_x509_host<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[buffer] der: &[u8],
    #[string] host: &str,
    subject: i32,
    wildcards: bool,
    single_label: bool,
) -> Value<'s> {
    let flags = host_flags((subject >= 0).then_some(subject == 1), wildcards, single_label);
    let found = Certificate::new(der).and_then(|certificate| certificate.host(host.as_bytes(), flags));
    text(scope, found)
}

/// Whether it covers an address of mail.
#[op2(fast)]
pub fn op_node_x509_email(#[buffer] der: &[u8], #[string] email: &str, subject: i32) -> bool {
    let flags = host_flags((subject >= 0).then_some(subject == 1), true, false);
    answer(der, |certificate| certificate.email(email.as_bytes(), flags))
}

/// Whether it covers an address of the Internet: 1 or 0; -1 if it is no address.
#[op2(nofast)]
pub fn op_node_x509_ip(#[buffer] der: &[u8], #[string] ip: &str) -> i32 {
    let found = Certificate::new(der).and_then(|certificate| certificate.ip(ip));
    clear_errors();
    found.map_or(-1, i32::from)
}
