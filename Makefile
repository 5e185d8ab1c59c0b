# Two commands are enough: `make run` and `make test`. Both set up what they need, once.
.PHONY: run setup test lint format bench chaos soak lock screenshots clean
.DEFAULT_GOAL := run

VENV ?= .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PIP := $(BIN)/pip --disable-pip-version-check install --quiet --require-hashes
JOBS ?= auto

run: $(VENV)/run.stamp
	@$(BIN)/python -m bot playground

setup: $(VENV)/run.stamp
	@echo "Ready: $(BIN)/python -m bot --help"

# Some of the tests, or with other options: make test ARGS='tests/core -k reply'
# Each process reads the bytecode that the first one wrote, also where the machine says not to keep any.
test: export PYTHONDONTWRITEBYTECODE :=
test: $(VENV)/dev.stamp
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(ARGS)

# All tools run, so that one call shows all there is to correct.
lint: $(VENV)/dev.stamp
	@failed=; for tool in "ruff check ." "ruff format --check ." mypy; do \
		echo "$(BIN)/$$tool"; $(BIN)/$$tool || failed="$$failed [$$tool]"; done; \
	test -z "$$failed" || { echo "Failed:$$failed" >&2; exit 1; }

format: $(VENV)/dev.stamp
	$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

bench: $(VENV)/dev.stamp
	$(BIN)/python -m benchmarks

# Every fault, with many seeds: make chaos FAMILY=kills TRIALS=1000 SEED=7
CHAOS = $(if $(FAMILY),--family $(FAMILY)) $(if $(TRIALS),--trials $(TRIALS)) $(if $(SEED),--seed $(SEED))
chaos: $(VENV)/dev.stamp
	$(BIN)/python -m tests.chaos $(CHAOS)

# Half an hour with faults on 5 % of everything: make soak MINUTES=120
soak: $(VENV)/dev.stamp
	$(BIN)/python -m tests.chaos.soak $(if $(MINUTES),--minutes $(MINUTES))

screenshots: $(VENV)/dev.stamp
	$(BIN)/python -m docs.screenshots

$(BIN)/python:
	@$(or $(PYTHON),false) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "$(if $(PYTHON),$(PYTHON) does not run or is too old: )Python 3.11 or newer is needed:" \
			"https://www.python.org/downloads/" >&2; exit 1; }
	@echo "Setting up $(VENV) (once) ..."
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/run.stamp: requirements.txt | $(BIN)/python
	@echo "Installing what the bot needs (once) ..."
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt | $(BIN)/python
	@echo "Installing what the tests need (once) ..."
	@$(PIP) -r requirements-dev.txt
	@touch $(VENV)/run.stamp $@

# Pins every dependency with hashes, after a change of pyproject.toml.
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" pyproject.toml
lock: $(VENV)/dev.stamp
	$(BIN)/$(LOCK) --extra postgres -o requirements.txt
	$(BIN)/$(LOCK) --extra postgres --extra dev --extra bench -o requirements-dev.txt

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis dist build
