# One command each to set up, try, test, lint, regenerate and measure. `make help` lists them.

SWIFT ?= swift
BUILD := $(SWIFT) build -c release --static-swift-stdlib
BIN := .build/release/mixdown
EXAMPLE := examples/01-first-mix/first-mix.mix.yaml

# Debian's names and Homebrew's of the system libraries.
APT_PACKAGES := libyaml-dev libsndfile1-dev libflac-dev libmp3lame-dev libmpg123-dev libvorbis-dev libopus-dev pkg-config
BREW_PACKAGES := libyaml libsndfile flac lame mpg123 libvorbis opus pkgconf

.PHONY: help setup build demo test lint format schemas oracles bench install clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

setup: ## install what is missing of the system libraries
	@command -v $(SWIFT) >/dev/null 2>&1 || { \
	  echo "Mixdown needs Swift 6.2 or later: see https://www.swift.org/install"; exit 1; }
	@if [ "$$(uname)" = Darwin ]; then \
	  missing=""; for package in $(BREW_PACKAGES); do \
	    brew list --versions $$package >/dev/null 2>&1 || missing="$$missing $$package"; done; \
	  [ -z "$$missing" ] || brew install $$missing; \
	else \
	  missing=""; for package in $(APT_PACKAGES); do \
	    dpkg -s $$package >/dev/null 2>&1 || missing="$$missing $$package"; done; \
	  if [ -n "$$missing" ]; then \
	    sudo=""; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	    echo "installing$$missing"; \
	    $$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq $$missing; \
	  fi; \
	fi

build: setup ## build the program, optimised
	$(BUILD) --product mixdown

demo: build ## render the first example: WAV, FLAC and MP3 from its stems
	$(BIN) render $(EXAMPLE)

test: setup ## run all tests
	Tests/no-libm.sh
	$(SWIFT) test -c release

lint: ## check the layout of the code
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests

format: ## lay the code out
	$(SWIFT) format --in-place --recursive Package.swift Sources Tests

schemas: build ## write the JSON Schemas and the reference anew
	$(BIN) schema session > schemas/session.schema.json
	$(BIN) schema template > schemas/template.schema.json
	$(BIN) schema preset > schemas/preset.schema.json
	$(BIN) schema reference > docs/reference.md

oracles: build ## check the program against independent references (needs Python and ffmpeg)
	MIXDOWN=$(BIN) Tests/Oracles/run.sh

bench: setup ## measure every kernel and a whole job
	$(BUILD) --product mixdown-bench
	.build/release/mixdown-bench

install: build ## put the program into PREFIX/bin (default /usr/local)
	install -d $(or $(PREFIX),/usr/local)/bin
	install -m 755 $(BIN) $(or $(PREFIX),/usr/local)/bin/mixdown

clean: ## remove what was built
	rm -rf .build renders examples/*/renders
