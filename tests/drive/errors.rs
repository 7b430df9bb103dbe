//! What a person reads of errors: in the log, at the start and on the page for developers.

use crate::support::{Folder, Server, denizen, finish, text};

const MAIN: &str = r#"
import { DurableObject } from "cloudflare:workers";
const APP = `
  import { DurableObject } from "cloudflare:workers";
  export class App extends DurableObject {
    deep() { throw Object.assign(new RangeError("from the facet"), { code: "E_APP" }); }
  }`;
export class Runner extends DurableObject {
  async fetch() {
    const facet = this.ctx.facets.get("app", async () => ({
      class: this.env.LOADER.get("app-v1", () => ({ compatibilityDate: "2026-11-17", mainModule: "app.js", modules: { "app.js": APP } })).getDurableObjectClass("App"),
    }));
    try {
      await facet.deep();
    } catch (error) {
      if (error.stack.includes("app.js") || "origin" in error) throw new Error("the supervisor sees too much: " + error.stack);
      throw new Error("the app failed", { cause: error });
    }
  }
}
const paths = {
  "/cause": () => { throw new Error("outer", { cause: new TypeError("inner", { cause: "text" }) }); },
  "/aggregate": () => { throw new AggregateError([new Error("one"), "two"], "many"); },
  "/own": () => { throw Object.assign(new Error("own"), { code: "E_OWN", detail: { a: 1 } }); },
  "/value": () => { throw { a: 1 }; },
  "/text": () => { throw "just text\ndenizen: not of the runtime"; },
  "/later": (env, ctx) => { ctx.waitUntil(Promise.reject(new Error("in waitUntil"))); return new Response("ok"); },
  "/nobody": () => { Promise.reject(new Error("nobody")); return new Response("ok"); },
  "/hostile": () => { throw new Proxy(new Error("p"), { get() { throw 1; }, getPrototypeOf() { throw 2; } }); },
  "/getters": () => { throw Object.defineProperties(new Error("g"), { cause: { get() { throw 1; }, enumerable: true }, name: { get() { throw 2; } } }); },
  "/custom": () => { throw { [Symbol.for("nodejs.util.inspect.custom")]() { console.log("called"); return "x"; } }; },
  "/long": () => { Error.stackTraceLimit = Infinity; const dig = (n) => { if (n > 0) { dig(n - 1); } else { throw Object.assign(new Error("long"), { big: "x".repeat(1e6) }); } }; dig(3000); },
  "/chain": () => { const first = new Error("c0"); let last = first; for (let i = 1; i < 100; i++) { last = last.cause = new Error("c" + i); } last.cause = first; throw first; },
  "/terminal": () => { console.log("up\u001b[2Aand\rback \u001b[31mred\u001b[0m"); return new Response("ok"); },
  "/facet": (env) => env.Runner.getByName("r").fetch("http://x/"),
  "/markup": () => { throw Object.assign(new Error("<script>alert(1)</script>"), { name: "\"><img src=x onerror=alert(1)>" }); },
};
export default { fetch(request, env, ctx) { return paths[new URL(request.url).pathname](env, ctx); } };
"#;

fn server(args: &[&str]) -> (Folder, Server) {
    let folder = Folder::with(&[("main.js", MAIN)]);
    let server = Server::script(&folder, "main.js", args);
    (folder, server)
}

/// The log after a request, from where it was before.
fn logged(server: &Server, path: &str, until: &str) -> String {
    let before = server.log().len();
    server.get(path);
    server.wait_for_log(until);
    server.log()[before..].to_owned()
}

#[test]
fn the_log_has_causes_errors_properties_and_values() {
    let (_folder, server) = server(&[]);
    let cause = logged(&server, "/cause", "[cause]: 'text'");
    assert!(cause.contains("    Uncaught Error: outer\n        at "), "{cause}");
    assert!(cause.contains("      [cause]: TypeError: inner\n          at "), "{cause}");
    let aggregate = logged(&server, "/aggregate", "'two'");
    assert!(aggregate.contains("[errors]: [\n        Error: one"), "{aggregate}");
    let own = logged(&server, "/own", "detail: { a: 1 }");
    assert!(own.contains("code: 'E_OWN'"), "{own}");
    logged(&server, "/value", "Uncaught { a: 1 }");
    let text = logged(&server, "/text", "just text");
    assert!(!text.contains("\ndenizen: not"), "no text of a Worker begins a line: {text}");
    logged(&server, "/later", "main error Uncaught (in waitUntil) Error: in waitUntil\n        at ");
    logged(&server, "/nobody", "main error Uncaught (in promise) Error: nobody\n        at ");
    let terminal = logged(&server, "/terminal", "up\\x1b[2Aand");
    assert!(terminal.contains("\\x0dback \u{1b}[31mred\u{1b}[0m"), "{terminal}");
}

