// Worker Loader: how the failure of a start tells what the modules threw.
import { table, describeError } from "../table.js";

const thrown = {
  "own class": "class Mine extends Error { name = 'Mine' } throw new Mine('top')",
  "own class of TypeError": "class Mine extends TypeError { name = 'Mine' } throw new Mine('top')",
  "own class without a name of its own": "class Mine extends TypeError {} throw new Mine('top')",
  "name on the prototype": "class Mine extends Error {} Mine.prototype.name = 'Mine'; throw new Mine('top')",
  "name set": "const e = new Error('top'); e.name = 'Named'; throw e",
  "name of a class of V8": "const e = new Error('top'); e.name = 'TypeError'; throw e",
  "name of a DOMException": "const e = new Error('top'); e.name = 'AbortError'; throw e",
  "empty name": "const e = new Error('top'); e.name = ''; throw e",
  "name with a colon": "const e = new Error('top'); e.name = 'A: b'; throw e",
  "name without a message": "const e = new Error(); e.name = 'Named'; throw e",
  "no message": "throw new Error()",
  "TypeError without a message": "throw new TypeError()",
  "URIError": "throw new URIError('u')",
  "EvalError": "throw new EvalError('u')",
  "AggregateError": "throw new AggregateError([new Error('x')], 'a')",
  "SuppressedError": "throw new SuppressedError(1, 2, 's')",
  "CompileError": "throw new WebAssembly.CompileError('c')",
  "LinkError": "throw new WebAssembly.LinkError('l')",
  "RuntimeError": "throw new WebAssembly.RuntimeError('r')",
  "message of two lines": "throw new Error('one\\ntwo')",
  "message like a class": "throw new Error('TypeError: x')",
  "own toString": "const e = new Error('top'); e.toString = () => 'mine'; throw e",
  "frozen": "throw Object.freeze(new RangeError('top'))",
  "by a name that is not there": "nope()",
  "by JSON.parse": "JSON.parse('{')",
  "in a callback of map": "[1].map(() => { throw new Error('inside') })",
  "in a Promise": "await new Promise(() => { throw new Error('inside') })",
  "in a getter of an array": "[...{ get [Symbol.iterator]() { throw new Error('inside') } }]",
  "Map": "throw new Map([[1, 2]])",
  "instance": "throw new (class Thing {})()",
  "array": "throw [1]",
  "generator": "throw (function* () {})()",
  "URL": "throw new URL('http://x.test/')",
};

export default {
  async fetch(request, env) {
    const { row, response } = table();
    for (const [kind, source] of Object.entries(thrown)) {
      await row(kind, async () => {
        const worker = env.LOADER.load({ compatibilityDate: "2026-11-17", mainModule: "main.js", modules: { "main.js": source } });
        return worker.getEntrypoint().fetch("http://worker.test/").then(() => "started", describeError);
      });
    }
    return response();
  },
};
