//! The strands of a pool: a few hundred weighted vectors ε that stand for their distribution.
//!
//! What a domain loses is a mean over p_j, not over skills, and e^(σε) is far out in the tail of
//! ε when σ is 2. The vectors are therefore drawn from the mixture of N(0, R) and of the
//! distributions that each domain sees, N(σ_j R_j, R), and carry the weight of N(0, R) against
//! the mixture (multiple importance sampling with the balance heuristic: Veach and Guibas 1995).

use super::super::Resolution;
use super::Pool;
use crate::numeric::gaussian::{SINGULAR, cholesky, normal_vectors, solve};

/// Vectors in each part of the mixture at the default resolution, if the dimension does not ask for
/// more.
const VECTORS: usize = 96;

/// Vectors in each part of the mixture, for each dimension.
const VECTORS_PER_DOMAIN: usize = 4;

/// Newton steps of the calibration, which converges from its start.
const NEWTON_STEPS: usize = 25;

/// Ridge of the calibration, which settles conditions that repeat each other.
const RIDGE: f64 = 1e-4;

/// The skills of a pool that are spread alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Strand {
    /// Share ω of the skills.
    pub share: f64,
    /// For each domain the factor e^(σ_j ε_j)/Z_j on the frequencies of the pool.
    pub scales: Vec<f64>,
}

impl Pool {
    /// The strands of the pool, more of them at a finer `resolution`. Their shares sum to 1, and so
    /// does share × scale of each domain.
    pub fn strands(&self, resolution: Resolution) -> Vec<Strand> {
        let domains = self.scatter.len();
        if self.strand_count(resolution) == 1 {
            return vec![Strand {
                share: 1.0,
                scales: vec![1.0; domains],
            }];
        }
        let mut sample = self.sample(self.vectors(resolution));
        self.calibrate(&mut sample);
        let mut strands: Vec<Strand> = sample
            .into_iter()
            .map(|point| Strand {
                share: point.share,
                scales: point
                    .epsilon
                    .iter()
                    .zip(&self.scatter)
                    .map(|(epsilon, scatter)| (scatter * epsilon).exp())
                    .collect(),
            })
            .collect();
        for j in 0..domains {
            let mass: f64 = strands.iter().map(|s| s.share * s.scales[j]).sum();
            for strand in &mut strands {
                strand.scales[j] /= mass;
            }
        }
        strands
    }

    /// Number of strands.
    pub(crate) fn strand_count(&self, resolution: Resolution) -> usize {
        if self.scatter.iter().all(|scatter| *scatter <= 0.0) {
            1
        } else {
            (self.scatter.len() + 1) * self.vectors(resolution)
        }
    }

    /// Vectors in each part of the mixture, an even number.
    fn vectors(&self, resolution: Resolution) -> usize {
        let default = VECTORS.max(VECTORS_PER_DOMAIN * self.scatter.len());
        let refined = (default as f64 * resolution.refinement()).ceil() as usize;
        refined.next_multiple_of(2)
    }

    /// Mean of ε among the skills as `seen_by` a domain, each as often as it is met; of all skills
    /// alike for `None`.
    fn mean(&self, seen_by: Option<usize>, domain: usize) -> f64 {
        seen_by.map_or(0.0, |i| self.scatter[i] * self.correlation[i][domain])
    }

    /// The weighted vectors ε, so many in each part of the mixture.
    fn sample(&self, vectors: usize) -> Vec<Point> {
        let domains = self.scatter.len();
        // Positive semidefinite: checked when the pool was made.
        let factor = cholesky(&self.correlation).unwrap_or_default();
        let normal = normal_vectors(domains, vectors);
        let mut points = Vec::with_capacity((domains + 1) * normal.len());
        for seen_by in views(domains) {
            for vector in &normal {
                let epsilon: Vec<f64> = (0..domains)
                    .map(|j| {
                        let product: f64 = factor[j].iter().zip(vector).map(|(l, z)| l * z).sum();
                        product + self.mean(seen_by, j)
                    })
                    .collect();
                // N(σ_j R_j, R) against N(0, R) is e^(σ_j ε_j − σ_j²/2).
                let ratios: Vec<f64> = views(domains)
                    .map(|view| {
                        view.map_or(1.0, |j| {
                            let scatter = self.scatter[j];
                            (scatter * (epsilon[j] - 0.5 * scatter)).exp()
                        })
                    })
                    .collect();
                let mixture: f64 = ratios.iter().sum();
                points.push(Point {
                    share: 1.0 / (mixture * normal.len() as f64),
                    // Bounded, where the ratios are not.
                    views: ratios.iter().map(|ratio| ratio / mixture).collect(),
                    epsilon,
                });
            }
        }
        points
    }

