//! Code that a process was lost to: it did not stop where it was told to, or V8 broke while it ran.
//!
//! Owns which loaded code is not run again by the processes that follow, since it would end each of them, in an alarm for
//! instance: that of the object or facet which ran it, until its code is another or denizen is started anew. Configured code
//! is the operator's own. It must not know how a process begins again.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use denizen_bindings::call::{CallError, WorkerDefinition};

use crate::restart;

/// Stands for an actor where the top-level code of a Worker was lost.
pub const START: &str = "(start)";

/// What a caller of such code is told.
const REFUSED: &str = "This code has broken denizen, or did not stop at its CPU time limit, so that denizen had to begin again. \
     It is not run here again until it is changed or denizen is started anew.";

/// The code that is not run.
#[derive(Default)]
pub struct Lost(HashSet<u64>);

impl Lost {
    /// What the processes before this one have left.
    pub fn inherited() -> Self {
        Self(restart::left().collect())
    }

    /// Why `actor` (the label of an object or facet, empty for none) may not run this code, if it may not.
    pub fn refuses(&self, definition: &WorkerDefinition, actor: &str) -> Option<CallError> {
        if self.0.is_empty() || !definition.loaded || !self.0.contains(&code_of(definition, actor)) {
            return None;
        }
        Some(CallError::new(REFUSED))
    }
}

/// Stands for what a Worker's modules say and who runs them; it is the same in each process of one build. It may be called by a
/// handler of signals: it allocates nothing.
pub fn code_of(definition: &WorkerDefinition, actor: &str) -> u64 {
    let hash_of = |what: &dyn Fn(&mut DefaultHasher)| {
        let mut hasher = DefaultHasher::new();
        what(&mut hasher);
        hasher.finish()
    };
    let modules = definition.bundle.modules.iter();
    let modules = modules.map(|(name, module)| hash_of(&|hasher| (name, module.hash).hash(hasher)));
    // The modules have no order.
    let code = modules.fold(0, u64::wrapping_add);
    hash_of(&|hasher| (actor, &definition.bundle.main, code).hash(hasher))
}
