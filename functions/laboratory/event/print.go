package event

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Print writes the tables of an event in so many cells, all together: what became of orders by phase; how long it took by stage;
// and what was asked of each cell's services.
func (f *Figures) Print(out io.Writer, cells int) {
	f.printPhases(out, float64(cells))
	f.printStages(out)
	f.printServices(out)
}

func (f *Figures) printPhases(out io.Writer, cells float64) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	defer func() { _ = w.Flush() }()
	row := func(name string, of func(p *Phase) string) {
		fmt.Fprint(w, name, "\t")
		for _, p := range f.Phases {
			fmt.Fprint(w, of(p), "\t")
		}
		fmt.Fprintln(w)
	}
	rate := func(n float64, p *Phase) string { return fmt.Sprintf("%.0f", n*cells/(p.To-p.From).Seconds()) }
	row("", func(p *Phase) string { return fmt.Sprintf("%s, %s", p.Name, p.To-p.From) })
	row("offered/s", func(p *Phase) string { return rate(p.Offered, p) })
	row("placed/s (goodput)", func(p *Phase) string {
		e := p.goodput()
		return fmt.Sprintf("%.0f ± %.0f", e.is*cells, e.within*cells)
	})
	for _, what := range f.outcomes() {
		row(what+"/s", func(p *Phase) string { return rate(p.Ended[what], p) })
	}
	row("answered 202, ended later/s", func(p *Phase) string { return rate(p.Open, p) })
	for _, q := range []float64{0.5, 0.99} {
		row(fmt.Sprintf("checkout p%.0f", 100*q), func(p *Phase) string { return p.answers.estimate(q).String() })
		row(fmt.Sprintf("placed, without the payment, p%.0f", 100*q), func(p *Phase) string { return p.own.estimate(q).String() })
	}
}

// outcomes are what orders came to beside being placed, those of most orders first.
func (f *Figures) outcomes() []string {
	seen := map[string]bool{}
	for _, p := range f.Phases {
		for what := range p.Ended {
			seen[what] = what != Placed
		}
	}
	delete(seen, Placed)
	return slices.SortedFunc(maps.Keys(seen), func(a, b string) int {
		if d := f.Sum(b) - f.Sum(a); d != 0 {
			return int(d)
		}
		return strings.Compare(a, b)
	})
}

// String is in milliseconds or seconds.
func (e estimate) String() string {
	if e.is == 0 {
		return "-"
	}
	return fmt.Sprintf("%s ± %s", short(e.is), short(e.within))
}

func short(seconds float64) string {
	if seconds < 2e-4 { // the first bin
		return "0 s"
	}
	if seconds < 1 {
		return fmt.Sprintf("%.3g ms", 1000*seconds)
	}
	return fmt.Sprintf("%.3g s", seconds)
}

func (f *Figures) printStages(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	defer func() { _ = w.Flush() }()
	fmt.Fprint(w, "\nstage, its tries and waits in it: p50, p99, tries throttled\t")
	for _, p := range f.Phases[1:] {
		fmt.Fprint(w, p.Name, "\t")
	}
	fmt.Fprintln(w)
	for _, name := range []string{"begin", "Quote", "Locate", "Assess", "Claim", "Hold", "Redeem", "Authorize", "Place", "AwaitAction",
		"Fence", "CancelPayment", "ReleaseHold", "ReturnCoupon", "Close"} {
		fmt.Fprint(w, name, "\t")
		for _, p := range f.Phases[1:] {
			s := p.stages[name]
			if s == nil {
				fmt.Fprint(w, "-\t")
				continue
			}
			fmt.Fprintf(w, "%s, %s, %.2g%%\t", short(quantile(s.took.blocks, 0.5).Seconds()), short(quantile(s.took.blocks, 0.99).Seconds()),
				100*s.throttled/max(1, s.tries))
		}
		fmt.Fprintln(w)
	}
}

func (f *Figures) printServices(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	defer func() { _ = w.Flush() }()
	fmt.Fprintln(w, "\nof one cell: environments\treserved\tmost busy\tinvoked\tcold starts\tthrottled\t")
	for _, name := range slices.Sorted(maps.Keys(f.pools)) {
		if p := f.pools[name]; p.invoked+p.throttled > 0 {
			fmt.Fprintf(w, "%s\t%.0f\t%.0f\t%.0f\t%.0f\t%.0f\t\n", name, p.limit, p.most, p.invoked, p.cold, p.throttled)
		}
	}
	fmt.Fprintln(w, "\nof one cell: write units/s\twarm at first\tat the end\tmost served\tunits throttled\t")
	for _, name := range slices.Sorted(maps.Keys(f.writes)) {
		m := f.writes[name]
		fmt.Fprintf(w, "%s\t%.0f\t%.0f\t%.0f\t%.0f\t\n", name, m.warm, m.rate+m.others, m.most, m.refused)
	}
	fmt.Fprintf(w, "payment gateway, writes\t%.0f\t%.0f\t\t%.0f\t\n", f.gateway.rate, f.gateway.rate, f.gateway.refused)
	fmt.Fprintln(w, "\nof one cell: queue\tbatches at once\tdeepest\tempty again after the event\t")
	for _, q := range f.queues {
		fmt.Fprintf(w, "%s\t%.0f\t%.0f\t%s\t\n", q.name, q.most, q.deepest, q.late(f.ends))
	}
}

// late is how long after the event a queue was empty.
func (q *queue) late(ends time.Duration) string {
	switch {
	case q.depth > 0:
		return "never"
	case q.emptied <= ends:
		return "before"
	}
	return (q.emptied - ends).Round(time.Second).String()
}

// balance says that nothing was lost.
func (f *Figures) balance(cells int) string {
	offered, ended := 0.0, 0.0
	for _, p := range f.Phases {
		offered += p.Offered
		for _, n := range p.Ended {
			ended += n
		}
	}
	refused := ended - f.Sum(Placed) - f.Sum(Shed) - f.Sum(Unserved) - f.Sum(Unbegun)
	n := float64(cells)
	return fmt.Sprintf("\n%.0f offered = %.0f placed + %.0f refused for a reason + %.0f shed with 429 + %.0f not invoked (502)\n",
		n*offered, n*f.Sum(Placed), n*refused, n*(f.Sum(Shed)+f.Sum(Unbegun)), n*f.Sum(Unserved))
}
