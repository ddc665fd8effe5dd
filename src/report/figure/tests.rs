//! What must hold for every figure, whatever its data.

use super::super::examples::{self, HOSTILE};
use super::super::exponents::{DomainExponent, Estimate, Exponents};
use super::mixture_regions::RegionPanel;
use super::regret_by_runs::{LawRegrets, RegretPoint};
use super::*;
use crate::fit::Spread;
use crate::optimum::{Reference, ReferenceKind};

fn points(laws: usize, domains: &[String], loss: impl Fn(usize) -> f64) -> PredictedVsMeasured {
    let law = |law: usize| LawPoints {
        law: format!("law-{law}"),
        mre: None,
        points: (0..8 * domains.len())
            .map(|index| Point {
                domain: domains[index % domains.len()].clone(),
                measured: loss(index),
                predicted: loss(index + law),
            })
            .collect(),
    };
    PredictedVsMeasured {
        simulated: true,
        laws: (0..laws).map(law).collect(),
    }
}

fn recovery(laws: usize, domains: &[String], exponent: impl Fn(usize) -> f64) -> ExponentRecovery {
    let domain = |(index, name): (usize, &String)| DomainExponent {
        domain: name.clone(),
        truth: exponent(index),
        recovered: (0..laws)
            .map(|law| {
                Some(Estimate {
                    value: exponent(index + law),
                    interval: Some((exponent(index), exponent(index + 2 * law))),
                })
            })
            .collect(),
    };
    let panel = |symbol: &str, meaning: &str| Exponents {
        symbol: symbol.into(),
        meaning: meaning.into(),
        laws: (0..laws).map(|law| format!("law-{law}")).collect(),
        domains: domains.iter().enumerate().map(domain).collect(),
    };
    ExponentRecovery {
        panels: vec![panel("b", "capacity exponent"), panel("a", "data exponent")],
    }
}

fn errors(laws: usize, error: impl Fn(usize) -> f64) -> LawErrors {
    let spread = |index| Spread {
        mean: error(index),
        sd: error(index + 1) / 3.0,
    };
    LawErrors {
        laws: (0..laws)
            .map(|law| LawError {
                law: if law == 0 {
                    "mean".into()
                } else {
                    format!("law-{law}")
                },
                loss: spread(law),
                excess: Some(spread(law + 2)),
            })
            .collect(),
    }
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|index| format!("domain {index}")).collect()
}

/// Values of every kind that a broken fit could hand over.
fn kinds() -> Vec<fn(usize) -> f64> {
    vec![
        |i| 1.0 + (i as f64 * 0.37) % 2.0,
        |_| 3.0,
        |_| 0.0,
        |i| 3.0 + i as f64 * 1e-13,
        |i| 10f64.powi((i % 12) as i32 - 6),
        |i| if i % 2 == 0 { f64::NAN } else { 1.0 + i as f64 },
        |i| {
            [
                f64::INFINITY,
                f64::NEG_INFINITY,
                f64::MAX,
                f64::MIN,
                -1.0,
                1e-320,
            ][i % 6]
        },
        |_| f64::NAN,
    ]
}

fn all(domains: &[String], laws: usize, kind: fn(usize) -> f64) -> Vec<Box<dyn Figure>> {
    vec![
        Box::new(points(laws, domains, kind)),
        Box::new(recovery(laws, domains, kind)),
        Box::new(errors(laws, kind)),
        Box::new(map(domains, laws, kind)),
        Box::new(variation(laws, kind)),
        Box::new(allocation(domains, kind)),
        Box::new(curves(domains, laws, kind)),
        Box::new(domain_places(domains, kind)),
        Box::new(regrets(laws, kind)),
        Box::new(mixtures(domains, laws, kind)),
        Box::new(mixture_regions(domains, laws, kind)),
    ]
}

