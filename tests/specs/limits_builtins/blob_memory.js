// Bytes of Blobs count against the limit of the isolate.
import assert from "node:assert";

import { guilty } from "./guilty.js";

export const blobs = guilty('const kept = []; for (let i = 0; i < 30; i++) kept.push(new Blob([new Uint8Array(1e7)])); return new Response("unlimited");', (error) => assert.notStrictEqual(error, "unlimited"));
