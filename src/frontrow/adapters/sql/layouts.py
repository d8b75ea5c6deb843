"""Layouts: immutable versions of venue drawings."""

import sqlalchemy as sa

from frontrow.adapters.sql.tables import layouts
from frontrow.domain.document_pieces import decode_in_pieces, encode_in_pieces
from frontrow.domain.ids import LayoutId
from frontrow.domain.layout import Layout


def drawing_of(layout: Layout) -> bytes:
    """The layout as it is stored. That of a stadium takes a while: work for a thread."""
    return encode_in_pieces(layout, "seats")


def layout_of(drawing: bytes) -> Layout:
    """The layout that was stored so, which takes as long."""
    return decode_in_pieces(drawing, Layout)


def add_layout(connection: sa.Connection, layout: Layout, drawing: bytes, document: bytes) -> int:
    """See Ledger.add_layout. Two at once for the same id conflict on the version: write again."""
    version = (latest_version(connection, layout.id) or 0) + 1
    connection.execute(
        sa.insert(layouts),
        {
            "layout_id": layout.id,
            "version": version,
            "name": layout.name,
            "drawing": drawing,
            "document": document,
        },
    )
    return version


def layout_version(connection: sa.Connection, layout_id: LayoutId, version: int) -> tuple[bytes, bytes] | None:
    """The layout as it is stored, and its document."""
    row = connection.execute(
        sa.select(layouts.c.drawing, layouts.c.document).where(
            layouts.c.layout_id == layout_id, layouts.c.version == version
        )
    ).one_or_none()
    return None if row is None else (row.drawing, row.document)


def latest_version(connection: sa.Connection, layout_id: LayoutId) -> int | None:
    """See Ledger.latest_layout_version."""
    newest: int | None = connection.scalar(
        sa.select(sa.func.max(layouts.c.version)).where(layouts.c.layout_id == layout_id)
    )
    return newest


def all_layouts(connection: sa.Connection) -> list[tuple[LayoutId, int, str]]:
    """See Ledger.layouts."""
    newest = (
        sa.select(layouts.c.layout_id, sa.func.max(layouts.c.version).label("version"))
        .group_by(layouts.c.layout_id)
        .subquery()
    )
    rows = connection.execute(
        sa.select(layouts.c.layout_id, layouts.c.version, layouts.c.name)
        .join(newest, sa.and_(layouts.c.layout_id == newest.c.layout_id, layouts.c.version == newest.c.version))
        .order_by(layouts.c.layout_id)
    )
    return [(row.layout_id, row.version, row.name) for row in rows]
