package money

import (
	"math"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestPartsSumToTheWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := Of(rapid.Int64().Draw(t, "amount"), "USD")
		weights := rapid.SliceOfN(rapid.Int64Range(0, 1<<40), 1, 20).Draw(t, "weights")
		weights[0]++
		parts, err := a.Allocate(weights...)
		if err != nil {
			t.Fatal(err)
		}
		sum, err := Sum("USD", parts...)
		if err != nil || sum != a {
			t.Fatalf("%v from %v: %v", sum, a, err)
		}
		for i, p := range parts {
			if weights[i] == 0 && p.Minor != 0 {
				t.Fatalf("a part of no weight got %v", p)
			}
		}
	})
}

func TestSharesOfUnitsSumToTheWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := Of(rapid.Int64Range(0, 1<<62).Draw(t, "amount"), "USD")
		n := rapid.Int64Range(1, 1<<40).Draw(t, "units")
		from := rapid.Int64Range(0, n).Draw(t, "from")
		to := rapid.Int64Range(from, n).Draw(t, "to")
		sum := int64(0)
		for _, r := range [][2]int64{{0, from}, {from, to}, {to, n}} {
			part, err := a.Between(r[0], r[1], n)
			if err != nil || part.Minor < 0 {
				t.Fatal(part, err)
			}
			sum += part.Minor
		}
		if sum != a.Minor {
			t.Fatalf("%d of %d", sum, a.Minor)
		}
	})
	for _, r := range [][3]int64{{-1, 1, 2}, {1, 0, 2}, {0, 3, 2}, {0, 0, 0}} {
		if part, err := Of(5, "USD").Between(r[0], r[1], r[2]); err == nil {
			t.Error(r, part)
		}
	}
	if part, err := Of(0, "USD").Between(0, 0, 0); err != nil || part != Of(0, "USD") {
		t.Error("nothing is not shared out among no units: ", part, err)
	}
	if part, err := Of(1, "USD").Between(0, 0, 0); err == nil {
		t.Error(part)
	}
	if _, err := Of(-5, "USD").Between(0, 1, 2); err == nil {
		t.Error("a debt was shared")
	}
}

func TestArithmeticIsExactOrRefused(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x, y := rapid.Int64().Draw(t, "x"), rapid.Int64().Draw(t, "y")
		rate := rapid.Int64Range(0, 1_000_000).Draw(t, "rate")
		check := func(name string, got Amount, err error, want *big.Int) {
			if want.IsInt64() != (err == nil) || err == nil && got.Minor != want.Int64() {
				t.Fatalf("%s of %d and %d: got %v %v, want %v", name, x, y, got, err, want)
			}
		}
		bx, by := big.NewInt(x), big.NewInt(y)
		got, err := Of(x, "USD").Add(Of(y, "USD"))
		check("sum", got, err, new(big.Int).Add(bx, by))
		got, err = Of(x, "USD").Times(y)
		check("product", got, err, new(big.Int).Mul(bx, by))
		got, err = Of(x, "USD").BasisPoints(rate)
		want := new(big.Int).Mul(new(big.Int).Abs(bx), big.NewInt(rate))
		want.Add(want, big.NewInt(5000)).Quo(want, big.NewInt(10000))
		if x < 0 {
			want.Neg(want)
		}
		check("rate", got, err, want)
	})
}

func TestRounding(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ minor, rate, want int64 }{{100, 1900, 19}, {50, 1, 0}, {5000, 1, 1}, {4999, 1, 0}, {-5000, 1, -1}, {333, 725, 24}} {
		if got, err := Of(c.minor, "EUR").BasisPoints(c.rate); err != nil || got.Minor != c.want {
			t.Errorf("%d at %d: %v %v", c.minor, c.rate, got, err)
		}
	}
	if _, err := Of(1, "EUR").Add(Of(1, "USD")); err == nil {
		t.Error("two currencies were added")
	}
}

// The ends of the range, which random amounts do not meet. Seen to catch: each of the comparisons off by one.
func TestTheEndsOfTheRange(t *testing.T) {
	t.Parallel()
	const least, most = math.MinInt64, math.MaxInt64
	usd := func(minor int64) Amount { return Of(minor, "USD") }
	for name, c := range map[string]struct {
		do   func() (Amount, error)
		want int64
		ok   bool
	}{
		"difference":                  {func() (Amount, error) { return usd(5).Sub(usd(7)) }, -2, true},
		"difference of currencies":    {func() (Amount, error) { return usd(5).Sub(Of(7, "EUR")) }, 0, false},
		"difference to the least":     {func() (Amount, error) { return usd(-1).Sub(usd(most)) }, least, true},
		"difference beyond the least": {func() (Amount, error) { return usd(-2).Sub(usd(most)) }, 0, false},
		"difference from the least":   {func() (Amount, error) { return usd(-1).Sub(usd(least)) }, 0, false},
		"the least once":              {func() (Amount, error) { return usd(1).Times(least) }, least, true},
		"the least the other way":     {func() (Amount, error) { return usd(-1).Times(least) }, 0, false},
		"the most the other way":      {func() (Amount, error) { return usd(-1).Times(most) }, -most, true},
		"all of the most":             {func() (Amount, error) { return usd(most).BasisPoints(10_000) }, most, true},
		"twice the half beyond it":    {func() (Amount, error) { return usd(1 << 62).BasisPoints(20_000) }, 0, false},
		"a carry into the high half":  {func() (Amount, error) { return usd(most).BasisPoints(2) }, 1_844_674_407_370_955, true},
		"more than 64 bits":           {func() (Amount, error) { return usd(184_467_440_737_095_517).BasisPoints(1_000_000) }, 0, false},
		"the highest rate":            {func() (Amount, error) { return usd(3).BasisPoints(1_000_000) }, 300, true},
		"a higher rate":               {func() (Amount, error) { return usd(3).BasisPoints(1_000_001) }, 0, false},
		"no rate":                     {func() (Amount, error) { return usd(3).BasisPoints(0) }, 0, true},
		"a rate below that":           {func() (Amount, error) { return usd(3).BasisPoints(-1) }, 0, false},
	} {
		if got, err := c.do(); (err == nil) != c.ok || c.ok && got != usd(c.want) {
			t.Errorf("%s: %v %v", name, got, err)
		}
	}
}

// Seen to catch: the later part on a tie; a part of the weight before.
func TestAllocate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		minor   int64
		weights []int64
		want    []int64
	}{
		{1, []int64{1, 1}, []int64{1, 0}}, {-1, []int64{1, 1}, []int64{-1, 0}}, {2, []int64{1, 1, 1}, []int64{1, 1, 0}},
		{100, []int64{1, 2}, []int64{33, 67}}, {0, []int64{1, 2}, []int64{0, 0}}, {5, []int64{0, 1}, []int64{0, 5}},
		{5, []int64{0, 0}, nil}, {5, []int64{1, -1}, nil}, {5, nil, nil}, {5, []int64{math.MaxInt64, math.MaxInt64, 2}, nil},
	} {
		parts, err := Of(c.minor, "USD").Allocate(c.weights...)
		var got []int64
		for _, p := range parts {
			got = append(got, p.Minor)
		}
		if (err == nil) != (c.want != nil) || !slices.Equal(got, c.want) {
			t.Errorf("%d by %v: %v %v, want %v", c.minor, c.weights, got, err, c.want)
		}
	}
}
