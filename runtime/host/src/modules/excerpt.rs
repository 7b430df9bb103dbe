//! Excerpts of sources: the lines around a place that an error names.
//!
//! Owns reading places out of stacks, finding the text of a file that the user wrote, and the frame of lines with its caret. It
//! must not know what became of the error.

use denizen_bindings::call::ModuleBundle;
use denizen_bindings::modules::{BUNDLE, SCHEME};
use serde_json::Value;

/// Lines before and after the one that is meant.
const AROUND: usize = 2;
/// Characters of a line that are shown.
const WIDTH: usize = 120;
/// Lines of a stack in which a place is looked for.
const FRAMES: usize = 50;

/// A place in a file, with lines and columns from 1.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The file, as stacks name it.
    pub file: String,
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

/// The place that a line of a stack names: `    at name (file:1:2)` or `    at file:1:2`.
fn place_of(line: &str) -> Option<Place> {
    let at = line.trim_start().strip_prefix("at ")?;
    let inner = at.rsplit_once(" (").map_or(at.strip_prefix("async ").unwrap_or(at), |(_, place)| place);
    let (rest, column) = inner.trim_end_matches(')').rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    let file = file.strip_prefix(BUNDLE).unwrap_or(file);
    Some(Place { file: file.to_owned(), line: line.parse().ok()?, column: column.parse().ok()? })
}

/// The lines around the first place of `stack` that lies in a bundle. `origin` is who threw, as the log calls them; a line
/// `thrown in <origin>:` says that what follows came from elsewhere. `bundle_of` gives the bundle of a Worker by its name.
pub fn excerpt<'a>(
    bundle_of: impl Fn(&str) -> Option<&'a ModuleBundle>,
    origin: &str,
    stack: &str,
) -> Option<(Place, String)> {
    let worker = |origin: &str| bundle_of(origin.split('/').next().unwrap_or_default());
    let mut bundle = worker(origin);
    let mut frames = 0;
    for line in stack.lines() {
        if let Some(elsewhere) = line.trim().strip_prefix("thrown in ") {
            bundle = worker(elsewhere.trim_end_matches(':'));
        }
        let Some(place) = place_of(line) else { continue };
        frames += 1;
        if frames > FRAMES {
            return None;
        }
        let source = bundle.and_then(|bundle| source_of(bundle, &place.file));
        if let Some(lines) = source.and_then(|source| frame(&source, place.line, place.column)) {
            return Some((place, lines));
        }
    }
    None
}

/// The text of a file, as the user wrote it: what a source map holds of it, or the module of that name.
fn source_of(bundle: &ModuleBundle, file: &str) -> Option<String> {
    let module = bundle.modules.get(&format!("{BUNDLE}{file}"));
    if let Some(module) = module.filter(|module| module.source_map.is_none()) {
        return String::from_utf8(module.content.to_vec()).ok();
    }
    let maps = bundle.modules.values().filter_map(|module| module.source_map.as_deref());
    maps.filter_map(|map| serde_json::from_slice::<Value>(map).ok()).find_map(|map| {
        let index = map.get("sources")?.as_array()?.iter().position(|name| {
            let name = name.as_str().unwrap_or_default();
            name == file || name.strip_prefix(SCHEME).and_then(|name| name.strip_prefix(BUNDLE)) == Some(file)
        })?;
        Some(map.get("sourcesContent")?.get(index)?.as_str()?.to_owned())
    })
}

/// The lines around a place, with their numbers, and a caret below the column.
pub fn frame(source: &str, line: usize, column: usize) -> Option<String> {
    let first = line.checked_sub(1)?.saturating_sub(AROUND);
    let shown: Vec<_> = source.lines().enumerate().skip(first).take(line + AROUND - first).collect();
    if !shown.iter().any(|(index, _)| index + 1 == line) {
        return None;
    }
    let digits = (line + AROUND).to_string().len();
    // Of a very long line, the part around the column.
    let skipped = if column > WIDTH { column - WIDTH / 2 } else { 0 };
    let mut out = String::new();
    for (index, text) in shown {
        let text: String = text.chars().skip(skipped).take(WIDTH).map(|c| if c == '\t' { ' ' } else { c }).collect();
        let mark = if index + 1 == line { '>' } else { ' ' };
        out.push_str(format!("{mark} {:>digits$} | {text}", index + 1).trim_end());
        out.push('\n');
        if index + 1 == line {
            out.push_str(&format!("  {:digits$} | {}^\n", "", " ".repeat(column.saturating_sub(1 + skipped))));
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_from_the_lines_of_stacks() {
        let place = |line: usize, column: usize| Some(Place { file: "src/a.ts".into(), line, column });
        assert_eq!(place_of("    at Object.fetch (src/a.ts:3:14)"), place(3, 14));
        assert_eq!(place_of("    at async src/a.ts:3:14"), place(3, 14));
        assert_eq!(place_of("    at file:///bundle/src/a.ts:1:2"), place(1, 2));
        for none in ["Error: at x", "    at String (<anonymous>)", "    at new Promise (<anonymous>)", ""] {
            assert_eq!(place_of(none), None, "{none}");
        }
    }

    #[test]
    fn a_frame_has_the_line_and_a_caret() {
        assert_eq!(frame("one\ntwo\n\tthree", 2, 2).as_deref(), Some("  1 | one\n> 2 | two\n    |  ^\n  3 |  three\n"));
        assert_eq!(frame("one", 2, 1), None);
        assert_eq!(frame("one", 0, 1), None);
        let long = frame(&format!("{}X{}", "a".repeat(5000), "b".repeat(5000)), 1, 5001).expect("a frame");
        let caret = long.lines().nth(1).and_then(|line| line.find('^')).expect("a caret");
        assert_eq!(long.lines().next().and_then(|line| line.chars().nth(caret)), Some('X'));
    }
}