fn map(domains: &[String], panels: usize, number: fn(usize) -> f64) -> HeatMap {
    let names: Vec<String> = domains.to_vec();
    let row = |row: usize| {
        (0..names.len())
            .map(|column| Some(number(row + column)))
            .collect()
    };
    HeatMap {
        title: "A map".into(),
        meaning: "Numbers.".into(),
        across: "across".into(),
        up: "up".into(),
        unit: "%".into(),
        columns: names.clone(),
        rows: names.clone(),
        panels: (0..panels)
            .map(|panel| MapPanel {
                title: format!("law {panel}"),
                values: (0..names.len()).map(row).collect(),
            })
            .collect(),
        shade: if panels.is_multiple_of(2) {
            Shade::Ratio
        } else {
            Shade::Signed
        },
    }
}

fn domain_places(domains: &[String], number: fn(usize) -> f64) -> DomainPlaces {
    let place =
        |(index, name): (usize, &String)| (name.clone(), (number(index), number(index + 1)));
    DomainPlaces {
        law: "law".into(),
        dimensions: 3,
        places: domains.iter().enumerate().map(place).collect(),
    }
}

fn curves(domains: &[String], laws: usize, number: fn(usize) -> f64) -> Curves {
    let curve = |law: usize| Curve {
        name: format!("law {law}"),
        points: (law..law + 20 * law + 2)
            .map(|index| (number(index), number(index + 1)))
            .collect(),
        expected: law.is_multiple_of(2).then(|| number(law)),
        labels: vec![format!("point of {law}"); if law.is_multiple_of(3) { 5 } else { 0 }],
    };
    let panel = |domain: &String| CurvePanel {
        title: domain.clone(),
        up: "up".into(),
        curves: (0..laws).map(curve).collect(),
    };
    Curves {
        title: "Curves".into(),
        meaning: "Numbers.".into(),
        across: "across".into(),
        panels: domains.iter().map(panel).collect(),
    }
}

fn allocation(domains: &[String], number: fn(usize) -> f64) -> Allocation {
    let division = |index: usize| Division {
        domain: domains[index % domains.len()].clone(),
        capacity: number(index),
        held: number(index + 1),
        theory: number(index),
    };
    Allocation {
        divisions: (0..4 * domains.len()).map(division).collect(),
    }
}

fn variation(laws: usize, number: fn(usize) -> f64) -> Variation {
    let spread = |index: usize| {
        Some(Spread {
            mean: number(index),
            sd: number(index + 1),
        })
    };
    Variation {
        across: "what varies".into(),
        values: (0..5).map(number).collect(),
        laws: (0..laws)
            .map(|law| VariedLaw {
                law: format!("law-{law}"),
                loss: (0..5).map(spread).collect(),
                excess: (0..5)
                    .map(|index| spread(index).filter(|_| law > 0))
                    .collect(),
            })
            .collect(),
        figures: vec![VariedFigure {
            name: "parameter.gamma.pool".into(),
            measured: (0..5)
                .map(|index| {
                    Some(Measured {
                        value: number(index),
                        interval: Some((number(index), number(index + 1))),
                    })
                })
                .collect(),
        }],
    }
}

fn mixture_regions(domains: &[String], laws: usize, number: fn(usize) -> f64) -> MixtureRegions {
    let points = |from: usize| (from..from + 8).map(|i| (number(i), number(i + 1)));
    let name = |at: usize| domains[at % domains.len().max(1)].clone();
    MixtureRegions {
        panels: (0..laws.min(3))
            .map(|law| RegionPanel {
                law: format!("law-{law}"),
                domains: (name(law), name(law + 1)),
                best: (number(law), number(law + 2)),
                refits: points(law).collect(),
                edge: points(law + 3).collect(),
                held: 7,
            })
            .collect(),
    }
}

fn mixtures(domains: &[String], laws: usize, number: fn(usize) -> f64) -> Mixtures {
    let all = |from: usize| -> Vec<f64> { (from..from + domains.len()).map(number).collect() };
    let pairs = |from: usize| all(from).into_iter().zip(all(from + 1)).collect();
    Mixtures {
        domains: domains.to_vec(),
        laws: (0..laws)
            .map(|law| LawMixture {
                of: format!("law-{law}"),
                weights: all(law),
                intervals: pairs(law),
                extents: if law == 0 { Vec::new() } else { pairs(law + 3) },
            })
            .collect(),
        references: [ReferenceKind::Target, ReferenceKind::Available]
            .map(|kind| Reference {
                kind,
                weights: all(2),
            })
            .into(),
    }
}

