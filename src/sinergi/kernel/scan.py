"""The virus scanner: a paper's content goes to clamd before it is kept, by its INSTREAM command.

Without one configured (settings.CLAMD empty) papers are kept and marked `unscanned`, and pages say so. With one configured nothing enters
unscanned: when it does not answer, the paper is refused, to be sent again or noted as seen at the counter (docs/decisions/0013).
"""
import socket
import struct

from django.conf import settings

from .errors import Refused

CHUNK, SECONDS = 64 * 1024, 20.0
CLEAN, UNSCANNED = "clean", "unscanned"


def scan(content: bytes) -> str:
    """`clean`, or `unscanned` where no scanner is configured. Refused: `file.infected`, `scan.unavailable`."""
    if not settings.CLAMD:
        return UNSCANNED
    try:
        with connect(settings.CLAMD) as door:
            said = instream(door, content)
    except OSError as silent:
        raise Refused("scan.unavailable", field="file") from silent
    if said.endswith(" FOUND"):
        raise Refused("file.infected", field="file", finding=said.removeprefix("stream: ").removesuffix(" FOUND"))
    if said != "stream: OK":
        raise Refused("scan.unavailable", field="file")
    return CLEAN


def connect(address: str) -> socket.socket:
    """A connection to clamd: `host:port`, or the path of its socket. OSError when nobody answers."""
    host, _, port = address.rpartition(":")
    if port.isdigit() and host:
        return socket.create_connection((host.strip("[]"), int(port)), timeout=SECONDS)
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    door.settimeout(SECONDS)
    try:
        door.connect(address)
    except OSError:
        door.close()
        raise
    return door


def instream(door: socket.socket, content: bytes) -> str:
    """clamd's answer: `stream: OK`, `stream: NAME FOUND`, or an error. Chunks are told by their length; one of length 0 ends the stream."""
    door.sendall(b"zINSTREAM\0")
    for start in range(0, len(content), CHUNK):
        chunk = content[start:start + CHUNK]
        door.sendall(struct.pack("!I", len(chunk)) + chunk)
    door.sendall(struct.pack("!I", 0))
    answer = b""
    while not answer.endswith(b"\0") and (came := door.recv(4096)):
        answer += came
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")
