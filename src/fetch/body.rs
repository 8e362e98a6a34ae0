//! A body under our own count: decoded while it streams, ended at the limit.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use async_compression::tokio::bufread::{BrotliDecoder, GzipDecoder, ZlibDecoder, ZstdDecoder};
use futures_util::TryStreamExt as _;
use reqwest::{Response, header};
use tokio::io::{AsyncBufRead, AsyncRead, AsyncReadExt as _};
use tokio_util::io::StreamReader;

use super::{FetchError, error::from_reqwest};

/// A document may grow by this factor …
const RATIO: u64 = 100;
/// … once it is larger than this; below, a page of blanks is no attack (DESIGN section 5).
const RATIO_FROM: u64 = 1024 * 1024;

/// Reads the body of an answer, decoded.
pub async fn read(response: Response, limit: u64) -> Result<Vec<u8>, FetchError> {
    let encoding = encoding(&response)?;
    // What says beforehand that it is too large need not be read to be believed.
    let declared = response.content_length();
    if encoding == Encoding::Plain && declared.is_some_and(|length| length > limit) {
        return Err(FetchError::TooLarge(limit));
    }
    let wire = Arc::new(AtomicU64::new(0));
    let count = wire.clone();
    let stream = response.bytes_stream().inspect_ok(move |chunk| {
        count.fetch_add(chunk.len() as u64, Ordering::Relaxed);
    });
    let reader = StreamReader::new(stream.map_err(io::Error::other));
    let body = collect(decoder(encoding, reader), &wire, limit).await;
    metrics::counter!("downwire_fetch_bytes_total").increment(wire.load(Ordering::Relaxed));
    body
}

/// Reads to the end, or to the limit.
async fn collect(
    mut decoded: Pin<Box<dyn AsyncRead + Send>>,
    wire: &AtomicU64,
    limit: u64,
) -> Result<Vec<u8>, FetchError> {
    let mut body = Vec::new();
    let mut buffer = vec![0; 32 * 1024];
    loop {
        let got = match decoded.read(&mut buffer).await {
            Ok(0) => return Ok(body),
            Ok(got) => got,
            Err(error) => return Err(broken(&error, wire.load(Ordering::Relaxed))),
        };
        body.extend_from_slice(buffer.get(..got).unwrap_or_default());
        let length = body.len() as u64;
        if length > RATIO_FROM && length > wire.load(Ordering::Relaxed).saturating_mul(RATIO) {
            return Err(FetchError::Bomb(RATIO));
        }
        if length > limit {
            return Err(FetchError::TooLarge(limit));
        }
    }
}

/// What an error in the middle of a body means.
fn broken(error: &io::Error, read: u64) -> FetchError {
    if let Some(inner) = error.get_ref().and_then(|inner| inner.downcast_ref::<reqwest::Error>()) {
        return match from_reqwest(inner) {
            FetchError::Connect(_) | FetchError::Truncated(_) => FetchError::Truncated(read),
            FetchError::Protocol(_) if inner.is_body() || inner.is_decode() || inner.is_request() => {
                FetchError::Truncated(read)
            }
            other => other,
        };
    }
    match error.kind() {
        io::ErrorKind::UnexpectedEof => FetchError::Truncated(read),
        _ => FetchError::Encoding(error.to_string()),
    }
}

/// How a body is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Plain,
    Gzip,
    Brotli,
    Zstd,
    Deflate,
}

/// One layer at most: more is no use to anybody but an attacker.
fn encoding(response: &Response) -> Result<Encoding, FetchError> {
    let mut layers = response.headers().get_all(header::CONTENT_ENCODING).iter().flat_map(|value| {
        let text = String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase();
        text.split(',').map(|layer| layer.trim().to_owned()).collect::<Vec<_>>()
    });
    let first = layers.find(|layer| !layer.is_empty() && layer != "identity");
    if layers.any(|layer| !layer.is_empty() && layer != "identity") {
        return Err(FetchError::Encoding("it is packed more than once".to_owned()));
    }
    match first.as_deref() {
        None => Ok(Encoding::Plain),
        Some("gzip" | "x-gzip") => Ok(Encoding::Gzip),
        Some("br") => Ok(Encoding::Brotli),
        Some("zstd") => Ok(Encoding::Zstd),
        Some("deflate") => Ok(Encoding::Deflate),
        Some(other) => Err(FetchError::Encoding(format!("it is packed as {other:?}, which was not asked for"))),
    }
}

fn decoder(encoding: Encoding, reader: impl AsyncBufRead + Send + 'static) -> Pin<Box<dyn AsyncRead + Send>> {
    match encoding {
        Encoding::Plain => Box::pin(reader),
        Encoding::Gzip => {
            let mut gzip = GzipDecoder::new(reader);
            // Some servers send one document as several members.
            gzip.multiple_members(true);
            Box::pin(gzip)
        }
        Encoding::Brotli => Box::pin(BrotliDecoder::new(reader)),
        Encoding::Zstd => Box::pin(ZstdDecoder::new(reader)),
        Encoding::Deflate => Box::pin(ZlibDecoder::new(reader)),
    }
}
