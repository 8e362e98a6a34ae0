//! The program itself, started as a user starts it.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::{
        Arc, Mutex,
        mpsc::{self, Receiver},
    },
    thread,
    time::{Duration, Instant},
};

/// The program that cargo built for this test run.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_downwire");

/// A command in a folder, with a clean environment of ours.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    for name in ["DATABASE", "LISTEN", "PUBLIC_URL", "TOKEN", "LOG"] {
        command.env_remove(format!("DOWNWIRE_{name}"));
    }
    command
}

/// Runs a command to its end.
pub fn call(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().expect("the program starts")
}

/// Runs a command and reads its JSON Lines.
pub fn json_lines(folder: &Path, arguments: &[&str]) -> Vec<serde_json::Value> {
    let output = call(folder, arguments);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {errors}");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"))).collect()
}

/// A running `downwire`, killed when dropped.
pub struct Running {
    child: Child,
    /// Where it answers.
    pub address: String,
    lines: Receiver<String>,
    errors: Arc<Mutex<String>>,
}

/// Starts the program and waits for the line that says where it answers.
pub fn start(mut command: Command) -> Running {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let lines = lines_of(child.stdout.take().expect("piped"));
    let errors = Arc::new(Mutex::new(String::new()));
    let (kept, mut stream) = (errors.clone(), child.stderr.take().expect("piped"));
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(got @ 1..) = stream.read(&mut buffer) {
            kept.lock().expect("not poisoned").push_str(&String::from_utf8_lossy(&buffer[..got]));
        }
    });
    let mut running = Running { child, address: String::new(), lines, errors };
    let deadline = Instant::now() + Duration::from_secs(20);
    while running.address.is_empty() {
        let Ok(line) = running.lines.recv_timeout(Duration::from_millis(200)) else {
            let ended = running.child.try_wait().expect("can ask").is_some();
            assert!(!ended && Instant::now() < deadline, "it does not start: {}", running.log());
            continue;
        };
        if let Some((_, address)) = line.split_once("Open http://") {
            running.address = address.trim_end_matches('/').to_owned();
        }
    }
    running
}

fn lines_of(stream: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

impl Running {
    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL, in the middle of whatever it does.
    pub fn kill(mut self) {
        self.child.kill().expect("can kill");
        self.child.wait().expect("can wait");
    }

    /// SIGTERM, and the exit code once it has drained.
    pub fn terminate(mut self) -> Option<i32> {
        let id = self.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().expect("kill runs").success());
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            if let Some(status) = self.child.try_wait().expect("can ask") {
                return status.code();
            }
            assert!(Instant::now() < deadline, "it does not end: {}", self.log());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// What it wrote to standard error.
    pub fn log(&self) -> String {
        self.errors.lock().expect("not poisoned").clone()
    }

    /// GET of a path.
    pub fn get(&self, path: &str) -> Answer {
        get(&self.address, path, &[]).unwrap_or_else(|error| panic!("{path}: {error}; {}", self.log()))
    }

    /// Waits until `holds` does, asking again and again; panics with `what` after `patience`.
    pub fn wait_for(&self, what: &str, patience: Duration, mut holds: impl FnMut(&Self) -> bool) -> Duration {
        let began = Instant::now();
        while !holds(self) {
            assert!(began.elapsed() < patience, "{what} did not come within {patience:?}: {}", self.log());
            thread::sleep(Duration::from_millis(25));
        }
        began.elapsed()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ended_before = self.child.kill();
        let _status = self.child.wait();
    }
}

/// An answer over HTTP.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its headers, as one text, lower case names.
    pub headers: String,
    /// Its body.
    pub body: String,
}

impl Answer {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// One GET over a connection of its own.
pub fn get(address: &str, path: &str, headers: &[(&str, &str)]) -> std::io::Result<Answer> {
    ask(address, "GET", path, headers, "", Duration::from_secs(20))
}

/// Posts JSON to a server that may have much to do for it.
pub fn post(address: &str, path: &str, body: &str) -> std::io::Result<Answer> {
    let length = body.len().to_string();
    ask(
        address,
        "POST",
        path,
        &[("Content-Type", "application/json"), ("Content-Length", &length)],
        body,
        Duration::from_secs(120),
    )
}

fn ask(
    address: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
    patience: Duration,
) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(patience))?;
    let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    write!(stream, "{method} {path} HTTP/1.0\r\nHost: {address}\r\n{more}\r\n{body}")?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let (first, rest) = head.split_once("\r\n").unwrap_or((head, ""));
    let lower = |line: &str| {
        line.split_once(": ")
            .map_or_else(|| line.to_owned(), |(name, value)| format!("{}: {value}", name.to_lowercase()))
    };
    Ok(Answer {
        status: first.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0),
        headers: rest.lines().map(lower).collect::<Vec<_>>().join("\n"),
        body: body.to_owned(),
    })
}
