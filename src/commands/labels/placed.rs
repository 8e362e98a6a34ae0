//! Files that are replaced as a whole: on a full disk, or after a kill, the old one is still there.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};

/// A file that is written and stands beside its place. Dropped without being put there, it is gone.
pub struct Fresh {
    /// Where it goes.
    place: PathBuf,
    /// Where it is; `None` where there is nothing to replace, as with a device.
    beside: Option<PathBuf>,
}

impl Fresh {
    /// Writes what goes to `path`.
    ///
    /// # Errors
    /// It cannot be written; what was there is as it was.
    pub fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<Self> {
        let place = place(path);
        if is_device(&place) {
            fs::write(&place, bytes).with_context(|| format!("cannot write {}", path.display()))?;
            return Ok(Self { place, beside: None });
        }
        let fresh = Self { beside: Some(beside(&place)), place };
        fresh.fill(bytes).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(fresh)
    }

    fn fill(&self, bytes: &[u8]) -> io::Result<()> {
        let Some(beside) = &self.beside else { return Ok(()) };
        let mut file = File::create(beside)?;
        file.write_all(bytes)?;
        if let Ok(old) = fs::metadata(&self.place) {
            file.set_permissions(old.permissions())?;
        }
        file.sync_all()
    }

    /// Puts it in place of what was there.
    ///
    /// # Errors
    /// The folder does not allow it.
    pub fn put(mut self) -> anyhow::Result<()> {
        if let Some(beside) = &self.beside {
            fs::rename(beside, &self.place).with_context(|| format!("cannot write {}", self.place.display()))?;
            self.beside = None;
        }
        Ok(())
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if let Some(beside) = &self.beside {
            // It may not even have been made.
            let _gone = fs::remove_file(beside);
        }
    }
}

/// Whether a file can be written: what takes minutes must not find out at its end.
///
/// # Errors
/// It cannot, and why.
pub fn can_be_written(path: &Path) -> anyhow::Result<()> {
    let cannot = || format!("cannot write {}", path.display());
    if path.is_dir() {
        bail!("{}: it is a folder", cannot());
    }
    let place = place(path);
    if place.exists() {
        OpenOptions::new().append(true).open(&place).with_context(cannot)?;
    }
    if !is_device(&place) {
        let beside = beside(&place);
        File::create(&beside).and_then(|_| fs::remove_file(&beside)).with_context(cannot)?;
    }
    Ok(())
}

/// Checks that nothing is written over what is read, or twice to one file. Each file goes with what it is given as.
///
/// # Errors
/// Two of them are one file.
pub fn are_apart(written: &[(&str, &Path)], read: &[(&str, &Path)]) -> anyhow::Result<()> {
    for (at, (what, path)) in written.iter().enumerate() {
        let others = written[at + 1..].iter().chain(read);
        if let Some((other, _)) = others.into_iter().find(|(_, other)| place(other) == place(path)) {
            bail!("{what} and {other} are the same file, {}: name another for one of them", path.display());
        }
    }
    Ok(())
}

/// Where a path leads, links followed as far as there is something: of a new file, its folder.
fn place(path: &Path) -> PathBuf {
    let new = || {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some(fs::canonicalize(folder).ok()?.join(path.file_name()?))
    };
    fs::canonicalize(path).ok().or_else(new).unwrap_or_else(|| path.to_owned())
}

/// Whether it is there and no ordinary file (`/dev/stdout`): such a thing is written to, not replaced.
fn is_device(place: &Path) -> bool {
    fs::metadata(place).is_ok_and(|found| !found.is_file())
}

/// The name that a file has until it is whole: in the same folder, so that it is put in place in one step.
fn beside(place: &Path) -> PathBuf {
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    place.with_file_name(format!(".{name}.{}.new", std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of one test, removed at its end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("downwire-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).expect("a folder");
            Self(path)
        }

        fn names(&self) -> Vec<String> {
            let entries = fs::read_dir(&self.0).expect("reads");
            entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _gone = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn what_was_there_stays_until_the_new_file_is_put_in_its_place() {
        let folder = Folder::new("placed");
        let path = folder.0.join("weights.bin");
        fs::write(&path, "old").expect("writes");
        let fresh = Fresh::write(&path, b"new").expect("writes");
        assert_eq!(fs::read(&path).expect("reads"), b"old");
        drop(fresh);
        assert_eq!((fs::read(&path).expect("reads"), folder.names()), (b"old".to_vec(), vec!["weights.bin".into()]));
        Fresh::write(&path, b"new").expect("writes").put().expect("is put");
        assert_eq!((fs::read(&path).expect("reads"), folder.names()), (b"new".to_vec(), vec!["weights.bin".into()]));
    }

    #[test]
    fn whether_a_file_can_be_written_is_known_before_and_leaves_nothing_behind() {
        let folder = Folder::new("writable");
        can_be_written(&folder.0.join("new.bin")).expect("it can");
        assert!(folder.names().is_empty());
        assert!(can_be_written(&folder.0).is_err(), "a folder is no file");
        assert!(can_be_written(&folder.0.join("none/new.bin")).is_err());
    }

    #[test]
    fn one_file_by_two_names_is_one_file() {
        let folder = Folder::new("apart");
        let (plain, detour) = (folder.0.join("a"), folder.0.join("./a"));
        assert!(are_apart(&[("--out", &plain), ("--dump", &detour)], &[]).is_err());
        fs::write(&plain, "texts").expect("writes");
        assert!(are_apart(&[("--out", &detour)], &[("a file", &plain)]).is_err());
        are_apart(&[("--out", &folder.0.join("b"))], &[("a file", &plain), ("a file", &plain)]).expect("they are");
    }
}
