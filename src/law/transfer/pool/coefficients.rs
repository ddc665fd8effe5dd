//! What a token of one domain is worth to another: ln C_ij = m + s_ij + u_j, 0 for the own domain.
//!
//! u_j is what a source gives to all, s_ij what is special to the pair. [`Pairs`] says what s is.

use ndarray::Array2;
use rand::seq::SliceRandom;

use super::{SYMMETRIC_UNIT, TRANSFER_BOUND, TRANSFER_CENTRE};
use crate::law::Parameter;
use crate::numeric::random::{Purpose, stream};

/// What is special to a pair of domains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pairs {
    /// s_ij = s_ji: how alike two domains are (K(K−1)/2).
    Symmetric,
    /// s_ij and s_ji apart (K(K−1)).
    Free,
    /// As many values as under symmetry, each for two pairs dealt at random: the control that tells
    /// whether symmetry is more than fewer parameters.
    RandomTies,
    /// s_ij = −½‖v_i − v_j‖², with a place v for each domain in so many dimensions d (dK).
    Map(usize),
}

/// Bound of a coordinate of the map, and the distance from its middle at which starts lie.
const MAP_BOUND: f64 = 20.0;
const MAP_RADIUS: f64 = 1.0;

/// Draw of the random ties.
const TIES: u64 = 0;

/// Where the parts of ln C_ij stand in θ.
pub(super) struct Coefficients {
    transfer: usize,
    donors: usize,
    own: Vec<usize>,
    similarity: Similarity,
}

enum Similarity {
    /// Place of s_ij, by position of the domain and by source; `None` for the own one.
    Table(Vec<Vec<Option<usize>>>),
    /// Place of the first coordinate of the first source, and the dimensions.
    Map { first: usize, dimensions: usize },
}

impl Coefficients {
    /// Lays out s at the end of `parameters`, where m stands at `transfer` and u from `donors` on.
    pub(super) fn lay_out(
        pairs: Pairs,
        own: &[usize],
        sources: usize,
        (transfer, donors): (usize, usize),
        parameters: &mut Vec<Parameter>,
    ) -> Self {
        let similarity = if let Pairs::Map(dimensions) = pairs {
            let first = parameters.len();
            for number in 0..sources * dimensions {
                parameters.push(Parameter {
                    symbol: "v",
                    column: None,
                    source: Some(number / dimensions),
                    lower: -MAP_BOUND,
                    upper: MAP_BOUND,
                    centre: place(number / dimensions, number % dimensions, sources),
                    unit: 1.0,
                });
            }
            Similarity::Map { first, dimensions }
        } else {
            let mut places = vec![vec![None; sources]; own.len()];
            for group in groups(pairs, own, sources) {
                let place = parameters.len();
                // The ridge counts a coefficient as often as it stands in C.
                let unit = if pairs == Pairs::Free {
                    1.0
                } else {
                    SYMMETRIC_UNIT
                };
                parameters.push(shift("s", 0.0, unit));
                for (position, source) in group {
                    places[position][source] = Some(place);
                }
            }
            Similarity::Table(places)
        };
        Self {
            transfer,
            donors,
            own: own.to_vec(),
            similarity,
        }
    }

    /// ln C_ij of the domain at `position` and a source.
    pub(super) fn ln(&self, theta: &[f64], position: usize, source: usize) -> f64 {
        if self.own[position] == source {
            return 0.0;
        }
        let similarity = match &self.similarity {
            Similarity::Table(places) => places[position][source].map_or(0.0, |place| theta[place]),
            Similarity::Map { first, dimensions } => {
                let at = |source: usize| &theta[first + source * dimensions..][..*dimensions];
                let (here, there) = (at(self.own[position]), at(source));
                let squares = here.iter().zip(there).map(|(a, b)| (a - b).powi(2));
                -0.5 * squares.sum::<f64>()
            }
        };
        theta[self.transfer] + similarity + theta[self.donors + source]
    }

    /// The places v of the domains, sources × dimensions, of a map.
    pub(super) fn map(&self, theta: &[f64], sources: usize) -> Option<Array2<f64>> {
        match self.similarity {
            Similarity::Table(_) => None,
            Similarity::Map { first, dimensions } => {
                let shape = (sources, dimensions);
                let at = |(source, axis): (usize, usize)| theta[first + source * dimensions + axis];
                Some(Array2::from_shape_fn(shape, at))
            }
        }
    }

