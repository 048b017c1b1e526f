"""What is owed, by whom, by when: posts, shifts, routine reports, obligations and the watch."""
