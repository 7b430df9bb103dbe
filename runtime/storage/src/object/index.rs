//! The index of an object's facets: which number, and so which file, a facet's name has.
//!
//! Owns the append-only file `<id>.facets`, byte-compatible with workerd's (`workers-api` 1.7): an 8-byte magic, then
//! entries `{u16 parent id, u16 name length, name}` in little-endian order; the k-th entry is id k and the root is 0. It
//! must not know what lies in a facet's database, nor when an entry is durable: who adds one awaits the sync.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use denizen_core::limits::storage::FACETS_A_SYNC;
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
    /// How many of them are in the file.
    written: usize,
    /// Length of the file in bytes; 0 if there is none.
    length: u64,
    /// Set when a sync failed: the file is written anew before anything relies on it.
    suspect: bool,
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
            written: 0,
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
        let numbered = self.entries.iter().zip(1..);
        numbered.filter(move |((above, _), _)| *above == parent).map(|((_, name), id)| (id, name.as_str()))
    }

    /// Whether another id may be given before those that were given have to be written. An entry that makes the file comes
    /// alone, so that its sector is that of the header.
    pub(crate) fn has_room(&self) -> bool {
        let unwritten = self.entries.len() - self.written;
        unwritten < if self.length == 0 { 1 } else { FACETS_A_SYNC }
    }

    /// Gives `name` below `parent` an id, which it keeps for ever once it is written.
    pub(crate) fn add(&mut self, parent: FacetId, name: &str) -> Result<FacetId, StorageError> {
        if name.is_empty() {
            return Err(StorageError::FacetNameEmpty);
        }
        if name.len() > FACET_NAME_BYTES {
            return Err(StorageError::FacetNameTooLong);
        }
        if self.entries.len() >= FACETS_PER_OBJECT {
            return Err(StorageError::TooManyFacets);
        }
        if self.depth(parent) + 1 >= FACET_DEPTH {
            return Err(StorageError::TooDeep);
        }
        Ok(self.insert(parent, name.to_owned()))
    }

    /// Writes the ids that were given; if that fails, they were not. They are not durable yet; `true` if the file is new.
    pub(crate) fn write(&mut self) -> Result<bool, StorageError> {
        let is_new = self.length == 0;
        let mut bytes = if is_new { MAGIC.to_le_bytes().to_vec() } else { Vec::new() };
        self.entries[self.written..].iter().for_each(|(parent, name)| write_entry(&mut bytes, *parent, name));
        if let Err(error) = self.disk.write_at(&self.path, self.length, &bytes).at(&self.path) {
            for entry in self.entries.drain(self.written..) {
                self.ids.remove(&entry);
            }
            return Err(error);
        }
        self.length += bytes.len() as u64;
        self.written = self.entries.len();
        Ok(is_new)
    }

    /// How many facets lie above `id`, itself included: 0 for the object.
    fn depth(&self, id: FacetId) -> usize {
        let (mut depth, mut at) = (0, id);
        while let Some((parent, _)) = self.entry(at) {
            (depth, at) = (depth + 1, parent);
        }
        depth
    }

    /// A sync of the file failed: the kernel may have dropped what it could not write.
    pub(crate) fn mark_suspect(&mut self) {
        self.suspect = true;
    }

    /// Makes good for a failed sync: every byte is written to a new file that takes the place of the old one.
    pub(crate) fn make_good(&mut self) -> Result<(), StorageError> {
        if !self.suspect {
            return Ok(());
        }
        let mut bytes = MAGIC.to_le_bytes().to_vec();
        self.entries.iter().for_each(|(parent, name)| write_entry(&mut bytes, *parent, name));
        let fresh = beside(&self.path, "-rewrite");
        self.disk.remove(&fresh).at(&fresh)?;
        self.disk.create(&fresh, &bytes).at(&fresh)?;
        self.disk.sync(&fresh).at(&fresh)?;
        self.disk.rename(&fresh, &self.path).at(&self.path)?;
        let folder = self.path.parent().unwrap_or(Path::new("."));
        self.disk.sync_folder(folder).at(folder)?;
        self.length = bytes.len() as u64;
        self.suspect = false;
        Ok(())
    }

    /// `id` and every facet below it, parents before their children.
    pub(crate) fn subtree(&self, id: FacetId) -> Vec<FacetId> {
        let mut inside = vec![false; self.entries.len() + 1];
        inside[usize::from(id)] = true;
        let mut members = vec![id];
        // A parent's id is always smaller than its child's, so one pass in order finds all.
        for ((parent, _), child) in self.entries.iter().zip(1..) {
            if inside[usize::from(*parent)] {
                inside[usize::from(child)] = true;
                members.push(child);
            }
        }
        members
    }

    fn insert(&mut self, parent: FacetId, name: String) -> FacetId {
        self.entries.push((parent, name.clone()));
        let id = self.entries.len() as FacetId;
        self.ids.insert((parent, name), id);
        id
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
        let facet = index.add(parent, name).expect("add");
        index.write().expect("write");
        facet
    }

    #[test]
    fn names_keep_their_ids_and_subtrees() {
        let folder = scratch("index-ids");
        let path = folder.join("a.facets");
        let mut index = FacetIndex::open(&disk(), &path).expect("open");
        assert_eq!(index.add(0, "foo").expect("add"), 1);
        assert!(!index.has_room(), "the first one is written alone");
        assert!(index.write().expect("write"), "the file is new");
        assert_eq!(index.add(0, "bar").expect("add"), 2);
        assert_eq!(index.add(2, "foo").expect("add"), 3);
        assert!(index.has_room() && !index.write().expect("write"));
        assert_eq!(index.add(3, "deep\0\u{e9}").expect("add"), 4);
        assert_eq!(index.add(1, "last").expect("add"), 5);
        index.write().expect("write");
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
        assert!(matches!(index.add(0, ""), Err(StorageError::FacetNameEmpty)));
        assert!(matches!(index.add(0, &"x".repeat(257)), Err(StorageError::FacetNameTooLong)));
        assert!(index.add(0, &"x".repeat(256)).is_ok());
        assert_eq!((index.add(1, "two").expect("add"), index.add(2, "three").expect("add")), (2, 3));
        assert!(matches!(index.add(3, "four"), Err(StorageError::TooDeep)));
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
                    index.add(parent, name).expect("add");
                }
                if !index.has_room() || name.len() > 1 {
                    index.write().expect("write");
                }
            }
            index.write().expect("write");
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
                index.add(0, &format!("{number:03}{}", "x".repeat(*length))).expect("add");
            }
            index.write().expect("write");
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
