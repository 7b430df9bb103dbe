//! The index of an object's facets: which number, and so which file, a facet's name has.
//!
//! Owns the file `<id>.facets`, byte-compatible with workerd's (`workers-api` 1.7): an 8-byte magic, then
//! entries `{u16 parent id, u16 name length, name}` in little-endian order; the k-th entry is id k and the root is 0. It
//! must not know what lies in a facet's database, nor when an entry is durable: who adds one awaits the sync.
//!
//! A name keeps its id when its facet is deleted, as in workerd, until there are `FACET_IDS_KEPT` ids. From then on a new
//! name gets an id that nobody has, if there is one, and the file is written anew; before, and where there is none, the new
//! entry is appended. A parent's id stays smaller than its child's, which every reader of the file relies on.

use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::rc::{Rc, Weak};
use std::sync::Arc;

use denizen_core::limits::storage::{FACET_IDS_LOOKED_AT, FACETS_A_SYNC};
use denizen_core::limits::{FACET_DEPTH, FACET_NAME_BYTES, FACETS_PER_OBJECT};

use crate::StorageError;
use crate::database::files::beside;
use crate::disk::Disk;
use crate::error::At;

const MAGIC: u64 = 0xc4cd_ce5b_c5b0_ef57;
const HEADER_BYTES: usize = 8;

/// A facet's number: 0 is the object itself.
pub type FacetId = u16;

/// The facets of one object.
#[derive(Debug)]
pub(crate) struct FacetIndex {
    disk: Arc<Disk>,
    path: PathBuf,
    ids: HashMap<(FacetId, String), FacetId>,
    /// Parent and name by id; the first is id 1.
    entries: Vec<(FacetId, String)>,
    /// The ids right below each id that has any.
    below: HashMap<FacetId, BTreeSet<FacetId>>,
    /// Ids that may be nobody's. One of a facet that is there leaves it when it is looked at, and comes back with the deletion.
    idle: BTreeSet<FacetId>,
    /// Who has an id and may make its file.
    held: HashMap<FacetId, Weak<()>>,
    /// How often an id has changed its name since the index was read.
    renamed: HashMap<FacetId, u32>,
    /// How many entries are in the file.
    written: usize,
    /// Those that have other names since, with the entries that the file has.
    changed: Vec<(FacetId, (FacetId, String))>,
    /// Length of the file in bytes; 0 if there is none.
    length: u64,
    /// Set while the disk is not known to have the file as it is here: it is written anew before anything relies on it.
    suspect: bool,
}

/// An id that is nobody else's as long as this is there, or the facet's file.
#[derive(Debug, Clone)]
pub struct GivenFacet {
    /// The id.
    pub facet: FacetId,
    _held: Rc<()>,
}

/// A facet as it was at a call: its id may be another one's when what was called for is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) facet: FacetId,
    renamed: u32,
}

impl Holder {
    /// The facet that `facet` is until it is given to another name.
    pub(crate) fn first(facet: FacetId) -> Self {
        Self { facet, renamed: 0 }
    }

    /// Whether another facet had the id before.
    pub(crate) fn is_renamed(self) -> bool {
        self.renamed > 0
    }
}

impl FacetIndex {
    /// Reads the index at `path`; one that is not there is empty. An entry that was not written as a whole is cut off.
    pub(crate) fn open(disk: &Arc<Disk>, path: &Path) -> Result<Self, StorageError> {
        let bytes = disk.read(path).at(path)?.unwrap_or_default();
        let mut index = Self {
            disk: disk.clone(),
            path: path.to_owned(),
            ids: HashMap::new(),
            entries: Vec::new(),
            below: HashMap::new(),
            idle: BTreeSet::new(),
            held: HashMap::new(),
            renamed: HashMap::new(),
            written: 0,
            changed: Vec::new(),
            length: 0,
            suspect: false,
        };
        let magic = MAGIC.to_le_bytes();
        let Some(header) = bytes.get(..HEADER_BYTES) else {
            // A torn header: nothing behind it was durable.
            return match magic.starts_with(&bytes) || bytes.iter().all(|byte| *byte == 0) {
                true => Ok(index),
                false => Err(StorageError::Corrupt("this is no facet index".into()).at(path)),
            };
        };
        if header != magic {
            return match bytes.iter().all(|byte| *byte == 0) {
                true => Ok(index),
                false => Err(StorageError::Corrupt("this is no facet index".into()).at(path)),
            };
        }
        let mut at = HEADER_BYTES;
        while let Some((parent, name, next)) = entry(&bytes, at) {
            // A name is given once, under a parent that is there already; anything else is what a torn write left.
            if usize::from(parent) > index.entries.len()
                || index.entries.len() >= FACETS_PER_OBJECT
                || index.ids.contains_key(&(parent, name.clone()))
            {
                break;
            }
            index.insert(parent, name);
            at = next;
        }
        index.length = at as u64;
        index.written = index.entries.len();
        if at < bytes.len() {
            if !is_torn_entry(&bytes[at..]) {
                return Err(StorageError::Corrupt("the index of facets is damaged".into()).at(path));
            }
            disk.truncate(path, at as u64).at(path)?;
        }
        Ok(index)
    }

