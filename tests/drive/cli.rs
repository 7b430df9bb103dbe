//! The command line: configurations, the test runner, and clear answers to bad input.

use crate::support::{Folder, Server, denizen, finish, text};

/// Runs denizen in `folder`: exit code and everything that it printed.
fn run(folder: &Folder, args: &[&str]) -> (Option<i32>, String) {
    let output = finish(denizen().args(args).current_dir(&folder.0));
    (output.status.code(), text(&output))
}

fn fails_with(folder: &Folder, args: &[&str], code: i32, parts: &[&str]) {
    let (got, text) = run(folder, args);
    assert_eq!(got, Some(code), "{args:?}: {text}");
    for part in parts {
        assert!(text.contains(part), "{args:?} should say {part:?}: {text}");
    }
}

#[test]
fn bad_input_gets_a_clear_answer() {
    let folder = Folder::with(&[
        ("syntax.js", "export default {\n  fetch() { return ; \n"),
        ("throws.js", "function boom() {\n  throw new RangeError('at start');\n}\nboom();\nexport default {};"),
        ("import.js", "import x from './nowhere.js';\nexport default {};"),
        ("package.js", "import { Hono } from 'hono';\nexport default {};"),
        ("name.js", "import { nope } from './other.js';\nexport default {};"),
        ("other.js", "export const yes = {};"),
        ("endless.js", "for (;;) {}"),
        ("never.js", "await new Promise(() => {});\nexport default {};"),
        ("timer.js", "setTimeout(() => {}, 1);\nexport default {};"),
        ("json/wrangler.jsonc", "{\n  \"name\": \"a\",\n  \"main\": }\n"),
        (
            "binding/wrangler.toml",
            "name = \"a\"\nmain = \"../other.js\"\nkv_namespaces = [{ binding = \"KV\", id = \"x\" }]\n",
        ),
        (
            "service/wrangler.toml",
            "name = \"a\"\nmain = \"../other.js\"\nservices = [{ binding = \"B\", service = \"gone\" }]\n",
        ),
    ]);
    fails_with(&folder, &["test", "gone.js"], 1, &["there is no file gone.js"]);
    fails_with(&folder, &["test", "syntax.js"], 1, &["SyntaxError", "syntax.js:3:1"]);
    fails_with(
        &folder,
        &["test", "throws.js"],
        1,
        &["RangeError: at start", "at boom (throws.js:2:9)", "throws.js:4:1"],
    );
    fails_with(&folder, &["test", "import.js"], 1, &["Could not resolve \"./nowhere.js\"", "import.js"]);
    fails_with(&folder, &["test", "package.js"], 1, &["\"hono\"", "does not bundle packages"]);
    fails_with(&folder, &["test", "name.js"], 1, &["does not provide an export named 'nope'", "name.js:1:10"]);
    fails_with(&folder, &["test", "endless.js"], 1, &["exceeded the CPU time limit of its start-up"]);
    fails_with(&folder, &["test", "never.js"], 1, &["top-level await", "never.js"]);
    fails_with(&folder, &["test", "timer.js"], 1, &["Disallowed operation called within global scope", "timer.js:1:1"]);
    fails_with(&folder, &["serve", "-c", "json/wrangler.jsonc"], 1, &["wrangler.jsonc:3:"]);
    fails_with(&folder, &["serve", "-c", "binding/wrangler.toml"], 1, &["KV", "wrangler.toml:3"]);
    fails_with(&folder, &["serve", "-c", "service/wrangler.toml"], 1, &["\"gone\"", "is not configured"]);
    fails_with(&folder, &["serve", "--shards", "0", "other.js"], 2, &["--shards"]);
    fails_with(&folder, &["dance"], 2, &["dance"]);
    let server = Server::script(&folder, "other.js", &[]);
    let port = server.port.to_string();
    fails_with(
        &folder,
        &["serve", "other.js", "--data", "d2", "--port", &port],
        1,
        &["cannot listen on 127.0.0.1", &port],
    );
}

