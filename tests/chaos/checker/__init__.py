"""Judges what a run under faults left behind: see judging.py."""
