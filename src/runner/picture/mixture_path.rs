//! The picture of the best mixture along a path of scales or targets.

use crate::optimum::{Along, BestMixture, OptimumPlan, PathMixtures};
use crate::report::figure::{Curve, CurvePanel, Curves};
use crate::report::law_title;

/// A figure shows no more domains than this; its CSV neither.
const MOST_DOMAINS: usize = 8;

/// A panel for each domain with the weight that each law gives it, and one for what the laws lose;
/// `None` without a path.
pub(super) fn curves(plan: &OptimumPlan, points: &[PathMixtures]) -> Option<Curves> {
    let along = &plan.path.as_ref()?.along;
    let (_, first) = points.first()?;
    let domains = &first.first()?.domains;
    let curve = |index: usize, of: &dyn Fn(&BestMixture) -> Option<f64>| Curve {
        name: law_title(&first[index].of).into(),
        points: points
            .iter()
            .filter_map(|(value, found)| Some((*value, of(found.get(index)?)?)))
            .collect(),
        expected: None,
        labels: Vec::new(),
    };
    let weights = |domain: usize| CurvePanel {
        title: domains[domain].clone(),
        up: "weight".into(),
        curves: (0..first.len())
            .map(|index| curve(index, &|one| one.optimum.weights.get(domain).copied()))
            .collect(),
    };
    let shown = most_moved(domains.len(), points);
    let mut panels: Vec<CurvePanel> = shown.iter().copied().map(weights).collect();
    let judged = first.iter().any(|one| one.regret.is_some());
    if judged {
        panels.push(CurvePanel {
            title: "What following the law costs".into(),
            up: "regret, % of excess".into(),
            curves: (0..first.len())
                .map(|index| curve(index, &|one| Some(one.regret.as_ref()?.excess_percent)))
                .collect(),
        });
    }
    let (across, of) = match along {
        Along::Tokens => ("tokens D".to_owned(), "the number of tokens".to_owned()),
        Along::Capacity => ("capacity N".to_owned(), "the capacity".to_owned()),
        Along::Target(loss) => (
            format!("weight of {loss} in the target"),
            format!("the weight of {loss} in the target"),
        ),
    };
    let left_out = domains.len() - shown.len();
    let mut meaning = format!("Weight of each domain in the best mixture, against {of}.");
    if left_out > 0 {
        meaning.push_str(&format!(" {left_out} domains that move less are left out."));
    }
    Some(Curves {
        title: format!("Best mixture against {of}"),
        meaning,
        across,
        panels,
    })
}

/// The domains whose weights move most, in their order.
fn most_moved(domains: usize, points: &[PathMixtures]) -> Vec<usize> {
    let range = |domain: usize| {
        let weights = points.iter().flat_map(|(_, found)| found);
        let weights = weights.map(|one| one.optimum.weights[domain]);
        let (low, high) = weights.fold((f64::INFINITY, 0.0f64), |(low, high), weight| {
            (low.min(weight), high.max(weight))
        });
        high - low
    };
    let mut order: Vec<usize> = (0..domains).collect();
    order.sort_by(|a, b| range(*b).total_cmp(&range(*a)));
    order.truncate(MOST_DOMAINS);
    order.sort_unstable();
    order
}
