// The exports of `cloudflare:workers`, in the form that a synthetic module takes. It must not add to them.

(function () {
const { core } = __bootstrap;
return core.loadExtScript("ext:denizen/worker/workers.js").exported;
})();
