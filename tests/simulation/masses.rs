//! Whatever a world is made of, every domain's masses sum to 1 with the remainder.

use std::sync::Arc;

use mixlaw::world::{
    Domain, HeadOrder, Masses, Overlap, Pool, Resolution, Shape, Spectrum, Spread, TailTable, World,
};
use proptest::prelude::*;

fn shapes() -> impl Strategy<Value = Shape> {
    prop_oneof![
        Just(Shape::PowerLaw),
        (0.0f64..1e4).prop_map(|shift| Shape::Shifted { shift }),
        (0.0f64..0.05).prop_map(|curvature| Shape::Curved { curvature }),
        (1.0f64..18.0).prop_map(|ln_rank| Shape::Cutoff {
            rank: ln_rank.exp()
        }),
        // Tails between the power laws of the exponents drawn below.
        Just(Shape::Table(Arc::new(
            TailTable::new(vec![(1.0, 0.75), (30.0, 0.25), (5e4, 0.02)]).unwrap()
        ))),
    ]
}

fn spectra() -> impl Strategy<Value = Spectrum> {
    prop_oneof![
        4 => (1.1f64..2.5, shapes()).prop_filter_map("not decreasing", |(exponent, shape)| {
            Spectrum::new(exponent, Masses::Pareto, shape).ok()
        }),
        1 => (1.1f64..2.5).prop_map(|exponent| {
            Spectrum::new(exponent, Masses::Zeta, Shape::PowerLaw).unwrap()
        }),
    ]
}

fn overlaps() -> impl Strategy<Value = Overlap> {
    let jitter = prop_oneof![Just(0.0), Just(1e-18), 1e-6f64..3.0];
    prop_oneof![
        Just(Overlap::None),
        (0.0f64..=1.0).prop_map(|fraction| Overlap::All { fraction }),
        (0.0f64..=1.0, jitter.clone()).prop_map(|(fraction, rank_jitter)| Overlap::Pair {
            fraction,
            rank_jitter
        }),
        (proptest::collection::vec(0.0f64..0.5, 3), jitter).prop_map(|(f, rank_jitter)| {
            let row = |a: f64, b: f64, c: f64| vec![a, b, c];
            Overlap::Matrix {
                fractions: vec![
                    row(0.0, f[0], f[1]),
                    row(f[0], 0.0, f[2]),
                    row(f[1], f[2], 0.0),
                ],
                rank_jitter,
            }
        }),
        (proptest::collection::vec(0.0f64..2.0, 3), 0.0f64..1.0).prop_map(|(scatter, private)| {
            let spread = Spread {
                low: 0.0,
                high: 0.8,
                seed: 2,
            };
            Overlap::Pool(Pool::random(scatter, spread, private).unwrap())
        }),
    ]
}

/// What memory could not hold is refused before it is built.
#[test]
fn worlds_of_too_many_parts_are_refused() {
    let domains: Vec<Domain> = (0..64)
        .map(|i| Domain {
            name: format!("domain{i}"),
            spectrum: Spectrum::new(1.5, Masses::Pareto, Shape::PowerLaw).unwrap(),
            cost: 1.0,
            floor: 0.0,
        })
        .collect();
    let overlap = Overlap::Pair {
        fraction: 0.5,
        rank_jitter: 5.0,
    };
    let few = domains[..8].to_vec();
    let world = World::new(domains, 20.0, 1e14, overlap.clone()).unwrap();
    let error = world.with_cost_spread(vec![4.0; 64]).unwrap_err();
    assert!(error.to_string().contains("rank-jitter"), "{error}");
    // Some are too many at a finer resolution alone.
    let eight = World::new(few, 20.0, 1e14, overlap).unwrap();
    let eight = eight.with_cost_spread(vec![4.0; 8]).unwrap();
    let finest = Resolution {
        classes_per_decade: 400,
    };
    assert!(eight.check_size(finest).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn masses_sum_to_one(
        spectra in proptest::collection::vec(spectra(), 3),
        overlap in overlaps(),
        head in 0u32..60,
        ln_skills in 5.0f64..32.0,
        permuted in any::<bool>(),
        cost_spread in prop_oneof![Just(0.0), 0.1f64..1.5],
    ) {
        let one_spectrum = matches!(overlap, Overlap::Pool(_));
        let domains = (0..3)
            .map(|i| Domain {
                name: format!("domain{i}"),
                spectrum: spectra[if one_spectrum { 0 } else { i }].clone(),
                cost: 1.0 + i as f64,
                floor: 0.0,
            })
            .collect();
        let order = if permuted {
            HeadOrder::Permuted { seed: 1 }
        } else {
            HeadOrder::Shared
        };
        let world = World::new(domains, f64::from(head), ln_skills.exp().round(), overlap)
            .and_then(|world| world.with_head_order(order))
            .and_then(|world| world.with_cost_spread(vec![cost_spread, 0.0, 0.5 * cost_spread]))
            .unwrap();
        let resolution = Resolution { classes_per_decade: 8 };
        let (mut masses, mut losses) = (vec![0.0; 3], vec![0.0; 3]);
        for family in world.families(resolution) {
            for member in &family.members {
                let mass: f64 = family.masses(member.row).iter().sum();
                let mass = family.multiplicity * member.scale * mass;
                masses[member.domain] += mass;
                losses[member.domain] += mass * member.cost;
            }
        }
        for domain in 0..3 {
            let remainder = world.remainder(domain);
            prop_assert!((masses[domain] + remainder - 1.0).abs() < 1e-9, "{masses:?}");
            // And what not knowing them costs is the mean cost.
            prop_assert!((losses[domain] + remainder - 1.0).abs() < 1e-9, "{losses:?}");
        }
    }
}
