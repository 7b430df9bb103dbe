//! Ciphers of `node:crypto`.
//!
//! Owns the handle of a cipher and the order in which it may be used, with workerd's texts. It must not know encodings.

use std::cell::RefCell;

use deno_core::{GarbageCollected, cppgc, op2};

use crate::crypto::clear_errors;
use crate::crypto::lib_crypto::aead::{self, Aead};
use crate::crypto::lib_crypto::cipher::{self, Context, Spec};
use crate::fetch::body::to_uint8_array;

/// Why a cipher did not do what it was asked. The texts are workerd's.
#[derive(Debug, thiserror::Error, deno_error::JsError)]
#[class(generic)]
pub enum CipherError {
    /// No cipher of this name.
    #[error("Unknown or unsupported cipher: {0}")]
    Unknown(String),
    /// The key is too long or too short.
    #[error("Invalid key length")]
    Key,
    /// The nonce is too long or too short.
    #[error("Invalid initialization vector")]
    Iv,
    /// The mode has no tags of this length.
    #[error("Invalid authentication tag length")]
    TagLength,
    /// A second tag.
    #[error("Auth tag is already set")]
    TagSet,
    /// Decryption ended without a tag.
    #[error("No auth tag provided")]
    NoTag,
    /// The tag is not known before the end.
    #[error("Auth tag is only available once cipher context has been finalized")]
    TagEarly,
    /// The mode has no tags.
    #[error("Cipher does not support authenticated mode")]
    NotAuthenticated,
    /// Additional data after other data.
    #[error("Failed to set AAD")]
    Aad,
    /// It was ended before.
    #[error("Cipher/decipher context has already been finalized")]
    Finished,
    /// The tag, the padding or the length of the last block is wrong.
    #[error("Authentication failed")]
    Failed,
    /// A cipher that seals whole messages has no length of tag that goes without saying.
    #[error("The auth tag length is required for cipher {0}")]
    TagLengthRequired(String),
    /// Such a cipher has no tags of this length.
    #[error("Failed to initialize AEAD cipher/decipher context")]
    Aead,
    /// The library refused input or parameters.
    #[error("Failed to update cipher/decipher")]
    Refused,
}

struct State {
    context: Option<Context>,
    spec: &'static Spec,
    encrypt: bool,
    tag_length: Option<usize>,
    tag_set: bool,
    tag: Option<Vec<u8>>,
}

/// What JavaScript holds of a cipher.
pub struct CipherHandle(RefCell<State>);

// SAFETY: no reference into the V8 heap is held.
unsafe impl GarbageCollected for CipherHandle {
    fn trace(&self, _visitor: &mut v8::cppgc::Visitor) {}

    fn get_name(&self) -> &'static std::ffi::CStr {
        c"CipherHandle"
    }
}

/// Length of a tag when nothing else is said.
const TAG_BYTES: usize = 16;

/// Lengths that tags of GCM may have.
fn tag_fits(length: usize) -> bool {
    matches!(length, 4 | 8 | 12..=16)
}

/// Begins a cipher. `tag_length` is negative if nothing was said about it.
#[op2]
pub fn op_node_cipher_new<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[string] name: &str,
    encrypt: bool,
    #[buffer] key: &[u8],
    #[buffer] iv: &[u8],
    #[number] tag_length: i64,
) -> Result<v8::Local<'s, v8::Value>, CipherError> {
    let spec = cipher::by_name(name).ok_or_else(|| CipherError::Unknown(name.to_owned()))?;
    if key.len() != spec.key {
        return Err(CipherError::Key);
    }
    if !spec.takes_iv(iv.len()) {
        return Err(CipherError::Iv);
    }
    let tag_length = usize::try_from(tag_length).ok().filter(|_| spec.authenticated());
    if tag_length.is_some_and(|length| !tag_fits(length)) {
        return Err(CipherError::TagLength);
    }
    let context = cleared(Context::new(spec, encrypt, key, iv)).ok_or(CipherError::Refused)?;
    let state = State { context: Some(context), spec, encrypt, tag_length, tag_set: false, tag: None };
    Ok(cppgc::make_cppgc_object(scope, CipherHandle(RefCell::new(state))).into())
}

