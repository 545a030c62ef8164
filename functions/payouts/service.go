package payouts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/orders"
)

// Ledger is what the use cases need of the store.
type Ledger interface {
	// Expect keeps what a shipment will be booked as, unless it is kept already.
	Expect(ctx context.Context, s Sale) error
	// Expected returns it, or ErrSaleUnknown.
	Expected(ctx context.Context, orderID, group string) (Sale, error)
	// Book writes a journal unless it is there, which is a success.
	Book(ctx context.Context, j Journal) error
	// Journal returns a journal, or ErrJournalNotFound.
	Journal(ctx context.Context, id string) (Journal, error)
	// BookRefund writes the journal of a refund unless it is there, with what was given back of its sale by then. It fails
	// with ErrChanged if another refund came first.
	BookRefund(ctx context.Context, sale string, refund Journal, now Returned) error
	// Returned returns what was given back of a sale.
	Returned(ctx context.Context, sale string) (Returned, error)
	// Unpaid lists journals that no payout covers, of one bucket, those of a seller and currency together; after is
	// where to go on, "" to begin, and next is "" on the last page.
	Unpaid(ctx context.Context, bucket int, after string) (list []Journal, next string, err error)
	// Pay writes a payout with the mark on each journal that it covers. It fails with ErrChanged if one is paid.
	Pay(ctx context.Context, payout Journal, of []Journal) error
	// Statement lists a seller's journals of a month, the latest first, and Owed what no payout covers.
	Statement(ctx context.Context, seller, month, after string, limit int) (list []Journal, next string, err error)
	Owed(ctx context.Context, seller string) ([]money.Amount, error)
}

var (
	// ErrSaleUnknown says that the order's event has not come yet: what comes before it waits.
	ErrSaleUnknown = fault.New(fault.Unavailable, "sale_unknown", "the order of this payment is not known yet")
	// ErrJournalNotFound says that there is no such journal.
	ErrJournalNotFound = fault.New(fault.NotFound, "journal_not_found", "there is no such journal")
	// ErrChanged says that a journal was paid, or a sale given back, by somebody else meanwhile.
	ErrChanged = fault.New(fault.Conflict, "ledger_changed", "the ledger was changed meanwhile")
)

// Sellers tells who is paid nothing for now.
type Sellers interface {
	Blocked(ctx context.Context, sellerID string) (bool, error)
}

// Service is the context's use cases. Reserve is how long a journal waits before it is paid, for what may come back.
type Service struct {
	Ledger  Ledger
	Sellers Sellers
	Now     func() time.Time
	Reserve time.Duration
	Buckets int
}

// Placed keeps what the shipments of an order will be booked as. It is safe to repeat.
func (s *Service) Placed(ctx context.Context, o orders.Placed) error {
	sales, err := Sales(o)
	if err != nil {
		return err
	}
	var problems []error
	for _, x := range sales {
		problems = append(problems, s.Ledger.Expect(ctx, x))
	}
	return errors.Join(problems...)
}

// WrittenOff books a sale that left and will not be paid as Rialto's loss. It is safe to repeat. Errors: sale_unknown if the order's
// event comes later.
func (s *Service) WrittenOff(ctx context.Context, x ShipmentWrittenOff, at time.Time) error {
	sale, err := s.sold(ctx, x.OrderID, x.Group, x.Cancelled)
	if err != nil {
		return err
	}
	j, err := sale.BookLoss(at)
	if err != nil {
		return err
	}
	return s.Ledger.Book(ctx, j)
}

// Captured books a sale. It is safe to repeat. Errors: sale_unknown if the order's event comes later.
func (s *Service) Captured(ctx context.Context, p PaymentCaptured, at time.Time) error {
	sale, err := s.sold(ctx, p.OrderID, p.Group, p.Cancelled)
	if err != nil {
		return err
	}
	j, err := sale.Book(p.Amount, at)
	if err != nil {
		return err
	}
	return s.Ledger.Book(ctx, j)
}

// sold is what is left of a sale that was expected.
func (s *Service) sold(ctx context.Context, orderID, group string, cancelled []Cut) (Sale, error) {
	sale, err := s.Ledger.Expected(ctx, orderID, group)
	if err != nil {
		return Sale{}, err
	}
	return sale.without(cancelled)
}

// refunding bounds how often a refund is tried that others come before.
const refunding = 8

// Refund is money for units of a sale that was given back, or that its bank turned back. ID names it, and Attempt which try of it.
type Refund struct {
	OrderID string
	Group   string
	ID      string
	Attempt int
	After   int // the last attempt before that was turned back, counted from 1; 0 for none
	Amount  money.Amount
	Units   []Units
	Before  bool // nothing was given now: the money had been given back by hand
}

// journal is the id of the journal of an attempt.
func (r Refund) journal(attempt int) string {
	if attempt == 0 {
		return refundID(r.OrderID, r.Group, r.ID)
	}
	return refundID(r.OrderID, r.Group, r.ID+"#"+strconv.Itoa(attempt+1))
}

var (
	// ErrRefundStands says that an earlier attempt of a refund is booked, and not yet taken back.
	ErrRefundStands = fault.New(fault.Unavailable, "refund_stands", "an earlier attempt of the refund is booked, and was not turned back yet")
	// ErrRefundUnknown says that what a bank turned back is not booked yet.
	ErrRefundUnknown = fault.New(fault.Unavailable, "refund_unknown", "the refund that was turned back is not known yet")
)

