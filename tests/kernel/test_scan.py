"""The scanner's door, against a daemon that speaks clamd's protocol on a real socket."""
from __future__ import annotations

import socket
import struct
import threading

import pytest

from sinergi.kernel import scan
from sinergi.kernel.errors import Refused

VIRUS = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def read_stream(door: socket.socket) -> bytes:
    """What came by INSTREAM."""
    file = door.makefile("rb")
    assert file.read(10) == b"zINSTREAM\0"
    content = b""
    while size := struct.unpack("!I", file.read(4))[0]:
        content += file.read(size)
    return content


@pytest.fixture
def clamd(request, tmp_path, settings):
    """A daemon on a port or a socket file; `answers` overrides what it says. Gives what it received."""
    kind, received = getattr(request, "param", "tcp"), []
    server = socket.create_server(("127.0.0.1", 0)) if kind == "tcp" else socket.socket(socket.AF_UNIX)
    if kind == "unix":
        server.bind(str(tmp_path / "clamd.sock"))
        server.listen()
    settings.CLAMD = f"127.0.0.1:{server.getsockname()[1]}" if kind == "tcp" else str(tmp_path / "clamd.sock")

    def serve() -> None:
        while True:
            try:
                door, _ = server.accept()
            except OSError:
                return
            with door:
                received.append(content := read_stream(door))
                found = b"Eicar-Signature FOUND" if VIRUS in content else b"size limit exceeded ERROR" if content == b"limit" else b"OK"
                door.sendall(b"stream: " + found + b"\0")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield received
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join(5)


@pytest.mark.parametrize("clamd", ["tcp", "unix"], indirect=True)
def test_clean_content_arrives_whole_and_is_said_to_be_clean(clamd):
    content = bytes(range(256)) * 1000
    assert scan.scan(content) == scan.CLEAN and clamd == [content]


def test_a_virus_is_refused_by_name(clamd):
    with pytest.raises(Refused) as why:
        scan.scan(b"%PDF-" + VIRUS)
    assert why.value.code == "file.infected" and why.value.facts["finding"] == "Eicar-Signature" and "Eicar" in why.value.sentence("ms")


def test_an_answer_that_is_no_verdict_lets_nothing_in(clamd):
    with pytest.raises(Refused) as why:
        scan.scan(b"limit")
    assert why.value.code == "scan.unavailable"


def test_a_scanner_that_is_down_lets_nothing_in(settings, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    for address in (f"127.0.0.1:{port}", str(tmp_path / "nobody.sock")):
        settings.CLAMD = address
        with pytest.raises(Refused) as why:
            scan.scan(b"%PDF-1.7")
        assert why.value.code == "scan.unavailable"


def test_without_a_scanner_a_paper_is_called_unscanned(settings):
    settings.CLAMD = ""
    assert scan.scan(VIRUS) == scan.UNSCANNED
