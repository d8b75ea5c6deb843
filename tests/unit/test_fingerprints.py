"""What is kept of a request under its idempotency key tells nothing of what was in it."""

import hashlib

import msgspec

from frontrow.http.fingerprints import fingerprint_of
from frontrow.http_settings import http_settings
from frontrow.settings import Settings
from frontrow.stores import Stores


class Card(msgspec.Struct):
    number: str


PATH, BODY = {"orderId": "7-order"}, Card("4242424242424242")


def test_the_same_request_has_the_same_fingerprint_and_no_other_has() -> None:
    made = fingerprint_of(PATH, BODY, key=b"ours")
    assert made == fingerprint_of(dict(PATH), Card(BODY.number), key=b"ours")
    others = [({"orderId": "8-order"}, BODY), (PATH, Card("4000000000000002"))]
    assert made not in {fingerprint_of(path, body, key=b"ours") for path, body in others}


def test_who_has_no_key_cannot_try_cards_against_a_fingerprint() -> None:
    made = fingerprint_of(PATH, BODY, key=b"ours")
    assert made != fingerprint_of(PATH, BODY, key=b"theirs")
    assert made != hashlib.sha256(msgspec.json.encode((PATH, BODY))).hexdigest()


def test_every_installation_has_a_key_of_its_own_for_them() -> None:
    keys = {http_settings(Settings(), Stores("", "", secret)).fingerprint_key for secret in ("s" * 32, "t" * 32)}
    assert len(keys - {b""}) == 2
