"""The hot paths, measured: each scenario beside a floor, in turn, in one run. `make bench` runs them all.

Machines differ and are shared, so what counts is the ratio; the absolute figures are printed for orientation.
"""