    /// Adds to `entries` the derivatives by m, s and u that follow from those by ln C_ij, given as
    /// (source, derivative) for the domain at `position`.
    pub(super) fn derive(
        &self,
        theta: &[f64],
        position: usize,
        by: &[(usize, f64)],
        entries: &mut Vec<(usize, f64)>,
    ) {
        let own = self.own[position];
        let foreign = || by.iter().filter(|(source, _)| *source != own);
        entries.push((self.transfer, foreign().map(|(_, by)| by).sum()));
        for (source, by) in foreign() {
            entries.push((self.donors + source, *by));
            if let Similarity::Table(places) = &self.similarity
                && let Some(place) = places[position][*source]
            {
                entries.push((place, *by));
            }
        }
        if let Similarity::Map { first, dimensions } = &self.similarity {
            for axis in 0..*dimensions {
                let here = first + own * dimensions + axis;
                let mut pulled = 0.0;
                for (source, by) in foreign() {
                    let there = first + source * dimensions + axis;
                    let pull = by * (theta[here] - theta[there]);
                    entries.push((there, pull));
                    pulled -= pull;
                }
                entries.push((here, pulled));
            }
        }
    }
}

/// A parameter that is added to ln C.
pub(super) fn shift(symbol: &'static str, centre: f64, unit: f64) -> Parameter {
    Parameter {
        symbol,
        column: None,
        source: None,
        lower: -TRANSFER_BOUND,
        upper: TRANSFER_BOUND,
        centre,
        unit,
    }
}

/// The parameter m.
pub(super) fn transfer() -> Parameter {
    shift("m", TRANSFER_CENTRE, 1.0)
}

/// Centre of a coordinate of the map: sources stand evenly on a circle in each pair of axes, since
/// in the middle of the map, where all are equal, no place has a direction to go.
fn place(source: usize, axis: usize, sources: usize) -> f64 {
    let turns = (axis / 2 + 1) as f64;
    let angle = std::f64::consts::TAU * turns * source as f64 / sources as f64;
    MAP_RADIUS
        * if axis.is_multiple_of(2) {
            angle.cos()
        } else {
            angle.sin()
        }
}

/// The pairs (position of the domain, source) that share a value of s.
fn groups(pairs: Pairs, own: &[usize], sources: usize) -> Vec<Vec<(usize, usize)>> {
    let position_of = |source: usize| own.iter().position(|own| *own == source);
    let foreign = (0..own.len()).flat_map(|position| {
        let sources = (0..sources).filter(move |source| *source != own[position]);
        sources.map(move |source| (position, source))
    });
    match pairs {
        Pairs::Symmetric => foreign
            .filter_map(|(position, source)| match position_of(source) {
                Some(other) if other < position => None,
                Some(other) => Some(vec![(position, source), (other, own[position])]),
                None => Some(vec![(position, source)]),
            })
            .collect(),
        Pairs::RandomTies => {
            // Sources without a loss have a value for each domain under symmetry too.
            let (mut tied, single): (Vec<_>, Vec<_>) =
                foreign.partition(|(_, source)| position_of(*source).is_some());
            tied.shuffle(&mut stream(TIES, Purpose::Ties, 0, 0));
            let single = single.into_iter().map(|pair| vec![pair]);
            tied.chunks(2).map(<[_]>::to_vec).chain(single).collect()
        }
        Pairs::Free | Pairs::Map(_) => foreign.map(|pair| vec![pair]).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every pair of different domains has a value, and the ties have as many as symmetry.
    #[test]
    fn every_pair_has_one_value() {
        let own = [0, 1, 2, 4];
        for (pairs, values) in [
            (Pairs::Symmetric, 6 + 4),
            (Pairs::RandomTies, 6 + 4),
            (Pairs::Free, 12 + 4),
        ] {
            let groups = groups(pairs, &own, 5);
            assert_eq!(groups.len(), values, "{pairs:?}");
            let mut all: Vec<_> = groups.into_iter().flatten().collect();
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), 16, "{pairs:?}");
        }
    }

    #[test]
    fn random_ties_are_not_the_symmetric_ones() {
        let own = [0, 1, 2, 3, 4, 5, 6];
        let groups = groups(Pairs::RandomTies, &own, 7);
        let symmetric = groups.iter().filter(|group| {
            let ((i, j), (k, l)) = (group[0], group[1]);
            (i, j) == (l, k)
        });
        assert!(symmetric.count() < 5);
    }
}
