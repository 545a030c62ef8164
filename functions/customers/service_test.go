package customers_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/customers"
	"rialto/functions/customers/customersstore"
	"rialto/functions/customers/customerstest"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/store"
)

func home() customers.Address {
	return customers.Address{Name: "A. Receiver", Line1: "1 Long Street", City: "Springfield", Region: "CA", PostalCode: "94105", Country: "US"}
}

// add adds the home address and a card of a customer.
func add(t *testing.T, w *customerstest.World, customerID string) (customers.Address, customers.PaymentMethod) {
	t.Helper()
	a, _, err := w.AddAddress(t.Context(), customerID, home())
	if err != nil {
		t.Fatal(err)
	}
	m, _, err := w.AddMethod(t.Context(), customerID, "pm_1")
	if err != nil {
		t.Fatal(err)
	}
	return a, m
}

// located is what a checkout is told of a method.
func located(m customers.PaymentMethod) customers.PaymentMethod {
	return customers.PaymentMethod{ID: m.ID, Brand: m.Brand, Last4: m.Last4, Token: m.Token}
}

func choice(customerID string, a customers.Address, m customers.PaymentMethod) customers.Choice {
	return customers.Choice{CustomerID: customerID, AddressID: a.ID, PaymentMethodID: m.ID, Marketplace: "US"}
}

func TestWhatWasAddedIsFoundByCheckout(t *testing.T) {
	t.Parallel()
	w := customerstest.New()
	a, m := add(t, w, "cus_a")
	if !ids.Valid(ids.Address, a.ID) || !ids.Valid(ids.Method, m.ID) || a.CreatedAt != customerstest.Start {
		t.Fatalf("%+v %+v", a, m)
	}
	reads := 0
	w.DB.Before = func(_ context.Context, operation string, _ []store.Write) error { reads++; return nil }
	w.Keys.Away.Store(true)
	d, err := w.Locator().Locate(t.Context(), choice("cus_a", a, m))
	if err != nil || d.Country != "US" || d.Region != "CA" || d.PostalPrefix != "94105" || d.Method != located(m) || reads != 1 {
		t.Fatalf("%+v after %d reads: %v", d, reads, err)
	}
	w.Keys.Away.Store(false)
	h, err := w.Store.Get(t.Context(), "cus_a")
	if err != nil {
		t.Fatal(err)
	}
	key, err := w.Vault.Open(t.Context(), "cus_a", h.WrappedKey)
	if err != nil {
		t.Fatal(err)
	}
	opener := customers.Opener{Store: w.Store, Vault: w.Vault}
	if got, there, err := opener.OpenAddress(t.Context(), "cus_a", a.ID, d.Sealed); err != nil || !there || got != a {
		t.Errorf("%+v %v %v", got, there, err)
	}
	for _, c := range [][2]string{{"cus_a", "adr_other"}, {"cus_b", a.ID}} {
		if got, there, err := opener.OpenAddress(t.Context(), c[0], c[1], d.Sealed); err == nil && there || got.Name != "" {
			t.Errorf("opened as %v: %+v", c, got)
		}
	}
	text, err := key.Open("addresses", a.ID, d.Sealed)
	var opened customers.Address
	if err != nil || json.Unmarshal(text, &opened) != nil || cmp.Diff(a, opened) != "" {
		t.Fatal(err, cmp.Diff(a, opened))
	}
	if _, err := w.PutProfile(t.Context(), "cus_a", customers.Profile{Name: "Receiver", Email: "r@example.com"}, nil); err != nil {
		t.Fatal(err)
	}
	if h, err = w.Store.Get(t.Context(), "cus_a"); err != nil {
		t.Fatal(err)
	}
	raw := string(d.Sealed) + string(h.Profile) + string(h.EmailHash)
	for _, row := range h.Addresses {
		raw += strings.Join([]string{row.ID, row.Country, row.Region, row.PostalPrefix, string(row.Sealed)}, " ")
	}
	for _, row := range h.Methods {
		raw += row.ID + string(row.Sealed)
	}
	for _, private := range []string{"Receiver", "Long Street", "Springfield", "example.com", "4242", "pm_1"} {
		if strings.Contains(raw, private) {
			t.Errorf("%s is stored in clear", private)
		}
	}
	if !strings.Contains(raw, "94105") {
		t.Error("the town, which tax goes by, is not")
	}
}

