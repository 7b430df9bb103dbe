// Callbacks of an object that run one at a time: of `blockConcurrencyWhile` and of `transaction`; and the end of the object.
//
// Owns how such a callback is run as a section, whose turn the host knows. It must not know what the callbacks do.

(function () {
const { core, primordials } = __bootstrap;
const { op_actor_abort, op_section_announce, op_section_begun, op_section_emptied, op_section_fail, op_section_leave } = core.ops;
const { ObjectDefineProperty, Promise, String } = primordials;
const { errorParts } = core.loadExtScript("ext:denizen/rpc/errors.js");

// Calls `work`, an asynchronous function of the runtime, in a section of the object whose code runs, and gives what it gives. Until
// it is over nothing else of the object goes on. `work` gets the section.
function exclusively(work) {
  return steady(inSection(work));
}

async function inSection(work) {
  const section = op_section_announce();
  try {
    await steady(op_section_begun(section));
    return await steady(work(section));
  } finally {
    const left = op_section_leave(section);
    if (left !== undefined) {
      await steady(left);
    }
  }
}

// Waits for the sections inside `section`.
function endOfInner(section) {
  return steady(waitForInner(section));
}

async function waitForInner(section) {
  for (let emptied = op_section_emptied(section); emptied !== undefined; emptied = op_section_emptied(section)) {
    await steady(emptied);
  }
}

// A promise of the runtime, which `await` takes as it is: user code may have changed what all promises inherit.
function steady(promise) {
  return ObjectDefineProperty(promise, "constructor", { __proto__: null, value: Promise });
}

// Ends the object for the reason whose parts these are: nothing of its code runs any more.
function reset(handle, parts, retryAlarm) {
  op_actor_abort(handle, parts, retryAlarm);
  stop();
}

// Ends the object of the section for what its callback has thrown.
function fail(section, error) {
  op_section_fail(section, errorParts(error));
  stop();
}

// V8 looks for what stops it where a function begins, or a loop goes round.
function stop() {
  for (let i = 0; i < 2; i++) {
    String(i);
  }
}

return { endOfInner, exclusively, fail, reset };
})();
