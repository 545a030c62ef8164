package recommendations

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/files"
)

// Unit is what an experiment assigns variants to, as the lake names it: a session, or a customer who agreed to a profile.
type Unit string

// The units.
const (
	BySession  Unit = "session"
	ByCustomer Unit = "customer"
)

// Variant is one way to recommend that an experiment compares; the first of them is the control.
type Variant struct {
	Name    string `json:"variant"`
	Share   int    `json:"share"`             // of buckets units
	Version string `json:"version,omitempty"` // the model that serves, "" for the one that serves everybody else
	Blended bool   `json:"blended,omitempty"` // ranked by Blend, not by the model's trees
}

// Experiment compares variants between units, or, interleaved, the rankers of two variants within each unit's shelf. Who is in none of the
// shares takes no part.
type Experiment struct {
	ID       string    `json:"experiment_id"`
	Unit     Unit      `json:"unit"`
	Variants []Variant `json:"variants"`
	// Interleaved has all units see one list of what both rankers chose, over the candidates and features of the model that serves.
	Interleaved bool      `json:"interleaved,omitempty"`
	From        time.Time `json:"from"`
	To          time.Time `json:"to,omitzero"` // zero while it runs
}

// Assigned is the variant that an answer was made by. Who shows the answer tells of it by an event of that id (experience_impression),
// which is the same for a session however often it is told.
type Assigned struct {
	ExperimentID string
	Variant      string
	ExposureID   string
}

// buckets are what units are spread over. They come of 48 bits, so that none is likelier than another by more than one in 28 billion.
const buckets = 10_000

// bucket of a unit: its place in an experiment, which says nothing of its place in another.
func (e Experiment) bucket(unit string) int {
	sum := sha256.Sum256([]byte(e.ID + "\n" + unit))
	return int(binary.BigEndian.Uint64(sum[:8]) >> 16 % buckets)
}

// variant of a unit, the same each time; none of who takes no part. experiment.py reckons the same.
func (e Experiment) variant(unit string) (Variant, bool) {
	if unit == "" {
		return Variant{}, false
	}
	place := e.bucket(unit)
	for _, v := range e.Variants {
		if place -= v.Share; place < 0 {
			return v, true
		}
	}
	return Variant{}, false
}

func (e Experiment) exposure(session string) string {
	sum := sha256.Sum256([]byte("exposure\n" + e.ID + "\n" + session))
	return hex.EncodeToString(sum[:16])
}

// experimentName is also that of variants; the lake has the two as one, parted by a colon.
var experimentName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)

// maxVariants of an experiment.
const maxVariants = 5

var (
	errExperiment = fault.New(fault.Invalid, "invalid_experiment", "an experiment has an id of small letters, digits and hyphens, unit session or "+
		"customer, and 2 to %d variants of different names, whose shares come to %d at most; of an interleaved one they are 2 that do not rank alike",
		maxVariants, buckets)
	errVariantModel    = fault.New(fault.Conflict, "model_not_kept", "a variant's model must be the one that serves or the one before")
	errExperimentRuns  = fault.New(fault.Conflict, "experiment_running", "another experiment runs; stop it first")
	errExperimentUsed  = fault.New(fault.Conflict, "experiment_id_used", "there was an experiment of this id; its units would come together again")
	errNothingToChange = fault.New(fault.NotFound, "experiment_not_running", "no experiment runs")
)

func (e Experiment) valid() bool {
	names, sum := map[string]bool{}, 0
	for _, v := range e.Variants {
		if !experimentName.MatchString(v.Name) || names[v.Name] || v.Share < 1 || v.Version != "" && !versions.MatchString(v.Version) {
			return false
		}
		names[v.Name] = true
		sum += v.Share
	}
	if e.Interleaved && (len(e.Variants) != 2 || e.Variants[0].sameRanker(e.Variants[1])) {
		return false
	}
	return experimentName.MatchString(e.ID) && (e.Unit == BySession || e.Unit == ByCustomer) && len(names) >= 2 && len(names) <= maxVariants &&
		sum <= buckets
}

