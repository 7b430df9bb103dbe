//! Compression for `node:zlib`.
//!
//! Owns the handles of compressors and decompressors, how much they do in one call, and their operations. It must not know
//! streams, chunks or options.
//!
//! # Layout
//! - [`deflate`]: zlib's formats.
//! - [`brotli`], [`zstd`]: the others.
//! - [`memory`]: what the libraries take counts in the isolate's budget.

mod brotli;
mod deflate;
mod memory;
mod zstd;

use std::cell::RefCell;
use std::ffi::c_int;
use std::ptr::NonNull;

use denizen_core::limits;
use deno_core::{GarbageCollected, cppgc, op2};

use deflate::{Deflate, Mode, Settings};
use memory::Counted;

/// Why there is no result.
#[derive(Debug, thiserror::Error, deno_error::JsError)]
pub enum ZlibError {
    /// The arguments are none that `node:zlib` gives.
    #[class(type)]
    #[error("Input or output is not within its buffer")]
    Bounds,
    /// No such mode.
    #[class(type)]
    #[error("Unknown mode")]
    Mode,
}

/// What went wrong, as `node:zlib` tells it.
#[derive(Clone)]
struct Failure {
    message: String,
    code: String,
    errno: i32,
}

impl Failure {
    /// A failure with one of zlib's numbers.
    fn zlib(errno: c_int, message: &str) -> Self {
        let code = match errno {
            2 => "Z_NEED_DICT",
            -1 => "Z_ERRNO",
            -2 => "Z_STREAM_ERROR",
            -3 => "Z_DATA_ERROR",
            -4 => "Z_MEM_ERROR",
            -5 => "Z_BUF_ERROR",
            -6 => "Z_VERSION_ERROR",
            _ => "Z_ERROR",
        };
        Self { message: message.to_owned(), code: code.to_owned(), errno }
    }

    /// A failure of another library.
    fn other(message: &str, code: &str) -> Self {
        Self { message: message.to_owned(), code: code.to_owned(), errno: -1 }
    }
}

/// Where one call reads and writes. Addresses and not slices: both lie in buffers of JavaScript's. They do not overlap.
struct Io {
    next_in: *const u8,
    available_in: usize,
    next_out: *mut u8,
    available_out: usize,
}

impl Io {
    /// What is left after a call.
    fn advance_to(&mut self, available_in: usize, available_out: usize) {
        // SAFETY: what is left is no more than there was.
        unsafe {
            self.next_in = self.next_in.add(self.available_in - available_in);
            self.next_out = self.next_out.add(self.available_out - available_out);
        }
        self.available_in = available_in;
        self.available_out = available_out;
    }
}

/// One format, one way.
trait Codec {
    /// Takes input and gives output. `rest` bytes of the same input follow in other calls, and `flush` is meant for their end.
    fn run(&mut self, flush: u32, io: &mut Io, rest: usize) -> Result<(), Failure>;

    /// Begins anew.
    fn reset(&mut self) -> Result<(), Failure>;

    /// Another level and strategy, where there are such.
    fn params(&mut self, _level: i32, _strategy: i32) -> Result<(), Failure> {
        Ok(())
    }

    /// Bytes of input that may be taken at once: nothing stops a library in the middle of its work.
    fn piece(&self) -> usize {
        limits::ZLIB_PIECE_BYTES
    }
}

struct State {
    /// Gone once it is closed.
    codec: Option<Box<dyn Codec>>,
    /// What it failed with. A library that has failed is not called again before it is reset.
    failure: Option<Failure>,
}

/// What JavaScript holds of a compressor or decompressor.
pub struct ZlibHandle(RefCell<State>);

// SAFETY: no reference into the V8 heap is held.
unsafe impl GarbageCollected for ZlibHandle {
    fn trace(&self, _visitor: &mut v8::cppgc::Visitor) {}

    fn get_name(&self) -> &'static std::ffi::CStr {
        c"ZlibHandle"
    }
}

