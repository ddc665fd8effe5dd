//! The coefficients of transfer C_ij of a fitted law, by the names of both domains.

use ndarray::{Array2, Axis};
use ndarray_linalg::{Eigh, UPLO};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::fitted_law::FittedLaw;

/// C_ij: what tokens of source j are worth to domain i.
///
/// In the laws of the pool C_ii is 1. In effective data and the additive law only the ratios within
/// a row mean something, and C trades off against a and γ: it is no mechanism to be read off
/// without an interval.
#[derive(Debug, Clone, PartialEq)]
pub struct Transfer {
    /// The domains i whose losses the law predicts.
    pub domains: Vec<String>,
    /// The sources j.
    pub sources: Vec<String>,
    /// C_ij, domains × sources, above 0.
    pub coefficients: Array2<f64>,
}

/// A pair of domains, and how alike they are.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Similarity {
    /// Their names.
    pub pair: (String, String),
    /// m + s_ij, in nats of ln C.
    pub value: f64,
}

impl Transfer {
    /// What is special to each pair of domains: m + s_ij of ln C_ij = m + s_ij + u_j, s symmetric, u_j what
    /// a source gives to all, of mean 0, and C_ii = 1; rows of other scales are divided by their own
    /// C_ii. Domains without a weight column are left out; nothing for fewer than three domains.
    pub(crate) fn similarities(&self) -> Vec<Similarity> {
        let place = |name: &String| self.sources.iter().position(|source| source == name);
        // Row and column of each domain that has both.
        let both: Vec<(usize, usize)> = (0..self.domains.len())
            .filter_map(|row| Some((row, place(&self.domains[row])?)))
            .collect();
        let count = both.len();
        if count < 3 {
            return Vec::new();
        }
        let ln = |to: usize, from: usize| {
            let (row, own) = both[to];
            (self.coefficients[[row, both[from].1]] / self.coefficients[[row, own]]).ln()
        };
        let others = |one: usize| (0..count).filter(move |other| *other != one);
        let given: Vec<f64> = (0..count)
            .map(|one| {
                // (K − 1) u_j less the sum of the other u, which over K is u_j less the mean of all.
                let skew: f64 = others(one)
                    .map(|other| ln(other, one) - ln(one, other))
                    .sum();
                skew / count as f64
            })
            .collect();
        let pairs = (0..count).flat_map(|i| (i + 1..count).map(move |j| (i, j)));
        pairs
            .map(|(i, j)| Similarity {
                pair: (
                    self.domains[both[i].0].clone(),
                    self.domains[both[j].0].clone(),
                ),
                value: 0.5 * (ln(i, j) + ln(j, i) - given[i] - given[j]),
            })
            .collect()
    }
}

/// Domains as points: tokens of a domain at the distance d are worth e^(−d²/2) of what they would be
/// nearby.
#[derive(Debug, Clone, PartialEq)]
pub struct DomainMap {
    /// The sources.
    pub names: Vec<String>,
    /// Their places, sources × dimensions: around the mean place, along the axes of largest spread first.
    pub places: Array2<f64>,
}

impl DomainMap {
    /// Turned so that the first axis has the largest spread, the second the next; the first source that
    /// is off the middle of an axis is on its positive side.
    fn turned(names: &[String], places: &Array2<f64>) -> Option<Self> {
        let centred = places - &places.mean_axis(Axis(0))?;
        crate::numeric::linear::pin_blas();
        let (_, axes) = centred.t().dot(&centred).eigh(UPLO::Lower).ok()?;
        let mut turned = centred.dot(&axes);
        turned.invert_axis(Axis(1));
        for mut axis in turned.columns_mut() {
            let reach = axis.iter().fold(0.0f64, |reach, x| reach.max(x.abs()));
            let first = axis.iter().find(|x| x.abs() > 1e-6 * reach);
            if first.is_some_and(|x| *x < 0.0) {
                axis.mapv_inplace(|x| -x);
            }
        }
        Some(Self {
            names: names.to_vec(),
            places: turned,
        })
    }
}

