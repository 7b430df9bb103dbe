// kysely over the storage of a Durable Object, by a small dialect: schema, queries, common table expressions, introspection.
import { DurableObject } from "cloudflare:workers";
import { Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, sql } from "kysely";

import { table } from "../../conformance/table.js";

class StorageDriver {
  constructor(storage) {
    this.storage = storage;
  }
  async acquireConnection() {
    return {
      executeQuery: async (query) => {
        const cursor = this.storage.sql.exec(query.sql, ...query.parameters);
        return { rows: cursor.toArray(), numAffectedRows: BigInt(cursor.rowsWritten) };
      },
    };
  }
  async init() {}
  async releaseConnection() {}
  async destroy() {}
}

export class Store extends DurableObject {
  async fetch() {
    const db = new Kysely({
      dialect: {
        createAdapter: () => new SqliteAdapter(),
        createDriver: () => new StorageDriver(this.ctx.storage),
        createIntrospector: (database) => new SqliteIntrospector(database),
        createQueryCompiler: () => new SqliteQueryCompiler(),
      },
    });
    const { row, response } = table();
    await row("create", () => db.schema.createTable("person").addColumn("id", "integer", (column) => column.primaryKey().autoIncrement()).addColumn("name", "text", (column) => column.notNull().unique()).addColumn("age", "integer").execute());
    await row("index", () => db.schema.createIndex("by_age").on("person").columns(["age", "name"]).execute());
    await row("insert", () => db.insertInto("person").values([{ name: "Ada", age: 36 }, { name: "Bob", age: 5 }]).returningAll().execute());
    await row("not unique", () => db.insertInto("person").values({ name: "Ada" }).execute());
    await row("ignored", () => db.insertInto("person").values({ name: "Ada" }).onConflict((conflict) => conflict.doNothing()).executeTakeFirst().then(({ numInsertedOrUpdatedRows }) => numInsertedOrUpdatedRows));
    await row("update", () => db.updateTable("person").set((build) => ({ age: build("age", "+", 1) })).where("name", "=", "Bob").returning("age").executeTakeFirstOrThrow());
    await row("select", () => db.selectFrom("person").select((build) => ["name", build.fn.count("id").as("n"), sql`upper(name)`.as("upper")]).groupBy("name").orderBy("name", "desc").execute());
    await row("with", () => db.with("old", (build) => build.selectFrom("person").where("age", ">", 10).selectAll()).selectFrom("old").innerJoin("person as p", "p.id", "old.id").select(["p.name", "old.age"]).execute());
    await row("case and json", () => db.selectFrom("person").select((build) => build.case().when("age", "<", 18).then("child").else("adult").end().as("kind")).orderBy("id").execute());
    await row("nothing", () => db.selectFrom("person").where("id", "=", 99).selectAll().executeTakeFirstOrThrow());
    await row("introspection", async () => (await db.introspection.getTables()).map(({ name, columns }) => [name, columns.map((column) => `${column.name} ${column.dataType} ${column.isNullable} ${column.isAutoIncrementing}`)]));
    await row("delete", () => db.deleteFrom("person").where("age", "is not", null).executeTakeFirst().then(({ numDeletedRows }) => numDeletedRows));
    return response();
  }
}

export default { fetch: (request, env) => env.Store.getByName("x").fetch(request) };
