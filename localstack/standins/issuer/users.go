package issuer

import (
	"encoding/json"
	"net/http"
	"sync"
)

// users stands in for what ends users of a Cognito user pool: everybody is one until they are deleted.
type users struct {
	mu      sync.Mutex
	deleted map[string]bool
}

const pool = "AWSCognitoIdentityProviderService."

// ServeHTTP answers AdminUserGlobalSignOut and AdminDeleteUser of Cognito's JSON protocol.
func (u *users) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct{ Username, UserPoolId string } //nolint:staticcheck // Cognito's name
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	refuse := func(kind string) {
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]string{"__type": kind, "message": kind})
	}
	if json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&in) != nil || in.Username == "" || in.UserPoolId == "" {
		refuse("InvalidParameterException")
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	action := r.Header.Get("X-Amz-Target")
	switch {
	case action != pool+"AdminUserGlobalSignOut" && action != pool+"AdminDeleteUser":
		refuse("UnknownOperationException")
		return
	case u.deleted[in.Username]:
		refuse("UserNotFoundException")
		return
	case action == pool+"AdminDeleteUser":
		u.deleted[in.Username] = true
	}
	_, _ = w.Write([]byte("{}"))
}

// show answers 404 for a user who was deleted.
func (u *users) show(w http.ResponseWriter, r *http.Request) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.deleted[r.PathValue("user")] {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
