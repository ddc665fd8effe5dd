//! Newton's method on the constraints that hold.
//!
//! Bounds that hold fix their weights; groups whose bound holds split the other weights into blocks
//! of a fixed sum. Within the blocks a step solves the Newton equations in the eigenvectors of the
//! projected Hessian, with |eigenvalues| where they are negative, so that it always descends, and
//! stops at the first bound it meets, which then holds. At a stationary point the bound whose price
//! has the wrong sign is let go, one at a time.

use ndarray::{Array1, Array2};
use ndarray_linalg::{Eigh, UPLO};

use super::Region;
use super::objective::Objective;
use super::region::group_sum;

/// Most steps, bounds met and let go included: a few for each domain.
const STEPS_PER_DOMAIN: usize = 6;
const LEAST_STEPS: usize = 60;

/// Halvings of a step.
const HALVINGS: usize = 50;

/// Weights this close to a bound hold it at the start, if the gradient presses them there.
const SNAP: f64 = 1e-7;

/// A move of no weight by more than this is rounding: what stops it holds already.
const TOUCHING: f64 = 1e-15;

/// Smallest share of the largest |eigenvalue| that counts as curvature.
const FLAT: f64 = 1e-12;

/// Expected descent, in nats, that is rounding.
const NO_DESCENT: f64 = 1e-22;

/// A price below minus this, in nats per unit of weight, frees its bound.
const WRONG_SIGN: f64 = 1e-9;

/// Which bounds hold.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Active {
    pub(super) lower: Vec<bool>,
    pub(super) upper: Vec<bool>,
    pub(super) group_lower: Vec<bool>,
    pub(super) group_upper: Vec<bool>,
}

/// A stationary point, or where the search ended.
#[derive(Debug, Clone)]
pub(super) struct Stationary {
    pub(super) weights: Vec<f64>,
    pub(super) value: f64,
    pub(super) active: Active,
    /// Derivative of the objective by a uniform loosening of each block's sum: μ of block 0 (no
    /// group's bound holds) and of each group.
    pub(super) levels: Vec<f64>,
    pub(super) gradient: Vec<f64>,
    /// Smallest eigenvalue of the projected Hessian; `None` without freedom.
    pub(super) least_curvature: Option<f64>,
}

/// Something that a weight or a sum runs into.
#[derive(Debug, Clone, Copy)]
enum Wall {
    Lower(usize),
    Upper(usize),
    GroupLower(usize),
    GroupUpper(usize),
}

/// Descends from `start`, which must be allowed.
pub(super) fn finish(objective: &Objective<'_>, region: &Region, start: Vec<f64>) -> Stationary {
    let mut search = Search {
        objective,
        region,
        gradient: vec![0.0; start.len()],
        value: 0.0,
        active: Active {
            lower: vec![false; start.len()],
            upper: vec![false; start.len()],
            group_lower: vec![false; region.groups.len()],
            group_upper: vec![false; region.groups.len()],
        },
        at: start,
        least_curvature: None,
    };
    search.value = search.objective.gradient(&search.at, &mut search.gradient);
    search.snap();
    let steps = LEAST_STEPS.max(STEPS_PER_DOMAIN * search.at.len());
    for _ in 0..steps {
        if search.step() {
            continue;
        }
        if !search.free_one() {
            break;
        }
    }
    let levels = search.levels();
    Stationary {
        levels,
        weights: search.at,
        value: search.value,
        active: search.active,
        gradient: search.gradient,
        least_curvature: search.least_curvature,
    }
}

struct Search<'a> {
    objective: &'a Objective<'a>,
    region: &'a Region,
    at: Vec<f64>,
    value: f64,
    gradient: Vec<f64>,
    active: Active,
    least_curvature: Option<f64>,
}

