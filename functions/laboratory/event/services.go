package event

import (
	"math"
	"time"
)

// What the services allow, as they document it; read on 2026-11-30. What an account asks for beyond them stands in the plan.
const (
	// docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html: 1,000 environments of each function every ten seconds, refilled
	// continuously, and nothing that is not used is kept for later.
	rampSize  = 1_000
	rampEvery = 10 * time.Second
	// docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html: ten requests a second for each environment that may run at once.
	requestsEach = 10
	// docs.aws.amazon.com/lambda/latest/operatorguide/execution-environments.html: a cold start takes from under 100 ms to over 1 s.
	coldLeast, coldMost = 100 * time.Millisecond, time.Second

	// docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html: a table on demand sustains 4,000 writes
	// and 12,000 reads a second at first, and twice its peak of before; beyond it may throttle for 30 minutes.
	coldWrites, coldReads = 4_000, 12_000
	growsAfter            = 30 * time.Minute

	// docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html: five batches of a queue at once at first, and up to 300 more
	// every minute.
	pollersFirst, pollersMinute = 5, 300

	// docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
	gatewayBurst = 5_000
)

// bucket is a token bucket. Who finds it not empty takes what they need, and may leave it in debt: what is taken in the long run
// is its rate, however large a piece is.
type bucket struct {
	rate, depth float64 // units a second, and how many are kept
	left        float64
	at          time.Duration
}

func full(rate, depth float64) bucket { return bucket{rate: rate, depth: depth, left: depth} }

func (b *bucket) take(now time.Duration, n float64) bool {
	b.left = min(b.depth, b.left+b.rate*(now-b.at).Seconds())
	b.at = now
	if b.left <= 0 {
		return false
	}
	b.left -= n
	return true
}

// pool is one function's execution environments.
type pool struct {
	limit      float64 // reserved: nobody else's, and not to be exceeded
	there      float64 // environments, busy or not
	busy, most float64
	area       float64 // environments x seconds that were busy
	since      time.Duration
	ramp, rate bucket
	invoked    float64
	cold       float64
	throttled  float64
}

func newPool(limit, provisioned float64) *pool {
	return &pool{limit: limit, there: provisioned, ramp: full(rampSize/rampEvery.Seconds(), rampSize),
		rate: full(requestsEach*limit, requestsEach*limit)}
}

// start takes n environments. Those that are there are taken first; others begin cold, as far as the ramp lets them.
func (p *pool) start(now time.Duration, n float64) (cold, ok bool) {
	more := p.busy + n - p.there
	ok = p.busy+n <= p.limit && p.rate.take(now, n) && (more <= 0 || p.ramp.take(now, more))
	if !ok {
		p.throttled += n
		return false, false
	}
	p.invoked += n
	p.count(now, n)
	if more > 0 {
		p.there += more
		p.cold += more
	}
	return more > 0, true
}

// count notes that n more are busy.
func (p *pool) count(now time.Duration, n float64) {
	p.area += p.busy * (now - p.since).Seconds()
	p.since = now
	p.busy += n
	p.most = max(p.most, p.busy)
}

// meter is the write or the read units of a table. Its keys are spread by a hash over as many partitions as its units need, so it
// is one bucket: that no partition is hotter than the others is the plan's headroom to see to.
type meter struct {
	bucket
	warm    float64 // units a second that are there from the beginning
	others  float64 // taken by what is no checkout
	second  float64 // in this second
	mean    float64 // of some ten seconds
	most    float64
	served  []float64 // the mean, by second
	peak    float64   // of the seconds that are so long ago that the table has grown for them
	refused float64
}

// The service counts units by the second (partitions.Physics).
func newMeter(warm float64) *meter { return &meter{bucket: full(warm, warm), warm: warm} }

// tick ends a second.
func (m *meter) tick() {
	m.mean += (m.second + m.others - m.mean) / 10
	m.second, m.most = 0, max(m.most, m.mean)
	m.served = append(m.served, m.mean)
	if n := len(m.served) - 1 - int(growsAfter/time.Second); n >= 0 {
		m.peak = max(m.peak, m.served[n])
	}
	m.rate = max(1, max(m.warm, 2*m.peak)-m.others)
	m.depth = m.rate
}

// need is units of a meter that a call wants.
type need struct {
	of    *meter
	units float64
}

// take takes what n calls need, all or none: a call that is throttled has not paid.
func take(now time.Duration, needs []need, n float64) bool {
	for _, x := range needs {
		if !x.of.take(now, 0) {
			x.of.refused += n * x.units
			return false
		}
	}
	for _, x := range needs {
		x.of.left -= n * x.units
		x.of.second += n * x.units
	}
	return true
}

// queue is messages that wait for a function, as a flow.
type queue struct {
	name    string
	most    float64       // batches at once
	each    time.Duration // of a message
	pollers float64
	warm    bool // pollers are there before there are messages

	in, depth, deepest, done float64
	emptied                  time.Duration // when it was empty last, after it was not
}

// tick is a second.
func (q *queue) tick(now time.Duration) {
	q.depth += q.in
	q.in = 0
	switch {
	case q.warm:
		q.pollers = q.most
	case q.depth == 0:
		q.pollers = pollersFirst
	default:
		q.pollers = math.Min(q.most, max(pollersFirst, q.pollers+pollersMinute/60.0))
	}
	serve := min(q.depth, math.Min(q.pollers, q.most)/q.each.Seconds())
	q.deepest = max(q.deepest, q.depth)
	q.depth -= serve
	q.done += serve
	if q.depth > 1e-6 {
		q.emptied = now + time.Second
	} else {
		q.depth = 0
	}
}
