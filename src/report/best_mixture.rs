//! A best mixture in words and in JSON.

use serde_json::{Map, Value, json};

use super::numbers::{ABSENT, rounded, significant};
use super::table::{Align, Row, Table};
use crate::optimum::{BestMixture, Cause, Flatness, Optimum, Price, Regret};

/// Ranges of weights above this are worth a sentence.
const WORTH_TELLING: f64 = 0.1;

/// Most domains that are named in the sentence on flatness.
const MOST_NAMED: usize = 3;

/// Tokens in which supplies are spoken of.
const BILLION: f64 = 1e9;

/// A table of one best mixture, a row for each domain, with what there is to say about it.
pub fn best_mixture_table(found: &BestMixture) -> Table {
    let mut columns = vec![("domain", Align::Left), ("weight", Align::Right)];
    if found.uncertainty.is_some() {
        columns.push(("95 % interval", Align::Right));
        columns.push(("robust", Align::Right));
    }
    columns.push(("within .1 %", Align::Right));
    if found.unconstrained.is_some() {
        columns.push(("without\nbounds", Align::Right));
    }
    let mut table = Table::new(columns);
    let range = |low: f64, high: f64| format!("{low:.3} to {high:.3}");
    for (domain, name) in found.domains.iter().enumerate() {
        let mut cells = vec![
            name.clone(),
            format!("{:.4}", found.optimum.weights[domain]),
        ];
        if let Some(uncertainty) = &found.uncertainty {
            let (low, high) = uncertainty.weights[domain];
            cells.push(range(low, high));
            cells.push(format!("{:.4}", uncertainty.robust[domain]));
        }
        cells.push(
            found
                .flat
                .get(domain)
                .map_or(ABSENT.into(), |flat| range(flat.low, flat.high)),
        );
        if let Some(free) = &found.unconstrained {
            cells.push(format!("{:.4}", free.weights[domain]));
        }
        table.rows.push(Row {
            cells,
            strong: false,
        });
    }
    table.notes = sentences(found);
    table
}

/// What there is to say about a best mixture, sentence by sentence.
pub fn sentences(found: &BestMixture) -> Vec<String> {
    let mut out = vec![loss_sentence(found), certificate_sentence(&found.optimum)];
    out.extend(
        found
            .optimum
            .prices
            .iter()
            .map(|price| price_sentence(found, price)),
    );
    if let Some(flat) = flat_sentence(found) {
        out.push(flat);
    }
    if let Some(uncertainty) = &found.uncertainty {
        out.push(format!(
            "Over {} resamples of the mixtures it loses {} nats on average; the robust mixture {}.",
            uncertainty.replicates,
            rounded(uncertainty.mean_regret, 2),
            rounded(uncertainty.robust_regret, 2),
        ));
    }
    if let Some(regret) = &found.regret {
        out.push(regret_sentence(regret));
    }
    out
}

fn scale(value: f64) -> String {
    if value.is_finite() {
        format!("{value:e}")
    } else {
        "unlimited".into()
    }
}

/// " at capacity N and D tokens". Tables without a scale count as 1 each, which is no scale.
fn place(found: &BestMixture) -> String {
    let one = |value: f64| (value - 1.0).abs() < f64::EPSILON;
    if one(found.capacity) && one(found.tokens) {
        return String::new();
    }
    format!(
        " at capacity {} and {} tokens",
        scale(found.capacity),
        scale(found.tokens)
    )
}

fn loss_sentence(found: &BestMixture) -> String {
    let interval = found
        .uncertainty
        .as_ref()
        .map_or(String::new(), |uncertainty| {
            let (low, high) = uncertainty.target_loss;
            format!(" (95 % interval {low:.4} to {high:.4})")
        });
    let free = found.unconstrained.as_ref().map_or(String::new(), |free| {
        format!("; without bounds {:.4}", free.target_loss)
    });
    format!(
        "{}{}: target loss {:.4} nats{interval}{free}.",
        found.of,
        place(found),
        found.optimum.target_loss
    )
}

