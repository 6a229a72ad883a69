"""`exp`, `log`, `power`, `sigma`: the bits pinned for every platform, their errors, and the same answers from Python.

The reference is `decimal` with 50 digits. Samples are fixed, so a test passes or fails for good.
"""

import json
import math
import os
import random
import re
import subprocess
import sys
import warnings
from decimal import Decimal, localcontext
from fractions import Fraction

import llvmlite.binding
import numba
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from multitrack_sim.engine import arithmetic
from multitrack_sim.engine.arithmetic import exp, log, power, sigma
from multitrack_sim.engine.compiled import COMPILED, OPTIONS, plain

FUNCTIONS = {"exp": exp, "log": log, "power": power, "sigma": sigma}
INFINITE, NO_NUMBER, SMALLEST = math.inf, math.nan, 2.0**-1022

# Bits to be found on every platform: function, arguments, answer.
KNOWN = [
    ("exp", ("0x1.0000000000000p+0",), "0x1.5bf0a8b145769p+1"),
    ("exp", ("-0x1.0000000000000p+0",), "0x1.78b56362cef38p-2"),
    ("exp", ("0x1.0000000000000p-1",), "0x1.a61298e1e069cp+0"),
    ("exp", ("-0x1.0000000000000p-1",), "0x1.368b2fc6f960ap-1"),
    ("exp", ("0x1.999999999999ap-4",), "0x1.1aec7b35a00d4p+0"),
    ("exp", ("-0x1.999999999999ap-4",), "0x1.cf46d99d52b3ap-1"),
    ("exp", ("0x1.3333333333333p-2",), "0x1.599058c8c1a96p+0"),
    ("exp", ("0x1.0000000000000p+1",), "0x1.d8e64b8d4ddaep+2"),
    ("exp", ("-0x1.0000000000000p+2",), "0x1.2c155b8213cf4p-6"),
    ("exp", ("0x1.4000000000000p+3",), "0x1.5829dcf950560p+14"),
    ("exp", ("-0x1.4000000000000p+4",), "0x1.1b48655f37267p-29"),
    ("exp", ("0x1.4000000000000p+4",), "0x1.ceb088b68e804p+28"),
    ("exp", ("0x1.9000000000000p+5",), "0x1.19103e4080b45p+72"),
    ("exp", ("-0x1.0aaaaaaaaaaabp+5",), "0x1.e1173c8da90b3p-49"),
    ("exp", ("0x1.12e0be826d695p-30",), "0x1.000000044b830p+0"),
    ("exp", ("-0x1.70ef54646d497p-57",), "0x1.0000000000000p+0"),
    ("exp", ("0x1.62e42fefa39efp-1",), "0x1.0000000000000p+1"),
    ("exp", ("0x1.62e42fefa39efp-2",), "0x1.6a09e667f3bccp+0"),
    ("exp", ("0x1.5e20000000000p+9",), "0x1.2fd8e4cbfa413p+1010"),
    ("exp", ("-0x1.5e20000000000p+9",), "0x1.af5fe9a485c8ep-1011"),
    ("exp", ("0x1.62e42fefa39efp+9",), "0x1.fffffffffff2ap+1023"),
    ("exp", ("-0x1.61d999999999ap+9",), "0x1.00d6be0b7ad5bp-1021"),
    ("log", ("0x1.0000000000000p+1",), "0x1.62e42fefa39efp-1"),
    ("log", ("0x1.0000000000000p-1",), "-0x1.62e42fefa39efp-1"),
    ("log", ("0x1.999999999999ap-4",), "-0x1.26bb1bbb55515p+1"),
    ("log", ("0x1.4000000000000p+3",), "0x1.26bb1bbb55516p+1"),
    ("log", ("0x1.8000000000000p+1",), "0x1.193ea7aad030ap+0"),
    ("log", ("0x1.fffffffffffffp-1",), "-0x1.0000000000000p-53"),
    ("log", ("0x1.0000000000001p+0",), "0x1.fffffffffffffp-53"),
    ("log", ("0x1.fae147ae147aep-1",), "-0x1.495453e6fd4bcp-7"),
    ("log", ("0x1.028f5c28f5c29p+0",), "0x1.460d6ccca367cp-7"),
    ("log", ("0x1.6a09e667f3bccp-1",), "-0x1.62e42fefa39f1p-2"),
    ("log", ("0x1.6a09e667f3bcdp-1",), "-0x1.62e42fefa39eep-2"),
    ("log", ("0x1.6a09e667f3bcdp+0",), "0x1.62e42fefa39f0p-2"),
    ("log", ("0x1.19799812dea11p-40",), "-0x1.ba18a998fffa0p+4"),
    ("log", ("0x1.5555555555555p-2",), "-0x1.193ea7aad030bp+0"),
    ("log", ("0x1.e240c9fbe76c9p+16",), "0x1.77281cad8a844p+3"),
    ("log", ("0x1.fffffffffffffp+1023",), "0x1.62e42fefa39efp+9"),
    ("log", ("0x1.0000000000000p-1022",), "-0x1.6232bdd7abcd2p+9"),
    ("power", ("0x1.3333333333333p-2", "0x1.6666666666666p-1"), "0x1.b8d809c615f41p-2"),
    ("power", ("0x1.0000000000000p-1", "0x1.0000000000000p-1"), "0x1.6a09e667f3bcdp-1"),
    ("power", ("0x1.ccccccccccccdp-1", "0x1.0000000000000p+0"), "0x1.ccccccccccccdp-1"),
    ("power", ("0x1.0000000000000p+1", "0x1.8000000000000p+1"), "0x1.ffffffffffffep+2"),
    ("power", ("0x1.47ae147ae147bp-7", "0x1.0000000000000p-2"), "0x1.43d136248490ep-2"),
    ("power", ("0x1.19799812dea11p-40", "0x1.999999999999ap-2"), "0x1.09e6a4f05e628p-16"),
    ("power", ("0x1.ff7ced916872bp-1", "0x1.8000000000000p+4"), "0x1.f3da2f189fdd3p-1"),
    ("power", ("0x1.6666666666666p-1", "-0x1.8000000000000p+0"), "0x1.b51cb7a3e8261p+0"),
    ("power", ("0x1.8000000000000p+1", "0x1.0000000000000p+3"), "0x1.9a0fffffffff8p+12"),
    ("power", ("0x1.3333333333333p-1", "0x1.8000000000000p+1"), "0x1.ba5e353f7ced8p-3"),
    ("power", ("0x1.b333333333333p+0", "-0x1.3333333333333p-2"), "0x1.b4a6de53c1333p-1"),
    ("sigma", ("0x1.999999999999ap-4",), "0x1.0cca12729afb8p-1"),
    ("sigma", ("-0x1.999999999999ap-4",), "0x1.e66bdb1aca090p-2"),
    ("sigma", ("0x1.0000000000000p+0",), "0x1.764d4f5d5a2bdp-1"),
    ("sigma", ("-0x1.0000000000000p+0",), "0x1.136561454ba86p-2"),
    ("sigma", ("0x1.4000000000000p+1",), "0x1.d9291ddb596f8p-1"),
    ("sigma", ("-0x1.4000000000000p+1",), "0x1.36b7112534847p-4"),
    ("sigma", ("-0x1.8000000000000p+2",), "0x1.4417772fa800fp-9"),
    ("sigma", ("0x1.8000000000000p+2",), "0x1.febbe888d0581p-1"),
    ("sigma", ("-0x1.e000000000000p+4",), "0x1.a56e0c2ac7cbfp-44"),
    ("sigma", ("0x1.e000000000000p+4",), "0x1.ffffffffffcb6p-1"),
    ("sigma", ("0x1.b7cdfd9d7bdbbp-34",), "0x1.0000000036f9cp-1"),
    ("sigma", ("-0x1.5e40000000000p+9",), "0x1.4ff475c68ca02p-1011"),
]  # fmt: skip

