// console.table: rows and columns in a frame, as Node prints them.
//
// Owns the table's layout. It must not know where it is printed.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayIsArray, ArrayPrototypeIncludes, ArrayPrototypeJoin, ArrayPrototypePush, MapPrototypeGetSize, ObjectKeys, ObjectPrototypeHasOwnProperty,
  SafeMapIterator, SafeSetIterator, SetPrototypeGetSize, StringPrototypeRepeat,
} = primordials;
const { inspect } = core.loadExtScript("ext:denizen/node/util/inspect.js");

// Rows and columns that are shown; the rest is named by its number.
const ROWS_MAX = 1000;
const COLUMNS_MAX = 100;
const VALUES = "Values";

const cell = (value) => inspect(value, { __proto__: null, maxArrayLength: 3, breakLength: Infinity, depth: value !== null && typeof value === "object" && !ArrayIsArray(value) && ObjectKeys(value).length > 2 ? -1 : 0 });
const isObject = (value) => value !== null && (typeof value === "object" || typeof value === "function");

function rowsOf(value) {
  const rows = [];
  const add = (index, item) => {
    if (rows.length < ROWS_MAX) ArrayPrototypePush(rows, { __proto__: null, index, item });
  };
  let total;
  let head = "(index)";
  if (core.isMap(value)) {
    head = "(iteration index)";
    total = MapPrototypeGetSize(value);
    let i = 0;
    for (const pair of new SafeMapIterator(value)) add(`${i++}`, { Key: pair[0], Values: pair[1] });
  } else if (core.isSet(value)) {
    head = "(iteration index)";
    total = SetPrototypeGetSize(value);
    let i = 0;
    for (const item of new SafeSetIterator(value)) add(`${i++}`, item);
  } else {
    const keys = ObjectKeys(value);
    total = keys.length;
    for (let i = 0; i < keys.length; i++) add(keys[i], value[keys[i]]);
  }
  return { __proto__: null, head, rows, total };
}

// The text of the table; undefined for a value that is none.
function table(value, given = undefined) {
  if (!isObject(value)) return undefined;
  const { head, rows, total } = rowsOf(value);
  const columns = [];
  let hasValues = false;
  for (let i = 0; i < rows.length; i++) {
    const { item } = rows[i];
    if (!isObject(item)) {
      hasValues = true;
      continue;
    }
    const keys = ArrayIsArray(given) ? given : ObjectKeys(item);
    for (let k = 0; k < keys.length && columns.length < COLUMNS_MAX; k++) {
      if (!ArrayPrototypeIncludes(columns, `${keys[k]}`)) ArrayPrototypePush(columns, `${keys[k]}`);
    }
  }
  const lines = [[head]];
  for (let c = 0; c < columns.length; c++) ArrayPrototypePush(lines[0], columns[c]);
  if (hasValues) ArrayPrototypePush(lines[0], VALUES);
  for (let i = 0; i < rows.length; i++) {
    const { index, item } = rows[i];
    const line = [index];
    for (let c = 0; c < columns.length; c++) {
      ArrayPrototypePush(line, isObject(item) && ObjectPrototypeHasOwnProperty(item, columns[c]) ? cell(item[columns[c]]) : "");
    }
    if (hasValues) ArrayPrototypePush(line, isObject(item) ? "" : cell(item));
    ArrayPrototypePush(lines, line);
  }
  const text = framed(lines);
  return total > rows.length ? `${text}\n... ${total - rows.length} more rows` : text;
}

function framed(lines) {
  const widths = [];
  for (let c = 0; c < lines[0].length; c++) {
    let width = 0;
    for (let i = 0; i < lines.length; i++) if (lines[i][c].length > width) width = lines[i][c].length;
    widths[c] = width + 2;
  }
  const rule = (left, middle, right) => {
    const parts = [];
    for (let c = 0; c < widths.length; c++) ArrayPrototypePush(parts, StringPrototypeRepeat("\u2500", widths[c]));
    return `${left}${ArrayPrototypeJoin(parts, middle)}${right}`;
  };
  const row = (line) => {
    const parts = [];
    for (let c = 0; c < widths.length; c++) ArrayPrototypePush(parts, ` ${line[c]}${StringPrototypeRepeat(" ", widths[c] - 1 - line[c].length)}`);
    return `\u2502${ArrayPrototypeJoin(parts, "\u2502")}\u2502`;
  };
  const out = [rule("\u250c", "\u252c", "\u2510"), row(lines[0]), rule("\u251c", "\u253c", "\u2524")];
  for (let i = 1; i < lines.length; i++) ArrayPrototypePush(out, row(lines[i]));
  ArrayPrototypePush(out, rule("\u2514", "\u2534", "\u2518"));
  return ArrayPrototypeJoin(out, "\n");
}

return { table };
})();
