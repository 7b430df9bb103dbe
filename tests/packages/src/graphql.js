// graphql-js: a schema in its language, queries, mutations, errors, introspection, subscriptions.
import { GraphQLObjectType, GraphQLScalarType, GraphQLSchema, GraphQLString, buildSchema, getIntrospectionQuery, graphql, graphqlSync, parse, print, printSchema, subscribe, validate } from "graphql";

import { table } from "../../conformance/table.js";

const schema = buildSchema(`
  """ A thing that can be read """
  interface Node { id: ID! }
  enum Color { RED GREEN }
  type Book implements Node { id: ID!, title: String!, pages: Int, author: Author!, color: Color }
  type Author implements Node { id: ID!, name: String!, books(first: Int = 1): [Book!]! }
  union Found = Book | Author
  input NewBook { title: String!, pages: Int = 10 }
  type Query { book(id: ID!): Book, search(text: String!): [Found!]!, fail: String, never: String! }
  type Mutation { add(book: NewBook!): Book! }
  type Subscription { ticks(to: Int!): Int! }
`);

const author = { __typename: "Author", id: "a1", name: "Ada", books: ({ first }) => books.slice(0, first) };
const books = [
  { __typename: "Book", id: "1", title: "One", pages: 100, author: () => author, color: "RED" },
  { __typename: "Book", id: "2", title: "Two", author: async () => author },
];
const rootValue = {
  book: ({ id }) => books.find((book) => book.id === id) ?? null,
  search: async ({ text }) => [...books, author].filter((found) => (found.title ?? found.name).includes(text)),
  fail: () => { throw new RangeError("failed"); },
  never: () => null,
  add: ({ book }) => ({ __typename: "Book", id: "3", author, ...book }),
  async *ticks({ to }) {
    for (let ticks = 1; ticks <= to; ticks++) {
      await scheduler.wait(1);
      yield { ticks };
    }
  },
};

const run = async (source, variableValues) => JSON.stringify(await graphql({ schema, source, rootValue, variableValues }));

export default {
  async fetch() {
    const { row, response } = table();
    await row("query", () => run("{ book(id: 1) { ...b author { name books(first: 2) { title color } } } } fragment b on Book { id t: title }"));
    await row("variables", () => run("query ($t: String!, $x: Boolean = false) { search(text: $t) { __typename ... on Book { pages } ... on Node @skip(if: $x) { id } } }", { t: "o" }));
    await row("mutation", () => run("mutation { add(book: { title: \"New\" }) { id title pages author { id } } }"));
    await row("failed resolver", () => run("{ fail book(id: 2) { title } }"));
    await row("null where none may be", () => run("{ never }"));
    await row("not valid", () => run("{ book { nothing } }"));
    await row("not parsed", () => run("{ book("));
    await row("wrong variable", () => run("mutation ($b: NewBook!) { add(book: $b) { id } }", { b: { pages: "x" } }));
    await row("printed", () => print(parse("query A($a:[Int!]=[1]){b(c:{d:$a})@include(if:true){e}}")));
    await row("printed schema", () => printSchema(schema));
    await row("validated", () => validate(schema, parse("{ book(id: 1) { title title: id } }")).map((error) => error.message));
    await row("introspection", () => graphqlSync({ schema, source: getIntrospectionQuery() }).data.__schema.types.map(({ name }) => name).sort());
    await row("subscription", async () => {
      const seen = [];
      for await (const { data } of await subscribe({ schema, document: parse("subscription { ticks(to: 3) }"), rootValue })) seen.push(data.ticks);
      return seen;
    });
    await row("schema in code", () => {
      const Upper = new GraphQLScalarType({ name: "Upper", serialize: (text) => text.toUpperCase() });
      const query = new GraphQLObjectType({ name: "Query", fields: { shout: { type: Upper, args: { text: { type: GraphQLString } }, resolve: (_, { text }) => text } } });
      return JSON.stringify(graphqlSync({ schema: new GraphQLSchema({ query }), source: '{ shout(text: "hey") }' }));
    });
    return response();
  },
};
