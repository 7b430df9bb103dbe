//! Each folder of `tests/specs` is a project whose exported tests pass, or fail in the way that the folder says.

use crate::support::{denizen, finish, root, text};

#[test]
fn every_spec_does_what_its_folder_says() {
    let folder = root().join("tests/specs");
    let mut names: Vec<_> = std::fs::read_dir(&folder)
        .expect("tests/specs")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    assert!(!names.is_empty(), "there are no specs");
    let mut wrong = Vec::new();
    for name in &names {
        let spec = folder.join(name);
        let mut command = denizen();
        command.arg("test");
        match ["wrangler.jsonc", "wrangler.toml"].iter().map(|file| spec.join(file)).find(|path| path.is_file()) {
            Some(config) => command.arg("-c").arg(config),
            None => {
                let main = ["main.js", "main.ts"].iter().map(|file| spec.join(file)).find(|path| path.is_file());
                command.arg(main.unwrap_or_else(|| panic!("{name} has no main.js, main.ts or wrangler file")))
            }
        };
        let output = finish(&mut command);
        let text = text(&output);
        let expected = std::fs::read_to_string(spec.join("expected_failure.txt")).ok();
        let code = if expected.is_some() { 1 } else { 0 };
        let missing: Vec<_> =
            expected.iter().flat_map(|text| text.lines()).filter(|line| !text.contains(*line)).collect();
        if output.status.code() != Some(code) || !missing.is_empty() {
            wrong.push(format!("{name}: exit {:?}, missing {missing:?}\n{text}", output.status.code()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
