// Addresses of `node:net`: isIP, SocketAddress, BlockList.
//
// Owns reading and comparing IP addresses. It must not know sockets.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayIsArray, ArrayPrototypePush, ArrayPrototypeSlice, JSONParse, NumberParseInt, RegExpPrototypeExec, RegExpPrototypeTest,
  StringPrototypeEndsWith, StringPrototypeIncludes, StringPrototypeIndexOf, StringPrototypeSlice, StringPrototypeSplit,
  StringPrototypeStartsWith, StringPrototypeToLowerCase, SymbolFor,
} = primordials;
const {
  invalidArgType, invalidArgValue, nodeError, nodeTypeError, outOfRange, validateInteger, validateObject, validateOneOf, validateString,
  validateUint32,
} = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { URL } = core.loadExtScript("ext:deno_web/00_url.js");

const inspectCustom = SymbolFor("nodejs.util.inspect.custom");
const FAMILIES = ["ipv4", "ipv6"];
const BYTE = /^(0|[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5])$/;
const GROUP = /^[0-9a-fA-F]{1,4}$/;

// The address as two groups of 16 bits, or null.
function readIPv4(text) {
  const parts = StringPrototypeSplit(text, ".");
  if (parts.length !== 4) return null;
  const bytes = [];
  for (let i = 0; i < 4; i++) {
    if (!RegExpPrototypeTest(BYTE, parts[i])) return null;
    bytes[i] = NumberParseInt(parts[i], 10);
  }
  return [bytes[0] * 256 + bytes[1], bytes[2] * 256 + bytes[3]];
}

// The groups of a side of "::", the last of which may be an IPv4 address; or null.
function readGroups(text) {
  if (text === "") return [];
  const parts = StringPrototypeSplit(text, ":");
  const groups = [];
  for (let i = 0; i < parts.length; i++) {
    if (i === parts.length - 1 && StringPrototypeIncludes(parts[i], ".")) {
      const tail = readIPv4(parts[i]);
      if (tail === null) return null;
      ArrayPrototypePush(groups, tail[0], tail[1]);
    } else {
      if (!RegExpPrototypeTest(GROUP, parts[i])) return null;
      ArrayPrototypePush(groups, NumberParseInt(parts[i], 16));
    }
  }
  return groups;
}

// The address as eight groups, without its zone, or null.
function readIPv6(text) {
  const zone = StringPrototypeIndexOf(text, "%");
  if (zone !== -1) {
    if (!RegExpPrototypeTest(/^[0-9a-zA-Z\-.:]+$/, StringPrototypeSlice(text, zone + 1))) return null;
    text = StringPrototypeSlice(text, 0, zone);
  }
  const gap = StringPrototypeIndexOf(text, "::");
  if (gap === -1) {
    const groups = readGroups(text);
    return groups !== null && groups.length === 8 ? groups : null;
  }
  const head = StringPrototypeSlice(text, 0, gap);
  const before = readGroups(head);
  const after = readGroups(StringPrototypeSlice(text, gap + 2));
  if (before === null || after === null || StringPrototypeIncludes(head, ".")) return null;
  const missing = 8 - before.length - after.length;
  if (missing < 1) return null;
  const groups = before;
  for (let i = 0; i < missing; i++) ArrayPrototypePush(groups, 0);
  for (let i = 0; i < after.length; i++) ArrayPrototypePush(groups, after[i]);
  return groups;
}

function isIPv4(input) {
  return readIPv4(`${input}`) !== null;
}
function isIPv6(input) {
  return readIPv6(`${input}`) !== null;
}
function isIP(input) {
  if (isIPv4(input)) return 4;
  return isIPv6(input) ? 6 : 0;
}

const badPort = (name, port) => nodeError("ERR_SOCKET_BAD_PORT", `${name} should be >= 0 and < 65536. Received ${typeof port}.`);

