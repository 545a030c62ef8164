package checkout

import (
	"context"
	"errors"
	"testing"
	"time"

	"rialto/functions/carts"
	"rialto/functions/internal/ids"
)

// lostAnswer writes like the store whose answer got lost: what the client of the table repeats meets its own record.
type lostAnswer struct {
	stored Record
	taken  bool
}

func (*lostAnswer) WaitingFor(context.Context, string, time.Time) (string, error) { return "", nil }
func (l *lostAnswer) Get(context.Context, string) (Record, bool, error)           { return l.stored, true, nil }
func (l *lostAnswer) Begin(_ context.Context, r Record) (*Record, error) {
	if !l.taken {
		l.stored = r
	}
	return &l.stored, nil
}

type started struct{ runs []Input }

func (s *started) Run(_ context.Context, in Input) (Answer, bool, error) {
	s.runs = append(s.runs, in)
	return Answer{CheckoutID: in.Checkout.ID, OrderID: in.Checkout.OrderID, State: Placed}, true, nil
}

type noTimer struct{}

func (noTimer) Set(context.Context, string, time.Duration) error { return nil }

type counted byte

func (c *counted) Read(b []byte) (int, error) {
	*c++
	for i := range b {
		b[i] = byte(*c)
	}
	return len(b), nil
}

type noCarts struct{}

func (noCarts) Get(context.Context, string) (carts.Cart, bool, error) {
	return carts.Cart{}, false, nil
}

// Seen to catch: a checkout that takes its own record for another's and leaves it to the timer.
func TestARepeatedWriteOfOnesOwnRecordIsNoReplay(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
	for _, taken := range []bool{false, true} {
		runner, random := &started{}, counted(0)
		db := &lostAnswer{taken: taken}
		if taken {
			db.stored = Record{
				Ref:   Ref{ID: IDOf("cus_1", "key-0001"), OrderID: ids.Derive(ids.Order, "another")},
				State: Open,
				Hash:  Request{CartID: "crt_1"}.Hash(),
			}
		}
		s := &Service{Store: db, Carts: noCarts{}, Runner: runner, Timer: noTimer{},
			Now: func() time.Time { return now }, Random: &random, Wait: time.Minute}
		reply, err := s.Checkout(context.Background(), "cus_1", "key-0001", Request{CartID: "crt_1"})
		if taken {
			if !errors.Is(err, ErrInProgress) || len(runner.runs) != 0 {
				t.Errorf("another's open record: %+v %v, %d runs", reply, err, len(runner.runs))
			}
			continue
		}
		if err != nil || reply.State != Placed || reply.Replayed || len(runner.runs) != 1 || runner.runs[0].Checkout.OrderID != db.stored.OrderID {
			t.Errorf("its own record: %+v %v, %d runs", reply, err, len(runner.runs))
		}
	}
}

// Another's checkout is not there. Seen to catch: one that whoever knows its id gives up.
func TestACheckoutIsItsCustomers(t *testing.T) {
	t.Parallel()
	runner := &started{}
	s := &Service{Store: &lostAnswer{stored: Record{Ref: Ref{ID: "chk_1", CustomerID: "cus_1"}, State: Waiting}}, Runner: runner}
	if _, err := s.GiveUp(t.Context(), "cus_2", "chk_1"); !errors.Is(err, ErrNotFound) || len(runner.runs) > 0 {
		t.Error(err, runner.runs)
	}
	if _, err := s.Status(t.Context(), "cus_2", "chk_1"); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	if a, err := s.Status(t.Context(), "cus_1", "chk_1"); err != nil || a.State != Waiting {
		t.Error(a, err)
	}
}
