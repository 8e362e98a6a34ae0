//! A real status-page server as a peer: Vigil (`vigil-server` of crates.io), which watches a real process and is watched by
//! a real `downwire run`. `tests/run` builds it and names it in `DOWNWIRE_TEST_VIGIL`.

use std::{
    fs,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use downwire::model::ComponentState;

use super::{PATIENCE, config, pages_now};
use crate::support::{
    backend::{Folder, variable},
    program,
};

/// How often both look, in seconds.
const POLL: u64 = 2;

/// A process that ends with its test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ended_before = self.0.kill();
        let _status = self.0.wait();
    }
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("binds").local_addr().expect("an address").port()
}

/// The server, which asks the watched port every two seconds. Its page needs files of its own; its API does not.
fn vigil(program: &str, folder: &Path, port: u16, watched: u16) -> Process {
    fs::create_dir_all(folder.join("assets/templates")).expect("makes a folder");
    fs::write(folder.join("assets/templates/index.tera"), "{{ states.status }}").expect("writes");
    let text = format!(
        "[server]\nlog_level = \"error\"\ninet = \"127.0.0.1:{port}\"\nworkers = 1\nmanager_token = \"a\"\nreporter_token = \"b\"\n\
         [assets]\npath = \"./assets/\"\n\
         [branding]\npage_title = \"Example Status\"\npage_url = \"http://127.0.0.1:{port}/\"\ncompany_name = \"Example\"\n\
         icon_color = \"#000000\"\nicon_url = \"http://127.0.0.1/a.png\"\nlogo_color = \"#000000\"\n\
         logo_url = \"http://127.0.0.1/a.svg\"\nwebsite_url = \"http://127.0.0.1/\"\nsupport_url = \"mailto:a@example.org\"\n\
         custom_html = \"\"\n\
         [metrics]\npoll_interval = {POLL}\npoll_retry = 1\npoll_delay_dead = 1\n[plugins]\n[notify]\nstartup_notification = false\n\
         [probe]\n[[probe.service]]\nid = \"web\"\nlabel = \"Web nodes\"\n\
         [[probe.service.node]]\nid = \"shop\"\nlabel = \"The shop\"\nmode = \"poll\"\nreplicas = [\"tcp://127.0.0.1:{watched}\"]\n\
         [[probe.service.node]]\nid = \"self\"\nlabel = \"The page\"\nmode = \"poll\"\nreplicas = [\"tcp://127.0.0.1:{port}\"]\n"
    );
    fs::write(folder.join("vigil.cfg"), text).expect("writes");
    let mut command = Command::new(program);
    command.args(["-c", "vigil.cfg"]).current_dir(folder);
    Process(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("vigil starts"))
}

/// The watched process: a web server of its own.
fn watched(port: u16, folder: &Path) -> Process {
    let mut command = Command::new("python3");
    command.args(["-m", "http.server", &port.to_string(), "--bind", "127.0.0.1"]).current_dir(folder);
    Process(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("python3 starts"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_stops_is_on_downwires_page_within_one_poll() {
    let Some(program) = variable("DOWNWIRE_TEST_VIGIL") else {
        assert!(variable("CI").is_none(), "CI has no status-page server: DOWNWIRE_TEST_VIGIL is not set");
        println!("skipped: DOWNWIRE_TEST_VIGIL is not set, so no real status-page server was watched");
        return;
    };
    let (folder, files) = (Folder::new(), Folder::new());
    let (page, shop) = (free_port(), free_port());
    let mut process = watched(shop, files.path());
    let _server = vigil(&program, files.path(), page, shop);
    let address = format!("127.0.0.1:{page}");
    let says = |word: &str| program::get(&address, "/status/text", &[]).is_ok_and(|answer| answer.body.contains(word));
    until("vigil is up and well", || says("healthy"));
    config(folder.path(), &[("Example", format!("http://{address}"), "vigil")], "schedule = \"*/2 * * * * *\"");
    let running = program::start(program::command(folder.path(), &["run"]));
    running.wait_for("a first poll", PATIENCE, |running| {
        running.get("/sources").body.contains("1 of 1 sources were read")
    });
    until("the page is well", || state(folder.path()) == Some(ComponentState::Operational));

    let shown = |phase: &str| {
        let page = running.get(&format!("/search?q=kind:incident+phase:{phase}")).body;
        page.contains("The shop is unwell")
    };
    assert!(!shown("investigating") && !shown("resolved"));
    let mut ended = |what: &str| {
        drop(std::mem::replace(&mut process, watched(free_port(), files.path())));
        until(what, || says("dead"));
    };
    ended("vigil says that the shop is dead");
    let taken = running.wait_for("the outage on the page", Duration::from_secs(POLL + 3), |_| shown("investigating"));
    println!("vigil said that it is dead; {taken:?} later it was on downwire's page (polled every {POLL} s)");
    until("the whole is down", || state(folder.path()) == Some(ComponentState::MajorOutage));
    assert!(!shown("resolved"), "it is open");

    let _again = watched(shop, files.path());
    until("vigil says that it is well again", || says("healthy"));
    let taken = running.wait_for("the end", Duration::from_secs(POLL + 3), |_| shown("resolved"));
    println!("vigil said that it is healthy; {taken:?} later its end was on downwire's page");
    until("the whole is well", || state(folder.path()) == Some(ComponentState::Operational));
    assert_eq!(program::json_lines(folder.path(), &["search", "kind:incident", "--json"]).len(), 1, "one incident");
    assert_eq!(running.terminate(), Some(0));
}

/// What may be said of the page now.
fn state(folder: &Path) -> Option<ComponentState> {
    let pages = tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(pages_now(folder)));
    pages.first().map(|page| page.state)
}

fn until(what: &str, holds: impl Fn() -> bool) {
    let began = std::time::Instant::now();
    while !holds() {
        assert!(began.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(100));
    }
}
