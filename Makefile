# Frontrow's commands. `make demo` and `make test` are all a newcomer needs; both set everything up first.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.14 python3.11 python3 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
READY_TO_MEASURE := $(VENV)/.ready-to-measure
PORT ?= 8000
WORKERS ?= 2
# Or each of the many processes that tests start would compile the whole program anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test test-fast coverage lint format audit bench plots screenshots wheel smoke chaos chaos-short mutants clean setup

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

setup: $(READY) ## Make the virtual environment and install everything into it

$(READY): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Frontrow needs Python 3.11 or newer; set PYTHON=/path/to/python3.x"; exit 1; }
	@if command -v uv >/dev/null; then \
		uv venv --quiet --allow-existing --python "$(PYTHON)" $(VENV) && \
		uv pip install --quiet --python $(BIN)/python -c constraints.txt --group dev -e .; \
	else \
		"$(PYTHON)" -m venv $(VENV) && \
		$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1' && \
		$(BIN)/python -m pip install --quiet -c constraints.txt --group dev -e .; \
	fi
	@touch $@

demo: setup ## Run the demo on http://localhost:8000 (PORT=... for another port)
	@$(BIN)/frontrow demo --port $(PORT)

test: setup ## Run the whole test suite (under 15 minutes on 2 cores)
	@if command -v node >/dev/null; then node --test tests/web/; else echo "node is not installed: tests/web/*.test.js left out"; fi
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

test-fast: setup ## Run the unit tests only
	$(BIN)/python -m pytest -q tests/unit

coverage: setup ## Measure which lines and branches the unit and integration tests run (measuring doubles their time)
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal -m "not long" --cov --cov-report=term tests/unit tests/integration

lint: setup ## Check style, types, layers and the JavaScript's types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@if command -v npm >/dev/null; then npm ci --silent --no-audit --no-fund && npx --no-install tsc -p . && npx --no-install tsc -p examples; \
		else echo "npm is not installed: the JavaScript's types are not checked"; fi

chaos: setup ## Sell through 1,000 seeded faults, and judge what came of it (about an hour; CHAOS="--seed N ...")
	$(BIN)/python -m tests.chaos $(CHAOS)

chaos-short: setup ## The same through 60 faults (minutes)
	$(BIN)/python -m tests.chaos --faults 60 $(CHAOS)

mutants: setup ## Seed defects into copies of the product, and see that each is caught (minutes; MUTANTS="NAME ...")
	$(BIN)/python -m tests.mutants $(MUTANTS)

format: setup ## Format the Python code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

audit: setup ## Look for known weaknesses, in the code and in what it is installed with
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive src
	$(BIN)/python .ci/audit_dependencies.py

$(READY_TO_MEASURE): $(READY)
	@if command -v uv >/dev/null; then \
		uv pip install --quiet --python $(BIN)/python -c constraints.txt --group bench; \
	else \
		$(BIN)/python -m pip install --quiet -c constraints.txt --group bench; \
	fi
	@touch $@

bench: $(READY_TO_MEASURE) ## Measure the hot paths, each against a floor in the same run
	$(BIN)/python -m benchmarks

plots: $(READY_TO_MEASURE) ## Measure what the documentation shows as curves, and draw them (10 minutes; CURVES="NAME ...")
	$(BIN)/python -m benchmarks.curves $(CURVES)
	$(BIN)/python -m benchmarks.plots $(CURVES)

screenshots: setup ## Make the pictures of the documentation anew (docs/images)
	$(BIN)/python -m docs.images.make

wheel: setup ## Build the wheel, install it into an empty environment and start it there
	.ci/check-wheel $(BIN)/python

smoke: setup ## Run the deployment on loopback: balancers, processes, a store's cluster and PostgreSQL, sold through and restarted
	deploy/smoke.sh

clean: ## Remove what the other commands made
	rm -rf $(VENV) node_modules dist build .coverage* .hypothesis .mypy_cache .ruff_cache .pytest_cache
