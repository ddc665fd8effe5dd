//! Time of one best mixture, certificate included.

use divan::Bencher;
use mixlaw::fit::FittedLaw;
use mixlaw::law::{Observations, by_name};
use mixlaw::learner::{Efficiency, Kernel, Learner, Ranking, Selection};
use mixlaw::numeric::random::{Purpose, stream};
use mixlaw::optimum::{
    Aim, Constraints, LawLosses, Losses, Optimum, Problem, SimulatorLosses, best, searchable,
};
use mixlaw::simulate::Simulator;
use mixlaw::world::{Domain, Masses, Overlap, Resolution, Shape, Spectrum, World};
use ndarray::Array2;

fn main() {
    divan::main();
}

fn names(domains: usize) -> Vec<String> {
    (0..domains).map(|i| format!("domain{i}")).collect()
}

fn optimum(losses: &dyn Losses, tokens: f64) -> Optimum {
    let domains = losses.sources();
    let region = Constraints::none(domains)
        .region(&names(domains), tokens)
        .expect("no bounds");
    let problem = Problem {
        losses,
        aim: Aim::Mean(vec![1.0 / domains as f64; domains]),
        near: None,
    };
    best(&problem, &region, 0).expect("finite losses")
}

/// Eq. (3) at a random point of its parameters' starting range.
#[divan::bench(args = [4, 17, 64])]
fn capacity_noise(bencher: Bencher, domains: usize) {
    let scales = [(1e8, 1e10), (1e9, 1e11)];
    let loss = |row: usize, column: usize| 2.0 + ((row + column) % 3) as f64 * 0.5;
    let rows = searchable(&Observations {
        loss_names: names(domains),
        own_weight: (0..domains).map(Some).collect(),
        weights: Array2::from_elem((2, domains), 1.0 / domains as f64),
        capacity: scales.map(|scale| scale.0).to_vec(),
        tokens: scales.map(|scale| scale.1).to_vec(),
        losses: Array2::from_shape_fn((2, domains), |(r, c)| loss(r, c)),
        weight_floor: 1e-3,
    });
    let law = by_name("capacity-noise").expect("a law");
    let model = &law.bind(&rows).expect("rows that suit")[0];
    let theta = model.start(1, &mut stream(1, Purpose::Starts, 0, 0));
    let fitted = FittedLaw::with_parameters(law.as_ref(), &rows, &[theta])
        .expect("rows that suit")
        .expect("parameters that suit");
    let losses = LawLosses::new(&fitted, "capacity-noise", (domains, domains), (3e8, 3e10))
        .expect("a law with derivatives");
    bencher.bench_local(|| optimum(&losses, 3e10));
}

/// The simulator with both limits.
#[divan::bench(args = [4, 8])]
fn simulator(bencher: Bencher, domains: usize) {
    let world = (0..domains)
        .map(|i| Domain {
            name: format!("domain{i}"),
            spectrum: Spectrum::new(1.2 + 0.15 * i as f64, Masses::Pareto, Shape::PowerLaw)
                .expect("an exponent above 1"),
            cost: 1.0 + 0.5 * (i % 3) as f64,
            floor: 1.0,
        })
        .collect();
    let world = World::new(world, 20.0, 1e14, Overlap::None).expect("a world");
    let learner = Learner {
        kernel: Kernel::Exponential { tau: 5.0 },
        ranking: Ranking::Value,
        selection: Selection::Expected,
        efficiency: Efficiency::default(),
        capacity_limits: true,
    };
    let simulator = Simulator::new(world, learner, Resolution::default());
    let losses = SimulatorLosses::new(&simulator, 1e4, 1.4e6);
    bencher.bench_local(|| optimum(&losses, 1.4e6));
}
