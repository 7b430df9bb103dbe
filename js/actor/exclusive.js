// Callbacks of an object that run one at a time: of `blockConcurrencyWhile` and of `transaction`; and the end of the object.
//
// Owns whose turn it is, and for how long. One that begins inside another, in the same chain of asynchronous calls, is a part of
// that. It must not know what the callbacks do, nor how what else there is of the object is held back.

(function () {
const { core, primordials } = __bootstrap;
const { op_actor_abort, op_bounds, op_section_announce, op_section_enter, op_section_leave, op_timer_clear, op_timer_guard } = core.ops;
const { Error, Promise, SafeWeakMap, String, Symbol } = primordials;
const { contextValue, withContextValues } = core.loadExtScript("ext:denizen/io/async_context.js");

const DEPTH_MAX = op_bounds()[4];
const TOO_LONG = {
  __proto__: null,
  name: "Error",
  message: "A call to blockConcurrencyWhile() in a Durable Object waited for too long. The call was canceled and the Durable Object was reset.",
  overloaded: true,
};
// Sections of the isolate so far.
let last = 0;

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

// Calls `work` in a turn of its own, after those of the same section that came before, and gives what it gives. Until it is over
// nothing else of the object goes on. `work` gets what waits for the sections inside its own.
async function exclusively(handle, work) {
  requireShallow(handle);
  op_section_announce(handle);
  const parent = parentOf(handle);
  const before = parent.last;
  let release;
  const ended = new Promise((resolve) => {
    release = resolve;
  });
  parent.last = ended;
  last = last + 1 >>> 0 || 1;
  const number = last;
  const section = { __proto__: null, handle, parent, depth: parent.depth + 1, last: undefined, isOver: false };
  try {
    if (before !== undefined) {
      await before;
    }
    return await withContextValues({ __proto__: null, [SECTION]: section }, async () => {
      await op_section_enter(handle, number);
      const timer = op_timer_guard(() => reset(handle, TOO_LONG, true));
      try {
        return await work(() => endOfInner(section));
      } finally {
        op_timer_clear(timer);
      }
    });
  } finally {
    section.isOver = true;
    if (parent.last === ended) {
      parent.last = undefined;
    }
    op_section_leave(handle, number);
    release();
  }
}

async function endOfInner(section) {
  while (section.last !== undefined) {
    await section.last;
  }
}

// Refuses one more callback inside those that the code runs in, when they are as many as may be.
function requireShallow(handle) {
  if (parentOf(handle).depth >= DEPTH_MAX) {
    throw new Error("blockConcurrencyWhile() calls are nested too deeply.");
  }
}

// Ends the object for the reason whose parts these are: nothing of its code runs any more.
function reset(handle, parts, retryAlarm) {
  op_actor_abort(handle, parts, retryAlarm);
  // V8 looks for what stops it where a function begins, or a loop goes round.
  for (let i = 0; i < 2; i++) {
    String(i);
  }
}

return { exclusively, requireShallow, reset };
})();
