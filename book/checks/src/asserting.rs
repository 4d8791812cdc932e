//! Tests that assert nothing: they pass whatever the program does.
//!
//! A test asserts something if it calls a macro such as `assert!`, a function whose name begins with `assert`, or `unwrap_err`; or if
//! a statement that is no `let` can fail by `?`, `unwrap` or `expect`: `client.ask()?;` does, and `let client = server.client()?;`
//! only prepares something. A test also asserts something if a function of the same package does so for it.

use crate::{Failure, Result};
use std::collections::{BTreeMap, BTreeSet};
use syn::visit::{self, Visit};
use syn::{Attribute, ExprCall, ExprMethodCall, ExprTry, ImplItemFn, ItemFn, Local, Macro};

/// The names of the tests in the source texts of a package that assert nothing.
pub fn silent_tests(texts: &[impl AsRef<str>]) -> Result<Vec<String>> {
    let mut functions = Functions::default();
    for text in texts {
        let file = syn::parse_file(text.as_ref()).map_err(|error| Failure::new(error.to_string()))?;
        functions.visit_file(&file);
    }
    let asserting = functions.asserting();
    Ok(functions.tests.into_iter().filter(|test| !asserting.contains(test)).collect())
}

/// The functions of a package.
#[derive(Default)]
struct Functions {
    tests: Vec<String>,
    /// Whether a function asserts something by itself, and which functions it calls.
    bodies: BTreeMap<String, (bool, BTreeSet<String>)>,
}

impl Functions {
    fn add(&mut self, name: String, attributes: &[Attribute], visit: impl FnOnce(&mut Body)) {
        let is_test = attributes.iter().any(|it| it.path().segments.last().is_some_and(|word| word.ident == "test"));
        let panics = attributes.iter().any(|it| it.path().is_ident("should_panic"));
        let mut body = Body { asserts: panics, ..Body::default() };
        visit(&mut body);
        if is_test {
            self.tests.push(name.clone());
        }
        let (asserts, calls) = self.bodies.entry(name).or_default(); // two may have one name
        *asserts |= body.asserts;
        calls.extend(body.calls);
    }

    /// Those that assert something, by themselves or by a function that they call.
    fn asserting(&self) -> BTreeSet<String> {
        let mut asserting: BTreeSet<String> =
            self.bodies.iter().filter(|(_, (asserts, _))| *asserts).map(|(name, _)| name.clone()).collect();
        loop {
            let further = self.bodies.iter().filter(|(name, (_, calls))| {
                !asserting.contains(*name) && calls.iter().any(|call| asserting.contains(call))
            });
            let further: Vec<String> = further.map(|(name, _)| name.clone()).collect();
            if further.is_empty() {
                return asserting;
            }
            asserting.extend(further);
        }
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.add(function.sig.ident.to_string(), &function.attrs, |body| body.visit_block(&function.block));
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.add(function.sig.ident.to_string(), &function.attrs, |body| body.visit_block(&function.block));
    }

    /// `proptest! { #[test] fn … }` is a test that the macro writes.
    fn visit_macro(&mut self, _: &'ast Macro) {}
}

/// What a function does.
#[derive(Default)]
struct Body {
    asserts: bool,
    calls: BTreeSet<String>,
    /// In how many `let` statements this is.
    lets: usize,
}

impl<'ast> Visit<'ast> for Body {
    fn visit_local(&mut self, local: &'ast Local) {
        self.lets += 1;
        visit::visit_local(self, local);
        self.lets -= 1;
    }

    fn visit_expr_try(&mut self, expression: &'ast ExprTry) {
        self.asserts |= self.lets == 0;
        visit::visit_expr_try(self, expression);
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        let name = call.method.to_string();
        self.asserts |=
            name.starts_with("assert") || ["debug_assert", "unwrap_err", "expect_err"].contains(&name.as_str());
        self.asserts |= self.lets == 0 && ["unwrap", "expect"].contains(&name.as_str());
        self.calls.insert(name);
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        if let syn::Expr::Path(path) = &*call.func
            && let Some(word) = path.path.segments.last()
        {
            let name = word.ident.to_string();
            self.asserts |= name.starts_with("assert");
            self.calls.insert(name);
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        let name = call.path.segments.last().map(|word| word.ident.to_string()).unwrap_or_default();
        let fails = ["panic", "ensure", "unreachable"].contains(&name.as_str());
        self.asserts |= fails || name.starts_with("assert") || name.starts_with("prop_assert");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_asserts_nothing_is_found() {
        for silent in [
            "#[test] fn a() {}",
            "#[test] fn a() { let it = start().unwrap(); println!(\"{it}\"); }",
            "#[test] fn a() -> Result { let it = start()?; Ok(()) }",
            "#[test] fn a() { helps() } fn helps() { let it = 1; }",
            "#[tokio::test] async fn a() { let _ = start().await; }",
            "mod tests { #[test] fn a() { start(); } }",
        ] {
            assert_eq!(silent_tests(&[silent]).ok(), Some(vec!["a".to_owned()]), "{silent}");
        }
    }

    #[test]
    fn a_test_that_can_fail_is_not() {
        for sound in [
            "#[test] fn a() { assert!(it); }",
            "#[test] fn a() -> Result { check()?; Ok(()) }",
            "#[test] fn a() -> Result { Ok(check()?) }",
            "#[test] fn a() { suite::answers(SERVER).assert_passed(); }",
            "#[test] fn a() { start().unwrap_err(); }",
            "#[test] #[should_panic] fn a() { start(); }",
            "#[test] fn a() { for it in all { helps(it) } } fn helps(it: u8) { assert_eq!(it, 1); }",
            "#[test] fn a() { let it = all.map(|it| panic!()); }",
            "fn a() {}",
        ] {
            assert_eq!(silent_tests(&[sound]).ok(), Some(vec![]), "{sound}");
        }
    }
}
