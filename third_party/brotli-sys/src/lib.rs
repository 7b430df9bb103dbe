//! The part of brotli's C interface that denizen calls (`brotli/include/brotli/encode.h`, `decode.h`).
//!
//! Owns declarations alone. It must not know memory budgets or JavaScript.

#![no_std]

use core::ffi::{c_char, c_int, c_void};

/// A compressor in the middle of its work.
#[repr(C)]
pub struct EncoderState {
    _private: [u8; 0],
}

/// A decompressor in the middle of its work.
#[repr(C)]
pub struct DecoderState {
    _private: [u8; 0],
}

/// Gives memory of this size, or null.
pub type Allocate = unsafe extern "C" fn(opaque: *mut c_void, size: usize) -> *mut c_void;
/// Takes memory back; null is allowed.
pub type Free = unsafe extern "C" fn(opaque: *mut c_void, address: *mut c_void);

/// `BROTLI_PARAM_QUALITY`.
pub const PARAM_QUALITY: u32 = 1;
/// `BROTLI_PARAM_LGBLOCK`.
pub const PARAM_LGBLOCK: u32 = 3;
/// `BROTLI_PARAM_SIZE_HINT`.
pub const PARAM_SIZE_HINT: u32 = 5;
/// `BROTLI_OPERATION_PROCESS`.
pub const OPERATION_PROCESS: u32 = 0;
/// `BROTLI_OPERATION_FINISH`.
pub const OPERATION_FINISH: u32 = 2;
/// `BROTLI_DECODER_RESULT_ERROR`.
pub const RESULT_ERROR: u32 = 0;
/// `BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT`.
pub const RESULT_NEEDS_MORE_INPUT: u32 = 2;

unsafe extern "C" {
    /// A compressor, or null without memory.
    #[link_name = "denizen_BrotliEncoderCreateInstance"]
    pub fn encoder_create(allocate: Option<Allocate>, free: Option<Free>, opaque: *mut c_void) -> *mut EncoderState;
    /// Ends a compressor.
    #[link_name = "denizen_BrotliEncoderDestroyInstance"]
    pub fn encoder_destroy(state: *mut EncoderState);
    /// Sets a parameter before the first input; 0 when there is none of this number.
    #[link_name = "denizen_BrotliEncoderSetParameter"]
    pub fn encoder_set_parameter(state: *mut EncoderState, parameter: u32, value: u32) -> c_int;
    /// Takes input and gives output, and moves both; 0 on failure.
    #[link_name = "denizen_BrotliEncoderCompressStream"]
    pub fn encoder_compress(
        state: *mut EncoderState,
        operation: u32,
        available_in: *mut usize,
        next_in: *mut *const u8,
        available_out: *mut usize,
        next_out: *mut *mut u8,
        total_out: *mut usize,
    ) -> c_int;
    /// A decompressor, or null without memory.
    #[link_name = "denizen_BrotliDecoderCreateInstance"]
    pub fn decoder_create(allocate: Option<Allocate>, free: Option<Free>, opaque: *mut c_void) -> *mut DecoderState;
    /// Ends a decompressor.
    #[link_name = "denizen_BrotliDecoderDestroyInstance"]
    pub fn decoder_destroy(state: *mut DecoderState);
    /// Sets a parameter before the first input; 0 when there is none of this number.
    #[link_name = "denizen_BrotliDecoderSetParameter"]
    pub fn decoder_set_parameter(state: *mut DecoderState, parameter: u32, value: u32) -> c_int;
    /// Takes input and gives output, and moves both.
    #[link_name = "denizen_BrotliDecoderDecompressStream"]
    pub fn decoder_decompress(
        state: *mut DecoderState,
        available_in: *mut usize,
        next_in: *mut *const u8,
        available_out: *mut usize,
        next_out: *mut *mut u8,
        total_out: *mut usize,
    ) -> u32;
    /// Why it failed.
    #[link_name = "denizen_BrotliDecoderGetErrorCode"]
    pub fn decoder_error_code(state: *const DecoderState) -> c_int;
    /// The name of such a reason: a constant of the library.
    #[link_name = "denizen_BrotliDecoderErrorString"]
    pub fn decoder_error_name(code: c_int) -> *const c_char;
}