fn handle<'s>(scope: &mut v8::PinScope<'s, '_>, codec: impl Codec + 'static) -> v8::Local<'s, v8::Value> {
    let state = State { codec: Some(Box::new(codec)), failure: None };
    cppgc::make_cppgc_object(scope, ZlibHandle(RefCell::new(state))).into()
}

/// A stream of one of zlib's formats. What it cannot begin with is told by its first call.
#[op2]
pub fn op_node_zlib_new<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    mode: u32,
    window_bits: i32,
    level: i32,
    mem_level: i32,
    strategy: i32,
    #[buffer] dictionary: Option<&[u8]>,
) -> Result<v8::Local<'s, v8::Value>, ZlibError> {
    let mode = Mode::of(mode).ok_or(ZlibError::Mode)?;
    let settings = Settings { window_bits: window_bits.clamp(0, 15), level, mem_level, strategy };
    let memory = Counted::new(scope, limits::ZLIB_ROOM_BYTES);
    let codec = Deflate::new(memory, mode, &settings, dictionary);
    Ok(handle(scope, codec))
}

/// Pairs of numbers and values of parameters.
fn pairs<T>(params: &[u32], value: impl Fn(u32) -> T) -> Vec<(u32, T)> {
    params.chunks_exact(2).map(|pair| (pair[0], value(pair[1]))).collect()
}

/// A brotli stream; `null` if a parameter is refused. `params` are pairs of a number and a value.
#[op2]
pub fn op_node_brotli_new<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    compress: bool,
    #[buffer] params: &[u32],
) -> v8::Local<'s, v8::Value> {
    let params = pairs(params, |value| value);
    let memory = Counted::new(scope, limits::BROTLI_ROOM_BYTES);
    let made = match compress {
        true => brotli::Encoder::new(memory, params).map(|codec| handle(scope, codec)),
        false => brotli::Decoder::new(memory, params).map(|codec| handle(scope, codec)),
    };
    made.unwrap_or_else(|| v8::null(scope).into())
}

/// A zstd stream, or the text for a parameter that is refused. `params` are pairs of a number and a value; `pledged` is the
/// size that its input will have, below zero if that is not known.
#[op2]
pub fn op_node_zstd_new<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    compress: bool,
    #[buffer] params: &[u32],
    pledged: f64,
) -> v8::Local<'s, v8::Value> {
    let params = pairs(params, |value| value as i32);
    let memory = Counted::new(scope, limits::BROTLI_ROOM_BYTES);
    let pledged = (pledged >= 0.0).then_some(pledged as u64);
    let made = match compress {
        true => zstd::Encoder::new(memory, &params, pledged).map(|codec| handle(scope, codec)),
        false => zstd::Decoder::new(memory, &params).map(|codec| handle(scope, codec)),
    };
    made.unwrap_or_else(|text| v8::String::new(scope, &text).map_or_else(|| v8::null(scope).into(), Into::into))
}

/// The address of `length` bytes from `at` on.
fn part(view: v8::Local<'_, v8::ArrayBufferView>, at: u32, length: u32) -> Result<*mut u8, ZlibError> {
    let (at, length) = (at as usize, length as usize);
    let end = at.checked_add(length).filter(|end| *end <= view.byte_length()).ok_or(ZlibError::Bounds)?;
    if end == 0 {
        return Ok(NonNull::<u8>::dangling().as_ptr());
    }
    let start = NonNull::new(view.data()).ok_or(ZlibError::Bounds)?;
    // SAFETY: `at` is within the view.
    Ok(unsafe { start.cast::<u8>().add(at).as_ptr() })
}

