//! Memory outside V8's heap that the code of an isolate holds: the bytes of its ArrayBuffers, and what counts like them.
//!
//! Owns the budget of one isolate, the one way in which bytes of the host become an ArrayBuffer, and
//! which memory a serialiser of V8 writes to. V8's own allocations
//! take from the same budget (`runtime/host`, the isolate's allocator; resizable.rs), and ICU's (icu.rs). It must not know what the bytes are.

use std::cell::Cell;
use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use bytes::Bytes;
use denizen_core::limits::KEPT_FROM_BYTES;
use deno_core::op2;

use crate::fetch::body::to_uint8_array;
use crate::isolate::IsolateState;

deno_core::extension!(
    denizen_memory,
    ops =
        [op_encode_counted, crate::icu::op_count_icu, crate::resizable::op_hold_resizable, crate::wasm::op_wasm_hold,]
);

/// What is left of an isolate's bytes for ArrayBuffers. V8 frees buffers on threads of its own.
#[derive(Debug)]
pub struct Budget {
    left: AtomicI64,
    /// Set when the isolate has more than it may: it is condemned at the end of its turn.
    exceeded: Arc<AtomicBool>,
}

impl Budget {
    /// A budget of `bytes`; `exceeded` is set when code holds more.
    pub fn new(bytes: usize, exceeded: Arc<AtomicBool>) -> Self {
        Self { left: AtomicI64::new(i64::try_from(bytes).unwrap_or(i64::MAX)), exceeded }
    }

    /// Takes `bytes` if there are as many.
    pub fn take(&self, bytes: usize) -> bool {
        let Ok(bytes) = i64::try_from(bytes) else { return false };
        if bytes == 0 {
            return true;
        }
        let enough = |left: i64| (left >= bytes).then(|| left - bytes);
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, enough).is_ok()
    }

    /// Whether `bytes` are left.
    pub fn has(&self, bytes: usize) -> bool {
        i64::try_from(bytes).is_ok_and(|bytes| self.left.load(Ordering::Relaxed) >= bytes)
    }

    /// Gives `bytes` back.
    pub fn give_back(&self, bytes: usize) {
        self.left.fetch_add(bytes as i64, Ordering::Relaxed);
    }

    /// Takes `bytes` if no more than `debt` will be missing.
    pub fn draw(&self, bytes: usize, debt: usize) -> bool {
        let (Ok(bytes), Ok(debt)) = (i64::try_from(bytes), i64::try_from(debt)) else { return false };
        let enough = |left: i64| left.checked_sub(bytes).filter(|left| *left >= -debt);
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, enough).is_ok()
    }

    /// Whether more has been taken than there was.
    pub fn is_overdrawn(&self) -> bool {
        self.left.load(Ordering::Relaxed) < 0
    }

    /// Has the isolate condemned.
    pub fn exceed(&self) {
        self.exceeded.store(true, Ordering::Relaxed);
    }

    /// Takes `bytes` that are there already, whatever is left.
    fn owe(&self, bytes: usize) {
        self.left.fetch_sub(bytes as i64, Ordering::Relaxed);
        self.exceed();
    }
}

/// Takes `bytes`. What nobody refers to any more makes room, as it does when V8 allocates.
fn take(scope: &mut v8::PinScope<'_, '_>, budget: &Budget, bytes: usize) -> bool {
    budget.take(bytes) || {
        scope.low_memory_notification();
        budget.take(bytes)
    }
}

/// An ArrayBuffer of these bytes. Code that holds more than its isolate may is stopped.
pub fn array_buffer<'s>(scope: &mut v8::PinScope<'s, '_>, bytes: Vec<u8>) -> v8::Local<'s, v8::ArrayBuffer> {
    let length = bytes.len();
    if length == 0 {
        let store = v8::ArrayBuffer::new_backing_store(scope, 0).make_shared();
        return v8::ArrayBuffer::with_backing_store(scope, &store);
    }
    let budget = IsolateState::of(scope).budget.clone();
    if !take(scope, &budget, length) {
        budget.owe(length);
        scope.terminate_execution();
    }
    let data = Box::into_raw(bytes.into_boxed_slice()).cast::<c_void>();
    // SAFETY: `data` is a boxed slice of `length` bytes and the budget an owned reference; `free` takes both back, once.
    let store = unsafe {
        v8::ArrayBuffer::new_backing_store_from_ptr(data, length, free, Arc::into_raw(budget).cast_mut().cast())
    };
    v8::ArrayBuffer::with_backing_store(scope, &store.make_shared())
}

unsafe extern "C" fn free(data: *mut c_void, length: usize, budget: *mut c_void) {
    // SAFETY: V8 gives back what `array_buffer` gave, once.
    unsafe {
        drop(Box::from_raw(std::ptr::slice_from_raw_parts_mut(data.cast::<u8>(), length)));
        let budget = Arc::from_raw(budget.cast_const().cast::<Budget>());
        budget.give_back(length);
    }
}

