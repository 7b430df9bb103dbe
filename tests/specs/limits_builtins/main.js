// Limits that a guest tries to pass by way of builtins.
export * from "./array_builtins.js";
export * from "./blob_memory.js";
export * from "./compression.js";
export * from "./swallowed.js";
export * from "./wait_async.js";
export * from "./wasm_memory.js";
