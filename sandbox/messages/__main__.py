"""`python -m sandbox.messages`: one process, one folder; it stops at Ctrl-C or SIGTERM."""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path

import uvicorn

from sandbox.bank.__main__ import DroppableProtocol
from sandbox.messages.app import GUIDE, create_app
from sandbox.messages.log import Log


def main() -> None:
    """Serve until told to stop."""
    summary, _, guide = GUIDE.partition("\n\n")
    parser = ArgumentParser(
        prog="python -m sandbox.messages", description=summary, epilog=guide,
        formatter_class=RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, required=True, help="port to listen on")
    parser.add_argument("--data", type=Path, required=True, help="folder of the gateway's log")
    chosen = parser.parse_args()
    uvicorn.run(
        create_app(Log(chosen.data)), host=chosen.host, port=chosen.port, http=DroppableProtocol,
        log_level="warning", access_log=False, timeout_graceful_shutdown=1,
    )  # fmt: skip


if __name__ == "__main__":
    main()