func TestAddingTwiceIsAddingOnce(t *testing.T) {
	t.Parallel()
	w := customerstest.New()
	a, m := add(t, w, "cus_a")
	w.Elapsed = time.Hour
	again := home()
	again.Name = "  A.  Receiver"
	b, added, err := w.AddAddress(t.Context(), "cus_a", again)
	if err != nil || added || cmp.Diff(a, b) != "" {
		t.Fatal(added, err, cmp.Diff(a, b))
	}
	n, added, err := w.AddMethod(t.Context(), "cus_a", "pm_1")
	if err != nil || added || n != m {
		t.Fatal(added, err, n)
	}
	other, _ := add(t, w, "cus_b")
	if other.ID == a.ID {
		t.Error("two customers' addresses have one id: it tells who lives together")
	}
}

func TestOwnership(t *testing.T) {
	t.Parallel()
	w, ctx := customerstest.New(), t.Context()
	a, m := add(t, w, "cus_a")
	add(t, w, "cus_b")
	for _, thief := range []string{"cus_b", "cus_nobody"} {
		if err := w.RemoveAddress(ctx, thief, a.ID); fault.Code(err) != "address_not_found" {
			t.Errorf("%s: %v", thief, err)
		}
		if err := w.RemoveMethod(ctx, thief, m.ID); fault.Code(err) != "payment_method_not_found" {
			t.Errorf("%s: %v", thief, err)
		}
		if _, err := w.Locator().Locate(ctx, choice(thief, a, m)); fault.Code(err) != "address_not_found" {
			t.Errorf("%s: %v", thief, err)
		}
	}
	if list, err := w.Addresses(ctx, "cus_nobody"); err != nil || len(list) != 0 {
		t.Error(list, err)
	}
	if list, err := w.Addresses(ctx, "cus_a"); err != nil || len(list) != 1 {
		t.Error(list, err)
	}
	if err := w.RemoveAddress(ctx, "cus_a", a.ID); err != nil {
		t.Error(err)
	}
	if err := w.RemoveMethod(ctx, "cus_a", m.ID); err != nil {
		t.Error(err)
	}
	if e, err := w.Export(ctx, "cus_a"); err != nil || len(e.Addresses)+len(e.Methods) != 0 {
		t.Error(e, err)
	}
}

func TestAtMostFifty(t *testing.T) {
	t.Parallel()
	w, ctx := customerstest.New(), t.Context()
	for i := range customers.RowLimit + 1 {
		a := home()
		a.Line2 = fmt.Sprint("Flat ", i)
		_, _, errA := w.AddAddress(ctx, "cus_a", a)
		_, _, errM := w.AddMethod(ctx, "cus_a", fmt.Sprint("pm_", i))
		want := ""
		if i == customers.RowLimit {
			want = "too_many_entries"
		}
		if fault.Code(errA) != want || fault.Code(errM) != want {
			t.Fatalf("%d: %v %v", i, errA, errM)
		}
	}
	first := home()
	first.Line2 = "Flat 0"
	if _, added, err := w.AddAddress(ctx, "cus_a", first); err != nil || added {
		t.Fatalf("one that is there: %v %v", added, err)
	}
}

// A change whose snapshot was not written is answered as unfinished; the same request again finishes it.
func TestARepetitionHealsTheSnapshot(t *testing.T) {
	t.Parallel()
	w, ctx := customerstest.New(), t.Context()
	a, m := add(t, w, "cus_a")
	fail := false
	w.DB.Before = func(_ context.Context, operation string, _ []store.Write) error {
		if fail && operation == "Apply" {
			return errors.New("DynamoDB is away")
		}
		return nil
	}
	b := home()
	b.Line2 = "Flat 2"
	for name, change := range map[string]func() error{
		"add an address": func() error { _, _, err := w.AddAddress(ctx, "cus_a", b); return err },
		"add a method": func() error {
			_, _, err := w.AddMethod(ctx, "cus_a", "pm_2")
			return err
		},
		"remove an address": func() error { return w.RemoveAddress(ctx, "cus_a", a.ID) },
		"remove a method":   func() error { return w.RemoveMethod(ctx, "cus_a", m.ID) },
	} {
		fail = true
		for range 2 {
			if f := fault.Of(change()); f.Kind != fault.Unavailable || f.Code != "change_incomplete" || f.RetryAfter == 0 {
				t.Fatalf("%s: %v", name, f)
			}
		}
		fail = false
		if err := change(); err != nil && fault.Of(err).Kind != fault.NotFound {
			t.Fatalf("%s: %v", name, err)
		}
		inStep(t, w, "cus_a", name)
	}
	fail = true
	if err := w.Erase(ctx, "cus_a"); fault.Code(err) != "change_incomplete" {
		t.Fatal(err)
	}
	fail = false
	if err := w.Erase(ctx, "cus_a"); err != nil {
		t.Fatal(err)
	}
	inStep(t, w, "cus_a", "erase")
}

