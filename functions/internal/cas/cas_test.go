package cas_test

import (
	"errors"
	"fmt"
	"testing"

	"rialto/functions/internal/cas"
	"rialto/functions/internal/fault"
)

// Seen to catch: a conflict that is given up at the first; one that is tried for ever.
func TestUpdateReloadsWhereOthersWereFaster(t *testing.T) {
	t.Parallel()
	changed := fault.New(fault.Conflict, "changed", "x")
	for name, c := range map[string]struct {
		others    int // saves that somebody else comes before
		same      bool
		reloading error
		written   bool
		err       error
		saves     int
	}{
		"alone":         {0, false, nil, true, nil, 1},
		"same":          {0, true, nil, false, nil, 1},
		"others":        {3, false, nil, true, nil, 4},
		"never":         {9, false, nil, false, changed, 4},
		"cannot reload": {1, false, errors.New("x"), false, nil, 1},
		"same in time":  {1, true, nil, false, nil, 2},
	} {
		saves := 0
		written, err := cas.Update(0, changed, func(current int) (bool, error) {
			saves++
			if current < c.others {
				return true, fmt.Errorf("save: %w", changed)
			}
			return !c.same, nil
		}, func() (int, error) { return saves, c.reloading })
		if written != c.written || saves != c.saves || c.err != nil && !errors.Is(err, c.err) || c.reloading != nil && !errors.Is(err, c.reloading) ||
			c.err == nil && c.reloading == nil && err != nil {
			t.Errorf("%s: %v %v after %d", name, written, err, saves)
		}
	}
}