/** A port, as a number. */
function validatePort(port, name = "Port") {
  const number = typeof port === "string" && RegExpPrototypeTest(/\S/, port) ? +port : port;
  if (typeof number !== "number" || number !== number >>> 0 || number > 65535) throw badPort(name, port);
  return number;
}

class SocketAddress {
  #address;
  #port;
  #family;
  #flowlabel;
  static isSocketAddress(value) {
    return typeof value === "object" && value !== null && #address in value;
  }
  static parse(input) {
    validateString(input, "input");
    try {
      const url = new URL(`http://${input}`);
      const host = url.hostname;
      const port = url.port | 0;
      if (StringPrototypeStartsWith(host, "[") && StringPrototypeEndsWith(host, "]")) {
        return new SocketAddress({ __proto__: null, address: StringPrototypeSlice(host, 1, -1), port, family: "ipv6" });
      }
      return new SocketAddress({ __proto__: null, address: host, port });
    } catch {
      return undefined;
    }
  }
  constructor() {
    const options = arguments.length > 0 && arguments[0] !== undefined ? arguments[0] : { __proto__: null };
    validateObject(options, "options");
    const { family = "ipv4", port = 0, flowlabel = 0 } = options;
    const lower = typeof family === "string" ? StringPrototypeToLowerCase(family) : family;
    if (lower !== "ipv4" && lower !== "ipv6") validateOneOf(family, "options.family", FAMILIES);
    const { address = lower === "ipv6" ? "::" : "127.0.0.1" } = options;
    validateString(address, "options.address");
    const number = validatePort(port, "options.port");
    if (typeof flowlabel !== "number") validateUint32(flowlabel, "options.flowlabel");
    if (flowlabel < 0 || flowlabel >= 4294967296) throw outOfRange("options.flowlabel", ">= 0 && < 4294967296", flowlabel);
    if (!(lower === "ipv4" ? isIPv4(address) : isIPv6(address))) throw nodeTypeError("ERR_INVALID_ADDRESS", "Invalid socket address");
    this.#address = address;
    this.#port = number;
    this.#family = lower;
    this.#flowlabel = flowlabel;
  }
  get address() {
    return this.#address;
  }
  get port() {
    return this.#port;
  }
  get family() {
    return this.#family;
  }
  get flowlabel() {
    return this.#flowlabel;
  }
  toJSON() {
    return { address: this.#address, port: this.#port, family: this.#family, flowlabel: this.#flowlabel };
  }
  [inspectCustom](depth, options) {
    if (depth < 0) return this;
    return `SocketAddress ${shown(this.toJSON(), options)}`;
  }
}

function shown(value, options) {
  const { inspect } = core.loadExtScript("ext:denizen/node/util/inspect.js");
  const depth = options.depth === null || options.depth === undefined ? null : options.depth - 1;
  return inspect(value, { ...options, depth });
}

// An address with its groups; of an IPv4 address inside an IPv6 one, the IPv4 one's.
function readAddress(address, family, name) {
  let text = address;
  let kind = family;
  if (SocketAddress.isSocketAddress(address)) {
    text = address.address;
    kind = address.family;
  } else {
    validateString(address, name);
    validateOneOf(family, "family", FAMILIES);
  }
  const groups = kind === "ipv4" ? readIPv4(text) : readIPv6(text);
  return { __proto__: null, text, kind, groups };
}
function validAddress(address, family, name) {
  const read = readAddress(address, family, name);
  if (read.groups === null) {
    throw nodeTypeError("ERR_INVALID_IP_ADDRESS", `Invalid IP address: Invalid ${read.kind === "ipv4" ? "IPv4" : "IPv6"} address`);
  }
  return read;
}
function compare(a, b) {
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return a[i] - b[i];
  }
  return 0;
}
function sharesPrefix(a, b, bits) {
  for (let i = 0; i < a.length && bits > 0; i++, bits -= 16) {
    const shift = bits >= 16 ? 0 : 16 - bits;
    if (a[i] >> shift !== b[i] >> shift) return false;
  }
  return true;
}
const label = (kind) => (kind === "ipv4" ? "IPv4" : "IPv6");

