"""CSV (RFC 4180) for spreadsheets: UTF-8 with a byte order mark.

A spreadsheet takes a cell that begins with one of `=+-@` for a formula, and names and notes are typed by anybody: such
a cell is written with an apostrophe before it, which spreadsheets show as text.
"""

import csv
import io
from collections.abc import Iterable

from frontrow.domain.pricing import currency_exponent, price_major

CSV_MEDIA_TYPE = "text/csv; charset=utf-8"
BYTE_ORDER_MARK = "\ufeff"
_BEGINS_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""The last four are the full-width forms of the first."""


def guarded(cell: str) -> str:
    """The cell as it can be opened by a spreadsheet without being run."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_BEGINS_FORMULA) else cell


def csv_lines(rows: Iterable[Iterable[str]]) -> bytes:
    """These rows, every cell guarded."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([guarded(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def csv_head(columns: Iterable[str]) -> bytes:
    """How a file begins: its byte order mark, and the line of its columns."""
    return BYTE_ORDER_MARK.encode() + csv_lines([columns])


def major_cell(amount_minor: int, currency: str) -> str:
    """An amount in major units, with all its decimals: `450.00`."""
    return f"{price_major(amount_minor, currency_exponent(currency) or 0):f}"


def attachment(name: str) -> tuple[str, str]:
    """The header by which a browser saves the answer as that file. The name is of characters that an id may have."""
    return ("content-disposition", f'attachment; filename="{name}.csv"')
