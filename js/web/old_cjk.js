// Chinese and Japanese text as it was decoded before the standard's tables.
//
// Owns where one code ends and the next begins, and the few codes that meant something else. All other codes are decoded as ever,
// many at a time. It must not know classes, nor labels of encodings.

(function () {
const { primordials } = __bootstrap;
const {
  StringFromCharCode,
  StringPrototypeIncludes,
  TypeError,
  TypedArrayPrototypeGetBuffer,
  TypedArrayPrototypeGetByteLength,
  TypedArrayPrototypeGetByteOffset,
  TypedArrayPrototypeSet,
  Uint8Array,
} = primordials;

const FAILED = "Failed to decode input.";
const REPLACEMENT = "\ufffd";

// What GB18030 had in the private use area: the first code of a range, its last code, the first character.
const GB_PRIVATE = [
  [0xa6d9, 0xa6df, 0xe78d],
  [0xa6ec, 0xa6ed, 0xe794],
  [0xa6f3, 0xa6f3, 0xe796],
  [0xfe59, 0xfe59, 0xe81e],
  [0xfe61, 0xfe61, 0xe826],
  [0xfe66, 0xfe67, 0xe82b],
  [0xfe6d, 0xfe6d, 0xe832],
  [0xfe7e, 0xfe7e, 0xe843],
  [0xfe90, 0xfe90, 0xe854],
  [0xfea0, 0xfea0, 0xe864],
];

function isIn(byte, first, last) {
  return byte >= first && byte <= last;
}

function part(bytes, begin, end) {
  return new Uint8Array(TypedArrayPrototypeGetBuffer(bytes), TypedArrayPrototypeGetByteOffset(bytes) + begin, end - begin);
}

// The functions of encodings give the length of the code at `at`, 0 if its end is missing, or less than 0 for so many bytes that
// are no code. Those end before a byte that could begin one.

function gb18030(bytes, at, end) {
  const first = bytes[at];
  if (first < 0x80) {
    return 1;
  }
  if (first === 0x80 || first === 0xff) {
    return -1;
  }
  if (at + 1 === end) {
    return 0;
  }
  const second = bytes[at + 1];
  if (second >= 0x80) {
    return second === 0xff ? -2 : 2;
  }
  if (!isIn(second, 0x30, 0x39)) {
    return isIn(second, 0x40, 0x7e) ? 2 : -1;
  }
  if (at + 2 === end) {
    return 0;
  }
  if (!isIn(bytes[at + 2], 0x81, 0xfe)) {
    return -1;
  }
  if (at + 3 === end) {
    return 0;
  }
  return isIn(bytes[at + 3], 0x30, 0x39) ? 4 : -1;
}

function big5(bytes, at, end) {
  const first = bytes[at];
  if (first < 0x80) {
    return 1;
  }
  if (!isIn(first, 0x87, 0xfe)) {
    return -1;
  }
  if (at + 1 === end) {
    return 0;
  }
  const second = bytes[at + 1];
  if (isIn(second, 0x40, 0x7e) || isIn(second, 0xa1, 0xfe)) {
    return 2;
  }
  return second < 0x80 || isIn(second, 0x87, 0xa0) ? -1 : -2;
}

function eucJp(bytes, at, end) {
  const first = bytes[at];
  if (first < 0x80) {
    return 1;
  }
  if (first !== 0x8e && first !== 0x8f && !isIn(first, 0xa1, 0xfe)) {
    return -1;
  }
  if (at + 1 === end) {
    return 0;
  }
  const second = bytes[at + 1];
  if (!isIn(second, 0xa1, 0xfe)) {
    return second < 0x80 || second === 0x8e || second === 0x8f ? -1 : -2;
  }
  if (first === 0x8e) {
    return second <= 0xdf ? 2 : -1;
  }
  if (first !== 0x8f) {
    return 2;
  }
  if (at + 2 === end) {
    return 0;
  }
  return isIn(bytes[at + 2], 0xa1, 0xfe) ? 3 : -1;
}

function shiftJis(bytes, at, end) {
  const first = bytes[at];
  if (first <= 0x80 || isIn(first, 0xa1, 0xdf)) {
    return 1;
  }
  if (first === 0xa0 || first > 0xfc) {
    return -1;
  }
  if (at + 1 === end) {
    return 0;
  }
  const second = bytes[at + 1];
  if (first === 0x87 && second === 0x5e) {
    return -2;
  }
  if (second < 0x80) {
    return isIn(second, 0x40, 0x7e) && first !== 0xf9 ? 2 : -1;
  }
  return second > 0xfc || first === 0xf9 ? -2 : 2;
}

const ENCODINGS = { __proto__: null, gbk: gb18030, gb18030, big5, "euc-jp": eucJp, shift_jis: shiftJis };

// The character of a code of GB18030 that the standard's table has another one for, or that is U+FFFD itself; 0 for any other.
function gbCharacter(bytes, at, length) {
  const first = bytes[at];
  if (length === 4) {
    return first === 0x84 && bytes[at + 1] === 0x31 && bytes[at + 2] === 0xa4 && bytes[at + 3] === 0x37 ? 0xfffd : 0;
  }
  if (length === 2 && (first === 0xa6 || first === 0xfe)) {
    const code = first << 8 | bytes[at + 1];
    for (let i = 0; i < GB_PRIVATE.length; i++) {
      if (isIn(code, GB_PRIVATE[i][0], GB_PRIVATE[i][1])) {
        return GB_PRIVATE[i][2] + code - GB_PRIVATE[i][0];
      }
    }
  }
  return 0;
}

/**
 * A decoder of `encoding`, or undefined if that was never decoded otherwise. `decodeNew(bytes)` is the standard's, from a fresh
 * state to its end, and never throws. Of `decode(bytes, stream, fatal)`, the bytes are a Uint8Array.
 */
function oldCjkDecoder(encoding, decodeNew) {
  const codeLength = ENCODINGS[encoding];
  if (codeLength === undefined) {
    return undefined;
  }
  // The begin of a code; or, once a decoder has failed, what is still to be read of one that was none.
  let kept = null;
  let failed = false;
  const decode = (bytes, stream, fatal) => {
    let all = bytes;
    let end = TypedArrayPrototypeGetByteLength(bytes);
    if (failed && stream && end === 0) {
      throw new TypeError(FAILED);
    }
    const before = kept === null ? 0 : TypedArrayPrototypeGetByteLength(kept);
    if (before > 0) {
      end += before;
      all = new Uint8Array(end);
      TypedArrayPrototypeSet(all, kept, 0);
      TypedArrayPrototypeSet(all, bytes, before);
    }
    kept = null;
    failed = false;
    // What a decoder refuses is lost, but for bytes of an earlier call.
    const fail = (next) => {
      failed = stream && next < before;
      kept = failed ? new Uint8Array(part(all, next, before)) : null;
      throw new TypeError(FAILED);
    };
    let text = "";
    let begin = 0;
    let at = 0;
    const decodeUntilHere = () => {
      if (at > begin) {
        const decoded = decodeNew(part(all, begin, at));
        if (fatal && StringPrototypeIncludes(decoded, REPLACEMENT)) {
          fail(at);
        }
        text += decoded;
      }
    };
    while (at < end) {
      const length = codeLength(all, at, end);
      if (length === 0) {
        break;
      }
      const character = length > 0 && codeLength === gb18030 ? gbCharacter(all, at, length) : 0;
      if (length > 0 && character === 0) {
        at += length;
        continue;
      }
      decodeUntilHere();
      if (length > 0) {
        text += StringFromCharCode(character);
        at += length;
      } else {
        at -= length;
        if (fatal) {
          fail(at);
        }
        text += REPLACEMENT;
      }
      begin = at;
    }
    decodeUntilHere();
    if (at < end) {
      if (stream) {
        kept = new Uint8Array(part(all, at, end));
      } else if (fatal) {
        fail(end);
      } else {
        text += REPLACEMENT;
      }
    }
    return text;
  };
  return { __proto__: null, decode };
}

return { oldCjkDecoder };
})();
