//! Tries every design on every world.

use rayon::prelude::*;

use super::design::{Design, Layout, Scales, grid_parts, lay_out};
use super::informative::{Pilots, informative};
use super::outcome::{DesignOutcome, Outcome};
use super::prior::Draw;
use super::study::{Study, StudyError};
use super::testbed::{Testbed, Trial};
use crate::law::{self, Law};
use crate::mixture::Mixture;
use crate::simulate::Simulator;

/// Pilot worlds that a law is fitted to before designs are chosen for it.
const PILOTS: usize = 4;

/// Mixtures that a pilot is fitted to for each domain: enough to leave nothing open.
const PILOT_MIXTURES: usize = 12;

/// Number of the design whose draws begin an exchange, apart from those of worlds.
const START_STREAM: u64 = 0x7374_6172;

impl Study {
    /// The designs that can be paid for, layout by layout, scales by scales, from few mixtures to
    /// many.
    pub fn designs(&self) -> Vec<Design> {
        let mut designs = Vec::new();
        for layout in &self.layouts {
            for (scales, at) in self.scales.iter().enumerate() {
                for count in &self.mixtures {
                    let mixtures = match layout {
                        Layout::Grid => self.grid(*count),
                        _ => *count,
                    };
                    let design = Design {
                        layout: *layout,
                        mixtures,
                        scales,
                    };
                    let affordable = mixtures as f64 * at.cost() <= self.budget;
                    // Several counts may have the same grid.
                    if mixtures > 0 && affordable && !designs.contains(&design) {
                        designs.push(design);
                    }
                }
            }
        }
        designs
    }

    /// Mixtures of the finest grid of at most `count`; 0 if there is none.
    fn grid(&self, count: usize) -> usize {
        let domains = self.prior.domains;
        grid_parts(count, domains).map_or(0, |_| {
            lay_out(Layout::Grid, count, (domains, self.floor), 0).len()
        })
    }

    fn testbed(&self, draw: Draw, number: usize) -> Result<Testbed, StudyError> {
        let (world, seed) = self.prior.draw(self.seed, draw, number)?;
        let simulator = Simulator::new(world, self.learner.clone(), self.resolution);
        Testbed::new(simulator, &self.target, seed).map_err(|reason| StudyError::World {
            world: number + 1,
            reason,
        })
    }

    fn lay_out(&self, layout: Layout, count: usize, seed: u64) -> Vec<Mixture> {
        lay_out(layout, count, (self.prior.domains, self.floor), seed)
    }

    /// The laws fitted to pilot worlds, for each of the scales.
    fn pilots(&self, law: &dyn Law) -> Result<Vec<Pilots>, StudyError> {
        let count = PILOT_MIXTURES * (self.prior.domains + 1);
        let fitted = |scales: &Scales| {
            let pilots = (0..PILOTS).into_par_iter().map(|number| {
                let bed = self.testbed(Draw::Pilot, number)?;
                let mixtures = self.lay_out(Layout::Dirichlet, count, bed.seed);
                let pilot = bed.pilot(law, &mixtures, scales, self);
                pilot.map_err(|reason| StudyError::Unfit {
                    law: law.name().into(),
                    reason,
                })
            });
            Ok(Pilots(pilots.collect::<Result<_, StudyError>>()?))
        };
        self.scales.iter().map(fitted).collect()
    }

    /// The informative mixtures of each design for a law; empty for other layouts.
    fn informative(
        &self,
        law: &dyn Law,
        designs: &[Design],
    ) -> Result<Vec<Vec<Mixture>>, StudyError> {
        if designs.iter().all(|d| d.layout != Layout::Informative) {
            return Ok(vec![Vec::new(); designs.len()]);
        }
        let pilots = self.pilots(law)?;
        let seed = self.seed ^ START_STREAM;
        Ok(designs
            .iter()
            .map(|design| match design.layout {
                Layout::Informative => {
                    let start = self.lay_out(Layout::Dirichlet, design.mixtures, seed);
                    let scales = &self.scales[design.scales];
                    informative(
                        &pilots[design.scales],
                        &start,
                        scales,
                        self.floor,
                        self.seed,
                    )
                }
                _ => Vec::new(),
            })
            .collect())
    }
}

