// Memories of WebAssembly count against the limit of the isolate.
import assert from "node:assert";

import { guilty } from "./guilty.js";

export const many = guilty('const kept = []; for (let i = 0; i < 40; i++) kept.push(new WebAssembly.Memory({ initial: 2048 })); return new Response("unlimited");', (error) => assert.notStrictEqual(error, "unlimited"));

export const grown = guilty('const memory = new WebAssembly.Memory({ initial: 1 }); memory.grow(4095); return new Response("unlimited");', (error) => assert.notStrictEqual(error, "unlimited"));

// (module (memory (export "m") 2000 2000) (func (export "f")))
const MODULE = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 5, 6, 1, 1, 208, 15, 208, 15, 7, 9, 2, 1, 109, 2, 0, 1, 102, 0, 0, 10, 4, 1, 2, 0, 11]);
const NO_ROOM = "Out of memory: Cannot allocate Wasm memory for new instance";

function ofInstances(body, check) {
  return { async test(_controller, env) {
    const code = `import wasm from "m.wasm"; export default { async fetch() { ${body} } };`;
    const worker = env.LOADER.load({ compatibilityDate: "2026-11-17", mainModule: "m.js", modules: { "m.js": code, "m.wasm": { wasm: MODULE.buffer } } });
    check(await (await worker.getEntrypoint().fetch("http://x/")).json());
  } };
}

export const instances = ofInstances(`
  const caught = async (work) => { try { return await work(); } catch (error) { return [error.name, error.message]; } };
  globalThis.kept = [new WebAssembly.Instance(wasm)];
  const refused = [await caught(() => new WebAssembly.Instance(wasm)), await caught(() => WebAssembly.instantiate(wasm))];
  return Response.json(refused);`,
(refused) => assert.deepStrictEqual(refused, [["RangeError", `WebAssembly.Instance(): ${NO_ROOM}`], ["RangeError", `WebAssembly.instantiate(): ${NO_ROOM}`]]));

export const memoryOfAnInstance = ofInstances(`
  globalThis.memory = new WebAssembly.Instance(wasm).exports.m;
  await scheduler.wait(1);
  try { new WebAssembly.Instance(wasm); } catch (error) { return Response.json(error.name); }
  return Response.json("another instance");`,
(refused) => assert.strictEqual(refused, "RangeError"));

export const functionOfAnInstance = ofInstances(`
  globalThis.run = new WebAssembly.Instance(wasm).exports.f;
  await scheduler.wait(1);
  try { new WebAssembly.Instance(wasm); } catch (error) { return Response.json(error.name); }
  return Response.json("another instance");`,
(refused) => assert.strictEqual(refused, "RangeError"));

export const instancesThatAreLeft = ofInstances(`
  const made = () => { new WebAssembly.Instance(wasm).exports.f(); };
  const instantiated = async () => { (await WebAssembly.instantiate(wasm)).exports.f(); };
  for (let i = 0; i < 20; i++) { made(); await scheduler.wait(0); await instantiated(); await scheduler.wait(0); }
  return Response.json("all");`,
(made) => assert.strictEqual(made, "all"));
