package inventorymodel_test

import (
	"fmt"
	"os"
	"text/tabwriter"
)

// table prints figures, one run a line.
type table struct{ *tabwriter.Writer }

func newTable() table {
	w := table{tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)}
	fmt.Fprintln(w, "environments\tcentres x shards\tpartitions\tholds/s\tgave up/s\tconflicts/s\tretried\tthrottled/s\tprobes a hold\thottest, stock\thottest, holds\t")
	return w
}

func (w table) add(f figures) {
	s := f.taken.Seconds()
	fmt.Fprintf(w, "%d\t%s\t%d\t%.0f\t%.0f\t%.0f\t%.2f%%\t%.0f\t%.3f\t%.0f WCU/s\t%.0f WCU/s\t\n", f.environments, f.layout, f.physics.Partitions,
		f.perSecond(), float64(f.failed)/s, float64(f.counts.Conflicts)/s, f.share(f.retried), float64(f.counts.Throttles)/s,
		f.share(f.probes)/100, f.stock, f.orders)
}
