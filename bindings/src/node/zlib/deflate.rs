//! zlib's formats: deflate, gzip, and deflate without a header.
//!
//! Owns one stream of the library, and what goes beyond one: members of gzip that follow each other, dictionaries, telling gzip
//! from deflate. It must not know JavaScript.

use std::ffi::{CStr, c_int, c_uint};

use libz_rs_sys as z;

use super::memory::{self, Counted, CountedBytes};
use super::{Codec, Failure, Io};

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// What a stream does: workerd's numbers, and one of ours.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Deflate,
    Inflate,
    Gzip,
    Gunzip,
    DeflateRaw,
    InflateRaw,
    Unzip,
    /// One member of gzip, after which nothing may come: for DecompressionStream.
    GunzipMember,
}

impl Mode {
    pub fn of(number: u32) -> Option<Self> {
        Some(match number {
            1 => Self::Deflate,
            2 => Self::Inflate,
            3 => Self::Gzip,
            4 => Self::Gunzip,
            5 => Self::DeflateRaw,
            6 => Self::InflateRaw,
            7 => Self::Unzip,
            8 => Self::GunzipMember,
            _ => return None,
        })
    }

    fn compresses(self) -> bool {
        matches!(self, Self::Deflate | Self::Gzip | Self::DeflateRaw)
    }
}

/// Numbers that a stream begins with.
#[derive(Clone, Copy)]
pub(super) struct Settings {
    pub window_bits: i32,
    pub level: i32,
    pub mem_level: i32,
    pub strategy: i32,
}

/// Gives `stream` a state of the library.
fn init(stream: &mut z::z_stream, mode: Mode, settings: &Settings) -> c_int {
    let bits = settings.window_bits;
    let bits = match mode {
        Mode::Deflate | Mode::Inflate => bits,
        Mode::Gzip | Mode::Gunzip | Mode::GunzipMember => bits + 16,
        Mode::Unzip => bits + 32,
        Mode::DeflateRaw | Mode::InflateRaw => -bits,
    };
    let size = size_of::<z::z_stream>() as c_int;
    // SAFETY: the stream is complete, has an allocator, and no state.
    unsafe {
        if mode.compresses() {
            let Settings { level, mem_level, strategy, .. } = *settings;
            z::deflateInit2_(stream, level, z::Z_DEFLATED, bits, mem_level, strategy, z::zlibVersion(), size)
        } else {
            z::inflateInit2_(stream, bits, z::zlibVersion(), size)
        }
    }
}

/// A stream of the library.
pub(super) struct Deflate {
    /// In a box: the library's state refers to it.
    stream: Box<z::z_stream>,
    /// What it began with.
    settings: Settings,
    /// Whether the library holds a state of ours.
    begun: bool,
    given_mode: Mode,
    /// What it has turned out to be, where it was to find out.
    mode: Mode,
    /// How much of gzip's magic bytes was seen.
    magic: usize,
    dictionary: Option<CountedBytes>,
    /// Why it could not begin: told by the first call, as in workerd.
    refused: Option<Failure>,
    /// Dropped last: the state counts in it.
    _memory: Counted,
}

impl Deflate {
    pub fn new(memory: Counted, mode: Mode, settings: &Settings, dictionary: Option<&[u8]>) -> Self {
        let mut stream = Box::new(z::z_stream {
            zalloc: Some(memory::allocate_items),
            zfree: Some(memory::free),
            opaque: memory.opaque(),
            ..z::z_stream::default()
        });
        let status = init(&mut stream, mode, settings);
        let begun = status == z::Z_OK;
        let kept = dictionary.filter(|bytes| !bytes.is_empty()).map(|bytes| memory.copy(bytes));
        let mut this = Self {
            stream,
            settings: *settings,
            begun,
            given_mode: mode,
            mode,
            magic: 0,
            refused: None,
            dictionary: None,
            _memory: memory,
        };
        if !begun {
            this.refused = Some(this.failure(status, "Zlib error"));
            return this;
        }
        match kept {
            None => {}
            Some(None) => this.refused = Some(Failure::zlib(z::Z_MEM_ERROR, "Zlib error")),
            Some(dictionary) => {
                this.dictionary = dictionary;
                this.refused = this.use_dictionary().err();
            }
        }
        this
    }

    /// The failure of this status, in the library's words if it has some.
    fn failure(&self, status: c_int, otherwise: &str) -> Failure {
        if self.stream.msg.is_null() {
            return Failure::zlib(status, otherwise);
        }
        // SAFETY: a message is a constant text of the library that ends with a zero.
        let message = unsafe { CStr::from_ptr(self.stream.msg) };
        Failure::zlib(status, &message.to_string_lossy())
    }

    /// Gives the dictionary to formats that have no place to ask for it.
    fn use_dictionary(&mut self) -> Result<(), Failure> {
        let Some(dictionary) = &self.dictionary else { return Ok(()) };
        let (bytes, length) = (dictionary.as_ptr(), dictionary.len() as c_uint);
        // SAFETY: the stream has begun; the dictionary is read for its length.
        let status = unsafe {
            match self.mode {
                Mode::Deflate | Mode::DeflateRaw => z::deflateSetDictionary(&mut *self.stream, bytes, length),
                Mode::InflateRaw => z::inflateSetDictionary(&mut *self.stream, bytes, length),
                _ => z::Z_OK,
            }
        };
        if status == z::Z_OK { Ok(()) } else { Err(Failure::zlib(status, "Failed to set dictionary")) }
    }

