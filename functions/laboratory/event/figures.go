package event

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// What becomes of a checkout beside its failures, which have their code.
const (
	Placed   = "PLACED"
	Shed     = "429"         // by API Gateway, with Retry-After; nothing was begun
	Unserved = "not invoked" // Lambda had no environment for the front: API Gateway says 502 with Retry-After; nothing was begun
	Unbegun  = "not begun"   // the record's table was throttled: 429 by the handler, with Retry-After; nothing was begun
)

// Figures are what an event came to. Counts are of orders, not of those that were simulated.
type Figures struct {
	Phases []*Phase

	each    float64
	ends    time.Duration
	faults  []string // what no order may be
	pools   map[string]*pool
	writes  map[string]*meter
	queues  []*queue
	gateway struct{ rate, refused float64 }
}

// Phase is the orders that came in a time of the event.
type Phase struct {
	Name     string
	From, To time.Duration
	Offered  float64
	Ended    map[string]float64 // by what became of them
	Open     float64            // answers that the outcome is open (202)
	answers  *sample            // seconds until the answer of those that were begun
	own      *sample            // the same of those that were placed, without what the payment took
	placed   []float64          // by block
	stages   map[string]*stage
}

type stage struct {
	took             *sample
	tries, throttled float64
}

func newFigures(each float64) *Figures { return &Figures{each: each} }

func newPhase(name string, from, to time.Duration) *Phase {
	p := &Phase{Name: name, From: from, To: to, Ended: map[string]float64{}, stages: map[string]*stage{}}
	p.answers, p.own = newSample(p), newSample(p)
	p.placed = make([]float64, len(p.answers.blocks))
	return p
}

func (f *Figures) offered(o *order) {
	f.Phases[o.phase].Offered += f.each
}

// end counts what an order came to, and notes what must not be.
func (f *Figures) end(o *order, what string) {
	p := f.Phases[o.phase]
	p.Ended[what] += f.each
	if what == Placed {
		p.placed[p.block(o.began)] += f.each
	}
	if o.ended {
		f.faults = append(f.faults, "an order ended twice")
	}
	o.ended = true
	switch {
	case what == Placed && (!o.held || !o.authorized || o.released || o.cancelled):
		f.faults = append(f.faults, "an order was placed without its stock or its money")
	case what != Placed && (o.held && !o.released || o.authorized && !o.cancelled):
		f.faults = append(f.faults, "an order that was not placed keeps stock or money")
	}
}

func (f *Figures) answered(o *order, now time.Duration) {
	p := f.Phases[o.phase]
	p.answers.add(o.began, now-o.began)
	if !o.ended {
		p.Open += f.each
	} else if o.held && !o.released {
		p.own.add(o.began, now-o.began-o.paid)
	}
}

func (f *Figures) stageOf(o *order, name string) *stage {
	p := f.Phases[o.phase]
	if p.stages[name] == nil {
		p.stages[name] = &stage{took: newSample(p)}
	}
	return p.stages[name]
}

func (f *Figures) try(o *order, name string, ok bool) {
	s := f.stageOf(o, name)
	s.tries += f.each
	if !ok {
		s.throttled += f.each
	}
}

func (f *Figures) stage(o *order, name string, took time.Duration) {
	f.stageOf(o, name).took.add(o.began, took)
}

func (f *Figures) close(c *Cell) {
	f.pools, f.writes, f.queues = c.pools, c.writes, c.queues
	f.gateway.rate, f.gateway.refused = c.Gateway, c.refusals
}

// Check is the invariant: every order that came was placed, refused for a stated reason, or shed before anything was begun; who was
// not placed keeps neither stock nor money; and whatever is in use is given back.
func (f *Figures) Check() error {
	var errs []error
	for _, p := range f.Phases {
		sum := 0.0
		for _, n := range p.Ended {
			sum += n
		}
		if sum != p.Offered {
			errs = append(errs, fmt.Errorf("%s: %.0f orders came, and %.0f ended", p.Name, p.Offered, sum))
		}
	}
	for name, p := range f.pools {
		if p.busy != 0 {
			errs = append(errs, fmt.Errorf("%.0f environments of %s are busy for ever", p.busy, name))
		}
	}
	if len(f.faults) > 0 {
		errs = append(errs, fmt.Errorf("%d times: %s", len(f.faults), f.faults[0]))
	}
	return errors.Join(errs...)
}

// Sum adds up what became of orders in all phases.
func (f *Figures) Sum(what string) (n float64) {
	for _, p := range f.Phases {
		n += p.Ended[what]
	}
	return n
}

// sample keeps durations in bins that are 2% apart, by blocks of ten seconds in which their orders came: what is near in time is
// alike, so errors are found by drawing whole blocks.
type sample struct {
	phase  *Phase
	blocks [][]uint32
}

const (
	blockFor = 10 * time.Second
	binWidth = 0.02
	bins     = 700 // from a tenth of a millisecond to 104 seconds
)

func newSample(p *Phase) *sample {
	return &sample{p, make([][]uint32, int((p.To-p.From+blockFor-1)/blockFor))}
}

func (p *Phase) block(at time.Duration) int {
	return min(int((at-p.From)/blockFor), int((p.To-p.From+blockFor-1)/blockFor)-1)
}

func (s *sample) add(at, took time.Duration) {
	b := s.phase.block(at)
	if s.blocks[b] == nil {
		s.blocks[b] = make([]uint32, bins)
	}
	bin := int(math.Log(max(1, float64(took)/1e5)) / math.Log(1+binWidth))
	s.blocks[b][min(bin, bins-1)]++
}

// quantile is the duration that a share of the blocks' sample is below.
func quantile(blocks [][]uint32, share float64) time.Duration {
	sum := make([]uint64, bins)
	all := uint64(0)
	for _, b := range blocks {
		for n, x := range b {
			sum[n] += uint64(x)
			all += uint64(x)
		}
	}
	left := uint64(math.Ceil(share * float64(all)))
	for n, x := range sum {
		if x >= left {
			return time.Duration(1e5 * math.Pow(1+binWidth, float64(n)+0.5))
		}
		left -= x
	}
	return 0
}

// estimate is a figure and the half width of its 95% interval.
type estimate struct{ is, within float64 }

const draws = 200

// bootstrap draws blocks with replacement and takes a figure of each drawing.
func bootstrap[T any](blocks []T, figure func([]T) float64) estimate {
	random := rand.New(rand.NewPCG(1, uint64(len(blocks))))
	drawn, of := make([]T, len(blocks)), make([]float64, draws)
	for n := range of {
		for i := range drawn {
			drawn[i] = blocks[random.IntN(len(blocks))]
		}
		of[n] = figure(drawn)
	}
	slices.Sort(of)
	return estimate{figure(blocks), (of[draws*39/40] - of[draws/40]) / 2}
}

func (s *sample) estimate(share float64) estimate {
	return bootstrap(s.blocks, func(b [][]uint32) float64 { return quantile(b, share).Seconds() })
}

// goodput is placed orders a second.
func (p *Phase) goodput() estimate {
	return bootstrap(p.placed, func(blocks []float64) float64 {
		sum := 0.0
		for _, n := range blocks {
			sum += n
		}
		return sum / (p.To - p.From).Seconds()
	})
}
