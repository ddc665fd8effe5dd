//! The transfer between domains that a law tells: against the truth of a pool, and as a map.

use super::kind::{Group, Kind};
use crate::claim::{Figure, Figures};
use crate::experiment::{Experiment, Source};
use crate::fit::{LawResult, Similarity, spearman};
use crate::law;
use crate::report::figure::{Curve, CurvePanel, Curves, DomainPlaces};
use crate::report::law_title;
use crate::runner::fitted::Fitted;
use crate::runs::RunTable;
use crate::world::{Overlap, World};

const RANKS: Kind = Kind {
    name: "transfer.rank-correlation.LAW",
    unit: "",
    meaning: "rank correlation of what a law says two domains share and their true correlation, from −1 to 1",
};

/// Transfer.
pub(super) const GROUP: Group = Group {
    title: "Transfer",
    kinds: &[RANKS],
    note: "This is for worlds with `overlap = { kind = \"pool\" }` and laws with coefficients C_ij: ln C_ij, the mean of\n\
           both directions, without what a source gives to all domains.",
};

/// A law's similarities and the true correlations of the same pairs.
struct Told<'a> {
    law: &'a str,
    similarities: Vec<Similarity>,
    truth: Vec<f64>,
}

impl<'a> Told<'a> {
    fn of(world: &World, result: &'a LawResult) -> Option<Self> {
        let Overlap::Pool(pool) = world.overlap() else {
            return None;
        };
        let similarities = result.fit.transfer.as_ref()?.similarities();
        let place = |name: &String| world.domains().iter().position(|d| d.name == *name);
        let truth = similarities
            .iter()
            .map(|one| Some(pool.correlation()[place(&one.pair.0)?][place(&one.pair.1)?]))
            .collect::<Option<Vec<f64>>>()?;
        Some(Self {
            law: &result.fit.law,
            similarities,
            truth,
        })
    }

    fn values(&self) -> Vec<f64> {
        self.similarities.iter().map(|one| one.value).collect()
    }

    fn panel(&self) -> CurvePanel {
        let curve = Curve {
            name: "a pair of domains".into(),
            points: self.truth.iter().copied().zip(self.values()).collect(),
            expected: None,
            labels: self
                .similarities
                .iter()
                .map(|one| format!("{} and {}", one.pair.0, one.pair.1))
                .collect(),
        };
        CurvePanel {
            title: law_title(self.law).into(),
            up: "ln C, nats".into(),
            curves: vec![curve],
        }
    }
}

/// Names of the figures of [`figures`]; none in a world that is no pool.
pub(super) fn figure_names(experiment: &Experiment) -> Vec<String> {
    let Some(fit) = experiment
        .fit
        .as_ref()
        .filter(|_| pool(experiment).is_some())
    else {
        return Vec::new();
    };
    let laws = fit.laws.iter().filter(|law| law::has_transfer(law));
    laws.map(|law| RANKS.of(&[law])).collect()
}

/// How well each law orders the pairs of domains of a pool.
pub(crate) fn figures(experiment: &Experiment, fitted: &Fitted) -> Figures {
    let told = told(experiment, fitted).into_iter();
    let ranks = told.filter_map(|told| {
        let value = spearman(&told.values(), &told.truth)?;
        Some((RANKS.of(&[told.law]), Figure::exact(value)))
    });
    ranks.collect()
}

/// ln C against the true correlation: a panel for each law, a point for each pair of domains; `None`
/// without a pool or without a law that tells C.
pub(crate) fn against_correlation(experiment: &Experiment, fitted: &Fitted) -> Option<Curves> {
    let told = told(experiment, fitted);
    let curves = Curves {
        title: "Transfer against the true correlation".into(),
        meaning: "What a law says that tokens of one domain of a pair are worth to the other, the mean of both \
                  directions without what a source gives to all, against the correlation of their \
                  frequencies in the pool."
            .into(),
        across: "correlation of the domains".into(),
        panels: told.iter().map(Told::panel).collect(),
    };
    (!told.is_empty()).then_some(curves)
}

/// The map of the first law that has one.
pub(crate) fn map(fitted: &Fitted, table: &RunTable) -> Option<DomainPlaces> {
    fitted.results.iter().find_map(|result| {
        let map = result.fitted.map(table.weight_names())?;
        let at = |source: usize| {
            let row = map.places.row(source);
            (row[0], row.get(1).copied().unwrap_or(0.0))
        };
        Some(DomainPlaces {
            law: law_title(&result.fit.law).into(),
            dimensions: map.places.ncols(),
            places: (0..map.names.len())
                .map(|source| (map.names[source].clone(), at(source)))
                .collect(),
        })
    })
}

fn told<'a>(experiment: &Experiment, fitted: &'a Fitted) -> Vec<Told<'a>> {
    let Some(world) = pool(experiment) else {
        return Vec::new();
    };
    let results = fitted.results.iter();
    let told = results.filter_map(|result| Told::of(world, result));
    told.filter(|told| !told.similarities.is_empty()).collect()
}

/// The world of an experiment, if it is a pool.
fn pool(experiment: &Experiment) -> Option<&World> {
    match &experiment.source {
        Source::Simulated { world, .. } if matches!(world.overlap(), Overlap::Pool(_)) => {
            Some(world)
        }
        Source::Simulated { .. } | Source::Runs(_) => None,
    }
}
