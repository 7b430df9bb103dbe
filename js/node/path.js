// `node:path`: names of files, in the manner of POSIX and of Windows.
//
// Owns the two grammars. It must not know files.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayPrototypeIndexOf,
  ArrayPrototypeJoin,
  ArrayPrototypePop,
  ArrayPrototypePush,
  ArrayPrototypeSplice,
  ArrayPrototypeUnshift,
  MathAbs,
  MathMax,
  MathMin,
  Number,
  ObjectAssign,
  ObjectDefineProperty,
  RegExp,
  RegExpPrototypeExec,
  RegExpPrototypeSymbolReplace,
  RegExpPrototypeTest,
  StringFromCharCode,
  StringPrototypeCharCodeAt,
  StringPrototypeEndsWith,
  StringPrototypeIndexOf,
  StringPrototypeLastIndexOf,
  StringPrototypePadStart,
  StringPrototypeReplaceAll,
  StringPrototypeSlice,
  StringPrototypeSplit,
  StringPrototypeStartsWith,
  StringPrototypeToLowerCase,
} = primordials;
const { validateObject, validateString } = core.loadExtScript("ext:denizen/node/internal/errors.js");

// Relative names begin at the root, whatever process.cwd() says: as in workerd.
const cwd = () => "/";
const isLetter = (code) => (code >= 65 && code <= 90) || (code >= 97 && code <= 122);

// Everything about separators and roots that differs between the two.
const POSIX = {
  isSep: (code) => code === 47,
  sep: "/",
};
const WIN32 = {
  isSep: (code) => code === 47 || code === 92,
  sep: "\\",
};

// Resolves `.` and `..` between separators.
function normalizeParts(path, allowAboveRoot, { isSep, sep }) {
  const parts = [];
  let start = 0;
  for (let i = 0; i <= path.length; i++) {
    if (i < path.length && !isSep(StringPrototypeCharCodeAt(path, i))) continue;
    const part = StringPrototypeSlice(path, start, i);
    start = i + 1;
    if (part === "" || part === ".") continue;
    if (part === "..") {
      if (parts.length > 0 && parts[parts.length - 1] !== "..") {
        ArrayPrototypePop(parts);
        continue;
      }
      if (!allowAboveRoot) continue;
    }
    ArrayPrototypePush(parts, part);
  }
  return ArrayPrototypeJoin(parts, sep);
}

// The root of a Windows path: its device, whether it is absolute, and how long it is in `path`.
function rootOf(path) {
  const { isSep } = WIN32;
  const length = path.length;
  const at = (i) => StringPrototypeCharCodeAt(path, i);
  if (length === 0) return { device: "", absolute: false, end: 0, unc: false };
  if (isSep(at(0))) {
    if (length > 1 && isSep(at(1))) {
      let j = 2;
      while (j < length && !isSep(at(j))) j++;
      if (j < length && j !== 2) {
        const host = StringPrototypeSlice(path, 2, j);
        const last = j;
        while (j < length && isSep(at(j))) j++;
        if (j < length && j !== last) {
          const begin = j;
          while (j < length && !isSep(at(j))) j++;
          return { device: `\\\\${host}\\${StringPrototypeSlice(path, begin, j)}`, absolute: true, end: j, unc: true };
        }
      }
    }
    return { device: "", absolute: true, end: 1, unc: false };
  }
  if (length > 1 && isLetter(at(0)) && at(1) === 58) {
    const absolute = length > 2 && isSep(at(2));
    return { device: StringPrototypeSlice(path, 0, 2), absolute, end: absolute ? 3 : 2, unc: false };
  }
  return { device: "", absolute: false, end: 0, unc: false };
}

// Last part of a path and where its extension begins, by the rules that both share.
function extensionStart(base) {
  const dot = StringPrototypeLastIndexOf(base, ".");
  return dot <= 0 || base === ".." ? -1 : dot;
}

