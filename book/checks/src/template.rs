//! Fills the tables of the book: each is a template in `book/tables`, and what it says of figures comes from committed data.
//!
//! A template has reports (`report("name")` is `book/src/measured/name.json`), other data (`data("measured/name.json")`), what the tests add
//! by name, and these filters: `figure("cpu_per_request")` writes a value in the unit of that figure, `times` a ratio, `spread` a ratio with its
//! least and its most, `grouped` a whole number, `two_digits` one that pretends to no more than it knows, and `range` makes the smallest, the median and
//! the largest of many. `html` and `html_with_code` write text for HTML, the latter with code between back quotes. What is not there is a dash.

use crate::report::{Report, format, range, times_of_rounds};
use crate::{Failure, Result, files, read};
use measure::figure::{Measure, grouped, times};
use measure::{Comparison, Scenario};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Object, Serde, from_args};
use minijinja::{Environment, Error, ErrorKind, State, UndefinedBehavior, Value, context};
use serde::Serialize;
use std::fmt;
use std::sync::Arc;

/// Where the templates are. Each is named like the generated file that it becomes, but for those that end in `.jinja`: several others use them.
pub const FOLDER: &str = "book/tables";
/// What `minijinja` calls may fail with.
type Filled<T> = std::result::Result<T, Error>;

/// The programs whose reports the book shows.
const COMPARISONS: [&Comparison; 5] = [
    &runtimes_compare::COMPARISON,
    &models_compare::COMPARISON,
    &echo_compare::COMPARISON,
    &echo_compare::COMPLETIONS,
    &echo_compare::LATENCY,
];

/// The names of all templates.
pub fn all() -> Vec<String> {
    let names = files(FOLDER).into_iter().filter_map(|file| Some(file.strip_prefix(FOLDER)?[1..].to_owned()));
    names.filter(|name| !name.ends_with(".jinja")).collect()
}

/// Fills the template of this name. `added` is what it has besides the reports and the data.
pub fn fill(name: &str, added: impl Serialize) -> Result<String> {
    let fail = |error: Error| Failure::new(format!("{FOLDER}/{name}: {error:#}"));
    let environment = environment().map_err(fail)?;
    let template = environment.get_template(name).map_err(fail)?;
    template.render(context! { ..Value::from(Serde(added)) }).map_err(fail)
}

fn environment() -> Filled<Environment<'static>> {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build();
    environment.set_syntax(syntax?);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.set_loader(|name| match read(format!("{FOLDER}/{name}")) {
        Ok(text) => Ok(Some(text)),
        Err(error) => Err(failed(error)),
    });
    environment.add_function("report", |name: &str| Report::committed(name).map(Value::from_object).map_err(failed));
    environment.add_function("data", |file: &str| {
        let text = read(format!("book/src/{file}")).map_err(failed)?;
        serde_json::from_str::<serde_json::Value>(&text).map(|data| Value::from(Serde(data))).map_err(failed)
    });
    environment.add_filter("figure", |value: Option<f64>, name: &str| -> Filled<String> {
        let measure = measure(name)?;
        Ok(value.map_or_else(dash, |value| format(measure, value)))
    });
    environment.add_filter("times", |ratio: Option<f64>| ratio.map_or_else(dash, times));
    environment.add_filter("spread", |ratio: Option<Vec<f64>>| match ratio.as_deref() {
        Some(&[least, median, most]) => times_of_rounds([least, median, most]),
        _ => dash(),
    });
    environment.add_filter("grouped", |number: f64| grouped(format_args!("{number:.0}")));
    environment.add_filter("two_digits", two_digits);
    environment.add_filter("html", |text: &str| html(text));
    environment.add_filter("html_with_code", |text: &str| {
        let part = |(index, part)| if index % 2 == 1 { format!("<code>{}</code>", html(part)) } else { html(part) };
        text.split('`').enumerate().map(part).collect::<String>()
    });
    environment.add_filter("range", |values: Vec<f64>| Value::from(range(values).map(Vec::from)));
    Ok(environment)
}

/// Text for HTML.
fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn dash() -> String {
    "–".to_owned()
}

fn failed(error: impl fmt::Display) -> Error {
    Error::new(ErrorKind::InvalidOperation, error.to_string())
}

/// The figure of this name, as it is called in the data.
fn measure(name: &str) -> Filled<Measure> {
    serde_json::from_value(name.into()).map_err(failed)
}

fn scenario(name: &str) -> Filled<Scenario> {
    let mut all = COMPARISONS.iter().flat_map(|comparison| comparison.scenarios);
    all.find(|scenario| scenario.name == name).copied().ok_or_else(|| failed(format!("nothing is called {name}")))
}

