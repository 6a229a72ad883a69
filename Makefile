# Needs GNU make and Python 3.11 or 3.12 with venv; the rest goes into .venv. `make` alone lists what there is.

VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed
WORKERS ?= 2
ARGS ?=

SUPPORTED := import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))
NEEDED := multitrack_sim needs Python 3.11 or 3.12 with venv (on Debian: python3-venv)

.PHONY: help install demo test test-all bench docs docs-all evidence calibrate published clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r name text; do \
		printf '  make %-10s %s\n' "$$name" "$$text"; done

install: $(STAMP) ## into .venv, editable, with the developers' tools (PYTHON=... chooses the interpreter of a new .venv)
	@echo "Compiling the model for this machine, unless that is done (a minute)"
	@$(PY) -m multitrack_sim.process.ahead || echo "It is compiled at the first run, then." >&2

# A .venv that works is kept. Otherwise each candidate is really tried: a shim may be there without a Python behind it.
$(STAMP): pyproject.toml
	@if ! $(PY) -c 'import pip; $(SUPPORTED)' 2>/dev/null; then \
		given='$(PYTHON)'; \
		if [ -n "$$given" ]; then set -- "$$given"; else set -- python3.12 python3.11 python3 python; fi; \
		made=; \
		for candidate do \
			if "$$candidate" -c '$(SUPPORTED)' 2>/dev/null && "$$candidate" -m venv --clear $(VENV) >/dev/null 2>&1; \
			then made=yes; break; fi; \
		done; \
		if [ -z "$$made" ]; then echo "$(NEEDED); tried: $$*. Name one with PYTHON=/path/to/python." >&2; exit 1; fi; \
	fi
	@echo "Installing for $$($(PY) --version) into $(VENV) (the first time takes minutes)"
	@$(PY) -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(STAMP) ## Northern Ireland with and without Track II, into results/demo/
	$(PY) -m multitrack_sim demo

test: $(STAMP) ## lint, types and tests without the slow and browser ones (ARGS='-k name' chooses)
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(PY) -m pytest -n $(WORKERS) $(ARGS)

test-all: override ARGS += --all
test-all: test ## the same with the slow and browser tests

bench: $(STAMP) ## the speed of the engine
	$(PY) -m benchmarks

docs: $(STAMP) ## make the pages that take seconds anew (ARGS=cases makes that page; all pages: docs-all)
	$(PY) -m docs.generate $(ARGS)

docs-all: override ARGS := all
docs-all: docs ## make all pages that commands make, and the picture of the README (hours)

evidence: $(STAMP) ## every number of docs/evidence.md and of the headline anew (ARGS="--record FOLDER": the owners' files)
	$(PY) -m multitrack_sim.evidence.headline
	$(PY) -m docs.generate evidence $(ARGS)

calibrate: $(STAMP) ## the plausible sets of parameters anew (hours; safe to interrupt, repeat to resume)
	$(PY) -m multitrack_sim.evidence.calibration --out calibration --workers $(WORKERS) --ship $(ARGS)

published: $(STAMP) ## publish the numbers of twenty short runs anew, for `multitrack info --check`
	$(PY) -m multitrack_sim.running.published

clean: ## remove .venv and what tools left behind (results/ stays)
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
