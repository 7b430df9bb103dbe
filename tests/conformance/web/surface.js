// Every name of the global scope: its flags, what its value is, and the members of classes.
import { table } from "../table.js";

// What denizen lacks. This is the one list of it.
const MISSING = [
  "Cache", "CacheStorage", "HTMLRewriter", "SharedArrayBuffer", "WebSocket", "WebSocketPair", "caches",
];
// Members of classes that denizen lacks, or has beyond workerd's.
const MEMBERS = [
  "AbortSignal#addEventListener", "AbortSignal#removeEventListener", "Atomics.waitAsync", "Event#isTrusted",
  "console.context", "process.Symbol(Symbol.toStringTag)", "process._eventsCount", "process.stderr", "process.stdin", "process.stdout",
];

function flags(descriptor) {
  return `${descriptor.writable ? "w" : ""}${descriptor.enumerable ? "e" : ""}${descriptor.configurable ? "c" : ""}`;
}

function member(descriptor) {
  if (descriptor.get !== undefined || descriptor.set !== undefined) {
    return `${descriptor.get === undefined ? "" : "get"}${descriptor.set === undefined ? "" : "set"} ${flags(descriptor)}`;
  }
  const { value } = descriptor;
  // Constants cannot be changed in either; workerd's can be redefined.
  if (typeof value === "number") return value;
  return `${typeof value === "function" ? `function/${value.length}` : typeof value === "object" ? Object.prototype.toString.call(value) : JSON.stringify(value) ?? String(value)} ${flags(descriptor)}`;
}

function members(object, except, owner = undefined) {
  const wellKnown = Object.getOwnPropertyNames(Symbol).map((name) => Symbol[name]);
  const keys = Reflect.ownKeys(object).filter((key) => !except.includes(key) && (typeof key === "string" || wellKnown.includes(key)));
  const known = keys.filter((key) => !MISSING.includes(key) && !MEMBERS.includes(`${owner}${String(key)}`));
  return known.map((key) => `${String(key)}: ${member(Object.getOwnPropertyDescriptor(object, key))}`).sort();
}

// JavaScript's own, which V8 gives to both.
const INTRINSICS = /^(AggregateError|Array|ArrayBuffer|AsyncDisposableStack|BigInt|Big.*Array|Boolean|DataView|Date|DisposableStack|FinalizationRegistry|Float.*Array|Function|Int.*Array|Intl|Iterator|JSON|Map|Math|Number|Object|Promise|Proxy|.*Error|Reflect|RegExp|Set|String|Symbol|Uint.*Array|Weak.*)$/;

const parent = (value) => Object.getPrototypeOf(value)?.constructor?.name ?? "null";

export default {
  async fetch() {
    const { row, response } = table();
    for (let scope = globalThis; scope !== null; scope = Object.getPrototypeOf(scope)) {
      const where = scope === globalThis ? "" : `${scope.constructor.name}# `;
      await row(`${where}symbols`, () => members(scope, Object.getOwnPropertyNames(scope)));
      for (const name of Object.getOwnPropertyNames(scope).sort()) {
        if (MISSING.includes(name) || scope === Object.prototype) continue;
        const descriptor = Object.getOwnPropertyDescriptor(scope, name);
        await row(`${where}${name}`, () => member(descriptor));
        if (scope === EventTarget.prototype || INTRINSICS.test(name)) continue;
        const value = globalThis[name];
        if (typeof value === "function" && value.prototype !== undefined && /^[A-Z]/.test(name)) {
          await row(`${name} class`, () => [value.name, value.length, parent(value.prototype)]);
          for (const line of members(value, ["length", "name", "prototype"], `${name}.`)) await row(`${name}.`, () => line);
          for (const line of members(value.prototype, [], `${name}#`)) await row(`${name}#`, () => line);
        } else if (typeof value === "object" && value !== null && value !== globalThis) {
          await row(`${name} object`, () => [Object.prototype.toString.call(value), Object.getPrototypeOf(value)?.constructor?.name]);
          for (const line of members(value, [], `${name}.`)) await row(`${name} own`, () => line);
          const prototype = Object.getPrototypeOf(value);
          if (prototype !== null && prototype !== Object.prototype) for (const line of members(prototype, [], `${prototype.constructor.name}#`)) await row(`${name} #`, () => line);
        }
      }
    }
    return response();
  },
};
