//! The coefficients of transfer C_ij of a fitted law, by the names of both domains.

use ndarray::Array2;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::FittedLaw;

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

impl FittedLaw {
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
