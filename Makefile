# Rialto. `make demo` shows it, `make test` proves it; the other targets are their parts.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

STAGE ?= local
STATE := .local
LOCAL := $(STATE)/bin/local
INFRA := $(STATE)/bin/infra
ARCH  := $(if $(filter local,$(STAGE)),$(shell go env GOARCH),arm64)

.PHONY: help
help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo seed token up down status logs clean
demo: deploy ## the whole journey on the local cloud: up, deploy, seed, shop (CATALOG=file for a catalog of your own)
	@$(LOCAL) seed $(if $(CATALOG),-catalog "$(CATALOG)")
	@$(LOCAL) demo

seed: tools ## load the catalog through the functions (CATALOG=file)
	@$(LOCAL) seed $(if $(CATALOG),-catalog "$(CATALOG)")

up: tools ## start the local cloud
	@$(LOCAL) up

down: tools ## stop it; its data is gone with it
	@$(LOCAL) down

status: tools ## what runs
	@$(LOCAL) status

logs: tools ## a service's or function's log (SERVICE=…)
	@$(LOCAL) logs $(SERVICE)

clean: tools ## stop it and delete all local state
	@$(LOCAL) clean
	@rm -rf $(STATE)

token: tools ## a development token (CUSTOMER=cus_… or SELLER=sel_…)
	@$(LOCAL) token $(if $(CUSTOMER),-customer $(CUSTOMER)) $(if $(SELLER),-role seller -seller $(SELLER) -customer $(SELLER))

.PHONY: tools build synth deploy
tools:
	@mkdir -p $(STATE)/bin
	@go build -o $(LOCAL) ./localstack

build: ## the functions' zips (STAGE=local|dev|prod)
	@go run ./infra/cmd/build -arch $(ARCH)

synth: build ## the cloud assembly of a stage, linted; needs no credentials (STAGE=…)
	@go build -o $(INFRA) ./infra/cmd
	@$(INFRA) -stage $(STAGE) -lint "$$($(LOCAL) path cfn-lint 2>/dev/null || true)"

