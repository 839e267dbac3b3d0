"""How does try.py become the node, with no moment in which Ctrl-C would end it as an error?

try_command.py starts it as `checkout_start.py CCNODE ARGUMENTS...`, with SIGINT and SIGTERM blocked. It takes them over
before anything heavy is imported: until the node listens for them itself, they mean a clean end.
"""

import runpy
import signal
import sys

STOPS = (signal.SIGINT, signal.SIGTERM)


def leave(_number: int, _frame: object) -> None:
    """End with exit code 0, as the node does."""
    raise SystemExit(0)


def main() -> None:
    """Run the console script named by the first argument, in this process."""
    for number in STOPS:
        signal.signal(number, leave)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    del sys.path[0]  # this folder: the node finds its modules in .venv only
    del sys.argv[0]
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
