//! A service that the gateway asks.

use hyper::Uri;
use std::str::FromStr;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

/// A service: where it is, and how many second tries it may still get.
#[derive(Debug)]
pub struct Service {
    /// The end of its path, or its address if it has no path.
    pub name: String,
    /// What it is asked for.
    pub url: Uri,
    /// How many second tries are left.
    pub budget: Budget,
}

impl FromStr for Service {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let url: Uri = text.parse().map_err(|error| format!("{text} is not a URL: {error}"))?;
        let Some(authority) = url.authority().filter(|_| url.scheme_str() == Some("http")) else {
            return Err(format!("{text} is not a URL that begins with http://"));
        };
        if authority.host().is_empty() {
            return Err(format!("{text} is not a URL: it names no host"));
        }
        let host = authority.host();
        let expected = authority.port_u16().map_or(host.to_owned(), |port| format!("{host}:{port}"));
        if authority.as_str() != expected {
            return Err(format!("{text} has more than a host and a port between http:// and its path"));
        }
        let last = url.path().rsplit('/').find(|part| !part.is_empty());
        let name = last.unwrap_or(authority.as_str()).to_owned();
        Ok(Self { name, url, budget: Budget::default() })
    }
}

// ANCHOR: budget
/// How many second tries a service may get: one for every ten first tries, and a reserve of ten.
#[derive(Debug)]
pub struct Budget(AtomicU32);

/// What a second try costs. A first try pays in 1.
const PRICE: u32 = 10;
/// The reserve: ten second tries.
const MAX_BALANCE: u32 = 10 * PRICE;

impl Default for Budget {
    fn default() -> Self {
        Self(AtomicU32::new(MAX_BALANCE))
    }
}

impl Budget {
    /// Counts a first try.
    pub fn deposit(&self) {
        let one_more = |saved: u32| Some(MAX_BALANCE.min(saved + 1));
        let _ = self.0.fetch_update(Relaxed, Relaxed, one_more); // it cannot fail
    }

    /// Whether there may be a second try now.
    pub fn withdraw(&self) -> bool {
        self.0.fetch_update(Relaxed, Relaxed, |saved| saved.checked_sub(PRICE)).is_ok()
    }
}
// ANCHOR_END: budget

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_has_the_name_that_its_path_ends_with() {
        let name = |url: &str| url.parse().map(|service: Service| service.name);
        assert_eq!(name("http://127.0.0.1:81/shop/price"), Ok("price".to_owned()));
        assert_eq!(name("http://127.0.0.1:81/shop/"), Ok("shop".to_owned()));
        assert_eq!(name("http://127.0.0.1:81"), Ok("127.0.0.1:81".to_owned()));
    }

    #[test]
    fn what_is_not_a_url_of_http_is_refused_and_named() {
        for text in [
            "https://127.0.0.1/",
            "ftp://127.0.0.1/",
            "127.0.0.1:81",
            "/price",
            "",
            "http://",
            "http:///a",
            "http://a b/",
        ] {
            let refused = text.parse().map(|service: Service| service.name);
            assert!(refused.as_ref().is_err_and(|problem| problem.starts_with(text)), "{text}: {refused:?}");
        }
    }

    #[test]
    fn ten_first_tries_pay_for_a_second_one() {
        let budget = Budget::default();
        assert_eq!((0..100).filter(|_| budget.withdraw()).count(), 10, "the reserve");
        let tries = (0..200).filter(|_| {
            budget.deposit();
            budget.withdraw()
        });
        assert_eq!(tries.count(), 20);
    }
}
