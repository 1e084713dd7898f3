SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

bin := build/bin
with_node := "$(CURDIR)/scripts/with-node"
page := frontend/dist/linefeed/browser/index.html
site := frontend/dist/help/contents.html
modules := frontend/node_modules/.package-lock.json
example := examples/angular-sse
example_page := $(example)/dist/articles-page/browser/index.html
example_modules := $(example)/node_modules/.package-lock.json

headless := $(if $(filter Linux,$(shell uname -s)),$(if $(DISPLAY)$(WAYLAND_DISPLAY),,yes))
link := -ldflags '-s -w'

##@ Use

.PHONY: run
run: $(if $(headless),run-cli,run-window) ## Open the window with the sample at hand; with no display, import it on the command line

.PHONY: run-window
run-window: build
	$(bin)/linefeed-desktop

.PHONY: run-cli
run-cli: cli
	@scripts/demo $(bin)/linefeed

##@ Build

.PHONY: build
build: cli setup-window $(page) $(site) ## Build the window and the command line into build/bin
	go build -tags desktop,production,webkit2_41 $(link) -o $(bin)/linefeed-desktop .

.PHONY: cli
cli: setup-cli ## Build the command line alone, which needs neither GTK nor Node.js
	go build $(link) -o $(bin)/linefeed ./backend/cmd/linefeed

.PHONY: docs
docs: $(site) ## Build the documentation as a site into frontend/dist/help, which the window shows at F1
	@echo "open $(site), or have any web server show its folder"

.PHONY: bindings
bindings: setup-window ## Write the TypeScript bindings of app.go again (frontend/wailsjs)
	scripts/bindings

.PHONY: dev
dev: setup-window tools/bin/wails $(modules) $(site) ## Open the window and reload it when a source file changes (app.go: make bindings)
	$(with_node) tools/bin/wails dev -m -nosyncgomod -skipbindings -tags webkit2_41

.PHONY: reference
reference: setup-cli ## Write the pages of docs again that follow from the code: commands, settings, messages, API
	go run ./backend/cmd/manual -docs docs

.PHONY: sample
sample: setup-cli ## Write examples/articles-ROWS.csv and the list of its bad lines: make sample ROWS=1000000 [BAD=1] [SEED=1]
	@[[ "$(ROWS)" =~ ^[0-9]+$$ ]] || { echo 'say how many rows: make sample ROWS=1000000' >&2; exit 64; }
	go run ./backend/cmd/sample -rows $(ROWS) -bad $(or $(BAD),1) -seed $(or $(SEED),1) -out examples/articles-$(ROWS).csv

.PHONY: package
package: setup-package tools/bin/nfpm tools/bin/cyclonedx-gomod $(page) $(site) ## Make the packages into build/package: .deb, .rpm, tar.gz, for Windows an installer and a zip; SBOM, checksums
	scripts/package

.PHONY: test-packages
test-packages: package ## Try the packages on clean Debian systems: as root, with mmdebstrap; a quarter of an hour
	scripts/test-packages

.PHONY: test-windows
test-windows: setup-windows tools/bin/cyclonedx-gomod $(page) $(site) ## Make the packages for Windows alone, and try the installer under Wine
	scripts/package windows
	scripts/test-windows

##@ Check

.PHONY: test
test: test-go test-frontend test-e2e ## Run every test: Go with the race detector, the frontend's units, Chromium, the real window

.PHONY: test-go
test-go: setup-servers ## Run the Go tests alone
	GORACE=atexit_sleep_ms=0 go test -race -timeout 30m ./... # programs of tests do not sleep before they end
	go test ./backend/csvfile # all of what is read in part with the race detector

.PHONY: test-api
test-api: setup-servers $(modules) ## Run the tests of the local API's description (Schemathesis too) and of the examples of its docs alone
	go test -count 1 -timeout 15m -run 'OpenAPI|Docs|Examples' -v ./backend/localapi ./backend/cmd/linefeed

.PHONY: test-frontend
test-frontend: setup-window $(modules) ## Run the frontend's unit tests alone
	cd frontend && $(with_node) npm test

.PHONY: test-e2e
test-e2e: setup-test e2e-programs ## Run the tests of the whole program alone, in Chromium and in the real window
	cd frontend && $(with_node) npm run e2e

.PHONY: test-sso
test-sso: setup-sso cli $(example_page) $(modules) ## Run the tests of signing in with a real Keycloak, which are no part of make test (Java 17 or 21)
	cd frontend && $(with_node) npm run sso

