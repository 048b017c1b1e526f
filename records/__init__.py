"""What is true whatever the timetable or the plan says: rooms, people, units, the duty log."""
