//! TypeScript to JavaScript.
//!
//! Owns the removal of types, with a source map back to the user's lines, and the list of a module's imports. It must not
//! know files beyond the name for messages.

use std::path::Path;

use oxc::allocator::Allocator;
use oxc::codegen::{Codegen, CodegenOptions};
use oxc::diagnostics::Severity;
use oxc::parser::Parser;
use oxc::semantic::SemanticBuilder;
use oxc::span::SourceType;
use oxc::transformer::{TransformOptions, Transformer};

use super::excerpt::frame;

/// JavaScript, ready for V8.
#[derive(Debug)]
pub struct Compiled {
    /// Source text.
    pub code: String,
    /// Source map as JSON; absent if the text is as the user wrote it.
    pub source_map: Option<String>,
    /// Specifiers that it imports.
    pub imports: Vec<String>,
    /// Those of `import()` with a plain string.
    pub dynamic_imports: Vec<String>,
}

/// The source has an error. The text names file, line and column.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct SourceError(String);

/// Whether `path` is TypeScript or JSX by its name.
pub fn needs_compiling(path: &Path) -> bool {
    matches!(path.extension().and_then(|extension| extension.to_str()), Some("ts" | "tsx" | "mts" | "cts" | "jsx"))
}

/// Parses the module at `path`, removes types where its name says that it has any, and lists its imports.
pub fn compile(path: &Path, display: &str, source: &str) -> Result<Compiled, SourceError> {
    let allocator = Allocator::default();
    let kind = SourceType::from_path(path).unwrap_or_else(|_| SourceType::mjs()).with_module(true);
    let parsed = Parser::new(&allocator, source, kind).parse();
    if let Some(error) = parsed.diagnostics.iter().find(|found| found.severity == Severity::Error) {
        let offset = error.labels.as_ref().first().map_or(0, |label| label.offset());
        let (line, column) = position(source, offset as usize);
        let lines = frame(source, line, column).unwrap_or_default();
        let text = format!("SyntaxError: {}\n    at {display}:{line}:{column}\n\n{lines}", error.message);
        return Err(SourceError(text.trim_end().to_owned()));
    }
    let record = &parsed.module_record;
    let mut dynamic_imports = Vec::new();
    for dynamic in &record.dynamic_imports {
        let span = dynamic.module_request;
        let text = source.get(span.start as usize..span.end as usize).unwrap_or_default().trim();
        let quoted = text.strip_prefix(['"', '\'']).and_then(|text| text.strip_suffix(['"', '\'']));
        // An expression that begins and ends with a string is not one string.
        dynamic_imports.extend(quoted.filter(|text| !text.contains(['"', '\''])).map(str::to_owned));
    }
    if !needs_compiling(path) {
        let imports = record.requested_modules.keys().map(ToString::to_string).collect();
        return Ok(Compiled { code: source.to_owned(), source_map: None, imports, dynamic_imports });
    }
    let mut program = parsed.program;
    let semantic = SemanticBuilder::new().with_enum_eval(true).build(&program);
    let options = TransformOptions::default();
    let outcome =
        Transformer::new(&allocator, path, &options).build_with_scoping(semantic.semantic.into_scoping(), &mut program);
    if let Some(error) = outcome.diagnostics.iter().find(|found| found.severity == Severity::Error) {
        return Err(SourceError(format!("SyntaxError: {}\n    at {display}", error.message)));
    }
    let options = CodegenOptions { source_map_path: Some(display.into()), ..CodegenOptions::default() };
    let printed = Codegen::new().with_options(options).build(&program);
    // Imports that only types used are gone now.
    let reparsed = Parser::new(&allocator, allocator.alloc_str(&printed.code), SourceType::mjs()).parse();
    let imports = reparsed.module_record.requested_modules.keys().map(ToString::to_string).collect();
    let source_map = printed.map.map(|map| map.to_json_string());
    Ok(Compiled { source_map, code: printed.code, imports, dynamic_imports })
}

/// Line and column of a byte offset, from 1.
fn position(source: &str, offset: usize) -> (usize, usize) {
    let before = source.get(..offset).unwrap_or(source);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |tail| tail.chars().count()) + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_go_and_values_stay() {
        let source = "import type { A } from './types';\nimport { b } from './b';\nenum E { X = 3 }\nexport const c: number = b(E.X as number);\n";
        let compiled = compile(Path::new("a.ts"), "a.ts", source).expect("compiles");
        assert!(!compiled.code.contains(": number"), "{}", compiled.code);
        assert_eq!(compiled.imports, ["./b"]);
        assert!(compiled.source_map.is_some_and(|map| map.contains("a.ts")));
    }

    #[test]
    fn imports_of_all_forms_are_listed() {
        let source = "import a from './a.js'; export * from \"./b.js\"; const c = await import('./c.js'); import(x);";
        let mut compiled = compile(Path::new("m.js"), "m.js", source).expect("parses");
        compiled.imports.sort();
        assert_eq!(compiled.imports, ["./a.js", "./b.js"]);
        assert_eq!(compiled.dynamic_imports, ["./c.js"]);
    }

    #[test]
    fn a_syntax_error_names_its_place() {
        let error = compile(Path::new("m.js"), "src/m.js", "let a = 1;\nlet = = 2;").expect_err("is wrong").to_string();
        assert!(error.contains("src/m.js:2:"), "{error}");
    }
}
