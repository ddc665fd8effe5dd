//! `mixlaw optimize`.

use super::arguments::OptimizeArguments;
use super::failure::Failure;
use super::fit_file;
use super::print::{colour, print};
use super::progress::Terminal;
use crate::optimum::{Goal, LawLosses, Losses, NamedGroup, OptimumPlan, Trained, searchable};
use crate::report::{best_mixture_table, optima_json};
use crate::runner::output::{self, Content};
use crate::runner::{Observer, Question};

pub(super) fn optimize(arguments: &OptimizeArguments, talk: &Terminal) -> Result<(), Failure> {
    let saved = fit_file::read(&arguments.fit)?;
    let laws = fit_file::laws(&saved, &arguments.law)?;
    if let Some(json) = &arguments.json {
        output::check_file(json, Content::Optima)?;
    }
    let rows = saved.observations(0.0);
    let capacity = fit_file::scale("--capacity", arguments.capacity.as_deref(), &rows.capacity)?;
    let tokens = fit_file::scale("--tokens", arguments.tokens.as_deref(), &rows.tokens)?;
    let plan = plan_of(arguments, capacity, tokens)?;
    let columns = (saved.losses.as_slice(), saved.own_weight.as_slice());
    let trained = Trained::of(&rows.weights, &rows.capacity, &rows.tokens);
    let question = Question::new(&plan, &saved.domains, columns, &trained, arguments.seed)?;
    let rows = searchable(&rows);
    let shape = (saved.domains.len(), saved.losses.len());
    let mut found = Vec::new();
    for law in &laws {
        let restored = saved.restore(law, &rows).map_err(Failure::words)?;
        plan.check_predicted(
            &question.aim,
            (&law.law, &restored.fitted.columns()),
            &saved.losses,
        )
        .map_err(Failure::words)?;
        let losses = match LawLosses::new(&restored.fitted, &law.law, shape, question.scale) {
            Ok(losses) => losses,
            // Of several laws the others may do.
            Err(error) if laws.len() > 1 => {
                talk.note(&format!("left out: {error}"));
                continue;
            }
            Err(error) => return Err(Failure::words(error)),
        };
        let replicates = restored
            .replicates
            .iter()
            .map(|fitted| LawLosses::new(fitted, &law.law, shape, question.scale))
            .collect::<Result<Vec<_>, _>>()
            .map_err(Failure::words)?;
        let replicates: Vec<&dyn Losses> =
            replicates.iter().map(|one| one as &dyn Losses).collect();
        found.push(question.answer(&law.law, &losses, &replicates)?);
    }
    for (number, one) in found.iter().enumerate() {
        let gap = if number > 0 { "\n" } else { "" };
        let table = best_mixture_table(one).text(colour());
        print(&format!("{gap}{table}"))?;
    }
    if let Some(json) = &arguments.json {
        output::write(json, optima_json(&found).as_bytes())?;
        talk.note(&format!("best mixtures written to {}", json.display()));
    }
    Ok(())
}

fn plan_of(
    arguments: &OptimizeArguments,
    capacity: f64,
    tokens: f64,
) -> Result<OptimumPlan, Failure> {
    let named = fit_file::named;
    let goal = match (&arguments.target[..], &arguments.worst) {
        (_, Some(names)) => Goal::Worst(names.clone()),
        ([], None) => Goal::Uniform,
        (target, None) => Goal::Target(named("--target", target)?),
    };
    let near = if arguments.stay_near.is_empty() {
        None
    } else {
        Some((
            named("--stay-near", &arguments.stay_near)?,
            arguments.strength,
        ))
    };
    Ok(OptimumPlan {
        goal,
        lower: named("--min", &arguments.min)?,
        upper: named("--max", &arguments.max)?,
        fixed: named("--fix", &arguments.fix)?,
        groups: arguments
            .group
            .iter()
            .map(|text| group(text))
            .collect::<Result<_, _>>()?,
        available: named("--available", &arguments.available)?,
        epochs: arguments.epochs,
        beyond_trained: arguments.beyond_trained,
        near,
        ..OptimumPlan::new(arguments.law.clone(), capacity, tokens)
    })
}

/// Reads `code=python+java:0.2..0.5`.
fn group(text: &str) -> Result<NamedGroup, Failure> {
    let fault = || {
        Failure::words(format!(
            "--group `{}`: NAME=DOMAIN+DOMAIN:LEAST..MOST is needed, such as code=python+java:0.2..0.5",
            text.escape_debug()
        ))
    };
    let (name, rest) = text.split_once('=').ok_or_else(fault)?;
    let (members, bounds) = rest.rsplit_once(':').ok_or_else(fault)?;
    let (lower, upper) = bounds.split_once("..").ok_or_else(fault)?;
    let bound = |text: &str, open: f64| {
        if text.is_empty() {
            Ok(open)
        } else {
            text.parse::<f64>().map_err(|_| fault())
        }
    };
    Ok(NamedGroup {
        name: name.into(),
        members: members.split('+').map(Into::into).collect(),
        lower: bound(lower, 0.0)?,
        upper: bound(upper, 1.0)?,
    })
}
