"""The report as GitHub-flavoured Markdown, for step summaries and comments on pull requests.

Student text must not speak Markdown. Short text is written with character references, which Markdown never
takes for syntax; messages go into fenced blocks, where nothing is interpreted.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grader.report.text import one_line, plain
from grader.report.visibility import for_students
from grader.report.wording import (
    CLAIMS,
    STATUSES,
    assignment,
    cells,
    claimed,
    dataset,
    effort,
    explanation,
    findings,
    manual,
    number,
    of,
    other_points,
    pending_total,
    seconds,
    thousands,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.report.model import Answer, ArchitectureComparison, CheckReport, ExerciseReport, Report, Status

__all__ = ["render"]

_SYNTAX = re.compile(r"[\\`*_{}\[\]<>#|~&$@!^=+]|(?<!\S)[-.)]|(?<=\d)[.)](?!\S)")
# GitHub looks for mentions, issues and addresses in the finished text, where references are characters again;
# so an invisible space takes them apart.
_LINKED = re.compile(r"(?i)[@#]|(?:gh-|https?|ftp|mailto|xmpp|www)(?=[:.\d])")
_INVISIBLE_SPACE = "\u200b"


def render(report: Report) -> str:
    """Return the report as Markdown: score, table of exercises, what cost points, remarks and the run."""
    report = for_students(report)
    sections = [
        f"# {_inline(assignment(report))}",
        _facts(report),
        _score(report),
        _exercise_table(report),
        *(_findings(exercise) for exercise in report.exercises),
        _answers(report),
        _remarks(report),
        _run(report),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _inline(text: str) -> str:
    """Return text as one line that Markdown shows as it is, in paragraphs, headings and table cells alike."""
    unlinked = _LINKED.sub(lambda match: match[0] + _INVISIBLE_SPACE, one_line(text))
    return _SYNTAX.sub(lambda match: f"&#{ord(match[0])};", unlinked)


def _block(text: str, indent: str = "") -> str:
    """Return text as a fenced block; the fence is longer than any row of backticks within."""
    content = plain(text)
    longest = max((len(row) for row in re.findall(r"`+", content)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join(indent + line for line in (f"{fence}text", *content.split("\n"), fence))


def _table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _status(status: Status) -> str:
    wording = STATUSES[status]
    return f"{wording.symbol} {wording.words}"


def _facts(report: Report) -> str:
    return (
        f"**Submission:** {_inline(report.submission)}  \n"
        f"**Effort:** {_inline(effort(report))}  \n"
        f"**Data:** {_inline(dataset(report))}"
    )


def _score(report: Report) -> str:
    parts = [f"**{of(report.auto)} automatic points**", f"{number(report.auto.undecided)} undecided"]
    if report.manual.given is not None:
        parts.append(f"{manual(report.manual)} manual points given")
    parts.append(f"{number(pending_total(report))} manual points pending")
    return " · ".join(parts)


def _exercise_table(report: Report) -> str:
    rows = [
        [
            _inline(exercise.id),
            _inline(exercise.title),
            of(exercise.auto) if exercise.auto.possible else "",
            ", ".join(other_points(exercise)),
            _status(exercise.status),
        ]
        for exercise in report.exercises
    ]
    return _table(["Id", "Exercise", "Points", "Other points", "Status"], rows)


def _findings(exercise: ExerciseReport) -> str:
    checks = findings(exercise)
    if not checks:
        return ""
    parts = [f"### {_inline(exercise.id)} · {_inline(exercise.title)}", *map(_check, checks)]
    if exercise.comparison is not None:
        parts.append(_comparison(exercise.comparison))
    return "\n\n".join(parts)


def _check(check: CheckReport) -> str:
    place = f", {cells(check.cells)}" if check.cells else ""
    points = f"{number(check.earned)} / {number(check.points)}"
    head = f"- {_status(check.status)}: **{_inline(check.title)}** ({points}{place})"
    message = explanation(check).strip()
    return f"{head}\n\n{_block(message, indent='  ')}" if message else head


def _comparison(comparison: ArchitectureComparison) -> str:
    rows = [
        [
            "no layer" if row.found is None else _inline(row.found),
            "no layer" if row.expected is None else _inline(row.expected),
            "agrees" if row.agrees else "**differs**",
        ]
        for row in comparison.rows
    ]
    rows.append([*map(_parameters, (comparison.found_parameters, comparison.expected_parameters)), ""])
    title = _inline(comparison.title)
    return _table([f"{title}: recognised", "expected", ""], rows)


def _answers(report: Report) -> str:
    parts = [_answer(exercises, answer) for exercises, answer in written(report)]
    return "\n\n".join(["### Written answers (for a person to read)", *parts]) if parts else ""


def _answer(exercises: str, answer: Answer) -> str:
    head = f"- {_inline(exercises)}, cell {answer.cell}: **{_inline(answer.question)}**"
    claims = (f"  - {CLAIMS[claim.agrees].symbol} {_inline(claimed(claim))}" for claim in answer.claims)
    return "\n\n".join(part for part in (head, _block(answer.text.strip(), indent="  "), "\n".join(claims)) if part)


def _parameters(count: int | None) -> str:
    return "" if count is None else f"{thousands(count)} parameters"


def _remarks(report: Report) -> str:
    if not report.remarks:
        return ""
    return "### Remarks (no points lost)\n\n" + "\n".join(f"- {_inline(remark)}" for remark in report.remarks)


def _run(report: Report) -> str:
    return "### The run\n\n" + "\n".join(f"- {line}" for line in _run_lines(report))


def _run_lines(report: Report) -> Iterator[str]:
    run = report.run
    yield f"{run.cells} code cells in {seconds(run.seconds)}"
    yield f"Sandbox: {_inline(run.sandbox)}"
    yield from (f"Cell {failed.cell} did not run through: {_inline(failed.error)}" for failed in run.failed_cells)
    if run.versions:
        yield ", ".join(f"{_inline(name)} {_inline(version)}" for name, version in sorted(run.versions.items()))
