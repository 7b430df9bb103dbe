//! Memory that compression libraries take: counted in the isolate's budget for bytes, and refused beyond it.
//!
//! Owns the functions that the libraries call for memory. It must not know what they keep in it.

use std::alloc::{Layout, alloc, dealloc};
use std::ffi::{c_uint, c_void};
use std::ptr;
use std::sync::Arc;

use crate::isolate::IsolateState;
use crate::memory::Budget;

/// Before each piece of memory stands its whole size. Also the alignment, which is malloc's.
const HEAD: usize = 16;

/// The budget that a library's memory counts in. It has to outlive what the library keeps.
pub(super) struct Counted(Arc<Budget>);

impl Counted {
    /// The budget of the isolate that runs. Where less than `room` bytes are left, what nobody refers to any more is freed
    /// first: a library that is refused memory in the middle of its work cannot try again.
    pub fn new(scope: &mut v8::PinScope<'_, '_>, room: usize) -> Self {
        let budget = IsolateState::of(scope).budget.clone();
        if !budget.has(room) {
            scope.low_memory_notification();
        }
        Self(budget)
    }

    /// What the library has to give to the functions below.
    pub fn opaque(&self) -> *mut c_void {
        Arc::as_ptr(&self.0).cast_mut().cast()
    }

    /// Bytes of our own that count in the same budget; `None` if there is no room for them.
    pub fn copy(&self, bytes: &[u8]) -> Option<CountedBytes> {
        let budget = self.0.clone();
        budget.take(bytes.len()).then(|| CountedBytes { bytes: bytes.to_vec(), budget })
    }
}

/// Bytes that count in a budget for as long as they live.
pub(super) struct CountedBytes {
    bytes: Vec<u8>,
    budget: Arc<Budget>,
}

impl std::ops::Deref for CountedBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for CountedBytes {
    fn drop(&mut self) {
        self.budget.give_back(self.bytes.len());
    }
}

/// Gives `size` bytes, or null.
///
/// # Safety
/// `opaque` comes from a [`Counted`] that lives.
pub(super) unsafe extern "C" fn allocate(opaque: *mut c_void, size: usize) -> *mut c_void {
    let Some(whole) = size.checked_add(HEAD) else { return ptr::null_mut() };
    let Ok(layout) = Layout::from_size_align(whole, HEAD) else { return ptr::null_mut() };
    // SAFETY: the caller's promise.
    let budget = unsafe { &*opaque.cast::<Budget>() };
    if !budget.take(whole) {
        return ptr::null_mut();
    }
    // SAFETY: the size is not zero; the head holds a usize.
    unsafe {
        let start = alloc(layout);
        if start.is_null() {
            budget.give_back(whole);
            return ptr::null_mut();
        }
        start.cast::<usize>().write(whole);
        start.add(HEAD).cast()
    }
}

/// Gives memory for `count` things of `size` bytes, or null.
///
/// # Safety
/// As for [`allocate`].
pub(super) unsafe extern "C" fn allocate_items(opaque: *mut c_void, count: c_uint, size: c_uint) -> *mut c_void {
    match (count as usize).checked_mul(size as usize) {
        // SAFETY: the caller's promise.
        Some(bytes) => unsafe { allocate(opaque, bytes) },
        None => ptr::null_mut(),
    }
}

/// Takes memory back.
///
/// # Safety
/// `opaque` comes from a [`Counted`] that lives; `address` is null or was given by [`allocate`] for it and not taken back yet.
pub(super) unsafe extern "C" fn free(opaque: *mut c_void, address: *mut c_void) {
    if address.is_null() {
        return;
    }
    // SAFETY: the caller's promise; the head before the address holds the size of both.
    unsafe {
        let start = address.cast::<u8>().sub(HEAD);
        let whole = start.cast::<usize>().read();
        dealloc(start, Layout::from_size_align_unchecked(whole, HEAD));
        (*opaque.cast::<Budget>()).give_back(whole);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;

    #[test]
    fn memory_counts_while_it_is_held_and_is_refused_beyond_the_budget() {
        let counted = Counted(Arc::new(Budget::new(1000, Arc::new(AtomicBool::new(false)))));
        let opaque = counted.opaque();
        // SAFETY: the budget lives, and each address is given back once.
        unsafe {
            let first = allocate(opaque, 400);
            let second = allocate_items(opaque, 5, 100);
            assert!(!first.is_null() && !second.is_null() && first.addr().is_multiple_of(HEAD));
            ptr::write_bytes(first.cast::<u8>(), 1, 400);
            assert!(allocate(opaque, 100).is_null() && allocate(opaque, usize::MAX).is_null());
            assert!(allocate_items(opaque, u32::MAX, u32::MAX).is_null() && counted.copy(&[0; 100]).is_none());
            free(opaque, first);
            free(opaque, ptr::null_mut());
            let copy = counted.copy(&[7; 400]).expect("there is room again");
            assert!(copy.iter().all(|byte| *byte == 7) && allocate(opaque, 400).is_null());
            drop(copy);
            free(opaque, second);
        }
        assert!(counted.0.has(1000) && !counted.0.has(1001));
    }
}
