package infra

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"math"
	"math/big"
	"slices"
	"strings"
	"time"

	"rialto/functions/contract"
)

// Demand is what shoppers do a second.
type Demand struct{ Orders, Pages, Searches, Clicks float64 }

// PeakDemand is the design's at a rate of orders. 500 million clicks a day are 5,800 a second, and are taken to be three times as
// many when pages are at their most.
func PeakDemand(orders float64) Demand {
	return Demand{Orders: orders, Pages: 17_400, Searches: 1_160, Clicks: 3 * 500e6 / 86_400}
}

const (
	cartsPerOrder  = 2    // assumed: an order's item, and one that is not bought
	quotesPerOrder = 1    // assumed
	clickBytes     = 1024 // assumed, of an event as it is sent
	clicksAtOnce   = 50   // events of a request
	afterTime      = 20 * time.Millisecond
)

// Load is what a resource must bear in one account, beside the limit that is there unless somebody asks for another.
type Load struct {
	Resource, Unit string
	Needed         float64
	Default        float64 // 0 where no limit is published
	Code           string  // of the quota, where it can be raised
	Fixed          string  // why it cannot be raised, or what there is instead
}

// Factor is how many times the default is needed, 0 where there is none.
func (l Load) Factor() float64 {
	if l.Default == 0 {
		return 0
	}
	return l.Needed / l.Default
}

// Plan is what a demand needs and costs.
type Plan struct {
	Demand Demand
	Loads  []Load // the one that breaks first comes first
	// Granted is how many times a default one account is counted on to be given; Cells, how many accounts share the demand for it.
	Granted float64
	Cells   int
	Hour    *big.Rat // USD, what is paid by use
	ByUse   map[string]*big.Rat
	Warm    map[string]int // environments by function of the checkout path, at the peak
	// Reserved is what a cell sets apart for each function of the checkout path, as a stage does with its share of the orders.
	Reserved map[string]int
}

// rates are how often a second each use case happens.
func (d Demand) rates() map[string]float64 {
	return map[string]float64{"checkout": d.Orders, "quote": d.Orders * quotesPerOrder, "cart": d.Orders * cartsPerOrder, "page": d.Pages}
}

// NewPlan adds up what a demand asks of every resource, from the counted calls of each use case. No account is counted on for more
// than so many times a default.
func NewPlan(d Demand, granted float64) (*Plan, error) {
	uses, err := contract.UseCases()
	if err != nil {
		return nil, err
	}
	prices, err := contract.ListPrices()
	if err != nil {
		return nil, err
	}
	total, perTable, environments := map[string]float64{}, map[string]float64{}, 0
	p := &Plan{Demand: d, Granted: granted, Hour: new(big.Rat), ByUse: map[string]*big.Rat{}, Warm: map[string]int{}, Reserved: map[string]int{}}
	for name, rate := range d.rates() {
		u, ok := uses[name]
		if !ok {
			return nil, fmt.Errorf("the use case %s is not counted", name)
		}
		sum := maps.Clone(u.Counts)
		for what, n := range u.After {
			sum[what] += n
		}
		for what, n := range sum {
			total[what] += rate * n
		}
		for table, n := range u.Writes {
			perTable[table] += rate * n
		}
		environments += p.environments(name == "checkout", u.Functions, rate)
		total["after"] += rate * u.After["lambda.request"]
		if p.ByUse[name], err = cost(prices, sum, rate*3600); err != nil {
			return nil, err
		}
		p.Hour.Add(p.Hour, p.ByUse[name])
	}
	total["apigateway.request"] += d.Searches + d.Clicks/clicksAtOnce
	p.Loads = p.loads(total, perTable, environments+busy(total["after"], afterTime)+busy(d.Searches, pageTime))
	for _, l := range p.Loads {
		if l.Code != "" {
			p.Cells = max(p.Cells, int(math.Ceil(l.Factor()/granted)))
		}
	}
	cell := Stage{Checkouts: d.Orders / float64(max(1, p.Cells)), Lanes: true}
	for _, f := range cell.functions() {
		if n := cell.reserved(f); f.OnCheckoutPath() && n > 0 {
			p.Reserved[f.Shared()] += n // of all lanes
		}
	}
	return p, nil
}

// environments are how many run at once of functions that are invoked so often for each of so many a second; in a checkout, in the
// times of its pool.
func (p *Plan) environments(checkout bool, invoked map[string]float64, rate float64) (n int) {
	for _, f := range contract.Functions() {
		b := busy(rate*invoked[f.ID()], timeOf(f, checkout))
		if n += b; f.OnCheckoutPath() && b > 0 {
			p.Warm[f.ID()] += b
		}
	}
	return n
}

