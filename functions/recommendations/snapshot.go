package recommendations

import (
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/files"
)

// CatalogProduct is what a snapshot of the catalog says of a product.
type CatalogProduct struct {
	ProductID string    `json:"product_id"`
	Title     string    `json:"title"`
	Brand     string    `json:"brand"`
	Category  string    `json:"category"`
	Path      []string  `json:"category_path"` // root first; its last is Category
	UpdatedAt time.Time `json:"updated_at"`
}

// CatalogOffer is what it says of a product's offer in a marketplace.
type CatalogOffer struct {
	ProductID   string `json:"product_id"`
	Marketplace string `json:"marketplace"`
	Price       int64  `json:"price"` // minor units of the marketplace's currency
	InBuyBox    bool   `json:"in_buy_box"`
}

// CatalogDescription is what it says of a product's reviews, or of its words.
type CatalogDescription struct {
	ProductID string `json:"product_id"`
	Rating    int64  `json:"rating,omitempty"` // hundredths of a star
	Reviews   int64  `json:"reviews,omitempty"`
	Meaning   []byte `json:"meaning,omitempty"` // the vector of its words, a number from -127 to 127 a byte
}

// CatalogSource is a table that snapshots are taken of. Page returns lines of one of its parts, from 0, and what the next page goes on
// after, "" on the last.
type CatalogSource struct {
	Name string
	Page func(ctx context.Context, part, parts int, after string) (lines []any, next string, err error)
}

// SnapshotFiles are those of snapshots, in the context's bucket.
type SnapshotFiles interface {
	Files
	// Write stores what it reads. What fails leaves nothing.
	Write(ctx context.Context, key string, from io.Reader) error
}

// Snapshotter takes snapshots of the catalog for training: a pass over whole tables, in parts that are read side by side by calls of
// their own, each in files of its own.
type Snapshotter struct {
	Files   SnapshotFiles
	Sources []CatalogSource
	Now     func() time.Time
	// Pages of a table are read for one file; 0 is 1,000, each of 1 MB.
	Pages int
}

// Snapshot asks for a step of a snapshot: to begin one; to write a part's next file, as long as the part is not done; and, when all
// parts are, to have training read it. The answer to the first has the steps of all parts; that to one of them is its next.
type Snapshot struct {
	Name string `json:"snapshot,omitempty"` // "" begins one
	Of   int    `json:"of,omitempty"`       // parts
	// Hours for which the last snapshot is good enough: within them none is begun, and nothing is to do.
	Hours int `json:"hours,omitempty"`

	Part     int        `json:"part"`
	Cursor   string     `json:"cursor"` // "" begins a part
	Done     bool       `json:"done"`
	Parts    []Snapshot `json:"parts"`
	Complete bool       `json:"complete,omitempty"` // all parts are done
}

// CatalogPointer says which snapshot training reads.
type CatalogPointer struct {
	Snapshot string    `json:"snapshot"`
	At       time.Time `json:"at"` // when it was begun
}

const (
	catalogKey   = "catalog/snapshot.json"
	defaultPages = 1_000
	maxParts     = 1_000
	// snapshotName is how a snapshot is named: by when it was begun, which sorts.
	snapshotName = "20060102T150405Z"
)

var (
	snapshotNames = regexp.MustCompile(`^\d{8}T\d{6}Z$`)
	errSnapshot   = fault.New(fault.Invalid, "invalid_snapshot", "a snapshot is of 1 to %d parts, and named as the one that was begun", maxParts)
)

// Take takes one step. To take it again changes nothing. Errors: invalid_snapshot, invalid_cursor.
func (s Snapshotter) Take(ctx context.Context, in Snapshot) (Snapshot, error) {
	switch {
	case in.Name == "":
		return s.begin(ctx, in)
	case !snapshotNames.MatchString(in.Name):
		return Snapshot{}, errSnapshot
	case in.Complete:
		return in, s.complete(ctx, in.Name)
	case in.Of < 1 || in.Of > maxParts || in.Part < 0 || in.Part >= in.Of:
		return Snapshot{}, errSnapshot
	case in.Done:
		return in, nil
	}
	return s.part(ctx, in)
}

