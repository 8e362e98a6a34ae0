//! What the judge must do, and properties of any text.

use proptest::prelude::*;
use std::sync::LazyLock;

use super::*;

static JUDGE: LazyLock<Classifier> = LazyLock::new(|| Classifier::new(&Catalogue::built_in()));

fn judge_as(kind: ItemKind, text: &str) -> Verdict {
    JUDGE.judge(Text { kind, title: "", text, source: "" })
}

fn judge(text: &str) -> Verdict {
    judge_as(ItemKind::Post, text)
}

#[test]
fn complaints_are_outages_and_what_sounds_like_them_is_not() {
    for text in [
        "ChatGPT is down",
        "is chatgpt down for anyone else?",
        "Getting internal server error from the OpenAI API since this morning",
        "Cloudflare outage takes half the web offline",
        "Azure gestört: Dienste seit heute Morgen nicht erreichbar",
        "ChatGPT en panne depuis ce matin",
        "ChatGPTが落ちた、障害？",
    ] {
        let verdict = judge(text);
        assert!(verdict.outage, "{text}: {verdict:?}");
        assert!(!verdict.why.is_empty() && !verdict.services.is_empty(), "{text}: {verdict:?}");
    }
    for text in [
        "Dropbox shares fell, stock price is down",
        "Power outage in the city after the storm",
        "ChatGPT has a new voice",
        "How to sit down with Claude",
        "feeling down today, staying in bed",
    ] {
        assert!(!judge(text).outage, "{text}: {:?}", judge(text));
    }
    let maintenance = "GitHub scheduled maintenance: the site may be unavailable on Sunday";
    let verdict = judge_as(ItemKind::StatusUpdate, maintenance);
    assert!(!verdict.outage && verdict.phase.as_deref() == Some("maintenance"), "{verdict:?}");
}

