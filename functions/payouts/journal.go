package payouts

import (
	"fmt"
	"slices"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/money"
)

// Account is one side of an entry. Each seller has all of them, in each currency.
type Account string

// The accounts.
const (
	Gateway        Account = "gateway_clearing"   // captured, and not yet come from the payment gateway
	Payable        Account = "seller_payable"     // owed to the seller
	Commission     Account = "commission_revenue" // Rialto's
	Delivery       Account = "delivery_revenue"   // Rialto's, of what it delivers itself
	Discounts      Account = "discounts_granted"  // what coupons took off, borne by Rialto
	TaxWithheld    Account = "tax_withheld"       // owed to tax authorities
	Losses         Account = "payment_losses"     // what left and was never paid, borne by Rialto
	GoodsLosses    Account = "goods_losses"       // what was lost or damaged in Rialto's carriage and sent again, borne by Rialto
	Refunds        Account = "refunds"            // given back to customers through the gateway
	PayoutClearing Account = "payout_clearing"    // on its way to the seller's bank

	// Rialto's own:

	Goodwill      Account = "goodwill"       // given back by hand at the gateway, and not yet for units that came back
	Disputed      Account = "disputed"       // held by the gateway until a dispute is over
	DisputeLosses Account = "dispute_losses" // lost to customers' banks, borne by Rialto
)

// Kind is what a journal is of.
type Kind string

// The kinds of a journal.
const (
	SaleKind   Kind = "sale"
	LossKind   Kind = "loss" // a sale that Rialto pays for, in place of the customer
	RefundKind Kind = "refund"
	// TurnedBackKind takes a refund back whose money the customer's bank has sent back.
	TurnedBackKind Kind = "refund_turned_back"
	PayoutKind     Kind = "payout"
	// Of Rialto's own journals.
	GoodwillKind Kind = "goodwill"
	DisputeKind  Kind = "dispute"
)

// House is in the place of a seller in Rialto's own journals. They touch nothing that a seller is owed, and no payout covers them.
const House = "rialto"

// Entry moves an amount: a debit is positive, a credit negative. What is owed stands on the credit side.
type Entry struct {
	Account Account      `json:"account" dynamodbav:"account"`
	Amount  money.Amount `json:"amount" dynamodbav:"amount"`
}

// Journal is one thing that happened to a seller's money.
type Journal struct {
	ID       string
	Kind     Kind
	SellerID string
	Currency string
	OrderID  string // of a sale and a refund
	Group    string // the shipment's, of a sale and a refund
	At       time.Time
	Entries  []Entry
	PayoutID string // the journal that paid this one, "" for none
}

// ErrUnbalanced reports a journal that is none: a bug.
var ErrUnbalanced = fault.New(fault.Internal, "journal_unbalanced", "a journal does not sum to zero")

// Check reports a journal that does not sum to zero in its currency.
func (j Journal) Check() error {
	var as []money.Amount
	for _, e := range j.Entries {
		as = append(as, e.Amount)
	}
	sum, err := money.Sum(j.Currency, as...)
	if err != nil {
		return fmt.Errorf("journal %s: %w", j.ID, err)
	}
	if sum.Minor != 0 {
		return ErrUnbalanced.Because(fmt.Errorf("journal %s sums to %d", j.ID, sum.Minor))
	}
	return nil
}

// Of returns what a journal moves on an account, zero if it does not touch it.
func (j Journal) Of(a Account) int64 {
	var n int64
	for _, e := range j.Entries {
		if e.Account == a {
			n += e.Amount.Minor
		}
	}
	return n
}

// Owed is what a journal adds to what the seller is owed; less than zero for what takes from it.
func (j Journal) Owed() int64 { return -j.Of(Payable) }

// entries makes entries of one currency, without those of nothing.
func entries(currency string, of ...Entry) []Entry {
	out := []Entry{}
	for _, e := range of {
		if e.Amount.Minor != 0 {
			e.Amount.Currency = currency
			out = append(out, e)
		}
	}
	return out
}

func debit(a Account, minor int64) Entry  { return Entry{a, money.Amount{Minor: minor}} }
func credit(a Account, minor int64) Entry { return Entry{a, money.Amount{Minor: -minor}} }

func saleID(orderID, group string) string { return ids.Derive(ids.Journal, "sale", orderID, group) }

func refundID(orderID, group, id string) string {
	return ids.Derive(ids.Journal, "refund", orderID, group, id)
}

func turnedBackID(refund string) string { return ids.Derive(ids.Journal, "turned back", refund) }

// turnedBack returns the journal that takes another back.
func (j Journal) turnedBack(at time.Time) Journal {
	j.ID, j.Kind, j.At, j.PayoutID = turnedBackID(j.ID), TurnedBackKind, at.UTC(), ""
	j.Entries = slices.Clone(j.Entries)
	for n := range j.Entries {
		j.Entries[n].Amount.Minor = -j.Entries[n].Amount.Minor
	}
	return j
}
