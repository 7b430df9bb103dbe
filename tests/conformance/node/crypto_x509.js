// node:crypto: certificates and SPKAC.
import { table } from "../table.js";
import crypto, { X509Certificate, Certificate, createPrivateKey, createPublicKey } from "node:crypto";
import { inspect } from "node:util";

const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIICsDCCAlagAwIBAgIEEjSrzTAKBggqhkjOPQQDAjBYMQswCQYDVQQGEwJOWjEV
MBMGA1UECgwMRGVuaXplbiArIENvMRQwEgYDVQQDDAtleGFtcGxlLmNvbTEcMBoG
CSqGSIb3DQEJARYNYUBleGFtcGxlLmNvbTAgFw0yNjExMjEyMTM0MjNaGA8yMTI2
MTAyODIxMzQyM1owWDELMAkGA1UEBhMCTloxFTATBgNVBAoMDERlbml6ZW4gKyBD
bzEUMBIGA1UEAwwLZXhhbXBsZS5jb20xHDAaBgkqhkiG9w0BCQEWDWFAZXhhbXBs
ZS5jb20wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQY5TLJJOhXaJnKkIlN7HCj
0RHVzdrr0Z+7zWKd7PFn2zDlDnawCeoVkkij35vt1qDW4Qkyql19cO15Bwdhh2bW
o4IBCjCCAQYwTQYDVR0RBEYwRIILZXhhbXBsZS5jb22CDSouZXhhbXBsZS5vcmeH
BAoAAAGBDWFAZXhhbXBsZS5jb22GEWh0dHA6Ly94LmV4YW1wbGUvMA4GA1UdDwEB
/wQEAwIChDAdBgNVHSUEFjAUBggrBgEFBQcDAQYIKwYBBQUHAwIwDwYDVR0TAQH/
BAUwAwEB/zBWBggrBgEFBQcBAQRKMEgwIAYIKwYBBQUHMAGGFGh0dHA6Ly9vY3Nw
LmV4YW1wbGUvMCQGCCsGAQUFBzAChhhodHRwOi8vY2EuZXhhbXBsZS9jYS5wZW0w
HQYDVR0OBBYEFKn65klqYWZGkb71IGGlqlnSIMwhMAoGCCqGSM49BAMCA0gAMEUC
ICeoaCgjojeitW1jzRQlFFCM0sQAdh8jgE0g9j2cHr+AAiEA6KFALLcM62Am2UiY
G+UufL7H6bOxfQixVXqWNRR0PnA=
-----END CERTIFICATE-----
`;
const RSA_CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIDNDCCAp2gAwIBAgIBTTANBgkqhkiG9w0BAQsFADBYMQswCQYDVQQGEwJOWjEV
MBMGA1UECgwMRGVuaXplbiArIENvMRQwEgYDVQQDDAtleGFtcGxlLmNvbTEcMBoG
CSqGSIb3DQEJARYNYUBleGFtcGxlLmNvbTAgFw0yNjExMjEyMTM0MjNaGA8yMTI2
MTAyODIxMzQyM1owWDELMAkGA1UEBhMCTloxFTATBgNVBAoMDERlbml6ZW4gKyBD
bzEUMBIGA1UEAwwLZXhhbXBsZS5jb20xHDAaBgkqhkiG9w0BCQEWDWFAZXhhbXBs
ZS5jb20wgZ8wDQYJKoZIhvcNAQEBBQADgY0AMIGJAoGBAL2iu0O2Si8KAilODSun
tHHp6FMERQtB7WFx8kwsBUEGGy7O72oaIjCUTUFs4WZx1XdPM+WV1hz4B+VfWIyW
qF9ZvoWgoumTURsh2uFIumObsOdgg1jl2QYEB7F+j6kwXB3P/JHP2kD0NdAjQ3vz
vNkzPiwsSjdICJ4PP4MdpaXzAgMBAAGjggEKMIIBBjBNBgNVHREERjBEggtleGFt
cGxlLmNvbYINKi5leGFtcGxlLm9yZ4cECgAAAYENYUBleGFtcGxlLmNvbYYRaHR0
cDovL3guZXhhbXBsZS8wDgYDVR0PAQH/BAQDAgKEMB0GA1UdJQQWMBQGCCsGAQUF
BwMBBggrBgEFBQcDAjAPBgNVHRMBAf8EBTADAQH/MFYGCCsGAQUFBwEBBEowSDAg
BggrBgEFBQcwAYYUaHR0cDovL29jc3AuZXhhbXBsZS8wJAYIKwYBBQUHMAKGGGh0
dHA6Ly9jYS5leGFtcGxlL2NhLnBlbTAdBgNVHQ4EFgQUKVwaRZuVsLQ2ks2gjMA2
0T0J0SEwDQYJKoZIhvcNAQELBQADgYEArkxFwaULoUFqaTDuX3cJAuUAWRAgFblS
+HqXOVfQ9a6+1t0+W56zcWv7XQD+FoZBNWpGtCkt0sZ7PEIm5h3BCPp5BCNuJwbi
vifP/XgAS3neb52Xt5lWRc5k5fv6hCesbmEKREAl6cX4a/yCwKCoKItaW2w3TYrW
ryVtgnWr5kY=
-----END CERTIFICATE-----
`;
const LEAF = `-----BEGIN CERTIFICATE-----
MIIBSDCB8AIBBTAKBggqhkjOPQQDAjBYMQswCQYDVQQGEwJOWjEVMBMGA1UECgwM
RGVuaXplbiArIENvMRQwEgYDVQQDDAtleGFtcGxlLmNvbTEcMBoGCSqGSIb3DQEJ
ARYNYUBleGFtcGxlLmNvbTAgFw0yNjExMjEyMTM0MjNaGA8yMTI2MTAyODIxMzQy
M1owNzEZMBcGA1UEAwwQbGVhZi5leGFtcGxlLmNvbTEMMAoGA1UECwwDT25lMQww
CgYDVQQLDANUd28wKjAFBgMrZXADIQDEa+FFamTC7DfKDz+eX0hUcPNrpH9O4KoJ
GFQ2ujxNTDAKBggqhkjOPQQDAgNHADBEAiAtfBvHuRC0tayy7rTY2uyZwsBVDrI3
daN6t3qoLrgxAgIgGPWNzJCiGyp+Vq+S0Y7PHXd396c9+1UUQK3JHIKl6yI=
-----END CERTIFICATE-----
`;
const EC = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgCpIAOJU4bvy8BPt2
xhU9IAG/ZTu/CS1fCqF2s8OUoI+hRANCAAQY5TLJJOhXaJnKkIlN7HCj0RHVzdrr
0Z+7zWKd7PFn2zDlDnawCeoVkkij35vt1qDW4Qkyql19cO15Bwdhh2bW
-----END PRIVATE KEY-----
`;
const RSA = `-----BEGIN PRIVATE KEY-----
MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBAL2iu0O2Si8KAilO
DSuntHHp6FMERQtB7WFx8kwsBUEGGy7O72oaIjCUTUFs4WZx1XdPM+WV1hz4B+Vf
WIyWqF9ZvoWgoumTURsh2uFIumObsOdgg1jl2QYEB7F+j6kwXB3P/JHP2kD0NdAj
Q3vzvNkzPiwsSjdICJ4PP4MdpaXzAgMBAAECgYB4p+uCP5+fojyRz0lt9zxGJk9d
UqAjc4T3tSo28OM+5gWxmJSX65zJT/J/qCkZp1/sk4Yvk1AyClXryOhsOwdQ2o/t
M5X5z/oDw8SRZw8Vkok8MDCGRu1iJfQxmZBScb3oqf/rTzBKPivR5S6qvXFHROO7
PZbDVKURqfZKS2nOYQJBAOyX49UKFKBw3Pf4GAjwztSPm6mb7/l0E5mu/iDl2/z8
V3Ixt88cwJGV2Z3YeyTwWhvBB7v9H6jBonn6LWePjjkCQQDNMMzfSPAGEZfANniU
eJlMfBrlyswmyC1k916ei3XvYmmNPwmZ0nPbqyYFhNaRdDhUBFr16AhKJWkj45T8
TtWLAkBAWI7+Qd+aQxfV2QOwas3Vwbj0SBTcI1WxVoaHK/zIsViXFi6HhapZ7gdh
hp73TOc05SrVVeJmY0NtKT1wDPsBAkEApQ1lLxLvqCIMrFvkoKFlxsVpqYB4uZV6
FmZ5YRUTd8z01N5pLafA9Gl2eygApR4UlVivhnDwAhyXt3vAgzgywwJAbiBDsVZs
NMM/I5zyUdVoX89tBkrCmVIXldKM76vzBBI3S77Vt0MLiWIPvTqsaSvLLURByr7V
kgVCcubaJFRucQ==
-----END PRIVATE KEY-----
`;
const SPKAC = `MIIBPzCBqTCBnzANBgkqhkiG9w0BAQEFAAOBjQAwgYkCgYEAvaK7Q7ZKLwoCKU4NK6e0cenoUwRFC0HtYXHyTCwFQQYbLs7vahoiMJRNQWzhZnHVd08z5ZXWHPgH5V9YjJaoX1m+haCi6ZNRGyHa4Ui6Y5uw52CDWOXZBgQHsX6PqTBcHc/8kc/aQPQ10CNDe/O82TM+LCxKN0gIng8/gx2lpfMCAwEAARYFaGVsbG8wDQYJKoZIhvcNAQELBQADgYEAPz2Z5GQk1S34qNZeD6d8hnptNO5imBGFglymxblW15dbOJXaIilubCjDKZv7ZW4NcEpEslCm1oM3AlC49vn8r11CNRVDTvObYiaY/FwRqZ3YxpYLN7cJs2pfmybHtqdBld96s6Hg4hAne36JTP1p1v+5EhmCvWipujDiLrO3s2A=`;
const body = (pem) => Buffer.from(pem.replace(/-----[^-]*-----|\s/g, ""), "base64");
const failing = (call) => { try { return call(); } catch (e) { return `${e.name} ${e.code}: ${e.message}`; } };
const short = (value) => (Buffer.isBuffer(value) ? [value.length, crypto.hash("sha1", value)] : value);
const rows = {};
const MEMBERS = ["subject", "subjectAltName", "issuer", "issuerCertificate", "infoAccess", "validFrom", "validTo", "fingerprint", "fingerprint256", "fingerprint512", "keyUsage", "serialNumber", "raw", "ca", "validFromDate", "validToDate", "signatureAlgorithm"];
for (const [name, pem] of Object.entries({ ec: CERTIFICATE, rsa: RSA_CERTIFICATE, leaf: LEAF })) {
  for (const member of MEMBERS) rows[`${name} ${member}`] = () => short(new X509Certificate(pem)[member]);
  rows[`${name} publicKey`] = () => { const key = new X509Certificate(pem).publicKey; return [key.type, key.asymmetricKeyType, failing(() => key.equals(createPublicKey(pem))), short(key.export({ type: "spki", format: "der" }))]; };
  rows[`${name} toString`] = () => { const cert = new X509Certificate(pem); return [cert.toString() === pem, cert.toJSON() === pem, JSON.stringify(cert) === JSON.stringify(pem), crypto.hash("sha1", cert.toString())]; };
  rows[`${name} legacy`] = () => { const made = new X509Certificate(pem).toLegacyObject(); return Object.keys(made).map((key) => [key, short(made[key])]); };
}
const cert = () => new X509Certificate(CERTIFICATE);
Object.assign(rows, {
  "der": () => new X509Certificate(body(CERTIFICATE)).serialNumber,
  "typed array": () => new X509Certificate(new Uint8Array(body(CERTIFICATE))).serialNumber,
  "array buffer": () => new X509Certificate(new Uint8Array(body(CERTIFICATE)).buffer),
  "pem buffer": () => new X509Certificate(Buffer.from(CERTIFICATE)).serialNumber,
  "garbage": () => new X509Certificate("garbage"),
  "garbage buffer": () => new X509Certificate(Buffer.from("garbage")),
  "empty": () => new X509Certificate(""),
  "number": () => new X509Certificate(5),
  "key": () => new X509Certificate(EC),
  "der trailing": () => new X509Certificate(Buffer.concat([body(CERTIFICATE), Buffer.alloc(1)])).serialNumber,
  "without new": () => X509Certificate(CERTIFICATE),
  "host": () => ["example.com", "EXAMPLE.com", "www.example.com", "a.example.org", "a.b.example.org", "example.org", ".example.org", "other", "", "example.com."].map((name) => failing(() => cert().checkHost(name))),
  "host wildcards": () => [cert().checkHost("a.example.org", { wildcards: false }), cert().checkHost("a.example.org", { wildcards: true }), cert().checkHost("a.example.org", { partialWildcards: false }), cert().checkHost("a.example.org", { singleLabelSubdomains: true }), cert().checkHost("a.b.example.org", { multiLabelWildcards: true })],
  "host subject": () => ["always", "never", "default"].map((subject) => [failing(() => cert().checkHost("example.com", { subject })), failing(() => new X509Certificate(LEAF).checkHost("leaf.example.com", { subject }))]),
  "host subject wrong": () => cert().checkHost("example.com", { subject: "nope" }),
  "host options": () => [failing(() => cert().checkHost("x", { wildcards: 5 })), failing(() => cert().checkHost("x", 5)), failing(() => cert().checkHost("example.com", null)), failing(() => cert().checkHost("x", { subject: 5 })), failing(() => cert().checkHost("x", { multiLabelWildcards: 5 })), failing(() => cert().checkHost("x", { partialWildcards: 5 })), failing(() => cert().checkHost("x", { singleLabelSubdomains: 5 }))],
  "host number": () => cert().checkHost(5),
  "host without names": () => new X509Certificate(LEAF).checkHost("leaf.example.com"),
  "email": () => ["a@example.com", "A@example.com", "a@EXAMPLE.com", "b@example.com", ""].map((name) => failing(() => cert().checkEmail(name))),
  "email subject": () => ["always", "never", "default"].map((subject) => failing(() => cert().checkEmail("a@example.com", { subject }))),
  "ip": () => ["10.0.0.1", "10.0.0.2", "::1", "nope", ""].map((name) => failing(() => cert().checkIP(name))),
  "ip number": () => cert().checkIP(5),
  "issued": () => [new X509Certificate(LEAF).checkIssued(cert()), cert().checkIssued(cert()), cert().checkIssued(new X509Certificate(LEAF)), new X509Certificate(RSA_CERTIFICATE).checkIssued(cert())],
  "issued wrong": () => cert().checkIssued({}),
  "private key": () => [cert().checkPrivateKey(createPrivateKey(EC)), cert().checkPrivateKey(createPrivateKey(RSA))],
  "private key wrong": () => cert().checkPrivateKey(createPublicKey(EC)),
  "private key pem": () => cert().checkPrivateKey(EC),
  "verify": () => [cert().verify(createPublicKey(EC)), new X509Certificate(LEAF).verify(createPublicKey(EC)), cert().verify(createPublicKey(RSA)), new X509Certificate(RSA_CERTIFICATE).verify(createPublicKey(RSA))],
  "verify own key": () => [cert().verify(cert().publicKey), new X509Certificate(LEAF).verify(cert().publicKey), new X509Certificate(RSA_CERTIFICATE).verify(new X509Certificate(RSA_CERTIFICATE).publicKey), cert().publicKey.equals(cert().publicKey), new X509Certificate(RSA_CERTIFICATE).publicKey.equals(cert().publicKey)],
  "verify web key": async () => { const key = crypto.KeyObject.from(await globalThis.crypto.subtle.importKey("spki", createPublicKey(EC).export({ type: "spki", format: "der" }), { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"])); return [cert().verify(key), key.equals(cert().publicKey), key.equals(createPublicKey(EC))]; },
  "private web key": async () => { const key = crypto.KeyObject.from(await globalThis.crypto.subtle.importKey("pkcs8", body(EC), { name: "ECDSA", namedCurve: "P-256" }, true, ["sign"])); return [cert().checkPrivateKey(key), new X509Certificate(RSA_CERTIFICATE).checkPrivateKey(key), key.equals(createPrivateKey(EC))]; },
  "web keys equal": async () => { const load = async () => crypto.KeyObject.from(await globalThis.crypto.subtle.importKey("pkcs8", body(EC), { name: "ECDSA", namedCurve: "P-256" }, true, ["sign"])); return (await load()).equals(await load()); },
  "own key used": async () => { const key = cert().publicKey; return [crypto.verify("sha256", Buffer.from("x"), key, crypto.sign("sha256", Buffer.from("x"), EC)), key.asymmetricKeyDetails, JSON.stringify(key.export({ format: "jwk" })), key.toCryptoKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["verify"]).algorithm]; },
  "own rsa key used": async () => { const key = new X509Certificate(RSA_CERTIFICATE).publicKey; return [crypto.verify("sha256", Buffer.from("x"), key, crypto.sign("sha256", Buffer.from("x"), RSA)), key.asymmetricKeyDetails, key.export({ type: "pkcs1", format: "pem" }).split("\n")[0], String(crypto.privateDecrypt(RSA, crypto.publicEncrypt(key, Buffer.from("x"))))]; },
  "web secret equals": async () => { const key = crypto.KeyObject.from(await globalThis.crypto.subtle.importKey("raw", Buffer.from("0123456789abcdef"), "AES-GCM", true, ["encrypt"])); const hmac = crypto.KeyObject.from(await globalThis.crypto.subtle.importKey("raw", Buffer.from("0123456789abcdef"), { name: "HMAC", hash: "SHA-1" }, true, ["sign"])); return [key.equals(crypto.createSecretKey("0123456789abcdef")), crypto.createSecretKey("0123456789abcdef").equals(key), key.equals(key), key.equals(hmac)]; },
  "verify wrong": () => cert().verify(createPrivateKey(EC)),
  "verify private": () => cert().verify(EC),
  "members": () => { const c = cert(); return [Object.keys(c), String(c), c.raw === c.raw, c.publicKey === c.publicKey, Object.prototype.toString.call(c)]; },
  "on other": () => Object.getOwnPropertyDescriptor(X509Certificate.prototype, "subject").get.call({}),
  "inspect": () => inspect(cert()).split("\n")[0],
  "clone": () => structuredClone(cert()),
  "spkac verify": () => [Certificate.verifySpkac(SPKAC), Certificate.verifySpkac(Buffer.from(SPKAC)), new Certificate().verifySpkac(SPKAC), Certificate().verifySpkac(SPKAC)],
  "spkac key": () => { const key = Certificate.exportPublicKey(SPKAC); return [Buffer.isBuffer(key), crypto.hash("sha1", key), String(key).split("\n")[0]]; },
  "spkac challenge": () => [String(Certificate.exportChallenge(SPKAC)), String(Certificate.exportChallenge(Buffer.from(SPKAC)))],
  "spkac garbage": () => [failing(() => Certificate.verifySpkac("garbage")), failing(() => Certificate.exportPublicKey("garbage")), failing(() => Certificate.exportChallenge("garbage"))],
  "spkac empty": () => [failing(() => Certificate.verifySpkac("")), failing(() => Certificate.exportPublicKey("")), failing(() => Certificate.exportChallenge(""))],
  "spkac newline": () => [failing(() => Certificate.verifySpkac(`${SPKAC}\n`)), failing(() => String(Certificate.exportChallenge(`${SPKAC}\n`)))],
  "spkac changed": () => Certificate.verifySpkac(`${SPKAC.slice(0, 60)}${SPKAC[60] === "A" ? "B" : "A"}${SPKAC.slice(61)}`),
  "spkac number": () => Certificate.verifySpkac(5),
  "spkac encoding": () => Certificate.verifySpkac(Buffer.from(SPKAC).toString("hex"), "hex"),
  "spkac object": () => [Certificate() instanceof Certificate, Object.keys(new Certificate())],
  "add rem": () => [[60n, 59n], [24n, 23n], [12n, 11n], [2n, 1n], [4n, 3n], [10n, 3n], [12n, 7n]].map(([add, rem]) => failing(() => crypto.generatePrimeSync(32, { add, rem, bigint: true }) % add)),
  "add rem safe": () => [[60n, 59n], [24n, 23n], [12n, 11n], [2n, 1n], [4n, 3n], [10n, 3n], [12n, 7n]].map(([add, rem]) => failing(() => crypto.generatePrimeSync(32, { add, rem, bigint: true, safe: true }) % add)),
  "rem alone": () => failing(() => crypto.generatePrimeSync(32, { rem: 5n }).byteLength),
});

export default {
  async fetch() {
    const { row, response } = table();
    for (const [label, value] of Object.entries(rows)) await row(label, value);
    return response();
  },
};
