"""Files of the bureau taken in: people, units, rosters, holidays; no cell is ever trusted."""
