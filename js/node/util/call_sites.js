// `util.getCallSites`: who called, read from a stack.

(function () {
const { primordials } = __bootstrap;
const {
  ArrayPrototypePush, Error, NumberParseInt, RegExpPrototypeExec, RegExpPrototypeSymbolReplace, StringPrototypeLastIndexOf, StringPrototypeSlice,
  StringPrototypeSplit, StringPrototypeStartsWith,
} = primordials;

/** Frames that are asked for where the number is not given: workerd's. */
const FRAMES_PRESET = 8;
const FRAMES_MAX = 200;
// Frames of the runtime between the caller and the stack.
const FRAMES_OWN = 4;
const FRAME = /^ {4}at (?:async )?(?:new )?(.+) \((.+):(\d+):(\d+)\)$/;

/** Callers with a name; one more than `count` are looked at, as in workerd. */
function callSites(count) {
  if (typeof count !== "number" || !(count >= 1 && count <= FRAMES_MAX)) throw new Error("Frame count should be between 1 and 200 inclusive.");
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = count + 1 + FRAMES_OWN;
  const { stack } = new Error();
  Error.stackTraceLimit = limit;
  const sites = [];
  if (typeof stack !== "string") return sites;
  const lines = StringPrototypeSplit(stack, "\n");
  let seen = 0;
  for (let i = 1; i < lines.length && seen <= count; i++) {
    const found = RegExpPrototypeExec(FRAME, lines[i]);
    if (found !== null && StringPrototypeStartsWith(found[2], "ext:")) continue;
    if (found === null && RegExpPrototypeExec(/^ {4}at (?:.* \()?(?:<anonymous>|ext:)/, lines[i]) !== null) continue;
    seen++;
    if (found === null) continue;
    const name = RegExpPrototypeSymbolReplace(/ \[as .*\]$/, found[1], "");
    const functionName = StringPrototypeSlice(name, StringPrototypeLastIndexOf(name, ".") + 1);
    if (functionName === "<anonymous>") continue;
    const columnNumber = NumberParseInt(found[4], 10);
    ArrayPrototypePush(sites, {
      functionName, scriptName: found[2], lineNumber: NumberParseInt(found[3], 10), columnNumber, column: columnNumber,
    });
  }
  return sites;
}

return { FRAMES_PRESET, callSites };
})();
