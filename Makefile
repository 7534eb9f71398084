# Everything runs from .venv, which is made from requirements.lock at the first need.
PYTHON ?= python3
PORT ?= 8000

BIN := .venv/bin
READY := .venv/.ready
PIP := $(BIN)/python -m pip --disable-pip-version-check
MUTMUT := _build/mutation/venv/bin
TOX := .tox/venv/bin
PYENV := $(wildcard $(shell pyenv root 2>/dev/null)/versions/3.*/bin)

.DEFAULT_GOAL := help
.PHONY: help book pdf package verify-package validate test test-all browse lint diff serve lab chapter numbers bench linkcheck simulations calibrate oracles prose corruptions faults mutants lock clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /make \1\t/' | expand -t 22

book: $(READY) ## bring the site in _build/html up to date
	@$(BIN)/rederive build
	@echo "open it in a browser, or let it be served: make serve"

pdf: book ## print the whole book into one file, _build/pdf/*.pdf; needs Chromium
	@$(BIN)/rederive pdf

package: $(READY) ## pack site, PDF, notebooks, results and sources into one archive in dist; needs Chromium
	@$(BIN)/rederive package

verify-package: $(READY) ## build the book again from an archive and compare the results (FILE=dist/….zip)
	@$(BIN)/rederive verify-package $(if $(FILE),"$(FILE)")

test: $(READY) ## run every check, test and chapter; make browse tries all pages in a browser
	@$(MAKE) -j2 lint book # side by side, because each keeps only one processor busy for most of its time
# in this order, so that the chapters, long and one test each, come first and not one after the other at the end
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder --nbmake -m "not every_page" chapters tests

test-all: $(TOX)/tox ## make test with Python 3.11, 3.12 and 3.13, each on its own; ONLY=3.12,3.13 for some
	PATH="$(subst : ,:,$(addsuffix :,$(PYENV)))$$PATH" $(TOX)/tox run $(ONLY:%=-e %)

$(TOX)/tox:
	$(PYTHON) -m venv --clear $(@D)/..
	$(@D)/python -m pip --disable-pip-version-check install --quiet tox==4.67.15

browse: $(READY) book ## try every page in a browser: what it loads, moves and refuses, for every reader
	$(BIN)/python -m pytest -n auto --dist worksteal -m every_page tests/site

lint: $(READY) ## check style, types and layers
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

diff: $(READY) ## tell which results differ from those of a git revision or a file: make diff REV=main
	@$(BIN)/rederive diff $(if $(REV),"$(REV)")

serve: book ## serve the site at localhost:8000 (PORT=8001 for another)
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/html $(PORT)

lab: $(READY) ## open JupyterLab; a chapter opens as a notebook
	$(BIN)/jupyter lab --LabApp.default_url=/lab/tree/chapters

bench: $(READY) ## measure speed
	@set -e; for script in benchmarks/*.py; do $(BIN)/python $$script; done

chapter: $(READY) ## begin a chapter about a new document: make chapter NAME=il15
	@$(BIN)/rederive chapter "$(NAME)"

numbers: $(READY) ## numbers of a document not entered yet: make numbers NAME=il15 TEXT=its-text.txt
	@PYTHONPATH=tests $(BIN)/python measurements/unaccounted_numbers.py "$(NAME)" "$(TEXT)"

validate: $(READY) ## have outside programs validate what describes the archive; needs Chromium and the network
	$(BIN)/python measurements/validated_package.py

linkcheck: book ## follow every link to another host; needs the network
	$(BIN)/python measurements/external_links.py

simulations: $(READY) ## run the simulations of the chapters at full size, on all cores
	$(BIN)/python simulations/immortal_time.py
	$(BIN)/python simulations/il15_animals.py

calibrate: $(READY) ## measure the error rates of the checks at full size (about an hour)
	$(BIN)/python measurements/calibrate.py

oracles: $(READY) ## ask R again for all stored values, and measure how far the library is from them
	PYTHONPATH=tests $(BIN)/python measurements/oracles.py

prose: $(READY) ## count the numbers in the prose by where they come from
	PYTHONPATH=tests $(BIN)/python measurements/prose_numbers.py

corruptions: $(READY) ## measure which corruptions of the documents and their data the checks catch
	$(BIN)/python measurements/corrupted_documents.py

faults: $(READY) ## try malformed inputs, full disks and killed builds, and store what came of it
	@set -e; for name in bad_inputs disk_faults kills; do PYTHONPATH=tests $(BIN)/python measurements/$$name.py; done

mutants: $(MUTMUT)/mutmut ## plant faults in the library and see which its tests catch (half an hour)
	$(MUTMUT)/python measurements/mutants.py $(MUTANTS)

# not in requirements.lock: with hashes, pip refuses what another package asks for with an extra, as mutmut's parts do
$(MUTMUT)/mutmut: $(READY)
	$(BIN)/python -m venv --clear $(@D)/..
	$(BIN)/python -c 'import sysconfig; print("import site; site.addsitedir(%r)" % sysconfig.get_path("purelib"))' \
		> "$$($(@D)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/book.pth"
	$(@D)/python -m pip --disable-pip-version-check install --quiet mutmut==3.8.1

lock: ## renew requirements.lock from pyproject.toml; UPGRADE=--upgrade for newer versions
	@test -x $(BIN)/uv || $(MAKE) $(READY) # one that is out of date will do: a new requirement is not in it yet
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --fork-strategy fewest \
		--generate-hashes --no-header --no-annotate $(UPGRADE) --output-file requirements.lock

clean: ## remove all that was made, except .venv
	rm -rf _build .tox dist chapters/*.ipynb src/*.egg-info
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests chapters benchmarks -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(None if (3, 11) <= v <= (3, 13) else "error: Python 3.11, 3.12 or 3.13 is needed, this is %d.%d; name another: make PYTHON=python3.12" % v)'
	$(PYTHON) -m venv --clear .venv
	sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > .venv/uv.lock
	$(PIP) install --quiet --require-hashes -r .venv/uv.lock
# in a tenth of pip's time; but it does not know pip's settings, such as another index, and pip may succeed where it fails
	$(BIN)/uv pip install --python $(BIN)/python --quiet --require-hashes -r requirements.lock \
		|| $(PIP) install --quiet --require-hashes -r requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@$(PIP) check --quiet
	$(BIN)/jupytext-config --settings-file .venv/etc/jupyter/labconfig/default_setting_overrides.json set-default-viewer python
	@touch $@
