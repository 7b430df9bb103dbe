// The methods of readable streams that are known from arrays: map, filter, reduce and their kin.
//
// Owns how many callbacks run at a time. It must not know states.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const {
  ArrayPrototypePush, ArrayPrototypeShift, MathFloor, Number, NumberIsNaN, PromisePrototypeThen, PromiseReject, ReflectApply,
} = primordials;
const { AbortError, invalidArgType, missingArgs, outOfRange, validateAbortSignal, validateInteger, validateObject } = core.loadExtScript(
  "ext:denizen/node/internal/errors.js",
);

function check(options) {
  if (options !== undefined && options !== null) validateObject(options, "options");
  if (options?.signal !== undefined) validateAbortSignal(options.signal, "options.signal");
}

function map(fn, options) {
  if (typeof fn !== "function") throw invalidArgType("fn", ["Function", "AsyncFunction"], fn);
  check(options);
  let concurrency = 1;
  if (options?.concurrency !== undefined && options.concurrency !== null) concurrency = MathFloor(options.concurrency);
  validateInteger(concurrency, "options.concurrency", 1);
  const source = this;
  return (async function* () {
    const signal = options?.signal;
    const inner = new (core.loadExtScript("ext:denizen/io/signals.js").AbortController)();
    const abort = () => inner.abort();
    signal?.addEventListener("abort", abort, { __proto__: null, once: true });
    const queue = [];
    try {
      for await (const value of source) {
        if (signal?.aborted) throw new AbortError();
        let result;
        try {
          result = fn(value, { signal: inner.signal });
        } catch (error) {
          result = PromiseReject(error);
        }
        if (typeof result?.then === "function") PromisePrototypeThen((async () => result)(), undefined, () => {});
        ArrayPrototypePush(queue, result);
        if (queue.length >= concurrency) yield await ArrayPrototypeShift(queue);
      }
      while (queue.length > 0) yield await ArrayPrototypeShift(queue);
    } finally {
      inner.abort();
      signal?.removeEventListener("abort", abort);
    }
  })();
}

function filter(fn, options) {
  if (typeof fn !== "function") throw invalidArgType("fn", ["Function", "AsyncFunction"], fn);
  const kept = ReflectApply(map, this, [async (value, settings) => ({ keep: await fn(value, settings), value }), options]);
  return (async function* () {
    for await (const entry of kept) if (entry.keep) yield entry.value;
  })();
}

function flatMap(fn, options) {
  const mapped = ReflectApply(map, this, [fn, options]);
  return (async function* () {
    for await (const value of mapped) yield* value;
  })();
}

function count(number) {
  number = Number(number);
  if (NumberIsNaN(number)) return 0;
  if (number < 0) throw outOfRange("number", ">= 0", number);
  return number;
}

function drop(number, options) {
  check(options);
  let left = count(number);
  const source = this;
  return (async function* () {
    for await (const value of source) {
      if (options?.signal?.aborted) throw new AbortError();
      if (left-- <= 0) yield value;
    }
  })();
}

function take(number, options) {
  check(options);
  let left = count(number);
  const source = this;
  return (async function* () {
    for await (const value of source) {
      if (options?.signal?.aborted) throw new AbortError();
      if (left-- > 0) yield value;
      if (left <= 0) return;
    }
  })();
}

function asIndexedPairs(options) {
  check(options);
  const source = this;
  return (async function* () {
    let index = 0;
    for await (const value of source) yield [index++, value];
  })();
}

function composed(stream, options) {
  check(options);
  const { compose } = core.loadExtScript("ext:denizen/node/stream/pipeline.js");
  return compose(this, stream);
}

async function some(fn, options) {
  for await (const _ of ReflectApply(filter, this, [fn, options])) return true;
  return false;
}
async function every(fn, options) {
  if (typeof fn !== "function") throw invalidArgType("fn", ["Function", "AsyncFunction"], fn);
  return !(await ReflectApply(some, this, [async (...args) => !(await ReflectApply(fn, undefined, args)), options]));
}
async function find(fn, options) {
  for await (const value of ReflectApply(filter, this, [fn, options])) return value;
  return undefined;
}
async function forEach(fn, options) {
  if (typeof fn !== "function") throw invalidArgType("fn", ["Function", "AsyncFunction"], fn);
  for await (const _ of ReflectApply(map, this, [async (value, settings) => {
    await fn(value, settings);
  }, options]));
}
async function toArray(options) {
  check(options);
  const out = [];
  for await (const value of this) {
    if (options?.signal?.aborted) throw new AbortError(undefined, { cause: options.signal.reason });
    ArrayPrototypePush(out, value);
  }
  return out;
}
async function reduce(reducer, initial, options) {
  if (typeof reducer !== "function") throw invalidArgType("reducer", ["Function", "AsyncFunction"], reducer);
  check(options);
  let has = arguments.length > 1;
  if (options?.signal?.aborted) {
    const error = new AbortError(undefined, { cause: options.signal.reason });
    this.once("error", () => {});
    this.destroy(error);
    throw error;
  }
  const inner = new (core.loadExtScript("ext:denizen/io/signals.js").AbortController)();
  for await (const value of this) {
    if (has) initial = await reducer(initial, value, { signal: inner.signal });
    else initial = value;
    has = true;
  }
  if (!has) {
    const error = missingArgs("Reduce of an empty stream requires an initial value");
    throw error;
  }
  return initial;
}

return {
  promises: { every, forEach, reduce, toArray, some, find },
  streams: { map, asIndexedPairs, drop, filter, flatMap, take, compose: composed },
};
})();
