# make demo      the whole bridge against its own sandbox
# make test      the test suite, under three minutes
# make lint      style, types and import contracts
# make torture   the tests that break things on purpose, for an hour; writes their figures into tests/README.md
# make bench     what it costs, beside what others cost, into tests/benchmarks/RESULTS.md, in about twelve minutes
# make update    new exact versions into constraints.txt, within the ranges of pyproject.toml

PYTHON ?= python3
TORTURE_SECONDS ?= 7200

BIN := .venv/bin
STAMP := .venv/installed

.PHONY: demo test lint torture bench update venv clean

demo: venv
	$(BIN)/syncd demo

test: venv
	$(BIN)/pytest $(ARGS)

lint: venv
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

torture: venv
	$(BIN)/pytest -m torture --timeout=$(TORTURE_SECONDS) --session-timeout=$(TORTURE_SECONDS) $(ARGS); \
	    status=$$?; $(BIN)/python -m tests.safety.report && exit $$status

bench: venv
	$(BIN)/python tests/benchmarks/run.py $(ARGS)

update: venv
	$(BIN)/uv --quiet pip compile --upgrade --universal --python-version 3.11 --generate-hashes \
	    --no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command "make update" \
	    --group dev --output-file constraints.txt pyproject.toml > /dev/null

venv: $(STAMP)

$(STAMP): constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "syncd needs Python 3.11 or newer, and '$(PYTHON)' is not: make PYTHON=/path/to/python3.11" >&2; \
	    exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

clean:
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .torture
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
