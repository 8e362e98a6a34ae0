//! The one integration binary. `support/` holds the loopback web server, the fixed clock and the goldens.

mod support;

mod configuration;
mod copying;
mod crowd;
mod demo;
mod fetching;
mod flow;
mod judging;
mod kill;
mod layers;
mod pages;
mod payloads;
mod reading;
mod rendering;
mod searching;
mod storing;
mod subscribing;