#[test]
fn tests_run_in_order_and_say_what_failed() {
    let folder = Folder::with(&[
        (
            "tests.ts",
            "import assert from 'node:assert';\nconst order: string[] = [];\nexport const b = { test() { order.push('b'); } };\nexport const a = { async test() { await scheduler.wait(20); order.push('a'); } };\nexport default { test() { order.push('default'); } };\nexport const c = { test(): void {\n  assert.deepStrictEqual(order, ['default', 'a', 'b']);\n} };\nexport const fails = { test() {\n  assert.deepStrictEqual({ a: 1 }, { a: 2 });\n} };",
        ),
        ("none.js", "export const helper = {};\nexport default { fetch() {} };"),
        (
            "held.js",
            "export const late = { test(c, env, ctx) { ctx.waitUntil(scheduler.wait(20).then(() => { throw new Error('late'); })); } };\nexport const fine = { test(controller, env, ctx) { ctx.waitUntil(scheduler.wait(5)); console.log(controller); } };",
        ),
    ]);
    let (_, text) = run(&folder, &["test", "held.js"]);
    assert!(text.contains("[ FAIL ] held:late") && text.contains("Error: late"), "what holds a test counts: {text}");
    assert!(text.contains("[ PASS ] held:fine") && text.contains("TestController {}"), "{text}");
    let (code, text) = run(&folder, &["test", "tests.ts"]);
    assert_eq!(code, Some(1), "{text}");
    let lines: Vec<_> = text.lines().filter(|line| line.starts_with("[ ")).collect();
    let expected =
        ["[ PASS ] tests", "[ PASS ] tests:a", "[ PASS ] tests:b", "[ PASS ] tests:c", "[ FAIL ] tests:fails"];
    assert_eq!(lines, expected, "{text}");
    for part in ["AssertionError", "+   a: 1", "-   a: 2", "tests.ts:10:10", "4 passed, 1 failed"] {
        assert!(text.contains(part), "should say {part:?}: {text}");
    }
    assert_eq!(run(&folder, &["test", "tests.ts", "tests:b"]).0, Some(0));
    fails_with(&folder, &["test", "tests.ts", "nothing*"], 1, &["No test matches", "tests:fails"]);
    fails_with(&folder, &["test", "none.js"], 1, &["No tests", "default", "helper"]);
}

