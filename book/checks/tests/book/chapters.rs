//! The chapters: each has its step, takes its code from it, and claims nothing that no test shows.

use book_checks::chapter::{self, Chapter};
use book_checks::include::{Include, directives, without_anchors};
use book_checks::step::{self, Package};
use book_checks::{assert_none, difference, files, glossary, prose, read};

/// Is in a chapter with a number that is about no step.
const NO_STEP: &str = "<!-- no step -->";

#[test]
fn a_folder_a_program_and_a_chapter_have_the_same_number() {
    let packages = step::packages().unwrap();
    let chapters: Vec<String> = chapter::all().unwrap().into_iter().map(|chapter| chapter.file).collect();
    let mut problems = Vec::new();
    for folder in step::folders().unwrap() {
        let Some(package) = packages.iter().find(|package| package.folder == folder) else {
            problems.push(format!("Cargo.toml: {folder} is not a member"));
            continue;
        };
        let (Package { name, binaries, .. }, step) = (package, package.step());
        if !binaries.iter().any(|binary| binary == step) {
            problems.push(format!("{folder}/Cargo.toml: no program is named {step}, only {binaries:?}"));
        }
        if *name != step[6..] {
            problems.push(format!("{folder}/Cargo.toml: the package is named {name}, not {}", &step[6..]));
        }
        if !chapters.contains(&format!("{step}.md")) {
            problems.push(format!("book/src/SUMMARY.md: {folder} has no chapter {step}.md"));
        }
    }
    assert_none(problems);
}

#[test]
fn every_numbered_chapter_is_about_a_step_and_carries_its_number_in_its_title() {
    let steps = step::all().unwrap();
    let mut problems = Vec::new();
    for chapter in chapter::all().unwrap() {
        let name = chapter.file.trim_end_matches(".md");
        if step::number(name).is_none() {
            continue;
        }
        if steps.iter().any(|step| step.step() == name) == chapter.text.contains(NO_STEP) {
            problems.push(format!("book/src/{}: it must be about the step {name}, or say {NO_STEP}", chapter.file));
        }
        let number = format!("{} ", step::short_name(name));
        if !chapter.title.starts_with(&number) || !chapter.text.starts_with(&format!("# {number}")) {
            problems.push(format!("book/src/{}: the title and its heading must begin with {number}", chapter.file));
        }
    }
    assert_none(problems);
}

/// `mdbook serve` shows a change at once if it watches the file.
#[test]
fn mdbook_watches_every_step() {
    let watched = read("book/book.toml").unwrap();
    let is_watched = |package: &&Package| {
        let folders = package.folder.match_indices('/').map(|(end, _)| &package.folder[..end]);
        folders.chain([package.folder.as_str()]).any(|folder| watched.contains(&format!("\"../{folder}\"")))
    };
    let forgotten = step::all().unwrap().into_iter().filter(|package| !is_watched(package));
    assert_none(forgotten.map(|step| format!("book/book.toml: extra-watch-dirs lacks \"../{}\"", step.folder)));
}

#[test]
fn every_chapter_is_in_the_summary() {
    let listed: Vec<String> = chapter::all().unwrap().into_iter().map(|chapter| chapter.file).collect();
    let found = files("book/src").into_iter().filter(|file| file.ends_with(".md") && !file.contains("/generated/"));
    let unlisted = found.filter(|file| {
        let name = file.trim_start_matches("book/src/");
        name != "SUMMARY.md" && !name.starts_with(chapter::LISTING) && !listed.iter().any(|listed| listed == name)
    });
    assert_none(unlisted.map(|file| format!("{file}: not in SUMMARY.md")));
}

/// A page without a number, such as the glossary, belongs to no chapter.
#[test]
fn every_chapter_ends_with_where_to_go_next() {
    let pages: Vec<Chapter> =
        chapter::all().unwrap().into_iter().filter(|page| step::number(&page.file).is_some()).collect();
    let chapters: Vec<&[Chapter]> = pages.chunk_by(|page, next| page.part == next.part).collect();
    let problem = |(index, chapter): (usize, &&[Chapter])| {
        let last = chapter.last()?;
        let Some((_, end)) =
            last.text.rsplit_once("\n## ").filter(|(_, end)| end.starts_with("Where to go next {#next}\n"))
        else {
            return Some(format!("book/src/{}: does not end with \"## Where to go next {{#next}}\"", last.file));
        };
        let next = chapters.get(index + 1).and_then(|next| next.first());
        let is_named = next.is_none_or(|next| end.contains(&format!("({})", next.file)));
        (!is_named || end.matches("](").count() < 2)
            .then(|| format!("book/src/{}: the next chapter, or another way, is missing", last.file))
    };
    assert_none(chapters.iter().enumerate().filter_map(problem));
}

