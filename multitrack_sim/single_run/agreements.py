"""The agreements of one run, one by one: who signed, joined and left, what each covers, and how it ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..model import PeaceProcess
from ..reports.words import capital, count_name, listing, percent
from ..schema.categories import Agreement, Phase
from ..schema.events import Event
from .event_log import Happening, happenings, row_name, when

__all__ = ["CALLED", "Signed", "agreements_told", "signed_agreements"]

CALLED = {
    Agreement.NONE: "no agreement",
    Agreement.CEASEFIRE: "ceasefire",
    Agreement.FRAMEWORK: "partial agreement",
    Agreement.COMPREHENSIVE: "comprehensive agreement",
}
AT_STAKE = "of what is at stake"
MOST_TOLD = 6  # agreements told one by one
MOST_PARTIES = 8  # named in a sentence
MOVES = (Event.PARTY_ACCEDED, Event.PARTY_LEFT)


@dataclass(frozen=True)
class Signed:
    """One agreement. Months are -1 where something has not happened; parties are rows of `governments`."""

    kind: Agreement
    signed: int
    in_force: int
    ended: int
    reach: float
    signatories: tuple[int, ...]
    moves: tuple[Happening, ...]  # accessions and departures while it stood, in their order

    @property
    def substantive(self) -> bool:
        return self.kind > Agreement.CEASEFIRE


def signed_agreements(model: PeaceProcess) -> list[Signed]:
    """Every agreement that the tables hold, in the order of signature."""
    moves = [one for one in happenings(model) if one.kind in MOVES]
    parties, found = len(model.tables.governments), []
    for at, row in enumerate(model.tables.accords):
        if row["signed"] < 0:
            continue
        kind, signed, in_force, ended = Agreement(row["kind"]), *(int(row[n]) for n in ("signed", "in_force", "ended"))
        stood = in_force >= 0 and kind > Agreement.CEASEFIRE
        mine = [one for one in moves if stood and in_force <= one.month <= (ended if ended >= 0 else model.month)]
        months = model.tables.signatures["signed"][at * parties : (at + 1) * parties]
        signers = tuple(i for i in range(parties) if _signed_first(i, int(months[i]), signed, mine))
        found.append(Signed(kind, signed, in_force, ended, float(row["reach"]), signers, tuple(mine)))
    return found


def _signed_first(party: int, month: int, signed: int, moves: Sequence[Happening]) -> bool:
    """Whether a party signed at the beginning. One that left and joined again bears the month of its return."""
    if month == signed:
        return not any(one.kind == Event.PARTY_ACCEDED and one.who == party and one.month == signed for one in moves)
    own = [one for one in moves if one.who == party]
    return month > signed and bool(own) and own[0].kind == Event.PARTY_LEFT


# ---- in words --------------------------------------------------------------------------------------------------------
def agreements_told(model: PeaceProcess, safe: Callable[[str], str]) -> list[str]:
    """A sentence or two on each agreement; ceasefires are told together."""
    signed = signed_agreements(model)
    accords = [one for one in signed if one.substantive]
    told = [_told(model, one, one is signed[-1], safe) for one in accords[:MOST_TOLD]]
    first = next((at for at, one in enumerate(accords[:MOST_TOLD]) if one.in_force >= 0), None)
    if first is not None:  # the term is explained once
        told[first] = told[first].replace(AT_STAKE, f"{AT_STAKE} (by salience and by the power of those who signed)", 1)
    left = len(accords) - len(told)
    told += [f"{capital(count_name(left))} more {'were' if left > 1 else 'was'} signed."] if left else []
    told += _ceasefires_told(model, [one for one in signed if not one.substantive])
    unheld = int(model.tables.tally["agreements_signed"][0]) - len(signed)
    return told + (
        [f"The table of agreements is full: {count_name(unheld)} later ones are not in it."] if unheld else []
    )


def _told(model: PeaceProcess, one: Signed, last: bool, safe: Callable[[str], str]) -> str:
    """One partial or comprehensive agreement."""
    who = _parties(model, one.signatories, safe)
    told = [f"{CALLED[one.kind].capitalize()}, signed in {when(model, one.signed)} by {who}"]
    if one.in_force < 0:
        waits = last and model.tables.process["phase"][0] == Phase.SIGNED
        return f"{told[0]}: {'it awaits ratification' if waits else 'it was not ratified'}."
    told.append(f"With it, {percent(one.reach)} {AT_STAKE} is covered")
    told += [_move_told(model, kind, one.moves, safe) for kind in MOVES]
    ended = f"It collapsed in {when(model, one.ended)}" if one.ended >= 0 else "It is in force"
    return ". ".join(filter(None, [*told, ended])) + "."


def _move_told(model: PeaceProcess, kind: Event, moves: Sequence[Happening], safe: Callable[[str], str]) -> str:
    """Who joined, or who left, and when; many in a number."""
    some = [one for one in moves if one.kind == kind]
    verb = "joined" if kind == Event.PARTY_ACCEDED else "left"
    if len(some) > MOST_PARTIES:
        return f"{capital(count_name(len(some)))} times a party {verb} it"
    named = [f"{safe(row_name(model, 'governments', one.who))} in {when(model, one.month)}" for one in some]
    return f"{'Joined' if verb == 'joined' else 'Left'} by {listing(named, MOST_PARTIES)}" if named else ""


def _ceasefires_told(model: PeaceProcess, ceasefires: Sequence[Signed]) -> list[str]:
    """Ceasefires that parties agreed while they talked, in one sentence."""
    if not ceasefires:
        return []
    spans = [
        f"{when(model, one.signed)}, {f'ended in {when(model, one.ended)}' if one.ended >= 0 else 'which holds'}"
        for one in ceasefires[:MOST_TOLD]
    ]
    left = len(ceasefires) - len(spans)
    more = f"; and {count_name(left)} more" if left else ""
    return [f"{'Ceasefires' if len(ceasefires) > 1 else 'Ceasefire'} agreed: {'; '.join(spans)}{more}."]


def _parties(model: PeaceProcess, rows: Sequence[int], safe: Callable[[str], str]) -> str:
    return listing([safe(row_name(model, "governments", row)) for row in rows], MOST_PARTIES)
