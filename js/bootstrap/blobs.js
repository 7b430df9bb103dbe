// What deno_web's Blob class reads and makes its parts with.
//
// Owns the replacement of two operations before that class is loaded. The original of the first is asynchronous: such an
// operation calls itself through Function.prototype.call, where user code could catch it. It must not know the class.

(function () {
const { core, primordials } = __bootstrap;
const { op_blob_count, op_blob_create_part, op_blob_read_now } = core.ops;
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

return {};
})();
