"""The `examsvc` command."""

from __future__ import annotations

import sys
import warnings

from examsvc.cli.commands import group


def main() -> int:
    """Run the command line; known errors end in one clear line."""
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    group(prog_name="examsvc", standalone_mode=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
