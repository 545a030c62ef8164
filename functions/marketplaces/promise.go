package marketplaces

import (
	"sync"
	"time"
)

// Dispatch is what a promise is made of: where a parcel leaves, and within how many working days it is to arrive.
type Dispatch struct {
	Centre string
	Days   int // the shipping option's, from the order to the door
	// BySeller marks a parcel that its seller ships, who has some days to do so. SellerDays are what the seller promised in
	// place of Days, 0 for nothing.
	BySeller   bool
	SellerDays int
}

// Promise is when a parcel leaves and arrives. Its days are midnights in UTC, as holidays' are.
type Promise struct {
	// ShipBy is the end of the day on which it leaves at the latest, by the clock of where it leaves.
	ShipBy time.Time
	// From and To are the first and the last day on which it may be expected.
	From, To time.Time
}

// sellersHandling is how many working days after the order a seller has to ship; the day itself is the last.
const sellersHandling = 2

// Promise says when a parcel that is ordered at a time leaves and arrives. It is the one rule of dates: quotes, shipments and
// their tracking ask here.
//
// The order counts on the day of the centre's clock, until its cut-off and if work is done there that day, else on the next
// that qualifies. From then on the centre's country has its working days until the parcel leaves, and the marketplace those
// until it arrives; nothing is expected before the working day after the last on which it may leave. A seller who promises to
// deliver soon has less time to ship. A centre that is not in the registry has the clock and the days of the marketplace.
func (m Marketplace) Promise(ordered time.Time, d Dispatch) Promise {
	home, zone, cutOff := m, m.TimeZone, usualCutOff
	if c, err := LookupCentre(d.Centre); err == nil {
		zone, cutOff = c.TimeZone, c.CutOff
		if country, err := Lookup(c.Country); err == nil {
			home = country
		}
	}
	where := location(zone)
	local := ordered.In(where)
	counts := date(local.Year(), local.Month(), local.Day())
	if local.Hour() >= cutOff {
		counts = counts.AddDate(0, 0, 1)
	}
	counts = home.working(counts, 0)
	days, handling := d.Days, 0
	switch {
	case d.BySeller && d.SellerDays > 0:
		days, handling = d.SellerDays, min(sellersHandling, d.SellerDays-1)
	case d.BySeller:
		handling = sellersHandling
	}
	leaves := home.working(counts, handling)
	y, month, day := leaves.Date()
	p := Promise{ShipBy: time.Date(y, month, day+1, 0, 0, 0, 0, where).UTC(), From: m.working(counts.AddDate(0, 0, 1), 0), To: m.working(counts, days)}
	if after := m.working(leaves.AddDate(0, 0, 1), 0); p.To.Before(after) {
		p.To = after
	}
	return p
}

// usualCutOff is the cut-off where none is known.
const usualCutOff = 14

// working returns the day that is n working days after a day; of none, the first working day from it on.
func (m Marketplace) working(day time.Time, n int) time.Time {
	for ; ; day = day.AddDate(0, 0, 1) {
		if !m.WorksOn(day) {
			continue
		}
		if n <= 0 {
			return day
		}
		n--
	}
}

// Location is the marketplace's own clock.
func (m Marketplace) Location() *time.Location { return location(m.TimeZone) }

// location is a zone of the registry; each is known where time/tzdata is, which a test sees to.
func location(zone string) *time.Location {
	if known, ok := located.Load(zone); ok {
		return known.(*time.Location)
	}
	l, err := time.LoadLocation(zone)
	if err != nil {
		return time.UTC
	}
	located.Store(zone, l)
	return l
}

// located are the zones that were asked for: the standard library reads its data anew each time.
var located sync.Map // of *time.Location by name
