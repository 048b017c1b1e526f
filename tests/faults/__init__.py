"""Fault tests on real processes: killed, stopped, cut off; `make faults` runs the long form."""