function lastPart(path, from, isSep) {
  let end = path.length;
  while (end > from && isSep(StringPrototypeCharCodeAt(path, end - 1))) end--;
  let start = end;
  while (start > from && !isSep(StringPrototypeCharCodeAt(path, start - 1))) start--;
  return { start, end };
}

function makeBasename(rules, drive) {
  const { isSep } = rules;
  return function basename(path, suffix) {
    if (suffix !== undefined) validateString(suffix, drive ? "suffix" : "ext");
    validateString(path, "path");
    const from = drive && path.length >= 2 && isLetter(StringPrototypeCharCodeAt(path, 0)) && path[1] === ":" ? 2 : 0;
    const { start, end } = lastPart(path, from, isSep);
    const base = StringPrototypeSlice(path, start, end);
    if (suffix !== undefined && suffix.length > 0 && suffix.length <= path.length) {
      if (suffix === path) return "";
      if (base !== suffix && base.length > suffix.length && StringPrototypeSlice(base, base.length - suffix.length) === suffix) {
        return StringPrototypeSlice(base, 0, base.length - suffix.length);
      }
      // A name that the suffix has more of keeps its separators, as in Node.
      if (base.length < suffix.length && StringPrototypeEndsWith(suffix, base)) return StringPrototypeSlice(path, start);
    }
    return base;
  };
}

function makeExtname(rules, drive) {
  const { isSep } = rules;
  return function extname(path) {
    validateString(path, "path");
    const from = drive && path.length >= 2 && isLetter(StringPrototypeCharCodeAt(path, 0)) && path[1] === ":" ? 2 : 0;
    const { start, end } = lastPart(path, from, isSep);
    const base = StringPrototypeSlice(path, start, end);
    const dot = extensionStart(base);
    return dot === -1 ? "" : StringPrototypeSlice(base, dot);
  };
}

function makeFormat(sep) {
  return function _format(pathObject) {
    validateObject(pathObject, "pathObject");
    const ext = pathObject.ext ? `${pathObject.ext[0] === "." ? "" : "."}${pathObject.ext}` : "";
    const dir = pathObject.dir || pathObject.root;
    const base = pathObject.base || `${pathObject.name || ""}${ext}`;
    if (!dir) return base;
    return dir === pathObject.root ? `${dir}${base}` : `${dir}${sep}${base}`;
  };
}

// workerd's format() of POSIX is a bound function; its name says so.
function named(made, name) {
  ObjectDefineProperty(made, "name", { __proto__: null, value: name, configurable: true });
  return made;
}

function parsed(path, root, rules, dirIsRoot) {
  const out = { root, dir: "", base: "", ext: "", name: "" };
  const { start, end } = lastPart(path, root.length, rules.isSep);
  const base = StringPrototypeSlice(path, start, end);
  const dot = extensionStart(base);
  out.base = base;
  out.name = dot === -1 ? base : StringPrototypeSlice(base, 0, dot);
  out.ext = dot === -1 ? "" : StringPrototypeSlice(base, dot);
  out.dir = start > root.length ? StringPrototypeSlice(path, 0, start - 1) : dirIsRoot ? root : "";
  return out;
}

