// Durable Object namespaces, ids and stubs: shapes, equality, refused inputs.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

export class Thing extends DurableObject {
  describe() {
    const { id } = this.ctx;
    return { text: String(id).length, name: id.name, keys: Object.keys(id), tag: Object.prototype.toString.call(id) };
  }
  echo(value) {
    return value;
  }
}
export class Other extends DurableObject {}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const id = env.Thing.idFromName("one");
    await row("namespace tag", () => Object.prototype.toString.call(env.Thing));
    await row("env keys", () => Object.keys(env).sort());
    await row("id tag", () => Object.prototype.toString.call(id));
    await row("id text", () => [id.toString().length, /^[0-9a-f]{64}$/.test(id.toString())]);
    await row("id template", () => `${id}` === id.toString());
    await row("id name", () => id.name);
    await row("id jurisdiction", () => id.jurisdiction);
    await row("id JSON", () => JSON.stringify(id).replace(/[0-9a-f]{64}/, "…"));
    await row("same name equal", () => [id.equals(env.Thing.idFromName("one")), id === env.Thing.idFromName("one")]);
    await row("other name equal", () => id.equals(env.Thing.idFromName("two")));
    await row("other namespace equal", () => id.equals(env.Other.idFromName("one")));
    await row("from string", () => { const again = env.Thing.idFromString(id.toString()); return [again.equals(id), again.name]; });
    await row("from string upper case", () => env.Thing.idFromString(id.toString().toUpperCase()).equals(id));
    await row("from string short", () => env.Thing.idFromString("abc"));
    await row("from string not hex", () => env.Thing.idFromString("z".repeat(64)));
    await row("from string forged", () => env.Thing.idFromString("0".repeat(64)));
    await row("from string of other", () => env.Thing.idFromString(env.Other.idFromName("one").toString()));
    await row("unique", () => { const unique = env.Thing.newUniqueId(); return [unique.name, unique.equals(env.Thing.newUniqueId()), unique.toString().length]; });
    await row("unique from string", () => { const unique = env.Thing.newUniqueId(); return env.Thing.idFromString(unique.toString()).equals(unique); });
    await row("empty name", () => env.Thing.idFromName("").name);
    await row("number name", () => env.Thing.idFromName(5).equals(env.Thing.idFromName("5")));
    const stub = env.Thing.get(id);
    await row("stub keys", () => Object.keys(stub).sort());
    await row("stub name", () => stub.name);
    await row("stub id", () => [stub.id.equals(id), stub.id.name]);
    await row("stub typeof", () => typeof stub);
    await row("stub member types", () => [typeof stub.fetch, typeof stub.connect, typeof stub.anything]);
    await row("getByName", () => { const named = env.Thing.getByName("one"); return [named.id.equals(id), named.name]; });
    await row("get of a string", () => env.Thing.get("one"));
    await row("get nothing", () => env.Thing.get());
    await row("location hint", () => env.Thing.get(id, { locationHint: "weur" }).name);
    await row("id over rpc", () => stub.echo(id));
    await row("stub over rpc", async () => { const back = await stub.echo(env.Other.getByName("x")); return Object.prototype.toString.call(back); });
    await row("namespace over rpc", () => stub.echo(env.Thing));
    return response();
  },
};
