//! A sweep that is kept in a directory: what is there already, what is missing, and how that is said.

use std::path::Path;

use super::error::RunError;
use super::keeping::{Keeping, Simulated};
use super::observer::{Asking, Observer, Work};
use super::refused_directory::{ELSEWHERE, listed, refused};
use super::runs::{note_limits, simulate_missing};
use crate::config::{RunIdentity, run_identity};
use crate::learner::LearnerKind;
use crate::report::{Build, Manifest, Simulation, cpu_model};
use crate::runs::{file_fingerprint, fingerprint};
use crate::sgd::Trainer;
use crate::sweep::{
    Finished, Hooks, Keys, Loaded, Mode, Share, Store, StoreError, SweepError, load_table,
    single_runs, trained_together,
};
use crate::text::count::grouped;

/// A directory that a sweep is kept in, locked, with what it holds already.
pub(super) struct ResumedSweep<'a> {
    folder: &'a Path,
    simulated: Simulated<'a>,
    keeping: &'a Keeping,
    meaning: RunIdentity,
    store: Store,
    finished: Finished,
    loaded: Loaded,
    /// What the manifest of the directory says about the tables there, if they are of use.
    tables: Option<Simulation>,
    /// The kind of this processor.
    processor: String,
}

/// All runs of a sweep, and what is known about the files that hold them.
pub(super) struct Done {
    pub(super) finished: Finished,
    /// The curves stand in their file already.
    pub(super) curves_kept: Option<String>,
}

impl<'a> ResumedSweep<'a> {
    /// Locks `folder`, which is there, for the experiment whose text with every default is `resolved`,
    /// and reads what it holds. Nothing that is there changes.
    pub(super) fn open(
        folder: &'a Path,
        simulated: Simulated<'a>,
        resolved: &str,
        keeping: &'a Keeping,
        observer: &dyn Observer,
    ) -> Result<Self, RunError> {
        let meaning = run_identity(resolved, env!("CARGO_PKG_VERSION"))
            .ok_or_else(|| RunError::other("the experiment has no sweep"))?;
        let store = Store::open(folder, keeping.shard).map_err(refused)?;
        if !store.is_guarded() {
            observer.note(&format!(
                "note: the file system of {} has no locks: let no second process work there",
                folder.display()
            ));
        }
        let mut kept = Self {
            finished: Finished::none(simulated.sweep, simulated.world.domains().len()),
            folder,
            simulated,
            keeping,
            meaning,
            store,
            loaded: Loaded::default(),
            tables: None,
            processor: cpu_model().unwrap_or_else(|| "unknown".into()),
        };
        match kept.read(observer) {
            Ok(()) => Ok(kept),
            Err(failure) => {
                kept.leave();
                Err(failure)
            }
        }
    }

