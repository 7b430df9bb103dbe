// Callbacks of an object that run one at a time: of `blockConcurrencyWhile` and of `transaction`.
//
// Owns whose turn it is. One that begins inside another, in the same chain of asynchronous calls, is a part of that and
// runs at once. It must not know what the callbacks do, nor how other events are held back.

(function () {
const { core, primordials } = __bootstrap;
const { op_bounds } = core.ops;
const { Error, Promise, SafeWeakMap, Symbol } = primordials;
const { contextValue, withContextValues } = core.loadExtScript("ext:denizen/io/async_context.js");

const DEPTH_MAX = op_bounds()[4];

// Key of the section that code runs in.
const SECTION = Symbol("section");
// What callbacks of an object that are in no section wait for.
const roots = new SafeWeakMap();

function parentOf(handle) {
  let section = contextValue(SECTION);
  while (section !== undefined && (section.isOver || section.handle !== handle)) {
    section = section.parent;
  }
  if (section === undefined) {
    section = roots.get(handle);
    if (section === undefined) {
      section = { __proto__: null, handle, parent: undefined, depth: 0, last: undefined, isOver: false };
      roots.set(handle, section);
    }
  }
  return section;
}

// Calls `work` after those of the same section that came before, and gives what it gives.
async function exclusively(handle, work) {
  const parent = parentOf(handle);
  const before = parent.last;
  let release;
  const ended = new Promise((resolve) => {
    release = resolve;
  });
  parent.last = ended;
  const section = { __proto__: null, handle, parent, depth: parent.depth + 1, last: undefined, isOver: false };
  try {
    if (before !== undefined) {
      await before;
    }
    return await withContextValues({ __proto__: null, [SECTION]: section }, work);
  } finally {
    section.isOver = true;
    if (parent.last === ended) {
      parent.last = undefined;
    }
    release();
  }
}

// Refuses one more callback inside those that the code runs in, when they are as many as may be.
function requireShallow(handle) {
  if (parentOf(handle).depth >= DEPTH_MAX) {
    throw new Error("blockConcurrencyWhile() calls are nested too deeply.");
  }
}

return { exclusively, requireShallow };
})();
