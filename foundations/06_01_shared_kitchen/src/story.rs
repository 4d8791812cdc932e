//! What happens in the kitchen, in words.

use serde::{Serialize, Serializer};
use std::fmt;
use std::time::Duration;

/// Something that happens to a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Duration,
    /// To whom. The first customer has the number zero.
    pub customer: u32,
    /// What.
    pub what: What,
}

/// What happens. The end of a wait in line is no event of its own: the next event shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Arrives,
    SodaBegins,
    SodaReady,
    BurgerBegins,
    BurgerReady,
    BatchBegins,
    BatchReady,
    FriesReady,
    Leaves(Duration),
}

impl fmt::Display for Event {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let customer = name(self.customer);
        write!(formatter, "{:>6} s  ", Seconds(self.at))?;
        match self.what {
            What::Arrives => write!(formatter, "{customer} arrives"),
            What::SodaBegins => write!(formatter, "a soda machine begins a soda for {customer}"),
            What::SodaReady => write!(formatter, "{customer} has a soda"),
            What::BurgerBegins => write!(formatter, "a cook begins a burger for {customer}"),
            What::BurgerReady => write!(formatter, "{customer} has a burger"),
            What::BatchBegins => write!(formatter, "the fryer begins a batch for {customer} and later customers"),
            What::BatchReady => write!(formatter, "the batch is ready"),
            What::FriesReady => write!(formatter, "{customer} has fries"),
            What::Leaves(after) => write!(formatter, "{customer} has everything, after {} s", Seconds(after)),
        }
    }
}

/// The name of a customer: A to Z, then AA, AB and so on, as the columns of a spreadsheet.
pub fn name(customer: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = u64::from(customer) + 1;
    while rest > 0 {
        letters.push(('A'..='Z').nth(((rest - 1) % 26) as usize).unwrap_or('?'));
        rest = (rest - 1) / 26;
    }
    letters.into_iter().rev().collect()
}

/// A time in seconds, to the last digit: 8, 0.25.
#[derive(Clone, Copy, Debug)]
pub struct Seconds(pub Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:09}", self.0.as_secs(), self.0.subsec_nanos());
        formatter.pad(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.to_string().parse() {
            Ok(seconds) if self.0.subsec_nanos() > 0 => serializer.serialize_f64(seconds),
            _ => serializer.serialize_u64(self.0.as_secs()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_customer_has_a_name() {
        let names = [0, 1, 25, 26, 27, 51, 52, 701, 702, u32::MAX].map(name);
        assert_eq!(names, ["A", "B", "Z", "AA", "AB", "AZ", "BA", "ZZ", "AAA", "MWLQKWV"]);
    }

    #[test]
    fn seconds_have_no_more_digits_than_they_need() {
        let times = [(0, 0), (100, 0), (5, 200_000_000), (0, 1), (9, 950_000_000)];
        let times = times.map(|(seconds, nanoseconds)| Seconds(Duration::new(seconds, nanoseconds)));
        assert_eq!(times.map(|time| time.to_string()), ["0", "100", "5.2", "0.000000001", "9.95"]);
        assert_eq!(serde_json::to_string(&times).unwrap(), "[0,100,5.2,1e-9,9.95]");
    }
}