    /// The id of the facet `name` of `parent`, if it has one.
    pub(crate) fn get(&self, parent: FacetId, name: &str) -> Option<FacetId> {
        self.ids.get(&(parent, name.to_owned())).copied()
    }

    /// The name of a facet, and its parent.
    pub(crate) fn entry(&self, id: FacetId) -> Option<(FacetId, &str)> {
        let (parent, name) = self.entries.get(usize::from(id).checked_sub(1)?)?;
        Some((*parent, name))
    }

    /// The facets right below `parent`, whether they have storage or not.
    pub(crate) fn children(&self, parent: FacetId) -> impl Iterator<Item = (FacetId, &str)> {
        let ids = self.below.get(&parent).into_iter().flatten();
        ids.filter_map(|id| self.entry(*id).map(|(_, name)| (*id, name)))
    }

    /// The facet that `id` is now.
    pub(crate) fn holder(&self, facet: FacetId) -> Holder {
        Holder { facet, renamed: self.renamed.get(&facet).copied().unwrap_or_default() }
    }

    /// Whether another id may be given before those that were given have to be written. An entry that makes the file comes
    /// alone, so that its sector is that of the header.
    pub(crate) fn has_room(&self) -> bool {
        let unwritten = self.entries.len() - self.written + self.changed.len();
        unwritten < if self.length == 0 { 1 } else { FACETS_A_SYNC }
    }

    /// An id for a new facet of `parent` that is nobody's: its facet is not there, of which `is_there` tells, nobody is about
    /// to make it, and no entry is below it. `None` as long as there are few ids, and where none was found.
    pub(crate) fn nobodys(
        &mut self,
        parent: FacetId,
        is_there: impl Fn(&Self, FacetId) -> Result<bool, StorageError>,
    ) -> Result<Option<FacetId>, StorageError> {
        if self.entries.len() < ids_kept() {
            return Ok(None);
        }
        let looks = if self.entries.len() < FACETS_PER_OBJECT { FACET_IDS_LOOKED_AT } else { FACETS_PER_OBJECT };
        let is_free = |id: &&FacetId| {
            !self.below.contains_key(id) && self.held.get(id).is_none_or(|held| held.strong_count() == 0)
        };
        let above = (Bound::Excluded(parent), Bound::Unbounded);
        let (mut found, mut there) = (None, Vec::new());
        for id in self.idle.range(above).filter(is_free).take(looks) {
            if !is_there(self, *id)? {
                found = Some(*id);
                break;
            }
            there.push(*id);
        }
        for id in there {
            self.idle.remove(&id);
        }
        Ok(found)
    }

    /// Gives `name` below `parent` an id, which it keeps for as long as the facet is there once it is written: `nobodys`, if
    /// there is one.
    pub(crate) fn add(
        &mut self,
        parent: FacetId,
        name: &str,
        nobodys: Option<FacetId>,
    ) -> Result<FacetId, StorageError> {
        if name.is_empty() {
            return Err(StorageError::FacetNameEmpty);
        }
        if name.len() > FACET_NAME_BYTES {
            return Err(StorageError::FacetNameTooLong);
        }
        if self.depth(parent) + 1 >= FACET_DEPTH {
            return Err(StorageError::TooDeep);
        }
        match nobodys {
            Some(id) => {
                self.rename(id, parent, name.to_owned());
                Ok(id)
            }
            None if self.entries.len() >= FACETS_PER_OBJECT => Err(StorageError::TooManyFacets),
            None => Ok(self.insert(parent, name.to_owned())),
        }
    }

