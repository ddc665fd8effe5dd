//! The figures of what the runs say about a law's parameters.
//!
//! | name | figure |
//! |---|---|
//! | `parameter.SYMBOL.LAW` | a parameter of the whole law, in natural units |
//! | `identifiability.effective.LAW` | effective parameters of the fit to all rows |
//! | `identifiability.flat.LAW` | directions among the parameters that the rows do not tell |
//!
//! A symbol is written in Latin letters: `gamma` for γ, `gamma-own` for γ_own. A parameter has an
//! interval where mixtures were resampled. See [`crate::fit::Identifiability`].

use crate::claim::{Figure, Figures};
use crate::fit::LawFit;
use crate::law;

/// Adds the figures of one law.
pub(super) fn add(figures: &mut Figures, fit: &LawFit) {
    let of_law = |name: &str| format!("{name}.{}", fit.law);
    for parameter in fit.parameters.iter().filter(|p| p.domain.is_none()) {
        if let Some(value) = parameter.value {
            figures.insert(
                of_law(&parameter_name(&parameter.symbol)),
                Figure {
                    value,
                    interval: parameter.interval,
                },
            );
        }
    }
    let Some(identifiability) = &fit.identifiability else {
        return;
    };
    for (name, value) in [
        (EFFECTIVE, identifiability.effective_parameters),
        (FLAT, identifiability.flat_directions as f64),
    ] {
        figures.insert(of_law(name), Figure::exact(value));
    }
}

/// Names of the figures that a fit of `law` can have.
pub(super) fn names(law: &str) -> impl Iterator<Item = String> {
    let symbols = law::by_name(law).map_or(&[][..], |found| found.common_symbols());
    let parameters = symbols.iter().map(|symbol| parameter_name(symbol));
    parameters
        .chain([EFFECTIVE.to_string(), FLAT.to_string()])
        .map(move |name| format!("{name}.{law}"))
}

const EFFECTIVE: &str = "identifiability.effective";
const FLAT: &str = "identifiability.flat";

fn parameter_name(symbol: &str) -> String {
    let latin: String = symbol
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
        .collect();
    format!("parameter.{latin}")
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
