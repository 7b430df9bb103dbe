//! Helpers of tests: folders that vanish, and an executor for futures that need no runtime.

use std::cell::Cell;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

thread_local! {
    static STOPS_AT: Cell<Option<Instant>> = const { Cell::new(None) };
    static CACHE_PAGES: Cell<Option<usize>> = const { Cell::new(None) };
}

/// From then on SQL that runs on this thread is to stop.
pub(crate) fn stop_at(at: Option<Instant>) {
    STOPS_AT.set(at);
}

/// Whether it is to stop now.
pub(crate) fn is_late() -> bool {
    STOPS_AT.get().is_some_and(|at| Instant::now() >= at)
}

/// Pages that the databases which this thread opens from now on keep in memory, so that small transactions spill.
pub(crate) fn keep_pages(pages: Option<usize>) {
    CACHE_PAGES.set(pages);
}

/// The same, if that has been said.
pub(crate) fn kept_pages() -> Option<usize> {
    CACHE_PAGES.get()
}

/// A folder that is removed at the end.
#[derive(Debug)]
pub(crate) struct Scratch(PathBuf);

impl std::ops::Deref for Scratch {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// An empty folder.
pub(crate) fn scratch(name: &str) -> Scratch {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    // Memory where there is some: these tests are about order, not about a disk.
    let base = Path::new("/dev/shm");
    let base = if base.is_dir() { base.to_owned() } else { std::env::temp_dir() };
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = base.join(format!("denizen-{}-{number}-{name}", std::process::id()));
    drop(std::fs::remove_dir_all(&folder));
    std::fs::create_dir_all(&folder).expect("scratch folder");
    Scratch(folder)
}

/// Runs a future to its end, doing `work` whenever it waits.
pub(crate) fn drive<T>(future: impl Future<Output = T>, mut work: impl FnMut()) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..100_000 {
        if let Poll::Ready(outcome) = future.as_mut().poll(&mut context) {
            return outcome;
        }
        work();
    }
    panic!("the future waits for something that nobody does");
}