    /// Looks for gzip's magic bytes where that is not known yet: only gzip has members that follow each other.
    fn find_out(&mut self, io: &Io) {
        for at in 0..io.available_in {
            if self.mode != Mode::Unzip {
                return;
            }
            // SAFETY: `at` is within the input.
            let byte = unsafe { io.next_in.add(at).read() };
            if byte != GZIP_MAGIC[self.magic] {
                self.mode = Mode::Inflate;
            } else if self.magic == 1 {
                self.mode = Mode::Gunzip;
            } else {
                self.magic += 1;
            }
        }
    }

    fn inflate(&mut self, flush: c_int) -> c_int {
        let stream = &mut *self.stream;
        // SAFETY: the stream has begun, and input and output are those of the call that runs.
        unsafe {
            let mut status = z::inflate(stream, flush);
            if let (z::Z_NEED_DICT, Some(dictionary)) = (status, &self.dictionary)
                && self.mode != Mode::InflateRaw
            {
                status = z::inflateSetDictionary(stream, dictionary.as_ptr(), dictionary.len() as c_uint);
                match status {
                    z::Z_OK => status = z::inflate(stream, flush),
                    // Told apart from data that are wrong.
                    z::Z_DATA_ERROR => status = z::Z_NEED_DICT,
                    _ => {}
                }
            }
            // Another member may follow; zeros fill a block, and are the end.
            while status == z::Z_STREAM_END
                && self.mode == Mode::Gunzip
                && stream.avail_in > 0
                && stream.next_in.read() != 0
            {
                status = z::inflateReset(stream);
                if status == z::Z_OK {
                    status = z::inflate(stream, flush);
                }
            }
            status
        }
    }
}

impl Codec for Deflate {
    fn run(&mut self, flush: u32, io: &mut Io, rest: usize) -> Result<(), Failure> {
        if let Some(failure) = &self.refused {
            return Err(failure.clone());
        }
        if !self.begun {
            return Err(Failure::zlib(z::Z_MEM_ERROR, "Zlib error"));
        }
        self.find_out(io);
        let flush = if rest > 0 { z::Z_NO_FLUSH } else { flush as c_int };
        self.stream.next_in = io.next_in;
        self.stream.avail_in = io.available_in as c_uint;
        self.stream.next_out = io.next_out;
        self.stream.avail_out = io.available_out as c_uint;
        let status = if self.mode.compresses() {
            // SAFETY: the stream has begun, and input and output are those of this call.
            unsafe { z::deflate(&mut *self.stream, flush) }
        } else {
            self.inflate(flush)
        };
        io.advance_to(self.stream.avail_in as usize, self.stream.avail_out as usize);
        match status {
            z::Z_OK | z::Z_BUF_ERROR if io.available_out != 0 && flush == z::Z_FINISH => {
                Err(Failure::zlib(z::Z_BUF_ERROR, "unexpected end of file"))
            }
            z::Z_OK | z::Z_BUF_ERROR | z::Z_STREAM_END => Ok(()),
            z::Z_NEED_DICT if self.dictionary.is_none() => Err(Failure::zlib(status, "Missing dictionary")),
            z::Z_NEED_DICT => Err(Failure::zlib(status, "Bad dictionary")),
            status => Err(self.failure(status, "Zlib error")),
        }
    }

    fn reset(&mut self) -> Result<(), Failure> {
        if !self.begun {
            return Ok(());
        }
        let status = if self.given_mode.compresses() {
            // A state of its own: the library's reset keeps a place in the output that was not taken, and panics there later.
            // SAFETY: the stream has begun, and is ended before it gets another state.
            unsafe { z::deflateEnd(&mut *self.stream) };
            let status = init(&mut self.stream, self.given_mode, &self.settings);
            self.begun = status == z::Z_OK;
            status
        } else {
            // SAFETY: the stream has begun.
            unsafe { z::inflateReset(&mut *self.stream) }
        };
        self.mode = self.given_mode;
        self.magic = 0;
        if status != z::Z_OK {
            return Err(self.failure(status, "Failed to reset stream"));
        }
        self.use_dictionary()
    }

    fn params(&mut self, level: i32, strategy: i32) -> Result<(), Failure> {
        if !self.begun || !self.mode.compresses() {
            return Ok(());
        }
        (self.settings.level, self.settings.strategy) = (level, strategy);
        // SAFETY: the stream has begun; its input and output are empty or those of an earlier call, which may be gone.
        let status = unsafe {
            self.stream.avail_in = 0;
            self.stream.avail_out = 0;
            z::deflateParams(&mut *self.stream, level, strategy)
        };
        match status {
            z::Z_OK | z::Z_BUF_ERROR => Ok(()),
            status => Err(self.failure(status, "Failed to set parameters")),
        }
    }
}

impl Drop for Deflate {
    fn drop(&mut self) {
        if !self.begun {
            return;
        }
        // SAFETY: the stream has begun and is ended once.
        unsafe {
            if self.given_mode.compresses() {
                z::deflateEnd(&mut *self.stream);
            } else {
                z::inflateEnd(&mut *self.stream);
            }
        }
    }
}
