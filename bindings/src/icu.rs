//! ICU's memory: what objects of `Intl` keep, and what methods of strings, dates and numbers keep that ask for a locale.
//!
//! Owns that it counts like ArrayBuffers: V8 knows nothing of it, and so neither bounds it nor collects garbage for its sake.
//! V8 does not expect that it is refused. So it is not, within reason: V8 collects garbage at the next point where it may, and
//! code that then still has more than its isolate may is stopped. It must not know what the memory is for.

use std::alloc::{Layout, alloc, dealloc, realloc};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ffi::{c_int, c_void};
use std::ptr::{null, null_mut};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use denizen_core::limits::ICU_SLACK_BYTES;
use deno_core::op2;

use crate::isolate::IsolateState;
use crate::memory::Budget;

type Allocate = unsafe extern "C" fn(*const c_void, usize) -> *mut c_void;
type Reallocate = unsafe extern "C" fn(*const c_void, *mut c_void, usize) -> *mut c_void;
type Free = unsafe extern "C" fn(*const c_void, *mut c_void);

unsafe extern "C" {
    /// ICU's, whose names have its version.
    fn u_setMemoryFunctions_77(
        context: *const c_void,
        allocate: Allocate,
        reallocate: Reallocate,
        free: Free,
        status: *mut c_int,
    );
    /// V8's.
    fn v8__Isolate__GetCurrent() -> *const c_void;
}

/// Has all of ICU's memory counted. Before anything of V8 is used: what ICU had from elsewhere could not be told from ours, and
/// it refuses then. Whether it has agreed.
///
/// # Safety
///
/// No other thread may use ICU meanwhile.
pub unsafe fn count_all() -> bool {
    let mut status = 0;
    // SAFETY: the functions belong together, and nobody uses ICU.
    unsafe { u_setMemoryFunctions_77(null(), allocate, reallocate, free, &mut status) };
    status == 0
}

/// Whose memory it is.
struct Account {
    budget: Arc<Budget>,
    isolate: v8::IsolateHandle,
    /// Whether V8 will collect garbage.
    is_asked: AtomicBool,
}

impl Account {
    /// Takes `bytes`, whatever is left. `false` if that is beyond all reason.
    fn draw(&self, bytes: usize) -> bool {
        if self.budget.draw(bytes, 0) {
            return true;
        }
        if !self.is_asked.swap(true, Ordering::Relaxed) {
            self.isolate.request_interrupt(collect, null_mut());
        }
        self.budget.draw(bytes, ICU_SLACK_BYTES)
    }
}

unsafe extern "C" fn collect(mut isolate: v8::UnsafeRawIsolatePtr, _data: *mut c_void) {
    let Some(account) = current() else { return };
    // SAFETY: V8 gives the isolate that it interrupts.
    let isolate = unsafe { v8::Isolate::ref_from_raw_isolate_ptr_mut(&mut isolate) };
    isolate.low_memory_notification();
    account.is_asked.store(false, Ordering::Relaxed);
    if account.budget.is_overdrawn() {
        account.budget.exceed();
        isolate.terminate_execution();
    }
}

thread_local! {
    /// By the addresses of the thread's isolates. One that is gone stays until the next one begins.
    static ACCOUNTS: RefCell<HashMap<usize, Arc<Account>>> = RefCell::default();
    /// The one that was asked for last, and its isolate's address.
    static LAST: Cell<(usize, *const Account)> = const { Cell::new((0, null())) };
}

/// The account of the isolate that runs on this thread.
fn current() -> Option<Arc<Account>> {
    // SAFETY: V8 looks at the thread's own variable.
    let isolate = unsafe { v8__Isolate__GetCurrent() }.addr();
    if isolate == 0 {
        return None;
    }
    let (last, account) = LAST.get();
    if last == isolate {
        // SAFETY: whoever takes an account out of the map forgets it here, too.
        return Some(unsafe {
            Arc::increment_strong_count(account);
            Arc::from_raw(account)
        });
    }
    let account = ACCOUNTS.try_with(|accounts| accounts.borrow().get(&isolate).cloned()).ok().flatten()?;
    LAST.set((isolate, Arc::as_ptr(&account)));
    Some(account)
}

/// Counts what ICU allocates from now on while this isolate runs.
#[op2(fast)]
pub fn op_count_icu(scope: &mut v8::PinScope<'_, '_>) {
    let account = Account {
        budget: IsolateState::of(scope).budget.clone(),
        isolate: scope.thread_safe_handle(),
        is_asked: AtomicBool::new(false),
    };
    // SAFETY: as above.
    let isolate = unsafe { v8__Isolate__GetCurrent() }.addr();
    LAST.set((0, null()));
    ACCOUNTS.with_borrow_mut(|accounts| {
        accounts.retain(|_, account| Arc::strong_count(&account.budget) > 1);
        accounts.insert(isolate, Arc::new(account));
    });
}

/// What stands before ICU's bytes.
#[repr(C, align(16))]
struct Header {
    account: *const Account,
    bytes: usize,
}

impl Header {
    /// That of what [`allocate`] gave.
    fn of(memory: *mut c_void) -> *mut Self {
        memory.cast::<Self>().wrapping_sub(1)
    }
}

fn layout(bytes: usize) -> Option<Layout> {
    Layout::from_size_align(bytes.checked_add(size_of::<Header>())?, align_of::<Header>()).ok()
}

unsafe extern "C" fn allocate(_context: *const c_void, bytes: usize) -> *mut c_void {
    let Some(layout) = layout(bytes) else { return null_mut() };
    let account = current();
    if account.as_ref().is_some_and(|account| !account.draw(bytes)) {
        return null_mut();
    }
    // SAFETY: the layout has a size, and the header lies at its beginning.
    unsafe {
        let header = alloc(layout).cast::<Header>();
        if header.is_null() {
            account.inspect(|account| account.budget.give_back(bytes));
            return null_mut();
        }
        header.write(Header { account: account.map_or(null(), Arc::into_raw), bytes });
        header.add(1).cast()
    }
}

unsafe extern "C" fn reallocate(context: *const c_void, memory: *mut c_void, bytes: usize) -> *mut c_void {
    if memory.is_null() {
        // SAFETY: as the caller promises.
        return unsafe { allocate(context, bytes) };
    }
    let header = Header::of(memory);
    // SAFETY: the memory is of `allocate`, with its header and that one's account, if it has one.
    unsafe {
        let old = header.read();
        let account = old.account.as_ref();
        let (Some(before), Some(after)) = (layout(old.bytes), layout(bytes)) else { return null_mut() };
        if account.is_some_and(|account| !account.draw(bytes)) {
            return null_mut();
        }
        let header = realloc(header.cast(), before, after.size()).cast::<Header>();
        let gone = if header.is_null() { bytes } else { old.bytes };
        account.inspect(|account| account.budget.give_back(gone));
        if header.is_null() {
            return null_mut();
        }
        (*header).bytes = bytes;
        header.add(1).cast()
    }
}

unsafe extern "C" fn free(_context: *const c_void, memory: *mut c_void) {
    if memory.is_null() {
        return;
    }
    let header = Header::of(memory);
    // SAFETY: as above; the header owns a reference to the account.
    unsafe {
        let Header { account, bytes } = header.read();
        if !account.is_null() {
            Arc::from_raw(account).budget.give_back(bytes);
        }
        if let Some(layout) = layout(bytes) {
            dealloc(header.cast(), layout);
        }
    }
}
