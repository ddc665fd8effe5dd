# The two commands of the README: `make run` and `make test`.

CARGO ?= cargo
# What the system must have, as Debian packages: LAPACK and BLAS, and the tool that finds them.
PACKAGES := libopenblas-dev pkg-config

.PHONY: run test check setup lint unit doc results results-fast parquet resume slurm

## Build and run the built-in quickstart.
run: setup
	$(CARGO) run --release --locked -- run

## Format, lints and docs without a warning, then every test.
test: setup lint doc unit

## What a developer runs before each commit: format, lints of what is shipped, the library's tests.
check:
	$(CARGO) fmt --check
	$(CARGO) clippy --locked -- -D warnings
	$(CARGO) test --locked --lib

lint:
	$(CARGO) fmt --check
	$(CARGO) clippy --all-targets --locked -- -D warnings

doc:
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --no-deps --document-private-items --locked

unit:
	$(CARGO) test --locked

## Parquet: lints and tests of what is built with the feature. MIXLAW_PYTHON names a Python with pandas or polars.
parquet: setup
	$(CARGO) clippy --lib --bins --features parquet --locked -- -D warnings
	$(CARGO) test --features parquet --locked --lib -- parquet sweep::write
	$(CARGO) test --features parquet --locked --test program -- --nocapture parquet::

## Run every experiment and hold its verdicts and figures against the committed ones.
results: setup
	scripts/check-results

## The same for those that take seconds.
results-fast: setup
	scripts/check-results --fast

## Kill sweeps at random moments, damage and cut their parts, fill their disk: the bytes must be the same.
resume: setup
	$(CARGO) build --release --locked
	scripts/test-resume

## The same on a Slurm of its own: a job array, a requeued task, a merge; skipped where that cannot be.
slurm: setup
	$(CARGO) build --release --locked
	scripts/test-slurm

## Install what is missing; where nothing is, neither apt nor the network is touched.
setup:
	@scripts/setup $(PACKAGES)
