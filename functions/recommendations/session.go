package recommendations

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// A session is what one visit did: its last products, for as long as it goes on. GA4 ends one after 30 minutes without an event.
const (
	SessionLife = 30 * time.Minute
	SessionSize = 50
	// sessionLooks is how many of them count.
	sessionLooks = 10
	// fading is what each counts, of the one after it.
	fading = 0.85
)

// Deed is in what way a session met a product.
type Deed string

// The deeds.
const (
	Looked Deed = "looked"
	Carted Deed = "carted"
)

// Act is a product that a session met.
type Act struct {
	ProductID string
	Deed      Deed
	At        time.Time
}

// session is what a session did, the last first, each product once.
type session struct {
	looked []string
	carted map[string]bool
}

func sessionOf(acts []Act) session {
	s := session{carted: map[string]bool{}}
	acts = slices.Clone(acts)
	slices.SortFunc(acts, func(a, b Act) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.ProductID, b.ProductID)) })
	for _, a := range acts {
		if a.Deed == Carted {
			s.carted[a.ProductID] = true
		}
		if !slices.Contains(s.looked, a.ProductID) {
			s.looked = append(s.looked, a.ProductID)
		}
	}
	return s
}

// recent are the products that count.
func (s session) recent() []string { return s.looked[:min(sessionLooks, len(s.looked))] }

// weigh sets what a session says of candidates: near are the neighbours of its products, and facts what is known of those.
func (s session) weigh(list []Candidate, near map[string]map[Kind][]Scored, facts map[string]Facts) {
	recent := s.recent()
	if len(recent) == 0 {
		return
	}
	var known []Facts
	for _, id := range recent {
		known = append(known, facts[id])
	}
	t := tasteOf(known)
	best, because := s.pull(near)
	for i := range list {
		c := &list[i]
		c.Row[SourceSession] = best[c.ID]
		c.Row[SessionSameCategory], c.Row[SessionSameBrand] = t.share(t.categories[c.Facts.Category]), t.share(t.brands[c.Facts.Brand])
		if c.Facts.Category == "" {
			c.Row[SessionSameCategory] = unknown
		}
		if c.Facts.Brand == "" {
			c.Row[SessionSameBrand] = unknown
		}
		if slices.Contains(s.looked, c.ID) {
			c.Row[DaysSinceSeen] = 0
		}
		alike := slices.IndexFunc(recent, func(id string) bool { return c.Facts.Category != "" && facts[id].Category == c.Facts.Category })
		if of := because[c.ID]; of != "" {
			c.Reason = Reason{Code: LookedAt, ProductID: of}
		} else if alike >= 0 && c.Reason.ordinary() {
			c.Reason = Reason{Code: LookedAt, ProductID: recent[alike]}
		}
	}
}

// pull is how much a session's products pull others near, and which of them does most.
func (s session) pull(near map[string]map[Kind][]Scored) (sum map[string]float32, because map[string]string) {
	sum, because = map[string]float32{}, map[string]string{}
	most := map[string]float32{}
	for i, id := range s.recent() {
		weight, best := float32(math.Pow(fading, float64(i))), map[string]float32{}
		for _, list := range near[id] {
			for _, n := range list {
				best[n.ProductID] = max(best[n.ProductID], n.Score)
			}
		}
		for other, score := range best {
			sum[other] += weight * score
			if weight*score > most[other] {
				most[other], because[other] = weight*score, id
			}
		}
	}
	return sum, because
}
