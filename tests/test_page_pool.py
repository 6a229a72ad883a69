"""Many runs in a page: the newest question first, nothing done twice, bounded memory; with workers and without."""

import pytest
from page_in_node import in_node, needs_node, needs_text, words_of

import multitrack_sim as mt
from multitrack_sim.browser.world import page_world
from multitrack_sim.engine.random import run_seed
from multitrack_sim.scenario import scenario_from_codes

pytestmark = needs_node
WORLD = page_world(scenario_from_codes({}).with_settings({"society.communities": 40}))
# Workers that only pretend: of every run they give its seed as each outcome, after as long as they are told.
PRETEND = """
const world = await page.openWorld(given.world);
const wide = world.description.outcome_bytes / 8;
const did = { started: 0, ended: 0, runs: 0, chunks: [] };
let delay = () => 1, pace = 0.5, failing = false;
const pretended = () => {
  did.started += 1;
  let ended = false;
  const worker = { terminate: () => { ended = true; did.ended += 1; }, postMessage: (data) => {
    if (data.kind === "load") return setTimeout(() => worker.onmessage?.({ data: { kind: "ready" } }));
    setTimeout(() => {
      if (ended) return;
      if (failing) return worker.onmessage({ data: { kind: "failed", told: "out of luck" } });
      did.runs += data.seeds.length; did.chunks.push(data.seeds.length);
      const outcomes = Float64Array.from({ length: wide * data.seeds.length }, (_, at) => data.seeds[Math.floor(at / wide)]);
      worker.onmessage({ data: { kind: "done", outcomes, series: null, milliseconds: pace * data.seeds.length } });
    }, delay(data)); } };
  return { worker };
};
const pool = await page.openPool({ engine: null, calls: null, world, workers: 2, startWorker: pretended });
const budget = (value) => ({ settings: { "track_two.budget": value } });
const wait = (milliseconds) => new Promise((go) => setTimeout(go, milliseconds));
"""


def with_pretended(body):
    return in_node(PRETEND + body, world=WORLD)


def test_runs_come_in_order_whatever_order_they_are_done_in():
    seen, seeds, done = with_pretended("""
      let turn = 0; delay = () => [9, 1, 5, 2][turn++ % 4];
      const seen = [];
      const asked = pool.ask({ arms: [budget(0), budget(1)], runs: 200, seed: 3, onProgress: (answer) =>
        seen.push([answer.done, ...answer.arms.map((one) => one.column("agreed").every((value,
          run) => value === one.seeds[run]))]) });
      const answer = await asked.finished;
      return [seen, [...answer.arms[1].column("agreed")], answer.done];""")
    assert seeds == [run_seed(3, run) for run in range(200)] and done == 200
    counts = [one[0] for one in seen]
    assert counts == sorted(counts) and len(set(counts)) > 3
    assert all(first and second for _, first, second in seen)


def test_nothing_is_done_twice():
    """An arm that did not change, more runs of it, and one that comes back."""
    counts = with_pretended("""
      const counts = []; const ask = async (values, runs, seed = 1) => { await pool.ask({ arms: values.map(budget), runs,
        seed }).finished; counts.push(did.runs); };
      await ask([0, 1], 50); await ask([0, 1], 50); await ask([0, 2], 50); await ask([0, 1], 80); await ask([1, 0], 20);
        await ask([0], 10, 2);
      return counts;""")
    assert counts == [100, 100, 150, 210, 210, 220]


def test_stale_work_is_left_at_once_and_what_is_done_is_kept():
    result = with_pretended("""
      delay = (data) => data.seeds.length * 2; pace = 2;
      const first = pool.ask({ arms: [budget(0)], runs: 4000 });
      let told = null; first.finished.then((answer) => (told = [answer.cancelled, answer.done > 0]));
      await wait(150);
      const runs = did.runs;
      const second = pool.ask({ arms: [budget(1)], runs: 20 });
      await wait(0);
      const atOnce = told;
      await second.finished;
      const kept = (await pool.ask({ arms: [budget(0)], runs: 10 }).finished).done;
      return { atOnce, kept, after: did.runs - runs, ended: did.ended };""")
    assert result["atOnce"] == [True, True]  # told before anything else happened
    assert result["kept"] == 10 and result["ended"] == 0
    assert result["after"] <= 20 + 2 * 20  # at most the two chunks that were on their way, 40 milliseconds each


def test_a_worker_that_would_be_long_is_started_anew():
    result = with_pretended("""
      pace = 400; delay = () => 1; await pool.ask({ arms: [budget(0)], runs: 2 }).finished;
      delay = () => 100000; pool.ask({ arms: [budget(1)], runs: 2 }); await wait(20);
      delay = () => 1; const answer = await pool.ask({ arms: [budget(2)], runs: 4 }).finished;
      const again = await pool.ask({ arms: [budget(1)], runs: 4 }).finished;
      return [did.ended, did.started, answer.done, again.done];""")
    assert result == [2, 4, 4, 4]


