# Rialto. `make demo` shows it, `make test` proves it; the other targets are their parts.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

STAGE ?= local

# One set of flags for every go command, so that tools, tests and functions share one build cache.
export CGO_ENABLED := 0
export GOFLAGS := -trimpath
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20
export RETURN_URL ALARM_EMAIL MAIL_DOMAIN SHOP_URL VERIFIED_MAIL_DOMAIN SHOP_DOMAIN CERTIFICATE_ARN

STATE := .local
LOCAL := $(STATE)/bin/local
INFRA := $(STATE)/bin/infra
OPS   := $(STATE)/bin/ops -stage $(STAGE)
INSTALL := $(STATE)/bin/install
ARCH  := $(if $(filter local,$(STAGE)),$(shell go env GOARCH),arm64)

.PHONY: help
help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo docs dashboard token mail up down status logs clean
demo: deploy ## the whole journey on the local cloud: up, deploy, seed, shop (CATALOG=file for a catalog of your own)
	@$(OPS) seed -missing $(if $(CATALOG),-catalog "$(CATALOG)")
	@$(LOCAL) demo $(if $(CATALOG),-catalog "$(CATALOG)")

up: tools packages ## start the local cloud
	@$(LOCAL) up

down: tools ## stop it; its data is gone with it
	@$(LOCAL) down

status: tools ## what runs
	@$(LOCAL) status

logs: tools ## a service's or function's log (SERVICE=localstack, SERVICE=checkout-api, …)
	@$(LOCAL) logs $(SERVICE)

clean: tools ## stop it and delete all local state
	@$(LOCAL) clean
	@rm -rf $(STATE)

docs: tools ## the APIs' documents as pages, to read and to try against the local cloud, until Ctrl-C
	@$(LOCAL) docs

dashboard: tools ## the figures of the running local cloud in a page: orders, conversion, stock, queues, functions, until Ctrl-C
	@$(LOCAL) dashboard

token: tools ## a development token (CUSTOMER=cus_…, SELLER=sel_… or OPERATOR=name)
	@$(LOCAL) token $(if $(OPERATOR),-operator "$(OPERATOR)",$(if $(SELLER),-customer $(SELLER) -seller $(SELLER),-customer "$(CUSTOMER)"))

mail: tools ## the mails that were sent locally, whole with TO=address
	@$(LOCAL) mail $(if $(TO),-to "$(TO)")

.PHONY: rehearsal
rehearsal: tools ## play an event on the running local cloud, from its entry in the calendar to the report after it, with the clock moved
	@$(LOCAL) rehearsal

.PHONY: fuzz
fuzz: tools ## call every operation of the deployed APIs in and out of its schema, as every kind of caller, and count 5xx (CALLS=, SEED=)
	@$(LOCAL) fuzz $(if $(CALLS),-calls $(CALLS)) $(if $(SEED),-seed $(SEED))

.PHONY: tools packages compiled build synth deploy
tools:
	@mkdir -p $(STATE)/bin
	@go build -o $(LOCAL) ./localstack
	@go build -o $(STATE)/bin/ops ./infra/cmd/ops

# Small, so that a machine with empty caches fetches while it compiles the rest.
packages:
	@mkdir -p $(STATE)/bin
	@go build -o $(INSTALL) ./localstack/cloud/packages/install
	@$(INSTALL) $(EXTRA)

