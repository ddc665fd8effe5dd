//! Published training runs and golden tables read as they are.
//!
//! The files lie beside the project and are not part of it. Where they are missing the tests say
//! so and pass, except under `CI=true`.

use mixlaw::fit::read_splits;
use mixlaw::runs::{FilterValue, Mapping, ReadNotes, RunTable, ScaleSource, read, write_file};

use crate::shared_files::shared;

fn pile17() -> Option<(RunTable, ReadNotes)> {
    let mapping = Mapping {
        files: vec![shared("data/pile17-1b.csv")?],
        ..Mapping::default()
    };
    Some(read(&mapping).unwrap())
}

/// Whether every weight column sums to 1 and every loss is in a plausible range of nats.
fn assert_sound(table: &RunTable) {
    for run in 0..table.len() {
        assert!((table.weights(run).sum() - 1.0).abs() < 1e-12);
        for column in 0..table.loss_names().len() {
            assert!(table.loss(run, column).is_none_or(|l| l > 0.0 && l < 20.0));
        }
    }
}

#[test]
fn pile17_reads_with_the_default_mapping() {
    let Some((table, notes)) = pile17() else {
        return;
    };
    assert_eq!(table.len(), 62);
    assert_eq!(table.weight_names().len(), 17);
    assert_eq!(table.weight_names(), table.loss_names());
    let columns: Vec<Option<usize>> = (0..17).map(Some).collect();
    assert_eq!(table.own_weight(), columns);
    assert_eq!(table.capacity(0), Some(1e9));
    assert_eq!(table.tokens(61), Some(25e9));
    // The column `run` skips two numbers: labels are not the numbers of the rows.
    assert_eq!(table.label(61), "63");
    assert_eq!(table.loss(0, 0), Some(1.772_475_243));
    // The sum of run 0 is 1 but for the last bits: its weights stay as they are.
    assert_eq!(table.weights(0)[0].to_bits(), 0.123_f64.to_bits());
    assert_eq!(notes.renormalised, 28);
    assert!((notes.largest_deviation - 0.002).abs() < 1e-12);
    assert_eq!(
        (
            notes.missing_losses,
            notes.dropped_rows,
            notes.filtered_rows
        ),
        (0, 0, 0)
    );
    assert_eq!(notes.sha256.len(), 64);
    assert_sound(&table);
}

#[test]
fn pile17_survives_being_written() {
    let Some((table, _)) = pile17() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.csv");
    write_file(&table, &path).unwrap();
    let (again, notes) = read(&Mapping {
        files: vec![path],
        ..Mapping::default()
    })
    .unwrap();
    assert_eq!(again, table);
    assert_eq!(notes.renormalised, 0);
}

#[test]
fn pile17_splits_hold_out_19_runs_each() {
    let (Some((table, _)), Some(path)) = (pile17(), shared("data/pile17-splits.csv")) else {
        return;
    };
    let splits = read_splits(&path, &table, &[]).unwrap();
    assert_eq!(splits.len(), 22);
    for split in &splits {
        assert_eq!(split.test.len(), 19, "{}", split.name);
    }
    assert_eq!(splits[0].name, "100");
    let labels: Vec<&str> = splits[0].test.iter().map(|row| table.label(*row)).collect();
    assert_eq!(labels[..4], ["0", "5", "8", "11"]);
    let paper: Vec<String> = ["20", "42"].map(String::from).into();
    let names: Vec<String> = read_splits(&path, &table, &paper)
        .unwrap()
        .into_iter()
        .map(|split| split.name)
        .collect();
    assert_eq!(names, ["42", "20"]);
}

