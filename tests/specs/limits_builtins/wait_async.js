// Code that runs behind Atomics.waitAsync is either refused or stopped.
import assert from "node:assert";

import { guilty } from "./guilty.js";

export const loop = guilty('const cells = new Int32Array(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer); setTimeout(() => {}, 2000); await Atomics.waitAsync(cells, 0, 0, 1).value; for (;;);', (error) => assert.ok(error instanceof Error && !/hung/.test(error.message), `${error}`));

export const again = guilty('const cells = new Int32Array(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer); setTimeout(() => {}, 60000); for (;;) { for (let i = 0; i < 1e7; i++); await Atomics.waitAsync(cells, 0, 0, 1).value; }', (error) => assert.ok(error instanceof Error && !/hung/.test(error.message), `${error}`));
