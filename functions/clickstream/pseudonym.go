package clickstream

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// Pseudonyms stand in the lake for the ids that browsers send: keyed hashes under a secret of the stage, so that whoever has
// the lake cannot look somebody up by a cookie, nor by guessing one.
type Pseudonyms struct{ Secret []byte }

// Of returns the pseudonym of an id of a kind, "" of none.
func (p Pseudonyms) Of(kind, id string) string {
	if id == "" {
		return ""
	}
	h := hmac.New(sha256.New, p.Secret)
	h.Write([]byte(kind + "\x00" + id))
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// Session is the pseudonym of a session, as the lake's column session has it.
func (p Pseudonyms) Session(id string) string { return p.Of("session", id) }

// Client is the pseudonym of a browser or an installation.
func (p Pseudonyms) Client(id string) string { return p.Of("client", id) }
