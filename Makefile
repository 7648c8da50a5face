# `make report` and `make test` need only make and Python 3.11 or later; they set up .venv by themselves.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: report test lint unit wheel-test model benchmarks clean

report: $(VENV)/.run  ## the stance report over seeds/
	@$(BIN)/sentiment report seeds

test: lint unit wheel-test  ## everything that CI checks

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(VENV)/.dev
	$(BIN)/python -m pytest

wheel-test: $(VENV)/.dev  ## the wheel alone, without the tools and the checkout
	$(BIN)/python tests/wheel.py

model: $(VENV)/.run  ## train the shipped model again from annotations/
	$(BIN)/sentiment train annotations/xiaomi-us/training.csv --text text --label stance --group batch \
		--language language --target xiaomi-us --parent parent_text --weight weight --keep vader --prior-power 0 \
		--card docs/model-xiaomi-us.md \
		--model sentiment/stance/models/xiaomi-us.npz

benchmarks: $(VENV)/.dev
	$(BIN)/python -m benchmarks.startup
	$(BIN)/python -m benchmarks.scale

$(VENV)/.run: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed; none was found. Name one with: make PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Setting up $(VENV) ..." >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "The venv module is missing; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	@echo "Adding the development tools ..." >&2
	@$(PIP) install --constraint constraints.txt --editable '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
