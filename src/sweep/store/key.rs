//! The identity of a run: a hash of what it means.
//!
//! A run is known by the world, the learner, the seed and all else that its experiment says about
//! single runs (the *meaning*, a text that the caller makes), by its capacity, tokens and mixture,
//! and, where something is drawn, by the numbers that name its random stream. Neither the place of
//! the run in the sweep nor the text of the file matters: a sweep that grows keeps its runs.

use sha2::{Digest, Sha256};

use crate::sweep::{Mode, Sweep, SweepRun};

/// Identity of a run: the first half of a SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(pub [u8; Key::BYTES]);

impl Key {
    /// Length in bytes.
    pub(super) const BYTES: usize = 16;
}

/// Makes the keys of the runs of one sweep.
#[derive(Debug, Clone)]
pub struct Keys<'a> {
    sweep: &'a Sweep,
    meaning: String,
    /// SHA-256 that has taken the meaning in.
    start: Sha256,
    mixtures: Vec<[u8; 32]>,
}

impl<'a> Keys<'a> {
    /// Keys of the runs of `sweep`, of which `meaning` says all but capacity, tokens, mixture and
    /// number.
    pub fn new(meaning: &str, sweep: &'a Sweep) -> Self {
        let mut start = Sha256::new();
        // Two digests fill one block of the hash exactly: each key then costs one block.
        let digest = Sha256::digest(meaning.as_bytes());
        start.update(digest);
        start.update(digest);
        Self {
            sweep,
            meaning: meaning.to_owned(),
            start,
            mixtures: sweep
                .mixtures
                .iter()
                .map(|mixture| mixture_digest(mixture.weights()))
                .collect(),
        }
    }

    /// The sweep.
    pub fn sweep(&self) -> &'a Sweep {
        self.sweep
    }

    /// What is said about every run.
    pub fn meaning(&self) -> &str {
        &self.meaning
    }

    /// Key of the run numbered `number`.
    pub fn key(&self, number: usize) -> Key {
        let run = self.sweep.run(number);
        let mixture = run.cell as usize % self.mixtures.len();
        self.digest(&run, &self.mixtures[mixture])
    }

    /// Key of a run that may be of another sweep with the same meaning.
    pub fn of(&self, run: &SweepRun<'_>) -> Key {
        self.digest(run, &mixture_digest(run.mixture.weights()))
    }

    fn digest(&self, run: &SweepRun<'_>, mixture: &[u8; 32]) -> Key {
        let (cell, replicate) = match self.sweep.mode {
            // Nothing is drawn: the number does not matter.
            Mode::Expected => (0, 0),
            Mode::Sampled(_) => (run.cell, run.replicate),
        };
        let mut hash = self.start.clone();
        // 16 bytes of the mixture and four numbers: with the padding one block.
        hash.update(&mixture[..16]);
        for word in [
            run.capacity.to_bits(),
            run.tokens.to_bits(),
            cell,
            replicate,
        ] {
            hash.update(word.to_le_bytes());
        }
        let mut key = [0; Key::BYTES];
        key.copy_from_slice(&hash.finalize()[..Key::BYTES]);
        Key(key)
    }
}

fn mixture_digest(weights: &[f64]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for weight in weights {
        // −0 and 0 are one weight.
        hash.update((weight + 0.0).to_bits().to_le_bytes());
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::mixture::Mixture;
    use crate::sweep::Scales;
    use crate::world::Resolution;

    fn sweep(mode: Mode, capacities: &[f64]) -> Sweep {
        Sweep {
            seed: 3,
            mode,
            replicates: 1,
            capacities: capacities.to_vec(),
            tokens: vec![1e5, 1e6],
            scales: Scales::Product,
            mixtures: [0.25, 0.5]
                .map(|h| Mixture::new(vec![h, 1.0 - h]).unwrap())
                .to_vec(),
            resolution: Resolution::default(),
        }
    }

    #[test]
    fn keys_differ_between_runs_and_meanings_and_not_between_sweeps() {
        let (small, large) = (
            sweep(Mode::Expected, &[1e3]),
            sweep(Mode::Expected, &[1e2, 1e3]),
        );
        let all: BTreeSet<Key> = [("a", &small), ("b", &small), ("a", &large)]
            .iter()
            .flat_map(|(meaning, sweep)| {
                let keys = Keys::new(meaning, sweep);
                (0..sweep.runs())
                    .map(|run| keys.key(run))
                    .collect::<Vec<_>>()
            })
            .collect();
        // 4 of meaning a at N=1e3, the same in the large sweep, 4 more there, 4 of meaning b.
        assert_eq!(all.len(), 12);
        let keys = Keys::new("a", &large);
        assert_eq!(Keys::new("a", &small).key(1), keys.key(5));
        assert_eq!(keys.of(&large.run(5)), keys.key(5));
    }

    #[test]
    fn the_number_of_a_run_that_is_drawn_belongs_to_it() {
        let (small, large) = (
            sweep(Mode::SAMPLED, &[1e3]),
            sweep(Mode::SAMPLED, &[1e2, 1e3]),
        );
        assert_ne!(Keys::new("a", &small).key(1), Keys::new("a", &large).key(5));
    }
}
