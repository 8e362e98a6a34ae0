//! Zones as dates write them.

/// Zones by name, in minutes east of UTC: those of RFC 822, and the abbreviations that status pages write where they have
/// one meaning. `IST` has three (India, Ireland, Israel) and is therefore not known.
const NAMES: &[(&str, i32)] = &[
    ("UTC", 0),
    ("GMT", 0),
    ("UT", 0),
    ("Z", 0),
    ("WET", 0),
    ("WEST", 60),
    ("BST", 60),
    ("CET", 60),
    ("CEST", 120),
    ("EET", 120),
    ("EEST", 180),
    ("MSK", 180),
    ("SGT", 480),
    ("HKT", 480),
    ("AWST", 480),
    ("JST", 540),
    ("KST", 540),
    ("ACST", 570),
    ("ACDT", 630),
    ("AEST", 600),
    ("AEDT", 660),
    ("NZST", 720),
    ("NZDT", 780),
    ("HST", -600),
    ("AKST", -540),
    ("AKDT", -480),
    ("PST", -480),
    ("PDT", -420),
    ("MST", -420),
    ("MDT", -360),
    ("CST", -360),
    ("CDT", -300),
    ("EST", -300),
    ("EDT", -240),
    ("AST", -240),
    ("ADT", -180),
    ("NST", -210),
    ("NDT", -150),
    ("BRT", -180),
];

/// Seconds east of UTC of `+0100`, `-05:30`, `+01`, `PST`, `GMT+1`; `None` when it is not known.
pub(crate) fn read(zone: &str) -> Option<i32> {
    let name_length = zone.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(zone.len());
    let (name, number) = zone.split_at(name_length);
    let named = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, minutes)| minutes * 60);
    match (name, number) {
        ("", number) => numeric(number),
        (_, "") => named,
        // `GMT+0100`; `PST-0800` says the same thing twice.
        (_, number) => named.and_then(|_| numeric(number)),
    }
}

fn numeric(text: &str) -> Option<i32> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(split) => split,
        None if digits.len() <= 2 => (digits, "0"),
        None => digits.split_at_checked(digits.len().saturating_sub(2))?,
    };
    if !hours.bytes().chain(minutes.bytes()).all(|byte| byte.is_ascii_digit()) || hours.len() > 2 {
        return None;
    }
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 15 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_read_by_name_and_number() {
        for (zone, hours) in [
            ("PST", -8.0),
            ("cest", 2.0),
            ("+0530", 5.5),
            ("-05:00", -5.0),
            ("+08", 8.0),
            ("GMT+1", 1.0),
            ("-0000", 0.0),
        ] {
            assert_eq!(read(zone).map(f64::from), Some(hours * 3600.0), "{zone}");
        }
        for zone in ["", "+", "XYZ", "+99", "+1:2:3", "XYZ+1", "+0199"] {
            assert_eq!(read(zone), None, "{zone}");
        }
    }
}
