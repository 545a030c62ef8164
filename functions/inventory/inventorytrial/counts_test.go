package inventorytrial_test

import (
	"math"
	"math/bits"

	"rialto/functions/laboratory/schedule"
)

// counts is what trials did, summed over any number of them in any order.
type counts struct {
	schedules, steps, calls     int64
	unknown, soldOut, unchecked int64
	met, divided                int64 // conflicts of two that met; orders held of divided stock
	torn, late                  int64 // transactions seen half done; movements booked after a count of later than they were
	operations                  [kinds]int64
	faults                      [faultKinds]int64
	simulated                   int64 // seconds: a million schedules are more nanoseconds than there are
	fewest                      int64 // operations of a schedule
	fewestFaults                int64
	states                      sketch
	hash                        uint64
}

// add adds the seed-th trial.
func (c *counts) add(seed uint64, t *trial) {
	o := &t.counts
	var operations, faults int64
	for k, n := range o.operations {
		c.operations[k] += n
		operations += n
	}
	for k, n := range o.faults {
		c.faults[k] += n
		faults += n
	}
	if c.schedules == 0 || operations < c.fewest {
		c.fewest = operations
	}
	if c.schedules == 0 || faults < c.fewestFaults {
		c.fewestFaults = faults
	}
	c.schedules++
	c.steps += o.steps
	c.calls += t.calls
	c.unknown, c.soldOut, c.unchecked = c.unknown+o.unknown, c.soldOut+o.soldOut, c.unchecked+o.unchecked
	c.met, c.divided = c.met+o.met, c.divided+o.divided
	c.torn, c.late = c.torn+o.torn, c.late+o.late
	c.simulated += o.simulated
	c.hash += schedule.SeedHash(seed, t.s)
}

// merge adds what another worker counted.
func (c *counts) merge(o *counts) {
	if o.schedules == 0 {
		return
	}
	if c.schedules == 0 || o.fewest < c.fewest {
		c.fewest = o.fewest
	}
	if c.schedules == 0 || o.fewestFaults < c.fewestFaults {
		c.fewestFaults = o.fewestFaults
	}
	for k, n := range o.operations {
		c.operations[k] += n
	}
	for k, n := range o.faults {
		c.faults[k] += n
	}
	c.schedules, c.steps, c.calls = c.schedules+o.schedules, c.steps+o.steps, c.calls+o.calls
	c.unknown, c.soldOut, c.unchecked = c.unknown+o.unknown, c.soldOut+o.soldOut, c.unchecked+o.unchecked
	c.met, c.divided = c.met+o.met, c.divided+o.divided
	c.torn, c.late = c.torn+o.torn, c.late+o.late
	c.simulated += o.simulated
	c.hash += o.hash
	c.states.merge(&o.states)
}

func (s stockItem) hash(pool int) uint64 {
	if s == (stockItem{}) {
		return 0
	}
	h := uint64(pool+1)<<8 ^ uint64(s.shard)
	for _, n := range [...]int64{s.available, s.received, s.returned, s.shipped, s.out, s.moved, s.adjusted, s.debt} {
		h = schedule.Mix(h ^ uint64(n))
	}
	return h
}

func (l layout) hash(pool int) uint64 {
	if l.next == 0 {
		return 0
	}
	return schedule.Mix(uint64(pool+1)<<48 ^ uint64(l.open)<<32 ^ uint64(l.active)<<16 ^ uint64(l.next))
}

// hash leaves out whose hold it is and until when, so that states that differ only in that count once.
func (h holdItem) hash() uint64 {
	if h.state == "" {
		return 0
	}
	x := schedule.Mix(uint64(h.pool+1)<<32 ^ uint64(h.quantity)<<16 ^ uint64(h.state[0])<<8 ^ uint64(h.state[1]))
	for _, d := range h.draws {
		x = schedule.Mix(x ^ uint64(d.shard)<<32 ^ uint64(d.quantity))
	}
	return x
}

// sketch counts distinct hashes in little room, and sketches of parts can be merged: a HyperLogLog (Flajolet et al.,
// 2007) of 2^14 registers, whose standard error is 0.8%.
type sketch struct{ registers []uint8 }

const precision = 14

func (s *sketch) add(state uint64) {
	if s.registers == nil {
		s.registers = make([]uint8, 1<<precision)
	}
	h := schedule.Mix(state)
	r := &s.registers[h>>(64-precision)]
	*r = max(*r, uint8(bits.LeadingZeros64(h<<precision|1<<(precision-1))+1))
}

func (s *sketch) merge(o *sketch) {
	if s.registers == nil {
		s.registers = make([]uint8, 1<<precision)
	}
	for i, r := range o.registers {
		s.registers[i] = max(s.registers[i], r)
	}
}

func (s *sketch) count() int64 {
	m := float64(len(s.registers))
	sum, empty := 0.0, 0.0
	for _, r := range s.registers {
		sum += math.Ldexp(1, -int(r))
		if r == 0 {
			empty++
		}
	}
	if empty > 0 && m*math.Log(m/empty) <= 2.5*m {
		return int64(m * math.Log(m/empty))
	}
	return int64(0.7213 / (1 + 1.079/m) * m * m / sum)
}
