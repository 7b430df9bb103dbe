import { strictEqual } from "node:assert";
export default { test() { strictEqual(typeof fetch, "function"); } };
