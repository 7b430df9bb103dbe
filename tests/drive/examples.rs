//! The examples, as their README files say.

use crate::support::{Folder, Server, root};

fn serve(example: &str, data: &Folder) -> Server {
    let config = root().join("examples").join(example).join("wrangler.jsonc");
    let data = data.path("data");
    Server::start(&["-c", config.to_str().expect("UTF-8"), "--data", data.to_str().expect("UTF-8")])
}

fn tenant(name: &str) -> Vec<u8> {
    std::fs::read(root().join("examples/app-platform/src/tenants").join(name)).expect("a tenant's source")
}

/// A module with an app whose `fetch()` has this body.
fn app(body: &str) -> String {
    format!(
        "import {{ DurableObject }} from 'cloudflare:workers';\n\
         export class App extends DurableObject {{ async fetch(request) {{ {body} }} }}"
    )
}

/// The answer with every member of `names` taken out of its JSON, wherever it is.
fn without(text: &str, names: &[&str]) -> serde_json::Value {
    fn strip(value: &mut serde_json::Value, names: &[&str]) {
        match value {
            serde_json::Value::Object(members) => {
                members.retain(|name, _| !names.contains(&name.as_str()));
                members.values_mut().for_each(|value| strip(value, names));
            }
            serde_json::Value::Array(items) => items.iter_mut().for_each(|value| strip(value, names)),
            _ => {}
        }
    }
    let mut value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    strip(&mut value, names);
    value
}

#[test]
fn the_counter_counts_by_path() {
    let data = Folder::new();
    let server = serve("counter", &data);
    assert_eq!(server.get("/a"), (200, "/a: 1\n".into()));
    assert_eq!(server.get("/b?by=5"), (200, "/b: 5\n".into()));
    assert_eq!(server.get("/a?by=-3"), (200, "/a: -2\n".into()));
    assert_eq!(server.get("/a?by=x").0, 400);
    drop(server);
    assert_eq!(serve("counter", &data).get("/b"), (200, "/b: 6\n".into()));
}

