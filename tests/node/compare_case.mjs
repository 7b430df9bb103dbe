// Runs a case of tests/conformance in the Node that runs this file, and writes its rows to descriptor 3:
//
//   node compare_case.mjs CASE LEFT_OUT
//
// LEFT_OUT is an expression for the labels of rows that are not run. What a Worker has and Node has not is given to the
// case so that it loads; everything that a row asks is Node's own. It must not know any case.

import fs from "node:fs";
import { registerHooks } from "node:module";
import { scheduler } from "node:timers/promises";
import { pathToFileURL } from "node:url";

import { table as plainTable } from "../conformance/table.js";

const [file, leftOut] = process.argv.slice(2);
const rows = [];

/** A table whose rows are written as they are made, so that those before a crash are told. */
export function table() {
  return {
    async row(label, subject) {
      if (new RegExp(leftOut).test(label)) return;
      const { row, response } = plainTable();
      const made = row(label, subject).then(() => response().text()).then((text) => fs.writeSync(3, text));
      rows.push(made);
      await made;
    },
    response: () => new Response(),
  };
}

// Names that are imported from here instead: the table, and Node's module without a class that workerd exports.
const REPLACED = {
  "../table.js": import.meta.url,
  "node:test": "data:text/javascript,import { mock } from 'node:test'; export * from 'node:test'; export const MockTracker = mock.constructor;",
};
registerHooks({
  resolve(specifier, context, next) {
    const url = context.parentURL?.startsWith("data:") ? undefined : REPLACED[specifier];
    return url === undefined ? next(specifier, context) : { url, shortCircuit: true };
  },
});
globalThis.scheduler = scheduler;
// A Worker waits for timers that do not keep Node running, such as that of AbortSignal.timeout.
setInterval(() => {}, 60_000);
// Where node:path starts in a Worker, whatever the temporary folder is called.
process.cwd = () => "/";

// Not waited for here: the case imports this module.
run();

async function run() {
  const { default: worker } = await import(pathToFileURL(file));
  await worker.fetch(new Request("http://localhost/"), {});
  await Promise.all(rows);
  process.exit(0);
}
