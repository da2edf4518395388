# Two commands matter: `make run` and `make test`. Everything they need is set up on the way.
# Only python3 (3.11 or newer, with venv) and make are assumed.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# One more than the two cores that are assumed: many tests wait for an engine.
WORKERS ?= 3

# What is started a hundred times need not be compiled a hundred times, whatever the shell says.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup run test check format demo bench campaign reset lock

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.locked ## The virtual environment, from the hash-pinned lock

$(VENV)/.locked: requirements/dev.lock requirements/uv.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Kontor needs Python 3.11 or newer; $(PYTHON) is %d.%d. Try: make PYTHON=python3.12" % sys.version_info[:2])'
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "python3 has no venv module. Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes -r requirements/uv.lock
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip sync --quiet --allow-empty-requirements --require-hashes --only-binary :all: requirements/dev.lock requirements/uv.lock
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

run: setup ## Everything, with a demo tenant and one invoice from receipt to payment; Ctrl-C stops it
	$(BIN)/kontor up --demo

demo: setup ## The main job as a script with assertions, on a throw-away stack; the exit code says
	$(BIN)/kontor demo --throw-away

test: setup ## Every test
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not campaign"

campaign: setup ## The long tests: all types, 10,000 processes, 300 kills
	$(BIN)/python -m pytest -n $(WORKERS) -m campaign --timeout 7200

check: setup ## Format, lint, types, import contracts, tidiness
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q -p no:xdist --noconftest tests/test_tidy.py

format: setup ## Put the code in order
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup .bench-venv/.locked ## Floors, peers and ours, side by side
	$(BIN)/python -m benchmarks

# The peers, in an environment of their own. One comes as source alone: plain Python, nothing is compiled.
.bench-venv/.locked: requirements/bench.lock requirements/bench-source.lock | setup
	test -x .bench-venv/bin/python || $(PYTHON) -m venv --without-pip .bench-venv
	VIRTUAL_ENV=.bench-venv $(BIN)/uv pip sync --quiet --require-hashes --only-binary :all: requirements/bench.lock
	VIRTUAL_ENV=.bench-venv $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --require-hashes -r requirements/bench-source.lock
	touch $@

reset: ## Forget the data of `make run` (asks first)
	@test -x $(BIN)/kontor && $(BIN)/kontor reset || echo "Nothing to reset: run 'make setup' first."

lock: ## Resolve requirements/*.in again into hash-pinned locks that name no index
	for name in run dev uv; do $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --only-binary :all: requirements/$$name.in -o requirements/$$name.lock || exit 1; done
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--only-binary :all: --override requirements/bench.overrides requirements/bench.in -o requirements/bench.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-deps requirements/bench-source.in -o requirements/bench-source.lock
