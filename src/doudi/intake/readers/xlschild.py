"""Run as a program of its own: read one old workbook from standard input, write its sheets as JSON lines to standard output.

The old format has no safe way to see its size beforehand, and the library lays out whatever it claims. So it is read where memory, time
and output are bounded by the operating system, and where a crash is only a file that could not be read.

Output: for each sheet a line {"sheet", "hidden", "merges", "width"}, then a line for each row (a list of texts); at last the line "end".
"""

from __future__ import annotations

import io
import resource
import sys

import orjson
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from doudi.intake.readers.cells import cell_text


def main() -> None:
    """Arguments: most bytes of memory, most seconds of processor, most bytes of output."""
    memory, seconds, output = map(int, sys.argv[1:4])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    out = sys.stdout.buffer
    book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    written = 0
    for about in book.sheets_metadata:
        if about.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_name(about.name)
        start, end = sheet.start or (0, 0), sheet.end or (0, 0)
        hidden = about.visible != SheetVisibleEnum.Visible
        out.write(orjson.dumps({"sheet": about.name, "hidden": hidden, "merges": sheet.merged_cell_ranges or [], "width": end[1] + 1}) + b"\n")
        shift = [""] * start[1]
        for row in sheet.iter_rows():
            line = orjson.dumps([*shift, *map(cell_text, row)]) + b"\n"
            written += len(line)
            if written > output:
                sys.exit(3)
            out.write(line)
    out.write(b'"end"\n')


if __name__ == "__main__":
    main()
