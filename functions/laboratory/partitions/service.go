package partitions

import (
	"time"

	"rialto/functions/internal/store"
	"rialto/functions/internal/tables"
)

// Service is the state that all clients share. It is not safe for concurrent use: the model's calls take turns on
// virtual time.
type Service struct {
	physics Physics
	inner   store.DB
	tables  map[string]tables.Table
	// random is in [0, 1).
	random func() float64

	parts   map[part]*partition
	windows map[store.Get]time.Time // until when an item belongs to a transaction
	swept   time.Time
	counts  Counts
}

type part struct {
	table string
	n     int
}

// partition is the units that are left in a partition's buckets, and those that were served from them.
type partition struct {
	writes, reads bucket
}

type bucket struct {
	left, served float64
	at           time.Time
}

// Counts are sums over calls since the last Reset.
type Counts struct {
	Calls        int // as the store made them
	Attempts     int // requests: a call that met a transaction is sent again
	Conflicts    int // attempts refused because an item belonged to another transaction
	Throttles    int // attempts refused because a partition had no units left
	Transactions int // calls of Transact
}

func (c *Counts) add(o Counts) {
	c.Calls += o.Calls
	c.Attempts += o.Attempts
	c.Conflicts += o.Conflicts
	c.Throttles += o.Throttles
	c.Transactions += o.Transactions
}

// NewService returns a service over inner, which must answer at once. all are its tables.
func NewService(p Physics, inner store.DB, all []tables.Table, random func() float64) *Service {
	s := &Service{physics: p, inner: inner, tables: map[string]tables.Table{}, random: random,
		parts: map[part]*partition{}, windows: map[store.Get]time.Time{}}
	for _, t := range all {
		s.tables[t.Name] = t
	}
	return s
}

// Reset forgets counts and served units; buckets and windows stay as they are.
func (s *Service) Reset() {
	s.counts = Counts{}
	for _, p := range s.parts {
		p.writes.served, p.reads.served = 0, 0
	}
}

// Counts are all clients' together.
func (s *Service) Counts() Counts { return s.counts }

// Hottest returns the most write units and read units that one partition of a table served since Reset.
func (s *Service) Hottest(table string) (writes, reads float64) {
	for at, p := range s.parts {
		if at.table == table {
			writes, reads = max(writes, p.writes.served), max(reads, p.reads.served)
		}
	}
	return writes, reads
}

// Partition is the number of the partition that an item of a table lives on, from 0.
func (p Physics) Partition(table, pk string) int {
	const offset, prime = 14695981039346656037, 1099511628211
	h := uint64(offset)
	for _, s := range [...]string{table, "/", pk} {
		for i := range len(s) {
			h = (h ^ uint64(s[i])) * prime
		}
	}
	// FNV-1a leaves neighbouring keys close together in the high bits; the finalizer of MurmurHash3 parts them.
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	h ^= h >> 33
	return int(h % uint64(p.Partitions))
}

func (s *Service) partition(table, pk string) *partition {
	at := part{table, s.physics.Partition(table, pk)}
	p := s.parts[at]
	if p == nil {
		p = &partition{}
		p.writes.left, p.reads.left = s.physics.WriteUnits*s.physics.Depth, s.physics.ReadUnits*s.physics.Depth
		s.parts[at] = p
	}
	return p
}

// fill adds the units that came since the bucket was last looked at.
func (b *bucket) fill(rate, depth float64, now time.Time) {
	if !b.at.IsZero() {
		b.left = min(rate*depth, b.left+rate*now.Sub(b.at).Seconds())
	}
	b.at = now
}

func (b *bucket) take(units float64) {
	b.left -= units
	b.served += units
}

// need is units of one kind that a call wants of one partition.
type need struct {
	from  *bucket
	rate  float64
	units float64
}

// serve takes all needs, or tells which of them are not to be had and takes nothing. A bucket that is not empty serves
// whatever is asked of it, and owes the rest: the service learns what a call takes while it serves it.
func (s *Service) serve(now time.Time, needs []need) (short []bool, ok bool) {
	ok = true
	short = make([]bool, len(needs))
	for i, n := range needs {
		n.from.fill(n.rate, s.physics.Depth, now)
		if short[i] = n.from.left <= 0; short[i] {
			ok = false
		}
	}
	if ok {
		for _, n := range needs {
			n.from.take(n.units)
		}
	}
	return short, ok
}

// taken tells whether an item belongs to a transaction.
func (s *Service) taken(now time.Time, g store.Get) bool { return s.windows[g].After(now) }

// open gives items to a transaction for a window from now and returns how long it is.
func (s *Service) open(now time.Time, items []store.Get) time.Duration {
	p := s.physics
	d := p.WindowLeast + time.Duration(s.random()*float64(p.WindowMost-p.WindowLeast))
	for _, g := range items {
		s.windows[g] = now.Add(d)
	}
	if now.Sub(s.swept) > time.Second { // windows that are over are of no use to anyone
		s.swept = now
		for g, until := range s.windows {
			if !until.After(now) {
				delete(s.windows, g)
			}
		}
	}
	return d
}
