package payments

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
)

// Comparison keeps how days compare.
type Comparison interface {
	Reconciliation(ctx context.Context, day string) (Reconciliation, error)
	// SaveReconciliation stores one if what is stored still has its version, and returns it as it is then; ok is false if not.
	SaveReconciliation(ctx context.Context, r Reconciliation) (now Reconciliation, ok bool, err error)
	// Report keeps a difference of a day; again is the same.
	Report(ctx context.Context, day string, d Difference) error
	// Booked lists what was booked on a day and not found at the gateway yet; Unbook takes one off.
	Booked(ctx context.Context, day string) ([]Due, error)
	Unbook(ctx context.Context, d Due) error
	// ReconcileFrom returns the first day that is not compared to its end, "" if none ever was.
	ReconcileFrom(ctx context.Context) (string, error)
	KeepReconcileFrom(ctx context.Context, day string) error
}

// Reconciler compares the gateway's books with the payments, day by day.
type Reconciler struct {
	*Listener
	Moved   Moved
	Compare Comparison
}

// How a run is bounded. Its pages are of a hundred movements: a page takes a call to the gateway and as many reads, well below a second
// in all, so that a run stays within its function's five minutes; the next goes on where it stood.
const (
	pagesARun = 250
	// settled is how long after its end a day is compared: what was on its way to our books then has arrived.
	settled = time.Hour
	// behind is when somebody has to hear that days are not compared.
	behind = 3 * 24 * time.Hour
)

// ReconcileInput names a day to compare anew (RFC 3339 full-date); without it the days that are over and not compared yet are.
type ReconcileInput struct {
	Day string `json:"day"`
}

// ReconcileOutput counts the days that were compared to their end, and the pages that it took.
type ReconcileOutput struct {
	Days  int `json:"days"`
	Pages int `json:"pages"`
}

var errDay = fault.New(fault.Invalid, "invalid_day", "a day is written 2006-01-02")

// Reconcile goes on with the comparison. Errors: Unavailable while the gateway does not answer, or another run is at it.
func (r *Reconciler) Reconcile(ctx context.Context, in ReconcileInput) (out ReconcileOutput, err error) {
	if in.Day != "" {
		if _, err := time.Parse(time.DateOnly, in.Day); err != nil {
			return out, errDay
		}
		_, err := r.day(ctx, in.Day, true, &out)
		return out, err
	}
	last := r.Now().UTC().Add(-settled).AddDate(0, 0, -1).Format(time.DateOnly)
	from, err := r.Compare.ReconcileFrom(ctx)
	if err != nil {
		return out, err
	}
	for day := cmp.Or(from, last); day <= last; {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return out, fmt.Errorf("where to begin: %w", err)
		}
		if r.Now().Sub(at) > behind {
			slog.ErrorContext(ctx, "a day's payments are not compared with the gateway's books yet", "alarm", "unreconciled", "day", day)
		}
		done, err := r.day(ctx, day, false, &out)
		if err != nil || !done {
			return out, err
		}
		day = at.AddDate(0, 0, 1).Format(time.DateOnly)
		if err := r.Compare.KeepReconcileFrom(ctx, day); err != nil {
			return out, err
		}
	}
	return out, nil
}

// day compares one, from its begin if anew. It tells whether that is done.
func (r *Reconciler) day(ctx context.Context, day string, anew bool, out *ReconcileOutput) (done bool, err error) {
	s, err := r.Compare.Reconciliation(ctx, day)
	if err != nil {
		return false, err
	}
	if anew {
		s = Reconciliation{Day: day, Version: s.Version}
	}
	from, _ := time.Parse(time.DateOnly, day)
	for !s.Listed {
		if out.Pages >= pagesARun {
			return false, nil
		}
		out.Pages++
		page, next, err := r.Moved.Movements(ctx, from, from.AddDate(0, 0, 1), s.After)
		if err != nil {
			return false, unknown(err)
		}
		found := make([]Difference, len(page))
		if err := r.each(len(page), func(n int) (err error) {
			found[n], err = r.compare(ctx, day, page[n])
			return err
		}); err != nil {
			return false, err
		}
		if err := r.report(ctx, day, found); err != nil {
			return false, err
		}
		s.Compared, s.After, s.Listed = s.Compared+len(page), next, next == ""
		if s, err = r.keep(ctx, s); err != nil {
			return false, err
		}
	}
	if s.DoneAt.IsZero() {
		err = r.missing(ctx, s)
	}
	if err == nil {
		out.Days++
	}
	return err == nil, err
}

// each does n things, a few at once.
func (r *Reconciler) each(n int, do func(int) error) error {
	var g errgroup.Group
	g.SetLimit(r.atOnce())
	for k := range n {
		g.Go(func() error { return do(k) })
	}
	return g.Wait()
}