#[test]
fn slimpajama7_reads_one_model_size_at_a_time() {
    let Some(path) = shared("data/slimpajama7.csv") else {
        return;
    };
    let mapping = |size| Mapping {
        files: vec![path.clone()],
        loss: "{domain}_loss".into(),
        capacity: Some(ScaleSource::Column("model_size".into())),
        tokens: Some(ScaleSource::Column("n_tokens".into())),
        filter: vec![("model_size".into(), FilterValue::Number(size))],
        ..Mapping::default()
    };
    const SIZES: [(f64, usize, f64, usize); 3] = [
        (122e6, 654, 1.998e9, 0),
        (310e6, 654, 1.998e9, 16),
        (680e6, 440, 2.59e9, 0),
    ];
    for (size, rows, tokens, missing) in SIZES {
        let (table, notes) = read(&mapping(size)).unwrap();
        assert_eq!(table.len(), rows);
        assert_eq!(table.weight_names().len(), 7);
        assert_eq!(table.loss_names().len(), 8);
        assert_eq!(table.loss_names()[7], "openhermes");
        assert_eq!(table.own_weight()[7], None);
        assert_eq!(table.own_weight()[1], Some(1));
        assert_eq!(table.capacity(0), Some(size));
        assert_eq!(table.tokens(0), Some(tokens));
        assert_eq!(notes.missing_losses, missing);
        assert_eq!(notes.filtered_rows, 1748 - rows);
        assert_eq!((notes.renormalised, notes.dropped_rows), (0, 0));
        assert_sound(&table);
    }
    let error = read(&mapping(1e9)).unwrap_err();
    let help = miette::Diagnostic::help(&error).unwrap().to_string();
    assert_eq!(
        help,
        "values there: `122000000.0`, `310000000.0`, `680000000.0`"
    );
}

#[test]
fn regmix_joins_two_files() {
    let files = ["mixture", "loss"].map(|part| shared(&format!("data/regmix-{part}_1m.csv")));
    let [Some(mixture), Some(loss)] = files else {
        return;
    };
    let mapping = Mapping {
        files: vec![mixture, loss],
        join: Some("index".into()),
        weight: "train_the_pile_{domain}".into(),
        loss: "metric/the_pile_{domain}_val_loss".into(),
        capacity: Some(ScaleSource::Constant(1e6)),
        ..Mapping::default()
    };
    let (table, notes) = read(&mapping).unwrap();
    assert_eq!(table.len(), 512);
    assert_eq!(table.weight_names().len(), 17);
    assert_eq!(table.loss_names().len(), 13);
    // Losses lack nih_exporter, so freelaw is column 1 of both and pubmed_central is not.
    assert_eq!(table.own_weight()[1..3], [Some(1), Some(3)]);
    assert!(table.own_weight().iter().all(Option::is_some));
    assert_eq!(table.label(0), "1");
    assert_eq!(table.capacity(511), Some(1e6));
    assert_eq!(table.tokens(0), None);
    assert_eq!(notes.renormalised, 303);
    assert!((notes.largest_deviation - 0.004).abs() < 1e-12);
    assert_eq!(notes.missing_losses, 0);
    assert_sound(&table);
}

#[test]
fn golden_tables_read_with_the_default_mapping() {
    let Some(folder) = shared("golden") else {
        return;
    };
    let mut unlimited = 0;
    let mut tables = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "csv") {
            continue;
        }
        let rows = std::fs::read_to_string(&path).unwrap().lines().count() - 1;
        let (table, notes) = read(&Mapping {
            files: vec![path.clone()],
            ..Mapping::default()
        })
        .unwrap();
        assert_eq!(table.len(), rows, "{}", path.display());
        assert_eq!(table.weight_names(), ["web", "code", "math", "chat"]);
        assert_eq!(table.weight_names(), table.loss_names());
        assert_eq!(notes.sentences(), Vec::<String>::new());
        assert_sound(&table);
        let scales = [table.capacity(0).unwrap(), table.tokens(0).unwrap()];
        unlimited += usize::from(scales.contains(&f64::INFINITY));
        tables += 1;
    }
    assert!(tables >= 10, "{tables} tables");
    assert!(unlimited >= 3, "{unlimited} tables have an unlimited scale");
}