fn certificate_sentence(optimum: &Optimum) -> String {
    let certificate = &optimum.certificate;
    let (agreeing, starts) = certificate.agreeing;
    let shape = if certificate.convex_here() {
        "convex there"
    } else {
        "not convex there"
    };
    format!(
        "Certificate: gap {:.1e} nats, KKT residual {:.1e}; the target loss is {shape}; {agreeing} of {starts} starts end here.",
        certificate.gap, certificate.residual
    )
}

fn price_sentence(found: &BestMixture, price: &Price) -> String {
    let hundredth = rounded(0.01 * price.price(), 2);
    match *price {
        Price::Upper {
            domain,
            cause: Cause::Available { .. },
            price,
        } => format!(
            "One billion more tokens of {} would lower the target loss by {} nats.",
            found.domains[domain],
            rounded(price * found.epochs * BILLION / found.tokens, 2)
        ),
        Price::Upper { domain, .. } => format!(
            "A largest weight of {} that is .01 larger would lower the target loss by {hundredth} nats.",
            found.domains[domain]
        ),
        Price::Lower { domain, .. } => format!(
            "A smallest weight of {} that is .01 smaller would lower the target loss by {hundredth} nats.",
            found.domains[domain]
        ),
        Price::GroupLower { group, .. } => format!(
            "A smallest sum of the group {} that is .01 smaller would lower the target loss by {hundredth} nats.",
            found.groups[group]
        ),
        Price::GroupUpper { group, .. } => format!(
            "A largest sum of the group {} that is .01 larger would lower the target loss by {hundredth} nats.",
            found.groups[group]
        ),
    }
}

/// "Mixtures within .1 % of the best have web between .2 and .45."
fn flat_sentence(found: &BestMixture) -> Option<String> {
    let mut wide: Vec<(f64, &str, &Flatness)> = found
        .flat
        .iter()
        .zip(&found.domains)
        .map(|(flat, name)| (flat.high - flat.low, name.as_str(), flat))
        .filter(|(width, ..)| *width > WORTH_TELLING)
        .collect();
    wide.sort_by(|a, b| b.0.total_cmp(&a.0));
    if wide.is_empty() {
        return None;
    }
    let parts: Vec<String> = wide
        .iter()
        .take(MOST_NAMED)
        .map(|(_, name, flat)| {
            format!(
                "{name} between {} and {}",
                rounded(flat.low, 2),
                rounded(flat.high, 2)
            )
        })
        .collect();
    Some(format!(
        "The optimum is flat: every mixture within .1 % of the best has {}.",
        parts.join(", ")
    ))
}

fn regret_sentence(regret: &Regret) -> String {
    let tokens = regret.tokens_percent.map_or(String::new(), |percent| {
        format!(
            ", as if {} % of the data had been thrown away",
            rounded(percent, 2)
        )
    });
    format!(
        "In truth it loses {} nats against the best mixture ({} % of the excess{tokens}); predicted less true loss: {} nats.",
        rounded(regret.nats, 2),
        significant(regret.excess_percent),
        rounded(regret.optimism, 2)
    )
}

/// One row for each best mixture of an experiment: its weights, and its regret where it is known.
pub fn optima_table(found: &[BestMixture]) -> Table {
    let mut table = Table::new([("best mixture of", Align::Left)]);
    let Some(first) = found.first() else {
        return table;
    };
    let mut push = |title: String| {
        table.columns.push(super::table::Column {
            title,
            align: Align::Right,
        });
    };
    first.domains.iter().for_each(|name| push(name.clone()));
    push("target\nloss".into());
    let judged = found.iter().any(|one| one.regret.is_some());
    if judged {
        push("regret, %\nof excess".into());
        push("as tokens\nlost, %".into());
        push("optimism,\nnats".into());
    }
    for one in found {
        let mut cells = vec![one.of.clone()];
        cells.extend(
            one.optimum
                .weights
                .iter()
                .map(|weight| format!("{weight:.3}")),
        );
        cells.push(format!("{:.4}", one.optimum.target_loss));
        if judged {
            let cell = |value: Option<f64>| value.map_or(ABSENT.into(), |value| rounded(value, 3));
            cells.push(cell(
                one.regret.as_ref().map(|regret| regret.excess_percent),
            ));
            cells.push(cell(
                one.regret.as_ref().and_then(|regret| regret.tokens_percent),
            ));
            cells.push(cell(one.regret.as_ref().map(|regret| regret.optimism)));
        }
        table.rows.push(Row {
            cells,
            strong: false,
        });
    }
    table.notes = vec![format!(
        "At capacity {} and {} tokens. Regret: true target loss of the mixture less that of the \
         simulator's best; tokens lost: what the best mixture could do without and still be as \
         good; optimism: predicted less true loss.",
        scale(first.capacity),
        scale(first.tokens)
    )];
    if !judged {
        table.notes = vec![format!(
            "At capacity {} and {} tokens.",
            scale(first.capacity),
            scale(first.tokens)
        )];
    }
    for one in found {
        table.notes.extend(sentences(one));
    }
    table
}

