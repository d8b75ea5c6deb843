"""Small seats.io drawings, made by hand, to import and to bend."""

import json
from pathlib import Path
from typing import Any

import pytest

CHART_FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data"
"""Real charts, beside the repository where somebody has put them."""


def real_chart(name: str) -> bytes:
    """A real chart's bytes; the test is skipped where the folder is not there."""
    file = CHART_FOLDER / f"seatsio-{name}.json"
    if not file.exists():
        pytest.skip(f"no charts in {CHART_FOLDER}")
    return file.read_bytes()


def seat(label: str, x: float, y: float = 0, **members: Any) -> dict[str, Any]:
    """A seat in the category with the key 1."""
    return {"label": label, "x": x, "y": y, "categoryKey": 1, "uuid": f"uuid-{label}-{x}-{y}"} | members


def row(label: str, count: int = 3, y: float = 0, **members: Any) -> dict[str, Any]:
    """A row of seats 1, 2, ... 20 apart."""
    return {"label": label, "seats": [seat(str(n), 20.0 * n, y) for n in range(1, count + 1)]} | members


def sub_chart(**members: Any) -> dict[str, Any]:
    """A sub-chart with the empty lists such drawings have."""
    empty = ["tables", "texts", "rows", "shapes", "booths", "generalAdmissionAreas", "icons", "imageObjects"]
    return {"width": 400, "height": 300, **{name: [] for name in empty}, "focalPoint": None} | members


def section(label: str, corner: tuple[float, float], **members: Any) -> dict[str, Any]:
    """A section of 100 x 80 with a row of three seats."""
    x, y = corner
    points = [{"x": x, "y": y}, {"x": x + 100, "y": y}, {"x": x + 100, "y": y + 80}, {"x": x, "y": y + 80}]
    inner = sub_chart(rows=[row("A", y=40)])
    return {"label": label, "points": points, "topLeft": {"x": x, "y": y}, "subChart": inner} | members


def chart(*, floors: list[dict[str, Any]] | None = None, **members: Any) -> dict[str, Any]:
    """A chart with categories 1 and `two`; `members` are those of its only sub-chart unless `floors` are given."""
    drawn = {"subChart": sub_chart(**members)} if floors is None else {"subChartFloors": floors}
    categories = [
        {"label": "Balcony & Co", "color": "#87a9cd", "accessible": False, "key": 1},
        {"label": "Stalls", "color": "#5e4", "accessible": True, "key": "two"},
    ]
    return {"name": "Corn Exchange", "categories": {"list": categories, "maxCategoryKey": 2}, "version": 22, **drawn}


def encoded(value: object) -> bytes:
    """The chart as a file has it."""
    return json.dumps(value).encode()