// inStep tells whether the snapshot is the record's.
func inStep(t *testing.T, w *customerstest.World, customerID, after string) {
	t.Helper()
	h, err := w.Store.Get(t.Context(), customerID)
	if err != nil {
		t.Fatal(err)
	}
	s, err := w.Snapshots.Get(t.Context(), customerID)
	if err != nil || s.Version != h.Version || s.Erased != h.Erased() || len(s.Addresses) != len(h.Addresses) || len(s.Methods) != len(h.Methods) {
		t.Fatalf("after %s the snapshot is of version %d with %d and %d rows, the record %d with %d and %d: %v", after,
			s.Version, len(s.Addresses), len(s.Methods), h.Version, len(h.Addresses), len(h.Methods), err)
	}
	for i, a := range s.Addresses {
		if a.ID != h.Addresses[i].ID || !bytes.Equal(a.Sealed, h.Addresses[i].Sealed) {
			t.Fatalf("after %s address %d differs", after, i)
		}
	}
}

func TestErasure(t *testing.T) {
	t.Parallel()
	w, ctx := customerstest.New(), t.Context()
	a, m := add(t, w, "cus_a")
	if _, err := w.PutProfile(ctx, "cus_a", customers.Profile{Name: "N", Email: "n@example.com"}, nil); err != nil {
		t.Fatal(err)
	}
	d, err := w.Locator().Locate(ctx, choice("cus_a", a, m)) // as kept with an order
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := w.Erase(ctx, "cus_a"); err != nil {
			t.Fatal(err)
		}
	}
	h, err := w.Store.Get(ctx, "cus_a")
	if want := (customers.CustomerRecord{CustomerID: "cus_a", Version: h.Version, CreatedAt: customerstest.Start,
		ErasedAt: customerstest.Start}); err != nil || cmp.Diff(want, h) != "" {
		t.Fatal(err, cmp.Diff(want, h))
	}
	if _, err := w.Vault.Open(ctx, "cus_a", h.WrappedKey); err == nil {
		t.Fatalf("%x can still be opened", d.Sealed)
	}
	if _, err := w.Locator().Locate(ctx, choice("cus_a", a, m)); fault.Code(err) != "address_not_found" {
		t.Error(err)
	}
	if found, err := w.FindByEmail(ctx, "n@example.com"); err != nil || len(found) != 0 {
		t.Error(found, err)
	}
	if me, err := w.Me(ctx, "cus_a"); err != nil || me.Profile != (customers.Profile{}) || me.Version != 0 {
		t.Error(me, err)
	}
	_, _, errA := w.AddAddress(ctx, "cus_a", home())
	_, _, errM := w.AddMethod(ctx, "cus_a", "pm_2")
	_, errP := w.PutProfile(ctx, "cus_a", customers.Profile{Name: "N", Email: "n@example.com"}, nil)
	for _, err := range []error{errA, errM, errP} {
		if fault.Code(err) != "customer_erased" {
			t.Errorf("the erased came back: %v", err)
		}
	}
	addresses, errA := w.Addresses(ctx, "cus_a")
	methods, errM := w.Methods(ctx, "cus_a")
	if errA != nil || errM != nil || len(addresses)+len(methods) != 0 {
		t.Error(addresses, errA, methods, errM)
	}
	if err := w.RemoveAddress(ctx, "cus_a", a.ID); fault.Code(err) != "address_not_found" {
		t.Error(err)
	}
	if err := w.Erase(ctx, "cus_nobody"); err != nil {
		t.Error(err)
	}
}

// An environment whose copy of the key outlived the erasure cannot write for the erased.
func TestAnErasureElsewhereStopsAChangeUnderWay(t *testing.T) {
	t.Parallel()
	w, ctx := customerstest.New(), t.Context()
	add(t, w, "cus_a")
	here := *w.Service
	here.Store = erasing{w.Store, w.Service}
	b := home()
	b.Line2 = "Flat 2"
	if _, _, err := here.AddAddress(ctx, "cus_a", b); fault.Code(err) != "customer_erased" {
		t.Fatal(err)
	}
	inStep(t, w, "cus_a", "erase")
}

