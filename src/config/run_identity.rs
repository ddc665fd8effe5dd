//! What of an experiment decides a single simulated run, and what differs between two.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::diagnosis::nesting::shallow_part;

/// Tables and keys of the file that decide what a run is.
const DECIDES: [&str; 4] = ["seed", "world", "learner", "sweep"];

/// Keys of `[sweep]` that only list runs.
const AXES: [&str; 5] = ["capacities", "tokens", "scales", "mixtures", "replicates"];

/// What a simulated experiment says about its runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RunIdentity {
    /// All that decides the losses of a run but its capacity, tokens and mixture, as TOML in a form
    /// that is the same for the same experiment. Runs of the kernel "sgd" are trained together, so that
    /// for them the axes belong to it.
    pub runs: String,
    /// The axes of the sweep, as TOML.
    pub axes: String,
}

/// The meaning of an experiment of which `resolved` is the text with every default written out, for
/// version `mixlaw` of the program; `None` if it simulates nothing.
pub(crate) fn run_identity(resolved: &str, mixlaw: &str) -> Option<RunIdentity> {
    let mut table = table(resolved)?;
    table.retain(|key, _| DECIDES.contains(&key));
    let sgd = table.get("learner")?.get("kernel")?.as_str() == Some("sgd");
    let sweep = table.get_mut("sweep")?.as_table_mut()?;
    let mut axes = Table::new();
    for key in AXES {
        if let Some(axis) = sweep.get(key).cloned() {
            axes.insert(key.into(), axis);
        }
        if !sgd {
            sweep.remove(key);
        }
    }
    table.insert("mixlaw".into(), mixlaw.into());
    let axes = Table::from_iter([("sweep".to_string(), Value::Table(axes))]);
    Some(RunIdentity {
        runs: table.to_string(),
        axes: axes.to_string(),
    })
}

/// The table that `text` is, if it is TOML.
fn table(text: &str) -> Option<Table> {
    // A part holds the first error of its text.
    shallow_part(text).parse().ok()
}

/// What two texts of TOML say differently: each key with its value in the first and in the second,
/// by key. A text that is no TOML has no keys.
pub fn differences(first: &str, second: &str) -> Vec<(String, Option<String>, Option<String>)> {
    let flat = |text: &str| {
        let mut values = BTreeMap::new();
        if let Some(table) = table(text) {
            flatten(&Value::Table(table), String::new(), &mut values);
        }
        values
    };
    let (mut first, mut second) = (flat(first), flat(second));
    first.retain(|key, value| {
        let same = second.get(key) == Some(value);
        if same {
            second.remove(key);
        }
        !same
    });
    let keys: std::collections::BTreeSet<String> =
        first.keys().chain(second.keys()).cloned().collect();
    keys.into_iter()
        .map(|key| {
            let (first, second) = (first.remove(&key), second.remove(&key));
            (key, first, second)
        })
        .collect()
}

/// Every value by its key with the tables that it is in; items of a list of tables are called by
/// their name, else by their number.
fn flatten(value: &Value, key: String, values: &mut BTreeMap<String, String>) {
    let below = |name: &str| match key.as_str() {
        "" => name.to_string(),
        key => format!("{key}.{name}"),
    };
    match value {
        Value::Table(table) => {
            for (name, value) in table {
                flatten(value, below(name), values);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_table) => {
            let mut order = Vec::new();
            for (number, item) in items.iter().enumerate() {
                let name = match item.get("name").and_then(Value::as_str) {
                    Some(name) => name.to_string(),
                    None => number.to_string(),
                };
                flatten(item, below(&name), values);
                order.push(name);
            }
            // The order of domains is that of the columns.
            values.insert(key, order.join(", "));
        }
        value => {
            values.insert(key, value.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::{QUICKSTART, parse, resolved_toml};

    fn meaning_of(text: &str) -> RunIdentity {
        let experiment = parse(text, "quickstart.toml").unwrap();
        run_identity(&resolved_toml(&experiment, Path::new("")), "1.2.3").unwrap()
    }

    #[test]
    fn fits_and_words_do_not_matter_and_axes_are_apart() {
        let (base, cut) = (
            meaning_of(QUICKSTART),
            &QUICKSTART[..QUICKSTART.find("\n[fit]").unwrap()],
        );
        let cut = cut.replace("name = \"quickstart\"", "name = \"other\"");
        assert_eq!(meaning_of(&cut), base);
        let longer = cut.replace("tokens = [", "tokens = [12345, ");
        assert_ne!(longer, cut);
        let longer = meaning_of(&longer);
        assert_eq!(longer.runs, base.runs);
        let differing = differences(&base.axes, &longer.axes);
        assert_eq!(differing.len(), 1);
        assert_eq!(differing[0].0, "sweep.tokens");
        let resolved = |version| {
            let experiment = parse(&cut, "quickstart.toml").unwrap();
            run_identity(&resolved_toml(&experiment, Path::new("")), version).unwrap()
        };
        assert_ne!(resolved("1.2.4").runs, base.runs);
    }

    #[test]
    fn differences_are_told_key_by_key() {
        let there = "seed = 1\n[[world.domains]]\nname = \"web\"\ncost = 1.0\n[learner]\ntau = 5\n";
        let here =
            "seed = 1\n[[world.domains]]\nname = \"web\"\ncost = 2.0\n[sweep]\nmode = \"x\"\n";
        let some = |text: &str| Some(text.to_string());
        assert_eq!(
            differences(there, here),
            [
                ("learner.tau".into(), some("5"), None),
                ("sweep.mode".into(), None, some("\"x\"")),
                ("world.domains.web.cost".into(), some("1.0"), some("2.0")),
            ]
        );
    }

    #[test]
    fn real_runs_have_no_meaning() {
        assert_eq!(run_identity("[data]\nruns = \"runs.csv\"\n", "1"), None);
    }
}
