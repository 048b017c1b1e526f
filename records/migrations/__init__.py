"""The revisions of the database's tables, told forward only; `records.migrate` runs them."""
