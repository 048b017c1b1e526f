"""The `duty` command line: one module a group of commands; what they do stands elsewhere."""
