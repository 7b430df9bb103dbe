// `node:_http_common`: what a token and a header value may hold, and the names of methods.

(function () {
const { primordials } = __bootstrap;
const { RegExpPrototypeTest, Symbol } = primordials;

const TOKEN = /^[\^_`a-zA-Z\-0-9!#$%&'*+.|~]+$/;
const NOT_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

function _checkIsHttpToken(token) {
  return RegExpPrototypeTest(TOKEN, token);
}
function _checkInvalidHeaderChar(value) {
  return RegExpPrototypeTest(NOT_IN_VALUE, value);
}

const methods = [
  "ACL", "BIND", "CHECKOUT", "CONNECT", "COPY", "DELETE", "GET", "HEAD", "LINK", "LOCK", "M-SEARCH", "MERGE", "MKACTIVITY", "MKCALENDAR",
  "MKCOL", "MOVE", "NOTIFY", "OPTIONS", "PATCH", "POST", "PROPFIND", "PROPPATCH", "PURGE", "PUT", "QUERY", "REBIND", "REPORT", "SEARCH",
  "SOURCE", "SUBSCRIBE", "TRACE", "UNBIND", "UNLINK", "UNLOCK", "UNSUBSCRIBE",
];

const exported = {
  _checkIsHttpToken, _checkInvalidHeaderChar, chunkExpression: /(?:^|\W)chunked(?:$|\W)/i, CRLF: "\r\n",
  continueExpression: /(?:^|\W)100-continue(?:$|\W)/i, methods, parsers: { name: "parsers", max: 1000 }, kIncomingMessage: Symbol("IncomingMessage"),
};
return { ...exported, default: exported };
})();