#[test]
fn hostile_errors_are_told_within_bounds_and_run_nothing() {
    let (_folder, server) = server(&[]);
    logged(&server, "/hostile", "Error: p");
    logged(&server, "/getters", "request failed");
    let custom = logged(&server, "/custom", "nodejs.util.inspect.custom");
    assert!(!custom.contains("called"), "{custom}");
    let long = logged(&server, "/long", "Error: long");
    assert!(long.len() < 20_000, "{} bytes", long.len());
    let chain = logged(&server, "/chain", "Error: c0");
    assert!(chain.len() < 20_000 && chain.contains("Error: c3"), "{chain}");
}

#[test]
fn an_error_that_came_over_calls_says_who_threw_it() {
    let (folder, server) = server(&[]);
    let log = logged(&server, "/facet", "at App.deep (app.js:");
    assert!(
        log.contains("Uncaught [Error: the app failed] {") && log.contains("at Runner.fetch (main.js:17:"),
        "{log}"
    );
    let thrown: Vec<_> = log.lines().filter(|line| line.trim_start().starts_with("thrown in ")).collect();
    assert!(thrown.iter().any(|line| line.contains("/Runner:") && line.trim_end().ends_with("/app:")), "{log}");
    assert!(
        log.contains("[cause]: RangeError: from the facet\n") && log.contains("    RangeError: from the facet\n"),
        "{log}"
    );
    assert!(!log.contains(folder.0.to_str().expect("UTF-8")), "no path of the machine: {log}");
}

