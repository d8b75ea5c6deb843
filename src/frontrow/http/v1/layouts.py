"""Layouts: the immutable drawings. Published once, cached for ever by browsers and everything in between."""

import asyncio
from collections import Counter
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from frontrow.domain.ids import LayoutId, is_chosen_id
from frontrow.domain.layout import Category, Layout, Point, Seat
from frontrow.http.operation import (
    IMMUTABLE,
    REVALIDATE,
    Access,
    Answer,
    Call,
    Example,
    NoBody,
    NoQuery,
    Operation,
    RawJson,
    Variant,
    declared,
    not_modified,
)
from frontrow.http.problems import Code, FieldFault, Problem, invalid, not_found
from frontrow.http.services import Services
from frontrow.services.layouts import LayoutFaulty, LayoutPreviewed, LayoutPublished

DRAWING_BYTES_MAX = 32 * 1024 * 1024
"""9,000 seats have some 1.6 MB."""
VERSION_MAX = 10**9 - 1
_VERSION_DIGITS_MAX = 9
_VARY = ("vary", "accept-encoding")


class PublishQuery(msgspec.Struct, frozen=True, rename="camel"):
    """How to read the document, and whether to keep it."""

    format: Annotated[
        Literal["frontrow", "seatsio"], Meta(description="the format of the document; `seatsio` imports a chart")
    ] = "frontrow"
    dry_run: Annotated[bool, Meta(description="only judge the drawing: store nothing, answer 200 with a preview")] = (
        False
    )


class PublishedLayout(msgspec.Struct, frozen=True, rename="camel"):
    """The new version. `warnings` say what an import could not keep, and what looks odd but stops nobody."""

    layout_id: str
    version: int
    warnings: tuple[str, ...]


class PreviewSection(msgspec.Struct, frozen=True, rename="camel"):
    """A section and how many seats it has."""

    section_id: str
    name: str
    seat_count: int


class PreviewCategory(msgspec.Struct, frozen=True, rename="camel"):
    """A category and how many seats it has."""

    category_id: str
    name: str
    color: str
    seat_count: int


class LayoutSummary(msgspec.Struct, frozen=True, rename="camel"):
    """A drawing in short. Sections and categories are in the drawing's order; those without seats are among them."""

    layout_id: str
    name: str
    seat_count: int
    table_count: int
    sections: tuple[PreviewSection, ...]
    categories: tuple[PreviewCategory, ...]
    warnings: tuple[str, ...]


class LayoutPreview(LayoutSummary, frozen=True, rename="camel"):
    """What publishing would make of the drawing: `layout` is what readers would be served. Nothing was stored."""

    layout: Layout


class LatestLayout(msgspec.Struct, frozen=True, rename="camel"):
    """A layout's newest version."""

    layout_id: str
    version: int


async def get_layout(services: Services, call: Call[NoBody, NoQuery]) -> Answer | Problem:
    """The drawing, as it was published."""
    layout_id, version = LayoutId(call.path["layoutId"]), call.path["version"]
    known_form = is_chosen_id(layout_id) and version.isascii() and version.isdigit()
    drawing = None
    if known_form and len(version) <= _VERSION_DIGITS_MAX:
        drawing = await services.catalog.drawing(layout_id, int(version))
    if drawing is None:
        return not_found(f"version {version[:20]} of layout {layout_id[:64]}")
    etag = f'"{drawing.digest}"'
    if call.has(etag):
        return not_modified(etag, _VARY)
    if call.accepts_gzip:
        return Answer(body=drawing.compressed, headers=(("etag", etag), _VARY, ("content-encoding", "gzip")))
    return Answer(body=await asyncio.to_thread(drawing.document), headers=(("etag", etag), _VARY))


async def get_latest(services: Services, call: Call[NoBody, NoQuery]) -> Answer | Problem:
    """Which version is the newest now."""
    layout_id = LayoutId(call.path["layoutId"])
    version = await services.layouts.latest_version(layout_id)
    if version is None:
        return not_found(f"layout {layout_id[:64]}")
    return Answer(body=LatestLayout(layout_id=layout_id, version=version))


async def publish_layout(services: Services, call: Call[RawJson, PublishQuery]) -> Answer | Problem:
    """Judge the drawing and keep it as the layout's next version, or only show what it would be."""
    if call.query.dry_run:
        previewed = await services.layouts.preview(call.body.document, format=call.query.format)
        if isinstance(previewed, LayoutPreviewed):
            return Answer(status=200, body=await asyncio.to_thread(_preview, previewed))
        return _faulty(previewed)
    outcome = await services.layouts.publish(call.body.document, format=call.query.format)
    if isinstance(outcome, LayoutPublished):
        return Answer(
            body=PublishedLayout(layout_id=outcome.layout_id, version=outcome.version, warnings=outcome.warnings)
        )
    return _faulty(outcome)


