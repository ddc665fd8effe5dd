//! A best mixture in words.

use super::numbers::{ABSENT, rounded};
use super::table::{Align, Row, Table};
use crate::optimum::{BestMixture, Cause, Flatness, JointRegion, Optimum, Price, Regret};

/// Ranges of weights above this are worth a sentence.
const WORTH_TELLING: f64 = 0.1;

/// Most domains that are named in the sentence on flatness.
const MOST_NAMED: usize = 3;

/// Tokens in which supplies are spoken of.
const BILLION: f64 = 1e9;

/// A table of one best mixture, a row for each domain, with what there is to say about it.
pub(crate) fn best_mixture_table(found: &BestMixture) -> Table {
    let mut columns = vec![("domain", Align::Left), ("weight", Align::Right)];
    if found.trained.is_some() {
        columns.push(("trained", Align::Right));
    }
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
        if let Some(trained) = &found.trained {
            let (least, most) = trained.weights[domain];
            cells.push(range(least, most));
        }
        if let Some(uncertainty) = &found.uncertainty {
            let interval = found.weight_interval(domain);
            cells.push(interval.map_or(ABSENT.into(), |(low, high)| range(low, high)));
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
    table.notes.extend(scale_sentences(found));
    table
}

/// How far the scale lies outside of that of the runs.
fn scale_sentences(found: &BestMixture) -> Vec<String> {
    let trained = found.trained.as_ref();
    trained.map_or_else(Vec::new, |trained| {
        trained.scale_outside((found.capacity, found.tokens))
    })
}

/// How far the mixture and the scale lie outside of what was trained.
pub(super) fn outside(found: &BestMixture) -> Vec<String> {
    let mixture = found
        .trained
        .as_ref()
        .and_then(|trained| trained.mixture_outside(&found.domains, &found.optimum.weights));
    mixture.into_iter().chain(scale_sentences(found)).collect()
}

/// What there is to say about a best mixture, sentence by sentence.
pub fn sentences(found: &BestMixture) -> Vec<String> {
    let mut out = vec![loss_sentence(found), certificate_sentence(&found.optimum)];
    out.extend(
        found
            .trained
            .as_ref()
            .and_then(|trained| trained.mixture_outside(&found.domains, &found.optimum.weights)),
    );
    out.extend(known_prices(found).map(|price| price_sentence(found, price)));
    out.extend(unknown_sentence(found));
    if let Some(flat) = flat_sentence(found) {
        out.push(flat);
    }
    if let Some(uncertainty) = &found.uncertainty {
        out.push(format!(
            "Over {} refits it loses {} nats on average; the robust mixture {}.",
            uncertainty.replicates,
            rounded(uncertainty.mean_regret, 2),
            rounded(uncertainty.robust_regret, 2),
        ));
    }
    let region = found
        .uncertainty
        .as_ref()
        .and_then(|sure| sure.region.as_ref());
    out.extend(region.map(|region| region_sentence(found, region)));
    if let Some(regret) = &found.regret {
        out.push(regret_sentence(regret));
    }
    out
}

/// "Jointly, 90 of 100 refits lie in an ellipsoid whose longest half-axis, .08, is web +.06, code −.05."
pub(super) fn region_sentence(found: &BestMixture, region: &JointRegion) -> String {
    let (inside, all) = region.held;
    let axis = region.axes.first().filter(|axis| axis.length() > NO_EXTENT);
    let Some(axis) = axis else {
        return format!("Jointly, {inside} of {all} refits name the same mixture.");
    };
    let mut changes: Vec<(&str, f64)> = found
        .domains
        .iter()
        .map(String::as_str)
        .zip(axis.reach.iter().copied())
        .collect();
    changes.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    let shown: Vec<String> = changes
        .iter()
        .take(MOST_NAMED)
        .filter(|(_, change)| change.abs() > SMALL_PART * axis.length())
        .map(|(name, change)| {
            let sign = if *change < 0.0 { "−" } else { "+" };
            format!("{name} {sign}{}", rounded(change.abs(), 2))
        })
        .collect();
    let rest: Vec<String> = region.axes[1..]
        .iter()
        .take(MOST_NAMED)
        .map(|axis| rounded(axis.length(), 2))
        .collect();
    let rest = if rest.is_empty() {
        String::new()
    } else {
        format!("; the next are {}", rest.join(", "))
    };
    let best = if region.holds_best {
        ""
    } else {
        " The mixture of all runs lies outside it: the refits lean to one side."
    };
    format!(
        "Jointly, {inside} of {all} refits lie in an ellipsoid whose longest half-axis of {} is {}{rest}. \
         {COVERAGE}{best}",
        rounded(axis.length(), 2),
        shown.join(", ")
    )
}

/// What such regions are worth where the truth is known: `cargo bench --bench coverage`.
const COVERAGE: &str = "On noisy runs of known laws such an ellipsoid held the best mixture in 75 to 90 % of the cases.";

/// Half-axes below this are rounding of the search.
pub(super) const NO_EXTENT: f64 = 1e-3;

/// Changes below this share of an axis are not named.
const SMALL_PART: f64 = 0.2;

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
        .target_loss_interval()
        .map_or(String::new(), |(low, high)| {
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

/// The prices of bounds, but for those of weights that never varied: there the law has only its prior.
pub(super) fn known_prices(found: &BestMixture) -> impl Iterator<Item = &Price> {
    let unknown = |domain: usize| {
        let trained = found.trained.as_ref();
        trained.is_some_and(|trained| trained.never_varied(domain))
    };
    found
        .optimum
        .prices
        .iter()
        .filter(move |price| match price {
            Price::Lower { domain, .. } | Price::Upper { domain, .. } => !unknown(*domain),
            Price::GroupLower { .. } | Price::GroupUpper { .. } => true,
        })
}

/// "No two runs differ in the weight of chem: what another does is not known from them, and it has no interval."
fn unknown_sentence(found: &BestMixture) -> Option<String> {
    let trained = found.trained.as_ref()?;
    let names: Vec<&str> = (0..found.domains.len())
        .filter(|domain| trained.never_varied(*domain))
        .map(|domain| found.domains[domain].as_str())
        .collect();
    (!names.is_empty()).then(|| {
        format!(
            "No two runs differ in the weight of {}: what another does is not known from them, and it has no interval.",
            names.join(", ")
        )
    })
}

pub(super) fn price_sentence(found: &BestMixture, price: &Price) -> String {
    let hundredth = rounded(0.01 * price.price(), 2);
    let by_runs = |domain: usize, end: &str| {
        format!(
            "Runs had {end} {:.4} of {}: .01 beyond that would lower the target loss by {hundredth} nats by the \
             law, which no run tests there.",
            found.optimum.weights[domain], found.domains[domain]
        )
    };
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
        Price::Upper { domain, .. } if found.held_by_runs(domain) => by_runs(domain, "at most"),
        Price::Lower { domain, .. } if found.held_by_runs(domain) => by_runs(domain, "at least"),
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

/// A regret in percent of the excess; below what the truth is known to, that.
fn percent(regret: &Regret, digits: i32) -> String {
    if regret.is_resolved() {
        rounded(regret.excess_percent, digits)
    } else {
        format!("< {}", rounded(regret.resolution_percent, 2))
    }
}

fn regret_sentence(regret: &Regret) -> String {
    if !regret.is_resolved() {
        return format!(
            "In truth it is as good as the best mixture, to the {} % of the excess that the truth is known to; \
             predicted less true loss: {} nats.",
            rounded(regret.resolution_percent, 2),
            rounded(regret.optimism, 2)
        );
    }
    let tokens = regret.tokens_percent.map_or(String::new(), |percent| {
        format!(
            ", as if {} % of the data had been thrown away",
            rounded(percent, 2)
        )
    });
    format!(
        "In truth it loses {} nats against the best mixture ({} % of the excess{tokens}); predicted less true loss: {} nats.",
        rounded(regret.nats, 2),
        percent(regret, 4),
        rounded(regret.optimism, 2)
    )
}

/// One row for each best mixture of an experiment: its weights, and its regret where it is known.
pub(crate) fn optima_table(found: &[BestMixture]) -> Table {
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
            let resolved = one.regret.as_ref().filter(|regret| regret.is_resolved());
            cells.push(
                one.regret
                    .as_ref()
                    .map_or(ABSENT.into(), |regret| percent(regret, 3)),
            );
            cells.push(cell(resolved.and_then(|regret| regret.tokens_percent)));
            cells.push(cell(one.regret.as_ref().map(|regret| regret.optimism)));
        }
        table.rows.push(Row {
            cells,
            strong: false,
        });
    }
    if let Some(trained) = found.iter().find_map(|one| one.trained.as_ref()) {
        let mut cells = vec!["(runs that were trained)".to_owned()];
        let ranges = trained.weights.iter();
        cells.extend(ranges.map(|(least, most)| format!("{least:.3} to {most:.3}")));
        cells.resize(table.columns.len(), String::new());
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
    if let Some(runs) = found.iter().find(|one| one.trained.is_some()) {
        table.notes.extend(scale_sentences(runs));
    }
    for one in found {
        table.notes.extend(sentences(one));
    }
    table
}
