// What the modules of Node export: name, kind, name and number of parameters of functions, members of classes and objects.
import { table } from "../table.js";

const NAMES = [
  "_http_agent", "_http_client", "_http_common", "_http_incoming", "_http_outgoing", "_http_server", "_stream_wrap", "_tls_common", "_tls_wrap",
  "child_process", "cluster", "dgram", "dns", "dns/promises", "domain", "fs", "fs/promises", "http", "http2", "https", "inspector",
  "inspector/promises", "net", "perf_hooks", "readline", "readline/promises", "repl", "sqlite", "tls", "trace_events", "tty", "v8", "vm",
  "wasi", "worker_threads",
];

const isClass = (value) => typeof value === "function" && value.prototype !== undefined && Object.getOwnPropertyNames(value.prototype).length > 1;
// Members in the order of their names, without the runtime's own marks.
const own = (object) => Reflect.ownKeys(object).filter((key) => !/internal-class|kResourceTypeInspect|kCapture|webidl.brand/.test(String(key))).sort((a, b) => (String(a) < String(b) ? -1 : 1));

function describe(value, deep) {
  if (typeof value === "function") {
    if (globalThis[value.name] === value) return `the global ${value.name}`;
    let text = `${value.name}/${value.length}`;
    if (!isClass(value) || !deep) return text;
    text += ` extends ${Object.getPrototypeOf(value).name}`;
    return `${text} {${own(value.prototype).filter((key) => key !== "constructor").map((key) => member(value.prototype, key)).join(", ")}}`;
  }
  if (typeof value !== "object" || value === null) return typeof value === "string" ? JSON.stringify(value) : String(value);
  if (Array.isArray(value)) return `[${value.slice(0, 60).map((item) => describe(item, false)).join(", ")}]`;
  if (!deep) return Object.prototype.toString.call(value);
  return `${Object.prototype.toString.call(value)} {${own(value).filter((key) => !String(key).startsWith("_")).map((key) => member(value, key)).join(", ")}}`;
}
function member(object, key) {
  const { get, set, value } = Object.getOwnPropertyDescriptor(object, key);
  if (get !== undefined || set !== undefined) return `${String(key)}${get ? " get" : ""}${set ? " set" : ""}`;
  return `${String(key)}: ${describe(value, false)}`;
}

export default {
  async fetch() {
    const { row, response } = table();
    for (const name of NAMES) {
      let module;
      await row(name, async () => {
        module = await import(`node:${name}`);
        return Object.keys(module).join(" ");
      });
      if (module === undefined) continue;
      // Where classes of streams inherit from is settled when the first one is made.
      if (name === "fs") for (const make of [module.createReadStream, module.createWriteStream]) make("/dev/null").destroy();
      await row(`${name} default`, () => Reflect.ownKeys(module.default).map(String).filter((key) => key !== "prototype" && key !== "Symbol(kCapture)").join(" "));
      for (const key of Object.keys(module)) {
        if (key !== "default" && key !== "WebSocket") await row(`${name}.${key}`, () => describe(module[key], true));
      }
      await row(`${name} required`, () => process.getBuiltinModule(`node:${name}`) === module.default && process.getBuiltinModule(name) === module.default);
    }
    return response();
  },
};
