"""What makes a server answer without delay."""

import socket

import pytest

from isogloss.cli.serving import open_socket


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_asyncio_turns_off_nagles_algorithm_on_our_sockets(host: str) -> None:
    # asyncio does so only on sockets that say that they are of TCP.
    with open_socket(host) as listener:
        assert listener.proto == socket.IPPROTO_TCP
