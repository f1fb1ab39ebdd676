# One line a word. Everything runs from .venv, which `make venv` fills; `make VENV=/elsewhere test` takes another.
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: help venv test rules lint fix wheel site bench gate judge mutants ecosystem lock ci clean

help:    ; @sed -n 's/^\([a-z]*\): .*;.*  *## /\1\t/p' Makefile  ## this list
venv:    ; python3 -m venv $(VENV) && $(BIN)/pip install -q -e '.[dev]'  ## make or renew the environment
test:    ; $(BIN)/pytest -q -n auto                                      ## all tests
rules:   ; $(BIN)/asklint test rules                                     ## the examples in rules/ alone
lint:    ; $(BIN)/ruff check && $(BIN)/ruff format --check && $(BIN)/mypy  ## what CI holds the code to
fix:     ; $(BIN)/ruff check --fix && $(BIN)/ruff format                 ## what ruff can mend itself
wheel:   ; $(BIN)/python -m build                                        ## dist/: sdist and wheel
site:    ; $(BIN)/pip install -q -e '.[docs]' && $(BIN)/mkdocs serve     ## the documentation, in a browser
bench:   ; $(BIN)/python benchmarks/bench.py                             ## timings beside other tools
gate:    ; $(BIN)/python benchmarks/gate.py ../shared/corpus ../shared/charts  ## check and fix real manifests
judge:   ; $(BIN)/python benchmarks/judge.py ../shared/corpus ../shared/charts  ## ask kubectl and kubernetes-validate of the fixes
mutants: ; $(BIN)/python benchmarks/survivors.py                         ## what the tests of the code do not notice
ecosystem: ; @$(BIN)/python benchmarks/ecosystem.py                      ## what a change of rules does to them, beside main
lock:    ; PATH="$(BIN):$$PATH" .ci/lock/renew                           ## what CI and releases install, from pyproject.toml
ci:      ; bash .ci/run                                                  ## all that CI runs
clean:   ; rm -rf build dist site .mypy_cache .pytest_cache .ruff_cache .hypothesis asklint/compiled.json
