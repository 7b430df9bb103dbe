// What isolation.mjs runs: quiet objects, and an object with a facet of a hostile loaded class.

import { DurableObject } from "cloudflare:workers";

const HOSTILE = `
  import { DurableObject } from "cloudflare:workers";
  export class Hostile extends DurableObject {
    burn() {
      for (let n = 0; n < 4e7; n++) Math.sqrt(n);
      return "burnt";
    }
    loop() {
      for (;;) {}
    }
    memory() {
      const all = [];
      for (;;) all.push(new Array(10_000).fill(all.length));
    }
    quota() {
      const sql = this.ctx.storage.sql;
      sql.exec("CREATE TABLE IF NOT EXISTS t (b BLOB)");
      for (;;) sql.exec("INSERT INTO t VALUES (randomblob(1000000))");
    }
  }
`;

export class Quiet extends DurableObject {
  fetch() {
    const value = this.ctx.storage.kv.get("value");
    if (value === undefined) this.ctx.storage.kv.put("value", 1);
    return new Response("quiet");
  }
}

export class Supervisor extends DurableObject {
  async attack(kind, cpuMs) {
    const facet = this.ctx.facets.get("hostile", () => {
      const modules = { "hostile.js": HOSTILE };
      const code = { compatibilityDate: "2026-11-17", mainModule: "hostile.js", modules, globalOutbound: null, limits: { cpuMs } };
      return { class: this.env.LOADER.get("hostile", () => code).getDurableObjectClass("Hostile") };
    });
    try {
      return await facet[kind]();
    } catch (error) {
      return `stopped: ${error.message}`;
    }
  }
}

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/hello") return new Response("Hello, World!");
    if (pathname === "/id") return new Response(env[searchParams.get("class")].idFromName(searchParams.get("name")).toString());
    if (pathname === "/quiet") return env.Quiet.getByName(searchParams.get("name")).fetch(request);
    const supervisor = env.Supervisor.getByName("attacker");
    return new Response(await supervisor.attack(searchParams.get("kind"), Number(searchParams.get("cpuMs"))));
  },
};
