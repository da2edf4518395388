"""Texts of notifications: what a template may say, and a message made of it.

A template names values and chooses between words; it computes nothing. It begins with lines such as
`Subject: …`, `Content: html` or `DLT: …` (the registered id of a text message), then an empty line.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from domain.definitions.segments import MOST_SEGMENTS, segments

DEFAULT_LANGUAGE: Final = "en"
FIELDS: Final = "fields"
TOTALS: Final = "totals"
# What every template may name.
NAMES: Final = (
    "reference", "type", "subject", "amount", "stage", "company", "maker", "recipient", "task",
    "due", "by", "reason", "problem", "link", FIELDS, TOTALS,
)  # fmt: skip
SUBJECT, CONTENT, DLT = "Subject", "Content", "DLT"
HEADS: Final = {"inbox": {SUBJECT}, "email": {SUBJECT, CONTENT}, "sms": {DLT}}
HEAD = re.compile(r"([A-Z][A-Za-z]*): *(.*)")
DLT_ID = re.compile(r"[0-9]{10,25}")
SAYS = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Const,
    nodes.If, nodes.For, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not,
    nodes.CondExpr,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """A mistake in a template; line and column count from 1."""

    line: int
    column: int
    what: str
    cure: str


@dataclass(frozen=True, slots=True)
class Template:
    """A template in its parts. `begins` is the line of the file in which the body begins."""

    heads: Mapping[str, str]
    body: str
    begins: int

    @property
    def is_html(self) -> bool:
        """Whether what is filled in is escaped."""
        return self.heads.get(CONTENT) == "html"


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody gets to read. `segments` are those of a text message that is paid for."""

    subject: str | None
    body: str
    is_html: bool = False
    dlt: str | None = None
    segments: int | None = None


def read(text: str) -> Template:
    """The heads and the body."""
    heads: dict[str, str] = {}
    lines = text.splitlines()
    while lines and (match := HEAD.fullmatch(lines[0])) and match[1] in (SUBJECT, CONTENT, DLT):
        heads[match[1]] = match[2]
        lines.pop(0)
    begins = len(heads) + 1
    while heads and lines and not lines[0].strip():
        lines.pop(0)
        begins += 1
    return Template(heads, "\n".join(lines).rstrip(), begins)


def rendered(text: str, channel: str, values: Mapping[str, Any]) -> Message:
    """The message. Raises jinja2's TemplateError for what the proof would have told."""
    template = read(text)
    subject = template.heads.get(SUBJECT)
    body = compiled(template.body, template.is_html).render(values).strip()
    if channel == "sms":
        body = shortest(body)
    return Message(
        " ".join(compiled(subject, False).render(values).split()) if subject else None,
        body, template.is_html, template.heads.get(DLT),
        segments(body) if channel == "sms" else None,
    )  # fmt: skip


def shortest(body: str) -> str:
    """One ₹ makes every character of a text message cost twice: Rs stands for it if that helps."""
    plain = body.replace("₹", "Rs ")
    return plain if segments(plain) < segments(body) else body