/// Only its first line would be indented: inside a list, the others would fall out of it.
#[test]
fn an_include_of_several_lines_begins_at_the_margin() {
    each_chapter(|chapter| {
        let is_indented = |start: usize| !chapter.text[..start].ends_with('\n');
        let resolve = |directive| Include::parse(directive).and_then(|include| include.resolve());
        directives(&chapter.text)
            .filter(|(start, directive)| {
                is_indented(*start) && resolve(directive).is_ok_and(|text| text.lines().count() > 1)
            })
            .map(|(start, directive)| {
                format!("{}: {directive} has several lines and is indented", chapter.place(start))
            })
            .collect()
    });
}

#[test]
fn every_include_resolves_to_something() {
    each_chapter(|chapter| {
        let resolve = |directive| Include::parse(directive).and_then(|include| include.resolve());
        directives(&chapter.text)
            .filter_map(|(start, directive)| Some(format!("{}: {}", chapter.place(start), resolve(directive).err()?)))
            .collect()
    });
}

#[test]
fn no_code_is_typed_into_a_chapter() {
    each_chapter(|chapter| {
        let fences = chapter.fences().into_iter().filter(|fence| {
            let is_included = |line: &str| line.starts_with("{{#include ") && line.ends_with("}}");
            !fence.is_fenced || fence.content.trim().is_empty() || !fence.content.trim().lines().all(is_included)
        });
        fences
            .map(|fence| format!("{}: a block of code must consist of includes", chapter.place(fence.start)))
            .collect()
    });
}

#[test]
fn the_file_is_named_above_each_piece_of_code() {
    each_chapter(|chapter| {
        let missing = directives(&chapter.text).filter_map(|(start, directive)| {
            let include = Include::parse(directive).ok().filter(|include| include.anchor.is_some())?;
            let above = chapter.text[..start].rsplit("\n\n").next().unwrap_or_default();
            let above = &chapter.text[chapter.text[..start - above.len()].trim_end().rfind("\n\n").unwrap_or(0)..start];
            let file = format!("`{}`", include.file.display());
            (!above.contains(&file)).then(|| format!("{}: {file} must be above its code", chapter.place(start)))
        });
        missing.collect()
    });
}

/// mdbook would make up an id from the words of the heading; a translation has other words.
#[test]
fn every_heading_that_is_linked_has_an_id_of_its_own() {
    let chapters = chapter::all().unwrap();
    each_chapter(|chapter| {
        let links = chapter.text.match_indices(".md#").filter_map(|(dot, _)| {
            let file = chapter.text[..dot].rsplit('(').next()?.to_owned() + ".md";
            let id = chapter.text[dot + 4..].split(')').next()?;
            let target = chapters.iter().find(|chapter| chapter.file == file);
            let has_id = target.is_some_and(|target| target.text.contains(&format!("{{#{id}}}")));
            let is_event =
                chapter.text[dot..].split_once(')').is_some_and(|(_, rest)| rest.starts_with("<!-- event: "));
            // (`each_event_that_a_page_points_at_is_the_one_it_means` looks at events.)
            (!has_id && !is_event)
                .then(|| format!("{}: book/src/{file} has no heading with {{#{id}}}", chapter.place(dot)))
        });
        links.collect()
    });
}

#[test]
fn every_entry_of_the_glossary_is_a_sentence_and_a_link_to_a_section_that_uses_the_term() {
    let chapters = chapter::all().unwrap();
    let page = chapters.iter().find(|chapter| chapter.file == "glossary.md").unwrap();
    let entries = glossary::entries(&page.text).unwrap_or_else(|line| panic!("not an entry of the glossary: {line}"));
    assert!(!entries.is_empty());
    let mut problems = Vec::new();
    for entry in &entries {
        let place = format!("{}: {}", page.place(entry.start), entry.term);
        if !entry.is_one_sentence() {
            problems.push(format!("{place}: this is not one sentence: {}", entry.sentence));
        }
        problems.extend(entry.problem_with_link(&chapters).map(|problem| format!("{place}: {problem}")));
    }
    let terms = entries.iter().map(|entry| entry.term.trim_matches('`').to_lowercase()).collect::<Vec<_>>();
    problems.extend(
        terms
            .windows(2)
            .filter(|pair| pair[0] >= pair[1])
            .map(|pair| format!("book/src/{}: “{}” does not come before “{}”", page.file, pair[0], pair[1])),
    );
    assert_none(problems);
}