// Patterns are read as minimatch reads them: braces make several, and each is matched part by part.
const EXPANSIONS_MAX = 100000;
const GLOBSTAR = { __proto__: null };
const ANY_PART = /^(?!\.)[^/]+$/;
const MAGIC = /[*?[]|[@+!]\(/;
const DRIVE = /^[a-z]:$/i;
const SEQUENCE = /^(?:(-?\d+)\.\.(-?\d+)|([a-zA-Z])\.\.([a-zA-Z]))(?:\.\.(-?\d+))?$/;

function matchesGlob(path, pattern, windows) {
  validateString(path, "path");
  validateString(pattern, "pattern");
  if (pattern === "") return path === "";
  if (windows) path = StringPrototypeReplaceAll(path, "\\", "/");
  const file = globParts(path, windows, true);
  const drive = windows && RegExpPrototypeTest(/^[a-z]:(?:\/|$)/i, path) ? StringPrototypeSlice(path, 0, 2) : "";
  const patterns = expandBraces(StringPrototypeReplaceAll(pattern, "\\", "/"));
  for (let i = 0; i < patterns.length; i++) {
    if (patterns[i] === "") continue;
    const parts = globParts(patterns[i], windows, false);
    const wanted = [];
    for (let j = 0; j < parts.length; j++) if (parts[j] !== "**" || parts[j - 1] !== "**") ArrayPrototypePush(wanted, compilePart(parts[j]));
    if (drive && typeof wanted[0] === "string" && StringPrototypeToLowerCase(wanted[0]) === StringPrototypeToLowerCase(drive)) wanted[0] = drive;
    if (matchParts(file, 0, wanted, 0)) return true;
  }
  return false;
}

// Parts between separators, without `.`, empty ones, and those that `..` takes back.
function globParts(path, windows, isPath) {
  const parts = StringPrototypeSplit(path, /\/+/);
  if (windows && RegExpPrototypeTest(/^\/\/[^/]+/, path)) ArrayPrototypeUnshift(parts, "");
  for (let changed = true; changed;) {
    changed = false;
    for (let i = 1; i < parts.length - 1; i++) {
      if (i === 1 && parts[1] === "" && parts[0] === "") continue;
      if (parts[i] === "." || parts[i] === "") {
        ArrayPrototypeSplice(parts, i--, 1);
        changed = true;
      }
    }
    if (parts[0] === "." && parts.length === 2 && (parts[1] === "." || parts[1] === "")) ArrayPrototypePop(parts);
    for (let i = ArrayPrototypeIndexOf(parts, "..", 1); i !== -1; i = ArrayPrototypeIndexOf(parts, "..", i + 1)) {
      const before = parts[i - 1];
      if (!before || before === "." || before === ".." || before === "**" || (windows && isPath && RegExpPrototypeTest(DRIVE, before))) continue;
      ArrayPrototypeSplice(parts, i - 1, 2);
      // A pattern does not begin with `**` by that.
      if (!isPath && i === 1 && parts[0] === "**") ArrayPrototypeUnshift(parts, ".");
      i -= 2;
      changed = true;
    }
  }
  return parts.length === 0 ? [""] : parts;
}

// What a part has to be: GLOBSTAR for any number of parts, a text, or an expression.
function compilePart(part) {
  if (part === "**") return GLOBSTAR;
  if (part === "*") return ANY_PART;
  if (!RegExpPrototypeTest(MAGIC, part)) return part;
  // A name that begins with a dot is matched by a pattern that does, `.` and `..` by none.
  return new RegExp(`^(?!\\.${StringPrototypeStartsWith(part, ".") ? "\\.?$" : ""})${partExpression(part)}$`);
}

function partExpression(part) {
  let out = "";
  for (let i = 0; i < part.length; i++) {
    const char = part[i];
    const close = part[i + 1] === "(" && RegExpPrototypeTest(/[@*+?!]/, char) ? closingParen(part, i + 1) : -1;
    if (close !== -1) {
      const choices = splitChoices(StringPrototypeSlice(part, i + 2, close), "|");
      for (let j = 0; j < choices.length; j++) choices[j] = partExpression(choices[j]);
      const group = `(?:${ArrayPrototypeJoin(choices, "|")})`;
      out += char === "!" ? `(?!${group}${partExpression(StringPrototypeSlice(part, close + 1))}$)[^/]*?` : `${group}${char === "@" ? "" : char}`;
      i = close;
    } else if (char === "[") {
      const not = part[i + 1] === "!" || part[i + 1] === "^";
      const from = i + (not ? 2 : 1);
      // A bracket right at the beginning is one of the characters.
      const end = StringPrototypeIndexOf(part, "]", from + 1);
      if (end === -1) {
        out += "\\[";
        continue;
      }
      const ranges = RegExpPrototypeSymbolReplace(/(.)-(.)/g, StringPrototypeSlice(part, from, end), (range, first, last) => first > last ? "" : range);
      out += ranges === "" ? "(?!)" : `[${not ? "^" : ""}${RegExpPrototypeSymbolReplace(/[[\]^\\]/g, ranges, "\\$&")}]`;
      i = end;
    } else if (char === "*") {
      out += "[^/]*";
    } else if (char === "?") {
      out += "[^/]";
    } else {
      out += RegExpPrototypeTest(/[.+^$|(){}]/, char) ? `\\${char}` : char;
    }
  }
  return out;
}

function closingParen(text, open) {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === "(") depth++;
    else if (text[i] === ")" && --depth === 0) return i;
  }
  return -1;
}

