//! Zstandard.
//!
//! Owns one context of the library, and which of its parameters there are. It must not know JavaScript.

use std::ffi::CStr;

use denizen_core::limits::ZSTD_SEARCH_BITS;
use zstd_sys as zstd;
use zstd_sys::{ZSTD_EndDirective as End, ZSTD_cParameter as Param};

use super::memory::{self, Counted};
use super::{Codec, Failure, Io};

/// Of threads that compress: accepted as workerd does, and without effect. A Worker starts no threads.
const THREADS: std::ops::RangeInclusive<u32> = 400..=402;

/// The library's own bound of `searchLog`.
const ZSTD_SEARCH_MAX: i32 = 30;

fn param(number: u32) -> Option<Param> {
    Some(match number {
        100 => Param::ZSTD_c_compressionLevel,
        101 => Param::ZSTD_c_windowLog,
        102 => Param::ZSTD_c_hashLog,
        103 => Param::ZSTD_c_chainLog,
        104 => Param::ZSTD_c_searchLog,
        105 => Param::ZSTD_c_minMatch,
        106 => Param::ZSTD_c_targetLength,
        107 => Param::ZSTD_c_strategy,
        160 => Param::ZSTD_c_enableLongDistanceMatching,
        161 => Param::ZSTD_c_ldmHashLog,
        162 => Param::ZSTD_c_ldmMinMatch,
        163 => Param::ZSTD_c_ldmBucketSizeLog,
        164 => Param::ZSTD_c_ldmHashRateLog,
        200 => Param::ZSTD_c_contentSizeFlag,
        201 => Param::ZSTD_c_checksumFlag,
        202 => Param::ZSTD_c_dictIDFlag,
        _ => return None,
    })
}

fn error_name(code: usize) -> Option<String> {
    // SAFETY: any number may be asked about; names are constants that end with a zero.
    unsafe {
        (zstd::ZSTD_isError(code) != 0)
            .then(|| CStr::from_ptr(zstd::ZSTD_getErrorName(code)).to_string_lossy().into_owned())
    }
}

fn set(code: usize) -> Result<(), String> {
    error_name(code).map_or(Ok(()), |name| Err(format!("Setting parameter failed: {name}")))
}

fn allocator(memory: &Counted) -> zstd::ZSTD_customMem {
    zstd::ZSTD_customMem {
        customAlloc: Some(memory::allocate),
        customFree: Some(memory::free),
        opaque: memory.opaque(),
    }
}

/// A compressor.
pub(super) struct Encoder {
    context: *mut zstd::ZSTD_CCtx,
    pledged: Option<u64>,
    begun: bool,
    /// Dropped last: the context counts in it.
    _memory: Counted,
}

impl Encoder {
    /// The error is workerd's text for a parameter.
    pub fn new(memory: Counted, params: &[(u32, i32)], pledged: Option<u64>) -> Result<Self, String> {
        // SAFETY: the memory outlives the context.
        let context = unsafe { zstd::ZSTD_createCCtx_advanced(allocator(&memory)) };
        let mut this = Self { context, pledged, begun: false, _memory: memory };
        if context.is_null() {
            return Err("Could not initialize Zstd instance".to_owned());
        }
        for &(name, value) in params {
            if THREADS.contains(&name) {
                continue;
            }
            let Some(param) = param(name) else {
                return Err(format!("Unsupported Zstd compression parameter: {}", name as i32));
            };
            // Refused where the library refuses it.
            let bounded = match param {
                Param::ZSTD_c_searchLog if value <= ZSTD_SEARCH_MAX => value.min(ZSTD_SEARCH_BITS),
                _ => value,
            };
            // SAFETY: the context is live.
            set(unsafe { zstd::ZSTD_CCtx_setParameter(context, param, bounded) })?;
        }
        this.pledge()?;
        Ok(this)
    }

    fn pledge(&mut self) -> Result<(), String> {
        self.begun = false;
        match self.pledged {
            // SAFETY: the context is live.
            Some(size) => set(unsafe { zstd::ZSTD_CCtx_setPledgedSrcSize(self.context, size) }),
            None => Ok(()),
        }
    }
}

