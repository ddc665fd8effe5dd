//! What the runs that were trained cover, and how far outside of it a mixture or a scale lies.

use ndarray::Array2;

/// Ranges over the runs of a table, from least to most.
#[derive(Debug, Clone, PartialEq)]
pub struct Trained {
    /// Weight of each domain, in mixtures that sum to 1.
    pub weights: Vec<(f64, f64)>,
    /// Capacity N.
    pub capacity: (f64, f64),
    /// Tokens D.
    pub tokens: (f64, f64),
}

/// A weight outside of its range by less is rounding of the table.
const ROUNDING: f64 = 1e-9;

/// Weights are told in ten-thousandths: what is outside by less would be told as inside.
const TOLD: f64 = 5e-5;

impl Trained {
    /// The ranges of `weights`, runs × domains, and of the scales of the runs.
    pub fn of(weights: &Array2<f64>, capacity: &[f64], tokens: &[f64]) -> Self {
        let mut ranges = vec![(f64::INFINITY, 0.0f64); weights.ncols()];
        for mixture in weights.rows() {
            // Tables round: so that each of their mixtures is within the ranges, it sums to 1 here.
            let sum = mixture.sum();
            for (range, weight) in ranges.iter_mut().zip(mixture) {
                *range = widened(*range, weight / sum);
            }
        }
        let over = |values: &[f64]| values.iter().copied().fold((f64::INFINITY, 0.0), widened);
        Self {
            weights: ranges,
            capacity: over(capacity),
            tokens: over(tokens),
        }
    }

    /// Whether no two runs differ in the weight of `domain`: what another weight does is known from the
    /// prior of a law alone.
    pub(crate) fn never_varied(&self, domain: usize) -> bool {
        let (least, most) = self.weights[domain];
        most - least < ROUNDING
    }

    /// Whether `weights` change a weight that never varied.
    pub(crate) fn only_prior(&self, weights: &[f64]) -> bool {
        (0..weights.len()).any(|domain| {
            self.never_varied(domain) && (weights[domain] - self.weights[domain].0).abs() > TOLD
        })
    }

    /// How far a mixture lies outside, in a sentence; `None` for one within the ranges.
    pub(crate) fn mixture_outside(&self, names: &[String], weights: &[f64]) -> Option<String> {
        let outside = names.iter().zip(weights).zip(&self.weights);
        let parts: Vec<String> = outside
            .filter(|((_, weight), (least, most))| {
                **weight < least - TOLD || **weight > most + TOLD
            })
            .map(|((name, weight), (least, most))| {
                format!("{name} {weight:.4} (runs: {least:.4} to {most:.4})")
            })
            .collect();
        (!parts.is_empty()).then(|| {
            let prior = if self.only_prior(weights) {
                "; some of these weights never varied, and only the prior of a law speaks of them: no interval"
            } else {
                ""
            };
            format!(
                "The mixture is outside of what was trained: {}{prior}.",
                parts.join(", ")
            )
        })
    }

    /// How far a scale lies outside, a sentence for each of N and D that does.
    pub(crate) fn scale_outside(&self, (capacity, tokens): (f64, f64)) -> Vec<String> {
        let capacity = outside("capacity", capacity, self.capacity);
        let tokens = outside("tokens", tokens, self.tokens);
        capacity.into_iter().chain(tokens).collect()
    }
}

fn widened((least, most): (f64, f64), value: f64) -> (f64, f64) {
    (least.min(value), most.max(value))
}

fn outside(what: &str, value: f64, (least, most): (f64, f64)) -> Option<String> {
    if value == f64::INFINITY && most < f64::INFINITY {
        Some(format!(
            "The scale is outside of what was trained: unlimited {what} (runs: up to {most:e})."
        ))
    } else if value < f64::INFINITY && least == f64::INFINITY {
        Some(format!(
            "The scale is outside of what was trained: {what} {value:e} (runs: unlimited)."
        ))
    } else if value > most {
        Some(format!(
            "The scale is outside of what was trained: {what} {value:e} is {} times the largest, {most:e}.",
            factor(value / most)
        ))
    } else if value < least {
        Some(format!(
            "The scale is outside of what was trained: {what} {value:e} is {} times below the smallest, {least:e}.",
            factor(least / value)
        ))
    } else {
        None
    }
}

/// A factor of a million and more is told by its power of ten.
fn factor(factor: f64) -> String {
    if factor < 1e6 {
        format!("{factor:.3}")
    } else {
        format!("{factor:.1e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trained() -> Trained {
        // A table of two decimals, whose first run sums to .99.
        let weights = ndarray::array![[0.33, 0.66, 0.0], [0.6, 0.4, 0.0]];
        Trained::of(&weights, &[1e3, 1e4], &[1e6, 1e6])
    }

    #[test]
    fn mixtures_of_a_rounded_table_are_within() {
        let names = ["web", "code", "chem"].map(String::from);
        let trained = trained();
        let third = 1.0 / 3.0;
        assert_eq!(
            trained.mixture_outside(&names, &[third, 2.0 * third, 0.0]),
            None
        );
        let told = trained.mixture_outside(&names, &[0.7, 0.0, 0.3]).unwrap();
        assert!(told.contains("web 0.7000 (runs: 0.3333 to 0.6000), code 0.0000"));
        assert!(told.contains("chem 0.3000 (runs: 0.0000 to 0.0000); some"));
        assert!(trained.never_varied(2) && !trained.never_varied(0));
    }

    #[test]
    fn scales_are_told_with_their_factor() {
        let trained = trained();
        assert!(trained.scale_outside((1e3, 1e6)).is_empty());
        let told = trained.scale_outside((1e5, 1e5));
        assert!(told[0].contains("capacity 1e5 is 10.000 times the largest, 1e4"));
        assert!(told[1].contains("10.000 times below the smallest"));
        assert!(trained.scale_outside((1e3, f64::INFINITY))[0].contains("unlimited tokens"));
    }
}
