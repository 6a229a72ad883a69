"""Names in the record: which UCDP conflict a mediation was in, and what kind of third party a text names.

Civil War Mediation has names where UCDP has numbers. Both lists of names below were written before any outcome was looked
at, and are not changed for a case: a name that they miss stays missed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

__all__ = ["is_unofficial", "matched_conflicts", "third_party_kind"]

# ---- third parties ---------------------------------------------------------------------------------------------------
# Great powers, the United Nations and regional bodies, and envoys known by their name. Capitals do not matter.
POWERS = (
    r"\bUN\b", "United Nations", "UNSG", "UNAMI", "UNMI", "UNOMI", r"\bUS\b", r"\bU\.S", "USA", "United States",
    "American", "Holbrooke", "Mitchell", "Russia", "Soviet", r"\bUK\b", "United Kingdom", "Britain", "British", "France",
    "French", "China", "NATO", r"\bEU\b", r"\bEC\b", "European", "ECOWAS", r"\bAU\b", "African Union", r"\bOAU\b",
    "IGAD", "SADC", "OSCE", "CSCE", r"\bOAS\b", "Arab League", "League of Arab", r"\bOIC\b", "de Soto", "Arnault",
    "Beye", "Anstee", "Owen", "Vance", "Carrington", "Minsk",
)  # fmt: skip
# Churches, organisations without a government, scholars, former leaders: who may mediate and speaks for no state.
UNOFFICIAL = (
    "Carter", "Sant'? ?Egidio", "Egidio", "Henry Dunant", "Humanitarian Dialogue", "HD Centre",
    "Crisis Management Initiative", r"\bCMI\b", "Conciliation Resources", "Church", "Bishop", "Archbishop", "Cardinal",
    "Vatican", "Pope", r"\bRev\b", "Reverend", "Father ", "Msgr", r"\bMgr\b", "Monsignor", "Red Cross", "ICRC", "Quaker",
    "Mennonite", r"\bNGOs?\b", "civil society", "Academ", "Professor", r"Institute\b", "Inter Mediate", "Berghof",
    "swisspeace", "Community of", "Raffaelli", "Zuppi", "Riccardi", "Gon.alves", "former president",
    "former prime", "ex-president", "Nyerere", "Forono", r"\bFr\. ", "Religious", "Elders", "Peace Council",
    "Council of Churches", "NBCC", "businessm", "Ahtisaari", "Caritas", "Pastor", "Imam", "Ulema",
)  # fmt: skip
_POWERS = re.compile("|".join(POWERS), re.IGNORECASE)
_UNOFFICIAL = re.compile("|".join(UNOFFICIAL), re.IGNORECASE)
NOBODY = ("", "/", "N/A", "None")


def third_party_kind(named: str) -> str | None:
    """What kind of third party is named: a "power" (also the United Nations or a regional body), an "other", or none.

    >>> third_party_kind("Norway; the UN envoy"), third_party_kind("Norway"), third_party_kind(" / ")
    ('power', 'other', None)
    """
    if named.strip() in NOBODY:
        return None
    return "power" if _POWERS.search(named) else "other"


def is_unofficial(named: str) -> bool:
    """Whether someone is named who speaks for no state.

    >>> is_unofficial("the Council of Churches"), is_unofficial("Norway")
    (True, False)
    """
    return bool(_UNOFFICIAL.search(named))


# ---- conflicts -------------------------------------------------------------------------------------------------------
# A country as the one file has it, and as the other does.
ALIASES = {
    "congo zaire": "dr congo zaire", "zaire": "dr congo zaire", "myanmar": "myanmar burma", "burma": "myanmar burma",
    "cambodia": "cambodia kampuchea", "uk": "united kingdom", "russia": "russia soviet union",
    "soviet union": "russia soviet union", "yugoslavia": "serbia yugoslavia", "serbia": "serbia yugoslavia",
    "bosnia and herzegovina": "bosnia herzegovina", "bosnia": "bosnia herzegovina", "cote d ivoire": "ivory coast",
    "usa": "united states of america", "yemen": "yemen north yemen", "north yemen": "yemen north yemen",
    "zimbabwe": "zimbabwe rhodesia", "rhodesia": "zimbabwe rhodesia", "macedonia": "north macedonia macedonia fyr",
    "sri lanka": "sri lanka ceylon", "vietnam": "vietnam north vietnam",
}  # fmt: skip
# Words that half of all armed groups have in their names.
COMMON = frozenset(
    "government of the and front liberation army national movement republic people for united forces party faction "
    "democratic military revolutionary islamic serb in".split()
)
LAST_YEAR = 2011  # of an episode whose end is unknown
BY_SIDE, BY_TERRITORY = 2.0, 1.5  # weight of what is shared


@dataclass(frozen=True)
class _Conflict:
    """One UCDP conflict as names."""

    number: int
    country: str
    first: int
    last: int
    side_b: frozenset[str]
    territory: frozenset[str]


def matched_conflicts(mediation: pd.DataFrame, years: pd.DataFrame) -> list[float]:
    """The UCDP conflict of every row of Civil War Mediation; NaN where names do not say.

    Asked are the intrastate conflicts of a country (`years`: UCDP's conflict years) whose active years overlap the
    episode, give or take a year: the one with the most words of side B and of the territory in common (side B counts for
    more); if no word is, the country's only one.
    """
    conflicts = list(_conflicts(years))
    return [_matched(row, conflicts) for row in mediation.itertuples()]


def _conflicts(years: pd.DataFrame) -> Iterator[_Conflict]:
    for number, rows in years.groupby("conflict"):
        yield _Conflict(
            int(str(number)),
            _country(rows["location"].iloc[0]),
            int(rows["year"].min()),
            int(rows["year"].max()),
            _words(" ".join(rows["side_b"])),
            _words(" ".join(rows["territory"])),
        )


def _matched(row: Any, conflicts: list[_Conflict]) -> float:
    country = _country(row.country)
    begin, end = _span(row)
    asked = [
        conflict
        for conflict in conflicts
        if (country in conflict.country or conflict.country in country)
        and (begin is None or (conflict.first <= end + 1 and conflict.last >= begin - 1))
    ]
    side_b = _words(row.side_b)
    territory = _words(row.territory) - _words(row.country)
    scores = [
        BY_SIDE * len(side_b & conflict.side_b) / max(1, len(side_b))
        + BY_TERRITORY * len(territory & conflict.territory) / max(1, len(territory))
        for conflict in asked
    ]
    if scores and max(scores) > 0:
        return float(asked[scores.index(max(scores))].number)
    return float(asked[0].number) if len(asked) == 1 else float("nan")


def _span(row: Any) -> tuple[int | None, int]:
    """First and last year of the episode of a row, as far as they are known."""
    begun = [date.year for date in (row.episode_started, row.began) if pd.notna(date)]
    ended = row.episode_ended.year if pd.notna(row.episode_ended) else row.year_ended
    return (begun[0] if begun else None), int(ended) if pd.notna(ended) else LAST_YEAR


def _plain(text: str) -> str:
    """Small ASCII letters, digits and blanks."""
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9 ]", " ", ascii_only)


def _country(text: str) -> str:
    """A country under the name that UCDP has.

    >>> _country("Burma"), _country("Myanmar (Burma)")
    ('myanmar burma', 'myanmar burma')
    """
    name = " ".join(_plain(text).split())
    return ALIASES.get(name, name)


def _words(text: str) -> frozenset[str]:
    """The words of a name that tell it from others.

    >>> sorted(_words("National Front for the Liberation of Bougainville"))
    ['bougainville']
    """
    return frozenset(word for word in _plain(text).split() if len(word) > 1 and word not in COMMON)
