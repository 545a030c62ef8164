// Package cas is the loop around a compare-and-swap: save over what was read and, where somebody else was faster, over
// what stands then.
package cas

import "errors"

// tries is how often a save is tried while others change the same thing.
const tries = 4

// Update saves over current and, where that fails with conflict since somebody else changed it meanwhile, over what
// reload returns, a bounded number of times. save tells whether there was anything to write.
func Update[T any](current T, conflict error, save func(current T) (bool, error), reload func() (T, error)) (written bool, err error) {
	for try := 1; ; try++ {
		did, err := save(current)
		if !errors.Is(err, conflict) || try == tries {
			return did && err == nil, err
		}
		if current, err = reload(); err != nil {
			return false, err
		}
	}
}
