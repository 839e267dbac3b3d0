"""What is said of an owner key that cannot be decrypted?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyrage
import pytest

from ccnode.store import owner
from ccnode.store.errors import StoreBusy
from ccnode.store.home import Home, write_private

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Excessive work parameter for passphrase.\nDecryption would take around 40 seconds.", StoreBusy),
        ("Decryption failed", owner.WrongPassphrase),
    ],
)
def test_a_wrong_passphrase_is_not_taken_for_a_busy_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, kind: type[Exception]
) -> None:
    def decrypt(_data: bytes, _passphrase: str) -> bytes:
        raise pyrage.DecryptError(said)

    home = Home(tmp_path)
    write_private(home.owner_key_sealed, b"sealed")
    monkeypatch.setattr(pyrage.passphrase, "decrypt", decrypt)
    with pytest.raises(kind):
        owner.key(home, "any words")
