//! Owns which Durable Object classes a Worker has and under which name each keeps its data: the result of applying
//! `migrations` in order, or of `exports`. Must not know bindings, and must not touch storage.

use super::cursor::{Cursor, Report};
use super::error::ConfigError;

/// A Durable Object class that the Worker exports, and the identity of its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DurableObjectClassConfig {
    /// The name that the script exports now.
    pub class_name: String,
    /// The first name that the class had, through all renames: its data is found under this one. A class that is
    /// created after another one had the same name gets `Name#2` and so on, for data must not change hands.
    pub storage_key_class: String,
    /// The Worker that the class was transferred from, whose data it continues; `None` for this Worker. Then
    /// `storage_key_class` is the name that the class had in that Worker when it left.
    pub storage_key_script: Option<String>,
    /// Whether `ctx.storage.sql` exists.
    pub sqlite: bool,
}

/// The classes so far.
#[derive(Default)]
pub(super) struct Classes {
    live: Vec<DurableObjectClassConfig>,
    /// Every name under which a class of this Worker ever started to keep data, once for each such class.
    used_keys: Vec<String>,
}

impl Classes {
    fn position(&self, name: &str) -> Option<usize> {
        self.live.iter().position(|class| class.class_name == name)
    }

    pub(super) fn into_vec(self) -> Vec<DurableObjectClassConfig> {
        self.live
    }

    /// Adds `class_name` as a SQLite class unless it exists. Whether it was added.
    pub(super) fn adopt(&mut self, class_name: &str) -> bool {
        let is_new = self.position(class_name).is_none();
        if is_new {
            self.add(class_name.to_owned(), true);
        }
        is_new
    }

    fn add(&mut self, class_name: String, sqlite: bool) {
        let storage_key_class = self.new_key(&class_name);
        self.live.push(DurableObjectClassConfig { class_name, storage_key_class, storage_key_script: None, sqlite });
    }

    /// A storage key for a class that is new under `name`.
    fn new_key(&mut self, name: &str) -> String {
        let earlier = self.used_keys.iter().filter(|used| used.as_str() == name).count();
        self.used_keys.push(name.to_owned());
        // `#` is in no identifier, so that no class can be called like a key of this form.
        if earlier == 0 { name.to_owned() } else { format!("{name}#{}", earlier + 1) }
    }

    fn create(&mut self, item: &Cursor<'_>, sqlite: bool, report: &mut Report<'_>) -> Result<(), ConfigError> {
        let class_name = item.name()?;
        if self.position(&class_name).is_some() {
            report.warn(item.line(), format!("class `{class_name}` exists already: this migration does nothing"));
            return Ok(());
        }
        self.add(class_name, sqlite);
        Ok(())
    }

    fn delete(&mut self, item: &Cursor<'_>, report: &mut Report<'_>) -> Result<(), ConfigError> {
        let name = item.name()?;
        match self.position(&name) {
            Some(index) => {
                self.live.remove(index);
            }
            // The platform remembers migrations that were cut from the file, and so must the name be: it was in use.
            None => {
                self.used_keys.push(name.clone());
                report.warn(item.line(), format!("no migration before this one creates the deleted class `{name}`"));
            }
        }
        Ok(())
    }

    /// Applies all renames of one migration at once, so that two classes can swap names.
    fn rename(&mut self, items: Vec<Cursor<'_>>, report: &mut Report<'_>) -> Result<(), ConfigError> {
        let mut renames = Vec::with_capacity(items.len());
        for item in items {
            let item = item.object(&["from", "to"], report)?;
            let (from, to) = (item.require("from")?.name()?, item.require("to")?.name()?);
            let index = self.position(&from).unwrap_or_else(|| {
                report.warn(item.line(), format!("no migration before this one creates the renamed class `{from}`"));
                self.add(from, true);
                self.live.len() - 1
            });
            renames.push((index, to, item));
        }
        for (index, to, _) in &renames {
            self.live[*index].class_name.clone_from(to);
        }
        for (index, to, item) in &renames {
            if self.live.iter().enumerate().any(|(other, class)| other != *index && class.class_name == *to) {
                return Err(item.invalid(format!("gives a class the name of another class, `{to}`")));
            }
        }
        Ok(())
    }

    fn transfer(&mut self, item: Cursor<'_>, report: &mut Report<'_>) -> Result<(), ConfigError> {
        let item = item.object(&["from", "from_script", "to"], report)?;
        let class_name = item.require("to")?.name()?;
        if self.position(&class_name).is_some() {
            return Err(item.invalid(format!("gives a class the name of another class, `{class_name}`")));
        }
        self.live.push(DurableObjectClassConfig {
            class_name,
            storage_key_class: item.require("from")?.name()?,
            storage_key_script: Some(item.require("from_script")?.name()?),
            sqlite: true,
        });
        Ok(())
    }
}

