package event

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"time"
)

// Plan is what make plan says of a peak (infra/cmd/plan -json): how many cells share it, and what each of them sets apart.
type Plan struct {
	Demand   struct{ Orders float64 }
	Cells    int
	Granted  float64        // times a default quota
	Reserved map[string]int // environments by function, of one cell
	Loads    []struct {
		Resource        string
		Needed, Default float64
	}
}

// ReadPlan reads one.
func ReadPlan(r io.Reader) (*Plan, error) {
	var p Plan
	if err := json.NewDecoder(r).Decode(&p); err != nil {
		return nil, fmt.Errorf("read the plan: %w", err)
	}
	if p.Cells < 1 || p.Demand.Orders <= 0 || len(p.Reserved) == 0 {
		return nil, fmt.Errorf("the plan has %d cells, %g orders and %d functions", p.Cells, p.Demand.Orders, len(p.Reserved))
	}
	return &p, nil
}

// needed is a cell's share of a resource.
func (p *Plan) needed(resource string) float64 {
	for _, l := range p.Loads {
		if l.Resource == resource {
			return l.Needed / float64(p.Cells)
		}
	}
	return 0
}

// tables are the write units a second that a cell needs, by table.
func (p *Plan) tables() map[string]float64 {
	out := map[string]float64{}
	for _, l := range p.Loads {
		if name, ok := strings.CutPrefix(l.Resource, "DynamoDB, "); ok {
			out[name] = l.Needed / float64(p.Cells)
		}
	}
	return out
}

// Demand is what comes in a phase of the event, as a share of the plan's peak: from one to another, in a line.
type Demand struct {
	Name     string
	For      time.Duration
	From, To float64
}

// TwoHours is an event: its doors open within a minute, what was planned comes for two hours, and for ten minutes of them a fifth
// more than that. The shape is assumed.
var TwoHours = []Demand{
	{"before", time.Minute, 0.004, 0.004},
	{"doors open", 5 * time.Minute, 0, 1},
	{"steady", 54 * time.Minute, 1, 1},
	{"a fifth too many", 10 * time.Minute, 1.2, 1.2},
	{"steady again", 50 * time.Minute, 1, 1},
}

// opens is how long it takes until as many come as were planned, once the doors open.
const opens = time.Minute

// share is how much of the peak comes at a time of a phase.
func (d Demand) share(at time.Duration) float64 {
	return d.From + (d.To-d.From)*math.Min(1, at.Seconds()/math.Min(opens.Seconds(), d.For.Seconds()))
}

// Mix is how many of a hundred checkouts are of a kind; assumed.
var Mix = []Share{{"one line", 78}, {"five lines", 8}, {"three sellers", 4}, {"a coupon", 4}, {"declined", 3}, {"challenged", 2}, {"sold out", 1}}

// Share is so many of a hundred.
type Share struct {
	Kind    string
	Percent float64
}

// headroom is how much more than the plan says is warmed ahead and agreed with the payment gateway: the plan counts smooth
// checkouts of one line.
const headroom = 1.5

// callsPerOrder is how often a smooth checkout of one shipment calls the payment gateway to change something.
const callsPerOrder = 2

// Settings are what one cell has.
type Settings struct {
	Rate     float64 // of orders a second, at the peak that was planned
	Throttle float64 // of POST /orders/checkout; twice as many are let through at once (infra's stages)
	Account  float64 // requests a second of all APIs
	Others   float64 // of which are no checkouts, at the peak
	Gateway  float64 // writes a second at the payment gateway: each cell has an account of its own there
	Reserved map[string]int
	// Warmed is what is there before the doors open: environments, tables' units, pollers.
	Warmed bool
	Tables map[string]float64 // write units a second of all that is done with a table, at the peak
}

// Settings are those of each of the plan's cells, with or without what may be warmed ahead.
func (p *Plan) Settings(warmed bool) Settings {
	rate := p.Demand.Orders / float64(p.Cells)
	return Settings{Rate: rate, Throttle: rate, Account: 10_000 * p.Granted, Others: p.needed("API Gateway") - rate,
		Gateway: headroom * callsPerOrder * rate, Reserved: p.Reserved, Warmed: warmed, Tables: p.tables()}
}
