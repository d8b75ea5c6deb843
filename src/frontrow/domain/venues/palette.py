"""Colours of price classes: each stands out 3:1 or more from white and from a dark page, and from one another.

The band this leaves is narrow (relative luminance 0.13 to 0.30), so hues differ as far as they can; a test measures
contrast and distance.

Source: WCAG 2.2, success criterion 1.4.11 (non-text contrast).
"""

from enum import StrEnum


class Ink(StrEnum):
    """The colours by what they look like."""

    BLUE = "#2F80ED"
    TEAL = "#0E9384"
    GREEN = "#4C9A2A"
    AMBER = "#C77700"
    RED = "#E5484D"
    MAGENTA = "#C2409B"
    VIOLET = "#8B5CF6"
