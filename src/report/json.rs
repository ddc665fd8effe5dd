//! `fits.json` and `claims.json`: results for machines.
//!
//! Numbers are written with the shortest text that reads back as the same number; what is not a
//! number, or not finite, is `null`.

use serde_json::{Map, Value, json};

use super::Manifest;
use crate::claim::{Check, ClaimResult};
use crate::fit::{Comparison, LawFit, ParameterValue, SavedFits};

/// The table that laws were fitted to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DataSource {
    /// Its file, as the user named it; forward slashes, so that results do not depend on the
    /// system.
    pub path: String,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// Runs used.
    pub rows: usize,
    /// Loss columns fitted, in the order of the file.
    pub domains: Vec<String>,
}

/// The fitted laws as JSON, one line break at the end.
///
/// `splits` is the number of splits into training and held-out runs, `comparisons` hold the laws
/// against the best one, `saved` is what predictions are made from. The file depends on the input
/// alone: how long a fit took is in the manifest.
pub(crate) fn fits_json(
    data: &DataSource,
    splits: usize,
    fits: &[LawFit],
    comparisons: &[Comparison],
    saved: Option<&SavedFits>,
) -> String {
    let mut json = text(&json!({
        "data": {
            "path": data.path,
            "sha256": data.sha256,
            "rows": data.rows,
            "domains": data.domains,
        },
        "splits": splits,
        "fits": fits.iter().map(law).collect::<Vec<_>>(),
        "comparisons": comparisons,
    }));
    if let Some(saved) = saved {
        // On one line, since it holds the rows of the table and is for machines alone. Plain numbers
        // and names always have a JSON text.
        let saved = serde_json::to_string(saved).unwrap_or_default();
        json.truncate(json.trim_end().trim_end_matches('}').trim_end().len());
        json.push_str(&format!(",\n  \"saved\": {saved}\n}}\n"));
    }
    json
}

fn law(fit: &LawFit) -> Value {
    let mut object = Map::new();
    object.insert("law".into(), json!(fit.law));
    object.insert("parameter-count".into(), json!(fit.parameter_count));
    object.insert("test".into(), json!(fit.test));
    object.insert("train".into(), json!(fit.train));
    object.insert(
        "parameters".into(),
        parameters(&fit.parameters, |parameter| json!(parameter.value)),
    );
    if let Some(transfer) = &fit.transfer {
        object.insert("transfer".into(), json!(transfer));
    }
    if let Some(replicates) = &fit.bootstrap {
        let intervals = parameters(&fit.parameters, |parameter| json!(parameter.interval));
        object.insert(
            "bootstrap".into(),
            json!({
                "replicates": replicates.count,
                "unconverged": replicates.unconverged,
                "intervals": intervals,
            }),
        );
    }
    object.insert("converged".into(), json!(fit.converged));
    object.insert("convergence".into(), json!(fit.convergence));
    object.insert("identifiability".into(), json!(fit.identifiability));
    if let Some(influence) = &fit.influence {
        object.insert("influence".into(), json!(influence));
    }
    Value::Object(object)
}

/// A figure of each parameter: those of the whole law by symbol, those of the domains by name and
/// symbol.
fn parameters(values: &[ParameterValue], figure: impl Fn(&ParameterValue) -> Value) -> Value {
    let mut law = Map::new();
    let mut domains = Map::new();
    for parameter in values {
        let place = match &parameter.domain {
            None => &mut law,
            Some(domain) => {
                let entry = domains
                    .entry(domain.as_str())
                    .or_insert_with(|| Value::Object(Map::new()));
                let Value::Object(place) = entry else {
                    continue;
                };
                place
            }
        };
        place.insert(parameter.symbol.clone(), figure(parameter));
    }
    json!({ "law": law, "domains": domains })
}

/// A claim and its checks as JSON, one line break at the end. A limit is an object of `at-least`,
/// `at-most` or both, an interval a pair or `null`.
pub(crate) fn claims_json(claim: &ClaimResult) -> String {
    let mut file = Map::new();
    file.insert("format".into(), json!(Manifest::FORMAT));
    if let Value::Object(claim) = claim_value(claim) {
        file.extend(claim);
    }
    text(&Value::Object(file))
}

/// As [`claims_json`], as a value and without the version of the format.
pub(super) fn claim_value(claim: &ClaimResult) -> Value {
    let checks: Vec<Value> = claim
        .checks
        .iter()
        .map(|result| {
            json!({
                "figure": result.check.figure,
                "value": result.value,
                "limit": limit(&result.check),
                "interval": result.interval,
                "verdict": result.verdict,
            })
        })
        .collect();
    json!({ "claim": claim.claim, "checks": checks })
}

fn limit(check: &Check) -> Value {
    let mut limit = Map::new();
    for (name, value) in [("at-least", check.at_least), ("at-most", check.at_most)] {
        if let Some(value) = value {
            limit.insert(name.into(), json!(value));
        }
    }
    Value::Object(limit)
}

fn text(value: &Value) -> String {
    // The alternate form of a JSON value is its indented text and, unlike a serializer, cannot fail.
    format!("{value:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::examples::{HOSTILE, claim, fits};

    fn data() -> DataSource {
        DataSource {
            path: "runs.csv".into(),
            sha256: "9f86d081884c7d65".into(),
            rows: 64,
            domains: vec!["web".into(), HOSTILE.into()],
        }
    }

    #[test]
    fn fits_have_the_shape_of_the_contract() {
        insta::assert_snapshot!(fits_json(&data(), 20, &fits()[..1], &[], None));
    }

    #[test]
    fn claims_have_the_shape_of_the_contract() {
        insta::assert_snapshot!(claims_json(&claim()));
    }

    #[test]
    fn what_is_not_finite_is_null() {
        let mut odd = fits();
        for fit in &mut odd {
            fit.train.mre.all.mean = f64::NAN;
            fit.test = None;
        }
        let mut infinite = claim();
        infinite.checks[0].value = Some(f64::INFINITY);
        infinite.checks[0].interval = Some((f64::NEG_INFINITY, 1.0));
        infinite.checks[0].check.at_most = Some(f64::NAN);
        for written in [
            fits_json(&data(), 1, &odd, &[], None),
            claims_json(&infinite),
        ] {
            let read: Value = serde_json::from_str(&written).unwrap();
            assert!(
                !written.contains("NaN") && !written.contains("inf"),
                "{written}"
            );
            assert!(read.is_object());
        }
    }

    #[test]
    fn numbers_read_back_exactly() {
        let mut one = fits()[..1].to_vec();
        one[0].train.mre.all.mean = 0.1 + 0.2;
        let read: Value = serde_json::from_str(&fits_json(&data(), 1, &one, &[], None)).unwrap();
        let mean = read["fits"][0]["train"]["mre"]["all"]["mean"].as_f64();
        assert_eq!(mean.map(f64::to_bits), Some((0.1_f64 + 0.2).to_bits()));
    }
}
