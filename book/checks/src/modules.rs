//! Which module of a crate imports from which: modules that import from each other in a circle cannot be read one by one.

use crate::{Failure, Result, workspace};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::slice;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, File, Ident, Item, ItemMod, ItemUse, Lit, Macro, Meta, Token, UseTree, Visibility};

/// A file, and one that it imports from.
type Import = (PathBuf, PathBuf);

/// The imports that lie on a circle, in the crates whose sources are in this folder, such as `support/http1/src`; each as a sentence.
pub fn circles(folder: &str) -> Result<Vec<String>> {
    let folder = workspace().join(folder);
    let mut sentences = Vec::new();
    for root in roots(&folder)? {
        let mut modules = Modules::default();
        modules.add(&root, Vec::new(), true)?;
        let name = |file: &Path| file.strip_prefix(&folder).unwrap_or(file).display().to_string();
        let imports = modules.imports();
        sentences.extend(
            in_circles(&imports)
                .into_iter()
                .map(|(file, other)| format!("{} imports from {}", name(file), name(other))),
        );
    }
    Ok(sentences)
}

/// Where the crates begin: the library, the program, and the programs in `bin`.
fn roots(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut roots = vec![folder.join("lib.rs"), folder.join("main.rs")];
    for entry in fs::read_dir(folder.join("bin")).into_iter().flatten() {
        let path = entry?.path();
        roots.push(if path.is_dir() { path.join("main.rs") } else { path });
    }
    roots.retain(|root| root.is_file());
    Ok(roots)
}

/// The imports from files that, directly or by others, import from the file that imports them.
fn in_circles(imports: &BTreeSet<Import>) -> Vec<&Import> {
    let leads_back = |(file, other): &&Import| {
        let (mut reached, mut next) = (BTreeSet::new(), vec![other]);
        while let Some(here) = next.pop() {
            if reached.insert(here) {
                next.extend(imports.iter().filter(|(file, _)| file == here).map(|(_, other)| other));
            }
        }
        reached.contains(file)
    };
    imports.iter().filter(leads_back).collect()
}

/// The modules of one crate.
#[derive(Default)]
struct Modules {
    /// The file of each module: of `a` within `b`, `["b", "a"]`. A module in braces is in the file of the one around it.
    files: BTreeMap<Vec<String>, PathBuf>,
    /// What a module hands on with `pub use`: its path there, and the module and the path by which it is meant. That is no import: the module that
    /// imports it from there imports it from where it is.
    handed_on: BTreeMap<Vec<String>, (Vec<String>, Vec<String>)>,
    sources: Vec<(Vec<String>, File)>,
}

impl Modules {
    /// Adds a module and those within it. Where these are depends on whether it owns its folder, as `lib.rs` and `mod.rs` do.
    fn add(&mut self, file: &Path, module: Vec<String>, owns_folder: bool) -> Result {
        let named = |error: &dyn std::fmt::Display| Failure::new(format!("{}: {error}", file.display()));
        let text = fs::read_to_string(file).map_err(|error| named(&error))?;
        let source = syn::parse_file(&text).map_err(|error| named(&error))?;
        let here = file.parent().unwrap_or(Path::new("."));
        let folder = if owns_folder { here.to_owned() } else { file.with_extension("") };
        self.files.insert(module.clone(), file.to_owned());
        for item in &source.items {
            if let Item::Use(item) = item
                && !matches!(item.vis, Visibility::Inherited)
            {
                for (name, path) in names(&item.tree) {
                    self.handed_on.insert([&module[..], &[name]].concat(), (module.clone(), path));
                }
            }
        }
        self.add_all(&source.items, here, &folder, &module)?;
        self.sources.push((module, source));
        Ok(())
    }

    fn add_all(&mut self, items: &[Item], here: &Path, folder: &Path, module: &[String]) -> Result {
        let modules = items.iter().filter_map(|item| if let Item::Mod(inner) = item { Some(inner) } else { None });
        for inner in modules {
            let name = inner.ident.to_string();
            let path = [module, slice::from_ref(&name)].concat();
            if let Some((_, items)) = &inner.content {
                self.files.insert(path.clone(), self.files[module].clone());
                self.add_all(items, here, &folder.join(&name), &path)?;
            } else if let Some(file) = written_path(&inner.attrs) {
                self.add(&here.join(file), path, true)?;
            } else if folder.join(&name).join("mod.rs").is_file() {
                self.add(&folder.join(&name).join("mod.rs"), path, true)?;
            } else {
                self.add(&folder.join(name + ".rs"), path, false)?;
            }
        }
        Ok(())
    }

