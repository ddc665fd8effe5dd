//! The best mixture where it is known in closed form.

use mixlaw::fit::FittedLaw;
use mixlaw::law::{Observations, by_name};
use mixlaw::optimum::{
    Aim, Constraints, Group, LawLosses, Losses, Near, Optimum, Price, Problem, best, searchable,
};
use mixlaw::random::{Purpose, stream};
use ndarray::Array2;
use proptest::prelude::*;

/// Rows for binding laws: uniform mixtures at these scales, all losses 2 to 3 nats.
fn rows(domains: usize, scales: &[(f64, f64)]) -> Observations {
    let loss = |row: usize, column: usize| 2.0 + ((row + column) % 3) as f64 * 0.5;
    Observations {
        loss_names: names(domains),
        own_weight: (0..domains).map(Some).collect(),
        weights: Array2::from_elem((scales.len(), domains), 1.0 / domains as f64),
        capacity: scales.iter().map(|scale| scale.0).collect(),
        tokens: scales.iter().map(|scale| scale.1).collect(),
        losses: Array2::from_shape_fn((scales.len(), domains), |(r, c)| loss(r, c)),
        weight_floor: 1e-3,
    }
}

fn names(domains: usize) -> Vec<String> {
    (0..domains).map(|i| format!("domain{i}")).collect()
}

/// A law of one part with these parameters.
fn law(name: &str, rows: &Observations, theta: Vec<f64>) -> FittedLaw {
    let law = by_name(name).unwrap();
    FittedLaw::with_parameters(law.as_ref(), &searchable(rows), &[theta])
        .unwrap()
        .unwrap()
}

/// A ∑ w_i L_i with L_i = 1 + A_i (D h_i)^(−a_i), by Eq. (3) without a limit of capacity.
fn noise(amplitudes: &[f64], exponents: &[f64]) -> FittedLaw {
    let rows = rows(
        amplitudes.len(),
        &[(f64::INFINITY, 1.0), (f64::INFINITY, 1.0)],
    );
    // Tokens count in units of D/K.
    let unit = 1.0 / amplitudes.len() as f64;
    let theta = amplitudes
        .iter()
        .zip(exponents)
        .flat_map(|(amplitude, a)| [1.0, (amplitude * unit.powf(-a)).ln(), a.ln()])
        .collect();
    law("capacity-noise", &rows, theta)
}

fn solve(
    fitted: &FittedLaw,
    domains: usize,
    scale: (f64, f64),
    aim: Aim,
    near: Option<Near>,
    constraints: &Constraints,
) -> Optimum {
    let losses = LawLosses::new(fitted, "law", (domains, domains), scale).unwrap();
    let region = constraints.region(&names(domains), scale.1).unwrap();
    let problem = Problem {
        losses: &losses,
        aim,
        near,
    };
    let optimum = best(&problem, &region, 0).unwrap();
    assert!(region.contains(&optimum.weights, 1e-12));
    optimum
}

fn assert_close(found: &[f64], expected: &[f64], tolerance: f64) {
    for (found_one, expected_one) in found.iter().zip(expected) {
        assert!(
            (found_one - expected_one).abs() < tolerance,
            "{found:?} is not {expected:?}"
        );
    }
}

