// The FormData class: an ordered list of names with strings or Files, with the
// behaviour and the error texts of workerd.
//
// It must not know how forms look on the wire: that is multipart.js.
//
// The list is one flat array [name, value, name, value, ...] that keeps its
// identity for the life of the object, because iterators read it live.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayPrototypeFind,
  ArrayPrototypePush,
  ObjectGetOwnPropertyDescriptor,
  ObjectGetOwnPropertySymbols,
  ObjectPrototypeIsPrototypeOf,
  ReflectApply,
  SafeArrayIterator,
  SymbolIterator,
  SymbolPrototypeGetDescription,
  uncurryThis,
} = primordials;

const { Blob, BlobPrototype, File, FilePrototype } = core.loadExtScript(
  "ext:deno_web/09_file.js",
);
const {
  configurePairInterface,
  copyArray,
  createPairIterators,
  illegalInvocation,
  isObject,
  requireCallback,
  requireStrings,
  toUSVString,
  wrongParameter,
} = core.loadExtScript("ext:denizen/fetch/headers.js");
const { plainBlob } = core.loadExtScript("ext:denizen/web/plain_blob.js");

// Taken once: users may patch the prototype or override in a subclass.
function getterOf(prototype, name) {
  return uncurryThis(ObjectGetOwnPropertyDescriptor(prototype, name).get);
}
const blobSize = getterOf(BlobPrototype, "size");
const blobType = getterOf(BlobPrototype, "type");
const fileName = getterOf(FilePrototype, "name");

// The prototype chain alone can be forged; the getter checks the brand.
function isBlob(value) {
  if (!isObject(value) || !ObjectPrototypeIsPrototypeOf(BlobPrototype, value)) {
    return false;
  }
  try {
    blobType(value);
    return true;
  } catch {
    return false;
  }
}

function isFile(value) {
  if (!ObjectPrototypeIsPrototypeOf(FilePrototype, value)) return false;
  try {
    fileName(value);
    return true;
  } catch {
    return false;
  }
}

// Where a Blob keeps its type. Its constructor changes the case of one that is
// given.
const kType = ArrayPrototypeFind(
  ObjectGetOwnPropertySymbols(new Blob()),
  (symbol) => SymbolPrototypeGetDescription(symbol) === "Type",
);

function setType(blob, type) {
  blob[kType] = type;
}

// `content` is a Blob or bytes. The safe iterator keeps the conversion of the
// parts away from a patched Array.prototype[Symbol.iterator].
function newFile(content, name, type) {
  const file = new File(new SafeArrayIterator([content]), name);
  setType(file, type);
  return file;
}

// Per workerd, a Blob without a filename takes the name of its field, and a
// filename given for a string is converted and then ignored.
function toEntryValue(name, value, filename) {
  if (!isBlob(value)) {
    const text = toUSVString(value);
    if (filename !== undefined) toUSVString(filename);
    return text;
  }
  if (filename === undefined) {
    return isFile(value) ? value : newFile(plainBlob(value), name, blobType(value));
  }
  return newFile(plainBlob(value), toUSVString(filename), blobType(value));
}

const iterators = createPairIterators();

// Marks construction by the runtime; no user code ever holds it.
const INTERNAL = { __proto__: null };

let isFormData;
let entryList;
let newFormData;

class FormData {
  #items;

  // Per workerd, arguments are ignored: there are no form elements here.
  constructor(token = undefined, items = undefined) {
    this.#items = token === INTERNAL ? items : [];
  }

  append(name = undefined, value = undefined, filename = undefined) {
    const items = FormData.#unwrap(this);
    name = FormData.#checkEntry(arguments.length, name, "append");
    ArrayPrototypePush(items, name, toEntryValue(name, value, filename));
  }

  delete(name = undefined) {
    const items = FormData.#unwrap(this);
    requireStrings(arguments.length, 1, "FormData", "delete");
    FormData.#remove(items, toUSVString(name), 0);
  }

  get(name = undefined) {
    const items = FormData.#unwrap(this);
    requireStrings(arguments.length, 1, "FormData", "get");
    const i = FormData.#find(items, toUSVString(name));
    return i === -1 ? null : items[i + 1];
  }

  getAll(name = undefined) {
    const items = FormData.#unwrap(this);
    requireStrings(arguments.length, 1, "FormData", "getAll");
    name = toUSVString(name);
    const values = [];
    for (let i = 0; i < items.length; i += 2) {
      if (items[i] === name) ArrayPrototypePush(values, items[i + 1]);
    }
    return values;
  }

  has(name = undefined) {
    const items = FormData.#unwrap(this);
    requireStrings(arguments.length, 1, "FormData", "has");
    return FormData.#find(items, toUSVString(name)) !== -1;
  }

  set(name = undefined, value = undefined, filename = undefined) {
    const items = FormData.#unwrap(this);
    name = FormData.#checkEntry(arguments.length, name, "set");
    value = toEntryValue(name, value, filename);
    const i = FormData.#find(items, name);
    if (i === -1) {
      ArrayPrototypePush(items, name, value);
      return;
    }
    items[i + 1] = value;
    FormData.#remove(items, name, i + 2);
  }

  entries() {
    return iterators.entries(FormData.#unwrap(this));
  }

  keys() {
    return iterators.keys(FormData.#unwrap(this));
  }

  values() {
    return iterators.values(FormData.#unwrap(this));
  }

  forEach(callback = undefined, thisArg = undefined) {
    const items = FormData.#unwrap(this);
    requireCallback(callback, "FormData");
    // Live, as the iterators are: entries added by the callback are visited.
    for (let i = 0; i < items.length; i += 2) {
      ReflectApply(callback, thisArg, [items[i + 1], items[i], this]);
    }
  }

  [SymbolIterator]() {
    return iterators.entries(FormData.#unwrap(this));
  }

  static #unwrap(self) {
    if (!isObject(self) || !(#items in self)) throw illegalInvocation();
    return self.#items;
  }

  static #checkEntry(length, name, method) {
    if (length < 1) throw wrongParameter("FormData", method, 1, "string");
    if (length < 2) {
      throw wrongParameter("FormData", method, 2, "File or Blob or string");
    }
    return toUSVString(name);
  }

  static #find(items, name) {
    for (let i = 0; i < items.length; i += 2) {
      if (items[i] === name) return i;
    }
    return -1;
  }

  // Compacts in place, in one pass.
  static #remove(items, name, from) {
    let to = from;
    for (let i = from; i < items.length; i += 2) {
      if (items[i] === name) continue;
      items[to] = items[i];
      items[to + 1] = items[i + 1];
      to += 2;
    }
    items.length = to;
  }

  static {
    isFormData = (value) => isObject(value) && #items in value;

    // A snapshot, since encoding outlives the call and users may go on.
    entryList = (formData) => copyArray(formData.#items);

    // Takes ownership of `items`; values are strings or Files.
    newFormData = (items) => new FormData(INTERNAL, items);
  }
}

const FormDataPrototype = FormData.prototype;
configurePairInterface(FormData, [
  "append", "delete", "get", "getAll", "has", "set", "entries", "keys",
  "values", "forEach",
]);

return {
  FormData,
  FormDataPrototype,
  isFormData,
  entryList,
  newFormData,
  // Shared with multipart.js.
  blobSize,
  blobType,
  fileName,
  newFile,
  setType,
};
})();
