package auth

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"testing"
	"time"
)

// A link's token is good for its purpose and its time, and lets nobody in; a guest's is no link's. Seen to catch: links that are
// verified without their purpose.
func TestALinkIsGoodForOneThing(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sign := func(_ context.Context, digest []byte) ([]byte, error) {
		return ecdsa.SignASN1(rand.Reader, key, digest)
	}
	guests := Guests{Issuer: "urn:guests", Key: func(context.Context) (*ecdsa.PublicKey, error) { return &key.PublicKey, nil }}
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	link, err := LinkToken(t.Context(), sign, guests.Issuer, "unsubscribe", "cus_a", now, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	guest, err := GuestToken(t.Context(), &SigningKeys{Sign: sign}, guests.Issuer, "cus_a", "", now, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	at := func(d time.Duration) func() time.Time { return func() time.Time { return now.Add(d) } }
	for name, c := range map[string]struct {
		purpose, token string
		after          time.Duration
		good           bool
	}{
		"as it is meant": {"unsubscribe", link, time.Minute, true}, "too late": {"unsubscribe", link, 2 * time.Hour, false},
		"another purpose": {"pay", link, time.Minute, false}, "a guest's": {"unsubscribe", guest, time.Minute, false},
		"forged": {"unsubscribe", link[:len(link)-4] + "AAAA", time.Minute, false}, "none": {"unsubscribe", "", time.Minute, false},
	} {
		owner, err := NewLinkVerifier(guests, c.purpose, at(c.after)).Owner(t.Context(), c.token)
		if c.good && (err != nil || owner != "cus_a") || !c.good && !errors.Is(err, ErrInvalidToken) {
			t.Errorf("%s: %q %v", name, owner, err)
		}
	}
	v, err := NewVerifier(Config{Guests: guests, Now: at(time.Minute)})
	if err != nil {
		t.Fatal(err)
	}
	if who, err := v.Verify(t.Context(), link); !errors.Is(err, ErrInvalidToken) {
		t.Errorf("a link lets in: %+v %v", who, err)
	}
}
