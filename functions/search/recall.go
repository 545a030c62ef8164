package search

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"strings"
	"time"

	"rialto/functions/internal/fault"
)

// Questions keeps vectors of questions, under keys (questionKey), for as long as they are asked again.
type Questions interface {
	// Recall returns what is kept under a key, nil for nothing.
	Recall(ctx context.Context, key string) (Vector, error)
	Keep(ctx context.Context, key string, v Vector) error
}

// How long a shopper waits for the encoder, and for what is kept of a question; the latter is asked while the index is.
const (
	EncoderPatience = 300 * time.Millisecond
	recallPatience  = 50 * time.Millisecond
)

// keyLength is that of a question's key, in hexadecimal digits.
const keyLength = 32

// questionKey names a question: its words, which are in no particular case, their language and the model. It tells nobody the words.
func questionKey(text, language string) string {
	sum := sha256.Sum256([]byte(Encoding + "\n" + language + "\n" + text))
	return hex.EncodeToString(sum[:])[:keyLength]
}

// vectorOf looks in the background for what is kept of a question's vector. Of what is not, the encoder is asked: eagerly in the
// background, too, else when the answer is asked for, which is nil if the encoder is away.
func (f *finder) vectorOf(ctx context.Context, text string, eager bool) func() Vector {
	text = strings.ToLower(text)
	key := questionKey(text, f.m.Language)
	kept := inBackground(func() Vector { return f.recall(ctx, key) })
	type made struct {
		Vector
		anew bool
	}
	known := func() made {
		if v := kept(); v != nil {
			return made{v, false}
		}
		return made{f.encoded(ctx, text), true}
	}
	if eager {
		known = inBackground(known)
	}
	return func() Vector {
		m := known()
		if m.anew && m.Vector != nil && f.Questions != nil {
			f.keeping.Go(func() { f.keep(ctx, key, m.Vector) })
		}
		return m.Vector
	}
}

// inBackground begins at once; what it returns waits for the end, and may be called once.
func inBackground[T any](do func() T) func() T {
	answer := make(chan T, 1)
	go func() { answer <- do() }()
	return func() T { return <-answer }
}

func (f *finder) recall(ctx context.Context, key string) Vector {
	if f.Questions == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, recallPatience)
	defer cancel()
	v, err := f.Questions.Recall(ctx, key)
	if err != nil && !errors.Is(err, context.Canceled) {
		slog.WarnContext(ctx, "questions are not recalled", "error", err)
	}
	return v
}

func (f *finder) keep(ctx context.Context, key string, v Vector) {
	ctx, cancel := context.WithTimeout(ctx, recallPatience)
	defer cancel()
	if err := f.Questions.Keep(ctx, key, v); err != nil {
		slog.WarnContext(ctx, "a question is not kept", "error", err)
	}
}

func (f *finder) encoded(ctx context.Context, text string) Vector {
	ctx, cancel := context.WithTimeout(ctx, EncoderPatience)
	defer cancel()
	list, err := f.Encoder.Encode(ctx, text)
	if err != nil || len(list) != 1 {
		slog.WarnContext(ctx, "the encoder is away", "error", err)
		return nil
	}
	return list[0]
}

// Question is what the function search-recall takes and answers: a question's key, and its vector, which is to be kept if there is one.
type Question struct {
	Key    string `json:"key"`
	Vector []byte `json:"vector,omitempty"`
}

var errQuestion = fault.New(fault.Invalid, "malformed_question", "the key, or the vector, is of another length")

// Recaller is the function search-recall: the network of the cache has no way out to the index, so it is asked by way of this one.
type Recaller struct{ Questions Questions }

// Recall keeps a question's vector, or returns what is kept. Errors: malformed_question, cache_unavailable.
func (r Recaller) Recall(ctx context.Context, q Question) (Question, error) {
	if len(q.Key) != keyLength || len(q.Vector) != 0 && len(q.Vector) != Dimensions {
		return Question{}, errQuestion
	}
	if len(q.Vector) > 0 {
		return Question{Key: q.Key}, r.Questions.Keep(ctx, q.Key, VectorFrom(q.Vector))
	}
	v, err := r.Questions.Recall(ctx, q.Key)
	return Question{q.Key, v.Bytes()}, err
}
