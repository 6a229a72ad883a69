"""How fast the engine is, measured: `python -m benchmarks`, or one part of it: `python -m benchmarks publics`."""
