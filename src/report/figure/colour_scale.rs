//! Numbers as colours, and the strip that explains them.

use kuva::plot::ColorMap;
use kuva::render::render::TextAnchor;

use super::super::numbers::rounded;
use super::axis::range;
use super::sheet::{Sheet, Type};
use super::style::SMALL;

/// How numbers become colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shade {
    /// By their logarithm: for errors.
    Ratio,
    /// By their size to either side of zero, small ones told apart: for changes.
    Signed,
}

/// Length of the strip.
const LENGTH: f64 = 150.0;

/// Height of the strip.
const HEIGHT: f64 = 9.0;

/// Colours of the strip.
const STEPS: usize = 50;

/// Share of the largest change that counts as small.
const SMALL_CHANGE: f64 = 0.03;

/// Values below this share of the largest look alike: more would leave no colours for the rest.
const SMALLEST_RATIO: f64 = 1e-5;

/// A scale of the colours of viridis, dark to light.
pub(super) struct ColourScale {
    shade: Shade,
    low: f64,
    high: f64,
}

impl ColourScale {
    /// A scale for all finite `values`.
    pub fn new(shade: Shade, values: impl Iterator<Item = f64>) -> Self {
        let values: Vec<f64> = values.collect();
        let (low, high) = match shade {
            Shade::Ratio => {
                let positive = values.into_iter().filter(|v| *v > 0.0);
                let (low, high) = range(positive).unwrap_or((1.0, 1.0));
                (low.max(high * SMALLEST_RATIO), high)
            }
            Shade::Signed => {
                let (low, high) = range(values).unwrap_or((0.0, 0.0));
                let most = low.abs().max(high.abs());
                (-most, most)
            }
        };
        Self { shade, low, high }
    }

    /// Where a value falls on the strip, 0 to 1.
    fn place(&self, value: f64) -> f64 {
        let place = match self.shade {
            Shade::Ratio => (value.max(self.low) / self.low).ln() / (self.high / self.low).ln(),
            Shade::Signed => {
                let small = SMALL_CHANGE * self.high;
                0.5 + 0.5 * (value / small).asinh() / (self.high / small).asinh()
            }
        };
        if place.is_finite() {
            place.clamp(0.0, 1.0)
        } else {
            0.5
        }
    }

    /// The colour of a value, and that of words on it: black or white, whichever stands out more.
    pub(super) fn colours(&self, value: f64) -> (String, &'static str) {
        at(self.place(value))
    }

    /// Draws the strip with its upper left corner at `x`, `y`, its ends, and what it is about.
    pub fn draw(&self, sheet: &mut Sheet, x: f64, y: f64, title: &str) {
        let step = LENGTH / STEPS as f64;
        for index in 0..STEPS {
            let (fill, _) = at((index as f64 + 0.5) / STEPS as f64);
            let corner = (x + index as f64 * step, y);
            sheet.rectangle(corner, (step + 0.3, HEIGHT), &fill);
        }
        let middle = match self.shade {
            Shade::Ratio => (self.low * self.high).sqrt(),
            Shade::Signed => 0.0,
        };
        let ends = [
            (self.low, 0.0, TextAnchor::Start),
            (middle, 0.5, TextAnchor::Middle),
            (self.high, 1.0, TextAnchor::End),
        ];
        for (value, place, anchor) in ends {
            let set = Type {
                anchor,
                ..Type::SMALL
            };
            let text = rounded(value, 2).replace('-', "−");
            sheet.text(x + place * LENGTH, y + HEIGHT + 12.0, &text, set);
        }
        sheet.text(
            x + LENGTH + 8.0,
            y + f64::from(SMALL) - 1.0,
            title,
            Type::SMALL,
        );
    }
}

/// The colour at a place of the strip, and that of words on it.
fn at(place: f64) -> (String, &'static str) {
    let (red, green, blue) = ColorMap::Viridis.map_rgb(place).unwrap_or((128, 128, 128));
    let ink = if contrast_with_black((red, green, blue)) >= 21f64.sqrt() {
        "#000000"
    } else {
        "#ffffff"
    };
    (format!("#{red:02x}{green:02x}{blue:02x}"), ink)
}

/// Contrast of a colour with black after WCAG 2, 1 to 21; that with white is 21 over it.
fn contrast_with_black((red, green, blue): (u8, u8, u8)) -> f64 {
    let linear = |part: u8| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    };
    let luminance = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
    (luminance + 0.05) / 0.05
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_out_on_every_colour() {
        for step in 0..=100 {
            let place = f64::from(step) / 100.0;
            let rgb = ColorMap::Viridis.map_rgb(place).unwrap();
            let black = contrast_with_black(rgb);
            let contrast = match at(place).1 {
                "#000000" => black,
                _ => 21.0 / black,
            };
            // WCAG 2 asks for 4.5 where text is small.
            assert!(contrast >= 4.5, "{contrast} at {place}");
        }
    }

    #[test]
    fn ends_and_middles() {
        let ratio = ColourScale::new(Shade::Ratio, [0.01, 1.0, 0.0, 100.0].into_iter());
        assert!((ratio.place(1.0) - 0.5).abs() < 1e-12);
        assert!(ratio.place(0.0).abs() < 1e-12 && (ratio.place(100.0) - 1.0).abs() < 1e-12);
        let signed = ColourScale::new(Shade::Signed, [-8.0, 1.0].into_iter());
        assert!((signed.place(0.0) - 0.5).abs() < 1e-12 && signed.place(-8.0) < 1e-12);
        assert!(signed.place(0.1) > 0.54);
        for odd in [
            ColourScale::new(Shade::Ratio, [].into_iter()),
            ColourScale::new(Shade::Signed, [0.0].into_iter()),
        ] {
            assert!((0.0..=1.0).contains(&odd.place(0.0)));
        }
    }
}
