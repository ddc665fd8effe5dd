//! A law of the mixture alone, fitted anew at each scale (N, D).
//!
//! A law that is blind to capacity and tokens cannot be fitted to runs of several sizes at once; as
//! its authors use it, it is fitted to the runs of each size by themselves. It then says nothing
//! of a size that was not trained on: there it predicts what it does at the nearest one, in ln N and
//! ln D.

use rand_xoshiro::Xoshiro256PlusPlus;

use crate::law::{Gradient, Law, LawError, Model, NaturalValue, Observations, Parameter, Point};

/// A law at each scale by itself.
pub(crate) struct PerScale {
    pub(crate) law: Box<dyn Law>,
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
}

/// Capacity and tokens.
type Scale = (f64, f64);

impl Law for PerScale {
    fn name(&self) -> &'static str {
        self.name
    }

    fn title(&self) -> &'static str {
        self.title
    }

    fn needs_own_weight(&self) -> bool {
        self.law.needs_own_weight()
    }

    fn bind(&self, training: &Observations) -> Result<Vec<Box<dyn Model>>, LawError> {
        bind(self.law.as_ref(), training)
    }

    fn alternatives(&self) -> Vec<(String, Box<dyn Law>)> {
        let inner = self.law.alternatives().into_iter();
        inner
            .map(|(words, law)| {
                let (name, title) = (self.name, self.title);
                (words, Box::new(Self { law, name, title }) as Box<dyn Law>)
            })
            .collect()
    }

    fn ridge_strengths(&self) -> &'static [f64] {
        self.law.ridge_strengths()
    }

    fn prior_matters(&self) -> bool {
        self.law.prior_matters()
    }
}

/// Models of the columns of `law`, each of one part for every scale of `training`.
fn bind(law: &dyn Law, training: &Observations) -> Result<Vec<Box<dyn Model>>, LawError> {
    let mut rows: Vec<(Scale, Vec<usize>)> = Vec::new();
    for row in 0..training.len() {
        let scale = (training.capacity[row], training.tokens[row]);
        match rows.iter_mut().find(|(seen, _)| *seen == scale) {
            Some((_, rows)) => rows.push(row),
            None => rows.push((scale, vec![row])),
        }
    }
    let mut models: Vec<Parts> = Vec::new();
    for (scale, rows) in rows {
        for (number, model) in law.bind(&training.select(&rows))?.into_iter().enumerate() {
            if number == models.len() {
                models.push(Parts::default());
            }
            let parts = &mut models[number];
            let first = parts.parameters.len();
            parts.parameters.extend_from_slice(model.parameters());
            parts.columns = model.columns().to_vec();
            let end = parts.parameters.len();
            parts.parts.push((scale, first..end, model));
        }
    }
    let boxed = |parts| Box::new(parts) as Box<dyn Model>;
    Ok(models.into_iter().map(boxed).collect())
}

/// The models of some columns at every scale, their parameters one after the other.
#[derive(Default)]
struct Parts {
    columns: Vec<usize>,
    parameters: Vec<Parameter>,
    /// Each scale, the place of its parameters, and its model.
    parts: Vec<(Scale, std::ops::Range<usize>, Box<dyn Model>)>,
}

impl Parts {
    /// The part for the scale of `point`, or the nearest one.
    fn at(&self, point: Point<'_>) -> Option<&(Scale, std::ops::Range<usize>, Box<dyn Model>)> {
        // Unlimited is nearest to the largest.
        let ln = |x: f64| x.min(f64::MAX).ln();
        let apart = |a: f64, b: f64| (ln(a) - ln(b)).abs();
        let distance =
            |scale: Scale| apart(scale.0, point.capacity).hypot(apart(scale.1, point.tokens));
        let nearer = |(a, ..): &&(Scale, _, _), (b, ..): &&(Scale, _, _)| {
            distance(*a).total_cmp(&distance(*b))
        };
        self.parts.iter().min_by(nearer)
    }
}