// Splits at separators that stand in no braces or parentheses.
function splitChoices(text, separator) {
  const choices = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === "{" || char === "(") {
      depth++;
    } else if (char === "}" || char === ")") {
      depth--;
    } else if (char === separator && depth === 0) {
      ArrayPrototypePush(choices, StringPrototypeSlice(text, start, i));
      start = i + 1;
    }
  }
  ArrayPrototypePush(choices, StringPrototypeSlice(text, start));
  return choices;
}

// The patterns that a pattern with `{a,b}` or `{1..3}` stands for.
function expandBraces(pattern) {
  let depth = 0;
  let open = -1;
  for (let i = 0; i < pattern.length; i++) {
    if (pattern[i] === "{" && depth++ === 0) open = i;
    if (pattern[i] !== "}" || --depth !== 0 || open === -1) continue;
    const body = StringPrototypeSlice(pattern, open + 1, i);
    let choices = splitChoices(body, ",");
    if (choices.length === 1) choices = sequence(body);
    if (choices === undefined) {
      open = -1;
      continue;
    }
    const out = [];
    for (let j = 0; j < choices.length; j++) {
      const expanded = expandBraces(`${StringPrototypeSlice(pattern, 0, open)}${choices[j]}${StringPrototypeSlice(pattern, i + 1)}`);
      for (let k = 0; k < expanded.length; k++) {
        ArrayPrototypePush(out, expanded[k]);
        if (out.length >= EXPANSIONS_MAX) return out;
      }
    }
    return out;
  }
  return [pattern];
}

// What stands between two numbers or letters, both included.
function sequence(body) {
  const found = RegExpPrototypeExec(SEQUENCE, body);
  if (found === null) return undefined;
  const letters = found[3] !== undefined;
  const first = letters ? StringPrototypeCharCodeAt(found[3], 0) : Number(found[1]);
  const last = letters ? StringPrototypeCharCodeAt(found[4], 0) : Number(found[2]);
  const step = MathMax(MathAbs(Number(found[5] ?? 1)), 1) * (last < first ? -1 : 1);
  const padded = !letters && (RegExpPrototypeTest(/^-?0\d/, found[1]) || RegExpPrototypeTest(/^-?0\d/, found[2]));
  const width = padded ? MathMax(found[1].length, found[2].length) : 0;
  const out = [];
  for (let i = first; (step > 0 ? i <= last : i >= last) && out.length < EXPANSIONS_MAX; i += step) {
    if (letters) ArrayPrototypePush(out, i === 92 ? "" : StringFromCharCode(i));
    else ArrayPrototypePush(out, i < 0 ? `-${StringPrototypePadStart(`${-i}`, width - 1, "0")}` : StringPrototypePadStart(`${i}`, width, "0"));
  }
  return out;
}