impl FittedLaw {
    /// The map of the domains of this law, with the names of the weight columns of its table; `None` for a
    /// law without one.
    pub fn map(&self, weight_names: &[String]) -> Option<DomainMap> {
        let (model, minimum) = self.parts().first()?;
        DomainMap::turned(weight_names, &model.map(&minimum.theta)?)
    }

    /// C_ij of this law, with the names of the loss columns and of the weight columns of its table;
    /// `None` for a law without them.
    pub fn transfer(&self, loss_names: &[String], weight_names: &[String]) -> Option<Transfer> {
        let mut rows: Vec<(usize, Vec<f64>)> = Vec::new();
        for (model, minimum) in self.parts() {
            let part = model.transfer(&minimum.theta)?;
            let named = model.columns().iter().zip(part.rows());
            rows.extend(named.map(|(column, row)| (*column, row.to_vec())));
        }
        rows.sort_by_key(|(column, _)| *column);
        let shape = (rows.len(), weight_names.len());
        Some(Transfer {
            domains: rows.iter().map(|(i, _)| loss_names[*i].clone()).collect(),
            sources: weight_names.to_vec(),
            coefficients: Array2::from_shape_fn(shape, |(i, j)| rows[i].1[j]),
        })
    }
}

/// A map from domains to maps from sources to C_ij.
impl Serialize for Transfer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rows = self.domains.iter().zip(self.coefficients.rows());
        let mut map = serializer.serialize_map(Some(self.domains.len()))?;
        for (domain, row) in rows {
            let of_sources: serde_json::Map<String, serde_json::Value> = self
                .sources
                .iter()
                .zip(row)
                .map(|(source, value)| (source.clone(), (*value).into()))
                .collect();
            map.serialize_entry(domain, &of_sources)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|index| format!("domain {index}")).collect()
    }

    /// The parts that C is made of come back, whatever the rows are scaled by.
    #[test]
    fn similarities_are_free_of_what_a_source_gives_to_all() {
        let s = |i: usize, j: usize| -0.3 * (i.abs_diff(j) as f64).powf(1.3);
        let (m, u): (f64, [f64; 4]) = (-0.7, [0.5, -0.9, 0.3, 0.1]);
        let ln = |i: usize, j: usize| if i == j { 0.0 } else { m + s(i, j) + u[j] };
        let scale = [1.0, 3.0, 0.2, 7.0];
        let transfer = Transfer {
            domains: names(4),
            sources: names(4),
            coefficients: Array2::from_shape_fn((4, 4), |(i, j)| scale[i] * ln(i, j).exp()),
        };
        let found = transfer.similarities();
        assert_eq!(found.len(), 6);
        let pairs = (0..4).flat_map(|i| (i + 1..4).map(move |j| (i, j)));
        for (similarity, (i, j)) in found.iter().zip(pairs) {
            let expected = m + s(i, j);
            assert!(
                (similarity.value - expected).abs() < 1e-12,
                "{similarity:?} {expected}"
            );
            assert_eq!(similarity.pair, (names(4)[i].clone(), names(4)[j].clone()));
        }
    }

    #[test]
    fn a_map_keeps_its_distances() {
        let places = Array2::from_shape_fn((5, 2), |(i, axis)| {
            let i = i as f64;
            if axis == 0 {
                i.sin()
            } else {
                3.0 + (2.0 * i).cos() * 4.0
            }
        });
        let map = DomainMap::turned(&names(5), &places).unwrap();
        let distance = |places: &Array2<f64>, i: usize, j: usize| {
            (&places.row(i) - &places.row(j)).mapv(|x| x * x).sum()
        };
        for i in 0..5 {
            for j in 0..i {
                let (before, after) = (distance(&places, i, j), distance(&map.places, i, j));
                assert!((before - after).abs() < 1e-9 * (1.0 + before), "{i} {j}");
            }
        }
        let spread = |axis: usize| map.places.column(axis).mapv(|x| x * x).sum();
        assert!(spread(0) > spread(1));
        assert!(map.places[[0, 0]] > 0.0);
    }
}