/// An isolate's bytes are used up. V8's own class and text for an ArrayBuffer that has no room.
#[derive(Debug, thiserror::Error, deno_error::JsError)]
#[class(range)]
#[error("Array buffer allocation failed")]
pub struct Full;

/// What counts as held by an isolate until it is dropped: bodies and arguments that wait to leave, and what the host keeps for
/// its code.
#[derive(Debug)]
pub struct Held {
    budget: Arc<Budget>,
    bytes: usize,
}

impl Held {
    /// Counts as `bytes` from now on, if it does not as more.
    pub fn grow(&mut self, scope: &mut v8::PinScope<'_, '_>, bytes: usize) -> Result<(), Full> {
        if bytes > self.bytes {
            if !take(scope, &self.budget, bytes - self.bytes) {
                return Err(Full);
            }
            self.bytes = bytes;
        }
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.budget.give_back(self.bytes);
    }
}

/// Counts `bytes` as held by the isolate that runs, from [`KEPT_FROM_BYTES`] on.
pub fn hold(scope: &mut v8::PinScope<'_, '_>, bytes: usize) -> Result<Option<Held>, Full> {
    if bytes < KEPT_FROM_BYTES {
        return Ok(None);
    }
    hold_few(scope, bytes).map(Some)
}

/// Counts `bytes` as held by the isolate that runs, however few they are: there may be many such pieces.
pub fn hold_few(scope: &mut v8::PinScope<'_, '_>, bytes: usize) -> Result<Held, Full> {
    let budget = IsolateState::of(scope).budget.clone();
    if take(scope, &budget, bytes) { Ok(Held { budget, bytes }) } else { Err(Full) }
}

/// Bytes that count as held by the isolate that runs, wherever they go.
pub fn keep(scope: &mut v8::PinScope<'_, '_>, bytes: Vec<u8>) -> Result<Bytes, Full> {
    struct Kept(Vec<u8>, #[allow(dead_code, reason = "it is dropped with the bytes")] Held);
    impl AsRef<[u8]> for Kept {
        fn as_ref(&self) -> &[u8] {
            &self.0
        }
    }
    Ok(match hold(scope, bytes.len())? {
        Some(held) => Bytes::from_owner(Kept(bytes, held)),
        None => bytes.into(),
    })
}

thread_local! {
    /// Whether the next allocation is a serialiser's buffer.
    static BEGINNING: Cell<bool> = const { Cell::new(false) };
    /// Where the buffer lies of the serialiser that runs on this thread.
    static BUFFER: Cell<*mut u8> = const { Cell::new(null_mut()) };
}

/// Lets V8 serialise something by `work`, in a buffer that `begin` makes and that then may not grow beyond
/// [`SERIALIZED_BYTES`]: V8 says that there is no memory. Other memory grows as it likes, also that of code in the value's
/// getters.
///
/// [`SERIALIZED_BYTES`]: denizen_core::limits::SERIALIZED_BYTES
pub fn serializing<T>(begin: impl FnOnce(), work: impl FnOnce() -> T) -> T {
    // A getter of the value may serialise another one.
    let outer = BUFFER.replace(null_mut());
    BEGINNING.set(true);
    begin();
    BEGINNING.set(false);
    let done = work();
    BUFFER.set(outer);
    done
}

/// For the process's allocator: memory was allocated.
#[inline]
pub fn allocated(memory: *mut u8) {
    if BEGINNING.get() {
        BEGINNING.set(false);
        BUFFER.set(memory);
    }
}

/// For the process's allocator: whether this is the buffer of the serialiser that runs on this thread.
#[inline]
pub fn is_serialized_buffer(memory: *mut u8) -> bool {
    BUFFER.get() == memory
}

/// For the process's allocator: that buffer lies elsewhere now.
pub fn serialized_buffer_moved(memory: *mut u8) {
    BUFFER.set(memory);
}

/// A text in UTF-8.
#[op2]
pub fn op_encode_counted<'s>(scope: &mut v8::PinScope<'s, '_>, #[string] text: String) -> v8::Local<'s, v8::Value> {
    to_uint8_array(scope, text.into_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_gives_what_it_has_and_a_debt_is_told() {
        let exceeded = Arc::new(AtomicBool::new(false));
        let budget = Budget::new(10, exceeded.clone());
        assert!(budget.take(6) && !budget.take(5) && budget.take(4));
        assert!(!exceeded.load(Ordering::Relaxed));
        budget.owe(3);
        assert!(exceeded.load(Ordering::Relaxed) && !budget.take(1) && budget.take(0));
        budget.give_back(13);
        assert!(budget.take(10) && !budget.take(1));
        assert!(!budget.draw(1, 0) && !budget.draw(6, 5) && !budget.is_overdrawn());
        assert!(budget.draw(5, 5) && budget.is_overdrawn() && budget.draw(0, 5));
        budget.give_back(5);
        assert!(!budget.is_overdrawn());
    }
}
