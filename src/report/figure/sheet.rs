//! A sheet on which panels, words and lines are put together to one SVG.
//!
//! The panels are drawn by kuva. Words go on the sheet as plain spans, which kuva escapes and does not
//! read as formulas: a domain called `$x$` stays `$x$`.

use std::fmt::Write;
use std::sync::Arc;

use kuva::backend::svg::SvgBackend;
use kuva::plot::legend::{LegendEntry, LegendGroup, LegendShape};
use kuva::plot::scatter::ScatterPlot;
use kuva::render::layout::{AxisLabelOverlap, Layout, TickFormat};
use kuva::render::plots::Plot;
use kuva::render::render::{
    Primitive, Scene, TextAnchor, TextSpan, render_legend_at, render_multiple,
};

use super::super::table::printable;
use super::axis::Axis;
use super::style::{FONTS, INK, LARGE, Look, SMALL, WIDTH, WIDTH_MM, theme};

/// Room that kuva gets around a panel for tick labels; the sheet decides what is shown there.
const AROUND: f64 = 60.0;

/// Length of a tick.
const TICK: f64 = 3.0;

/// A panel: what is drawn inside one frame.
pub(super) struct Panel {
    /// Width of the frame.
    pub width: f64,
    /// Height of the frame.
    pub height: f64,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// Whether the horizontal axis has ticks and labels.
    pub x_ticks: bool,
    /// Whether the vertical axis has ticks and labels.
    pub y_ticks: bool,
    /// Whether the ticks continue as lines across the frame.
    pub grid: bool,
    /// What is drawn, first things lowest.
    pub plots: Vec<Plot>,
}

/// How words are set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type {
    /// Size, units.
    pub size: u32,
    /// Which part of the words is at the given place.
    pub anchor: TextAnchor,
    /// Whether they are bold.
    pub bold: bool,
    /// Turned by so many degrees, clockwise.
    pub turn: f64,
}

impl Type {
    /// Words of a legend or of a tick.
    pub const SMALL: Self = Self {
        size: SMALL,
        anchor: TextAnchor::Start,
        bold: false,
        turn: 0.0,
    };
    /// The title of an axis.
    pub(super) const AXIS: Self = Self {
        size: LARGE,
        anchor: TextAnchor::Middle,
        bold: false,
        turn: 0.0,
    };
    /// The title of a vertical axis.
    pub(super) const VERTICAL: Self = Self {
        turn: -90.0,
        ..Self::AXIS
    };
    /// The title of a panel.
    pub(super) const TITLE: Self = Self {
        size: LARGE,
        anchor: TextAnchor::Start,
        bold: true,
        turn: 0.0,
    };
}

/// A figure in the making.
pub(super) struct Sheet {
    scene: Scene,
}

impl Sheet {
    /// A white sheet of this height, [`WIDTH`] units wide.
    pub fn new(height: f64) -> Self {
        Self::sized(WIDTH, height)
    }

    /// A white sheet of this width and height.
    pub(super) fn sized(width: f64, height: f64) -> Self {
        let mut scene = Scene::new(width, height.ceil());
        scene.font_family = Some(FONTS.into());
        scene.text_color = Some(INK.into());
        Self { scene }
    }

    /// Draws `panel` with the upper left corner of its frame at `x`, `y`.
    pub fn panel(&mut self, x: f64, y: f64, panel: Panel) {
        let Panel {
            width,
            height,
            x: across,
            y: up,
            x_ticks,
            y_ticks,
            grid,
            mut plots,
        } = panel;
        // kuva leaves the axes out of an empty list of plots.
        plots.push(Plot::Scatter(ScatterPlot::new()));
        let mut layout = Layout::new((across.min, across.max), (up.min, up.max))
            .with_theme(theme())
            .with_width(width + 2.0 * AROUND)
            .with_height(height + 2.0 * AROUND)
            .with_force_margins(AROUND, AROUND)
            .with_force_margins_y(AROUND, AROUND)
            .with_x_axis_min(across.min)
            .with_x_axis_max(across.max)
            .with_y_axis_min(up.min)
            .with_y_axis_max(up.max)
            .with_x_tick_format(labels(across, width))
            .with_y_tick_format(labels(up, height))
            .with_x_label_overlap(AxisLabelOverlap::Thin)
            .with_tick_size(SMALL)
            .with_tick_length(TICK)
            .with_tick_width(0.8)
            .with_axis_line_width(0.8)
            .with_grid_line_width(0.7)
            .with_show_grid(grid)
            .with_box_axes();
        layout.suppress_x_ticks = !x_ticks;
        layout.suppress_y_ticks = !y_ticks;
        layout = if across.log {
            layout.with_log_x()
        } else {
            layout.with_x_tick_step(across.step)
        };
        layout = if up.log {
            layout.with_log_y()
        } else {
            layout.with_y_tick_step(up.step)
        };
        let drawn = render_multiple(plots, layout);
        self.scene.add(Primitive::GroupStart {
            transform: Some(format!("translate({:.2},{:.2})", x - AROUND, y - AROUND)),
            title: None,
            extra_attrs: None,
        });
        // Nothing is drawn outside the frame on purpose, so no clipping is needed; and kuva numbers
        // its clips by a counter of the process, which would make the bytes depend on what else was
        // drawn before. A tick without a label leaves an empty text behind.
        let unwanted = |element: &Primitive| match element {
            Primitive::ClipStart { .. } | Primitive::ClipEnd => true,
            Primitive::Text { content, .. } => content.is_empty(),
            _ => false,
        };
        self.scene
            .elements
            .extend(drawn.elements.into_iter().filter(|e| !unwanted(e)));
        self.scene.add(Primitive::GroupEnd);
    }