    /// `id` is taken by whoever gets this.
    pub(crate) fn hold(&mut self, facet: FacetId) -> GivenFacet {
        if self.held.len() >= FACETS_A_SYNC && self.held.len().is_power_of_two() {
            self.held.retain(|_, held| held.strong_count() > 0);
        }
        let held = self.held.get(&facet).and_then(Weak::upgrade).unwrap_or_default();
        self.held.insert(facet, Rc::downgrade(&held));
        GivenFacet { facet, _held: held }
    }

    /// The facets have been deleted: others may get their ids.
    pub(crate) fn deleted(&mut self, facets: &[FacetId]) {
        self.idle.extend(facets);
    }

    /// Takes back the ids that were given and are not written.
    pub(crate) fn take_back(&mut self) {
        while self.entries.len() > self.written {
            let id = self.entries.len() as FacetId;
            if let Some(entry) = self.entries.pop() {
                self.leave(id, &entry);
                self.idle.remove(&id);
            }
        }
        for (id, (parent, name)) in std::mem::take(&mut self.changed).into_iter().rev() {
            self.enter(id, parent, name);
        }
    }

    /// Whether ids that were given have other names in the file, so that it has to be written anew: whoever does that asks for
    /// all [`FacetIndex::bytes`] of it.
    pub(crate) fn has_other_names(&self) -> bool {
        !self.changed.is_empty()
    }

    /// Appends the ids that were given; if that fails, they were not. They are not durable before [`FacetIndex::synced`] is
    /// told so; `true` if the file is new.
    pub(crate) fn append(&mut self) -> Result<bool, StorageError> {
        let is_new = self.length == 0;
        let mut bytes = if is_new { MAGIC.to_le_bytes().to_vec() } else { Vec::new() };
        self.entries[self.written..].iter().for_each(|(parent, name)| write_entry(&mut bytes, *parent, name));
        if let Err(error) = self.disk.write_at(&self.path, self.length, &bytes).at(&self.path) {
            self.take_back();
            return Err(error);
        }
        self.length += bytes.len() as u64;
        self.written = self.entries.len();
        self.suspect = true;
        Ok(is_new)
    }

    /// All that the file is to hold. What it is on the disk is not known before [`FacetIndex::synced`] is told so.
    pub(crate) fn bytes(&mut self) -> Vec<u8> {
        self.suspect = true;
        let mut bytes = MAGIC.to_le_bytes().to_vec();
        self.entries.iter().for_each(|(parent, name)| write_entry(&mut bytes, *parent, name));
        bytes
    }

    /// The disk has the file as it is here, which is `length` bytes long.
    pub(crate) fn synced(&mut self, length: Option<u64>) {
        self.length = length.unwrap_or(self.length);
        self.written = self.entries.len();
        self.changed.clear();
        self.suspect = false;
    }

    /// How many facets lie above `id`, itself included: 0 for the object.
    fn depth(&self, id: FacetId) -> usize {
        let (mut depth, mut at) = (0, id);
        while let Some((parent, _)) = self.entry(at) {
            (depth, at) = (depth + 1, parent);
        }
        depth
    }

    /// Makes good for a sync that failed, or that nobody has seen the end of: every byte is written to a new file that takes
    /// the place of the old one.
    pub(crate) fn make_good(&mut self) -> Result<(), StorageError> {
        if !self.suspect {
            return Ok(());
        }
        let bytes = self.bytes();
        let fresh = beside(&self.path, "-rewrite");
        self.disk.remove(&fresh).at(&fresh)?;
        self.disk.create(&fresh, &bytes).at(&fresh)?;
        self.disk.sync(&fresh).at(&fresh)?;
        self.disk.rename(&fresh, &self.path).at(&self.path)?;
        let folder = self.path.parent().unwrap_or(Path::new("."));
        self.disk.sync_folder(folder).at(folder)?;
        self.synced(Some(bytes.len() as u64));
        Ok(())
    }

    /// `id` and every facet below it, parents before their children.
    pub(crate) fn subtree(&self, id: FacetId) -> Vec<FacetId> {
        let mut members = vec![id];
        let mut next = 0;
        while let Some(above) = members.get(next) {
            members.extend(self.below.get(above).into_iter().flatten());
            next += 1;
        }
        // A parent's id is always smaller than its child's.
        members.sort_unstable();
        members
    }

    fn insert(&mut self, parent: FacetId, name: String) -> FacetId {
        self.entries.push((parent, name.clone()));
        let id = self.entries.len() as FacetId;
        self.below.entry(parent).or_default().insert(id);
        self.ids.insert((parent, name), id);
        self.idle.insert(id);
        id
    }

