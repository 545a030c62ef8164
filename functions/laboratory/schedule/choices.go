package schedule

// choices come from a list and then from a seed or, in a replay, are 0. A generator of its own keeps a seed's run the same whatever becomes of
// the standard library's, and costs a few nanoseconds to set up.
type choices struct {
	state  uint64
	list   []int
	at     int
	replay bool
	made   []int
}

func seeded(seed uint64) choices { return choices{state: seed} }

// choose returns a choice below n, which is 2 or more.
func (c *choices) choose(n int, keep bool) int {
	if c.replay || c.at < len(c.list) {
		return c.took(c.listed(n), keep)
	}
	return c.took(c.below(n), keep)
}

func (c *choices) draw(n int, draw func(func(int) int) int, keep bool) int {
	if c.replay || c.at < len(c.list) {
		return c.took(c.listed(n), keep)
	}
	return c.took(draw(c.below), keep)
}

func (c *choices) listed(n int) int {
	if c.at >= len(c.list) {
		return 0
	}
	x := c.list[c.at]
	c.at++
	if x < 0 || x >= n {
		return 0
	}
	return x
}

func (c *choices) took(x int, keep bool) int {
	if keep {
		c.made = append(c.made, x)
	}
	return x
}

// below returns a number below n: SplitMix64 (Steele, Lea, Flood 2014), scaled to the range; the bias of 2^-32 per
// value does not matter here.
func (c *choices) below(n int) int {
	c.state += 0x9e3779b97f4a7c15
	z := c.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	z ^= z >> 31
	return int(z >> 32 * uint64(n) >> 32)
}

const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

// Note mixes a number into the hash of the run: what a step did, say.
func (s *Scheduler) Note(x uint64) {
	h := (s.hash ^ x) * fnvPrime
	s.hash = h ^ h>>32
}

func (s *Scheduler) mix(label string) {
	h := s.hash
	for i := range len(label) {
		h = (h ^ uint64(label[i])) * fnvPrime
	}
	s.hash = h
}
