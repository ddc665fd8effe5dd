//! Changes to tables of cells.

use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::{NUMBERS, pick, words};

/// Rows of cells; the first names the columns.
pub type Rows = Vec<Vec<String>>;

/// The rows of a CSV text, at most `most` of them.
pub fn rows(text: &str, most: usize) -> Rows {
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader.has_headers(false).from_reader(text.as_bytes());
    reader
        .records()
        .take(most)
        .map(|row| row.expect("a good file").iter().map(Into::into).collect())
        .collect()
}

/// Makes one change to `rows`. `names` are worth naming a column.
pub fn change(rows: &mut Rows, names: &[&str], random: &mut Xoshiro256PlusPlus) {
    if rows.is_empty() {
        return;
    }
    let row = random.random_range(0..rows.len());
    let width = rows[0].len();
    if width == 0 {
        return;
    }
    let column = random.random_range(0..width);
    match random.random_range(0..12) {
        0 => drop(rows.remove(row)),
        1 => {
            for cells in rows.iter_mut().filter(|cells| column < cells.len()) {
                cells.remove(column);
            }
        }
        2 => {
            let times = if random.random_range(0..20) == 0 {
                500
            } else {
                1
            };
            let copy = rows[row].clone();
            rows.extend(std::iter::repeat_n(copy, times));
        }
        3 => {
            let times = if random.random_range(0..20) == 0 {
                1100
            } else {
                1
            };
            for time in 0..times {
                let name = match random.random_range(0..3) {
                    0 => words(random),
                    1 => pick(names, random).to_owned(),
                    _ => format!("{}_{time}", if random.random() { "weight" } else { "loss" }),
                };
                rows[0].push(name);
                for cells in rows.iter_mut().skip(1) {
                    cells.push("0".into());
                }
            }
        }
        4 => rows[0][column] = pick(names, random).to_owned(),
        5 => rows[0][column] = words(random),
        6 => {
            // One number in all of a column.
            let number = pick(NUMBERS, random);
            for cell in rows
                .iter_mut()
                .skip(1)
                .filter_map(|row| row.get_mut(column))
            {
                *cell = number.to_owned();
            }
        }
        7 => {
            let other = random.random_range(0..rows.len());
            rows.swap(row, other);
        }
        8 => drop(rows[row].pop()),
        9 => {
            if let Some(cell) = rows[row].get_mut(column) {
                *cell = words(random);
            }
        }
        _ => {
            if let Some(cell) = rows[row].get_mut(column) {
                *cell = pick(NUMBERS, random).to_owned();
            }
        }
    }
}

/// The rows as CSV.
pub fn csv(rows: &Rows) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new();
    let mut writer = writer.flexible(true).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).expect("memory");
    }
    writer.into_inner().expect("memory")
}