    fn rename(&mut self, id: FacetId, parent: FacetId, name: String) {
        if let Some(before) = self.enter(id, parent, name) {
            *self.renamed.entry(id).or_default() += 1;
            self.changed.push((id, before));
        }
    }

    /// Puts an entry in the place of that of `id`, which this gives.
    fn enter(&mut self, id: FacetId, parent: FacetId, name: String) -> Option<(FacetId, String)> {
        let entry = self.entries.get_mut(usize::from(id).checked_sub(1)?)?;
        let before = std::mem::replace(entry, (parent, name.clone()));
        self.leave(id, &before);
        self.below.entry(parent).or_default().insert(id);
        self.ids.insert((parent, name), id);
        Some(before)
    }

    /// `id` is the entry's no more.
    fn leave(&mut self, id: FacetId, entry: &(FacetId, String)) {
        self.ids.remove(entry);
        if let Some(siblings) = self.below.get_mut(&entry.0) {
            siblings.remove(&id);
            if siblings.is_empty() {
                self.below.remove(&entry.0);
            }
        }
    }
}

/// From how many ids on a new name gets one that nobody has.
fn ids_kept() -> usize {
    #[cfg(test)]
    if let Some(kept) = testing::IDS_KEPT.get() {
        return kept;
    }
    denizen_core::limits::storage::FACET_IDS_KEPT
}

#[cfg(test)]
pub(crate) mod testing {
    use std::cell::Cell;

    thread_local! {
        pub(super) static IDS_KEPT: Cell<Option<usize>> = const { Cell::new(None) };
    }

    /// Runs `work` with another number of ids, on this thread, from which on those that nobody has are given again.
    pub(crate) fn with_ids_kept<T>(kept: Option<usize>, work: impl FnOnce() -> T) -> T {
        let before = IDS_KEPT.replace(kept);
        let outcome = work();
        IDS_KEPT.set(before);
        outcome
    }
}

/// Whether the write of entries that are synced together may have left this: the last one ends early, or a part that never
/// reached the disk reads as zeros, whatever follows it.
fn is_torn_entry(bytes: &[u8]) -> bool {
    let length = bytes.get(2..4).map_or(0, |length| usize::from(u16::from_le_bytes([length[0], length[1]])));
    let ends_early = length <= FACET_NAME_BYTES && 4 + length >= bytes.len();
    let is_hole = length == 0 && bytes.len() <= FACETS_A_SYNC * (4 + FACET_NAME_BYTES);
    ends_early || is_hole || bytes.iter().all(|byte| *byte == 0)
}

fn write_entry(bytes: &mut Vec<u8>, parent: FacetId, name: &str) {
    bytes.extend_from_slice(&parent.to_le_bytes());
    bytes.extend_from_slice(&(name.len() as u16).to_le_bytes());
    bytes.extend_from_slice(name.as_bytes());
}

