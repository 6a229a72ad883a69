"""Numbers, months and strangers' names as words that are safe where they are shown."""

from __future__ import annotations

import math
import re
import textwrap
from collections import Counter
from collections.abc import Iterable
from itertools import count

from ..analysis.verdicts import digits_apart, digits_shown, signed_number, tells_apart
from ..errors import plain

__all__ = [
    "COUNTS",
    "LISTED",
    "MONTHS",
    "NUMBERED",
    "capital",
    "count_name",
    "counted",
    "file_stems",
    "for_figure",
    "for_label",
    "for_markdown",
    "interval",
    "listing",
    "month_name",
    "month_named",
    "percent",
    "percents",
    "plain",
    "share_digits",
    "signed",
    "with_ends",
]

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
COUNTS = "no one two three four five six seven eight nine ten eleven twelve".split()
NUMBERED = "month {number}"  # a month whose name in the calendar is not known
LISTED = {"and": " and ", "other": " and {count} other", "others": " and {count} others", "nobody": "nobody"}


def for_figure(text: object, longest: int = 80) -> str:
    """A name from a file as `plain` has it, for matplotlib, which would read `$...$` as a formula.

    >>> print(for_figure("from $5 to $9"))
    from \\$5 to \\$9
    """
    return plain(text, longest).replace("$", r"\$")


def for_label(text: object, wide: int = 22, longest: int = 40) -> str:
    """The same in lines of so many letters, for the narrow places of a figure.

    >>> for_label("no mediation from month 24"), for_label("$5")
    ('no mediation from\\nmonth 24', '\\\\$5')
    """
    return "\n".join(textwrap.wrap(plain(text, longest), wide)).replace("$", r"\$")


def for_markdown(text: object, longest: int = 80) -> str:
    """The same for Markdown, which would read marks and tags.

    >>> print(for_markdown("<b>*x*</b>"))
    \\<b\\>\\*x\\*\\</b\\>
    """
    return re.sub(r"([\\`*_{}\[\]<>#|$&~]|^[-+=@!])", r"\\\1", plain(text, longest))


def file_stems(names: Iterable[str]) -> list[str]:
    """Names as parts of file names that every system takes: each different, small letters and digits only.

    >>> file_stems(["no Track II", "No Track II!", "../../etc/passwd", "\u6f22"])
    ['no_track_ii', 'no_track_ii_2', 'etc_passwd', 'arm']
    """
    stems: list[str] = []
    for name in names:
        stem = re.sub(r"[^a-z0-9]+", "_", str(name).lower())[:40].strip("_") or "arm"
        stem = f"arm_{stem}" if stem.startswith("comparison") else stem  # figures of comparisons are called so
        numbered = (stem if at == 1 else f"{stem}_{at}" for at in count(1))
        stems.append(next(one for one in numbered if one not in stems))
    return stems


def month_name(month_zero: str | None, month: float, full: bool = False) -> str:
    """The calendar month that lies `month` months after `month_zero` ("1996-06"); empty where that is not known.

    >>> month_name("1996-06", 22), month_name("1996-06", 22, full=True)
    ('Apr 1998', 'April 1998')
    """
    if not month_zero:
        return ""
    try:
        year, first = map(int, str(month_zero).split("-")[:2])
    except ValueError:
        return ""
    count = year * 12 + first - 1 + int(month)
    name = MONTHS[count % 12]
    return f"{name if full else name[:3]} {count // 12}"


def month_named(month_zero: str | None, month: int, full: bool = False) -> str:
    """A month of the run by its calendar name, or by its number where the calendar is not known.

    >>> month_named("1996-06", 22, full=True), month_named("", 22)
    ('April 1998', 'month 22')
    """
    return month_name(month_zero, month, full) or NUMBERED.format(number=month)


def count_name(count: int) -> str:
    """A count as one writes it in a sentence.

    >>> count_name(11), count_name(110), count_name(1200)
    ('eleven', '110', '1,200')
    """
    return COUNTS[count] if 0 <= count < len(COUNTS) else f"{count:,}"


def counted(number: int, what: str) -> str:
    """A number of things.

    >>> counted(1, "run"), counted(1200, "month")
    ('1 run', '1,200 months')
    """
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def capital(text: str) -> str:
    """A sentence with a capital first letter, the rest as it is.

    >>> capital("the UN left")
    'The UN left'
    """
    return text[:1].upper() + text[1:]


