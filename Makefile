# Two commands do everything on a fresh machine: `make serve` and `make test`.
# Each target sets up what it needs; nothing has to be installed by hand but Python and make.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.PHONY: help serve build test test-long check format wheel generated assets bench clean

PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
JARS := .cache/owlapi/.complete
PYTEST_WORKERS ?= 2

export MEDRD_KG_DATA_DIR ?= var
export PIP_DISABLE_PIP_VERSION_CHECK = 1

help:            ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(INSTALLED): pyproject.toml constraints.txt tools/create_venv.sh
	tools/create_venv.sh $(VENV) $(PYTHON)
	touch $@

$(JARS): $(INSTALLED) tools/owlapi_jars.py
	$(BIN)/python tools/owlapi_jars.py .cache/owlapi || echo "OWL API jars are missing: their tests will be skipped"
	@[[ ! -d .cache/owlapi ]] || touch $@

serve: $(INSTALLED)  ## build the shipped graph if needed and serve it on http://127.0.0.1:8000
	$(BIN)/medrd-kg serve

build: $(INSTALLED)  ## build a release of the shipped content
	$(BIN)/medrd-kg build

test: $(INSTALLED)  ## run the tests (short forms of the long ones)
	tools/install_debian_packages.sh
	$(MAKE) --no-print-directory $(JARS)
	$(BIN)/pytest -n $(PYTEST_WORKERS) --dist loadgroup -m "not long" --ignore tests/survival --ignore tests/browser
	# Apart: a browser's driver keeps an event loop running, beside which no other may run.
	$(BIN)/pytest -n $(PYTEST_WORKERS) --dist loadgroup -m "not long" tests/browser --ignore tests/browser/speed
	$(BIN)/pytest -m "not long" tests/survival tests/browser/speed  # alone: they measure time

test-long: $(INSTALLED)  ## run all tests in their full forms
	tools/install_debian_packages.sh
	$(MAKE) --no-print-directory $(JARS)
	$(BIN)/pytest -n $(PYTEST_WORKERS) --dist loadgroup --ignore tests/survival --ignore tests/browser
	$(BIN)/pytest -n $(PYTEST_WORKERS) --dist loadgroup tests/browser --ignore tests/browser/speed
	$(BIN)/pytest tests/survival tests/browser/speed

check: $(INSTALLED)  ## lint, types, generated files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python tools/generated.py --check

generated: $(INSTALLED)  ## write the generated files anew: views, browse file, reference documentation
	$(BIN)/python tools/generated.py

assets:          ## make the scripts of the query page anew from frontend/ (needs node and npm; installs Debian's when root)
	tools/build_assets.sh

format: $(INSTALLED)  ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

wheel: $(INSTALLED)  ## build the wheel into dist/
	$(BIN)/python -m build --wheel --outdir dist .

screenshots: $(INSTALLED)  ## take the README's pictures of a running `make serve` (ADDRESS=http://...)
	tools/install_debian_packages.sh
	$(BIN)/python tools/screenshots.py $(or $(ADDRESS),http://127.0.0.1:8000)

bench: $(INSTALLED)  ## compare CPU per request with peers, side by side (BENCH="--help" lists options)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[bench]'
	$(BIN)/python -m benchmarks $(BENCH)

clean:           ## remove what the targets made (not var/)
	rm -rf $(VENV) .cache dist .pytest_cache .mypy_cache .ruff_cache
