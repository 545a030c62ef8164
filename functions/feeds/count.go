package feeds

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"rialto/functions/internal/chunks"
	"rialto/functions/internal/rows"
)

// Mark is what is kept of a counted chunk.
type Mark struct {
	Number int64 `dynamodbav:"number"`
	Tally
}

// CounterStore is what counting needs of the store.
type CounterStore interface {
	FeedReader
	// Count adds chunks to their feed, each once; one that was given up may come again and be counted instead. It returns
	// the feed as it is then, and whether anything was added.
	Count(ctx context.Context, feedID string, marks []Mark, now time.Time) (Feed, bool, error)
	// Refused lists the counted chunks with refused rows in the file's order.
	Refused(ctx context.Context, feedID string, each func(m Mark) error) error
	// Finish ends a feed unless it failed, and keeps what was refused, by reason.
	Finish(ctx context.Context, feedID string, as State, refused []Group, now time.Time) error
}

// Files keeps reports and their parts.
type Files interface {
	Read(ctx context.Context, key string) ([]byte, error)
	// Write stores what it reads, in memory that does not grow with it.
	Write(ctx context.Context, key string, from io.Reader) error
}

// Counter counts results and makes reports of them.
type Counter struct {
	Store  CounterStore
	Files  Files
	Queues Queues
	Now    func() time.Time
}

// partKey names the refused rows of a chunk as it was counted: a result with more rows given up, which comes late and
// is not counted, overwrites nothing.
func partKey(feedID string, m Mark) string {
	return fmt.Sprintf("parts/%s/%08d-%d.csv", feedID, m.Number, m.Dead)
}

// Count takes results on chunks of one feed. Refused rows are written before their chunk is counted, so that what is
// counted can be reported; the last chunk has the report made.
func (c *Counter) Count(ctx context.Context, feedID string, results []chunks.Result) error {
	marks := make([]Mark, len(results))
	g, gctx := errgroup.WithContext(ctx)
	for i, a := range results {
		marks[i] = Mark{a.Number, Tally{int64(a.Rows), int64(a.Written), int64(a.Unchanged), int64(len(a.Refused)), int64(a.Dead)}}
		if len(a.Refused) > 0 {
			g.Go(func() error { return c.Files.Write(gctx, partKey(feedID, marks[i]), bytes.NewReader(lines(a.Refused))) })
		}
	}
	if err := g.Wait(); err != nil {
		return fmt.Errorf("write refused rows: %w", err)
	}
	f, added, err := c.Store.Count(ctx, feedID, marks, c.Now())
	if err != nil {
		return fmt.Errorf("count chunks: %w", err)
	}
	if f.Counted() && f.State != Failed && (added || !f.State.Over()) {
		return c.Queues.Assemble(ctx, feedID)
	}
	return nil
}

const (
	reportHeader = "line,code,message\n"
	// partsAtOnce is how many parts are read at once.
	partsAtOnce = 16
	// clipped is the longest message of a row in a report, in characters.
	clipped = 500
)

// Assemble puts a feed's report together, and ends the feed. It may be repeated.
func (c *Counter) Assemble(ctx context.Context, feedID string) error {
	f, err := c.Store.Feed(ctx, feedID)
	if err != nil || !f.Counted() || f.State == Failed {
		return err
	}
	refused := groups{}
	r, w := io.Pipe()
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		err := c.join(gctx, f, w, refused)
		w.CloseWithError(err)
		return err
	})
	g.Go(func() error {
		err := c.Files.Write(gctx, f.ReportKey(), r)
		r.CloseWithError(err)
		return err
	})
	if err := g.Wait(); err != nil {
		return fmt.Errorf("assemble report: %w", err)
	}
	return c.Store.Finish(ctx, feedID, f.Outcome(), refused.list(), c.Now())
}

// join writes a report, part by part, and gathers its lines by reason.
func (c *Counter) join(ctx context.Context, f Feed, to io.Writer, refused groups) error {
	if _, err := io.WriteString(to, reportHeader); err != nil {
		return err
	}
	var marks []Mark
	flush := func() error {
		parts := make([][]byte, len(marks))
		g, gctx := errgroup.WithContext(ctx)
		for i, m := range marks {
			g.Go(func() (err error) { parts[i], err = c.Files.Read(gctx, partKey(f.ID, m)); return err })
		}
		if err := g.Wait(); err != nil {
			return err
		}
		marks = marks[:0]
		for _, p := range parts {
			if err := refused.add(p); err != nil {
				return err
			}
			if _, err := to.Write(p); err != nil {
				return err
			}
		}
		return nil
	}
	err := c.Store.Refused(ctx, f.ID, func(m Mark) error {
		if marks = append(marks, m); len(marks) < partsAtOnce {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	return flush()
}

// lines writes refused rows as they stand in a report.
func lines(refused []rows.Result) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	for _, f := range refused {
		message := f.Message
		if f.Retry {
			message = "given up after every try; operators are told: " + message
		}
		// A Buffer takes all that is written to it.
		_ = w.Write([]string{strconv.Itoa(f.Line), escapeFormula(f.Code), escapeFormula(clip(message, clipped))})
	}
	w.Flush()
	return b.Bytes()
}

// escapeFormula keeps a cell from being taken for a formula by what opens the report
// (owasp.org/www-community/attacks/CSV_Injection).
func escapeFormula(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
