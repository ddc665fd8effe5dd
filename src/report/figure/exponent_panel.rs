//! What is drawn in a panel of recovered against true exponents.

use kuva::plot::LinePlot;
use kuva::plot::scatter::{MarkerShape, ScatterPlot};
use kuva::render::plots::Plot;

use super::super::exponents::Exponents;
use super::super::numbers::significant;
use super::super::summary_table::law_title;
use super::super::table::printable;
use super::axis::{Axis, range};
use super::style::{GRID, GUIDE, GUIDE_DASH, Look, MARKER};

/// Exponents that span more than this factor get logarithmic axes.
const LOG_BEYOND: f64 = 20.0;

/// How far beyond the true exponents the vertical axis may reach, in their ranges.
const REACH: f64 = 0.6;

/// Distance of the markers of two laws at one domain, if there is room.
const APART: f64 = 7.0;

/// The axes of a panel: those of the true exponents, and of the recovered ones within reach.
pub fn axes(panel: &Exponents) -> (Axis, Axis) {
    let truths: Vec<f64> = panel
        .domains
        .iter()
        .map(|domain| domain.truth)
        .filter(|truth| truth.is_finite())
        .collect();
    let across = Axis::log_beyond(LOG_BEYOND, &truths);
    let Some((low, high)) = range(truths.iter().copied()) else {
        return (across, Axis::linear([]));
    };
    let recovered = panel.domains.iter().flat_map(|domain| {
        (0..panel.laws.len())
            .filter_map(|law| domain.by_law(law))
            .flat_map(|e| e.interval.map_or([e.value; 2], |(from, to)| [from, to]))
    });
    if across.log {
        let reach = (low / 4.0, high * 4.0);
        let shown = recovered.map(|v| v.clamp(reach.0, reach.1));
        (across, Axis::log(shown.chain([low, high])))
    } else {
        let span = (high - low).max(0.5 * high.abs());
        let reach = (low - REACH * span, high + REACH * span);
        let shown = recovered.map(|v| v.clamp(reach.0, reach.1));
        (across, Axis::linear(shown.chain([low, high])))
    }
}

/// Shift of each law's markers, so that they stand beside each other: less where domains are close.
fn apart(panel: &Exponents, across: Axis, width: f64) -> f64 {
    let mut places: Vec<f64> = panel
        .domains
        .iter()
        .map(|domain| across.place(domain.truth) * width)
        .filter(|place| place.is_finite())
        .collect();
    places.sort_by(f64::total_cmp);
    places.dedup_by(|a, b| *a - *b < 1.0);
    let closest = places
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .fold(f64::INFINITY, f64::min);
    APART.min(0.7 * closest / panel.laws.len().max(1) as f64)
}

/// What is drawn in the panel of a frame `width` units wide, a look for each law.
pub(super) fn plots(
    panel: &Exponents,
    looks: &[Look],
    across: Axis,
    up: Axis,
    width: f64,
) -> Vec<Plot> {
    let line = |data: Vec<(f64, f64)>, colour: &str, thick: f64| {
        LinePlot::new()
            .with_data(data)
            .with_color(colour)
            .with_stroke_width(thick)
    };
    let mut plots: Vec<Plot> = panel
        .domains
        .iter()
        .filter(|domain| domain.truth.is_finite())
        .map(|domain| {
            Plot::Line(line(
                vec![(domain.truth, up.min), (domain.truth, up.max)],
                GRID,
                0.7,
            ))
        })
        .collect();
    let ends = (across.min.max(up.min), across.max.min(up.max));
    if ends.0 < ends.1 {
        let diagonal = line(vec![(ends.0, ends.0), (ends.1, ends.1)], GUIDE, 0.8);
        plots.push(Plot::Line(diagonal.with_line_style(GUIDE_DASH)));
    }
    let step = apart(panel, across, width);
    let half = (looks.len() as f64 / 2.0 * step).max(MARKER) / width;
    for truth in panel.domains.iter().map(|domain| domain.truth) {
        if truth.is_finite() && up.min <= truth && truth <= up.max {
            // The markers stand beside the diagonal; this is what each of them aims at.
            let place = across.place(truth);
            let ends =
                [place - half, place + half].map(|p| (across.value(p.clamp(0.0, 1.0)), truth));
            plots.push(Plot::Line(line(ends.to_vec(), GUIDE, 1.2)));
        }
    }
    for (law, look) in looks.iter().enumerate() {
        let shift = (law as f64 - (looks.len() as f64 - 1.0) / 2.0) * step / width;
        let mut marks: [Vec<(f64, f64)>; 3] = Default::default();
        let mut words: [Vec<String>; 3] = Default::default();
        for domain in panel.domains.iter().filter(|d| d.truth.is_finite()) {
            let Some(estimate) = domain.by_law(law) else {
                continue;
            };
            let x = across.value((across.place(domain.truth) + shift).clamp(0.0, 1.0));
            if let Some((from, to)) = estimate
                .interval
                .filter(|(a, b)| !a.is_nan() && !b.is_nan())
            {
                let bar = vec![
                    (x, from.clamp(up.min, up.max)),
                    (x, to.clamp(up.min, up.max)),
                ];
                plots.push(Plot::Line(line(bar, look.colour, 1.0)));
            }
            // What lies beyond the axis is shown at the frame, as an arrow head.
            let (kind, y) = if estimate.value > up.max {
                (1, up.value(0.98))
            } else if estimate.value < up.min {
                (2, up.value(0.02))
            } else {
                (0, estimate.value)
            };
            marks[kind].push((x, y));
            words[kind].push(format!(
                "{}, {}: {} {}, true {}",
                printable(&domain.domain),
                law_title(&panel.laws[law]),
                printable(&panel.symbol),
                significant(estimate.value),
                significant(domain.truth)
            ));
        }
        let shapes = [look.shape, MarkerShape::Triangle, MarkerShape::TriangleDown];
        for ((data, words), shape) in marks
            .into_iter()
            .zip(words)
            .zip(shapes)
            .filter(|((data, _), _)| !data.is_empty())
        {
            let marks = ScatterPlot::new()
                .with_data(data)
                .with_color(look.colour)
                .with_marker(shape)
                .with_size(MARKER)
                .with_tooltip_labels(words);
            plots.push(Plot::Scatter(marks));
        }
    }
    plots
}