/// `optimum.json`, one line break at the end. What is unlimited or not predicted is `null`.
pub fn optima_json(found: &[BestMixture]) -> String {
    let optima: Vec<Value> = found.iter().map(value).collect();
    format!("{:#}\n", json!({ "optima": optima }))
}

fn by_name<'a, T: Into<Value>>(
    names: &'a [String],
    values: impl IntoIterator<Item = T> + 'a,
) -> Value {
    let pairs = names
        .iter()
        .cloned()
        .zip(values.into_iter().map(Into::into));
    Value::Object(pairs.collect::<Map<_, _>>())
}

fn value(found: &BestMixture) -> Value {
    let optimum = &found.optimum;
    let certificate = &optimum.certificate;
    let mut object = Map::new();
    let mut insert = |key: &str, value: Value| {
        object.insert(key.into(), value);
    };
    insert("of", json!(found.of));
    insert("capacity", json!(found.capacity));
    insert("tokens", json!(found.tokens));
    insert(
        "mixture",
        by_name(&found.domains, optimum.weights.iter().copied()),
    );
    insert("target-loss", json!(optimum.target_loss));
    insert(
        "losses",
        by_name(&found.losses, optimum.losses.iter().copied()),
    );
    insert(
        "certificate",
        json!({
            "gap": certificate.gap,
            "residual": certificate.residual,
            "convex": certificate.convex_here(),
            "least-curvature": certificate.least_curvature,
            "starts": certificate.agreeing.1,
            "agreeing-starts": certificate.agreeing.0,
        }),
    );
    insert(
        "prices",
        optimum
            .prices
            .iter()
            .map(|price| price_value(found, price))
            .collect(),
    );
    insert(
        "flat",
        by_name(
            &found.domains,
            found.flat.iter().map(|flat| json!([flat.low, flat.high])),
        ),
    );
    if let Some(free) = &found.unconstrained {
        insert(
            "unconstrained",
            json!({
                "mixture": by_name(&found.domains, free.weights.iter().copied()),
                "target-loss": free.target_loss,
            }),
        );
    }
    if let Some(uncertainty) = &found.uncertainty {
        insert(
            "intervals",
            by_name(&found.domains, uncertainty.weights.iter().map(|w| json!(w))),
        );
        insert("target-loss-interval", json!(uncertainty.target_loss));
        insert(
            "robust",
            json!({
                "mixture": by_name(&found.domains, uncertainty.robust.iter().copied()),
                "mean-regret": uncertainty.robust_regret,
            }),
        );
        insert("mean-regret", json!(uncertainty.mean_regret));
    }
    if let Some(regret) = &found.regret {
        insert(
            "regret",
            json!({
                "nats": regret.nats,
                "excess-percent": regret.excess_percent,
                "tokens-percent": regret.tokens_percent,
                "optimism": regret.optimism,
            }),
        );
    }
    Value::Object(object)
}

fn price_value(found: &BestMixture, price: &Price) -> Value {
    let (bound, name) = match *price {
        Price::Lower { domain, .. } => ("lower", &found.domains[domain]),
        Price::Upper {
            domain,
            cause: Cause::Asked,
            ..
        } => ("upper", &found.domains[domain]),
        Price::Upper { domain, .. } => ("available", &found.domains[domain]),
        Price::GroupLower { group, .. } => ("group-lower", &found.groups[group]),
        Price::GroupUpper { group, .. } => ("group-upper", &found.groups[group]),
    };
    json!({
        "bound": bound,
        "of": name,
        "nats-per-weight": price.price(),
        "words": price_sentence(found, price),
    })
}