impl Model for Parts {
    fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    fn columns(&self) -> &[usize] {
        &self.columns
    }

    fn predict(&self, theta: &[f64], point: Point<'_>, out: &mut [f64]) {
        if let Some((_, place, model)) = self.at(point) {
            model.predict(&theta[place.clone()], point, out);
        }
    }

    fn differentiate(&self, theta: &[f64], point: Point<'_>, out: &mut Gradient) {
        out.clear();
        if let Some((_, place, model)) = self.at(point) {
            model.differentiate(&theta[place.clone()], point, out);
            out.embed(place.start, self.parameters.len());
        }
    }

    fn differentiate_by_weights(&self, theta: &[f64], point: Point<'_>, out: &mut [f64]) -> bool {
        self.at(point).is_some_and(|(_, place, model)| {
            model.differentiate_by_weights(&theta[place.clone()], point, out)
        })
    }

    fn start(&self, number: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<f64> {
        let parts = self.parts.iter();
        parts
            .flat_map(|(_, _, model)| model.start(number, rng))
            .collect()
    }

    fn one_scale(&self) -> bool {
        self.parts.iter().all(|(_, _, model)| model.one_scale())
    }

    fn closed_form(&self) -> Option<Vec<f64>> {
        let each = self.parts.iter().map(|(_, _, model)| model.closed_form());
        Some(each.collect::<Option<Vec<_>>>()?.concat())
    }

    fn values(&self, theta: &[f64]) -> Vec<NaturalValue> {
        // A table of one law is worth reading; one for each scale is not.
        match &self.parts[..] {
            [(_, _, model)] => model.values(theta),
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, arr1};

    use super::*;
    use crate::law::Additive;
    use crate::numeric::random::{Purpose, stream};

    /// Six runs of two scales.
    fn rows() -> Observations {
        let weights = [0.2, 0.5, 0.9];
        Observations {
            loss_names: vec!["a".into(), "b".into()],
            own_weight: vec![Some(0), Some(1)],
            weights: Array2::from_shape_fn((6, 2), |(row, i)| {
                let first = weights[row % 3];
                [first, 1.0 - first][i]
            }),
            capacity: vec![1e3, 1e3, 1e3, 1e5, 1e5, 1e5],
            tokens: vec![1e6; 6],
            losses: Array2::from_shape_fn((6, 2), |(row, i)| 3.0 - 0.3 * (row + i) as f64),
            weight_floor: 1e-3,
        }
    }

    #[test]
    fn each_scale_has_its_own_parameters_and_others_the_nearest() {
        let rows = rows();
        let models = Additive::per_scale().bind(&rows).unwrap();
        assert_eq!(models.len(), 2);
        let alone = Additive::default().bind(&rows.select(&[3, 4, 5])).unwrap();
        let mut random = stream(1, Purpose::Starts, 0, 0);
        let theta = models[1].start(1, &mut random);
        assert_eq!(theta.len(), 2 * alone[1].parameters().len());
        let weights = arr1(&[0.3, 0.7]);
        let predict = |model: &dyn Model, theta: &[f64], capacity: f64| {
            let point = Point::new(weights.view(), capacity, 1e6);
            let mut out = [0.0f64];
            model.predict(theta, point, &mut out);
            out[0].to_bits()
        };
        let (small, large) = theta.split_at(theta.len() / 2);
        let part = alone[1].as_ref();
        let whole = models[1].as_ref();
        for capacity in [1e5, 1.1e4, f64::INFINITY] {
            assert_eq!(predict(whole, &theta, capacity), predict(part, large, 1e5));
        }
        let by_small = predict(whole, &theta, 9e3);
        assert_ne!(by_small, predict(part, large, 1e5));
        let alone = Additive::default().bind(&rows.select(&[0, 1, 2])).unwrap();
        assert_eq!(by_small, predict(alone[1].as_ref(), small, 1e3));
    }
}
