// Package payoutsstore keeps the ledger in the table ledger. Keys:
//
//	<journal_id>                  a journal; under its seller and month in the index by_month, by time, and under a
//	                              bucket in the index unpaid while no payout covers it
//	expected#<order_id>#<group>   what a shipment will be booked as
//	returned#<journal_id>         which units of a sale were given back
//
// A journal is one item, written if it is not there: what happened is booked once without another record. The index
// unpaid is sparse and spread over buckets; within one it runs by seller and currency, so a run reads each seller's
// journals together and needs no list of sellers.
package payoutsstore

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/money"
	"rialto/functions/internal/store"
	"rialto/functions/payouts"
)

const (
	table   = "ledger"
	byMonth = "by_month"
	unpaid  = "unpaid"
)

// Buckets is how many partitions the unpaid journals are spread over. A journal keeps the one that it was written to,
// so fewer than before lose some: only ever raise it.
const Buckets = 16

// Store reads and writes the ledger.
type Store struct{ DB store.DB }

type journal struct {
	ID       string          `dynamodbav:"pk"`
	Kind     payouts.Kind    `dynamodbav:"kind"`
	SellerID string          `dynamodbav:"seller_id"`
	Currency string          `dynamodbav:"currency"`
	OrderID  string          `dynamodbav:"order_id,omitempty"`
	Group    string          `dynamodbav:"group,omitempty"`
	At       time.Time       `dynamodbav:"at"`
	Entries  []payouts.Entry `dynamodbav:"entries"`
	PayoutID string          `dynamodbav:"payout_id,omitempty"`
	// The indexes' keys.
	Month  string `dynamodbav:"month"`  // <seller_id>#<2026-11>
	Place  string `dynamodbav:"place"`  // <at>#<id>
	Bucket string `dynamodbav:"bucket"` // while unpaid
	Due    string `dynamodbav:"due"`    // <seller_id>#<currency>#<at>#<id>
}

func itemOf(j payouts.Journal) journal {
	at := j.At.UTC().Format(store.Sortable)
	return journal{j.ID, j.Kind, j.SellerID, j.Currency, j.OrderID, j.Group, j.At.UTC(), j.Entries, j.PayoutID,
		j.SellerID + "#" + at[:len("2006-01")], at + "#" + j.ID, bucketOf(j.SellerID), j.SellerID + "#" + j.Currency + "#" + at + "#" + j.ID}
}

func bucketOf(seller string) string {
	return strconv.Itoa(store.Bucket(seller, Buckets))
}

func journalOf(i store.Item) (payouts.Journal, error) {
	var x journal
	if err := store.Unmarshal(i, &x); err != nil {
		return payouts.Journal{}, fmt.Errorf("read journal: %w", err)
	}
	return payouts.Journal{ID: x.ID, Kind: x.Kind, SellerID: x.SellerID, Currency: x.Currency, OrderID: x.OrderID, Group: x.Group, At: x.At.UTC(),
		Entries: x.Entries, PayoutID: x.PayoutID}, nil
}

// put is the write of a journal that is not there. No payout covers a payout, nor what is Rialto's own.
func put(j payouts.Journal) store.Write {
	i, err := store.Marshal(itemOf(j))
	if err != nil {
		return store.Put(table, store.Key{PK: j.ID}, itemOf(j)) // the write reports it
	}
	if j.Kind == payouts.PayoutKind || j.SellerID == payouts.House {
		delete(i, "bucket")
		delete(i, "due")
	}
	return store.Put(table, store.Key{PK: j.ID}, i).If(store.Absent()).Named("journal")
}

// Book writes a journal unless it is there.
func (s *Store) Book(ctx context.Context, j payouts.Journal) error {
	_, err := s.DB.Apply(ctx, put(j))
	if _, failed := store.FailedCondition(err); failed {
		return nil
	}
	return refusal("book journal", err)
}

// Journal returns a journal, or journal_not_found.
func (s *Store) Journal(ctx context.Context, id string) (payouts.Journal, error) {
	i, err := s.DB.Get(ctx, table, store.Key{PK: id})
	if err != nil {
		return payouts.Journal{}, fmt.Errorf("get journal: %w", err)
	}
	if i == nil {
		return payouts.Journal{}, payouts.ErrJournalNotFound
	}
	return journalOf(i)
}