impl Search<'_> {
    /// Lets the bounds hold that the start is pressed against, and moves onto them.
    fn snap(&mut self) {
        let mean: f64 = self.gradient.iter().zip(&self.at).map(|(g, h)| g * h).sum();
        let region = self.region;
        let mut debt = 0.0;
        for i in 0..self.at.len() {
            let fixed = region.upper[i] - region.lower[i] <= 0.0;
            let pressed_down = self.gradient[i] > mean;
            if fixed || (self.at[i] - region.lower[i] < SNAP && pressed_down) {
                self.active.lower[i] = true;
                debt += self.at[i] - region.lower[i];
                self.at[i] = region.lower[i];
            } else if region.upper[i] < 1.0 && region.upper[i] - self.at[i] < SNAP && !pressed_down
            {
                self.active.upper[i] = true;
                debt += self.at[i] - region.upper[i];
                self.at[i] = region.upper[i];
            }
        }
        // The largest free weight that no group holds takes what is left over.
        let taker = (0..self.at.len())
            .filter(|i| self.is_free(*i) && region.group_of[*i].is_none())
            .max_by(|a, b| self.at[*a].total_cmp(&self.at[*b]));
        match taker {
            Some(i)
                if (self.at[i] + debt - region.lower[i])
                    .min(region.upper[i] - self.at[i] - debt)
                    > 0.0 =>
            {
                self.at[i] += debt;
            }
            _ => {
                // No such weight: stay where every bound is kept.
                let wish: Vec<f64> = self.at.iter().map(|h| h.max(f64::MIN_POSITIVE)).collect();
                self.at = region.closest(&wish);
                for i in 0..self.at.len() {
                    self.active.lower[i] &= self.at[i] <= region.lower[i];
                    self.active.upper[i] &= self.at[i] >= region.upper[i];
                }
            }
        }
        for (number, group) in region.groups.iter().enumerate() {
            let sum = group_sum(group, &self.at);
            if group.upper < 1.0 && sum > group.upper - SNAP * SNAP {
                self.active.group_upper[number] = true;
            } else if group.lower > 0.0 && sum < group.lower + SNAP * SNAP {
                self.active.group_lower[number] = true;
            }
        }
        self.value = self.objective.gradient(&self.at, &mut self.gradient);
    }

    fn is_free(&self, i: usize) -> bool {
        !(self.active.lower[i] || self.active.upper[i])
    }

    /// 0, or 1 + the group whose bound holds.
    fn block(&self, i: usize) -> usize {
        match self.region.group_of[i] {
            Some(group) if self.active.group_lower[group] || self.active.group_upper[group] => {
                group + 1
            }
            _ => 0,
        }
    }

    /// The free domains, block by block.
    fn blocks(&self) -> Vec<Vec<usize>> {
        let mut blocks = vec![Vec::new(); self.region.groups.len() + 1];
        for i in (0..self.at.len()).filter(|i| self.is_free(*i)) {
            blocks[self.block(i)].push(i);
        }
        blocks
    }

    /// One Newton step; `false` at a stationary point.
    fn step(&mut self) -> bool {
        let blocks = self.blocks();
        let free: Vec<usize> = blocks.iter().flatten().copied().collect();
        let basis = basis(&blocks);
        self.least_curvature = None;
        if basis.ncols() == 0 {
            return false;
        }
        let gradient = Array1::from_iter(free.iter().map(|i| self.gradient[*i]));
        let reduced = basis.t().dot(&gradient);
        let hessian = self.objective.hessian(&self.at, &free);
        let curved = basis.t().dot(&hessian).dot(&basis);
        let Ok((values, vectors)) = curved.eigh(UPLO::Lower) else {
            return false;
        };
        let largest = values.iter().fold(0.0, |most: f64, v| most.max(v.abs()));
        self.least_curvature = values.iter().copied().reduce(f64::min);
        let along = vectors.t().dot(&reduced);
        let step = Array1::from_shape_fn(values.len(), |k| {
            -along[k] / values[k].abs().max(FLAT * largest).max(f64::MIN_POSITIVE)
        });
        let descent = -along.dot(&step);
        if descent.is_nan() || descent <= NO_DESCENT {
            return false;
        }
        let direction = basis.dot(&vectors.dot(&step));
        self.walk(&free, &direction, descent)
    }

    /// Walks along a direction to the first bound at most; `false` if nothing is gained.
    fn walk(&mut self, free: &[usize], direction: &Array1<f64>, descent: f64) -> bool {
        let (room, wall) = self.room(free, direction);
        let fastest = direction.iter().fold(0.0, |most: f64, d| most.max(d.abs()));
        if room * fastest <= TOUCHING {
            // Rounding may make f larger there, and no shorter step would ever meet the bound.
            self.hold(wall);
            return true;
        }
        let mut length = room.min(1.0);
        let norm = |gradient: &[f64], search: &Self| search.residual(gradient);
        let before = norm(&self.gradient, self);
        for _ in 0..HALVINGS {
            let mut moved = self.at.clone();
            for (i, d) in free.iter().zip(direction) {
                moved[*i] += length * d;
            }
            let mut gradient = vec![0.0; moved.len()];
            let value = self.objective.gradient(&moved, &mut gradient);
            let enough = value <= self.value - 1e-4 * length * descent;
            // Where the descent drowns in the rounding of f, the residual decides.
            let rounding = 8.0 * f64::EPSILON * self.value.abs();
            let settled = (value - self.value).abs() <= rounding && {
                let after = norm(&gradient, self);
                after < 0.5 * before
            };
            if enough || settled {
                let met = length >= room;
                self.at = moved;
                self.value = value;
                self.gradient = gradient;
                if met {
                    self.hold(wall);
                }
                return true;
            }
            length *= 0.5;
        }
        false
    }

    /// How far the direction may be followed, and what stops it.
    fn room(&self, free: &[usize], direction: &Array1<f64>) -> (f64, Option<Wall>) {
        let (mut room, mut wall) = (f64::INFINITY, None);
        let mut meet = |distance: f64, speed: f64, what: Wall| {
            if speed > 0.0 && distance.max(0.0) / speed < room {
                room = distance.max(0.0) / speed;
                wall = Some(what);
            }
        };
        for (i, d) in free.iter().zip(direction) {
            meet(self.at[*i] - self.region.lower[*i], -d, Wall::Lower(*i));
            if self.region.upper[*i] < 1.0 {
                meet(self.region.upper[*i] - self.at[*i], *d, Wall::Upper(*i));
            }
        }
        for (number, group) in self.region.groups.iter().enumerate() {
            if self.active.group_lower[number] || self.active.group_upper[number] {
                continue;
            }
            let sum = group_sum(group, &self.at);
            let speed: f64 = free
                .iter()
                .zip(direction)
                .filter(|(i, _)| self.region.group_of[**i] == Some(number))
                .map(|(_, d)| d)
                .sum();
            // Directions within the group leave its sum alone, but for rounding.
            if speed.abs() > 1e-14 {
                meet(sum - group.lower, -speed, Wall::GroupLower(number));
                meet(group.upper - sum, speed, Wall::GroupUpper(number));
            }
        }
        (room, wall)
    }

    fn hold(&mut self, wall: Option<Wall>) {
        match wall {
            Some(Wall::Lower(i)) => {
                self.active.lower[i] = true;
                self.at[i] = self.region.lower[i];
            }
            Some(Wall::Upper(i)) => {
                self.active.upper[i] = true;
                self.at[i] = self.region.upper[i];
            }
            Some(Wall::GroupLower(group)) => self.active.group_lower[group] = true,
            Some(Wall::GroupUpper(group)) => self.active.group_upper[group] = true,
            None => return,
        }
        self.value = self.objective.gradient(&self.at, &mut self.gradient);
    }

    /// Largest deviation of a free derivative from the level of its block, weighted as a descent.
    fn residual(&self, gradient: &[f64]) -> f64 {
        self.blocks()
            .iter()
            .filter(|block| !block.is_empty())
            .map(|block| {
                let level = block.iter().map(|i| gradient[*i]).sum::<f64>() / block.len() as f64;
                block
                    .iter()
                    .map(|i| (gradient[*i] - level).abs())
                    .fold(0.0, f64::max)
            })
            .fold(0.0, f64::max)
    }

    /// The level μ of each block: what one more unit of its sum would add to the objective.
    fn levels(&self) -> Vec<f64> {
        let blocks = self.blocks();
        let mut levels: Vec<Option<f64>> = blocks
            .iter()
            .map(|block| {
                let weight: f64 = block.iter().map(|i| self.at[*i]).sum();
                let of = |i: &usize| self.at[*i] / weight * self.gradient[*i];
                (weight > 0.0).then(|| block.iter().map(of).sum())
            })
            .collect();
        // A block without freedom takes any level that suits the bounds that hold in it.
        let suits = |block: usize| {
            let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
            for i in (0..self.at.len()).filter(|i| self.block(*i) == block) {
                if self.active.upper[i] {
                    low = low.max(self.gradient[i]);
                } else if self.active.lower[i] && self.region.upper[i] > self.region.lower[i] {
                    high = high.min(self.gradient[i]);
                }
            }
            (low, high)
        };
        let rest = levels[0].unwrap_or_else(|| {
            let (low, high) = suits(0);
            match (low.is_finite(), high.is_finite()) {
                (true, true) => 0.5 * (low + high),
                (true, false) => low,
                (false, true) => high,
                (false, false) => 0.0,
            }
        });
        levels[0] = Some(rest);
        levels
            .into_iter()
            .enumerate()
            .map(|(block, level)| {
                level.unwrap_or_else(|| {
                    let (low, high) = suits(block);
                    rest.min(high).max(low)
                })
            })
            .collect()
    }

    /// Lets go of the bound whose price is most wrong; `false` if all are right.
    fn free_one(&mut self) -> bool {
        let levels = self.levels();
        let mut worst = (-WRONG_SIGN, None);
        let mut look = |price: f64, wall: Wall| {
            if price < worst.0 {
                worst = (price, Some(wall));
            }
        };
        for i in 0..self.at.len() {
            if self.region.upper[i] - self.region.lower[i] <= 0.0 {
                continue;
            }
            let price = self.gradient[i] - levels[self.block(i)];
            if self.active.lower[i] {
                look(price, Wall::Lower(i));
            } else if self.active.upper[i] {
                look(-price, Wall::Upper(i));
            }
        }
        for group in 0..self.region.groups.len() {
            let price = levels[group + 1] - levels[0];
            let pinned = self.region.groups[group].upper <= self.region.groups[group].lower;
            if pinned {
                continue;
            }
            if self.active.group_lower[group] {
                look(price, Wall::GroupLower(group));
            } else if self.active.group_upper[group] {
                look(-price, Wall::GroupUpper(group));
            }
        }
        match worst.1 {
            Some(Wall::Lower(i)) => self.active.lower[i] = false,
            Some(Wall::Upper(i)) => self.active.upper[i] = false,
            Some(Wall::GroupLower(group)) => self.active.group_lower[group] = false,
            Some(Wall::GroupUpper(group)) => self.active.group_upper[group] = false,
            None => return false,
        }
        true
    }
}

/// Orthonormal directions that leave the sum of every block as it is, in the order of the blocks'
/// members: in a block of n, n − 1 differences of one member and the mean of those before it.
fn basis(blocks: &[Vec<usize>]) -> Array2<f64> {
    let rows: usize = blocks.iter().map(Vec::len).sum();
    let columns: usize = blocks
        .iter()
        .map(|block| block.len().saturating_sub(1))
        .sum();
    let mut basis = Array2::zeros((rows, columns));
    let (mut first, mut column) = (0, 0);
    for block in blocks {
        for member in 1..block.len() {
            let count = member as f64;
            let scale = 1.0 / (count * (count + 1.0)).sqrt();
            for before in 0..member {
                basis[[first + before, column]] = scale;
            }
            basis[[first + member, column]] = -count * scale;
            column += 1;
        }
        first += block.len();
    }
    basis
}
