"""A report as one HTML page that needs nothing else: no script, no link, print styles for A4."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from domain.reports.rendering.cover import Cover
from domain.reports.rendering.page import laid_out
from domain.reports.report import Report

TEMPLATES = Path(__file__).parent / "templates"


def render(report: Report, cover: Cover) -> bytes:
    """The page. Every text is escaped."""
    return template().render(page=laid_out(report, cover)).encode()


@cache
def template() -> Template:
    """Compiled once."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("report.html.jinja")
