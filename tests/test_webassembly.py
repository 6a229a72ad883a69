"""The model as WebAssembly: run here without a browser, it gives the same bits as `mt.simulate`."""

import numpy as np
import pytest

from multitrack_sim.engine import wasm
from multitrack_sim.engine.cache import COMPILED
from multitrack_sim.engine.objects import Signature
from multitrack_sim.engine.random import run_seed
from multitrack_sim.errors import MultitrackError
from multitrack_sim.process import ahead
from multitrack_sim.running.ensemble import run_ensemble
from multitrack_sim.scenario.layout import lay_out
from multitrack_sim.scenario.library import as_scenario
from multitrack_sim.schema.outcomes import OUTCOME_ROW, SERIES_ROW
from multitrack_sim.schema.world import as_numbers

wasmtime = pytest.importorskip("wasmtime")
compiles = pytest.mark.skipif(not COMPILED, reason="compilation is off: there is no text to compile")
STACK, BLOCK = 1 << 20, 1 << 16  # bytes: where the stack ends, and what memory is counted in


class Page:
    """The module with a memory of its own and arrays in it, as a page of JavaScript has them."""

    def __init__(self, module, size=64 << 20):
        self.store = wasmtime.Store()
        self.memory = wasmtime.Memory(self.store, wasmtime.MemoryType(wasmtime.Limits(size // BLOCK, None)))
        pointer = wasmtime.GlobalType(wasmtime.ValType.i32(), True)
        given = {
            "__linear_memory": self.memory,
            "__stack_pointer": wasmtime.Global(self.store, pointer, wasmtime.Val.i32(STACK)),
        }
        compiled = wasmtime.Module(self.store.engine, module)
        instance = wasmtime.Instance(self.store, compiled, [given[one.name] for one in compiled.imports])
        self.functions = instance.exports(self.store)
        self.signatures = {name: Signature(name, told) for name, told in ahead.exports().items()}
        self.bytes = np.frombuffer(self.memory.get_buffer_ptr(self.store), np.uint8)
        self.top = STACK

    def array(self, shape, row=np.float64):
        """An array of zeros in the module's memory."""
        row = np.dtype(row)
        size = int(np.prod(shape)) * row.itemsize
        start, self.top = self.top, (self.top + size + 63) & ~63
        return self.bytes[start : start + size].view(row).reshape(shape)

    def call(self, name, *given):
        """Call an export with numpy arrays of its memory, and worlds of them."""
        signature = self.signatures[name]
        first = [self.bytes.ctypes.data + self.top + 64] * 2  # of answers nobody reads
        handed = zip(signature.slots, first + signature.handed(*given), strict=True)
        lowest = self.bytes.ctypes.data  # pointers to nothing, 0, stay so
        values = [max(0, value - lowest) if slot == "p" else value for slot, value in handed]
        return self.functions[name](self.store, *values)


@pytest.fixture(scope="module")
def module():
    return ahead.webassembly()


def bits(array):
    return np.asarray(array).tobytes()


@compiles
@pytest.mark.parametrize("case", ["oslo_1993", "northern_ireland_1998", "korean_peninsula"])
def test_runs_give_the_same_bits(module, case):
    page, runs, months = Page(module), 12, 120
    scenario = as_scenario(case).with_settings({"run.months": months, "society.communities": 60})
    layout = lay_out(scenario)
    budgets = np.linspace(0.0, 2.0, runs)
    here = run_ensemble(scenario, runs, 5, threads=1, series=True, worlds=True, vary={"track_two.budget": budgets})

    template, words = page.array(len(layout.world.words)), page.array(len(layout.world.words))
    seeds, cells, values = page.array(runs, "i8"), page.array(1, "i8"), page.array((runs, 1))
    outcomes, series = page.array(runs, OUTCOME_ROW), page.array((runs, months), SERIES_ROW)
    finals = page.array((runs, len(words)))
    template[:], cells[0], values[:, 0] = layout.world.words, layout.address("track_two.budget")[0], budgets
    assert page.call("fill_seeds", 5, 0, seeds) == 0
    assert seeds.tolist() == here.table["seed"].tolist() == [run_seed(5, run) for run in range(runs)]
    words[:] = template
    world = layout.world_on(words)
    given = (world, template, seeds, cells, values, outcomes, as_numbers(outcomes), series, finals)
    assert page.call("run_chunk", *given) == 0
    assert bits(series) == bits(here.series)
    assert [bits(row) for row in finals] == [bits(world.words) for world in here.worlds]
    assert bits(outcomes["violence_total"]) == bits(here.table["violence_total"])


@compiles
def test_a_run_month_by_month_is_the_same_run(module):
    page, months = Page(module), 48
    layout = lay_out(as_scenario("northern_ireland_1998").with_settings({"run.months": months}))
    here = run_ensemble("northern_ireland_1998", 1, 3, series=True)
    words, row = page.array(len(layout.world.words)), page.array(1, SERIES_ROW)
    words[:] = layout.world.words
    world = layout.world_on(words)
    world.process["key"] = here.table["seed"][0]
    assert page.call("draw_world", world) == 0
    for month in range(months):
        assert page.call("run_months", world, month, month + 1) == 0
        assert page.call("measure_month", world, row[0]) == 0
        assert bits(row[0]) == bits(here.series[0, month])


@compiles
def test_seeds_of_late_runs_and_large_seeds(module):
    page = Page(module)
    seeds = page.array(4, "i8")
    for seed, first in ((0, 0), (2**53 - 1, 2**32 - 2), (2**40 + 7, 10**6)):
        page.call("fill_seeds", seed, first, seeds)
        assert seeds.tolist() == [run_seed(seed, first + place) for place in range(4)]


@compiles
def test_it_asks_for_nothing_but_memory(module):
    assert wasm.imports(module) == {"__linear_memory": "memory", "__stack_pointer": "global"}
    assert len(module) < 250_000


def test_what_is_no_object_is_refused():
    with pytest.raises(MultitrackError, match="not a WebAssembly object"):
        wasm.module_with_exports(b"ELF", ["run"])
    with pytest.raises(MultitrackError, match="defines no run, walk"):
        wasm.module_with_exports(wasm.MAGIC, ["run", "walk"])
    with pytest.raises(MultitrackError, match="ends too early"):
        wasm.module_with_exports(wasm.MAGIC + b"\x01\x7f\x00", ["run"])
