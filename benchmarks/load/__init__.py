"""Whole crowds against a real server: what the use cases ask for in numbers, and what must stay true meanwhile.

Unlike the scenarios beside this folder these have no floor: they state a target, what was measured, and whether every
promise held. `python -m benchmarks.load --help`.
"""
