package auth

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// An environment asks KMS once an hour, however many guests come at once, and each of their tokens is good until its end. Seen to catch:
// a certificate for each token; keys that are never made anew; tokens that end with their key.
func TestKMSSignsOnceForAnHourOfGuests(t *testing.T) {
	t.Parallel()
	clock := testClock{at: testTime}
	root := newEC(t, elliptic.P256())
	var mu sync.Mutex
	signatures := 0
	keys := &SigningKeys{Longest: 24 * time.Hour, Sign: func(ctx context.Context, digest []byte) ([]byte, error) {
		mu.Lock()
		defer mu.Unlock()
		signatures++
		return kms(root)(ctx, digest)
	}}
	v := guestVerifier(t, root, &clock)
	tokens := map[string]string{}
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			id := fmt.Sprintf("cus_%d", i)
			token, err := GuestToken(t.Context(), keys, guests, id, "", testTime, 24*time.Hour)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			tokens[id] = token
		})
	}
	wg.Wait()
	for _, step := range []struct {
		forward time.Duration
		want    int
	}{{keyLife - time.Second, 1}, {time.Second, 2}, {time.Minute, 2}, {5 * keyLife, 3}} {
		clock.forward(step.forward)
		id := "at " + clock.now().String()
		var err error
		if tokens[id], err = GuestToken(t.Context(), keys, guests, id, "", clock.now(), 24*time.Hour); err != nil || signatures != step.want {
			t.Errorf("%s: KMS signed %d times, want %d: %v", id, signatures, step.want, err)
		}
	}
	clock.at = testTime.Add(24*time.Hour - time.Second)
	for id, token := range tokens {
		if who, err := v.Verify(t.Context(), token); err != nil || who.Subject != id || who.Role != Guest {
			t.Errorf("%s: %+v %v", id, who, err)
		}
	}
	long, err := GuestToken(t.Context(), keys, guests, "cus_1", "ord_1", testTime, 25*time.Hour)
	if _, bad := v.Verify(t.Context(), long); err != nil || bad != nil || signatures != 4 {
		t.Errorf("a longer one: KMS signed %d times: %v %v", signatures, err, bad)
	}
}

// A certificate is the guests' own key's word, for one key and for its hours. Seen to catch: a certificate that anybody signed; tokens
// issued or ending outside of its hours; a certificate in place of a token, and a token in place of a certificate.
func TestACertificateIsForItsHours(t *testing.T) {
	t.Parallel()
	clock := testClock{at: testTime}
	root, other := newEC(t, elliptic.P256()), newEC(t, elliptic.P256())
	v := guestVerifier(t, root, &clock)
	certified := func(signer *ecdsa.PrivateKey, issuer string, from time.Time) (*SigningKeys, string) {
		k := &SigningKeys{Sign: kms(signer), Longest: 24 * time.Hour}
		_, text, err := k.at(t.Context(), issuer, from, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		return k, text
	}
	good, text := certified(root, guests, testTime)
	_, another := certified(root, guests, testTime)
	_, forged := certified(other, guests, testTime)
	_, elsewhere := certified(root, "https://other.example", testTime)
	own, err := GuestToken(t.Context(), &SigningKeys{Sign: kms(root)}, guests, "cus_g", "", testTime, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	at := func(issued, expires time.Duration, cert any) string {
		token := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{"iss": guests, "aud": guests, "sub": "cus_g", "role": "guest",
			"iat": testTime.Add(issued).Unix(), "exp": testTime.Add(expires).Unix()})
		token.Header[certificateHeader] = cert
		signed, err := token.SignedString(good.key)
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	for name, c := range map[string]struct {
		token string
		good  bool
	}{
		"as it is meant":          {at(0, 24*time.Hour, text), true},
		"in its last second":      {at(keyLife, keyLife+24*time.Hour, text), true},
		"issued before it":        {at(-time.Second, time.Hour, text), false},
		"issued after it":         {at(keyLife+time.Second, 2*time.Hour, text), false},
		"good for longer":         {at(0, keyLife+24*time.Hour+time.Second, text), false},
		"another key's":           {at(0, time.Hour, another), false},
		"certified by itself":     {at(0, time.Hour, forged), false},
		"another issuer's":        {at(0, time.Hour, elsewhere), false},
		"a token as certificate":  {at(0, time.Hour, own), false},
		"no certificate":          {at(0, time.Hour, ""), false},
		"a number":                {at(0, time.Hour, 7), false},
		"a certificate for token": {text, false},
	} {
		clock.at = testTime.Add(map[bool]time.Duration{true: keyLife}[name == "in its last second" || name == "issued after it"])
		if who, err := v.Verify(t.Context(), c.token); c.good != (err == nil) || err != nil && !errors.Is(err, ErrInvalidToken) {
			t.Errorf("%s: %+v %v", name, who, err)
		}
	}
}

func guestVerifier(t *testing.T, root *ecdsa.PrivateKey, clock *testClock) *Verifier {
	t.Helper()
	v, err := NewVerifier(Config{Now: clock.now,
		Guests: Guests{guests, func(context.Context) (*ecdsa.PublicKey, error) { return &root.PublicKey, nil }}})
	if err != nil {
		t.Fatal(err)
	}
	return v
}
