//! What headers say about time: when to come back, and how long an answer stays fresh.

use std::time::Duration;

use jiff::{civil::DateTime, fmt::rfc2822, tz::TimeZone};
use reqwest::header::{self, HeaderMap, HeaderName};

use crate::model::Timestamp;

/// How long a server is left alone that says 429 or 503 and not for how long (protocols B2).
pub const UNSAID: Duration = Duration::from_secs(15 * 60);

/// The longest wait that is obeyed.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// `Retry-After`, in seconds or as a date.
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = one(headers, header::RETRY_AFTER)?;
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds).min(LONGEST));
    }
    let until = http_date(&value)?;
    Some(Duration::try_from(until.duration_since(now)).unwrap_or_default().min(LONGEST))
}

/// How long to wait where an answer's rate-limit headers say that nothing is left (`is_refused`: or that there was none).
/// The reset is a date with Mastodon, seconds since 1970 with Bluesky and GitHub, seconds from now with Reddit.
pub fn limit_over(headers: &HeaderMap, now: Timestamp, is_refused: bool) -> Option<Duration> {
    let either = |name: &str| {
        let named = |name: String| headers.get(name.as_str()).and_then(|value| value.to_str().ok()).map(str::trim);
        named(format!("x-ratelimit-{name}")).or_else(|| named(format!("ratelimit-{name}")))
    };
    let is_used_up = either("remaining").is_some_and(|left| left.parse::<f64>().is_ok_and(|left| left < 1.0));
    if !is_used_up && !is_refused {
        return None;
    }
    let reset = either("reset")?;
    let wait = match reset.parse::<f64>() {
        // A number that is a date in this century is one.
        Ok(seconds) if seconds > 1e9 => {
            Duration::try_from_secs_f64(seconds - now.as_second() as f64).unwrap_or_default()
        }
        Ok(seconds) => Duration::try_from_secs_f64(seconds).ok()?,
        Err(_) => Duration::try_from(reset.parse::<Timestamp>().ok()?.duration_since(now)).unwrap_or_default(),
    };
    Some(wait.min(LONGEST))
}

/// How long the answer stays fresh: `max-age` less `Age`, else `Expires` less `Date`; `None` where it says nothing or
/// that it must not be kept.
pub fn fresh_for(headers: &HeaderMap) -> Option<Duration> {
    let control = one(headers, header::CACHE_CONTROL).unwrap_or_default().to_ascii_lowercase();
    let mut directives = control.split(',').map(str::trim);
    if directives.clone().any(|directive| matches!(directive, "no-cache" | "no-store")) {
        return None;
    }
    let max_age = directives.find_map(|directive| directive.strip_prefix("max-age=")?.trim_matches('"').parse().ok());
    let fresh = match max_age {
        Some(seconds) => {
            let age = one(headers, header::AGE).and_then(|age| age.parse().ok()).unwrap_or(0_u64);
            Duration::from_secs(u64::saturating_sub(seconds, age))
        }
        None => {
            let expires = http_date(&one(headers, header::EXPIRES)?)?;
            let date = http_date(&one(headers, header::DATE)?)?;
            Duration::try_from(expires.duration_since(date)).ok()?
        }
    };
    (!fresh.is_zero()).then_some(fresh.min(LONGEST))
}

/// The three forms of RFC 9110, 5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`, RFC 850's, and asctime's.
fn http_date(text: &str) -> Option<Timestamp> {
    if let Ok(at) = rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text) {
        return Some(at);
    }
    ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"]
        .iter()
        .find_map(|form| DateTime::strptime(form, text).ok())
        .and_then(|at| TimeZone::UTC.to_timestamp(at).ok())
}

fn one(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn retry_after_is_read_in_every_form_and_capped_at_a_day() {
        let now: Timestamp = "1994-11-06T08:48:37Z".parse().expect("an instant");
        for (value, seconds) in [
            ("120", 120),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 60),
            ("Sunday, 06-Nov-94 08:49:37 GMT", 60),
            ("Sun Nov  6 08:49:37 1994", 60),
            ("Sun, 06 Nov 1994 08:00:00 GMT", 0),
            ("99999999", 86_400),
        ] {
            let said = retry_after(&headers(&[(header::RETRY_AFTER, value)]), now);
            assert_eq!(said, Some(Duration::from_secs(seconds)), "{value}");
        }
        assert_eq!(retry_after(&headers(&[(header::RETRY_AFTER, "soon")]), now), None);
    }

    #[test]
    fn freshness_is_what_is_left_of_it() {
        let fresh = |pairs: &[(HeaderName, &'static str)]| fresh_for(&headers(pairs)).map(|fresh| fresh.as_secs());
        assert_eq!(fresh(&[(header::CACHE_CONTROL, "public, max-age=300"), (header::AGE, "100")]), Some(200));
        assert_eq!(fresh(&[(header::CACHE_CONTROL, "max-age=60"), (header::AGE, "100")]), None);
        assert_eq!(fresh(&[(header::CACHE_CONTROL, "no-cache, max-age=60")]), None);
        let date = (header::DATE, "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(fresh(&[date.clone(), (header::EXPIRES, "Sun, 06 Nov 1994 08:59:37 GMT")]), Some(600));
        assert_eq!(fresh(&[date, (header::EXPIRES, "0")]), None);
    }
}
