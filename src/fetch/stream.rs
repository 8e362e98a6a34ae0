//! Lines that stay open: WebSockets and server-sent events, under the same guard and limits as requests. A line that says
//! nothing for too long is dead; a frame that is too large ends it.

use std::{collections::VecDeque, net::SocketAddr, sync::Arc, time::Duration};

use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::{StatusCode, header};
use rustls_platform_verifier::ConfigVerifierExt as _;
use tokio::{
    net::TcpStream,
    time::{Instant, timeout},
};
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream, client_async_tls_with_config,
    tungstenite::{self, Message, client::IntoClientRequest as _, protocol::WebSocketConfig},
};
use url::Url;

use super::{FetchError, Fetcher, error, gate};
use crate::model::{Frame, Listen};

/// A line on which nothing at all came for this long (not even an answer to our ping) is dead.
const SILENCE: Duration = Duration::from_secs(90);

/// A ping is sent after this long without a word, so that nobody in between takes the line for idle.
const PING: Duration = Duration::from_secs(30);

/// Largest frame, in bytes. A post with everything that hangs on it has some ten thousand.
const LARGEST: usize = 1_000_000;

/// A line that is open.
pub struct Line(Kind);

enum Kind {
    Socket(Box<WebSocketStream<MaybeTlsStream<TcpStream>>>),
    Events { body: Box<reqwest::Response>, rest: Vec<u8>, ready: VecDeque<Frame> },
}

impl Fetcher {
    /// Opens a line.
    ///
    /// # Errors
    /// As [`Fetcher::get`]; and a proxy is not used for lines.
    pub async fn listen(&self, listen: &Listen) -> Result<Line, FetchError> {
        let url = Url::parse(&listen.url).map_err(|error| FetchError::Address(format!("{}: {error}", listen.url)))?;
        let opened = async {
            match url.scheme() {
                "ws" | "wss" => self.socket(&url, listen).await,
                _ => self.events(&url, listen).await,
            }
        };
        timeout(self.settings.timeout, opened).await.map_err(|_| FetchError::Timeout(self.settings.timeout))?
    }

    async fn socket(&self, url: &Url, listen: &Listen) -> Result<Line, FetchError> {
        if self.settings.proxy.is_some() {
            return Err(FetchError::Address("a line that stays open does not go through the proxy".to_owned()));
        }
        let stream = self.connect(&self.vetted(url).await?).await?;
        let mut request = url.as_str().into_client_request().map_err(|error| from_tungstenite(&error))?;
        request.headers_mut().insert(header::USER_AGENT, self.user_agent()?);
        if let Some(credentials) = &listen.credentials {
            request.headers_mut().insert(header::AUTHORIZATION, self.authorization(credentials).await?);
        }
        let limits = WebSocketConfig::default().max_message_size(Some(LARGEST)).max_frame_size(Some(LARGEST));
        let verified =
            rustls::ClientConfig::with_platform_verifier().map_err(|error| FetchError::Tls(error.to_string()))?;
        let connector = Connector::Rustls(Arc::new(verified));
        let opened = client_async_tls_with_config(request, stream, Some(limits), Some(connector)).await;
        let (mut socket, _) = opened.map_err(|error| from_tungstenite(&error))?;
        for greeting in &listen.greetings {
            let said = socket.send(Message::text(greeting.clone())).await;
            said.map_err(|error| from_tungstenite(&error))?;
        }
        Ok(Line(Kind::Socket(Box::new(socket))))
    }

    /// The addresses of a server, every one of them admitted.
    async fn vetted(&self, url: &Url) -> Result<Vec<SocketAddr>, FetchError> {
        let secure = url.scheme() == "wss";
        let port = url.port().unwrap_or(if secure { 443 } else { 80 });
        let (scheme, host) = (if secure { "https" } else { "http" }, url.host_str().unwrap_or_default());
        let same = Url::parse(&format!("{scheme}://{host}:{port}/"));
        let same = same.map_err(|error| FetchError::Address(error.to_string()))?;
        self.guard.check(&same).await?;
        self.gate.may_ask(&gate::Host::of(&same, &self.guard), self.clock.now())?;
        let found = match same.host() {
            Some(url::Host::Ipv4(ip)) => vec![ip.into()],
            Some(url::Host::Ipv6(ip)) => vec![ip.into()],
            _ => self.guard.resolve(host).await?,
        };
        Ok(found.into_iter().map(|ip| SocketAddr::new(ip, port)).collect())
    }

    async fn connect(&self, addresses: &[SocketAddr]) -> Result<TcpStream, FetchError> {
        let connected = timeout(self.settings.connect_timeout, TcpStream::connect(addresses)).await;
        let slow = |_| FetchError::Connect("it took too long to connect".to_owned());
        connected.map_err(slow)?.map_err(|error| FetchError::Connect(error.to_string()))
    }

