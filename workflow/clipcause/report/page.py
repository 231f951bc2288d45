"""The page: one HTML file that holds everything it shows and asks nothing of the network."""

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from clipcause.concepts.counted import in_words
from clipcause.errors import UserError
from clipcause.files.outputs import write_text
from clipcause.job.command import log
from clipcause.job.took import work_begins
from clipcause.report import numbers, plots
from clipcause.report.claims import paper_claims
from clipcause.report.flow import Flow, data_flow
from clipcause.report.holdings import DETAILS, ESTIMATES
from clipcause.report.layout import draw
from clipcause.report.provenance import Provenance, collect_provenance
from clipcause.report.published import PublicModels, read_published
from clipcause.report.results import (
    Counts,
    Run,
    Study,
    read_cards,
    read_counts,
    read_run,
    read_study,
    read_table,
    unreadable,
)
from clipcause.report.sections import StudySection, study_section
from clipcause.report.summary import basis, headline, tally
from clipcause.report.times import StageTimes, stage_times

TEMPLATES = Path(__file__).parent / "templates"
MEDIA_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".csv": "text/csv;charset=utf-8"}


@dataclass(frozen=True)
class Report:
    """All that the page shows.

    `cards` are data cards of subsets, `details` what is said further of some of their draws, `pools` cards of pools,
    `counts` of counts; `times` are what the jobs of each stage took; `published` is what public models yield, None
    where they have not joined.
    """

    config: Mapping
    studies: Sequence[Study]
    runs: Sequence[Run]
    cards: Sequence[dict]
    details: Sequence[dict]
    pools: Sequence[dict]
    counts: Sequence[Counts]
    times: Sequence[StageTimes]
    provenance: Provenance
    published: PublicModels | None = None


def write_page(
    config: Mapping,
    studies: Sequence[Path],
    runs: Sequence[Path],
    cards: Sequence[Path],
    details: Sequence[Path],
    pools: Sequence[Path],
    counts: Sequence[Path],
    benchmarks: Path,
    stages: Mapping[str, str],
    output: Path,
    published: Path | None = None,
) -> None:
    """Write the page of these result folders and data cards; `config` is the resolved configuration, `published` the
    folder of public models.

    The same results on the same software, with the same times of the jobs that made them, make the same bytes. Times
    are the files below `benchmarks`, the times of their last change, and the speed of runs; `stages` says by step which
    stage a job belongs to. Raises UserError if a file is missing, a study is not in `config`, or the runs and cards of
    its arms are not given.
    """
    work_begins()
    report = Report(
        config=config,
        studies=[read_study(folder) for folder in studies],
        runs=sorted((read_run(folder) for folder in runs), key=lambda run: (run.subset, run.recipe, run.seed)),
        cards=read_cards(cards),
        details=read_cards(details, DETAILS),
        pools=read_cards(pools),
        counts=read_counts(counts),
        times=stage_times(benchmarks, stages),
        provenance=collect_provenance(),
        published=read_published(published, config["published"]["tables"]) if published else None,
    )
    write_text(output, render_page(report))
    log.info("%s", headline(report.studies))
    log.info("report: %s", output)


def render_page(report: Report) -> str:
    """The page as HTML. Whatever comes from configuration or the web is escaped; a missing value is an error."""
    style, script = ((TEMPLATES / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    return (
        environment()
        .get_template("page.html")
        .render(
            headline=headline(report.studies),
            basis=basis(report.studies, report.runs),
            claims=[group for study in report.studies for group in paper_claims(study)],
            sections=[_section(report, study) for study in report.studies],
            flow=_flow(report, list(report.config["studies"])),
            times=report.times,
            runs=report.runs,
            studies_of=_studies_of(report),
            pools=report.pools,
            counts=report.counts,
            published=report.published,
            provenance=report.provenance,
            seeds=sorted({run.seed for run in report.runs}),
            config=yaml.safe_dump(report.config, sort_keys=False, allow_unicode=True, width=100),
            style=Markup(style),
            script=Markup(script),
            script_digest=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        )
    )


def environment() -> Environment:
    """Jinja2 as the page uses it: everything escaped, nothing undefined passes."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"count": numbers.count, "data_link": data_link, "duration": numbers.duration}
    made.globals |= {"bars": plots.bars, "supported_zone": plots.supported_zone, "margins": plots.margins}
    made.globals |= {"drawing_of": draw, "tally": tally}
    made.globals |= {"in_words": in_words, "plain": numbers.PLAIN, "percent": numbers.PERCENT}
    return made


def data_link(path: Path) -> str:
    """The whole file as a `data:` link in base64. Raises UserError if it cannot be read."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    return f"data:{MEDIA_TYPES[path.suffix]};base64,{base64.b64encode(content).decode()}"


def _section(report: Report, study: Study) -> StudySection:
    if study.name not in report.config["studies"]:
        known = ", ".join(report.config["studies"])
        raise UserError(f"{study.folder}: study {study.name} is not in the configuration, which has {known}")
    estimates = read_table(study.folder / "estimates.parquet", ESTIMATES)
    settings = report.config["studies"][study.name]
    flow = _flow(report, [study.name])
    return study_section(study, settings, flow, report.runs, report.cards, report.details, estimates)


def _flow(report: Report, studies: Sequence[str]) -> Flow:
    seeds = Counter((run.subset, run.recipe) for run in report.runs)
    return data_flow(report.config, studies, seeds)


def _studies_of(report: Report) -> dict[tuple[str, str], list[str]]:
    """The studies that compare a run, by its subset and recipe."""
    found: dict[tuple[str, str], list[str]] = {}
    for study, settings in report.config["studies"].items():
        for pair in dict.fromkeys((arm["subset"], arm["recipe"]) for arm in settings["arms"].values()):
            found.setdefault(pair, []).append(study)
    return found
