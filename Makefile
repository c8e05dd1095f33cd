# Every target first makes sure that what it needs is installed (scripts/bootstrap.sh; a fraction of a second if it is).
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON_HERE := .venv/bin/python
PORT ?= 8000
WORKERS ?= auto
ARGS ?=
# Tests and measurements use clusters of their own, which some of them kill, whatever DATABASE_URL names.
BOOTSTRAP_FOR_TESTS := DATABASE_URL= scripts/bootstrap.sh
PYTEST_SPREAD := -n $(WORKERS) --maxprocesses 8
PYTEST := pytest $(PYTEST_SPREAD)
# Compiled modules are kept: processes begin in half the time.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup run test test-long test-dates check docs house tour bench drill attack migrate lock clean reset

help:  ## show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:  ## install what is missing: Python packages in .venv, PostgreSQL with PostGIS
	@scripts/bootstrap.sh

run:  ## serve the demo city on http://127.0.0.1:8000 (PORT=…) until Ctrl-C
	@scripts/bootstrap.sh && exec $(PYTHON_HERE) -m scripts.run --port $(PORT)

test:  ## run the suite in five minutes; it tells what it left out (WORKERS=…, ARGS="tests/rules -k …", ARGS="-p randomly")
	@$(BOOTSTRAP_FOR_TESTS) && exec $(PYTHON_HERE) -m $(PYTEST) $(ARGS)

test-long:  ## run what `make test` leaves out, then the suite on other days
	@$(BOOTSTRAP_FOR_TESTS) && $(PYTHON_HERE) -m $(PYTEST) --tier long $(ARGS)
	@$(MAKE) --no-print-directory test-dates

test-dates:  ## run the suite on other days: the year's end, the spring festival, a leap day, into a weekend
	@$(BOOTSTRAP_FOR_TESTS) --with faketime && exec $(PYTHON_HERE) -m scripts.dates $(PYTEST_SPREAD) $(ARGS)

check:  ## lint, types, import contracts, migrations
	@scripts/bootstrap.sh --python-only && exec $(PYTHON_HERE) -m scripts.check

docs:  ## write docs/reference/ and the picture in the README anew, from the code
	@scripts/bootstrap.sh --python-only && exec $(PYTHON_HERE) -m scripts.reference

house:  ## print how the code stands: lines, tables, types, functions, hops (ARGS="--against REVISION")
	@scripts/bootstrap.sh --python-only && exec $(PYTHON_HERE) -m scripts.house $(ARGS)

tour:  ## walk four cases through their life, against the city that `make run` serves (PORT=…)
	@scripts/bootstrap.sh --python-only && exec $(PYTHON_HERE) -m scripts.tour --url http://127.0.0.1:$(PORT) $(ARGS)

bench:  ## measure speed against PostgreSQL itself; writes bench/results.json
	@$(BOOTSTRAP_FOR_TESTS) && exec $(PYTHON_HERE) -m bench $(ARGS)

drill:  ## kill the service and the database while clients register, and count what was lost
	@$(BOOTSTRAP_FOR_TESTS) && exec $(PYTHON_HERE) -m scripts.drill $(ARGS)

attack:  ## try to read what may not be read, and to break the service with bad input, at full length
	@$(BOOTSTRAP_FOR_TESTS) && exec $(PYTHON_HERE) -m scripts.attack $(ARGS)

migrate:  ## bring the database of the city to the newest schema
	@scripts/bootstrap.sh && exec $(PYTHON_HERE) -m scripts.cluster exec .venv/bin/gridcase migrate

lock:  ## write requirements.lock anew from pyproject.toml
	@scripts/bootstrap.sh && uv=$$(command -v uv || echo .venv-uv/bin/uv) && exec $$uv pip compile --universal \
	  --generate-hashes --python-version 3.11 pyproject.toml --group dev --no-header --no-emit-index-url --no-annotate \
	  --quiet --output-file requirements.lock

clean:  ## delete the environment and all caches; data stays
	rm -rf .venv .venv-uv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

reset:  ## stop the private cluster and DELETE ITS DATA: the next `make run` begins anew
	@scripts/bootstrap.sh --python-only && exec $(PYTHON_HERE) -m scripts.cluster remove
