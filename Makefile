# What a fresh Debian 12 machine with Swift 6.3 needs is installed by the targets themselves.

SWIFT ?= swift
TOOL = .build/release/tessera
STORY = Examples/three-answers

.PHONY: demo test build format dependencies benchmark reproduce

demo: build
	@echo
	@echo '== Three answers: a, b, c =='
	@$(TOOL) fit $(STORY)/without-clone.comparisons.jsonl --alternatives $(STORY)/without-clone.alternatives.jsonl
	@echo
	@echo '== The same, and a near-copy of c =='
	@$(TOOL) fit $(STORY)/with-clone.comparisons.jsonl --alternatives $(STORY)/with-clone.alternatives.jsonl

test: dependencies
	$(SWIFT) test -c release --disable-testable-imports

build: dependencies
	$(SWIFT) build -c release --product tessera

# The report works offline: plotly.js comes out of the Python package and goes into the page.
reproduce: build
	@test -f .build/plotly/plotly.min.js || Scripts/fetch-plotly .build/plotly
	$(TOOL) reproduce -o report --plotly .build/plotly/plotly.min.js

benchmark: build
	Benchmarks/run

format:
	$(SWIFT) format --in-place --recursive Package.swift Sources Tests

# OpenBLAS for BLAS and LAPACK, Qhull for exact cells, SQLite and curl for services, found through pkg-config.
dependencies:
	@pkg-config --exists openblas qhull_r sqlite3 libcurl 2>/dev/null || Scripts/install-dependencies
