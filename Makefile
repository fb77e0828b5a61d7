# One vocabulary of commands. Each does its own set-up; only python3, make, git and a package index are needed.
PYTHON ?= python3
BIN := .venv/bin
UV_VERSION := 0.13.9
export UV_LINK_MODE ?= copy

.PHONY: demo test soak pictures lint fix bench live docs check lock clean

demo: .venv/.demo ## simulator + server + first sync; ONESHOT=1 checks and exits
	$(BIN)/atsume demo $(if $(ONESHOT),--oneshot)

test: .venv/.dev ## the whole suite
	@sh tests/have_chromium
	$(BIN)/python -m pytest -n 2 --dist loadgroup

soak: export ATSUME_SOAK_HISTORIES ?= 200
soak: export ATSUME_SOAK_STEPS ?= 25
soak: export ATSUME_SOAK_REQUESTS ?= 1000
soak: export ATSUME_TEST_SEALED_ROWS ?= 2000
soak: export ATSUME_TEST_ROTATION_KILLS ?= 20
soak: export ATSUME_SOAK_SPOILT_FIELDS ?= 1000
soak: export ATSUME_TEST_READER_RUNS ?= 1000
soak: export ATSUME_TEST_EVENTS ?= 10000
soak: export ATSUME_TEST_EVENT_KILLS ?= 20
soak: export ATSUME_TEST_EVENT_SPEED ?= 2000
soak: export ATSUME_SOAK_FAULTS_EVERY ?= 1
soak: export ATSUME_SOAK_FAULT_PAIRS ?= 300
soak: export ATSUME_FIELDS_RECORDS ?= 100000
soak: export ATSUME_SOAK_CRASHES ?= 1000
soak: .venv/.dev ## the same laws at length: histories, made-up requests, spoilt mappings (half an hour)
	$(BIN)/python -m pytest -n 2 --timeout 7200 tests/end_to_end/test_law.py tests/end_to_end/test_fault_matrix.py tests/wire/test_schemathesis.py tests/end_to_end/test_coverage_can_fail.py tests/api/test_readers.py tests/webhooks/test_nothing_lost.py tests/end_to_end/test_fields_at_size.py tests/connect/test_rotation.py tests/actions/test_crash.py

pictures: .venv/.dev ## every step of the connection flow as a picture for the docs
	@sh tests/have_chromium
	$(BIN)/python -m tests.connect.pictures

lint: .venv/.dev ## format, lint, types, import directions
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/basedpyright
	$(BIN)/lint-imports

fix: .venv/.dev ## format and mend what can be mended
	$(BIN)/ruff check --fix src tests benchmarks
	$(BIN)/ruff format src tests benchmarks

bench: .venv/.bench ## speed, as ratios of one run; fails on nothing
	$(BIN)/python -m benchmarks

live: .venv/.dev ## beliefs about Personio against a real account (PERSONIO_LIVE_* variables)
	$(if $(PERSONIO_LIVE_CLIENT_ID),,$(error Set PERSONIO_LIVE_CLIENT_ID, PERSONIO_LIVE_CLIENT_SECRET and PERSONIO_LIVE_CAREER))
	$(BIN)/python -m pytest tests/live

docs: .venv/.dev ## write the generated parts of the docs
	$(BIN)/python -m tests.generated

check: lint test

lock: .venv/.uv ## renew the locked versions
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --exclude-newer $$(date -u -d '7 days ago' +%F) pyproject.toml --group build --group demo -o requirements/demo.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --exclude-newer $$(date -u -d '7 days ago' +%F) pyproject.toml --group build --group demo --group test --group lint -o requirements/dev.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --exclude-newer $$(date -u -d '7 days ago' +%F) pyproject.toml --group build --group demo --group test --group lint --group bench -o requirements/bench.lock

.PHONY: soak-engine
soak-engine: export ATSUME_SOAK_KILLS ?= 200
soak-engine: export ATSUME_SOAK_INTEGRATIONS ?= 500
soak-engine: export ATSUME_SOAK_APPLICATIONS ?= 1000000
soak-engine: export ATSUME_SOAK_DELTAS ?= 100
soak-engine: export ATSUME_SOAK_IDLE_SECONDS ?= 60
soak-engine: .venv/.dev ## kills, takeovers and deltas at length (hours)
	$(BIN)/python -m pytest -n 2 -s -o timeout=14400 tests/end_to_end/test_delta.py tests/worker

clean:
	rm -rf .venv .demo .cache

.venv/.uv:
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

# Each set contains the smaller ones, so that installing one never removes what another needs.
.venv/.demo: .venv/.uv requirements/demo.lock pyproject.toml
	$(BIN)/uv pip install -q --require-hashes -r requirements/demo.lock
	$(BIN)/uv pip install -q --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.demo requirements/dev.lock
	$(BIN)/uv pip install -q --require-hashes -r requirements/dev.lock
	@touch $@

.venv/.bench: .venv/.dev requirements/bench.lock
	$(BIN)/uv pip install -q --require-hashes -r requirements/bench.lock
	@touch $@
