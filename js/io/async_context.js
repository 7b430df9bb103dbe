// Values that follow asynchronous calls.
//
// Owns what is tied to the frame that lies in V8's continuation-preserved data. A new frame is of the same event: values
// never decide whose work runs. It must not know what the values mean.

(function () {
const { core, primordials } = __bootstrap;
const { op_frame_fork } = core.ops;
const { SafeWeakMap } = primordials;

// Frame -> its values by key.
const values = new SafeWeakMap();

// The value of `key` for the code that runs; undefined if there is none.
function contextValue(key) {
  return values.get(core.getAsyncContext())?.[key];
}

// Every value of the code that runs, for `restoreContextValues`. Nothing changes them.
function contextValues() {
  return values.get(core.getAsyncContext());
}

// Calls `work` with `kept` in place of all values: the event stays the one that runs.
function restoreContextValues(kept, work) {
  const context = core.getAsyncContext();
  const frame = op_frame_fork();
  if (kept !== undefined) {
    values.set(frame, kept);
  }
  core.setAsyncContext(frame);
  try {
    return work();
  } finally {
    core.setAsyncContext(context);
  }
}

// Calls `work` with the members of `added` in place of the values of the same keys, and gives what it gives.
function withContextValues(added, work) {
  const context = core.getAsyncContext();
  const frame = op_frame_fork();
  values.set(frame, { __proto__: null, ...values.get(context), ...added });
  core.setAsyncContext(frame);
  try {
    return work();
  } finally {
    core.setAsyncContext(context);
  }
}

return { contextValue, contextValues, restoreContextValues, withContextValues };
})();
