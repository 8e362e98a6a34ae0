//! Finding out on which platform a status page runs, by asking for what each of them has, in turn. Once; what is found is
//! remembered with the source, and looked for again when its documents cannot be read any more.

use crate::{
    fetch::{FetchError, Fetcher},
    model::{Clock, Outcome},
    source::detect::{self, Found},
};

/// Why nothing was found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undetected {
    /// The page itself cannot be asked.
    #[error("{0}")]
    Unreachable(FetchError),
    /// It answers, and is no page that is known.
    #[error("the platform is unknown: none of the documents that are read is at this address ({0} were asked for)")]
    Unknown(usize),
}

/// The platform of the page at an address.
///
/// # Errors
/// Nobody answers, or nothing that is known.
pub async fn detect(fetcher: &Fetcher, address: &str, clock: &dyn Clock) -> Result<Found, Undetected> {
    let probes = detect::probes(address);
    let mut page = None;
    for (number, ask) in probes.iter().enumerate() {
        let answer = match fetcher.get(ask).await {
            Ok(answer) if answer.outcome == Outcome::Fresh => answer,
            // Who asks us to wait, or is not there at all, is not asked twenty times more.
            Err(error)
                if error.is_limit()
                    || number == 0 && !matches!(error, FetchError::Status(_) | FetchError::Forbidden(_)) =>
            {
                return Err(Undetected::Unreachable(error));
            }
            _ => continue,
        };
        if let Some(found) = detect::look(ask, address, &answer, clock.now()) {
            return Ok(found);
        }
        if number == 0 {
            page = Some(answer);
        }
    }
    let feeds = page.map(|page| detect::feeds(&page)).unwrap_or_default();
    for ask in &feeds {
        if let Ok(answer) = fetcher.get(ask).await
            && let Some(found) = detect::look_at_feed(&answer, clock.now())
        {
            return Ok(found);
        }
    }
    Err(Undetected::Unknown(probes.len() + feeds.len()))
}
