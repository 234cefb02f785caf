# Two commands: `make run` starts a demo town, `make test` passes the tests. Both set up what they need.
PORT ?= 8000
HOST ?= 127.0.0.1
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check format messages pictures bench bench-submissions clean

run: $(VENV)/.installed
	@$(BIN)/openhall serve --demo --host $(HOST) --port $(PORT)

test: $(VENV)/.installed-dev
	@$(BIN)/openhall build
	@$(BIN)/python -m tests.everything $(ARGS)

check: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/openhall django makemigrations --check --dry-run

format: $(VENV)/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

messages: $(VENV)/.installed-dev
	$(BIN)/python -m tests.messages

pictures: $(VENV)/.installed-dev
	$(BIN)/python -m tests.pictures

# The study beside other tools: `make bench ARGS=--long` adds 10⁷ and 10⁸ rows. The other tools have an environment of their own.
bench: $(VENV)-bench/.installed
	$(VENV)-bench/bin/python -m benchmarks.study $(ARGS)

bench-submissions: $(VENV)/.installed-dev
	@$(BIN)/openhall build
	$(BIN)/python benchmarks/submissions.py

clean:
	rm -rf $(VENV) $(VENV)-bench node_modules src/openhall/static/build src/openhall/staticfiles src/openhall/fonts

$(VENV)-bench/.installed: pyproject.toml constraints.txt | $(BIN)/pip
	@echo "Installing what is measured beside OpenHall (a minute or two) …"
	@$(BIN)/python -m venv $(VENV)-bench
	@$(VENV)-bench/bin/pip install --disable-pip-version-check -q -c constraints.txt -e '.[bench]'
	@touch $@

# A virtual environment; on a Debian machine without python3-venv root installs it first.
$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "OpenHall needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12"; exit 1; }
	@echo "Making a virtual environment in $(VENV) …"
	@$(PYTHON) -m venv $(VENV) || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -q >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -q python3-venv >/dev/null && $(PYTHON) -m venv $(VENV); \
	  else echo "Python's venv module is missing. On Debian: apt-get install python3-venv"; exit 1; fi; }

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/pip
	@echo "Installing the Python packages (a minute or two) …"
	@$(BIN)/pip install --disable-pip-version-check -q -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(BIN)/pip
	@echo "Installing the Python packages for development (a minute or two) …"
	@$(BIN)/pip install --disable-pip-version-check -q -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/.installed
