//! What models of one capacity see of the world.

use rand::Rng;

use super::{Directions, Features, Limits, Prepared, limits};
use crate::world::World;

/// What models of one capacity see of the world: shared by all runs of that capacity.
#[derive(Debug, Clone)]
pub struct View(pub(super) Seen);

#[derive(Debug, Clone)]
pub(super) enum Seen {
    /// So many directions of largest value, which depend on the mixture.
    Top { capacity: usize },
    /// One random projection of one domain, along the eigenvectors of its covariance.
    Eigenbasis(Directions),
    /// One random projection of several domains, with the trace and the largest eigenvalue of
    /// each covariance.
    Sketch {
        prepared: Box<Prepared>,
        sizes: Vec<(f64, f64)>,
    },
    /// All random projections to so many dimensions, for unlimited tokens only.
    Average { capacity: f64 },
}

impl View {
    /// The directions of largest value.
    pub(super) fn top(capacity: f64) -> Self {
        Self(Seen::Top {
            capacity: capacity as usize,
        })
    }

    /// The average over random projections.
    pub(super) fn average(capacity: f64) -> Self {
        Self(Seen::Average { capacity })
    }

    /// One random projection; `None` if it is singular to working precision.
    pub(super) fn sketch<R: Rng>(world: &World, capacity: f64, random: &mut R) -> Option<Self> {
        let features = Features::draw(world, capacity as usize, random);
        if world.domains().len() == 1 {
            return Some(Self(Seen::Eigenbasis(features.eigenbasis()?)));
        }
        let sizes = features.sizes();
        let prepared = Box::new(features.prepare()?);
        Some(Self(Seen::Sketch { prepared, sizes }))
    }

    /// The limits of the step size under the mixture `weights`; `None` where there are no steps.
    pub(super) fn limits(&self, world: &World, weights: &[f64], batch: u64) -> Option<Limits> {
        match &self.0 {
            Seen::Top { capacity } => {
                let directions = Directions::top(world, weights, *capacity);
                Some(limits(&directions, weights, batch))
            }
            Seen::Eigenbasis(directions) => Some(limits(directions, weights, batch)),
            Seen::Sketch { sizes, .. } => Some(Features::sufficient(sizes, weights, batch)),
            Seen::Average { .. } => None,
        }
    }
}
