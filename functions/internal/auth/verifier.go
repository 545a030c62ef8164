package auth

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"rialto/functions/internal/fault"
)

const (
	tokenLimit = 8 << 10          // characters; API Gateway allows 10 KB for all headers
	skew       = 30 * time.Second // that an issuer's clock may be ahead of ours (nbf, iat); exp gets none
)

// Issuer is one whose tokens are accepted.
type Issuer struct {
	Issuer   string `json:"issuer"`   // iss, compared character by character
	JWKSURI  string `json:"jwks_uri"` // https, or http on this machine
	Audience string `json:"audience"` // in aud, or the client_id
	// Operators is the audience of operators' tokens, and of no others; empty where operators sign their requests instead.
	Operators string `json:"operators,omitempty"`
}

// ParseIssuers reads the ISSUERS setting, a JSON list.
func ParseIssuers(setting string) ([]Issuer, error) {
	var list []Issuer
	d := json.NewDecoder(strings.NewReader(setting))
	d.DisallowUnknownFields()
	if err := d.Decode(&list); err != nil {
		return nil, fmt.Errorf("issuers: %w", err)
	}
	return list, nil
}

// Guests is the issuer of guest tokens: Rialto itself, so the audience is the issuer too.
type Guests struct {
	Issuer string
	// Key fetches the public key. It is called until it succeeds once.
	Key func(context.Context) (*ecdsa.PublicKey, error)
}

// Config is what a Verifier needs.
type Config struct {
	Issuers []Issuer
	Guests  Guests
	Client  *http.Client     // for key sets; nil for one with a timeout of 3 s
	Now     func() time.Time // nil for time.Now
}

// Verifier verifies tokens. It keeps keys between calls and starts no goroutine: between invocations Lambda
// freezes them.
type Verifier struct {
	sources map[string]source // by issuer
	parser  *jwt.Parser
	now     func() time.Time
}

// source is what is expected of one issuer's tokens.
type source struct {
	audience  string
	operators string
	roles     []Role
	key       func(context.Context, *jwt.Token, claims) (any, error)
}

// audienceOf is what a token of a role is for: one of an operator's is for nothing else, and no other is for what theirs are.
func (s source) audienceOf(r Role) string {
	if r == Operator {
		return s.operators
	}
	return s.audience
}

// NewVerifier fails on issuers that are incomplete, given twice, or whose keys would come over plain HTTP.
func NewVerifier(c Config) (*Verifier, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	v := &Verifier{now: c.Now, sources: map[string]source{}}
	v.parser = jwt.NewParser(jwt.WithValidMethods([]string{es256, rs256}), jwt.WithExpirationRequired(), jwt.WithIssuedAt(),
		jwt.WithLeeway(skew), jwt.WithTimeFunc(c.Now), jwt.WithStrictDecoding())
	if c.Guests.Issuer != "" {
		v.sources[c.Guests.Issuer] = source{audience: c.Guests.Issuer, roles: []Role{Guest}, key: certifiedKey(c.Guests, c.Now)}
	}
	for _, i := range c.Issuers {
		if _, twice := v.sources[i.Issuer]; twice || i.Issuer == "" || i.Audience == "" {
			return nil, fmt.Errorf("issuer %q: incomplete or there twice", i.Issuer)
		}
		if i.Operators == i.Audience {
			return nil, fmt.Errorf("issuer %q: operators' tokens must have an audience of their own", i.Issuer)
		}
		if !safe(i.JWKSURI) {
			return nil, fmt.Errorf("issuer %q: keys must come over https", i.Issuer)
		}
		set := newKeySet(i.JWKSURI, c.Client, c.Now)
		v.sources[i.Issuer] = source{i.Audience, i.Operators, []Role{Customer, Seller, Operator},
			func(ctx context.Context, t *jwt.Token, _ claims) (any, error) {
				kid, _ := t.Header["kid"].(string)
				return set.key(ctx, kid, t.Method.Alg())
			}}
	}
	return v, nil
}

// safe tells whether keys that come from there are the issuer's: over TLS, or from this machine.
func safe(uri string) bool {
	u, err := url.Parse(uri)
	if err != nil || u.Host == "" {
		return false
	}
	local := u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1" || u.Hostname() == "::1"
	return u.Scheme == "https" || u.Scheme == "http" && local
}

