//! Tests of reading: what is accepted, what is refused, and where the refusal points.

use super::*;
use crate::runs::{CsvTableError, FilterValue, ScaleSource};
use proptest::prelude::*;
use rstest::rstest;
use std::path::Path;

fn read_text(text: &str, mapping: &Mapping) -> Result<(RunTable, ReadNotes), ReadError> {
    read_bytes(text.as_bytes(), mapping)
}

fn read_bytes(bytes: &[u8], mapping: &Mapping) -> Result<(RunTable, ReadNotes), ReadError> {
    assemble(
        vec![CsvTable::parse(Path::new("runs.csv"), bytes)?],
        mapping,
    )
}

fn refused(text: &str) -> ReadError {
    read_text(text, &Mapping::default()).unwrap_err()
}

#[test]
fn a_table_of_its_own_kind() {
    let text = "cell,replicate,capacity,tokens,weight_web,weight_code,loss_web,loss_code\n\
                4,0,1e3,unlimited,0.5,0.5,2,3\n4.0,1,Inf,5,1,0,2.5,NA\n";
    let (table, notes) = read_text(text, &Mapping::default()).unwrap();
    assert_eq!(table.weight_names(), ["web", "code"]);
    assert_eq!((table.cell(1), table.replicate(1)), (4, 1));
    assert_eq!(table.capacity(1), Some(f64::INFINITY));
    assert_eq!(table.tokens(0), Some(f64::INFINITY));
    assert_eq!(table.loss(1, 1), None);
    assert_eq!(table.label(1), "1");
    assert_eq!(notes.missing_losses, 1);
    assert_eq!(notes.renormalised, 0);
}

#[test]
fn rows_are_filtered_dropped_and_rescaled() {
    let text = "run,size,weight_a,weight_b,loss_a,loss_b,loss_c\n\
                x,2,oops,,,,\n\
                y,1.0,0.5,0.502,1,nan,\n\
                z,1e0,,,,NaN,na\n\
                u,1,0.25,0.75,1,0,\n";
    let mapping = Mapping {
        capacity: Some(ScaleSource::Column("size".into())),
        tokens: Some(ScaleSource::Constant(7.0)),
        filter: vec![("size".into(), FilterValue::Number(1.0))],
        ..Mapping::default()
    };
    let (table, notes) = read_text(text, &mapping).unwrap();
    assert_eq!([table.label(0), table.label(1)], ["y", "u"]);
    assert_eq!(table.capacity(0), Some(1.0));
    assert_eq!(table.tokens(1), Some(7.0));
    assert_eq!(table.loss(1, 1), Some(0.0));
    assert!((table.weights(0)[0] - 0.5 / 1.002).abs() < 1e-15);
    assert!((notes.largest_deviation - 0.002).abs() < 1e-12);
    let expected = ReadNotes {
        renormalised: 1,
        largest_deviation: notes.largest_deviation,
        missing_losses: 3,
        dropped_rows: 1,
        filtered_rows: 1,
        unmeasured: vec!["c".into()],
        excluded: Vec::new(),
        sha256: String::new(),
    };
    assert_eq!(notes, expected);
}

#[test]
fn labels_count_rows_that_are_left_out() {
    let text = "weight_a,loss_a\n1,\n1,2\n";
    let (table, _) = read_text(text, &Mapping::default()).unwrap();
    assert_eq!(table.label(0), "1");
    assert_eq!(table.cell(0), 0);
}

#[rstest]
#[case(
    "weight_a,loss_a\n1,2\nx,3",
    "runs.csv, line 3, column `weight_a`: `x` is not a weight"
)]
#[case(
    "weight_a,loss_a\n-1,2",
    "runs.csv, line 2, column `weight_a`: `-1` is not a weight"
)]
#[case(
    "weight_a,loss_a\ninf,2",
    "runs.csv, line 2, column `weight_a`: `inf` is not a weight"
)]
#[case(
    "weight_a,loss_a\nnan,2",
    "runs.csv, line 2, column `weight_a`: `nan` is not a weight"
)]
#[case(
    "weight_a,loss_a\n,2",
    "runs.csv, line 2, column `weight_a`: the weight is missing"
)]
#[case(
    "weight_a,loss_a\n1,\"2,5\"",
    "runs.csv, line 2, column `loss_a`: `2,5` is not a loss"
)]
#[case(
    "weight_a,loss_a\n1,-inf",
    "runs.csv, line 2, column `loss_a`: `-inf` is not a loss"
)]
#[case(
    "weight_a,loss_a\n1,1e999",
    "runs.csv, line 2, column `loss_a`: `1e999` is not a loss"
)]
#[case(
    "weight_a,loss_a\n0.5,1",
    "runs.csv, line 2: the weights sum to 0.5, not to 1"
)]
#[case(
    "weight_a,loss_a\n1e308,1",
    "runs.csv, line 2: the weights sum to 1e308, not to 1"
)]
#[case(
    "capacity,weight_a,loss_a\n0,1,1",
    "runs.csv, line 2, column `capacity`: `0` is not a capacity"
)]
#[case(
    "tokens,weight_a,loss_a\n1e999,1,1",
    "runs.csv, line 2, column `tokens`: `1e999` is not a number of tokens"
)]
#[case(
    "tokens,weight_a,loss_a\n,1,1",
    "runs.csv, line 2, column `tokens`: the number of tokens is missing"
)]
#[case(
    "cell,weight_a,loss_a\nA1,1,1",
    "runs.csv, line 2, column `cell`: `A1` is not a whole number"
)]
#[case(
    "cell,weight_a,loss_a\n-1,1,1",
    "runs.csv, line 2, column `cell`: `-1` is not a whole number"
)]
#[case(
    "run,weight_a,loss_a\n,1,1",
    "runs.csv, line 2, column `run`: the label is missing"
)]
#[case("weight_a,loss_a\n1,\n1,nan", "no row of runs.csv has a loss")]
#[case(
    "weight_a,loss_b,loss_a\n1,\x1b[2Jx,",
    "runs.csv, line 2, column `loss_b`: `\\u{1b}[2Jx` is not a loss"
)]
fn mistakes_are_named_with_their_place(#[case] text: &str, #[case] message: &str) {
    assert_eq!(refused(text).to_string(), message);
}

