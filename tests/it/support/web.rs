//! A loopback web server with every misbehaviour.
