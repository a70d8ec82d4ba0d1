"""The environment of a bench's peers: made once from a locked file, apart from ours, made anew when the file is another."""
from pathlib import Path

from launcher import packages


def test_peers_live_apart_and_are_made_once_for_each_locked_file(tmp_path, monkeypatch):
    (tmp_path / "requirements").mkdir()
    wanted = tmp_path / "requirements" / "none.txt"
    wanted.write_text("# nothing to install\n")
    monkeypatch.setattr(packages, "ROOT", tmp_path)
    monkeypatch.setattr(packages, "STATE", tmp_path / "state")
    python = packages.ensure_peer("none")
    assert python == tmp_path / "state" / "peers" / "none" / "bin" / "python" and packages.runs(python, "--version").startswith("Python 3")
    made = Path(python).lstat().st_mtime_ns
    assert packages.ensure_peer("none") == python and Path(python).lstat().st_mtime_ns == made
    wanted.write_text("# nothing, in other words\n")
    packages.ensure_peer("none")
    assert (tmp_path / "state/peers/none/.installed").read_text() == packages.fingerprint("none")
