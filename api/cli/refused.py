"""A no, told to the person who must act: what is wrong, under which rule, what to do next."""

from collections.abc import Iterator, Mapping
from typing import Any

from api.cli.client import NotReachable, Problem
from api.cli.terminal import Terminal
from api.cli.wording import moment, words


def show_problem(terminal: Terminal, problem: Problem) -> None:
    """The problem on standard error; as JSON it is the result and stands on standard output."""
    if terminal.as_json:
        terminal.write_json(problem.body)
        return
    from rich.text import Text

    first, *rest = lines(problem)
    terminal.err.print(Text.assemble((sign(terminal), "bold red"), " ", (first, "bold")))
    for line in rest:
        terminal.err.print(Text(f"  {line}"))


def show_sentence(terminal: Terminal, sentence: str) -> None:
    """One sentence that says what is wrong and what to do."""
    from rich.text import Text

    terminal.err.print(Text.assemble((sign(terminal), "bold red"), " ", sentence))


def show_not_reachable(terminal: Terminal, away: NotReachable) -> None:
    """Who did not answer, and how to start it."""
    show_sentence(terminal, f"{away.api} cannot be reached: {away.reason}.")
    terminal.err.print("  Start everything with 'kontor up' (or 'make run'), or give --api URL.")
    terminal.err.print("  'kontor doctor' says what is missing on this machine.")


def lines(problem: Problem) -> Iterator[str]:
    """Title, detail, rule, what is wrong where, who, and the ways on."""
    body = problem.body
    title, detail = str(body.get("title") or f"Refused ({problem.status})"), body.get("detail")
    yield title
    if detail and detail != title:
        yield str(detail)
    for wrong in body.get("errors") or ():
        yield f"- {where(wrong)}{wrong.get('detail') or wrong.get('code')}{allowed(wrong)}"
    if who := named(body.get("who")):
        yield f"Who {who}" if who.startswith("can: ") else f"Who: {who}"
    if body.get("retry_after") is not None:
        yield f"Try again in {body['retry_after']} s."
    for action in body.get("next_actions") or ():
        yield f"Next: {action.get('rel')} ({action.get('method')} {action.get('href')})"
    request = f", request {body['request_id']}" if body.get("request_id") else ""
    yield f"[{problem.code or 'no code'}, status {problem.status}{request}]"


def where(wrong: Mapping[str, Any]) -> str:
    """Which part of the input."""
    return f"{wrong['pointer']}: " if wrong.get("pointer") else ""


def allowed(wrong: Mapping[str, Any]) -> str:
    """What would do instead."""
    return f" Allowed: {words(wrong['allowed'])}." if wrong.get("allowed") else ""


def named(who: Any) -> str:
    """Who it was, what was done and when; or who could, as far as it is told."""
    if not isinstance(who, Mapping):
        return words(who)
    told = [words(who.get(part)) for part in ("name", "person", "role", "action")]
    told += [moment(who["at"])] if who.get("at") else []
    told += [f"can: {words(who['can'])}"] if who.get("can") else []
    return ", ".join(each for each in told if each)


def sign(terminal: Terminal) -> str:
    """What a no begins with."""
    return "PROBLEM:" if terminal.plain else "✗"