#[test]
fn a_bare_file_name_is_needed() {
    assert!(matches!(read(&Mapping::default()), Err(ReadError::NoFile)));
    let folder = Mapping {
        files: vec![".".into()],
        ..Mapping::default()
    };
    assert!(matches!(
        read(&folder),
        Err(ReadError::Csv(CsvTableError::Folder { .. }))
    ));
}

#[test]
fn percentages_are_recognised() {
    let error = refused("weight_a,weight_b,loss_a\n60,40,1\n");
    let help = miette::Diagnostic::help(&error).unwrap().to_string();
    assert!(help.contains("percentages"), "{help}");
    let error = refused("weight_a,weight_decay,loss_a\n1,0.1,1\n");
    let help = miette::Diagnostic::help(&error).unwrap().to_string();
    assert!(help.contains("`weight_decay`"), "{help}");
}

#[test]
fn joined_files_give_one_table() {
    let folder = tempfile::tempdir().unwrap();
    let [weights, losses] = ["w.csv", "l.csv"].map(|name| folder.path().join(name));
    std::fs::write(&weights, "index,a,b\np,0.5,0.5\nq,0,1\n").unwrap();
    std::fs::write(&losses, "index,b_loss,tokens\nq,2,5\np,1,4\n").unwrap();
    let mapping = Mapping {
        files: vec![weights, losses],
        join: Some("index".into()),
        weight: "{domain}".into(),
        loss: "{domain}_loss".into(),
        ..Mapping::default()
    };
    let (table, notes) = read(&mapping).unwrap();
    assert_eq!(table.weight_names(), ["a", "b"]);
    assert_eq!(table.own_weight(), [Some(1)]);
    assert_eq!([table.label(0), table.label(1)], ["p", "q"]);
    assert_eq!([table.loss(0, 0), table.loss(1, 0)], [Some(1.0), Some(2.0)]);
    assert_eq!(table.tokens(0), Some(4.0));
    // printf 'index,a,b\np,0.5,0.5\nq,0,1\nindex,b_loss,tokens\nq,2,5\np,1,4\n' | sha256sum
    assert_eq!(
        notes.sha256,
        "ef9ee8f9b20316d01c9b80dc85e87b7017fa5fd524c61d39a2327b153be70fc7"
    );
}

/// A table that reads, to be damaged.
const SOUND: &str = "run,cell,capacity,tokens,weight_a,weight_b,loss_a,loss_b\n\
                     r0,0,1e3,unlimited,0.5,0.5,1.5,2.5\n\
                     \"r,1\",1,1e3,1e6,0.25,0.75,,2.25\n";

fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let damage = (any::<prop::sample::Index>(), any::<u8>(), 0..3_u8);
    proptest::collection::vec(damage, 1..8).prop_map(|damages| {
        let mut bytes = SOUND.as_bytes().to_vec();
        for (place, byte, kind) in damages {
            let place = place.index(bytes.len().max(1)).min(bytes.len());
            match kind {
                0 if place < bytes.len() => bytes[place] = byte,
                1 if place < bytes.len() => {
                    bytes.remove(place);
                }
                _ => bytes.insert(place, b",\"\r\n;-e0\xef"[usize::from(byte) % 9]),
            }
        }
        bytes
    })
}

fn mappings() -> impl Strategy<Value = Mapping> {
    let pattern = || {
        prop_oneof![
            Just("weight_{domain}".to_owned()),
            Just("loss_{domain}".to_owned()),
            Just("{domain}".to_owned()),
            "[a-z{}]{0,3}\\{domain\\}[a-z]{0,2}",
        ]
    };
    let name = || proptest::option::of(prop_oneof![Just("run".to_owned()), "[a-z]{0,3}"]);
    (pattern(), pattern(), name(), name()).prop_map(|(weight, loss, join, tokens)| Mapping {
        weight,
        loss,
        join,
        tokens: tokens.map(ScaleSource::Column),
        filter: Vec::new(),
        ..Mapping::default()
    })
}

/// Whatever comes in, what comes out is a sound table or an error that can be printed.
fn sound_or_said(bytes: &[u8], mapping: &Mapping) {
    match read_bytes(bytes, mapping) {
        Ok((table, _)) => {
            for run in 0..table.len() {
                let sum: f64 = table.weights(run).sum();
                assert!((sum - 1.0).abs() <= 1e-12);
                assert!(table.capacity(run).is_none_or(|capacity| capacity > 0.0));
                assert!((0..table.loss_names().len()).any(|i| table.loss(run, i).is_some()));
            }
        }
        Err(error) => assert!(!format!("{:?}", miette::Report::new(error)).is_empty()),
    }
}

proptest! {
    #[test]
    fn damaged_tables_never_panic(bytes in damaged()) {
        sound_or_said(&bytes, &Mapping::default());
    }

    #[test]
    fn arbitrary_bytes_and_mappings_never_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        mapping in mappings(),
        sound in any::<bool>(),
    ) {
        sound_or_said(if sound { SOUND.as_bytes() } else { &bytes }, &mapping);
    }
}
