"""Markdown pages with claims and figures of studies, such as docs/full.md, written anew from finished results."""

import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from clipcause.errors import UserError
from clipcause.files.outputs import write_text
from clipcause.report.numbers import unit_of_claim
from clipcause.report.results import Study, read_study
from clipcause.studies.claims import JUDGED

HEADING = "\n## "
MARGINS = {"above": "above {}", "at_least": "at least −{}", "about_zero": "within ±{}"}


def write_findings(page: Path, studies: Sequence[Path]) -> None:
    """Write anew what stands below the headings `## STUDY` of a page; what stands above the first of them stays.

    That is the study's question, its judged claims as a table, and the figures that the page links there as
    `FOLDER/STUDY_FIGURE.png`, which are copied there. Raises UserError if a study of the page is not given, or has no
    figure of that name, and if there is no such heading; the page and its pictures are then as before.
    """
    given = {study.name: study for study in map(read_study, studies)}
    introduction, *sections = _text(page).split(HEADING)
    if not sections:
        raise UserError(f"{page}: no heading to write below; give it one, `{HEADING.strip()} {next(iter(given))}`")
    written, pictures = [introduction.rstrip("\n")], {}
    for section in sections:
        name = section.split("\n", 1)[0]
        if name not in given:
            raise UserError(f"{page}: study {name} is not among those given, {', '.join(given)}; add its folder")
        linked = dict(re.findall(rf"\]\((\S+/{name}_(\w+)\.png)\)", section))
        found = {link: _picture(given[name], figure, page) for link, figure in linked.items()}
        written.append(_findings(given[name], {link: title for link, (title, _) in found.items()}))
        pictures |= {page.parent / link: file for link, (_, file) in found.items()}
    for copied, file in pictures.items():
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copied)
    write_text(page, "\n\n".join(written).lstrip("\n") + "\n")


def _text(page: Path) -> str:
    """What stands on a page, after a line end, as each of its headings does."""
    try:
        return "\n" + page.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{page}: no text in UTF-8; name the Markdown file, or write it in UTF-8") from error


def _picture(study: Study, figure: str, page: Path) -> tuple[str, Path]:
    """Title and PNG of a study's figure."""
    for each in study.figures:
        if each.name == figure:
            return each.title, each.files["png"]
    known = ", ".join(each.name for each in study.figures)
    raise UserError(f"{page}: study {study.name} has no figure {figure}; there are {known}")


def _findings(study: Study, titles: Mapping[str, str]) -> str:
    """The section of a study; `titles` are those of its figures by link."""
    claims = [_row(claim) for claim in study.claims if claim["verdict"] in JUDGED]
    table = "\n".join(["| claim | estimate | margin | verdict |", "| --- | --- | --- | --- |", *claims])
    figures = [f"![{title}]({link})" for link, title in titles.items()]
    return "\n\n".join([f"## {study.name}", study.question, table, *figures])


def _row(claim: Mapping) -> str:
    unit = unit_of_claim(claim)
    found = f"none: {claim['reason']}"
    if claim["estimate"] is not None:
        found = f"{unit.quantity(claim['estimate'])} [{unit.interval(claim['low'], claim['high'])}]"
    margin = MARGINS[claim["expect"]].format(unit.quantity(claim["margin"]))
    cells = (claim["statement"], found, margin, claim["verdict"])
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"
