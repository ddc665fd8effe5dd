//! Tests of finding the columns.

use super::*;
use rstest::rstest;
use std::path::Path;

fn find(headers: &[&str], mapping: &Mapping) -> Result<Layout, ReadError> {
    let tables: Vec<CsvTable> = headers
        .iter()
        .enumerate()
        .map(|(file, header)| {
            let row = ",1".repeat(header.split(',').count());
            let text = format!("{header}\n{}\n", &row[1..]);
            CsvTable::parse(Path::new(&format!("{file}.csv")), text.as_bytes()).unwrap()
        })
        .collect();
    Layout::find(&tables, mapping)
}

fn patterns(weight: &str, loss: &str) -> Mapping {
    Mapping {
        weight: weight.into(),
        loss: loss.into(),
        ..Mapping::default()
    }
}

fn names(columns: &[(String, At)]) -> Vec<&str> {
    columns.iter().map(|(name, _)| name.as_str()).collect()
}

#[test]
fn the_more_specific_pattern_wins() {
    let mapping = patterns("{domain}", "loss_{domain}");
    let layout = find(&["run,capacity,web,loss_web,loss_code"], &mapping).unwrap();
    assert_eq!(names(&layout.weights), ["web"]);
    assert_eq!(names(&layout.losses), ["web", "code"]);

    let mapping = patterns("w_{domain}", "{domain}_l");
    let error = find(&["w_a_l"], &mapping).unwrap_err();
    assert!(matches!(error, ReadError::BothPatterns { .. }));
}

#[test]
fn filter_columns_are_weights_only_where_the_pattern_says_so() {
    let mut mapping = patterns("{domain}", "loss_{domain}");
    mapping.filter = vec![("size".into(), FilterValue::Number(1.0))];
    let layout = find(&["size,web,loss_web"], &mapping).unwrap();
    assert_eq!(names(&layout.weights), ["web"]);
    mapping.weight = "weight_{domain}".into();
    mapping.filter[0].0 = "weight_web".into();
    let layout = find(&["weight_web,loss_web"], &mapping).unwrap();
    assert_eq!(names(&layout.weights), ["web"]);
}

#[rstest]
#[case("weight", "weight_web,loss_web")]
#[case("weight_{domain}_{domain}", "weight_web,loss_web")]
fn a_pattern_holds_one_domain(#[case] weight: &str, #[case] header: &str) {
    let error = find(&[header], &patterns(weight, "loss_{domain}")).unwrap_err();
    assert!(matches!(error, ReadError::Pattern { key: "weight", .. }));
}

#[test]
fn no_match_lists_the_columns() {
    let error = find(&["w_web,loss_web"], &Mapping::default()).unwrap_err();
    let ReadError::NoMatch { key, columns, .. } = error else {
        panic!("{error}");
    };
    assert_eq!(key, "weight");
    assert_eq!(columns, "the columns are `w_web`, `loss_web`");
    let error = find(&["weight_web;loss_web"], &Mapping::default()).unwrap_err();
    assert!(matches!(error, ReadError::NoMatch { columns, .. } if columns.contains("commas")));
}

#[test]
fn columns_that_are_asked_for_exist_once() {
    let mapping = Mapping {
        tokens: Some(ScaleSource::Column("n_token".into())),
        ..Mapping::default()
    };
    let error = find(&["n_tokens,weight_a,loss_a"], &mapping).unwrap_err();
    let ReadError::NoColumn { key, instead, .. } = error else {
        panic!("{error}");
    };
    assert_eq!(
        (key, instead.as_str()),
        ("tokens", "did you mean `n_tokens`?")
    );

    let join = Mapping {
        join: Some("index".into()),
        ..Mapping::default()
    };
    let weights = "index,capacity,weight_a";
    assert!(find(&[weights, "index,loss_a"], &join).is_ok());
    for other in ["index,loss_a,weight_a", "index,loss_a,capacity"] {
        let error = find(&[weights, other], &join).unwrap_err();
        assert!(matches!(error, ReadError::ColumnTwice { .. }), "{error}");
    }
}

#[test]
fn several_files_need_a_join_column_in_each() {
    let files = ["index,weight_a", "index,loss_a"];
    let error = find(&files, &Mapping::default()).unwrap_err();
    assert!(matches!(error, ReadError::NoJoin { common } if common.contains("`index`")));
    let mapping = Mapping {
        join: Some("weight_a".into()),
        ..Mapping::default()
    };
    let error = find(&files, &mapping).unwrap_err();
    let ReadError::NoColumn { file, .. } = error else {
        panic!("{error}");
    };
    assert_eq!(file, Path::new("1.csv"));
}

#[test]
fn a_constant_scale_is_positive() {
    for value in [0.0, -1.0, f64::NAN] {
        let mapping = Mapping {
            capacity: Some(ScaleSource::Constant(value)),
            ..Mapping::default()
        };
        let error = find(&["weight_a,loss_a"], &mapping).unwrap_err();
        assert!(matches!(error, ReadError::Scale { .. }));
    }
}

#[test]
fn domain_names_can_be_shown() {
    let long = format!("weight_{},loss_a", "x".repeat(101));
    for header in [long.as_str(), "weight_\u{1b}a,loss_a"] {
        let error = find(&[header], &Mapping::default()).unwrap_err();
        assert!(matches!(error, ReadError::DomainName { .. }));
    }
    assert!(find(&["weight_=SUM(1),loss_α β"], &Mapping::default()).is_ok());
}
