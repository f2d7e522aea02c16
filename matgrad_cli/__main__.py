"""`python -m matgrad_cli` and the `matgrad` command."""

from __future__ import annotations

import gc
import sys


def main() -> int:
    """Run the command line; the exit code."""
    gc.set_threshold(100_000, 20, 20)  # a short run makes much and drops little: it ends before rubbish is looked for
    from .cli.app import run

    code = run(sys.argv[1:])
    gc.freeze()  # what is left goes with the process, without being looked at once more
    return code


if __name__ == "__main__":
    sys.exit(main())
