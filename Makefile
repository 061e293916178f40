# make demo: install and run the sample crawl end to end.   make test: install and run the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= ../shared/data
export PIP_DISABLE_PIP_VERSION_CHECK = 1
# Images of Python often set it: tests start hundreds of commands, and each would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test quick lint bench clean

# A stamp for each kind of installation: a second call installs nothing and needs no network.
$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/.installed-dev: pyproject.toml $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	touch $@

demo: $(VENV)/.installed
	$(BIN)/yurai demo --output demo-out
	$(BIN)/yurai audit demo-out
	$(BIN)/yurai explain demo-out --token 00000:5000
	$(BIN)/yurai trace demo-out "字の読める者が夕方になると箱のそばに座り、集まった子どもたちに声に出して読んで聞かせました。"
	@echo "look:  $(BIN)/yurai serve demo-out"

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest $(PYTEST)

quick: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -m "not slow" -q

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check --no-cache .  # what is first-party depends on folders that the cache does not watch
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m yurai.cli.reference --check

bench: $(VENV)/.installed-dev
	$(BIN)/python bench/tokens.py $(DATA)/dedup/texts.jsonl.gz
	$(BIN)/python bench/extraction.py $(DATA)
	$(BIN)/python bench/threshold.py $(DATA)/docs
	$(BIN)/python bench/million.py

clean:
	rm -rf $(VENV) demo-out build dist
