package clickstream

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"time"
)

// Agreements are customers' own words on what may be kept of them.
type Agreements struct {
	Consents Consents
	People   People
	Stream   Stream
	Now      func() time.Time
	Random   io.Reader
}

// Agree notes what a customer agrees to from now on, and, if they agree to a profile, tells the lake which session is theirs.
// Errors: invalid_session_id.
func (a *Agreements) Agree(ctx context.Context, customerID, marketplace, sessionID string, c Consent) error {
	if sessionID != "" && !randomID.MatchString(sessionID) {
		return errSession
	}
	if err := a.Consents.Put(ctx, customerID, c); err != nil {
		return err
	}
	if sessionID == "" || !c.Analytics || !c.Personalization {
		return nil
	}
	who, err := pseudonym(ctx, a.People, customerID)
	if err != nil || who == "" { // of whom nothing is held there is no profile either
		return err
	}
	var id [16]byte
	if _, err := io.ReadFull(a.Random, id[:]); err != nil {
		return fmt.Errorf("event id: %w", err)
	}
	e := Event{EventID: hex.EncodeToString(id[:]), ActionName: Login, Timestamp: a.Now().UTC()}
	r, err := serverRecord(e.EventID, ServerBatch{Customer: who, Batch: Batch{SchemaVersion: SchemaVersion, Application: "rialto",
		SessionID: sessionID, Marketplace: marketplace, Consent: c, Events: []Event{e}}})
	if err != nil {
		return err
	}
	return a.Stream.Put(ctx, sessionID, r)
}

// Agreed returns what a customer agreed to, nothing if they never said.
func (a *Agreements) Agreed(ctx context.Context, customerID string) (Consent, error) {
	return a.Consents.Get(ctx, customerID)
}

// Profiles names those whose profile may be used.
type Profiles struct {
	Consents Consents
	People   People
}

// Subject is the pseudonym, in the lake, of a customer who agreed to a profile, and "" of any other.
func (p Profiles) Subject(ctx context.Context, customerID string) (string, error) {
	c, err := p.Consents.Get(ctx, customerID)
	if err != nil || !c.Analytics || !c.Personalization {
		return "", err
	}
	return pseudonym(ctx, p.People, customerID)
}
