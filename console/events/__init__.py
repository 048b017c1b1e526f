"""The events of a timeline, one file for each area: their fields, and the act they stand for."""
