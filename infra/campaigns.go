package infra

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"rialto/functions/contract"
)

// campaigns raises what events need: each context that has resources of its own for it lends how to (contract.Warm), and what is there to
// raise, and how much of it an order and a page view take, follows from the counted use cases as a plan of capacity does (plan.go).
func campaigns(c *contextStack) error {
	has, err := c.stage.campaigns()
	if err != nil {
		return err
	}
	text, err := json.Marshal(has)
	if err != nil {
		return fmt.Errorf("tell campaigns of the stage: %w", err)
	}
	planned := granted{env: map[string]string{"CAMPAIGN_STAGE": string(text)}}
	c.provide(contract.Planned, planned)
	c.set("CAMPAIGN_STAGE", string(text))
	if c.stage.Local {
		c.set("SHOP_URL", contract.LocalShopURL)
	} else {
		c.set("SHOP_URL", *c.parameter("ShopUrl", "What stands before /api/v1 of the shopper API, whose pages of deals are asked for", "https://[^ ]{4,}"))
	}
	c.shared.lent[contract.Grant{Access: contract.Warm, Name: c.context}] = c.stage.raises(has)
	return c.functions()
}

// campaigns is what the stage has for events to raise.
func (s Stage) campaigns() (has contract.CampaignStage, err error) {
	uses, err := contract.UseCases()
	if err != nil {
		return has, err
	}
	perOrder := map[string]float64{"checkout": 1, "quote": quotesPerOrder, "cart": cartsPerOrder}
	whole := func(n float64) int64 { return int64(math.Ceil(n)) }
	for _, f := range s.functions() {
		one := contract.CampaignFunction{ID: f.ID(), Reserved: int64(s.reserved(f))}
		if s.lanes(f) > 1 {
			one.Most = laneCap
		}
		for name, times := range perOrder {
			one.Order += whole(times * uses[name].Functions[f.Shared()] / float64(s.lanes(f)) * float64(timeOf(f, name == "checkout").Milliseconds()))
			if f.Trigger.Authorizer {
				one.Order += whole(times * float64(authorizerTime.Milliseconds()))
			}
		}
		one.Page = whole(uses["page"].Functions[f.ID()] * float64(pageTime.Milliseconds()))
		if one.Order+one.Page > 0 {
			has.Functions = append(has.Functions, one)
		}
		if q := f.Trigger.Queue; q != nil && slices.ContainsFunc(q.Subscriptions, ofOrders) {
			has.Queues = append(has.Queues, contract.CampaignQueue{ID: f.ID(), Millis: afterTime.Milliseconds(), Cap: int64(q.Concurrency)})
		}
	}
	for _, t := range contract.Tables() {
		one := contract.CampaignTable{Name: t.Name, Page: whole(uses["page"].Reads[t.Name])}
		for name, times := range perOrder {
			one.Writes += whole(times * uses[name].Writes[t.Name])
			one.Reads += whole(times * uses[name].Reads[t.Name])
		}
		if one.Writes+one.Reads+one.Page > 0 {
			has.Tables = append(has.Tables, one)
		}
	}
	d := PeakDemand(0)
	has.Stream, has.Clicks = "clickstream", whole(clickBytes*d.Clicks/d.Pages)
	has.Nodes, has.Cores = int64(s.Index.DataNodes), contract.CacheCores(s.Cache.Node)
	has.Usual, has.Throttle = int64(s.Checkouts), int64(s.Throttles["POST /api/v1/orders/checkout"])
	if s.Local {
		has.Absent, has.Cores = maps.Clone(localAbsences), 2
	}
	return has, nil
}

// localAbsences are the kinds that the local cloud has none of, as TestTheLocalCloudHasNoneOfThese (localstack/checks/e2e) finds.
var localAbsences = map[contract.CampaignKind]string{
	contract.CampaignProvisioned: "functions have no versions here",
	contract.CampaignWrites:      "DynamoDB Local has no warm throughput",
	contract.CampaignReads:       "DynamoDB Local has no warm throughput",
	contract.CampaignReplicas:    "one node has no room for a copy",
	contract.CampaignCache:       "LocalStack has no ElastiCache",
	contract.CampaignPollers:     "LocalStack keeps the setting and polls as before",
}

// timeOf is how long a call of a function takes, in a checkout the time of its pool.
func timeOf(f contract.Function, checkout bool) time.Duration {
	switch {
	case !checkout:
		return pageTime
	case waitsForGateway(f):
		return gatewayTime
	}
	return stepTime
}

func ofOrders(s contract.Subscription) bool { return s.Context == "orders" }

// raises is what may be read and set of the functions, tables and the stream that an event needs.
func (s Stage) raises(has contract.CampaignStage) granted {
	if s.Local {
		return granted{}
	}
	var functions, aliases, versions, tables []string
	for _, f := range has.Functions {
		if f.Reserved > 0 {
			functions = append(functions, s.functionARN(f.ID))
		}
		aliases, versions = append(aliases, s.functionARN(f.ID), s.invokeARN(f.ID)), append(versions, s.functionARN(f.ID)+":*")
	}
	for _, t := range has.Tables {
		tables = append(tables, s.tableARN(t.Name))
	}
	allow := []permission{
		{actions: []string{"lambda:GetAlias"}, on: aliases},
		{actions: []string{"lambda:GetProvisionedConcurrencyConfig", "lambda:PutProvisionedConcurrencyConfig",
			"lambda:DeleteProvisionedConcurrencyConfig"}, on: versions},
		{actions: []string{"lambda:ListEventSourceMappings"}, on: []string{"*"}},
		{actions: []string{"lambda:UpdateEventSourceMapping"}, on: []string{s.arn("lambda", "event-source-mapping:*")}},
		{actions: []string{"dynamodb:DescribeTable", "dynamodb:UpdateTable"}, on: tables},
		{actions: []string{"kinesis:DescribeStreamSummary", "kinesis:UpdateStreamWarmThroughput"}, on: []string{s.recordsARN(has.Stream)}},
	}
	if len(functions) > 0 {
		allow = append(allow, permission{actions: []string{"lambda:GetFunctionConcurrency", "lambda:PutFunctionConcurrency"}, on: functions})
	}
	return granted{allow: allow}
}
