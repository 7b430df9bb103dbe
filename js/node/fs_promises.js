// The exports of `node:fs/promises`.

(function () {
const { core } = __bootstrap;
const { promises } = core.loadExtScript("ext:denizen/node/fs/promises.js");
const { constants } = core.loadExtScript("ext:denizen/node/fs/constants.js");

const order = [
  "FileHandle", "access", "appendFile", "chmod", "chown", "constants", "copyFile", "cp", "glob", "lchmod", "lchown", "link", "lstat", "lutimes",
  "mkdir", "mkdtemp", "open", "opendir", "readFile", "readdir", "readlink", "realpath", "rename", "rm", "rmdir", "stat", "statfs",
  "symlink", "truncate", "unlink", "utimes", "watch", "writeFile",
];
const all = { ...promises, constants };
const exported = {};
for (let i = 0; i < order.length; i++) exported[order[i]] = all[order[i]];
return { ...exported, default: exported };
})();
