package settings

import (
	"testing"
	"time"
)

func TestEveryMissingSettingIsNamed(t *testing.T) {
	t.Parallel()
	env := map[string]string{"STAGE": "local", "PREFIX": "rialto-local-", "_HANDLER": "api", "WAIT": "7", "BAD": "x"}
	s := From(func(k string) string { return env[k] })
	if err := s.Problems(); err != nil {
		t.Fatal(err)
	}
	if s.Seconds("WAIT", 0) != 7*time.Second || s.Seconds("BAD", time.Second) != time.Second || s.Seconds("NONE", time.Second) != time.Second {
		t.Fatal("seconds")
	}
	s.Queue("checkout-timer")
	s.Must("SEARCH_URL")
	if err := s.Problems(); err == nil || err.Error() != "settings missing: QUEUE_CHECKOUT_TIMER, SEARCH_URL" {
		t.Fatalf("got %v", err)
	}
}
