package marketplaces

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Seen to catch: the order's day in UTC; a cut-off in the marketplace's time; a Saturday or a holiday that counts; an estimate
// before the seller has to ship; a seller who has longer to ship than was promised to the door.
func TestPromise(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time {
		when, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	for name, c := range map[string]struct {
		market   string
		ordered  string
		dispatch Dispatch
		shipBy   string // in UTC
		from, to string
	}{
		"before the cut-off": {"US", "2026-12-01T21:59:00Z", Dispatch{Centre: "us-west-2", Days: 5}, "2026-12-02T08:00:00Z", "12-02", "12-08"},
		"after the cut-off":  {"US", "2026-12-01T22:00:00Z", Dispatch{Centre: "us-west-2", Days: 5}, "2026-12-03T08:00:00Z", "12-03", "12-09"},
		"the same moment in New York is after it": {"US", "2026-12-01T21:59:00Z", Dispatch{Centre: "us-east-1", Days: 5}, "2026-12-03T05:00:00Z",
			"12-03", "12-09"},
		"on a Saturday":    {"US", "2026-12-05T18:00:00Z", Dispatch{Centre: "us-west-2", Days: 2}, "2026-12-08T08:00:00Z", "12-08", "12-09"},
		"over Christmas":   {"DE", "2026-12-23T09:00:00Z", Dispatch{Centre: "de-north-1", Days: 2}, "2026-12-23T23:00:00Z", "12-24", "12-28"},
		"the Gulf's week":  {"SA", "2026-12-03T06:00:00Z", Dispatch{Centre: "sa-central-1", Days: 2}, "2026-12-03T21:00:00Z", "12-06", "12-07"},
		"Tokyo's tomorrow": {"JP", "2026-12-01T16:00:00Z", Dispatch{Centre: "jp-east-1", Days: 2}, "2026-12-02T15:00:00Z", "12-03", "12-04"},
		"a seller who takes 15 days": {"US", "2026-12-01T18:00:00Z",
			Dispatch{Centre: "us-west-2", Days: 2, BySeller: true, SellerDays: 15}, "2026-12-04T08:00:00Z",
			"12-02", "12-22"},
		"a seller who takes 2": {"US", "2026-12-01T18:00:00Z",
			Dispatch{Centre: "us-west-2", Days: 2, BySeller: true, SellerDays: 2}, "2026-12-03T08:00:00Z", "12-02", "12-03"},
		"a seller who takes 1": {"US", "2026-12-01T18:00:00Z",
			Dispatch{Centre: "us-west-2", Days: 2, BySeller: true, SellerDays: 1}, "2026-12-02T08:00:00Z", "12-02", "12-02"},
		"a centre that nobody knows": {"DE", "2026-12-01T12:59:00Z", Dispatch{Centre: "c1", Days: 1}, "2026-12-01T23:00:00Z", "12-02", "12-02"},
		"another country's holiday": {"DE", "2026-07-14T08:00:00Z",
			Dispatch{Centre: "fr-north-1", Days: 1}, "2026-07-15T22:00:00Z", "07-16", "07-16"},
		"a seller who promises nothing": {"US", "2026-12-01T18:00:00Z",
			Dispatch{Centre: "us-west-2", Days: 2, BySeller: true, SellerDays: 0}, "2026-12-04T08:00:00Z", "12-02", "12-04"},
		"no days are at least one": {"US", "2026-12-01T18:00:00Z",
			Dispatch{Centre: "us-west-2", Days: 0}, "2026-12-02T08:00:00Z", "12-02", "12-02"},
		"the destination's own feast": {"DE", "2026-10-02T08:00:00Z",
			Dispatch{Centre: "fr-north-1", Days: 1}, "2026-10-02T22:00:00Z", "10-05", "10-05"},
		"clocks go forward at midnight": {"EG", "2026-04-23T08:00:00Z", Dispatch{Centre: "eg-north-1", Days: 2}, "2026-04-23T22:00:00Z",
			"04-26", "04-27"},
		"clocks go back on Sunday": {"US", "2026-10-30T18:00:00Z", Dispatch{Centre: "us-east-1", Days: 1}, "2026-11-03T05:00:00Z", "11-03", "11-03"},
		"the summer's cut-off":     {"US", "2026-10-30T17:59:00Z", Dispatch{Centre: "us-east-1", Days: 1}, "2026-10-31T04:00:00Z", "11-02", "11-02"},
		"the winter's cut-off":     {"US", "2026-11-02T18:59:00Z", Dispatch{Centre: "us-east-1", Days: 1}, "2026-11-03T05:00:00Z", "11-03", "11-03"},
		"Easter, and the clocks of the south": {"AU", "2026-04-02T03:00:00Z", Dispatch{Centre: "au-east-1", Days: 1}, "2026-04-07T14:00:00Z",
			"04-08", "04-08"},
		"half an hour apart":      {"IN", "2026-01-22T07:30:00Z", Dispatch{Centre: "in-north-1", Days: 1}, "2026-01-23T18:30:00Z", "01-27", "01-27"},
		"over the New Year":       {"JP", "2026-12-31T06:00:00Z", Dispatch{Centre: "jp-east-1", Days: 1}, "2027-01-04T15:00:00Z", "01-05", "01-05"},
		"over Thanksgiving":       {"US", "2026-11-25T22:00:00Z", Dispatch{Centre: "us-west-2", Days: 1}, "2026-11-28T08:00:00Z", "11-30", "11-30"},
		"two days of a nation":    {"AE", "2026-12-01T10:00:00Z", Dispatch{Centre: "ae-central-1", Days: 1}, "2026-12-04T20:00:00Z", "12-07", "12-07"},
		"a holiday that is moved": {"GB", "2026-12-24T16:00:00Z", Dispatch{Centre: "gb-central-1", Days: 1}, "2026-12-30T00:00:00Z", "12-30", "12-30"},
		"the day that a leap year has": {"DE", "2028-02-28T08:00:00Z", Dispatch{Centre: "de-north-1", Days: 1}, "2028-02-28T23:00:00Z",
			"02-29", "02-29"},
	} {
		m, err := Lookup(c.market)
		if err != nil {
			t.Fatal(err)
		}
		p := m.Promise(at(c.ordered), c.dispatch)
		if got := [3]string{p.ShipBy.Format(time.RFC3339), p.From.Format("01-02"), p.To.Format("01-02")}; got != [3]string{c.shipBy, c.from, c.to} {
			t.Errorf("%s: %v, want %s %s %s", name, got, c.shipBy, c.from, c.to)
		}
	}
}

// Whatever is ordered wherever and whenever, it arrives on a working day, after the day on which it leaves at the latest, and
// within the promised working days of a day on which it could leave.
func TestAPromiseIsKept(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.SampledFrom(All()).Draw(t, "marketplace")
		var reach []string
		for _, c := range Centres() {
			if Reaches(c.ID, m.Code) {
				reach = append(reach, c.ID)
			}
		}
		d := Dispatch{Centre: rapid.SampledFrom(reach).Draw(t, "centre"), Days: rapid.IntRange(1, 30).Draw(t, "days"),
			BySeller: rapid.Bool().Draw(t, "by seller"), SellerDays: rapid.IntRange(0, 30).Draw(t, "seller's days")}
		ordered := time.Unix(rapid.Int64Range(1_790_000_000, 1_900_000_000).Draw(t, "ordered"), 0)
		p := m.Promise(ordered, d)
		if !p.ShipBy.After(ordered) || p.To.Before(p.From) || !m.WorksOn(p.From) || !m.WorksOn(p.To) {
			t.Fatalf("ordered %s: %+v", ordered.UTC(), p)
		}
		c, err := LookupCentre(d.Centre)
		if err != nil {
			t.Fatal(err)
		}
		leaves := p.ShipBy.In(location(c.TimeZone)).Add(-time.Second)
		if !p.To.After(date(leaves.Year(), leaves.Month(), leaves.Day())) {
			t.Fatalf("ordered %s, leaves by %s and is there on %s", ordered.UTC(), leaves, p.To)
		}
		if later := m.Promise(ordered.Add(time.Hour), d); later.To.Before(p.To) || later.ShipBy.Before(p.ShipBy) {
			t.Fatalf("an hour later %+v, before %+v", later, p)
		}
		slower := d
		slower.Days, slower.SellerDays = slower.Days+1, slower.SellerDays+min(1, slower.SellerDays)
		if s := m.Promise(ordered, slower); s.To.Before(p.To) {
			t.Fatalf("a day more arrives before: %+v %+v", s, p)
		}
	})
}
