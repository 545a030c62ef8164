package money

import (
	"math/big"
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
