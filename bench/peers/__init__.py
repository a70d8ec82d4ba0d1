"""What bench linkage runs as child processes, so that each one's processor time and memory are its own: ours, and Splink."""

from __future__ import annotations

from pathlib import Path


def peak_gb() -> float:
    """The most memory this process held, in GB. What wait4 tells of a child counts the parent's, from before the child became another program."""
    told = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(told.split()[1]) / 2**20
