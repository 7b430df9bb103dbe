//! Brotli.
//!
//! Owns one state of the library and its parameters. It must not know JavaScript.

use std::ffi::CStr;
use std::ptr;

use denizen_brotli_sys as brotli;
use denizen_core::limits;

use super::memory::{self, Counted};
use super::{Codec, Failure, Io};

/// Qualities up to this one compress what they are given as it comes, and fast.
const FAST_QUALITY: u32 = 1;
/// The library takes no larger hint for the size of its input.
const SIZE_HINT_MAX: usize = 1 << 30;

/// A compressor.
pub(super) struct Encoder {
    state: *mut brotli::EncoderState,
    params: Vec<(u32, u32)>,
    begun: bool,
    memory: Counted,
}

impl Encoder {
    /// `None` if a parameter is refused, or there is no memory.
    pub fn new(memory: Counted, params: Vec<(u32, u32)>) -> Option<Self> {
        let mut this = Self { state: ptr::null_mut(), params, begun: false, memory };
        this.start().then_some(this)
    }

    fn start(&mut self) -> bool {
        self.end();
        self.begun = false;
        // SAFETY: the memory outlives the state.
        unsafe {
            self.state = brotli::encoder_create(Some(memory::allocate), Some(memory::free), self.memory.opaque());
            !self.state.is_null()
                && self.params.iter().all(|&(name, value)| {
                    // A block is compressed in one go, which nothing stops.
                    let value = match name {
                        brotli::PARAM_LGBLOCK => value.min(limits::BROTLI_BLOCK_BITS),
                        _ => value,
                    };
                    brotli::encoder_set_parameter(self.state, name, value) != 0
                })
        }
    }

    fn end(&mut self) {
        if !self.state.is_null() {
            // SAFETY: the state is ours and is ended once.
            unsafe { brotli::encoder_destroy(self.state) };
            self.state = ptr::null_mut();
        }
    }

    fn param(&self, wanted: u32) -> Option<u32> {
        self.params.iter().rev().find(|(name, _)| *name == wanted).map(|(_, value)| *value)
    }
}

impl Codec for Encoder {
    fn piece(&self) -> usize {
        match self.param(brotli::PARAM_QUALITY) {
            Some(quality) if quality <= FAST_QUALITY => usize::MAX,
            _ => limits::ZLIB_PIECE_BYTES,
        }
    }

    fn run(&mut self, flush: u32, io: &mut Io, rest: usize) -> Result<(), Failure> {
        let failed = || Failure::other("Compression failed", "ERR_BROTLI_COMPRESSION_FAILED");
        if self.state.is_null() {
            return Err(failed());
        }
        let (mut available_in, mut available_out) = (io.available_in, io.available_out);
        let (mut next_in, mut next_out) = (io.next_in, io.next_out);
        // SAFETY: the state is live; input and output are those of this call.
        let taken = unsafe {
            // The library takes what it sees at the end of all input as a hint for the size; it sees a piece.
            let all = available_in.saturating_add(rest);
            if !self.begun && rest > 0 && self.param(brotli::PARAM_SIZE_HINT).unwrap_or(0) == 0 {
                brotli::encoder_set_parameter(self.state, brotli::PARAM_SIZE_HINT, all.min(SIZE_HINT_MAX) as u32);
            }
            self.begun = true;
            brotli::encoder_compress(
                self.state,
                if rest > 0 { brotli::OPERATION_PROCESS } else { flush },
                &mut available_in,
                &mut next_in,
                &mut available_out,
                &mut next_out,
                ptr::null_mut(),
            )
        };
        io.advance_to(available_in, available_out);
        if taken == 0 { Err(failed()) } else { Ok(()) }
    }

    fn reset(&mut self) -> Result<(), Failure> {
        if self.start() {
            Ok(())
        } else {
            Err(Failure::other("Initialization failed", "ERR_ZLIB_INITIALIZATION_FAILED"))
        }
    }
}

impl Drop for Encoder {
    fn drop(&mut self) {
        self.end();
    }
}

/// A decompressor.
pub(super) struct Decoder {
    state: *mut brotli::DecoderState,
    params: Vec<(u32, u32)>,
    memory: Counted,
}

impl Decoder {
    /// `None` if a parameter is refused, or there is no memory.
    pub fn new(memory: Counted, params: Vec<(u32, u32)>) -> Option<Self> {
        let mut this = Self { state: ptr::null_mut(), params, memory };
        this.start().then_some(this)
    }

    fn start(&mut self) -> bool {
        self.end();
        // SAFETY: the memory outlives the state.
        unsafe {
            self.state = brotli::decoder_create(Some(memory::allocate), Some(memory::free), self.memory.opaque());
            !self.state.is_null()
                && self.params.iter().all(|&(name, value)| brotli::decoder_set_parameter(self.state, name, value) != 0)
        }
    }

    fn end(&mut self) {
        if !self.state.is_null() {
            // SAFETY: the state is ours and is ended once.
            unsafe { brotli::decoder_destroy(self.state) };
            self.state = ptr::null_mut();
        }
    }
}

impl Codec for Decoder {
    fn run(&mut self, flush: u32, io: &mut Io, rest: usize) -> Result<(), Failure> {
        if self.state.is_null() {
            return Err(Failure::other("Compression failed", "ERR__ERROR_UNREACHABLE"));
        }
        let (mut available_in, mut available_out) = (io.available_in, io.available_out);
        let (mut next_in, mut next_out) = (io.next_in, io.next_out);
        // SAFETY: the state is live; input and output are those of this call.
        let result = unsafe {
            brotli::decoder_decompress(
                self.state,
                &mut available_in,
                &mut next_in,
                &mut available_out,
                &mut next_out,
                ptr::null_mut(),
            )
        };
        io.advance_to(available_in, available_out);
        match result {
            brotli::RESULT_ERROR => {
                // SAFETY: the state is live; the name is a constant that ends with a zero.
                let name =
                    unsafe { CStr::from_ptr(brotli::decoder_error_name(brotli::decoder_error_code(self.state))) };
                Err(Failure::other("Compression failed", &format!("ERR_{}", name.to_string_lossy())))
            }
            brotli::RESULT_NEEDS_MORE_INPUT if flush == brotli::OPERATION_FINISH && rest == 0 => {
                Err(Failure::zlib(libz_rs_sys::Z_BUF_ERROR, "Unexpected end of file"))
            }
            _ => Ok(()),
        }
    }

    fn reset(&mut self) -> Result<(), Failure> {
        if self.start() {
            Ok(())
        } else {
            Err(Failure::other("Initialization failed", "ERR_ZLIB_INITIALIZATION_FAILED"))
        }
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        self.end();
    }
}
