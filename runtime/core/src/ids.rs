//! Ids of Durable Objects.
//!
//! Owns the derivation of an id from a namespace key and a name, its text form and its check. It must not know what a
//! namespace is bound to or where an object lives on disk.
//!
//! The derivation is workerd's (`server/actor-id-impl`), so that state on disk moves between the two:
//! `K = SHA256(uniqueKey)`, `b = HMAC-SHA256(K, name)[0..16]` (random bytes for a unique id), and the id is
//! `b` followed by `HMAC-SHA256(K, b)[0..16]`, written as 64 lowercase hexadecimal digits.

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

const HALF_BYTES: usize = 16;

/// The 32 bytes that name one Durable Object inside its namespace.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ObjectId([u8; 2 * HALF_BYTES]);

/// Why a text is no id of a namespace. The messages are workerd's; both surface as `TypeError`.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum IdError {
    /// The text is not 64 hexadecimal digits.
    #[error("Invalid Durable Object ID: must be 64 hex digits")]
    Malformed,
    /// The second half does not authenticate the first for this namespace.
    #[error("Durable Object ID is not valid for this namespace.")]
    OtherNamespace,
}

/// The secret part of a namespace from which its ids derive.
#[derive(Clone)]
pub struct NamespaceKey([u8; 32]);

impl std::fmt::Debug for NamespaceKey {
    /// Hides the bytes: ids must not be derivable from a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NamespaceKey")
    }
}

impl NamespaceKey {
    /// Derives the key of the namespace whose configured key is `unique_key`.
    pub fn new(unique_key: &str) -> Self {
        Self(Sha256::digest(unique_key.as_bytes()).into())
    }

    /// The id of the object called `name`: the same name gives the same id.
    pub fn id_from_name(&self, name: &str) -> ObjectId {
        self.id_from_bytes(name.as_bytes())
    }

    /// The id of a name that is given as bytes.
    pub fn id_from_bytes(&self, name: &[u8]) -> ObjectId {
        self.complete(self.half(name))
    }

    /// The id whose first half is `random`: what `newUniqueId()` gives.
    pub fn id_from_random(&self, random: [u8; HALF_BYTES]) -> ObjectId {
        self.complete(random)
    }

    /// Reads an id from its text and checks that it belongs to this namespace.
    pub fn id_from_string(&self, text: &str) -> Result<ObjectId, IdError> {
        let id = ObjectId::parse(text)?;
        let mut first = [0; HALF_BYTES];
        first.copy_from_slice(&id.0[..HALF_BYTES]);
        if self.complete(first) != id {
            return Err(IdError::OtherNamespace);
        }
        Ok(id)
    }

    fn half(&self, message: &[u8]) -> [u8; HALF_BYTES] {
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(message);
        let digest = mac.finalize().into_bytes();
        let mut half = [0; HALF_BYTES];
        half.copy_from_slice(&digest[..HALF_BYTES]);
        half
    }

    fn complete(&self, first: [u8; HALF_BYTES]) -> ObjectId {
        let mut bytes = [0; 2 * HALF_BYTES];
        bytes[..HALF_BYTES].copy_from_slice(&first);
        bytes[HALF_BYTES..].copy_from_slice(&self.half(&first));
        ObjectId(bytes)
    }
}

impl ObjectId {
    /// Reads 64 hexadecimal digits of either case.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let digits = text.as_bytes();
        if digits.len() != 4 * HALF_BYTES {
            return Err(IdError::Malformed);
        }
        let mut bytes = [0; 2 * HALF_BYTES];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let high = (pair[0] as char).to_digit(16).ok_or(IdError::Malformed)?;
            let low = (pair[1] as char).to_digit(16).ok_or(IdError::Malformed)?;
            *byte = (high * 16 + low) as u8;
        }
        Ok(Self(bytes))
    }

    /// Which of `shards` shards the object lives on. Ids are uniform, so the first bytes spread evenly.
    pub fn shard(&self, shards: usize) -> usize {
        let mut prefix = [0; 8];
        prefix.copy_from_slice(&self.0[..8]);
        (u64::from_be_bytes(prefix) % shards.max(1) as u64) as usize
    }
}

impl std::fmt::Display for ObjectId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = String::with_capacity(4 * HALF_BYTES);
        for byte in self.0 {
            text.push(DIGITS[usize::from(byte >> 4)].into());
            text.push(DIGITS[usize::from(byte & 15)].into());
        }
        f.write_str(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The known answer that workerd's own tests use as a file name.
    const KNOWN: &str = "3652ef6221834806dc8df802d1d216e27b7d07e0a6b7adf6cfdaeec90f06459a";

    #[test]
    fn a_name_gives_the_id_that_workerd_gives() {
        assert_eq!(NamespaceKey::new("mykey").id_from_name("name").to_string(), KNOWN);
    }

    #[test]
    fn an_id_is_accepted_by_its_own_namespace_only() {
        let key = NamespaceKey::new("mykey");
        assert_eq!(key.id_from_string(KNOWN).map(|id| id.to_string()), Ok(KNOWN.to_owned()));
        assert_eq!(key.id_from_string(&KNOWN.to_uppercase()).map(|id| id.to_string()), Ok(KNOWN.to_owned()));
        assert_eq!(NamespaceKey::new("other").id_from_string(KNOWN), Err(IdError::OtherNamespace));
        let random = key.id_from_random([7; HALF_BYTES]);
        assert_eq!(key.id_from_string(&random.to_string()), Ok(random));
    }

    #[test]
    fn text_that_is_no_id_is_refused() {
        for text in ["", "abc", &KNOWN[1..], &format!("{}g", &KNOWN[1..]), "é".repeat(32).as_str()] {
            assert_eq!(ObjectId::parse(text), Err(IdError::Malformed), "{text}");
        }
    }
}
