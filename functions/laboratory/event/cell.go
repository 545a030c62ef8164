package event

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"rialto/functions/contract"
	"rialto/functions/laboratory/partitions"
	"rialto/statemachines"
	"rialto/statemachines/interpreter"
)

const (
	front    = "checkout-api"
	timer    = "checkout-timer"
	answerIn = 20 * time.Second // what a checkout waits for its saga (CheckoutWait of infra's stages)
	lookEach = 10 * time.Millisecond
	tellEach = 20 * time.Millisecond // of a message at a function that takes an event: assumed, as infra's plan does
	again    = 5 * time.Minute       // after a recovery that did not end (checkout.Recovery)
	drain    = 6 * time.Hour         // what the queues are given to be empty again
)

// Cell is a cell in an event. It knows orders each of which stands for Each.
type Cell struct {
	Settings
	Each    float64
	Demands []Demand
	Mix     []Share
	// Lost, if set, has a service lose every so many ends of a request, which Check must find.
	Lost int

	scripts  map[string]*Script
	retriers map[string][]interpreter.Retrier
	timeouts map[string]time.Duration
	physics  partitions.Physics
	random   *rand.Rand

	now    time.Duration
	events heap
	seq    int
	ends   int

	refusals float64 // of the payment gateway

	account, throttle, gateway bucket
	pools                      map[string]*pool
	writes, reads              map[string]*meter
	own                        map[string]float64 // write units by table of a smooth checkout of one line
	queues                     []*queue
	looks                      map[int]float64 // how many timers are due, by second

	arrive  float64 // what has come since the last order that was simulated
	turn    float64 // in [0, 1): whose turn it is of the mix
	figures *Figures
}

// order is a checkout on its way.
type order struct {
	script  *Script
	phase   int
	began   time.Duration
	waits   bool    // somebody waits for the answer
	coming  string  // what the branch comes to
	stages  []Stage // of the branch
	at      int
	pending int
	failed  string // the state that was given up
	settles bool   // it is past its branch, or recovers
	looked  bool   // an environment of the timer's waits for it
	paid    time.Duration
	first   [2]time.Duration // when a step of the stage was begun for the first time
	tries   [2][2]int        // of a step, by retrier
	asked   [2]int           // what a step has asked the gateway for, and has an answer to

	held, released, authorized, cancelled, ended bool
}

// Run simulates the event.
func (c *Cell) Run(seed uint64) (*Figures, error) {
	if err := c.open(seed); err != nil {
		return nil, err
	}
	end := time.Duration(0)
	for _, d := range c.Demands {
		c.figures.Phases = append(c.figures.Phases, newPhase(d.Name, end, end+d.For))
		end += d.For
	}
	c.figures.ends = end
	c.at(0, happening{what: tick})
	for len(c.events) > 0 {
		e := c.events.pop()
		c.now = e.at
		c.step(e)
	}
	c.figures.close(c)
	return c.figures, c.figures.Check()
}

// open makes the services.
func (c *Cell) open(seed uint64) error {
	var err error
	if c.scripts, err = Scripts(); err != nil {
		return err
	}
	machine, err := interpreter.Parse(statemachines.Checkout)
	if err != nil {
		return err
	}
	c.retriers, c.timeouts = map[string][]interpreter.Retrier{}, map[string]time.Duration{}
	c.policies(machine)
	c.random, c.physics = rand.New(rand.NewPCG(seed, 0)), partitions.Documented(1)
	c.figures, c.turn = newFigures(c.Each), c.random.Float64()
	c.account, c.throttle = full(c.Account, gatewayBurst), full(c.Throttle, 2*c.Throttle)
	c.gateway = full(c.Gateway, c.Gateway)
	c.pools, c.looks = map[string]*pool{}, map[int]float64{}
	for _, f := range contract.Functions() {
		c.timeouts[f.ID()] = f.Timeout
		limit, ok := c.Reserved[f.ID()]
		if !ok {
			continue
		}
		there := 0.0
		if c.Warmed {
			there = float64(limit)
		}
		c.pools[f.ID()] = newPool(float64(limit), there)
	}
	c.openTables()
	c.openQueues()
	for _, s := range c.Mix {
		if c.scripts[s.Kind] == nil {
			return fmt.Errorf("no checkout of the kind %q was recorded", s.Kind)
		}
	}
	return nil
}

