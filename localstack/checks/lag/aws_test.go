package lag

import (
	"math"
	"testing"
)

// Even waits and skewed times come out as they are described, and the stages add up to the whole.
func TestTheArithmetic(t *testing.T) {
	t.Parallel()
	got := arithmetic()
	near := func(a, b float64) bool { return math.Abs(a-b) < 0.03*b+1 }
	if p50, p99 := at(got["refresh"], 0.5), at(got["refresh"], 0.99); !near(p50, 250) || !near(p99, 495) {
		t.Errorf("refresh: %f %f", p50, p99)
	}
	if p50, p99 := at(got["queue"], 0.5), at(got["queue"], 0.99); !near(p50, 15) || !near(p99, 100) {
		t.Errorf("queue: %f %f", p50, p99)
	}
	for i, all := range got[""] {
		sum := 0.0
		for _, name := range stages {
			sum += got[name][i]
		}
		if math.Abs(sum-all) > 0.001 {
			t.Fatalf("draw %d: the stages take %f, the whole %f", i, sum, all)
		}
	}
	if at([]float64{3, 1, 2}, 0.5) != 2 || at([]float64{3, 1, 2}, 0.99) != 3 || !math.IsNaN(at(nil, 0.5)) {
		t.Error("percentiles")
	}
}
