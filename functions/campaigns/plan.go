package campaigns

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Kind is a kind of resource that can be raised.
type Kind string

// The kinds, in the order in which they are raised: environments are provisioned out of what is reserved.
const (
	Concurrency Kind = "concurrency" // reserved for a function
	Provisioned Kind = "provisioned" // environments of a function that are kept warm
	Writes      Kind = "writes"      // warm write units of a table, a second
	Reads       Kind = "reads"       // warm read units of a table, a second
	Stream      Kind = "stream"      // MB/s that a stream of records takes
	Replicas    Kind = "replicas"    // copies of a marketplace's index beside the first
	Cache       Kind = "cache"       // cores of the cache's node
	Pollers     Kind = "pollers"     // of a function's queue
	Layout      Kind = "layout"      // holds a second that the shards of an item's stock bear, in each centre
	Page        Kind = "page"        // a page that the edge was asked for
)

// Stage is what a stage has for events to raise. infra/campaigns.go makes it from the contract, the counted use cases and stage.go.
type Stage struct {
	Functions []Function `json:"functions,omitempty"`
	Tables    []Table    `json:"tables,omitempty"`
	Queues    []Queue    `json:"queues,omitempty"`
	Stream    string     `json:"stream,omitempty"`   // of clicks
	Clicks    int64      `json:"clicks,omitempty"`   // bytes that a page view writes to it
	Nodes     int64      `json:"nodes,omitempty"`    // of the search domain, that hold data
	Cores     int64      `json:"cores,omitempty"`    // of the cache's node
	Usual     int64      `json:"usual,omitempty"`    // orders a second that the stage is sized for
	Throttle  int64      `json:"throttle,omitempty"` // checkouts a second that the gateway lets through
	// Absent are the kinds that the stage has none of, each with the reason.
	Absent map[Kind]string `json:"absent,omitempty"`
}

// ReadStage reads what a stage tells of itself.
func ReadStage(text string) (s Stage, err error) {
	if err = json.Unmarshal([]byte(text), &s); err != nil {
		err = fmt.Errorf("read what the stage has for campaigns: %w", err)
	}
	return s, err
}

// Function is a function on the path of checkouts or pages, with how long an order and a page view keep one environment of it.
type Function struct {
	ID       string `json:"id"`
	Order    int64  `json:"o,omitempty"` // ms
	Page     int64  `json:"p,omitempty"` // ms
	Reserved int64  `json:"r,omitempty"` // what is reserved for it; 0 where it draws on the account
	Most     int64  `json:"m,omitempty"` // environments that can work beside each other; 0 is any number
}

// Table is a table with the units that an order and a page view take of it.
type Table struct {
	Name   string `json:"t"`
	Writes int64  `json:"w,omitempty"` // of an order
	Reads  int64  `json:"r,omitempty"` // of an order
	Page   int64  `json:"p,omitempty"` // read units, of a page view
}

// Queue is the queue of a function that follows orders, with the time that a message takes.
type Queue struct {
	ID     string `json:"id"`
	Millis int64  `json:"ms"`
	Cap    int64  `json:"c"` // of calls at once, while nobody raises it
}

// Step is one resource that an event needs raised.
type Step struct {
	Kind   Kind
	Name   string
	Wanted int64
}

// Resource names what the step raises, of whatever event.
func (s Step) Resource() string { return string(s.Kind) + "#" + s.Name }

const (
	// perPoller is how many calls at once an event poller of SQS makes, and pollersLeast and pollersMost how many a mapping has
	// (docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html).
	perPoller    = 10
	pollersLeast = 2
	pollersMost  = 2_000

	pageAhead = 15 * time.Minute
)

// begins is how long before the event a step of the kind is taken.
func (k Kind) begins() time.Duration {
	if k == Page {
		return pageAhead
	}
	return Ahead
}

// due is how long before the event it must be done.
func (k Kind) due() time.Duration {
	if k == Page {
		return 0
	}
	return 30 * time.Minute
}

// stays tells of a kind that it is never lowered: AWS lets a table's warm throughput only rise, and takes nothing for what it is.
func (k Kind) stays() bool { return k == Writes || k == Reads }

// Plan is what an event needs of a stage, in the order in which it is done.
func Plan(e Entry, s Stage) []Step {
	var all []Step
	need := func(k Kind, name string, wanted int64) {
		if wanted > 0 {
			all = append(all, Step{k, name, wanted})
		}
	}
	busy := func(f Function) int64 {
		n := ceil(e.Orders*f.Order+e.Pages*f.Page, 1_000)
		if f.Most > 0 {
			n = min(n, f.Most)
		}
		return n
	}
	for _, f := range s.Functions {
		if f.Reserved > 0 {
			need(Concurrency, f.ID, busy(f))
		}
	}
	for _, f := range s.Functions {
		need(Provisioned, f.ID, busy(f))
	}
	for _, t := range s.Tables {
		need(Writes, t.Name, e.Orders*t.Writes)
		need(Reads, t.Name, e.Orders*t.Reads+e.Pages*t.Page)
	}
	if s.Stream != "" {
		need(Stream, s.Stream, ceil(e.Pages*s.Clicks, 1_000_000))
	}
	for _, m := range e.Marketplaces {
		need(Replicas, strings.ToLower(m), max(s.Nodes-1, 1))
	}
	if s.Cores > 0 {
		need(Cache, "carts", CoresOf(NodeOf(s.Cores*ceil(e.Orders, max(s.Usual, 1)))))
	}
	for _, q := range s.Queues {
		need(Pollers, q.ID, min(max(ceil(e.Orders*q.Millis, 1_000*perPoller), pollersLeast), pollersMost))
	}
	for _, d := range e.Deals {
		need(Layout, d.SKU(), d.Units)
	}
	for _, d := range e.Deals {
		for _, m := range e.Marketplaces {
			need(Page, m+"#"+d.ProductID, 1)
		}
	}
	return all
}

// Warnings are what nobody can do for the event in time, or at all, for people to read.
func Warnings(e Entry, s Stage, now time.Time) (out []string) {
	if late := now.Sub(e.Warm()); late > 0 {
		out = append(out, fmt.Sprintf("the event starts in %d minutes and is warmed %d ahead: what takes longer is not ready at its start",
			int(max(e.Start.Sub(now), 0).Minutes()), int(Ahead.Minutes())))
	}
	if s.Throttle > 0 && e.Orders > s.Throttle {
		out = append(out, fmt.Sprintf("the gateway lets %d checkouts a second through and %d are expected: raise the stage's throttle and deploy before",
			s.Throttle, e.Orders))
	}
	return out
}

// ceil divides and rounds up.
func ceil(a, by int64) int64 { return (a + by - 1) / by }
