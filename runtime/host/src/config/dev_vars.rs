//! Owns `.dev.vars` and `.env`: which files apply and how their dotenv text is read, as wrangler reads it, but for `$NAME` in a
//! value of `.env`, which stays as it is.
//! Must not know what the values are for, nor print or log them: they are secrets.

use std::io;
use std::path::{Path, PathBuf};

use super::error::{ConfigError, Diagnostic, Level};

/// One assignment.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct DevVar {
    pub(super) key: String,
    pub(super) value: String,
    pub(super) line: usize,
}

/// A file that applied. A key that is assigned twice has its last value.
#[derive(Debug)]
pub(super) struct DevVars {
    pub(super) path: PathBuf,
    /// What its kind of file is called.
    pub(super) kind: &'static str,
    pub(super) vars: Vec<DevVar>,
}

/// Reads `.dev.vars.<environment>` of `directory`, or `.dev.vars` where that one does not exist. Without either, all of
/// `.env`, `.env.<environment>`, `.env.local` and `.env.<environment>.local`, of which later ones lie over earlier ones.
pub(super) fn read_dev_vars(
    directory: &Path,
    environment: Option<&str>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Vec<DevVars>, ConfigError> {
    let own = |file: &str, rest: &str| environment.map(|name| format!("{file}.{name}{rest}"));
    for file in own(DEV_VARS, "").into_iter().chain([DEV_VARS.to_owned()]) {
        if let Some(vars) = read_file(directory.join(file), DEV_VARS, diagnostics)? {
            return Ok(vec![vars]);
        }
    }
    let files = [Some(ENV.to_owned()), own(ENV, ""), Some(format!("{ENV}.local")), own(ENV, ".local")];
    let read = files.into_iter().flatten().map(|file| read_file(directory.join(file), ENV, diagnostics));
    read.filter_map(Result::transpose).collect()
}

const DEV_VARS: &str = ".dev.vars";
const ENV: &str = ".env";

/// What is in the file `path`, if there is one.
fn read_file(
    path: PathBuf,
    kind: &'static str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Option<DevVars>, ConfigError> {
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(ConfigError::Read { path, source }),
    };
    let (vars, unread) = parse(&text);
    // The text of the line stays out of the message, for it may hold a secret.
    diagnostics.extend(unread.into_iter().map(|line| Diagnostic {
        level: Level::Warning,
        path: path.clone(),
        line: Some(line),
        message: "not of the form KEY=value: ignored".to_owned(),
    }));
    Ok(Some(DevVars { path, kind, vars }))
}

/// The assignments, and the lines that are none.
fn parse(text: &str) -> (Vec<DevVar>, Vec<usize>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n");
    let mut vars: Vec<DevVar> = Vec::new();
    let mut unread = Vec::new();
    let mut rest = text.as_str();
    let mut line = 1;
    // Each turn takes at least one line from `rest`.
    while !rest.is_empty() {
        let end = rest.find('\n').unwrap_or(rest.len());
        let mut taken = end;
        let head = rest[..end].trim();
        if !head.is_empty() && !head.starts_with('#') {
            match key_length(&rest[..end]) {
                Some((key, value_start)) => {
                    let (value, value_length) = read_value(&rest[value_start..]);
                    taken = value_start + value_length;
                    vars.retain(|earlier| earlier.key != key);
                    vars.push(DevVar { key: key.to_owned(), value, line });
                }
                None => unread.push(line),
            }
        }
        line += rest[..taken].matches('\n').count() + 1;
        rest = rest.get(taken + 1..).unwrap_or("");
    }
    (vars, unread)
}

/// The key of a line, and the byte at which its value starts. `export` may come first; the separator is `=`, or a
/// colon and a space.
fn key_length(line: &str) -> Option<(&str, usize)> {
    let mut start = line.len() - line.trim_start().len();
    if let Some(after) = line[start..].strip_prefix("export")
        && after.starts_with(char::is_whitespace)
    {
        start = line.len() - after.trim_start().len();
    }
    let is_key = |character: char| character.is_ascii_alphanumeric() || "_.-".contains(character);
    let length = line[start..].find(|character| !is_key(character))?;
    let key = &line[start..start + length];
    let after = &line[start + length..];
    let separated = after.trim_start().strip_prefix('=').or_else(|| {
        let after = after.strip_prefix(':')?;
        after.starts_with(char::is_whitespace).then_some(after)
    })?;
    (!key.is_empty()).then_some((key, line.len() - separated.len()))
}

