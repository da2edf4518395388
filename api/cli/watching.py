"""Following processes: asked again and again, drawn anew, until the end or Ctrl-C."""

import json
import sys
import time
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from api.cli import pictures
from api.cli.session import Session

if TYPE_CHECKING:
    from rich.console import RenderableType


def follow(session: Session, id: str, *, every: float, until: Collection[str]) -> None:
    """One process with its steps, `every` seconds, until its status is among `until`."""

    def look() -> dict[str, Any]:
        process = session.client.get(f"/v1/processes/{id}").body
        return {**process, "steps": session.client.get(f"/v1/processes/{id}/steps").body["data"]}

    redraw(
        session,
        look,
        lambda seen: pictures.story(session.terminal, seen, seen["steps"]),
        over=lambda seen: seen["status"] in until,
        every=every,
    )


def follow_all(session: Session, *, every: float) -> None:
    """The newest processes, until Ctrl-C."""
    redraw(
        session,
        lambda: session.client.get("/v1/processes", limit="20").body,
        lambda seen: pictures.processes(session.terminal, seen["data"]),
        over=lambda seen: False,
        every=every,
    )


def redraw(
    session: Session,
    look: Callable[[], Any],
    draw: Callable[[Any], "RenderableType"],
    *,
    over: Callable[[Any], bool],
    every: float,
) -> None:
    """Look and draw until it is over; JSON is one line for each change."""
    from rich.live import Live

    terminal = session.terminal
    seen = look()
    if terminal.as_json or terminal.plain or not terminal.out.is_terminal:
        shown = None
        while True:
            shown = tell_change(session, seen, shown, draw)
            if over(seen):
                return
            time.sleep(every)
            seen = look()
    # Said once; below a picture that is drawn anew it would only flicker.
    session.options = quiet(session)
    with Live(draw(seen), console=terminal.out, auto_refresh=False) as live:
        while not over(seen):
            time.sleep(every)
            seen = look()
            live.update(draw(seen), refresh=True)


def tell_change(
    session: Session, seen: Any, shown: Any, draw: Callable[[Any], "RenderableType"]
) -> Any:
    """Print what is seen when it differs from what was shown last."""
    if told(seen) == told(shown):
        return shown
    if session.terminal.as_json:
        sys.stdout.write(json.dumps(seen, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    else:
        session.terminal.out.print(draw(seen))
    return seen


def told(seen: Any) -> Any:
    """What is seen without the time it was asked at."""
    return {k: v for k, v in seen.items() if k != "as_of"} if isinstance(seen, dict) else seen


def quiet(session: Session) -> Any:
    """The options without the curl of each poll."""
    from dataclasses import replace

    return replace(session.options, curl=False)
