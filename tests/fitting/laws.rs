//! Laws: derivatives against differences, and what a law must say in closed form.

use mixlaw::law::{Gradient, Law, Model, Observations, Point, all};
use mixlaw::numeric::random::{Purpose, stream};
use ndarray::Array2;
use proptest::prelude::*;

/// Rows over a grid of scales, some unlimited, with losses that fall with both.
fn observations(mixtures: &[Vec<f64>], zero: bool) -> Observations {
    let domains = mixtures[0].len();
    let mut rows = Vec::new();
    for capacity in [1e3, 1e4, f64::INFINITY] {
        for tokens in [1e6, 1e8, f64::INFINITY] {
            for mixture in mixtures {
                rows.push((capacity, tokens, mixture.clone()));
            }
        }
    }
    if zero {
        rows[0].2[0] = 0.0;
    }
    let loss = |row: usize, column: usize| {
        let (capacity, tokens, mixture) = &rows[row];
        let h = mixture[column].max(1e-3);
        1.0 + 0.3 * column as f64 + (h * capacity).powf(-0.2) + (h * tokens).powf(-0.3)
    };
    Observations {
        loss_names: (0..domains).map(|i| format!("domain{i}")).collect(),
        own_weight: (0..domains).map(Some).collect(),
        weights: Array2::from_shape_fn((rows.len(), domains), |(r, c)| rows[r].2[c]),
        capacity: rows.iter().map(|row| row.0).collect(),
        tokens: rows.iter().map(|row| row.1).collect(),
        losses: Array2::from_shape_fn((rows.len(), domains), |(r, c)| loss(r, c)),
        weight_floor: 1e-3,
    }
}

/// The same with a loss column that no weight belongs to.
fn with_foreign_loss(rows: &Observations) -> Observations {
    let mut rows = rows.clone();
    let foreign = rows.losses.column(0).mapv(|loss| 0.5 + loss);
    rows.losses.push_column(foreign.view()).unwrap();
    rows.loss_names.push("foreign".into());
    rows.own_weight.push(None);
    rows
}

fn mixtures() -> impl Strategy<Value = Vec<Vec<f64>>> {
    proptest::collection::vec(proptest::collection::vec(0.02f64..1.0, 3), 2..4).prop_map(|raw| {
        raw.into_iter()
            .map(|weights| {
                let sum: f64 = weights.iter().sum();
                weights.iter().map(|w| w / sum).collect()
            })
            .collect()
    })
}

/// Largest difference between the Jacobian and central differences, relative to the row's scale.
fn worst_derivative(model: &dyn Model, rows: &Observations, theta: &[f64]) -> f64 {
    let (columns, parameters) = (model.columns().len(), theta.len());
    let step = 1e-6;
    let mut worst = 0.0f64;
    let mut gradient = Gradient::default();
    for row in 0..rows.len() {
        model.differentiate(theta, rows.point(row), &mut gradient);
        let mut predicted = vec![0.0; columns];
        model.predict(theta, rows.point(row), &mut predicted);
        for (position, value) in predicted.iter().enumerate() {
            // The terms may be added in another order; a loss may be 0 (Kaplan's, with everything
            // unlimited).
            let other = gradient.predictions[position];
            assert!(
                (value - other).abs() <= 1e-14 * other.abs(),
                "{value}, {other}"
            );
            let mut dense = vec![0.0; parameters];
            gradient.dense(position, &mut dense);
            for parameter in 0..parameters {
                let at = |shift: f64| {
                    let mut moved = theta.to_vec();
                    moved[parameter] += shift;
                    let mut out = vec![0.0; columns];
                    model.predict(&moved, rows.point(row), &mut out);
                    out[position]
                };
                let (up, middle, down) = (at(step), at(0.0), at(-step));
                // Where a domain reaches or leaves its floor the derivative jumps.
                if ((up - middle) - (middle - down)).abs() > 1e-3 * (up - down).abs() + 1e-10 {
                    continue;
                }
                let difference = (up - down) / (2.0 * step);
                worst = worst.max((difference - dense[parameter]).abs() / value.abs().max(1.0));
            }
        }
    }
    worst
}