/// Sentences of our own: the affected service first, then the upstream one.
const UPSTREAM: [(&str, &str, &str); 47] = [
    ("ChatGPT is down, caused by a power failure at Microsoft Azure", "ChatGPT", "Microsoft Azure"),
    ("Slack is down because of an outage at AWS", "Slack", "AWS"),
    ("Discord unavailable due to a Google Cloud outage", "Discord", "Google Cloud"),
    ("Netlify is failing because AWS is down", "Netlify", "AWS"),
    ("Shopify checkout errors are caused by Cloudflare", "Shopify", "Cloudflare"),
    (
        "GitHub Actions is degraded due to an issue with our upstream provider Microsoft Azure",
        "GitHub",
        "Microsoft Azure",
    ),
    ("Coinbase says its app went down because of AWS", "Coinbase", "AWS"),
    ("Reddit outage blamed on Fastly", "Reddit", "Fastly"),
    ("Vercel deployments fail, traced to AWS", "Vercel", "AWS"),
    ("npm was unreachable as a result of a Cloudflare outage", "npm", "Cloudflare"),
    ("AWS outage takes down Slack", "Slack", "AWS"),
    ("Falla en AWS deja sin servicio a GitHub durante horas", "GitHub", "AWS"),
    ("GitHub tidak bisa dibuka karena gangguan AWS", "GitHub", "AWS"),
    ("Fastly outage knocks out Reddit", "Reddit", "Fastly"),
    ("Cloudflare outage hits Discord", "Discord", "Cloudflare"),
    ("Azure failure disrupts ChatGPT", "ChatGPT", "Microsoft Azure"),
    ("AWS down, taking down Twilio with it", "Twilio", "AWS"),
    ("Zoom is down thanks to AWS", "Zoom", "AWS"),
    ("Perplexity is offline owing to problems: because of AWS we cannot serve requests", "Perplexity", "AWS"),
    ("Snapchat down due to Google Cloud", "Snapchat", "Google Cloud"),
    ("Spotify is not working because of a Google Cloud networking problem", "Spotify", "Google Cloud"),
    ("Our Heroku hosted status: Sentry is down due to an incident at AWS", "Sentry", "AWS"),
    ("ChatGPT ist ausgefallen, wegen einer Störung bei Azure", "ChatGPT", "Microsoft Azure"),
    ("Slack nicht erreichbar wegen AWS", "Slack", "AWS"),
    ("ChatGPT en panne à cause de Cloudflare", "ChatGPT", "Cloudflare"),
    ("Discord est en panne à cause d'une panne de Google Cloud", "Discord", "Google Cloud"),
    ("Canva y ChatGPT caídos por culpa de Cloudflare", "ChatGPT", "Cloudflare"),
    ("Se cayó Slack debido a un fallo de AWS", "Slack", "AWS"),
    ("ChatGPT fora do ar por causa de Cloudflare", "ChatGPT", "Cloudflare"),
    ("ChatGPT non funziona a causa di Cloudflare", "ChatGPT", "Cloudflare"),
    ("Discord nie działa z powodu Cloudflare", "Discord", "Cloudflare"),
    ("Twilio: SMS delivery delayed, stemming from AWS", "Twilio", "AWS"),
    ("Datadog ingestion is delayed due to an upstream provider, Google Cloud", "Datadog", "Google Cloud"),
    ("Okta logins fail because of Cloudflare", "Okta", "Cloudflare"),
    ("Cloudflare glitch knocks Discord and Canva offline", "Discord", "Cloudflare"),
    ("Canva and Discord go dark as Fastly fails: an error at Fastly", "Canva", "Fastly"),
    ("Guasto a Cloudflare, giù ChatGPT e Canva", "Canva", "Cloudflare"),
    ("Falha na AWS tira do ar Slack e GitHub", "GitHub", "AWS"),
    ("Nach Cloudflare-Panne: Discord und Canva nicht erreichbar", "Canva", "Cloudflare"),
    ("AWS kaynaklı arıza Slack'i vurdu", "Slack", "AWS"),
    ("Discord'a girilemiyor, Cloudflare'deki arıza nedeniyle", "Discord", "Cloudflare"),
    ("AWS障害の影響でSlackが使えない", "Slack", "AWS"),
    ("Cloudflare में गड़बड़ी के कारण Discord ठप", "Discord", "Cloudflare"),
    ("تعطل Discord بسبب عطل في Cloudflare", "Discord", "Cloudflare"),
    ("Slack en panne, un incident chez l'hébergeur AWS", "Slack", "AWS"),
    ("Datadog: Alerts delayed - An availability zone of AWS lost power.", "Datadog", "AWS"),
    ("Notre prestataire Fastly a un incident, Canva ne répond plus", "Canva", "Fastly"),
];

#[test]
fn what_stands_by_has_no_part_in_an_outage() {
    for (text, hit) in [
        ("Instagram is down, everybody complains on Twitter", "Instagram"),
        ("Slack is down, we switched to Discord for now", "Slack"),
        ("Discord est en panne, Slack marche très bien", "Discord"),
        ("WhatsApp çöktü, Twitter'da herkes aynı şeyi yazıyor", "WhatsApp"),
        ("ChatGPT is down for thousands of users, Downdetector shows", "ChatGPT"),
        ("インスタが落ちてる、Twitterでみんな騒いでる", "Instagram"),
        ("British Airways check-in fails, long queues at Heathrow Airport", "British Airways"),
        ("Instagram fora do ar, todo mundo reclama no Twitter", "Instagram"),
    ] {
        assert_eq!(names(text), [hit], "{text}");
    }
}

