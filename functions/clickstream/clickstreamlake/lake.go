package clickstreamlake

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"rialto/functions/clickstream"
	"rialto/functions/internal/bucket"
)

// The lake's folders.
const (
	raw       = "raw"       // rows as they came, some more than once
	settled   = "events"    // each event once
	bots      = "bots"      // what bots did
	conflicts = "conflicts" // other payloads under an id that is taken
	invalid   = "invalid"   // what is no event
	tallies   = "tallies"   // what became of what came
)

// Files keeps objects.
type Files interface {
	Write(ctx context.Context, key string, from io.Reader) error
	Read(ctx context.Context, key string) ([]byte, error)
	List(ctx context.Context, prefix string) ([]bucket.Listed, error)
	Delete(ctx context.Context, key string) error
}

// Lake is the files of the lake.
type Lake struct{ Files Files }

const hourForm = "date=2006-01-02/hour=15"

// folder is where an hour's files of a kind are, as Hive and Spark know partitions.
func folder(kind string, hour time.Time) string {
	return kind + "/" + hour.UTC().Format(hourForm) + "/"
}

// spanKey names a file by what part of the stream is in it, so that the same part writes the same file.
func spanKey(kind string, hour time.Time, s clickstream.Span, ending string) string {
	return folder(kind, hour) + s.Shard + "-" + s.First + "-" + s.Last + ending
}

func (l Lake) put(ctx context.Context, key string, content []byte) error {
	return l.Files.Write(ctx, key, bytes.NewReader(content))
}

func (l Lake) putRows(ctx context.Context, key string, rows []clickstream.Row) error {
	file, err := encode(rows)
	if err != nil {
		return err
	}
	return l.put(ctx, key, file)
}

// WriteRaw implements clickstream.Lake.
func (l Lake) WriteRaw(ctx context.Context, hour time.Time, s clickstream.Span, rows []clickstream.Row) error {
	return l.putRows(ctx, spanKey(raw, hour, s, ".parquet"), rows)
}

// WriteInvalid implements clickstream.Lake: one JSON object a line, compressed.
func (l Lake) WriteInvalid(ctx context.Context, received time.Time, s clickstream.Span, list []clickstream.Invalid) error {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	lines := json.NewEncoder(z)
	for _, i := range list {
		if err := lines.Encode(i); err != nil {
			return fmt.Errorf("write line: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("compress: %w", err)
	}
	return l.put(ctx, spanKey(invalid, received, s, ".jsonl.gz"), b.Bytes())
}

// WriteTally implements clickstream.Lake.
func (l Lake) WriteTally(ctx context.Context, received time.Time, s clickstream.Span, t clickstream.Tally) error {
	text, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("tally: %w", err)
	}
	return l.put(ctx, spanKey(tallies, received, s, ".json"), append(text, '\n'))
}

// Day lists a day's hours of each shard, and when raw rows and the settled ones were last written.
func (l Lake) Day(ctx context.Context, day time.Time) ([]clickstream.Part, error) {
	found := map[clickstream.Part]*clickstream.Part{}
	var order []*clickstream.Part
	for _, kind := range []string{raw, settled} {
		objects, err := l.Files.List(ctx, kind+"/"+day.UTC().Format("date=2006-01-02")+"/")
		if err != nil {
			return nil, err
		}
		for _, o := range objects {
			hour, shard, ok := partOf(kind, o.Key)
			if !ok {
				continue
			}
			p := found[clickstream.Part{Hour: hour, Shard: shard}]
			if p == nil {
				p = &clickstream.Part{Hour: hour, Shard: shard}
				found[*p] = p
				order = append(order, p)
			}
			if kind == settled {
				p.SettledAt = o.Modified
			} else if o.Modified.After(p.ChangedAt) {
				p.ChangedAt = o.Modified
			}
		}
	}
	parts := make([]clickstream.Part, 0, len(order))
	for _, p := range order {
		parts = append(parts, *p)
	}
	return parts, nil
}

// partOf reads the hour and the shard of a file's name. A shard's own name has no place for the two numbers that follow it.
func partOf(kind, key string) (hour time.Time, shard string, ok bool) {
	dir, file := path.Split(strings.TrimPrefix(key, kind+"/"))
	hour, err := time.Parse(hourForm, strings.TrimSuffix(dir, "/"))
	name, parquet := strings.CutSuffix(file, ".parquet")
	if err != nil || !parquet {
		return time.Time{}, "", false
	}
	if kind == settled {
		return hour, name, true
	}
	for range 2 {
		i := strings.LastIndexByte(name, '-')
		if i <= 0 {
			return time.Time{}, "", false
		}
		name = name[:i]
	}
	return hour, name, true
}

// Raw reads all raw rows of an hour of a shard.
func (l Lake) Raw(ctx context.Context, hour time.Time, shard string) ([]clickstream.Row, error) {
	objects, err := l.Files.List(ctx, folder(raw, hour)+shard+"-")
	if err != nil {
		return nil, err
	}
	var rows []clickstream.Row
	for _, o := range objects {
		file, err := l.Files.Read(ctx, o.Key)
		if err != nil {
			return nil, err
		}
		more, err := decode(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", o.Key, err)
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

// Settled reads the events of an hour of a shard as they were settled last.
func (l Lake) Settled(ctx context.Context, hour time.Time, shard string) ([]clickstream.Row, error) {
	file, err := l.Files.Read(ctx, folder(settled, hour)+shard+".parquet")
	if err != nil {
		return nil, err
	}
	return decode(file)
}

// Settle writes an hour of a shard in order, in place of what was written of it before. The events come last: that they are
// there says that all is.
func (l Lake) Settle(ctx context.Context, hour time.Time, shard string, s clickstream.Settled) error {
	for _, part := range []struct {
		kind string
		rows []clickstream.Row
	}{{bots, s.Bots}, {conflicts, s.Conflicts}, {settled, s.Events}} {
		key := folder(part.kind, hour) + shard + ".parquet"
		if len(part.rows) == 0 && part.kind != settled {
			if err := l.Files.Delete(ctx, key); err != nil {
				return err
			}
			continue
		}
		if err := l.putRows(ctx, key, part.rows); err != nil {
			return err
		}
	}
	return nil
}
