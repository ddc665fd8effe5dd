//! What a fit rests on, in words: convergence, parameters that the runs do not tell, mixtures that
//! move it most, cells that stand out, and a table of residuals by domain and weight.

use std::fmt::Write as _;

use crate::fit::{
    Convergence, DomainResiduals, FlatGroup, Identifiability, Influence, LawFit, ParameterName,
};

use super::numbers::{ABSENT, rounded};
use super::summary_table::law_title;
use super::table::{Align, Row, Table, push_wrapped};

/// Groups of parameters, mixtures and cells that are named; the rest is counted.
const NAMED: usize = 6;

/// Parameters of one group that are named one by one.
const SPELLED: usize = 6;

/// Digits of a figure in a sentence.
const DIGITS: i32 = 2;

/// The diagnosis of one law as text of at most 100 columns, one line break at the end.
pub fn diagnosis(fit: &LawFit) -> String {
    let mut text = format!("{}\n", law_title(&fit.law));
    for sentence in sentences(fit) {
        push_wrapped(&mut text, &sentence);
    }
    if let Some(influence) = &fit.influence {
        let _ = write!(text, "\n{}", residual_table(&influence.domains).text(false));
    }
    text
}

/// The sentences of a diagnosis, in the order in which they matter.
fn sentences(fit: &LawFit) -> Vec<String> {
    let mut all = vec![search(&fit.convergence)];
    if let Some(scarce) = &fit.scarce {
        all.push(format!(
            "Parameters: in some fit {scarce}; what the losses leave open is decided by the ridge."
        ));
    }
    if let Some(identifiability) = &fit.identifiability {
        all.extend(told(fit.parameter_count, identifiability));
    }
    if let Some(influence) = &fit.influence {
        all.extend(moved(influence));
        all.push(outliers(influence));
    }
    all
}

fn search(convergence: &Convergence) -> String {
    let Some(gradient) = convergence.gradient else {
        return "Search: none, the parameters are known in closed form.".into();
    };
    let mut text = format!(
        "Search: gradient {gradient:.0e} after {} steps",
        convergence.steps
    );
    if convergence.unconverged > 0 {
        let _ = write!(
            text,
            "; {} of {} fits did not meet the convergence test",
            convergence.unconverged, convergence.fits
        );
    }
    if let Some(starts) = convergence.starts.filter(|starts| starts.count > 1) {
        let _ = write!(
            text,
            "; {} of {} starts ended at the lowest objective",
            starts.at_best, starts.count
        );
        if let Some(worst) = starts.worst.filter(|_| starts.at_best < starts.count) {
            let _ = write!(
                text,
                ", the worst {} % above it",
                rounded(100.0 * worst, DIGITS)
            );
        }
    }
    if !convergence.at_bounds.is_empty() {
        let _ = write!(text, "; at a bound: {}", names(&convergence.at_bounds));
    }
    text + "."
}

/// What the runs tell of the parameters.
fn told(parameters: usize, found: &Identifiability) -> Vec<String> {
    let mut all = vec![format!(
        "Parameters: {parameters}; {} effective under the ridge, {} would be fitted without it, {} of \
         these are told to within a prior unit (a factor e for most) at 95 %.",
        rounded(found.effective_parameters, 3),
        found.rank,
        found.rank.saturating_sub(found.flat_directions),
    )];
    all.extend(found.flat.iter().take(NAMED).map(flat));
    if found.flat.len() > NAMED {
        all.push(format!(
            "The same holds for {} more groups of parameters.",
            found.flat.len() - NAMED
        ));
    }
    all
}

/// Why a group of parameters is flat, in words.
fn flat(group: &FlatGroup) -> String {
    let who = names(&group.parameters);
    let mut text = if group.parameters.len() == 1 {
        format!("{who} is not told by the runs")
    } else if group.directions == group.parameters.len() {
        format!("{who} are not told by the runs")
    } else if group.parameters.len() <= SPELLED {
        format!("{who} cannot be told apart")
    } else {
        format!(
            "{who} cannot be told apart: {} directions among them are open",
            group.directions
        )
    };
    if let Some((least, most)) = group.weights {
        let _ = write!(
            text,
            "{} its weights lie in {}–{}",
            if text.contains(':') { ";" } else { ":" },
            rounded(least, DIGITS),
            rounded(most, DIGITS)
        );
    }
    text + "."
}

/// `b and c of `wiki``, `b of `wiki`, c of `code` and H`, `E and 4 C of `wiki``, `a and C from `code`
/// of `wiki``, `12 parameters (9 s, 3 u)`.
fn names(parameters: &[ParameterName]) -> String {
    let of = |domain: Option<&String>| domain.map_or(String::new(), |d| format!(" of `{d}`"));
    let domain = parameters.first().and_then(|first| first.domain.as_ref());
    if parameters.iter().all(|p| p.domain.as_ref() == domain) {
        return format!("{}{}", listed(&counted(parameters)), of(domain));
    }
    if parameters.len() > SPELLED {
        let counts = counted(parameters).join(", ");
        return format!("{} parameters ({counts})", parameters.len());
    }
    let each: Vec<String> = parameters
        .iter()
        .map(|p| format!("{}{}", with_source(p), of(p.domain.as_ref())))
        .collect();
    listed(&each)
}

/// The symbol, with the source that it is of.
fn with_source(parameter: &ParameterName) -> String {
    match &parameter.source {
        None => parameter.symbol.clone(),
        Some(source) => format!("{} from `{source}`", parameter.symbol),
    }
}