#[test]
fn a_name_that_is_a_word_is_one_where_something_fails_and_nothing_else_is_named() {
    for (text, expected) in [
        ("Orange ne capte plus dans tout le 29, ni fibre ni mobile", "Orange France"),
        ("Play leży od rana w całym mieście, nikt nie ma zasięgu", "Play"),
        ("the carrier Three has an outage, no signal all over Leeds", "Three UK"),
        ("Netflix, Roku and Hulu are down for everyone here", "Roku"),
    ] {
        assert!(names(text).iter().any(|name| name == expected), "{text}: {:?}", names(text));
    }
    for text in ["We are investigating errors, now all of us see them", "your service is down: do we all wait?"] {
        assert_eq!(names(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn the_branch_of_a_country_is_meant_where_only_the_name_of_all_is_said() {
    assert_eq!(names("Störung bei Vodafone in Hamburg, kein Netz seit heute Morgen"), ["Vodafone Germany"]);
    assert_eq!(names("@VodafoneUK no signal in Leeds since this morning, all phones"), ["Vodafone UK"]);
}

#[test]
fn on_a_page_of_its_own_a_part_is_no_service_besides() {
    let post = |text| Text { kind: ItemKind::StatusUpdate, title: "", text, source: "" };
    let named = |text| JUDGE.judge(post(text)).service_names();
    assert_eq!(named("GitHub: Incident with GitHub Pages - We are investigating failed builds."), ["GitHub"]);
    assert_eq!(names("GitHub Pages is down, my site returns 404"), ["GitHub Pages"]);
}

#[test]
fn who_says_that_nothing_is_out_reports_no_outage() {
    let denials = [
        "Reddit works fine here, not down for me",
        "Gmail funktioniert einwandfrei, keine Störung",
        "Instagram no está caído, funciona perfecto",
        "Facebook nie leży, u mnie działa",
        "WhatsApp tidak down, lancar jaya",
        "इंस्टाग्राम डाउन नहीं है, ठीक चल रहा है",
        "インスタは落ちてない、普通に使える",
        "Spotify is up and running, no problems",
    ];
    let wrong: Vec<&str> = denials.into_iter().filter(|text| judge(text).outage).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    for text in [
        "no outage reported on your page but our whole street has no internet since 8",
        "It's not just you, Discord is down",
        "status page says all systems operational, yet every request returns 503",
        "Keine Störung gemeldet, aber im ganzen Ort kein Internet @Telekom_hilft",
    ] {
        assert!(judge(text).outage, "{text}");
    }
}

#[test]
fn advice_and_what_would_be_are_no_outages_but_questions_with_the_same_words_are() {
    for text in [
        "What to do when Slack is down",
        "How to check whether Spotify is down",
        "Five ways to work when Gmail goes down",
        "What would happen if Visa went down for a day?",
        "Was tun, wenn WhatsApp nicht funktioniert",
        "Que faire quand WhatsApp est en panne",
        "Qué hacer cuando WhatsApp se cae",
        "O que fazer quando o WhatsApp está fora do ar",
        "Cosa fare quando WhatsApp non funziona",
        "Co zrobić, gdy WhatsApp nie działa",
        "WhatsApp çöktüğünde ne yapmalı",
        "Apa yang harus dilakukan saat WhatsApp down",
        "LINEが使えないときの対処法",
        "जब व्हाट्सएप डाउन हो तो क्या करें",
        "ماذا تفعل عندما يتعطل واتساب",
    ] {
        let verdict = judge_as(ItemKind::Headline, text);
        assert!(!verdict.outage, "{text}: {verdict:?}");
        let words = ["(is advice)", "(is a hypothesis)", "(says only if or when)"];
        let says = |reason: &String| words.iter().any(|word| reason.contains(word));
        assert!(verdict.why.iter().any(says), "{text}: {verdict:?}");
    }
    for text in [
        "anyone know if Slack is down? nobody here can log in",
        "any idea when Spotify will be back? dead for everyone at our office",
        "if your card is declined it is not you, Visa is having an outage",
        "Gmail went down when we were about to send, whole team affected",
    ] {
        let verdict = judge_as(ItemKind::Post, text);
        assert!(verdict.outage, "{text}: {verdict:?}");
    }
}

#[test]
fn names_hold_nothing_that_a_reader_does_not_see() {
    for text in ["Zor\u{202e}bly\u{202c} is down", "\u{1b}[31mFlob is down", "<script>alert(1)</script> is down"] {
        let verdict = judge(text);
        let seen = |said: &String| {
            said.chars().all(|letter| !letter.is_control() && !('\u{202a}'..='\u{202e}').contains(&letter))
        };
        assert!(verdict.service_names().iter().chain(&verdict.why).all(seen), "{verdict:?}");
        assert!(verdict.service_names().iter().all(|name| !name.contains('<')), "{verdict:?}");
    }
}

#[test]
fn an_address_without_its_scheme_names_nobody_either() {
    for text in
        ["Slack is down youtu.be/abc", "Slack is down pic.twitter.com/aBc", "Slack is down https://youtu.be/abc"]
    {
        assert_eq!(names(text), ["Slack"], "{text}");
        assert_eq!(judge(text).score, judge("Slack is down").score, "{text}");
    }
}

#[test]
fn an_upstream_service_has_its_role() {
    let told = |(text, affected, upstream): &(&str, &str, &str)| {
        let verdict = judge(text);
        let role = |name: &str| verdict.services.iter().find(|service| service.name == name).map(|known| known.role);
        role(affected) == Some(Role::Affected) && role(upstream) == Some(Role::Upstream)
    };
    let wrong: Vec<&str> = UPSTREAM.iter().filter(|sentence| !told(sentence)).map(|(text, _, _)| *text).collect();
    assert!(wrong.is_empty(), "{} of {}: {wrong:?}", wrong.len(), UPSTREAM.len());
}

#[test]
fn who_tells_of_an_outage_is_not_its_cause() {
    let text = "ChatGPTの障害、原因は停電\nOpenAIの報告書によると、クラウド事業者のデータセンターで電源が失われた。";
    let verdict = judge_as(ItemKind::Article, text);
    assert!(verdict.services.iter().all(|service| service.role == Role::Affected), "{verdict:?}");
    let verdict = judge("AWSの障害によりSlackが使えない");
    let aws = verdict.services.iter().find(|service| service.name == "AWS");
    assert_eq!(aws.map(|aws| aws.role), Some(Role::Upstream), "{verdict:?}");
}

/// What is named in an outage, each with its role.
fn roles(kind: ItemKind, source: &str, text: &str) -> Vec<(String, Role)> {
    let verdict = JUDGE.judge(Text { kind, title: "", text, source });
    assert!(verdict.outage, "{text}: {verdict:?}");
    verdict.services.into_iter().map(|service| (service.name, service.role)).collect()
}

fn of(names: &[(&str, Role)]) -> Vec<(String, Role)> {
    names.iter().map(|(name, role)| ((*name).to_owned(), *role)).collect()
}

#[test]
fn what_others_are_built_on_is_their_cause_without_a_word_of_cause() {
    use Role::{Affected, Upstream};
    let (post, headline, update) = (ItemKind::Post, ItemKind::Headline, ItemKind::StatusUpdate);
    for (kind, source, text, expected) in [
        (
            post,
            "",
            "Spotify is down, Google Cloud seems to be on its knees",
            [("Spotify", Affected), ("Google Cloud", Upstream)],
        ),
        (post, "", "Spotify won't load, us-east-1 strikes again", [("Spotify", Affected), ("AWS", Upstream)]),
        (
            headline,
            "",
            "Ryanair check-in fails for hours as Navitaire goes dark",
            [("Ryanair", Affected), ("Navitaire", Upstream)],
        ),
        // A name that is a word counts there.
        (
            headline,
            "",
            "Lufthansa passengers stranded: Amadeus reservations offline",
            [("Lufthansa", Affected), ("Amadeus", Upstream)],
        ),
        (
            headline,
            "",
            "Monzo payments fail after fault at Mastercard",
            [("Monzo", Affected), ("Mastercard", Upstream)],
        ),
        // Who keeps a page tells of causes.
        (
            update,
            "Squarespace",
            "Checkout fails for some stores. Stripe is not answering our requests.",
            [("Stripe", Upstream), ("Squarespace", Affected)],
        ),
        (
            update,
            "CircleCI",
            "Pipelines do not start: GitHub is not delivering webhooks, builds are delayed.",
            [("GitHub", Upstream), ("CircleCI", Affected)],
        ),
    ] {
        assert_eq!(roles(kind, source, text), of(&expected), "{text}");
    }
}

#[test]
fn what_is_ruled_out_or_only_lends_its_name_is_no_cause() {
    let update = ItemKind::StatusUpdate;
    for (kind, source, text, name) in [
        (ItemKind::Post, "", "it's not Cloudflare this time, GitHub is down all by itself", "GitHub"),
        (
            update,
            "Zendesk",
            "Agents get errors. We have ruled out our CDN, Cloudflare, and look into our database.",
            "Zendesk",
        ),
        (update, "Datadog", "Log ingestion is down. The AWS and Azure integrations are not affected.", "Datadog"),
        (update, "Datadog", "Metrics are delayed by an outage of our own. AWS integrations will catch up.", "Datadog"),
        (
            update,
            "Gojek",
            "Orders fail after an update of ours. Our provider, Google Cloud, sees no issues. Google Cloud works normally.",
            "Gojek",
        ),
    ] {
        assert_eq!(roles(kind, source, text), of(&[(name, Role::Affected)]), "{text}");
    }
    let listed = roles(ItemKind::Headline, "", "Netflix, AWS and Spotify are down");
    assert!(listed.iter().all(|(_, role)| *role == Role::Affected), "{listed:?}");
    let named = roles(ItemKind::Article, "", "Facebook goes down. It wasn't just Facebook: WhatsApp was offline, too.");
    assert_eq!(named, of(&[("Facebook", Role::Affected), ("WhatsApp", Role::Affected)]));
    // A cause that is told outweighs what lies below.
    let told = roles(ItemKind::Post, "", "Monzo is down because of the Vodafone outage, Mastercard says");
    assert!(told.iter().all(|(name, role)| (*role == Role::Upstream) == name.starts_with("Vodafone")), "{told:?}");
}

#[test]
fn victims_and_what_is_denied_are_no_causes() {
    let update = ItemKind::StatusUpdate;
    for (kind, source, text) in [
        (update, "AWS", "We are investigating errors in EC2. Customers including Netflix and Slack are affected."),
        (update, "Fastly", "We see elevated errors; The Guardian, Reddit and Spotify are impacted."),
        (update, "Slack", "Slack is down for customers on Verizon."),
        (update, "Ubisoft", "Rainbow Six Siege is down."),
        (ItemKind::Headline, "", "Vodafone-Kunden melden Probleme bei Netflix"),
        (ItemKind::Headline, "", "Usuarios de Movistar reportan fallas en Netflix"),
        (ItemKind::Headline, "", "Slack outage: AWS is not the cause, company says"),
        (ItemKind::Headline, "", "Zoom ausgefallen: Cloudflare ist nicht schuld"),
        (ItemKind::Headline, "", "Internet provider Comcast suffers outage in Seattle"),
        (ItemKind::Headline, "", "Störung beim Anbieter Vodafone: Kunden ohne Internet"),
        (ItemKind::Post, "", "because Slack is down I can't work"),
        (ItemKind::Post, "", "AWS, Azure, Cloudflare, Netflix and Spotify are down"),
        (ItemKind::Post, "", "Netflix ou AWS fora do ar?"),
    ] {
        let all = roles(kind, source, text);
        assert!(!all.is_empty() && all.iter().all(|(_, role)| *role == Role::Affected), "{text}: {all:?}");
    }
    let partner = roles(update, "", "Card payouts are delayed. One of our acquiring partners, Adyen, has problems.");
    assert_eq!(partner, of(&[("Adyen", Role::Upstream)]));
    for text in ["não é só o WhatsApp, o Instagram também caiu", "whatsapp its not opening instagram also"] {
        assert_eq!(roles(ItemKind::Post, "", text).len(), 2, "{text}");
    }
    let why = judge("Discord down. Spotify down. GitHub down.").why;
    assert_eq!(why.iter().filter(|reason| reason.contains("says it is down")).count(), 1, "{why:?}");
}

#[test]
fn an_ambiguous_name_needs_a_second_cue() {
    assert!(judge("a box of chocolates and a strong signal").services.is_empty());
    assert_eq!(judge("Box is down, cannot access any file").services[0].name, "Box");
    assert_eq!(judge("is signal down for anyone else?").services[0].name, "Signal");
}

fn names(text: &str) -> Vec<String> {
    judge(text).service_names()
}

#[test]
fn a_common_noun_beside_another_service_is_no_name() {
    for (text, expected) in [
        ("@O2 why is the signal down all over Dover since noon", vec!["O2 UK"]),
        ("@ThreeUK signal down since noon", vec!["Three UK"]),
        ("Verizon blames a cut fibre for nationwide outage", vec!["Verizon"]),
        ("Slack and Box are down", vec!["Slack", "Box"]),
        ("Box's website is down", vec!["Box"]),
        ("dün gece steam'e giriş olmuyordu", vec!["Steam"]),
        ("Steam returns after a two-hour outage", vec!["Steam"]),
    ] {
        assert_eq!(names(text), expected, "{text}");
    }
}

#[test]
fn where_something_was_said_is_not_what_is_out() {
    for text in [
        "Nobody gets into DBS Bank's app. The bank apologised on Facebook and via Twitter.",
        "Outage at DBS Bank, it says in a statement on X",
        "DBS Bank is down, see https://twitter.com/dbsbank/status/17 for more news",
    ] {
        assert_eq!(names(text), ["DBS Bank"], "{text}");
    }
    assert_eq!(names("Twitter is down, nobody can post"), ["X (Twitter)"]);
    assert_eq!(names("Facebook and Twitter are down, people say on Reddit"), ["Facebook", "X (Twitter)"]);
}

#[test]
fn what_a_name_begins_with_a_known_service_is_that_service() {
    assert_eq!(names("Amazon homepage is down"), ["Amazon"]);
    assert_eq!(names("Fabrikam website down"), ["Fabrikam"]);
}

#[test]
fn sifting_says_of_a_post_what_the_verdict_says() {
    let mut reading = Reading::default();
    for text in
        ["lunch was great", "ChatGPT is down for everyone", "I love Slack and GitHub", "no signal in leeds since 9"]
    {
        let subject = Text { kind: ItemKind::Post, title: "", text, source: "jetstream" };
        let verdict = JUDGE.judge(subject);
        let expected = match (JUDGE.gate(text), verdict.outage) {
            (false, _) => Sifted::Nothing,
            (true, true) => Sifted::Outage,
            (true, false) => Sifted::Names(verdict.service_names()),
        };
        assert_eq!(JUDGE.sift(subject, &mut reading), expected, "{text}");
    }
}

#[test]
fn handles_and_sources_name_a_service() {
    assert_eq!(judge("@AskSpectrum internet down again?").services[0].name, "Spectrum");
    let text = Text { kind: ItemKind::Post, title: "", text: "not working for anyone else here?", source: "r/slack" };
    assert_eq!(JUDGE.judge(text).services.first().map(|service| service.name.as_str()), Some("Slack"));
}

#[test]
fn the_version_tells_by_which_names_it_judges() {
    let mut catalogue = Catalogue::built_in();
    assert_eq!(Classifier::new(&catalogue).version(), JUDGE.version());
    catalogue.put(crate::catalogue::Service::named("Fabrikam Cloud"));
    let other = Classifier::new(&catalogue);
    let head = &JUDGE.weights.about.version;
    assert!(other.version() != JUDGE.version() && other.version().starts_with(head.as_str()), "{}", other.version());
    assert_eq!(judge("Fabrikam is down").version, JUDGE.version());
}

#[test]
fn the_weights_fit_the_crate() {
    let bytes = include_bytes!("data/weights.bin");
    assert!(bytes.len() <= 8 * 1024 * 1024, "{}", bytes.len());
    let read = Weights::read(bytes).expect("reads");
    assert_eq!(read.write(), bytes.to_vec());
    assert_eq!(
        include_str!("data/weights.txt").lines().next(),
        Some(format!("version {}", read.about.version).as_str())
    );
    assert!(Weights::read(&bytes[..bytes.len() - 1]).is_none() && Weights::read(b"").is_none());
}

/// Examples for the trainer, small and our own.
fn few() -> Vec<Labelled> {
    Labelled::own().into_iter().step_by(40).collect()
}

#[test]
fn training_twice_gives_the_same_bytes() {
    let catalogue = Catalogue::default();
    let train = || Classifier::train(&catalogue, &few(), &[], "train").0;
    assert!(train() == train());
}

const TEXTS: [&str; 7] = [
    "ChatGPT is down for everyone in my area",
    "störung bei vodafone, kein internet seit heute morgen",
    "is there an outage? çöktü mü",
    "stock is down 5 %",
    "nie działa mi aplikacja banku",
    "@O2 no signal in leeds",
    "long queues at finnair: amadeus check-in is down",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn case_blanks_and_trailing_addresses_do_not_change_a_verdict(
        parts in proptest::collection::vec(proptest::sample::select(TEXTS.to_vec()), 1..4),
        blank in "[ \t\n]{1,3}",
    ) {
        let text = parts.join(" ");
        let verdict = judge(&text);
        for same in [
            text.to_uppercase(),
            text.replace(' ', &blank),
            format!("{blank}{text}{blank}"),
            format!("{text} https://example.org/a?b=c"),
            format!("{text} HTTPS://EXAMPLE.ORG http://b.example"),
        ] {
            let other = judge(&same);
            prop_assert_eq!((other.outage, other.score, &other.phase, other.scope), (verdict.outage, verdict.score, &verdict.phase, verdict.scope), "{}", same);
            let names = |of: &Verdict| of.service_names().iter().map(|name| name.to_lowercase().replace(' ', "")).collect::<Vec<_>>();
            prop_assert_eq!(names(&other), names(&verdict));
        }
    }

    #[test]
    fn scheduled_maintenance_never_makes_it_more_of_an_outage(
        parts in proptest::collection::vec("[a-z]{1,8}|is down|outage|maintenance|no|planned|not working|\\?", 1..12),
        place in 0_usize..12,
        kind in proptest::sample::select(ItemKind::ALL.to_vec()),
    ) {
        let text = parts.join(" ");
        let mut with = parts.clone();
        with.insert(place.min(parts.len()), "scheduled maintenance".to_owned());
        prop_assert!(judge_as(kind, &with.join(" ")).score <= judge_as(kind, &text).score, "{}", text);
    }

    #[test]
    fn any_text_is_judged(text in "\\PC{0,300}") {
        let verdict = judge(&text);
        prop_assert!((0.0..=1.0).contains(&verdict.score));
    }

    #[test]
    fn hostile_text_is_judged(text in proptest::collection::vec(any::<char>(), 0..300)) {
        let text: String = text.into_iter().collect();
        let verdict = judge(&text);
        prop_assert!((0.0..=1.0).contains(&verdict.score));
    }
}

#[test]
fn an_incident_is_about_the_services_that_its_components_name() {
    use crate::model::{Component, ComponentState, Impact, Origin, PageIdentity, Phase};

    let component = |name: &str| Component {
        native_id: None,
        name: name.to_owned(),
        before: None,
        state: ComponentState::PartialOutage,
    };
    let incident = Incident {
        native_id: "1".to_owned(),
        page: PageIdentity { host: Some("status.openai.com".to_owned()), ..PageIdentity::default() },
        source: "a".to_owned(),
        service: Some("OpenAI".to_owned()),
        kind: IncidentKind::Outage,
        title: "Elevated error rates".to_owned(),
        url: None,
        phase: Phase::Investigating,
        impact: Impact::Major,
        started_at: None,
        first_post_at: None,
        last_update_at: None,
        resolved_at: None,
        scheduled_for: None,
        scheduled_until: None,
        components: vec![component("Products / ChatGPT"), component("Login"), component("Sora")],
        updates: Vec::new(),
        origin: Origin::Observed,
    };
    let verdict = JUDGE.judge_incident(&incident);
    assert_eq!(verdict.service_names(), ["OpenAI", "ChatGPT", "Sora"]);
    assert!(verdict.why.contains(&"its components name Sora".to_owned()), "{:?}", verdict.why);
}
