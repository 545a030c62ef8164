package event

import (
	"math"
	"slices"
	"time"

	"rialto/functions/internal/store"
)

// step is something that happens. A service that loses an end of a request is there for the test of Check.
func (c *Cell) step(e happening) {
	if e.what == started || e.what == done {
		if c.ends++; c.Lost > 0 && c.ends%c.Lost == 0 {
			return
		}
	}
	o := e.of
	switch e.what {
	case tick:
		c.second()
	case arrives:
		c.begin()
	case started:
		o.settles = false
		c.branch(o, o.script.Branch)
		c.at(o.began+answerIn, happening{what: times, of: o})
	case refused:
		c.respond(o)
	case begins:
		c.invoke(o, e.step)
	case done, fails:
		c.pools[o.stages[o.at][e.step].Function].count(c.now, -c.Each)
		if e.what == fails {
			c.failed(o, e.step, e.name)
		} else {
			c.did(o, e.step)
		}
	case times:
		c.respond(o)
	case recovers:
		c.recover(o)
	}
}

// begin is a request at the door.
func (c *Cell) begin() {
	n, _ := c.phase(c.now)
	o := &order{phase: n, began: c.now, script: c.scripts[c.kind()]}
	c.figures.offered(o)
	if !c.account.take(c.now, c.Each) || !c.throttle.take(c.now, c.Each) {
		c.figures.end(o, Shed)
		return
	}
	cold, ok := c.pools[front].start(c.now, c.Each)
	if !ok {
		c.figures.end(o, Unserved)
		return
	}
	o.waits = true
	took, ok, wrote := c.calls(o.script.Front, nil)
	if cold {
		took += c.cold()
	}
	if ok || wrote {
		due := time.Duration(float64(o.script.Due) * float64(time.Second))
		c.looks[int((c.now+took+due)/time.Second)] += c.Each
	}
	switch {
	case ok:
		c.figures.stage(o, "begin", took)
		c.at(c.now+took, happening{what: started, of: o})
		return
	case wrote: // the record is there: its timer or the sweep ends it
		c.at(c.due(o), happening{what: recovers, of: o})
	default:
		c.figures.end(o, Unbegun)
	}
	c.at(c.now+took, happening{what: refused, of: o})
}

// kind is the next order's. They take turns by the golden section, so that any few of them in a row are near the mix: each stands
// for many, whose kinds would be.
func (c *Cell) kind() string {
	c.turn = math.Mod(c.turn+(math.Sqrt(5)-1)/2, 1)
	at := 100 * c.turn
	for _, s := range c.Mix {
		if at -= s.Percent; at < 0 {
			return s.Kind
		}
	}
	return c.Mix[0].Kind
}

func (c *Cell) due(o *order) time.Duration {
	return max(c.now, o.began+time.Duration(float64(o.script.Due)*float64(time.Second)))
}

func (c *Cell) between(least, most time.Duration) time.Duration {
	return least + time.Duration(c.random.Float64()*float64(most-least))
}

func (c *Cell) cold() time.Duration { return c.between(coldLeast, coldMost) }

// branch has an order go a way through the machine.
func (c *Cell) branch(o *order, b Branch) {
	o.stages, o.at, o.coming = b.Stages, -1, b.Answer
	c.next(o)
}

// next begins the next stage of an order, or ends its branch.
func (c *Cell) next(o *order) {
	if o.at++; o.at == len(o.stages) {
		c.over(o)
		return
	}
	o.pending, o.failed, o.tries, o.asked = len(o.stages[o.at]), "", [2][2]int{}, [2]int{}
	for n := range o.stages[o.at] {
		o.first[n] = c.now
		c.invoke(o, n)
	}
}

// invoke is one try of a step.
func (c *Cell) invoke(o *order, n int) {
	s := o.stages[o.at][n]
	cold, ok := c.pools[s.Function].start(c.now, c.Each)
	c.figures.try(o, s.State, ok)
	if !ok {
		c.failed(o, n, "Lambda.TooManyRequestsException")
		return
	}
	took, ok, _ := c.calls(s.Calls, &o.asked[n])
	if cold {
		took += c.cold()
	}
	e := happening{what: done, of: o, step: n}
	if !ok {
		e.what, e.name = fails, "internal"
	}
	if most := c.timeouts[s.Function]; took > most {
		took, e.what, e.name = most, fails, "Sandbox.Timedout"
	}
	c.at(c.now+took, e)
}

// failed tries a step again, as the machine says, or gives it up.
func (c *Cell) failed(o *order, n int, name string) {
	s := o.stages[o.at][n]
	for i, r := range c.retriers[s.State] {
		if !slices.Contains(r.ErrorEquals, name) {
			continue
		}
		if o.tries[n][i] < r.MaxAttempts {
			wait := r.IntervalSeconds * math.Pow(r.BackoffRate, float64(o.tries[n][i]))
			o.tries[n][i]++
			c.at(c.now+c.between(0, time.Duration(wait*float64(time.Second))), happening{what: begins, of: o, step: n})
			return
		}
		break
	}
	o.failed = s.State
	c.ended(o)
}

