# make demo         answers from the sample archive, then a console
# make test         the whole test suite
# make laws         the tests that state laws, with many more examples
# make shuffled     the whole suite in an order drawn anew; SEED=… repeats one
# make coverage     the whole suite, and which lines and branches it does not reach
# make mutants      how many small faults in some modules the tests notice
# make wheel-check  what people install is whole: wheel and sdist, in an empty environment
# make docs         README.md and docs/ as a site, build/site; a link that leads nowhere is an error
# make setup        what each of these does first: everything into .venv
# make format       puts the code in order
# make messages     collects the texts that users read, and brings the catalogues of all languages up to date
# make lock         choose new versions

VENV := .venv
PYTHON ?= python3
BIN := $(VENV)/bin
TORCH := torch==2.13.0
# A process more than there are cores: many tests wait for another process, or for a moment to come.
SUITE = $(BIN)/python -m pytest -p tests.processes --processes $$($(PYTHON) -c 'import os; print(1 + (os.cpu_count() or 1))') --hypothesis-profile ci
SEED := $(shell date +%s)
INSTALLED := $(VENV)/installed
# Who waits sees what is fetched; a log need not have it.
INSTALL = $(BIN)/python -m pip install --disable-pip-version-check $(if $(CI),--quiet)

# Each of the processes that the tests start would otherwise compile the program anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test laws shuffled coverage mutants wheel-check docs setup format messages sample lock clean

demo: $(INSTALLED)
	@$(BIN)/dateline bot --demo

test: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(SUITE)

# The laws among the tests, with forty times as many examples where a test does not set their number.
laws: $(INSTALLED)
	$(BIN)/python -m pytest -p tests.processes --processes $$($(PYTHON) -c 'import os; print(os.cpu_count() or 1)') -m "hypothesis and not model" --hypothesis-profile long

shuffled: $(INSTALLED)
	$(SUITE) --random-order-bucket module --random-order-seed $(SEED)

# Processes that tests start and kill do not count.
coverage: $(INSTALLED)
	$(SUITE) --cov --cov-report term

# Every core for long; a run that was stopped goes on where it was. `clean` leaves mutants/ as it is.
mutants: $(INSTALLED)
	@$(BIN)/python -m tests.mutants

# Minutes, and 1.5 GB of disk for as long as it runs; more where torch is the build for graphics cards.
wheel-check: $(INSTALLED)
	@$(BIN)/python -m tests.wheel $(TORCH)

docs: $(INSTALLED)
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

setup: $(INSTALLED)
	@echo "Everything is installed; next: $(BIN)/dateline setup"

format: $(INSTALLED)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# docs/translating.md
messages: $(INSTALLED)
	@$(BIN)/python -m tests.messages

# Writes the pages of the sample archive from its source files.
sample: $(INSTALLED)
	$(BIN)/python -m embeddings.sample

# torch comes first and alone: it exists in several builds (see docs/install.md), so its file has no one hash.
$(INSTALLED): pyproject.toml requirements.lock Makefile
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Dateline needs Python 3.11 or newer; name one: make PYTHON=python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "python3 -m venv failed; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Installing into $(VENV), which takes minutes: PyTorch, then some $$(grep -c '^[a-z].*==' requirements.lock) packages, then Dateline"
	@$(INSTALL) $(TORCH)
	@$(INSTALL) --require-hashes --no-deps -r requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

# The packages left out belong to torch's build for graphics cards; pip brings them with that build.
lock: $(INSTALLED)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --group dev \
	  $(foreach name,torch triton cuda-bindings cuda-pathfinder cuda-toolkit nvidia-cublas nvidia-cuda-cupti nvidia-cuda-nvrtc \
	    nvidia-cuda-runtime nvidia-cudnn-cu13 nvidia-cufft nvidia-cufile nvidia-curand nvidia-cusolver nvidia-cusparse \
	    nvidia-cusparselt-cu13 nvidia-nccl-cu13 nvidia-nvjitlink nvidia-nvshmem-cu13 nvidia-nvtx,--no-emit-package $(name)) \
	  pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) build dist .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
