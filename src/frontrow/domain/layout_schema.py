"""The layout format as a JSON Schema, made from the structs that read it, so that the two cannot disagree."""

from typing import Any

import msgspec

from frontrow.domain.layout import Layout

SCHEMA_ID = "urn:frontrow:schema:layout:1"
"""The schema's name, for others to refer to; nothing is to be found under it."""


def layout_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a layout document.

    It says everything about each member's type, form and bounds. Ids that repeat, references to nothing, places off
    the canvas and tables without seats are beyond a schema; layout_faults.py judges those.
    """
    (definition,), parts = msgspec.json.schema_components((Layout,), ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "Frontrow layout",
        **definition,
        "$defs": parts,
    }
