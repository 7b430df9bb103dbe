// node:net, node:tls and node:dns as far as they need no socket: addresses, lists of them, certificates' names, checks of arguments.
import { table } from "../table.js";
import dns from "node:dns";
import dnsPromises from "node:dns/promises";
import net from "node:net";
import tls from "node:tls";
import { translatePeerCertificate } from "node:_tls_common";
import { inspect } from "node:util";

const { row, response } = table();
const failing = (label, make) => row(label, async () => {
  try {
    return await make();
  } catch (error) {
    return [error.name, error.code, error.message];
  }
});

export default {
  async fetch() {
    for (const value of ["1.2.3.4", "::1", "1.2.3", "01.2.3.4", "1.2.3.256", "::ffff:1.2.3.4", "fe80::1%eth0", "fe80::1%", "x", "", null, 5, undefined, "1::2::3", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:9", "::", "12345::", "1:2:3:4:5:6:1.2.3.4", "1.2.3.4::", "1:2:3:4:5:6:7::"]) {
      await row(`isIP ${value}`, () => [net.isIP(value), net.isIPv4(value), net.isIPv6(value)]);
    }
    const list = new net.BlockList();
    list.addAddress("1.2.3.4");
    list.addRange("1.2.3.10", "1.2.3.20");
    list.addSubnet("10.0.0.0", 8);
    list.addAddress("::1", "ipv6");
    list.addRange("fe80::1", "fe80::ff", "ipv6");
    list.addSubnet("2001:db8::", 33, "ipv6");
    await row("BlockList rules", () => [list.rules, JSON.stringify(list)]);
    for (const args of [["1.2.3.4"], ["1.2.3.5"], ["1.2.3.15"], ["10.9.9.9"], ["11.0.0.0"], ["::1", "ipv6"], ["::2", "ipv6"], ["fe80::10", "ipv6"], ["2001:db8::5", "ipv6"], ["2001:db8:8000::5", "ipv6"], ["::ffff:1.2.3.4", "ipv6"], ["::1"], ["x"], ["1.2.3.4", "ipv6"], ["1.2.3.4", "IPv4"], [5]]) {
      await failing(`BlockList check ${args}`, () => list.check(...args));
    }
    for (const [name, ...args] of [["addAddress", "x"], ["addAddress", "1.2.3.4", "ipv6"], ["addAddress", "1.2.3.4", "nope"], ["addAddress", 5], ["addRange", "1.2.3.4", "1.2.3.1"], ["addRange", "x", "y"], ["addRange", "1.1.1.1", 5], ["addSubnet", "1.2.3.4", "8"], ["addSubnet", "1.2.3.4", 33], ["addSubnet", "1.2.3.4", -1], ["addSubnet", "::", 129, "ipv6"], ["addSubnet", "x", 8], ["addSubnet", "1.2.3.4", 8.5], ["fromJSON", "x"], ["fromJSON", 5], ["fromJSON", ["nope"]]]) {
      await failing(`BlockList ${name} ${JSON.stringify(args)}`, () => new net.BlockList()[name](...args));
    }
    await row("BlockList fromJSON", () => { const made = new net.BlockList(); made.fromJSON(list.toJSON()); return made.rules; });
    await row("BlockList of addresses", () => { const made = new net.BlockList(); const address = new net.SocketAddress({ address: "5.5.5.5" }); made.addAddress(address); return [made.check("5.5.5.5"), made.check(address), net.BlockList.isBlockList(made), net.BlockList.isBlockList({})]; });
    for (const options of [undefined, {}, { address: "1.2.3.4", port: 80 }, { family: "ipv6" }, { family: "ipv6", address: "::1", flowlabel: 5, port: 1 }, { family: "IPv4" }, { family: "x" }, { address: "x" }, { address: "::1" }, { port: -1 }, { port: 70000 }, { port: "80" }, { port: "x" }, { flowlabel: -1 }, { flowlabel: 2 ** 20 }, { address: 5 }, 5, null]) {
      await failing(`SocketAddress ${JSON.stringify(options)}`, () => new net.SocketAddress(options).toJSON());
    }
    for (const input of ["1.2.3.4", "1.2.3.4:80", "1.2.3.4:8080", "[::1]:443", "[::1]", "::1", "x", "", "1.2.3.4:99999", 5, "http://1.2.3.4", "1.2.3.4/x", "0x7f.1:81"]) {
      await failing(`SocketAddress.parse ${input}`, () => net.SocketAddress.parse(input)?.toJSON());
    }
    await row("SocketAddress inspected", () => [inspect(new net.SocketAddress({ port: 5 })), net.SocketAddress.isSocketAddress(new net.SocketAddress()), net.SocketAddress.isSocketAddress({})]);
    for (const args of [[], [80], ["80"], [80, "h"], ["/p"], [{ port: 1 }], [80, "h", () => 1], [() => 1], ["x"], [null]]) {
      await row(`_normalizeArgs ${JSON.stringify(args)}`, () => { const made = net._normalizeArgs(args); return [made[0], typeof made[1], made.length]; });
    }
    for (const value of [true, false, 5, undefined]) await failing(`autoSelectFamily ${value}`, () => [net.setDefaultAutoSelectFamily(value), net.getDefaultAutoSelectFamily()]);
    for (const value of [5, 100, 0, "x", 1.5]) await failing(`autoSelectFamilyAttemptTimeout ${value}`, () => [net.setDefaultAutoSelectFamilyAttemptTimeout(value), net.getDefaultAutoSelectFamilyAttemptTimeout()]);

    for (const options of [undefined, {}, { allowHalfOpen: true }, { fd: 5 }, { objectMode: true }, { timeout: 5 }]) {
      await failing(`Socket ${JSON.stringify(options)}`, () => { const { allowHalfOpen, bufferSize, bytesRead, bytesWritten, connecting, destroyed, pending, readable, readyState, remoteAddress, writable } = new net.Socket(options); return [readyState, pending, connecting, destroyed, readable, writable, allowHalfOpen, bytesRead, bytesWritten, remoteAddress, bufferSize]; });
    }
    for (const args of [[], [{}], [-1], [70000], ["x"], [{ port: "x" }], [{ path: "/x" }], ["/x"], [{ port: 1, localAddress: "x" }], [{ port: 1, localPort: "x" }], [{ port: 1, lookup: 5 }], [null]]) {
      await failing(`Socket connect ${JSON.stringify(args)}`, () => new net.Socket().connect(...args));
      await failing(`connect ${JSON.stringify(args)}`, () => net.connect(...args));
    }
    for (const args of [[-1], ["x"], [5, 5]]) await failing(`Socket setTimeout ${args}`, () => new net.Socket().setTimeout(...args));
    await row("Socket answers", () => { const socket = new net.Socket(); return [socket.setTimeout(0) === socket, socket.timeout, socket.setNoDelay() === socket, socket.setKeepAlive() === socket, socket.address(), socket.pause() === socket, socket instanceof net.Stream]; });
    await row("Socket write", () => new Promise((resolve) => { const socket = new net.Socket(); socket.on("error", () => {}); socket.write("x", (error) => resolve([error.code, error.message])); }));
    await row("Socket destroy", () => new Promise((resolve) => { const socket = new net.Socket(); socket.on("close", (hadError) => resolve(["close", hadError])); socket.destroy(); }));
    for (const args of [[], [{}], [5], [() => 1], [{ allowHalfOpen: true }, () => 1], ["x"]]) {
      await failing(`createServer ${JSON.stringify(args)}`, () => { const server = net.createServer(...args); return [server.listening, server.listenerCount("connection"), server.address(), server.allowHalfOpen]; });
    }

    for (const protocols of [["h2", "http/1.1"], new Uint8Array([1, 2]), ["x".repeat(300)], [], 5]) {
      await failing(`convertALPNProtocols ${String(protocols).slice(0, 20)}`, () => { const out = {}; tls.convertALPNProtocols(protocols, out); return out.ALPNProtocols; });
    }
    for (const [host, certificate] of [["a.com", { subject: { CN: "a.com" } }], ["a.com", { subject: { CN: "b.com" } }], ["x.a.com", { subject: {}, subjectaltname: "DNS:*.a.com" }], ["x.y.a.com", { subject: {}, subjectaltname: "DNS:*.a.com" }], ["1.2.3.4", { subject: {}, subjectaltname: "IP Address:1.2.3.4" }], ["1.2.3.4", { subject: {}, subjectaltname: "IP Address:1.2.3.5" }], ["a.com", { subject: {}, subjectaltname: "DNS:b.com, DNS:a.com" }], ["a.com", { subject: {}, subjectaltname: "DNS:b.com" }], ["a.com", {}], ["a.com.", { subject: { CN: ["b.com", "A.com"] } }], ["a.com", { subject: { CN: "*.com" } }], ["a.com", { subject: {}, subjectaltname: "URI:http://a.com" }], ["x.a.com", { subject: {}, subjectaltname: "DNS:x*.a.com" }], ["xn--a.a.com", { subject: {}, subjectaltname: "DNS:xn--*.a.com" }], ["a.com", { subject: {}, subjectaltname: 'DNS:"a.com", DNS:c.com' }]]) {
      await row(`checkServerIdentity ${host} ${JSON.stringify(certificate)}`, () => { const error = tls.checkServerIdentity(host, certificate); return error && [error.code, error.message, error.reason === error.message, error.host, error.cert === certificate]; });
    }
    for (const name of ["getCiphers", "createSecurePair", "createServer"]) await failing(`tls.${name}`, () => tls[name]());
    await failing("tls.Server", () => new tls.Server());
    await row("tls.createSecureContext", () => { const made = tls.createSecureContext({ minVersion: "x" }); return [made instanceof tls.SecureContext, Object.keys(made), tls.SecureContext() instanceof tls.SecureContext]; });
    for (const args of [[], [{}], ["/x"], [{ path: "/x" }], [{ port: 80, socket: {} }]]) await failing(`tls.connect ${JSON.stringify(args)}`, () => tls.connect(...args));
    for (const certificate of [undefined, null, { a: 1 }, { infoAccess: "a:b\na:c:d\ne:f" }]) await row(`translatePeerCertificate ${JSON.stringify(certificate)}`, () => translatePeerCertificate(certificate));
    await row("tls constants", () => [tls.CLIENT_RENEG_LIMIT, tls.CLIENT_RENEG_WINDOW, tls.DEFAULT_CIPHERS, tls.DEFAULT_ECDH_CURVE, tls.DEFAULT_MAX_VERSION, tls.DEFAULT_MIN_VERSION, tls.rootCertificates]);

    for (const name of ["resolve4", "resolve6", "resolveCaa", "resolveCname", "resolveMx", "resolveNaptr", "resolveNs", "resolvePtr", "resolveSoa", "resolveSrv", "resolveTxt", "resolveAny", "reverse"]) {
      await failing(`dns.promises.${name}(5)`, () => dnsPromises[name](5));
      await failing(`dns.${name}(5)`, () => dns[name](5));
      await failing(`Resolver.${name}(5)`, () => new dns.Resolver()[name](5));
      await failing(`promises.Resolver.${name}(5)`, () => new dnsPromises.Resolver()[name](5));
    }
    for (const type of [undefined, 5, "NOPE"]) await failing(`dns.promises.resolve ${type}`, () => dnsPromises.resolve("x", type));
    for (const args of [[], [5], [""], ["127.0.0.1"], ["::1"], ["127.0.0.1", { all: true }], ["127.0.0.1", 6], ["x", { family: 5 }], ["x", { hints: 1 }], ["x", { all: 5 }], ["x", { order: "x" }], ["x", { verbatim: 5 }], ["x", "y"], ["x", 7], [null], ["", { all: true }], ["127.0.0.1", { family: "IPv4" }]]) {
      await failing(`dns.promises.lookup ${JSON.stringify(args)}`, () => dnsPromises.lookup(...args));
      await failing(`dns.lookup ${JSON.stringify(args)}`, () => new Promise((resolve) => dns.lookup(...args, (...answer) => resolve(answer))));
    }
    await failing("dns.lookup without callback", () => dns.lookup("x"));
    await failing("dns.lookupService", () => dnsPromises.lookupService("127.0.0.1", 80));
    await row("dns.lookupService with callback", () => new Promise((resolve) => dns.lookupService("127.0.0.1", 80, (error) => resolve(error.message))));
    for (const order of ["ipv6first", "verbatim", "x", 5]) await failing(`dns.setDefaultResultOrder ${order}`, () => [dns.setDefaultResultOrder(order), dns.getDefaultResultOrder(), dnsPromises.getDefaultResultOrder()]);
    for (const name of ["cancel", "setLocalAddress", "setServers", "getServers"]) { await failing(`Resolver.${name}`, () => new dns.Resolver()[name]()); await failing(`promises.Resolver.${name}`, () => new dnsPromises.Resolver()[name]()); }
    await row("dns.promises", () => [Object.prototype.toString.call(dns.promises), Object.getPrototypeOf(dns.promises), dns.promises.resolve4 === dnsPromises.resolve4]);
    return response();
  },
};
