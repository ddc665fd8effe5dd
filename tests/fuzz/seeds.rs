//! Good files to start from.

use std::path::{Path, PathBuf};

use crate::shared_files::shared;

/// The texts of the files of the project, and of those shared beside it, that end in `ending`.
pub fn texts(folders: &[&str], ending: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths: Vec<PathBuf> = folders
        .iter()
        .map(|folder| root.join(folder))
        .chain(shared("golden"))
        .flat_map(|folder| std::fs::read_dir(folder).expect("a folder"))
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|own| own == ending))
        .collect();
    paths.sort();
    let read = |path: PathBuf| std::fs::read_to_string(path).expect("a text");
    paths.into_iter().map(read).collect()
}

/// A small table of runs as CSV: three domains at two scales.
pub fn runs() -> String {
    let mut text = String::from(
        "cell,replicate,capacity,tokens,weight_web,weight_code,weight_math,loss_web,loss_code,loss_math\n",
    );
    for number in 0..14_u32 {
        let (a, b) = (1 + number % 5, 1 + number * 3 % 7);
        let sum = f64::from(a + b + 2);
        let weights = [f64::from(a) / sum, f64::from(b) / sum, 2.0 / sum];
        let scale = if number % 2 == 0 { 1e3 } else { 1e4 };
        let loss = |j: usize| 1.0 + (0.1 + weights[j]).powf(-0.3) * (scale / 1e3_f64).powf(-0.2);
        text.push_str(&format!(
            "{number},0,{scale},{},{},{},{},{},{},{}\n",
            scale * 100.0,
            weights[0],
            weights[1],
            weights[2],
            loss(0),
            loss(1),
            loss(2),
        ));
    }
    text
}
