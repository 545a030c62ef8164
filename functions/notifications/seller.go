package notifications

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"strconv"

	"rialto/functions/marketplaces"
)

// prepareSeller writes the mail of a webhook that was turned off, or says why none is sent: its seller has put it again, taken it away, or
// named no address. It is in the language of the marketplace of the seller's country, or in English.
func (s *Notifier) prepareSeller(ctx context.Context, n Notice) (to Contact, m Mail, skip string, err error) {
	e, found, err := s.Webhooks.Endpoint(ctx, n.OrderID)
	switch {
	case err != nil:
		return Contact{}, Mail{}, "", err
	case !found || strconv.FormatInt(e.OffSince.Unix(), 10) != n.Subject:
		return Contact{}, Mail{}, reasonNothing, nil
	case e.Email == "":
		return Contact{}, Mail{}, reasonNoAddress, nil
	}
	to = Contact{Email: e.Email, Mark: sellerMark(n.OrderID, e.Email)}
	why, err := s.Store.Suppression(ctx, to.Mark)
	if err == nil && why.Reason != "" {
		return Contact{}, Mail{}, reasonSuppressed, nil
	}
	if err != nil {
		return Contact{}, Mail{}, "", err
	}
	p, err := s.Sellers.Profile(ctx, n.OrderID)
	if err != nil {
		return Contact{}, Mail{}, "", err
	}
	m, err = composeWebhook(e.URL, p.Country)
	return to, m, "", err
}

// sellerMark is the mark of an address that a seller gave. It is of that seller alone, who is no customer, so it needs no key.
func sellerMark(sellerID, email string) string {
	sum := sha256.Sum256([]byte(sellerID + "\n" + email))
	return hex.EncodeToString(sum[:])
}

// composeWebhook writes the mail of a webhook that was turned off, to a seller of a country. It shows the address's host alone: the rest may
// hold a secret.
func composeWebhook(address, country string) (Mail, error) {
	u, err := url.Parse(address)
	if err != nil {
		return Mail{}, fmt.Errorf("read a webhook's address: %w", err)
	}
	tag := fallback
	if m, err := marketplaces.Lookup(country); err == nil {
		tag = m.Language
	}
	w, language := wordsOf(tag)
	says := w.mails[WebhookOff]
	p := newPage(language, says.subject, fmt.Sprintf(says.opening, u.Host))
	return Mail{Language: p.Language, Subject: p.Subject, Text: p.text(), HTML: p.html()}, nil
}
