//! Who guesses the operator's token is slowed down: a few wrong ones within a minute, then none are looked at from there
//! until the minute is over, right or not. Counted in memory by address, which is written down nowhere.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// Wrong tokens of one minute.
const MOST: u32 = 5;

/// How long they count, from the first one on.
const WINDOW: Duration = Duration::from_secs(60);

/// Addresses that are remembered.
const REMEMBERED: usize = 10_000;

/// Wrong tokens by address. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Guesses(Arc<Mutex<HashMap<IpAddr, Wrong>>>);

/// What came from an address.
#[derive(Debug, Clone, Copy)]
struct Wrong {
    first: Instant,
    count: u32,
}

impl Guesses {
    /// How long this address has to wait; `None` where it may try.
    pub(super) fn wait(&self, from: IpAddr, now: Instant) -> Option<Duration> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wrong = held.get(&household(from)).filter(|wrong| wrong.count >= MOST)?;
        WINDOW.checked_sub(now.duration_since(wrong.first)).filter(|left| !left.is_zero())
    }

    /// A wrong token came; says the how manieth of this minute it was.
    pub(super) fn wrong(&self, from: IpAddr, now: Instant) -> u32 {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over = |wrong: &Wrong| now.duration_since(wrong.first) >= WINDOW;
        if held.len() >= REMEMBERED {
            held.retain(|_, wrong| !is_over(wrong));
        }
        if held.len() >= REMEMBERED
            && let Some(oldest) = held.iter().min_by_key(|(_, wrong)| wrong.first).map(|(from, _)| *from)
        {
            held.remove(&oldest);
        }
        let wrong = held.entry(household(from)).or_insert(Wrong { first: now, count: 0 });
        if is_over(wrong) {
            *wrong = Wrong { first: now, count: 0 };
        }
        wrong.count += 1;
        wrong.count
    }
}

/// The address, of IPv6 the network of one household: whoever has one address of it has all of them.
fn household(from: IpAddr) -> IpAddr {
    match from.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from(u128::from(address) & !u128::from(u64::MAX)).into(),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_few_wrong_ones_within_a_minute_and_none_is_looked_at() {
        let (guesses, begin) = (Guesses::default(), Instant::now());
        let (here, there) = (address("192.0.2.1"), address("192.0.2.2"));
        for count in 1..=MOST {
            assert_eq!(guesses.wait(here, begin), None);
            assert_eq!(guesses.wrong(here, begin), count);
        }
        assert_eq!(guesses.wait(here, begin + Duration::from_secs(20)), Some(Duration::from_secs(40)));
        assert_eq!(guesses.wait(there, begin), None, "another address");
        assert_eq!(guesses.wait(here, begin + WINDOW), None, "the minute is over");
        assert_eq!(guesses.wrong(here, begin + WINDOW), 1);
    }

    #[test]
    fn a_household_is_one_and_so_is_an_address_in_two_notations() {
        let (guesses, now) = (Guesses::default(), Instant::now());
        guesses.wrong(address("2001:db8::1"), now);
        assert_eq!(guesses.wrong(address("2001:db8::ffff:1"), now), 2);
        assert_eq!(guesses.wrong(address("2001:db8:0:1::1"), now), 1);
        guesses.wrong(address("::ffff:192.0.2.1"), now);
        assert_eq!(guesses.wrong(address("192.0.2.1"), now), 2);
    }

    #[test]
    fn what_is_remembered_has_an_end() {
        let (guesses, now) = (Guesses::default(), Instant::now());
        for number in 0..REMEMBERED as u32 + 10 {
            guesses.wrong(IpAddr::V4(number.into()), now);
        }
        assert!(guesses.0.lock().expect("not poisoned").len() <= REMEMBERED);
    }
}