SPECIAL = [
    ("exp", (0.0,), 1.0), ("exp", (-0.0,), 1.0), ("exp", (INFINITE,), INFINITE), ("exp", (-INFINITE,), 0.0),
    ("exp", (NO_NUMBER,), NO_NUMBER), ("exp", (709.782712893385,), INFINITE), ("exp", (1e308,), INFINITE),
    ("exp", (-707.72,), 0.0), ("exp", (-745.0,), 0.0), ("exp", (-1e308,), 0.0), ("exp", (5e-324,), 1.0),
    ("log", (1.0,), 0.0), ("log", (0.0,), -INFINITE), ("log", (-0.0,), -INFINITE), ("log", (INFINITE,), INFINITE),
    ("log", (-INFINITE,), NO_NUMBER), ("log", (-1.0,), NO_NUMBER), ("log", (-SMALLEST,), NO_NUMBER),
    ("log", (NO_NUMBER,), NO_NUMBER), ("log", (5e-324,), -INFINITE), ("log", (-5e-324,), -INFINITE),
    ("log", (SMALLEST * (1 - 2**-52),), -INFINITE),
    ("power", (0.0, 0.5), 0.0), ("power", (-0.0, 0.5), 0.0), ("power", (0.0, 0.0), 1.0), ("power", (0.0, -1.0), INFINITE),
    ("power", (5e-324, 0.01), 0.0), ("power", (1.0, 1e308), 1.0), ("power", (1.0, -0.0), 1.0),
    ("power", (-2.0, 2.0), NO_NUMBER), ("power", (-2.0, 0.0), 1.0), ("power", (NO_NUMBER, 0.0), 1.0),
    ("power", (NO_NUMBER, 1.0), NO_NUMBER), ("power", (0.5, NO_NUMBER), NO_NUMBER), ("power", (INFINITE, 0.0), 1.0),
    ("power", (INFINITE, 2.0), INFINITE), ("power", (INFINITE, -2.0), 0.0), ("power", (0.5, INFINITE), 0.0),
    ("power", (2.0, INFINITE), INFINITE), ("power", (10.0, 400.0), INFINITE), ("power", (10.0, -400.0), 0.0),
    ("sigma", (0.0,), 0.5), ("sigma", (-0.0,), 0.5), ("sigma", (INFINITE,), 1.0), ("sigma", (-INFINITE,), 0.0),
    ("sigma", (40.0,), 1.0), ("sigma", (-709.79,), 0.0), ("sigma", (1e308,), 1.0), ("sigma", (-1e308,), 0.0),
    ("sigma", (NO_NUMBER,), NO_NUMBER),
]  # fmt: skip