// did is a step that succeeded.
func (c *Cell) did(o *order, n int) {
	s := o.stages[o.at][n]
	c.figures.stage(o, s.State, c.now-o.first[n])
	switch s.State {
	case "Hold":
		o.held = true
	case "Authorize":
		o.authorized, o.paid = true, c.now-o.first[n]
	case "ReleaseHold":
		o.released = true
	case "CancelPayment":
		o.cancelled = true
	}
	c.ended(o)
}

// ended is a step of a stage that ended, whether or not it succeeded.
func (c *Cell) ended(o *order) {
	if o.pending--; o.pending > 0 {
		return
	}
	if o.failed == "" {
		c.next(o)
		return
	}
	b, caught := o.script.Fails[o.failed]
	if o.settles || !caught {
		o.coming, o.at = "", len(o.stages)
		c.over(o)
		return
	}
	o.settles = true
	c.branch(o, b)
}

// over is an execution that has ended.
func (c *Cell) over(o *order) {
	if o.looked {
		o.looked = false
		c.pools[timer].count(c.now, -c.Each)
	}
	switch o.coming {
	case "":
		wait := c.due(o)
		if o.settles && !o.waits {
			wait = max(wait, c.now+again)
		}
		c.at(wait, happening{what: recovers, of: o})
	case "WAITING":
		c.at(o.began+time.Duration(float64(o.script.Unpaid)*float64(time.Second)), happening{what: recovers, of: o})
	default:
		c.figures.end(o, o.coming)
		if o.coming == Placed {
			for _, q := range c.queues {
				if q.name != timer {
					q.in += c.Each
				}
			}
		}
	}
	c.respond(o)
}

// respond is the front's answer, if somebody waits for it.
func (c *Cell) respond(o *order) {
	if !o.waits {
		return
	}
	o.waits = false
	c.pools[front].count(c.now, -c.Each)
	c.figures.answered(o, c.now)
}

// recover is the timer's: it ends a record that is still open. Its function has few environments; who finds none stays in the queue.
func (c *Cell) recover(o *order) {
	if _, ok := c.pools[timer].start(c.now, c.Each); !ok {
		c.at(c.now+time.Second, happening{what: recovers, of: o})
		return
	}
	o.settles, o.looked = true, true
	coming := "checkout_failed"
	if o.coming == "WAITING" {
		coming = "action_expired"
	}
	c.branch(o, Branch{o.script.Recover, coming})
}

// calls makes the calls of a function and says how long they take, whether all of them succeeded, and whether something was written.
// What the payment gateway was asked before, asked of its groups, is known from the payment's record and not asked again.
func (c *Cell) calls(groups []Group, asked *int) (took time.Duration, ok, wrote bool) {
	before := 0
	for _, g := range groups {
		longest, all := time.Duration(0), true
		if g[0].Service == "gateway" {
			if before++; before <= *asked {
				continue
			}
		}
		for _, call := range g {
			d, served := c.call(call)
			longest = max(longest, d)
			all = all && served
			wrote = wrote || served && len(call.Writes) > 0
		}
		if took += longest; !all {
			return took, false, wrote
		}
		if asked != nil {
			*asked = max(*asked, before)
		}
	}
	return took, true, wrote
}

// call is one request, with the tries that the SDK or the store makes by itself.
func (c *Cell) call(call Call) (took time.Duration, ok bool) {
	p := c.physics
	switch {
	case call.Service == "sqs": // no quota
		return p.RoundTrip + p.Write, true
	case call.Service == "gateway" && !c.gateway.take(c.now, c.Each):
		c.refusals += c.Each
		return p.RoundTrip, false
	case call.Service == "gateway":
		// An authorization takes 0.5 to 2 s (the design's), half of it for each of its two calls. Nothing is tried again (stripeapi).
		return c.between(time.Second/4, time.Second), true
	}
	each := p.Read
	switch {
	case call.Transaction:
		each = c.between(p.WindowLeast, p.WindowMost)
	case len(call.Writes) > 0:
		each = p.Write
	}
	for try := 1; ; try++ {
		took += p.RoundTrip
		if take(c.now, call.needs, c.Each) {
			return took + each, true
		}
		wait, more := c.backoff(call.Transaction, try)
		if !more {
			return took, false
		}
		took += wait
	}
}

// backoff is the wait after a throttled try: the store's own for a transaction (store.Again), otherwise the SDK's, of three tries
// with up to 2 s and 4 s between (aws-sdk-go-v2, aws/retry: b x 2^attempt seconds).
func (c *Cell) backoff(transaction bool, try int) (wait time.Duration, more bool) {
	if transaction {
		return store.Wait(store.FirstWait, try, c.random.Float64()), try < 4
	}
	return store.Wait(time.Second, try, c.random.Float64()), try < 3
}
