"""Thousands of random nights on a virtual clock: `make simulate`; a sample is in the gate."""
