"""Serve a mesh over HTTP until interrupted."""

import gc
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
    listener = open_socket(host)
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
    # A long answer is a hundred thousand objects, which by default make Python look through all
    # that there is for garbage: 0.2 s in a mesh of 500 datasets, most of which stays anyway.
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)
    uvicorn.Server(config).run(sockets=[listener])


def open_socket(host: str) -> socket.socket:
    """Open a socket on which to listen at an address or a name.

    It says that it is of TCP, as asyncio asks before it turns off Nagle's algorithm: else an
    answer's second packet may wait 40 ms for the client's acknowledgement of the first.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
