//! Owns typed access to the tree of values: a cursor is a value with the path of keys that led to it, so that every
//! error names file, line, key, expected and found type. Must not know what any key means.

use std::path::Path;

use super::error::{ConfigError, Diagnostic, Level};
use super::position::{Entry, Node, Value};

/// What one file has given rise to so far, besides its values.
#[derive(Debug)]
pub(super) struct Report<'a> {
    /// The file, as the caller named it.
    pub(super) file: &'a Path,
    /// Written by every part that reads the file, handed to the caller of `load`.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// What denizen lacks; not empty means that `load` fails once everything is read.
    pub(super) unsupported: Vec<Diagnostic>,
}

impl Report<'_> {
    pub(super) fn warn(&mut self, line: usize, message: impl Into<String>) {
        self.diagnostics.push(self.diagnostic(Level::Warning, line, message));
    }

    pub(super) fn notice(&mut self, line: usize, message: impl Into<String>) {
        self.diagnostics.push(self.diagnostic(Level::Notice, line, message));
    }

    pub(super) fn unsupported(&mut self, line: usize, message: impl Into<String>) {
        self.unsupported.push(self.diagnostic(Level::Warning, line, message));
    }

    fn diagnostic(&self, level: Level, line: usize, message: impl Into<String>) -> Diagnostic {
        Diagnostic { level, path: self.file.to_owned(), line: Some(line), message: message.into() }
    }
}

/// A value, and how it was reached.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'a> {
    file: &'a Path,
    node: &'a Node,
    /// The path of keys from the root, such as `services[0].binding`; empty at the root.
    key: String,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(file: &'a Path, node: &'a Node, key: impl Into<String>) -> Self {
        Self { file, node, key: key.into() }
    }

    pub(super) fn file(&self) -> &'a Path {
        self.file
    }

    pub(super) fn node(&self) -> &'a Node {
        self.node
    }

    pub(super) fn line(&self) -> usize {
        self.node.line
    }

    fn mismatch(&self, expected: &'static str) -> ConfigError {
        ConfigError::Type {
            path: self.file.to_owned(),
            line: self.node.line,
            key: if self.key.is_empty() { "the configuration".to_owned() } else { self.key.clone() },
            expected,
            found: self.node.type_name(),
        }
    }

    /// An error about this value, continuing the sentence that starts with its key.
    pub(super) fn invalid(&self, message: impl Into<String>) -> ConfigError {
        let (path, key) = (self.file.to_owned(), self.key.clone());
        ConfigError::Invalid { path, line: self.node.line, key, message: message.into() }
    }

    pub(super) fn string(&self) -> Result<&'a str, ConfigError> {
        match &self.node.value {
            Value::String(text) => Ok(text),
            _ => Err(self.mismatch("a string")),
        }
    }

    /// A string that something is named by.
    pub(super) fn name(&self) -> Result<String, ConfigError> {
        match self.string()? {
            "" => Err(self.invalid("must not be empty")),
            text => Ok(text.to_owned()),
        }
    }

    pub(super) fn boolean(&self) -> Result<bool, ConfigError> {
        match self.node.value {
            Value::Bool(value) => Ok(value),
            _ => Err(self.mismatch("a boolean")),
        }
    }

    /// A whole number that is not negative.
    pub(super) fn count(&self) -> Result<u64, ConfigError> {
        let Value::Number(number) = &self.node.value else { return Err(self.mismatch("a number")) };
        number
            .as_u64()
            .ok_or_else(|| self.invalid(format!("must be a whole number that is not negative, found {number}")))
    }

    pub(super) fn items(&self) -> Result<Vec<Self>, ConfigError> {
        let Value::Array(nodes) = &self.node.value else { return Err(self.mismatch("an array")) };
        let item = |(index, node)| Self::new(self.file, node, format!("{}[{index}]", self.key));
        Ok(nodes.iter().enumerate().map(item).collect())
    }

    /// An array of strings, none of them empty.
    pub(super) fn names(&self) -> Result<Vec<String>, ConfigError> {
        self.items()?.iter().map(Self::name).collect()
    }

    pub(super) fn entries(&self) -> Result<&'a [Entry], ConfigError> {
        match &self.node.value {
            Value::Object(entries) => Ok(entries),
            _ => Err(self.mismatch("an object")),
        }
    }

    /// Asserts that this is an object, and warns about every key in it that is not `known`.
    pub(super) fn object(self, known: &[&str], report: &mut Report<'_>) -> Result<Self, ConfigError> {
        for entry in self.entries()? {
            if !known.contains(&entry.key.as_str()) {
                report.warn(entry.line, format!("unknown key `{}`", self.key_of(&entry.key)));
            }
        }
        Ok(self)
    }

    pub(super) fn get(&self, key: &str) -> Option<Self> {
        Some(Self::new(self.file, &self.node.get(key)?.node, self.key_of(key)))
    }

    pub(super) fn require(&self, key: &str) -> Result<Self, ConfigError> {
        self.get(key).ok_or_else(|| ConfigError::Missing {
            path: self.file.to_owned(),
            line: self.node.line,
            key: self.key_of(key),
        })
    }

    /// The name under `key`, if there is one.
    pub(super) fn optional_name(&self, key: &str) -> Result<Option<String>, ConfigError> {
        self.get(key).map(|value| value.name()).transpose()
    }

    fn key_of(&self, key: &str) -> String {
        if self.key.is_empty() { key.to_owned() } else { format!("{}.{key}", self.key) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::position::parse;

    #[test]
    fn a_type_error_names_place_key_expected_and_found() {
        let file = Path::new("w.jsonc");
        let root = parse(file, "{ \"services\": [\n{ \"binding\": 7 }\n] }").expect("parses");
        let services = Cursor::new(file, &root, "").require("services").expect("is there");
        let items = services.items().expect("is an array");
        let message = |result: Result<String, ConfigError>| result.expect_err("is an error").to_string();
        assert_eq!(
            message(items[0].require("binding").and_then(|binding| binding.name())),
            "w.jsonc:2: `services[0].binding` must be a string, found a number"
        );
        assert_eq!(message(services.name()), "w.jsonc:1: `services` must be a string, found an array");
        assert_eq!(
            message(items[0].require("service").and_then(|service| service.name())),
            "w.jsonc:2: `services[0].service` is missing"
        );
    }

    #[test]
    fn a_count_is_whole_and_not_negative() {
        let file = Path::new("w.json");
        for (text, expected) in [("7", Some(7)), ("0", Some(0)), ("-1", None), ("1.5", None), ("\"7\"", None)] {
            let node = parse(file, text).expect("parses");
            assert_eq!(Cursor::new(file, &node, "limits.cpu_ms").count().ok(), expected, "{text}");
        }
    }
}
