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
