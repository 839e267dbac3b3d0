"""Do whole nodes on one LAN find, add and follow each other, through partitions, crashes and lies?

The deadlines in seconds are those of the project's aims; everything else waits as long as it takes.
"""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

import pytest

from tests.network.lan import until
from tests.network.machines import SOON_S, Machine, alike
from tests.network.test_discovery import ENVIRONMENT, LIAR

if TYPE_CHECKING:
    from pathlib import Path

    from tests.network.lan import Lan

pytestmark = [pytest.mark.root, pytest.mark.tool("ip", package="iproute2"), pytest.mark.timeout(300)]

FOUND_S = 3.0
LEFT_S = 15.0  # no aim; what is not heard any more, and has not said goodbye, is kept for two minutes
HEALED_S = 30.0
NOTICED_S = 10.0


def machines(network: Lan, folder: Path, count: int, **more: str) -> list[Machine]:
    """So many machines with a node each, which runs and meets others."""
    made = [Machine(network.host(), folder, **more).start() for _ in range(count)]
    for machine in made:
        assert until(machine.is_on, SOON_S), machine.log()
    return made


def test_two_nodes_find_and_add_each_other_and_tell_all_they_know(network: Lan, tmp_path: Path) -> None:
    first, second = Machine(network.host(), tmp_path).start(), Machine(network.host(), tmp_path)
    assert until(first.is_on, SOON_S), first.log()
    second.start()
    assert until(second.is_on, SOON_S), second.log()
    assert until(lambda: second.id in first.discovered() and first.id in second.discovered(), FOUND_S)
    assert first.tier(second) is None  # to be heard of is no trust

    first.bring_in(500, "before they met")
    first.cli("peer", "add", second.id, "--tier", "core", "--yes")
    assert until(lambda: second.standing(first) == "pending", SOON_S)  # the other side has to add, too
    second.cli("peer", "pair", first.id, "--adopt", "--yes")
    assert until(lambda: first.tier(second) == second.tier(first) == "core", SOON_S), second.log()
    first.bring_in(500)
    second.bring_in(1000)
    alike(first, second, within_s=SOON_S)
    assert first.messages() == second.messages() == 2000
    assert until(lambda: second.finds("met") and first.finds("n2"), SOON_S)
    for each in (first, second):
        assert each.cli("audit", "verify")["ok"] is True
        each.say(f"And now {each.name} lives in Hammersby.")
    assert until(lambda: all(len(one.finds("Hammersby")) >= 2 for one in (first, second)), SOON_S)

    # One that is stopped says goodbye.
    second.end()
    assert until(lambda: not first.linked(second) and second.id not in first.discovered(), LEFT_S)
    second.start()
    assert until(lambda: first.linked(second), SOON_S), first.log()
    # Then its power fails: nothing says goodbye, and no packet comes back.
    second.host.unplug()
    second.end(signal.SIGKILL)
    assert until(lambda: not first.linked(second), NOTICED_S)
    second.host.plug()
    second.start()
    assert until(lambda: first.linked(second), SOON_S), first.log()


def test_a_federation_that_was_cut_in_two_is_one_again(network: Lan, tmp_path: Path) -> None:
    made = machines(network, tmp_path, 5)
    first, second, *others = made
    for other in (second, *others):
        other.join(first)
    for number, one in enumerate(made[1:], 1):
        for other in made[number + 1 :]:
            for who, whom in ((one, other), (other, one)):
                body = {"peer": whom.id, "tier": "core", "confirmed": True, "addresses": [f"{whom.host.address}:8101"]}
                status, answer = who.ask("POST", "/api/v1/peers", body)
                assert status == 201, answer
    assert until(lambda: all(one.linked(other) for one in made for other in made if one is not other), SOON_S)
    first.say("We are five and know each other.")
    alike(*made, within_s=SOON_S)

    network.split(*(one.host for one in others))
    assert until(lambda: not any(one.linked(other) for one in (first, second) for other in others), NOTICED_S)
    first.bring_in(100, "on the small side")
    for one in made:
        one.say(f"{one.name} is cut off and writes on in Tinwick.")
    alike(first, second, within_s=SOON_S)
    alike(*others, within_s=SOON_S)
    assert first.heads() != others[0].heads()

    network.heal()
    alike(*made, within_s=HEALED_S)
    for one in made:
        assert until(lambda one=one: len(one.finds("Tinwick")) >= 5, SOON_S)


def test_a_node_killed_while_it_catches_up_goes_on_where_it_was(network: Lan, tmp_path: Path) -> None:
    first, second = machines(network, tmp_path, 2)
    first.bring_in(10_000, "a long life " * 100)
    total = first.messages()
    second.join(first)
    seen = []
    for _ in range(2):
        before = second.messages()
        until(lambda before=before: second.messages() > before, SOON_S, 0.001)
        second.end(signal.SIGKILL)
        second.start()
        seen.append(second.messages())
    assert seen == sorted(seen)
    alike(first, second, within_s=SOON_S)
    assert second.messages() == total
    for each in (first, second):
        assert each.cli("audit", "verify")["ok"] is True
    assert seen[0] < total, "it was killed too late to show anything"


def test_a_false_announcement_leads_to_nobody(network: Lan, tmp_path: Path) -> None:
    first, second = machines(network, tmp_path, 2)
    liar = machines(network, tmp_path, 1, CCNODE_FEDERATION__DISCOVERY="false")[0]
    second.host.unplug()
    second.end(signal.SIGKILL)
    # It says that the second node is where it is itself, and answers there.
    liar.host.run(sys.executable, LIAR, "pretend", second.id, liar.host.address, env=ENVIRONMENT)
    heard = f"{liar.host.address}:8101"
    assert until(
        lambda: any(
            heard in one["addresses"]
            for one in first.get("/api/v1/federation/discovered")["discovered"]
            if one["node_id"] == second.id
        ),
        SOON_S,
    )
    status, answer = first.ask(
        "POST", "/api/v1/peers",
        {"peer": second.id, "tier": "sandbox", "confirmed": True, "addresses": [heard]},
    )  # fmt: skip
    assert status == 201, answer
    assert until(lambda: first.peer(second)["problem"], SOON_S), first.peer(second)
    assert not first.linked(second)
    assert not first.linked(liar)
    second.host.plug()
    second.start()
    assert until(second.is_on, SOON_S), second.log()
    second.cli("peer", "add", first.id, "--tier", "sandbox-out", "--yes")
    assert until(lambda: first.linked(second), SOON_S), first.peer(second)
    assert not first.linked(liar)


def test_a_sweep_finds_nodes_that_announce_nothing(network: Lan, tmp_path: Path) -> None:
    first, second = machines(network, tmp_path, 2, CCNODE_FEDERATION__DISCOVERY="false")
    assert first.discovered() == set()
    found = first.cli("federation", "discover", "--subnet", "10.77.0.0/28")["sweep"]
    assert (found["state"], found["done"], found["total"]) == ("done", 14, 14)
    assert [(one["node_id"], one["address"]) for one in found["found"]] == [(second.id, f"{second.host.address}:8101")]
    # Nobody has become anybody's peer by that.
    assert first.tier(second) is None
    assert second.tier(first) is None
