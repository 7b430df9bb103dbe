// Strings of which V8 would make more elements than its largest array has, which ends the process, or on which it would work for
// minutes without being stopped: an error, at once.
import assert from "node:assert";

const huge = `"ab".repeat(2 ** 28 - 20)`;
const WORK = {
  split: `${huge}.split("")`,
  splitOfObject: `String.prototype.split.call({ toString: () => ${huge} }, "")`,
  splitOfWrapper: `new String(${huge}).split("")`,
  match: `${huge}.match(/a/g)`,
  matchOfObject: `String.prototype.match.call({ toString: () => ${huge} }, /a/g)`,
  matchOfPattern: `/a/g[Symbol.match](${huge})`,
  replace: `${huge}.replace(/a/g, () => "")`,
  replaceOfPattern: `/a/g[Symbol.replace]({ toString: () => ${huge} }, () => "")`,
  replaceAll: `${huge}.replaceAll("a", "")`,
  replaceAllOfObject: `String.prototype.replaceAll.call({ toString: () => ${huge} }, "a", "")`,
  normalize: `${huge}.normalize("NFKD")`,
  upper: `${huge}.toLocaleUpperCase("de")`,
  json: `JSON.parse("[" + "1,".repeat(2 ** 27) + "1]")`,
  jsonOfObject: `JSON.parse({ toString: () => "[" + "1,".repeat(2 ** 27) + "1]" })`,
  parameters: `new URLSearchParams("a=b&".repeat(2e7))`,
};

const code = (work) => ({
  compatibilityDate: "2026-01-01", mainModule: "main.js",
  modules: { "main.js": `export default { fetch() { try { ${work}; } catch (error) { return new Response(error.name); } return new Response("done"); } };` },
});

export const strings = { async test(_controller, env) {
  for (const name in WORK) {
    const response = await env.LOADER.load(code(WORK[name])).getEntrypoint().fetch("http://x/");
    assert.strictEqual(await response.text(), "RangeError", name);
  }
} };

// What they do to others is what it was.
export const short = { test() {
  assert.deepEqual(["a-b".split("-"), "a-b".split(/-/), "a-b-c".split("-", 2), "ab".split("")], [["a", "b"], ["a", "b"], ["a", "b"], ["a", "b"]]);
  assert.deepEqual([..."aXbX".match(/X/g)], ["X", "X"]);
  assert.strictEqual("aXb".match(/X(.)/)[1] + "aXb".match("X").index + String.prototype.match.call(121, 2)[0], "b12");
  assert.strictEqual("aXbX".replace(/X/g, (found, at) => at) + "aXbX".replace("X", "$&$&") + "aXbX".replaceAll("X", "y"), "a1b3aXXbXayby");
  assert.strictEqual("e\u0301".normalize() + "\u00e9".normalize("NFD").length + "i".toLocaleUpperCase("tr") + "I".toLocaleLowerCase(), "\u00e92\u0130i");
  assert.deepEqual(JSON.parse('{"a":[1]}', (key, value) => (key === "0" ? 2 : value)), { a: [2] });
  const own = { [Symbol.split]: (subject, limit) => [subject, limit], [Symbol.replace]: (subject) => subject };
  assert.deepEqual(String.prototype.split.call(own, own, 3), [own, 3]);
  assert.strictEqual(String.prototype.replace.call(own, own), own);
  for (const name of ["split", "match", "replace", "replaceAll", "normalize", "toLocaleUpperCase"]) {
    assert.throws(() => String.prototype[name].call(null), TypeError, name);
  }
  assert.throws(() => RegExp.prototype[Symbol.match].call(1, "a"), TypeError);
} };