    /// Sets `text` with the baseline of its anchor at `x`, `y`.
    pub fn text(&mut self, x: f64, y: f64, text: &str, set: Type) {
        self.coloured_text(x, y, text, set, INK);
    }

    /// As [`Sheet::text`], in a colour.
    pub(super) fn coloured_text(&mut self, x: f64, y: f64, text: &str, set: Type, colour: &str) {
        let turned = set.turn != 0.0;
        if turned {
            self.scene.add(Primitive::GroupStart {
                transform: Some(format!("rotate({:.0},{x:.2},{y:.2})", set.turn)),
                title: None,
                extra_attrs: None,
            });
        }
        self.scene.add(Primitive::RichText {
            x,
            y,
            spans: vec![TextSpan {
                bold: set.bold,
                ..TextSpan::plain(printable(text))
            }],
            size: set.size,
            anchor: set.anchor,
            // What has no colour of its own takes that of the sheet.
            color: (colour != INK).then(|| colour.into()),
        });
        if turned {
            self.scene.add(Primitive::GroupEnd);
        }
    }

    /// Whatever `draw` draws shows `words` when a pointer rests on it.
    pub(super) fn hover(&mut self, words: &str, draw: impl FnOnce(&mut Self)) {
        // Pushed past `Scene::add`, which would add a style sheet that the page does not need.
        self.scene.elements.push(Primitive::GroupStart {
            transform: None,
            title: Some(printable(words)),
            extra_attrs: None,
        });
        draw(self);
        self.scene.add(Primitive::GroupEnd);
    }

    /// Draws a filled rectangle: its upper left corner, its width and height.
    pub(super) fn rectangle(&mut self, corner: (f64, f64), size: (f64, f64), fill: &str) {
        self.scene.add(Primitive::Rect {
            x: corner.0,
            y: corner.1,
            width: size.0,
            height: size.1,
            fill: fill.into(),
            stroke: None,
            stroke_width: None,
            opacity: None,
        });
    }

    /// Draws a thin line.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), colour: &str) {
        self.scene.add(Primitive::Line {
            x1: from.0,
            y1: from.1,
            x2: to.0,
            y2: to.1,
            stroke: colour.into(),
            stroke_width: 0.7,
            stroke_dasharray: None,
        });
    }

    /// Draws the marker of a legend around `x`, `y`.
    pub(super) fn marker(&mut self, x: f64, y: f64, look: Look) {
        // kuva draws the marker of an entry with a radius of 5 units, 11 units to the right of the
        // place it is given and 5 below it, and the label behind it; the label is left to `text`.
        const SCALE: f64 = 0.72;
        let entry = LegendEntry {
            label: String::new(),
            color: look.colour.into(),
            shape: LegendShape::Marker(look.shape),
            dasharray: None,
        };
        let groups: Option<&[LegendGroup]> = None;
        let mut drawn = Scene::new(0.0, 0.0);
        render_legend_at(
            &[entry],
            groups,
            None,
            false,
            &mut drawn,
            -11.0,
            -5.0,
            0.0,
            SMALL,
            &theme(),
        );
        self.scene.add(Primitive::GroupStart {
            transform: Some(format!("translate({x:.2},{y:.2}) scale({SCALE})")),
            title: None,
            extra_attrs: None,
        });
        for element in drawn.elements {
            if !matches!(element, Primitive::Text { .. }) {
                self.scene.add(element);
            }
        }
        self.scene.add(Primitive::GroupEnd);
    }

    /// The finished SVG, with `title` and `description` for readers that do not see it.
    pub fn finish(self, title: &str, description: &str) -> String {
        let Scene { width, height, .. } = self.scene;
        let drawn = SvgBackend::new()
            .with_pretty(true)
            .render_scene(&self.scene);
        // The root element is written anew: kuva has no place for a size on paper and for words.
        let body = drawn.split_once('>').map_or("", |(_root, body)| body);
        let mut svg = String::with_capacity(body.len() + 512);
        let _ = writeln!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 {width} {height}\" \
             width=\"{:.0}mm\" height=\"{:.1}mm\" font-family=\"{FONTS}\" fill=\"{INK}\">",
            width * WIDTH_MM / WIDTH,
            height * WIDTH_MM / WIDTH,
        );
        let _ = writeln!(svg, "  <title>{}</title>", escaped(title));
        let _ = write!(svg, "  <desc>{}</desc>", escaped(description));
        svg.push_str(body);
        if !svg.ends_with('\n') {
            svg.push('\n');
        }
        svg
    }
}

/// The labels of the ticks of an axis `length` units long.
fn labels(axis: Axis, length: f64) -> TickFormat {
    let decades_only = axis.label_decades_only(length);
    TickFormat::Custom(Arc::new(move |tick| {
        let power = tick.log10();
        if decades_only && (power - power.round()).abs() > 1e-6 {
            String::new()
        } else {
            axis.label(tick)
        }
    }))
}

/// `text` as character data of XML: markup escaped, what XML forbids replaced.
fn escaped(text: &str) -> String {
    printable(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
