//! The world: a field on which players move. A player that leaves it on one side comes back on the other side.

use std::time::Duration;

/// The time from one tick to the next one: a sixtieth of a second.
pub const TICK: Duration = Duration::from_nanos(1_000_000_000 / 60);
/// How many cells the field has from left to right.
pub const COLUMNS: u32 = 40;
/// How many cells the field has from top to bottom.
pub const ROWS: u32 = 12;
/// A cell has so many parts in each direction, so that a player can move by less than a cell.
const PARTS: u32 = 60;
/// How many parts a player moves in a tick: ten cells a second.
const SPEED: u32 = 10;
const WIDTH: u32 = COLUMNS * PARTS;
const HEIGHT: u32 = ROWS * PARTS;

/// Where a player goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heading {
    /// Nowhere.
    Still,
    /// Towards the first column.
    Left,
    /// Towards the last column.
    Right,
    /// Towards the first row.
    Up,
    /// Towards the last row.
    Down,
}

/// A player on the field.
#[derive(Clone, Debug)]
pub struct Body {
    x: u32,
    y: u32,
    /// Where it goes, until the player wants otherwise.
    pub heading: Heading,
}

impl Body {
    /// The place of the player with this number. It stands still.
    pub fn new(number: u32) -> Self {
        let (x, y) = ((2 + number % COLUMNS * 7) * PARTS % WIDTH, (1 + number % ROWS * 5) * PARTS % HEIGHT);
        Self { x, y, heading: Heading::Still }
    }

    /// Moves for one tick.
    pub fn step(&mut self) {
        let (right, down) = match self.heading {
            Heading::Still => (0, 0),
            Heading::Left => (WIDTH - SPEED, 0),
            Heading::Right => (SPEED, 0),
            Heading::Up => (0, HEIGHT - SPEED),
            Heading::Down => (0, SPEED),
        };
        (self.x, self.y) = ((self.x + right) % WIDTH, (self.y + down) % HEIGHT);
    }

    /// Its column and its row.
    pub fn cell(&self) -> (u32, u32) {
        (self.x / PARTS, self.y / PARTS)
    }
}

/// The field as text, a line for each row, with the letters of the players on it.
pub fn drawn<'a>(players: impl Iterator<Item = (char, &'a Body)>) -> String {
    let mut rows = vec![vec!['.'; COLUMNS as usize]; ROWS as usize];
    for (letter, body) in players {
        let (column, row) = body.cell();
        rows[row as usize][column as usize] = letter;
    }
    rows.into_iter().flat_map(|row| row.into_iter().chain(['\n'])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(ticks: u32, heading: Heading) -> (u32, u32) {
        let mut body = Body { heading, ..Body::new(0) };
        (0..ticks).for_each(|_| body.step());
        body.cell()
    }

    #[test]
    fn a_player_moves_a_cell_in_six_ticks_and_comes_back_on_the_other_side() {
        assert_eq!(after(60, Heading::Still), (2, 1));
        assert_eq!([6, 12, 18].map(|ticks| after(ticks, Heading::Left)), [(1, 1), (0, 1), (39, 1)]);
        assert_eq!([5, 6, 240].map(|ticks| after(ticks, Heading::Right)), [(2, 1), (3, 1), (2, 1)]);
        assert_eq!([6, 12].map(|ticks| after(ticks, Heading::Up)), [(2, 0), (2, 11)]);
        assert_eq!([6, 66].map(|ticks| after(ticks, Heading::Down)), [(2, 2), (2, 0)]);
    }

    #[test]
    fn players_are_drawn_where_they_are() {
        let bodies = [Body::new(0), Body::new(1)];
        let field = drawn(['a', 'b'].into_iter().zip(&bodies));
        let rows: Vec<&str> = field.lines().collect();
        assert_eq!(rows.len(), ROWS as usize);
        assert!(rows.iter().all(|row| row.len() == COLUMNS as usize));
        assert!(rows[1].starts_with("..a...") && rows[6].starts_with(".........b..."), "{field}");
    }
}