def bits(number):
    """A number as text that tells every bit but those of a nan, which mean nothing."""
    return float(number).hex()


def answers(name, arguments):
    """The bits that compiled code and the same text as Python give; Python must not even warn."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return bits(FUNCTIONS[name](*arguments)), bits(plain(FUNCTIONS[name])(*arguments))


@pytest.mark.parametrize(("name", "arguments", "answer"), KNOWN)
def test_the_bits_are_those_of_every_platform(name, arguments, answer):
    assert answers(name, [float.fromhex(one) for one in arguments]) == (answer, answer)


@pytest.mark.parametrize(("name", "arguments", "answer"), SPECIAL)
def test_ends_and_what_is_no_number(name, arguments, answer):
    assert answers(name, arguments) == (bits(answer), bits(answer))


# ---- how far off -----------------------------------------------------------------------------------------------------


def off(found, exact):
    """The error in units of the last place of the exact answer."""
    return float(abs(Decimal(float(found)) - exact) / Decimal(math.ulp(float(exact))))


def exact_exp(x):
    return Decimal(x).exp()


def exact_log(x):
    return Decimal(x).ln()


def exact_sigma(x):
    return 1 / (1 + (-Decimal(x)).exp())


def near_one(draw, count):
    return [1 + math.copysign(2.0 ** draw.uniform(-52, -1), draw.uniform(-1, 1)) for _ in range(count)]


def tiny(draw, count):
    return [math.copysign(2.0 ** draw.uniform(-60, 0), draw.uniform(-1, 1)) for _ in range(count)]


def spread(draw, count, *ranges):
    return [draw.uniform(low, high) for low, high in ranges for _ in range(count)]


DRAW = random.Random(9)
ERRORS = [
    (exp, exact_exp, 0.6, spread(DRAW, 2000, (-1, 1), (-40, 40), (-690, 709.78)) + tiny(DRAW, 1000)),
    (exp, exact_exp, 0.6, [(k + 0.5 + d) * math.log(2) / 32 for k in range(-900, 900) for d in (-1e-13, 1e-13)]),
    (exp, exact_exp, 1.1, spread(DRAW, 1000, (-707.714, -690), (-707.714, -707.6))),
    (log, exact_log, 0.9, spread(DRAW, 2000, (0, 1), (0.5, 2), (0.7, 0.72), (1.4, 1.42)) + near_one(DRAW, 2000)),
    (log, exact_log, 0.9, [10.0**power for power in spread(DRAW, 2000, (-307.6, 308.2), (-12, 12))]),
    (sigma, exact_sigma, 2.5, spread(DRAW, 2000, (-3, 3), (-40, 40), (-700, 700)) + tiny(DRAW, 1000)),
]  # fmt: skip


@pytest.mark.parametrize(("function", "exact", "bound", "sample"), ERRORS)
def test_the_error_stays_within_its_bound(function, exact, bound, sample):
    with localcontext() as context:
        context.prec, context.Emin, context.Emax = 50, -9999, 9999
        worst = max((off(function(x), exact(x)), x) for x in sample)
    assert worst[0] <= bound


def test_the_error_of_a_power_grows_with_its_logarithm_as_stated():
    pairs = list(zip(spread(DRAW, 2000, (0, 1), (0, 30)), spread(DRAW, 2000, (0, 4), (-4, 4))))
    pairs += [(x, 1.0) for x in spread(DRAW, 500, (0, 1))] + [(x, 300.0) for x in spread(DRAW, 500, (0.1, 10))]
    with localcontext() as context:
        context.prec, context.Emin, context.Emax = 50, -9999, 9999
        for x, y in pairs:
            size = Decimal(y) * exact_log(x)
            assert off(power(x, y), size.exp()) <= 0.6 + 3 * abs(float(size)), (x, y)


def test_the_table_holds_the_nearest_numbers():
    """2 ** (i / 32) lies nearer to its entry than to any other number: compared as 32nd powers, in fractions."""
    assert len(arithmetic.POWERS) == arithmetic.STEPS == 32
    for i, (number, lacking) in enumerate(zip(arithmetic.POWERS, arithmetic.LACKING)):
        low, high = (Fraction(float(number)) + side * Fraction(1, 2**53) for side in (-1, 1))
        assert low**32 < 2**i < high**32
        better = Fraction(float(number)) * (1 + Fraction(float(lacking)))
        assert abs(better**32 / 2**i - 1) < Fraction(32, 2**100)


# ---- never falling ---------------------------------------------------------------------------------------------------


@numba.njit(**OPTIONS)
def falls(function, start, count):
    """How often the function falls from a number to the next above it, from `start` on."""
    at, upwards, found = np.float64(start).view(np.int64), 1 if start >= 0.0 else -1, 0
    before = function(start)
    for i in range(1, count):
        now = function(np.int64(at + upwards * i).view(np.float64))
        if now < before:
            found += 1
        before = now
    return found


def around(middle, count):
    """The number so many places below: where a walk of twice the count starts that has the middle in its middle."""
    at = int(np.float64(middle).view(np.int64))
    return float(np.int64(at - count if middle >= 0 else at + count).view(np.float64))


STEP = math.log(2) / 32
SEAMS_OF_EXP = [(k + 0.5) * STEP for k in range(-32 * 1021 - 1, 32 * 1024)]  # where one step of the table ends
SEAMS_OF_LOG = [math.sqrt(0.5) * 2.0**k for k in range(-1020, 1024)]  # where one power of 2 ends


@pytest.mark.parametrize(
    ("function", "middles"),
    [
        (exp, SEAMS_OF_EXP),
        (exp, spread(DRAW, 2000, (-40, 40), (-1, 1)) + tiny(DRAW, 2000)),
        (log, SEAMS_OF_LOG),
        (log, spread(DRAW, 2000, (0, 1), (0.5, 2)) + near_one(DRAW, 2000)),
        (sigma, SEAMS_OF_EXP),
        (sigma, spread(DRAW, 2000, (-40, 40), (-3, 3)) + tiny(DRAW, 2000)),
    ],
)
def test_from_a_number_to_the_next_it_never_falls(function, middles):
    reach = 20 if COMPILED else 2
    found = [middle for middle in middles if falls(function, around(middle, reach), 2 * reach)]
    assert found == []


@given(st.floats(0, 1), st.floats(0.0, 8.0))
def test_a_share_to_a_power_stays_a_share(x, y):
    assert 0.0 <= power(x, y) <= 1.0


# ---- compiled and Python ---------------------------------------------------------------------------------------------

FULL_NAN = float(np.int64(2**63 - 1).view(np.float64))  # every bit that can be set is set


@settings(max_examples=1000, deadline=None)
@given(st.floats(), st.floats())
@example(1.0, INFINITE)
@example(FULL_NAN, -FULL_NAN)
def test_any_number_gives_the_same_bits_in_python_and_no_error(x, y):
    for name in ("exp", "log", "sigma"):
        one, other = answers(name, (x,))
        assert one == other
    one, other = answers("power", (x, y))
    assert one == other


@pytest.mark.parametrize("kind", [int, np.int64, np.int32, np.float32, np.float64])
def test_whole_and_short_numbers_are_numbers(kind):
    for name in FUNCTIONS:
        arguments = (2, 3)[: 2 if name == "power" else 1]
        expected = bits(FUNCTIONS[name](*map(float, arguments)))
        assert answers(name, [kind(one) for one in arguments]) == (expected, expected)


SAMPLE = """
    import json, sys, warnings
    warnings.simplefilter("error")
    from multitrack_sim.engine.arithmetic import exp, log, power, sigma
    from multitrack_sim.engine.compiled import COMPILED
    given = json.load(sys.stdin)
    found = [[exp(x).hex(), log(x).hex(), sigma(x).hex(), power(x, y).hex()] for x, y in given]
    print(json.dumps({"compiled": COMPILED, "found": found}))
