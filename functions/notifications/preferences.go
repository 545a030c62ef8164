package notifications

import (
	"context"
	"time"

	"rialto/functions/internal/fault"
)

// Preferences are which mails a customer wants besides those about their money.
type Preferences struct {
	CustomerID     string    `dynamodbav:"customer_id"`
	ReviewRequests bool      `dynamodbav:"review_requests"`
	UpdatedAt      time.Time `dynamodbav:"updated_at"` // zero for who never said
}

// Defaults are what whoever never said gets.
func Defaults(customerID string) Preferences {
	return Preferences{CustomerID: customerID, ReviewRequests: true}
}

// Suppression is why nothing is sent to an address any more.
type Suppression struct {
	Reason State     `dynamodbav:"reason"` // Bounced or Complained
	At     time.Time `dynamodbav:"at"`
}

// Standing is what a customer has said, and whether mails reach them.
type Standing struct {
	Preferences
	Suppressed State // why nothing goes to the account's address; empty if mails do
}

// Choices are where what customers want is kept.
type Choices interface {
	Preferences(ctx context.Context, customerID string) (Preferences, error)
	SavePreferences(ctx context.Context, p Preferences) error
	Suppression(ctx context.Context, mark string) (Suppression, error)
}

// Tokens tells whose a link is. Errors: Unauthorized for what is none.
type Tokens interface {
	Owner(ctx context.Context, token string) (customerID string, err error)
}

// Chooser is how customers say which mails they want.
type Chooser struct {
	Choices  Choices
	Contacts Contacts
	Tokens   Tokens
	Now      func() time.Time
}

var errLink = fault.New(fault.Invalid, "invalid_link", "this link ends no mails, or no longer").
	With(fault.Field{Pointer: "query.token", Code: "invalid_link", Message: "must be the token of a link in a mail"})

// Standing returns what a customer has said, and whether mails reach them.
func (c *Chooser) Standing(ctx context.Context, customerID string) (Standing, error) {
	p, err := c.Choices.Preferences(ctx, customerID)
	if err != nil {
		return Standing{}, err
	}
	to, err := c.Contacts.OfCustomer(ctx, customerID)
	if err != nil || to.Email == "" {
		return Standing{Preferences: p}, err
	}
	why, err := c.Choices.Suppression(ctx, to.Mark)
	return Standing{p, why.Reason}, err
}

// Choose says whether a customer wants to be asked for reviews.
func (c *Chooser) Choose(ctx context.Context, customerID string, reviewRequests bool) (Standing, error) {
	err := c.Choices.SavePreferences(ctx, Preferences{customerID, reviewRequests, c.Now().UTC()})
	if err != nil {
		return Standing{}, err
	}
	return c.Standing(ctx, customerID)
}

// Unsubscribe ends review requests to the customer whom a link was made for. Again is a success. Errors: invalid_link.
func (c *Chooser) Unsubscribe(ctx context.Context, token string) error {
	customerID, err := c.Tokens.Owner(ctx, token)
	if fault.Of(err).Kind == fault.Unauthorized {
		return errLink.Because(err)
	}
	if err != nil {
		return err
	}
	return c.Choices.SavePreferences(ctx, Preferences{customerID, false, c.Now().UTC()})
}
