//! Resizable ArrayBuffers, which V8 makes of pages that it maps itself, past the isolate's allocator.
//!
//! Owns that they count like other ArrayBuffers, with the memory maps that each takes. A buffer carries what counts for it, so
//! that both end together. It must not know how a buffer came about: by its constructor or from another one
//! (js/bootstrap/intrinsics.js), or with a value that was read.

use std::cell::RefCell;

use denizen_core::limits::RESIZABLE_BUFFER_BYTES;
use deno_core::{GarbageCollected, cppgc, op2};

use crate::memory::{Full, Held, hold_few};
use crate::wasm::number;

/// What counts for one buffer.
struct Pages(RefCell<Held>);

// SAFETY: no reference into the V8 heap is held.
unsafe impl GarbageCollected for Pages {
    fn trace(&self, _visitor: &mut v8::cppgc::Visitor) {}

    fn get_name(&self) -> &'static std::ffi::CStr {
        c"Pages"
    }
}

/// Counts a buffer, if it is resizable, as one of at least `length` bytes. It does not count less once it shrinks.
pub fn hold(
    scope: &mut v8::PinScope<'_, '_>,
    buffer: v8::Local<'_, v8::ArrayBuffer>,
    length: usize,
) -> Result<(), Full> {
    if !buffer.get_backing_store().is_resizable_by_user_javascript() {
        return Ok(());
    }
    let bytes = length.max(buffer.byte_length()).max(RESIZABLE_BUFFER_BYTES);
    let name = v8::String::new(scope, "held").expect("a short string fits");
    let key = v8::Private::for_api(scope, Some(name));
    if let Some(held) = buffer.get_private(scope, key)
        && let Some(pages) = cppgc::try_unwrap_cppgc_object::<Pages>(scope, held)
    {
        return pages.0.borrow_mut().grow(scope, bytes);
    }
    let held = hold_few(scope, bytes)?;
    let pages = cppgc::make_cppgc_object(scope, Pages(RefCell::new(held)));
    buffer.set_private(scope, key, pages.into());
    Ok(())
}

/// Counts a buffer, if it is a resizable one, as one of `length` bytes if it has not as many.
#[op2(fast)]
pub fn op_hold_resizable(
    scope: &mut v8::PinScope<'_, '_>,
    buffer: v8::Local<'_, v8::Value>,
    #[number] length: usize,
) -> Result<(), Full> {
    match v8::Local::<v8::ArrayBuffer>::try_from(buffer) {
        Ok(buffer) => hold(scope, buffer, length),
        Err(_) => Ok(()),
    }
}

/// Counts the resizable buffers in what V8 has just read from `bytes`, and in parts that were read apart.
pub fn hold_read<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    bytes: &[u8],
    read: &[v8::Local<'s, v8::Value>],
    parts: &[v8::Local<'s, v8::Value>],
) -> Result<(), Full> {
    if !may_hold_one(bytes) {
        return Ok(());
    }
    let seen = v8::Set::new(scope);
    let mut waiting = [read, parts].concat();
    while let Some(value) = waiting.pop() {
        if let Ok(buffer) = v8::Local::<v8::ArrayBuffer>::try_from(value) {
            hold(scope, buffer, 0)?;
        } else if let Ok(view) = v8::Local::<v8::ArrayBufferView>::try_from(value) {
            waiting.extend(view.buffer(scope).map(v8::Local::<v8::Value>::from));
        } else if let Ok(object) = v8::Local::<v8::Object>::try_from(value) {
            let count = seen.size();
            if seen.add(scope, value).is_some() && seen.size() > count {
                push_members(scope, object, &mut waiting);
            }
        }
    }
    Ok(())
}

/// What an object consists of that V8 has just read: no code has seen it.
fn push_members<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    object: v8::Local<'s, v8::Object>,
    members: &mut Vec<v8::Local<'s, v8::Value>>,
) {
    if let Ok(map) = v8::Local::<v8::Map>::try_from(object) {
        return push_members(scope, map.as_array(scope).into(), members);
    }
    if let Ok(set) = v8::Local::<v8::Set>::try_from(object) {
        return push_members(scope, set.as_array(scope).into(), members);
    }
    let args = v8::GetPropertyNamesArgs {
        property_filter: v8::PropertyFilter::ONLY_ENUMERABLE | v8::PropertyFilter::SKIP_SYMBOLS,
        key_conversion: v8::KeyConversionMode::KeepNumbers,
        ..v8::GetPropertyNamesArgs::default()
    };
    let names = if object.is_native_error() {
        v8::String::new(scope, "cause").map(|cause| v8::Array::new_with_elements(scope, &[cause.into()]))
    } else {
        object.get_own_property_names(scope, args)
    };
    let Some(names) = names else { return };
    for index in 0..names.length() {
        if let Some(member) = names.get_index(scope, index).and_then(|name| object.get(scope, name))
            && member.is_object()
        {
            members.push(member);
        }
    }
}

/// Whether there is something like the beginning of a resizable buffer in V8's format: its tag, its length, and the length that
/// it may have.
fn may_hold_one(bytes: &[u8]) -> bool {
    const TAG: u8 = b'~';
    // V8 writes numbers as WebAssembly does.
    let begins = |mut rest: &[u8]| {
        let (Some(length), Some(max)) = (number(&mut rest), number(&mut rest)) else { return false };
        length <= max && length <= rest.len() as u64
    };
    bytes.contains(&TAG) && (1..=bytes.len()).any(|next| bytes[next - 1] == TAG && begins(&bytes[next..]))
}

#[cfg(test)]
mod tests {
    use super::may_hold_one;

    #[test]
    fn what_may_be_a_resizable_buffer_is_seen() {
        assert!(may_hold_one(&[255, 15, b'~', 0, 0]), "an empty one");
        assert!(may_hold_one(&[255, 15, b'~', 2, 0x81, 0x20, 1, 1]));
        assert!(!may_hold_one(b"\xff\x0f\"\x02~!"), "a text that ends");
        assert!(!may_hold_one(b"\xff\x0f\"\x04~ba!"), "it would be shorter than it is");
        assert!(!may_hold_one(&[255, 15, b'~', 3, 4, 1, 1]), "its bytes are missing");
        assert!(!may_hold_one(&[]));
    }
}
