// util.inspect of errors whose causes have the same frames.
import util from "node:util";
import { table } from "../table.js";

const deep = (n) => (n ? deep(n - 1) : new Error("outer", { cause: new Error("inner") }));
const first = () => new Error("in\nner");
function second() { return new TypeError("wrapped", { cause: first() }); }
function third() { return new Error("top", { cause: second() }); }
function a() { return b(); }
function b() { return c(); }
function c() { return d(); }
function d() { return third(); }
function own(error) { error.stack = [`${error}`, ...FRAMES].join("\n"); return error; }
const FRAMES = ["w", "x", "y", "z"].map((name) => `    at ${name} (file.js:1:1)`);

// Without places, and without what called the case.
const shown = (value, options) => util.inspect(value, options).replaceAll(/\(.*?\)/g, "()").replaceAll(/^ *at (async )?(row|fetch|Object\.fetch|file|worker|main|node|table|Array).*$\n?/gm, "");

export default {
  async fetch() {
    const { row, response } = table();
    for (const n of [1, 2, 3, 6]) await row(`deep ${n}`, shown(deep(n)));
    await row("chain", shown(a()));
    await row("inside", shown({ error: a() }));
    await row("shallow", shown(a(), { depth: 0 }));
    await row("colours", shown(a(), { colors: true }));
    const four = () => own(new Error("o", { cause: own(new Error("c")) }));
    await row("all frames", shown(four()));
    const three = four();
    three.cause.stack = "Error: c\n" + FRAMES.slice(1).join("\n");
    await row("three frames", shown(three));
    const odd = four();
    odd.cause.stack = 5;
    await row("no stack", shown(odd));
    const thrower = four();
    Object.defineProperty(thrower, "cause", { get() { throw new Error("no"); } });
    await row("throwing getter", shown(thrower));
    await row("no error", shown(own(new Error("o", { cause: { stack: three.stack } }))));
    return response();
  },
};
