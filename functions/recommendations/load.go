package recommendations

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/files"
)

// Part asks for the next part of a model to be loaded. The answer, handed back, asks for the one after it.
type Part struct {
	Version string `json:"version"`
	Cursor  string `json:"cursor"` // "" begins
	Done    bool   `json:"done"`
}

// Tables takes what a model says of products and customers. To write it again changes nothing.
type Tables interface {
	PutNeighbours(ctx context.Context, version string, list []Neighbours) error
	PutPopular(ctx context.Context, version string, list []Popular) error
	PutCustomers(ctx context.Context, version string, list []Customer) error
	// Serve says which version serves.
	Serve(ctx context.Context, version string) error
}

// Vectors takes products' vectors, an index for each version.
type Vectors interface {
	// Prepare makes a version's index, if it is not there.
	Prepare(ctx context.Context, version string) error
	Put(ctx context.Context, version string, list []ProductVector) error
	// Keep deletes the indexes of all versions but some, one at least, and those that came after them.
	Keep(ctx context.Context, versions ...string) error
}

// Loader brings a model to where it is served from.
type Loader struct {
	Files   Files
	Tables  Tables
	Vectors Vectors
	// Bytes of a file are loaded at once, at most; 0 is 25 MB.
	Bytes int64
}

const (
	partBytes = 25 << 20
	lineBatch = 500
)

var (
	errCursor      = fault.New(fault.Invalid, "invalid_cursor", "there is no such part")
	errNotAccepted = fault.New(fault.Conflict, "model_not_accepted", "the gate did not let this model serve")
)

// Load loads one part. Errors: invalid_version, invalid_cursor, model_not_accepted.
func (l Loader) Load(ctx context.Context, in Part) (Part, error) {
	if err := accepted(ctx, l.Files, in.Version); err != nil {
		return Part{}, err
	}
	file, from, err := position(in.Cursor)
	if err != nil {
		return Part{}, err
	}
	m, err := readManifest(ctx, l.Files, in.Version)
	if err != nil {
		return Part{}, err
	}
	if in.Cursor == "" {
		if err := l.Vectors.Prepare(ctx, in.Version); err != nil {
			return Part{}, err
		}
	}
	to, err := l.lines(ctx, in.Version, file, from)
	if err != nil {
		return Part{}, fmt.Errorf("load %s: %w", file, err)
	}
	if to < m.Files[file].Bytes {
		return Part{in.Version, file + ":" + strconv.FormatInt(to, 10), false}, nil
	}
	next := slices.Index(lineFiles, file) + 1
	if next == len(lineFiles) {
		return Part{in.Version, "", true}, nil
	}
	return Part{in.Version, lineFiles[next] + ":0", false}, nil
}

// accepted tells whether the gate let a version serve. Errors: invalid_version, model_not_accepted.
func accepted(ctx context.Context, from Files, version string) error {
	if !versions.MatchString(version) {
		return errVersion
	}
	var v Verdict
	err := readJSON(ctx, from, verdictKey(version, true), &v)
	if errors.Is(err, files.ErrMissing) || err == nil && !v.Accepted {
		return errNotAccepted
	}
	return err
}

func position(cursor string) (file string, from int64, err error) {
	if cursor == "" {
		return lineFiles[0], 0, nil
	}
	file, at, _ := strings.Cut(cursor, ":")
	from, err = strconv.ParseInt(at, 10, 64)
	if err != nil || from < 0 || !slices.Contains(lineFiles, file) {
		return "", 0, errCursor
	}
	return file, from, nil
}

// lines loads whole lines from a position on, and returns where the next begins.
func (l Loader) lines(ctx context.Context, version, file string, from int64) (to int64, err error) {
	r, err := l.Files.Stream(ctx, fileOf(version, file), from)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	most := l.Bytes
	if most == 0 {
		most = partBytes
	}
	to = from
	var batch []any
	for in := bufio.NewReader(r); to-from < most; {
		line, err := in.ReadBytes('\n')
		if len(line) > 0 {
			to += int64(len(line))
			x, bad := readLine(file, bytes.TrimSpace(line))
			if bad != nil {
				return 0, bad
			}
			batch = append(batch, x)
		}
		if len(batch) == lineBatch || len(batch) > 0 && err != nil {
			if err := l.put(ctx, version, batch); err != nil {
				return 0, err
			}
			batch = nil
		}
		if err == io.EOF {
			return to, nil
		}
		if err != nil {
			return 0, err
		}
	}
	return to, l.put(ctx, version, batch)
}

// put writes lines of one kind.
func (l Loader) put(ctx context.Context, version string, batch []any) error {
	if len(batch) == 0 {
		return nil
	}
	switch batch[0].(type) {
	case Neighbours:
		return l.Tables.PutNeighbours(ctx, version, of[Neighbours](batch))
	case Popular:
		return l.Tables.PutPopular(ctx, version, of[Popular](batch))
	case Customer:
		return l.Tables.PutCustomers(ctx, version, of[Customer](batch))
	}
	return l.Vectors.Put(ctx, version, of[ProductVector](batch))
}

func of[T any](batch []any) (list []T) {
	for _, x := range batch {
		if v, ok := x.(T); ok {
			list = append(list, v)
		}
	}
	return list
}