    /// The file of what a path means in a module; none if it is not of this crate.
    fn file_of(&self, module: &[String], path: &[String]) -> Option<&PathBuf> {
        let mut place = module.to_vec();
        let mut is_ours = false;
        for (index, segment) in path.iter().enumerate() {
            match segment.as_str() {
                "crate" => place.clear(),
                "self" => {}
                "super" => drop(place.pop()),
                name => {
                    place.push(name.to_owned());
                    if let (true, Some((module, meant))) = (is_ours, self.handed_on.get(&place)) {
                        return self.file_of(module, &[&meant[..], &path[index + 1..]].concat());
                    }
                    if !self.files.contains_key(&place) {
                        place.pop(); // an item of this module
                        break;
                    }
                }
            }
            is_ours = true;
        }
        self.files.get(&place).filter(|_| is_ours)
    }

    /// Which module imports from which.
    fn imports(&self) -> BTreeSet<Import> {
        let mut imports = BTreeSet::new();
        for (module, source) in &self.sources {
            let mut paths = Paths { module: module.clone(), modules: self, found: BTreeSet::new() };
            paths.visit_file(source);
            let file = &self.files[module];
            imports.extend(paths.found.into_iter().filter(|other| other != file).map(|other| (file.clone(), other)));
        }
        imports
    }
}

/// What `#[path = "…"]` says.
fn written_path(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            Expr::Lit(literal) => {
                if let Lit::Str(text) = &literal.lit {
                    Some(text.value())
                } else {
                    None
                }
            }
            _ => None,
        },
        _ => None,
    })
}

/// What a `use` brings into scope: the name, and the path to it. Of `*` only the path to the module is known.
fn names(tree: &UseTree) -> Vec<(String, Vec<String>)> {
    let alone = |name: &Ident, path: &Ident| vec![(name.to_string(), vec![path.to_string()])];
    match tree {
        UseTree::Path(path) => {
            let below = names(&path.tree).into_iter();
            below.map(|(name, rest)| (name, [vec![path.ident.to_string()], rest].concat())).collect()
        }
        UseTree::Group(group) => group.items.iter().flat_map(names).collect(),
        UseTree::Name(name) => alone(&name.ident, &name.ident),
        UseTree::Rename(rename) => alone(&rename.rename, &rename.ident),
        UseTree::Glob(_) => vec![("*".to_owned(), Vec::new())],
    }
}

/// Follows the paths in one module, and finds the files to which they lead.
struct Paths<'modules> {
    /// The module that is visited, in braces perhaps.
    module: Vec<String>,
    modules: &'modules Modules,
    found: BTreeSet<PathBuf>,
}

impl Paths<'_> {
    /// Takes note of the file to which a path leads, if it is one of this crate.
    fn follow(&mut self, path: &[String]) {
        self.found.extend(self.modules.file_of(&self.module, path).cloned());
    }
}

impl<'ast> Visit<'ast> for Paths<'_> {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        self.module.push(module.ident.to_string());
        visit::visit_item_mod(self, module);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let is_handed_on = !matches!(item.vis, Visibility::Inherited);
        for (name, path) in names(&item.tree) {
            if name == "*" || !is_handed_on {
                self.follow(&path);
            }
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.follow(&path.segments.iter().map(|segment| segment.ident.to_string()).collect::<Vec<_>>());
        visit::visit_path(self, path);
    }

    /// `pub(super)` and `pub(crate)` say which modules may import from here, and import nothing.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    /// What is in the parentheses of `format!` and `assert!` are expressions.
    fn visit_macro(&mut self, called: &'ast Macro) {
        if let Ok(expressions) = called.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated) {
            expressions.iter().for_each(|expression| self.visit_expr(expression));
        }
    }
}
