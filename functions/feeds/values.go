package feeds

import (
	"strings"
	"time"
)

// skew is how far a seller's clock may be ahead of ours.
const skew = 5 * time.Minute

// layouts are the forms of an instant.
var layouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05", time.DateTime, "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly}

// parseInstant reads when stock was counted; a day alone is its first instant, UTC. Errors: invalid_value, as_of_in_future.
func parseInstant(s string, now time.Time) (time.Time, error) {
	for _, layout := range layouts {
		t, err := time.Parse(layout, s)
		if err != nil || t.UTC().Year() < 1 { // which JSON could not hand on
			continue
		}
		if t.After(now.Add(skew)) {
			return t, invalid("as_of_in_future", colAsOf, "must not be in the future")
		}
		return t.UTC(), nil
	}
	return time.Time{}, invalidValue(colAsOf, "must be a time such as 2026-11-27T08:30:00Z")
}

// parseBool reads a truth value.
func parseBool(column, s string) (bool, error) {
	switch strings.ToLower(s) {
	case "", "false", "no", "n", "0":
		return false, nil
	case "true", "yes", "y", "1":
		return true, nil
	}
	return false, invalidValue(column, "must be true or false")
}
