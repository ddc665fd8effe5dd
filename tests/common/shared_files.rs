//! Files that lie beside the project and are not part of it.

use std::path::{Path, PathBuf};

/// The file or folder `name` in the folder that is shared beside the project. Where it is missing
/// the test says so and passes, except where all tests must run.
pub fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")).join(name);
    if path.exists() {
        return Some(path);
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "{} is missing",
        path.display()
    );
    println!("skipped: {} is missing", path.display());
    None
}
