//! Owns the tree of values in which every key and value knows its line, and the two parsers that fill it.
//! Must not know what any key means: JSONC and TOML are the same from here on.

use std::path::Path;

use jsonc_parser::ParseOptions;
use jsonc_parser::ast;
use jsonc_parser::common::Ranged;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::ConfigError;

/// A value and the line on which it starts.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) value: Value,
}

/// What both formats can say. A TOML date is a string here, as it is on the platform.
#[derive(Debug)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    String(String),
    Array(Vec<Node>),
    Object(Vec<Entry>),
}

/// One property of an object, in the order of the file. Keys are unique within their object.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) line: usize,
    pub(super) node: Node,
}

impl Node {
    /// The type with its article, for messages.
    pub(super) fn type_name(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        }
    }

    /// The same value without positions.
    pub(super) fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => (*value).into(),
            Value::Number(value) => value.clone().into(),
            Value::String(value) => value.clone().into(),
            Value::Array(items) => items.iter().map(Self::to_json).collect(),
            Value::Object(entries) => entries.iter().map(|entry| (entry.key.clone(), entry.node.to_json())).collect(),
        }
    }

    /// The property of that name, if this is an object that has it.
    pub(super) fn get(&self, key: &str) -> Option<&Entry> {
        match &self.value {
            Value::Object(entries) => entries.iter().find(|entry| entry.key == key),
            _ => None,
        }
    }
}

/// Parses `text` by the extension of `path`.
pub(super) fn parse(path: &Path, text: &str) -> Result<Node, ConfigError> {
    // Editors on Windows still write a byte order mark, which neither parser takes for white space.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let source = Source { path, text, line_starts: line_starts(text) };
    match path.extension().and_then(|extension| extension.to_str()) {
        // Wrangler reads wrangler.json with the same lenient parser as wrangler.jsonc.
        Some("jsonc" | "json") => source.parse_jsonc(),
        Some("toml") => source.parse_toml(),
        _ => Err(ConfigError::Format { path: path.to_owned() }),
    }
}

/// The byte at which each line starts.
fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(index, _)| index + 1)).collect()
}

struct Source<'a> {
    path: &'a Path,
    text: &'a str,
    line_starts: Vec<usize>,
}