/// Medvedev et al. 2025 (arXiv:2510.25108): h*_i ∝ (w_i A_i)^(1/(a+1)).
#[test]
fn noise_of_one_exponent() {
    let optimum = |w: &[f64], amplitudes: &[f64], a: f64| {
        let fitted = noise(amplitudes, &vec![a; w.len()]);
        let free = Constraints::none(w.len());
        solve(
            &fitted,
            w.len(),
            (f64::INFINITY, 1.0),
            Aim::Mean(w.into()),
            None,
            &free,
        )
    };
    let found = optimum(&[0.9, 0.1], &[0.3, 0.3], 1.0);
    assert_close(&found.weights, &[0.75, 0.25], 1e-9);
    assert!(found.certificate.within(1e-10) && found.certificate.convex_here());
    assert_eq!(found.certificate.agreeing.0, found.certificate.agreeing.1);
    let (w, amplitudes) = ([0.1f64, 0.2, 0.3, 0.35, 0.05], [2.0, 0.1, 1e-3, 0.5, 7.0]);
    for a in [0.05f64, 0.3, 1.0, 2.5] {
        let wish = w
            .iter()
            .zip(&amplitudes)
            .map(|(w, amplitude)| (w * amplitude).powf(1.0 / (a + 1.0)));
        let wish: Vec<f64> = wish.collect();
        let sum: f64 = wish.iter().sum();
        let expected: Vec<f64> = wish.iter().map(|h| h / sum).collect();
        assert_close(&optimum(&w, &amplitudes, a).weights, &expected, 1e-6);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Where capacity alone limits, the best mixture is the target (Dai and Zheng 2026, section 3).
    #[test]
    fn capacity_alone_gives_the_target(
        raw in proptest::collection::vec(0.1f64..1.0, 2..9),
        seed: u64,
    ) {
        let sum: f64 = raw.iter().sum();
        let target: Vec<f64> = raw.iter().map(|w| w / sum).collect();
        let rows = rows(raw.len(), &[(1e4, f64::INFINITY), (1e5, f64::INFINITY)]);
        let model = &by_name("capacity").unwrap().bind(&rows).unwrap()[0];
        let mut theta = model.start(1, &mut stream(seed, Purpose::Starts, 0, 0));
        // A small head: no domain stands at it.
        *theta.last_mut().unwrap() = 1e-9f64.ln();
        let fitted = law("capacity", &rows, theta);
        let free = Constraints::none(raw.len());
        let found = solve(&fitted, raw.len(), (3e4, f64::INFINITY), Aim::Mean(target.clone()), None, &free);
        assert_close(&found.weights, &target, 1e-6);
        prop_assert!(found.certificate.within(1e-9), "{:?}", found.certificate);
    }

    /// No allowed mixture is better, and the price of every bound is what loosening it gains.
    #[test]
    fn bounded_optima_are_certified_and_priced(
        amplitudes in proptest::collection::vec(0.01f64..3.0, 5),
        exponents in proptest::collection::vec(0.1f64..1.5, 5),
        lower in 0.0f64..0.3,
        upper in 0.1f64..0.6,
        group in (0.1f64..0.9, 0.1f64..0.9),
        others in proptest::collection::vec(proptest::collection::vec(1e-3f64..1.0, 5), 8),
    ) {
        let fitted = noise(&amplitudes, &exponents);
        let constraints = Constraints {
            lower: vec![lower, 0.0, 0.0, 0.0, 0.0],
            upper: vec![1.0, upper, 1.0, 1.0, 0.9],
            groups: vec![Group {
                name: "code".into(),
                members: vec![1, 2],
                lower: group.0.min(group.1),
                upper: group.0.max(group.1),
            }],
            ..Constraints::none(5)
        };
        let scale = (f64::INFINITY, 1.0);
        let aim = || Aim::Mean(vec![0.2; 5]);
        let found = solve(&fitted, 5, scale, aim(), None, &constraints);
        prop_assert!(found.certificate.within(1e-9), "{:?}", found.certificate);
        prop_assert!(found.certificate.convex_here());
        let losses = LawLosses::new(&fitted, "law", (5, 5), scale).unwrap();
        let region = constraints.region(&names(5), 1.0).unwrap();
        for other in others {
            let other = aim().exact(&losses.losses(&region.closest(&other)));
            prop_assert!(found.target_loss <= other + 1e-9);
        }
        let step = 1e-6;
        for price in &found.prices {
            let mut looser = constraints.clone();
            match *price {
                Price::Lower { domain, .. } => looser.lower[domain] -= step,
                Price::Upper { domain, .. } => looser.upper[domain] += step,
                Price::GroupLower { group, .. } => looser.groups[group].lower -= step,
                Price::GroupUpper { group, .. } => looser.groups[group].upper += step,
            }
            let gained = found.target_loss - solve(&fitted, 5, scale, aim(), None, &looser).target_loss;
            prop_assert!(
                (gained / step - price.price()).abs() < 1e-3 * price.price() + 1e-5,
                "{price:?} gained {}", gained / step
            );
        }
    }
}

/// The least largest loss makes all losses equal where each falls with its own weight alone.
#[test]
fn the_worst_domain_is_levelled() {
    let fitted = noise(&[0.5, 1.0, 2.0], &[0.5, 0.5, 0.5]);
    let free = Constraints::none(3);
    let aim = Aim::Worst(vec![true; 3]);
    let found = solve(&fitted, 3, (f64::INFINITY, 1.0), aim, None, &free);
    // A_i h_i^(−1/2) equal: h_i ∝ A_i².
    assert_close(&found.weights, &[0.25 / 5.25, 1.0 / 5.25, 4.0 / 5.25], 1e-5);
    assert!(found.certificate.gap < 1e-5, "{:?}", found.certificate);
}

/// A strong pull toward a mixture leaves it; a weak one leaves the optimum.
#[test]
fn staying_near_a_mixture() {
    let fitted = noise(&[0.5, 1.0, 2.0], &[0.5, 0.5, 0.5]);
    let free = Constraints::none(3);
    let mixture = vec![0.6, 0.3, 0.1];
    let at = |strength: f64| {
        let near = Near {
            mixture: mixture.clone(),
            strength,
        };
        let aim = Aim::Mean(vec![1.0 / 3.0; 3]);
        solve(&fitted, 3, (f64::INFINITY, 1.0), aim, Some(near), &free)
    };
    assert_close(&at(1e6).weights, &mixture, 1e-5);
    let expected: Vec<f64> = [0.5f64, 1.0, 2.0]
        .iter()
        .map(|a| a.powf(2.0 / 3.0))
        .collect();
    let sum: f64 = expected.iter().sum();
    let expected: Vec<f64> = expected.iter().map(|h| h / sum).collect();
    assert_close(&at(1e-9).weights, &expected, 1e-6);
}

/// One billion more tokens of a scarce domain lower the target loss by their price.
#[test]
fn scarce_tokens_have_a_price() {
    let fitted = noise(&[0.5, 1.0, 2.0], &[0.5, 0.5, 0.5]);
    let scale = (f64::INFINITY, 1e11);
    let with = |tokens: f64| {
        let constraints = Constraints {
            available: vec![None, None, Some(tokens)],
            epochs: 4.0,
            ..Constraints::none(3)
        };
        solve(
            &fitted,
            3,
            scale,
            Aim::Mean(vec![1.0 / 3.0; 3]),
            None,
            &constraints,
        )
    };
    let found = with(5e9);
    assert_close(&found.weights[2..], &[0.2], 1e-12);
    let [price] = found.prices[..] else {
        panic!("{:?}", found.prices)
    };
    let per_token = price.price() * 4.0 / scale.1;
    let gained = found.target_loss - with(5e9 + 1e5).target_loss;
    assert!((gained / 1e5 / per_token - 1.0).abs() < 1e-3);
    assert!(with(1e12).prices.is_empty());
}

/// The words of bounds that no mixture keeps.
#[test]
fn conflicts_are_told() {
    let names: Vec<String> = ["web", "code", "math"].map(String::from).into();
    let free = || Constraints::none(3);
    let told = |constraints: Constraints| constraints.region(&names, 1e11).unwrap_err().to_string();
    assert_eq!(
        told(Constraints {
            lower: vec![0.5, 0.4, 0.3],
            ..free()
        }),
        "the smallest weights of `web`, `code`, `math` sum to 1.200000, which is 0.200000 more than the whole mixture"
    );
    assert_eq!(
        told(Constraints {
            upper: vec![0.5, 0.2, 0.1],
            ..free()
        }),
        "the largest weights of `web`, `code`, `math` sum to 0.800000, which is 0.200000 less than the whole mixture"
    );
    assert_eq!(
        told(Constraints {
            lower: vec![0.0, 0.0, 0.1],
            available: vec![None, None, Some(0.0)],
            ..free()
        }),
        "`math` must have at least 0.100000 of the mixture and can have at most 0.000000 (`math` has 0.0000e0 tokens for 1 epochs of a run of 1.0000e11): 0.100000 too little"
    );
    let group = |lower: f64, upper: f64| Group {
        name: "technical".into(),
        members: vec![1, 2],
        lower,
        upper,
    };
    assert_eq!(
        told(Constraints {
            lower: vec![0.0, 0.3, 0.3],
            groups: vec![group(0.0, 0.5)],
            ..free()
        }),
        "the smallest weights of `code`, `math` sum to 0.600000, which is 0.100000 more than the 0.500000 that their group `technical` may have"
    );
    assert!(matches!(
        Constraints {
            groups: vec![group(0.0, 0.5), group(0.0, 0.6)],
            ..free()
        }
        .region(&names, 1e11),
        Err(mixlaw::optimum::ConstraintError::TwoGroups { .. })
    ));
}
