//! The book's English, as far as a machine can judge it: no words that mean something else (in captions and sources, too), one
//! spelling for each term, and no two paragraphs in a row that begin with "So". A page can keep all these rules and still be hard to read.

use book_checks::chapter::{self, Chapter};
use book_checks::{assert_none, files, glossary, read, ways};

/// Words that say something else than is meant, and what to write instead. A word of this list is wrong wherever it is, and one with a
/// full stop only at the end of a clause.
const WORDS: [(&str, &str); 19] = [
    ("any more.", "no longer"),
    ("belongs into", "belongs in"),
    ("dearer", "more expensive"),
    ("for ever", "forever"),
    ("gave a connection up", "gave up on a connection"),
    ("give way", "yield"),
    ("is content with", "polls, settles for"),
    ("let go", "disconnect, drop"),
    ("makes use of", "uses"),
    ("of its own accord", "by itself"),
    ("out of reach", "cannot reach"),
    ("shall", "should"),
    ("somebody", "the noun: a task, another program"),
    ("stands in", "is in"),
    ("takes account of", "measures"),
    ("tell of", "report"),
    ("whoever", "the noun: the client that, the task that"),
    ("within the reach of", "can reach"),
    ("worth while", "worthwhile"),
];

/// Words of this list that may be code, as in `let go = true;`: in a source of Rust, they are wrong in comments only.
const CODE: [&str; 3] = ["for ever", "let go", "stands in"];

/// The headings, paragraphs, items and cells of a text in Markdown.
fn paragraphs(markdown: &str) -> Vec<String> {
    let [file, title, part] = [String::new(), String::new(), String::new()];
    let chapter = Chapter { file, title, part, text: markdown.to_owned() };
    let headings = markdown.lines().filter(|line| line.starts_with('#'));
    let headings = headings.map(|line| line.split("{#").next().unwrap_or_default().to_owned());
    chapter.blocks().into_iter().map(|block| block.prose).chain(headings).collect()
}

/// Whether a text in small letters has this phrase as whole words.
fn has(text: &str, phrase: &str) -> bool {
    let is_word = |beside: Option<char>| beside.is_some_and(char::is_alphanumeric);
    let words = phrase.trim_end_matches('.');
    text.match_indices(words).any(|(start, _)| {
        let [before, after] = [text[..start].chars().next_back(), text[start + words.len()..].chars().next()];
        !is_word(before) && !is_word(after) && (words == phrase || after != Some(' '))
    })
}

/// The words of a list that are in these texts, and what to write instead.
fn wrong_words(texts: &[String], words: &[(&str, &str)]) -> Vec<String> {
    let texts = texts.iter().map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase());
    let wrong = texts.flat_map(|text| {
        let wrong = words.iter().filter(|(word, _)| has(&text, word));
        wrong.map(|(word, right)| format!("“{word}” ({right}): {text}")).collect::<Vec<_>>()
    });
    wrong.collect()
}

/// What is wrong with these paragraphs.
fn problems(paragraphs: &[String], terms: &[String]) -> Vec<String> {
    let others = |term: &String| ["", "-", " "].map(|between| (term.replace(['-', ' '], between), term.clone()));
    let others = terms.iter().flat_map(others).filter(|(other, term)| other != term);
    let others: Vec<(String, String)> = others.map(|(other, term)| (other.to_lowercase(), term)).collect();
    let others = others.iter().map(|(other, term)| (other.as_str(), term.as_str()));
    let mut problems = wrong_words(paragraphs, &WORDS.into_iter().chain(others).collect::<Vec<_>>());
    let begins_with_so = |text: &String| text.trim_start().starts_with("So ");
    let twice = paragraphs.windows(2).filter(|pair| pair.iter().all(begins_with_so));
    problems.extend(twice.map(|pair| format!("two paragraphs that begin with “So”: {}", pair[1])));
    problems
}

/// The wrong words in a source of Rust: in its comments, each as a whole, and in its names and messages, line by line.
fn problems_of_source(source: &str) -> Vec<String> {
    let [mut comments, mut code] = [String::new(), String::new()];
    for line in source.lines() {
        let (before, comment) = line.split_once("//").unwrap_or((line, ""));
        if !before.trim().is_empty() {
            code.extend([before, "\n"]);
            comments += "\n";
        }
        comments.extend([" ", comment.trim_start_matches(['/', '!'])]);
    }
    let words: Vec<_> = WORDS.into_iter().filter(|(word, _)| !CODE.contains(word)).collect();
    let [comments, code] = [comments, code].map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>());
    [wrong_words(&comments, &WORDS), wrong_words(&code, &words)].concat()
}

