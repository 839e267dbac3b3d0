"""Where does `ccnode` begin? Here, with as little as possible: asking for help must not cost an import of anything.

click alone takes six times as long to import as the interpreter takes to start, so the first page of help is kept as
text (scripts/make_docs.py writes it, a test compares it), and click is imported for everything else.
"""

import os
import sys

HELP = os.path.join(os.path.dirname(__file__), "help.txt")  # noqa: PTH118, PTH120  # pathlib costs a third of a start
HELP_COLUMNS = 80


def main(arguments: "list[str] | None" = None) -> int:
    """Run one command line (default: the process's own); return the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    if given in ([], ["--help"], ["-h"]) and "_CCNODE_COMPLETE" not in os.environ and _fits():
        try:
            with open(HELP, encoding="utf-8") as file:  # noqa: PTH123  # see HELP
                text = file.read()
        except OSError:
            text = ""  # click can say it too
        if text:
            return _print(text)
    from ccnode.cli.app import run  # the price is paid here

    return run(given)


def _fits() -> bool:
    """Whether the kept text is as wide as click's would be."""
    try:
        return os.get_terminal_size(1).columns >= HELP_COLUMNS
    except OSError:
        return True


def _print(text: str) -> int:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
