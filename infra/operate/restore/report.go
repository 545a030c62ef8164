package restore

import (
	"fmt"
	"io"
	"time"
)

// Print tells what came of a drill, and what a restore of its table would leave to be done.
func (c *Client) Print(out io.Writer, o Options, r Report) {
	how := "restored to " + r.At.Format(time.DateTime) + " UTC"
	if c.local {
		how = "copied by a scan (the local cloud has no restore to a point in time)"
	}
	fmt.Fprintf(out, "%s  %s, with its indexes, in %.1f s\n", r.Copy, how, r.Restored.Seconds())
	looked := "every item was compared"
	if !r.Whole {
		looked = "a sample was compared, spread over both tables (ITEMS=0 for all)"
	}
	fmt.Fprintf(out, "%s, in %.1f s: of the copy's %d items %d are as they were, %d have changed since and %d are gone; of the table's %d, %d are new\n",
		looked, r.Compared.Seconds(), r.Copied(), r.Same, r.Changed, r.Gone, r.Live, r.New)
	s, err := stepsOf(o.Table)
	if err != nil { // Drill has refused it
		return
	}
	fmt.Fprintf(out, "were %s restored whole: %s\n", s.Table, s.After)
	if s.Never != "" {
		fmt.Fprintf(out, "its items are not put back one by one: %s\n", s.Never)
	}
	if o.Keep {
		fmt.Fprintf(out, "the copy stays until the next drill of %s; make restore TABLE=%s KEY=… puts items back from it\n", s.Table, s.Table)
	}
}