/// Largest difference between the derivatives by the weights and central differences, relative to
/// the derivatives of the row; `None` for a law without derivatives.
fn worst_weight_derivative(
    model: &dyn Model,
    theta: &[f64],
    weights: &[f64],
    (capacity, tokens): (f64, f64),
) -> Option<f64> {
    let (columns, sources) = (model.columns().len(), weights.len());
    let predict = |weights: &[f64]| {
        let mut out = vec![0.0; columns];
        let point = Point::new(weights.into(), capacity, tokens);
        model.predict(theta, point, &mut out);
        out
    };
    let mut slopes = vec![f64::NAN; columns * sources];
    let point = Point::new(weights.into(), capacity, tokens);
    if !model.differentiate_by_weights(theta, point, &mut slopes) {
        return None;
    }
    let mut worst = 0.0f64;
    for source in 0..sources {
        let step = 1e-6 * weights[source];
        let at = |shift: f64| {
            let mut moved = weights.to_vec();
            moved[source] += shift;
            predict(&moved)
        };
        let (up, middle, down) = (at(step), at(0.0), at(-step));
        for column in 0..columns {
            let (rise, fall) = (up[column] - middle[column], middle[column] - down[column]);
            // Where a domain reaches or leaves its floor the derivative jumps.
            if (rise - fall).abs() > 1e-3 * (rise + fall).abs() + 1e-10 {
                continue;
            }
            let difference = (rise + fall) / (2.0 * step);
            let error = (difference - slopes[column * sources + source]).abs();
            let rounding = 1e-15 * middle[column].abs().max(1.0) / step;
            worst = worst.max((error - 4.0 * rounding).max(0.0) / difference.abs().max(1.0));
        }
    }
    Some(worst)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn jacobians_match_differences(mixtures in mixtures(), seed: u64, zero: bool) {
        let rows = with_foreign_loss(&observations(&mixtures, zero));
        for law in all() {
            for (part, model) in law.bind(&rows).unwrap().iter().enumerate() {
                let mut rng = stream(seed, Purpose::Starts, part as u64, 0);
                for number in 0..3 {
                    let theta = model.start(number, &mut rng);
                    let worst = worst_derivative(model.as_ref(), &rows, &theta);
                    prop_assert!(worst < 1e-6, "{}: {worst}", law.name());
                }
            }
        }
    }

    #[test]
    fn derivatives_by_the_weights_match_differences(
        mixtures in mixtures(),
        weights in proptest::collection::vec(0.02f64..1.0, 3),
        seed: u64,
    ) {
        let rows = with_foreign_loss(&observations(&mixtures, false));
        for law in all() {
            for (part, model) in law.bind(&rows).unwrap().iter().enumerate() {
                let mut rng = stream(seed, Purpose::Starts, part as u64, 0);
                let theta = model.start(1, &mut rng);
                for scale in [(3e3, 1e7), (1e4, f64::INFINITY), (f64::INFINITY, 1e8)] {
                    let worst = worst_weight_derivative(model.as_ref(), &theta, &weights, scale);
                    prop_assert_eq!(worst.is_none(), law.name() == "boosted-trees");
                    let worst = worst.unwrap_or(0.0);
                    prop_assert!(worst < 1e-5, "{}: {worst}", law.name());
                }
            }
        }
    }

    #[test]
    fn starts_lie_within_the_bounds(mixtures in mixtures(), seed: u64) {
        let rows = observations(&mixtures, false);
        for law in all() {
            for model in law.bind(&rows).unwrap() {
                let mut rng = stream(seed, Purpose::Starts, 0, 0);
                for number in 0..4 {
                    let theta = model.start(number, &mut rng);
                    for (value, parameter) in theta.iter().zip(model.parameters()) {
                        prop_assert!(
                            (parameter.lower..=parameter.upper).contains(value),
                            "{} of {}: {value}", parameter.symbol, law.name()
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn names_are_unique_and_found() {
    let laws = all();
    for law in &laws {
        assert_eq!(
            mixlaw::law::by_name(law.name()).map(|found| found.title()),
            Some(law.title())
        );
        assert_eq!(laws.iter().filter(|l| l.name() == law.name()).count(), 1);
    }
}

/// Checks of an experiment name parameters before anything is fitted.
#[test]
fn the_symbols_of_a_law_are_those_of_its_parameters() {
    let mixtures = [vec![0.5, 0.3, 0.2], vec![0.2, 0.5, 0.3]];
    let rows = observations(&mixtures, false);
    for law in all() {
        let mut found: Vec<&str> = Vec::new();
        for model in law.bind(&rows).unwrap() {
            let theta = model.start(0, &mut stream(0, Purpose::Starts, 0, 0));
            let common = model
                .values(&theta)
                .into_iter()
                .filter(|v| v.column.is_none());
            found.extend(common.map(|value| value.symbol));
        }
        assert_eq!(found, law.common_symbols(), "{}", law.name());
    }
}

/// What a law says to have of the theory, it has.
#[test]
fn exponents_of_the_theory_are_parameters() {
    let mixtures = [vec![0.5, 0.3, 0.2], vec![0.2, 0.5, 0.3]];
    let rows = observations(&mixtures, false);
    for law in all() {
        let models = law.bind(&rows).unwrap();
        for symbol in law.exponents_of_theory() {
            let told = models.iter().all(|model| {
                let theta = model.start(0, &mut stream(0, Purpose::Starts, 0, 0));
                let values = model.values(&theta);
                let mut of = model.columns().iter();
                of.all(|c| {
                    values
                        .iter()
                        .any(|v| v.column == Some(*c) && v.symbol == *symbol)
                })
            });
            assert!(told, "{} has no {symbol}", law.name());
        }
    }
}

/// The price of capacity moves all domains together: more weight on one takes from the others.
#[test]
fn competition_takes_from_the_others() {
    let rows = observations(&[vec![0.3, 0.3, 0.4]], false);
    let law = mixlaw::law::Capacity;
    let model = &law.bind(&rows).unwrap()[0];
    let mut rng = stream(0, Purpose::Starts, 0, 0);
    let theta = model.start(0, &mut rng);
    let predict = |weights: [f64; 3]| {
        let weights = ndarray::arr1(&weights);
        let mut out = vec![0.0; 3];
        let point = mixlaw::law::Point::new(weights.view(), 1e4, 1e6);
        model.predict(&theta, point, &mut out);
        out
    };
    let before = predict([0.3, 0.3, 0.4]);
    let after = predict([0.5, 0.3, 0.4]);
    assert!(after[0] < before[0] && after[1] > before[1] && after[2] > before[2]);
}

/// Predictions of Eq. (1) and Eq. (3) at fixed parameters, from the first release of these laws: a
/// rearranged capacity term must not move them.
#[test]
fn predictions_of_the_published_laws_are_pinned() {
    let rows = observations(&[vec![0.3, 0.3, 0.4], vec![0.02, 0.9, 0.08]], true);
    let pinned = |name: &str| -> Vec<f64> {
        let law = mixlaw::law::by_name(name).unwrap();
        let model = &law.bind(&rows).unwrap()[0];
        let theta = model.start(1, &mut stream(7, Purpose::Starts, 0, 1));
        let mut out = vec![0.0; 3];
        [0usize, 1, 5, 10, 17]
            .iter()
            .flat_map(|row| {
                model.predict(&theta, rows.point(*row), &mut out);
                out.clone()
            })
            .collect()
    };
    let capacity = [
        2.050858187541955,
        1.6155984576086069,
        1.8442214504619072,
        2.050858187541955,
        1.4751696510653094,
        2.41053373946031,
        2.050858187541955,
        1.4751696510653094,
        2.41053373946031,
        0.746769599966667,
        1.367917112798391,
        1.118404893452773,
        0.5292467473034049,
        1.1684632885729789,
        0.7755069021035754,
    ];
    let capacity_noise = [
        11.783216702619224,
        2.129003059025868,
        2.0179777383142325,
        3.9017378345294347,
        1.7271109426429514,
        2.4369231009836394,
        2.056627234908247,
        1.2064000136454442,
        1.7247446579242125,
        0.6679725013307964,
        1.1524687907216022,
        1.3371485892786703,
        0.5292467473034049,
        0.630099357959155,
        0.8246803060441386,
    ];
    for (name, expected) in [("capacity", capacity), ("capacity-noise", capacity_noise)] {
        for (found, expected) in pinned(name).iter().zip(expected) {
            assert!(
                (found / expected - 1.0).abs() < 1e-13,
                "{name}: {found} for {expected}"
            );
        }
    }
}

/// C_ij goes by the loss column i and the source j, whichever way a law lays it out.
#[test]
fn transfer_is_told_by_domain_and_source() {
    let mixtures = [
        vec![0.2, 0.3, 0.5],
        vec![0.6, 0.3, 0.1],
        vec![0.1, 0.8, 0.1],
    ];
    let rows = observations(&mixtures, false);
    let mut with_transfer = 0;
    for law in all() {
        let models = law.bind(&rows).unwrap();
        for model in models {
            let mut rng = stream(1, Purpose::Starts, 0, 0);
            let theta = model.start(1, &mut rng);
            let has = model.transfer(&theta).is_some();
            assert_eq!(law.has_transfer(), has, "{}", law.name());
            let Some(transfer) = model.transfer(&theta) else {
                continue;
            };
            with_transfer += 1;
            assert_eq!(transfer.dim(), (model.columns().len(), 3), "{}", law.name());
            let mut named = 0;
            for (parameter, coordinate) in model.parameters().iter().zip(&theta) {
                if parameter.symbol == "C" {
                    let position = model
                        .columns()
                        .iter()
                        .position(|c| Some(*c) == parameter.column);
                    let found = transfer[[position.unwrap(), parameter.source.unwrap()]];
                    assert_eq!(
                        found.to_bits(),
                        coordinate.exp().to_bits(),
                        "{}",
                        law.name()
                    );
                    named += 1;
                }
            }
            if law.name().starts_with("pool") {
                // ln C_ij − ln C_ji = u_j − u_i where s is symmetric.
                let u: Vec<f64> = (0..3)
                    .map(|source| {
                        let of_source = model.parameters().iter().zip(&theta);
                        let mut found =
                            of_source.filter(|(p, _)| p.symbol == "u" && p.source == Some(source));
                        *found.next().unwrap().1
                    })
                    .collect();
                for i in 0..3 {
                    assert_eq!(transfer[[i, i]].to_bits(), 1.0f64.to_bits());
                    for j in 0..3 {
                        let skew = transfer[[i, j]].ln() - transfer[[j, i]].ln() - (u[j] - u[i]);
                        let tied = !matches!(law.name(), "pool-free" | "pool-random-ties");
                        assert!(!tied || skew.abs() < 1e-12, "{}: {skew}", law.name());
                    }
                }
            } else {
                assert_eq!(named, 3, "{}", law.name());
            }
        }
    }
    // Seven forms of effective data, additive and joint, of three columns each, and eleven pools.
    assert_eq!(with_transfer, 9 * 3 + 11);
}
