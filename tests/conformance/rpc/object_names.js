// Names of objects that UTF-8 cannot write: each has an id of its own.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

export class Named extends DurableObject {
  ownName() {
    return this.ctx.id.name;
  }
}

export default {
  async fetch(_request, env) {
    const { row, response } = table();
    const names = { high: "\ud800", low: "\udfff", replacement: "\ufffd", "three of them": "\ufffd\ufffd\ufffd", pair: "\ud83d\ude00", among: "a\ud800b" };
    for (const [label, name] of Object.entries(names)) {
      await row(`${label}: name`, () => [env.Named.idFromName(name).name, env.Named.getByName(name).name, env.Named.get(env.Named.idFromName(name)).name]);
      await row(`${label}: in the object`, () => env.Named.getByName(name).ownName());
      await row(`${label}: as`, () => Object.keys(names).filter((other) => env.Named.idFromName(names[other]).equals(env.Named.idFromName(name))));
    }
    return response();
  },
};