impl Codec for Encoder {
    fn run(&mut self, flush: u32, io: &mut Io, rest: usize) -> Result<(), Failure> {
        let end = match flush {
            _ if rest > 0 => End::ZSTD_e_continue,
            0 => End::ZSTD_e_continue,
            1 => End::ZSTD_e_flush,
            _ => End::ZSTD_e_end,
        };
        let mut input = zstd::ZSTD_inBuffer { src: io.next_in.cast(), size: io.available_in, pos: 0 };
        let mut output = zstd::ZSTD_outBuffer { dst: io.next_out.cast(), size: io.available_out, pos: 0 };
        // SAFETY: the context is live; input and output are those of this call.
        let code = unsafe {
            // The library takes what it sees at the end of all input as its size; it sees a piece.
            if !self.begun && rest > 0 && flush > 1 && self.pledged.is_none() {
                zstd::ZSTD_CCtx_setPledgedSrcSize(self.context, io.available_in.saturating_add(rest) as u64);
            }
            self.begun = true;
            zstd::ZSTD_compressStream2(self.context, &mut output, &mut input, end)
        };
        io.advance_to(input.size - input.pos, output.size - output.pos);
        match error_name(code) {
            Some(name) => {
                Err(Failure::other(&format!("Zstd compression failed: {name}"), "ERR_ZSTD_COMPRESSION_FAILED"))
            }
            None => Ok(()),
        }
    }

    fn reset(&mut self) -> Result<(), Failure> {
        // SAFETY: the context is live.
        unsafe { zstd::ZSTD_CCtx_reset(self.context, zstd::ZSTD_ResetDirective::ZSTD_reset_session_only) };
        self.pledge().map_err(|text| Failure::other(&text, "ERR_ZLIB_INITIALIZATION_FAILED"))
    }
}

impl Drop for Encoder {
    fn drop(&mut self) {
        // SAFETY: the context is ours, or null, and is freed once.
        unsafe { zstd::ZSTD_freeCCtx(self.context) };
    }
}

/// A decompressor.
pub(super) struct Decoder {
    context: *mut zstd::ZSTD_DCtx,
    /// What the library waits for: 0 between frames.
    remaining: usize,
    /// Dropped last: the context counts in it.
    _memory: Counted,
}

impl Decoder {
    /// The error is workerd's text for a parameter.
    pub fn new(memory: Counted, params: &[(u32, i32)]) -> Result<Self, String> {
        // SAFETY: the memory outlives the context.
        let context = unsafe { zstd::ZSTD_createDCtx_advanced(allocator(&memory)) };
        let this = Self { context, remaining: 0, _memory: memory };
        if context.is_null() {
            return Err("Could not initialize Zstd instance".to_owned());
        }
        for &(name, value) in params {
            if name != zstd::ZSTD_dParameter::ZSTD_d_windowLogMax as u32 {
                return Err(format!("Unsupported Zstd decompression parameter: {}", name as i32));
            }
            // SAFETY: the context is live.
            set(unsafe { zstd::ZSTD_DCtx_setParameter(context, zstd::ZSTD_dParameter::ZSTD_d_windowLogMax, value) })?;
        }
        Ok(this)
    }
}

impl Codec for Decoder {
    fn run(&mut self, flush: u32, io: &mut Io, rest: usize) -> Result<(), Failure> {
        let code = "ERR_ZSTD_DECOMPRESSION_FAILED";
        if io.available_in == 0 && self.remaining == 0 {
            return Ok(());
        }
        let mut input = zstd::ZSTD_inBuffer { src: io.next_in.cast(), size: io.available_in, pos: 0 };
        let mut output = zstd::ZSTD_outBuffer { dst: io.next_out.cast(), size: io.available_out, pos: 0 };
        // SAFETY: the context is live; input and output are those of this call.
        self.remaining = unsafe { zstd::ZSTD_decompressStream(self.context, &mut output, &mut input) };
        io.advance_to(input.size - input.pos, output.size - output.pos);
        if let Some(name) = error_name(self.remaining) {
            return Err(Failure::other(&format!("Zstd decompression failed: {name}"), code));
        }
        if flush > 1 && rest == 0 && self.remaining != 0 && io.available_in == 0 && io.available_out != 0 {
            return Err(Failure::other("unexpected end of file", code));
        }
        Ok(())
    }

    fn reset(&mut self) -> Result<(), Failure> {
        self.remaining = 0;
        // SAFETY: the context is live.
        unsafe { zstd::ZSTD_DCtx_reset(self.context, zstd::ZSTD_ResetDirective::ZSTD_reset_session_only) };
        Ok(())
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        // SAFETY: the context is ours, or null, and is freed once.
        unsafe { zstd::ZSTD_freeDCtx(self.context) };
    }
}
