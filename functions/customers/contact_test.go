package customers_test

import (
	"testing"

	"rialto/functions/customers"
	"rialto/functions/customers/customerstest"
)

// A customer is written to at the order's mailbox, else at the profile's; nobody once they are erased. Seen to catch: the profile's
// mailbox before the order's; a mark that tells capitals apart.
func TestACustomerIsWrittenTo(t *testing.T) {
	t.Parallel()
	w := customerstest.New()
	seal := func(who, email string) customers.ContactQuery {
		t.Helper()
		a, _, err := w.AddAddress(t.Context(), who, customers.Address{Name: "Pat Example", Line1: "1 Main Street", City: "Los Angeles", Region: "CA",
			PostalCode: "90012", Country: "US", Email: email})
		if err != nil {
			t.Fatal(err)
		}
		h, err := w.Store.Get(t.Context(), who)
		if err != nil {
			t.Fatal(err)
		}
		last := h.Addresses[len(h.Addresses)-1]
		return customers.ContactQuery{CustomerID: who, SealedBy: who, AddressID: a.ID, Sealed: last.Sealed}
	}
	ask := func(q customers.ContactQuery) customers.Contact {
		t.Helper()
		c, err := w.Contact(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	named, plain := seal("cus_a", "Order@example.com"), seal("cus_a", "")
	guest := seal("cus_g", "ORDER@example.com")
	taken := guest
	taken.CustomerID = "cus_a"
	if _, err := w.PutProfile(t.Context(), "cus_a", customers.Profile{Name: "Pat", Email: "me@example.com"}, nil); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		q    customers.ContactQuery
		want string
	}{
		"the order names one": {named, "Order@example.com"}, "the order names none": {plain, "me@example.com"}, "a guest": {guest, "ORDER@example.com"},
		"a guest's that was taken over": {taken, "ORDER@example.com"}, "an account": {customers.ContactQuery{CustomerID: "cus_a"}, "me@example.com"},
	} {
		if got := ask(c.q); got.Email != c.want || !got.There || len(got.Mark) != 64 {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if a, b := ask(named), ask(guest); a.Mark != b.Mark {
		t.Error("one mailbox has two marks")
	}
	if c := ask(customers.ContactQuery{CustomerID: "cus_nobody"}); c != (customers.Contact{}) {
		t.Errorf("%+v", c)
	}
	if err := w.Erase(t.Context(), "cus_a"); err != nil {
		t.Fatal(err)
	}
	for _, q := range []customers.ContactQuery{named, plain, {CustomerID: "cus_a"}} {
		if c := ask(q); c != (customers.Contact{}) {
			t.Errorf("erased: %+v", c)
		}
	}
}
