"""The capacity plan, computed: what each part of an installation spends on each thing people do, and so how many
machines a sale takes. `python -m benchmarks.capacity --help`; docs/capacity.md is written from it.
"""
