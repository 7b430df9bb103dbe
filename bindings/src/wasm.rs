//! Memories that WebAssembly instances make for themselves.
//!
//! Owns how many pages such memories of one isolate may have together, and what a module says of its memories: V8 counts them
//! neither as heap nor as ArrayBuffers. It must not know who makes instances.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use denizen_core::limits::{WASM_INSTANCE_PAGES, WASM_PAGES};
use deno_core::{GarbageCollected, OpState, cppgc, op2};

/// Pages that instances of the isolate have.
#[derive(Debug, Default, Clone)]
struct Pages(Rc<Cell<u64>>);

/// Pages of one instance, which are given back with it.
struct InstancePages {
    pages: u64,
    all: Pages,
}

impl Drop for InstancePages {
    fn drop(&mut self) {
        self.all.0.set(self.all.0.get().saturating_sub(self.pages));
    }
}

// SAFETY: no reference into the V8 heap is held.
unsafe impl GarbageCollected for InstancePages {
    fn trace(&self, _visitor: &mut v8::cppgc::Visitor) {}

    fn get_name(&self) -> &'static std::ffi::CStr {
        c"InstancePages"
    }
}

/// Counts the memories of an instance of `module` for as long as the handle that it gives is there. `null` if it makes none
/// itself or is no module; `false` if there are too many.
#[op2]
pub fn op_wasm_hold<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: Rc<RefCell<OpState>>,
    module: v8::Local<'s, v8::Value>,
) -> v8::Local<'s, v8::Value> {
    let null = v8::null(scope).into();
    let Ok(module) = v8::Local::<v8::WasmModuleObject>::try_from(module) else { return null };
    let pages = own_pages(module.get_compiled_module().get_wire_bytes_ref()).unwrap_or_default();
    if pages == 0 {
        return null;
    }
    let all = state.borrow().try_borrow::<Pages>().cloned();
    let all = all.unwrap_or_else(|| {
        let new = Pages::default();
        state.borrow_mut().put(new.clone());
        new
    });
    let fits = || all.0.get() + pages <= u64::from(WASM_PAGES);
    if !fits() {
        // What nobody refers to any more makes room.
        scope.low_memory_notification();
    }
    if !fits() {
        return v8::Boolean::new(scope, false).into();
    }
    all.0.set(all.0.get() + pages);
    cppgc::make_cppgc_object(scope, InstancePages { pages, all }).into()
}

/// Pages that count for the memories that a module defines.
fn own_pages(wire: &[u8]) -> Option<u64> {
    const MEMORY: u8 = 5;
    let mut rest = wire.get(8..)?;
    while let Some((&kind, after)) = rest.split_first() {
        rest = after;
        let length = usize::try_from(number(&mut rest)?).ok()?;
        let (mut section, after) = rest.split_at_checked(length)?;
        rest = after;
        if kind != MEMORY {
            continue;
        }
        let mut pages = 0;
        for _ in 0..number(&mut section)? {
            pages += memory_pages(&mut section)?;
        }
        return Some(pages);
    }
    None
}

/// Pages that count for one memory: those that it begins with, and some of those that its code may add unseen.
fn memory_pages(section: &mut &[u8]) -> Option<u64> {
    let flags = number(section)?;
    let initial = number(section)?;
    let maximum = if flags & 1 == 1 { number(section)? } else { u64::MAX };
    if flags & 8 == 8 {
        // Pages of its own size, at most of the usual one.
        number(section)?;
    }
    Some(initial.max(maximum.min(WASM_INSTANCE_PAGES)))
}

/// A number in LEB128, taken from the beginning of `bytes`.
pub(crate) fn number(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(sections: &[u8]) -> Vec<u8> {
        [&b"\0asm\x01\0\0\0"[..], sections].concat()
    }

    #[test]
    fn the_memories_of_a_module_are_counted() {
        let of = |sections: &[u8]| own_pages(&module(sections)).unwrap_or_default();
        assert_eq!(of(&[]), 0);
        assert_eq!(of(&[1, 4, 1, 96, 0, 0]), 0, "types alone");
        assert_eq!(of(&[1, 4, 1, 96, 0, 0, 5, 6, 1, 1, 208, 15, 208, 15]), 2_000);
        assert_eq!(of(&[5, 3, 1, 0, 1]), WASM_INSTANCE_PAGES, "it may grow");
        assert_eq!(of(&[5, 4, 1, 1, 1, 3]), 3, "as far as it may");
        assert_eq!(of(&[5, 7, 2, 1, 1, 3, 1, 2, 2]), 5);
        assert_eq!(of(&[5, 200, 1]), 0, "no module");
    }
}