class BlockList {
  #rules = [];
  static isBlockList(value) {
    return typeof value === "object" && value !== null && #rules in value;
  }
  addAddress(address, family = "ipv4") {
    const { groups, kind, text } = validAddress(address, family, "address");
    ArrayPrototypePush(this.#rules, { __proto__: null, kind, text: `Address: ${label(kind)} ${text}`, has: (other) => compare(other, groups) === 0 });
  }
  addRange(start, end, family = "ipv4") {
    const first = readAddress(start, family, "start");
    const last = readAddress(end, family, "end");
    const { kind } = first;
    const from = validAddress(start, family, "start").groups;
    const to = validAddress(end, family, "end").groups;
    if (compare(from, to) > 0) throw invalidArgValue("start", start, "must come before end");
    const has = (other) => compare(other, from) >= 0 && compare(other, to) <= 0;
    ArrayPrototypePush(this.#rules, { __proto__: null, kind, text: `Range: ${label(kind)} ${first.text}-${last.text}`, has });
  }
  addSubnet(network, prefix, family = "ipv4") {
    const { kind } = readAddress(network, family, "network");
    const most = kind === "ipv4" ? 32 : 128;
    validateInteger(prefix, "prefix");
    if (prefix < 0 || prefix > most) throw outOfRange("prefix", `between 0 and ${most}`, prefix);
    const { groups, text } = validAddress(network, family, "network");
    const has = (other) => sharesPrefix(other, groups, prefix);
    ArrayPrototypePush(this.#rules, { __proto__: null, kind, text: `Subnet: ${label(kind)} ${text}/${prefix}`, has });
  }
  check(address, family = "ipv4") {
    let { groups, kind } = readAddress(address, family, "address");
    if (groups === null) return false;
    if (kind === "ipv6" && compare(ArrayPrototypeSlice(groups, 0, 6), [0, 0, 0, 0, 0, 0xffff]) === 0 && this.#holds("ipv4", ArrayPrototypeSlice(groups, 6))) {
      return true;
    }
    return this.#holds(kind, groups);
  }
  #holds(kind, groups) {
    for (let i = 0; i < this.#rules.length; i++) {
      if (this.#rules[i].kind === kind && this.#rules[i].has(groups)) return true;
    }
    return false;
  }
  get rules() {
    const texts = [];
    for (let i = 0; i < this.#rules.length; i++) texts[i] = this.#rules[i].text;
    return texts;
  }
  toJSON() {
    return this.rules;
  }
  fromJSON(data) {
    let items = data;
    if (typeof data === "string") {
      try {
        items = JSONParse(data);
      } catch {
        throw invalidArgValue("data", data, "must be valid JSON");
      }
    }
    if (!ArrayIsArray(items)) throw invalidArgType("data", "Array", items);
    // workerd reads a list that is given as text only to check it.
    if (typeof data === "string") return;
    for (let i = 0; i < items.length; i++) this.#read(items[i]);
  }
  #read(item) {
    if (!item.includes("IPv4") && !item.includes("IPv6")) return;
    const found = RegExpPrototypeExec(/^(Address|Range|Subnet): (IPv[46]) ([^-/]+)(?:[-/](.+))?$/, `${item}`);
    if (found === null) return;
    const family = StringPrototypeToLowerCase(found[2]);
    if (found[1] === "Address") this.addAddress(found[3], family);
    else if (found[1] === "Range") this.addRange(found[3], found[4], family);
    else this.addSubnet(found[3], NumberParseInt(found[4], 10), family);
  }
  [inspectCustom](depth, options) {
    if (depth < 0) return this;
    return `BlockList ${shown({ rules: this.rules }, options)}`;
  }
}

return { BlockList, SocketAddress, isIP, isIPv4, isIPv6, validatePort };
})();
