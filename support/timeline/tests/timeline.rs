//! A timeline says the same in data, in a figure, in a terminal and in words.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use timeline::{Kind, Mark, Timeline, Unit, picture};

fn kitchen() -> Timeline {
    let mut kitchen = Timeline::new("Fish & chips", Unit::Seconds)
        .legend(Kind::Runs, "cooks")
        .legend(Kind::Waits, "waits for the fryer");
    kitchen.row("fish").span(Kind::Runs, 0, 4);
    kitchen.row("chips").span(Kind::Waits, 0, 4).span(Kind::Runs, 4, 8);
    kitchen
}

/// The bars of a figure: their class, where they begin, how wide they are.
fn bars(svg: &str) -> Vec<(String, u64, u64)> {
    let rectangles = svg.lines().filter(|line| line.starts_with("<rect class") && line.contains("height=\"16\""));
    let bars = rectangles.map(|line| {
        let values: Vec<&str> = line.split('"').skip(1).step_by(2).collect();
        (values[0].to_owned(), values[1].parse().unwrap(), values[3].parse().unwrap())
    });
    bars.collect()
}

#[test]
fn a_bar_is_where_its_span_is() {
    let bars = bars(&kitchen().figure("a"));
    let expected = [("runs", 105, 145), ("waits", 105, 145), ("runs", 250, 145)];
    assert_eq!(bars[..3], expected.map(|(class, x, width)| (class.to_owned(), x, width)));
    assert_eq!(bars.len(), 5, "three spans, and two that explain them: {bars:?}");
}

#[test]
fn figures_that_are_to_be_compared_have_the_same_scale() {
    let bars = bars(&kitchen().figure_until("a", 16));
    assert_eq!((bars[2].1, bars[2].2), (177, 73), "half as far and half as wide: {bars:?}");
    assert_eq!(kitchen().figure_until("a", 1), kitchen().figure("a"), "nothing is cut off");
}

#[test]
fn the_legend_explains_only_what_is_drawn() {
    let mut kitchen = kitchen();
    kitchen.rows.pop();
    assert!(!kitchen.figure("a").contains(">waits for the fryer<"), "{}", kitchen.figure("a"));
}

#[test]
fn a_label_stands_on_the_middle_of_its_bar() {
    let mut kitchen = kitchen();
    kitchen.rows[0].spans[0].label = "A".to_owned();
    assert!(kitchen.figure("a").contains(r#"<text class="on" x="177" y="47">A</text>"#), "{}", kitchen.figure("a"));
}

#[test]
fn what_takes_no_time_is_seen_too() {
    let mut short = Timeline::new("", Unit::Seconds);
    short.row("long").span(Kind::Runs, 0, 1_000_000);
    short.row("short").span(Kind::Runs, 0, 1);
    assert!(bars(&short.figure("a"))[1].2 >= 4);
}

#[test]
fn names_of_times_do_not_touch() {
    for end in [400, 600, 900, 1_100, 6_999, 59_999] {
        let mut long = Timeline::new("", Unit::Milliseconds);
        long.notes = "a column that takes room".to_owned();
        long.row("a").span(Kind::Runs, 0, end);
        let figure = long.figure("a");
        let names: Vec<(u64, u64)> = figure
            .lines()
            .filter_map(|line| line.strip_prefix(r#"<text class="axis" x=""#))
            .map(|line| {
                (line.split('"').next().unwrap().parse().unwrap(), line.split(['>', '<']).nth(1).unwrap().len() as u64)
            })
            .collect();
        assert!(names.len() > 1, "{figure}");
        for pair in names.windows(2) {
            let [(left, length), (right, next)] = pair else { continue };
            assert!((length + next) * 7 / 2 < right - left, "{end}: {figure}");
        }
    }
}

#[test]
fn what_would_be_a_tag_is_a_text() {
    let mut odd = kitchen();
    odd.rows[0].label = "<b> & \"c\"".to_owned();
    assert!(odd.figure("a").contains(">&lt;b&gt; &amp; &quot;c&quot;<"));
    assert!(odd.figure("a").contains("<title id=\"title_a\">Fish &amp; chips</title>"));
}

#[test]
fn a_figure_has_no_empty_line_and_a_picture_brings_its_colours() {
    let figure = kitchen().figure("a");
    assert!(!figure.contains("\n\n") && !figure.contains("<style>"), "{figure}");
    let picture = picture(&[("one", &kitchen()), ("two", &kitchen())]);
    assert!(picture.contains("prefers-color-scheme: dark") && picture.contains(r#"aria-label="one. two.""#));
    assert_eq!(bars(&picture).len(), 8, "the spans of both, and the legend once");
}

#[test]
fn the_terminal_shows_who_does_what_when() {
    let mut kitchen = kitchen();
    kitchen.rows[1].spans[0].kind = Kind::Blocked;
    let text = kitchen.text(15);
    let rows: Vec<&str> = text.lines().collect();
    assert_eq!(rows[..2], ["fish   ████", "chips  ····████"], "{text}");
    assert!(rows[2].trim_start().starts_with("0 s 4 s"), "{text}");
}

#[test]
fn a_picture_has_a_description_in_words() {
    let mut kitchen = kitchen();
    kitchen.marks.push(Mark { at: 5, label: "the bell".to_owned() });
    let words = "fish: cooks from 0 s to 4 s. chips: waits for the fryer from 0 s to 4 s; cooks from 4 s to 8 s. the bell at 5 s.";
    assert_eq!(kitchen.describe(), words);
    for at in 8..20 {
        kitchen.rows[0].span(Kind::Runs, at, at + 1);
    }
    assert!(kitchen.describe().starts_with("fish: cooks 13 times, 16 s in all."), "not one phrase thirteen times");
}

#[test]
fn times_are_said_in_a_unit_that_fits() {
    assert_eq!(Unit::Milliseconds.say(5_040), "5.0 s");
    assert_eq!(Unit::Milliseconds.say(250), "250 ms");
    assert_eq!(Unit::Microseconds.say(12_345), "12.3 ms");
    assert_eq!(Unit::Microseconds.say(40), "40 µs");
    let mut long = Timeline::new("", Unit::Milliseconds);
    long.row("a").span(Kind::Runs, 0, 5_170);
    assert!(long.figure("a").contains(">5 s<") && !long.figure("a").contains(">6 s<"));
    long.rows[0].spans[0].to = 120;
    assert!(long.figure("a").contains(">40 ms<"));
}

#[test]
fn data_survive_being_written_and_read() {
    let text = serde_json::to_string(&kitchen()).unwrap();
    assert_eq!(serde_json::from_str::<Timeline>(&text).unwrap(), kitchen());
}
