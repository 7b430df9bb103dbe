//! JavaScript that is compared with Node's own, and cases and packages from npm whose same bytes run on workerd and here.

use std::process::Command;

use crate::support::{finish, root, text};

fn node(script: &str, args: &[&str]) {
    let mut command = Command::new("node");
    command.arg(root().join(script)).args(args);
    let output = finish(&mut command);
    let text = text(&output);
    assert!(output.status.success(), "{script}: {text}");
    let passed = text.lines().rev().find_map(|line| line.split_once(" passed, ")?.0.parse::<u32>().ok());
    assert!(passed.is_some_and(|passed| passed > 0), "{script} ran nothing: {text}");
}

#[test]
fn assert_behaves_as_nodes() {
    node("tests/node/assert.test.mjs", &[]);
}

#[test]
fn modules_of_node_answer_as_node_but_where_it_is_recorded() {
    node("tests/node/compare.mjs", &["check"]);
}

#[test]
fn headers_and_forms_behave_as_nodes() {
    node("tests/node/fetch_parts.test.mjs", &[]);
}

#[test]
fn conformance_cases_give_what_workerd_gave() {
    node("tests/conformance/run.mjs", &["check", "--denizen", env!("CARGO_BIN_EXE_denizen")]);
}

#[test]
fn the_example_answers_as_on_workerd() {
    node("tests/conformance/example.mjs", &["check", "--denizen", env!("CARGO_BIN_EXE_denizen")]);
}

#[test]
fn packages_from_npm_do_what_they_do_on_workerd() {
    node("tests/packages/run.mjs", &["check", "--denizen", env!("CARGO_BIN_EXE_denizen")]);
}

#[test]
fn workerd_still_gives_what_was_recorded() {
    node("tests/conformance/run.mjs", &["verify"]);
}

#[test]
fn data_folders_move_between_workerd_and_here() {
    let mut command = Command::new("node");
    command.args(["--test", "--test-reporter", "tap"]).arg(root().join("tests/node/interop.test.mjs"));
    command.env("DENIZEN", env!("CARGO_BIN_EXE_denizen"));
    let output = finish(&mut command);
    let text = text(&output);
    assert!(output.status.success() && text.contains("# pass 4"), "{text}");
}