def _preview(previewed: LayoutPreviewed) -> bytes:
    """The LayoutPreview as JSON, with the drawing as it is written out already: it may be 32 MiB."""
    layout = previewed.layout
    in_section = Counter(seat.section_id for seat in layout.seats)
    in_category = Counter(seat.category_id for seat in layout.seats)
    summary = LayoutSummary(
        layout_id=layout.id,
        name=layout.name,
        seat_count=len(layout.seats),
        table_count=sum(item.type == "table" for item in layout.items),
        sections=tuple(PreviewSection(it.id, it.name, in_section[it.id]) for it in layout.sections),
        categories=tuple(PreviewCategory(it.id, it.name, it.color, in_category[it.id]) for it in layout.categories),
        warnings=previewed.warnings,
    )
    return b"".join((msgspec.json.encode(summary)[:-1], b',"layout":', previewed.document, b"}"))


def _faulty(outcome: LayoutFaulty) -> Problem:
    unreadable = next((fault for fault in outcome.faults if fault.path == "$"), None)
    if unreadable is not None and len(outcome.faults) == 1:
        return Problem(code=Code.MALFORMED, detail=f"the document cannot be read: {unreadable.message}")
    return invalid(*(FieldFault(fault.place or "body", fault.message) for fault in outcome.faults))


_EXAMPLE = Layout(
    id=LayoutId("small-hall"),
    name="Small hall",
    canvas_w=400,
    canvas_h=300,
    categories=(Category(id="stalls", name="Stalls", color="#3366cc", price=25.0),),  # type: ignore[arg-type]
    seats=tuple(
        Seat(id=f"A{n}", position=Point(40.0 * n, 80), category_id="stalls", row_label="A", seat_number=n)  # type: ignore[arg-type]
        for n in (1, 2, 3)
    ),
)

OPERATIONS = declared(
    Operation(
        name="getLatestLayout",
        method="GET",
        path="/api/v1/layouts/{layoutId}",
        summary="A layout's newest version",
        tag="Layouts",
        access=Access.PUBLIC,
        handler=get_latest,
        body=NoBody,
        query=NoQuery,
        answer=LatestLayout,
        cache=REVALIDATE,
        refusals=frozenset({Code.NOT_FOUND, Code.STORE_UNAVAILABLE}),
        example=Example(path={"layoutId": "small-hall"}, answer=LatestLayout(layout_id="small-hall", version=1)),
    ),
    Operation(
        name="getLayout",
        method="GET",
        path="/api/v1/layouts/{layoutId}/versions/{version}",
        summary="A layout version; it never changes",
        tag="Layouts",
        access=Access.PUBLIC,
        handler=get_layout,
        body=NoBody,
        query=NoQuery,
        answer=Layout,
        has_etag=True,
        compresses=True,
        cache=IMMUTABLE,
        refusals=frozenset({Code.NOT_FOUND, Code.STORE_UNAVAILABLE}),
        example=Example(path={"layoutId": "small-hall", "version": "1"}, answer=_EXAMPLE),
    ),
    Operation(
        name="publishLayout",
        method="POST",
        path="/api/v1/layouts",
        summary="Publish a drawing as its layout's next version",
        tag="Layouts",
        access=Access.ADMIN,
        handler=publish_layout,
        body=RawJson,
        body_schema=Layout,
        body_bytes_max=DRAWING_BYTES_MAX,
        query=PublishQuery,
        answer=PublishedLayout,
        status=201,
        variants=(
            Variant(
                status=200,
                answer=LayoutPreview,
                description="With `dryRun`: what publishing would make of the drawing; nothing was stored",
                example=LayoutPreview(
                    layout_id="small-hall",
                    name="Small hall",
                    seat_count=3,
                    table_count=0,
                    sections=(),
                    categories=(PreviewCategory("stalls", "Stalls", "#3366cc", 3),),
                    warnings=(),
                    layout=_EXAMPLE,
                ),
            ),
        ),
        refusals=frozenset({Code.VALIDATION_FAILED, Code.MALFORMED, Code.STORE_UNAVAILABLE}),
        example=Example(body=_EXAMPLE, answer=PublishedLayout(layout_id="small-hall", version=1, warnings=())),
    ),
)