func (s Snapshotter) begin(ctx context.Context, in Snapshot) (Snapshot, error) {
	if in.Of < 1 || in.Of > maxParts {
		return Snapshot{}, errSnapshot
	}
	var last CatalogPointer
	if err := readJSON(ctx, s.Files, catalogKey, &last); err != nil && !errors.Is(err, files.ErrMissing) {
		return Snapshot{}, err
	}
	now := s.Now().UTC()
	if last.Snapshot != "" && now.Sub(last.At) < time.Duration(in.Hours)*time.Hour {
		return Snapshot{Name: last.Snapshot, Complete: true, Parts: []Snapshot{}}, nil
	}
	out := Snapshot{Name: now.Format(snapshotName)}
	for n := range in.Of {
		out.Parts = append(out.Parts, Snapshot{Name: out.Name, Of: in.Of, Part: n})
	}
	return out, nil
}

// complete has training read a snapshot, unless it reads that one or a younger one.
func (s Snapshotter) complete(ctx context.Context, name string) error {
	var last CatalogPointer
	if err := readJSON(ctx, s.Files, catalogKey, &last); err != nil && !errors.Is(err, files.ErrMissing) {
		return err
	}
	if last.Snapshot >= name {
		return nil
	}
	at, err := time.Parse(snapshotName, name)
	if err != nil {
		return errSnapshot
	}
	body, err := json.Marshal(CatalogPointer{name, at})
	if err != nil {
		return fmt.Errorf("write pointer: %w", err)
	}
	return s.Files.Put(ctx, catalogKey, body)
}

// part writes a part's next file. A cursor has the table, the file's number in it, and what its first page goes on after.
func (s Snapshotter) part(ctx context.Context, in Snapshot) (Snapshot, error) {
	if in.Cursor == "" {
		in.Cursor = s.Sources[0].Name + ":0:"
	}
	name, rest, _ := strings.Cut(in.Cursor, ":")
	number, after, _ := strings.Cut(rest, ":")
	n, err := strconv.Atoi(number)
	at := slices.IndexFunc(s.Sources, func(x CatalogSource) bool { return x.Name == name })
	if err != nil || n < 0 || at < 0 {
		return Snapshot{}, errCursor
	}
	next, err := s.write(ctx, fmt.Sprintf("catalog/%s/%s/%04d-%06d.jsonl.gz", in.Name, name, in.Part, n), s.Sources[at], in, after)
	if err != nil {
		return Snapshot{}, fmt.Errorf("snapshot %s: %w", name, err)
	}
	switch {
	case next != "":
		in.Cursor = fmt.Sprintf("%s:%d:%s", name, n+1, next)
	case at+1 < len(s.Sources):
		in.Cursor = s.Sources[at+1].Name + ":0:"
	default:
		in.Cursor, in.Done = "", true
	}
	return in, nil
}

// write writes pages to a file as they are read, so that a file may be larger than memory.
func (s Snapshotter) write(ctx context.Context, key string, source CatalogSource, in Snapshot, after string) (next string, err error) {
	g, ctx := errgroup.WithContext(ctx)
	r, w := io.Pipe()
	g.Go(func() error {
		err := s.Files.Write(ctx, key, r)
		_ = r.CloseWithError(cmp.Or(err, io.ErrClosedPipe)) // so that the other does not wait for a reader
		return err
	})
	g.Go(func() (err error) {
		next, err = s.pages(ctx, w, source, in, after)
		_ = w.CloseWithError(err)
		return err
	})
	err = g.Wait()
	return next, err
}

func (s Snapshotter) pages(ctx context.Context, into io.Writer, source CatalogSource, in Snapshot, after string) (string, error) {
	zipped := gzip.NewWriter(into)
	line := json.NewEncoder(zipped)
	for range cmp.Or(s.Pages, defaultPages) {
		lines, next, err := source.Page(ctx, in.Part, in.Of, after)
		if err != nil {
			return "", err
		}
		for _, l := range lines {
			if err := line.Encode(l); err != nil {
				return "", fmt.Errorf("write lines: %w", err)
			}
		}
		if after = next; after == "" {
			break
		}
	}
	return after, zipped.Close()
}