.PHONY: lint
lint: setup-window tools/bin/golangci-lint $(modules) ## Check format, static rules, imports, bindings and lock files
	tools/bin/golangci-lint run ./...
	tools/bin/golangci-lint fmt --diff ./...
	cd frontend && $(with_node) npm run lint
	scripts/bindings --check
	scripts/check-locks

.PHONY: screenshots
screenshots: setup-test e2e-programs ## Make the README's screenshots again (docs/images)
	cd frontend && $(with_node) npm run screenshots

##@ Measure

bench := $(bin)/bench -dir build/bench -linefeed $(bin)/linefeed -window $(bin)/linefeed-desktop -packages build/package

.PHONY: bench
bench: setup-bench $(if $(filter start,$(or $(ONLY),start)),build) cli bench-program ## Measure beside the databases' own programs, against the figures to reach: make bench [ROUNDS=5] [ONLY=servers]
	$(bench) $(if $(COLD),-cold) -rounds $(or $(ROUNDS),5) $(if $(ONLY),-only $(ONLY)) $(if $(LARGE),-large) $(if $(WRITERS),-writers)
	go test -run '^$$' -bench Mark -benchtime 200x ./backend/csvfile

.PHONY: compare
compare: setup-compare cli bench-program ## Try what other programs do with the sample's bad lines, and after a kill (docs/comparison.md): make compare [ONLY=pgloader]
	$(bench) -compare examples/articles.csv $(if $(ONLY),-only $(ONLY))

.PHONY: profile
profile: setup-cli bench-program ## Say where the processor time of an import and of a check goes (build/bench/*.prof)
	$(bench) -profile import
	$(bench) -profile check
	go tool pprof -top -nodecount 40 $(bin)/bench build/bench/import.prof
	go tool pprof -top -nodecount 40 $(bin)/bench build/bench/check.prof

.PHONY: bench-program
bench-program: setup-cli
	go build -o $(bin)/bench ./backend/cmd/bench

##@ Other

.PHONY: clean
clean: ## Remove what was built, and leave what was downloaded
	rm -rf $(bin) build/package frontend/.angular frontend/dist/linefeed frontend/dist/help frontend/e2e/out $(example)/.angular $(example)/dist

.PHONY: help
help: ## Say what there is to make
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# What the jobs above stand on.

.PHONY: setup-npm setup-cli setup-window setup-package setup-windows setup-servers setup-test setup-sso setup-bench setup-compare
setup-npm setup-cli setup-window setup-package setup-windows setup-servers setup-test setup-sso setup-bench setup-compare: setup-%:
	@scripts/setup $*

# The program with a development server, for Chromium, and with the web inspector, for the real window.
.PHONY: e2e-programs
e2e-programs: $(page) $(site) $(example_page) cli
	go build -tags dev,webkit2_41 -o $(bin)/e2e-dev .
	go build -tags desktop,production,devtools,webkit2_41 -o $(bin)/e2e-window .

$(modules): frontend/package.json frontend/package-lock.json | setup-npm
	cd frontend && $(with_node) npm ci --ignore-scripts
	touch $@

$(example_modules): $(example)/package.json $(example)/package-lock.json | setup-npm
	cd $(example) && $(with_node) npm ci --ignore-scripts
	touch $@

$(page): $(modules) $(shell find frontend/src frontend/public frontend/wailsjs -type f 2>/dev/null) \
		frontend/angular.json frontend/tsconfig.json frontend/tsconfig.app.json
	cd frontend && $(with_node) npm run build
	touch $@

# A link that leads nowhere fails it.
$(site): $(modules) $(wildcard *.md) $(shell find docs frontend/help $(example)/README.md examples/api examples/keycloak -type f) \
		frontend/src/styles/_colours.scss
	cd frontend && $(with_node) npm run docs
	touch $@

$(example_page): $(example_modules) $(shell find $(example)/src $(example)/public -type f) \
		$(example)/angular.json $(example)/tsconfig.json $(example)/tsconfig.app.json
	cd $(example) && $(with_node) npm run build
	touch $@

tools/bin/golangci-lint: tools/lint/go.mod tools/lint/go.sum
	cd tools/lint && GOBIN="$(CURDIR)/tools/bin" go install tool
	touch $@

tools/bin/nfpm tools/bin/cyclonedx-gomod &: tools/package/go.mod tools/package/go.sum
	cd tools/package && GOBIN="$(CURDIR)/tools/bin" go install tool
	touch tools/bin/nfpm tools/bin/cyclonedx-gomod

tools/bin/wails: tools/wails/go.mod tools/wails/go.sum
	cd tools/wails && GOBIN="$(CURDIR)/tools/bin" go install tool
	touch $@
