package inventorymodel_test

import (
	"fmt"
	"os"
	"text/tabwriter"
)

// table prints figures, one run a line.
type table struct {
	*tabwriter.Writer
	note string
}

func newTable() *table {
	w := &table{Writer: tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)}
	fmt.Fprintln(w, "environments\tcentres x shards\tpartitions\tholds/s\tgave up/s\tconflicts/s\t"+
		"retried\tthrottled/s\tprobes a hold\tWCU/s, stock\tof holds\t")
	return w
}

// say notes something beside the next line.
func (w *table) say(note string) { w.note = "  " + note }

func (w *table) add(f figures) {
	s := f.taken.Seconds()
	fmt.Fprintf(w, "%d\t%s\t%d\t%.0f\t%.0f\t%.0f\t%.2f%%\t%.0f\t%.3f\t%.0f\t%.0f\t%s\n", f.environments, f.layout, f.physics.Partitions,
		f.perSecond(), float64(f.failed)/s, float64(f.counts.Conflicts)/s, f.share(f.retried), float64(f.counts.Throttles)/s,
		f.share(f.probes)/100, f.stock, f.orders, w.note)
	w.note = ""
}
