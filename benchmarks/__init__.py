"""How fast the engine is, measured: `python -m benchmarks`, or one part of it: `python -m benchmarks publics`.

`python -m benchmarks.against 9303e44` times whole runs of this tree and of that commit in turns.
"""
