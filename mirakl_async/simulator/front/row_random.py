"""Random values that depend only on a seed, a list and a position in the list.

A row is generated when it is read and not stored: reading it again generates the same row, so that a list of a million
rows needs no memory or time until it is read. The generator is a linear congruential one with a mixed initial state,
because seeding a `Random` for each row would take longer than generating the row.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID
from zlib import crc32

__all__ = ["PLACES", "RowRandom", "address", "instant", "person", "rank_of_uuid", "seed_of", "uuid_of"]

T = TypeVar("T")

_MASK = (1 << 64) - 1
_GAMMA = 0x9E3779B97F4A7C15
_HALF = 1 << 47

SECOND_NAMES = ("Okafor", "Lindqvist", "Moreau", "Tanaka", "Novak", "Silva", "Haddad", "Kowalski", "Brandt", "O'Neill")
FIRST_NAMES = ("Ada", "Björn", "Chloé", "Daichi", "Eliška", "Fátima", "Gael", "Hanna", "Ines", "Joaquín")
PLACES = (
    # city, zip code, country, its code, state
    ("Lyon", "69002", "France", "FRA", None),
    ("Graz", "8010", "Austria", "AUT", None),
    ("Porto", "4050-253", "Portugal", "PRT", None),
    ("Gdańsk", "80-831", "Poland", "POL", None),
    ("Boston", "02108", "United States", "USA", "Massachusetts"),
    ("Perth", "6000", "Australia", "AUS", "Western Australia"),
)
STREETS = ("Mill Lane", "Rue des Tanneurs", "Hauptplatz", "Rua das Flores", "Long Wharf", "Ulica Długa")


class RowRandom:
    """The random values of one row, in sequence.

    `created` is the row's date of creation, in seconds since 1970; no date later than `latest` is generated.
    """

    __slots__ = ("_latest", "_state", "created")

    def __init__(self, seed: int, rank: int, created: float = 0.0, latest: float = 0.0) -> None:
        self.created: float = created
        self._latest = latest
        state = (seed + rank * _GAMMA) & _MASK
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        self._state = state ^ (state >> 31)

    def below(self, limit: int) -> int:
        """Return a number from 0 to limit - 1; the limit must be far below 2**31."""
        self._state = state = (self._state * 0x5851F42D4C957F2D + 0x14057B7EF767814F) & _MASK
        return (state >> 33) % limit

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the options."""
        return options[self.below(len(options))]

    def later(self, most: int, least: int = 0) -> float:
        """Return a time `least` to `most` seconds after the creation, but not after `latest`."""
        room = int(self._latest - self.created)
        return self.created + (least + self.below(min(most, room) - least) if room > least else max(0, room))

    def cents(self, low: int, high: int) -> float:
        """Return an amount with two decimals between two whole amounts."""
        return (low * 100 + self.below((high - low) * 100 + 1)) / 100


def seed_of(seed: int, name: str) -> int:
    """Return the seed for one list of a world."""
    return ((seed & 0xFFFFFFFF) << 32) | crc32(name.encode())


def instant(seconds: float) -> str:
    """Return a time as in Mirakl's answers: UTC with Z, without milliseconds if they are zero."""
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole))
    return f"{text}.{milliseconds:03}Z" if milliseconds else f"{text}Z"


def uuid_of(name: str, rank: int) -> str:
    """Return the UUID of a list's row; its last 12 digits contain the rank, so that the row can be found."""
    high = (crc32(name.encode()) << 32) | crc32(name[::-1].encode())
    version_4 = (high & ~(0xF << 12)) | (4 << 12)
    return str(UUID(int=(version_4 << 64) | (0x8 << 60) | ((rank + _HALF) & ((1 << 48) - 1))))


def rank_of_uuid(name: str, text: str) -> int | None:
    """Return the rank in a UUID of this list, or None if the UUID does not belong to it."""
    tail = text[-12:]
    try:
        rank = int(tail, 16) - _HALF
    except ValueError:
        return None
    return rank if uuid_of(name, rank) == text.lower() else None


def person(draws: RowRandom) -> tuple[str, str]:
    """Return a first and a last name."""
    return draws.pick(FIRST_NAMES), draws.pick(SECOND_NAMES)


def address(draws: RowRandom, first: str, last: str) -> dict[str, object]:
    """Return an address in the format that orders, shipments and customers share."""
    city, zip_code, country, code, state = draws.pick(PLACES)
    return {
        "city": city,
        "civility": None,
        "company": None,
        "company_2": None,
        "country": country,
        "country_iso_code": code,
        "firstname": first,
        "lastname": last,
        "phone": f"+00 555 {draws.below(10_000):04}",
        "phone_secondary": None,
        "state": state,
        "street_1": f"{1 + draws.below(200)} {draws.pick(STREETS)}",
        "street_2": None,
        "zip_code": zip_code,
    }