"""


def in_a_process(given, **surroundings):
    """What a fresh Python finds for pairs of numbers."""
    code = "\n".join(line[4:] for line in SAMPLE.splitlines())
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(given),
        env=os.environ | surroundings,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_without_compilation_and_on_a_generic_processor_the_bits_are_the_same(tmp_path):
    pairs = list(zip(spread(DRAW, 500, (-1, 1), (0, 1), (-40, 40), (-750, 750)), spread(DRAW, 500, *[(-3, 3)] * 4)))
    pairs += [(x, 0.7) for x in near_one(DRAW, 500) + [10.0**x for x in spread(DRAW, 500, (-308, 308))]]
    here = [[bits(exp(x)), bits(log(x)), bits(sigma(x)), bits(power(x, y))] for x, y in pairs]
    in_python = in_a_process(pairs, NUMBA_DISABLE_JIT="1")
    assert in_python == {"compiled": False, "found": here}
    generic = in_a_process(
        pairs, NUMBA_DISABLE_JIT="0", NUMBA_CPU_NAME="generic", MULTITRACK_CACHE_DIR=str(tmp_path / "cache")
    )
    assert generic == {"compiled": True, "found": here}


# ---- what the compiler makes of it -----------------------------------------------------------------------------------

FUSED = re.compile(r"\bvfn?m(add|sub)|\bfn?m(add|sub|la|ls)\b")  # x86 and ARM
OF_THE_SYSTEM = re.compile(r"call[^\n]*@(llvm\.)?(exp|log|pow|fma|fmuladd)\d*[.(]")

needs_compiler = pytest.mark.skipif(not COMPILED, reason="compilation is off: there is no compiled code to read")


def column_of(function, compiler=numba.njit(**OPTIONS)):  # noqa: B008
    """A loop that applies a function to a column, compiled, with its text before and after the processor is known."""

    def column(values, found):
        for i in range(len(values)):
            found[i] = function(values[i])

    loop = compiler(column)
    loop(np.linspace(0.1, 3.0, 37), np.zeros(37))
    (signature,) = loop.signatures
    return loop, loop.inspect_llvm(signature), loop.inspect_asm(signature)


def cube_root(x):
    return power(x, 1.0 / 3.0)


def of_the_system(x):
    return math.exp(x)


def fusible(x):
    return x * x + x


@needs_compiler
def test_the_search_finds_what_must_not_be_there():
    assert OF_THE_SYSTEM.search(column_of(numba.njit(**OPTIONS)(of_the_system))[1])
    if llvmlite.binding.get_host_cpu_features().get("fma") and not os.environ.get("NUMBA_CPU_NAME"):
        fused = numba.njit(**OPTIONS | {"fastmath": {"contract"}})
        assert FUSED.search(column_of(fused(fusible), fused)[2])


@needs_compiler
@pytest.mark.parametrize("function", [exp, log, sigma, numba.njit(**OPTIONS)(cube_root)])
def test_no_products_are_fused_and_nothing_of_the_system_is_called(function):
    _, text, assembly = column_of(function)
    assert "fmul" in text and not FUSED.search(assembly) and not OF_THE_SYSTEM.search(text)


@needs_compiler
@pytest.mark.parametrize("function", [exp, log, sigma])
def test_a_column_becomes_vector_code_with_the_bits_of_single_numbers(function):
    loop, text, _ = column_of(function)
    assert re.search(r"fmul <\d+ x double>", text)
    values = np.array(spread(DRAW, 500, (-1, 1), (-40, 40), (-750, 750)) + [-INFINITE, -0.0, 0.0, INFINITE, NO_NUMBER])
    found = np.zeros(len(values))
    loop(values, found)
    assert [bits(one) for one in found] == [bits(function(x)) for x in values]
