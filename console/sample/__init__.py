"""The sample room: invented people, units and a roster, and the day before told on them."""
