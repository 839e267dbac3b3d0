"""Which tests can run here, what is said of those that cannot, and what do all tests have in common?

A test that needs something a machine may lack carries a marker: `browser`, `root`, or `tool("promtool",
package="prometheus")`. Where the thing is missing the test is skipped, and the closing summary says so with the line
that installs it; with CCNODE_TEST_REQUIRE_ALL=1 that fails the session. A skip for any other reason counts the same.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import hypothesis
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUIRE_ALL = "CCNODE_TEST_REQUIRE_ALL"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
PROPERTY = "not_run"
LEFT_OUT = pytest.StashKey[int]()
# A node in a test is reached on this machine alone and announces itself to nobody. tests/network, which makes networks
# of its own, has it do both.
ALONE = {
    "CCNODE_FEDERATION__HOST": "127.0.0.1",
    "CCNODE_FEDERATION__PORT": "0",
    "CCNODE_FEDERATION__DISCOVERY": "false",
}


# No test may fail because the machine is busy: an example takes as long as it takes, as in Hypothesis's own CI profile.
if "CI" not in os.environ:
    hypothesis.settings.register_profile("unhurried", deadline=None)
    hypothesis.settings.load_profile("unhurried")


# A shell starts what it runs in the background deaf to Ctrl-C, and programs that tests start would be so as well.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


class Need(NamedTuple):
    """What a test lacks: the marker that asked for it, how to get it, and the Debian package that brings it, if any."""

    marker: str
    remedy: str
    package: str = ""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("ccnode")
    group.addoption("--seeds", type=int, default=200, metavar="N", help="seeds each simulation tries (default: 200)")
    group.addoption("--long", action="store_true", help="run the long soaks too")
    group.addoption(
        "--slow-browser", action="store_true", help="browser tests with a slow processor and late answers: finds races"
    )
    group.addoption(
        "--needs-file", type=Path, metavar="PATH", help="write the Debian packages that are missing to PATH"
    )


@pytest.fixture(scope="session")
def seeds(pytestconfig: pytest.Config) -> int:
    """How many seeds a simulation tries."""
    return int(pytestconfig.getoption("--seeds"))


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of Chromium; for tests marked `browser`."""
    found = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    assert found, "a test that asks for chromium carries the marker `browser`"
    return found


@pytest.fixture(scope="session", autouse=True)
def _own_environment() -> Iterator[None]:
    """Keep tests away from the data, settings, keys and proxies of the person who runs them."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory(prefix="cct-") as folder:
        for name in list(os.environ):
            if name.startswith(("CCNODE_", "ANTHROPIC_")) and not name.startswith("CCNODE_TEST_"):
                patch.delenv(name)
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME"):
            place = Path(folder, name[4:].lower())  # short: the path of a Unix socket holds about 100 bytes
            place.mkdir(mode=0o700)
            patch.setenv(name, str(place))
        patch.setenv("NO_PROXY", "127.0.0.1,localhost,::1")
        for name, value in ALONE.items():
            patch.setenv(name, value)
        yield


def missing(item: pytest.Item) -> Need | None:
    """Return the first thing the test needs and this machine lacks."""
    for marker in item.iter_markers():
        if marker.name == "root" and os.geteuid() != 0:
            return Need("root", "sudo python3 scripts/try.py test")
        if marker.name == "browser" and not any(map(shutil.which, CHROMIUM_NAMES)):
            return Need("browser", "sudo apt-get install chromium", "chromium")
        if marker.name == "tool" and not shutil.which(marker.args[0]):
            package = marker.kwargs.get("package", marker.args[0])
            return Need(f"tool {marker.args[0]}", f"sudo apt-get install {package}", package)
    return None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = [] if config.getoption("--long") else [item for item in items if item.get_closest_marker("long")]
    if left_out:
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)
        config.stash[LEFT_OUT] = len(left_out)
    packages = set()
    for item in items:
        if need := missing(item):
            packages.add(need.package)
            item.user_properties.append((PROPERTY, f"{need.marker}: {need.remedy}"))
            item.add_marker(pytest.mark.skip(reason=f"not run: needs {need.marker} ({need.remedy})"))
    if path := config.getoption("--needs-file"):
        path.write_text("".join(f"{package}\n" for package in sorted(packages - {""})))


def pytest_sessionfinish(session: pytest.Session) -> None:
    workeroutput = getattr(session.config, "workeroutput", None)
    if workeroutput is not None:  # a worker of pytest-xdist: the summary is its controller's
        workeroutput["left_out"] = session.config.stash.get(LEFT_OUT, 0)
        return
    if os.environ.get(REQUIRE_ALL) and not_run(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object, error: object) -> None:
    left_out = getattr(node, "workeroutput", {}).get("left_out", 0)
    config: pytest.Config = node.config  # type: ignore[attr-defined]  # a class of pytest-xdist, without types
    config.stash[LEFT_OUT] = max(config.stash.get(LEFT_OUT, 0), left_out)  # every worker collects all tests


def not_run(config: pytest.Config) -> Counter[str]:
    """Count the tests that were skipped, by "marker: remedy", or by the reason given where there is no marker."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    reasons: dict[str, str] = {}
    for report in reporter.stats.get("skipped", []) if reporter else []:
        given = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        marked = [str(value) for name, value in getattr(report, "user_properties", ()) if name == PROPERTY]
        # By test: each worker reports a module that could not be collected.
        reasons[report.nodeid] = marked[0] if marked else given
    return Counter(reasons.values())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    counts = not_run(config)
    left_out = config.stash.get(LEFT_OUT, 0)
    if counts or left_out:
        terminalreporter.section("not run")
    for reason, count in sorted(counts.items()):
        terminalreporter.write_line(f"not run: {count} ({reason})")
    if counts and os.environ.get(REQUIRE_ALL):
        terminalreporter.write_line(f"{REQUIRE_ALL} is set, so this counts as failure", red=True)
    if left_out:
        terminalreporter.write_line(f"long soaks left out: {left_out} (python3 scripts/try.py test --long)")
