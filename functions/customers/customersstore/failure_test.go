package customersstore

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"rialto/functions/customers"
	"rialto/functions/internal/fault"
)

func TestADatabaseThatIsAwayIsToBeTriedAgain(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"postgres://rialto:hunter2@127.0.0.1:1/rialto?sslmode=disable", "postgres://rialto:hunter2@:x:/", "", "postgres"} {
		s := NewSQL(func(context.Context) (string, error) {
			if url == "" {
				return "", errTest
			}
			return url, nil
		})
		_, err := s.Get(t.Context(), "cus_a")
		if f := fault.Of(err); f.Kind != fault.Unavailable || f.RetryAfter == 0 || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("got %v", err)
		}
	}
}

func TestTranslate(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]fault.Kind{"57P01": fault.Unavailable, "40P01": fault.Unavailable, "25006": fault.Unavailable,
		"42P01": fault.Internal, "23505": fault.Internal} {
		if got := fault.Of(translate(&pgconn.PgError{Code: code})).Kind; got != want {
			t.Errorf("%s is kind %d", code, got)
		}
	}
	if err := translate(pgx.ErrNoRows); !errors.Is(err, customers.ErrUnknown) {
		t.Errorf("got %v", err)
	}
}
