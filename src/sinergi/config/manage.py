"""Django's command line: `python -m sinergi.config.manage COMMAND`."""
import os
import sys


def main(arguments: list[str] | None = None) -> None:
    """Run one Django command with our settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sinergi.config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line([sys.argv[0], *(arguments or sys.argv[1:])])


if __name__ == "__main__":
    main()
