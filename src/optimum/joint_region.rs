//! Where the best mixture lies, for all weights together.
//!
//! Intervals of single weights say nothing of how weights go together: more web may always mean less
//! code. The region is the smallest ellipsoid, about a centre of its own, that holds a share of the
//! best mixtures of the refits: the covariance of that share is made as small as exchanges make it
//! (concentration steps; Rousseeuw and Van Driessen 1999, "A fast algorithm for the minimum
//! covariance determinant estimator", theorem 1). It lies in the plane of mixtures, where weights
//! of 0 are as good as others; logarithms of ratios would have none.

use ndarray::{Array1, Array2};
use ndarray_linalg::{Eigh, UPLO};

use crate::numeric::linear::solve_positive;

/// Share of the refits that the region holds.
pub(super) const HELD: f64 = 0.9;

/// Spread of weights below which they count as equal, so that the region of weights that all refits
/// agree on has some extent.
const LEAST_SPREAD: f64 = 1e-4;

/// Most concentration steps: the determinant falls with each, and a few dozen end them.
const STEPS: usize = 200;

/// An axis of the ellipsoid.
#[derive(Debug, Clone, PartialEq)]
pub struct RegionAxis {
    /// Change of the weights from the centre to the end of the axis; they sum to 0.
    pub reach: Vec<f64>,
}

impl RegionAxis {
    /// Half the length of the axis.
    pub fn length(&self) -> f64 {
        self.reach.iter().map(|d| d * d).sum::<f64>().sqrt()
    }
}

/// The smallest ellipsoid that holds a share of the best mixtures of the refits.
#[derive(Debug, Clone, PartialEq)]
pub struct JointRegion {
    /// Its centre, a mixture.
    pub centre: Vec<f64>,
    /// Its axes, from long to short: K − 1.
    pub axes: Vec<RegionAxis>,
    /// Refits in it, of all refits.
    pub held: (usize, usize),
    /// Whether the best mixture of all rows lies in it.
    pub holds_best: bool,
}

/// A centre and the squared axes of a cloud of mixtures.
struct Cloud {
    centre: Array1<f64>,
    covariance: Array2<f64>,
}

impl Cloud {
    /// Mean and covariance of the mixtures listed, the covariance not below [`LEAST_SPREAD`].
    fn of(mixtures: &[Vec<f64>], members: &[usize]) -> Self {
        let domains = mixtures[members[0]].len();
        let count = members.len() as f64;
        let mut centre = Array1::zeros(domains);
        for member in members {
            centre += &Array1::from(mixtures[*member].clone());
        }
        centre /= count;
        let mut covariance = Array2::eye(domains) * (LEAST_SPREAD * LEAST_SPREAD);
        for member in members {
            let away = Array1::from(mixtures[*member].clone()) - &centre;
            for i in 0..domains {
                for j in 0..domains {
                    covariance[[i, j]] += away[i] * away[j] / count;
                }
            }
        }
        Self { centre, covariance }
    }

    /// Squared distance of a mixture from the centre, in the measure of the cloud.
    fn distance(&self, mixture: &[f64]) -> f64 {
        let away = Array1::from(mixture.to_vec()) - &self.centre;
        solve_positive(&self.covariance, &away).map_or(f64::INFINITY, |solved| away.dot(&solved))
    }
}

/// The region of the best mixtures of refits (each of K weights), `best` being that of all rows.
/// `None` for fewer refits than weights, which have no extent.
pub fn joint_region(mixtures: &[Vec<f64>], best: &[f64]) -> Option<JointRegion> {
    if mixtures.len() <= best.len() {
        return None;
    }
    let count = (HELD * mixtures.len() as f64).ceil() as usize;
    let mut members: Vec<usize> = (0..mixtures.len()).collect();
    let mut cloud = Cloud::of(mixtures, &members);
    for _ in 0..STEPS {
        let distances: Vec<f64> = mixtures.iter().map(|one| cloud.distance(one)).collect();
        let mut nearest: Vec<usize> = (0..mixtures.len()).collect();
        // Stable: equal distances keep the order of the refits.
        nearest.sort_by(|a, b| distances[*a].total_cmp(&distances[*b]));
        nearest.truncate(count);
        nearest.sort_unstable();
        if nearest == members {
            break;
        }
        members = nearest;
        cloud = Cloud::of(mixtures, &members);
    }
    let of_members = members
        .iter()
        .map(|member| cloud.distance(&mixtures[*member]));
    let reach = of_members.fold(0.0, f64::max);
    let within = |mixture: &[f64]| cloud.distance(mixture) <= reach * (1.0 + 1e-9);
    let (values, vectors) = cloud.covariance.eigh(UPLO::Lower).ok()?;
    let mut axes: Vec<RegionAxis> = (0..best.len())
        .map(|axis| {
            let length = (values[axis].max(0.0) * reach).sqrt();
            RegionAxis {
                reach: oriented(vectors.column(axis).iter().map(|v| length * v).collect()),
            }
        })
        .collect();
    axes.sort_by(|a, b| b.length().total_cmp(&a.length()));
    // The direction in which all weights grow leads out of the plane of mixtures.
    let out = |axis: &RegionAxis| {
        axis.reach.iter().sum::<f64>().abs() / axis.length().max(f64::MIN_POSITIVE)
    };
    let leads_out = (0..axes.len()).max_by(|a, b| out(&axes[*a]).total_cmp(&out(&axes[*b])))?;
    axes.remove(leads_out);
    Some(JointRegion {
        held: (
            mixtures.iter().filter(|one| within(one.as_slice())).count(),
            mixtures.len(),
        ),
        holds_best: within(best),
        centre: cloud.centre.to_vec(),
        axes,
    })
}

