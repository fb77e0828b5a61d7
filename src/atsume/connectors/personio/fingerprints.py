"""Station 2's way of telling records apart: 64-bit hashes of everything a record is made from."""

import msgspec
import xxhash

from atsume.connectors.base import Came
from atsume.connectors.personio.mapping.tables import MAPPING_VERSION
from atsume.connectors.personio.remote import v2
from atsume.connectors.personio.settings import Addresses, Settings

_SIGN, _RANGE = 1 << 63, 1 << 64


def seed(settings: Settings, addresses: Addresses) -> int:
    """Return a number that changes with whatever mapping depends on besides the records themselves."""
    facts = (
        MAPPING_VERSION,
        settings.language,
        settings.app_host,
        settings.candidate_url,
        settings.application_url,
        settings.companies,
        addresses.career,
    )
    return xxhash.xxh3_64_intdigest(msgspec.json.encode(facts))


def signed(digest: int) -> int:
    """Return a 64-bit hash as a signed number that is never 0."""
    return (digest - _RANGE if digest >= _SIGN else digest) or 1


def fingerprint(seed_: int, *facts: object) -> int:
    """Return the fingerprint of a record made from these facts."""
    return signed(xxhash.xxh3_64_intdigest(msgspec.json.encode(facts), seed_))


def told_apart(body: bytes, seed_: int) -> list[Came]:
    """Return a page's records by id and fingerprint, none of them decoded. Raises msgspec.DecodeError."""
    digest, head = xxhash.xxh3_64_intdigest, v2.head_id
    return [Came(head(record), signed(digest(record, seed_)), record) for record in v2.listed(body).data]
