//! Owns what can go wrong, or is worth saying, while a configuration is read: `ConfigError` and `Diagnostic`.
//! Must not know any particular key, and prints nothing: the caller decides where messages go.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// How much a [`Diagnostic`] should worry the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// A key that is known, valid and without effect here, by design.
    Notice,
    /// Something that is probably a mistake, or that will behave unlike its author expects.
    Warning,
}

/// One message about a place in a configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Whether this is a notice or a warning.
    pub level: Level,
    /// The file, as the caller named it.
    pub path: PathBuf,
    /// The line, counted from one; absent when the message is about the file as a whole.
    pub line: Option<usize>,
    /// What to tell the reader, without the position.
    pub message: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(formatter, "{}:{line}: {}", self.path.display(), self.message),
            None => write!(formatter, "{}: {}", self.path.display(), self.message),
        }
    }
}

/// Why a configuration could not be used. Every variant about a place displays as `path:line: message`.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file exists but could not be read, or it does not exist and was asked for by name.
    #[error("{}: cannot read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The extension is none of `.jsonc`, `.json`, `.toml`.
    #[error("{}: unknown configuration format: expected a .jsonc, .json or .toml file", path.display())]
    Format {
        /// The file.
        path: PathBuf,
    },
    /// The text is not JSONC or TOML.
    #[error("{}:{line}:{column}: {message}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line, counted from one.
        line: usize,
        /// The character in that line, counted from one.
        column: usize,
        /// What the parser expected.
        message: String,
    },
    /// A value has another type than its key asks for.
    #[error("{}:{line}: `{key}` must be {expected}, found {found}", path.display())]
    Type {
        /// The file.
        path: PathBuf,
        /// The line of the value.
        line: usize,
        /// The key with its path, such as `services[0].binding`.
        key: String,
        /// The type asked for, with its article.
        expected: &'static str,
        /// The type found, with its article.
        found: &'static str,
    },
    /// A required key is absent.
    #[error("{}:{line}: `{key}` is missing", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
        /// The line on which the object that lacks the key starts.
        line: usize,
        /// The key with its path.
        key: String,
    },
    /// A value has the right type and is still not acceptable.
    #[error("{}:{line}: `{key}` {message}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The line of the value.
        line: usize,
        /// The key with its path.
        key: String,
        /// What is wrong, continuing the sentence that starts with the key.
        message: String,
    },
    /// The Worker asks for bindings or behaviour that denizen lacks. All of them are listed, so that a port is judged
    /// in one run instead of one error at a time.
    #[error("{}", join_lines(.0))]
    Unsupported(Vec<Diagnostic>),
    /// `env.<name>` was asked for and the file defines other environments.
    #[error("{}: no environment `{name}`: the file defines {}", path.display(), available.join(", "))]
    UnknownEnvironment {
        /// The file.
        path: PathBuf,
        /// The name asked for.
        name: String,
        /// The names that the file defines, in its order.
        available: Vec<String>,
    },
    /// Two bindings would be the same property of `env`.
    #[error("{}:{line}: binding `{name}` ({kind}) is already taken by {first_kind} on {first_place}", path.display())]
    DuplicateBinding {
        /// The file of the second binding.
        path: PathBuf,
        /// The line of the second binding.
        line: usize,
        /// The name that both have.
        name: String,
        /// The key under which the second one stands.
        kind: &'static str,
        /// The key under which the first one stands.
        first_kind: &'static str,
        /// Where the first one stands.
        first_place: String,
    },
}

/// One diagnostic a line.
fn join_lines(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
