//! The main job: a supervisor object with a loaded facet, each with a database of its own.

use crate::support::{Folder, Server, root};

fn serve(data: &Folder) -> Server {
    let config = root().join("examples/app-runner/wrangler.jsonc");
    let data = data.path("data");
    Server::start(&["-c", config.to_str().expect("UTF-8"), "--data", data.to_str().expect("UTF-8")])
}

fn expected(path: &str, requests: u32, seen: u32) -> String {
    format!("You've made {requests} requests.\nThe supervisor saw {path} {seen} times.\n")
}

#[test]
fn the_example_counts_in_both_databases_and_counts_on_after_a_restart() {
    let data = Folder::new();
    let server = serve(&data);
    assert_eq!(server.get("/a"), (200, expected("/a", 1, 1)));
    assert_eq!(server.get("/b"), (200, expected("/b", 2, 1)));
    assert_eq!(server.get("/a"), (200, expected("/a", 3, 2)));
    assert_eq!(server.stop(), Some(0));
    let server = serve(&data);
    assert_eq!(server.get("/a"), (200, expected("/a", 4, 3)));
    drop(server);
    // Killed, not stopped: what was answered is there all the same.
    let server = serve(&data);
    assert_eq!(server.get("/b"), (200, expected("/b", 5, 2)));
    let mut files: Vec<_> = std::fs::read_dir(data.path("data/app-runner-AppRunner"))
        .expect("folder of the namespace")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| !name.ends_with("-wal") && !name.ends_with("-shm"))
        .map(|name| name.split_once('.').map(|(_, rest)| rest.to_owned()).unwrap_or_default())
        .collect();
    files.sort();
    assert_eq!(files, ["1.sqlite", "facets", "sqlite"]);
}

#[test]
fn a_second_process_is_kept_out_of_the_data() {
    let data = Folder::new();
    let _server = serve(&data);
    let mut command = crate::support::denizen();
    command.args(["serve", "--port", "0", "-c"]).arg(root().join("examples/app-runner/wrangler.jsonc"));
    command.arg("--data").arg(data.path("data"));
    let output = crate::support::finish(&mut command);
    assert_eq!(output.status.code(), Some(1));
    assert!(crate::support::text(&output).contains("another process uses the data folder"));
}
