// What deno_web's classes make and read bytes with.
//
// Owns the replacement of operations before those classes are loaded. The original of the first is asynchronous: such an
// operation calls itself through Function.prototype.call, where user code could catch it. It must not know the class.

(function () {
const { core, primordials } = __bootstrap;
const { op_blob_count, op_blob_create_part, op_blob_read_now, op_encode_counted } = core.ops;
const { PromiseReject, PromiseResolve } = primordials;

core.ops.op_blob_create_part = (data) => {
  const id = op_blob_create_part(data);
  op_blob_count(id);
  return id;
};
core.ops.op_blob_read_part = (id) => {
  try {
    return PromiseResolve(op_blob_read_now(id));
  } catch (error) {
    return PromiseReject(error);
  }
};

// deno_core's own makes a buffer that nobody counts.
core.encode = (text) => op_encode_counted(text);

return {};
})();
