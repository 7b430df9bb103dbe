// `node:timers`: the global timers, and what is left of older ones.
//
// Owns nothing of its own. It must not know how the host keeps time.

(function () {
const { core, primordials } = __bootstrap;
const { Error } = primordials;
const { Timeout, clearImmediate, clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } = core.loadExtScript("ext:denizen/node/globals.js");
const promises = core.loadExtScript("ext:denizen/node/timers_promises.js").default;

function active(timer) {}
function enroll(timer, after) {
  throw new Error("Not implemented. Please use setTimeout() instead.");
}
function unenroll(timer) {}

const exported = {
  promises, setTimeout, clearTimeout, setImmediate, clearImmediate, setInterval, clearInterval, active, unenroll, enroll,
};

return { ...exported, Timeout, default: exported };
})();