function matchParts(file, at, wanted, from) {
  for (; from < wanted.length; at++, from++) {
    const part = wanted[from];
    if (part === GLOBSTAR) {
      // At the end it takes at least one part; it never takes one that begins with a dot.
      const last = from === wanted.length - 1;
      if (last && at >= file.length) return false;
      for (; last ? at < file.length : at <= file.length; at++) {
        if (!last && matchParts(file, at, wanted, from + 1)) return true;
        if (file[at]?.[0] === ".") return false;
      }
      return last;
    }
    if (at >= file.length || !(typeof part === "string" ? part === file[at] : RegExpPrototypeTest(part, file[at]))) return false;
  }
  return at === file.length || (at === file.length - 1 && file[at] === "");
}

const posix = {
  resolve(...segments) {
    let resolved = "";
    let absolute = false;
    for (let i = segments.length - 1; i >= -1 && !absolute; i--) {
      const path = i >= 0 ? segments[i] : cwd();
      if (i >= 0) validateString(path, `paths[${i}]`);
      if (path.length === 0) continue;
      resolved = `${path}/${resolved}`;
      absolute = path[0] === "/";
    }
    resolved = normalizeParts(resolved, !absolute, POSIX);
    if (absolute) return `/${resolved}`;
    return resolved.length > 0 ? resolved : ".";
  },
  normalize(path) {
    validateString(path, "path");
    if (path.length === 0) return ".";
    const absolute = path[0] === "/";
    const trailing = path[path.length - 1] === "/";
    let out = normalizeParts(path, !absolute, POSIX);
    if (out.length === 0) {
      if (absolute) return "/";
      return trailing ? "./" : ".";
    }
    if (trailing) out += "/";
    return absolute ? `/${out}` : out;
  },
  isAbsolute(path) {
    validateString(path, "path");
    return path.length > 0 && path[0] === "/";
  },
  join(...segments) {
    let joined;
    for (let i = 0; i < segments.length; i++) {
      validateString(segments[i], "path");
      if (segments[i].length > 0) joined = joined === undefined ? segments[i] : `${joined}/${segments[i]}`;
    }
    return joined === undefined ? "." : posix.normalize(joined);
  },
  relative(from, to) {
    validateString(from, "from");
    validateString(to, "to");
    from = posix.resolve(from);
    to = posix.resolve(to);
    return from === to ? "" : relativeParts(split(from, POSIX), split(to, POSIX), "/", (text) => text);
  },
  toNamespacedPath(path) {
    return path;
  },
  dirname(path) {
    validateString(path, "path");
    if (path.length === 0) return ".";
    const { start } = lastPart(path, 0, POSIX.isSep);
    let end = start;
    if (end === 0) return path[0] === "/" ? "/" : ".";
    end--;
    if (end === 0) return "/";
    if (end === 1 && path[0] === "/") return "//";
    return StringPrototypeSlice(path, 0, end);
  },
  basename: makeBasename(POSIX, false),
  extname: makeExtname(POSIX, false),
  format: named(makeFormat("/"), "bound _format"),
  parse(path) {
    validateString(path, "path");
    return parsed(path, path[0] === "/" ? "/" : "", POSIX, true);
  },
  matchesGlob(path, pattern) {
    return matchesGlob(path, pattern, false);
  },
  sep: "/",
  delimiter: ":",
  win32: null,
  posix: null,
};

function split(path, { isSep }) {
  const parts = [];
  let start = 0;
  for (let i = 0; i <= path.length; i++) {
    if (i < path.length && !isSep(StringPrototypeCharCodeAt(path, i))) continue;
    if (i > start) ArrayPrototypePush(parts, StringPrototypeSlice(path, start, i));
    start = i + 1;
  }
  return parts;
}

function relativeParts(from, to, sep, fold) {
  let common = 0;
  while (common < from.length && common < to.length && fold(from[common]) === fold(to[common])) common++;
  const out = [];
  for (let i = common; i < from.length; i++) ArrayPrototypePush(out, "..");
  for (let i = common; i < to.length; i++) ArrayPrototypePush(out, to[i]);
  return ArrayPrototypeJoin(out, sep);
}