/// The symbols, each with its number where it stands for several parameters, and with its source
/// where it stands for one.
fn counted(parameters: &[ParameterName]) -> Vec<String> {
    let mut counts: Vec<(&ParameterName, usize)> = Vec::new();
    for parameter in parameters {
        match counts
            .iter_mut()
            .find(|(first, _)| first.symbol == parameter.symbol)
        {
            Some((_, count)) => *count += 1,
            None => counts.push((parameter, 1)),
        }
    }
    counts
        .into_iter()
        .map(|(first, count)| match count {
            1 => with_source(first),
            _ => format!("{count} {}", first.symbol),
        })
        .collect()
}

/// `a`, `a and b`, `a, b and c`.
fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}

/// The mixtures that move the predictions most.
fn moved(influence: &Influence) -> Option<String> {
    let most = influence.mixtures.first()?;
    let median = &influence.mixtures[influence.mixtures.len() / 2];
    let others: Vec<String> = influence.mixtures[1..]
        .iter()
        .take(2)
        .map(|mixture| format!("{} ({} %)", mixture.run, rounded(mixture.shift, DIGITS)))
        .collect();
    let then = if others.is_empty() {
        String::new()
    } else {
        format!("; then {}", others.join(", "))
    };
    Some(format!(
        "Influence: the mixture of run {} moves the predictions most, by {} % when it is left out (the \
         median mixture by {} %){then}.",
        most.run,
        rounded(most.shift, DIGITS),
        rounded(median.shift, DIGITS),
    ))
}

fn outliers(influence: &Influence) -> String {
    if influence.outliers.is_empty() {
        return "Outliers: none.".into();
    }
    let named: Vec<String> = influence
        .outliers
        .iter()
        .take(NAMED)
        .map(|outlier| {
            format!(
                "run {}, {}: {} measured, {} predicted without it ({} robust deviations)",
                outlier.run,
                outlier.domain,
                rounded(outlier.measured, 4),
                rounded(outlier.predicted, 4),
                rounded(outlier.deviations, DIGITS)
            )
        })
        .collect();
    let more = influence.outliers.len() - named.len();
    let more = if more > 0 {
        format!("; and {more} more")
    } else {
        String::new()
    };
    format!(
        "Outliers: {}{more}. A measurement or the law is wrong there; --exclude-cell RUN:DOMAIN fits \
         without a cell.",
        named.join("; ")
    )
}

/// Residuals of predictions without the mixture predicted, one row per domain.
fn residual_table(domains: &[DomainResiduals]) -> Table {
    let mut table = Table::new([
        ("domain", Align::Left),
        ("MRE, %", Align::Right),
        ("bias, %", Align::Right),
        ("weight 0", Align::Right),
        ("low", Align::Right),
        ("middle", Align::Right),
        ("high", Align::Right),
    ]);
    table.rows = domains.iter().map(residual_row).collect();
    table.notes = vec![
        "Each mixture predicted by a fit without it. Bias: mean of (predicted − measured) / measured. \
         Weight 0 to high: MRE (bias) of the cells by the weight of the domain, those above 0 in \
         three parts of equal number."
            .into(),
    ];
    table
}

fn residual_row(domain: &DomainResiduals) -> Row {
    let figures = |residuals: &crate::fit::Residuals| {
        format!(
            "{} ({})",
            rounded(residuals.mre, DIGITS),
            rounded(residuals.bias, DIGITS)
        )
    };
    let mut bands = vec![ABSENT.to_string(); 4];
    let present = domain.by_weight.iter().filter(|band| band.weights.1 > 0.0);
    for (cell, band) in bands[1..].iter_mut().zip(present) {
        *cell = figures(&band.residuals);
    }
    if let Some(absent) = domain.by_weight.iter().find(|band| band.weights.1 <= 0.0) {
        bands[0] = figures(&absent.residuals);
    }
    let mut cells = vec![
        domain.domain.clone(),
        rounded(domain.all.mre, DIGITS),
        rounded(domain.all.bias, DIGITS),
    ];
    cells.extend(bands);
    Row {
        cells,
        strong: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(symbol: &str, domain: Option<&str>) -> ParameterName {
        ParameterName {
            symbol: symbol.into(),
            domain: domain.map(Into::into),
            source: None,
        }
    }

    #[test]
    fn flat_groups_are_said_in_words() {
        let wiki = Some("wiki");
        let group = |parameters: Vec<ParameterName>, directions| FlatGroup {
            parameters,
            directions,
            weights: Some((0.02, 0.04)),
        };
        let pair = vec![name("b", wiki), name("c", wiki)];
        assert_eq!(
            flat(&group(pair.clone(), 1)),
            "b and c of `wiki` cannot be told apart: its weights lie in 0.02–0.04."
        );
        assert_eq!(
            flat(&group(pair, 2)),
            "b and c of `wiki` are not told by the runs: its weights lie in 0.02–0.04."
        );
        let mut several = vec![name("C", wiki); 3];
        several.push(name("E", wiki));
        assert_eq!(names(&several), "3 C and E of `wiki`");
        let from_code = ParameterName {
            source: Some("code".into()),
            ..name("C", wiki)
        };
        assert_eq!(
            names(&[name("a", wiki), from_code.clone()]),
            "a and C from `code` of `wiki`"
        );
        assert_eq!(
            names(&[from_code, name("m", None)]),
            "C from `code` of `wiki` and m"
        );
        let two = [name("b", wiki), name("c", Some("code")), name("H", None)];
        assert_eq!(names(&two), "b of `wiki`, c of `code` and H");
    }
}
