// A termination that a native call swallows must come again.
import assert from "node:assert";

import { guilty } from "./guilty.js";

export const log = guilty('console.log({ get [Symbol.toStringTag]() { for (;;); } }); for (;;);', (error) => assert.strictEqual(error?.limit, "cpuMs"));

export const inspect = guilty('console.log(new Proxy({}, { get() { for (;;); } }), { get [Symbol.toStringTag]() { for (;;); } }); try { for (;;); } finally { for (;;); }', (error) => assert.strictEqual(error?.limit, "cpuMs"));

export const clone = guilty('try { structuredClone({ get a() { for (;;); } }); } catch {} for (;;);', (error) => assert.strictEqual(error?.limit, "cpuMs"));

export const sort = guilty('try { new Headers({ get a() { for (;;); } }); } catch {} for (;;);', (error) => assert.strictEqual(error?.limit, "cpuMs"));
