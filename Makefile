# Everything that is done with this project, by people and by CI. `make` alone tells what there is.
# Works on Debian 12 and Ubuntu with Swift; what else is needed is installed by scripts/deps, which says so.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PREFIX ?= /usr/local
DESTDIR ?=
SWIFT ?= swift

# A server needs libcurl, and no Swift. The same flags everywhere, or SwiftPM builds everything anew.
# The C++ library that Swift's runtime wants is linked in too, a tenth of a megabyte of it: as a library of its own it
# costs a process 1.2 MB and 2 ms. The linker takes the first folder that has one: this holds nothing else.
static := .build/static
release := -c release --static-swift-stdlib -Xlinker -L$(CURDIR)/$(static)
# The compiler's warnings are errors here and not in Package.swift, which would break under the next compiler.
strict := -Xswiftc -warnings-as-errors
release_bin := .build/release
sources := Package.swift Sources Tests
# All points of the crash matrix instead of a sample, by the release binary.
crashes = WATCHER_BINARY=$(CURDIR)/$(release_bin)/watcher WATCHER_CRASHES=all

bin := $(DESTDIR)$(PREFIX)/bin
share := $(DESTDIR)$(PREFIX)/share/watcher
docs := $(DESTDIR)$(PREFIX)/share/doc/watcher
units := $(DESTDIR)$(PREFIX)/lib/systemd/system
unit_files := $(wildcard deploy/systemd/*.service deploy/systemd/*.timer)
# Manual pages and completions, written by the program that was built; their places under share/.
manuals := .build/share
manual_files := man/man1/watcher.1 man/man5/watcher.json.5 bash-completion/completions/watcher \
	zsh/site-functions/_watcher fish/vendor_completions.d/watcher.fish

##@ To use it

.PHONY: demo
demo: build ## See watcher live through a release day, against a GitHub on loopback
	@$(SWIFT) build $(release) --product watcher-demo
	@$(release_bin)/watcher-demo $(DEMO_FLAGS)

.PHONY: build
build: ## Build the program for a server: .build/release/watcher
	@scripts/deps build
	@mkdir -p $(static); for cc in cc clang; do command -v $$cc >/dev/null || continue; \
		ln -sf "$$($$cc -print-file-name=libstdc++.a)" $(static)/libstdc++.a; break; done
	$(SWIFT) build $(release) --product watcher
	scripts/manual $(release_bin)/watcher all $(manuals)

.PHONY: install
install: ## Install the built program under PREFIX (/usr/local), in DESTDIR; starts nothing
	@[ -x $(release_bin)/watcher ] && [ -s $(manuals)/man/man1/watcher.1 ] || { echo "error: there is no $(release_bin)/watcher yet" >&2; \
		echo "hint: make build, as yourself; then sudo make install" >&2; exit 1; }
	install -d "$(bin)" "$(share)/cron" "$(share)/systemd" "$(share)/github" "$(share)/prometheus" "$(docs)/docs" "$(units)"
	install -m 755 $(release_bin)/watcher "$(bin)/watcher"
	strip "$(bin)/watcher"
	install -m 644 README.md CHANGELOG.md LICENSE "$(docs)"
	install -m 644 docs/*.md docs/*.webp "$(docs)/docs"
	for file in $(manual_files); do install -D -m 644 "$(manuals)/$$file" "$(DESTDIR)$(PREFIX)/share/$$file"; done
	install -m 644 deploy/systemd/watcher-build.conf "$(share)/systemd"
	install -m 644 deploy/github/build-image.yaml "$(share)/github"
	install -m 644 deploy/prometheus/watcher.rules.yml deploy/prometheus/watcher.dashboard.json "$(share)/prometheus"
	install -m 644 deploy/config.schema.json "$(share)"
	install -m 644 config.example.json "$(share)"
	sed -i 's|"deploy/config.schema.json"|"$(PREFIX)/share/watcher/config.schema.json"|' "$(share)/config.example.json"
	install -m 644 deploy/cron/watcher "$(share)/cron"
	install -m 644 $(unit_files) "$(units)"
	sed -i 's|/usr/local/bin/watcher|$(PREFIX)/bin/watcher|g; s|/usr/share/doc|$(PREFIX)/share/doc|g' \
		"$(share)/cron/watcher" $(patsubst deploy/systemd/%,"$(units)/%",$(unit_files))

.PHONY: uninstall
uninstall: ## Remove what install has installed; configuration and state stay
	rm -f "$(bin)/watcher" $(patsubst %,"$(DESTDIR)$(PREFIX)/share/%",$(manual_files))
	rm -rf "$(share)" "$(docs)"
	rm -f $(patsubst deploy/systemd/%,"$(units)/%",$(unit_files))

.PHONY: deb
deb: build ## Make a Debian package of this machine's architecture: .build/release-watcher_*.deb
	scripts/deb

##@ To work on it

.PHONY: check
check: lint tests ## Lint, build with warnings as errors, run all tests that need no root

.PHONY: test
test: check corpus story promises schema outputs mail sources deployed shell installs ## check, and the release binary: demo, promises, installation

.PHONY: lint
lint: ## Format and borders between the parts, without changing anything
	$(SWIFT) format lint --strict --parallel --recursive $(sources)
	scripts/imports

.PHONY: fmt
fmt: ## Format all Swift files
	$(SWIFT) format --in-place --parallel --recursive $(sources)

.PHONY: docs
docs: ## Build the documentation: .build/docs
	scripts/docs

.PHONY: crash-matrix
crash-matrix: build test-programs ## Kill the release binary at each system call of a pass: Tests/crash-matrix.tsv
	rm -rf .build/crash-matrix && mkdir -p .build/crash-matrix
	$(crashes) WATCHER_CRASH_TABLE=$(CURDIR)/.build/crash-matrix $(SWIFT) test --skip-build --filter CrashMatrix
	{ head -qn 1 .build/crash-matrix/crash-matrix.tsv; tail -qn +2 .build/crash-matrix/*.tsv; } > Tests/crash-matrix.tsv

# Passes; the first thousand are before the first measure.
SOAK ?= 20000

.PHONY: soak
soak: build test-programs ## Run the daemon of the release binary for SOAK=20000 passes, and measure it
	WATCHER_BINARY=$(CURDIR)/$(release_bin)/watcher WATCHER_SOAK=$(SOAK) $(SWIFT) test --skip-build --filter SoakTests

# Seconds for each target.
FUZZ ?= 60

.PHONY: page-shots
page-shots: ## Make the pictures of the page for docs/outputs.md, in headless Chromium: docs/page-*.webp
	@scripts/deps pages
	$(SWIFT) build --product watcher
	PYTHON_PACKAGES=Tests/page-shots.txt scripts/python Tests/page-shots.py .build/debug/watcher docs

.PHONY: fuzz
fuzz: deps ## Give every reader of foreign bytes any bytes, a minute each: FUZZ=3600 for an hour
	scripts/fuzz $(FUZZ)

.PHONY: nightly
nightly: simulated crashes soak fuzz ## What takes long: a million simulated steps, every crash point, the soak, fuzzing

.PHONY: bench
bench: build ## Measure the release binary beside libcurl alone and beside curl, in five minutes
	@scripts/deps test
	@Benchmarks/bench.py

.PHONY: bench-full
bench-full: build ## The same with more runs, 10 000 upstreams, and nvchecker beside
	@scripts/deps test
	@Benchmarks/bench.py --full

.PHONY: corpus
corpus: build ## Score the reading of real tags; PEERS=1: other readers beside it
	$(if $(PEERS),PYTHON_PACKAGES=Tests/peers.txt scripts/python )scripts/corpus $(if $(PEERS),--peers) --watcher $(release_bin)/watcher

.PHONY: clean
clean: ## Remove everything that was built
	rm -rf .build .build-*

.PHONY: help
help: ## Tell what there is
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

# The parts of check and test.

.PHONY: deps test-programs tests story promises simulated crashes schema outputs mail sources deployed shell installs labs

deps:
	@scripts/deps test

test-programs: deps
	$(SWIFT) build --build-tests $(strict)

# One target after the other: tests with limits in time beside those that use all there is of the processor would fail
# for nothing. All run, also after one that has failed. What takes minutes by itself is in `nightly`.
tests: test-programs
	@failed=""; for target in $(filter-out LabTests,$(notdir $(wildcard Tests/*Tests))); do \
		echo "$(SWIFT) test --skip-build --filter ^$$target"; \
		$(SWIFT) test --skip-build --filter "^$$target\." --skip CrashMatrix --skip SoakTests || failed+=" $$target"; \
	done; [ -z "$$failed" ] || { echo "error: failed:$$failed" >&2; exit 1; }

# By itself: it brings up engines, and takes minutes that differ much from machine to machine.
# Docker, a registry, systemd, a Matrix homeserver and receivers for real, with the release binary.
labs: build test-programs
	scripts/labs

# The demo's story is a test of the release binary: its exit status counts. A program that does nothing must fail it.
story: build
	$(SWIFT) build $(release) --product watcher-demo
	$(release_bin)/watcher-demo --no-pause
	! $(release_bin)/watcher-demo --no-pause --watcher /bin/true >/dev/null 2>&1
	$(release_bin)/watcher --version
	GITHUB_TOKEN=x SLACK_WEBHOOK_URL=https://hooks.slack.com/services/T/B/x \
		$(release_bin)/watcher validate --config config.example.json
	$(release_bin)/watcher validate --config deploy/docker/config.json
	$(release_bin)/watcher validate --config deploy/docker/config.build.json

# The same tests as in `check`, with the program that is installed.
promises: build test-programs
	WATCHER_BINARY=$(CURDIR)/$(release_bin)/watcher $(SWIFT) test --skip-build --filter '^CommandTests\.(Promise|Story)Tests'

# A million steps of the core's simulation, and days of the schedule of thousands of upstreams, optimised: `check` plays
# some 60 000 steps and thirty upstreams.
simulated:
	scripts/simulated

# Every point of the crash matrix: some 5 minutes on 2 cores.
crashes: build test-programs
	$(crashes) $(SWIFT) test --skip-build --filter CrashMatrix

.PHONY: reference
reference: ## Write the schema and the page of the configuration's keys from the code that reads it
	$(SWIFT) build --product watcher
	.build/debug/watcher schema > deploy/config.schema.json
	.build/debug/watcher schema --format markdown > docs/configuration.md

schema:
	scripts/python Tests/schema-agrees.py
	scripts/python Tests/survey-valid.py
	[ ! -e Tests/bodies-valid.py ] || scripts/python Tests/bodies-valid.py

# The page, the feed and the metrics by other people's readers, Prometheus with node_exporter among them.
outputs: build deps
	scripts/python Tests/outputs-valid.py $(release_bin)/watcher
	scripts/python Tests/metrics-scraped.py $(release_bin)/watcher

# Real SMTP servers, with the release binary.
mail: build
	scripts/python Tests/mail-servers.py $(release_bin)/watcher

# Git's own server and a registry, with the release binary.
sources: build
	scripts/python Tests/source-servers.py $(release_bin)/watcher

# Dockerfiles and the workflow, by the tools of those who run them.
deployed:
	scripts/python Tests/deploy-valid.py

shell: deps
	shellcheck --external-sources .ci/run $(filter-out scripts/manual scripts/corpus,$(wildcard scripts/*)) $(wildcard Tests/Labs/*.sh)

# In a folder of its own: the installed program runs, its units are right, and uninstall leaves nothing.
installs: here := $(CURDIR)/.build/installed
installs: build deps
	rm -rf $(here)
	$(MAKE) --no-print-directory install PREFIX=$(here)
	$(here)/bin/watcher --version
	$(here)/bin/watcher validate --config $(here)/share/watcher/config.example.json
	LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -E UTF-8 -l $(here)/share/man/man1/watcher.1 2>&1 >/dev/null | (! grep .)
	LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -E UTF-8 -l $(here)/share/man/man5/watcher.json.5 2>&1 >/dev/null | (! grep .)
	bash -n $(here)/share/bash-completion/completions/watcher
	systemd-analyze verify $(patsubst deploy/systemd/%,$(here)/lib/systemd/system/%,$(unit_files))
	# Ubuntu 22.04's cannot judge a unit that is not loaded.
	! systemd-analyze --help | grep -q -- --offline || \
		systemd-analyze security --offline=true --threshold=15 --no-pager $(filter %.service,$(unit_files)) >/dev/null
	$(MAKE) --no-print-directory uninstall PREFIX=$(here)
	[ -z "$$(find $(here) -type f)" ]
