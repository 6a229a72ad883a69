"""The lessons: every answer is filled in, and says what the runs say in either direction."""

import re
from string import Formatter

import numpy as np
import pandas as pd
import pytest

from docs.generate import teaching


def test_every_place_of_the_lessons_has_an_answer():
    text = teaching.TEXT.read_text("utf-8")
    places = {name for _, name, _, _ in Formatter().parse(text) if name} - {"made"}
    page = teaching.page(20)
    assert places == set(teaching.answers(20)) and "{" not in page and "nan" not in page
    assert "multitrack classroom --out classroom.html" in page


def table(agreed, attacks):
    seeds = range(len(agreed))
    return pd.DataFrame({"seed": seeds, "agreed": np.asarray(agreed, float), "attacks": np.asarray(attacks, float)})


@pytest.mark.parametrize(
    ("outcome", "one", "other"),
    [("agreed", "more reach an agreement", "fewer reach an agreement"), ("attacks", "more attacks", "fewer attacks")],
)
def test_exchanged_arms_flip_the_sentence(outcome, one, other):
    few, many = table([0] * 60 + [1] * 40, [0, 1] * 50), table([0] * 30 + [1] * 70, [3, 2] * 50)
    said = [teaching.told(*arms, ("A", "B"), outcome) for arms in ((few, many), (many, few))]
    assert one in said[0] and other in said[1]
    assert re.findall(r"\d+\.\d+", said[0]) == re.findall(r"\d+\.\d+", said[1])


def test_what_is_not_clear_is_said_so():
    same = table([0, 1] * 50, [1, 2] * 50)
    assert "No pair of runs differs" in teaching.told(same, same, ("A", "B"), "agreed")
    near = table([1, 0] + [0, 1] * 49, [1, 2] * 50)
    assert "No clear difference" in teaching.told(same, near, ("A", "B"), "agreed")
