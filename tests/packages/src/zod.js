// zod: parsing, coercion, transforms, unions, refinement, messages, JSON Schema, both of its forms.
import * as z from "zod";
import * as mini from "zod/mini";

import { table } from "../../conformance/table.js";

const User = z.object({
  id: z.uuid(),
  email: z.email(),
  age: z.coerce.number().int().min(18).optional(),
  tags: z.array(z.string().trim().toLowerCase()).default([]),
  born: z.iso.date().transform((text) => new Date(text)),
  role: z.enum(["admin", "user"]).catch("user"),
  address: z.strictObject({ street: z.string().min(1), zip: z.string().regex(/^\d{5}$/) }).partial(),
});
const Shape = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("circle"), radius: z.number().positive() }),
  z.object({ kind: z.literal("square"), side: z.number().multipleOf(0.5) }),
]);
const Tree = z.object({ value: z.number(), get children() { return z.array(Tree); } });
const Password = z.object({ a: z.string(), b: z.string() }).refine(({ a, b }) => a === b, { path: ["b"], error: "differ" });

const good = { id: "0f0e9bb6-32b6-4a1c-9d4c-0d5f3a0f1c11", email: "a@b.co", age: "42", tags: [" A "], born: "1990-01-02", role: "x", address: { zip: "12345" } };

export default {
  async fetch() {
    const { row, response } = table();
    const failures = (schema, value) => {
      const { error } = schema.safeParse(value);
      return error.issues.map((issue) => `${issue.path.join(".")}: ${issue.code}: ${issue.message}`);
    };
    await row("user", () => User.parse(good));
    await row("user refused", () => failures(User, { id: "x", email: "y", age: 3.5, tags: [1], born: "soon", address: { zip: "1", more: 1 } }));
    await row("thrown", () => z.string().parse(1));
    await row("circle", () => Shape.parse({ kind: "circle", radius: 2, extra: 1 }));
    await row("square", () => failures(Shape, { kind: "square", side: 0.7 }));
    await row("no such kind", () => failures(Shape, { kind: "line" }));
    await row("tree", () => Tree.parse({ value: 1, children: [{ value: 2, children: [] }] }));
    await row("tree refused", () => failures(Tree, { value: 1, children: [{ value: "2", children: 3 }] }));
    await row("refined", () => failures(Password, { a: "x", b: "y" }));
    await row("asynchronous", () => z.string().refine(async (text) => text === "yes").parseAsync("no"));
    await row("pipe", () => z.string().pipe(z.transform(Number)).pipe(z.number().max(5)).safeParse("6").error.issues.length);
    await row("map and set", () => z.map(z.string(), z.set(z.bigint())).parse(new Map([["a", new Set([1n])]])));
    await row("record", () => z.record(z.enum(["a", "b"]), z.number()).safeParse({ a: 1 }).success);
    await row("template", () => z.templateLiteral(["v", z.number(), ".", z.enum(["x", "y"])]).safeParse("v1.x").success);
    await row("instance", () => failures(z.instanceof(URL), "http://x"));
    await row("file", () => z.file().max(3).mime("text/plain").safeParse(new File(["abcd"], "a", { type: "text/plain" })).error.issues[0].message);
    await row("url, base64, ip", () => ["http://a b", "https://a.test/x"].map((text) => z.url().safeParse(text).success).concat(z.base64().safeParse("YQ==").success, z.ipv6().safeParse("::1").success));
    await row("pretty", () => z.prettifyError(User.safeParse({}).error));
    await row("tree of errors", () => z.treeifyError(Password.safeParse({ a: 1 }).error));
    await row("JSON Schema", () => z.toJSONSchema(User.omit({ born: true })));
    await row("codec", () => z.codec(z.string(), z.date(), { decode: (text) => new Date(text), encode: (date) => date.toISOString() }).encode(new Date(0)));
    await row("brand and readonly", () => Object.isFrozen(z.array(z.number()).brand("x").readonly().parse([1])));
    await row("locale", () => {
      z.config(z.locales.de());
      const messages = failures(z.string().min(3), "a");
      z.config(z.locales.en());
      return messages;
    });
    await row("mini", () => mini.safeParse(mini.object({ a: mini.optional(mini.string().check(mini.minLength(2))) }), { a: "x" }).error.issues[0].code);
    return response();
  },
};
