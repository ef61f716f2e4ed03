# Each target is one command. Windows and conda users: see README.md.
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

# SlipCover and not coverage.py: before Python 3.12 tracing makes the simulations four times as slow
MEASURED := build/coverage.json
COVERED := python -m slipcover --source course,autograder --json --out $(MEASURED)

# a few seconds each, and every submission; no kernel, browser, server or long simulation
FAST := database docs judge network notebooks release repository submissions theory view workload
LONG_IN_DOCS := instructors_guide or sites_links or reference_has

# Jupyter refuses to run as root, as in a container; here it listens on loopback only
ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)
LAB := jupyter lab --ip=127.0.0.1 $(ROOT)

# these send code to other processes, where the probes of coverage cannot go
SENT := $(shell grep -l "mark.by_value" tests/test_*.py)

.PHONY: lab class test quick docs release check grade benchmark clean

lab: .venv/lab  ## open notebook 00 in JupyterLab, as a student sees it (OPTIONS="--no-browser")
	JUPYTER_CONFIG_PATH=$(CURDIR)/autograder/build/templates/lab \
	$(LAB) --LabApp.default_url=/lab/tree/notebooks/00_start_here/00_start_here.ipynb $(OPTIONS)

class: .venv/lab  ## the same with what an instructor needs: formgrader and its neighbors
	$(LAB) --LabApp.default_url=/lab/tree/notebooks $(OPTIONS)

test: .venv/test  ## lint, check types, run all tests, say what of the code they ran
	ruff check . && ruff format --check . && deptry . && mypy course autograder && mypy --platform win32 course && mkdir -p build
	$(COVERED) -m pytest -n auto --dist loadfile --no-loadscope-reorder --durations=10 -m "not by_value" --ignore=tests/test_attacks.py
	python -m pytest -n auto --dist loadfile --durations=10 -m by_value $(SENT)
	python -m pytest --durations=10 tests/test_attacks.py  # alone: fork bombs would slow other tests down
	python -m slipcover --merge $(MEASURED) --out $(MEASURED) --skip-covered

quick: .venv/test  ## while editing: lint, and the fast tests, in under a minute on two cores
	ruff check . && ruff format --check .
	python -m pytest -q -n auto -k "not ($(LONG_IN_DOCS))" $(FAST:%=tests/test_%.py)

docs: .venv/test  ## the site of documentation, in build/site
	sphinx-build -W --keep-going -q -b html -d build/doctrees docs build/site

release: .venv/lab  ## solutions/ → notebooks/
	autograder build

check: .venv/lab  ## is notebooks/ what solutions/ gives?
	autograder build --check

grade: .venv/lab  ## make grade ASSIGNMENT=02_load_balancer
	nbgrader generate_assignment $(ASSIGNMENT) && autograder grade $(ASSIGNMENT)

benchmark: .venv/test  ## the tables of benchmarks/
	python benchmarks/simulation.py && python benchmarks/slider.py

clean:  ## remove the environment (never notebooks or grading/)
	rm -rf .venv

.venv/lab: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python %d.%d is too old: the course needs 3.11 or newer (make lab PYTHON=python3.12)" % sys.version_info[:2])'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	touch $@

.venv/test: .venv/lab
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test,docs,hub]'
	touch $@
