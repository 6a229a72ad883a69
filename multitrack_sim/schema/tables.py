"""The world as a set of tables: their columns, and worlds made, copied and restored.

Every table is a numpy structured array with one row per entity and columns of eight bytes. All tables of a world are
views on one flat buffer, so that a snapshot is one copy, a comparison of worlds one comparison, and any cell has an
address: that is how settings and interventions reach it. Rows lie in the order of their permanent `id`; relations
(`row`, `party`, `of` ...) name rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .categories import AcademicKind, InterventionKind, MeasureKind, OrganisationKind, Programme, Ratifier, SpoilerKind
from .parameters import PARAMETERS

__all__ = ["NAMED", "REFERS", "RELATIONS", "SPARSE", "TABLES", "Column", "Table"]


@dataclass(frozen=True)
class Column:
    """One column. `given` columns may be written in a scenario; the others are what the month computes."""

    name: str
    meaning: str
    low: float = float("-inf")
    high: float = float("inf")
    default: float = 0.0
    given: bool = False
    whole: bool = False
    choices: tuple[str, ...] = ()
    unit: str = "share"


@dataclass(frozen=True)
class Table:
    name: str
    meaning: str
    columns: tuple[Column, ...]

    @property
    def dtype(self) -> np.dtype:
        return np.dtype([(c.name, "i8" if c.whole else "f8") for c in self.columns], align=True)

    def column(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)


def _given(name, meaning, default, low=0.0, high=1.0, **more):
    return Column(name, meaning, low, high, default, given=True, **more)


def _choice(name, meaning, default, choices):
    return Column(
        name, meaning, 0, len(choices) - 1, choices.index(default), given=True, whole=True, choices=choices, unit="kind"
    )


def _state(name, meaning, low=0.0, high=1.0, default=0.0, unit="share"):
    return Column(name, meaning, low, high, default, unit=unit)


def _count(name, meaning, low=0, high=2**53, default=0, unit="count"):
    return Column(name, meaning, low, high, default, whole=True, unit=unit)


def _flag(name, meaning):
    return _count(name, meaning, 0, 1, unit="0 or 1")


_ANY = float("inf")
_ID = _count("id", "permanent number of the row, part of every address of chance", unit="number")
_ACTIVE = Column("active", "whether the row takes part", 0, 1, 1, given=True, whole=True, unit="0 or 1")

# Where trust comes from: each source is a column of `dyads`, and together with the prior they add up to trust.
LEDGER = ("from_measures", "from_attacks", "from_dialogue", "from_accord", "from_leaders", "from_limit")

# fmt: off
_ALL = [
    Table("governments", "the official leadership of one party: a state, an armed movement, an authority", (
        _ID, _ACTIVE,
        _given("power", "weight of the party, relative to the others", 1.0, 0.001, 1000, unit="relative"),
        _given("hawkishness", "how hawkish the leadership is", 0.5),
        Column("required", "whether an accord needs its signature", 0, 1, 1, given=True, whole=True, unit="0 or 1"),
        _choice("ratified_by", "who ratifies for the party", "leader", Ratifier.words()),
        _given("population", "weight of its publics, relative to the others (0: none)", 1.0, 0, 1000, unit="relative"),
        _given("patience", "aspiration at the start, against the scenario's", 0.0, -1, 1, unit="share, signed"),
        _given("stalemate", "its part in the hurting stalemate, against the scenario's", 1.0, 0, 3, unit="factor"),
        _given("outside", "pressure from its own patrons: -1 carry it away from the table, 1 carry it to it", 0.0, -1, 1, unit="share, signed"),
        _given("interests", "organised interests: -1 live from the conflict, 1 lose by it", 0.0, -1, 1, unit="share, signed"),
        _given("military", "its military: -1 wants to fight on, 1 wants out", 0.0, -1, 1, unit="share, signed"),
        Column("term", "months between elections (0: none)", 0, 1200, 0, given=True, whole=True, unit="months"),
        Column("next_election", "month of the first election (0: a term after the start)", 0, 10_000, 0, given=True, whole=True, unit="month"),
        _given("attitude", "mean attitude of its communities, against the scenario's", 0.0, -1, 1, unit="share, signed"),
        _flag("reliable", "hidden type of the leadership"),
        _state("base_hawkishness", "hawkishness of the party, around which new leaderships fall"),
        _state("share_of_power", "power as a share of all"),
        _state("burden", "what the conflict has cost of late", 0, _ANY, unit="burden"),
        _state("pressure", "pressure to talk", -_ANY, _ANY, unit="motivation"),
        _state("mobilisation", "how far its civil society is mobilised for a settlement"),
        _state("motivation", "wish to end the conflict"),
        _state("optimism", "probability, as it sees it, that a text would leave a surplus"),
        _state("readiness", "readiness to talk"),
        _state("will", "political will for co-operation this month"),
        _state("war_value", "expected value of fighting on, before its costs", -_ANY, _ANY, unit="value"),
        _state("draft_value", "value of the text, before doubts", -_ANY, _ANY, unit="value"),
        _state("surplus", "value of signing less value of fighting on, as it sees it", -_ANY, _ANY, unit="value"),
        _state("aspiration", "surplus demanded, as a share of the margin"),
        _state("instructed", "readiness on which its delegation acts, after the lag of instructions"),
        _state("restraint", "of its concessions, what factions of its own at the table withhold"),
        _state("concession", "aspiration given up this month (below 0: hardened)", -1, 1),
        _state("others_concession", "mean concession of the others last month"),
        _state("belief", "mean probability it gives to the others' being reliable"),
        _state("misperception", "mean misperception of the others"),
        _state("support", "mean support for a settlement among its communities"),
        _state("grievance", "mean grievance among its communities"),
        _state("months_in_office", "months in office", 0, _ANY, unit="months"),
        _state("endorsement", "how far it lends its name to unofficial dialogue (behind the gate)"),
        _state("perceived_support", "what it takes its publics' support for"),
        _state("programme_reach", "probability that a community of its is reached by a programme"),
        _state("reach_education", "of that, by education"),
        _state("reach_interfaith", "of that, by interfaith work"),
        _state("resentment", "grievance that coercion of factions, and what an accord leaves out, breed among its communities this month"),
        _state("cue", "what its leader tells the public: -1 against a settlement, 1 for it", -1, 1, unit="share, signed"),
        _state("reasons", "what its whole public has for or against a settlement this month", -_ANY, _ANY, unit="log-odds"),
        _count("delegates", "participants seen as its own at the workshop that is held"),
        _count("first_community", "first row of its communities", unit="row"),
        _count("count", "number of its communities", unit="communities"),
        _state("strike", "fear that this month's attacks spread among its communities"),
    )),
    Table("dyads", "how one party (of) sees another (other), every ordered pair", (
        _ID,
        _count("of", "the party that believes", unit="row"),
        _count("other", "the party believed about", unit="row"),
        _state("trust", "belief that the other is reliable", -_ANY, _ANY, unit="log-odds"),
        _state("prior", "what it would believe without evidence", -_ANY, _ANY, unit="log-odds"),
        *(_state(source, "contribution to trust " + source.replace("_", " "), -_ANY, _ANY, unit="log-odds") for source in LEDGER),
        _state("misperception", "how wrongly it reads the other"),
        _given("recognition", "how far it recognises the other as a partner for talks", 1.0),
        _state("reports", "unofficial reports on this leadership heard so far", 0, _ANY, unit="reports"),
        _state("contact", "living unofficial contact, as officials feel it (behind the gate)"),
    )),
    Table("issues", "one item of the agenda", (
        _ID, _ACTIVE,
        _given("indivisibility", "how hard it is to divide (0 money, 1 sacred)", 0.5),
        _given("potential", "share of the loss from compromise that good options could save", 0.6),
        Column("tabled", "whether it is on the official agenda (0: avoided)", 0, 1, 1, given=True, whole=True, unit="0 or 1"),
        _given("weight", "salience for a party that names none of its own", 1.0, 0, 1000, unit="relative"),
        _state("found_official", "options found by official talks"),
        _state("found_unofficial", "options found by unofficial dialogue"),
        _state("known", "options all required parties know"),
        _state("draft", "position of the text"),
        _flag("deferred", "whether a gradual agenda has put it off"),
        _state("line", "position of unofficial dialogue on it", default=0.5),
        _flag("settled", "whether every required party can live with the text on it"),
        _flag("in_accord", "whether the accord in force covers it"),
        _flag("in_interim", "whether the interim accord covers it"),
    )),
    Table("stakes", "what one party wants on one issue (party by party, issue by issue)", (
        _ID,
        _count("party", "the party", unit="row"),
        _count("issue", "the issue", unit="row"),
        _given("ideal", "position it wants", 0.5),
        _given("salience", "share of its attention, adding up to 1 over its issues", 0.0, unit="share"),
        _state("known_official", "officially found options it knows"),
        _state("known_unofficial", "unofficially found options its officials know (behind the gate)"),
        _state("war_value", "expected value on this issue of fighting on", -_ANY, _ANY, unit="value"),
    )),
    Table("academics", "an unofficial participant: scholar, former official or officer, business or religious leader ...", (
        _ID, _ACTIVE,
        _count("party", "whose side it is seen on (-1: none)", -1, unit="row"),
        _choice("kind", "what the participant is", "scholar", AcademicKind.words()),
        _given("access", "nearness to its leadership", 0.5),
        _given("credibility", "how far its leadership believes it", 0.6),
        _given("openness", "readiness to hear the other side", 0.6),
        _given("reach", "nearness to publics", 0.3),
        _state("closed", "of its openness, lost to hardening"),
        _state("willing", "probability that it would come to the workshop that is held"),
        _count("first_pair", "first row of the pairs in which it stands first", unit="row"),
        _count("pairs", "number of these pairs"),
        _flag("attends", "whether it is at this month's workshop"),
        _count("invited", "workshops attended so far", unit="workshops"),
        _flag("hardened", "whether it came away hardened from its last workshop"),
    )),
    Table("positions", "what an unofficial participant would settle for on one issue", (
        _ID,
        _count("academic", "the participant", unit="row"),
        _count("issue", "the issue", unit="row"),
        _given("position", "where it would settle (absent: its party's ideal, moved to the middle by openness)", 0.5),
    )),
    Table("rapport", "a pair of participants of different parties", (
        _ID,
        _count("one", "first participant", unit="row"),
        _count("two", "second participant", unit="row"),
        _state("trust", "personal trust between them"),
        _count("months_since", "months since they met", default=9999, unit="months"),
    )),
    Table("ngos", "a convenor or local organisation", (
        _ID, _ACTIVE,
        _count("party", "whose side it is seen on (-1: none)", -1, unit="row"),
        _given("capacity", "what it can do with its money", 0.7),
        _given("skill", "skill in facilitation", 0.6),
        _given("share_track_two", "of its work, unofficial dialogue (the rest is grassroots)", 0.5),
        _given("reach", "access to communities", 0.6),
        _given("legitimacy", "how far participants of all sides accept its invitation", 0.7),
        _choice("programme", "what its grassroots work is", "exchange", Programme.words()),
        _state("granted_track_two", "money received for unofficial dialogue", 0, _ANY, unit="money"),
        _state("spent_track_two", "money spent on unofficial dialogue", 0, _ANY, unit="money"),
        _state("burned_track_two", "money for unofficial dialogue lost when the track was muted", 0, _ANY, unit="money"),
        _state("granted_track_three", "money received for grassroots programmes", 0, _ANY, unit="money"),
        _state("spent_track_three", "money spent on grassroots programmes", 0, _ANY, unit="money"),
        _state("spent_research", "of it, on research and papers", 0, _ANY, unit="money"),
        _flag("convenes", "whether it holds a workshop this month"),
    )),
    Table("standing", "how legitimate one party finds one convenor", (
        _ID,
        _count("ngo", "the convenor", unit="row"),
        _count("party", "the party", unit="row"),
        _given("legitimacy", "how far the party's participants accept its invitation, against the convenor's legitimacy", 1.0, 0, 2, unit="factor"),
    )),
    Table("communities", "a locality of one party on a social network", (
        _ID,
        _count("party", "its party", unit="row"),
        _count("first_tie", "first row of its ties", unit="row"),
        _count("ties", "number of its ties"),
        _state("attitude", "attitude to the other side: 0 hostile, 1 warm"),
        _state("attitude_before", "its attitude last month, as neighbours read it"),
        _state("home", "where its attitude came from and slowly returns to"),
        _state("support", "support for a settlement"),
        _state("fear", "fear"),
        _state("grievance", "grievance"),
        _state("dividend", "peace dividend felt"),
        _state("programme_effect", "what programmes moved in those who took part, partly forgotten", -1, 1, unit="share, signed"),
        _count("programme", "1 in an exchange, 2 in education, 3 in interfaith work, below 0 in one that backfires, 0 in none", -3, 3, unit="kind"),
        _state("programme_months", "months in programmes so far", 0, _ANY, unit="months"),
    )),
    Table("ties", "whom a community hears", (
        _count("heard", "the community heard", unit="row"),
        _state("weight", "how much it counts"),
    )),
    Table("spoilers", "a faction that may wreck the process", (
        _ID, _ACTIVE,
        _count("party", "the party it comes from", 0, unit="row"),
        _choice("kind", "what would satisfy it", "limited", SpoilerKind.words()),
        Column("inside", "whether it sits at the table", 0, 1, 0, given=True, whole=True, unit="0 or 1"),
        _given("capacity", "what it can do", 0.125),
        _given("ideal", "position it wants on its key issue", 0.5),
        Column("key_issue", "the issue it fights over", 0, 2**53, 0, given=True, whole=True, unit="row"),
        _state("base_capacity", "capacity at the start, to which it tends"),
        _state("threat", "how much progress threatens it", 0, _ANY, unit="threat"),
        _count("attacks", "attacks so far", unit="attacks"),
        _flag("struck", "whether it attacked this month"),
    )),
    Table("measures", "a confidence-building measure", (
        _ID, _ACTIVE,
        _choice("kind", "category", "transparency", MeasureKind.words()),
        _given("sensitivity", "how much is at stake in complying", 0.4),
        _given("cost", "what it costs", 1.0, 0, 100, unit="relative"),
        _given("verifiable", "how far third parties can see violations of it", 1.0),
        Column("in_force", "whether it is in force", 0, 1, 0, given=True, whole=True, unit="0 or 1"),
        _count("months_in_force", "months in force", unit="months"),
        _flag("lapsed", "whether it was suspended or dropped before"),
    )),
    Table("commitments", "what one party does about one measure (measure by measure, party by party)", (
        _ID,
        _count("measure", "the measure", unit="row"),
        _count("party", "the party", unit="row"),
        _flag("complied", "whether it complied in the last review period"),
        _count("violations", "violations so far"),
    )),
    Table("organisations", "mediator, guarantor, international or regional organisation, donor", (
        _ID, _ACTIVE,
        _choice("kind", "what it is; a word for readers: what it does stands in its other columns", "mediator", OrganisationKind.words()),
        _given("skill", "skill in mediation", 0.0),
        _given("impartiality", "how even-handed the parties find it", 0.8),
        _given("leverage", "what it can offer and withhold", 0.0),
        _given("guarantee", "how credibly it enforces an accord", 0.0),
        _given("monitoring", "how much it sees of breaches", 0.0),
        _given("funding", "what it adds to the money for unofficial work, against what donors give", 0.0, 0, 10, unit="factor"),
        _given("hosting", "how far invitations are accepted because it hosts or sponsors them", 0.0),
        _given("pressure", "how hard it presses the parties to talk", 0.0),
        _given("proposes", "how much it proposes and accompanies measures", 0.0),
        _state("effort", "what it puts into mediation this month"),
    )),
    Table("provisions", "what one party owes on one issue of a signed accord", (
        _ID,
        _count("party", "the party", unit="row"),
        _count("issue", "the issue", unit="row"),
        _count("due", "month in which it falls due (-1: not in the accord)", -1, default=-1, unit="month"),
        _count("carried_out", "1 carried out, -1 breached, 0 not yet due", -1, 1, unit="kind"),
    )),
    Table("process", "one row: where the whole stands", (
        _count("key", "the seed", unit="seed"),
        _count("month", "months that have passed", unit="months"),
        _count("phase", "phase, by number", unit="kind"),
        _count("months_in_phase", "months in this phase", unit="months"),
        _state("violence", "level of violence this month", 0, _ANY),
        _state("attack_violence", "of it, from attacks", 0, _ANY),
        _count("attacks_now", "attacks this month", unit="attacks"),
        _count("escalations_now", "incidents that escalated this month"),
        _state("attack_memory", "public memory of attacks"),
        _flag("ceasefire", "whether a ceasefire holds"),
        _count("ceasefire_months", "months it has held", unit="months"),
        _state("guarantee", "outside guarantee of an accord"),
        _state("monitoring", "outside monitoring of an accord"),
        _state("interest", "interest of donors in unofficial work", default=1.0),
        _state("inequality", "lead in power of the first party over the second"),
        _state("pressure", "pressure of organisations for talks"),
        _state("sponsors", "what organisations add to the money for unofficial work", 0, _ANY, unit="factor"),
        _state("hosting", "standing that organisations lend to convenors"),
        _state("proposers", "organisations that propose measures"),
        _state("ownership", "how far groups that took part own the accord"),
        _flag("interim", "whether an accord on the divisible issues is in force, others put off"),
        _count("interim_month", "month in which it was signed (-1: never)", -1, default=-1, unit="month"),
        _flag("final_talks", "whether talks on what was put off are under way"),
        _state("mediation", "skill brought to bear by mediators"),
        _state("fairness", "how far mediation moves the text to the fair point"),
        _state("leverage", "leverage of mediators"),
        _state("deadlock", "months without progress", 0, _ANY, unit="months"),
        _state("best_gap", "best progress so far in this round", -_ANY, _ANY, default=-99.0, unit="value"),
        _state("progress", "how near the parties are to a text all want"),
        _state("milestone", "months since the last milestone", 0, _ANY, default=99.0, unit="months"),
        _state("least_readiness", "readiness of the least ready required party"),
        _state("least_surplus", "surplus of the required party that gains least", -_ANY, _ANY, unit="value"),
        _state("momentum", "momentum of civil society"),
        _state("alarm", "spoilers' alarm at public dialogue (behind the gate)", 0, _ANY),
        _state("contact", "strongest unofficial contact between required parties (behind the gate)"),
        _flag("channel", "whether a back channel is open"),
        _flag("secret", "whether the accord was made in secret"),
        _state("backlash", "support lost to a leak"),
        _state("legitimacy", "legitimacy of the accord", default=1.0),
        _state("transparency", "strength of transparency measures in force"),
        _state("hotline", "strength of communication measures in force"),
        _state("cooperation", "strength of cooperation in public view"),
        _state("bitterness", "memory of a failed accord"),
        _state("failed_votes_now", "legitimacy lost in failed votes"),
        _count("accord", "kind of the accord signed last", 0, 3, unit="kind"),
        _count("signed_month", "month of the last signature (-1: none)", -1, default=-1, unit="month"),
        _state("settled", "of the weight of all issues, settled"),
        _state("carried_out", "of all provisions, carried out"),
        _state("breached", "of the provisions due, breached"),
        _state("ownerless", "of the weight of all issues, left out of the accord"),
        # what outcomes are counted from
        _count("agreement", "most far-reaching agreement ratified", 0, 3, unit="kind"),
        _count("ended_by", "first end of the conflict", 0, 4, unit="kind"),
        _count("month_ended", "month of the last end (-1: none)", -1, default=-1, unit="month"),
        _count("month_ended_first", "month of the first end (-1: none)", -1, default=-1, unit="month"),
        _count("month_recurred", "month in which fighting resumed after it (-1: none)", -1, default=-1, unit="month"),
        _count("month_talks", "month talks first opened (-1: none)", -1, default=-1, unit="month"),
        _count("month_round", "month the present round of talks, or the back channel, opened (-1: none)", -1, default=-1, unit="month"),
        _count("months_of_round", "months from the opening of its round to the first ratified accord (-1: none)", -1, default=-1, unit="months"),
        _count("month_agreed", "month the first ratified accord was signed (-1: none)", -1, default=-1, unit="month"),
        _count("month_collapsed", "month of the first collapse (-1: none)", -1, default=-1, unit="month"),
        _count("ratified", "1 the last text was ratified, 0 voted down, -1 no vote", -1, 1, default=-1, unit="kind"),
        _flag("durable", "whether an accord became durable"),
        _count("votes_failed", "failed ratifications"),
        _count("collapses", "accords that collapsed"),
        _count("breakdowns", "rounds that broke down"),
        _count("leader_changes", "leaderships replaced"),
        _count("escalations", "incidents that escalated so far"),
        _count("attacks", "attacks so far"),
        _count("attacks_foiled", "attacks foiled so far"),
        _count("violations_seen", "violations of measures seen so far"),
        _count("reports_heard", "reports that got through so far"),
        _count("workshops", "workshops so far"),
        _count("back_channels", "back channels so far"),
        _count("months_at_peace", "months at peace so far", unit="months"),
        _count("months_in_talks", "months in talks so far", unit="months"),
        _count("months_without_channel", "months without any channel so far", unit="months"),
        _state("violence_total", "sum of violence so far", 0, _ANY),
        _state("readiness_total", "sum of mean readiness before an accord", 0, _ANY),
        _count("readiness_months", "months in that sum", unit="months"),
        _state("measures_total", "sum of measures in force", 0, _ANY),
        _count("provisions_due", "provisions that fell due"),
        _count("provisions_done", "provisions carried out"),
        _state("spent_measures", "money spent on measures", 0, _ANY, unit="money"),
        _count("events", "events so far"),
    )),
    Table("interventions", "a change to one cell at one month", (
        _ID,
        _count("month", "month in which it happens", unit="month"),
        _count("until", "month in which the old value returns (-1: never)", -1, default=-1, unit="month"),
        _count("cell", "address of the cell", unit="cell"),
        _flag("cell_is_whole", "whether the cell holds a whole number"),
        _choice("kind", "what is done", "set", InterventionKind.words()),
        _state("value", "by or to what", -_ANY, _ANY, unit="any"),
        _state("low", "least that the cell may hold", -_ANY, _ANY, unit="any"),
        _state("high", "most that the cell may hold", -_ANY, _ANY, unit="any"),
        _state("saved", "value to return to", -_ANY, _ANY, unit="any"),
    )),
    Table("events", "what happened, in order (the first so many)", (
        _count("month", "month", unit="month"),
        _count("kind", "what, by number", unit="kind"),
        _count("who", "who did it (row of the table that fits; -1: nobody)", -1, unit="row"),
        _count("whom", "to whom (-1: nobody)", -1, unit="row"),
        _state("amount", "by how much", -_ANY, _ANY, unit="any"),
    )),
]

# fmt: on
_PARAMETERS = Table(
    "parameters",
    "one row: the settings of the run",
    tuple(
        Column(
            p.column,
            p.meaning,
            p.low,
            p.high,
            p.default,
            given=True,
            whole=bool(p.choices),
            choices=p.choices,
            unit=p.unit,
        )
        for p in PARAMETERS.values()
    ),
)  # fmt: skip
TABLES: dict[str, Table] = {table.name: table for table in [_PARAMETERS, *_ALL]}
MOST_EVENTS = 4000

# Tables whose rows people name, tables of pairs, and which table the words of a referring column name.
NAMED = ("governments", "issues", "academics", "ngos", "spoilers", "measures", "organisations")
RELATIONS = {
    "stakes": ("party", "issue"),
    "dyads": ("of", "other"),
    "positions": ("academic", "issue"),
    "standing": ("ngo", "party"),
}
SPARSE = ("dyads", "positions", "standing")  # relations of which a scenario holds only the pairs that were written
REFERS = {
    "party": "governments", "of": "governments", "other": "governments", "issue": "issues", "key_issue": "issues",
    "academic": "academics", "ngo": "ngos",
}  # fmt: skip
