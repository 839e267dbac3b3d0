"""Which addresses are beyond this machine, and what must there be before one is served?"""

from __future__ import annotations

import pytest

from ccnode import config
from ccnode.config import Api, ConfigError, names_in, why_not_beyond


@pytest.mark.parametrize(
    ("bind", "beyond"),
    [
        ("127.0.0.1", False),
        ("127.9.9.9", False),
        ("::1", False),
        ("localhost", False),
        ("0.0.0.0", True),  # noqa: S104
        ("::", True),
        ("*", True),
        ("192.0.2.7", True),
        ("2001:db8::7", True),
        ("fe80::1%eth0", True),
        ("::ffff:192.0.2.7", True),
    ],
)
def test_what_is_beyond_this_machine(bind: str, beyond: bool) -> None:
    assert Api(bind=bind).is_beyond is beyond


@pytest.mark.parametrize("bind", ["node.example", "", "192.0.2.7:8443", "224.0.0.1", "ff02::1", "127.1", "0", " "])
def test_what_is_no_address(bind: str) -> None:
    with pytest.raises(ConfigError, match=r"api\.bind"):
        config.evaluate(f"[api]\nbind = '{bind}'\n")


def test_by_default_nothing_is_served_beyond() -> None:
    api = config.evaluate("").settings.api
    assert not api.is_beyond
    assert why_not_beyond(api, has_password=False) is None


def test_without_a_password_the_two_commands_are_named() -> None:
    why = why_not_beyond(Api(bind="192.0.2.7"), has_password=False)
    assert why is not None
    assert why.remedy == "run: ccnode password set, then: ccnode config set api.bind 192.0.2.7"
    starting = why_not_beyond(Api(bind="*"), has_password=False, then="ccnode run")
    assert starting is not None
    assert starting.remedy == "run: ccnode password set, then: ccnode run"


def test_without_tls_it_says_why() -> None:
    api = Api(bind="*")
    why = why_not_beyond(api, has_password=True, without_tls="no file", remedy="look for it")
    assert why is not None
    assert "TLS cannot be had: no file" in str(why)
    assert why.remedy == "look for it"
    assert why_not_beyond(api, has_password=True) is None


def test_names() -> None:
    assert names_in(" Node.Example,me.example:443, node.example ,,") == ("node.example", "me.example:443")
    for bad in ("a b", "http://x", "x/y", "-", "a..b", "x:", "x:123456", "a" * 300 + "!"):
        with pytest.raises(ConfigError, match="host name"):
            config.evaluate(f"[api]\nnames = '{bad}'\n")
