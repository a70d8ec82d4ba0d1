"""Several Django commands in one process, each announced with its time. Runs inside the virtual environment.

    python launcher/stages.py '[["migrating the database", "migrate", "--database", "owner"], ["", "demo_story"]]'

Loading Django takes longer than most commands do, so it is loaded once. A stage with a name is captured and only heard when it fails;
one without speaks for itself. The exit code is that of the first stage that fails.
"""
from __future__ import annotations

import contextlib
import io
import json
import sys

import django
from django.core.management import CommandError, call_command

from launcher.speech import step


def run(command: list[str]) -> int:
    """Run one Django command in this process; its exit code, after saying why when it is a refusal."""
    try:
        call_command(*command)
    except CommandError as reason:
        print(reason, file=sys.stderr)
        return reason.returncode
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def stage(name: str, command: list[str]) -> int:
    """Run one stage, quietly when it has a name. Returns its exit code."""
    if not name:
        return run(command)
    heard = io.StringIO()
    try:
        with step(name), contextlib.redirect_stdout(heard), contextlib.redirect_stderr(heard):
            code = run(command)
    except BaseException:
        print(heard.getvalue(), file=sys.stderr)
        raise
    if code:
        print(heard.getvalue().rstrip(), file=sys.stderr)
    return code


def main(stages: list[list[str]]) -> int:
    """Run the stages in order until one fails."""
    django.setup()
    return next((code for name, *command in stages if (code := stage(name, command))), 0)


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