    async fn events(&self, url: &Url, listen: &Listen) -> Result<Line, FetchError> {
        self.guard.check(url).await?;
        let host = gate::Host::of(url, &self.guard);
        self.gate.may_ask(&host, self.clock.now())?;
        let mut request = self.client.get(url.clone()).header(header::ACCEPT, "text/event-stream");
        if let Some(credentials) = &listen.credentials {
            request = request.header(header::AUTHORIZATION, self.authorization(credentials).await?);
        }
        let response = request.send().await.map_err(|error| error::from_reqwest(&error))?;
        if response.status() != StatusCode::OK {
            let refused = self.refused(&response);
            return Err(match refused {
                Ok(super::Arrived::Limit(error)) => {
                    self.gate.wait(&host, self.clock.now(), error.retry_after().unwrap_or_default());
                    error
                }
                Ok(_) => FetchError::Status(response.status().as_u16()),
                Err(error) => error,
            });
        }
        let (rest, ready) = (Vec::new(), VecDeque::new());
        Ok(Line(Kind::Events { body: Box::new(response), rest, ready }))
    }
}

impl Line {
    /// The next frame.
    ///
    /// # Errors
    /// The line is dead: closed, silent, or not what it should be.
    pub async fn next(&mut self) -> Result<Frame, FetchError> {
        match &mut self.0 {
            Kind::Socket(socket) => next_message(socket).await,
            Kind::Events { body, rest, ready } => next_event(body, rest, ready).await,
        }
    }
}

/// The next text on a WebSocket. Safe to drop at any await: nothing is taken before it is given.
async fn next_message(socket: &mut WebSocketStream<MaybeTlsStream<TcpStream>>) -> Result<Frame, FetchError> {
    let heard = Instant::now();
    loop {
        let Ok(message) = timeout(PING, socket.next()).await else {
            if heard.elapsed() >= SILENCE {
                return Err(FetchError::Silent(SILENCE));
            }
            let pinged = socket.send(Message::Ping(Vec::new().into())).await;
            pinged.map_err(|error| from_tungstenite(&error))?;
            continue;
        };
        match message {
            Some(Ok(Message::Text(text))) => {
                return Ok(Frame { event: String::new(), data: text.as_str().to_owned() });
            }
            Some(Ok(Message::Close(_))) | None => return Err(FetchError::Closed),
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(from_tungstenite(&error)),
        }
    }
}

/// The next server-sent event. Comments (a server's heartbeat) are signs of life and no events.
async fn next_event(
    body: &mut reqwest::Response,
    rest: &mut Vec<u8>,
    ready: &mut VecDeque<Frame>,
) -> Result<Frame, FetchError> {
    loop {
        if let Some(frame) = ready.pop_front() {
            return Ok(frame);
        }
        let chunk = timeout(SILENCE, body.chunk()).await.map_err(|_| FetchError::Silent(SILENCE))?;
        let Some(chunk) = chunk.map_err(|error| error::from_reqwest(&error))? else { return Err(FetchError::Closed) };
        rest.extend_from_slice(&chunk);
        if rest.len() > LARGEST {
            return Err(FetchError::TooLarge(LARGEST as u64));
        }
        while let Some(end) = blank_line(rest) {
            let block: Vec<u8> = rest.drain(..end).collect();
            ready.extend(event(&String::from_utf8_lossy(&block)));
        }
    }
}

/// Where the first blank line ends.
fn blank_line(bytes: &[u8]) -> Option<usize> {
    let unix = bytes.windows(2).position(|pair| pair == b"\n\n").map(|at| at + 2);
    let dos = bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4);
    unix.into_iter().chain(dos).min()
}

/// The event of a block of lines; `None` for comments. Source: HTML, "9.2.6 Interpreting an event stream".
fn event(block: &str) -> Option<Frame> {
    let (mut name, mut data) = (String::new(), Vec::new());
    for line in block.lines() {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => name = value.to_owned(),
            "data" => data.push(value),
            _ => {}
        }
    }
    (!data.is_empty()).then(|| Frame { event: name, data: data.join("\n") })
}

fn from_tungstenite(error: &tungstenite::Error) -> FetchError {
    use tungstenite::Error;
    match error {
        Error::ConnectionClosed | Error::AlreadyClosed => FetchError::Closed,
        Error::Io(error) => FetchError::Connect(error.to_string()),
        Error::Tls(error) => FetchError::Tls(error.to_string()),
        Error::Capacity(_) => FetchError::TooLarge(LARGEST as u64),
        Error::Http(response) => match response.status().as_u16() {
            status @ (401 | 403) => FetchError::Forbidden(status),
            status @ (410 | 451) => FetchError::Gone(status),
            status => FetchError::Status(status),
        },
        other => FetchError::Protocol(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_stream_is_read_as_the_standard_says() {
        assert_eq!(event(":thump"), None);
        assert_eq!(event("event: delete\ndata: 103"), Some(Frame { event: "delete".into(), data: "103".into() }));
        assert_eq!(event("data:a\r\ndata: b\r\nid: 7"), Some(Frame { event: String::new(), data: "a\nb".into() }));
        assert_eq!(event("event: x"), None, "nothing is said");
        assert_eq!((blank_line(b"a\n\nb"), blank_line(b"a\r\n\r\nb"), blank_line(b"a\nb")), (Some(3), Some(5), None));
    }
}
