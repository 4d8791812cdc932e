//! The lines of a session: which are typed, and what is never the same twice in the others.

/// The terminal in which a line of a session is typed, and what is typed.
pub(super) fn typed(line: &str) -> Option<(&str, &str)> {
    let (name, text) = match line.strip_suffix('$') {
        Some(name) => (name, ""),
        None => line.split_once("$ ")?,
    };
    name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit()).then_some((name, text))
}

/// Replaces curl's error messages by those of the book, if they have the same code: the words differ between versions.
pub(super) fn with_words_of(committed: &str, printed: &str) -> String {
    let code = |line: &str| Some(line.split_once("curl: (")?.1.split_once(')')?.0.to_owned());
    let line = |line: &str| {
        let same =
            code(line).and_then(|wanted| committed.lines().find(|line| code(line).is_some_and(|code| code == wanted)));
        format!("{}\n", same.unwrap_or(line))
    };
    printed.lines().map(line).collect()
}

/// The text with what the server's terminal shows, between two lines that are typed, after what the others show.
pub(super) fn log_last(text: &str) -> String {
    let (mut ordered, mut log, mut above) = (String::new(), String::new(), "");
    for line in text.lines() {
        if let Some((name, _)) = typed(line) {
            ordered += &std::mem::take(&mut log);
            above = name;
        }
        let shown_by = line.split_once("| ").map_or(above, |(name, _)| name);
        let is_log = typed(line).is_none() && shown_by == "server" && !line.starts_with("> ");
        if is_log && line.is_empty() {
            continue; // after Ctrl-C
        }
        let part = if is_log { &mut log } else { &mut ordered };
        *part += &format!("{}\n", line.trim_start_matches("server| "));
    }
    ordered + &log
}

/// Replaces what differs from run to run: dates, the fractions of times, the numbers of processes, and the ports of clients.
pub(super) fn without_chance(output: &str) -> String {
    let line = |line: &str| {
        if typed(line).is_some() || line.starts_with("> ") {
            return format!("{line}\n");
        }
        if let Some((name, _)) =
            line.split_once(": ").filter(|(name, _)| name.ends_with("Date") || name.ends_with("date"))
        {
            return format!("{name}: Sun, 06 Nov 1994 08:49:37 GMT\n");
        }
        let words = line.split(' ').map(|word| without_fraction(&without_port(word)));
        let mut text = words.collect::<Vec<_>>().join(" ");
        for unit in [" milliseconds ", " ms: "] {
            if let Some((before, after)) = text.clone().split_once(unit) {
                let before = before.trim_end_matches(|digit: char| digit.is_ascii_digit());
                text = format!("{before}…{unit}{after}");
            }
        }
        without_process(&text) + "\n"
    };
    output.lines().map(line).collect()
}

/// Cuts a time that curl printed (`5.001234`) to the five seconds that `/sleep` takes, or to nothing: `5.…`, `0.…`.
fn without_fraction(word: &str) -> String {
    match word.split_once('.') {
        Some((seconds, fraction)) if fraction.len() == 6 && fraction.bytes().all(|byte| byte.is_ascii_digit()) => {
            seconds.parse::<u32>().map_or(word.to_owned(), |seconds| format!("{}.…", seconds / 5 * 5))
        }
        _ => word.to_owned(),
    }
}

/// `127.0.0.1:50123:` is the port of a client, which the system has chosen: `127.0.0.1:…:`.
fn without_port(word: &str) -> String {
    let Some((before, after)) = word.split_once("127.0.0.1:") else { return word.to_owned() };
    let end = after.find(|digit: char| !digit.is_ascii_digit()).unwrap_or(after.len());
    let is_chosen = after[..end].parse::<u32>().is_ok_and(|port| port >= 32768);
    if is_chosen { format!("{before}127.0.0.1:…{}", &after[end..]) } else { word.to_owned() }
}

/// `[1] 4711`, with which the shell announces a job, and `worker 4711` in a log: `[1] …`.
fn without_process(line: &str) -> String {
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|digit| digit.is_ascii_digit());
    match line.split_once("] ") {
        Some((job, number)) if is_number(number) && job.rsplit_once('[').is_some_and(|(_, job)| is_number(job)) => {
            format!("{job}] …")
        }
        _ => match line.split_once("worker ").and_then(|(before, after)| Some((before, after.split_once(' ')?))) {
            Some((before, (number, after))) if is_number(number) => format!("{before}worker … {after}"),
            _ => line.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_run_to_run_is_replaced_and_nothing_else() {
        let output = "Date: Sat, 21 Nov 2026 09:00:00 GMT\n/ after 0.012345 s\n/sleep after 5.001234 s, 9.4\nafter 2001 ms: no\n\
            [1] 4711\n[1] 12 a\ngave up on 127.0.0.1:50123: no\nlistening on 127.0.0.1:7878\n$ [1] 4711\n";
        let expected = "Date: Sun, 06 Nov 1994 08:49:37 GMT\n/ after 0.… s\n/sleep after 5.… s, 9.4\nafter … ms: no\n\
            [1] …\n[1] 12 a\ngave up on 127.0.0.1:…: no\nlistening on 127.0.0.1:7878\n$ [1] 4711\n";
        assert_eq!(without_chance(output), expected);
    }

    #[test]
    fn curl_may_say_the_same_thing_in_other_words() {
        assert_eq!(with_words_of("curl: (7) Refused\n", "curl: (7) No luck\nok\n"), "curl: (7) Refused\nok\n");
        assert_eq!(with_words_of("curl: (7) Refused\n", "curl: (52) Empty\n"), "curl: (52) Empty\n");
    }

    #[test]
    fn the_log_may_come_before_or_after_an_answer_and_nothing_else_may() {
        let text = "server$ run\nlistening\nclient$ ask\nserver| gave up\nclient| no\nclient2| no\nclient$ ask\n";
        let other = "server$ run\nlistening\nclient$ ask\nclient| no\nclient2| no\nserver| gave up\nclient$ ask\n";
        assert_eq!(log_last(text), log_last(other));
        let others = [
            "server$ run\nlistening\nclient$ ask\nclient2| no\nclient| no\nserver| gave up\nclient$ ask\n",
            "server$ run\nlistening\nclient$ ask\nclient| no\nclient2| no\nclient$ ask\nserver| gave up\n",
        ];
        assert!(others.iter().all(|other| log_last(text) != log_last(other)));
    }

    #[test]
    fn a_line_is_typed_in_the_terminal_that_it_names() {
        assert_eq!(typed("$ ls $HOME"), Some(("", "ls $HOME")));
        assert_eq!(typed("client2$ echo a$ b"), Some(("client2", "echo a$ b")));
        assert_eq!(typed("server$ ^C"), Some(("server", "^C")));
        assert_eq!(typed("client$"), Some(("client", "")));
        assert_eq!(typed("It costs 5 $ today"), None);
        assert_eq!(typed("server| a$ b"), None);
    }
}