def test_a_failure_is_told_and_the_next_question_answered():
    told, done = with_pretended("""
      failing = true; let told = ""; try { await pool.ask({ arms: [budget(0)], runs: 40 }).finished;
        } catch (problem) { told = problem.message; }
      failing = false; return [told, (await pool.ask({ arms: [budget(0)], runs: 40 }).finished).done];""")
    assert (told, done) == ("out of luck", 40)


def test_questions_beside_one_another_and_cancelling():
    result = with_pretended("""
      const first = pool.ask({ arms: [budget(0)], runs: 100 }), second = pool.ask({ arms: [budget(1)], runs: 30,
        beside: true });
      const third = pool.ask({ arms: [budget(2)], runs: 30, beside: true }); third.cancel();
      const answers = await Promise.all([first.finished, second.finished, third.finished]);
      pool.close(); let closed = ""; try { pool.ask({ arms: [{}], runs: 1 }); } catch (problem) { closed = problem.message; }
      return [answers.map((one) => [one.done, one.cancelled]), closed];""")
    assert result == [[[100, False], [30, False], [0, True]], "this pool is closed"]


@pytest.mark.parametrize(
    "asked, told",
    [
        ('{ arms: [{}], runs: 0 }', "allowed: whole numbers from 1"),
        ('{ arms: [], runs: 5 }', "allowed: whole numbers from 1"),
        ('{ arms: [{}], runs: 5, seed: -1 }', "allowed: whole numbers from 0"),
        ('{ arms: [budget(11)], runs: 5 }', "allowed: a number from 0 to 10"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(asked, told):
    assert told in with_pretended(
        f'try {{ pool.ask({asked}); }} catch (problem) {{ return problem.message; }} return "";'
    )


def test_memory_is_bounded_over_many_moves_of_a_lever():
    kept, largest = with_pretended("""
      pace = 0.001; let largest = 0; const bytes = () => [...pool.kept.values()].reduce((sum, one) => sum + one.bytes, 0);
      for (let move = 0; move < 100; move += 1) { await pool.ask({ arms: [budget(0), budget(move / 100)],
        runs: 4000 }).finished; largest = Math.max(largest, bytes()); }
      return [pool.kept.size, largest];""")
    one = 4000 * WORLD["outcome_bytes"]
    assert kept < 60 and largest <= (64 << 20) + 3 * one


@needs_text
@pytest.mark.parametrize("workers", [2, 0])
def test_a_pool_gives_the_runs_of_simulate(workers):
    case = scenario_from_codes({"track2": 4, "spoilers": 3}).with_settings({"society.communities": 40})
    later = [{"month": 24, "set": "track_two.budget", "to": 0.0}]
    kind, first, second, memory = in_node(
        """const world = await page.openWorld(given.world); const pool = await poolOf(world, { workers: given.workers });
        const { arms } = await pool.ask({ arms: [{}, { interventions: given.later }], runs: 60, seed: 9,
          series: true }).finished;
        const [before, after] = [process.memoryUsage().arrayBuffers];
        for (let move = 0; move < 100; move += 1) { pool.ask({ arms: [{},
          { settings: { "track_two.budget": move / 100 } }], runs: 100 }); await new Promise((go) => setTimeout(go, 5)); }
        await pool.asked.at(-1)?.finished;
        const grown = process.memoryUsage().arrayBuffers - before;
        return [pool.kind, ...arms.map((one) => [bits(one.column("violence_total")), bits(one.monthly("violence", 59))]),
          grown];""",
        with_engine=True,
        world=page_world(case),
        workers=workers,
        later=later,
    )
    assert kind == ("workers" if workers else "slices")
    for scenario, (violence, months) in ((case, first), (case.with_interventions(later), second)):
        here = mt.run_ensemble(scenario, 60, 9, threads=1, series=True)
        assert words_of(violence).view(float).tolist() == here.table["violence_total"].tolist()
        assert words_of(months).view(float).tolist() == here.series["violence"][59].tolist()
    assert memory < 64e6


@needs_text
def test_without_workers_it_goes_on_in_slices_of_time():
    kind, waited = in_node(
        """const world = await page.openWorld(given.world); const { bytes, calls } = parts();
        const pool = await page.openPool({ engine: bytes, calls, world, workers: 2,
          startWorker: () => { throw new Error("not here"); } });
        let longest = 0, last = performance.now(); const clock = setInterval(() => { longest = Math.max(longest,
          performance.now() - last); last = performance.now(); }, 1);
        await pool.ask({ arms: [{}], runs: 100 }).finished; clearInterval(clock); return [pool.kind, longest];""",
        with_engine=True,
        world=WORLD,
    )
    assert kind == "slices" and waited < 1000