/// A law that is followed.
struct Candidate {
    law: Box<dyn Law>,
    /// The informative mixtures for it, one list for each design; empty for other layouts.
    informative: Vec<Vec<Mixture>>,
}

/// What the trials of one world gave: those of each law with each design.
struct Tried {
    target_regret: f64,
    trials: Vec<Vec<Result<Trial, String>>>,
}

/// Tries every design of `study` with every law on every world. `done` hears how many more worlds
/// are finished; it is called from any thread. The outcome does not depend on the number of threads.
///
/// # Errors
/// [`StudyError`] when there is no design to try, no world to try it on, or a law that names no
/// best mixture.
pub fn study(study: &Study, done: &(dyn Fn(usize) + Sync)) -> Result<Outcome, StudyError> {
    let designs = study.designs();
    if designs.is_empty() {
        return Err(StudyError::Budget(study.budget));
    }
    let first = study.testbed(Draw::Pilot, 0)?;
    let candidates = study
        .fit
        .laws
        .iter()
        .map(|name| {
            let law = law::by_name(name).ok_or_else(|| StudyError::Law(name.clone()))?;
            check_followed(study, &first, law.as_ref())?;
            let informative = study.informative(law.as_ref(), &designs)?;
            Ok(Candidate { law, informative })
        })
        .collect::<Result<Vec<_>, StudyError>>()?;
    let tried = (0..study.worlds)
        .into_par_iter()
        .map(|number| {
            let bed = study.testbed(Draw::Trial, number)?;
            let tried = try_designs(study, &bed, &designs, &candidates);
            done(1);
            Ok(tried)
        })
        .collect::<Result<Vec<_>, StudyError>>()?;
    let outcomes = candidates.iter().enumerate().flat_map(|(at, candidate)| {
        let (tried, designs) = (&tried, &designs);
        designs.iter().enumerate().map(move |(number, design)| {
            let trials = tried.iter().map(|world| world.trials[at][number].clone());
            DesignOutcome::new(
                candidate.law.name(),
                design.clone(),
                study,
                trials.collect(),
            )
        })
    });
    Ok(Outcome {
        designs: outcomes.collect(),
        target_regrets: tried.iter().map(|world| world.target_regret).collect(),
    })
}

/// Refuses a law that names no best mixture, whatever the runs.
fn check_followed(study: &Study, bed: &Testbed, law: &dyn Law) -> Result<(), StudyError> {
    let count = PILOT_MIXTURES * (study.prior.domains + 1);
    let mixtures = study.lay_out(Layout::Dirichlet, count, bed.seed);
    let followed = study.scales.iter().take(1).try_for_each(|scales| {
        let runs = bed.runs(&mixtures, scales, study)?;
        bed.follow(law, &runs, study).map(|_| ())
    });
    followed.map_err(|reason| StudyError::Unfit {
        law: law.name().into(),
        reason,
    })
}

fn try_designs(
    study: &Study,
    bed: &Testbed,
    designs: &[Design],
    candidates: &[Candidate],
) -> Tried {
    let mut trials = vec![Vec::with_capacity(designs.len()); candidates.len()];
    for (number, design) in designs.iter().enumerate() {
        let scales = &study.scales[design.scales];
        let drawn = match design.layout {
            Layout::Informative => None,
            layout => {
                let mixtures = study.lay_out(layout, design.mixtures, bed.seed);
                Some(bed.runs(&mixtures, scales, study))
            }
        };
        for (candidate, trials) in candidates.iter().zip(&mut trials) {
            let runs = match &drawn {
                Some(runs) => runs.clone(),
                None => bed.runs(&candidate.informative[number], scales, study),
            };
            trials.push(runs.and_then(|runs| bed.follow(candidate.law.as_ref(), &runs, study)));
        }
    }
    Tried {
        target_regret: bed.regret(&study.target.weights, &study.target),
        trials,
    }
}