/// Reads the classes from whichever of `migrations` and `exports` is present.
pub(super) fn read_classes(
    migrations: Option<Cursor<'_>>,
    exports: Option<Cursor<'_>>,
    report: &mut Report<'_>,
) -> Result<Classes, ConfigError> {
    match (migrations, exports) {
        (None, None) => Ok(Classes::default()),
        (Some(migrations), None) => apply_migrations(&migrations, report),
        (None, Some(exports)) => read_exports(&exports, report),
        (Some(migrations), Some(exports)) => {
            Err(exports.invalid(format!("cannot stand beside `migrations` on line {}", migrations.line())))
        }
    }
}

fn apply_migrations(migrations: &Cursor<'_>, report: &mut Report<'_>) -> Result<Classes, ConfigError> {
    const KNOWN: &[&str] =
        &["tag", "new_classes", "new_sqlite_classes", "renamed_classes", "deleted_classes", "transferred_classes"];
    let mut classes = Classes::default();
    for migration in migrations.items()? {
        let migration = migration.object(KNOWN, report)?;
        migration.require("tag")?.name()?;
        let items = |key: &str| migration.get(key).map(|list| list.items()).transpose().map(Option::unwrap_or_default);
        // Within one migration names become free before they are given out.
        for item in items("deleted_classes")? {
            classes.delete(&item, report)?;
        }
        classes.rename(items("renamed_classes")?, report)?;
        for item in items("transferred_classes")? {
            classes.transfer(item, report)?;
        }
        for (key, sqlite) in [("new_classes", false), ("new_sqlite_classes", true)] {
            for item in items(key)? {
                classes.create(&item, sqlite, report)?;
            }
        }
    }
    Ok(classes)
}

fn read_exports(exports: &Cursor<'_>, report: &mut Report<'_>) -> Result<Classes, ConfigError> {
    let mut names: Vec<String> = Vec::new();
    let mut renames: Vec<(String, String)> = Vec::new();
    for entry in exports.entries()? {
        let export = exports.require(&entry.key)?.object(&["type", "storage", "state", "renamed_to"], report)?;
        let kind = export.require("type")?;
        if kind.string()? != "durable-object" {
            return Err(kind.invalid("must be durable-object: denizen does not have other kinds yet"));
        }
        if let Some(storage) = export.get("storage")
            && storage.string()? != "sqlite"
        {
            return Err(storage.invalid("must be sqlite"));
        }
        let state = export.get("state");
        match state.as_ref().map(Cursor::string).transpose()?.unwrap_or("created") {
            "created" => names.push(entry.key.clone()),
            "renamed" => {
                let target = export.require("renamed_to")?;
                let to = target.name()?;
                if let Some((from, _)) = renames.iter().find(|(_, taken)| *taken == to) {
                    return Err(target.invalid(format!("is `{to}`, which `{from}` is renamed to as well")));
                }
                renames.push((entry.key.clone(), to));
            }
            // The data is gone, or belongs to another Worker now.
            "deleted" | "transferred" => {}
            _ => return Err(export.invalid("has a `state` other than created, deleted, renamed and transferred")),
        }
    }
    // A class may be known only as the target of a rename.
    for (_, to) in &renames {
        if !names.contains(to) && exports.get(to).is_none() {
            names.push(to.clone());
        }
    }
    let live = names.into_iter().map(|class_name| exported_class(class_name, &renames)).collect();
    Ok(Classes { live, used_keys: exports.entries()?.iter().map(|entry| entry.key.clone()).collect() })
}

