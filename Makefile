# Everything that is done with this project, by people and by CI. `make` alone tells what there is.
# Works on Debian 12 and Ubuntu with Swift; what else is needed is installed by scripts/deps, which says so.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PREFIX ?= /usr/local
DESTDIR ?=
SWIFT ?= swift

# A server needs libcurl, and no Swift. The same flags everywhere, or SwiftPM builds everything anew.
release := -c release --static-swift-stdlib
# The compiler's warnings are errors here and not in Package.swift, which would break under the next compiler.
strict := -Xswiftc -warnings-as-errors
release_bin := .build/release
sources := Package.swift Sources Tests

bin := $(DESTDIR)$(PREFIX)/bin
share := $(DESTDIR)$(PREFIX)/share/watcher
units := $(DESTDIR)$(PREFIX)/lib/systemd/system

##@ To use it

.PHONY: demo
demo: build ## See watcher live through a release day, against a GitHub on loopback
	@$(SWIFT) build $(release) --product watcher-demo
	@$(release_bin)/watcher-demo $(DEMO_FLAGS)

.PHONY: build
build: ## Build the program for a server: .build/release/watcher
	@scripts/deps build
	$(SWIFT) build $(release) --product watcher

.PHONY: install
install: ## Install the built program under PREFIX (/usr/local), in DESTDIR; starts nothing
	@[ -x $(release_bin)/watcher ] || { echo "error: there is no $(release_bin)/watcher yet" >&2; \
		echo "hint: make build, as yourself; then sudo make install" >&2; exit 1; }
	install -d "$(bin)" "$(share)"
	install -m 755 $(release_bin)/watcher "$(bin)/watcher"
	strip "$(bin)/watcher"
	sed 's|"deploy/config.schema.json"|"$(PREFIX)/share/watcher/config.schema.json"|' config.example.json \
		> "$(share)/config.example.json"
	chmod 644 "$(share)/config.example.json"
	install -m 644 deploy/config.schema.json "$(share)/config.schema.json"
	for file in deploy/systemd/*.service deploy/systemd/*.timer; do \
		[ -e "$$file" ] || continue; \
		install -d "$(units)"; \
		sed 's|/usr/local/bin/watcher|$(PREFIX)/bin/watcher|g' "$$file" > "$(units)/$${file##*/}"; \
		chmod 644 "$(units)/$${file##*/}"; \
	done
	for file in deploy/cron/*; do \
		[ -f "$$file" ] || continue; \
		install -d "$(share)/cron"; \
		sed 's|/usr/local/bin/watcher|$(PREFIX)/bin/watcher|g' "$$file" > "$(share)/cron/$${file##*/}"; \
		chmod 644 "$(share)/cron/$${file##*/}"; \
	done

.PHONY: uninstall
uninstall: ## Remove what install has installed; configuration and state stay
	rm -f "$(bin)/watcher"
	rm -rf "$(share)"
	for file in deploy/systemd/*.service deploy/systemd/*.timer; do rm -f "$(units)/$${file##*/}"; done

##@ To work on it

.PHONY: check
check: deps lint tests ## Lint, build with warnings as errors, run all tests that need no root

.PHONY: test
test: check story schema shell installs ## check, and the release binary: demo, examples, schema, installation

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

.PHONY: clean
clean: ## Remove everything that was built
	rm -rf .build .build-*

.PHONY: help
help: ## Tell what there is
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

# The parts of check and test.

.PHONY: deps tests story example schema shell installs

deps:
	@scripts/deps test

tests: deps
	$(SWIFT) build --build-tests $(strict)
	$(SWIFT) test --skip-build $(strict)

# The demo's story is a test of the release binary: its exit status counts. A program that does nothing must fail it.
story: build
	$(SWIFT) build $(release) --product watcher-demo
	$(release_bin)/watcher-demo --no-pause
	! $(release_bin)/watcher-demo --no-pause --watcher /bin/true >/dev/null 2>&1
	$(release_bin)/watcher --version
	GITHUB_TOKEN=x SLACK_WEBHOOK_URL=https://hooks.slack.com/services/T/B/x \
		$(release_bin)/watcher validate --config config.example.json

schema:
	scripts/python Tests/schema-agrees.py
	[ ! -e Tests/bodies-valid.py ] || scripts/python Tests/bodies-valid.py

shell: deps
	shellcheck .ci/run scripts/*

# In a folder of its own: the installed program runs, and uninstall leaves nothing.
installs: build
	rm -rf .build/installed
	$(MAKE) --no-print-directory install DESTDIR=.build/installed PREFIX=/usr
	.build/installed/usr/bin/watcher --version
	.build/installed/usr/bin/watcher validate --config .build/installed/usr/share/watcher/config.example.json
	$(MAKE) --no-print-directory uninstall DESTDIR=.build/installed PREFIX=/usr
	[ -z "$$(find .build/installed -type f)" ]