// All parts of a path in the manner of Windows, with an empty one before a separator at the beginning.
function splitAll(path) {
  const parts = StringPrototypeSplit(path, "\\");
  if (parts[parts.length - 1] === "") ArrayPrototypePop(parts);
  return parts;
}

// From one resolved path of Windows to another, both in lower case; `to` is the other as it is. They are compared by
// characters up to the last separator that they share, as in Node: where one name begins like another, it shows.
function relativeText(source, target, to) {
  const isSep = (text, i) => text[i] === "\\";
  const bounds = (text) => {
    let start = 0;
    let end = text.length;
    while (start < end && isSep(text, start)) start++;
    while (end - 1 > start && isSep(text, end - 1)) end--;
    return { start, end, length: end - start };
  };
  const from = bounds(source);
  const into = bounds(target);
  const length = MathMin(from.length, into.length);
  let common = -1;
  let i = 0;
  for (; i < length && source[from.start + i] === target[into.start + i]; i++) if (isSep(source, from.start + i)) common = i;
  if (i < length) {
    if (common === -1) return to;
  } else {
    if (into.length > length) {
      if (isSep(target, into.start + i)) return StringPrototypeSlice(to, into.start + i + 1);
      // One is a drive.
      if (i === 2) return StringPrototypeSlice(to, into.start + i);
    }
    if (from.length > length) {
      if (isSep(source, from.start + i)) common = i;
      else if (i === 2) common = 3;
    }
    if (common === -1) common = 0;
  }
  let out = "";
  for (i = from.start + common + 1; i <= from.end; i++) {
    if (i === from.end || isSep(source, i)) out += out.length === 0 ? ".." : "\\..";
  }
  let begin = into.start + common;
  if (out.length === 0 && isSep(to, begin)) begin++;
  return `${out}${StringPrototypeSlice(to, begin, into.end)}`;
}

