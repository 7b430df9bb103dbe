// Long computations of node:crypto end with the time of their event: searches at their next step, the rest is refused beforehand.
import assert from "node:assert";

const CPU_MS = 200;
// Each would take minutes, or goes on for ever.
const ENDLESS = {
  primes: "crypto.generatePrimeSync(9000, { safe: true });",
  rounds: "const prime = Buffer.alloc(1243, 255); prime[0] = 31; crypto.checkPrimeSync(prime, { checks: 2147483647 });",
  groups: "crypto.createDiffieHellman(4096);",
  rsa: "crypto.generateKeyPairSync('rsa', { modulusLength: 16384 });",
  signatures: "const { privateKey } = crypto.generateKeyPairSync('ed25519'); for (;;) crypto.sign(null, Buffer.alloc(1), privateKey);",
  scrypt: "for (;;) crypto.scryptSync('p', 's', 8, { N: 1024 });",
};
const REFUSED = {
  scryptCost: ["crypto.scryptSync('p', 's', 8, { N: 2 ** 20, maxmem: 2 ** 31 });", "RangeError: Scrypt failed: cost exceeds maximum"],
  scryptLength: ["crypto.scryptSync('p', 's', 2 ** 31 - 1, { N: 2 });", "RangeError: Scrypt failed: 2147483647 bytes are too many."],
  scryptMemory: ["crypto.scryptSync('p', 's', 8, { N: 2 ** 17, r: 8, maxmem: 2 ** 31 });", "Error: Scrypt failed"],
  longPrime: ["crypto.generatePrimeSync(2 ** 31 - 1);", "RangeError: Numbers of more than 10000 bits are not supported"],
  longCandidate: ["crypto.checkPrimeSync(Buffer.alloc(2000, 255));", "RangeError: Numbers of more than 10000 bits are not supported"],
  evenExponent: ["crypto.generateKeyPairSync('rsa', { modulusLength: 1024, publicExponent: 4 });", "Error: Failed to generate key"],
};

function load(env, name, body, cpuMs) {
  return env.LOADER.get(name, () => ({
    compatibilityDate: "2026-09-01", mainModule: "main.js", limits: { cpuMs },
    modules: { "main.js": `import crypto from "node:crypto";
export default { fetch(request) {
  if (new URL(request.url).pathname === "/ping") return new Response("pong");
  try { ${body} return new Response("finished"); } catch (error) { return new Response(String(error)); }
} };` },
  })).getEntrypoint();
}

const text = async (worker, path) => (await worker.fetch(`http://x${path}`)).text();

// A search that its event's time ended may have thrown first: then the event is over as soon as JavaScript goes on.
export const endless = { async test(_controller, env) {
  for (const [name, body] of Object.entries(ENDLESS)) {
    const worker = load(env, name, `for (;;) { try { ${body} } catch {} }`, CPU_MS);
    const error = await text(worker, "/go").then((found) => new Error(found), (thrown) => thrown);
    assert.strictEqual(error.limit, "cpuMs", `${name}: ${error}`);
    assert.strictEqual(await text(worker, "/ping"), "pong", name);
  }
} };

export const refused = { async test(_controller, env) {
  for (const [name, [body, expected]] of Object.entries(REFUSED)) {
    const found = await text(load(env, name, body, 10000), "/go");
    assert.ok(found.startsWith(expected), `${name}: ${found}`);
  }
} };
