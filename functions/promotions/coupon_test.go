package promotions_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/promotions"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

func usd(minor int64) money.Amount { return money.Of(minor, "USD") }

func percent(points int64) promotions.Coupon {
	return promotions.Coupon{Ref: promotions.Ref{Marketplace: "US", Code: "SAVE"}, Kind: promotions.Percent, BasisPoints: points,
		From: noon.Add(-time.Hour), Until: noon.Add(time.Hour), Budget: 10, PerCustomer: 1}
}

func fixed(minor, minimum int64) promotions.Coupon {
	c := percent(0)
	c.Kind, c.Amount, c.Minimum = promotions.Fixed, usd(minor), usd(minimum)
	return c
}

// Seen to catch: a validity that includes its last instant; a most that is not applied.
func TestWhatACouponTakesOff(t *testing.T) {
	t.Parallel()
	most := percent(1_000)
	most.Most = usd(150)
	least := percent(1_000)
	least.Minimum = usd(2_001)
	for name, c := range map[string]struct {
		coupon promotions.Coupon
		lines  []money.Amount
		at     time.Time
		off    int64
		of     []int64
		code   string
	}{
		"a share":                        {percent(1_000), []money.Amount{usd(1_000), usd(999)}, noon, 200, []int64{100, 100}, ""},
		"half a cent is rounded up":      {percent(1_000), []money.Amount{usd(1_005)}, noon, 101, []int64{101}, ""},
		"no more than the most":          {most, []money.Amount{usd(1_000), usd(1_000), usd(0)}, noon, 150, []int64{75, 75, 0}, ""},
		"an amount":                      {fixed(500, 1_000), []money.Amount{usd(100), usd(900)}, noon, 500, []int64{50, 450}, ""},
		"from its first instant":         {percent(1_000), []money.Amount{usd(1_000)}, noon.Add(-time.Hour), 100, []int64{100}, ""},
		"not before":                     {percent(1_000), []money.Amount{usd(1_000)}, noon.Add(-time.Hour - 1), 0, nil, "coupon_invalid"},
		"until its last":                 {percent(1_000), []money.Amount{usd(1_000)}, noon.Add(time.Hour - 1), 100, []int64{100}, ""},
		"not at it":                      {percent(1_000), []money.Amount{usd(1_000)}, noon.Add(time.Hour), 0, nil, "coupon_invalid"},
		"a cart below its minimum":       {least, []money.Amount{usd(2_000)}, noon, 0, nil, "coupon_not_applicable"},
		"an amount below its minimum":    {fixed(500, 1_000), []money.Amount{usd(999)}, noon, 0, nil, "coupon_not_applicable"},
		"so little that nothing is off":  {percent(1_000), []money.Amount{usd(4)}, noon, 0, nil, "coupon_not_applicable"},
		"a tenth is left of very little": {percent(9_000), []money.Amount{usd(5)}, noon, 4, []int64{4}, ""},
		"nothing is left of less":        {percent(9_000), []money.Amount{usd(1)}, noon, 0, nil, "coupon_not_applicable"},
		"an empty cart":                  {percent(1_000), nil, noon, 0, nil, "coupon_not_applicable"},
	} {
		off, of, err := c.coupon.Discount(c.lines, c.at)
		if fault.Code(err) != c.code || err == nil && off != usd(c.off) || len(of) != len(c.of) {
			t.Errorf("%s: %v %v %v", name, off, of, err)
			continue
		}
		for i := range of {
			if of[i] != usd(c.of[i]) {
				t.Errorf("%s: %v", name, of)
			}
		}
	}
}

// Whatever a coupon that is accepted takes off, a line costs no less than nothing, the parts sum to the whole, and a
// tenth is left.
func TestATenthIsAlwaysLeft(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := percent(rapid.Int64Range(1, promotions.MostOff).Draw(t, "points"))
		if rapid.Bool().Draw(t, "fixed") {
			c = fixed(rapid.Int64Range(1, 1_000_000).Draw(t, "amount"), rapid.Int64Range(1, 1_200_000).Draw(t, "minimum"))
		}
		if c.Check() != nil {
			return
		}
		var lines []money.Amount
		var items int64
		for _, n := range rapid.SliceOfN(rapid.Int64Range(0, 1_000_000), 1, 8).Draw(t, "lines") {
			lines, items = append(lines, usd(n)), items+n
		}
		off, of, err := c.Discount(lines, noon)
		if err != nil {
			if fault.Code(err) != "coupon_not_applicable" {
				t.Fatal(err)
			}
			return
		}
		sum := int64(0)
		for i := range of {
			if sum += of[i].Minor; of[i].Minor < 0 || of[i].Minor > lines[i].Minor {
				t.Fatalf("%v off %v", of[i], lines[i])
			}
		}
		if sum != off.Minor || off.Minor*10 > items*9 {
			t.Fatalf("%d of %d: %v", off.Minor, items, of)
		}
	})
}

func TestACouponIsChecked(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]int64{{1, 1}, {9, 9}, {10, 11}, {901, 1_000}} {
		if err := fixed(c[0], c[1]).Check(); fault.Code(err) != "coupon_malformed" {
			t.Errorf("%d off %d leave less than a tenth: %v", c[0], c[1], err)
		}
	}
	for _, good := range []promotions.Coupon{percent(1), percent(9_000), fixed(900, 1_000), fixed(1, 2), fixed(9, 10)} {
		if err := good.Check(); err != nil {
			t.Error(err)
		}
	}
	late := percent(1_000)
	if late.Until = time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC); fault.Code(late.Check()) != "coupon_malformed" {
		t.Error("nobody can be told until when it is valid")
	}
	for field, spoil := range map[string]func(*promotions.Coupon){
		"/marketplace":  func(c *promotions.Coupon) { c.Marketplace = "XX" },
		"/code":         func(c *promotions.Coupon) { c.Code = "save#10" },
		"/kind":         func(c *promotions.Coupon) { c.Kind = "free" },
		"/basis_points": func(c *promotions.Coupon) { c.BasisPoints = 9_001 },
		"/most":         func(c *promotions.Coupon) { c.Most = money.Of(5, "EUR") },
		"/amount":       func(c *promotions.Coupon) { c.Amount = usd(5) },
		"/minimum":      func(c *promotions.Coupon) { *c = fixed(901, 1_000) },
		"/valid_until":  func(c *promotions.Coupon) { c.Until = c.From },
		"/valid_from":   func(c *promotions.Coupon) { c.From = time.Date(0, 12, 31, 23, 0, 0, 0, time.UTC) },
		"/budget":       func(c *promotions.Coupon) { c.Budget = -1 },
		"/per_customer": func(c *promotions.Coupon) { c.PerCustomer = 0 },
	} {
		c := percent(1_000)
		spoil(&c)
		if f := fault.Of(c.Check()); f.Code != "coupon_malformed" || f.Fields[0].Pointer != field {
			t.Errorf("%s: %+v", field, f)
		}
	}
}
