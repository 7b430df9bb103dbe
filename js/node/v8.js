// `node:v8`: statistics that are all zero; the rest throws.

(function () {
const { core } = __bootstrap;
const { absent, absentAll, addMethods } = core.loadExtScript("ext:denizen/node/internal/absent.js");
const {
  invalidArgValue, methodNotImplemented, outOfRange, validateBoolean, validateFunction, validateNumber, validateObject, validateOneOf,
  validateString,
} = core.loadExtScript("ext:denizen/node/internal/errors.js");

function cachedDataVersionTag() {
  return 0;
}
function checkSnapshotOptions(options) {
  if (options === undefined) return;
  validateObject(options, "options");
  const { exposeInternals, exposeNumericValues } = options;
  if (exposeInternals !== undefined) validateBoolean(exposeInternals, "options.exposeInternals");
  if (exposeNumericValues !== undefined) validateBoolean(exposeNumericValues, "options.exposeNumericValues");
}
function getHeapSnapshot(options = undefined) {
  checkSnapshotOptions(options);
  throw methodNotImplemented("getHeapSnapshot method");
}
function getHeapStatistics() {
  return {
    total_heap_size: 0, total_heap_size_executable: 0, total_physical_size: 0, total_available_size: 0, used_heap_size: 0, heap_size_limit: 0,
    malloced_memory: 0, peak_malloced_memory: 0, does_zap_garbage: 0, number_of_native_contexts: 0, number_of_detached_contexts: 0,
    total_global_handles_size: 0, used_global_handles_size: 0, external_memory: 0, total_allocated_bytes: 0,
  };
}
function getHeapSpaceStatistics() {
  return [];
}
function getHeapCodeStatistics() {
  return { code_and_metadata_size: 0, bytecode_and_metadata_size: 0, external_script_source_size: 0, cpu_profiler_metadata_size: 0 };
}
function getCppHeapStatistics(type = "detailed") {
  validateOneOf(type, "type", ["brief", "detailed"]);
  return {
    committed_size_bytes: 0, resident_size_bytes: 0, used_size_bytes: 0, space_statistics: [], type_names: [], detail_level: type,
  };
}
function setFlagsFromString(flags) {
  validateString(flags, "flags");
  throw methodNotImplemented("setFlagsFromString method");
}
function writeHeapSnapshot(filename, options = undefined) {
  if (filename !== undefined) validateString(filename, "filename");
  checkSnapshotOptions(options);
  throw methodNotImplemented("writeHeapSnapshot method");
}
function queryObjects(constructor, options = undefined) {
  validateFunction(constructor, "constructor");
  if (options !== undefined) {
    validateObject(options, "options");
    const { format } = options;
    if (format !== undefined && format !== "count" && format !== "summary") throw invalidArgValue("options.format", format);
  }
  throw methodNotImplemented("queryObjects method");
}
function setHeapSnapshotNearHeapLimit(limit) {
  validateNumber(limit, "limit");
  if (limit < 1 || limit >= 4294967296) throw outOfRange("limit", ">= 1 && < 4294967296", limit);
  throw methodNotImplemented("setHeapSnapshotNearHeapLimit method");
}
function isStringOneByteRepresentation(content) {
  validateString(content, "content");
  throw methodNotImplemented("isStringOneByteRepresentation method");
}

class Serializer {
  constructor() {
    throw methodNotImplemented("Serializer method");
  }
}
addMethods(Serializer.prototype, absentAll("", {
  writeHeader: 0, writeValue: 1, releaseBuffer: 0, transferArrayBuffer: 2, writeUint32: 1, writeUint64: 2, writeDouble: 1,
  writeRawBytes: 1, _getDataCloneError: 1, _getSharedArrayBufferId: 1, _setTreatArrayBufferViewsAsHostObjects: 1, _writeHostObject: 1,
}));
class DefaultSerializer extends Serializer {}
class Deserializer {
  constructor(buffer) {
    throw methodNotImplemented("Deserializer method");
  }
}
addMethods(Deserializer.prototype, absentAll("", {
  readHeader: 0, readValue: 0, transferArrayBuffer: 2, getWireFormatVersion: 0, readUint32: 0, readUint64: 0, readDouble: 0,
  readRawBytes: 1, _readHostObject: 0,
}));
class DefaultDeserializer extends Deserializer {
  constructor(buffer) {
    super(buffer);
  }
}
class GCProfiler {}
addMethods(GCProfiler.prototype, {
  start: absent("start", 0, "GCProfiler.start"), stop: absent("stop", 0, "GCProfiler.stop"),
});

const { deserialize, serialize, stopCoverage, takeCoverage } = absentAll("", { deserialize: 1, serialize: 1, stopCoverage: 0, takeCoverage: 0 });
const promiseHooks = absentAll("promiseHooks.", { createHook: 1, onInit: 1, onBefore: 1, onAfter: 1, onSettled: 1 });
const startupSnapshot = {
  ...absentAll("startupSnapshot.", { addSerializeCallback: 2, addDeserializeCallback: 2, setDeserializeMainFunction: 2 }),
  isBuildingSnapshot() {
    return false;
  },
};

const exported = {
  cachedDataVersionTag, getHeapSnapshot, getHeapStatistics, getHeapSpaceStatistics, getHeapCodeStatistics, getCppHeapStatistics,
  setFlagsFromString, Serializer, Deserializer, DefaultSerializer, DefaultDeserializer, deserialize, takeCoverage, stopCoverage, serialize,
  writeHeapSnapshot, promiseHooks, queryObjects, startupSnapshot, setHeapSnapshotNearHeapLimit, GCProfiler,
  isStringOneByteRepresentation,
};
return { ...exported, default: exported };
})();
