package customers_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rialto/functions/customers"
	"rialto/functions/customers/customerstest"
)

func vault() (*customers.Vault, *customerstest.Keys, *time.Time) {
	keys, now := &customerstest.Keys{}, customerstest.Start
	return &customers.Vault{Keys: keys, Now: func() time.Time { return now }, Random: rand.Reader}, keys, &now
}

func TestASealedRowOpensInItsPlaceOnly(t *testing.T) {
	t.Parallel()
	v, _, _ := vault()
	open := func(t *rapid.T, owner string) customers.Key {
		wrapped, err := v.Make(context.Background(), owner)
		if err != nil {
			t.Fatal(err)
		}
		k, err := v.Open(context.Background(), owner, wrapped)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[a-z_]{0,6}`)
		table, row, owner := name.Draw(t, "table"), name.Draw(t, "row"), name.Draw(t, "owner")
		text := rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "text")
		k := open(t, owner)
		sealed, err := k.Seal(table, row, text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := k.Open(table, row, sealed); err != nil || !bytes.Equal(got, text) {
			t.Fatalf("opens to %q: %v", got, err)
		}
		if len(text) > 8 && bytes.Contains(sealed, text) {
			t.Fatal("the text is to be read in what is sealed")
		}
		if again, _ := k.Seal(table, row, text); bytes.Equal(again, sealed) {
			t.Fatal("sealing twice gave the same")
		}
		otherTable, otherRow := name.Draw(t, "other table"), name.Draw(t, "other row")
		if otherTable != table || otherRow != row { // "ab","c" is another place than "a","bc"
			if _, err := k.Open(otherTable, otherRow, sealed); err == nil {
				t.Fatalf("opened as row %q of %q", otherRow, otherTable)
			}
		}
		if _, err := open(t, owner+"x").Open(table, row, sealed); err == nil {
			t.Fatal("another customer's key opened it")
		}
		at := rapid.IntRange(0, len(sealed)-1).Draw(t, "at")
		sealed[at] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if _, err := k.Open(table, row, sealed); err == nil {
			t.Fatalf("opened with byte %d changed", at)
		}
		if _, err := k.Open(table, row, sealed[:at]); err == nil {
			t.Fatalf("opened when cut to %d bytes", at)
		}
	})
}

func TestAnotherCustomersSealedRowDoesNotOpenUnderTheSameKey(t *testing.T) {
	t.Parallel()
	// Should KMS ever hand one plain key to two customers, the owner in the associated data still parts them.
	v := &customers.Vault{Keys: sameKey{}, Now: time.Now, Random: rand.Reader}
	a, errA := v.Open(t.Context(), "cus_a", nil)
	b, errB := v.Open(t.Context(), "cus_b", nil)
	sealed, err := a.Seal("addresses", "adr_1", []byte("text"))
	if errA != nil || errB != nil || err != nil {
		t.Fatal(errA, errB, err)
	}
	if _, err := b.Open("addresses", "adr_1", sealed); err == nil {
		t.Fatal("it opened")
	}
}

type sameKey struct{}

func (sameKey) Make(context.Context, string) ([]byte, []byte, error) { return nil, nil, nil }
func (sameKey) Unwrap(context.Context, string, []byte) ([]byte, error) {
	return make([]byte, 32), nil
}

func TestAKeyIsKeptForFiveMinutes(t *testing.T) {
	t.Parallel()
	v, keys, now := vault()
	wrapped, err := v.Make(t.Context(), "cus_a")
	if err != nil {
		t.Fatal(err)
	}
	unwraps := func(want int64) {
		t.Helper()
		if _, err := v.Open(t.Context(), "cus_a", wrapped); err != nil {
			t.Fatal(err)
		}
		if n := keys.Unwrapped.Load(); n != want {
			t.Fatalf("unwrapped %d times, want %d", n, want)
		}
	}
	unwraps(1)
	*now = now.Add(5*time.Minute - 1)
	unwraps(1)
	*now = now.Add(1)
	unwraps(2)
	v.Forget("cus_a")
	unwraps(3)
	if wrapped, err = v.Make(t.Context(), "cus_a"); err != nil {
		t.Fatal(err)
	}
	unwraps(4) // another wrapped key is another key
	if _, err := v.Open(t.Context(), "cus_b", wrapped); err == nil {
		t.Fatal("a key opened for another owner")
	}
	for i := range 3000 { // memory is bounded, and what was dropped is asked for again
		if _, err := v.Open(t.Context(), "o", append([]byte("o|"), bytes.Repeat([]byte{byte(i), byte(i >> 8)}, 16)...)); err != nil {
			t.Fatal(err)
		}
	}
}
