package marketplaces

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The days off as governments and calendars list them. Seen to catch: no substitute for a Saturday; a substitute that falls
// on the next holiday; a substitute in December for a New Year of the next year left out.
func TestHolidaysAreThoseOfTheLaw(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		market string
		year   int
		want   string
	}{
		{"GB", 2021, "0101 0402 0405 0503 0531 0830 1225 1226 1227 1228"},
		{"GB", 2022, "0101 0103 0415 0418 0502 0530 0829 1225 1226 1227"},
		{"GB", 2026, "0101 0403 0406 0504 0525 0831 1225 1226 1228"},
		{"US", 2026, "0101 0119 0216 0525 0619 0703 0704 0907 1012 1111 1126 1225"},
		{"US", 2027, "0101 0118 0215 0531 0618 0619 0704 0705 0906 1011 1111 1125 1224 1225 1231"},
		{"JP", 2026, "0101 0112 0211 0223 0320 0429 0503 0504 0505 0506 0720 0811 0921 0922 0923 1012 1103 1123"},
		{"JP", 2027, "0101 0111 0211 0223 0321 0322 0429 0503 0504 0505 0719 0811 0920 0923 1011 1103 1123"},
		{"DE", 2026, "0101 0403 0406 0501 0514 0525 1003 1225 1226"},
		{"FR", 2027, "0101 0329 0501 0506 0508 0517 0714 0815 1101 1111 1225"},
		{"IT", 2025, "0101 0106 0421 0425 0501 0602 0815 1101 1208 1225 1226"},
		{"IT", 2026, "0101 0106 0406 0425 0501 0602 0815 1004 1101 1208 1225 1226"},
		{"SE", 2026, "0101 0106 0403 0406 0501 0514 0606 0619 0620 1031 1224 1225 1226 1231"},
		{"PL", 2026, "0101 0106 0406 0501 0503 0604 0815 1101 1111 1224 1225 1226"},
		{"CA", 2026, "0101 0403 0518 0701 0907 0930 1012 1111 1225 1226 1228"},
		{"AU", 2026, "0101 0126 0403 0406 0425 0608 1005 1225 1226 1228"},
		{"IE", 2026, "0101 0202 0317 0406 0504 0601 0803 1026 1225 1226"},
		{"IE", 2030, "0101 0201 0317 0422 0506 0603 0805 1028 1225 1226"},
		{"NL", 2025, "0101 0421 0426 0505 0529 0609 1225 1226"},
		{"EG", 2026, "0107 0125 0413 0425 0501 0630 0723 1006"},
		{"ZA", 2022, "0101 0321 0415 0418 0427 0501 0502 0616 0809 0924 1216 1225 1226 1227"},
		{"MX", 2030, "0101 0204 0318 0501 0916 1001 1118 1225"},
		{"BR", 2026, "0101 0403 0421 0501 0907 1012 1102 1115 1120 1225"},
		{"SG", 2026, "0101 0403 0501 0809 0810 1225"},
		{"SA", 2026, "0222 0319 0320 0321 0322 0526 0527 0528 0529 0923"},
		{"SA", 2028, "0222 0226 0227 0228 0229 0504 0505 0506 0507 0923"}, {"SA", 2031, "0222 0923"},
	} {
		m, err := Lookup(c.market)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, h := range m.Holidays(c.year) {
			if h.Name == "" {
				t.Errorf("%s %d: %v has no name", c.market, c.year, h.Day)
			}
			got = append(got, h.Day.Format("0102"))
		}
		if d := cmp.Diff(c.want, strings.Join(got, " ")); d != "" {
			t.Errorf("%s %d: %s", c.market, c.year, d)
		}
	}
}

func TestEveryMarketplaceHasACalendar(t *testing.T) {
	t.Parallel()
	if len(calendars) != len(all) {
		t.Errorf("%d calendars of %d marketplaces", len(calendars), len(all))
	}
	for _, m := range All() {
		if len(m.Weekend) != 2 {
			t.Errorf("%s rests on %v", m.Code, m.Weekend)
		}
		for year := 2024; year <= 2035; year++ {
			list := m.Holidays(year)
			if len(list) < 2 || len(list) > 24 || !slices.IsSortedFunc(list, func(a, b Holiday) int { return a.Day.Compare(b.Day) }) {
				t.Errorf("%s %d: %v", m.Code, year, list)
			}
			for _, h := range list {
				if h.Day.Year() != year || m.WorksOn(h.Day.Add(23*time.Hour)) {
					t.Errorf("%s works on %s, %s", m.Code, h.Day, h.Name)
				}
			}
		}
	}
}

// The day is that of the clock on the wall. Seen to catch: the day in UTC.
func TestWorksOn(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		market string
		at     time.Time
		want   bool
	}{
		{"DE", date(2026, time.November, 30), true}, {"DE", date(2026, time.November, 28), false}, {"DE", date(2026, time.October, 3), false},
		{"SA", date(2026, time.November, 27), false}, {"SA", date(2026, time.November, 29), true}, {"EG", date(2026, time.November, 28), false},
		{"AE", date(2026, time.November, 27), true}, {"AE", date(2026, time.November, 29), false},
		{"JP", time.Date(2026, time.November, 3, 8, 0, 0, 0, zone), false}, // 23:00 of the 2nd in UTC
		{"US", date(2027, time.December, 31), false},
	} {
		m, err := Lookup(c.market)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.WorksOn(c.at); got != c.want {
			t.Errorf("%s on %s: %v", c.market, c.at, got)
		}
	}
}
