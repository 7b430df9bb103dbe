//! What `import()` gives.
//!
//! Owns the replacement of one function of V8's interface, which the linker puts in its place (`build.rs`). deno_core hangs a
//! handler to the promise of every import that makes most errors anew, so that user code would not get what the module threw; that
//! aborts the process if the message is no text; and that user code could get hold of, since V8 looks the promise's `then` up.
//! Nothing else in the binary calls the function. It must not know how modules are loaded.

use std::ffi::c_void;

/// In place of `v8::Promise::catch`: the promise itself, without the handler.
///
/// # Safety
/// Only that method may call it: `promise` is the handle of a promise in the current scope.
#[unsafe(no_mangle)]
#[allow(non_snake_case, reason = "the linker's name for it")]
pub unsafe extern "C" fn __wrap_v8__Promise__Catch(
    promise: *const v8::Promise,
    _context: *const c_void,
    _handler: *const c_void,
) -> *const v8::Promise {
    promise
}
