// Compatibility flags whose two sides only denizen can be asked for in one Worker: facets have no alarms in workerd.
import assert from "node:assert";
import { DurableObject } from "cloudflare:workers";

const TENANT = `
import { DurableObject } from "cloudflare:workers";
export class App extends DurableObject {
  alarm() {}
  async left() {
    await this.ctx.storage.put("a", 1);
    await this.ctx.storage.setAlarm(Date.now() + 1e6);
    await this.ctx.storage.deleteAll();
    return [await this.ctx.storage.getAlarm() !== null, await this.ctx.storage.get("a")];
  }
}
export default {};`;

export class Host extends DurableObject {
  left(date, flags) {
    const worker = this.env.LOADER.load({ compatibilityDate: date, compatibilityFlags: flags, mainModule: "main.js", modules: { "main.js": TENANT } });
    return this.ctx.facets.get(`${date}${flags}`, () => ({ class: worker.getDurableObjectClass("App") })).left();
  }
}

// delete_all_deletes_alarm
export const deleteAllAndAlarms = {
  async test(_controller, env) {
    const host = env.Host.getByName("host");
    assert.deepStrictEqual(await host.left("2026-02-23", []), [true, undefined]);
    assert.deepStrictEqual(await host.left("2026-02-24", []), [false, undefined]);
    assert.deepStrictEqual(await host.left("2026-02-24", ["delete_all_preserves_alarm"]), [true, undefined]);
    assert.deepStrictEqual(await host.left("2026-02-23", ["delete_all_deletes_alarm"]), [false, undefined]);
  },
};
