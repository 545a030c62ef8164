package build

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// Report prints the results as an aligned table.
func Report(out io.Writer, arch string, results []Result) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "%s\tbinary MB\tzip MB\tseconds\t\t\n", arch)
	for _, r := range results {
		note := "unchanged"
		if r.Changed {
			note = "new"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t\n", r.Context, megabytes(r.Binary), megabytes(r.Zip), r.Took.Round(100*time.Millisecond), note)
	}
	_ = w.Flush() // a report that cannot be printed fails nothing
}

func megabytes(n int64) string { return fmt.Sprintf("%.2f", float64(n)/1e6) }