/// The reach with its largest change upward, so that a direction has one sign.
fn oriented(mut reach: Vec<f64>) -> Vec<f64> {
    let largest = reach.iter().copied().fold(
        0.0,
        |most: f64, d| if d.abs() > most.abs() { d } else { most },
    );
    if largest < 0.0 {
        reach.iter_mut().for_each(|d| *d = -*d);
    }
    reach
}

impl JointRegion {
    /// The least and the most weight of a domain in the region, within 0 to 1.
    pub(crate) fn extent(&self, domain: usize) -> (f64, f64) {
        let half = self
            .axes
            .iter()
            .map(|axis| axis.reach[domain].powi(2))
            .sum::<f64>()
            .sqrt();
        let centre = self.centre[domain];
        ((centre - half).max(0.0), (centre + half).min(1.0))
    }

    /// The shadow of the region on the weights of two domains: points around its edge.
    pub(crate) fn shadow(&self, first: usize, second: usize, points: usize) -> Vec<(f64, f64)> {
        let sum = |i: usize, j: usize| -> f64 {
            self.axes
                .iter()
                .map(|axis| axis.reach[i] * axis.reach[j])
                .sum()
        };
        // Cholesky's factor of the 2 × 2 matrix.
        let across = sum(first, first).sqrt();
        let slant = if across > 0.0 {
            sum(first, second) / across
        } else {
            0.0
        };
        let up = (sum(second, second) - slant * slant).max(0.0).sqrt();
        (0..=points)
            .map(|point| {
                let angle = std::f64::consts::TAU * point as f64 / points as f64;
                (
                    self.centre[first] + across * angle.cos(),
                    self.centre[second] + slant * angle.cos() + up * angle.sin(),
                )
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::gaussian::normal_vectors;

    /// A Gaussian cloud about (.5, .3, .2) that trades the first weight for the second.
    fn cloud(count: usize) -> Vec<Vec<f64>> {
        normal_vectors(2, count)
            .iter()
            .map(|z| {
                let (trade, rest) = (0.05 * z[0], 0.01 * z[1]);
                vec![0.5 + trade, 0.3 - trade + rest, 0.2 - rest]
            })
            .collect()
    }

    #[test]
    fn holds_the_share_and_finds_the_trade() {
        let region = joint_region(&cloud(1000), &[0.5, 0.3, 0.2]).unwrap();
        assert!(
            region.held.0 >= 900 && region.held.0 <= 905,
            "{:?}",
            region.held
        );
        assert!(region.holds_best);
        assert_eq!(region.axes.len(), 2);
        for axis in &region.axes {
            assert!(axis.reach.iter().sum::<f64>().abs() < 1e-9);
        }
        // 90 % of a Gaussian in two dimensions lie within √(−2 ln .1) = 2.15 standard deviations.
        let (low, high) = region.extent(0);
        let half = 0.05 * (-2.0 * 0.1f64.ln()).sqrt();
        assert!((low - (0.5 - half)).abs() < 0.01, "{low} {half}");
        assert!((high - (0.5 + half)).abs() < 0.01, "{high} {half}");
        let long = &region.axes[0].reach;
        assert!(
            long[0] * long[1] < -0.05 * 0.05 && long[2].abs() < 0.03,
            "{long:?}"
        );
        // The shadow reaches as far as the extent.
        let shadow = region.shadow(0, 1, 400);
        let most = shadow.iter().map(|(x, _)| *x).fold(0.0, f64::max);
        assert!((most - high).abs() < 1e-6);
        let least = shadow.iter().map(|(_, y)| *y).fold(1.0, f64::min);
        assert!((least - region.extent(1).0).abs() < 1e-4);
    }

    #[test]
    fn outliers_do_not_stretch_it() {
        let mut mixtures = cloud(95);
        let before = joint_region(&mixtures, &[0.5, 0.3, 0.2]).unwrap();
        mixtures.extend(vec![vec![0.0, 0.0, 1.0]; 5]);
        let after = joint_region(&mixtures, &[0.0, 0.0, 1.0]).unwrap();
        assert!(!after.holds_best);
        assert!(after.axes[0].length() < 1.3 * before.axes[0].length());
    }

    #[test]
    fn weights_that_all_agree_on_and_few_refits() {
        // A domain that no refit uses.
        let mixtures: Vec<Vec<f64>> = cloud(60)
            .into_iter()
            .map(|h| vec![h[0], 1.0 - h[0], 0.0])
            .collect();
        let region = joint_region(&mixtures, &[0.5, 0.5, 0.0]).unwrap();
        assert!(region.extent(2).1 < 1e-3, "{:?}", region.extent(2));
        assert!(region.holds_best && region.held.0 >= 54);
        assert_eq!(joint_region(&mixtures[..3], &[0.5, 0.5, 0.0]), None);
    }
}