/// The value at the start of `text`, and how many bytes it and the rest of its last line take.
fn read_value(text: &str) -> (String, usize) {
    let line_end = text.find('\n').unwrap_or(text.len());
    let line = &text[..line_end];
    let open = line.len() - line.trim_start().len();
    let quote = line[open..].chars().next().filter(|first| "\"'`".contains(*first));
    let quoted = quote.and_then(|quote| read_quoted(text, open, quote));
    let (value, end) = quoted.unwrap_or_else(|| {
        // Quotes inside the quotes, as around plain JSON: the outermost pair goes, if it is one.
        let plain = line.split('#').next().unwrap_or(line).trim();
        let inner = quote.and_then(|quote| plain.strip_prefix(quote)?.strip_suffix(quote));
        (inner.unwrap_or(plain), line_end)
    });
    // Only these two escapes exist, and only after a double quote.
    let value = if quote == Some('"') { value.replace("\\n", "\n").replace("\\r", "\r") } else { value.to_owned() };
    (value, end)
}

/// The text between the quote at `open` and the one that closes it, and where the line of the latter ends. A quote
/// closes if only a comment follows it; one behind a backslash does so if no other one does.
fn read_quoted(text: &str, open: usize, quote: char) -> Option<(&str, usize)> {
    let start = open + 1;
    let closes = |index: usize| {
        let end = text[index..].find('\n').map_or(text.len(), |length| index + length);
        let tail = text[index + 1..end].trim();
        (tail.is_empty() || tail.starts_with('#')).then_some((&text[start..index], end))
    };
    let quotes = || text[start..].match_indices(quote).map(|(index, _)| start + index);
    let escaped = |index: &usize| text[..*index].ends_with('\\');
    let plain = quotes().find(|index| !escaped(index)).and_then(closes);
    plain.or_else(|| quotes().take_while(escaped).filter_map(closes).next())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vars(text: &str) -> Vec<(String, String)> {
        let (vars, unread) = parse(text);
        assert_eq!(unread, [0; 0], "{text}");
        vars.into_iter().map(|var| (var.key, var.value)).collect()
    }

    fn value(text: &str) -> String {
        let mut vars = vars(text);
        assert_eq!(vars.len(), 1, "{vars:?}");
        vars.remove(0).1
    }

    #[test]
    fn plain_values_are_trimmed_and_end_at_a_comment() {
        for (text, expected) in [
            ("A=b", "b"),
            ("  A = b c  # d", "b c"),
            ("A=b#c", "b"),
            ("export A=b", "b"),
            ("A: b", "b"),
            ("A=", ""),
            ("A=b=c", "b=c"),
            ("A=a\\nb", "a\\nb"),
            ("A=\r\n", ""),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
    }

    #[test]
    fn quotes_keep_spaces_and_comment_signs() {
        for (text, expected) in [
            ("A=\" b # c \" # d", " b # c "),
            ("A='b\\nc'", "b\\nc"),
            ("A=\"b\\nc\"", "b\nc"),
            ("A=`b \"c\" 'd'`", "b \"c\" 'd'"),
            ("A=\"{\\\"b\\\":1}\"", "{\\\"b\\\":1}"),
            ("A=\"\"", ""),
            ("A=\"C:\\\"", "C:\\"),
            ("A=\"b", "\"b"),
            ("A=\"b\" c", "\"b\" c"),
            ("A=\"{\"b\":1}\"", "{\"b\":1}"),
            ("A=\"b\\nc", "\"b\nc"),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
    }

    #[test]
    fn quoted_values_span_lines_and_later_lines_keep_their_numbers() {
        let (vars, unread) = parse("# head\nKEY=\"one\n two # not a comment\nthree\" # tail\n\nwhat is this\nB=1");
        assert_eq!((vars[0].value.as_str(), vars[0].line), ("one\n two # not a comment\nthree", 2));
        assert_eq!((vars[1].key.as_str(), vars[1].line), ("B", 7));
        assert_eq!(unread, [6]);
    }

    #[test]
    fn the_last_assignment_wins() {
        assert_eq!(vars("A=1\nB=2\nA=3\n"), [("B".to_owned(), "2".to_owned()), ("A".to_owned(), "3".to_owned())]);
    }

    #[test]
    fn an_empty_value_does_not_take_the_next_line() {
        assert_eq!(vars("A=\nB=2")[0], ("A".to_owned(), String::new()));
    }
}
