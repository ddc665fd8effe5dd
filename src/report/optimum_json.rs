//! Best mixtures in JSON.

use serde_json::{Map, Value, json};

use super::best_mixture::{known_prices, outside, price_sentence, region_sentence};
use crate::optimum::{BestMixture, Cause, JointRegion, Price};

/// `optimum.json`, one line break at the end. What is unlimited or not predicted is `null`.
pub(crate) fn optima_json(found: &[BestMixture]) -> String {
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
    if let Some(trained) = &found.trained {
        let ranges = trained.weights.iter().map(|range| json!(range));
        insert("trained", by_name(&found.domains, ranges));
        insert("outside", json!(outside(found)));
    }
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
        known_prices(found)
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
            by_name(
                &found.domains,
                (0..found.domains.len()).map(|domain| json!(found.weight_interval(domain))),
            ),
        );
        insert("target-loss-interval", json!(found.target_loss_interval()));
        insert(
            "robust",
            json!({
                "mixture": by_name(&found.domains, uncertainty.robust.iter().copied()),
                "mean-regret": uncertainty.robust_regret,
            }),
        );
        insert("mean-regret", json!(uncertainty.mean_regret));
        if let Some(region) = &uncertainty.region {
            insert("region", region_value(found, region));
        }
    }
    if let Some(regret) = &found.regret {
        insert(
            "regret",
            json!({
                "nats": regret.nats,
                "excess-percent": regret.excess_percent,
                "resolution-percent": regret.resolution_percent,
                "tokens-percent": regret.tokens_percent,
                "optimism": regret.optimism,
            }),
        );
    }
    Value::Object(object)
}

/// The ellipsoid Σ_a t_a·axis_a with Σ t² ≤ 1 about its centre.
fn region_value(found: &BestMixture, region: &JointRegion) -> Value {
    let named = |weights: &[f64]| by_name(&found.domains, weights.iter().copied());
    let axes: Vec<Value> = region.axes.iter().map(|axis| named(&axis.reach)).collect();
    json!({
        "holds-refits": region.held.0,
        "of-refits": region.held.1,
        "holds-mixture": region.holds_best,
        "centre": named(&region.centre),
        "half-axes": axes,
        "words": region_sentence(found, region),
    })
}

fn price_value(found: &BestMixture, price: &Price) -> Value {
    let (bound, name) = match *price {
        Price::Lower { domain, .. } if found.held_by_runs(domain) => {
            ("trained-lower", &found.domains[domain])
        }
        Price::Lower { domain, .. } => ("lower", &found.domains[domain]),
        Price::Upper {
            domain,
            cause: Cause::Asked,
            ..
        } if found.held_by_runs(domain) => ("trained-upper", &found.domains[domain]),
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
