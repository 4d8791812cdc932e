//! No crate of the workspace has modules that import from each other in a circle.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use book_checks::{assert_none, files, modules, read, step};
use std::fs;
use std::path::Path;

#[test]
fn no_modules_import_from_each_other_in_a_circle() {
    let packages = step::packages().unwrap();
    let folders = packages.iter().map(|package| &package.folder);
    assert_none(folders.flat_map(|folder| {
        let circles = modules::circles(&format!("{folder}/src")).unwrap();
        circles.into_iter().map(move |import| format!("{folder}/src: in a circle, {import}"))
    }));
}

#[test]
fn no_file_is_too_long_to_read_in_one_go() {
    let length = |file: &String| read(file).unwrap().lines().count();
    let long = files("").into_iter().filter(|file| file.ends_with(".rs") && length(file) > 350);
    assert_none(long.map(|file| format!("{file} has {} lines", length(&file))));
}

/// The circles in a crate with these modules.
fn circles(name: &str, files: &[(&str, &str)]) -> Vec<String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    for (file, text) in files {
        let file = folder.join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    modules::circles(folder.to_str().unwrap()).unwrap()
}

#[test]
fn a_circle_is_found_however_it_is_written() {
    let files = [
        ("lib.rs", "mod a; mod b; mod inner; #[path = \"elsewhere.rs\"] mod named;"),
        ("a.rs", "use crate::{b::B, inner::deep::Deep}; pub struct A;"),
        ("b.rs", "pub struct B; mod tests { use super::super::inner; use super::*; }"),
        ("inner/mod.rs", "pub mod deep; pub fn f() { crate::named::f() }"),
        ("inner/deep.rs", "pub struct Deep; fn f() { println!(\"{}\", crate::a::f()) }"),
        ("elsewhere.rs", "pub fn f() -> super::b::B { todo!() }"),
    ];
    let expected = [
        "a.rs imports from inner/deep.rs",
        "b.rs imports from inner/mod.rs",
        "elsewhere.rs imports from b.rs",
        "inner/deep.rs imports from a.rs",
        "inner/mod.rs imports from elsewhere.rs",
    ];
    let found = circles("circular", &files);
    assert!(expected.iter().all(|import| found.iter().any(|found| found == import)), "{found:?}");
}

#[test]
fn modules_in_layers_have_no_circle() {
    let files = [
        ("lib.rs", "mod top; mod middle; mod bottom; pub use top::Top;"),
        ("top.rs", "use crate::{bottom::Bottom, middle}; pub struct Top(Bottom, middle::Middle);"),
        ("middle.rs", "use crate::bottom::Bottom; pub struct Middle(pub Bottom); mod tests { use super::*; }"),
        ("bottom.rs", "use std::top::Other; pub struct Bottom;"),
    ];
    assert_eq!(circles("layered", &files), Vec::<String>::new());
}
