# Targets that people type. What is longer than a line is a script in .ci/.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.PHONY: help run test bench faults lint build web openapi clean

modules := web/node_modules/.package-lock.json

help: ## this list
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

run: prepare-run build ## build all, load the demo office on first run, serve it on http://127.0.0.1:8080
	@.ci/start

test: ## everything that guards main: Go, user interface, end to end, linters
	@.ci/test

bench: build ## the figures of speed and size, each as a ratio against a bare baseline
	go run -buildvcs=false ./cmd/bench

faults: build ## the long fault tests: kills, disk full, database away
	XIANFENG_FAULTS=1 go test -count 1 -timeout 90m -run Fault -v ./...

lint: $(modules) ## golangci-lint and eslint
	@.ci/prepare lint
	.tools/bin/golangci-lint run
	cd web && npm run --silent lint

build: web ## the server with the user interface inside: bin/xianfeng
	CGO_ENABLED=0 go build -buildvcs=false -trimpath -ldflags '-s -w' -o bin/xianfeng ./cmd/xianfeng

web: web/dist/index.html ## the user interface: web/dist

openapi: $(modules) ## the API's document and the typed client, from the code
	@mkdir -p bin
	go run -buildvcs=false ./cmd/xianfeng openapi > bin/openapi.json
	mv bin/openapi.json docs/openapi.json
	cd web && npm run --silent client

clean: ## remove what was built; data, fetched tools and modules stay
	rm -rf bin/xianfeng web/dist/assets web/dist/index.html web/test-results web/playwright-report

.PHONY: prepare-run
prepare-run:
	@.ci/prepare run

$(modules): web/package.json web/package-lock.json
	cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

web/dist/index.html: $(modules) web/index.html web/vite.config.ts web/tsconfig.json $(shell find web/src web/public -type f)
	cd web && npm run --silent build -- --logLevel warn
	@touch web/dist/.gitkeep $@
