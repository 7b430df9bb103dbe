// Strings and primitives as source text: quotes, escapes, lines. It knows no
// objects, and of the printer's state only the indentation.
(function () {
const { primordials } = __bootstrap;
const {
  ArrayPrototypeJoin,
  ArrayPrototypePop,
  ArrayPrototypePush,
  NumberPrototypeToString,
  ObjectIs,
  StringPrototypeCharCodeAt,
  StringPrototypeIncludes,
  StringPrototypeIndexOf,
  StringPrototypePadStart,
  StringPrototypeRepeat,
  StringPrototypeSlice,
  StringPrototypeToUpperCase,
  SymbolPrototypeToString,
} = primordials;

const STRING_LENGTH_MAX = 10_000;
const STRING_WIDTH_MAX = 128;

/** Splits at line feeds without consulting `Symbol.split`. */
function splitLines(text) {
  const lines = [];
  let start = 0;
  for (;;) {
    const end = StringPrototypeIndexOf(text, "\n", start);
    if (end === -1) break;
    ArrayPrototypePush(lines, StringPrototypeSlice(text, start, end));
    start = end + 1;
  }
  ArrayPrototypePush(lines, StringPrototypeSlice(text, start));
  return lines;
}

function escapedChar(code, quoteChar) {
  switch (code) {
    case 8: return "\\b";
    case 9: return "\\t";
    case 10: return "\\n";
    case 12: return "\\f";
    case 13: return "\\r";
    case 92: return "\\\\";
  }
  if (code === 39 && quoteChar === "'") return "\\'";
  if (code >= 0xd800 && code <= 0xdfff) return `\\u${NumberPrototypeToString(code, 16)}`;
  if (code < 32 || (code >= 127 && code <= 159)) {
    const hex = StringPrototypeToUpperCase(NumberPrototypeToString(code, 16));
    return `\\x${StringPrototypePadStart(hex, 2, "0")}`;
  }
  return undefined;
}

function isSurrogatePair(text, index) {
  if (StringPrototypeCharCodeAt(text, index) > 0xdbff) return false;
  const next = StringPrototypeCharCodeAt(text, index + 1);
  return next >= 0xdc00 && next <= 0xdfff;
}

function escapeText(text, quoteChar) {
  let result = "";
  let copied = 0;
  for (let i = 0; i < text.length; i++) {
    const code = StringPrototypeCharCodeAt(text, i);
    const escaped = escapedChar(code, quoteChar);
    if (escaped === undefined) continue;
    if (code >= 0xd800 && isSurrogatePair(text, i)) {
      i++;
      continue;
    }
    result += StringPrototypeSlice(text, copied, i) + escaped;
    copied = i + 1;
  }
  return result + StringPrototypeSlice(text, copied);
}

/** A string literal in the quotes that need the fewest escapes. */
function quote(text) {
  let quoteChar = "'";
  if (StringPrototypeIncludes(text, "'")) {
    if (!StringPrototypeIncludes(text, '"')) quoteChar = '"';
    else if (!StringPrototypeIncludes(text, "`") && !StringPrototypeIncludes(text, "${")) {
      quoteChar = "`";
    }
  }
  return quoteChar + escapeText(text, quoteChar) + quoteChar;
}

function formatString(text) {
  const extra = text.length - STRING_LENGTH_MAX;
  if (extra <= 0) return quote(text);
  const head = quote(StringPrototypeSlice(text, 0, STRING_LENGTH_MAX));
  return `${head}... ${extra} more character${extra > 1 ? "s" : ""}`;
}

/** A long text of several lines, one literal a line. */
function formatLines(ctx, text) {
  const isShort = text.length <= 16 || text.length <= STRING_WIDTH_MAX - ctx.indentation - 4;
  if (isShort || text.length > STRING_LENGTH_MAX || !StringPrototypeIncludes(text, "\n")) {
    return formatString(text);
  }
  const lines = splitLines(text);
  const last = ArrayPrototypePop(lines);
  for (let i = 0; i < lines.length; i++) lines[i] = quote(`${lines[i]}\n`);
  if (last !== "") ArrayPrototypePush(lines, quote(last));
  return ArrayPrototypeJoin(lines, ` +\n${StringPrototypeRepeat(" ", ctx.indentation + 2)}`);
}

function formatPrimitive(value) {
  switch (typeof value) {
    case "string": return formatString(value);
    case "number": return ObjectIs(value, -0) ? "-0" : `${value}`;
    case "bigint": return `${value}n`;
    case "symbol": return SymbolPrototypeToString(value);
    default: return `${value}`;
  }
}

return {
  formatLines,
  formatPrimitive,
  escapeText,
  quote,
  splitLines,
};
})();
