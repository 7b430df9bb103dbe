//! Text to bytes and back, in the encodings of `Buffer`.
//!
//! Owns the conversions alone. It must not know `Buffer`.

use deno_core::op2;

use crate::fetch::body::to_uint8_array;
use crate::web::url::domain_to_ascii;

/// Why a conversion gives nothing.
#[derive(Debug, thiserror::Error, deno_error::JsError)]
pub enum TextError {
    /// V8 has no string of this length.
    #[class(generic)]
    #[error("Cannot create a string longer than 0x1fffffe8 characters")]
    TooLong,
}

/// Encodings, numbered as in `js/node/buffer.js`.
const UTF8: u8 = 0;
const LATIN1: u8 = 1;
const ASCII: u8 = 2;
const UTF16: u8 = 3;
const BASE64: u8 = 4;
const BASE64URL: u8 = 5;

/// The bytes of `text`. What is no digit ends hexadecimal text; what is no digit is skipped in base64.
#[op2]
pub fn op_node_bytes_of<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    text: v8::Local<'s, v8::String>,
    encoding: u8,
) -> v8::Local<'s, v8::Value> {
    let length = text.length();
    let bytes = match encoding {
        UTF8 => {
            let mut bytes = vec![0; text.utf8_length(scope)];
            let flags = v8::WriteFlags::kReplaceInvalidUtf8;
            let written = text.write_utf8_v2(scope, &mut bytes, flags, None);
            bytes.truncate(written);
            bytes
        }
        UTF16 => {
            let mut units = vec![0u16; length];
            text.write_v2(scope, 0, &mut units, v8::WriteFlags::empty());
            units.iter().flat_map(|unit| unit.to_le_bytes()).collect()
        }
        _ => {
            // Digits are ASCII, and what else there is keeps its low byte only where that is the conversion.
            let mut units = vec![0u16; length];
            text.write_v2(scope, 0, &mut units, v8::WriteFlags::empty());
            match encoding {
                LATIN1 | ASCII => units.iter().map(|unit| unit.to_le_bytes()[0]).collect(),
                BASE64 | BASE64URL => from_base64(&units),
                _ => from_hex(&units),
            }
        }
    };
    to_uint8_array(scope, bytes.into())
}

fn digit(unit: u16) -> Option<u8> {
    char::from_u32(unit.into()).and_then(|c| c.to_digit(16)).and_then(|digit| u8::try_from(digit).ok())
}

fn from_hex(units: &[u16]) -> Vec<u8> {
    let pairs = units.chunks_exact(2);
    pairs.map_while(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

fn sextet(unit: u16) -> Option<u32> {
    let byte = u8::try_from(unit).ok()?;
    Some(match byte {
        b'A'..=b'Z' => u32::from(byte - b'A'),
        b'a'..=b'z' => u32::from(byte - b'a') + 26,
        b'0'..=b'9' => u32::from(byte - b'0') + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

/// Both alphabets at once; the first padding ends it.
fn from_base64(units: &[u16]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(units.len() / 4 * 3 + 2);
    let (mut bits, mut count) = (0u32, 0);
    for unit in units.iter().take_while(|unit| **unit != u16::from(b'=')).filter_map(|unit| sextet(*unit)) {
        bits = bits << 6 | unit;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(bits.checked_shr(count).unwrap_or_default().to_le_bytes()[0]);
        }
    }
    bytes
}

fn to_base64(bytes: &[u8], url: bool) -> Vec<u8> {
    let alphabet: &[u8; 64] = if url {
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    } else {
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    };
    let mut text = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |at: usize| u32::from(group.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            if at <= group.len() {
                text.push(alphabet[(bits >> (18 - 6 * at) & 63) as usize]);
            } else if !url {
                text.push(b'=');
            }
        }
    }
    text
}

/// The text that `bytes` say.
#[op2]
pub fn op_node_text_of<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[buffer] bytes: &[u8],
    encoding: u8,
) -> Result<v8::Local<'s, v8::String>, TextError> {
    let one_byte = |scope: &mut v8::PinScope<'s, '_>, bytes: &[u8]| {
        v8::String::new_from_one_byte(scope, bytes, v8::NewStringType::Normal)
    };
    let text = match encoding {
        UTF8 => v8::String::new_from_utf8(scope, bytes, v8::NewStringType::Normal),
        LATIN1 => one_byte(scope, bytes),
        ASCII => one_byte(scope, &bytes.iter().map(|byte| byte & 0x7f).collect::<Vec<_>>()),
        UTF16 => {
            let units: Vec<_> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            v8::String::new_from_two_byte(scope, &units, v8::NewStringType::Normal)
        }
        BASE64 | BASE64URL => one_byte(scope, &to_base64(bytes, encoding == BASE64URL)),
        _ => {
            let digit = |nibble: u8| b"0123456789abcdef"[usize::from(nibble & 15)];
            let digits: Vec<_> = bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect();
            one_byte(scope, &digits)
        }
    };
    text.ok_or(TextError::TooLong)
}

/// Whether the bytes are valid UTF-8.
#[op2(fast)]
pub fn op_node_is_utf8(#[buffer] bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok()
}

/// A host name in ASCII; empty if it is none.
#[op2]
#[string]
pub fn op_node_domain(#[string] name: &str) -> String {
    domain_to_ascii(name)
}
