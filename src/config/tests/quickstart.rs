//! The quickstart is the documentation of the format: it must be complete and true.

use serde_json::Value;

use crate::config::{Experiment, QUICKSTART, Source, parse, schema};

fn quickstart() -> Experiment {
    parse(QUICKSTART, "quickstart.toml").unwrap()
}

#[test]
fn it_is_the_world_that_it_says() {
    let experiment = quickstart();
    let Source::Simulated { world, sweep, .. } = &experiment.source else {
        panic!("not simulated");
    };
    assert_eq!(world.names(), ["web", "code", "math", "chat"]);
    assert_eq!(sweep.mixtures.len(), 64);
    assert_eq!(sweep.capacities, [1e3, 3e3, 1e4]);
    assert_eq!(experiment.fit.unwrap().starts, 8);
    assert_eq!(experiment.checks.len(), 4);
}

/// Every key of the schema, wherever it is.
fn keys(schema: &Value, found: &mut Vec<String>) {
    match schema {
        Value::Object(object) => {
            if let Some(Value::Object(properties)) = object.get("properties") {
                found.extend(properties.keys().cloned());
            }
            for value in object.values() {
                keys(value, found);
            }
        }
        Value::Array(items) => {
            for item in items {
                keys(item, found);
            }
        }
        _ => {}
    }
}

#[test]
fn every_key_is_documented() {
    let mut found = Vec::new();
    keys(schema(), &mut found);
    assert!(found.len() > 50);
    for key in found {
        let documented = QUICKSTART.lines().any(|line| {
            let line = line.trim_start_matches(['#', ' ']);
            // `key = value`, in a line of its own or within an inline table or sentence; or a
            // header.
            [
                "".to_owned(),
                "{ ".to_owned(),
                ", ".to_owned(),
                "(".to_owned(),
            ]
            .iter()
            .any(|before| {
                let key = format!("{before}{key} = ");
                if before.is_empty() {
                    line.starts_with(&key)
                } else {
                    line.contains(&key)
                }
            }) || line.starts_with('[')
                && line
                    .trim_matches(['[', ']'])
                    .split('.')
                    .any(|part| part == key)
        });
        assert!(
            documented,
            "configs/quickstart.toml does not explain `{key}`"
        );
    }
}

/// The lines `#key = value` are the defaults: without their `#`, nothing changes.
#[test]
fn the_defaults_are_true() {
    let before = QUICKSTART.split("#[data]").next().unwrap();
    let lines: Vec<&str> = before.lines().collect();
    let mut checked = 0;
    for (index, line) in lines.iter().enumerate() {
        let Some(key) = line
            .strip_prefix('#')
            .filter(|rest| rest.starts_with(char::is_alphabetic))
        else {
            continue;
        };
        let mut changed = lines.clone();
        changed[index] = key;
        let experiment = parse(&changed.join("\n"), "quickstart.toml").unwrap();
        assert_eq!(experiment, quickstart(), "{key} is not the default");
        checked += 1;
    }
    assert!(checked >= 15, "only {checked} defaults are shown");
}

/// The table [data] at the end is an example that can be read.
#[test]
fn the_alternative_source_is_read() {
    let (_, data) = QUICKSTART.split_once("#[data]").unwrap();
    let lines = data
        .lines()
        .filter_map(|line| line.strip_prefix('#'))
        .filter(|line| line.starts_with(char::is_alphabetic));
    let text = format!("[data]\n{}", lines.collect::<Vec<_>>().join("\n"));
    let experiment = parse(&text, "data.toml").unwrap();
    let Source::Runs(mapping) = experiment.source else {
        panic!("not real runs");
    };
    assert_eq!(mapping.files.len(), 2);
    assert_eq!(mapping.filter.len(), 3);
}
