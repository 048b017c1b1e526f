"""Benchmarks: real processes, real clocks, a real SMTP server; `make bench` prints their JSON."""
