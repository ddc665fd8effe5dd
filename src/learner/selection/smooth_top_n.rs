//! The capacity cut at real ranks, with its derivatives by the weights.
//!
//! Each family holds skills up to the real rank n_f at which one more would be worth as much as one
//! more of any other: Σ_i h_i v_i (−dS_i/dn) = e^t at all families, Σ_f m_f (n_f − low_f) = N. This
//! is the continuous problem of Eq. (1) itself, so that its envelope property holds exactly: where
//! capacity alone limits and skills are ranked by value, the training loss does not change with the
//! cut. At whole ranks it differs from the discrete top N by less than one skill of each family.

use crate::world::{Family, Member, World};

use crate::learner::Ranking;

/// How much of a family is held.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// Real rank up to which skills are held.
    pub rank: f64,
    /// d rank / d h_j for each domain; empty where the rank is at an end of the family.
    pub by_weights: Vec<f64>,
}

/// Steps after which a safeguarded Newton search has halved its bracket to rounding.
const STEPS: usize = 200;

/// Relative rounding of a rank or of a number of skills.
const ROUNDING: f64 = 1e-14;

/// One family's score as a function of the rank.
struct Score<'a> {
    family: &'a Family,
    /// Σ scale h v of each row.
    weights: Vec<f64>,
    /// Scores at the ends.
    edges: (f64, f64),
}

impl<'a> Score<'a> {
    fn new(family: &'a Family, worth: impl Fn(&Member) -> f64) -> Self {
        let weights = family.combine_members(worth);
        let mut score = Self {
            family,
            weights,
            edges: (0.0, 0.0),
        };
        score.edges = (score.at(family.low).0, score.at(family.high).0);
        score
    }

    /// ln score at a real rank and its derivative by the rank.
    fn at(&self, rank: f64) -> (f64, f64) {
        let densities = self.weights.iter().enumerate().filter(|(_, w)| **w > 0.0);
        let terms = densities.map(|(row, weight)| {
            let (ln_density, bend) = self.family.spectrum(row).ln_density(rank);
            (weight.ln() + ln_density, bend)
        });
        // Beyond the last rank of a spectrum that ends there is nothing.
        let terms = terms.filter(|(log, _)| *log > f64::NEG_INFINITY);
        let (mut largest, mut sum, mut slope) = (f64::NEG_INFINITY, 0.0, 0.0);
        for (log, bend) in terms {
            if log > largest {
                let shrink = if largest.is_finite() {
                    (largest - log).exp()
                } else {
                    0.0
                };
                (sum, slope) = (sum * shrink, slope * shrink);
                largest = log;
            }
            let part = (log - largest).exp();
            sum += part;
            slope += part * bend;
        }
        (largest + f64::ln(sum), slope / sum)
    }

    /// The rank at a threshold and its derivative by the threshold (0 at the ends).
    fn rank_at(&self, threshold: f64, guess: f64) -> (f64, f64) {
        let (low, high) = (self.family.low, self.family.high);
        if self.edges.0 <= threshold {
            return (low, 0.0);
        }
        if self.edges.1 >= threshold {
            return (high, 0.0);
        }
        // In ln(n + 1), where power laws are lines.
        let (mut left, mut right) = (low.ln_1p(), high.ln_1p());
        let mut t = guess.max(0.0).ln_1p().clamp(left, right);
        for _ in 0..STEPS {
            let rank = t.exp_m1();
            let (score, slope) = self.at(rank);
            if score > threshold {
                left = t;
            } else {
                right = t;
            }
            let mut next = t - (score - threshold) / (slope * (1.0 + rank));
            if !(left..=right).contains(&next) {
                next = 0.5 * (left + right);
            }
            let done = (next - t).abs() <= ROUNDING * t.max(1.0);
            t = next;
            if done {
                break;
            }
        }
        let rank = t.exp_m1();
        (rank, 1.0 / self.at(rank).1)
    }
}

