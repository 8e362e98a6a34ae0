//! Who this process is to its leases: host, process id and start time, so that after a crash the next process need not
//! wait for the term to end.

use std::{fs, sync::Arc};

use crate::jobs::lease::Holder;

/// This process as a holder of leases.
pub fn this_process() -> Holder {
    let id = std::process::id();
    let name = format!("{} {id} {}", host(), started(id).unwrap_or_default());
    Holder { name, lives: Arc::new(lives) }
}

/// Whether the holder of that name may still live. False only for a process of this very host (and boot) that is gone,
/// or whose number another process has by now.
fn lives(name: &str) -> bool {
    let mut words = name.split(' ');
    let (Some(host_name), Some(Ok(id)), Some(start)) =
        (words.next(), words.next().map(str::parse::<u32>), words.next())
    else {
        return true;
    };
    if host_name != host() || start.is_empty() {
        return true;
    }
    started(id).is_some_and(|now| now == start)
}

/// A name of this host and boot; two containers on one machine differ in their host name.
fn host() -> String {
    let read = |path| fs::read_to_string(path).unwrap_or_default().trim().to_owned();
    format!("{}/{}", read("/proc/sys/kernel/hostname"), read("/proc/sys/kernel/random/boot_id")).replace(' ', "_")
}

/// When a process started, in clock ticks since boot: field 22 of `/proc/<id>/stat` (proc(5)). `None` when there is no
/// such process, or no `/proc`.
fn started(id: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The second field is the program's name in brackets and may hold anything, blanks and brackets too.
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(19).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_lives_and_a_dead_one_of_this_host_does_not() {
        let ours = this_process();
        assert!((ours.lives)(&ours.name));
        let id = std::process::id();
        assert!(!(ours.lives)(&format!("{} {id} 1", host())), "another process that had our number");
        assert!(!(ours.lives)(&format!("{} 4194304 12345", host())), "beyond the largest process number");
        assert!((ours.lives)("elsewhere/boot 1 1"), "another host's processes are not ours to judge");
        assert!((ours.lives)(""), "an unreadable name is left alone");
    }
}
