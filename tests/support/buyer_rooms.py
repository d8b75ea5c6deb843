"""A room for tests of simulated buyers."""

from collections.abc import Sequence

from frontrow.client.layouts import Category, Item, Layout, Point, Seat


def room(accessible: Sequence[str] = ()) -> Layout:
    """Two rows of nine seats before the stage, A in front of B, and two tables of four at the back."""
    rows = [
        Seat(f"{row}{n}", Point(10 * n, y), "seat", row, n, accessible=f"{row}{n}" in accessible)
        for row, y in (("A", 20), ("B", 30))
        for n in range(1, 10)
    ]
    tables = [
        Seat(f"seat_{table}_{n}", Point(x + 5 * (n % 2), 60 + 5 * (n // 2)), "seat", table, n + 1, table_id=table)
        for table, x in (("T1", 30), ("T2", 65))
        for n in range(4)
    ]
    items = tuple(Item(table, "table", Point(x, 62), book_as="whole") for table, x in (("T1", 32), ("T2", 67)))
    category = Category("seat", "Seat", "#336699", price=12.5)
    return Layout("room", "The Room", 100, 100, (category,), (*rows, *tables), items=items, focal_point=Point(50, 0))
