package issuer

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"rialto/functions/contract"
)

// Serve answers discovery and key requests at contract.LocalIssuer until the
// context ends.
func Serve(ctx context.Context, key *ecdsa.PrivateKey) error {
	handler, err := Handler(&key.PublicKey)
	if err != nil {
		return fmt.Errorf("serve the issuer: %w", err)
	}
	server := &http.Server{Addr: contract.LocalIssuer, Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	stopped := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stopped()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the issuer: %w", err)
	}
	return nil
}

// Handler serves OpenID Connect Discovery and the key set of one key, what ends users of a Cognito user pool, and GET /users/{user}.
func Handler(key *ecdsa.PublicKey) (http.Handler, error) {
	public, err := publicJWK(key)
	if err != nil {
		return nil, err
	}
	const keys = "/.well-known/jwks.json"
	mux := http.NewServeMux()
	known := &users{deleted: map[string]bool{}}
	mux.Handle("POST /{$}", known)
	mux.HandleFunc("GET /users/{user}", known.show)
	for path, document := range map[string]any{
		"/.well-known/openid-configuration": map[string]any{
			"issuer":                                contract.LocalIssuerURL,
			"jwks_uri":                              contract.LocalIssuerURL + keys,
			"id_token_signing_alg_values_supported": []string{"ES256"},
			"response_types_supported":              []string{"token"},
			"subject_types_supported":               []string{"public"},
		},
		keys: map[string]any{"keys": []jwk{public}},
	} {
		body, err := json.Marshal(document)
		if err != nil {
			return nil, err
		}
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Cache-Control", "max-age=60")
			_, _ = w.Write(body)
		})
	}
	return mux, nil
}