    /// World, learner and sweep.
    pub(super) fn simulated(&self) -> Simulated<'a> {
        self.simulated
    }

    /// What the manifest says about the tables of the directory while they are of use.
    pub(super) fn tables(&self) -> Option<Simulation> {
        self.tables.clone()
    }

    /// The fingerprint of what the runs mean.
    pub(super) fn identity(&self) -> String {
        fingerprint(self.meaning.runs.as_bytes())
    }

    /// The kinds of processor that the runs were made on.
    pub(super) fn processors(&self) -> Vec<String> {
        self.loaded.origins.iter().cloned().collect()
    }

    fn keys(&self) -> Keys<'a> {
        Keys::new(&self.meaning.runs, self.simulated.sweep)
    }

    /// Reads parts and tables.
    fn read(&mut self, observer: &dyn Observer) -> Result<(), RunError> {
        if self.keeping.fresh {
            return self.store.discard().map_err(refused);
        }
        let manifest = Manifest::read(&self.folder.join("manifest.json"));
        let there = manifest.as_ref().and_then(|manifest| {
            let text = std::fs::read_to_string(self.folder.join("experiment.toml")).ok()?;
            run_identity(&text, &manifest.mixlaw)
        });
        let build = manifest.as_ref().map(|manifest| manifest.build.clone());
        let keys = self.keys();
        let keeping = self.keeping;
        let also = keeping.merged.as_deref().unwrap_or_default();
        self.loaded = match self.store.load(&keys, also, &mut self.finished) {
            Err(StoreError::Foreign { file, meaning }) => {
                return Err(self.foreign(&file, &meaning));
            }
            loaded => loaded.map_err(refused)?,
        };
        for (file, damage) in &self.loaded.damaged {
            for damage in damage {
                let lost = match damage.lost {
                    Some(lost) => format!("{} runs of it are lost", grouped(lost as usize)),
                    None => "what followed is lost".into(),
                };
                observer.note(&format!(
                    "{} is damaged at byte {}: {lost} and will be simulated again",
                    file.display(),
                    damage.at
                ));
            }
        }
        if let Some(simulation) = manifest.and_then(|manifest| manifest.simulation) {
            if simulation.identity != self.identity() {
                let there = there.as_ref().map_or("", |there| there.runs.as_str());
                return Err(self.foreign(self.folder, there));
            }
            self.read_tables(simulation, &keys, observer)?;
        }
        if self.loaded.strangers > 0 {
            let there = there.as_ref().map_or("", |there| there.axes.as_str());
            return Err(RunError::words_with_help(
                format!(
                    "{} holds {} finished runs that are not in this sweep: {}{}",
                    self.folder.display(),
                    grouped(self.loaded.strangers),
                    match self.simulated.sweep.mode {
                        Mode::Expected => "a sweep can grow in its directory, not shrink",
                        Mode::Sampled(_) =>
                            "a sweep of random runs can gain replicates, and capacities at the end, \
                             in its directory, for the number of a cell names its random stream",
                    },
                    listed(there, &self.meaning.axes)
                ),
                ELSEWHERE,
            ));
        }
        if self.keeping.retry_failed {
            let failed = self.finished.forget_failed();
            self.loaded.renew();
            observer.note(&format!(
                "{} runs that diverged are tried again",
                grouped(failed)
            ));
        }
        if self.finished.count() > 0 {
            observer.note(&format!("{} were already done", self.counted()));
            if let Some(build) = build.filter(|build| *build != Build::this()) {
                observer.note(&format!(
                    "note: the last to run here was another build of mixlaw ({}; this is {}): \
                     `mixlaw verify` says whether they agree",
                    build.name(),
                    Build::this().name()
                ));
            }
        }
        Ok(())
    }

    /// Reads the tables that a finished run left, if they are as it left them.
    fn read_tables(
        &mut self,
        simulation: Simulation,
        keys: &Keys<'_>,
        observer: &dyn Observer,
    ) -> Result<(), RunError> {
        if self.finished.count() == self.finished.len() {
            return Ok(());
        }
        let is = |name: &str, sha256: &str| {
            let path = self.folder.join(name);
            let same = file_fingerprint(&path).is_ok_and(|found| found == sha256);
            if !same {
                observer.note(&format!(
                    "{} is not as it was written: its runs are simulated again",
                    path.display()
                ));
            }
            same
        };
        let curves = simulation.curves_sha256.as_deref();
        if !is("runs.csv", &simulation.runs_sha256)
            || !curves.is_none_or(|sha256| is("curves.csv", sha256))
        {
            return Ok(());
        }
        let path = self.folder.join("runs.csv");
        let mut read = self.finished.clone();
        let names = self.simulated.world.names();
        let strangers = load_table(&path, &names, keys, &mut read)
            .map_err(|error| RunError::words(format!("cannot read {}: {error}", path.display())))?;
        // Curves are not read back: trained runs are kept as a whole or not at all.
        let retried = self.keeping.retry_failed && read.diverged() > 0;
        let whole = read.count() == read.len() && !retried;
        if curves.is_some() && !whole {
            observer
                .note("trained runs have curves, which are not read back: all are trained again");
            return Ok(());
        }
        // Each of many shards would copy the table into its part.
        if self.keeping.shard.is_some() && !whole {
            return Ok(());
        }
        self.finished = read;
        self.loaded.strangers += strangers;
        self.loaded.renew();
        self.loaded
            .origins
            .extend(simulation.processors.iter().cloned());
        self.tables = Some(simulation);
        Ok(())
    }

    /// Simulates what is missing of the share of this process.
    pub(super) fn complete(&mut self, observer: &dyn Observer) -> Result<(), RunError> {
        let share = self.share();
        let (mine, missing) = (0..self.finished.len())
            .filter(|run| share.has(*run))
            .fold((0, 0), |(mine, missing), run| {
                (mine + 1, missing + usize::from(!self.finished.is_done(run)))
            });
        if self.keeping.merged.is_some() && missing > 0 {
            return Err(self.gap(missing));
        }
        if missing == 0 {
            return Ok(());
        }
        let keys = self.keys();
        let writer = self
            .store
            .writer(&keys, &self.processor, &share, &self.finished, &self.loaded)
            .map_err(refused)?;
        self.loaded.origins.insert(self.processor.clone());
        let what = match self.keeping.shard {
            Some(shard) => format!("simulated runs of shard {shard}"),
            None => "simulated runs".into(),
        };
        let work = Work::begin(observer, &what, missing);
        let done = |more| work.advance(more);
        let asking = Asking::begin(observer);
        let stop = || observer.interrupted();
        let hooks = Hooks {
            share: &share,
            writer: Some(&writer),
            stop: &stop,
            done: &done,
        };
        let Simulated {
            world,
            learner,
            sweep,
        } = self.simulated;
        let result = simulate_missing(world, learner, sweep, &mut self.finished, &hooks);
        let done = work.done() + mine - missing;
        let flushed = writer.finish();
        drop(asking);
        let kept = format!("{} of {} runs are kept", grouped(done), grouped(mine));
        let part = self.store.part().display();
        let interrupted =
            || RunError::Interrupted(format!("{kept}; the same command goes on from there"));
        match (result, flushed) {
            (Ok(_), Ok(())) if observer.interrupted() => Err(interrupted()),
            (Ok(limits), Ok(())) => {
                work.finish();
                if let Some((step, limits)) = limits {
                    note_limits(step, limits, observer);
                }
                Ok(())
            }
            (Err(SweepError::Stopped), Ok(())) => Err(interrupted()),
            (Err(SweepError::Write(error)), _) | (Ok(_) | Err(SweepError::Stopped), Err(error)) => {
                Err(RunError::Other(format!(
                    "cannot write {part}: {error}\n{kept}: once it can be written, the same command \
                     goes on from there"
                )))
            }
            (Err(error), _) => Err(RunError::words(error)),
        }
    }

    /// All runs, once none is missing.
    pub(super) fn into_done(self) -> (Done, Store) {
        let curves_kept = self.tables.and_then(|tables| tables.curves_sha256);
        let done = Done {
            finished: self.finished,
            curves_kept,
        };
        (done, self.store)
    }

    /// Ends a shard: says what is done and what comes next.
    pub(super) fn end_share(self, observer: &dyn Observer) {
        let folder = self.folder.display();
        if self.tables.is_some() {
            observer.note(&format!("{folder} is finished: there is nothing to merge"));
            // Nothing was written; a folder that another shard has open stays.
            let _ = self.store.close();
            return;
        }
        observer.note(&format!(
            "{} are in {folder}; when all shards are done: mixlaw merge {folder}",
            self.counted()
        ));
    }

    /// How much is done of all, such as "412 of 1,000 cells". Shards take the replicates of a cell
    /// apart, so that where there are some it is the runs that count.
    fn counted(&self) -> String {
        let what = match self.simulated.sweep.replicates {
            1 => "cells",
            _ => "runs",
        };
        format!(
            "{} of {} {what}",
            grouped(self.finished.count()),
            grouped(self.finished.len())
        )
    }

    fn share(&self) -> Share {
        let Some(shard) = self.keeping.shard else {
            return Share::all();
        };
        let Simulated {
            world,
            learner,
            sweep,
        } = self.simulated;
        match learner {
            LearnerKind::Counting(_) => Share::of(shard, &single_runs(sweep)),
            LearnerKind::Sgd(sgd) => {
                let trainer = Trainer::new(world.clone(), sgd.clone());
                Share::of(shard, &trained_together(&trainer, sweep))
            }
        }
    }

    /// Runs that no part has.
    fn gap(&self, missing: usize) -> RunError {
        let first = (0..self.finished.len()).find(|run| !self.finished.is_done(*run));
        let place = first.map_or(String::new(), |run| {
            let run = self.simulated.sweep.run(run);
            format!(
                ", the first of them cell {} replicate {}",
                run.cell, run.replicate
            )
        });
        RunError::words_with_help(
            format!(
                "{} of {} runs are in none of the {} part files{place}",
                grouped(missing),
                grouped(self.finished.len()),
                self.loaded.files
            ),
            "run the shards that are missing or did not end (one that has ended does nothing again), or \
             `mixlaw run` without --shard to finish them here",
        )
    }

    /// Runs of another experiment at `place`, which mean `there`.
    fn foreign(&self, place: &Path, there: &str) -> RunError {
        RunError::words_with_help(
            format!(
                "{} holds runs of another experiment{}",
                place.display(),
                listed(there, &self.meaning.runs)
            ),
            ELSEWHERE,
        )
    }

    /// Leaves no trace in a directory that was refused.
    fn leave(self) {
        if self.loaded.files == 0 && self.keeping.shard.is_none() && self.store.is_bare() {
            // Another process may have come since; then it stays.
            let _ = self.store.close();
        }
    }
}
