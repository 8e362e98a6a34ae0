//! The one integration binary. `support/` holds the loopback web server, the fixed clock and the goldens.

mod support;

mod catalogue;
mod configuration;
mod copying;
mod correcting;
mod crowd;
mod demo;
mod facts;
mod fetching;
mod flow;
mod histories;
mod judging;
mod kill;
mod layers;
mod pages;
mod pages_of;
mod payloads;
mod reading;
mod rendering;
mod replaying;
mod searching;
mod storing;
mod subscribing;
mod trusting;
