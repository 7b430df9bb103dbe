// URLs of Workers that are older than the standard's parser.
//
// Owns the form that such a Worker sees where it gave a text. What is sent is parsed as ever. It must not know requests.

(function () {
const { primordials } = __bootstrap;
const {
  ArrayPrototypeJoin,
  ArrayPrototypePush,
  RegExpPrototypeExec,
  SafeRegExp,
  StringPrototypeSplit,
  StringPrototypeToLowerCase,
} = primordials;

const ABSOLUTE = new SafeRegExp("^([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]+)([^?#]*)(.*)$");

// The text, but for the case of its host and the dots of its path; undefined if it has no host.
function legacyUrl(text) {
  const parts = RegExpPrototypeExec(ABSOLUTE, text);
  if (parts === null) {
    return undefined;
  }
  const path = [];
  const segments = StringPrototypeSplit(parts[3], "/");
  for (let i = 0; i < segments.length; i++) {
    if (segments[i] === "..") {
      path.length -= path.length > 1 ? 1 : 0;
    } else if (segments[i] !== ".") {
      ArrayPrototypePush(path, segments[i]);
    }
  }
  return `${StringPrototypeToLowerCase(parts[1])}://${StringPrototypeToLowerCase(parts[2])}${ArrayPrototypeJoin(path, "/")}${parts[4]}`;
}

return { legacyUrl };
})();
