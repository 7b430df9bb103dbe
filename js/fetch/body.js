// The body of a Request or Response.
//
// Owns how a body is given, read, copied and handed to the host. A body stays what it was given as (text, bytes, a handle
// of the host) until somebody asks for a stream. It must not know headers beyond the content type that a value implies.

(function () {
const { core, primordials } = __bootstrap;
const {
  RangeError,
  op_body_cancel,
  op_body_check,
  op_body_clone,
  op_body_close,
  op_body_length,
  op_body_read,
  op_body_report,
  op_body_take,
  op_body_take_text,
  op_body_write,
  op_body_writer,
  op_bounds,
  op_console,
} = core.ops;
const {
  ArrayBufferIsView,
  ArrayIsArray,
  ArrayPrototypePush,
  Error,
  JSONParse,
  ObjectDefineProperty,
  ObjectPrototype,
  ObjectPrototypeIsPrototypeOf,
  PromisePrototypeThen,
  PromiseReject,
  PromiseResolve,
  ReflectGetOwnPropertyDescriptor,
  SafeWeakMap,
  String,
  StringPrototypeIndexOf,
  StringPrototypeSlice,
  SymbolAsyncIterator,
  SymbolIterator,
  SymbolToPrimitive,
  TypeError,
  TypedArrayPrototypeGetByteLength,
  TypedArrayPrototypeSet,
  TypedArrayPrototypeSubarray,
  Uint8Array,
  WeakMapPrototypeGet,
  WeakMapPrototypeSet,
  uncurryThis,
} = primordials;
const streams = core.loadExtScript("ext:deno_web/06_streams.js");
const { Blob, isBlob } = core.loadExtScript("ext:deno_web/09_file.js");
const { URLSearchParamsPrototype } = core.loadExtScript("ext:deno_web/00_url.js");
const { extractMimeType, serializeMimeType } = core.loadExtScript("ext:deno_web/01_mimesniff.js");
const { encodeMultipart, parseForm } = core.loadExtScript("ext:denizen/fetch/multipart.js");
const { entryList, isFormData, newFormData, setType } = core.loadExtScript("ext:denizen/fetch/form_data.js");
const { errorParts } = core.loadExtScript("ext:denizen/rpc/errors.js");
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { holdEvent, refuseAtTop } = core.loadExtScript("ext:denizen/io/context.js");
const { randomHex } = core.loadExtScript("ext:denizen/io/crypto.js");
const { abortError, isAborted, untilAborted } = core.loadExtScript("ext:denizen/io/signals.js");

const { ReadableStream, ReadableStreamDefaultReader } = streams;
const isLocked = uncurryThis(ReflectGetOwnPropertyDescriptor(ReadableStream.prototype, "locked").get);
const ReaderRead = uncurryThis(ReadableStreamDefaultReader.prototype.read);
const ReaderCancel = uncurryThis(ReadableStreamDefaultReader.prototype.cancel);
const { readOneAtATime } = core.loadExtScript("ext:denizen/streams/readers.js");
const { plainBlob } = core.loadExtScript("ext:denizen/web/plain_blob.js");
const BlobArrayBuffer = uncurryThis(Blob.prototype.arrayBuffer);
const BlobSize = uncurryThis(ReflectGetOwnPropertyDescriptor(Blob.prototype, "size").get);
const BlobStream = uncurryThis(Blob.prototype.stream);
const BlobType = uncurryThis(ReflectGetOwnPropertyDescriptor(Blob.prototype, "type").get);
const urlSearchParamsToString = uncurryThis(URLSearchParamsPrototype.toString);
// The text of a URLSearchParams; undefined for anything else.
function queryText(value) {
  if (changed.url_standard) {
    return core.loadExtScript("ext:denizen/web/url_original.js").queryText(value);
  }
  return ObjectPrototypeIsPrototypeOf(URLSearchParamsPrototype, value) ? urlSearchParamsToString(value) : undefined;
}

const USED = "Body has already been used. It can only be used once. Use tee() first if you need to read it twice.";
const NOT_BYTES = "This ReadableStream did not return bytes.";
const RELEASED = "ReadableStream sent over RPC was canceled or released by the remote execution context.";
const LOST = "Network connection lost.";
// A longer chunk leaves in pieces, so that what waits between two sides is bounded.
const { 4: CHUNK_BYTES, 6: JSON_LENGTH_MAX } = op_bounds();

// Loaded by the first body that needs it.
const codings = () => core.loadExtScript("ext:denizen/fetch/encoding.js");

// What a stream that the host feeds is fed from, and how that is encoded, so that it can be passed on without being read.
const hostOf = new SafeWeakMap();

class Inner {
  // null, a string, a Uint8Array, a Blob or a handle of the host; unused once there is a stream.
  source;
  stream = null;
  used = false;
  // Bytes, where they are known before the body is read; -1 otherwise.
  length;
  // The content encoding of `source`, which whoever reads it does not see.
  encoding;
  // What a handle is read until: the AbortSignal of the request that it answers.
  signal = null;
  constructor(source, length, encoding = null) {
    if (source !== null) {
      refuseAtTop();
    }
    this.source = source;
    this.length = length;
    this.encoding = encoding;
  }
}

function copyBytes(value) {
  // Of nothing, or of a buffer that was transferred away.
  if (value.byteLength === 0) {
    return new Uint8Array(0);
  }
  if (ArrayBufferIsView(value)) {
    return new Uint8Array(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  }
  return new Uint8Array(new Uint8Array(value));
}

// Tells of a type that was given for the body that `value` makes: a form's has a boundary, which nobody else knows.
function warnOfType(value) {
  if (isFormData(value)) {
    op_console(
      "warn",
      "A FormData body was provided with a custom Content-Type header when constructing a Request or Response object. This will prevent the recipient of the Request or Response from being able to parse the body. Consider omitting the custom Content-Type header.",
    );
  }
}

// Gives the inner body of a value and the content type that it implies.
function extract(value) {
  if (typeof value === "string") {
    return { inner: new Inner(value, -1), type: "text/plain;charset=UTF-8" };
  }
  if (value === null || value === undefined) {
    return { inner: null, type: null };
  }
  if (streams.isReadableStream(value)) {
    if (streams.isReadableStreamDisturbed(value)) {
      throw new TypeError(
        "This ReadableStream is disturbed (has already been read from), and cannot be used as a body.",
      );
    }
    if (streams.isReadableStreamLocked(value)) {
      throw new TypeError("This ReadableStream is locked to a reader, and cannot be used as a body.");
    }
    const inner = new Inner(null, lengthOf(value));
    inner.stream = value;
    return { inner, type: null };
  }
  if (ArrayBufferIsView(value) || core.isArrayBuffer(value)) {
    const bytes = copyBytes(value);
    return { inner: new Inner(bytes, TypedArrayPrototypeGetByteLength(bytes)), type: null };
  }
  if (isBlob(value)) {
    const type = BlobType(value);
    return { inner: new Inner(value, BlobSize(value)), type: type === "" ? null : type };
  }
  const query = queryText(value);
  if (query !== undefined) {
    return {
      inner: new Inner(query, -1),
      type: "application/x-www-form-urlencoded;charset=UTF-8",
    };
  }
  if (isFormData(value)) {
    const encoded = encodeMultipart(entryList(value), () => randomHex(16));
    const inner = new Inner(new Blob(encoded.chunks), encoded.length);
    return { inner, type: `multipart/form-data; boundary=${encoded.boundary}` };
  }
  if (typeof value === "object" && !core.isStringObject(value)) {
    if (isSequence(value)) {
      const inner = new Inner(null, -1);
      inner.stream = ReadableStream.from(value);
      return { inner, type: null };
    }
  }
  // A template refuses symbols, which String() does not.
  return { inner: new Inner(`${value}`, -1), type: "text/plain;charset=UTF-8" };
}

// An object is read piece by piece if it can be iterated, unless it is told how it becomes text.
function isSequence(value) {
  if (changed.fetch_iterable_type_support || (value[SymbolAsyncIterator] === undefined && value[SymbolIterator] === undefined)) {
    return false;
  }
  if (ArrayIsArray(value) || value[SymbolAsyncIterator] !== undefined || changed.fetch_iterable_type_support_override_adjustment) {
    return true;
  }
  return value.toString === ObjectPrototype.toString && value[SymbolToPrimitive] === undefined;
}

// Lengths that a stream is known to have: those of FixedLengthStream, of Blobs, and of bodies from the host.
const lengths = new SafeWeakMap();
function setStreamLength(stream, length) {
  WeakMapPrototypeSet(lengths, stream, length);
}
function lengthOf(stream) {
  return WeakMapPrototypeGet(lengths, stream) ?? -1;
}
const blobStream = {
  stream() {
    const stream = BlobStream(this);
    setStreamLength(stream, BlobSize(this));
    return stream;
  },
};
ObjectDefineProperty(Blob.prototype, "stream", { __proto__: null, value: blobStream.stream });

function fromHost(handle, encoding = null) {
  return handle === null ? null : new Inner(handle, op_body_length(handle), encoding);
}

function emptyInner(encoding) {
  return new Inner(encoding === null ? "" : new Uint8Array(0), 0, encoding);
}

// Whether it was given as a whole, and is empty.
function isEmpty(inner) {
  return inner.stream === null && (inner.length === 0 || inner.source === "");
}

// A body with the contents of one that was given as a whole and not as a stream; undefined for any other.
function copyOfGiven(inner) {
  if (inner === null) {
    return null;
  }
  return isHandle(inner.source) ? undefined : new Inner(inner.source, inner.length);
}

// Whether bodies are encoded and decoded as their headers say, or stay as they are.
function readBodyEncoding(member, value) {
  const text = `${value}`;
  if (text !== "automatic" && text !== "manual") {
    throw new TypeError(`${member}: unexpected value: ${text}`);
  }
  return text;
}

// The type of a Blob is the serialised form of what the header says.
function blobType(header) {
  if (changed.blob_standard_mime_type) {
    return header ?? "";
  }
  const parsed = header === null ? null : extractMimeType(split(header));
  return parsed === null ? "" : serializeMimeType(parsed);
}

// The values of a header, which commas part where they are not quoted.
function split(header) {
  if (StringPrototypeIndexOf(header, ",") < 0) {
    return [header];
  }
  const values = [];
  let start = 0;
  let quoted = false;
  for (let i = 0; i <= header.length; i++) {
    const letter = header[i];
    if (letter === '"') {
      quoted = !quoted;
    } else if (letter === undefined || (letter === "," && !quoted)) {
      ArrayPrototypePush(values, StringPrototypeSlice(header, start, i));
      start = i + 1;
    }
  }
  return values;
}

function isHandle(source) {
  return typeof source === "object" && !isBlob(source) && !ArrayBufferIsView(source);
}

// Throws if the body came in with another event.
function requireOwn(inner) {
  if (inner.stream === null && inner.source !== null && isHandle(inner.source)) {
    op_body_check(inner.source);
  }
}

function isUsed(inner) {
  if (inner === null) {
    return false;
  }
  return inner.used || (inner.stream !== null && streams.isReadableStreamDisturbed(inner.stream));
}

// The body as a stream: made at the first call, and the same ever after.
function streamOf(inner) {
  if (inner === null) {
    return null;
  }
  if (inner.stream === null) {
    const source = inner.source;
    // What was given as a whole is kept, to be sent again.
    if (isHandle(source)) {
      inner.source = null;
    }
    if (inner.used) {
      inner.stream = lockedStream();
    } else if (isHandle(source)) {
      inner.stream = hostStream(source, inner.encoding, inner.signal);
    } else {
      const whole = typeof source === "string" ? core.encode(source) : source;
      if (typeof source === "string") {
        inner.length = TypedArrayPrototypeGetByteLength(whole);
      }
      inner.stream = lazyStream(() => bytesOfSource(whole, inner.encoding));
    }
    if (!inner.used && inner.length >= 0 && inner.encoding === null) {
      setStreamLength(inner.stream, inner.length);
    }
  }
  return inner.stream;
}

function lockedStream() {
  const stream = new ReadableStream({ __proto__: null });
  streams.acquireReadableStreamDefaultReader(stream);
  streams.readableStreamDisturb(stream);
  return stream;
}

function lazyStream(load) {
  return readOneAtATime(new ReadableStream({
    __proto__: null,
    type: "bytes",
    async pull(controller) {
      const bytes = await load();
      if (TypedArrayPrototypeGetByteLength(bytes) > 0) {
        streams.readableByteStreamControllerEnqueue(controller, bytes);
      }
      streams.readableByteStreamControllerClose(controller);
      const request = controller.byobRequest;
      if (request !== null) {
        request.respond(0);
      }
    },
  }));
}

// Reads what the host feeds. After an abort of `signal`, the rest is not wanted any more.
function hostReader(handle, signal) {
  if (signal === null) {
    return () => op_body_read(handle);
  }
  const gone = () => op_body_cancel(handle, null);
  return () => {
    if (isAborted(signal)) {
      gone();
      return PromiseReject(abortError(signal));
    }
    return untilAborted(signal, op_body_read(handle), gone);
  };
}

// Decodes what the host feeds. What cannot be decoded is not wanted any more.
function hostDecoder(handle, encoding, signal) {
  const { next, close } = codings().decoder(encoding, hostReader(handle, signal));
  const nextOrCancel = async () => {
    try {
      return await next();
    } catch (error) {
      op_body_cancel(handle, errorParts(error));
      throw error;
    }
  };
  return { __proto__: null, next: nextOrCancel, close };
}

function hostStream(handle, encoding, signal) {
  const decoded = encoding === null ? null : hostDecoder(handle, encoding, signal);
  const next = decoded === null ? hostReader(handle, signal) : decoded.next;
  const stream = new ReadableStream({
    __proto__: null,
    type: "bytes",
    async pull(controller) {
      const chunk = await next();
      if (chunk === null) {
        const request = controller.byobRequest;
        streams.readableByteStreamControllerClose(controller);
        if (request !== null) {
          request.respond(0);
        }
      } else {
        streams.readableByteStreamControllerEnqueue(controller, chunk);
      }
    },
    cancel(reason) {
      decoded?.close();
      op_body_cancel(handle, reason === undefined ? null : errorParts(reason));
    },
  }, { __proto__: null, highWaterMark: 0 });
  WeakMapPrototypeSet(hostOf, stream, { __proto__: null, handle, encoding, signal });
  return readOneAtATime(stream);
}

async function bytesOfSource(source, encoding = null, signal = null) {
  if (signal !== null && isAborted(signal)) {
    op_body_cancel(source, null);
    throw abortError(signal);
  }
  if (encoding !== null) {
    const decoded = isHandle(source) ? hostDecoder(source, encoding, signal) : codings().decoder(encoding, once(source));
    return await gather(decoded.next);
  }
  if (typeof source === "string") {
    return core.encode(source);
  }
  if (ArrayBufferIsView(source)) {
    return source;
  }
  if (isBlob(source)) {
    return new Uint8Array(await BlobArrayBuffer(plainBlob(source)));
  }
  const whole = op_body_take(source);
  if (whole !== undefined) {
    return whole;
  }
  return await gather(hostReader(source, signal));
}

function once(bytes) {
  let rest = bytes;
  return () => {
    const chunk = rest;
    rest = null;
    return chunk;
  };
}

async function gather(next) {
  const chunks = [];
  let total = 0;
  for (;;) {
    const chunk = await next();
    if (chunk === null) {
      break;
    }
    ArrayPrototypePush(chunks, chunk);
    total += TypedArrayPrototypeGetByteLength(chunk);
  }
  if (chunks.length === 1) {
    return chunks[0];
  }
  const all = new Uint8Array(total);
  let offset = 0;
  for (let i = 0; i < chunks.length; i++) {
    TypedArrayPrototypeSet(all, chunks[i], offset);
    offset += TypedArrayPrototypeGetByteLength(chunks[i]);
  }
  return all;
}

function chunkBytes(value) {
  if (ArrayBufferIsView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  if (core.isAnyArrayBuffer(value)) {
    return new Uint8Array(value);
  }
  return null;
}

function streamBytes(stream) {
  const reader = streams.acquireReadableStreamDefaultReader(stream);
  return gather(async () => {
    const { done, value } = await ReaderRead(reader);
    if (done) {
      return null;
    }
    const bytes = chunkBytes(value);
    if (bytes === null) {
      const error = new TypeError(NOT_BYTES);
      PromisePrototypeThen(ReaderCancel(reader, error), undefined, () => {});
      throw error;
    }
    return bytes;
  });
}

// Throws what reading a body twice throws.
function requireUnread(inner) {
  if (isUsed(inner)) {
    throw new TypeError(USED);
  }
  if (inner.stream !== null && streams.isReadableStreamLocked(inner.stream)) {
    throw new TypeError("This ReadableStream is currently locked to a reader.");
  }
}

function readBytes(inner) {
  if (inner === null) {
    return PromiseResolve(new Uint8Array(0));
  }
  try {
    requireUnread(inner);
    inner.used = true;
    if (inner.stream !== null) {
      return streamBytes(inner.stream);
    }
    return bytesOfSource(inner.source, inner.encoding, inner.signal);
  } catch (error) {
    return PromiseReject(error);
  }
}

function decodeText(bytes) {
  const text = core.decode(bytes);
  // deno_core's decoding drops a byte order mark.
  const marked = changed.strip_bom_in_read_all_text && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return marked ? `\ufeff${text}` : text;
}

function readText(inner) {
  if (inner !== null && inner.stream === null && !inner.used && inner.encoding === null) {
    if (typeof inner.source === "string") {
      inner.used = true;
      const text = inner.source;
      return PromiseResolve(text[0] === "\ufeff" && !changed.strip_bom_in_read_all_text ? StringPrototypeSlice(text, 1) : text);
    }
    if (isHandle(inner.source) && !changed.strip_bom_in_read_all_text && (inner.signal === null || !isAborted(inner.signal))) {
      try {
        const text = op_body_take_text(inner.source);
        if (text !== undefined) {
          inner.used = true;
          return PromiseResolve(text);
        }
      } catch (error) {
        return PromiseReject(error);
      }
    }
  }
  return PromisePrototypeThen(readBytes(inner), decodeText);
}

// A body with the same contents, leaving the first readable.
function cloneInner(inner) {
  if (inner === null) {
    return null;
  }
  // What was read in part, or canceled, has a rest that two can share.
  if (inner.used || (inner.stream !== null && streams.isReadableStreamLocked(inner.stream))) {
    throw new TypeError("This ReadableStream is currently locked to a reader,");
  }
  if (inner.stream === null) {
    if (!isHandle(inner.source)) {
      return new Inner(inner.source, inner.length, inner.encoding);
    }
    if (inner.signal !== null && isAborted(inner.signal)) {
      throw abortError(inner.signal);
    }
    const copy = op_body_clone(inner.source);
    if (copy !== undefined) {
      const twin = new Inner(copy, inner.length, inner.encoding);
      twin.signal = inner.signal;
      return twin;
    }
  }
  const branches = streams.readableStreamTee(streamOf(inner), true);
  inner.stream = branches[0];
  const copy = new Inner(null, inner.length);
  copy.stream = branches[1];
  return copy;
}

// Hands the body to the host: `null`, text, bytes, an unread handle, or a writer that is fed from here on. In an RPC call it
// is only fed beyond the end of the event if `hold` is set. It leaves in `encoding`; one that is in it already leaves as it is.
// `control.stop` is set to what breaks off the feeding.
function toHost(inner, rpc = false, hold = true, encoding = null, control = null) {
  if (inner === null) {
    return null;
  }
  if (inner.used) {
    throw new TypeError(USED);
  }
  if (inner.stream === null && inner.encoding === encoding) {
    const source = inner.source;
    if (!isBlob(source)) {
      inner.used = true;
      return inner.signal === null ? source : handOver(source, inner.signal, rpc, hold, control);
    }
  }
  const stream = streamOf(inner);
  if (streams.isReadableStreamDisturbed(stream)) {
    throw new TypeError(USED);
  }
  requireUnlocked(stream);
  inner.used = true;
  return streamToHost(stream, inner.encoding === null ? inner.length : -1, rpc, hold, encoding, control);
}

// The body goes on where nobody can abort it any more. One that was aborted already stays so.
function outliveSignal(inner) {
  if (inner.signal !== null && isAborted(inner.signal)) {
    return;
  }
  inner.signal = null;
  const from = inner.stream === null ? undefined : WeakMapPrototypeGet(hostOf, inner.stream);
  if (from !== undefined && from.signal !== null && !isAborted(from.signal)) {
    from.signal = null;
  }
}

// What the host gets of its own handle: the very one, unless an abort of `signal` can still end it.
function handOver(handle, signal, rpc, hold, control) {
  const whole = signal === null ? handle : op_body_clone(handle);
  if (whole !== undefined) {
    return whole;
  }
  const writer = op_body_writer(op_body_length(handle), rpc, hold);
  pump(streams.acquireReadableStreamDefaultReader(hostStream(handle, null, signal)), writer, rpc, null, control);
  return writer;
}

function requireUnlocked(stream) {
  // The getter also refuses what only looks like a stream.
  if (isLocked(stream)) {
    throw new TypeError("The ReadableStream has been locked to a reader.");
  }
}

// The same for a stream alone, which is locked from here on.
function streamToHost(stream, length, rpc, hold, encoding = null, control = null) {
  const from = WeakMapPrototypeGet(hostOf, stream);
  if (from !== undefined && from.encoding === encoding && !streams.isReadableStreamDisturbed(stream)) {
    streams.readableStreamDisturb(stream);
    streams.acquireReadableStreamDefaultReader(stream);
    return handOver(from.handle, from.signal, rpc, hold, control);
  }
  const reader = streams.acquireReadableStreamDefaultReader(stream);
  const writer = op_body_writer(encoding === null ? length : -1, rpc, hold);
  pump(reader, writer, rpc, encoding, control, from !== undefined);
  return writer;
}

// Writes all of `bytes`, waiting for `taken` after each piece; false if nobody reads any more.
async function writeChunks(writer, bytes, taken = undefined) {
  const length = TypedArrayPrototypeGetByteLength(bytes);
  for (let start = 0; start < length; start += CHUNK_BYTES) {
    const chunk = length <= CHUNK_BYTES ? bytes : TypedArrayPrototypeSubarray(bytes, start, start + CHUNK_BYTES);
    let sent = op_body_write(writer, chunk);
    while (sent !== true) {
      if (sent === false) {
        return false;
      }
      await sent;
      sent = op_body_write(writer, chunk);
    }
    if (taken !== undefined) {
      await taken();
    }
  }
  return true;
}

async function pump(reader, writer, rpc, encoding, control, came = false) {
  const cancel = (reason) => PromisePrototypeThen(ReaderCancel(reader, reason), undefined, () => {});
  // What the source does at its end is part of the event, even if its client has left.
  const stop = (reason) => {
    const stopped = cancel(reason);
    if (!rpc) {
      holdEvent(stopped);
    }
  };
  let reading = false;
  // A reader that goes away while the source has nothing to give ends the wait.
  const gone = (reason) => {
    if (reading) {
      stop(rpc ? reason ?? new Error(RELEASED) : undefined);
    }
  };
  PromisePrototypeThen(op_body_report(writer), gone, gone);
  if (control !== null) {
    control.stop = () => {
      op_body_close(writer, errorParts(new Error(LOST)));
      gone();
    };
  }
  let coder = null;
  try {
    coder = encoding === null ? null : codings().encoder(encoding, (bytes) => writeChunks(writer, bytes), came);
    for (;;) {
      reading = true;
      const { done, value } = await ReaderRead(reader);
      reading = false;
      if (done) {
        await coder?.end();
        break;
      }
      const bytes = typeof value === "string" ? core.encode(value) : chunkBytes(value);
      if (bytes === null) {
        throw new TypeError(NOT_BYTES);
      }
      if (!await (coder === null ? writeChunks(writer, bytes) : coder.write(bytes))) {
        stop(rpc ? new Error(LOST) : undefined);
        break;
      }
    }
    op_body_close(writer, null);
  } catch (error) {
    reading = false;
    op_body_close(writer, errorParts(error));
    cancel(error);
  } finally {
    coder?.close();
  }
}

// Defines the members that Request and Response share. `innerOf` and `headerOf` reach their private state.
function parseJson(text) {
  if (text.length > JSON_LENGTH_MAX) {
    throw new RangeError("Invalid array length");
  }
  return JSONParse(text);
}

function mixinBody(prototype, innerOf, contentTypeOf) {
  const members = {
    get body() {
      return streamOf(innerOf(this));
    },
    get bodyUsed() {
      return isUsed(innerOf(this));
    },
    arrayBuffer() {
      return consume(this, readBytes, (bytes) => {
        const length = TypedArrayPrototypeGetByteLength(bytes);
        return length === bytes.buffer.byteLength ? bytes.buffer : copyBytes(bytes).buffer;
      });
    },
    bytes() {
      return consume(this, readBytes, (bytes) => bytes);
    },
    text() {
      return consume(this, readText, null);
    },
    json() {
      return consume(this, readText, parseJson);
    },
    formData() {
      return consume(this, (inner) => {
        if (contentTypeOf(this) === null) {
          // The body stays as it is.
          if (inner !== null) {
            requireUnread(inner);
          }
          throw new TypeError("Parsing a Body as FormData requires a Content-Type header.");
        }
        return readBytes(inner);
      }, (bytes, self) => newFormData(parseForm(bytes, contentTypeOf(self))));
    },
    blob() {
      return consume(this, readBytes, (bytes, self) => {
        const blob = new Blob([bytes]);
        setType(blob, blobType(contentTypeOf(self)));
        return blob;
      });
    },
  };
  function consume(self, read, convert) {
    const inner = innerOf(self);
    try {
      const promise = read(inner);
      return convert === null ? promise : PromisePrototypeThen(promise, (value) => convert(value, self));
    } catch (error) {
      return PromiseReject(error);
    }
  }
  const names = ["body", "bodyUsed", "arrayBuffer", "bytes", "text", "json", "formData", "blob"];
  for (let i = 0; i < names.length; i++) {
    const descriptor = ReflectGetOwnPropertyDescriptor(members, names[i]);
    ObjectDefineProperty(prototype, names[i], { __proto__: null, ...descriptor, enumerable: true });
  }
}

return {
  Inner,
  LOST,
  NOT_BYTES,
  chunkBytes,
  cloneInner,
  copyOfGiven,
  emptyInner,
  extract,
  fromHost,
  isEmpty,
  isUsed,
  lengthOf,
  mixinBody,
  outliveSignal,
  readBodyEncoding,
  requireOwn,
  requireUnlocked,
  setStreamLength,
  streamOf,
  streamToHost,
  toHost,
  warnOfType,
  writeChunks,
};
})();
