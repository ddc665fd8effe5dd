//! Looks at a run on its way.

/// Hears of the excess losses of a run after some numbers of steps.
pub struct Watch<'a> {
    /// Numbers of steps that are still to come, the next one last.
    ahead: Vec<u64>,
    seen: &'a mut dyn FnMut(u64, &[f64]),
}

impl<'a> Watch<'a> {
    /// Tells `seen` the step and the excess losses (length K) after each number of steps in
    /// `points`.
    pub fn new(points: &[u64], seen: &'a mut dyn FnMut(u64, &[f64])) -> Self {
        let mut ahead = points.to_vec();
        ahead.sort_unstable_by(|a, b| b.cmp(a));
        ahead.dedup();
        Self { ahead, seen }
    }

    /// The next number of steps at which to look.
    pub(super) fn next(&self) -> Option<u64> {
        self.ahead.last().copied()
    }

    /// After `steps` steps.
    pub(super) fn after(&mut self, steps: u64, excess: impl FnOnce() -> Vec<f64>) {
        if self.next() == Some(steps) {
            self.ahead.pop();
            (self.seen)(steps, &excess());
        }
    }
}