// missing looks for what was booked on the day and that no movement of it was: the gateway may have it under the day before or after.
func (r *Reconciler) missing(ctx context.Context, s Reconciliation) error {
	left, err := r.Compare.Booked(ctx, s.Day)
	if err != nil {
		return err
	}
	found := make([]Difference, len(left))
	if err := r.each(len(left), func(n int) (err error) {
		found[n], err = r.lookFor(ctx, left[n])
		return err
	}); err != nil {
		return err
	}
	if err := r.report(ctx, s.Day, found); err != nil {
		return err
	}
	if err := r.each(len(left), func(n int) error { return r.Compare.Unbook(ctx, left[n]) }); err != nil {
		return err
	}
	s.DoneAt = r.Now().UTC() // last: nobody looks at the list of a day that is done
	_, err = r.keep(ctx, s)
	return err
}

// report keeps what differs, and raises an alarm over what is left to decide.
func (r *Reconciler) report(ctx context.Context, day string, found []Difference) error {
	left := 0
	for _, d := range found {
		if d.Kind == "" {
			continue
		}
		d.At = r.Now().UTC()
		if err := r.Compare.Report(ctx, day, d); err != nil {
			return err
		}
		if !d.Taken {
			left++
		}
	}
	if left > 0 {
		slog.ErrorContext(ctx, "the gateway's books differ from the payments", "alarm", "differs", "day", day, "differences", left)
	}
	return nil
}

// keep keeps how far the day has come.
func (r *Reconciler) keep(ctx context.Context, s Reconciliation) (Reconciliation, error) {
	now, ok, err := r.Compare.SaveReconciliation(ctx, s)
	if err == nil && !ok {
		err = errBusy
	}
	return now, err
}

// compare holds a movement against the payment that it is of. What was not heard of is taken over, as if it had been.
func (r *Reconciler) compare(ctx context.Context, day string, m Movement) (Difference, error) {
	d := Difference{GatewayID: m.SourceID, OrderID: m.OrderID, Group: m.Group, Refund: m.Name, Gateway: m.Amount}
	switch m.Kind {
	case MovedCharge:
		return r.compareCharge(ctx, day, m, d)
	case MovedRefund:
		return r.compareRefund(ctx, day, m, d)
	case MovedDispute:
		return r.compareDispute(ctx, m, d)
	case MovedPayout:
		if m.Code != "" {
			d.Kind = PayoutFailed
			return d, nil
		}
	}
	return Difference{}, nil
}

func (r *Reconciler) compareCharge(ctx context.Context, day string, m Movement, d Difference) (Difference, error) {
	p, found, err := r.paymentOfMovement(ctx, m)
	if err != nil {
		return d, err
	}
	if d.Kind = CaptureUnknown; !found || p.IntentID != m.IntentID {
		return d, nil
	}
	if p.State == Authorized && p.CaptureAsked { // an answer that was lost
		if p, err = r.refresh(ctx, p); err != nil {
			return d, err
		}
		d.Taken = p.State == Captured
	}
	if p.State != Captured {
		return d, nil
	}
	switch d.Ours = money.Of(p.Captured, p.Amount.Currency); {
	case d.Ours != m.Amount:
		d.Kind, d.Taken = CaptureDiffers, false
	case !d.Taken:
		d = Difference{}
	}
	return d, r.Compare.Unbook(ctx, Due{OrderID: p.OrderID, Group: p.Group, Day: day})
}

func (r *Reconciler) compareRefund(ctx context.Context, day string, m Movement, d Difference) (Difference, error) {
	p, found, err := r.paymentOfMovement(ctx, m)
	if err != nil {
		return d, err
	}
	if d.Kind = RefundUnknown; !found || p.IntentID != m.IntentID {
		return d, nil
	}
	d.OrderID, d.Group = p.OrderID, p.Group
	known := p.hasRefund(m)
	if !known {
		if err := r.Refresh(ctx, m.IntentID); err != nil {
			return d, err
		}
		if p, _, err = r.Store.Get(ctx, p.OrderID, p.Group); err != nil {
			return d, err
		}
		if d.Taken = p.hasRefund(m); !d.Taken {
			return d, nil
		}
		if m.Code != "" && m.Name != "" {
			d.Kind = RefundFailure
		}
	}
	if x := p.refundOf(m); x != nil {
		d.Ours = money.Of(x.Minor, p.Amount.Currency)
	}
	switch {
	case d.Ours != m.Amount && d.Ours.Currency != "":
		d.Kind, d.Taken = RefundDiffers, false
	case known:
		d = Difference{}
	}
	if m.Name == "" {
		return d, nil // nothing of ours was booked
	}
	return d, r.Compare.Unbook(ctx, Due{OrderID: p.OrderID, Group: p.Group, Refund: m.Name, Day: day})
}

