// `node:os`: what workerd says of a system that a Worker does not see.
//
// Owns fixed answers. It must not know the machine.

(function () {
const { core, primordials } = __bootstrap;
const { ObjectFreeze } = primordials;
const { dlopen, errno, priority, signals } = core.loadExtScript("ext:denizen/node/internal/constants.js");

const EOL = "\n";
const devNull = "/dev/null";
const constants = ObjectFreeze({
  UV_UDP_REUSEADDR: 4, dlopen: ObjectFreeze(dlopen), errno: ObjectFreeze(errno), signals: ObjectFreeze(signals), priority: ObjectFreeze(priority),
});

function availableParallelism() {
  return 1;
}
function arch() {
  return "x64";
}
function cpus() {
  return [];
}
function endianness() {
  return "LE";
}
function freemem() {
  return 0;
}
function getPriority(pid) {
  return 0;
}
function homedir() {
  return "/tmp/";
}
function hostname() {
  return "localhost";
}
function loadavg() {
  return [0, 0, 0];
}
function machine() {
  return "x86_64";
}
function networkInterfaces() {
  return {};
}
function platform() {
  return "linux";
}
function release() {
  return "";
}
function setPriority(pid, value) {}
function tmpdir() {
  return "/tmp/";
}
function totalmem() {
  return 0;
}
function type() {
  return "Linux";
}
function uptime() {
  return 0;
}
function userInfo() {
  return {};
}
function version() {
  return "";
}

const exported = {
  EOL, devNull, constants, availableParallelism, arch, cpus, endianness, freemem, getPriority, homedir, hostname, loadavg, machine,
  networkInterfaces, platform, release, setPriority, tmpdir, totalmem, type, uptime, userInfo, version,
};

return { ...exported, default: exported };
})();