impl Source<'_> {
    fn line(&self, byte: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= byte)
    }

    fn syntax(&self, byte: usize, message: impl Into<String>) -> ConfigError {
        let line = self.line(byte);
        let start = self.line_starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let column = self.text.get(start..byte).map_or(0, |before| before.chars().count()) + 1;
        ConfigError::Syntax { path: self.path.to_owned(), line, column, message: message.into() }
    }

    fn parse_jsonc(&self) -> Result<Node, ConfigError> {
        let options = ParseOptions {
            allow_comments: true,
            allow_trailing_commas: true,
            allow_loose_object_property_names: false,
            allow_missing_commas: false,
            allow_single_quoted_strings: false,
            allow_hexadecimal_numbers: false,
            allow_unary_plus_numbers: false,
            allow_bare_decimal_point_numbers: false,
            allow_non_finite_numbers: false,
            allow_extended_string_escapes: false,
        };
        let parsed = jsonc_parser::parse_to_ast(self.text, &Default::default(), &options)
            .map_err(|error| self.syntax(error.range().start, error.kind().to_string()))?;
        match parsed.value {
            Some(value) => self.jsonc_node(value),
            None => Err(self.syntax(self.text.len(), "expected an object, found nothing")),
        }
    }

    /// The parser bounds how deep `value` nests, and with it this recursion.
    fn jsonc_node(&self, value: ast::Value<'_>) -> Result<Node, ConfigError> {
        let start = value.range().start;
        let value = match value {
            ast::Value::NullKeyword(_) => Value::Null,
            ast::Value::BooleanLit(literal) => Value::Bool(literal.value),
            ast::Value::StringLit(literal) => Value::String(literal.value.into_owned()),
            ast::Value::NumberLit(literal) => Value::Number(
                literal.value.parse().map_err(|_| self.syntax(start, format!("{} is not a number", literal.value)))?,
            ),
            ast::Value::Array(array) => {
                let items = array.elements.into_iter().map(|item| self.jsonc_node(item));
                Value::Array(items.collect::<Result<_, _>>()?)
            }
            ast::Value::Object(object) => {
                let mut entries: Vec<Entry> = Vec::with_capacity(object.properties.len());
                for property in object.properties {
                    let start = property.range.start;
                    let key = property.name.into_string();
                    // JSON.parse would keep the last one in silence; TOML refuses, and so does this.
                    if let Some(first) = entries.iter().find(|entry| entry.key == key) {
                        return Err(self.syntax(start, format!("`{key}` stands on line {} already", first.line)));
                    }
                    entries.push(Entry { key, line: self.line(start), node: self.jsonc_node(property.value)? });
                }
                Value::Object(entries)
            }
        };
        Ok(Node { line: self.line(start), value })
    }

    fn parse_toml(&self) -> Result<Node, ConfigError> {
        let table = DeTable::parse(self.text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            self.syntax(start, error.message().trim_end().replace('\n', ", "))
        })?;
        Ok(Node { line: 1, value: self.toml_table(table.into_inner())? })
    }

    fn toml_table(&self, table: DeTable<'_>) -> Result<Value, ConfigError> {
        let mut properties: Vec<_> = table.into_iter().collect();
        // The parser sorts by name; the order of the file is what messages and `vars` should follow.
        properties.sort_by_key(|(key, _)| key.span().start);
        let mut entries = Vec::with_capacity(properties.len());
        for (key, value) in properties {
            let line = self.line(key.span().start);
            entries.push(Entry { key: key.into_inner().into_owned(), line, node: self.toml_node(value)? });
        }
        Ok(Value::Object(entries))
    }

    /// The parser bounds how deep `value` nests, and with it this recursion.
    fn toml_node(&self, value: Spanned<DeValue<'_>>) -> Result<Node, ConfigError> {
        let start = value.span().start;
        let no_number = |text: &str| self.syntax(start, format!("{text} is not a number that JSON can hold"));
        let value = match value.into_inner() {
            DeValue::String(text) => Value::String(text.into_owned()),
            DeValue::Boolean(value) => Value::Bool(value),
            DeValue::Datetime(date) => Value::String(date.to_string()),
            DeValue::Integer(digits) => Value::Number(
                i64::from_str_radix(digits.as_str(), digits.radix()).map_err(|_| no_number(digits.as_str()))?.into(),
            ),
            DeValue::Float(digits) => {
                let number = digits.as_str().parse().ok().and_then(serde_json::Number::from_f64);
                Value::Number(number.ok_or_else(|| no_number(digits.as_str()))?)
            }
            DeValue::Array(items) => {
                Value::Array(items.into_iter().map(|item| self.toml_node(item)).collect::<Result<_, _>>()?)
            }
            DeValue::Table(table) => self.toml_table(table)?,
        };
        Ok(Node { line: self.line(start), value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json_of(file: &str, text: &str) -> serde_json::Value {
        parse(Path::new(file), text).expect("parses").to_json()
    }

    fn message_of(file: &str, text: &str) -> String {
        parse(Path::new(file), text).expect_err("must not parse").to_string()
    }

    #[test]
    fn jsonc_takes_comments_trailing_commas_and_a_byte_order_mark() {
        let text = "\u{feff}{\n  // one\n  \"a\": [1, 2.5, -3e2,], /* two */ \"b\": null,\n}";
        assert_eq!(json_of("w.json", text), serde_json::json!({ "a": [1, 2.5, -3e2], "b": null }));
    }

    #[test]
    fn jsonc_is_not_json5() {
        for text in ["{a: 1}", "{'a': 1}", "{\"a\": 0x10}", "{\"a\": 1 \"b\": 2}", "{\"a\": +1}"] {
            assert!(parse(Path::new("w.jsonc"), text).is_err(), "{text}");
        }
    }

    #[test]
    fn syntax_errors_name_line_and_column() {
        assert!(message_of("w.jsonc", "{\n  \"name\": ,\n}").starts_with("w.jsonc:2:11: "));
        assert!(message_of("w.toml", "a = 1\nbé = = 2\n").starts_with("w.toml:2:"));
        assert!(message_of("w.jsonc", "").starts_with("w.jsonc:1:1: "));
        assert!(message_of("w.toml", "a = nan\n").starts_with("w.toml:1:5: nan is not a number"));
    }

    #[test]
    fn a_repeated_key_is_an_error_in_both_formats() {
        assert_eq!(message_of("w.jsonc", "{\"a\": 1,\n\"a\": 2}"), "w.jsonc:2:1: `a` stands on line 1 already");
        assert!(message_of("w.toml", "a = 1\na = 2\n").starts_with("w.toml:2:1: "));
    }

    #[test]
    fn toml_keeps_the_order_of_the_file_and_reads_every_scalar() {
        let text = "z = 0x1F\nday = 2025-01-31\nf = 1.5\n[b]\nx = 1_000\n[a]\nlist = [true, 'raw']\n";
        assert_eq!(
            serde_json::to_string(&json_of("w.toml", text)).expect("serializes"),
            r#"{"z":31,"day":"2025-01-31","f":1.5,"b":{"x":1000},"a":{"list":[true,"raw"]}}"#
        );
    }

    #[test]
    fn every_key_knows_its_line() {
        let toml = parse(Path::new("w.toml"), "name = 'x'\n\n[[services]]\nbinding = 'A'\n").expect("parses");
        let json =
            parse(Path::new("w.json"), "{ \"name\": \"x\",\n\n\"services\": [{\n\"binding\": 1}]}").expect("parses");
        for root in [toml, json] {
            let services = root.get("services").expect("has services");
            assert_eq!((root.get("name").expect("has name").line, services.line), (1, 3));
            let Value::Array(items) = &services.node.value else { panic!("not an array") };
            assert_eq!(items[0].get("binding").expect("has binding").line, 4);
        }
    }

    #[test]
    fn an_unknown_extension_is_refused() {
        assert!(matches!(parse(Path::new("w.yaml"), ""), Err(ConfigError::Format { .. })));
    }
}