/// What is written in a picture, and what is said of it to readers who do not see it.
fn captions(picture: &str) -> Vec<String> {
    picture.split(['<', '>', '"']).map(str::to_owned).collect()
}

/// The terms of the glossary that could be spelled in another way: those of two words, or with a hyphen.
fn terms(pages: &[Chapter]) -> Vec<String> {
    let glossary = pages.iter().find(|page| page.file == "glossary.md").map_or("", |page| &page.text);
    let terms = glossary::entries(glossary).unwrap_or_default().into_iter().map(|entry| entry.term);
    terms.filter(|term| term.contains(['-', ' '])).collect()
}

#[test]
fn no_page_uses_words_that_mean_something_else() {
    let pages = chapter::all().unwrap_or_else(|failure| panic!("{failure}"));
    let terms = terms(&pages);
    assert!(terms.len() > 30, "{terms:?}");
    let mut texts: Vec<(String, Vec<String>)> =
        pages.iter().map(|page| (format!("book/src/{}", page.file), paragraphs(&page.text))).collect();
    for file in ["README.md", "CONTRIBUTING.md"] {
        texts.push((file.to_owned(), paragraphs(&read(file).unwrap_or_default())));
    }
    for picture in files("book/src").into_iter().filter(|file| file.ends_with(".svg")) {
        let captions = captions(&read(&picture).unwrap_or_default());
        texts.push((picture, captions));
    }
    for lesson in files("book/steppers").into_iter().filter(|file| file.ends_with("lesson.json")) {
        let sentences = read(&lesson).unwrap_or_default().lines().map(str::to_owned).collect();
        texts.push((lesson, sentences));
    }
    let found = texts
        .iter()
        .flat_map(|(name, texts)| problems(texts, &terms).into_iter().map(move |problem| format!("{name}: {problem}")));
    assert_none(found);
}

#[test]
fn no_source_uses_words_that_mean_something_else() {
    let is_source = |file: &String| file.ends_with(".rs") && !file.ends_with("/english.rs");
    let sources: Vec<String> = files("").into_iter().filter(is_source).collect();
    assert!(sources.len() > 300, "{sources:?}");
    assert_none(sources.iter().flat_map(|file| {
        let problems = problems_of_source(&read(file).unwrap_or_default());
        problems.into_iter().map(move |problem| format!("{file}: {problem}"))
    }));
}

#[test]
fn no_page_takes_more_than_a_quarter_of_an_hour_to_read() {
    let pages = chapter::all().unwrap_or_else(|failure| panic!("{failure}"));
    let long = pages.iter().filter_map(|page| {
        let minutes = ways::minutes(page).unwrap_or_else(|failure| panic!("{failure}"));
        (minutes > 15).then(|| format!("{}: {minutes} minutes", page.file))
    });
    assert_none(long);
}

#[test]
fn each_rule_finds_a_bad_sentence_and_no_good_one() {
    let terms = ["event loop".to_owned(), "wake-up".to_owned()];
    let count =
        |texts: &[&str]| problems(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>(), &terms).len();
    for (word, _) in WORDS {
        assert_eq!(count(&[&format!("The server, {word} a client")]), 1, "{word}");
    }
    for bad in ["An event-loop.", "An EventLoop.", "A wakeup.", "The wake\nup."] {
        assert_eq!(count(&[bad]), 1, "{bad}");
    }
    assert_eq!(count(&["So it waits.", "So it ends."]), 1);
    for bad in ["//! Text for\n//! ever.", "f(); // whoever waits", "panic!(\"not any more\");", "let dearer = 2;"] {
        assert_eq!(problems_of_source(bad).len(), 1, "{bad}");
    }
    for good in ["let go = true;", "for stands in claims {", "// A word.\nlet go_on = 1; // any more than that"] {
        assert_eq!(problems_of_source(good).len(), 0, "{good}");
    }
    for bad in ["<title id=\"a\">Whoever waits</title>", "<svg aria-label=\"It waits for ever\">"] {
        assert_eq!(captions(bad).iter().filter(|caption| count(&[caption]) > 0).count(), 1, "{bad}");
    }
    for good in [&["An event loop, or two event loops: a wake-up."][..], &["So it waits.", "It ends.", "So it ends."]] {
        assert_eq!(count(good), 0, "{good:?}");
    }
    assert_eq!(count(&["The marshalled bytes stand in any more detail; it wakes up somebodyelse."]), 0);
    assert_eq!(paragraphs("# A heading\n\nText with `whoever`.\n\n- An item.\n\n| a cell |\n|---|\n").len(), 4);
}