// policies keeps what the machine says of tries.
func (c *Cell) policies(m *interpreter.Machine) {
	for name, s := range m.States {
		c.retriers[name] = s.Retry
		for n := range s.Branches {
			c.policies(&s.Branches[n])
		}
	}
}

// openTables makes the meters of every table, and gives each call those that it needs.
func (c *Cell) openTables() {
	c.writes, c.reads, c.own = map[string]*meter{}, map[string]*meter{}, map[string]float64{}
	meters := func(units map[string]float64, in map[string]*meter, warm func(table string) float64) (needs []need) {
		for _, table := range slices.Sorted(maps.Keys(units)) {
			if in[table] == nil {
				in[table] = newMeter(warm(table))
			}
			needs = append(needs, need{in[table], units[table]})
		}
		return needs
	}
	writes := func(table string) float64 {
		if c.Warmed {
			return max(coldWrites, headroom*c.Tables[table])
		}
		return coldWrites
	}
	for _, s := range c.scripts {
		s.calls(func(call *Call) {
			call.needs = append(meters(call.Writes, c.writes, writes), meters(call.Reads, c.reads, func(string) float64 { return coldReads })...)
		})
	}
	c.scripts["one line"].smooth(func(call *Call) {
		for table, units := range call.Writes {
			c.own[table] += units
		}
	})
}

// openQueues makes the queue of the timers, and one of every function that is told of a placed order.
func (c *Cell) openQueues() {
	for _, f := range contract.Functions() {
		q := f.Trigger.Queue
		if q == nil || f.ID() != timer && !slices.ContainsFunc(q.Subscriptions, func(s contract.Subscription) bool {
			return s.Context == "orders" && (len(s.Events) == 0 || slices.Contains(s.Events, "OrderPlaced"))
		}) {
			continue
		}
		each := tellEach
		if f.ID() == timer {
			each = lookEach
		}
		most := float64(q.Concurrency)
		if c.Warmed {
			most = max(most, headroom*c.Rate*each.Seconds())
		}
		c.queues = append(c.queues, &queue{name: f.ID(), most: most, each: each, warm: c.Warmed})
	}
}

// phase is the one that a time is in, the last if it is over.
func (c *Cell) phase(at time.Duration) (n int, into time.Duration) {
	for n, d := range c.Demands {
		if at < d.For {
			return n, at
		}
		at -= d.For
	}
	return len(c.Demands) - 1, at
}

// second ends one: tables grow, queues are served, and the orders of the next second are spread over it.
func (c *Cell) second() {
	share := 0.0
	if c.now < c.figures.ends {
		n, into := c.phase(c.now)
		share = c.Demands[n].share(into)
		c.arrive += share * c.Rate
		n = int(c.arrive / c.Each)
		c.arrive -= float64(n) * c.Each
		for i := range n {
			at := (float64(i) + c.random.Float64()) / float64(n)
			c.at(c.now+time.Duration(at*float64(time.Second)), happening{what: arrives})
		}
	}
	for name, m := range c.writes {
		m.others = share * max(0, c.Tables[name]-c.own[name]*c.Rate)
		m.tick()
	}
	for _, m := range c.reads {
		m.tick()
	}
	c.account.rate = max(1, c.Account-share*c.Others)
	busy := false
	for _, q := range c.queues {
		if q.name == timer {
			q.in += c.looks[int(c.now/time.Second)]
			delete(c.looks, int(c.now/time.Second))
		}
		q.tick(c.now)
		busy = busy || q.depth > 0
	}
	if c.now < c.figures.ends || (busy || len(c.events) > 0 || len(c.looks) > 0) && c.now < c.figures.ends+drain {
		c.at(c.now+time.Second, happening{what: tick})
	}
}
