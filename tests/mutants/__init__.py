"""Seeded defects: do the tests see bugs? Each patch beside this file breaks one rule; see mutant.py."""