// erasing erases a customer after they were read.
type erasing struct {
	customers.Store
	by *customers.Service
}

func (e erasing) Get(ctx context.Context, id string) (customers.CustomerRecord, error) {
	h, err := e.Store.Get(ctx, id)
	return h, errors.Join(err, e.by.Erase(ctx, id))
}

func TestProfile(t *testing.T) {
	t.Parallel()
	w, ctx := customerstest.New(), t.Context()
	zero, two := int64(0), int64(2)
	me, err := w.PutProfile(ctx, "cus_a", customers.Profile{Name: "N", Email: "N@example.com"}, &zero)
	if err != nil || me.Version != 2 || me.Profile.Email != "N@example.com" {
		t.Fatal(me, err)
	}
	if _, err := w.PutProfile(ctx, "cus_a", customers.Profile{Name: "M", Email: "n@example.com"}, &zero); fault.Of(err).Kind != fault.Stale {
		t.Fatal(err)
	}
	if me, err = w.PutProfile(ctx, "cus_a", customers.Profile{Name: "N", Email: "N@example.com"}, &zero); err != nil || me.Version != 2 {
		t.Fatal("a repetition", me, err)
	}
	if me, err = w.PutProfile(ctx, "cus_a", customers.Profile{Name: "M", Email: "m@example.com"}, &two); err != nil || me.Version != 3 {
		t.Fatal(me, err)
	}
	if got, err := w.Me(ctx, "cus_a"); err != nil || got != me {
		t.Fatal(got, err)
	}
	if _, err := w.PutProfile(ctx, "cus_b", customers.Profile{Name: "B", Email: "M@Example.com"}, nil); err != nil {
		t.Fatal(err)
	}
	if found, err := w.FindByEmail(ctx, " m@EXAMPLE.com "); err != nil || cmp.Diff([]string{"cus_a", "cus_b"}, found) != "" {
		t.Fatal(found, err)
	}
	if found, err := w.FindByEmail(ctx, "n@example.com"); err != nil || len(found) != 0 {
		t.Fatal(found, err)
	}
	if found, err := customerstest.New().FindByEmail(ctx, "n@example.com"); err != nil || found != nil {
		t.Fatal(found, err)
	}
}

func TestExportIsAllThatIsHeld(t *testing.T) {
	t.Parallel()
	w, ctx := customerstest.New(), t.Context()
	a, m := add(t, w, "cus_a")
	me, err := w.PutProfile(ctx, "cus_a", customers.Profile{Name: "N", Email: "n@example.com"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	e, err := w.Export(ctx, "cus_a")
	want := customers.Export{Me: me, Addresses: []customers.Address{a}, Methods: []customers.PaymentMethod{m}, At: customerstest.Start}
	if err != nil || cmp.Diff(want, e) != "" {
		t.Fatal(err, cmp.Diff(want, e))
	}
}

func TestTwoFirstRequestsShareOneKey(t *testing.T) {
	t.Parallel()
	w, ctx := customerstest.New(), t.Context()
	other := *w.Service
	other.Store = late{w.Store}
	other.Vault = &customers.Vault{Keys: w.Keys, Now: w.Now, Random: w.Random}
	a, _, err := w.AddAddress(ctx, "cus_a", home())
	if err != nil {
		t.Fatal(err)
	}
	b, added, err := other.AddAddress(ctx, "cus_a", home()) // had read before the first was there
	if err != nil || added || a.ID != b.ID || w.Keys.Made.Load() != 2 {
		t.Fatal(added, err, a.ID, b.ID, w.Keys.Made.Load())
	}
}

// late reads nothing.
type late struct{ customers.Store }

func (late) Get(context.Context, string) (customers.CustomerRecord, error) {
	return customers.CustomerRecord{}, customers.ErrUnknown
}

func TestGuest(t *testing.T) {
	t.Parallel()
	w := customerstest.New()
	w.Elapsed = time.Millisecond
	g, err := w.NewGuest(t.Context())
	if err != nil || !ids.Valid(ids.Customer, g.CustomerID) || !g.ExpiresAt.Equal(customerstest.Start.Add(24*time.Hour)) {
		t.Fatal(g, err)
	}
	if want := g.CustomerID + "@" + g.ExpiresAt.Format(time.RFC3339); g.Token != want {
		t.Fatal(g.Token)
	}
	if other, _ := w.NewGuest(t.Context()); other.CustomerID == g.CustomerID {
		t.Fatal("two guests are one")
	}
}

var _ customers.Store = (*customersstore.SQL)(nil)
