//! A loopback web server with every misbehaviour: raw TCP, so that it can break every rule of HTTP.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::sleep,
};

/// What a path answers.
#[derive(Clone)]
pub enum Reply {
    /// Status line, header lines, body; the length is added.
    Whole(u16, Vec<(String, String)>, Vec<u8>),
    /// A 200 with an entity tag and a date, and 304 for who sends the tag back byte for byte.
    Tagged(String, Vec<u8>),
    /// A byte of the body now and then.
    Slow(Duration),
    /// A body without end.
    Endless,
    /// Declares two gigabytes and sends them.
    Huge,
    /// Half of what was declared, then the end.
    Half(Vec<u8>),
    /// Half of a chunk, then the end.
    HalfChunk,
    /// Says nothing.
    Silent,
    /// Hangs up.
    Closed,
    /// What is no HTTP.
    Garbage,
}

impl Reply {
    /// 200 with this type and body.
    pub fn ok(kind: &str, body: impl Into<Vec<u8>>) -> Self {
        Self::Whole(200, vec![("Content-Type".to_owned(), kind.to_owned())], body.into())
    }

    /// A status with one header.
    pub fn status(status: u16, name: &str, value: impl Into<String>) -> Self {
        Self::Whole(status, vec![(name.to_owned(), value.into())], Vec::new())
    }
}

/// A request that came.
#[derive(Debug, Clone)]
pub struct Request {
    /// Its path.
    pub path: String,
    /// Everything before the body, byte for byte.
    pub head: Vec<u8>,
    /// When it came.
    pub at: Instant,
    /// When its answer was done.
    pub done: Option<Instant>,
}

type Requests = Arc<Mutex<Vec<Request>>>;

/// What answers a path that nothing was set for.
type Handler = Arc<dyn Fn(&str, &str) -> Reply + Send + Sync>;

/// The server, on a thread of its own.
#[derive(Clone)]
pub struct Web {
    /// Where it is.
    pub address: SocketAddr,
    replies: Arc<Mutex<HashMap<String, Reply>>>,
    handler: Arc<Mutex<Option<Handler>>>,
    requests: Requests,
    /// Bytes of bodies written.
    pub written: Arc<AtomicU64>,
}

impl Web {
    /// Starts it on 127.0.0.1.
    pub fn start() -> Self {
        Self::start_at("127.0.0.1:0")
    }

    /// Starts it on another loopback address: another host.
    pub fn start_at(bind: &str) -> Self {
        let (sender, receiver) = std::sync::mpsc::channel();
        let (replies, requests, written): (Arc<Mutex<HashMap<String, Reply>>>, Requests, _) =
            (Arc::default(), Arc::default(), Arc::new(AtomicU64::new(0)));
        let (table, log, count, bind) = (replies.clone(), requests.clone(), written.clone(), bind.to_owned());
        let handler: Arc<Mutex<Option<Handler>>> = Arc::default();
        let handles = handler.clone();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let listener = TcpListener::bind(bind).await.expect("binds");
                sender.send(listener.local_addr().expect("has an address")).expect("somebody waits");
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(connection(stream, table.clone(), handles.clone(), log.clone(), count.clone()));
                }
            });
        });
        Self { address: receiver.recv().expect("starts"), replies, handler, requests, written }
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Sets what a path answers from now on.
    pub fn serve(&self, path: &str, reply: Reply) {
        self.replies.lock().expect("not poisoned").insert(path.to_owned(), reply);
    }

    /// Sets what answers every path that nothing was set for: a server that thinks.
    pub fn answer_by(&self, handler: impl Fn(&str) -> Reply + Send + Sync + 'static) {
        self.answer_by_head(move |path, _| handler(path));
    }

    /// The same, by the path and everything before the body in lower case.
    pub fn answer_by_head(&self, handler: impl Fn(&str, &str) -> Reply + Send + Sync + 'static) {
        *self.handler.lock().expect("not poisoned") = Some(Arc::new(handler));
    }

    /// The requests for a path so far.
    pub fn requests(&self, path: &str) -> Vec<Request> {
        let all = self.requests.lock().expect("not poisoned");
        all.iter().filter(|request| request.path == path).cloned().collect()
    }

    /// All requests so far, in order.
    pub fn all_requests(&self) -> Vec<Request> {
        self.requests.lock().expect("not poisoned").clone()
    }
}

