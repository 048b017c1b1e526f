"""The terminal screens: the only users of Textual."""
