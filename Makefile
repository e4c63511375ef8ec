# make run    environment, dependencies, front-end files, then the app on http://localhost:8501
# make test   the whole suite: imports, style, types, tests (browser tests where a Chromium is found)
#
# make run HOST=0.0.0.0 PORT=8600 WORKSPACE=/srv/bondgenome     serve a group (there is no login)
# make setup PIP_ARGS='--extra-index-url URL'                   options for pip

PYTHON    ?= python3
HOST      ?= localhost
PORT      ?= 8501
WORKSPACE ?= workspace
PIP_ARGS  ?=
PYTEST_ARGS ?=

BIN := .venv/bin
VIEWER := static/3dmol/3Dmol.es6-min.js

.PHONY: run setup test clean-setup
.DELETE_ON_ERROR:

run: setup
	BONDGENOME_WORKSPACE='$(abspath $(WORKSPACE))' $(BIN)/streamlit run app.py \
		--server.address '$(HOST)' --server.port '$(PORT)' --server.headless true --browser.gatherUsageStats false

setup: .venv/.installed $(VIEWER)

test: .venv/.installed-dev $(VIEWER)
	$(BIN)/lint-imports
	$(BIN)/ruff check --quiet --output-format concise .
	$(BIN)/mypy
	$(BIN)/python -m pytest $(PYTEST_ARGS)

# Stamps rather than phony targets: a second call has nothing to do.
.venv/.installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Python 3.11 or newer is needed; call make PYTHON=/path/to/python3.11 (or newer).' >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || \
		{ echo 'The virtual environment could not be made; on Debian or Ubuntu install python3-venv first.' >&2; exit 1; }
	$(BIN)/python -m pip install --disable-pip-version-check $(PIP_ARGS) -r requirements.txt
	@touch $@

.venv/.installed-dev: .venv/.installed requirements-dev.txt
	$(BIN)/python -m pip install --disable-pip-version-check $(PIP_ARGS) -r requirements-dev.txt
	@touch $@

# Streamlit serves ./static only; the viewer is fetched once, so that the app works without a network afterwards.
$(VIEWER): .venv/.installed package.json package-lock.json
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	mkdir -p $(@D)
	cp node_modules/3dmol/LICENSE $(@D)/
	cp node_modules/3dmol/build/3Dmol.es6-min.js $@.part
	mv $@.part $@

clean-setup:
	rm -rf .venv node_modules static/3dmol
