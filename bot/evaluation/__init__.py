"""Protocols and benchmarks: how good and how fast, measured by one command each."""
