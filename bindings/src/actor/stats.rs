//! `ctx.facets.stats()`: what a supervisor learns of a facet.
//!
//! Owns the shape of the object. It must not know how anything in it is counted.

use denizen_core::usage::Usage;

use super::LastError;
use crate::fetch::string;

/// What a facet has used.
#[derive(Debug, Clone)]
pub struct FacetStats {
    /// When it began to run, in milliseconds since the epoch, if it runs.
    pub since_ms: Option<i64>,
    /// What it has used since then.
    pub usage: Usage,
    /// Bytes in use in its database.
    pub storage_bytes: u64,
    /// Bytes that its database may have, while it runs.
    pub storage_bytes_max: Option<u64>,
    /// JavaScript heap of the isolate that it runs in, which others may share.
    pub heap_bytes: u64,
    /// How its last failed event failed, while it runs.
    pub last_error: Option<LastError>,
    /// What it has used since it was created, and when that was.
    pub totals: (Usage, Option<i64>),
}

impl FacetStats {
    /// The object that JavaScript gets.
    pub fn to_js<'s>(&self, scope: &mut v8::PinScope<'s, '_>) -> v8::Local<'s, v8::Value> {
        let stats = v8::Object::new(scope);
        put(scope, stats, "running", |scope| v8::Boolean::new(scope, self.since_ms.is_some()).into());
        put(scope, stats, "since", |scope| optional(scope, self.since_ms.map(|ms| ms as f64)));
        put_usage(scope, stats, &self.usage);
        put(scope, stats, "storageBytes", |scope| number(scope, self.storage_bytes as f64));
        put(scope, stats, "storageBytesMax", |scope| optional(scope, self.storage_bytes_max.map(|max| max as f64)));
        put(scope, stats, "heapBytes", |scope| number(scope, self.heap_bytes as f64));
        put(scope, stats, "lastError", |scope| match &self.last_error {
            None => v8::null(scope).into(),
            Some(error) => {
                let object = v8::Object::new(scope);
                put(scope, object, "message", |scope| string(scope, &error.text));
                put(scope, object, "limit", |scope| match error.limit {
                    Some(limit) => string(scope, &limit.to_string()),
                    None => v8::null(scope).into(),
                });
                put(scope, object, "at", |scope| number(scope, error.at_ms as f64));
                object.into()
            }
        });
        put(scope, stats, "totals", |scope| {
            let totals = v8::Object::new(scope);
            put(scope, totals, "since", |scope| optional(scope, self.totals.1.map(|ms| ms as f64)));
            put_usage(scope, totals, &self.totals.0);
            totals.into()
        });
        stats.into()
    }
}

fn put_usage<'s>(scope: &mut v8::PinScope<'s, '_>, object: v8::Local<'s, v8::Object>, usage: &Usage) {
    let members = [
        ("requests", usage.requests as f64),
        ("errors", usage.errors as f64),
        ("cpuMs", usage.cpu.as_secs_f64() * 1000.0),
        ("wallMs", usage.wall.as_secs_f64() * 1000.0),
        ("rowsRead", usage.rows_read as f64),
        ("rowsWritten", usage.rows_written as f64),
    ];
    for (name, value) in members {
        put(scope, object, name, |scope| number(scope, value));
    }
}

fn number<'s>(scope: &mut v8::PinScope<'s, '_>, value: f64) -> v8::Local<'s, v8::Value> {
    v8::Number::new(scope, value).into()
}

fn optional<'s>(scope: &mut v8::PinScope<'s, '_>, value: Option<f64>) -> v8::Local<'s, v8::Value> {
    match value {
        Some(value) => number(scope, value),
        None => v8::null(scope).into(),
    }
}

/// Defines an own property, whatever setters user code has put on the prototype.
fn put<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    object: v8::Local<'s, v8::Object>,
    name: &str,
    value: impl FnOnce(&mut v8::PinScope<'s, '_>) -> v8::Local<'s, v8::Value>,
) {
    let value = value(scope);
    if let Some(name) = v8::String::new(scope, name) {
        object.create_data_property(scope, name.into(), value);
    }
}
