//! More databases on disk than can be open.

use std::path::Path;

use crate::{Database, DatabaseOptions, Engine, EngineOptions, Pool, PoolOptions};

/// Databases by default; `DENIZEN_DATABASES` overrides, and `DENIZEN_DATABASES_IN` says where, on a disk of its own.
const DATABASES: usize = 2_000;

/// One in this many may be open.
const OPEN_SHARE: usize = 50;

fn descriptors(folder: &Path) -> usize {
    let open = std::fs::read_dir("/proc/self/fd").expect("descriptors").flatten();
    open.filter_map(|entry| std::fs::read_link(entry.path()).ok()).filter(|path| path.starts_with(folder)).count()
}

#[test]
fn many_databases_lie_on_disk_while_few_are_open() {
    let count = std::env::var("DENIZEN_DATABASES").map_or(DATABASES, |text| text.parse().expect("a number"));
    let scratch = crate::testing::scratch("many");
    let elsewhere = std::env::var_os("DENIZEN_DATABASES_IN");
    let folder = elsewhere.as_ref().map_or(&*scratch, Path::new).canonicalize().expect("folder");
    let open_max = count / OPEN_SHARE;
    // Those that are open, those that wait to be closed, and some for checkpoints and the folder itself.
    let descriptors_max = (open_max + 64) * 3 + 64;
    let bytes_before = resident_bytes();
    for round in 0..2 {
        let engine = Engine::open(&folder, EngineOptions::default()).expect("engine");
        let pool = Pool::new(&engine, PoolOptions { open_max, ..PoolOptions::default() });
        std::fs::create_dir_all(folder.join("n")).expect("folder");
        let (mut databases, mut waiting) = (Vec::new(), Vec::new());
        for number in 0..count {
            let path = folder.join("n").join(format!("{number}.sqlite"));
            let options = DatabaseOptions { path, bytes_max: 1 << 30, alarm: None };
            let database = Database::open(&pool, options).expect("open");
            let before = database.kv_get("n", <[u8]>::to_vec).expect("get");
            let expected = (round > 0).then(|| number.to_le_bytes().to_vec());
            assert_eq!(before, expected, "database {number} in round {round}");
            if round == 0 {
                database.kv_put("n", &number.to_le_bytes()).expect("put");
                waiting.push(database.commit().expect("commit").expect("written"));
            }
            databases.push(database);
            if number % open_max.max(1) == 0 {
                assert!(descriptors(&folder) <= descriptors_max, "{} descriptors", descriptors(&folder));
                waiting.drain(..).for_each(|durable| durable.wait().expect("durable"));
            }
        }
        waiting.into_iter().for_each(|durable| durable.wait().expect("durable"));
        assert!(pool.open_count() <= open_max);
        eprintln!(
            "{count} databases, {open_max} open: {} descriptors, {} bytes of memory more",
            descriptors(&folder),
            resident_bytes().saturating_sub(bytes_before)
        );
        drop((databases, pool));
        engine.shut_down();
    }
}

fn resident_bytes() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("statm");
    let pages: usize = statm.split(' ').nth(1).and_then(|pages| pages.parse().ok()).expect("a number");
    pages * 4096
}