/// Follows renames back to the first name. `class_name` itself is not renamed and no two renames share a target, so
/// the walk cannot come back to where it was; the bound states it.
fn exported_class(class_name: String, renames: &[(String, String)]) -> DurableObjectClassConfig {
    let mut first = class_name.as_str();
    for _ in 0..renames.len() {
        match renames.iter().find(|(_, to)| to == first) {
            Some((from, _)) => first = from,
            None => break,
        }
    }
    let storage_key_class = first.to_owned();
    DurableObjectClassConfig { class_name, storage_key_class, storage_key_script: None, sqlite: true }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::position::parse;

    /// The classes as `name <- key` with `kv` where there is no SQL, and the warnings; or the error.
    fn read(text: &str) -> Result<(Vec<String>, Vec<String>), String> {
        let file = Path::new("w.jsonc");
        let root = parse(file, text).expect("parses");
        let mut report = Report { file, diagnostics: Vec::new(), unsupported: Vec::new() };
        let root = Cursor::new(file, &root, "");
        let classes = read_classes(root.get("migrations"), root.get("exports"), &mut report);
        let line = |class: DurableObjectClassConfig| {
            let script = class.storage_key_script.map(|script| format!("{script}/")).unwrap_or_default();
            let kv = if class.sqlite { "" } else { " kv" };
            format!("{} <- {script}{}{kv}", class.class_name, class.storage_key_class)
        };
        let warnings = report.diagnostics.iter().map(ToString::to_string).collect();
        classes
            .map(|classes| (classes.into_vec().into_iter().map(line).collect(), warnings))
            .map_err(|error| error.to_string())
    }

    fn classes(migrations: &str) -> Vec<String> {
        let (classes, warnings) = read(&format!(r#"{{ "migrations": {migrations} }}"#)).expect("reads");
        assert_eq!(warnings, [""; 0]);
        classes
    }

    #[test]
    fn migrations_apply_in_order_and_renames_keep_the_data() {
        let text = r#"[{ "tag": "1", "new_classes": ["Old"], "new_sqlite_classes": ["A", "B"] },
            { "tag": "2", "renamed_classes": [{ "from": "A", "to": "A2" }] },
            { "tag": "3", "renamed_classes": [{ "from": "A2", "to": "A3" }], "deleted_classes": ["B"] }]"#;
        assert_eq!(classes(text), ["Old <- Old kv", "A3 <- A"]);
    }

    #[test]
    fn a_name_that_is_used_again_does_not_inherit_data() {
        let text = r#"[{ "tag": "1", "new_sqlite_classes": ["A", "B"] },
            { "tag": "2", "renamed_classes": [{ "from": "A", "to": "C" }], "new_sqlite_classes": ["A"],
              "deleted_classes": ["B"] },
            { "tag": "3", "new_classes": ["B"] }]"#;
        assert_eq!(classes(text), ["C <- A", "A <- A#2", "B <- B#2 kv"]);
    }

    #[test]
    fn a_class_that_no_migration_names_gets_data_of_its_own() {
        let file = Path::new("w.jsonc");
        let text = r#"[{ "tag": "1", "new_classes": ["A"] },
            { "tag": "2", "renamed_classes": [{ "from": "A", "to": "B" }] }]"#;
        let root = parse(file, text).expect("parses");
        let mut report = Report { file, diagnostics: Vec::new(), unsupported: Vec::new() };
        let mut classes = read_classes(Some(Cursor::new(file, &root, "migrations")), None, &mut report).expect("reads");
        assert!(!classes.adopt("B"));
        assert!(classes.adopt("A"));
        let keys: Vec<_> =
            classes.into_vec().into_iter().map(|class| (class.storage_key_class, class.sqlite)).collect();
        assert_eq!(keys, [("A".to_owned(), false), ("A#2".to_owned(), true)]);
    }

    #[test]
    fn two_classes_swap_names_in_one_migration() {
        let text = r#"[{ "tag": "1", "new_sqlite_classes": ["A"], "new_classes": ["B"] },
            { "tag": "2", "renamed_classes": [{ "from": "A", "to": "B" }, { "from": "B", "to": "A" }] }]"#;
        assert_eq!(classes(text), ["A <- B kv", "B <- A"]);
    }

    #[test]
    fn a_transferred_class_continues_the_data_of_another_worker() {
        let text =
            r#"[{ "tag": "1", "transferred_classes": [{ "from": "Room", "from_script": "chat", "to": "Hall" }] }]"#;
        assert_eq!(classes(text), ["Hall <- chat/Room"]);
    }

    #[test]
    fn a_rename_onto_a_class_that_exists_is_an_error() {
        let text = r#"{ "migrations": [{ "tag": "1", "new_sqlite_classes": ["A", "B"] },
            { "tag": "2", "renamed_classes": [{ "from": "A", "to": "B" }] }] }"#;
        let message = read(text).expect_err("refused");
        assert_eq!(
            message,
            "w.jsonc:2: `migrations[1].renamed_classes[0]` gives a class the name of another class, `B`"
        );
    }

    #[test]
    fn history_that_was_cut_from_the_file_is_a_warning() {
        let text = r#"{ "migrations": [{ "tag": "9", "deleted_classes": ["Gone"], "unknown": 1,
            "renamed_classes": [{ "from": "A", "to": "B" }] }] }"#;
        let (classes, warnings) = read(text).expect("reads");
        assert_eq!(classes, ["B <- A"]);
        assert_eq!(
            warnings,
            [
                "w.jsonc:1: unknown key `migrations[0].unknown`",
                "w.jsonc:1: no migration before this one creates the deleted class `Gone`",
                "w.jsonc:2: no migration before this one creates the renamed class `A`",
            ]
        );
    }

    #[test]
    fn a_migration_without_a_tag_is_an_error() {
        let message = read(r#"{ "migrations": [{ "new_classes": [] }] }"#).expect_err("refused");
        assert_eq!(message, "w.jsonc:1: `migrations[0].tag` is missing");
    }

    #[test]
    fn exports_follow_renames_and_leave_out_what_is_gone() {
        let text = r#"{ "exports": {
            "A": { "type": "durable-object", "state": "renamed", "renamed_to": "B" },
            "B": { "type": "durable-object", "state": "renamed", "renamed_to": "C" },
            "C": { "type": "durable-object", "storage": "sqlite" },
            "D": { "type": "durable-object", "state": "deleted" },
            "E": { "type": "durable-object", "state": "transferred" } } }"#;
        assert_eq!(read(text).expect("reads").0, ["C <- A"]);
    }

    #[test]
    fn exports_and_migrations_exclude_each_other() {
        let message = read("{ \"migrations\": [],\n\"exports\": {} }").expect_err("refused");
        assert_eq!(message, "w.jsonc:2: `exports` cannot stand beside `migrations` on line 1");
    }
}
