// What the two sides of a stream must know before there is a Duplex: whether a stream is one.

(function () {
"use strict";

let Duplex;

function isDuplex(stream) {
  return Duplex !== undefined && stream instanceof Duplex;
}
function setDuplex(value) {
  Duplex = value;
}

return { isDuplex, setDuplex };
})();