#[test]
fn the_platform_installs_runs_upgrades_forks_and_deletes_apps() {
    let data = Folder::new();
    let server = serve("app-platform", &data);
    let post = |path: &str, body: &str| server.request("POST", path, &[], body.as_bytes());
    let put = |name: &str, source: &[u8]| server.request("PUT", &format!("/apps/{name}"), &[], source);
    let (status, page) = server.get("/");
    assert!(status == 200 && page.contains("<title>app-platform</title>"));
    assert_eq!(server.get("/samples/poll.js").1.as_bytes(), tenant("poll.js"));
    assert_eq!(server.get("/apps"), (200, "[]".into()));

    let guests = tenant("guest-book.js");
    assert_eq!(put("guests", &guests), (201, r#"{"name":"guests","version":1}"#.into()));
    let ada = r#"[{"name":"Ada","text":"Hello"}]"#;
    assert_eq!(post("/apps/guests/", r#"{"name":"Ada","text":"Hello"}"#), (200, ada.into()));
    // Another user has nothing of it.
    let other = [("x-user", "other")];
    assert_eq!(server.request("GET", "/apps", &other, b""), (200, "[]".into()));
    assert_eq!(server.request("GET", "/apps/guests/", &other, b"").0, 404);

    // New code on the old data.
    let shouting = String::from_utf8(guests.clone()).expect("UTF-8");
    let shouting = shouting.replace("SELECT name, text FROM", "SELECT upper(name) AS name, text FROM");
    assert_eq!(put("guests", shouting.as_bytes()), (200, r#"{"name":"guests","version":2}"#.into()));
    assert_eq!(server.get("/apps/guests/").1, r#"[{"name":"ADA","text":"Hello"}]"#);

    // A fork begins with the data and goes its own way.
    assert_eq!(post("/apps/guests/fork", r#"{"to":"forked"}"#), (201, r#"{"name":"forked","version":1}"#.into()));
    post("/apps/forked/", r#"{"name":"Bob","text":"Hi"}"#);
    assert_eq!(server.get("/apps/guests/").1, r#"[{"name":"ADA","text":"Hello"}]"#);
    let both = r#"[{"name":"ADA","text":"Hello"},{"name":"BOB","text":"Hi"}]"#;
    assert_eq!(server.get("/apps/forked/").1, both);
    assert_eq!(post("/apps/guests/fork", r#"{"to":"forked"}"#).0, 409);

    let seen = without(&server.get("/apps").1, &["updatedMs", "since", "cpuMs", "wallMs", "heapBytes", "rowsRead"]);
    let counts: Vec<_> = seen
        .as_array()
        .expect("a list")
        .iter()
        .map(|app| {
            let totals = &app["stats"]["totals"];
            (app["name"].clone(), app["version"].clone(), totals["requests"].clone(), totals["errors"].clone())
        })
        .collect();
    assert_eq!(serde_json::json!(counts), serde_json::json!([["forked", 1, 2, 0], ["guests", 2, 3, 0]]));
    let log = without(&server.get("/log?app=guests").1, &["atMs", "ms"]);
    let entry = |version, method| serde_json::json!({ "app": "guests", "version": version, "method": method, "path": "/", "status": 200, "error": null });
    assert_eq!(log, serde_json::json!([entry(2, "GET"), entry(2, "GET"), entry(1, "POST")]));

    // What was answered is there after a kill, and the numbers for the bill too.
    drop(server);
    let server = serve("app-platform", &data);
    assert_eq!(server.get("/apps/forked/").1, both);
    let seen = without(&server.get("/apps").1, &[]);
    assert_eq!(seen[0]["stats"]["totals"]["requests"], 3);

    assert_eq!(server.request("DELETE", "/apps/forked", &[], b"").0, 204);
    assert_eq!(server.get("/apps/forked/").0, 404);
    // The name is free, its version goes on, and nothing is left of the data.
    let again = server.request("PUT", "/apps/forked", &[], &guests);
    assert_eq!(again, (201, r#"{"name":"forked","version":2}"#.into()));
    assert_eq!(server.get("/apps/forked/").1, "[]");
}

#[test]
fn the_platform_holds_apps_to_their_quotas() {
    let data = Folder::new();
    let server = serve("app-platform", &data);
    let put = |name: &str, source: &str| server.request("PUT", &format!("/apps/{name}"), &[], source.as_bytes());
    let refusal = |name: &str| {
        let (status, text) = server.get(&format!("/apps/{name}/"));
        let value = without(&text, &["used"]);
        (status, value["limit"].clone(), value["max"].clone(), value["error"].clone())
    };
    put("spins", &app("for (;;);"));
    assert_eq!(refusal("spins"), (429, "cpuMs".into(), 100.into(), "Error: Worker exceeded CPU time limit.".into()));
    let keep = "const { kv } = this.ctx.storage; kv.put('n', (kv.get('n') ?? 0) + 1); \
                if (new URL(request.url).search !== '') return new Response(String(kv.get('n'))); \
                for (let i = 0;; i++) kv.put('key ' + i, new Uint8Array(1e6));";
    put("hoards", &app(keep));
    assert_eq!(server.get("/apps/hoards/?fine"), (200, "1".into()));
    let full = (429, "storageBytes".into(), 5_242_880.into(), "Error: database or disk is full: SQLITE_FULL".into());
    assert_eq!(refusal("hoards"), full);
    assert_eq!(server.get("/apps/hoards/?fine"), (200, "2".into()));
    put("broken", "export class App {");
    assert_eq!(refusal("broken").0, 502);
    put("throws", &app("throw new TypeError('not today');"));
    assert_eq!(
        refusal("throws"),
        (502, serde_json::Value::Null, serde_json::Value::Null, "TypeError: not today".into())
    );
    put("calls", &app("return fetch('http://example.com/');"));
    assert!(refusal("calls").3.as_str().is_some_and(|text| text.starts_with("Error: This worker is not permitted")));
    put("nests", &app("return this.ctx.facets.get('x', () => ({ class: this.ctx.exports.App })).fetch(request);"));
    let nests = "Error: A facet may have at most 0 facets of its own.";
    assert_eq!(refusal("nests"), (502, serde_json::Value::Null, serde_json::Value::Null, nests.into()));

    for number in 6..10 {
        assert_eq!(put(&format!("app{number}"), &app("return new Response('fine');")).0, 201);
    }
    assert_eq!(put("one-more", "").0, 429);
    assert_eq!(put("app6", &"x".repeat(262_145)).0, 413);
    assert_eq!(put("Not-A-Name", "").0, 400);
    // Neighbours and supervisor serve on.
    assert_eq!(server.get("/apps/app6/"), (200, "fine".into()));
    let log = without(&server.get("/log?app=spins").1, &["atMs", "ms"]);
    assert_eq!(log[0]["error"], "Error: Worker exceeded CPU time limit.");
}

/// Whatever an app throws is its own failure: 502 and a line in the log.
#[test]
fn the_platform_survives_what_apps_throw() {
    let data = Folder::new();
    let server = serve("app-platform", &data);
    let thrown = [
        ("bigint", "Object.assign(new Error('x'), { limit: 10n })", "Error: x"),
        ("forged", "Object.assign(new Error('x'), { limit: 'cpuMs', used: 1, max: 2 })", "Error: x"),
        (
            "circular",
            "(() => { const o = { limit: 'cpuMs' }; o.used = o; return Object.assign(new Error('x'), o); })()",
            "Error: x",
        ),
        ("no-text", "{ toString: 1, valueOf: 1 }", "The app threw a value that has no text."),
    ];
    for (name, value, text) in thrown {
        server.request("PUT", &format!("/apps/{name}"), &[], app(&format!("throw {value};")).as_bytes());
        let (status, answer) = server.get(&format!("/apps/{name}/"));
        assert_eq!((status, without(&answer, &[])), (502, serde_json::json!({ "error": text })), "{name}");
        let log = without(&server.get(&format!("/log?app={name}")).1, &["atMs", "ms"]);
        assert_eq!((log[0]["status"].clone(), log[0]["error"].clone()), (502.into(), text.into()), "{name}");
    }
    // An app that has broken a limit before does not make its next error one.
    let mixed =
        app("if (request.url.endsWith('spin')) for (;;); throw Object.assign(new Error('x'), { limit: 'cpuMs' });");
    server.request("PUT", "/apps/mixed", &[], mixed.as_bytes());
    assert_eq!(server.get("/apps/mixed/spin").0, 429);
    assert_eq!(server.get("/apps/mixed/").0, 502);
}

#[test]
fn the_platform_routes_by_path_and_method() {
    let data = Folder::new();
    let server = serve("app-platform", &data);
    let request = |method: &str, path: &str, body: &str| server.request(method, path, &[], body.as_bytes());
    let echo = app(
        "const { pathname, search, host } = new URL(request.url); return Response.json([pathname + search, host === request.headers.get('host')]);",
    );
    assert_eq!(request("PUT", "/apps/echo", &echo).0, 201);
    for path in ["//", "//evil.com/x", "//evil.com:99999/", "//@a:b@/", "/a/b?c=d"] {
        let seen = serde_json::json!([path, true]).to_string();
        assert_eq!(server.get(&format!("/apps/echo{path}")), (200, seen));
    }
    assert_eq!(server.get("/apps/echo"), (200, r#"["/",true]"#.into()));

    let names = r#"{"error":"The body names the new app: {\"to\": \"NAME\"}."}"#;
    for body in ["", "null", "5", "{}", r#"{"to":5}"#, r#"{"to":"x""#] {
        assert_eq!(request("POST", "/apps/echo/fork", body), (400, names.into()), "{body}");
    }
    for (method, path) in [("PUT", "/apps/"), ("DELETE", "/apps"), ("POST", "/apps"), ("POST", "/log")] {
        assert_eq!(request(method, path, "").0, 405, "{method} {path}");
    }
    assert_eq!(request("HEAD", "/log", "").0, 200);
}

/// A request is in the log as long as its app is there, whether it has ended or not.
#[test]
fn the_platform_logs_what_does_not_end() {
    let data = Folder::new();
    let server = serve("app-platform", &data);
    let waits = app("await new Promise(() => {});");
    let log = || without(&server.get("/log?app=waits").1, &["atMs", "ms"]);
    server.request("PUT", "/apps/waits", &[], waits.as_bytes());
    std::thread::scope(|scope| {
        let wait_for_log = || {
            for _ in 0..1000 {
                let log = log();
                if log[0]["app"] == "waits" {
                    return log;
                }
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
            panic!("nothing is logged: {}", server.log());
        };
        let waiting = scope.spawn(|| server.get("/apps/waits/").0);
        assert_eq!(wait_for_log()[0]["status"], serde_json::Value::Null);
        // Its end finds no line any more, and makes none for another app of the name.
        assert_eq!(server.request("DELETE", "/apps/waits", &[], b"").0, 204);
        assert_eq!(server.request("PUT", "/apps/waits", &[], waits.as_bytes()).0, 201);
        assert_eq!(waiting.join().expect("an answer"), 502);
        assert_eq!(log(), serde_json::json!([]));
    });
    let (status, answer) = server.get("/apps/waits/");
    assert_eq!((status, without(&answer, &[])["limit"].clone()), (429, "wallMs".into()));
    assert_eq!(log()[0]["status"], 429);
}

/// The poll closes itself, whether the process lives on or another one takes over: nobody asks the app meanwhile.
#[test]
fn an_alarm_of_an_app_fires_after_a_restart() {
    let data = Folder::new();
    let server = serve("app-platform", &data);
    server.request("PUT", "/apps/poll", &[], &tenant("poll.js"));
    server.request("PUT", "/apps/other", &[], &tenant("poll.js"));
    let open = |server: &Server, app: &str, seconds: f64| {
        let body = format!(r#"{{"question":"Tea?","options":["yes","no"],"seconds":{seconds}}}"#);
        let answer = server.request("POST", &format!("/apps/{app}/"), &[], body.as_bytes());
        assert_eq!(answer, (200, r#"{"question":"Tea?","votes":{"yes":0,"no":0},"open":true}"#.into()));
    };
    open(&server, "poll", 2.5);
    open(&server, "other", 0.1);
    let vote = server.request("POST", "/apps/poll/vote", &[], br#"{"option":"yes"}"#);
    assert_eq!(vote, (200, r#"{"question":"Tea?","votes":{"yes":1,"no":0},"open":true}"#.into()));
    let closed = |server: &Server, app: &str| {
        for _ in 0..1000 {
            // The list tells of the alarm without waking the app: an alarm is an event that it counts.
            let apps = without(&server.get("/apps").1, &[]);
            let app =
                apps.as_array().expect("a list").iter().find(|found| found["name"] == app).expect("the app").clone();
            let asked = if app["name"] == "poll" { 3 } else { 2 };
            if app["stats"]["totals"]["requests"] == asked {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(30));
        }
        panic!("{app} does not close: {}", server.log());
    };
    closed(&server, "other");
    drop(server);
    let server = serve("app-platform", &data);
    closed(&server, "poll");
    let (_, text) = server.get("/apps/poll/");
    assert_eq!(
        without(&text, &["closedMs"]).to_string(),
        r#"{"question":"Tea?","votes":{"yes":1,"no":0},"open":false}"#
    );
    assert_eq!(server.request("POST", "/apps/poll/vote", &[], br#"{"option":"no"}"#).0, 409);
}

/// A fork has no alarm, but closes when its original does; what is refused changes nothing.
#[test]
fn a_fork_of_a_poll_closes() {
    let data = Folder::new();
    let server = serve("app-platform", &data);
    let post = |path: &str, body: &str| server.request("POST", path, &[], body.as_bytes());
    server.request("PUT", "/apps/poll", &[], &tenant("poll.js"));
    let poll = |seconds: &str| format!(r#"{{"question":"Tea?","options":["yes","no"],"seconds":{seconds}}}"#);
    post("/apps/poll/", &poll("2"));
    post("/apps/poll/vote", r#"{"option":"yes"}"#);
    for seconds in ["\"x\"", "0", "-1", "null", "1e999"] {
        assert_eq!(post("/apps/poll/", &poll(seconds)).0, 400, "{seconds}");
    }
    post("/apps/poll/fork", r#"{"to":"forked"}"#);
    for app in ["poll", "forked"] {
        let open = (200, r#"{"question":"Tea?","votes":{"yes":1,"no":0},"open":true}"#.into());
        assert_eq!(server.get(&format!("/apps/{app}/")), open);
    }
    for app in ["poll", "forked"] {
        let is_closed = || without(&server.get(&format!("/apps/{app}/")).1, &[])["open"] == false;
        let closes = (0..300).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(30));
            is_closed()
        });
        assert!(closes, "{app} does not close: {}", server.log());
    }
}
