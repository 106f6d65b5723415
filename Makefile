# One command each to set up, try, test, lint, regenerate and measure. `make help` lists them.

SWIFT ?= swift
BUILD := $(SWIFT) build -c release --static-swift-stdlib
BIN := .build/release/mixdown
# DESTDIR is where a package is put together.
PLACE := $(DESTDIR)$(or $(PREFIX),/usr/local)
EXAMPLE := examples/01-first-mix/first-mix.mix.yaml

# Debian's names and Homebrew's of the system libraries.
APT_PACKAGES := libyaml-dev libsndfile1-dev libflac-dev libmp3lame-dev libmpg123-dev libvorbis-dev libopus-dev libssl-dev \
  pkg-config
BREW_PACKAGES := libyaml libsndfile flac lame mpg123 libvorbis opus openssl@3 pkgconf

.PHONY: help setup build demo test lint format schemas pictures oracles fuzz bench install clean

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

pictures: build ## take the pictures of the report in docs anew (needs Chromium)
	MIXDOWN=$(BIN) docs/pictures/make.sh

oracles: build ## check the program against independent references (needs Python and ffmpeg)
	MIXDOWN=$(BIN) Tests/Oracles/run.sh

fuzz: setup ## look for inputs that crash it: TARGET= (all), TIME= seconds (60) or RUNS= each
	Tests/Fuzzing/run.sh $(TARGET)

bench: setup ## measure every kernel and a whole job
	$(BUILD) --product mixdown-bench
	.build/release/mixdown-bench

install: build ## put the program, its manual page and completions below PREFIX (default /usr/local)
	install -d $(PLACE)/bin $(PLACE)/share/man/man1 $(PLACE)/share/bash-completion/completions \
	  $(PLACE)/share/zsh/site-functions $(PLACE)/share/fish/vendor_completions.d
	install -m 755 $(BIN) $(PLACE)/bin/mixdown
	$(BIN) manual > $(PLACE)/share/man/man1/mixdown.1
	$(BIN) completions bash > $(PLACE)/share/bash-completion/completions/mixdown
	$(BIN) completions zsh > $(PLACE)/share/zsh/site-functions/_mixdown
	$(BIN) completions fish > $(PLACE)/share/fish/vendor_completions.d/mixdown.fish

clean: ## remove what was built
	rm -rf .build renders examples/*/renders
