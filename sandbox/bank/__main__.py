"""`python -m sandbox.bank`: one process, one folder; it stops at Ctrl-C or SIGTERM."""

import asyncio
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from pathlib import Path

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox.bank.app import create_app
from sandbox.bank.levers import GUIDE
from sandbox.bank.log import Log


class DroppableProtocol(H11Protocol):
    """HTTP/1.1 that lets a request reach its own connection, so that a fault can drop it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Leave the connection in `request.state.transport`."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


def arguments() -> Namespace:
    """The command line."""
    summary, _, guide = GUIDE.partition("\n\n")
    parser = ArgumentParser(
        prog="python -m sandbox.bank",
        description=summary,
        epilog=guide,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, required=True, help="port to listen on")
    parser.add_argument("--data", type=Path, required=True, help="folder of the bank's log")
    return parser.parse_args()


def main() -> None:
    """Serve until told to stop; a payment being answered slowly is not waited for."""
    chosen = arguments()
    uvicorn.run(
        create_app(Log(chosen.data)),
        host=chosen.host,
        port=chosen.port,
        http=DroppableProtocol,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
    )


if __name__ == "__main__":
    main()