/// Compresses or decompresses a part of `input` into a part of `output`. Gives `[bytes of input left, bytes of output left,
/// whether the input was only cut short to be done in pieces]`, or `null` when it failed.
#[op2]
#[allow(clippy::too_many_arguments, reason = "two parts of buffers")]
pub fn op_node_zlib_write<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] handle: &ZlibHandle,
    flush: u32,
    input: v8::Local<'s, v8::ArrayBufferView>,
    in_at: u32,
    in_length: u32,
    output: v8::Local<'s, v8::ArrayBufferView>,
    out_at: u32,
    out_length: u32,
) -> Result<v8::Local<'s, v8::Value>, ZlibError> {
    let mut next_in = part(input, in_at, in_length)?.cast_const();
    let next_out = part(output, out_at, out_length)?;
    let State { codec, failure } = &mut *handle.0.borrow_mut();
    let Some(codec) = codec.as_mut().filter(|_| failure.is_none()) else { return Ok(v8::null(scope).into()) };

    let piece = (in_length as usize).min(codec.piece());
    let rest = in_length as usize - piece;
    // Code can compress a buffer into itself; no library expects that.
    let copy: Vec<u8>;
    let (in_start, out_start) = (next_in.addr(), next_out.addr());
    if in_start < out_start + out_length as usize && out_start < in_start + piece {
        // SAFETY: the piece is within the input.
        copy = unsafe { std::slice::from_raw_parts(next_in, piece) }.to_vec();
        next_in = copy.as_ptr();
    }
    let mut io = Io { next_in, available_in: piece, next_out, available_out: out_length as usize };
    if let Err(why) = codec.run(flush, &mut io, rest) {
        *failure = Some(why);
        return Ok(v8::null(scope).into());
    }
    let more = rest > 0 && io.available_in == 0;
    let left = v8::Number::new(scope, (io.available_in + rest) as f64).into();
    let room = v8::Number::new(scope, io.available_out as f64).into();
    let more = v8::Boolean::new(scope, more).into();
    Ok(v8::Array::new_with_elements(scope, &[left, room, more]).into())
}

/// What a handle failed with: `[message, code, errno]`; `null` if it was closed.
#[op2]
pub fn op_node_zlib_failure<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] handle: &ZlibHandle,
) -> v8::Local<'s, v8::Value> {
    let state = handle.0.borrow();
    let Some(failure) = &state.failure else { return v8::null(scope).into() };
    let text = |scope: &mut v8::PinScope<'s, '_>, text: &str| -> v8::Local<'s, v8::Value> {
        v8::String::new(scope, text).map_or_else(|| v8::undefined(scope).into(), Into::into)
    };
    let values =
        [text(scope, &failure.message), text(scope, &failure.code), v8::Integer::new(scope, failure.errno).into()];
    v8::Array::new_with_elements(scope, &values).into()
}

/// Begins anew; whether that went well.
#[op2(fast)]
pub fn op_node_zlib_reset(#[cppgc] handle: &ZlibHandle) -> bool {
    let State { codec, failure } = &mut *handle.0.borrow_mut();
    *failure = codec.as_mut().and_then(|codec| codec.reset().err());
    failure.is_none()
}

/// Sets another level and strategy; whether that went well.
#[op2(fast)]
pub fn op_node_zlib_params(#[cppgc] handle: &ZlibHandle, level: i32, strategy: i32) -> bool {
    let State { codec, failure } = &mut *handle.0.borrow_mut();
    if failure.is_none() {
        *failure = codec.as_mut().and_then(|codec| codec.params(level, strategy).err());
    }
    failure.is_none()
}

/// Gives the library's memory back.
#[op2(fast)]
pub fn op_node_zlib_close(#[cppgc] handle: &ZlibHandle) {
    handle.0.borrow_mut().codec = None;
}

/// The CRC-32 of `data`, continued from `start`.
#[op2(fast)]
pub fn op_node_zlib_crc32(#[buffer] data: &[u8], start: u32) -> u32 {
    // SAFETY: the data is read for its length.
    unsafe { libz_rs_sys::crc32_z(start.into(), data.as_ptr(), data.len()) as u32 }
}
