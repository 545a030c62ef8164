package recommendations

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"rialto/functions/internal/fault"
)

// Release says which model is to serve: a version, or the one before the one that serves.
type Release struct {
	Version  string `json:"version,omitempty"`
	Rollback bool   `json:"rollback,omitempty"`
}

// Releaser points to the model that serves.
type Releaser struct {
	Files   Files
	Tables  Tables
	Vectors Vectors
	// Experiments tells which one runs: the vectors of its variants stay.
	Experiments Experiments
	Now         func() time.Time
}

var errNoPrevious = fault.New(fault.NotFound, "nothing_kept", "no model served before this one")

// Serve has a model serve that was accepted and loaded, or goes back to the one before. What serves already is a success. Of
// what came before both the vectors are deleted, but for those that an experiment serves. Errors: invalid_version, model_not_accepted, nothing_kept.
func (r Releaser) Serve(ctx context.Context, in Release) (Pointer, error) {
	p, err := readPointer(ctx, r.Files)
	if err != nil {
		return Pointer{}, err
	}
	if in.Rollback {
		if in.Version = p.Previous; in.Version == "" {
			return Pointer{}, errNoPrevious
		}
	}
	if err := accepted(ctx, r.Files, in.Version); err != nil {
		return Pointer{}, err
	}
	if p.Version != in.Version {
		p = Pointer{Version: in.Version, Previous: p.Version, At: r.Now().UTC()}
		body, err := json.Marshal(p)
		if err != nil {
			return Pointer{}, fmt.Errorf("write pointer: %w", err)
		}
		if err := r.Files.Put(ctx, pointerKey, body); err != nil {
			return Pointer{}, err
		}
	}
	if err := r.Tables.Serve(ctx, p.Version); err != nil { // which is what the shelves look at
		return Pointer{}, err
	}
	e, err := r.Experiments.Running(ctx)
	if err != nil {
		return Pointer{}, err
	}
	return p, r.Vectors.Keep(ctx, keeping(e, p.Version, p.Previous)...)
}
