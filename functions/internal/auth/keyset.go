package auth

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/MicahParks/jwkset"

	"rialto/functions/internal/fault"
)

const (
	es256 = "ES256"
	rs256 = "RS256"

	keysFresh = time.Hour        // a key that its issuer withdrew is refused after that
	keysStale = 24 * time.Hour   // an issuer that is away may be away that long
	keysPause = 30 * time.Second // between two fetches, however many unknown keys are named
	keysLimit = 256 << 10        // bytes of a key set
)

var (
	errKey     = errors.New("unknown key")
	errKeyKind = errors.New("key and algorithm do not fit")
)

// keySet is an issuer's keys (RFC 7517), fetched when they are needed.
type keySet struct {
	uri    string
	client *http.Client
	now    func() time.Time

	mu      sync.Mutex // held while fetching, so that callers who wait find the keys
	keys    map[string]jwkset.JWK
	fetched time.Time // the last that succeeded
	tried   time.Time
	failed  error // of the last try
}

func newKeySet(uri string, client *http.Client, now func() time.Time) *keySet {
	c := http.Client{Timeout: 3 * time.Second}
	if client != nil {
		c = *client
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // elsewhere are others' keys
	return &keySet{uri: uri, client: &c, now: now}
}

// key returns the key that a token names, if it is for the token's algorithm.
func (s *keySet) key(ctx context.Context, kid, alg string) (any, error) {
	if kid == "" {
		return nil, errKey
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	jwk, known := s.keys[kid]
	if !known || now.Sub(s.fetched) >= keysFresh {
		if s.tried.IsZero() || now.Sub(s.tried) >= keysPause {
			s.tried = now
			s.failed = s.fetch(ctx)
		}
		if s.failed != nil && (!known || now.Sub(s.fetched) >= keysStale) {
			return nil, fault.New(fault.Unavailable, "issuer_unavailable", "tokens cannot be verified now").Because(s.failed)
		}
		if jwk, known = s.keys[kid]; !known {
			return nil, errKey
		}
	}
	return fit(jwk, alg)
}

func (s *keySet) fetch(ctx context.Context) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.uri, nil)
	if err != nil {
		return fmt.Errorf("fetch keys: %w", err)
	}
	answer, err := s.client.Do(r)
	if err != nil {
		return fmt.Errorf("fetch keys: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("fetch keys: status %d", answer.StatusCode)
	}
	raw, err := io.ReadAll(io.LimitReader(answer.Body, keysLimit+1))
	if err != nil {
		return fmt.Errorf("fetch keys: %w", err)
	}
	if len(raw) > keysLimit {
		return fmt.Errorf("fetch keys: more than %d bytes", keysLimit)
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(raw, &set); err != nil {
		return fmt.Errorf("fetch keys: %w", err)
	}
	keys := map[string]jwkset.JWK{}
	for _, raw := range set.Keys {
		// Keys of kinds that we do not know stand beside those we do; symmetric ones are refused here.
		if jwk, err := jwkset.NewJWKFromRawJSON(raw, jwkset.JWKMarshalOptions{}, jwkset.JWKValidateOptions{}); err == nil {
			keys[jwk.Marshal().KID] = jwk
		}
	}
	if len(keys) == 0 {
		return errors.New("fetch keys: none is usable")
	}
	s.keys, s.fetched = keys, s.now()
	return nil
}

// fit returns the key if it is one to verify signatures of the algorithm: the token says which algorithm it
// is signed with, the key decides.
func fit(jwk jwkset.JWK, alg string) (any, error) {
	m := jwk.Marshal()
	if m.ALG != "" && m.ALG.String() != alg || m.USE != "" && m.USE != jwkset.UseSig {
		return nil, errKeyKind
	}
	return checkKey(jwk.Key(), alg)
}

func checkKey(key any, alg string) (any, error) {
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		if alg == es256 && k.Curve == elliptic.P256() {
			return k, nil
		}
	case *rsa.PublicKey:
		if alg == rs256 && k.N.BitLen() >= 2048 {
			return k, nil
		}
	}
	return nil, errKeyKind
}