#[test]
fn developers_see_a_page_and_nobody_else_does() {
    let (_folder, server) = server(&["--dev"]);
    let get = |path: &str, accept: &str, host: &str| {
        server.raw(format!("GET {path} HTTP/1.1\r\nhost: {host}\r\naccept: {accept}\r\nx-note: <b>note</b>\r\nconnection: close\r\n\r\n").as_bytes())
    };
    let page = get("/cause", "text/html,*/*", "localhost");
    assert!(page.starts_with("HTTP/1.1 500 ") && page.contains("text/html"), "{page}");
    assert!(page.contains("content-security-policy: default-src 'none'"), "{page}");
    for part in [
        "<h1>Error: outer</h1>",
        "[cause]: TypeError: inner",
        "GET /cause",
        "<h2>main.js:22:",
        "&gt; 22 |",
        "x-note</td><td>&lt;b&gt;",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let page = get("/markup", "text/html", "localhost");
    assert!(!page.contains("<script") && !page.contains("<img") && page.contains("&lt;script&gt;"), "{page}");
    let page = get("/facet", "text/html", "localhost");
    assert!(page.contains("\nfrom app-v1/Runner:") && page.contains("/app</pre>"), "{page}");
    let page = get("/value", "text/html", "localhost");
    assert!(page.contains("<h1>{ a: 1 }</h1>"), "{page}");
    let json = get("/own", "application/json", "localhost");
    assert!(json.contains("application/json") && json.contains(r#""message":"own""#), "{json}");
    let plain = get("/own", "*/*", "127.0.0.1");
    assert!(
        plain.contains("text/plain") && plain.contains("Uncaught Error: own") && plain.contains("> 24 |"),
        "{plain}"
    );
    let opaque = get("/own", "text/html", "evil.example");
    assert!(!opaque.contains("own\n") && opaque.contains("\r\n\r\nInternal Server Error\nreference = "), "{opaque}");
}

#[test]
fn without_the_flag_clients_see_a_reference_only() {
    let (_folder, server) = server(&[]);
    let answer = server.raw(b"GET /own HTTP/1.1\r\nhost: localhost\r\naccept: text/html\r\nconnection: close\r\n\r\n");
    let body = answer.split_once("\r\n\r\n").expect("a body").1;
    assert!(body.starts_with("Internal Server Error\nreference = ") && body.lines().count() == 2, "{answer}");
}

#[test]
fn the_page_needs_a_loopback_address() {
    let folder = Folder::with(&[("main.js", MAIN)]);
    let script = folder.path("main.js");
    let mut command = denizen();
    command
        .arg("serve")
        .arg(script)
        .args(["--dev", "--host", "0.0.0.0", "--port", "0", "--data"])
        .arg(folder.path("data"));
    let output = finish(&mut command);
    assert!(!output.status.success() && text(&output).contains("--dev"), "{}", text(&output));
}

#[test]
fn places_are_those_of_the_sources() {
    // What esbuild makes of src/index.ts, `throw` in its third line.
    let map = r#"{"version":3,"sources":["../src/index.ts"],"sourcesContent":["type A = string;\nexport default { fetch(): Response {\n  throw new Error('mapped');\n} };\n"],"mappings":"AACA,eAAe,EAAE,QAAkB;AACjC,QAAM,IAAI,MAAM,QAAQ;AAC1B,EAAE","names":[]}"#;
    let code = "export default { fetch() {\n  throw new Error(\"mapped\");\n} };\n//# sourceMappingURL=worker.js.map\n";
    let folder = Folder::with(&[("dist/worker.js", code), ("dist/worker.js.map", map)]);
    let server = Server::script(&folder, "dist/worker.js", &["--dev"]);
    let answer = server.raw(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    assert!(answer.contains("(src/index.ts:3:9)"), "{answer}");
    assert!(answer.contains("> 3 |   throw new Error('mapped');"), "{answer}");
    let folder = Folder::with(&[(
        "main.ts",
        "type A = string;\n\nexport default { fetch(): Response {\n  const a: A = 'x';\n  throw new TypeError(a);\n} };\n",
    )]);
    let server = Server::script(&folder, "main.ts", &["--dev"]);
    let answer = server.raw(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    assert!(answer.contains("(main.ts:5:9)") && answer.contains("> 5 |   throw new TypeError(a);"), "{answer}");
}

#[test]
fn a_loaded_worker_brings_its_map_with_it() {
    // {"version":3,"sources":["../src/app.ts"],"sourcesContent":[null],"mappings":"AACA,eAAe,EAAE,QAAkB;AACjC,QAAM,IAAI,MAAM,QAAQ;AAC1B,EAAE","names":[]}
    let map = "eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpbIi4uL3NyYy9hcHAudHMiXSwic291cmNlc0NvbnRlbnQiOltudWxsXSwibWFwcGluZ3MiOiJBQUNBLGVBQWUsRUFBRSxRQUFrQjtBQUNqQyxRQUFNLElBQUksTUFBTSxRQUFRO0FBQzFCLEVBQUUiLCJuYW1lcyI6W119";
    let main = r#"
        const APP = "export default { fetch() {\n  throw new Error(\"mapped\");\n} };\n//# sourceMappingURL=data:application/json;base64,MAP\n";
        export default { fetch(request, env) {
          const worker = env.LOADER.get("app", () => ({ compatibilityDate: "2026-11-17", mainModule: "app.js", modules: { "app.js": APP } }));
          return worker.getEntrypoint().fetch(request);
        } };"#;
    let folder = Folder::with(&[("main.js", &main.replace("MAP", map))]);
    let server = Server::script(&folder, "main.js", &[]);
    server.get("/");
    server.wait_for_log("at Object.fetch (src/app.ts:3:9)");
}

#[test]
fn what_does_not_start_shows_the_lines() {
    let start = |name: &str, source: &str| {
        let folder = Folder::with(&[(name, source)]);
        let mut command = denizen();
        command.arg("serve").arg(folder.path(name)).args(["--port", "0", "--data"]).arg(folder.path("data"));
        let output = finish(&mut command);
        assert!(!output.status.success());
        text(&output)
    };
    let wrong = start("main.js", "const a = 1;\nconst = 2;\nexport default {};\n");
    assert!(wrong.contains("main.js:2:") && wrong.contains("> 2 | const = 2;\n    |       ^"), "{wrong}");
    let twice = start("main.js", "let a = 1;\nlet a = 2;\nexport default {};\n");
    assert!(twice.contains("> 2 | let a = 2;"), "{twice}");
    let thrown = start(
        "main.ts",
        "const a: number = 1;\n\nthrow new Error('at the start', { cause: a });\nexport default {};\n",
    );
    assert!(thrown.contains("Error: at the start") && thrown.contains("> 3 | throw new Error("), "{thrown}");
}

#[test]
fn handlers_that_are_never_called_are_named() {
    let folder = Folder::with(&[("main.js", "export default { fetch() {}, queue() {}, email() {} };")]);
    let server = Server::script(&folder, "main.js", &[]);
    server.wait_for_log("has the handler queue(), which is never called: denizen does not have queues");
    server.wait_for_log("has the handler email()");
    server.stop();
    folder.write("old.js", "addEventListener('fetch', (event) => event.respondWith(new Response('old')));");
    let server = Server::script(&folder, "old.js", &[]);
    server.wait_for_log("exports nothing, so that every request fails");
}

#[test]
fn other_workers_start_too_and_what_is_wrong_with_them_is_said() {
    let folder = Folder::with(&[
        ("main.js", "export default { fetch() { return new Response('served'); } };"),
        ("other.js", "export default { async queue() {} };"),
        ("wrong.js", "throw new Error('at the start of wrong');"),
        ("main.jsonc", r#"{ "name": "main", "main": "main.js", "compatibility_date": "2026-08-01" }"#),
        ("other.jsonc", r#"{ "name": "other", "main": "other.js", "compatibility_date": "2026-08-01" }"#),
        ("wrong.jsonc", r#"{ "name": "wrong", "main": "wrong.js", "compatibility_date": "2026-08-01" }"#),
    ]);
    let paths = ["main.jsonc", "other.jsonc", "wrong.jsonc", "data"].map(|name| folder.path(name));
    let paths = paths.each_ref().map(|path| path.to_str().expect("UTF-8"));
    let server = Server::start(&["-c", paths[0], "-c", paths[1], "-c", paths[2], "--data", paths[3]]);
    server.wait_for_log("other: default has the handler queue(), which is never called");
    server.wait_for_log("Worker \"wrong\" did not start:");
    assert_eq!(server.get("/"), (200, "served".into()));
}