// Refunded books that units of a sale were given back, and the money for them. It is safe to repeat. Errors: sale_unknown if the
// sale is not booked yet, refund_stands if another attempt is, refund_too_large, refund_differs.
func (s *Service) Refunded(ctx context.Context, r Refund, at time.Time) error {
	booked := saleID(r.OrderID, r.Group)
	if _, err := s.Ledger.Journal(ctx, booked); errors.Is(err, ErrJournalNotFound) {
		return ErrSaleUnknown
	} else if err != nil {
		return err
	}
	sale, err := s.Ledger.Expected(ctx, r.OrderID, r.Group)
	if err != nil {
		return err
	}
	if r.After > 0 {
		if _, err := s.Ledger.Journal(ctx, turnedBackID(r.journal(r.After-1))); errors.Is(err, ErrJournalNotFound) {
			return ErrRefundStands
		} else if err != nil {
			return err
		}
	}
	j, err := sale.Refund(r.journal(r.Attempt), r.Amount, r.Units, at)
	if err != nil {
		return err
	}
	if r.Before {
		j.takeFromGoodwill()
	}
	return s.bookRefund(ctx, booked, j, func(before Returned) (Returned, error) { return before.with(r.Units) })
}

// RefundTurnedBack books the counter journal of a refund whose money the customer's bank has sent back: its units are as sold as
// before. It is safe to repeat. Errors: refund_unknown if the refund is not booked yet.
func (s *Service) RefundTurnedBack(ctx context.Context, r Refund, at time.Time) error {
	refund, err := s.Ledger.Journal(ctx, r.journal(r.Attempt))
	if errors.Is(err, ErrJournalNotFound) {
		return ErrRefundUnknown
	}
	if err != nil {
		return err
	}
	return s.bookRefund(ctx, saleID(r.OrderID, r.Group), refund.turnedBack(at), func(before Returned) (Returned, error) {
		return before.without(r.Units)
	})
}

// bookRefund books a journal that changes which units of a sale were given back.
func (s *Service) bookRefund(ctx context.Context, sale string, j Journal, change func(Returned) (Returned, error)) error {
	for range refunding {
		if _, err := s.Ledger.Journal(ctx, j.ID); !errors.Is(err, ErrJournalNotFound) {
			return err // nil: it is booked
		}
		before, err := s.Ledger.Returned(ctx, sale)
		if err != nil {
			return err
		}
		now, err := change(before)
		if err != nil {
			return err
		}
		if err = s.Ledger.BookRefund(ctx, sale, j, now); !errors.Is(err, ErrChanged) {
			return err
		}
	}
	return ErrChanged
}

// Report is what a run of payouts did.
type Report struct {
	Payouts  int `json:"payouts"`
	Journals int `json:"journals"` // that they cover
	Waiting  int `json:"waiting"`  // parts of what blocked sellers are owed
}

// perSeller is the most sales of one seller and currency that a run looks at; the next run takes what is left. What takes
// from what is owed is looked at whole: a run that missed some would pay too much.
const perSeller = 20 * MaxPaid

// Run pays every seller what they are owed: by sales that are old enough, less what was given back, whatever its age. It
// may be repeated, interrupted, and run side by side with itself: a journal is paid once. What one seller or bucket meets does not
// keep it from the others.
func (s *Service) Run(ctx context.Context) (Report, error) {
	var report Report
	var problems []error
	for bucket := range s.Buckets {
		problems = append(problems, s.runBucket(ctx, bucket, &report))
	}
	return report, errors.Join(problems...)
}

func (s *Service) runBucket(ctx context.Context, bucket int, report *Report) error {
	var of []Journal // one seller and currency
	var problems []error
	sales := 0
	for after := ""; ; {
		list, next, err := s.Ledger.Unpaid(ctx, bucket, after)
		if err != nil { // what was read of the last seller may not be all that takes from what is owed
			return errors.Join(append(problems, fmt.Errorf("bucket %d: %w", bucket, err))...)
		}
		for _, j := range list {
			if len(of) > 0 && (of[0].SellerID != j.SellerID || of[0].Currency != j.Currency) {
				problems = append(problems, s.pay(ctx, of, report))
				of, sales = nil, 0
			}
			if j.Owed() <= 0 || !j.At.After(s.Now().Add(-s.Reserve)) && sales < perSeller {
				of = append(of, j)
			}
			if j.Owed() > 0 {
				sales++
			}
		}
		if after = next; next == "" {
			break
		}
	}
	return errors.Join(append(problems, s.pay(ctx, of, report))...)
}

// pay pays journals of one seller and currency in as many payouts as they need, unless the seller is blocked. A part that owes more than all of them
// together do, as others owe less than nothing, waits until sales have made up for that.
func (s *Service) pay(ctx context.Context, of []Journal, report *Report) error {
	var left int64
	for _, j := range of {
		left += j.Owed()
	}
	for part := range slices.Chunk(netted(of), MaxPaid) {
		payout, ok, err := Pay(part, s.Now())
		if err != nil {
			return err
		}
		owed := payout.Of(Payable)
		if !ok || owed > left {
			continue
		}
		blocked, err := s.Sellers.Blocked(ctx, payout.SellerID)
		if err != nil {
			return err
		}
		if blocked { // what it is owed stays on the list
			report.Waiting++
			return nil
		}
		left -= owed
		switch err := s.Ledger.Pay(ctx, payout, part); {
		case errors.Is(err, ErrChanged): // another run was here; the next takes what is left
		case err != nil:
			return err
		default:
			report.Payouts++
			report.Journals += len(part)
		}
	}
	return nil
}