async fn connection(
    mut stream: TcpStream,
    replies: Arc<Mutex<HashMap<String, Reply>>>,
    handler: Arc<Mutex<Option<Handler>>>,
    requests: Requests,
    written: Arc<AtomicU64>,
) {
    let mut head = Vec::new();
    loop {
        head.clear();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read(&mut byte).await {
                Ok(1) => head.push(byte[0]),
                _ => return,
            }
        }
        let path = String::from_utf8_lossy(&head).split(' ').nth(1).unwrap_or("/").to_owned();
        let number = {
            let mut log = requests.lock().expect("not poisoned");
            log.push(Request { path: path.clone(), head: head.clone(), at: Instant::now(), done: None });
            log.len() - 1
        };
        let reply = replies.lock().expect("not poisoned").get(&path).cloned();
        let handler = handler.lock().expect("not poisoned").clone();
        let reply =
            reply.or_else(|| handler.map(|handler| handler(&path, &String::from_utf8_lossy(&head).to_lowercase())));
        let reply = reply.unwrap_or_else(|| Reply::Whole(404, Vec::new(), Vec::new()));
        let again = answer(&mut stream, reply, &head, &written).await;
        requests.lock().expect("not poisoned")[number].done = Some(Instant::now());
        if !again {
            return;
        }
    }
}

/// Answers; false when the connection is to be closed.
async fn answer(stream: &mut TcpStream, reply: Reply, head: &[u8], written: &AtomicU64) -> bool {
    const START: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n";
    let say = async |stream: &mut TcpStream, bytes: &[u8]| {
        written.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        stream.write_all(bytes).await.is_ok()
    };
    match reply {
        Reply::Whole(status, headers, body) => {
            let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
            let start = format!("HTTP/1.1 {status} X\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
            say(stream, start.as_bytes()).await && (status == 304 || say(stream, &body).await)
        }
        Reply::Tagged(tag, body) => {
            let asked = format!("if-none-match: {tag}\r\n");
            let has = head.windows(asked.len()).any(|window| window.eq_ignore_ascii_case(asked.as_bytes()));
            let (status, body) = if has { ("304 Not Modified", &[][..]) } else { ("200 OK", &body[..]) };
            let start = format!(
                "HTTP/1.1 {status}\r\nETag: {tag}\r\nLast-Modified: Thu, 26 Dec 2024 18:30:00 GMT\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            say(stream, start.as_bytes()).await && say(stream, body).await
        }
        Reply::Slow(pause) => {
            say(stream, START).await;
            say(stream, b"Content-Length: 10000\r\n\r\n").await;
            while say(stream, b"x").await {
                sleep(pause).await;
            }
            false
        }
        Reply::Endless => {
            say(stream, START).await;
            say(stream, b"\r\n").await;
            while say(stream, &[b'x'; 16_384]).await {}
            false
        }
        Reply::Huge => {
            say(stream, START).await;
            say(stream, b"Content-Length: 2147483648\r\n\r\n").await;
            for _ in 0..131_072 {
                if !say(stream, &[0; 16_384]).await {
                    return false;
                }
            }
            false
        }
        Reply::Half(body) => {
            say(stream, START).await;
            say(stream, format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes()).await;
            say(stream, &body[..body.len() / 2]).await;
            false
        }
        Reply::HalfChunk => {
            say(stream, START).await;
            say(stream, b"Transfer-Encoding: chunked\r\n\r\n400\r\nonly a little").await;
            false
        }
        Reply::Silent => {
            sleep(Duration::from_secs(60)).await;
            false
        }
        Reply::Closed => false,
        Reply::Garbage => {
            say(stream, b"220 mail.example.org ESMTP\r\n").await;
            false
        }
    }
}
