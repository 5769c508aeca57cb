"""Tables as files: XLSX with one sheet a table, and CSV that spreadsheet programs read rightly."""

import csv
import io
from collections.abc import Sequence

import xlsxwriter

from tingtang.hall.receipts import width as width_of
from tingtang.hall.report_tables import Cell, Minutes, Share, Table

BOM = "\ufeff"
"""Without it Excel reads UTF-8 as the machine's old code page, and Chinese becomes noise."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would run; such text gets an apostrophe before it."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
INK, PAPER, RULE = "#1f2a37", "#eef3f8", "#c9d3df"


def as_xlsx(tables: Sequence[Table], title: str, language: str) -> bytes:
    """A workbook with a styled sheet for every table."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"title": title, "author": "Tingtang"})
    base = {"font_name": "Microsoft YaHei", "font_size": 11, "valign": "vcenter"}
    head = book.add_format(
        {**base, "bold": True, "font_color": INK, "bg_color": PAPER, "bottom": 1,
         "bottom_color": RULE, "text_wrap": True}
    )  # fmt: skip
    plain = book.add_format(base)
    formats = {
        Share: book.add_format({**base, "num_format": "0.0%"}),
        Minutes: book.add_format({**base, "num_format": "0.0"}),
        float: book.add_format({**base, "num_format": "0.00"}),
    }
    for table in tables:
        sheet = book.add_worksheet(table.title.in_language(language)[:31])
        headings = [heading.in_language(language) for heading in table.headings]
        sheet.write_row(0, 0, headings, head)
        for number, row in enumerate(table.rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, column, cell, plain)
                elif cell is not None:
                    sheet.write_number(number, column, cell, formats.get(type(cell), plain))
        for column, heading in enumerate(headings):
            texts = [heading, *(_as_text(row[column]) for row in table.rows)]
            sheet.set_column(column, column, min(40, max(map(width_of, texts)) + 2))
        sheet.freeze_panes(1, 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
    book.close()
    return out.getvalue()


def as_csv(table: Table, language: str) -> bytes:
    """One table, with headings, in UTF-8 with a byte-order mark."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(heading.in_language(language) for heading in table.headings)
    for row in table.rows:
        writer.writerow(_safe(cell) for cell in row)
    return (BOM + out.getvalue()).encode()


def _safe(cell: Cell) -> str:
    text = _as_text(cell)
    return f"'{text}" if isinstance(cell, str) and text.startswith(FORMULA_STARTS) else text


def _as_text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Share):
        return f"{float(cell) * 100:.1f}%"
    if isinstance(cell, Minutes):
        return f"{float(cell):.1f}"
    return f"{cell:.2f}" if isinstance(cell, float) else str(cell)
