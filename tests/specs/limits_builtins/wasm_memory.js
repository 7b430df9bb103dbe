// Memories of WebAssembly count against the limit of the isolate.
import assert from "node:assert";

import { guilty } from "./guilty.js";

export const many = guilty('const kept = []; for (let i = 0; i < 40; i++) kept.push(new WebAssembly.Memory({ initial: 2048 })); return new Response("unlimited");', (error) => assert.notStrictEqual(error, "unlimited"));

export const grown = guilty('const memory = new WebAssembly.Memory({ initial: 1 }); memory.grow(4095); return new Response("unlimited");', (error) => assert.notStrictEqual(error, "unlimited"));