#[test]
fn mixtures_are_listed_with_what_they_are_held_against() {
    let figure = mixtures(&names(3), 2, |i| 0.1 * i as f64);
    let csv = figure.csv();
    assert_eq!(csv.lines().count(), 1 + 3 * 2 + 3 * 2);
    assert!(csv.contains("available,domain 2,0.4,,,,"), "{csv}");
    assert!(figure.svg().contains("<title>law-1: domain 2 0.3</title>"));
    assert!(figure.description().contains("dashed: as available"));
}

fn regrets(laws: usize, number: fn(usize) -> f64) -> RegretByRuns {
    let point = |index: usize| RegretPoint {
        series: index % 2,
        runs: 10 * (index / 2),
        median: number(index),
        low: number(index + 1),
        high: number(index + 2),
    };
    RegretByRuns {
        laws: (0..laws)
            .map(|law| LawRegrets {
                law: format!("law-{law}"),
                points: (law..law + 6).map(point).collect(),
            })
            .collect(),
        series: vec!["dirichlet".into(), "grid".into()],
        without_runs: number(3),
        wanted: number(4),
        shares: (0.1, 0.9),
    }
}

#[test]
fn a_map_of_many_domains_is_two_columns_wide() {
    let number: fn(usize) -> f64 = |i| 0.001 * 3f64.powi(i as i32);
    assert!(!map(&names(4), 3, number).wide());
    let wide = map(&names(17), 2, number);
    assert!(wide.wide());
    let svg = wide.svg();
    assert!(svg.contains("width=\"180mm\""));
    // Each cell can be pointed at, and tells where it stands.
    assert_eq!(svg.matches("<title>law 0:").count(), 17 * 17);
    assert!(svg.contains("<title>law 1: up domain 16, across domain 16: "));
    assert_eq!(wide.csv().lines().count(), 1 + 2 * 17 * 17);
}

#[test]
fn what_varies_is_drawn_in_order() {
    let mut figure = variation(2, |i| [3.0, 1.0, 2.0, 5.0, 4.0, 1.5][i % 6]);
    figure.laws[0].loss[1] = None;
    let csv = figure.csv();
    let values: Vec<&str> = csv
        .lines()
        .filter(|line| line.starts_with("loss_mre_percent,law-0"))
        .filter_map(|line| line.split(',').nth(2))
        .collect();
    assert_eq!(values, ["2", "3", "4", "5"]);
    assert!(
        figure
            .svg()
            .contains("<title>law-1, what varies 4: 4 ± 1.5 %")
    );
}

