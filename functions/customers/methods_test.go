package customers_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/customers"
	"rialto/functions/customers/customerstest"
	"rialto/functions/internal/fault"
)

// A method is attached once, and detached before it is removed; what the gateway says of the card is what is shown.
func TestAMethodIsTheCustomersAtTheGateway(t *testing.T) {
	t.Parallel()
	w, ctx := customerstest.New(), t.Context()
	_, m := add(t, w, "cus_a")
	if want := (customers.PaymentMethod{ID: m.ID, Brand: "visa", Last4: "4242", ExpMonth: 2, ExpYear: 2026, Expired: true,
		Token: "cus_gateway/pm_1"}); m != want {
		t.Fatal(cmp.Diff(want, m))
	}
	if _, _, err := w.AddMethod(ctx, "cus_a", "pm_1"); err != nil {
		t.Fatal(err)
	}
	if list, err := w.Methods(ctx, "cus_a"); err != nil || !slices.Equal(list, []customers.PaymentMethod{m}) {
		t.Fatal(list, err)
	}
	if err := w.RemoveMethod(ctx, "cus_b", m.ID); fault.Code(err) != "payment_method_not_found" {
		t.Fatal(err)
	}
	if err := w.RemoveMethod(ctx, "cus_a", m.ID); err != nil {
		t.Fatal(err)
	}
	if err := w.Erase(ctx, "cus_a"); err != nil {
		t.Fatal(err)
	}
	want := []string{"attach cus_a pm_1", "detach cus_a cus_gateway/pm_1", "forget cus_a"}
	if d := cmp.Diff(want, w.Wallet.Calls); d != "" {
		t.Fatal(d)
	}
}

// What the gateway refuses, or does not answer, changes nothing here.
func TestAWalletThatFailsChangesNothing(t *testing.T) {
	t.Parallel()
	w, ctx := customerstest.New(), t.Context()
	_, m := add(t, w, "cus_a")
	for _, fails := range []error{customers.ErrMethodRefused.Because(errors.New("resource_missing")),
		fault.New(fault.Unavailable, "payment_methods_unavailable", "away")} {
		w.Wallet.Fails = fails
		_, _, errAdd := w.AddMethod(ctx, "cus_a", "pm_2")
		for _, err := range []error{errAdd, w.RemoveMethod(ctx, "cus_a", m.ID), w.Erase(ctx, "cus_a")} {
			if !errors.Is(err, fails) {
				t.Errorf("got %v, want %v", err, fails)
			}
		}
		if list, err := w.Methods(ctx, "cus_a"); err != nil || !slices.Equal(list, []customers.PaymentMethod{m}) {
			t.Errorf("%v %v", list, err)
		}
	}
}
