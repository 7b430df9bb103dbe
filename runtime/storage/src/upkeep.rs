//! Work on databases that no caller waits for on its own thread: checkpoints, closing, copies.
//!
//! Owns the queue and when the log of a database is brought into it. It must not know whose database it is.

use std::collections::VecDeque;
use std::ffi::c_int;
use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use denizen_core::limits::storage::{CHECKPOINT_BYTES, CLOSING};
use libsqlite3_sys as ffi;
use tokio::sync::oneshot;

use crate::StorageError;
use crate::disk::vfs::Files;
use crate::disk::{Disk, lock};
use crate::sqlite::{Connection, Interrupter};

/// A piece of work.
type Job = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Job>,
    closed: bool,
}

/// The queue, shared with its threads.
#[derive(Default)]
pub(crate) struct Upkeep {
    queue: Mutex<Queue>,
    arrived: Condvar,
    /// Connections that wait to be closed, each with its descriptors.
    closing: Arc<AtomicUsize>,
}

impl std::fmt::Debug for Upkeep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upkeep").finish_non_exhaustive()
    }
}

impl Upkeep {
    /// Adds a piece of work. It is done even while the engine shuts down.
    pub(crate) fn push(&self, job: impl FnOnce() + Send + 'static) {
        lock(&self.queue).jobs.push_back(Box::new(job));
        self.arrived.notify_one();
    }

    /// Done when everything that was asked for before is. SQLite unlinks the log of a database that it closes by name:
    /// that has to be over before the name may stand for another file.
    pub(crate) fn barrier(&self) -> impl Future<Output = ()> + use<> {
        let (done, over) = oneshot::channel();
        // Whoever waited may have left.
        self.push(move || done.send(()).unwrap_or_default());
        async move { drop(over.await) }
    }

    /// Closes a connection; the last one of a database brings the log into it and removes the log.
    pub(crate) fn close(&self, connection: Connection) {
        if self.closing.load(Ordering::Relaxed) >= CLOSING {
            // It takes a few syncs here; without that, descriptors would pile up behind a disk that cannot keep up.
            return drop(connection);
        }
        let closing = self.closing.clone();
        closing.fetch_add(1, Ordering::Relaxed);
        self.push(move || {
            drop(connection);
            closing.fetch_sub(1, Ordering::Relaxed);
        });
    }

    /// Brings the log of a database into it, once it is long enough. The log is kept and begun anew.
    pub(crate) fn checkpoint_if_due(&self, disk: &Arc<Disk>, files: &Arc<Files>) {
        if files.wal_bytes() < CHECKPOINT_BYTES || files.checkpoint_asked.swap(true, Ordering::AcqRel) {
            return;
        }
        let (disk, files) = (disk.clone(), files.clone());
        self.push(move || {
            // A checkpoint that fails loses nothing: the log goes on, and the next commit asks again.
            drop(checkpoint(&disk, &files));
            files.checkpoint_asked.store(false, Ordering::Release);
        });
    }

    /// Works until [`Upkeep::shut_down`], then until nothing is left.
    pub(crate) fn run(&self) {
        loop {
            let mut queue = lock(&self.queue);
            let job = loop {
                match queue.jobs.pop_front() {
                    Some(job) => break job,
                    None if queue.closed => return,
                    None => queue = self.arrived.wait(queue).unwrap_or_else(std::sync::PoisonError::into_inner),
                }
            };
            drop(queue);
            job();
        }
    }

    /// Does one piece of work on this thread: whether there was one.
    pub(crate) fn run_once(&self) -> bool {
        let job = lock(&self.queue).jobs.pop_front();
        let any = job.is_some();
        if let Some(job) = job {
            job();
        }
        any
    }

    /// The threads end when nothing is left.
    pub(crate) fn shut_down(&self) {
        lock(&self.queue).closed = true;
        self.arrived.notify_all();
    }
}

/// Copies the frames of the log into the database through a connection of its own, so that nobody waits for it.
pub(crate) fn checkpoint(disk: &Arc<Disk>, files: &Files) -> Result<(), StorageError> {
    if files.failed.load(Ordering::Acquire) {
        return Err(StorageError::Closed);
    }
    let connection = Connection::open(disk, &files.path, Interrupter::default())?;
    // A connection that has read nothing does not know that there is a log.
    connection.integer("SELECT count(*) FROM sqlite_master")?;
    let writes_before = files.log_writes();
    let left = copy_frames(&connection)?;
    // SQLite counts the frames that there were when it began.
    if left > 0 || files.log_writes() != writes_before {
        // Frames came in meanwhile. Only a log without any can begin anew, and a busy database never has such a moment
        // by itself; there are few of them now, so a transaction waits for a few syncs at most.
        files.between_transactions(|| drop(copy_frames(&connection)));
    }
    Ok(())
}

/// Copies the frames of the log that can be copied: how many are left.
pub(crate) fn copy_frames(connection: &Connection) -> Result<i64, StorageError> {
    let (mut frames, mut copied): (c_int, c_int) = (0, 0);
    // SAFETY: the handle is open, and the results are written to our own variables.
    let code = unsafe {
        ffi::sqlite3_wal_checkpoint_v2(
            connection.raw(),
            std::ptr::null(),
            ffi::SQLITE_CHECKPOINT_PASSIVE,
            &mut frames,
            &mut copied,
        )
    };
    match code {
        ffi::SQLITE_OK => Ok(i64::from(frames) - i64::from(copied)),
        ffi::SQLITE_BUSY => Ok(1),
        _ => Err(connection.error()),
    }
}
