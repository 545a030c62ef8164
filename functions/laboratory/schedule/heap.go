package schedule

// heap keeps sleeping tasks, the one that wakes first on top, among equals the one that lay down first.
type heap []*Task

func (h heap) before(a, b int) bool {
	return h[a].wake < h[b].wake || h[a].wake == h[b].wake && h[a].nap < h[b].nap
}

func (h *heap) push(t *Task) {
	*h = append(*h, t)
	a := *h
	for i := len(a) - 1; i > 0; {
		up := (i - 1) / 2
		if !a.before(i, up) {
			return
		}
		a[i], a[up] = a[up], a[i]
		i = up
	}
}

func (h *heap) pop() *Task {
	a := *h
	top, last := a[0], len(a)-1
	a[0], a[last] = a[last], nil
	a = a[:last]
	*h = a
	for i := 0; ; {
		least := i
		for _, down := range [2]int{2*i + 1, 2*i + 2} {
			if down < len(a) && a.before(down, least) {
				least = down
			}
		}
		if least == i {
			return top
		}
		a[i], a[least] = a[least], a[i]
		i = least
	}
}