    /// Changes the shares as little as possible so that number, mean and (for few domains)
    /// covariance of ε come out as they are, for all skills and as seen by each domain (raking of survey weights: Deville and
    /// Särndal 1992).
    fn calibrate(&self, points: &mut [Point]) {
        let domains = self.scatter.len();
        // With many domains the means alone, lest there be as many conditions as points. Which it is
        // does not depend on the resolution.
        let vectors = self.vectors(Resolution::default());
        let all = 1 + domains + domains * (domains + 1) / 2;
        let with_variance = 2 * all <= vectors;
        let per_view = if with_variance { all } else { 1 + domains };
        if 2 * per_view > vectors {
            return;
        }
        // Each figure of a point, over the mixture, whose weighted sum has a known value.
        let figures = |point: &Point| -> Vec<f64> {
            let mut figures = Vec::new();
            for (view, seen) in views(domains).zip(&point.views) {
                figures.push(*seen);
                for j in 0..domains {
                    let off = point.epsilon[j] - self.mean(view, j);
                    figures.push(seen * off);
                    for k in (0..=j).filter(|_| with_variance) {
                        let other = point.epsilon[k] - self.mean(view, k);
                        figures.push(seen * (off * other - self.correlation[j][k]));
                    }
                }
            }
            figures
        };
        let count = (domains + 1) * per_view;
        let rows: Vec<Vec<f64>> = points.iter().map(figures).collect();
        // In units of the mixture every point starts with the same share.
        let start = (domains + 1) as f64 / points.len() as f64;
        let mut tilt = vec![0.0; count];
        let changes = |tilt: &[f64]| -> Vec<f64> {
            rows.iter()
                .map(|row| row.iter().zip(tilt).map(|(f, x)| f * x).sum::<f64>().exp())
                .collect()
        };
        for _ in 0..NEWTON_STEPS {
            let mut gram = vec![vec![0.0; count]; count];
            let mut missing: Vec<f64> = (0..count)
                .map(|c| if c % per_view == 0 { 1.0 } else { 0.0 })
                .collect();
            for (row, change) in rows.iter().zip(changes(&tilt)) {
                let weight = start * change;
                for c in 0..count {
                    missing[c] -= weight * row[c];
                    for d in 0..=c {
                        gram[c][d] += weight * row[c] * row[d];
                    }
                }
            }
            for c in 0..count {
                gram[c][c] += RIDGE * (1.0 + gram[c][c]);
                // The ridge also pulls back to the shares as they were.
                missing[c] -= RIDGE * tilt[c];
            }
            let Some(factor) = cholesky(&gram) else {
                return;
            };
            let step = solve(&factor, missing);
            let largest = step.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
            for (tilt, step) in tilt.iter_mut().zip(step) {
                *tilt += step * f64::min(1.0, 1.0 / largest);
            }
            if largest < SINGULAR {
                break;
            }
        }
        for (point, change) in points.iter_mut().zip(changes(&tilt)) {
            point.share *= change;
        }
        let shares: f64 = points.iter().map(|point| point.share).sum();
        for point in points {
            point.share /= shares;
        }
    }
}

/// One vector ε, and what it stands for.
struct Point {
    share: f64,
    epsilon: Vec<f64>,
    /// For all skills alike, then as seen by each domain: density over that of the mixture.
    views: Vec<f64>,
}

/// All skills alike, and as each domain meets them.
fn views(domains: usize) -> impl Iterator<Item = Option<usize>> {
    std::iter::once(None).chain((0..domains).map(Some))
}
