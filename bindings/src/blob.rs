//! The bytes of Blobs.
//!
//! Owns the store behind deno_web's Blob class: a bound on all Blobs of an isolate, which V8 counts neither as heap nor as
//! ArrayBuffers, and reading without an asynchronous operation, whose native function user code could catch. It must not
//! know the class.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use denizen_core::limits::BLOB_BYTES;
use deno_core::url::Url;
use deno_core::{OpState, op2};
use deno_web::{Blob, BlobPart, BlobStore, BlobStoreTrait};
use uuid::Uuid;

use crate::fetch::body::to_uint8_array;

deno_core::extension!(
    denizen_blob,
    ops = [op_blob_count, op_blob_read_now],
    options = { blobs: Arc<CountedBlobs> },
    state = |state, options| {
        state.put(options.blobs);
    },
);

/// The Blobs of one isolate.
#[derive(Debug, Default)]
pub struct CountedBlobs {
    store: BlobStore,
    counted: Mutex<Counted>,
}

/// Bytes of the parts that hold data of their own: a slice shares those of its origin.
#[derive(Debug, Default)]
struct Counted {
    by_part: HashMap<Uuid, usize>,
    total: usize,
}

impl CountedBlobs {
    fn count(&self, id: Uuid) -> Result<(), BlobLimit> {
        let size = self.store.get_part(&id).map_or(0, |part| part.size());
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        if counted.total + size > BLOB_BYTES {
            self.store.remove_part(&id);
            return Err(BlobLimit::TooMany);
        }
        counted.total += size;
        counted.by_part.insert(id, size);
        Ok(())
    }
}

impl BlobStoreTrait for CountedBlobs {
    fn insert_part(&self, part: Arc<dyn BlobPart + Send + Sync>) -> Uuid {
        self.store.insert_part(part)
    }

    fn get_part(&self, id: &Uuid) -> Option<Arc<dyn BlobPart + Send + Sync>> {
        self.store.get_part(id)
    }

    fn remove_part(&self, id: &Uuid) -> Option<Arc<dyn BlobPart + Send + Sync>> {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(size) = counted.by_part.remove(id) {
            counted.total -= size;
        }
        self.store.remove_part(id)
    }

    fn get_object_url(&self, url: Url) -> Option<Arc<Blob>> {
        self.store.get_object_url(url)
    }

    fn insert_object_url(&self, blob: Blob, maybe_location: Option<Url>) -> Url {
        self.store.insert_object_url(blob, maybe_location)
    }

    fn remove_object_url(&self, url: &Url) {
        self.store.remove_object_url(url);
    }

    fn clear(&self) {
        *self.counted.lock().unwrap_or_else(PoisonError::into_inner) = Counted::default();
        self.store.clear();
    }
}

/// Why a Blob was not made or read.
#[derive(Debug, thiserror::Error, deno_error::JsError)]
pub enum BlobLimit {
    /// The Blobs of the isolate hold too much.
    #[class(range)]
    #[error("Array buffer allocation failed")]
    TooMany,
    /// Not a part of this isolate.
    #[class(type)]
    #[error("Blob part not found")]
    Missing,
}

fn parse(id: &str) -> Result<Uuid, BlobLimit> {
    Uuid::parse_str(id).map_err(|_| BlobLimit::Missing)
}

/// Counts a part with data of its own; it is gone if there is no room for it.
#[op2(fast)]
pub fn op_blob_count(state: &mut OpState, #[string] id: &str) -> Result<(), BlobLimit> {
    state.borrow::<Arc<CountedBlobs>>().count(parse(id)?)
}

/// The bytes of a part. Every part is in memory.
#[op2]
pub fn op_blob_read_now<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: &mut OpState,
    #[string] id: &str,
) -> Result<v8::Local<'s, v8::Value>, BlobLimit> {
    let part = state.borrow::<Arc<CountedBlobs>>().get_part(&parse(id)?).ok_or(BlobLimit::Missing)?;
    let mut reading = std::pin::pin!(part.read());
    match reading.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(bytes) => Ok(to_uint8_array(scope, Bytes::copy_from_slice(bytes))),
        Poll::Pending => Err(BlobLimit::Missing),
    }
}
