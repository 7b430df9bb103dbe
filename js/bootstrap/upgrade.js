// Nothing: loading it has deno_core do once what it does before the first script that is not in the snapshot.
//
// That may not fail, which it would where user code has little room left on the stack, or none of its time. It must not do
// anything.

(function () {
return {};
})();
