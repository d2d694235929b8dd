# Everything below needs Python 3.11 or newer with its venv module, git and make; nothing else has to be installed first.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --quiet --disable-pip-version-check
CODE   := reconciler tests
RECENT := import sys; sys.exit(sys.version_info < (3, 11))

export PIP_ROOT_USER_ACTION := ignore
export PYTHONUTF8 := 1

.DEFAULT_GOAL := help
.PHONY: help demo test test-thorough lint types layers clean new-venv fuzz kills handovers handover-kills browser faults faults-selfcheck bench bench-peers

help:
	@echo "make demo           the whole story on the sandbox: plan, apply, proof (no credentials needed)"
	@echo "make test           lint, types, layers and all tests"
	@echo "make test-thorough  the same with many more random cases"
	@echo "make fuzz           a million mutated files, documents and answers, and which branches of the readers they reach"
	@echo "make faults         every fault at every call of 14 small applies, judged on the world itself (about 20 minutes)"
	@echo "make faults-selfcheck   seeded bugs, each of which the faults must notice"
	@echo "make kills          kill a real apply at 200 moments, go on after each, and what became of it"
	@echo "make handovers      500 hand-overs from a list in four waves, at the fewest requests, interrupted and begun again"
	@echo "make handover-kills  kill the applies of one hand-over at every call, and finish it after each"
	@echo "make bench          speed, memory and requests against their budgets, as ratios (about half an hour; BENCH='--sizes 1000')"
	@echo "make bench-peers    the same work by other tools, in the same run as ours"
	@echo "make browser        the HTML report in headless Chromium with its figures, and the pictures for the docs"
	@echo "make lint | types | layers"
	@echo "make clean          remove everything that the others made"

demo: $(VENV)/installed
	@$(BIN)/python -m reconciler demo

test: lint types layers
	@$(BIN)/python -m pytest -n auto

test-thorough: lint types layers
	@$(BIN)/python -m pytest -n auto --hypothesis-profile=thorough

FUZZ ?= --cases 1000000 --jobs 2 --seed 1

fuzz: $(VENV)/installed-dev
	@$(BIN)/python -m tests.fuzz $(FUZZ)

faults: $(VENV)/installed-dev
	@$(BIN)/python -m tests.faults $(FAULTS)

faults-selfcheck: $(VENV)/installed-dev
	@$(BIN)/python -m tests.faults selfcheck

KILLS ?= --moments 200 --jobs 6 --seed 1

kills: $(VENV)/installed-dev
	@$(BIN)/python -m tests.kills $(KILLS)

handovers: export HANDOVERS ?= 500
handovers: $(VENV)/installed-dev
	@$(BIN)/python -m pytest tests/acceptance/test_many_handovers.py

handover-kills: $(VENV)/installed-dev
	@$(BIN)/python -m tests.kills.test_handover

BENCH ?=

bench: $(VENV)/installed-dev
	@$(BIN)/python -m tests.bench $(BENCH)

bench-peers: $(VENV)/installed-dev
	@$(BIN)/python -m tests.bench peers $(BENCH)

browser: $(VENV)/installed-dev
	@$(BIN)/python -m pytest tests/browser -s -rs
	@$(BIN)/python -m tests.documentation.pictures

lint: $(VENV)/installed-dev
	@$(BIN)/ruff check --quiet $(CODE)
	@$(BIN)/ruff format --quiet --check $(CODE) || { $(BIN)/ruff format --check $(CODE); exit 1; }
	@$(BIN)/zizmor --offline --quiet --no-progress .github/workflows
	@echo "lint: good"

types: $(VENV)/installed-dev
	@$(BIN)/python -m mypy --no-error-summary
	@echo "types: good"

layers: $(VENV)/installed-dev
	@$(BIN)/lint-imports > $(VENV)/layers.txt || { cat $(VENV)/layers.txt; exit 1; }
	@echo "layers: good"

# Installed in place, so that a new commit needs no new installation; only new dependencies do.
$(VENV)/installed: pyproject.toml | $(VENV)/made
	@echo "installing the reconciler into $(VENV) (once) ..."
	@$(PIP) install --editable . || { echo "The installation failed: see above. It needs a package index once." >&2; exit 1; }
	@touch $@

$(VENV)/installed-dev: pyproject.toml | $(VENV)/made
	@echo "installing the reconciler and its checks into $(VENV) (once) ..."
	@$(PIP) install --editable '.[dev]' || { echo "The installation failed: see above. It needs a package index once." >&2; exit 1; }
	@touch $@ $(VENV)/installed

# A working environment that is there already, an activated one for instance, is kept.
$(VENV)/made:
	@$(BIN)/python -c '$(RECENT)' 2> /dev/null || $(MAKE) --no-print-directory new-venv
	@touch $@

new-venv:
	@command -v $(PYTHON) > /dev/null || { \
	  echo "There is no $(PYTHON) here. Install Python 3.11 or newer, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c '$(RECENT)' || { \
	  echo "$$($(PYTHON) --version) is too old: 3.11 or newer is needed. Name a newer one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2> /dev/null || { \
	  echo "$(PYTHON) comes without venv. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)

clean:
	rm -rf $(VENV) .bench build dist .reconciler .hypothesis .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage
	find reconciler tests -name __pycache__ -type d -prune -exec rm -rf {} +
