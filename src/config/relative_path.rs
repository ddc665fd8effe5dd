//! Paths of files, as a file in another folder writes them.

use std::path::{Component, Path};

/// `path` as seen from `folder`, with `/` between the parts. Links are followed where both exist,
/// so that `..` means the same to the system and to this function.
pub(super) fn relative(path: &Path, folder: &Path) -> String {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let real = path.canonicalize().ok().zip(folder.canonicalize().ok());
    let plain = || {
        std::path::absolute(path)
            .ok()
            .zip(std::path::absolute(folder).ok())
    };
    let Some((to, from)) = real.or_else(plain) else {
        return path.display().to_string();
    };
    let shared = to
        .components()
        .zip(from.components())
        .take_while(|(a, b)| a == b)
        .count();
    // Only the root is shared, or on Windows nothing at all: the absolute path says more.
    if shared <= 1 {
        return to.display().to_string();
    }
    let up = from.components().skip(shared).map(|_| "..".to_owned());
    let down = to.components().skip(shared).filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        _ => None,
    });
    up.chain(down).collect::<Vec<_>>().join("/")
}
