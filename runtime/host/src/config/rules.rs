//! Owns module rules: which kind of module a path is, by wrangler's `rules` and by default.
//! Must not know the file system; whoever loads modules matches the globs.

use super::cursor::{Cursor, Report};
use super::error::ConfigError;

/// What a module is, and so what importing it yields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ModuleKind {
    /// An ECMAScript module, TypeScript included.
    EsModule,
    /// A script with `module.exports`.
    CommonJs,
    /// The default export is the text as a string.
    Text,
    /// The default export is the content as an `ArrayBuffer`.
    Data,
    /// The default export is the parsed value.
    Json,
    /// The default export is a `WebAssembly.Module`.
    CompiledWasm,
}

/// Paths, and the kind of module they are. The first rule that matches a path decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleRule {
    /// The kind of every matching path.
    pub kind: ModuleKind,
    /// Globs relative to `base_dir`.
    pub globs: Vec<String>,
    /// Whether later rules of the same kind apply as well.
    pub fallthrough: bool,
}

fn rule(kind: ModuleKind, globs: &[&str]) -> ModuleRule {
    ModuleRule { kind, globs: globs.iter().map(|glob| (*glob).to_owned()).collect(), fallthrough: false }
}

/// The rules without any configuration: wrangler's own, then what its bundler knows about extensions.
pub fn default_rules() -> Vec<ModuleRule> {
    let mut rules = platform_rules();
    rules.extend(extension_rules());
    rules
}

/// Wrangler's default rules. A rule of the user replaces the one of its kind unless it falls through.
fn platform_rules() -> Vec<ModuleRule> {
    vec![
        rule(ModuleKind::Text, &["**/*.txt", "**/*.html", "**/*.sql"]),
        rule(ModuleKind::Data, &["**/*.bin"]),
        rule(ModuleKind::CompiledWasm, &["**/*.wasm", "**/*.wasm?module"]),
    ]
}

/// What wrangler leaves to its bundler. These are not rules there, so no rule of the user replaces them.
fn extension_rules() -> Vec<ModuleRule> {
    vec![
        rule(ModuleKind::EsModule, &["**/*.js", "**/*.mjs", "**/*.jsx", "**/*.ts", "**/*.mts", "**/*.tsx"]),
        rule(ModuleKind::CommonJs, &["**/*.cjs", "**/*.cts"]),
        rule(ModuleKind::Json, &["**/*.json"]),
    ]
}

/// Reads `rules` and appends those defaults that still apply.
pub(super) fn read_rules(value: Option<Cursor<'_>>, report: &mut Report<'_>) -> Result<Vec<ModuleRule>, ConfigError> {
    let mut rules: Vec<ModuleRule> = Vec::new();
    // The kinds of which no later rule applies, each with its line if its author did not say so in the file.
    let mut complete: Vec<(ModuleKind, Option<usize>)> = Vec::new();
    for item in value.map(|value| value.items()).transpose()?.unwrap_or_default() {
        let line = item.line();
        let (rule, explicit) = read_rule(item, report)?;
        if let Some((_, unsaid)) = complete.iter().find(|(kind, _)| *kind == rule.kind) {
            if let Some(first) = unsaid {
                report
                    .warn(line, format!("this rule never applies: add `fallthrough: true` to the one on line {first}"));
            }
            continue;
        }
        if !rule.fallthrough {
            complete.push((rule.kind, (!explicit).then_some(line)));
        }
        rules.push(rule);
    }
    for default in platform_rules() {
        match complete.iter().find(|(kind, _)| *kind == default.kind) {
            None => rules.push(default),
            Some((_, Some(line))) => report.warn(
                *line,
                format!(
                    "this rule replaces the default one for {}: add `fallthrough` to keep it (true) or not (false)",
                    default.globs.join(", ")
                ),
            ),
            Some((_, None)) => {}
        }
    }
    rules.extend(extension_rules());
    Ok(rules)
}

