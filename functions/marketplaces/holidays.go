package marketplaces

import (
	"slices"
	"sync"
	"time"
)

// Holiday is a public holiday, or the weekday off that stands for one.
type Holiday struct {
	Day  time.Time // midnight, UTC
	Name string
}

// Holidays lists a marketplace's public holidays of a year by day; those that law gives to the whole country, so far
// as they can be told ahead. Two on one day are one. What the tables leave out stands with them (nations.go).
func (m Marketplace) Holidays(year int) []Holiday { return slices.Clone(m.holidays(year)) }

type countryYear struct {
	code string
	year int
}

// reckoned are the holidays of the years that were asked for: a promise asks for a year's once a day that it looks at.
var reckoned sync.Map // of []Holiday by countryYear

// holidays are those of Holidays, and must not be changed.
func (m Marketplace) holidays(year int) []Holiday {
	if known, ok := reckoned.Load(countryYear{m.Code, year}); ok {
		return known.([]Holiday)
	}
	out := calendars[m.Code].around(year)
	reckoned.Store(countryYear{m.Code, year}, out)
	return out
}

func (c calendar) around(year int) (out []Holiday) {
	for y := year - 1; y <= year+1; y++ { // a substitute may fall in another year than its holiday
		out = append(out, c.of(y)...)
	}
	out = slices.DeleteFunc(out, func(h Holiday) bool { return h.Day.Year() != year })
	slices.SortStableFunc(out, func(a, b Holiday) int { return a.Day.Compare(b.Day) })
	return slices.CompactFunc(out, func(a, b Holiday) bool { return a.Day.Equal(b.Day) })
}

// WorksOn tells whether work is done in the marketplace on the day that t shows in its own location: neither a day of the
// weekend nor a public holiday.
func (m Marketplace) WorksOn(t time.Time) bool {
	if slices.Contains(m.Weekend, t.Weekday()) {
		return false
	}
	day := date(t.Year(), t.Month(), t.Day())
	return !slices.ContainsFunc(m.holidays(t.Year()), func(h Holiday) bool { return h.Day.Equal(day) })
}

// calendar is how a country's holidays are found.
type calendar struct {
	rules []rule
	// between makes a day between two holidays one, too.
	between bool
}

// rule is one holiday, of the years since one.
type rule struct {
	name  string
	since int
	day   func(year int) time.Time // zero in a year without
	// moved tells which day off stands for one that falls on a day off; nil where none does.
	moved func(day time.Time, taken func(time.Time) bool) time.Time
}

// of lists a year's holidays with those that stand for them.
func (c calendar) of(year int) []Holiday {
	var out []Holiday
	add := func(day time.Time, name string) { out = append(out, Holiday{day, name}) }
	taken := func(day time.Time) bool {
		return slices.ContainsFunc(out, func(h Holiday) bool { return h.Day.Equal(day) })
	}
	held := func(r rule) (time.Time, bool) {
		day := r.day(year)
		return day, year >= r.since && !day.IsZero()
	}
	for _, r := range c.rules {
		if day, ok := held(r); ok {
			add(day, r.name)
		}
	}
	if c.between {
		for _, h := range slices.Clone(out) {
			if day := h.Day.AddDate(0, 0, 1); !taken(day) && taken(day.AddDate(0, 0, 1)) {
				add(day, "Between two holidays")
			}
		}
	}
	for _, r := range c.rules {
		if day, ok := held(r); ok && r.moved != nil {
			if off := r.moved(day, taken); !off.Equal(day) {
				add(off, r.name+" (observed)")
			}
		}
	}
	return out
}

func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// fixed is the same date every year.
func fixed(name string, month time.Month, day int) rule {
	return rule{name: name, day: func(year int) time.Time { return date(year, month, day) }}
}

// first is the first such weekday on or after a date: of the 1st, the month's first; of the 8th, its second.
func first(name string, month time.Month, day int, weekday time.Weekday) rule {
	return rule{name: name, day: func(year int) time.Time {
		d := date(year, month, day)
		return d.AddDate(0, 0, int(weekday-d.Weekday()+7)%7)
	}}
}

// easter is so many days after Easter Sunday.
func easter(name string, days int) rule {
	return rule{name: name, day: func(year int) time.Time { return easterSunday(year).AddDate(0, 0, days) }}
}

// from is the rule from a year on.
func (r rule) from(year int) rule {
	r.since = year
	return r
}

// moving is the rules, each of whose days moves so when it falls on a day off.
func moving(moved func(time.Time, func(time.Time) bool) time.Time, rules ...rule) []rule {
	for i := range rules {
		rules[i].moved = moved
	}
	return rules
}

// easterSunday is that of the Gregorian calendar (Meeus, Astronomical Algorithms, chapter 8).
func easterSunday(year int) time.Time {
	a, b, c := year%19, year/100, year%100
	d, e, f := b/4, b%4, (b+8)/25
	g := (b - f + 1) / 3
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return date(year, time.Month(n/31), n%31+1)
}

// orthodoxEasterSunday is that of the Julian calendar, as a Gregorian date; 13 days are between them from 1900 to 2099
// (Meeus, as above).
func orthodoxEasterSunday(year int) time.Time {
	a, b, c := year%4, year%7, year%19
	d := (19*c + 15) % 30
	e := (2*a + 4*b - d + 34) % 7
	n := d + e + 114
	return date(year, time.Month(n/31), n%31+1).AddDate(0, 0, 13)
}

// sundayToMonday gives the next day that is no holiday for one on a Sunday.
func sundayToMonday(day time.Time, taken func(time.Time) bool) time.Time {
	if day.Weekday() != time.Sunday {
		return day
	}
	for taken(day) {
		day = day.AddDate(0, 0, 1)
	}
	return day
}

// weekendToMonday gives the next weekday that is no holiday for one on a Saturday or Sunday.
func weekendToMonday(day time.Time, taken func(time.Time) bool) time.Time {
	if !slices.Contains(satSun, day.Weekday()) {
		return day
	}
	for taken(day) || slices.Contains(satSun, day.Weekday()) {
		day = day.AddDate(0, 0, 1)
	}
	return day
}

// nearest gives the Friday before a Saturday, and the Monday after a Sunday.
func nearest(day time.Time, _ func(time.Time) bool) time.Time {
	switch day.Weekday() {
	case time.Saturday:
		return day.AddDate(0, 0, -1)
	case time.Sunday:
		return day.AddDate(0, 0, 1)
	}
	return day
}