/// Checks that `svg` is well-formed as far as a scan can tell, and holds only finite numbers.
fn check(svg: &str) {
    assert!(
        svg.starts_with("<svg ") && svg.ends_with("</svg>\n"),
        "{svg}"
    );
    for forbidden in ["NaN", "inf", "<script", "clip-path", "<image", "href"] {
        assert!(!svg.contains(forbidden), "{forbidden} in\n{svg}");
    }
    let mut open = Vec::new();
    for tag in svg.split('<').skip(1) {
        let Some((tag, _text)) = tag.split_once('>') else {
            panic!("a tag without an end: <{tag}");
        };
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "in\n{svg}");
        } else if !tag.starts_with('!') && !tag.ends_with('/') {
            open.push(tag.split([' ', '\n']).next().unwrap_or(tag));
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn any_number_of_domains_and_laws_and_any_values() {
    for domains in [0, 1, 4, 64] {
        for laws in [0, 1, 2, 12] {
            if domains == 0 && laws == 0 {
                continue;
            }
            for kind in kinds() {
                let domains = names(domains.max(1));
                for figure in all(&domains, laws, kind) {
                    check(&figure.svg());
                    assert!(figure.csv().lines().count() > 0);
                }
            }
        }
    }
}

#[test]
fn no_data_is_an_empty_figure() {
    check(&PredictedVsMeasured::default().svg());
    check(&ExponentRecovery::default().svg());
    check(&LawErrors::default().svg());
}

#[test]
fn equal_data_give_equal_bytes() {
    for (one, other) in all(&names(4), 3, kinds()[0])
        .iter()
        .zip(all(&names(4), 3, kinds()[0]))
    {
        assert_eq!(one.svg(), other.svg());
        assert_eq!(one.csv(), other.csv());
    }
}

#[test]
fn a_hostile_name_is_only_a_name() {
    let hostile: Vec<String> = [
        HOSTILE,
        "]]>",
        "$x^2$",
        "\u{0}\u{1b}[0m",
        "a,\"b\"\n",
        "--><!--",
    ]
    .map(Into::into)
    .into();
    let figure = points(2, &hostile, kinds()[0]);
    let svg = figure.svg();
    check(&svg);
    assert!(svg.contains("&lt;script&gt;&amp;"), "{svg}");
    assert!(svg.contains("$x^2$"), "not read as a formula");
    assert!(!svg.contains(['\u{0}', '\u{1b}']));
    let csv = figure.csv();
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let read: Vec<String> = reader.records().map(|r| r.unwrap()[1].to_owned()).collect();
    // What a spreadsheet would run has an apostrophe before it.
    let cell = |name: &String| crate::text::formula::guarded(name).into_owned();
    assert!(
        hostile.iter().all(|name| read.contains(&cell(name))),
        "{read:?}"
    );

    let mut figure = recovery(1, &hostile, kinds()[0]);
    figure.panels[0].laws[0] = HOSTILE.into();
    figure.panels[0].symbol = HOSTILE.into();
    check(&figure.svg());
    let mut figure = errors(2, kinds()[0]);
    figure.laws[1].law = HOSTILE.into();
    check(&figure.svg());
}

#[test]
fn the_csv_holds_what_is_drawn() {
    let figure = LawErrors::from_fits(&examples::fits());
    insta::assert_snapshot!(figure.csv());
    let figure = ExponentRecovery {
        panels: vec![examples::exponents()],
    };
    insta::assert_snapshot!(figure.csv());
    let mut figure = points(1, &names(2), |i| 1.0 + i as f64 / 3.0);
    figure.laws[0].points[1].predicted = f64::NAN;
    let lines: Vec<String> = figure.csv().lines().map(Into::into).collect();
    assert_eq!(lines[0], "law,domain,simulated_nats,predicted_nats");
    assert_eq!(
        lines[2],
        "law-0,domain 0,1.6666666666666665,1.6666666666666665"
    );
    assert_eq!(lines.len(), 1 + 15);
}

#[test]
fn words_for_readers_who_do_not_see_it() {
    let figure = LawErrors::from_fits(&examples::fits());
    let svg = figure.svg();
    let head = svg.lines().nth(1).unwrap();
    assert_eq!(
        head.trim(),
        "<title>Error of each law on the runs held out</title>"
    );
    assert!(
        figure.description().contains("windowed 0.0119"),
        "{}",
        figure.description()
    );
    assert!(svg.contains("<desc>"));
}

#[test]
fn saves_both_files() {
    let folder = tempfile::tempdir().unwrap();
    for (index, figure) in all(&names(3), 2, kinds()[0]).iter().enumerate() {
        let name = format!("figure-{index}");
        figure.save(folder.path(), &name).unwrap();
        let read = |end| std::fs::read_to_string(folder.path().join(format!("{name}.{end}")));
        assert_eq!(read("svg").unwrap(), figure.svg());
        assert_eq!(read("csv").unwrap(), figure.csv());
    }
    assert!(
        errors(1, kinds()[0])
            .save(&folder.path().join("none"), "x")
            .is_err()
    );
}
