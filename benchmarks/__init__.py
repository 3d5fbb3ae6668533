"""Measurements that compare variants inside one run: ratios are the result, absolute figures belong to the machine."""
