package notifications

import (
	"context"
	"time"

	"rialto/functions/internal/fault"
)

// Feedback is what became of a mail after SES took it.
type Feedback struct {
	State  State  // Bounced, Complained, or Refused for one that SES found to be harmful
	Mark   string // of the address
	Mail   Mailed
	Reason string // the receiving side's, for a person
	At     time.Time
}

// Mailed names a mail's record.
type Mailed struct{ OrderID, Key string }

// Suppressions are where no mail goes any more.
type Suppressions interface {
	Suppress(ctx context.Context, mark string, s Suppression) error
	// Mark notes what became of a mail, if its record is there still.
	Mark(ctx context.Context, m Mailed, as State, reason string, at time.Time) error
}

// Listener takes what SES says of mails.
type Listener struct{ Suppressions Suppressions }

var errForeign = fault.New(fault.Malformed, "unknown_mail", "the mail is none of ours: it lacks our tags")

// Hear keeps an address free of mails that has no mailbox, or whose reader complained. Errors: unknown_mail.
func (l *Listener) Hear(ctx context.Context, f Feedback) error {
	if f.Mark == "" || f.Mail.OrderID == "" || f.Mail.Key == "" {
		return errForeign
	}
	if f.State != Refused {
		if err := l.Suppressions.Suppress(ctx, f.Mark, Suppression{f.State, f.At.UTC()}); err != nil {
			return err
		}
	}
	return l.Suppressions.Mark(ctx, f.Mail, f.State, f.Reason, f.At.UTC())
}
