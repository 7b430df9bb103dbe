// Warnings of the `node:` modules: each text once an isolate, in the Worker's log.
//
// Owns what was said already. It must not know who warns.

(function () {
const { core, primordials } = __bootstrap;
const { SafeSet } = primordials;
const { op_console } = core.ops;

const said = new SafeSet();

function warn(text) {
  if (!said.has(text)) {
    said.add(text);
    op_console("warn", text);
  }
}

return { warn };
})();