// claims are the claims of a token that count.
type claims struct {
	jwt.RegisteredClaims
	ClientID string `json:"client_id,omitempty"`
	Role     Role   `json:"role"`
	SellerID string `json:"seller_id,omitempty"`
	OrderID  string `json:"order_id,omitempty"`
	Scope    string `json:"scope,omitempty"`
	TokenUse string `json:"token_use,omitempty"` // Cognito's: access or id
}

// UnmarshalJSON refuses times that are texts (RFC 7519, 2), which the library would read as numbers.
func (c *claims) UnmarshalJSON(raw []byte) error {
	var times struct {
		ExpiresAt json.RawMessage `json:"exp"`
		NotBefore json.RawMessage `json:"nbf"`
		IssuedAt  json.RawMessage `json:"iat"`
	}
	if err := json.Unmarshal(raw, &times); err != nil {
		return err
	}
	for _, t := range []json.RawMessage{times.ExpiresAt, times.NotBefore, times.IssuedAt} {
		if len(t) > 0 && t[0] == '"' {
			return errTime
		}
	}
	type plain claims // without this method
	return json.Unmarshal(raw, (*plain)(c))
}

// ErrInvalidToken is the failure of a token that proves nothing. Its cause holds nothing of the token.
var ErrInvalidToken = fault.New(fault.Unauthorized, "invalid_token", "the token is not valid")

// Verify returns who a token names. It fails with ErrInvalidToken, or as unavailable where the keys to judge it
// cannot be had.
func (v *Verifier) Verify(ctx context.Context, token string) (Identity, error) {
	if len(token) > tokenLimit {
		return Identity{}, ErrInvalidToken.Because(errOversized)
	}
	var c claims
	var from source
	_, err := v.parser.ParseWithClaims(token, &c, func(t *jwt.Token) (any, error) {
		var known bool
		if from, known = v.sources[c.Issuer]; !known {
			return nil, errIssuer
		}
		if _, critical := t.Header["crit"]; critical { // RFC 7515, 4.1.11: we understand none
			return nil, errCritical
		}
		return from.key(ctx, t, c)
	})
	if f := (*fault.Error)(nil); errors.As(err, &f) {
		return Identity{}, f
	}
	if err != nil {
		return Identity{}, ErrInvalidToken.Because(reason(err))
	}
	i, err := v.identity(c, from)
	if err != nil {
		return Identity{}, ErrInvalidToken.Because(err)
	}
	return i, nil
}

func (v *Verifier) identity(c claims, from source) (Identity, error) {
	if audience := from.audienceOf(c.Role); audience == "" || !slices.Contains(c.Audience, audience) && c.ClientID != audience {
		return Identity{}, errAudience
	}
	if c.TokenUse != "" && c.TokenUse != "access" { // an ID token tells a client who signed in, and opens nothing
		return Identity{}, errUse
	}
	if !v.now().Before(c.ExpiresAt.Time) {
		return Identity{}, jwt.ErrTokenExpired
	}
	if !slices.Contains(from.roles, c.Role) {
		return Identity{}, errRole
	}
	i := Identity{Subject: c.Subject, Role: c.Role, SellerID: c.SellerID, OrderID: c.OrderID, Scopes: strings.Fields(c.Scope),
		ExpiresAt: c.ExpiresAt.UTC()}
	return i, i.check()
}

var (
	errOversized = errors.New("token is too long")
	errIssuer    = errors.New("unknown issuer")
	errCritical  = errors.New("critical header")
	errAudience  = errors.New("another audience")
	errUse       = errors.New("no access token")
	errTime      = errors.New("a time that is a text")
	errOther     = errors.New("token is unacceptable")
)

// reason is the known error that err wraps. The others' texts may hold a part of the token.
func reason(err error) error {
	for _, known := range []error{errIssuer, errCritical, errCertificate, errKey, errKeyKind, jwt.ErrTokenMalformed, jwt.ErrTokenSignatureInvalid,
		jwt.ErrTokenExpired, jwt.ErrTokenNotValidYet, jwt.ErrTokenUsedBeforeIssued, jwt.ErrTokenRequiredClaimMissing, jwt.ErrTokenUnverifiable} {
		if errors.Is(err, known) {
			return known
		}
	}
	return errOther
}
