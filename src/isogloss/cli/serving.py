"""Serve a mesh over HTTP until interrupted."""

import socket
from collections.abc import Callable

import typer
import uvicorn

from isogloss.api.app import build_app
from isogloss.api.sockets import MAX_MESSAGE_BYTES
from isogloss.bootstrap import Services
from isogloss.errors import InvalidArgument

# Listening on every address means that we cannot know by which names we are called.
_EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104 - compared with, never bound to by default


def serve(
    services: Services,
    host: str,
    port: int,
    *,
    public: bool,
    greet: Callable[[str], str] | None = None,
) -> None:
    """Listen, say where, and serve until SIGINT or SIGTERM.

    Raises:
        InvalidArgument: the address cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # Before it is announced: whoever reads the address may call at once.
        listener.listen()
    except OSError as error:
        listener.close()
        raise InvalidArgument(
            f"Cannot listen on {host}:{port} ({error.strerror or error}): choose another port "
            "with --port, or another address with --host."
        ) from error
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{listener.getsockname()[1]}/graphql"
    hosts = ("*",) if host in _EVERYWHERE else ("localhost", "127.0.0.1", "[::1]", shown)
    typer.echo(f"Isogloss answers at {address} - stop it with Ctrl-C.")
    if not public:
        typer.echo("Every request needs a token: `isogloss token issue` makes one, also now.")
    if greet is not None:
        typer.echo(greet(address))
    config = uvicorn.Config(
        build_app(services, hosts=hosts, public=public),
        log_level="warning",
        ws_max_size=MAX_MESSAGE_BYTES,
        timeout_graceful_shutdown=10,
    )
    uvicorn.Server(config).run(sockets=[listener])