# On a new machine all is compiled by one command first: several at once would each compile what they share.
compiled:
	@[ -x $(LOCAL) ] || { echo "compiling the local cloud, the functions and their stacks"; go list -export -deps -tags lambda.norpc,grpcnotrace \
	  ./localstack ./localstack/standins/gateway/cmd ./infra/cmd ./infra/cmd/build ./infra/cmd/deploy ./infra/cmd/ops ./functions/*/lambda > /dev/null; }

build: ## the functions' zips (STAGE=local|dev|prod)
	@go run ./infra/cmd/build -arch $(ARCH)

synth: build tools packages ## the cloud assembly of a stage, checked by guards, cfn-lint and asl-validator; needs no credentials (STAGE=…)
	@go build -o $(INFRA) ./infra/cmd
	@"$$($(LOCAL) path asl-validator)" $(foreach m,$(wildcard statemachines/*.asl.json),--json-path $(m))
	@$(INFRA) -stage $(STAGE) -lint "$$($(LOCAL) path cfn-lint)"

# The local cloud starts while the functions are compiled. AWS stages need credentials, and nothing running here.
deploy: ## deploy a stage; local starts the cloud first (STAGE=…)
ifeq ($(STAGE),local)
	@$(MAKE) -j2 --output-sync=line packages compiled
	@$(MAKE) -j2 --output-sync=line up assembly
	@go build -o $(STATE)/bin/deploy ./infra/cmd/deploy
	@$(STATE)/bin/deploy
	@$(OPS) migrate
else
	@$(MAKE) synth
	@go build -o $(STATE)/bin/deploy ./infra/cmd/deploy
	@$(STATE)/bin/deploy -stage $(STAGE)
	@echo "now run make migrate STAGE=$(STAGE): it builds anew the search indexes that an earlier release made"
endif

BASE ?= main
.PHONY: diff
diff: assembly ## what a stage's templates and the APIs' documents would change from a commit's, to review before deploying (BASE=main STAGE=dev|prod)
	@rm -rf $(STATE)/base $(STATE)/cdk/base; git worktree prune; git worktree add -q --detach $(STATE)/base $(BASE)
	@mkdir $(STATE)/base/.local && ln -s ../../packages $(STATE)/base/.local/packages
	@cd $(STATE)/base && go run ./infra/cmd -stage $(STAGE) -zips ../build/$(ARCH) -out ../cdk/base; cd ../..; git worktree remove --force $(STATE)/base
	@diff -ru -x 'asset.*' -x '*.assets.json' -x manifest.json -x '*NagReport.json' $(STATE)/cdk/base $(STATE)/cdk/$(STAGE) || [ $$? -eq 1 ]

.PHONY: iam
iam: ## whether prod's policies allow every AWS call that the functions of the local cloud have made (RIALTO_GOLDEN=1 adds new ones)
	@RIALTO_CALLS=$(abspath $(STATE)/logs/functions) go test -count=1 -v -run '^TestTheLocalCloudsCalls' ./infra | sed -u -e '/^=== /d'

.PHONY: preflight
preflight: ## whether the AWS account's quotas bear a stage; only reads, with the environment's credentials (STAGE=dev|prod)
	@go run ./infra/cmd/preflight -stage $(STAGE)

.PHONY: assembly
assembly: build
	@go build -o $(INFRA) ./infra/cmd
	@$(INFRA) -stage $(STAGE)

# What an operator does, on every stage: the running local cloud, or one on AWS with the environment's credentials.
.PHONY: dead redrive replay reindex rebuild migrate seed drill restore invoke
dead: tools ## what functions gave up, with the reasons: dead-letter queues, failed stream records (STAGE=…)
	@$(OPS) dead

redrive: tools ## give a dead-letter queue's messages back to their function (QUEUE=carts-refresh STAGE=…)
	@$(OPS) redrive $(QUEUE)

replay: tools ## give failed stream records back to their functions (STAGE=…)
	@$(OPS) replay

reindex: tools ## build search indexes anew from the tables and swap them in (MARKETPLACE=US, ROLLBACK=1 for the one before, STAGE=…)
	@$(OPS) reindex $(if $(MARKETPLACE),-marketplace "$(MARKETPLACE)") $(if $(ROLLBACK),-rollback)

rebuild: tools ## make a projection anew from what it is made of, while all goes on (TABLE=buy_boxes, product_ratings or seller_ratings, STAGE=…)
	@$(OPS) rebuild "$(TABLE)"

migrate: tools ## bring the SQL schema and the search indexes up to date; deploy does so locally (STAGE=…)
	@$(OPS) migrate

seed: tools ## load a catalog through the functions (CATALOG=file, STAGE=…, API=url of that stage's shopper API)
	@$(OPS) seed $(if $(CATALOG),-catalog "$(CATALOG)") $(if $(API),-api "$(API)")

drill: tools ## rehearse a table's restore: beside the live one, compared with it, deleted again (TABLE=orders, AT=instant, ITEMS=0 for all, KEEP=1, STAGE=…)
	@$(OPS) drill $(if $(AT),-at "$(AT)") $(if $(ITEMS),-items "$(ITEMS)") $(if $(KEEP),-keep) $(TABLE)

restore: tools ## put back from a drill's kept copy what the live table lost under a key (TABLE=products KEY=prd_… STAGE=…)
	@$(OPS) restore "$(TABLE)" "$(KEY)"

invoke: tools ## invoke a function (FUNCTION=promotions-import BODY=file.json STAGE=…)
	@$(OPS) invoke $(FUNCTION) $(if $(BODY),- < "$(BODY)")

N_SHOPPERS := $(if $(filter command line,$(origin N)),$(N),1000)
N_SEED := $(if $(filter command line,$(origin SEED)),$(SEED),1)
.PHONY: shoppers clickstream
shoppers: tools ## make up shoppers and send what they do to the running local cloud, by the real path (N= shoppers, SEED=)
	@$(LOCAL) shoppers -n $(N_SHOPPERS) -seed $(N_SEED)

clickstream: tools ## 100,000 generated events through the gateway, Kinesis and a consumer that is killed, each once in the lake (local cloud must run)
	@RIALTO_E2E=1 RIALTO_CLICKS=6200 go test -count=1 -timeout 45m -v -run '^TestClicksAreInTheLakeOnce$$' ./localstack/checks/e2e | sed -u '/^=== /d'

.PHONY: train rollback-model experiment test-train
train: tools ## learn what to recommend from the lake, by Spark, and let the model serve that beats what serves (the local cloud must run)
	@$(LOCAL) train

rollback-model: tools ## have the model serve again that served before this one (STAGE=…)
	@$(OPS) invoke recommendations-serve '{"rollback":true}'

experiment: tools ## what became of an experiment between models, from the lake: figures with intervals (ID=, the local cloud must run)
	@$(LOCAL) experiment "$(ID)"

test-train: EXTRA := train
test-train: packages ## the tests of training, with Spark on a small lake; make test leaves them out, since they install 600 MB
	@RIALTO_TRAIN=$(abspath $(STATE)/packages/train) go test -count=1 -timeout 30m -v ./functions/recommendations/recommendationstrial ./functions/search/searchrelevance | sed -u '/^=== /d'

# Every part prints how long it took; the times stand together at the end.
TIMES := $(STATE)/times
part = printf '\n== %s\n' "$(1)"; began=$$SECONDS; $(2); printf '%5ss  %s\n' $$((SECONDS-began)) "$(1)" >> $(TIMES)

.PHONY: test check
test: ## everything: format, vet, lint, unit tests, the local cloud, store suites on real stores, end to end, prod synth
	@mkdir -p $(STATE); : > $(TIMES)
	@$(call part,check,$(MAKE) check)
	@$(call part,start and deploy the local cloud,$(MAKE) deploy)
	@$(call part,store suites on the real stores,RIALTO_TEST_DYNAMODB=http://127.0.0.1:18000 RIALTO_TEST_S3=http://127.0.0.1:4566 RIALTO_TEST_POSTGRES='postgres://rialto@127.0.0.1:15432/rialto?sslmode=disable' RIALTO_TEST_OPENSEARCH=http://127.0.0.1:19200 RIALTO_TEST_FONTS=$(abspath $(STATE)/packages/fonts) go test -timeout 8m ./functions/... ./infra/operate/...)
	@$(call part,the interpreter against LocalStack,RIALTO_E2E=1 go test -count=1 -timeout 10m -v ./localstack/checks/conformance | sed -u '/^=== /d')
	@$(call part,end to end over HTTP,RIALTO_E2E=1 go test -count=1 -timeout 15m ./localstack/checks/e2e)
	@$(call part,whether prod allows what functions called,$(MAKE) iam)
	@$(call part,synth and lint dev and prod,$(MAKE) synth STAGE=dev && $(MAKE) synth STAGE=prod)
	@$(call part,stop the local cloud,$(LOCAL) down)
	@printf '\nall parts passed:\n'; cat $(TIMES)

.PHONY: test-dates
test-dates: ## the unit tests as if it were another day: a year on, a month's and a year's end, a leap day, summer time (RIALTO_DATES=regexp PACKAGES=…)
	@go run ./functions/laboratory/dates $(PACKAGES)

# The parts of the bench, one a line. Each is a test run that prints its figures beside their aims.
measured = printf '\n== %s\n' "$(1)"; $(2) 2>&1 | sed -u -e '/^=== /d' -e '/^--- PASS/d' -e '/^PASS$$/d' -e '/^ok /d' -e 's/^ *[a-z_]*_test.go:[0-9]*: /  /'
BENCH := go test -count=1 -timeout 30m -v

.PHONY: bench figures
bench: ## figures beside their aims, in one page: cost and calls of a checkout, a hot sku, a peak, an event, rate, starts, search (.local/bench.txt)
	@mkdir -p $(STATE); $(MAKE) -s figures | tee $(STATE)/bench.txt; printf '\nall of it: %s\n' $(STATE)/bench.txt

figures: tools
	@$(call measured,what a checkout costs,RIALTO_BENCH=1 $(BENCH) -run '^TestBill$$' ./functions/checkout/checkoutbill)
	@if $(LOCAL) status >/dev/null 2>&1; then \
	$(call measured,what the deployed checkout calls,RIALTO_E2E=1 $(BENCH) -run '^TestTheDeployedCheckout' ./localstack/checks/e2e); \
	else printf '\nthe local cloud is down; make deploy, and the deployed checkout is compared too\n'; fi
	@$(call measured,what one hot sku bears,RIALTO_BENCH=1 $(BENCH) -run '^TestBench$$' ./functions/inventory/inventorymodel)
	@$(call measured,what a peak of 50000 orders a second asks of every service,$(MAKE) -s plan PEAK=50000)
	@$(call measured,two hours of an event,$(MAKE) -s event PEAK=50000 SEED=1)
	@$(call measured,checkouts a second of one process,$(MAKE) -s bench-checkouts)
	@$(call measured,what a million events cost,RIALTO_BENCH=1 $(BENCH) -run '^TestBill$$' ./functions/clickstream/clickstreambill)
	@$(call measured,how large binaries are and how fast they start,RIALTO_BENCH=1 $(BENCH) -run '^TestColdStarts$$' ./infra)
	@$(call measured,what a million shelves cost,RIALTO_BENCH=1 $(BENCH) -run '^TestBill$$' ./functions/recommendations/recommendationsbill)
	@$(call measured,how many shelves come from a pool that is kept for 15 minutes,RIALTO_BENCH=1 $(BENCH) -run '^TestHits$$' ./functions/recommendations/recommendationsbill)
	@$(call measured,what ranking 500 candidates takes (at most a millisecond of a core that nobody else uses),go test -run '^$$' -bench Score500 ./functions/internal/xgboost)
	@$(call measured,how late search is,$(LOCAL) lag)

ROWS ?= 300000
.PHONY: plan
plan: ## what every service must bear at a peak, which default quota breaks first, cells, and what an hour costs (PEAK=orders a second, GRANTED=times a default)
	@go run ./infra/cmd/plan $(if $(PEAK),-peak $(PEAK)) $(if $(GRANTED),-granted $(GRANTED))

.PHONY: event
event: ## two hours of an event, simulated: what is placed, shed and throttled, how long it takes, without and with warming (PEAK=, SEED=)
	@mkdir -p $(STATE)
	@go run ./infra/cmd/plan -json $(if $(PEAK),-peak $(PEAK)) $(if $(GRANTED),-granted $(GRANTED)) > $(STATE)/plan.json
	@RIALTO_EVENT="$(abspath $(STATE)/plan.json)" RIALTO_SEED=$(N_SEED) $(BENCH) -run '^TestEvent$$' ./functions/laboratory/event | sed -u -e '/^=== /d' -e '/^--- PASS/d' -e '/^PASS$$/d' -e '/^ok /d'

.PHONY: bench-checkouts
bench-checkouts: ## checkouts a second of one process, in memory and on DynamoDB Local where it runs, and what they oversell
	@RIALTO_BENCH=1 RIALTO_TEST_DYNAMODB="$$($(LOCAL) status >/dev/null 2>&1 && echo http://127.0.0.1:18000)" $(BENCH) -run '^TestRate$$' ./functions/checkout/checkoutrate | sed -u -e '/^=== /d' -e '/^--- PASS/d' -e '/^PASS$$/d' -e '/^ok /d'

.PHONY: bench-feed
bench-feed: up ## a seller's feed of a million rows cut and counted, and one of ROWS= rows booked (for 15 minutes at most): rows a second, peak memory, sums
	@RIALTO_BENCH_UNBOOKED=1000000 RIALTO_BENCH_ROWS=$(ROWS) RIALTO_TEST_S3=http://127.0.0.1:4566 RIALTO_TEST_DYNAMODB=http://127.0.0.1:18000 \
	  go test -count=1 -timeout 60m -v ./functions/feeds/feedbench | sed -u -e '/^=== /d' -e '/^--- PASS/d' -e '/^PASS$$/d' -e '/^ok /d'

.PHONY: relevance clicks
clicks: tools ## what stood where in answers to searches and was clicked, from the lake, for make relevance (CLICKS=file; the local cloud must run)
	@[ -n "$(CLICKS)" ] || { echo "clicks: say which file to write, CLICKS=file" >&2; exit 1; }
	@$(LOCAL) clicks "$(CLICKS)"

relevance: EXTRA := $(if $(LEARN),train)
relevance: up ## how well search ranks: NDCG, MRR and recall of four rankers (CATALOG=file JUDGMENTS=file, or CLICKS=file, for your own; LEARN=1 by what is learned)
	@RIALTO_RELEVANCE=1 LEARN=$(LEARN) RIALTO_TRAIN=$(abspath $(STATE)/packages/train) PYTHONDONTWRITEBYTECODE=1 RIALTO_TEST_OPENSEARCH=http://127.0.0.1:19200 RIALTO_TEST_ENCODER=http://127.0.0.1:18080 CATALOG=$(abspath $(CATALOG)) JUDGMENTS=$(abspath $(JUDGMENTS)) CLICKS=$(abspath $(CLICKS)) MARKETPLACE=$(MARKETPLACE) go test -count=1 -timeout 30m -v -run '^TestRelevance$$' ./functions/search/searchrelevance | sed -u '/^=== /d; /^--- PASS/d; /^PASS/d; /^ok /d'

.PHONY: recommend-bench
recommend-bench: EXTRA := train
recommend-bench: packages tools ## ours beside popularity, item-kNN, EASE and iALS on real purchases (DATA=complete-journey, or a .parquet or .csv file)
	@[ -n "$(DATA)" ] || { echo "recommend-bench: say which DATA; functions/recommendations/training/bench/README.md tells what can be read" >&2; exit 1; }
	@PYTHONDONTWRITEBYTECODE=1 "$$($(LOCAL) path train-python)" functions/recommendations/training/bench/bench.py "$(DATA)"

# The parts of the proof. Each is a test run whose output, filtered for people, is shown and kept; the headings and
# first figures of all of them stand together at the end. REPLAY=… runs one schedule, as a failure prints it.
PROOF := $(STATE)/proof
proven = printf '\n== %s\n' "$(1)"; began=$$SECONDS; $(2) 2>&1 | sed -u -e '/^=== /d' -e '/^--- PASS/d' -e '/^PASS$$/d' -e '/^ok /d' | tee "$(PROOF)/$(1)"; printf '%s\n' $$((SECONDS-began)) > "$(PROOF)/.$(1)"
N ?= 200000
SEED ?= 1
FROM ?= 0
PROVE := go test -count=1 -timeout 0 -v

.PHONY: prove
prove: ## schedules of the inventory, after the pivot and of reviews, every fault and pair of faults of the saga, mutants (N=, SEED=, FROM=, REPLAY=, AFTER=)
	@rm -rf $(PROOF); mkdir -p $(PROOF)
ifdef REPLAY
	@RIALTO_TRIAL_REPLAY=$(REPLAY) $(PROVE) -run '^TestExplore$$' ./functions/inventory/inventorytrial | sed -u -e '/^=== /d'
else ifdef AFTER
	@RIALTO_TRIAL_ONE=$(AFTER) RIALTO_TRIAL_SEED=$(SEED) $(PROVE) -run '^TestExplore$$' ./functions/fulfillment/fulfillmenttrial | sed -u -e '/^=== /d'
else
	@$(call proven,schedules,RIALTO_TRIAL_N=$(N) RIALTO_TRIAL_FROM=$(FROM) RIALTO_TRIAL_SEED=$(SEED) $(PROVE) -run '^TestExplore$$' ./functions/inventory/inventorytrial)
	@$(call proven,after-pivot,RIALTO_TRIAL_N=$$(($(N)/20)) RIALTO_TRIAL_FROM=$$(($(FROM)/20)) RIALTO_TRIAL_SEED=$(SEED) $(PROVE) -run '^TestExplore$$' ./functions/fulfillment/fulfillmenttrial)
	@$(call proven,reviews,RIALTO_TRIAL_N=$(N) RIALTO_TRIAL_SEED=$(SEED) $(PROVE) -run '^TestTheTallyIsTheFoldOfTheReviews$$' ./functions/reviews)
	@$(call proven,saga,RIALTO_PROVE=1 $(PROVE) -run '^Test(Every(Fault|Race|PairOfFaults|Interleaving)|UnitsComeBackWithinASecond|AThousandCallersWithOneKey)$$' ./functions/checkout/checkouttrial)
	@$(call proven,mutants,RIALTO_PROVE=1 $(PROVE) -run '^TestEveryMutantIsKilled$$' ./functions/laboratory/mutants)
	@printf '\n== proved, with seed %s\n' $(SEED); for part in $$(ls -tr $(PROOF)); do \
	  printf '%s, %s s\n' "$$part" "$$(cat $(PROOF)/.$$part)"; awk '/^[^ ]/{h=$$0; getline; sub(/^ +/, ""); printf "  %s: %s\n", h, $$0}' "$(PROOF)/$$part"; done
endif

# Mutants that a tool makes (github.com/go-gremlins/gremlins): a comparison, a sign, a condition at a time, each tried on its
# package's own tests. It copies the whole module for every worker, so it is given a copy without what builds leave behind; vet is left
# out, which would look at every mutant anew.
# What lives, and was looked at, stands in the package's SURVIVORS.md. Those that no tool can make are planted: make prove.
GREMLINS := go run github.com/go-gremlins/gremlins/cmd/gremlins@v0.6.0
MUTATED := functions/internal/money functions/internal/rows functions/internal/shards functions/checkout functions/feeds functions/fulfillment \
  functions/inventory functions/orders functions/payments functions/payouts functions/promotions functions/tax
WORKERS ?= 1

.PHONY: mutants
mutants: ## what the tests of stock, money and feeds notice of mutants that a tool makes, a score per package (PACKAGES=functions/payouts WORKERS=1)
	@rm -rf $(STATE)/mutants; mkdir -p $(STATE)/mutants/tree
	@git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t $(STATE)/mutants/tree
	@cd $(STATE)/mutants/tree; export GOFLAGS="$(GOFLAGS) -vet=off"; for p in $(or $(PACKAGES),$(MUTATED)); do printf '\n== %s\n' "$$p"; \
	  $(GREMLINS) unleash --workers $(WORKERS) --timeout-coefficient 5 --invert-logical --invert-loopctrl --invert-assignments \
	  --remove-self-assignments -S lct "$$p" | tee "../$$(tr / . <<< "$$p")"; done
	@printf '\n== mutants, by package\n'; cd $(STATE)/mutants; for p in $(or $(PACKAGES),$(MUTATED)); do \
	  printf '%s: ' "$$p"; awk '/^(Killed|Timed out|Test efficacy)/{printf "%s  ", $$0} END{print ""}' "$$(tr / . <<< "$$p")"; done

check: ## the quick subset: format, vet, lint, unit tests
	@files=$$(gofmt -l events functions infra localstack statemachines); if [ -n "$$files" ]; then printf 'gofmt these files:\n%s\n' "$$files"; exit 1; fi
	@go vet ./...
	@go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...
	@go test -timeout 8m ./...