type expected struct {
	OrderID  string             `dynamodbav:"order_id"`
	Group    string             `dynamodbav:"group"`
	SellerID string             `dynamodbav:"of_seller"`
	Currency string             `dynamodbav:"currency"`
	Lines    []payouts.SaleLine `dynamodbav:"lines"`
	Shipping payouts.Share      `dynamodbav:"shipping"`
	Delivery payouts.Share      `dynamodbav:"delivery"`
	Resent   bool               `dynamodbav:"resent,omitempty"`
}

func expectedKey(orderID, group string) store.Key {
	return store.Key{PK: "expected#" + orderID + "#" + group}
}

// Expect keeps what a shipment will be booked as, unless it is kept already.
func (s *Store) Expect(ctx context.Context, x payouts.Sale) error {
	w := store.Put(table, expectedKey(x.OrderID, x.Group), expected(x))
	_, err := s.DB.Apply(ctx, w.If(store.Absent()).Named("expected sale"))
	if _, failed := store.FailedCondition(err); failed {
		return nil
	}
	return refusal("expect sale", err)
}

// Expected returns what a shipment will be booked as, or sale_unknown.
func (s *Store) Expected(ctx context.Context, orderID, group string) (payouts.Sale, error) {
	i, err := s.DB.Get(ctx, table, expectedKey(orderID, group))
	if err != nil {
		return payouts.Sale{}, fmt.Errorf("get sale: %w", err)
	}
	if i == nil {
		return payouts.Sale{}, payouts.ErrSaleUnknown
	}
	var x expected
	if err := store.Unmarshal(i, &x); err != nil {
		return payouts.Sale{}, fmt.Errorf("read sale: %w", err)
	}
	return payouts.Sale(x), nil
}

// returned is payouts.Returned as it is stored.
type returned struct {
	Units   []payouts.Units `dynamodbav:"units"`
	Version int64           `dynamodbav:"version"`
}

func returnedKey(sale string) store.Key { return store.Key{PK: "returned#" + sale} }

// Returned returns what was given back of a sale.
func (s *Store) Returned(ctx context.Context, sale string) (payouts.Returned, error) {
	i, err := s.DB.Get(ctx, table, returnedKey(sale))
	if err != nil {
		return payouts.Returned{}, fmt.Errorf("get refunds: %w", err)
	}
	var x returned
	if err := store.Unmarshal(i, &x); err != nil {
		return payouts.Returned{}, fmt.Errorf("read refunds: %w", err)
	}
	return payouts.Returned(x), nil
}

// BookRefund writes the journal of a refund with what was given back of its sale by then. It fails with ledger_changed if
// that does not follow what is stored.
func (s *Store) BookRefund(ctx context.Context, sale string, refund payouts.Journal, now payouts.Returned) error {
	w := store.Put(table, returnedKey(sale), returned(now)).Named("refunds")
	if now.Version == 1 {
		w = w.If(store.Absent())
	} else {
		w = w.If(store.Eq("version", now.Version-1))
	}
	return s.transact(ctx, "book refund", w, put(refund))
}

// Pay writes a payout with the mark on each journal that it covers, which leaves the index of the unpaid. It fails
// with ledger_changed if one of them is paid.
func (s *Store) Pay(ctx context.Context, payout payouts.Journal, of []payouts.Journal) error {
	writes := []store.Write{put(payout)}
	for _, j := range of {
		writes = append(writes, store.Update(table, store.Key{PK: j.ID}).Set("payout_id", payout.ID).Remove("bucket", "due").
			If(store.Exists(), store.Lacks("payout_id")).Named("paid journal"))
	}
	return s.transact(ctx, "pay", writes...)
}

func (s *Store) transact(ctx context.Context, what string, writes ...store.Write) error {
	err := s.DB.Transact(ctx, writes...)
	if r, refused := store.AsRefused(err); refused && !r.Transient() {
		return payouts.ErrChanged
	}
	return refusal(what, err)
}

// page is what one reading of an index takes, and one call of GetMany.
const page = 100

