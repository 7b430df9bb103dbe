// Loops over builtins that allocate arrays: optimised code must still be stopped.
import assert from "node:assert";

import { guilty } from "./guilty.js";

export const fill = guilty('for (;;) new Array(1000).fill(1.5);', (error) => assert.ok(error?.limit === "cpuMs" || error?.limit === "heapBytes", `${error} ${error?.limit}`));

export const push = guilty('const a = []; for (;;) a.push(new Array(1000));', (error) => assert.ok(error?.limit === "cpuMs" || error?.limit === "heapBytes", `${error} ${error?.limit}`));

export const both = guilty('const a = []; for (;;) a.push(new Array(1000).fill(1.5));', (error) => assert.ok(error?.limit === "cpuMs" || error?.limit === "heapBytes", `${error} ${error?.limit}`));

export const numbered = guilty('const a = []; for (let i = 0;; i++) a.push(new Array(1000).fill(i));', (error) => assert.ok(error?.limit === "cpuMs" || error?.limit === "heapBytes", `${error} ${error?.limit}`));
