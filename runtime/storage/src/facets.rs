//! The index of an object's facets: which number, and so which file, a facet's name has.
//!
//! Owns the append-only file `<id>.facets`, byte-compatible with workerd's (`server/facet-tree-index`): an 8-byte magic,
//! then entries `{u16 parent id, u16 name length, name}` in little-endian order; the k-th entry is id k and the root is 0.
//! It must not know what lies in a facet's database.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use denizen_core::limits::FACETS_PER_OBJECT;

use crate::StorageError;

const MAGIC: u64 = 0xc4cd_ce5b_c5b0_ef57;
const HEADER_BYTES: usize = 8;

/// The facets of one object.
#[derive(Debug)]
pub struct FacetIndex {
    file: File,
    ids: HashMap<(u16, String), u16>,
    parents: Vec<u16>,
}

impl FacetIndex {
    /// Opens the index at `path`, making it if there is none. A torn last entry is cut off.
    pub fn open(path: &Path) -> Result<Self, StorageError> {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        if bytes.len() < HEADER_BYTES {
            file.set_len(0)?;
            file.seek(SeekFrom::Start(0))?;
            file.write_all(&MAGIC.to_le_bytes())?;
            file.sync_all()?;
            if let Some(folder) = path.parent() {
                File::open(folder)?.sync_all()?;
            }
            return Ok(Self { file, ids: HashMap::new(), parents: Vec::new() });
        }
        if bytes[..HEADER_BYTES] != MAGIC.to_le_bytes() {
            return Err(StorageError::Corrupt(format!("{} is no facet index", path.display())));
        }
        let mut index = Self { file, ids: HashMap::new(), parents: Vec::new() };
        let mut at = HEADER_BYTES;
        while let Some((parent, name, next)) = entry(&bytes, at) {
            // An entry whose parent does not exist yet is garbage after a torn write.
            if usize::from(parent) > index.parents.len() {
                break;
            }
            index.insert(parent, name);
            at = next;
        }
        if at < bytes.len() {
            index.file.set_len(at as u64)?;
        }
        index.file.seek(SeekFrom::Start(at as u64))?;
        Ok(index)
    }

    /// The id of the facet `name` of `parent` (0 is the root), if it has one.
    pub fn get(&self, parent: u16, name: &str) -> Option<u16> {
        self.ids.get(&(parent, name.to_owned())).copied()
    }

    /// The id of the facet `name` of `parent`, given now if it has none. It is durable when this returns.
    pub fn get_or_add(&mut self, parent: u16, name: &str) -> Result<u16, StorageError> {
        if let Some(id) = self.get(parent, name) {
            return Ok(id);
        }
        if self.parents.len() >= FACETS_PER_OBJECT {
            return Err(StorageError::TooManyFacets);
        }
        let length = u16::try_from(name.len()).map_err(|_| StorageError::FacetName)?;
        let mut bytes = Vec::with_capacity(4 + name.len());
        bytes.extend_from_slice(&parent.to_le_bytes());
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(name.as_bytes());
        self.file.write_all(&bytes)?;
        self.file.sync_data()?;
        Ok(self.insert(parent, name.to_owned()))
    }

    /// `id` and every facet below it.
    pub fn subtree(&self, id: u16) -> Vec<u16> {
        let mut members = vec![id];
        // A parent's id is always smaller than its child's, so one pass in order finds all.
        for (index, parent) in self.parents.iter().enumerate() {
            if members.contains(parent) {
                members.push(index as u16 + 1);
            }
        }
        members
    }

    fn insert(&mut self, parent: u16, name: String) -> u16 {
        self.parents.push(parent);
        let id = self.parents.len() as u16;
        self.ids.insert((parent, name), id);
        id
    }
}

fn entry(bytes: &[u8], at: usize) -> Option<(u16, String, usize)> {
    let header = bytes.get(at..at + 4)?;
    let parent = u16::from_le_bytes([header[0], header[1]]);
    let length = usize::from(u16::from_le_bytes([header[2], header[3]]));
    let name = bytes.get(at + 4..at + 4 + length)?;
    Some((parent, String::from_utf8(name.to_vec()).ok()?, at + 4 + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(name: &str) -> std::path::PathBuf {
        let path = std::env::temp_dir().join(format!("denizen-facets-{}-{name}", std::process::id()));
        drop(std::fs::remove_file(&path));
        path
    }

    #[test]
    fn names_keep_their_ids_and_subtrees() {
        let path = scratch("ids");
        let mut index = FacetIndex::open(&path).expect("open");
        assert_eq!(index.get_or_add(0, "foo").expect("add"), 1);
        assert_eq!(index.get_or_add(0, "bar").expect("add"), 2);
        assert_eq!(index.get_or_add(2, "foo").expect("add"), 3);
        assert_eq!(index.get_or_add(3, "deep").expect("add"), 4);
        drop(index);
        let index = FacetIndex::open(&path).expect("open again");
        assert_eq!(index.get(0, "foo"), Some(1));
        assert_eq!(index.get(2, "foo"), Some(3));
        assert_eq!(index.subtree(2), [2, 3, 4]);
        assert_eq!(index.get(1, "foo"), None);
        drop(std::fs::remove_file(path));
    }

    #[test]
    fn a_torn_entry_is_cut_and_its_place_used_again() {
        let path = scratch("torn");
        FacetIndex::open(&path).expect("open").get_or_add(0, "kept").expect("add");
        let whole = std::fs::read(&path).expect("read");
        for torn in 1..4 + "lost".len() {
            let mut bytes = whole.clone();
            bytes.extend_from_slice(&[&0u16.to_le_bytes()[..], &4u16.to_le_bytes(), b"lost"].concat()[..torn]);
            std::fs::write(&path, bytes).expect("write");
            let mut index = FacetIndex::open(&path).expect("open");
            assert_eq!(index.get(0, "lost"), None);
            assert_eq!(index.get_or_add(0, "next").expect("add"), 2);
            drop(index);
            assert_eq!(FacetIndex::open(&path).expect("open").get(0, "next"), Some(2));
        }
        drop(std::fs::remove_file(path));
    }

    #[test]
    fn a_file_of_another_kind_is_refused() {
        let path = scratch("other");
        std::fs::write(&path, b"not an index at all").expect("write");
        assert!(matches!(FacetIndex::open(&path), Err(StorageError::Corrupt(_))));
        drop(std::fs::remove_file(path));
    }
}
