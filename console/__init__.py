"""What people see and do: commands, screens, imports, and the wiring of the whole."""