#[test]
fn every_generated_file_is_in_a_chapter() {
    let chapters = chapter::all().unwrap();
    let is_used = |file: &String| {
        let name = file.trim_start_matches("book/src/");
        let data = name.trim_start_matches("generated/");
        chapters.iter().any(|chapter| chapter.text.contains(name)) || data.ends_with(".json")
    };
    let mut generated = files("book/src/generated");
    generated.extend(files("book/src/console"));
    assert_none(generated.into_iter().filter(|file| !is_used(file)).map(|file| format!("{file}: no chapter shows it")));
}

#[test]
fn every_claim_names_a_test() {
    let tests = prose::tests();
    each_chapter(|chapter| {
        let mut problems = Vec::new();
        for block in chapter.blocks() {
            let claims = prose::claims(&block);
            let place = chapter.place(block.start);
            if let (true, Some(reason)) = (claims.is_empty(), prose::needs_a_test(&block)) {
                problems.push(format!("{place}: {reason} needs a test: <!-- claim: its_name -->"));
            }
            let unknown = claims.iter().filter(|claim| !tests.iter().any(|test| test == *claim));
            problems.extend(unknown.map(|claim| format!("{place}: there is no test named {claim}")));
        }
        problems
    });
}

#[test]
fn no_comment_breaks_a_paragraph_in_two() {
    each_chapter(|chapter| {
        let mut start = 0;
        let broken = chapter.text.split_inclusive("\n\n").filter_map(|paragraph| {
            start += paragraph.len();
            let place = chapter.place(start - paragraph.len());
            prose::is_broken(paragraph)
                .then(|| format!("{place}: a comment at the beginning of a line breaks this paragraph"))
        });
        broken.collect()
    });
}

#[test]
fn every_command_for_cargo_names_something_that_exists() {
    let packages = step::packages().unwrap();
    let tests = prose::tests();
    each_chapter(|chapter| {
        let spans = chapter.code_spans().into_iter().filter(|(_, span)| span.contains("cargo "));
        spans
            .filter_map(|(start, span)| {
                Some(format!("{}: {}", chapter.place(start), problem(&span, packages, &tests)?))
            })
            .collect()
    });
}

/// What is wrong with a command for cargo.
fn problem(command: &str, packages: &[Package], tests: &[String]) -> Option<String> {
    let mut words = command.split_whitespace().skip_while(|word| *word != "cargo").skip(1);
    let mut is_test = false;
    while let Some(word) = words.next() {
        match word {
            "--" => return None,
            "test" => is_test = true,
            "-p" => {
                let name = words.next()?;
                if !packages.iter().any(|package| package.name == name) {
                    return Some(format!("there is no package {name}"));
                }
            }
            "--bin" => {
                let name = words.next()?;
                if !packages.iter().any(|package| package.binaries.iter().any(|binary| binary == name)) {
                    return Some(format!("there is no program {name}"));
                }
            }
            "--example" | "--features" | "--test" => drop(words.next()),
            _ if word.starts_with('-') || !is_test => {}
            name if tests.iter().any(|test| test.contains(name)) => {}
            name => return Some(format!("there is no test {name}")),
        }
    }
    None
}

pub fn each_chapter(problems: impl Fn(&Chapter) -> Vec<String>) {
    let chapters = chapter::all().unwrap_or_else(|failure| panic!("{failure}"));
    assert_none(chapters.iter().flat_map(problems));
}

/// What a reader has to take in: the lines of each step, and those that are new in it. (Without the comments at the head, which name the step.)
#[test]
fn the_steps_of_chapter_9_are_short_and_so_are_the_differences() {
    let steps = step::all().unwrap();
    let file = |number: &str| {
        let step = steps.iter().find(|step| step.step().starts_with(number)).unwrap();
        format!("{}/src/main.rs", step.folder)
    };
    let mut problems = Vec::new();
    for (number, most_lines, most_new) in [
        ("09_01", 99, None),
        ("09_02", 99, Some(14)),
        ("09_03", 99, Some(5)),
        ("09_04", 99, Some(28)),
        ("09_05", 99, Some(12)),
    ] {
        let lines = without_anchors(&read(file(number)).unwrap()).lines().count();
        let before = format!("09_{:02}", number[3..].parse::<u32>().unwrap() - 1);
        let new = most_new.map(|_| difference::counts(&file(&before), &file(number)).unwrap()[1]);
        println!("{number}: {lines} lines, of which new: {new:?}");
        if lines > most_lines || new > most_new {
            problems.push(format!(
                "{number} has {lines} lines, and {new:?} new ones; {most_lines} and {most_new:?} are allowed"
            ));
        }
    }
    assert_none(problems);
}
