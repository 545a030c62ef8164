package customers

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// Keys makes and unwraps data keys of 32 bytes; in production KMS. An owner is part of the wrapping: a key
// wrapped for one does not unwrap for another.
type Keys interface {
	Make(ctx context.Context, owner string) (plain, wrapped []byte, err error)
	Unwrap(ctx context.Context, owner string, wrapped []byte) (plain []byte, err error)
}

const (
	keyLife  = 5 * time.Minute // how long an environment may open what was erased elsewhere
	keyLimit = 1000            // keys in memory
	keySize  = 32
)

// Vault keeps data keys in memory for a while. It is safe for concurrent use.
type Vault struct {
	Keys   Keys
	Now    func() time.Time
	Random io.Reader

	mu     sync.Mutex
	cached map[string]cachedKey
}

type cachedKey struct {
	key     Key
	wrapped [sha256.Size]byte
	until   time.Time
}

// Make returns a new key of an owner and its wrapped form.
func (v *Vault) Make(ctx context.Context, owner string) (wrapped []byte, err error) {
	_, wrapped, err = v.Keys.Make(ctx, owner) // the plain one is taken from Open, in case another's was stored first
	if err != nil {
		return nil, fmt.Errorf("make data key: %w", err)
	}
	return wrapped, nil
}

// Open returns the key of an owner.
func (v *Vault) Open(ctx context.Context, owner string, wrapped []byte) (Key, error) {
	sum, now := sha256.Sum256(wrapped), v.Now()
	v.mu.Lock()
	c, ok := v.cached[owner]
	v.mu.Unlock()
	if ok && c.wrapped == sum && now.Before(c.until) {
		return c.key, nil
	}
	plain, err := v.Keys.Unwrap(ctx, owner, wrapped)
	if err != nil {
		return Key{}, fmt.Errorf("unwrap data key: %w", err)
	}
	key, err := newKey(owner, plain, v.Random)
	if err != nil {
		return Key{}, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.cached == nil || len(v.cached) >= keyLimit {
		v.cached = map[string]cachedKey{}
	}
	v.cached[owner] = cachedKey{key, sum, now.Add(keyLife)}
	return key, nil
}

// Forget drops an owner's key from memory.
func (v *Vault) Forget(owner string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.cached, owner)
}

// Key seals and opens one owner's rows.
type Key struct {
	owner  string
	seal   cipher.AEAD
	mac    []byte // for ids and look-ups, so that a sealing key does one thing only
	random io.Reader
}

var errSealed = errors.New("sealed text does not open")

func newKey(owner string, plain []byte, random io.Reader) (Key, error) {
	if len(plain) != keySize {
		return Key{}, fmt.Errorf("data key of %d bytes", len(plain))
	}
	block, err := aes.NewCipher(digest(plain, "seal"))
	if err != nil {
		return Key{}, fmt.Errorf("data key: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return Key{}, fmt.Errorf("data key: %w", err)
	}
	return Key{owner: owner, seal: aead, mac: digest(plain, "mac"), random: random}, nil
}

// sealVersion is the first byte of a sealed text: a nonce of 12 bytes and AES-256-GCM's output follow.
const sealVersion = 1

// Seal seals a row's text. It opens for the same table, row and owner only.
func (k Key) Seal(table, row string, text []byte) ([]byte, error) {
	out := make([]byte, 1+k.seal.NonceSize(), 1+k.seal.NonceSize()+len(text)+k.seal.Overhead())
	out[0] = sealVersion
	if _, err := io.ReadFull(k.random, out[1:]); err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return k.seal.Seal(out, out[1:], text, frame(table, row, k.owner)), nil
}

// Open returns a row's text. Its error says nothing of it.
func (k Key) Open(table, row string, sealed []byte) ([]byte, error) {
	n := 1 + k.seal.NonceSize()
	if len(sealed) < n || sealed[0] != sealVersion {
		return nil, errSealed
	}
	text, err := k.seal.Open(nil, sealed[1:n], sealed[n:], frame(table, row, k.owner))
	if err != nil {
		return nil, errSealed
	}
	return text, nil
}

// Mark returns a keyed hash of parts: the same for the same parts, and nothing to anybody without the key.
func (k Key) Mark(parts ...string) []byte { return digest(k.mac, string(frame(parts...))) }

func digest(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// frame joins parts so that no two lists of parts give the same bytes.
func frame(parts ...string) []byte {
	var out []byte
	for _, p := range parts {
		out = binary.BigEndian.AppendUint32(out, uint32(len(p)))
		out = append(out, p...)
	}
	return out
}
