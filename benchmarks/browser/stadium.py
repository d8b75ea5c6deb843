"""A round stadium of 50,000 seats, larger than any of the demo's venues: four tiers in 25 wedges."""

import math

from frontrow.domain.layout import Point
from frontrow.domain.venues.geometry import Arc, row_letters

SEATS = 50_000
EVENT_ID = "stadium-benchmark"
_TIERS, _ROWS_PER_TIER, _WEDGES = 4, 22, 25
_PITCH, _ROW_PITCH, _TIER_GAP, _INNER_RADIUS, _HALF_AISLE = 20.0, 23.0, 60.0, 900.0, 16.0
_COLORS = ("#2f6fed", "#8a3ffc", "#0f8a5f", "#b85c00")


def stadium() -> dict[str, object]:
    """The drawing in Frontrow's format, with exactly SEATS seats; the last row ends where they are reached."""
    tier_depth = _ROWS_PER_TIER * _ROW_PITCH + _TIER_GAP
    reach = _INNER_RADIUS + _TIERS * tier_depth + 40
    centre = Point(reach, reach)
    sections: list[dict[str, object]] = []
    seats: list[dict[str, object]] = []
    for tier in range(_TIERS):
        inner = _INNER_RADIUS + tier * tier_depth
        outer = inner + (_ROWS_PER_TIER - 1) * _ROW_PITCH
        arcs = [Arc(centre, *(2 * math.pi * part / _WEDGES for part in (n, n + 1))) for n in range(_WEDGES)]
        for wedge, arc in enumerate(arcs):
            outline = arc.narrowed(inner, _HALF_AISLE - 6).band(inner - 15, outer + 15)
            corners = [{"x": corner.x, "y": corner.y} for corner in outline]
            section = _section(tier, wedge)
            sections.append({"id": section, "name": section, "outline": corners})
        for row, letters in enumerate(row_letters(_ROWS_PER_TIER)):
            radius = inner + row * _ROW_PITCH
            for wedge, arc in enumerate(arcs):
                section = _section(tier, wedge)
                for number, place in enumerate(arc.narrowed(radius, _HALF_AISLE).places(radius, _PITCH), start=1):
                    seat: dict[str, object] = {
                        "id": f"{section}-{letters}-{number}",
                        "position": {"x": place.point.x, "y": place.point.y},
                        "size": {"x": 17, "y": 17},
                        "rotation": place.rotation,
                        "categoryId": f"tier-{tier + 1}",
                        "sectionId": section,
                        "rowLabel": letters,
                        "seatNumber": number,
                    }
                    seats.append(seat)
    assert len(seats) >= SEATS, f"only {len(seats)} seats fit"
    return {
        "id": "stadium-benchmark",
        "name": "Stadium",
        "canvasW": 2 * reach,
        "canvasH": 2 * reach,
        "categories": [
            {"id": f"tier-{n + 1}", "name": f"Tier {n + 1}", "color": color, "price": 90.0 - 20 * n}
            for n, color in enumerate(_COLORS)
        ],
        "sections": sections,
        "seats": seats[:SEATS],
        "items": [
            {
                "id": "stage",
                "type": "stage",
                "pos": {"x": reach, "y": reach},
                "size": {"x": 700, "y": 420},
                "lbl": "Stage",
            }
        ],
    }


def _section(tier: int, wedge: int) -> str:
    return f"{tier + 1}{wedge + 1:02}"
