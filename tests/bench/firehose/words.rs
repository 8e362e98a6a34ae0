//! Sentences of which the truth is known: who reports an outage, who only names a service, who does neither.

/// Services with names that are nothing else.
const SERVICES: [&str; 16] = [
    "ChatGPT",
    "GitHub",
    "Netflix",
    "Spotify",
    "WhatsApp",
    "Instagram",
    "Reddit",
    "Cloudflare",
    "PayPal",
    "Roblox",
    "Fortnite",
    "YouTube",
    "Facebook",
    "TikTok",
    "Snapchat",
    "Gmail",
];

const REPORTS: [&str; 10] = [
    "{s} is down for me, anyone else?",
    "is {s} down right now? nothing loads since {n} minutes",
    "{s} outage in {p}, nobody here can log in",
    "looks like {s} is down again in {p}",
    "{s} down? I only get error 503",
    "{s} is not working, error {n} on every request, is it down for everyone?",
    "huge {s} outage right now, everybody in {p} is offline",
    "{s} servers are down, anyone else in {p}?",
    "ok so {s} just went down. is it me or is {s} having an outage?",
    "{s} is down in {p}, been offline for {n} minutes",
];

const MENTIONS: [&str; 8] = [
    "my {s} of the week: {a} {o} from {p}",
    "found this {o} on {s} and it made my {a} morning",
    "the new {s} logo looks like a {a} {o}",
    "she showed me her {a} {o} on {s}",
    "someone on {s} paints a {a} {o} every day",
    "what was your first year on {s} like? mine had a {a} {o}",
    "watching {a} {o} videos on {s} with my cousin from {p}",
    "saved a {a} picture of {p} from {s}",
];

const CHATTER: [&str; 12] = [
    "a {a} {o} walked through {p} this morning and nobody looked up",
    "I baked {n} loaves with the {a} flour from {p}",
    "the {o} in {p} was {a} and I want to go back",
    "good morning from {p}, the light is {a} today",
    "my {o} turned {n} today, what a {a} little creature",
    "reading a {a} novel about a {o}, page {n} and I am in love",
    "heute war der Himmel über {p} so {a}, und wir hatten {n} Äpfel im Korb",
    "una tarde {a} en {p}, con un {o} y {n} amigos",
    "今日は{p}で{n}枚の写真を撮りました。空がとてもきれいでした",
    "une promenade {a} à {p}, {n} canards et un {o}",
    "drew a {a} {o}, {n} hours of work, posted for the people of {p}",
    "the band played {n} songs and the {o} danced, {a} night in {p}",
];

/// What speaks of being down and means none of the services.
const HARD: [&str; 4] = [
    "feeling a bit down today, a {a} {o} would help",
    "sat down by the river in {p} with a {a} {o}",
    "the sun is down over {p} and the {o} is asleep",
    "came down the hill at {p}, {n} steps, {a} view",
];

const PLACES: [&str; 16] = [
    "Lisbon", "Kyoto", "Leipzig", "Austin", "Nairobi", "Oslo", "Lima", "Ghent", "Perth", "Turin", "Cork", "Izmir",
    "Quito", "Pune", "Malmö", "Brno",
];
const ADJECTIVES: [&str; 16] = [
    "golden", "quiet", "tiny", "velvet", "crooked", "bright", "mossy", "ancient", "gentle", "striped", "wobbly",
    "purple", "windy", "hollow", "tender", "salty",
];
const OBJECTS: [&str; 16] = [
    "heron",
    "teapot",
    "bicycle",
    "lantern",
    "puppy",
    "accordion",
    "meadow",
    "sandwich",
    "lighthouse",
    "sweater",
    "tortoise",
    "garden",
    "violin",
    "kettle",
    "mountain",
    "pear",
];

/// What a sentence is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Truth {
    /// Reports an outage of a service.
    Report,
    /// Names a service, and nothing is wrong with it.
    Mention,
    /// Neither.
    Chatter,
}

impl Truth {
    /// What the record keys of such posts begin with.
    pub fn letter(self) -> char {
        match self {
            Self::Report => 'r',
            Self::Mention => 'm',
            Self::Chatter => 'c',
        }
    }
}

/// Numbers that look random and are the same in every run (xorshift64*).
pub struct Dice(u64);

impl Dice {
    /// Dice that fall as `seed` says.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `sides`.
    pub fn below(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % sides
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }

    /// A sentence: 1 of 100 a report, 2 a mention, 5 hard, the rest easy. Gives what it is.
    pub fn sentence(&mut self, text: &mut String) -> Truth {
        let (truth, first) = match self.below(100) {
            0 => (Truth::Report, self.of(&REPORTS)),
            1 | 2 => (Truth::Mention, self.of(&MENTIONS)),
            3..=7 => (Truth::Chatter, self.of(&HARD)),
            _ => (Truth::Chatter, self.of(&CHATTER)),
        };
        let service = if truth == Truth::Chatter { "" } else { self.of(&SERVICES) };
        text.clear();
        self.fill(first, service, text);
        // A report is short; others go on for a while.
        let more = if truth == Truth::Report { 0 } else { self.below(3) };
        for _ in 0..more {
            text.push_str(". ");
            let next = self.of(&CHATTER);
            self.fill(next, "", text);
        }
        truth
    }

    fn fill(&mut self, template: &str, service: &str, text: &mut String) {
        let mut rest = template;
        while let Some(at) = rest.find('{') {
            text.push_str(&rest[..at]);
            match &rest[at..at + 3] {
                "{s}" => text.push_str(service),
                "{p}" => text.push_str(self.of(&PLACES)),
                "{a}" => text.push_str(self.of(&ADJECTIVES)),
                "{o}" => text.push_str(self.of(&OBJECTS)),
                _ => text.push_str(&(2 + self.below(58)).to_string()),
            }
            rest = &rest[at + 3..];
        }
        text.push_str(rest);
    }
}
