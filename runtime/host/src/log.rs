//! The lines of Workers' consoles.
//!
//! Owns where a line goes, how much of it, and that no text of a Worker passes for the runtime's: a line that begins at the margin
//! is the runtime's word for who wrote it, and what would move a terminal's cursor is shown and not done. It must not know V8.

use std::borrow::Cow;
use std::io::{IsTerminal, Write};
use std::sync::LazyLock;

use denizen_core::limits::CONSOLE_LINE_BYTES;

use crate::shard::turn::user_paths;

/// Whether lines go to a terminal that is to have colours.
pub fn has_colors() -> bool {
    static COLORS: LazyLock<bool> = LazyLock::new(|| {
        std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) && std::io::stderr().is_terminal()
    });
    *COLORS
}

/// Prints what `label` (a Worker, or `worker/Class:id8/facet`) wrote at `level`. Gives the bytes of it.
pub fn print(label: &str, level: &str, text: &str) -> usize {
    let line = format!("{} {level} {}\n", visible(label).replace('\n', "\\n"), bounded(text));
    // Nobody is left to be told if the stream is closed.
    drop(std::io::stderr().lock().write_all(line.as_bytes()));
    line.len()
}

/// `text` cut to the bound, with the names that its author knows, harmless, and indented from its second line on.
pub fn bounded(text: &str) -> String {
    let mut cut = text.len().min(CONSOLE_LINE_BYTES);
    while !text.is_char_boundary(cut) {
        cut -= 1;
    }
    let mark = if cut < text.len() { " [cut]" } else { "" };
    let text = user_paths(&text[..cut]);
    format!("{}{mark}", visible(&text).replace('\n', "\n    "))
}

/// `text` without characters that a terminal obeys, but for colours.
fn visible(text: &str) -> Cow<'_, str> {
    // Marks of writing direction show a line in another order than it has.
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let obeyed = |c: char| (c.is_control() || turns(c)) && c != '\n' && c != '\t';
    if !text.contains(obeyed) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(at) = rest.find(obeyed) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let color = color_length(rest);
        let length = if color > 0 { color } else { rest.chars().next().map_or(1, char::len_utf8) };
        match color {
            0 => out.extend(rest[..length].chars().map(|c| format!("\\x{:02x}", u32::from(c)))),
            _ => out.push_str(&rest[..length]),
        }
        rest = &rest[length..];
    }
    out.push_str(rest);
    let last = out.rfind("\u{1b}[").map(|at| &out[at..at + color_length(&out[at..])]);
    if last.is_some_and(|last| !ENDS.contains(&last)) {
        // Colours end with the line.
        out.push_str("\u{1b}[0m");
    }
    Cow::Owned(out)
}

/// Sequences that end what others began, as formatters write them.
const ENDS: &[&str] = &["\u{1b}[0m", "\u{1b}[m", "\u{1b}[39m", "\u{1b}[49m", "\u{1b}[22m", "\u{1b}[23m", "\u{1b}[24m"];

/// Bytes of the sequence for colours that `text` begins with, 0 if it begins with none.
fn color_length(text: &str) -> usize {
    let Some(parameters) = text.strip_prefix("\u{1b}[") else { return 0 };
    let length = parameters.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b';').count();
    // What is concealed (8) is no colour.
    let hides = parameters[..length].split(';').any(|parameter| parameter.trim_start_matches('0') == "8");
    if parameters.as_bytes().get(length) == Some(&b'm') && !hides { length + 3 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_given_colours_and_nothing_else() {
        assert_eq!(visible("plain \u{e9}"), "plain \u{e9}");
        assert_eq!(visible("\u{1b}[1;31mred\u{1b}[0m"), "\u{1b}[1;31mred\u{1b}[0m");
        assert_eq!(visible("\u{1b}[31mopen"), "\u{1b}[31mopen\u{1b}[0m");
        assert_eq!(visible("\u{1b}[8mhidden\u{202e}"), "\\x1b[8mhidden\\x202e");
        assert_eq!(visible("a\u{1b}[2Ab\rc\u{9b}d\u{1b}"), "a\\x1b[2Ab\\x0dc\\x9bd\\x1b");
    }

    #[test]
    fn a_text_never_begins_a_line_of_its_own() {
        assert_eq!(bounded("one\ndenizen: two"), "one\n    denizen: two");
        let long = bounded(&"x".repeat(CONSOLE_LINE_BYTES + 1));
        assert!(long.ends_with(" [cut]") && long.len() == CONSOLE_LINE_BYTES + 6);
    }
}
