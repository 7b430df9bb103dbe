// Compatibility flags that are not as a Worker of the newest date has them.
//
// Owns one object: `changed.NAME` is true for a dated flag that is off and an undated one that is on. It is filled before any
// user code, in js/bootstrap/flags.js; what acts on a flag asks at the place where it acts. It must not know dates.

(function () {
return { changed: { __proto__: null } };
})();
