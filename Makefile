# Everything a person or CI runs. `make help` lists it.

# The first of these that is new enough; `make demo PYTHON=…` names another.
PYTHON ?= python3 python3.14 python3.13 python3.12 python3.11
VENV := .venv
BIN := $(VENV)/bin
# The reference implementation of SSSOM, which needs far more than we do.
SSSOM := $(VENV)/sssom

# Exact versions for what is installed and for what builds it; relative, so that any path will do.
export PIP_CONSTRAINT := constraints.txt
export PIP_BUILD_CONSTRAINT := constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# An editable install needs redoing only when one of these changes.
FRONTEND := $(wildcard frontend/*.* frontend/.npmrc frontend/public/* frontend/src/*)
INSTALLED_FROM := pyproject.toml constraints.txt hatch_build.py $(FRONTEND)

# Whoever has installed for tests has all that the demo needs.
READY := $(if $(wildcard $(VENV)/ready-dev),$(VENV)/ready-dev,$(VENV)/ready)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: bench bench-long check clean demo fix help test torture wheel

help: ## list what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1	\2/p' $(MAKEFILE_LIST) | expand -t 16

demo: $(READY) ## load the sample mesh, serve it, print three queries to paste (ARGS="--port 9000")
	@$(BIN)/isogloss demo $(ARGS)

# In two processes, as whole files: tests of a file may share what one of them has made. In the
# order of their folders, as the longest are not those with the most tests.
test: $(VENV)/ready-dev ## pass every test (ARGS="-k lineage")
	@$(BIN)/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder $(ARGS)

torture: $(VENV)/ready-dev $(SSSOM)/ready ## pass the destructive tests at full size, and those beside sssom-py (an hour)
	@SSSOM_PYTHON=$(CURDIR)/$(SSSOM)/bin/python $(BIN)/pytest tests/conformance/test_sssom_py.py
	@ISOGLOSS_TORTURE=1 $(BIN)/pytest tests/torture tests/security tests/store tests/services $(ARGS)

bench: $(VENV)/ready-dev ## measure commits, the past, rebuilding, rules, lineage, meaning and GraphQL (seven minutes)
	@$(BIN)/python -m benchmarks.commits
	@$(BIN)/python -m benchmarks.validation
	@$(BIN)/python -m benchmarks.previews
	@$(BIN)/python -m benchmarks.events
	@$(BIN)/python -m benchmarks.graphql
	@$(BIN)/python -m benchmarks.lineage
	@$(BIN)/python -m benchmarks.meaning
	@$(BIN)/python -m benchmarks.verdicts

bench-long: $(VENV)/ready-dev ## measure them at the sizes that docs/benchmarks.md has
	@$(BIN)/python -m benchmarks.commits --long
	@$(BIN)/python -m benchmarks.validation --long
	@$(BIN)/python -m benchmarks.previews --long
	@$(BIN)/python -m benchmarks.events --long
	@$(BIN)/python -m benchmarks.graphql --long
	@$(BIN)/python -m benchmarks.lineage --long
	@$(BIN)/python -m benchmarks.meaning
	@$(BIN)/python -m benchmarks.verdicts --long

check: $(VENV)/ready-dev ## look at format, lint, types, layers and spelling; change nothing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell

fix: $(VENV)/ready-dev ## format, and mend what the linter can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

wheel: $(VENV)/ready-dev ## build dist/*.tar.gz, and dist/*.whl from it
	@rm -rf dist
	@$(BIN)/python -m build

clean: ## remove what make has made; a mesh's data stays
	rm -rf $(VENV) dist frontend/node_modules src/isogloss/api/static
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@for python in $(PYTHON); do \
	  $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	  exec $$python -m venv $(VENV); \
	done; \
	echo "Isogloss needs Python 3.11 or newer, and found none: install one, or name it, as in make demo PYTHON=/opt/python/bin/python3." >&2; \
	exit 1

$(VENV)/ready: $(INSTALLED_FROM) | $(BIN)/python
	@echo "Installing Isogloss into $(VENV), and building its GraphiQL page. It takes a minute."
	@$(BIN)/pip install --quiet --editable .
	@touch $@

$(VENV)/ready-dev: $(INSTALLED_FROM) | $(BIN)/python
	@echo "Installing Isogloss and its tools into $(VENV), and building its GraphiQL page. It takes a minute."
	@$(BIN)/pip install --quiet --editable '.[dev]'
	@touch $@

# Our constraints are not those of sssom.
$(SSSOM)/ready: Makefile | $(BIN)/python
	@echo "Installing sssom-py into $(SSSOM). It takes a minute."
	@$(BIN)/python -m venv $(SSSOM)
	@env -u PIP_CONSTRAINT $(SSSOM)/bin/pip install --quiet 'sssom==0.4.21'
	@touch $@
