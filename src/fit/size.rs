//! Fits too large for memory: refused before anything is laid out.

use super::FitError;
use crate::law::{Law, Model, Observations};

/// Most numbers in the Jacobian or the normal matrix of a part of a law: 1.2 GB of them.
const MOST_NUMBERS: usize = 150_000_000;

/// Refuses `law`, bound to `rows` as `models`, if a part of it has more parameters than memory could
/// hold derivatives for: among a thousand domains, a law with a weight for each pair has a million.
pub(super) fn check(
    law: &dyn Law,
    models: &[Box<dyn Model>],
    rows: &Observations,
) -> Result<(), FitError> {
    for model in models.iter().filter(|model| model.closed_form().is_none()) {
        let parameters = model.parameters().len();
        let losses = rows.len().saturating_mul(model.columns().len());
        let numbers = parameters.saturating_mul(losses.max(parameters));
        if numbers > MOST_NUMBERS {
            return Err(FitError::TooLarge {
                law: law.name().to_string(),
                parameters,
                losses,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::law::by_name;

    /// Four runs of `domains` domains.
    fn rows(domains: usize) -> Observations {
        let weight = |run: usize, domain: usize| if domain % 4 == run { 4.0 } else { 0.0 };
        Observations {
            loss_names: (0..domains).map(|domain| format!("d{domain}")).collect(),
            own_weight: (0..domains).map(Some).collect(),
            weights: Array2::from_shape_fn((4, domains), |(run, domain)| {
                weight(run, domain) / domains as f64
            }),
            capacity: vec![1.0; 4],
            tokens: vec![1.0; 4],
            losses: Array2::from_shape_fn((4, domains), |(run, domain)| {
                2.0 + (run + domain % 3) as f64 / 10.0
            }),
            weight_floor: 1e-3,
        }
    }

    fn checked(law: &str, domains: usize) -> Result<(), FitError> {
        let (law, rows) = (by_name(law).unwrap(), rows(domains));
        check(law.as_ref(), &law.bind(&rows).unwrap(), &rows)
    }

    #[test]
    fn a_law_of_all_pairs_of_many_domains_is_refused() {
        assert_eq!(checked("pool", 20), Ok(()));
        assert_eq!(checked("capacity", 1000), Ok(()));
        let error = checked("pool", 400).unwrap_err();
        assert!(
            matches!(
                error,
                FitError::TooLarge {
                    parameters: 80_000..,
                    ..
                }
            ),
            "{error}"
        );
    }
}
