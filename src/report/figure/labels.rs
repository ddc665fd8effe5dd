//! Names above a frame, each near the value it belongs to, none over another.

use kuva::render::render::TextAnchor;

use super::sheet::{Sheet, Type};
use super::style::{GUIDE, SMALL, fit_text, text_width};

/// Height of the lines that lead from a name to its value.
const LEADER: f64 = 9.0;

/// Least distance of two upright names.
const PITCH: f64 = 11.0;

/// Room for an upright name.
const LONGEST: f64 = 96.0;

/// Free space between two names side by side.
const GAP: f64 = 8.0;

/// A name and where it belongs.
struct Label {
    name: String,
    target: f64,
    place: f64,
}

/// Names in a strip above a frame: side by side if they fit, else upright; of too many for that,
/// as many as fit.
pub struct Labels {
    labels: Vec<Label>,
    upright: bool,
}

impl Labels {
    /// Places names, each with its horizontal place, between `left` and `right`.
    pub fn new<'a>(names: impl IntoIterator<Item = (&'a str, f64)>, left: f64, right: f64) -> Self {
        let mut labels: Vec<Label> = names
            .into_iter()
            .map(|(name, target)| Label {
                name: fit_text(name, SMALL, LONGEST),
                target,
                place: target,
            })
            .collect();
        labels.sort_by(|a, b| a.target.total_cmp(&b.target).then(a.name.cmp(&b.name)));
        let widths: Vec<f64> = labels
            .iter()
            .map(|label| text_width(&label.name, SMALL) + GAP)
            .collect();
        let upright = widths.iter().sum::<f64>() > right - left;
        if upright {
            let room = ((right - left) / PITCH).max(1.0) as usize;
            let every = labels.len().div_ceil(room).max(1);
            let mut index = 0;
            labels.retain(|_| {
                index += 1;
                (index - 1) % every == 0
            });
            spread(&mut labels, |_| PITCH, left, right);
        } else {
            spread(&mut labels, |index| widths[index], left, right);
        }
        Self { labels, upright }
    }

    /// Height of the strip, units.
    pub(super) fn height(&self) -> f64 {
        let longest = self
            .labels
            .iter()
            .map(|label| text_width(&label.name, SMALL))
            .fold(0.0, f64::max);
        match (self.labels.is_empty(), self.upright) {
            (true, _) => 0.0,
            (false, true) => LEADER + longest,
            (false, false) => LEADER + f64::from(SMALL),
        }
    }

    /// Draws the names above a frame whose upper edge is at `y`.
    pub fn draw(&self, sheet: &mut Sheet, y: f64) {
        for label in &self.labels {
            sheet.line((label.target, y), (label.place, y - LEADER + 2.0), GUIDE);
            if self.upright {
                let set = Type {
                    turn: -90.0,
                    ..Type::SMALL
                };
                sheet.text(label.place + 3.5, y - LEADER, &label.name, set);
            } else {
                let set = Type {
                    anchor: TextAnchor::Middle,
                    ..Type::SMALL
                };
                sheet.text(label.place, y - LEADER - 1.0, &label.name, set);
            }
        }
    }
}

/// Moves sorted labels as little as a sweep to the right and one back need so that each keeps its
/// width free and none leaves the strip.
fn spread(labels: &mut [Label], width: impl Fn(usize) -> f64, left: f64, right: f64) {
    let mut free_from = left;
    for (index, label) in labels.iter_mut().enumerate() {
        let half = width(index) / 2.0;
        label.place = label.target.max(free_from + half);
        free_from = label.place + half;
    }
    let mut free_to = right;
    for (index, label) in labels.iter_mut().enumerate().rev() {
        let half = width(index) / 2.0;
        label.place = label.place.min(free_to - half);
        free_to = label.place - half;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_never_overlap_nor_leave_the_strip() {
        for count in [1, 4, 30, 64] {
            let names: Vec<String> = (0..count).map(|i| format!("domain-{i}")).collect();
            // All at nearly one place: the worst case.
            let wanted = names.iter().map(|name| (name.as_str(), 349.0));
            let labels = Labels::new(wanted, 50.0, 350.0);
            let places: Vec<f64> = labels.labels.iter().map(|label| label.place).collect();
            assert!(!places.is_empty());
            assert!(
                places
                    .windows(2)
                    .all(|pair| pair[1] - pair[0] >= PITCH - 1e-9)
            );
            assert!(
                places.iter().all(|place| (50.0..=350.0).contains(place)),
                "{places:?}"
            );
        }
    }
}
