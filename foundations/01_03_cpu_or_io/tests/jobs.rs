//! Step 1.3: jobs that wait do so at the same time; jobs that compute do so one after the other unless it has threads.

use harness::{Failure, Program, Result};

/// A row of the table: what each job does, how they are done, how long it took in milliseconds, and how many were under way at the same time.
#[derive(Debug)]
struct Row {
    does: String,
    how: String,
    took: u64,
    under_way: u32,
}

fn table(arguments: &[&str]) -> Result<Vec<Row>> {
    let ended = Program::at(env!("CARGO_BIN_EXE_01_03_cpu_or_io")).run(arguments)?;
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, does, how, took, _, under_way, _] = cells[..] else { return None };
        let took = took.strip_suffix(" ms")?.parse().ok()?;
        Some(Row { does: does.to_owned(), how: how.to_owned(), took, under_way: under_way.parse().ok()? })
    };
    let rows: Vec<Row> = ended.output.lines().filter_map(row).collect();
    if ended.code == Some(0) && rows.len() == 6 { Ok(rows) } else { Err(Failure::new(format!("{ended:?}"))) }
}

fn find<'a>(table: &'a [Row], does: &str, how: &str) -> &'a Row {
    table
        .iter()
        .find(|row| row.does == does && row.how.contains(how))
        .unwrap_or_else(|| panic!("{does}, {how}: {table:?}"))
}

#[test]
fn jobs_that_wait_do_so_at_the_same_time_on_threads_and_in_tasks() -> Result {
    let overlaps = |table: &[Row]| {
        let quick = |how| {
            let row = find(table, "waits", how);
            row.under_way == 8 && row.took >= 40 && row.took < 80
        };
        quick("each on a thread") && quick("tasks")
    };
    for attempt in 0.. {
        let table = table(&["--wait", "40ms", "--compute", "1"])?;
        let one_after_the_other = find(&table, "waits", "one after the other");
        assert!(one_after_the_other.took >= 8 * 40 && one_after_the_other.under_way == 1, "{table:?}");
        if overlaps(&table) {
            break; // it cannot be by chance; that a busy machine is late, can
        }
        assert!(attempt < 5, "{table:?}");
    }
    Ok(())
}

#[test]
fn jobs_that_compute_do_so_one_after_the_other_in_tasks() -> Result {
    let table = table(&["--wait", "0ms", "--compute", "100000"])?;
    assert_eq!(find(&table, "computes", "one after the other").under_way, 1, "{table:?}");
    assert_eq!(find(&table, "computes", "tasks").under_way, 1, "{table:?}");
    Ok(())
}

#[test]
fn jobs_that_compute_are_under_way_together_on_threads() -> Result {
    for attempt in 0.. {
        let table = table(&["--wait", "0ms", "--compute", "1000000"])?;
        if find(&table, "computes", "each on a thread").under_way > 1 {
            break;
        }
        assert!(attempt < 5, "{table:?}");
    }
    Ok(())
}

#[test]
fn nonsense_is_misuse_and_help_says_what_to_try() -> Result {
    let program = Program::at(env!("CARGO_BIN_EXE_01_03_cpu_or_io"));
    for nonsense in [["--jobs", "0"], ["--jobs", "many"], ["--wait", "-1s"], ["--compute", "-1"], ["a", "b"]] {
        let ended = program.run(&nonsense)?;
        assert_eq!((ended.code, ended.output.as_str()), (Some(2), ""), "{nonsense:?}");
        assert!(ended.log.contains("; usage: "), "{ended:?}");
    }
    let help = program.run(&["--help"])?;
    assert!(help.code == Some(0) && help.output.contains("Try: "), "{help:?}");
    Ok(())
}