// Unpaid returns journals that no payout covers, of one bucket, those of a seller and currency together by time.
// Which there are is what the index says, and may be a moment behind.
func (s *Store) Unpaid(ctx context.Context, bucket int, after string) ([]payouts.Journal, string, error) {
	q := store.Query{Table: table, Index: unpaid, HashAttr: "bucket", Hash: strconv.Itoa(bucket), SortAttr: "due", Limit: page}
	if after != "" {
		q.After = store.Item{"pk": text(after[strings.LastIndexByte(after, '#')+1:]), "bucket": text(q.Hash), "due": text(after)}
	}
	found, err := s.DB.Query(ctx, q)
	if err != nil {
		return nil, "", fmt.Errorf("list unpaid: %w", err)
	}
	list, err := s.journals(ctx, found.Items)
	if err != nil || found.Next == nil {
		return open(list), "", err
	}
	due, _ := found.Items[len(found.Items)-1]["due"].(*types.AttributeValueMemberS)
	if due == nil {
		return nil, "", fmt.Errorf("list unpaid: an entry has no place")
	}
	return open(list), due.Value, nil
}

// open leaves out what was paid since the index said otherwise.
func open(list []payouts.Journal) []payouts.Journal {
	var out []payouts.Journal
	for _, j := range list {
		if j.PayoutID == "" {
			out = append(out, j)
		}
	}
	return out
}

// journals reads the journals of index entries, consistently.
func (s *Store) journals(ctx context.Context, items []store.Item) ([]payouts.Journal, error) {
	var gets []store.Get
	for _, i := range items {
		if pk, ok := i["pk"].(*types.AttributeValueMemberS); ok {
			gets = append(gets, store.Get{Table: table, Key: store.Key{PK: pk.Value}})
		}
	}
	if len(gets) == 0 {
		return nil, nil
	}
	found, err := s.DB.GetMany(ctx, gets...)
	if err != nil {
		return nil, fmt.Errorf("get journals: %w", err)
	}
	var out []payouts.Journal
	for _, i := range found {
		if i == nil { // journals are not deleted
			continue
		}
		j, err := journalOf(i)
		if err != nil {
			return nil, err
		}
		out = append(out, j)
	}
	return out, nil
}

// Statement returns up to limit of a seller's journals of a month, the latest first, after a place ("" for the
// first), and where to go on, "" on the last page.
func (s *Store) Statement(ctx context.Context, seller, month, after string, limit int) ([]payouts.Journal, string, error) {
	q := store.Query{Table: table, Index: byMonth, HashAttr: "month", Hash: seller + "#" + month, SortAttr: "place", Reverse: true, Limit: limit}
	if after != "" {
		at, id, _ := strings.Cut(after, "#")
		if _, err := time.Parse(store.Sortable, at); err != nil || !ids.Valid(ids.Journal, id) {
			return nil, "", fault.ErrCursor
		}
		q.After = store.Item{"pk": text(id), "month": text(q.Hash), "place": text(after)}
	}
	found, err := s.DB.Query(ctx, q)
	if err != nil {
		return nil, "", fmt.Errorf("list journals: %w", err)
	}
	list, err := s.journals(ctx, found.Items)
	if err != nil || found.Next == nil || len(list) == 0 {
		return list, "", err
	}
	return list, itemOf(list[len(list)-1]).Place, nil
}

// Owed returns what a seller is owed by journals that no payout covers, by currency.
func (s *Store) Owed(ctx context.Context, seller string) ([]money.Amount, error) {
	var out []money.Amount
	for q := (store.Query{Table: table, Index: unpaid, HashAttr: "bucket", Hash: bucketOf(seller), SortAttr: "due", Prefix: seller + "#",
		Limit: page}); ; {
		found, err := s.DB.Query(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("list unpaid: %w", err)
		}
		list, err := s.journals(ctx, found.Items)
		if err != nil {
			return nil, err
		}
		for _, j := range open(list) {
			if n := len(out); n == 0 || out[n-1].Currency != j.Currency {
				out = append(out, money.Zero(j.Currency))
			}
			if out[len(out)-1], err = out[len(out)-1].Add(money.Of(j.Owed(), j.Currency)); err != nil {
				return nil, err
			}
		}
		if q.After = found.Next; q.After == nil {
			return out, nil
		}
	}
}

func text(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }

// refusal makes a fault of what may pass later.
func refusal(what string, err error) error { return store.Explained(what, err, errBusy) }

var errBusy = fault.New(fault.Throttled, "ledger_throttled", "the ledger is too busy just now")