#[test]
fn a_configuration_is_read_in_every_form() {
    let main =
        "export default { fetch(request, env) { return Response.json({ ...env, SVC: undefined, OBJ: undefined }); } };";
    let folder = Folder::with(&[
        ("main.js", main),
        (
            "jsonc/wrangler.jsonc",
            "{ \"name\": \"w\", /* a comment */ \"main\": \"../main.js\", \"compatibility_date\": \"2026-08-01\", \"vars\": { \"A\": \"x\", \"B\": { \"c\": [1] } }, \"odd_key\": 1, }",
        ),
        ("jsonc/.dev.vars", "SECRET=\"from dev vars\"\nA=overridden\n"),
        (
            "toml/wrangler.toml",
            "name = \"w\"\nmain = \"../main.js\"\ncompatibility_date = \"2026-08-01\"\n[vars]\nA = \"top\"\n[env.staging.vars]\nA = \"staged\"\n",
        ),
    ]);
    let serve = |args: &[&str]| {
        let paths: Vec<String> = args
            .iter()
            .map(|arg| match arg.contains('/') {
                true => folder.path(arg).to_str().expect("UTF-8").to_owned(),
                false => (*arg).to_owned(),
            })
            .collect();
        let data = Folder::new();
        let mut all: Vec<&str> = paths.iter().map(String::as_str).collect();
        let data = data.path("data");
        all.extend(["--data", data.to_str().expect("UTF-8")]);
        let server = Server::start(&all);
        (server.get("/").1, server.log())
    };
    let (body, log) = serve(&["-c", "jsonc/wrangler.jsonc"]);
    assert_eq!(body, r#"{"A":"overridden","B":{"c":[1]},"SECRET":"from dev vars"}"#);
    assert!(log.contains("odd_key") && log.contains("wrangler.jsonc:1"), "{log}");
    assert_eq!(serve(&["-c", "toml/wrangler.toml"]).0, r#"{"A":"top"}"#);
    assert_eq!(serve(&["-c", "toml/wrangler.toml", "--env", "staging"]).0, r#"{"A":"staged"}"#);
}

#[test]
fn several_workers_bind_each_other() {
    let folder = Folder::with(&[
        (
            "front/wrangler.toml",
            "name = \"front\"\nmain = \"main.ts\"\ncompatibility_date = \"2026-08-01\"\nservices = [{ binding = \"BACK\", service = \"back\" }, { binding = \"ADMIN\", service = \"back\", entrypoint = \"Admin\" }]\n[[durable_objects.bindings]]\nname = \"OBJ\"\nclass_name = \"Counter\"\nscript_name = \"back\"\n",
        ),
        (
            "front/main.ts",
            "export default { async fetch(request: Request, env: any): Promise<Response> {\n  const back = await (await env.BACK.fetch(new Request('http://back/p?q=1', { method: 'POST', body: 'sent' }))).text();\n  const sum = await env.ADMIN.add(2, { n: 3 });\n  const count = await env.OBJ.get(env.OBJ.idFromName('x')).next();\n  const missing = await env.ADMIN.nope().catch((error: Error) => error.message);\n  const handler = await env.BACK.greet('you');\n  return Response.json({ back, sum, count, missing, handler });\n} };",
        ),
        (
            "back/wrangler.toml",
            "name = \"back\"\nmain = \"main.js\"\ncompatibility_date = \"2026-08-01\"\n[[migrations]]\ntag = \"v1\"\nnew_sqlite_classes = [\"Counter\"]\n",
        ),
        (
            "back/main.js",
            "import { DurableObject, WorkerEntrypoint } from 'cloudflare:workers';\nexport class Counter extends DurableObject { next() { this.ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS t(n)'); this.ctx.storage.sql.exec('INSERT INTO t VALUES(1)'); return this.ctx.storage.sql.exec('SELECT count(*) AS n FROM t').one().n; } }\nexport class Admin extends WorkerEntrypoint { add(a, b) { return a + b.n; } }\nexport default { async fetch(request) { return new Response(`${request.method} ${request.url} ${await request.text()}`); }, greet(name, env, ctx) { return `hello ${name}`; } };",
        ),
    ]);
    let (front, back) = (folder.path("front/wrangler.toml"), folder.path("back/wrangler.toml"));
    let data = folder.path("data");
    let args = [
        "-c",
        front.to_str().expect("UTF-8"),
        "-c",
        back.to_str().expect("UTF-8"),
        "--data",
        data.to_str().expect("UTF-8"),
    ];
    let server = Server::start(&args);
    let expected = |count: u32| {
        format!(
            "{{\"back\":\"POST http://back/p?q=1 sent\",\"sum\":5,\"count\":{count},\"missing\":\"The RPC receiver does not implement the method \\\"nope\\\".\",\"handler\":\"hello you\"}}"
        )
    };
    assert_eq!(server.get("/"), (200, expected(1)));
    assert_eq!(server.get("/"), (200, expected(2)));
}

#[test]
fn modules_of_every_kind_can_be_imported() {
    let wasm: &[u8] = &[
        0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0, 7, 7, 1, 3, 97, 100, 100, 0, 0, 10,
        9, 1, 7, 0, 32, 0, 32, 1, 106, 11,
    ];
    let folder = Folder::with(&[
        (
            "src/main.ts",
            r#"
import text from "./a.txt";
import data from "./b.bin";
import json from "./c.json";
import typed from "./c.json" with { type: "json" };
import common from "./d.cjs";
import wasm from "./add.wasm";
import { helper } from "./lib/helper";
import page from "../page.tmpl";
export default {
  async fetch(): Promise<Response> {
    const { default: late } = await import("./late.js");
    const missing = await import("./lib/" + "gone.js").catch((error: Error) => error.message);
    const instance = new WebAssembly.Instance(wasm);
    return Response.json({
      text, data: [...new Uint8Array(data)], json, typed, common, sum: (instance.exports.add as any)(2, 3),
      helper: helper(4), page, late, missing, meta: import.meta.url !== undefined,
    });
  },
};"#,
        ),
        ("src/a.txt", "some text"),
        ("src/b.bin", "\u{1}\u{2}"),
        ("src/c.json", "{\"n\":1}"),
        (
            "src/d.cjs",
            "const other = require('./e.cjs'); module.exports = { from: 'cjs', other, json: require('./c.json').n };",
        ),
        ("src/e.cjs", "exports.value = 7;"),
        ("src/lib/helper.ts", "export const helper = (n: number): number => n * 2;"),
        ("src/late.js", "export default 'late';"),
        ("page.tmpl", "<p>template</p>"),
        (
            "wrangler.jsonc",
            "{ \"name\": \"kinds\", \"main\": \"src/main.ts\", \"compatibility_date\": \"2026-11-17\", \"base_dir\": \".\", \"find_additional_modules\": true, \"rules\": [{ \"type\": \"Text\", \"globs\": [\"**/*.tmpl\"], \"fallthrough\": true }, { \"type\": \"CommonJS\", \"globs\": [\"**/*.cjs\"] }] }",
        ),
    ]);
    std::fs::write(folder.path("src/add.wasm"), wasm).expect("written");
    let config = folder.path("wrangler.jsonc");
    let data = folder.path("data");
    let server = Server::start(&["-c", config.to_str().expect("UTF-8"), "--data", data.to_str().expect("UTF-8")]);
    let expected = r#"{"text":"some text","data":[1,2],"json":{"n":1},"typed":{"n":1},"common":{"from":"cjs","other":{"value":7},"json":1},"sum":5,"helper":8,"page":"<p>template</p>","late":"late","missing":"#;
    let (status, body) = server.get("/");
    assert_eq!(status, 200, "{}", server.log());
    assert!(body.starts_with(expected), "{body}");
    assert!(body.contains("Module not found") && body.ends_with("\"meta\":true}"), "{body}");
}