def environment(*, is_html: bool) -> ImmutableSandboxedEnvironment:
    """Names that are not there are mistakes, never nothing."""
    return ImmutableSandboxedEnvironment(
        autoescape=is_html, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


ENVIRONMENTS: Final = {is_html: environment(is_html=is_html) for is_html in (False, True)}


@lru_cache(maxsize=512)
def compiled(text: str, is_html: bool) -> Any:
    """Compiled once per text."""
    return ENVIRONMENTS[is_html].from_string(text)


@dataclass(frozen=True, slots=True)
class Known:
    """What a template may name of a document. None of both where it serves every type."""

    fields: frozenset[str] = frozenset()
    totals: frozenset[str] = frozenset()


def faults(
    text: str, channel: str, known: Known, example: Mapping[str, Any] | None
) -> Iterator[Fault]:
    """Every mistake of a template for a channel, held against an example when there is one."""
    template = read(text)
    found = list(faults_of_heads(template, channel))
    parts = [(1, template.heads.get(SUBJECT, "")), (template.begins, template.body)]
    for begins, part in parts:
        found += faults_of_part(part, begins, known)
    yield from found
    if not found and example is not None:
        yield from faults_of_example(text, channel, example)


def faults_of_heads(template: Template, channel: str) -> Iterator[Fault]:
    """Heads that the channel does not have, and a message without a subject or without words."""
    for name in template.heads:
        if name not in HEADS[channel]:
            yield Fault(1, 1, f"{name}: says nothing to the channel {channel}", "Remove the line")
    if SUBJECT in HEADS[channel] and not template.heads.get(SUBJECT):
        what = f"A message by {channel} has no subject"
        yield Fault(1, 1, what, "Begin with a line Subject: …")
    if template.heads.get(CONTENT, "html") != "html":
        yield Fault(1, 1, "Content: knows html alone", "Write Content: html, or remove the line")
    if DLT in template.heads and not DLT_ID.fullmatch(template.heads[DLT]):
        what = f"{template.heads[DLT]!r} is no id of a registered template"
        yield Fault(1, 1, what, "Write the 10 to 25 digits that the operator gave it")
    if not template.body.strip():
        yield Fault(template.begins, 1, "The message says nothing", "Write its text")


def faults_of_part(part: str, begins: int, known: Known) -> Iterator[Fault]:
    """What cannot be read, what computes, and names that are not there."""
    lines = part.splitlines()
    try:
        tree = ENVIRONMENTS[False].parse(part)
    except TemplateSyntaxError as fault:
        what = f"This cannot be read: {(fault.message or 'it has no end').rstrip('.')}"
        yield Fault(begins + fault.lineno - 1, 1, what, "Correct the template here")
        return
    unknown = meta.find_undeclared_variables(tree) - {*NAMES}
    for node in tree.find_all(nodes.Node):
        line = begins + node.lineno - 1
        if not isinstance(node, SAYS):
            what = f"A template computes nothing, but here is {type(node).__name__.lower()!r}"
            yield Fault(line, 1, what, "Name values alone; let a total or a field hold the figure")
        elif isinstance(node, nodes.Name) and node.name in unknown:
            what = f"There is no {node.name!r}"
            cure = f"Use one of: {', '.join(NAMES)}"
            yield Fault(line, column(lines, node.lineno, node.name), what, cure)
        elif isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
            yield from faults_of_member(node, node.node.name, known, line, lines)


def faults_of_member(
    node: nodes.Getattr, owner: str, known: Known, line: int, lines: list[str]
) -> Iterator[Fault]:
    """A field or a total that the type does not have."""
    members = {FIELDS: known.fields, TOTALS: known.totals}.get(owner)
    if members is not None and node.attr not in members:
        cure = f"Use one of: {', '.join(sorted(members))}" if members else "Leave it out"
        what = f"There is no {owner}.{node.attr}"
        yield Fault(line, column(lines, node.lineno, f"{owner}.{node.attr}"), what, cure)


def column(lines: list[str], number: int, word: str) -> int:
    """Where a word stands in a line."""
    line = lines[number - 1] if number <= len(lines) else ""
    match = re.search(rf"\b{re.escape(word)}\b", line)
    return match.start() + 1 if match else 1


def faults_of_example(text: str, channel: str, example: Mapping[str, Any]) -> Iterator[Fault]:
    """What shows only when it is filled in: it does not render, or is too long to be sent."""
    begins = read(text).begins
    try:
        message = rendered(text, channel, example)
    except TemplateError as fault:
        what = f"It cannot be filled in with the example: {str(fault).rstrip('.')}"
        yield Fault(begins, 1, what, "Ask first whether there is a value: {% if amount %}")
        return
    if message.segments and message.segments > MOST_SEGMENTS:
        what = f"With the example it takes {message.segments} text messages of one recipient"
        yield Fault(begins, 1, what, f"Keep it within {MOST_SEGMENTS}: 160 Latin or 70 other each")