// sameRanker tells whether two variants rank alike, which comparing tells nothing of.
func (v Variant) sameRanker(other Variant) bool {
	return v.Blended && other.Blended || v.Blended == other.Blended && v.Version == other.Version
}

// versions are the models that variants name.
func (e Experiment) versions() (list []string) {
	for _, v := range e.Variants {
		if v.Version != "" {
			list = append(list, v.Version)
		}
	}
	return list
}

// Experiments keeps the experiment that runs.
type Experiments interface {
	// Running is the zero Experiment where none runs.
	Running(ctx context.Context) (Experiment, error)
	Run(ctx context.Context, e Experiment) error
}

// ExperimentChange starts an experiment or stops the one that runs; neither tells which one runs.
type ExperimentChange struct {
	Start *Experiment `json:"start,omitempty"`
	Stop  bool        `json:"stop,omitempty"`
}

// Experimenter starts and stops experiments, one at a time: two at once over one shelf would each measure the other.
type Experimenter struct {
	Files       Files
	Experiments Experiments
	Now         func() time.Time
}

// Change returns the experiment that it started or stopped, or that runs. Errors: invalid_experiment, model_not_kept,
// experiment_running, experiment_id_used, experiment_not_running.
func (x Experimenter) Change(ctx context.Context, in ExperimentChange) (Experiment, error) {
	running, err := x.Experiments.Running(ctx)
	switch {
	case err != nil:
		return Experiment{}, err
	case in.Start != nil:
		return x.start(ctx, running, *in.Start)
	case running.ID == "":
		return Experiment{}, errNothingToChange
	case !in.Stop:
		return running, nil
	}
	running.To = x.Now().UTC()
	if err := x.record(ctx, running); err != nil {
		return Experiment{}, err
	}
	return running, x.Experiments.Run(ctx, Experiment{})
}

func (x Experimenter) start(ctx context.Context, running, e Experiment) (Experiment, error) {
	e.From, e.To = x.Now().UTC(), time.Time{}
	if !e.valid() {
		return Experiment{}, errExperiment
	}
	if running.ID != "" {
		return Experiment{}, errExperimentRuns
	}
	p, err := readPointer(ctx, x.Files)
	if err != nil {
		return Experiment{}, err
	}
	for _, v := range e.versions() {
		if v != p.Version && v != p.Previous { // of others the vectors are gone
			return Experiment{}, errVariantModel
		}
	}
	var before Experiment
	err = readJSON(ctx, x.Files, experimentKey(e.ID), &before)
	switch {
	case errors.Is(err, files.ErrMissing):
	case err != nil:
		return Experiment{}, err
	case !before.To.IsZero(): // one without an end was recorded and never ran
		return Experiment{}, errExperimentUsed
	}
	if err := x.record(ctx, e); err != nil {
		return Experiment{}, err
	}
	return e, x.Experiments.Run(ctx, e)
}

// experimentKey is where an experiment is recorded for who reports on it, and that its id is used.
func experimentKey(id string) string { return "experiments/" + id + ".json" }

func (x Experimenter) record(ctx context.Context, e Experiment) error {
	body, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("write experiment: %w", err)
	}
	return x.Files.Put(ctx, experimentKey(e.ID), body)
}

// assign has a call be served by the variant that the running experiment has for it.
func (c *call) assign() {
	session, e := c.Pseudonyms.Session(c.Request.Session), c.experiment
	unit := session
	if e.Unit == ByCustomer {
		unit = c.subject
	}
	v, there := e.variant(unit)
	if !there || session == "" { // without a session nobody can tell that it was shown
		return
	}
	if e.Interleaved {
		c.between = unit
		c.assigned = []Assigned{{e.ID, Interleaved, e.exposure(session)}}
		return
	}
	if v.Version != "" {
		c.version = v.Version
	}
	c.blended = v.Blended
	c.assigned = []Assigned{{e.ID, v.Name, e.exposure(session)}}
}

// keeping are the versions whose vectors stay: those and the running experiment's.
func keeping(e Experiment, list ...string) []string {
	for _, v := range e.versions() {
		if !slices.Contains(list, v) {
			list = append(list, v)
		}
	}
	return list
}
