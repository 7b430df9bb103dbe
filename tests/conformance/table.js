//! The table a case prints: one line `label => value`, or `label => ERR Name: message` for what was thrown.

const textDecoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Collects labelled lines. `row` takes a value or a function, waits for either, and never throws. */
export function table() {
  const lines = [];
  return {
    async row(label, subject) {
      try {
        lines.push(`${label} => ${show(typeof subject === "function" ? await subject() : await subject)}`);
      } catch (error) {
        lines.push(`${label} => ERR ${describeError(error)}`);
      }
    },
    response() {
      return new Response(`${lines.join("\n")}\n`);
    },
  };
}

/** `Name: message`, without references that differ from run to run. */
export function describeError(error) {
  if (!(error instanceof Error)) return `(not an Error) ${show(error)}`;
  return `${error.name}: ${hideReference(error.message)}`;
}

/** The marks that a runtime puts on errors that come from elsewhere. */
export function marks(error) {
  return ["remote", "retryable", "overloaded", "durableObjectReset"].filter((mark) => error[mark] === true);
}

/** A value as short text that depends on nothing but the value. */
export function show(value, depth = 0) {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return `function ${value.name}`;
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? "-0" : String(value);
  if (depth > 6) return "…";
  const inner = (item) => show(item, depth + 1);
  if (Array.isArray(value)) return `[${value.map(inner).join(", ")}]`;
  if (value instanceof Error) return `<${describeError(value)}>`;
  if (value instanceof ArrayBuffer) return `ArrayBuffer(${showBytes(new Uint8Array(value))})`;
  if (ArrayBuffer.isView(value)) {
    return `${value.constructor.name}(${showBytes(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))})`;
  }
  if (value instanceof Date) return `Date(${value.getTime()})`;
  if (value instanceof RegExp) return String(value);
  if (value instanceof Map) return `Map{${[...value].map(([key, item]) => `${inner(key)}: ${inner(item)}`).join(", ")}}`;
  if (value instanceof Set) return `Set{${[...value].map(inner).join(", ")}}`;
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    return `{${Object.keys(value).map((key) => `${key}: ${inner(value[key])}`).join(", ")}}`;
  }
  return Object.prototype.toString.call(value);
}

function showBytes(bytes) {
  if (bytes.length > 32) return `${bytes.length} bytes`;
  const text = textDecoder.decode(bytes);
  return /^[\x20-\x7e]*$/.test(text) ? JSON.stringify(text) : [...bytes].join(" ");
}

function hideReference(message) {
  return String(message).replace(/reference = \w+/, "reference = …");
}
