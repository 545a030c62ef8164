package checkouttrial_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// checkers lists what trials are judged by: a stable name, under which a failure is reported, and what it promises.
// Mutants name the checker that must kill them, so a name is not changed lightly.
var checkers = map[string]string{
	"charge-without-order":      "no authorization is open for what is not an order",
	"order-without-charge":      "an order's whole total is authorized",
	"charge-differs":            "what is authorized for a shipment is what it costs, once, and nothing beside it",
	"charge-unrecorded":         "the payments table knows every open authorization by its id, as authorized",
	"confirmed-unstored":        "an intent is stored before it is confirmed",
	"event-and-order":           "OrderPlaced is published of every order, and of nothing that is none",
	"stranded-hold":             "no units are held when nothing is open",
	"hold-without-order":        "units are committed to orders only",
	"order-without-hold":        "an order's units are committed, each to its line and centre",
	"stock-equation":            "received + returned = available + held + committed + shipped, and none is below zero",
	"coupon-equation":           "a coupon's budget = available + held + committed - owed, after every step",
	"coupon-used-too-often":     "a customer's uses of a coupon are counted, after every step, and no more than it allows",
	"stranded-redemption":       "no use of a coupon is held when nothing is open",
	"redemption-without-order":  "uses of a coupon are committed to orders that have it only",
	"order-without-redemption":  "an order with a discount has committed a use of the coupon, and one of a cart with a coupon has the discount",
	"discount-differs":          "an order's discount is what its coupon says",
	"order-adds-up":             "an order's lines, shipments and totals sum up",
	"order-without-record":      "an order has a record that says PLACED",
	"record-without-order":      "a record that says PLACED has an order",
	"one-order-a-key":           "one idempotency key makes one order at most",
	"one-answer-a-key":          "callers with one key get one answer: the first, its replay, or 409 with Retry-After",
	"open-record-overwritten":   "a key is not free while its record is open, however old",
	"one-order-a-cart-version":  "one version of a cart makes one order at most",
	"cart-and-order":            "the ordered lines are gone from the cart with the order, and not without it",
	"open-record":               "every record ends",
	"open-record-without-timer": "a record that a run works on has a timer",
	"another-runs-record":       "a step changes no record that another run has",
	"hold-back-after-expiry":    "units are free again within a second of their hold's end",
	"due-index":                 "an open record is in the due index where the sweep looks, one that is over is not",
	"left-to-the-timer":         "what an execution can deal with it does not leave to the timer",
	"told-otherwise":            "what a shopper was told stays true",
	"outcome":                   "what one more try heals fails no checkout, and what must fail is not placed",
}

// blame reports that a checker is not satisfied.
func blame(t tester, checker, format string, args ...any) {
	t.Helper()
	if checkers[checker] == "" {
		t.Errorf("there is no checker %q", checker)
	}
	t.Errorf("checker: %s: %s", checker, fmt.Sprintf(format, args...))
}

// A checker that nothing uses could never catch what it promises to.
func TestEveryCheckerIsUsed(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var source strings.Builder
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		source.Write(b)
	}
	for name := range checkers {
		if !regexp.MustCompile(`blame\([^,]+, "` + name + `",`).MatchString(source.String()) {
			t.Errorf("%s is used by nothing", name)
		}
	}
}
