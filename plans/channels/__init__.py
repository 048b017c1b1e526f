"""Ways to reach people: e-mail, a spool folder, a list for stories and replays."""
