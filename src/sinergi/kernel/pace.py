"""How many requests a machine client may send a minute, counted together by all server processes of this host.

The counts lie in one small file that every process maps into its memory (`settings.PACE_FILE`): a request costs microseconds and no statement.
Several hosts count apart. A window is a minute of the clock; what is counted is a keyed hash of who asks, never his name.
"""
import fcntl
import mmap
import struct
import threading
from functools import cache
from hashlib import blake2b
from pathlib import Path

from django.conf import settings

SLOTS, SLOT, NEAR, WINDOW = 8192, struct.Struct("<QII"), 8, 60


class Counts:
    """The shared table: in each slot who (hash), which minute, how many."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.file = path.open("a+b")
        if path.stat().st_size < SLOTS * SLOT.size:
            self.file.truncate(SLOTS * SLOT.size)
        self.table = mmap.mmap(self.file.fileno(), SLOTS * SLOT.size)
        self.door = threading.Lock()

    def add(self, who: str, minute: int) -> int:
        """Count one more in this minute; how many there are now. A full neighbourhood gives up its first slot."""
        mark = int.from_bytes(blake2b(who.encode(), digest_size=8).digest(), "little") or 1
        with self.door:
            fcntl.flock(self.file, fcntl.LOCK_EX)
            try:
                place, count = self.place(mark, minute)
                SLOT.pack_into(self.table, place, mark, minute, count + 1)
            finally:
                fcntl.flock(self.file, fcntl.LOCK_UN)
        return count + 1

    def place(self, mark: int, minute: int) -> tuple[int, int]:
        """(where to count, how many stand there for this minute)."""
        near = [((mark + step) % SLOTS) * SLOT.size for step in range(NEAR)]
        stale = near[0]
        for place in reversed(near):
            there, of, count = SLOT.unpack_from(self.table, place)
            if there == mark:
                return place, count if of == minute else 0
            if of != minute:
                stale = place
        return stale, 0


@cache
def counts() -> Counts:
    """This process's view of the table."""
    return Counts(settings.PACE_FILE)


def seconds_to_wait(who: str, most: int, now: float) -> int:
    """Count one request of `who` at an instant (seconds of the clock); 0 when it is within `most` a minute, else seconds until the next minute."""
    minute, past = divmod(int(now), WINDOW)
    return 0 if counts().add(who, minute) <= most else WINDOW - past