// refundOf finds the refund whose last attempt a movement is of, nil if there is none.
func (p *Payment) refundOf(m Movement) *Refund {
	n := slices.IndexFunc(p.Refunds, func(x Refund) bool { return x.GatewayID == m.SourceID || m.Name != "" && x.Name() == m.Name })
	if n < 0 {
		return nil
	}
	return &p.Refunds[n]
}

// hasRefund tells whether a refund stands here as the gateway says. One that another attempt has followed is over.
func (p *Payment) hasRefund(m Movement) bool {
	if x := p.refundOf(m); x != nil {
		return x.State == RefundFailed && m.Code != "" || x.State == RefundDone && m.Code == ""
	}
	id, _, _ := strings.Cut(m.Name, "#")
	return m.Code != "" && m.Name != "" && p.refund(id) != nil
}

func (r *Reconciler) compareDispute(ctx context.Context, m Movement, d Difference) (Difference, error) {
	p, found, err := r.paymentOfMovement(ctx, m)
	if err != nil {
		return d, err
	}
	if d.Kind = DisputeUnknown; !found {
		return d, nil
	}
	d.OrderID, d.Group = p.OrderID, p.Group
	version := p.Version
	if err := r.lookAtDispute(ctx, m.SourceID); err != nil {
		return d, err
	}
	if p, _, err = r.Store.Get(ctx, p.OrderID, p.Group); err != nil || p.Version == version {
		return Difference{}, err
	}
	if x := p.dispute(m.SourceID); x != nil {
		d.Ours, d.Taken = money.Of(x.Minor, p.Amount.Currency), true
	}
	return d, nil
}

// paymentOfMovement finds the payment by what the gateway keeps with the movement's object or, where that was made by hand, its intent.
func (r *Reconciler) paymentOfMovement(ctx context.Context, m Movement) (p Payment, found bool, err error) {
	if m.OrderID == "" || m.Group == "" {
		p, _, found, err = r.paymentOf(ctx, m.IntentID)
		return p, found, err
	}
	return r.Store.Get(ctx, m.OrderID, m.Group)
}

// lookFor asks the gateway for what was booked.
func (r *Reconciler) lookFor(ctx context.Context, b Due) (Difference, error) {
	p, _, err := r.Store.Get(ctx, b.OrderID, b.Group)
	if err != nil {
		return Difference{}, err
	}
	d := Difference{Kind: CaptureMissing, GatewayID: p.IntentID, OrderID: b.OrderID, Group: b.Group, Refund: b.Refund,
		Ours: money.Of(p.Captured, p.Amount.Currency)}
	if b.Refund != "" {
		return r.lookForRefund(ctx, p, d)
	}
	i, err := r.Objects.Retrieve(ctx, p.IntentID)
	var refusal *Refusal
	switch {
	case errors.As(err, &refusal):
		return d, nil
	case err != nil:
		return d, unknown(err)
	case i.Status != IntentCaptured:
		return d, nil
	case i.Captured != p.Captured:
		d.Kind, d.Gateway = CaptureDiffers, money.Of(i.Captured, p.Amount.Currency)
		return d, nil
	}
	return Difference{}, nil
}

func (r *Reconciler) lookForRefund(ctx context.Context, p Payment, d Difference) (Difference, error) {
	n := slices.IndexFunc(p.Refunds, func(x Refund) bool { return x.Name() == d.Refund })
	if n < 0 || p.Refunds[n].State != RefundDone {
		return Difference{}, nil // another attempt has followed, or it failed since
	}
	_, there, err := r.Gateway.FindRefund(ctx, p.IntentID, d.Refund)
	if err = notFinal(err); err != nil {
		return d, unknown(err)
	}
	if there {
		return Difference{}, nil
	}
	d.Kind, d.GatewayID, d.Ours = RefundMissing, cmp.Or(p.Refunds[n].GatewayID, d.GatewayID), money.Of(p.Refunds[n].Minor, p.Amount.Currency)
	return d, nil
}

// Reports shows how days compare.
type Reports struct {
	Stored interface {
		Reconciliation(ctx context.Context, day string) (Reconciliation, error)
		// Differences lists a day's, after a place ("" for the first); next is "" on the last page.
		Differences(ctx context.Context, day, after string, limit int) (list []Difference, next string, err error)
	}
	Now func() time.Time
}

// Report returns how far a day's comparison has come (RFC 3339 full-date; "" for yesterday), and a page of what differs.
func (r Reports) Report(ctx context.Context, day, after string, limit int) (s Reconciliation, list []Difference, next string, err error) {
	day = cmp.Or(day, r.Now().UTC().AddDate(0, 0, -1).Format(time.DateOnly))
	if s, err = r.Stored.Reconciliation(ctx, day); err == nil {
		list, next, err = r.Stored.Differences(ctx, day, after, limit)
	}
	return s, list, next, err
}
