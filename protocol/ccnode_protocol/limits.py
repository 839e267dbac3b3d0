"""How much, how often, how long? Every bound of the wire in one place.

A frame's `Limit` is looked up by the type in its first bytes and held before anything else of it is read. Sizes are in
bytes, rates in a minute and on one link, times in milliseconds. Lists and texts have their bounds in a frame's form,
from the names below.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Limit(NamedTuple):
    """What one type of frame may cost: bytes of one frame, frames a minute, bytes a minute, and values in one frame.

    Values are the map, the arrays and all they hold, names included: a frame of 64 KiB could otherwise hold 65,000
    empty arrays, which take sixty times their bytes.
    """

    bytes_max: int
    count_minute: int
    bytes_minute: int
    values_max: int = 1024


KIB: Final = 1024
MIB: Final = 1024 * KIB

# --- frames ---
FRAME_BYTES_MAX: Final = 2 * MIB  # of any type: what a WebSocket is told to receive at most
TYPE_KNOWN_MAX: Final = 127  # unknown types up to here are refused, later ones ignored
TYPE_MAX: Final = 65_535
COUNT_MINUTE: Final = 60_000  # frames of all types together, on one link
KEY_CHARS_MAX: Final = 32  # a name in a body
WINDOW_MS: Final = 60_000  # over what rates are counted

CLIENT_HELLO: Final = Limit(KIB, 1, KIB, 64)
SERVER_HELLO: Final = Limit(KIB, 1, KIB, 64)
CLIENT_PROOF: Final = Limit(KIB, 1, KIB, 32)
SERVER_PROOF: Final = Limit(KIB, 1, KIB, 32)
MANIFEST: Final = Limit(8 * KIB, 60, 256 * KIB, 16)
PING: Final = Limit(64, 120, 8 * KIB, 16)
PONG: Final = Limit(64, 120, 8 * KIB, 16)
GOODBYE: Final = Limit(KIB, 1, KIB, 16)
ENROL: Final = Limit(KIB, 12, 12 * KIB, 16)
PACKED: Final = Limit(MIB + 64 * KIB, 60_000, 8192 * MIB, 8)  # what is inside counts as well, by its own type
UNKNOWN: Final = Limit(16 * KIB, 600, MIB, 1024)  # types from 128 on, which a later version may send

# --- handshake ---
HANDSHAKE_MS: Final = 5_000
HALF_OPEN_MAX: Final = 64  # connections that have not finished their handshake, all together
NONCE_BYTES: Final = 32
VERSIONS_MAX: Final = 16
VERSION_MAX: Final = 65_535
NETWORK_CHARS_MAX: Final = 32

# --- links ---
HEARTBEAT_MS: Final = 1_500  # a link on which who called sent nothing for so long carries a ping
HEARTBEAT_CALLED_MS: Final = 2_000  # or who was called: later, or both would ask where one answer says all
PROBE_MS: Final = 2_500  # a peer that sent nothing for so long, although it should have, is asked
SILENCE_MS: Final = 4_500  # and one that sent nothing for so long is gone
GREETING_MS: Final = 10_000  # or for so long before its manifest: it may be busy with writing down whom it met
UNKNOWN_LINK_MS: Final = 600_000  # how long a link of a peer without a tier stays, for people to compare words
RETRY_FIRST_MS: Final = 500
RETRY_MOST_MS: Final = 20_000  # however long the peer was away: a network that is whole again is used within so much
RETRY_UNWANTED_MS: Final = 60_000  # after an end that will not mend by itself
REASON_CHARS_MAX: Final = 100

# --- manifests ---
MANIFEST_BYTES_MAX: Final = 4 * KIB
NAME_SENT_CHARS_MAX: Final = 256  # as it comes
NAME_CHARS_MAX: Final = 64  # as it is shown
CAPABILITIES_MAX: Final = 32
CAPABILITY_CHARS_MAX: Final = 32
ADDRESSES_MAX: Final = 8
ADDRESS_CHARS_MAX: Final = 128
SEQUENCE_MAX: Final = 2**53
INTRODUCED_MAX: Final = 32  # other nodes of one owner that one manifest names

# --- invitations ---
SECRET_BYTES: Final = 16
INVITATION_BYTES: Final = 16
INVITATIONS_MAX: Final = 64  # open ones of one node
INVITATION_MS_MAX: Final = 7 * 24 * 3_600_000
CODE_CHARS_MAX: Final = 512

# --- sync ---
KNOWN: Final = Limit(32 * KIB, 60, MIB, 4 * KIB)
HEADS: Final = Limit(64 * KIB, 6_000, 64 * MIB, 8 * KIB)
LISTED: Final = Limit(32 * KIB, 600, 16 * MIB, 4 * KIB)
ASK: Final = Limit(256, 12_000, 3 * MIB, 32)  # what asks for, or ends, something of one chain
RUN: Final = Limit(MIB + 64 * KIB, 60_000, 8192 * MIB, 4 * KIB)  # credit bounds it long before
WANT_CONTENTS: Final = Limit(4 * KIB, 6_000, 16 * MIB, 512)
CONTENTS: Final = Limit(MIB + 64 * KIB, 60_000, 8192 * MIB, 4 * KIB)
CREDIT: Final = Limit(32, 60_000, 2 * MIB, 8)
WANT_DIGESTS: Final = Limit(KIB, 600, 512 * KIB, 128)
DIGESTS: Final = Limit(4 * KIB, 600, 2 * MIB, 256)
PATH: Final = Limit(112 * KIB, 600, 16 * MIB, 32)
FORK: Final = Limit(224 * KIB, 300, 16 * MIB, 64)
ROWS_MAX: Final = 256  # chains that one frame names
NODES_MAX: Final = 256  # nodes whose other chains one frame sums up
RANGES_MAX: Final = 64
CONTENTS_MAX: Final = 1024  # contents that are asked for at once
DIGESTS_MAX: Final = 64
SEALED_BYTES_MAX: Final = MIB + 32  # a salt and a content
PACKED_BYTES_MAX: Final = MIB  # of a frame, deflated
RUN_WEIGHT_MAX: Final = MIB + 200 + 8192 + 32  # headers, metas and sealed contents: a run of one entry at its largest
WINDOW_BYTES: Final = 4 * MIB  # runs and contents on their way or not yet stored, on one link and in one direction
JOBS_MAX: Final = 512  # questions of a peer that wait for their answers: a list of each node, and some more
OFFERED_MAX: Final = 8192  # chains of one peer's offers that are kept in mind; the rest at the next look at all
FETCHES_MAX: Final = 4  # chains that are asked for at once on one link
CLAIMS_MAX: Final = 16  # higher heads of our own chains that are looked into at once
HUNTS_MAX: Final = 4  # chains whose first different entry is looked for at once
SYNC_ANSWER_MS: Final = 30_000  # without any progress while we wait for it
PULL_MS: Final = 60_000  # between two looks at all that the other knows
NEWS_MS: Final = 20  # how long news of our own chains are gathered
RELAY_MS: Final = 200  # and of others', at first: most peers hear of them from who wrote them, and need not from us
RELAY_MOST_MS: Final = 1_600  # and where the peer never needed them
QUOTA_DAY_BYTES: Final = 64 * MIB  # what is taken from a sandbox peer in a day
QUOTA_BYTES: Final = 1024 * MIB  # and in all
SANDBOX_CHAINS_MAX: Final = 4096  # chains of one: each takes its time at every look, however short it is

# --- gossip ---
REPORT_BYTES_MAX: Final = KIB
REPORT: Final = Limit(REPORT_BYTES_MAX, 1, REPORT_BYTES_MAX, 128)  # not a frame: it travels in one
TOLD_MAX: Final = 8  # reports in one frame
TOLD_FORKS_MAX: Final = 16
TELL: Final = Limit(12 * KIB, 1_200, 4 * MIB, 256)
HOLD: Final = Limit(16 * KIB, 60, MIB, 2 * KIB)
DIMENSIONS_MAX: Final = 64  # of a character
FANOUT: Final = 3  # peers that are told in one round
ROUND_MS: Final = 2_000  # between two rounds
EAGER_MS: Final = 200  # the same, where something was heard or said since the last
LISTING_MS: Final = 60_000  # between two lists of all that is held, to one peer
LISTED_MAX: Final = 64  # reports that one list is answered with
REPORT_LIFE_MS: Final = 7 * 24 * 3_600_000  # from when it was made to when it counts no more
REPORT_AHEAD_MS: Final = 600_000  # a report made later than this after now is not believed
REPORT_NODE_MINUTE: Final = 6  # new reports of one node, by whatever way, that are looked at; honest ones make one
REPORTS_MAX: Final = 1_024  # nodes whose reports are kept, and as many forks told

# --- queries ---
QUERY: Final = Limit(256, 120, 32 * KIB, 16)
ANSWER: Final = Limit(16 * KIB, 120, MIB, 1024)
ASKED_MINUTE: Final = 30  # questions of one peer that are answered, on however many links
ASKED_OPEN_MAX: Final = 8  # questions of ours that wait for their answers, on one link
ASKED_MS: Final = 10_000  # how long
ASKED_HEADS_MAX: Final = 64  # heads in one answer
CONSENSUS_BYTES_MAX: Final = 8 * KIB

# --- parcels ---
PARCEL: Final = Limit(KIB, 1, KIB, 32)  # the header; what follows is bounded frame by frame
RECIPIENT_CHARS_MAX: Final = 128
PARCEL_ROWS_MAX: Final = 65_536  # chains that one parcel tells of
