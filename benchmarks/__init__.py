"""Benchmarks that compare variants within one run; only the ratios are meaningful on other machines."""
