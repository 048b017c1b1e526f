# Everything is installed into .venv of this checkout; nothing outside it is written.
PYTHON ?= python3
ROOM ?= room
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.set-up
PYTEST := $(BIN)/python -m pytest -q -p no:cacheprovider

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules
.PHONY: help setup console test test-fast long gate fmt lint types imports bench faults simulate \
	pictures docs dist clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: $(READY) ## Install what is needed into .venv; instant when nothing changed

$(READY): constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed. Name it: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; \
		exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input \
		--require-hashes -r constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input \
		--no-deps --no-build-isolation -e .
	@touch $(READY)

console: $(READY) ## Open the console of the sample room (made in ./room the first time)
	@test -e $(ROOM)/settings.toml || $(BIN)/duty --data $(ROOM) init --demo
	@$(BIN)/duty --data $(ROOM) console

test: gate ## The whole gate: format, lint, types, imports and all tests (under 20 min)
	$(PYTEST)

test-fast: gate ## The gate without the slow tests (under 90 s)
	$(PYTEST) -m "not slow"

long: $(READY) ## The tests that take minutes each: a thousand rosters, days of simulation
	$(PYTEST) -m long

gate: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

fmt: $(READY) ## Format the code and mend what the linter can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(READY) ## Format check and lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(READY) ## Check the types of the four packages
	$(BIN)/mypy

imports: $(READY) ## Check that knowledge flows one way
	$(BIN)/lint-imports --no-logo

bench: $(READY) ## Measure the promises; JSON on standard output
	@$(BIN)/python -m tests.benchmarks

faults: $(READY) ## Kill the watch 200 times during bursts, step clocks, break the mail path
	@$(BIN)/python -m tests.faults

simulate: $(READY) ## Tell thousands of random nights on a virtual clock
	@$(BIN)/python -m tests.simulation

pictures: $(READY) ## Draw the screens for README.md and docs/
	@$(BIN)/python -m tests.pictures

docs: $(READY) ## Write the reference tables of docs/ from the code, then check every page
	@$(BIN)/python -m tests.repository.reference
	$(PYTEST) tests/repository/test_docs.py

dist: $(READY) ## Build the wheel into dist/
	$(BIN)/hatchling build -t wheel

clean: ## Remove caches and built files; .venv and the sample room stay
	rm -rf dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
	find console plans schedules records tests -name __pycache__ -type d -prune -exec rm -rf {} +