/// One rule, and whether it states `fallthrough` itself.
fn read_rule(item: Cursor<'_>, report: &mut Report<'_>) -> Result<(ModuleRule, bool), ConfigError> {
    let item = item.object(&["type", "globs", "fallthrough"], report)?;
    let kind = item.require("type")?;
    let kind = match kind.string()? {
        "ESModule" => ModuleKind::EsModule,
        "CommonJS" => ModuleKind::CommonJs,
        "Text" => ModuleKind::Text,
        "Data" => ModuleKind::Data,
        "CompiledWasm" => ModuleKind::CompiledWasm,
        other @ ("PythonModule" | "PythonRequirement") => {
            return Err(kind.invalid(format!("is {other}: denizen does not run Python")));
        }
        other => {
            return Err(kind.invalid(format!("must be ESModule, CommonJS, Text, Data or CompiledWasm, found {other}")));
        }
    };
    let fallthrough = item.get("fallthrough").map(|value| value.boolean()).transpose()?;
    let globs = item.require("globs")?.names()?;
    Ok((ModuleRule { kind, globs, fallthrough: fallthrough.unwrap_or(false) }, fallthrough.is_some()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::position::parse;

    fn read(text: &str) -> (Result<Vec<ModuleRule>, ConfigError>, Vec<String>) {
        let file = Path::new("w.jsonc");
        let node = parse(file, text).expect("parses");
        let mut report = Report { file, diagnostics: Vec::new(), unsupported: Vec::new() };
        let rules = read_rules(Some(Cursor::new(file, &node, "rules")), &mut report);
        (rules, report.diagnostics.iter().map(ToString::to_string).collect())
    }

    fn globs_of(rules: &[ModuleRule], kind: ModuleKind) -> Vec<&str> {
        rules.iter().filter(|rule| rule.kind == kind).flat_map(|rule| &rule.globs).map(String::as_str).collect()
    }

    #[test]
    fn a_rule_replaces_the_default_of_its_kind_and_says_so() {
        let (rules, warnings) = read(r#"[{ "type": "Text", "globs": ["**/*.md"] }]"#);
        let rules = rules.expect("reads");
        assert_eq!(globs_of(&rules, ModuleKind::Text), ["**/*.md"]);
        assert_eq!(globs_of(&rules, ModuleKind::Data), ["**/*.bin"]);
        assert!(warnings[0].starts_with("w.jsonc:1: this rule replaces the default one for **/*.txt"), "{warnings:?}");
    }

    #[test]
    fn fallthrough_keeps_the_default_and_false_silences_the_warning() {
        let (rules, warnings) = read(r#"[{ "type": "Text", "globs": ["**/*.md"], "fallthrough": true }]"#);
        let rules = rules.expect("reads");
        assert_eq!(globs_of(&rules, ModuleKind::Text), ["**/*.md", "**/*.txt", "**/*.html", "**/*.sql"]);
        assert!(warnings.is_empty());
        let (rules, warnings) = read(r#"[{ "type": "Text", "globs": ["**/*.md"], "fallthrough": false }]"#);
        assert_eq!(globs_of(&rules.expect("reads"), ModuleKind::Text), ["**/*.md"]);
        assert!(warnings.is_empty());
    }

    #[test]
    fn a_script_rule_comes_before_what_the_extension_says() {
        let (rules, _) = read(r#"[{ "type": "CommonJS", "globs": ["legacy/*.js"] }]"#);
        let rules = rules.expect("reads");
        assert_eq!(rules[0], rule(ModuleKind::CommonJs, &["legacy/*.js"]));
        assert!(globs_of(&rules, ModuleKind::EsModule).contains(&"**/*.ts"));
        assert!(globs_of(&rules, ModuleKind::CommonJs).contains(&"**/*.cjs"));
    }

    #[test]
    fn unknown_kinds_are_refused() {
        for (kind, part) in [("Python", "must be ESModule"), ("PythonModule", "does not run Python")] {
            let (rules, _) = read(&format!(r#"[{{ "type": "{kind}", "globs": ["*"] }}]"#));
            let message = rules.expect_err("refused").to_string();
            assert!(message.starts_with("w.jsonc:1: `rules[0].type` ") && message.contains(part), "{message}");
        }
    }
}
