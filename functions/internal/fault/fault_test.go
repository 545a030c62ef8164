package fault

import (
	"errors"
	"fmt"
	"testing"
)

func TestOfFindsTheFaultInAChain(t *testing.T) {
	t.Parallel()
	sentinel := New(Conflict, "cart_changed", "the cart changed")
	wrapped := fmt.Errorf("place: %w", sentinel.Because(errors.New("version 3, not 2")))
	if !errors.Is(wrapped, sentinel) {
		t.Fatal("a wrapped, annotated fault no longer matches its sentinel")
	}
	if got := Of(wrapped); got.Kind != Conflict || got.Code != "cart_changed" {
		t.Fatalf("got %v", got)
	}
	if errors.Is(wrapped, New(Conflict, "other", "")) {
		t.Fatal("faults of different codes match")
	}
}

func TestOfHidesWhatIsNotAFault(t *testing.T) {
	t.Parallel()
	got := Of(errors.New("password is hunter2"))
	if got.Kind != Internal || got.Message == "password is hunter2" {
		t.Fatalf("an internal error leaks: %+v", got)
	}
}

func TestAnnotationsDoNotChangeTheSentinel(t *testing.T) {
	t.Parallel()
	sentinel := New(Invalid, "invalid", "x")
	_ = sentinel.With(Field{Pointer: "/a"}).Because(errors.New("y"))
	if sentinel.Fields != nil || sentinel.Unwrap() != nil {
		t.Fatal("the sentinel was changed")
	}
}
