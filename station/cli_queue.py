"""Applications of online services, looked at before they reach the counter: what is taken, and why the rest is not."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from station.cli_counter import AsJson
from station.cli_output import Output
from station.registry.application_rows import COLUMN_OF, RowProblem, read_applications
from station.registry.applications import one_of_each
from station.text import msg

queue_commands = typer.Typer(help="Applications from online services.", no_args_is_help=True)


@queue_commands.callback()
def _queue() -> None:
    """Applications from online services."""


@queue_commands.command("check")
def check(
    files: Annotated[list[Path], typer.Argument(help="CSV or JSON files, as an online service writes them.")],
    as_json: AsJson = False,
) -> None:
    """Explain every row of files of applications that the counter would not take; shows and keeps nothing personal."""
    output = Output(as_json)
    today = datetime.now().astimezone().date()
    good, problems = one_of_each(read_applications(path, today) for path in files)
    doubtful = [row for row in good if row.doubts]
    if problems:
        output.console.print(_table(problems, output))
    output.line(msg("{good} applicants can be served; {bad} rows or files are not taken.",
                    good=len(good), bad=len({(one.file, one.row) for one in problems})))  # fmt: skip
    if doubtful:
        rows = ", ".join(f"{row.file} {row.row}" for row in doubtful[:20])
        output.line(msg("The officer must compare the NIK with the family card: {rows}.", rows=rows), "yellow")
    value: dict[str, object] = {
        "good": len(good),
        "doubtful": [{"file": row.file, "row": row.row} for row in doubtful],
        "problems": [
            {"file": one.file, "row": one.row, "column": COLUMN_OF.get(one.field, one.field),
             "problem": output.say(one.sentence)}
            for one in problems
        ],
    }  # fmt: skip
    if problems:
        raise output.refuse(msg("Not every row is taken. Mend what is named above and send the file again."), value)
    output.result({"ok": True, **value})


def _table(problems: list[RowProblem], output: Output) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in (msg("File"), msg("Row"), msg("Column"), msg("What to do")):
        table.add_column(output.say(heading), overflow="fold")
    for one in problems:
        row = "" if one.row is None else str(one.row)
        table.add_row(one.file, row, COLUMN_OF.get(one.field, one.field), output.say(one.sentence))
    return table