/// Divides `capacity` skills between `families` under `weights`, each above 0; with derivatives if
/// `differentiate`.
pub(crate) fn smooth_top_n(
    world: &World,
    families: &[Family],
    weights: &[f64],
    ranking: Ranking,
    capacity: f64,
    differentiate: bool,
) -> Vec<Held> {
    let all = |family: &Family| Held {
        rank: family.high,
        by_weights: Vec::new(),
    };
    if capacity >= families.iter().map(Family::skills).sum() {
        return families.iter().map(all).collect();
    }
    let value = |member: &Member| ranking.value(&world.domains()[member.domain], member);
    let scores: Vec<Score> = families
        .iter()
        .map(|family| Score::new(family, |member| weights[member.domain] * value(member)))
        .collect();
    let mut ranks: Vec<(f64, f64)> = families
        .iter()
        .map(|family| (family.low + capacity / families.len() as f64, 0.0))
        .collect();
    let edges = |edge: fn(&Score) -> f64| scores.iter().map(edge);
    let mut high = edges(|score| score.edges.0).fold(f64::NEG_INFINITY, f64::max);
    let mut low = edges(|score| score.edges.1).fold(f64::INFINITY, f64::min);
    let mut threshold = scores
        .iter()
        .zip(&ranks)
        .map(|(score, (rank, _))| score.at(rank.min(score.family.high)).0)
        .fold(low, f64::max)
        .min(high);
    for _ in 0..STEPS {
        let (mut total, mut slope) = (0.0, 0.0);
        for (score, rank) in scores.iter().zip(&mut ranks) {
            *rank = score.rank_at(threshold, rank.0);
            let multiplicity = score.family.multiplicity;
            total += multiplicity * (rank.0 - score.family.low);
            slope += multiplicity * rank.1;
        }
        if (total / capacity - 1.0).abs() <= ROUNDING {
            break;
        }
        if total < capacity {
            high = threshold;
        } else {
            low = threshold;
        }
        // Newton on ln total, which is nearly linear in the threshold.
        let mut next = threshold + (capacity / total).ln() * total / slope;
        if !(next > low && next < high) {
            next = 0.5 * (low + high);
        }
        if next <= low || next >= high {
            break;
        }
        threshold = next;
    }
    let mut held: Vec<Held> = ranks
        .iter()
        .map(|(rank, _)| Held {
            rank: *rank,
            by_weights: Vec::new(),
        })
        .collect();
    if differentiate {
        add_derivatives(&scores, &ranks, value, weights.len(), &mut held);
    }
    held
}

/// dn_f = (dt − d ln score_f)/(d ln score_f/dn), with dt such that Σ m_f dn_f = 0.
fn add_derivatives(
    scores: &[Score],
    ranks: &[(f64, f64)],
    value: impl Fn(&Member) -> f64,
    domains: usize,
    held: &mut [Held],
) {
    let give: f64 = scores
        .iter()
        .zip(ranks)
        .map(|(score, (_, by_threshold))| score.family.multiplicity * by_threshold)
        .sum();
    let mut threshold = vec![0.0; domains];
    for ((score, (rank, by_threshold)), held) in scores.iter().zip(ranks).zip(&mut *held) {
        if *by_threshold == 0.0 {
            continue;
        }
        let family = score.family;
        let ln_score = score.at(*rank).0;
        held.by_weights = vec![0.0; domains];
        for member in &family.members {
            let density = family.spectrum(member.row).ln_density(*rank).0;
            let part = member.scale * value(member) * (density - ln_score).exp();
            held.by_weights[member.domain] += part;
        }
        for (threshold, by_weight) in threshold.iter_mut().zip(&held.by_weights) {
            *threshold += family.multiplicity * by_threshold * by_weight / give;
        }
    }
    for ((_, by_threshold), held) in ranks.iter().zip(held) {
        for (by_weight, threshold) in held.by_weights.iter_mut().zip(&threshold) {
            *by_weight = by_threshold * (threshold - *by_weight);
        }
    }
}
