package schedule

import (
	"sync"
	"sync/atomic"
	"time"
)

// Exploration is many schedules of a seed: N of them, the From-th first. A long one can be run in parts, at several times or on several
// machines: their counts add up to the whole's and so do their hashes, modulo 2^64, where a schedule's is SeedHash.
type Exploration struct {
	Seed    uint64
	From, N int64
	Workers int
	Start   time.Time        // by the clock of the schedules
	Tell    func(done int64) // hears how many are done; may be nil
}

// Trial runs one schedule, the n-th of its seed, and tells whether it went well.
type Trial func(n int64, seed uint64, s *Scheduler) bool

// Run runs the schedules until they are done or one has not gone well; all that come before that one are run, whatever the number of
// workers. Each worker has a trial of its own, which it ends when it runs no more.
func (e Exploration) Run(worker func() (trial Trial, end func())) {
	var next, done, until atomic.Int64
	next.Store(e.From)
	until.Store(e.From + e.N)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range e.Workers {
		wg.Go(func() {
			trial, end := worker()
			crew := &Crew{}
			defer crew.Close()
			for n := next.Add(1) - 1; n < until.Load(); n = next.Add(1) - 1 {
				seed := SeedOf(e.Seed, n)
				s := New(seed, e.Start)
				s.Crew = crew
				if !trial(n, seed, s) {
					mu.Lock()
					until.Store(min(until.Load(), n))
					mu.Unlock()
				}
				if e.Tell != nil {
					e.Tell(done.Add(1))
				}
			}
			mu.Lock()
			defer mu.Unlock()
			end()
		})
	}
	wg.Wait()
}

// SeedHash is a schedule's part of an exploration's hash.
func SeedHash(seed uint64, s *Scheduler) uint64 { return Mix(seed ^ Mix(s.Hash())) }
