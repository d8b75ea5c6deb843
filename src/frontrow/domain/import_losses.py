"""What an import could not keep, counted by kind, so that it can be told in a few sentences."""

from collections import Counter
from collections.abc import Iterator
from enum import Enum


class Loss(Enum):
    """A kind of thing that is lost or changed: one of it, several of it, and what became of it."""

    GENERAL_ADMISSION = (
        "general-admission area",
        "general-admission areas",
        "left out, as only numbered places are sold",
    )
    BOOTH = ("booth", "booths", "left out, as only numbered places are sold")
    ICON = ("icon", "icons", "left out")
    IMAGE = ("image", "images", "left out")
    BACKGROUND = ("background image", "background images", "left out")
    SEAT_VIEW = ("picture of the view from a seat", "pictures of the view from a seat", "left out")
    EMPTY_TABLE = ("table without seats", "tables without seats", "left out")
    EMPTY_TEXT = ("text without words or a place", "texts without words or a place", "left out")
    EMPTY_SHAPE = ("shape without a place", "shapes without a place", "left out")
    SHAPE = ("shape that is no rectangle or circle", "shapes that are no rectangle or circle", "drawn as its box")
    CURVED_OUTLINE = ("section with a curved outline", "sections with curved outlines", "drawn with straight lines")
    LONG_OUTLINE = ("section outline with too many points", "section outlines with too many points", "left out")
    ZONE_FOCUS = ("focal point of a zone", "focal points of zones", "left out")
    NESTED_SECTION = ("section inside a section", "sections inside sections", "kept as a section beside it")
    VARIABLE_TABLE = (
        "table of variable occupancy",
        "tables of variable occupancy",
        "sold whole with all of its seats",
    )
    SEAT_MARK = (
        "seat with a mark other than accessible, companion or restricted view",
        "seats with marks other than accessible, companion and restricted view",
        "kept without them",
    )
    DISTANCED = ("seat closed by distancing rules", "seats closed by distancing rules", "kept as an open seat")
    COLOR = ("category colour not understood", "category colours not understood", "replaced")
    RENAMED = (
        "seat with the labels of another",
        "seats with the labels of others",
        "told apart by a number at the end of the id",
    )

    @property
    def sentence(self) -> tuple[str, str, str]:
        """One, several, what became of it."""
        return self.value


class Losses:
    """A tally. Kinds that have no name here are counted by the name the chart gives them."""

    def __init__(self) -> None:
        self._counts: Counter[Loss] = Counter()
        self._unknown: Counter[str] = Counter()

    def count(self, loss: Loss, times: int = 1) -> None:
        """Note so many more of a kind."""
        self._counts[loss] += times

    def count_unknown(self, name: str, times: int) -> None:
        """Note things of which only the chart's name for them is known."""
        self._unknown[name] += times

    def sentences(self) -> Iterator[str]:
        """One sentence for each kind that was met, in a fixed order."""
        for loss in Loss:
            count = self._counts[loss]
            if count:
                one, several, outcome = loss.sentence
                yield f"{count:,} {one if count == 1 else several}: {outcome}"
        for name, count in sorted(self._unknown.items()):
            yield f"{count:,} of '{name[:60]}': left out, as this importer does not know them"