/// What a failed call left in the library's list of errors must not be found by a later one.
fn cleared<T>(result: Option<T>) -> Option<T> {
    if result.is_none() {
        clear_errors();
    }
    result
}

/// Takes more input and gives what is ready.
#[op2]
pub fn op_node_cipher_update<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] handle: &CipherHandle,
    #[buffer] data: &[u8],
) -> Result<v8::Local<'s, v8::Value>, CipherError> {
    let mut state = handle.0.borrow_mut();
    let context = state.context.as_mut().ok_or(CipherError::Finished)?;
    let output = cleared(context.update(data)).ok_or(CipherError::Refused)?;
    drop(state);
    Ok(to_uint8_array(scope, output.into()))
}

/// Ends the input and gives the rest.
#[op2]
pub fn op_node_cipher_final<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] handle: &CipherHandle,
) -> Result<v8::Local<'s, v8::Value>, CipherError> {
    let mut state = handle.0.borrow_mut();
    let authenticated = state.spec.authenticated();
    if authenticated && !state.encrypt && !state.tag_set && state.context.is_some() {
        return Err(CipherError::NoTag);
    }
    // What failed may be gone on with, as in workerd.
    let output = cleared(state.context.as_mut().ok_or(CipherError::Finished)?.finish()).ok_or(CipherError::Failed)?;
    let length = state.tag_length.unwrap_or(TAG_BYTES);
    let context = state.context.take();
    if authenticated && state.encrypt {
        state.tag = context.and_then(|mut context| cleared(context.tag(length)));
    }
    drop(state);
    Ok(to_uint8_array(scope, output.into()))
}

/// What is authenticated and not encrypted.
#[op2(fast)]
pub fn op_node_cipher_aad(#[cppgc] handle: &CipherHandle, #[buffer] data: &[u8]) -> Result<(), CipherError> {
    let mut state = handle.0.borrow_mut();
    let authenticated = state.spec.authenticated();
    let context = state.context.as_mut().ok_or(CipherError::Finished)?;
    if !authenticated {
        return Err(CipherError::NotAuthenticated);
    }
    cleared(context.add(data)).ok_or(CipherError::Aad)
}

/// Whether the last block is padded.
#[op2(fast)]
pub fn op_node_cipher_padding(#[cppgc] handle: &CipherHandle, padding: bool) -> Result<(), CipherError> {
    let mut state = handle.0.borrow_mut();
    state.context.as_mut().ok_or(CipherError::Finished)?.set_padding(padding);
    Ok(())
}

/// The tag that decryption has to find.
#[op2(fast)]
pub fn op_node_cipher_set_tag(#[cppgc] handle: &CipherHandle, #[buffer] tag: &[u8]) -> Result<(), CipherError> {
    let mut guard = handle.0.borrow_mut();
    let state = &mut *guard;
    let context = state.context.as_mut().ok_or(CipherError::Finished)?;
    if !state.spec.authenticated() {
        return Err(CipherError::NotAuthenticated);
    }
    if state.tag_set {
        return Err(CipherError::TagSet);
    }
    if !tag_fits(tag.len()) || state.tag_length.is_some_and(|length| length != tag.len()) {
        return Err(CipherError::TagLength);
    }
    cleared(context.set_tag(tag)).ok_or(CipherError::TagLength)?;
    state.tag_set = true;
    Ok(())
}

/// The tag of what was encrypted; nothing the second time, or if the mode has none.
#[op2]
pub fn op_node_cipher_tag<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] handle: &CipherHandle,
) -> Result<v8::Local<'s, v8::Value>, CipherError> {
    let mut state = handle.0.borrow_mut();
    if state.context.is_some() {
        return Err(CipherError::TagEarly);
    }
    let tag = state.tag.take().unwrap_or_default();
    drop(state);
    Ok(to_uint8_array(scope, tag.into()))
}