// loads lists resources, worst first. Defaults: docs.aws.amazon.com/general/latest/gr/aws-service-information.html, of
// us-east-1, read on 2026-11-30; the gateway's: docs.stripe.com/rate-limits.
func (p *Plan) loads(total, perTable map[string]float64, environments int) []Load {
	list := []Load{
		{"Lambda", "environments at once", float64(environments), 1_000, "L-B99A9384", ""},
		{"API Gateway", "requests/s", total["apigateway.request"], 10_000, "L-8A5B8E43", ""},
		{"SNS", "publishes/s", total["sns.request"], 30_000, "L-F8E2BA85", ""},
		{"Kinesis", "MB/s written", p.Demand.Clicks * clickBytes / 1e6, 0, "", "a shard takes 1 MB/s"},
		{"payment gateway", "writes/s", total["gateway.call"], 100, "", "as agreed with the gateway; checkouts beyond it wait, and answer 202"},
		{"Step Functions, Express", "executions started/s", total["states.request"], 0, "", "no quota; a surge may be throttled for a while"},
		{"SQS, standard", "requests/s", total["sqs.request"], 0, "", "no quota; 120,000 messages in flight a queue"},
		{"OpenSearch", "searches/s", p.Demand.Searches, 0, "", "no quota: by the number of data nodes"},
	}
	for _, table := range slices.Sorted(maps.Keys(perTable)) {
		list = append(list, Load{"DynamoDB, " + table, "write units/s", perTable[table], 40_000, "L-AB614373", ""})
	}
	slices.SortStableFunc(list, func(a, b Load) int { return cmp.Compare(b.Factor(), a.Factor()) })
	return list
}

// cost is what so many times the counts cost, in USD.
func cost(prices contract.Prices, counts map[string]float64, times float64) (*big.Rat, error) {
	sum := new(big.Rat)
	for what, n := range counts {
		usd, err := prices.USD(what, n*times)
		if err != nil {
			return nil, err
		}
		sum.Add(sum, usd)
	}
	return sum, nil
}

// Print writes the plan for people.
func (p *Plan) Print(out io.Writer) {
	d := p.Demand
	fmt.Fprintf(out, "demand a second: %s orders, %s page views, %s searches, %s clicks\n", thousands(d.Orders), thousands(d.Pages),
		thousands(d.Searches), thousands(d.Clicks))
	fmt.Fprintf(out, "in one account, the first to break on top (each use case's calls are counted: functions/contract/usecases.json)\n\n")
	fmt.Fprintf(out, "%-26s %-22s %12s %10s %8s %16s\n", "resource", "unit", "needed", "default", "factor", fmt.Sprintf("each of %d cells", p.Cells))
	for _, l := range p.Loads {
		limit, factor, note := "none", "", l.Fixed
		if l.Default > 0 {
			limit, factor = thousands(l.Default), fmt.Sprintf("%.1f", l.Factor())
		}
		if l.Code != "" && l.Factor() > 1 {
			note = "ask for " + l.Code
		}
		fmt.Fprintf(out, "%-26s %-22s %12s %10s %8s %16s  %s\n", l.Resource, l.Unit, thousands(l.Needed), limit, factor,
			thousands(l.Needed/float64(max(1, p.Cells))), note)
	}
	fmt.Fprintf(out, "\n%d cells, as no account is counted on to be given more than %g times a default\n", p.Cells, p.Granted)
	fmt.Fprintf(out, "\nUSD an hour by use, at list prices without discounts\n")
	for _, name := range slices.Sorted(maps.Keys(p.ByUse)) {
		fmt.Fprintf(out, "  %-10s %12s\n", name, p.ByUse[name].FloatString(2))
	}
	orders := new(big.Rat).SetFloat64(d.Orders * 3600)
	fmt.Fprintf(out, "  %-10s %12s   %s an order; what runs by the hour, logs, transfer, searches and the gateway's fee are not in it\n", "together",
		p.Hour.FloatString(2), new(big.Rat).Quo(p.Hour, orders).FloatString(6))
	fmt.Fprintf(out, "\nenvironments to be warm on the checkout path: Lambda adds 1,000 a function in 10 seconds, the largest takes %s\n",
		p.coldest().Round(time.Second))
	for _, f := range slices.Sorted(maps.Keys(p.Warm)) {
		fmt.Fprintf(out, "  %-22s %10s\n", f, thousands(float64(p.Warm[f])))
	}
}

// coldest is how long the function with most environments takes to have them, without any at first
// (docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html#scaling-rate).
func (p *Plan) coldest() time.Duration {
	most := 0
	for _, n := range p.Warm {
		most = max(most, n)
	}
	return time.Duration(most) * 10 * time.Second / 1_000
}

// thousands writes a number with separators.
func thousands(n float64) string {
	s := whole(math.Ceil(n))
	var parts []string
	for ; len(s) > 3; s = s[:len(s)-3] {
		parts = append(parts, s[len(s)-3:])
	}
	parts = append(parts, s)
	slices.Reverse(parts)
	return strings.Join(parts, ",")
}
