"""With which words does the embedded model speak?

Fixed here, because recall must know its own replies again: they repeat a source or deny having one, and are none.
"""

from __future__ import annotations

YOU_TOLD = "You told me"
I_SAID = "I said"
EARLIER_HERE = "Earlier in this conversation"
UNKNOWN = "I don't know"
NOTED = "Noted"
KNOWLEDGE = "Of what you promoted as knowledge"
I_AM = "I am ccnode's embedded offline model"
NOTHING_THERE = "There was nothing to read"
WELCOME = "You are welcome"

OPENINGS = (YOU_TOLD, I_SAID, EARLIER_HERE, UNKNOWN, NOTED, KNOWLEDGE, I_AM, NOTHING_THERE, WELCOME)

WHAT_I_CAN_DO = "I can find and quote what you told me, in this conversation or an earlier one, and name the message."
WHAT_I_AM = (
    f"{I_AM}: a small program that looks up and quotes what you told it. It works without any network, it does not "
    "understand language, and no intelligence is claimed for it."
)
