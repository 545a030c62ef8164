package schedule

import (
	"fmt"
	"strconv"
	"sync"
	"time"
)

// SeedOf is the seed of a run's n-th schedule.
func SeedOf(seed uint64, n int64) uint64 { return Mix(seed + uint64(n)*0x9e3779b97f4a7c15) }

// Mix scatters a number (the finisher of MurmurHash3).
func Mix(x uint64) uint64 {
	x = (x ^ x>>33) * 0xff51afd7ed558ccd
	x = (x ^ x>>33) * 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

// Grouped writes thousands apart.
func Grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Part says which schedules of a seed were explored, unless they are its first.
func Part(from, n int64) string {
	if from == 0 {
		return ""
	}
	return fmt.Sprintf(", schedules %d to %d", from, from+n-1)
}

// Progress returns what prints how far a long run of n schedules is, every ten seconds of the machine's time.
func Progress(n int64, began time.Time) func(done int64) {
	var mu sync.Mutex
	last := began
	return func(done int64) {
		mu.Lock()
		defer mu.Unlock()
		if now := time.Now(); now.Sub(last) >= 10*time.Second {
			last = now
			fmt.Printf("  %3d%%  %s schedules, %s a second\n", done*100/n, Grouped(done), Grouped(int64(float64(done)/now.Sub(began).Seconds())))
		}
	}
}
