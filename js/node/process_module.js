// The exports of `node:process`: what the object has when the module is first imported.

(function () {
const { core, primordials } = __bootstrap;
const { ObjectKeys } = primordials;
const process = core.loadExtScript("ext:denizen/node/process.js").default;

const names = ObjectKeys(process);
const exported = { __proto__: null };
for (let i = 0; i < names.length; i++) {
  exported[names[i]] = process[names[i]];
}
exported.default = process;
return exported;
})();