/// A number that pretends to no more than it knows.
pub fn two_digits(number: f64) -> f64 {
    let unit = 10_f64.powf((number.log10().floor() - 1.0).max(0.0));
    (number / unit).round() * unit
}

/// What a template asks of a report. A row of it is a figure and a load, by their names in the data.
impl Object for Report {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "servers" => Some(self.servers().into_iter().map(str::to_owned).collect()),
            "command" => Some(Value::from(self.command())),
            "circumstances" => Some(Value::from(self.circumstances())),
            _ => None,
        }
    }

    fn call_method(self: &Arc<Self>, _: &mut State, method: &str, arguments: &[Value]) -> Filled<Value> {
        if method == "parts" {
            let (load, server): (&str, &str) = from_args(arguments)?;
            return Ok(Value::from(Serde(self.parts(scenario(load)?, server))));
        }
        let (figure, rest): (&str, _) = from_args(&arguments[..1]).map(|(figure,)| (figure, &arguments[1..]))?;
        let (load, servers) = rest.split_first().ok_or_else(|| Error::from(ErrorKind::MissingArgument))?;
        let row = (measure(figure)?, scenario(load.as_str().unwrap_or_default())?);
        let server = |number: usize| servers.get(number).and_then(Value::as_str).unwrap_or_default();
        Ok(match method {
            "title" => Value::from(self.title(row)),
            "mark" => Value::from(self.mark(row, server(0))),
            "median" => Value::from(self.median(row, server(0))),
            "range" => Value::from(self.range(row, server(0)).map(Vec::from)),
            "ratio" => Value::from(self.ratio(row, server(0), server(1)).map(Vec::from)),
            "is_least" => {
                let others: Vec<&str> = servers[1..].iter().filter_map(Value::as_str).collect();
                Value::from(self.is_least(row, server(0), &others))
            }
            _ => return Err(Error::from(ErrorKind::UnknownMethod)),
        })
    }
}

/// The figures that a template has typed, instead of taking them from data: a number with a unit after it, outside of braces.
pub fn typed_figures(template: &str) -> Vec<String> {
    const UNITS: [&str; 12] = ["ns", "µs", "ms", "s", "B", "kB", "MB", "GB", "%", "×", "k/s", "M/s"];
    let outside = template.split("{{").flat_map(|part| part.rsplit("}}").next());
    let words = outside.flat_map(|text| text.split([' ', '\u{a0}', '|', '<', '>', '(', ')']));
    let words: Vec<&str> = words.collect();
    let is_number = |word: &str| word.chars().next().is_some_and(|first| first.is_ascii_digit());
    let joined = words.iter().filter(|word| {
        let unit = word.trim_start_matches(|c: char| c.is_ascii_digit() || ".,".contains(c));
        is_number(word) && UNITS.contains(&unit)
    });
    let apart = words.windows(2).filter(|pair| is_number(pair[0]) && UNITS.contains(&pair[1]));
    joined.map(|word| (*word).to_owned()).chain(apart.map(|pair| pair.join(" "))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> String {
        environment().and_then(|environment| environment.render_str(text, context! {})).expect("a template")
    }

    #[test]
    fn a_value_is_written_in_the_unit_of_its_figure_and_what_is_not_there_is_a_dash() {
        assert_eq!(filled("{{ 0.0000051 | figure('cpu_per_request') }}"), "5.10\u{a0}µs");
        assert_eq!(filled("{{ none | figure('cpu_per_request') }} {{ none | times }} {{ none | spread }}"), "– – –");
        assert_eq!(filled("{{ [0.5, 1.25, 2] | spread }}"), "1.25× (0.50× to 2.00×)");
        assert_eq!(filled("{{ 28232 | two_digits | grouped }}"), "28,000");
    }

    #[test]
    fn what_a_template_names_must_be_there() {
        let fails = |text| environment().is_ok_and(|environment| environment.render_str(text, context! {}).is_err());
        assert!(
            fails("{{ report('none') }}") && fails("{{ report('report').median('speed', 'keep-alive', 'tokio') }}")
        );
        assert!(fails("{{ report('report').median('cpu_per_request', 'rest', 'tokio') }}") && fails("{{ nothing }}"));
    }

    #[test]
    fn a_figure_that_is_typed_is_found() {
        assert_eq!(typed_figures("| 5.1 µs | 3% | 1.2× | (4\u{a0}kB) |").len(), 4);
        assert_eq!(typed_figures("| 10,000 clients | {{ 5.1 µs }} | 2.2 | s |"), [""; 0]);
    }

    #[test]
    fn a_number_is_rounded_to_two_digits() {
        assert_eq!([449.0, 33_412.0, 7.2].map(two_digits), [450.0, 33_000.0, 7.0]);
    }
}
