"""The stages of a definition and the ways between them, as a graph in DOT and in Mermaid."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from domain.definitions.explanation_of_tables import condition
from domain.definitions.model import Definition, Stage

# Where ways begin that leave no stage. Brackets keep them apart from stages of these names.
START: Final = "(start)"
GIVEN_UP: Final = "(given_up)"
DOT_SHAPES = {
    "end": "shape=box, style=\"rounded,bold\"", "approval": "shape=hexagon",
    "work": "shape=box, style=filled, fillcolor=lightgrey", "wait": "shape=box",
}  # fmt: skip
MERMAID_SHAPES = {
    "end": ("([", "])"), "approval": ("{{", "}}"), "work": ("[[", "]]"), "wait": ("[", "]"),
}  # fmt: skip
# What a label of Mermaid may not hold as it is. `#` comes first: it begins each of the others.
MERMAID_CODES = {
    "#": "#35;", "&": "#38;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "`": "#96;", "\\": "#92;",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Way:
    """From one stage to another; `by` says what leads there, for people."""

    origin: str
    to: str
    by: str
    is_rare: bool = False


def ways(definition: Definition) -> Iterator[Way]:
    """Every way in the order of the stages: the stage's own, then those of actions."""
    yield Way(START, definition.first_stage, definition.actions["start"].title)
    for name, stage in definition.stages.items():
        for key, to in stage.leads.items():
            yield Way(
                name, to, {"then": "", "otherwise": "refused"}.get(key, key.replace("_", " "))
            )
        for rule in definition.tables[stage.route].rules if stage.route else ():
            yield Way(name, rule.then[0], condition(rule))
        if stage.ends:
            continue
        for action in definition.actions.values():
            if action.to is not None and (not action.from_ or name in action.from_):
                yield Way(name, action.to, action.title)
    given_up = definition.given_up
    yield Way(GIVEN_UP, given_up.to, "", is_rare=True)
    if given_up.undone:
        yield Way(GIVEN_UP, given_up.undone, "after reversal", is_rare=True)


def kind(stage: Stage) -> str:
    """What a stage looks like: an end, an approval, work, or a wait."""
    if stage.ends:
        return "end"
    if stage.approval:
        return "approval"
    return "work" if stage.works else "wait"


def titled(stage: Stage) -> str:
    """A stage with what it starts: `Paying (payment for each of payments)`."""
    started = [
        f"{starts.process} for each of {starts.each}" if starts.each else starts.process
        for starts in stage.starts.values()
    ]
    return f"{stage.title} ({', '.join(started)})" if started else stage.title


def dot(definition: Definition) -> str:
    """The graph in the DOT language of Graphviz."""
    lines = [f'digraph "{dot_text(definition.process)}" {{']
    lines.append(f'  label="{dot_text(definition.title)}"; labelloc=t; rankdir=TB;')
    lines.append('  node [fontname="sans-serif"]; edge [fontname="sans-serif", fontsize=10];')
    lines.append(f'  "{START}" [shape=circle, label="", width=0.2, style=filled, fillcolor=black];')
    lines.append(f'  "{GIVEN_UP}" [shape=plain, label="given up"];')
    for name, stage in definition.stages.items():
        lines.append(f'  "{name}" [label="{dot_text(titled(stage))}", {DOT_SHAPES[kind(stage)]}];')
    for way in ways(definition):
        style = ", style=dashed" if way.is_rare else ""
        lines.append(f'  "{way.origin}" -> "{way.to}" [label="{dot_text(way.by)}"{style}];')
    return "\n".join([*lines, "}", ""])


def dot_text(text: str) -> str:
    """Text for a quoted string of DOT, where a backslash would begin an escape."""
    return " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')


def mermaid(definition: Definition) -> str:
    """The graph as a flowchart of Mermaid. Stages have the prefix `s_`: `end` is a word of its."""
    lines = ["flowchart TD", '  start_((" "))', '  given_up_["given up"]']
    for name, stage in definition.stages.items():
        opening, closing = MERMAID_SHAPES[kind(stage)]
        lines.append(f'  s_{name}{opening}"{mermaid_text(titled(stage))}"{closing}')
    for way in ways(definition):
        arrow = "-.->" if way.is_rare else "-->"
        label = f'|"{mermaid_text(way.by)}"|' if way.by else ""
        origin = f"s_{way.origin}" if way.origin in definition.stages else f"{way.origin[1:-1]}_"
        lines.append(f"  {origin} {arrow}{label} s_{way.to}")
    return "\n".join([*lines, ""])


def mermaid_text(text: str) -> str:
    """Text for a quoted label of Mermaid, which knows entity codes and no backslash."""
    return "".join(MERMAID_CODES.get(letter, letter) for letter in " ".join(text.split()))