fn entry(bytes: &[u8], at: usize) -> Option<(FacetId, String, usize)> {
    let header = bytes.get(at..at + 4)?;
    let parent = u16::from_le_bytes([header[0], header[1]]);
    let length = usize::from(u16::from_le_bytes([header[2], header[3]]));
    let name = bytes.get(at + 4..at + 4 + length)?;
    if name.is_empty() {
        return None;
    }
    Some((parent, String::from_utf8(name.to_vec()).ok()?, at + 4 + length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::scratch;
    use std::time::Duration;

    fn disk() -> Arc<Disk> {
        Disk::real(Duration::ZERO, None).expect("disk")
    }

    fn added(index: &mut FacetIndex, parent: FacetId, name: &str) -> FacetId {
        let facet = index.add(parent, name, None).expect("add");
        index.append().expect("write");
        facet
    }

    #[test]
    fn names_keep_their_ids_and_subtrees() {
        let folder = scratch("index-ids");
        let path = folder.join("a.facets");
        let mut index = FacetIndex::open(&disk(), &path).expect("open");
        assert_eq!(index.add(0, "foo", None).expect("add"), 1);
        assert!(!index.has_room(), "the first one is written alone");
        assert!(index.append().expect("write"), "the file is new");
        assert_eq!(index.add(0, "bar", None).expect("add"), 2);
        assert_eq!(index.add(2, "foo", None).expect("add"), 3);
        assert!(index.has_room() && !index.append().expect("write"));
        assert_eq!(index.add(3, "deep\0\u{e9}", None).expect("add"), 4);
        assert_eq!(index.add(1, "last", None).expect("add"), 5);
        index.append().expect("write");
        let index = FacetIndex::open(&disk(), &path).expect("open again");
        assert_eq!((index.get(0, "foo"), index.get(2, "foo"), index.get(1, "foo")), (Some(1), Some(3), None));
        assert_eq!(index.subtree(2), [2, 3, 4]);
        assert_eq!(index.subtree(0), [0, 1, 2, 3, 4, 5]);
        assert_eq!(index.entry(4), Some((3, "deep\0\u{e9}")));
        assert_eq!(index.children(0).collect::<Vec<_>>(), [(1, "foo"), (2, "bar")]);
    }

    #[test]
    fn a_torn_entry_is_cut_and_its_place_used_again() {
        let folder = scratch("index-torn");
        let path = folder.join("a.facets");
        added(&mut FacetIndex::open(&disk(), &path).expect("open"), 0, "kept");
        let whole = std::fs::read(&path).expect("read");
        for torn in 1..4 + "lost".len() {
            let mut bytes = whole.clone();
            bytes.extend_from_slice(&[&0u16.to_le_bytes()[..], &4u16.to_le_bytes(), b"lost"].concat()[..torn]);
            std::fs::write(&path, bytes).expect("write");
            let mut index = FacetIndex::open(&disk(), &path).expect("open");
            assert_eq!((index.get(0, "kept"), index.get(0, "lost")), (Some(1), None));
            assert_eq!(added(&mut index, 0, "next"), 2);
            assert_eq!(FacetIndex::open(&disk(), &path).expect("open").get(0, "next"), Some(2));
        }
        for torn in 0..HEADER_BYTES {
            std::fs::write(&path, &whole[..torn]).expect("write");
            let mut index = FacetIndex::open(&disk(), &path).expect("open");
            assert_eq!(added(&mut index, 0, "first"), 1);
            assert_eq!(FacetIndex::open(&disk(), &path).expect("open").get(0, "first"), Some(1));
        }
    }

    #[test]
    fn a_file_of_another_kind_is_refused_by_name() {
        let folder = scratch("index-other");
        let path = folder.join("a.facets");
        for bytes in [&b"not an index at all"[..], b"no"] {
            std::fs::write(&path, bytes).expect("write");
            let error = FacetIndex::open(&disk(), &path).expect_err("refused").to_string();
            assert!(error.contains("a.facets") && error.contains("no facet index"), "{error}");
            assert_eq!(std::fs::read(&path).expect("read"), bytes, "nothing is lost");
        }
    }

    #[test]
    fn names_that_cannot_be_stored_are_refused() {
        let folder = scratch("index-names");
        let path = folder.join("a.facets");
        let mut index = FacetIndex::open(&disk(), &path).expect("open");
        assert!(matches!(index.add(0, "", None), Err(StorageError::FacetNameEmpty)));
        assert!(matches!(index.add(0, &"x".repeat(257), None), Err(StorageError::FacetNameTooLong)));
        assert!(index.add(0, &"x".repeat(256), None).is_ok());
        assert_eq!((index.add(1, "two", None).expect("add"), index.add(2, "three", None).expect("add")), (2, 3));
        assert!(matches!(index.add(3, "four", None), Err(StorageError::TooDeep)));
    }

    #[test]
    fn the_last_of_all_ids_is_found_and_the_next_name_refused() {
        let folder = scratch("index-full");
        let path = folder.join("a.facets");
        let mut bytes = MAGIC.to_le_bytes().to_vec();
        (0..FACETS_PER_OBJECT - 1).for_each(|number| write_entry(&mut bytes, 0, &number.to_string()));
        std::fs::write(&path, &bytes).expect("write");
        let mut index = FacetIndex::open(&disk(), &path).expect("open");
        assert_eq!(added(&mut index, 0, "last"), FacetId::MAX);
        assert_eq!((index.children(0).count(), index.subtree(0).len()), (FACETS_PER_OBJECT, FACETS_PER_OBJECT + 1));
        assert_eq!(index.children(0).last(), Some((FacetId::MAX, "last")));
        assert!(matches!(index.add(0, "more", None), Err(StorageError::TooManyFacets)));
        // Whoever is there is looked at, until one is found that is not.
        assert_eq!(index.nobodys(0, |_, _| Ok(true)).expect("none"), None);
        index.deleted(&[40_000]);
        let nobodys = index.nobodys(0, |_, _| Ok(false)).expect("found");
        assert_eq!((nobodys, index.add(0, "more", nobodys).expect("add")), (Some(40_000), 40_000));
        assert_eq!((index.get(0, "39999"), index.get(0, "more")), (None, Some(40_000)));
    }

    #[test]
    fn an_id_gets_another_name_in_a_file_of_the_same_form() {
        let folder = scratch("index-again");
        let path = folder.join("a.facets");
        testing::with_ids_kept(Some(3), || {
            let mut index = FacetIndex::open(&disk(), &path).expect("open");
            let nobody = |_: &FacetIndex, _| Ok(false);
            for (parent, name) in [(0, "a"), (1, "child"), (0, "b")] {
                assert_eq!(index.nobodys(parent, nobody).expect("few"), None);
                added(&mut index, parent, name);
            }
            let (before, held) = (index.holder(2), index.hold(3));
            assert_eq!(index.nobodys(0, nobody).expect("found"), Some(2), "1 has a child, and 2 has none");
            assert_eq!(
                index.nobodys(2, nobody).expect("none"),
                None,
                "a parent's is smaller, and 3 is about to be made"
            );
            index.add(0, "longer than before", Some(2)).expect("add");
            assert!(index.has_other_names() && index.holder(2) != before);
            assert_eq!(index.subtree(1), [1]);
            index.take_back();
            assert_eq!((index.get(1, "child"), index.has_other_names()), (Some(2), false));
            index.add(0, "longer than before", Some(2)).expect("add");
            std::fs::write(&path, index.bytes()).expect("write");
            drop(held);
            let again = FacetIndex::open(&disk(), &path).expect("open again");
            assert_eq!((&again.entries, again.get(1, "child")), (&index.entries, None));
            assert_eq!(again.children(0).map(|(_, name)| name).collect::<Vec<_>>(), ["a", "longer than before", "b"]);
        });
    }

    proptest::proptest! {
        #[test]
        fn any_history_reads_back_and_any_cut_gives_a_prefix(
            names in proptest::collection::vec((0u16..20, "[a-c\0\u{e9}]{1,3}"), 1..20),
            cut in 0usize..400,
        ) {
            let folder = scratch("index-any");
        let path = folder.join("a.facets");
            let mut index = FacetIndex::open(&disk(), &path).expect("open");
            for (parent, name) in &names {
                let parent = parent % (index.entries.len() as u16 + 1);
                if index.get(parent, name).is_none() && index.depth(parent) + 1 < FACET_DEPTH {
                    index.add(parent, name, None).expect("add");
                }
                if !index.has_room() || name.len() > 1 {
                    index.append().expect("write");
                }
            }
            index.append().expect("write");
            let again = FacetIndex::open(&disk(), &path).expect("open again");
            proptest::prop_assert_eq!(&again.entries, &index.entries);
            let bytes = std::fs::read(&path).expect("read");
            std::fs::write(&path, &bytes[..cut.min(bytes.len())]).expect("cut");
            let part = FacetIndex::open(&disk(), &path).expect("open a part");
            proptest::prop_assert!(index.entries.starts_with(&part.entries));
        }

        #[test]
        fn entries_of_one_sync_that_reach_the_disk_in_part_leave_those_before_them(
            lengths in proptest::collection::vec(1usize..200, 1..FACETS_A_SYNC),
            lost in proptest::collection::vec(proptest::bool::ANY, 32),
        ) {
            const SECTOR: usize = 512;
            let folder = scratch("index-lost");
            let path = folder.join("a.facets");
            let mut index = FacetIndex::open(&disk(), &path).expect("open");
            added(&mut index, 0, "kept");
            let durable = std::fs::read(&path).expect("read");
            for (number, length) in lengths.iter().enumerate() {
                index.add(0, &format!("{number:03}{}", "x".repeat(*length)), None).expect("add");
            }
            index.append().expect("write");
            let mut bytes = std::fs::read(&path).expect("read");
            for (sector, lost) in bytes.chunks_mut(SECTOR).zip(lost.iter().cycle()) {
                if *lost {
                    sector.fill(0);
                }
            }
            bytes[..durable.len()].copy_from_slice(&durable);
            std::fs::write(&path, &bytes).expect("write");
            let again = FacetIndex::open(&disk(), &path).expect("no damage");
            proptest::prop_assert_eq!(again.get(0, "kept"), Some(1));
            let again = FacetIndex::open(&disk(), &path).expect("what was cut leaves nothing");
            proptest::prop_assert_eq!(again.get(0, "kept"), Some(1));
        }
    }
}
