//! The program. Everything is in the library; `app` puts it together.

fn main() -> std::process::ExitCode {
    downwire::app::main()
}
