//! The allocator of the process.
//!
//! Owns one refusal: the buffer of a V8 serialiser does not grow beyond its bound. V8 asks for memory before it looks at how much
//! a value takes, and a value is as large as code likes: a string that occurs a thousand times is written a thousand
//! times. What is refused becomes V8's DataCloneError. It must not know what is serialised.

use std::alloc::{GlobalAlloc, Layout};
use std::ptr::null_mut;

use denizen_bindings::memory::{allocated, is_serialized_buffer, serialized_buffer_moved};
use denizen_core::limits::SERIALIZED_BYTES;
use tikv_jemallocator::Jemalloc;

/// jemalloc with that refusal.
#[derive(Debug)]
pub struct Allocator;

// SAFETY: all memory is jemalloc's; a refusal is a null pointer, which leaves the memory as it was.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises.
        let memory = unsafe { Jemalloc.alloc(layout) };
        allocated(memory);
        memory
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises.
        unsafe { Jemalloc.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        if layout.size() > SERIALIZED_BYTES && layout.align() == 1 {
            // SAFETY: the memory is jemalloc's. Its size may be another one: the serialiser takes a size that was refused
            // for that of its buffer.
            unsafe { tikv_jemalloc_sys::free(pointer.cast()) }
        } else {
            // SAFETY: as the caller promises.
            unsafe { Jemalloc.dealloc(pointer, layout) }
        }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        if !is_serialized_buffer(pointer) {
            // SAFETY: as the caller promises.
            return unsafe { Jemalloc.realloc(pointer, layout, bytes) };
        }
        if bytes > SERIALIZED_BYTES {
            return null_mut();
        }
        // SAFETY: as the caller promises.
        let memory = unsafe { Jemalloc.realloc(pointer, layout, bytes) };
        if !memory.is_null() {
            serialized_buffer_moved(memory);
        }
        memory
    }
}
