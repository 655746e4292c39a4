# `make` lists the targets. Everything runs in .venv, made from the pinned lock.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MADE := $(VENV)/.made

.DEFAULT_GOAL := help
.PHONY: help run demo js test sample check format unit integration e2e browser messages screenshots bench-scoring bench-large bench-accuracy bench-recovery bench-delivery bench-bank test-faults test-hosts fuzz-imports clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

$(MADE): requirements.lock setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	@test -x $(BIN)/python || { echo "making $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@echo "installing pinned dependencies (about a minute, the first time)"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

CATALOG := examsvc/web/translations/vi/LC_MESSAGES/messages
$(CATALOG).mo: $(CATALOG).po $(MADE)
	@$(BIN)/pybabel --quiet compile --directory examsvc/web/translations

ready: $(MADE) $(CATALOG).mo

JS := node_modules/.made
$(JS): package.json package-lock.json .npmrc
	@command -v npm >/dev/null || { echo "npm is needed to check the browser's scripts: install Node.js 20 or newer" >&2; exit 1; }
	@npm ci --silent
	@touch $@

js: $(JS) ## Install the pinned checker of the browser's scripts

run: ready ## Set up, load the sample and serve at 127.0.0.1:8000
	@$(BIN)/examsvc run

demo: ready ## The same without serving; exit status 0 only when every step did its work
	@$(BIN)/examsvc demo

# Two test processes on two cores: a BLAS of several threads in each would only wait for the other.
test unit integration e2e: export OPENBLAS_NUM_THREADS = 1

# What is checked by one core leaves the other to the sample that the browser tests start from.
SAMPLE := $(VENV)/sample
test: js browser ## Format, lint, types, import contract and all tests
	@$(MAKE) --no-print-directory --jobs 2 check sample
	@node --test tests/js/*.test.js
	@$(BIN)/python -m pytest tests/faults
	@$(BIN)/python -m pytest --numprocesses 2 tests/unit tests/property tests/integration
	@EXAMSVC_SAMPLE_HOME=$(CURDIR)/$(SAMPLE)/home $(BIN)/python -m pytest --numprocesses 2 --dist loadfile tests/e2e

sample: ready
	@rm -rf $(SAMPLE) && mkdir $(SAMPLE)
	@env -u DATABASE_URL -u REDIS_URL EXAMSVC_HOME=$(SAMPLE)/home $(BIN)/examsvc demo >$(SAMPLE)/log 2>&1 || { cat $(SAMPLE)/log >&2; exit 1; }

check: ready js ## Format, lint, types (of the browser's scripts too), import contract
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@node_modules/.bin/tsc
	@$(BIN)/lint-imports

unit: ready ## Unit and property tests (no servers), and those of the browser's scripts
	@$(BIN)/python -m pytest tests/unit tests/property
	@node --test tests/js/*.test.js

integration: ready ## Tests on a real PostgreSQL and Redis
	@$(BIN)/python -m pytest --numprocesses 2 tests/integration

e2e: ready browser ## Tests in a real browser
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile tests/e2e

test-faults: ready ## Kill, cut, fill and forge; ARGS=--full for the counts of the promises, ARGS="--row ..." for one
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -W ignore -m tests.faults $(ARGS)

fuzz-imports: ready ## Read 50,000 malformed files of all formats; ARGS="--files 10000 --seed 2" for others
	@$(BIN)/python -W ignore -m tests.fuzz $(ARGS)

test-hosts: ready ## Several hosts in network namespaces, parts of which fail (root; nginx, postgresql, redis-server)
	@EXAMSVC_REQUIRE_NETNS=1 $(BIN)/python -m pytest tests/scaling

browser: ready ## Make sure there is a browser for the tests
	@$(BIN)/python -m tests.browser

format: ready ## Format the code
	@$(BIN)/ruff format --quiet . && $(BIN)/ruff check --quiet --fix .

messages: ready ## Extract the texts and update the catalogs
	@$(BIN)/pybabel --quiet extract -F babel.cfg -k _l -k lazy_gettext --no-location --omit-header -o $(VENV)/messages.pot examsvc
	@$(BIN)/pybabel --quiet update -i $(VENV)/messages.pot -d examsvc/web/translations --ignore-pot-creation-date --no-fuzzy-matching --width 110

screenshots: ready browser ## Take the README's pictures anew
	@$(BIN)/python -m tests.screenshots

PEERS := $(VENV)/peers
$(PEERS)/.made: tests/benchmarks/peers.txt
	@$(PYTHON) -m venv $(PEERS) && $(PEERS)/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

bench-scoring: ready $(PEERS)/.made ## Calibrations beside peers and the arithmetic floor; ARGS=--quick for the short ones
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.benchmarks.bench_scoring --peers $(PEERS)/bin/python $(ARGS)

bench-large: ready ## Calibrate 1 million persons x 2,000 items with 60 each, and say what it took
	@$(BIN)/python -m tests.benchmarks.large_scoring $(ARGS)

bench-accuracy: ready ## Largest differences to the printed fits of two public data sets
	@$(BIN)/python -m tests.benchmarks.accuracy_scoring

bench-recovery: ready ## Bias, RMSE and coverage of standard errors on simulated data of every model
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.benchmarks.recovery_scoring $(ARGS)

bench-delivery: ready ## Server CPU, rates and growth of exam delivery beside a bare INSERT; ARGS=--quick for small sizes
	@$(BIN)/python -m tests.benchmarks.bench_delivery $(ARGS)

bench-bank: ready ## Search, near-duplicates, board, import and export of up to 50,000 items; ARGS=--quick for less
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.benchmarks.bench_bank $(ARGS)
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.benchmarks.bank_files 500 5000 $(if $(findstring --quick,$(ARGS)),,50000)

clean: ## Remove the sample's data and everything that was built
	rm -rf var $(VENV) node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis
