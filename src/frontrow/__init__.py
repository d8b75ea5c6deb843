"""Frontrow: a reserved-seating engine. Seats are held for minutes, booked for good, and never sold twice."""

from importlib.metadata import version

__version__ = version("frontrow")