const win32 = {
  resolve(...segments) {
    let device = "";
    let tail = "";
    let absolute = false;
    for (let i = segments.length - 1; i >= -1; i--) {
      let path;
      if (i >= 0) {
        path = segments[i];
        validateString(path, `paths[${i}]`);
        if (path.length === 0) continue;
      } else {
        path = device.length === 0 ? cwd() : `${device}\\`;
      }
      const root = rootOf(path);
      if (root.device.length > 0) {
        if (device.length > 0) {
          if (StringPrototypeToLowerCase(root.device) !== StringPrototypeToLowerCase(device)) continue;
        } else {
          device = root.device;
        }
      }
      if (absolute) {
        if (device.length > 0) break;
      } else {
        tail = `${StringPrototypeSlice(path, root.end)}\\${tail}`;
        absolute = root.absolute;
        if (absolute && device.length > 0) break;
      }
    }
    tail = normalizeParts(tail, !absolute, WIN32);
    return absolute ? `${device}\\${tail}` : `${device}${tail}` || ".";
  },
  normalize(path) {
    validateString(path, "path");
    const length = path.length;
    if (length === 0) return ".";
    if (length === 1) return path === "/" ? "\\" : path;
    const root = rootOf(path);
    if (root.unc && root.end === length) return `${root.device}\\`;
    const absolute = root.absolute;
    let tail = root.end < length ? normalizeParts(StringPrototypeSlice(path, root.end), !absolute, WIN32) : "";
    if (tail.length === 0 && !absolute) tail = ".";
    if (tail.length > 0 && WIN32.isSep(StringPrototypeCharCodeAt(path, length - 1))) tail += "\\";
    if (root.device === "") {
      return absolute ? `\\${tail}` : tail;
    }
    return absolute ? `${root.device}\\${tail}` : `${root.device}${tail}`;
  },
  isAbsolute(path) {
    validateString(path, "path");
    if (path.length === 0) return false;
    const first = StringPrototypeCharCodeAt(path, 0);
    return WIN32.isSep(first) || (path.length > 2 && isLetter(first) && path[1] === ":" && WIN32.isSep(StringPrototypeCharCodeAt(path, 2)));
  },
  join(...segments) {
    let joined;
    let first;
    for (let i = 0; i < segments.length; i++) {
      validateString(segments[i], "path");
      if (segments[i].length > 0) {
        if (joined === undefined) joined = first = segments[i];
        else joined += `\\${segments[i]}`;
      }
    }
    if (joined === undefined) return ".";
    // What begins with two separators would be a network path; only a first segment that is one makes it so.
    const isSep = (i) => WIN32.isSep(StringPrototypeCharCodeAt(joined, i));
    let replace = true;
    let slashes = 0;
    if (WIN32.isSep(StringPrototypeCharCodeAt(first, 0))) {
      slashes++;
      if (first.length > 1 && WIN32.isSep(StringPrototypeCharCodeAt(first, 1))) {
        slashes++;
        if (first.length > 2) {
          if (WIN32.isSep(StringPrototypeCharCodeAt(first, 2))) slashes++;
          else replace = false;
        }
      }
    }
    if (replace) {
      while (slashes < joined.length && isSep(slashes)) slashes++;
      if (slashes >= 2) joined = `\\${StringPrototypeSlice(joined, slashes)}`;
    }
    return win32.normalize(joined);
  },
  relative(from, to) {
    validateString(from, "from");
    validateString(to, "to");
    if (from === to) return "";
    from = win32.resolve(from);
    to = win32.resolve(to);
    const fold = StringPrototypeToLowerCase;
    const source = fold(from);
    const target = fold(to);
    if (source === target) return "";
    if (source.length !== from.length || target.length !== to.length) {
      // Lower case has another length: whole parts are compared.
      const sources = splitAll(from);
      const targets = splitAll(to);
      return fold(sources[0]) === fold(targets[0]) ? relativeParts(sources, targets, "\\", fold) : to;
    }
    return relativeText(source, target, to);
  },
  toNamespacedPath(path) {
    if (typeof path !== "string" || path.length === 0) return path;
    const resolved = win32.resolve(path);
    if (resolved.length <= 2) return path;
    if (resolved[0] === "\\" && resolved[1] === "\\") {
      if (resolved[2] !== "?" && resolved[2] !== ".") return `\\\\?\\UNC\\${StringPrototypeSlice(resolved, 2)}`;
    } else if (isLetter(StringPrototypeCharCodeAt(resolved, 0)) && resolved[1] === ":" && resolved[2] === "\\") {
      return `\\\\?\\${resolved}`;
    }
    return resolved;
  },
  dirname(path) {
    validateString(path, "path");
    const length = path.length;
    if (length === 0) return ".";
    if (length === 1) return WIN32.isSep(StringPrototypeCharCodeAt(path, 0)) ? path : ".";
    const rootEnd = parseRoot(path);
    const { start, end } = lastPart(path, rootEnd, WIN32.isSep);
    if (end <= rootEnd && rootEnd >= length) return path;
    if (start <= rootEnd) return rootEnd === 0 ? "." : StringPrototypeSlice(path, 0, rootEnd);
    return StringPrototypeSlice(path, 0, start - 1);
  },
  basename: makeBasename(WIN32, true),
  extname: makeExtname(WIN32, true),
  format: named(makeFormat("\\"), "format"),
  parse(path) {
    validateString(path, "path");
    return parsed(path, StringPrototypeSlice(path, 0, parseRoot(path)), WIN32, true);
  },
  matchesGlob(path, pattern) {
    return matchesGlob(path, pattern, true);
  },
  sep: "\\",
  delimiter: ";",
  win32: null,
  posix: null,
};

// How much of the path is its root, with the separator that ends a network share.
function parseRoot(path) {
  const root = rootOf(path);
  if (root.unc) return root.end < path.length ? root.end + 1 : root.end;
  return root.end;
}

ObjectAssign(posix, { win32, posix });
ObjectAssign(win32, { win32, posix });

return { posix: { ...posix, default: posix }, win32: { ...win32, default: win32 } };
})();