def listing(names: Iterable[str], most: int = 3) -> str:
    """Names one after the other, each once, the most frequent first, with how often where they differ; few are named.

    >>> listing(["London", "Dublin", "London"]), listing(["Party 1", "Party 1", "Party 2"]), listing("abcde")
    ('London 2, Dublin 1', 'Party 1: 2, Party 2: 1', 'a, b, c and two others')
    """
    numbers = Counter(names)
    shown = [name for name, _ in numbers.most_common(most)]
    if len(numbers) > 1 and max(numbers.values()) > 1:
        mark = ":" if any(name[-1:].isdigit() for name in shown) else ""
        shown = [f"{name}{mark} {numbers[name]:,}" for name in shown]
        last = ", "
    else:
        last = LISTED["and"]
    left = len(numbers) - most
    if left > 0:
        return ", ".join(shown) + LISTED["others" if left > 1 else "other"].format(count=count_name(left))
    return last.join(filter(None, [", ".join(shown[:-1]), shown[-1]])) if shown else LISTED["nobody"]


def signed(value: float, digits: int = 2) -> str:
    """A difference with its sign, as figures write it.

    >>> signed(0.5), signed(3, 0), signed(math.nan)
    ('+0.50', '+3', 'unknown')
    """
    return signed_number(value, digits)


def points(gap: float, low: float, high: float) -> str:
    """A difference of shares in points, with its interval.

    >>> points(0.05, 0.01, 0.09), points(0.05, 0.0002, 0.09)
    ('+5.0 points (95% interval +1.0 to +9.0)', '+5.00 points (95% interval +0.02 to +9.00)')
    """
    return with_ends(100 * gap, 100 * low, 100 * high, " points")


def with_ends(value: float, low: float, high: float, unit: str = "") -> str:
    """A difference with its interval, where there is one, in as many digits as `digits_shown` says.

    >>> with_ends(3.0, 0.04, 6.0, " months"), with_ends(-1.0, math.nan, math.nan)
    ('+3.00 months (95% interval +0.04 to +6.00)', '−1.0')
    """
    digits = digits_shown(value, low, high)
    if math.isnan(low) or math.isnan(high):
        return f"{signed_number(value, digits)}{unit}"
    ends = f"{signed_number(low, digits)} to {signed_number(high, digits)}"
    return f"{signed_number(value, digits)}{unit} (95% interval {ends})"


def in_brackets(zero: str, month: int) -> str:
    """A month of the run in brackets: by its calendar name, or its number where the calendar is not known.

    >>> in_brackets("", 3)
    ' (month 3)'
    """
    return f" ({month_named(zero, month)})"


def percent(share: float, digits: int | None = None) -> str:
    """A share in percent, with a decimal only where it would else be lost; or with so many `digits`.

    >>> percent(0.3449), percent(0.004), percent(1.0), percent(0.0), percent(0.98, 1)
    ('34%', '0.4%', '100%', '0%', '98.0%')
    """
    if math.isnan(share):
        return "unknown"
    hundred = round(100 * share, 9)  # so that 50.5 from two ways of computing it rounds alike
    if digits is not None:
        return f"{hundred:.{digits}f}%"
    if 0 < abs(hundred) < 0.95 or 99.05 < abs(hundred) < 100:
        return f"{hundred:.1f}%"
    return f"{round(hundred):d}%"


def share_digits(*shares: float, least: int = 0) -> int | None:
    """The `digits` of `percent` for shares that are read side by side: those that differ never read alike; None, its own
    choice, where that tells them apart. With a difference in points beside them they have as many as it, at `least` 1.

    >>> share_digits(0.98, 0.985), share_digits(0.34, 0.7), share_digits(1.0, 0.9999), share_digits(0.34, 0.7, least=1)
    (1, None, 2, 1)
    """
    known = {share for share in shares if not math.isnan(share)}
    if not least and tells_apart((float(percent(share)[:-1]) for share in known), (100 * share for share in known)):
        return None
    return digits_apart([0.0, 100.0, *(100 * share for share in known)], max(1, least))


def percents(*shares: float, least: int = 0) -> list[str]:
    """Shares that are read side by side.

    >>> percents(0.98, 0.985), percents(0.34, 0.7), percents(0.34, 0.7, least=1)
    (['98.0%', '98.5%'], ['34%', '70%'], ['34.0%', '70.0%'])
    """
    digits = share_digits(*shares, least=least)
    return [percent(share, digits) for share in shares]


def interval(estimate: float, low: float, high: float, digits: int | None = None) -> str:
    """A share with its interval.

    >>> interval(0.34, 0.30, 0.39)
    '34% (95% interval 30% to 39%)'
    """
    return f"{percent(estimate, digits)} (95% interval {percent(low, digits)} to {percent(high, digits)})"
