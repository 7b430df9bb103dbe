// `node:path`: names of files, in the manner of POSIX and of Windows.
//
// Owns the two grammars. It must not know files.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayPrototypeJoin,
  ArrayPrototypePop,
  ArrayPrototypePush,
  ObjectAssign,
  ObjectDefineProperty,
  RegExp,
  RegExpPrototypeTest,
  StringPrototypeCharCodeAt,
  StringPrototypeLastIndexOf,
  StringPrototypeSlice,
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
          if (host === "." || host === "?") {
            return { device: `\\\\${host}`, absolute: true, end: 4, unc: false, namespace: true };
          }
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
    if (suffix !== undefined) validateString(suffix, "ext");
    validateString(path, "path");
    const from = drive && path.length >= 2 && isLetter(StringPrototypeCharCodeAt(path, 0)) && path[1] === ":" ? 2 : 0;
    const { start, end } = lastPart(path, from, isSep);
    const base = StringPrototypeSlice(path, start, end);
    if (suffix !== undefined && suffix.length > 0 && suffix.length <= path.length) {
      if (suffix === path) return "";
      if (base !== suffix && base.length > suffix.length && StringPrototypeSlice(base, base.length - suffix.length) === suffix) {
        return StringPrototypeSlice(base, 0, base.length - suffix.length);
      }
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

function matchesGlob(path, pattern) {
  validateString(path, "path");
  validateString(pattern, "pattern");
  return RegExpPrototypeTest(globToRegExp(pattern), path);
}

// `*` is anything within a part, `**` across parts, `?` one character, `{a,b}` and `[ab]` choices.
function globToRegExp(pattern) {
  let out = "^";
  let depth = 0;
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i];
    if (char === "*") {
      if (pattern[i + 1] === "*") {
        i++;
        if (pattern[i + 1] === "/") {
          i++;
          out += "(?:.*/)?";
        } else {
          out += ".*";
        }
      } else {
        out += "[^/]*";
      }
    } else if (char === "?") {
      out += "[^/]";
    } else if (char === "{") {
      depth++;
      out += "(?:";
    } else if (char === "}" && depth > 0) {
      depth--;
      out += ")";
    } else if (char === "," && depth > 0) {
      out += "|";
    } else if (char === "[" || char === "]") {
      out += char;
    } else {
      out += RegExpPrototypeTest(/[\\^$.|+()]/, char) ? `\\${char}` : char;
    }
  }
  return new RegExp(`${out}$`);
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
    return matchesGlob(path, pattern);
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
    if (fold(from) === fold(to)) return "";
    const source = split(from, WIN32);
    const target = split(to, WIN32);
    if (source.length === 0 ? false : target.length > 0 && fold(source[0]) !== fold(target[0]) && (rootOf(from).device !== "" || rootOf(to).device !== "")) return to;
    return relativeParts(source, target, "\\", fold);
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
    return matchesGlob(path, pattern);
  },
  sep: "\\",
  delimiter: ";",
  win32: null,
  posix: null,
};

// How much of the path is its root, with the separator that ends a network share.
function parseRoot(path) {
  const root = rootOf(path);
  if (root.unc || root.namespace) {
    if (root.namespace) {
      // `\\?\C:\` is a host and a share to parse().
      let end = 4;
      while (end < path.length && !WIN32.isSep(StringPrototypeCharCodeAt(path, end))) end++;
      return end < path.length ? end + 1 : end;
    }
    return root.end < path.length ? root.end + 1 : root.end;
  }
  return root.end;
}

ObjectAssign(posix, { win32, posix });
ObjectAssign(win32, { win32, posix });

return { posix: { ...posix, default: posix }, win32: { ...win32, default: win32 } };
})();
