// valibot: pipes, unions, issues, asynchronous schemas.
import * as v from "valibot";

import { table } from "../../conformance/table.js";

const Login = v.object({
  email: v.pipe(v.string(), v.trim(), v.email("no address")),
  password: v.pipe(v.string(), v.minLength(8), v.regex(/[0-9]/u, "no digit")),
  remember: v.optional(v.boolean(), false),
  since: v.pipe(v.string(), v.isoTimestamp(), v.transform((text) => new Date(text))),
});

export default {
  async fetch() {
    const { row, response } = table();
    const issues = (schema, value) => v.flatten(v.safeParse(schema, value).issues);
    await row("login", () => v.parse(Login, { email: " a@b.co ", password: "12345678", since: "2020-01-01T00:00:00.000Z" }));
    await row("refused", () => issues(Login, { email: "x", password: "short", remember: "yes", since: "now" }));
    await row("thrown", () => v.parse(v.number(), "1"));
    await row("variant", () => issues(v.variant("type", [v.object({ type: v.literal("a"), n: v.number() }), v.object({ type: v.literal("b") })]), { type: "a" }));
    await row("union", () => issues(v.union([v.string(), v.bigint()]), null));
    await row("strict", () => issues(v.strictObject({ a: v.string() }), { a: "x", b: 1 }));
    await row("record, map, set, tuple", () => [
      v.parse(v.record(v.string(), v.number()), { a: 1 }),
      v.parse(v.map(v.string(), v.date()), new Map([["a", new Date(5)]])),
      v.parse(v.set(v.picklist(["x"])), new Set(["x"])),
      v.parse(v.looseTuple([v.number()]), [1, 2]),
    ]);
    await row("words and graphemes", () => [v.is(v.pipe(v.string(), v.graphemes(2)), "e\u0301\u{1f469}\u200d\u{1f680}"), v.is(v.pipe(v.string(), v.words("en", 3)), "one two three")]);
    await row("blob", () => issues(v.pipe(v.blob(), v.mimeType(["image/png"]), v.maxSize(1)), new Blob(["ab"], { type: "text/plain" })));
    await row("asynchronous", () => v.parseAsync(v.pipeAsync(v.string(), v.checkAsync(async (text) => text === "b", "not b")), "a"));
    await row("fallback and partial", () => [v.parse(v.fallback(v.number(), 7), "x"), v.parse(v.partial(v.object({ a: v.string() })), {})]);
    await row("formats", () => [
      v.is(v.pipe(v.string(), v.url()), "https://a.test"), v.is(v.pipe(v.string(), v.uuid()), "x"), v.is(v.pipe(v.string(), v.ipv6()), "::1"),
      v.is(v.pipe(v.string(), v.emoji()), "\u{1f600}"), v.is(v.pipe(v.string(), v.creditCard()), "4111 1111 1111 1111"),
    ]);
    return response();
  },
};
