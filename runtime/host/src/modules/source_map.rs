//! Source maps that come with JavaScript: what a bundler wrote into a file, or beside it.
//!
//! Owns finding the map that a module names at its end, and the names of its sources: from the project's folder, never with a path
//! of the machine. It must not know how positions are mapped.

use std::path::{Component, Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use denizen_bindings::modules::{SCHEME, url_of_file};
use denizen_core::limits::{LOADED_SOURCE_MAP_BYTES, SOURCE_MAP_BYTES};
use serde_json::Value;

const COMMENT: &str = "//# sourceMappingURL=";

/// Takes the source map that `code`, which lies at `path`, names in its last line. The line goes, too: deno_core would read it
/// again, and not know the names. A map that is missing, too large or broken is none: the code runs all the same.
pub fn take_source_map(path: &Path, code: &mut String, root: &Path) -> Option<String> {
    let (kept, url) = split(code)?;
    let folder = path.parent()?;
    let (text, folder) = match url.strip_prefix("data:") {
        Some(data) => (from_data(data, SOURCE_MAP_BYTES)?, folder.to_path_buf()),
        None => {
            let relative = Path::new(url);
            // A map lies beside its file or below: a package has no business to name another one.
            if !relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
                return None;
            }
            let map = folder.join(relative);
            if std::fs::metadata(&map).ok()?.len() > SOURCE_MAP_BYTES as u64 {
                return None;
            }
            (std::fs::read_to_string(&map).ok()?, map.parent()?.to_path_buf())
        }
    };
    let map = named(&text, |prefix, name| display(&folder, root, prefix, name))?;
    let kept = kept.len();
    code.truncate(kept);
    Some(map)
}

/// The source map that lies in the code of a loaded Worker, with names that lead nowhere on this machine.
pub fn inline_source_map(code: &str) -> Option<String> {
    let text = from_data(split(code)?.1.strip_prefix("data:")?, LOADED_SOURCE_MAP_BYTES)?;
    named(&text, |prefix, name| display(Path::new(""), Path::new("/"), prefix, name))
}

/// `code` without a source map that lies in it.
pub fn without_inline_source_map(code: &str) -> &str {
    split(code).filter(|(_, url)| url.starts_with("data:")).map_or(code, |(kept, _)| kept)
}

/// The code before a last line that names a source map, and the map's URL.
fn split(code: &str) -> Option<(&str, &str)> {
    let start = code.trim_end().rfind('\n').map_or(0, |newline| newline + 1);
    let url = code[start..].trim().strip_prefix(COMMENT)?.trim();
    Some((&code[..start], url))
}

/// The map in `text`, its sources called what `name` makes of the map's prefix and name for them.
fn named(text: &str, name: impl Fn(&str, &str) -> String) -> Option<String> {
    let mut map: Value = serde_json::from_str(text).ok()?;
    let object = map.as_object_mut()?;
    if object.get("version")?.as_u64()? != 3 || object.contains_key("sections") {
        return None;
    }
    let prefix = object.remove("sourceRoot").and_then(|root| root.as_str().map(str::to_owned)).unwrap_or_default();
    for source in object.get_mut("sources")?.as_array_mut()? {
        let name = source.as_str().map(|given| name(&prefix, given)).unwrap_or_default();
        // What deno_core takes for the name of the file has to be a URL.
        *source = Value::String(format!("{SCHEME}{}", url_of_file(&name).ok()?));
    }
    serde_json::to_string(&map).ok()
}

fn from_data(data: &str, bytes: usize) -> Option<String> {
    let (kind, content) = data.split_once(',')?;
    if data.len() > bytes || !kind.ends_with(";base64") {
        return None;
    }
    String::from_utf8(STANDARD.decode(content).ok()?).ok()
}

/// How people call the source `name` of a map in `folder`: from `root` if it lies there, and else without what leads out of it.
fn display(folder: &Path, root: &Path, prefix: &str, name: &str) -> String {
    let name = name.strip_prefix("file://").unwrap_or(name);
    // A bundler's scheme, as in "webpack://name/src/index.ts".
    let name = name.split_once("://").map_or(name, |(_, path)| path.split_once('/').map_or(path, |(_, path)| path));
    let given = PathBuf::from(prefix).join(name);
    let mut whole = PathBuf::new();
    for part in folder.join(&given).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(whole.pop()),
            part => whole.push(part),
        }
    }
    if let Ok(inside) = whole.strip_prefix(root) {
        return inside.to_string_lossy().into_owned();
    }
    if given.is_absolute() {
        return given.file_name().unwrap_or_default().to_string_lossy().into_owned();
    }
    let kept: PathBuf = given.components().filter(|part| matches!(part, Component::Normal(_))).collect();
    kept.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(code: &str) -> Option<Vec<String>> {
        let mut code = code.to_owned();
        let map = take_source_map(Path::new("/home/me/app/dist/worker.js"), &mut code, Path::new("/home/me/app"))?;
        assert_eq!(code, "let a;\n");
        let map: Value = serde_json::from_str(&map).expect("JSON");
        let names = map["sources"].as_array().expect("list").iter().map(|name| name.as_str().expect("text"));
        Some(names.map(|name| name.replace("worker:file:///bundle/", "")).collect())
    }

    fn inline(map: &str) -> String {
        format!("let a;\n{COMMENT}data:application/json;base64,{}\n", STANDARD.encode(map))
    }

    #[test]
    fn sources_are_named_from_the_project() {
        let map = r#"{"version":3,"sources":["../src/index.ts","../../shared/x.ts","/home/me/secret/y.ts","webpack://app/src/z.ts"],"mappings":""}"#;
        let found = sources(&inline(map)).expect("a map");
        assert_eq!(found, ["src/index.ts", "shared/x.ts", "y.ts", "dist/src/z.ts"]);
        let map = r#"{"version":3,"sourceRoot":"../lib","sources":["a.ts"],"mappings":""}"#;
        assert_eq!(sources(&inline(map)).expect("a map"), ["lib/a.ts"]);
    }

    #[test]
    fn a_map_in_the_code_is_read_without_files() {
        let code = inline(r#"{"version":3,"sources":["../src/a.ts","/etc/passwd"],"mappings":""}"#);
        let map: Value = serde_json::from_str(&inline_source_map(&code).expect("a map")).expect("JSON");
        assert_eq!(
            map["sources"],
            serde_json::json!(["worker:file:///bundle/src/a.ts", "worker:file:///bundle/etc/passwd"])
        );
        assert_eq!(without_inline_source_map(&code), "let a;\n");
        let beside = format!("let a;\n{COMMENT}a.js.map");
        assert!(inline_source_map(&beside).is_none());
        assert_eq!(without_inline_source_map(&beside), beside);
    }

    #[test]
    fn what_is_no_map_is_none() {
        assert!(sources("let a;").is_none());
        assert!(sources(&inline("{")).is_none());
        assert!(sources(&inline(r#"{"version":3,"sections":[],"sources":[]}"#)).is_none());
        assert!(sources(&format!("a\n{COMMENT}/etc/passwd")).is_none());
        assert!(sources(&format!("a\n{COMMENT}../../x.map")).is_none());
        assert!(sources(&format!("{COMMENT}x.map\nlet more;")).is_none());
        assert!(inline_source_map("let a;").is_none() && inline_source_map("").is_none());
    }
}
