// drizzle-orm over the storage of a Durable Object: migrations, typed columns, joins, relations, transactions, errors.
import { DurableObject } from "cloudflare:workers";
import { count, desc, eq, gt, relations, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/durable-sqlite";
import { migrate } from "drizzle-orm/durable-sqlite/migrator";
import { blob, integer, real, sqliteTable, text } from "drizzle-orm/sqlite-core";

import { table } from "../../conformance/table.js";

const users = sqliteTable("users", {
  id: integer().primaryKey({ autoIncrement: true }),
  name: text().notNull().unique(),
  details: text({ mode: "json" }),
  since: integer({ mode: "timestamp" }),
  active: integer({ mode: "boolean" }).default(true),
  avatar: blob(),
  score: real(),
});
const posts = sqliteTable("posts", { id: integer().primaryKey(), author: integer().references(() => users.id), body: text() });
const usersRelations = relations(users, ({ many }) => ({ posts: many(posts) }));
const postsRelations = relations(posts, ({ one }) => ({ user: one(users, { fields: [posts.author], references: [users.id] }) }));

const migrations = {
  journal: { entries: [{ idx: 0, when: 1, tag: "0000_first", breakpoints: true }, { idx: 1, when: 2, tag: "0001_second", breakpoints: true }] },
  migrations: {
    m0000: `CREATE TABLE users (id integer PRIMARY KEY AUTOINCREMENT, name text NOT NULL UNIQUE, details text, since integer, active integer DEFAULT true, avatar blob, score real);
--> statement-breakpoint
CREATE TABLE posts (id integer PRIMARY KEY, author integer REFERENCES users(id), body text);`,
    m0001: "CREATE INDEX posts_by_author ON posts (author);",
  },
};

export class Drizzle extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    this.db = drizzle(ctx.storage, { schema: { users, posts, usersRelations, postsRelations } });
    ctx.blockConcurrencyWhile(() => migrate(this.db, migrations));
  }

  async fetch() {
    const { db } = this;
    const { row, response } = table();
    const avatar = new Uint8Array([1, 2, 3]).buffer;
    await row("insert", () => db.insert(users).values([{ name: "Ada", details: { x: [1] }, since: new Date(5000), score: 1.5 }, { name: "Bob", active: false, avatar: Buffer.from(avatar) }]).returning({ id: users.id, name: users.name, details: users.details, since: users.since, active: users.active, score: users.score }));
    await row("blob", async () => new Uint8Array((await db.select({ avatar: users.avatar }).from(users).where(eq(users.id, 2)))[0].avatar));
    await row("not unique", () => db.insert(users).values({ name: "Ada" }));
    await row("upsert", () => db.insert(users).values({ name: "Ada" }).onConflictDoUpdate({ target: users.name, set: { score: 9 } }).returning({ id: users.id, score: users.score }));
    await row("foreign key", () => db.insert(posts).values({ author: 99, body: "x" }).then(() => "inserted", (error) => String(error.cause ?? error)));
    await row("insert many", () => db.insert(posts).values(Array.from({ length: 20 }, (_, n) => ({ author: 1, body: `post ${n}` }))).then(() => db.$count(posts)));
    await row("join", () => db.select({ posts: count(posts.id), name: users.name }).from(users).leftJoin(posts, eq(posts.author, users.id)).groupBy(users.id).orderBy(desc(users.id)));
    await row("relations", () => db.query.users.findMany({ columns: { name: true }, with: { posts: { limit: 2, columns: { body: true } } } }));
    await row("relation back", () => db.query.posts.findFirst({ with: { user: { columns: { name: true } } } }));
    await row("rolled back", () => db.transaction((tx) => {
      tx.update(users).set({ score: 0 }).run();
      tx.rollback();
    }));
    await row("committed", () => db.transaction((tx) => tx.update(users).set({ score: sql`coalesce(${users.score}, 0) + 1` }).where(gt(users.id, 0)).returning({ score: users.score }).all()));
    await row("nested", () => db.transaction((tx) => {
      try {
        tx.transaction((inner) => {
          inner.delete(users).run();
          throw new Error("inner");
        });
      } catch {}
      return tx.select({ n: count() }).from(users).get();
    }));
    await row("raw", () => [db.get(sql`SELECT sum(score) AS total FROM users`), db.all(sql`SELECT name FROM users`), db.values(sql`SELECT name FROM users`)]);
    await row("prepared", () => db.select({ name: users.name }).from(users).where(eq(users.id, sql.placeholder("id"))).prepare().execute({ id: 2 }));
    await row("delete", () => db.delete(posts).where(gt(posts.id, 1)).returning({ id: posts.id }).then((rows) => rows.length));
    await row("migrations", () => migrate(db, migrations).then(() => db.all(sql`SELECT created_at FROM __drizzle_migrations`)));
    return response();
  }
}

export default { fetch: (request, env) => env.Drizzle.getByName("x").fetch(request) };