/// `[name, nid, block, iv, key, mode]` of a cipher by its name or number; nothing if there is none, or if it has no such lengths.
/// Lengths that were not asked about are negative.
#[op2]
pub fn op_node_cipher_info<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[string] name: &str,
    nid: i32,
    #[number] key_length: i64,
    #[number] iv_length: i64,
) -> v8::Local<'s, v8::Value> {
    let nothing = v8::undefined(scope).into();
    let asked = |length: i64| usize::try_from(length).ok();
    let (shown, nid, block, iv, key, mode) = match (aead::by_name(name), cipher::by_name(name)) {
        // Whatever lengths were asked about, it is told which it has.
        (Some(spec), _) => (name, spec.nid, 1, spec.iv, spec.key, spec.mode),
        (None, found) => {
            let Some(spec) = found.or_else(|| cipher::by_nid(nid)) else { return nothing };
            let iv = asked(iv_length).unwrap_or(spec.iv);
            if asked(iv_length).is_some() && !spec.takes_iv(iv) {
                return nothing;
            }
            if asked(key_length).is_some_and(|length| length != spec.key) {
                return nothing;
            }
            (spec.shown, spec.nid, spec.block, iv, spec.key, spec.mode)
        }
    };
    let text = |text: &str| v8::String::new(scope, text).map(Into::into);
    let (Some(name), Some(mode)) = (text(shown), text(mode)) else { return nothing };
    let number = |value: usize| v8::Number::new(scope, value as f64).into();
    let parts = [name, number(nid as usize), number(block), number(iv), number(key), mode];
    v8::Array::new_with_elements(scope, &parts).into()
}

/// Checks what such a cipher is to begin with. The length of its tags, or -1 if it is none of those that seal whole messages.
#[op2(fast)]
pub fn op_node_aead_check(
    #[string] name: &str,
    #[buffer] key: &[u8],
    #[buffer] iv: &[u8],
    #[number] tag_length: i64,
) -> Result<i32, CipherError> {
    let Some(spec) = aead::by_name(name) else { return Ok(-1) };
    if iv.len() != spec.iv {
        return Err(CipherError::Iv);
    }
    let wanted = usize::try_from(tag_length).ok().or(spec.tag);
    let wanted = wanted.ok_or_else(|| CipherError::TagLengthRequired(name.to_owned()))?;
    // To the library 0 means its own choice.
    cleared((wanted > 0).then_some(wanted).and_then(|wanted| Aead::new(spec, key, wanted))).ok_or(CipherError::Aead)?;
    i32::try_from(wanted).map_err(|_| CipherError::Aead)
}

fn aead(name: &str, key: &[u8], iv: &[u8], tag_length: u32) -> Option<Aead> {
    let spec = aead::by_name(name).filter(|spec| key.len() == spec.key && iv.len() == spec.iv)?;
    Aead::new(spec, key, tag_length as usize)
}

/// Seals a message: `[ciphertext, tag]`.
#[op2]
#[allow(clippy::too_many_arguments, reason = "one algorithm's parameters")]
pub fn op_node_aead_seal<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[string] name: &str,
    #[buffer] key: &[u8],
    #[buffer] iv: &[u8],
    tag_length: u32,
    #[buffer] data: &[u8],
    #[buffer] extra: &[u8],
) -> Result<v8::Local<'s, v8::Value>, CipherError> {
    let sealed = aead(name, key, iv, tag_length).and_then(|aead| aead.seal(iv, data, extra));
    let parts = cleared(sealed).ok_or(CipherError::Refused)?.map(|part| to_uint8_array(scope, part.into()));
    Ok(v8::Array::new_with_elements(scope, &parts).into())
}

/// Opens a message. `undefined` if it is not what the tag says.
#[op2]
#[allow(clippy::too_many_arguments, reason = "one algorithm's parameters")]
pub fn op_node_aead_open<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[string] name: &str,
    #[buffer] key: &[u8],
    #[buffer] iv: &[u8],
    #[buffer] tag: &[u8],
    #[buffer] data: &[u8],
    #[buffer] extra: &[u8],
) -> v8::Local<'s, v8::Value> {
    let opened = aead(name, key, iv, tag.len() as u32).and_then(|aead| aead.open(iv, data, extra, tag));
    super::keys::bytes(scope, opened)
}
