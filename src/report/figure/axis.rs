//! The range of an axis, its ticks, and where a value falls on it.

/// Share of the range left free at either end.
const PADDING: f64 = 0.05;

/// Smallest range of a linear axis relative to its values: below it tick labels would need more
/// digits than there is room for.
const SMALLEST_RANGE: f64 = 1e-3;

/// Magnitudes that can be drawn without overflow; nothing measured comes near.
const LARGEST: f64 = 1e100;

/// Smallest value of a logarithmic axis.
const SMALLEST_LOG: f64 = 1e-9;

/// Ticks of a linear axis, about.
const TICKS: f64 = 5.0;

/// A numeric axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Axis {
    /// Lower end.
    pub min: f64,
    /// Upper end, above the lower one.
    pub max: f64,
    /// Distance of the ticks of a linear axis.
    pub step: f64,
    /// Whether equal distances are equal ratios.
    pub log: bool,
}

impl Axis {
    /// A linear axis that shows all finite `values`; 0 to 1 if there is none.
    pub fn linear(values: impl IntoIterator<Item = f64>) -> Self {
        let (low, high) = range(values).unwrap_or((0.0, 1.0));
        let magnitude = low.abs().max(high.abs());
        let mut span = high - low;
        let mut middle = low + span / 2.0;
        let smallest = SMALLEST_RANGE * magnitude;
        if span <= smallest {
            span = if magnitude > 0.0 { smallest } else { 1.0 };
        }
        if magnitude == 0.0 {
            middle = 0.0;
        }
        let half = span * (0.5 + PADDING);
        Self::between(middle - half, middle + half)
    }

    /// A linear axis from 0 that shows all finite non-negative `values`.
    pub(super) fn from_zero(values: impl IntoIterator<Item = f64>) -> Self {
        let high = range(values).map_or(1.0, |(_, high)| high);
        let high = if high > 0.0 { high } else { 1.0 };
        Self::between(0.0, high * (1.0 + PADDING))
    }

    /// A linear axis with these ends.
    pub fn between(min: f64, max: f64) -> Self {
        Self {
            min,
            max,
            step: nice_step((max - min) / TICKS),
            log: false,
        }
    }

    /// A logarithmic axis that shows all finite positive `values`, between two of the marks 1, 2,
    /// 5, 10, …; 0.1 to 10 if there is none.
    pub fn log(values: impl IntoIterator<Item = f64>) -> Self {
        let positive = values.into_iter().filter(|v| *v > 0.0);
        let (low, high) = range(positive).unwrap_or((0.1, 10.0));
        let low = low.max(SMALLEST_LOG);
        let high = high.max(low);
        // A little more than the values themselves, so that no marker sits on the frame.
        let min = mark_below(low / 1.1);
        let max = mark_below(high * 1.1 * 2.5).max(min * 10.0);
        Self {
            min,
            max,
            step: 1.0,
            log: true,
        }
    }

    /// A logarithmic axis if the positive `values` span more than a factor of `ratio`, else a
    /// linear one.
    pub(super) fn log_beyond(ratio: f64, values: &[f64]) -> Self {
        let all_positive = values.iter().all(|v| *v > 0.0);
        match range(values.iter().copied()) {
            Some((low, high)) if all_positive && high / low > ratio => {
                Self::log(values.iter().copied())
            }
            _ => Self::linear(values.iter().copied()),
        }
    }

    /// Where `value` falls: 0 at the lower end, 1 at the upper one, beyond them outside.
    pub fn place(&self, value: f64) -> f64 {
        if self.log {
            let value = value.max(f64::MIN_POSITIVE);
            (value / self.min).ln() / (self.max / self.min).ln()
        } else {
            (value - self.min) / (self.max - self.min)
        }
    }

    /// The value at `place`, the inverse of [`Axis::place`].
    pub fn value(&self, place: f64) -> f64 {
        if self.log {
            self.min * (self.max / self.min).powf(place)
        } else {
            self.min + place * (self.max - self.min)
        }
    }

    /// Whether labels at 1, 2, 5, 10, … would crowd a logarithmic axis `length` units long, while
    /// those at powers of ten are enough to read it.
    pub(super) fn label_decades_only(&self, length: f64) -> bool {
        /// Room for the three labels of a decade, units.
        const DECADE: f64 = 75.0;
        let (low, high) = (self.min.log10(), self.max.log10());
        let powers = (high + 1e-9).floor() - (low - 1e-9).ceil() + 1.0;
        self.log && powers >= 2.0 && length / (high - low) < DECADE
    }

