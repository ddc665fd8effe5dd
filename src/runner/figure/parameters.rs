//! What the runs say about a law's parameters ([`Identifiability`]).

use super::kind::{Group, Kind};
use crate::claim::{Figure, Figures};
use crate::fit::{Identifiability, LawFit};
use crate::law;

const PARAMETER: Kind = Kind {
    name: "parameter.SYMBOL.LAW",
    unit: "its own",
    meaning: "a parameter of the whole law, in natural units; `gamma` for γ, `gamma-own` for γ_own",
};

/// A kind of figure of what the rows tell, and how it is measured.
type ToldKind = (Kind, fn(&Identifiability) -> f64);

/// Figures of what the rows tell.
const IDENTIFIABILITY: [ToldKind; 2] = [
    (
        Kind {
            name: "identifiability.effective.LAW",
            unit: "",
            meaning: "effective parameters of the fit to all rows",
        },
        |told| told.effective_parameters,
    ),
    (
        Kind {
            name: "identifiability.flat.LAW",
            unit: "",
            meaning: "directions among the parameters that the rows do not tell",
        },
        |told| told.flat_directions as f64,
    ),
];

/// Parameters.
pub(super) const GROUP: Group = Group {
    title: "Parameters",
    kinds: &[PARAMETER, IDENTIFIABILITY[0].0, IDENTIFIABILITY[1].0],
    note: "A parameter has an interval where mixtures are resampled (`[fit] bootstrap`).",
};

/// Adds the figures of one law.
pub(super) fn add(figures: &mut Figures, fit: &LawFit) {
    for parameter in fit.parameters.iter().filter(|p| p.domain.is_none()) {
        if let Some(value) = parameter.value {
            let name = PARAMETER.of(&[&latin(&parameter.symbol), &fit.law]);
            let interval = parameter.interval;
            figures.insert(name, Figure { value, interval });
        }
    }
    if let Some(told) = &fit.identifiability {
        for (kind, measure) in IDENTIFIABILITY {
            figures.insert(kind.of(&[&fit.law]), Figure::exact(measure(told)));
        }
    }
}

/// Names of the figures that a fit of `law` can have.
pub(super) fn names(law: &str) -> impl Iterator<Item = String> {
    let symbols = law::by_name(law).map_or(&[][..], |found| found.common_symbols());
    let parameters = symbols
        .iter()
        .map(move |symbol| PARAMETER.of(&[&latin(symbol), law]));
    parameters.chain(IDENTIFIABILITY.map(|(kind, _)| kind.of(&[law])))
}

/// A symbol in Latin letters.
fn latin(symbol: &str) -> String {
    symbol
        .chars()
        .map(|letter| match letter {
            'α' => "alpha".into(),
            'β' => "beta".into(),
            'γ' => "gamma".into(),
            'σ' => "sigma".into(),
            'τ' => "tau".into(),
            '_' => "-".into(),
            other => other.to_string(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_latin_letters() {
        for law in law::all() {
            assert!(names(law.name()).all(|name| name.is_ascii()));
        }
        let named: Vec<String> = names("pool-two").collect();
        assert!(named.contains(&"parameter.gamma-own.pool-two".into()));
    }
}
