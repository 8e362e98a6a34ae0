//! `text::words` as tantivy's tokenizer.

use tantivy::{
    Index,
    tokenizer::{Token, TokenStream, Tokenizer},
};

use crate::text::words::Words;

/// Its name in the schema.
pub const NAME: &str = "downwire";

/// The tokenizer.
#[derive(Clone)]
struct DownwireTokenizer;

/// One text's tokens.
struct Tokens<'a> {
    walk: Words<'a>,
    token: Token,
}

impl Tokenizer for DownwireTokenizer {
    type TokenStream<'a> = Tokens<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Tokens<'a> {
        Tokens { walk: Words::new(text), token: Token { position: usize::MAX, ..Token::default() } }
    }
}

impl TokenStream for Tokens<'_> {
    fn advance(&mut self) -> bool {
        let Some((from, to)) = self.walk.advance() else { return false };
        self.token.offset_from = from;
        self.token.offset_to = to;
        self.token.position = self.token.position.wrapping_add(1);
        self.token.text.clear();
        self.token.text.push_str(self.walk.word());
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

/// Makes it known to an index.
pub fn register(index: &Index) {
    index.tokenizers().register(NAME, DownwireTokenizer);
}