    /// The label of a tick, without more digits than the ticks differ in.
    pub fn label(&self, tick: f64) -> String {
        let magnitude = self.min.abs().max(self.max.abs());
        if self.log {
            return if (1e-4..1e5).contains(&tick) {
                // 0.002 and 50 as they are; the rounding removes the noise of powers of ten.
                let decimals = (-(tick * 1.001).log10().floor()).max(0.0) as usize;
                format!("{tick:.decimals$}")
            } else {
                format!("{tick:.0e}")
            };
        }
        if !(1e-3..1e5).contains(&magnitude) {
            return if tick == 0.0 {
                "0".into()
            } else {
                format!("{tick:.1e}")
            };
        }
        let exponent = self.step.log10().floor();
        // Steps of 2.5 need one more digit than those of 1, 2 and 5.
        let quarter = (self.step / 10f64.powf(exponent) - 2.5).abs() < 1e-6;
        let decimals = (f64::from(u8::from(quarter)) - exponent).max(0.0) as usize;
        let text = format!("{tick:.decimals$}");
        text.strip_prefix('-').map_or_else(
            || text.clone(),
            |digits| {
                let zero = digits.chars().all(|c| c == '0' || c == '.');
                if zero {
                    digits.into()
                } else {
                    format!("−{digits}")
                }
            },
        )
    }
}

/// Smallest and largest of the finite values.
pub fn range(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    values
        .into_iter()
        .filter(|v| v.is_finite())
        .map(|v| v.clamp(-LARGEST, LARGEST))
        .fold(None, |range, v| {
            let (low, high) = range.unwrap_or((v, v));
            Some((f64::min(low, v), f64::max(high, v)))
        })
}

/// The nearest of 1, 2, 2.5, 5 times a power of ten.
fn nice_step(raw: f64) -> f64 {
    let power = 10f64.powf(raw.log10().floor());
    let share = raw / power;
    let nice = [1.0, 2.0, 2.5, 5.0, 10.0];
    let limits = [1.5, 2.25, 3.5, 7.5];
    nice[limits.iter().filter(|limit| share >= **limit).count()] * power
}

/// The largest of …, 1, 2, 5, 10, … that is at most `value`.
fn mark_below(value: f64) -> f64 {
    let power = 10f64.powf(value.log10().floor());
    let share = value / power * (1.0 + 1e-9);
    let mark = [5.0, 2.0, 1.0]
        .into_iter()
        .find(|mark| share >= *mark)
        .unwrap_or(1.0);
    mark * power
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn labels_are_short() {
        let axis = Axis::linear([0.0, 4.0]);
        assert_eq!(axis.label(2.0), "2");
        assert_eq!(axis.label(-1.0), "−1");
        let axis = Axis::linear([1.0, 2.2]);
        assert!((axis.step - 0.25).abs() < 1e-12, "{axis:?}");
        assert_eq!(axis.label(1.25), "1.25");
        let axis = Axis::log([0.02, 30.0]);
        assert_eq!(axis.label(0.02), "0.02");
        assert_eq!(axis.label(50.0), "50");
        assert_eq!(axis.label(0.001), "0.001");
        assert_eq!(axis.label(1e-7), "1e-7");
    }

    #[test]
    fn log_ends_on_marks() {
        let axis = Axis::log([0.12, 38.0]);
        assert!(
            (axis.min - 0.1).abs() < 1e-12 && (axis.max - 100.0).abs() < 1e-9,
            "{axis:?}"
        );
        let narrow = Axis::log([3.0]);
        assert!(narrow.max / narrow.min >= 10.0);
    }

    proptest! {
        #[test]
        fn any_values_give_an_axis(
            values in prop::collection::vec(prop::num::f64::ANY, 0..6),
            log: bool,
        ) {
            let shown = values.iter().copied();
            let axis = if log { Axis::log(shown) } else { Axis::linear(shown) };
            prop_assert!(axis.min.is_finite() && axis.max.is_finite());
            prop_assert!(axis.min < axis.max && axis.step > 0.0, "{axis:?}");
            prop_assert!(!log || axis.min > 0.0);
            let inside = |v: &&f64| v.abs() <= LARGEST && (!log || **v > SMALLEST_LOG);
            for value in values.iter().filter(inside) {
                let place = axis.place(*value);
                prop_assert!((-1e-9..=1.0 + 1e-9).contains(&place), "{value} in {axis:?}");
                prop_assert!(axis.label(*value).chars().count() < 12 || log, "{axis:?}");
            }
        }
    }
}
