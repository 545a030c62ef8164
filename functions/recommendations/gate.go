package recommendations

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/files"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/xgboost"
	"rialto/functions/marketplaces"
)

// Files are those of models, in the context's bucket.
type Files interface {
	// Stream reads a file from a position on. It fails with files.ErrMissing if there is none.
	Stream(ctx context.Context, key string, from int64) (io.ReadCloser, error)
	Put(ctx context.Context, key string, body []byte) error
}

// Version names a model.
type Version struct {
	Version string `json:"version"`
}

// Verdict is the gate's.
type Verdict struct {
	Version  string    `json:"version"`
	Accepted bool      `json:"accepted"`
	Reasons  []string  `json:"reasons,omitempty"` // why it was refused
	At       time.Time `json:"at"`
}

// Gate lets models serve.
type Gate struct {
	Files Files
	Now   func() time.Time
}

// versions are at most so long that an answer's id has room for one.
var versions = regexp.MustCompile(`^[A-Za-z0-9-]{1,32}$`)

var errVersion = fault.New(fault.Invalid, "invalid_version", "a version has 1 to 32 letters, digits and hyphens").
	With(fault.Field{Pointer: "/version", Code: "bad_format", Message: "must have 1 to 32 letters, digits and hyphens"})

const (
	schema = 1
	// maxSmall is how large a manifest or a ranker may be.
	maxSmall = 200 << 20
	// maxLine is how long a line of a file may be: a customer with 200 purchases has some 10 KB.
	maxLine = 1 << 20
	// maxReasons are written down; a file that is bad is bad in every line.
	maxReasons = 20
)

// verdictKey is where the gate's word on a model stands.
func verdictKey(version string, accepted bool) string {
	if accepted {
		return fileOf(version, "accepted.json")
	}
	return fileOf(version, "refused.json")
}

// Judge looks at a model, writes its verdict beside it, and returns it. A model that is bad is a verdict, and no error. Errors:
// invalid_version.
func (g Gate) Judge(ctx context.Context, in Version) (Verdict, error) {
	if !versions.MatchString(in.Version) {
		return Verdict{}, errVersion
	}
	reasons, err := g.flaws(ctx, in.Version)
	if err != nil {
		return Verdict{}, err
	}
	v := Verdict{Version: in.Version, Accepted: len(reasons) == 0, Reasons: reasons[:min(maxReasons, len(reasons))], At: g.Now().UTC()}
	body, err := json.Marshal(v)
	if err != nil {
		return Verdict{}, fmt.Errorf("write verdict: %w", err)
	}
	if err := g.Files.Put(ctx, verdictKey(in.Version, v.Accepted), body); err != nil {
		return Verdict{}, err
	}
	if !v.Accepted {
		slog.ErrorContext(ctx, "model refused", "alarm", "model-refused", "version", v.Version, "reasons", v.Reasons)
	}
	return v, nil
}

// flaws lists what is wrong with a model; an error says that it could not be looked at.
func (g Gate) flaws(ctx context.Context, version string) (flaws []string, err error) {
	m, err := readManifest(ctx, g.Files, version)
	if isFlaw(err) {
		return []string{"manifest.json: " + fault.Of(err).Message}, nil
	}
	if err != nil {
		return nil, err
	}
	p, err := readPointer(ctx, g.Files)
	if err != nil {
		return nil, err
	}
	flaws = append(m.flaws(version), m.worse(p.Version != "" && p.Version != version)...)
	trees, err := ReadRanker(ctx, g.Files, version)
	switch {
	case isFlaw(err):
		flaws = append(flaws, rankerFile+": "+fault.Of(err).Message)
	case err != nil:
		return nil, err
	case !slices.Equal(trees.Names(), m.Features):
		flaws = append(flaws, "the manifest names other features than the ranker")
	}
	for _, name := range append([]string{rankerFile}, lineFiles...) {
		if _, listed := m.Files[name]; !listed {
			continue // which is a flaw already
		}
		flaw, err := g.file(ctx, m, name)
		if err != nil {
			return nil, err
		}
		if flaw != "" {
			flaws = append(flaws, name+": "+flaw)
		}
	}
	return flaws, nil
}

// isFlaw tells an error about what a model is from one about the way to it.
func isFlaw(err error) bool {
	kind := fault.Of(err).Kind
	return err != nil && (kind == fault.Invalid || kind == fault.Malformed || kind == fault.NotFound)
}

// readManifest reads a version's manifest. Errors: file_missing, malformed_manifest.
func readManifest(ctx context.Context, from Files, version string) (m Manifest, err error) {
	err = readJSON(ctx, from, fileOf(version, "manifest.json"), &m)
	return m, err
}

// readPointer reads which model serves, the zero Pointer for none yet.
func readPointer(ctx context.Context, from Files) (p Pointer, err error) {
	if err = readJSON(ctx, from, pointerKey, &p); errors.Is(err, files.ErrMissing) {
		return Pointer{}, nil
	}
	return p, err
}

var errJSON = fault.New(fault.Malformed, "malformed_file", "it is cut short, or not what it is to be")

func readJSON(ctx context.Context, from Files, key string, into any) error {
	body, err := readAll(ctx, from, key)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, into); err != nil {
		return errJSON.Because(err)
	}
	return nil
}

var errLarge = fault.New(fault.Invalid, "file_too_large", "it is too large")

func readAll(ctx context.Context, from Files, key string) ([]byte, error) {
	r, err := from.Stream(ctx, key, 0)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	body, err := io.ReadAll(io.LimitReader(r, maxSmall+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", key, err)
	}
	if len(body) > maxSmall {
		return nil, errLarge
	}
	return body, nil
}

// ReadRanker reads a version's ranker. Errors: file_missing, ranker_refused.
func ReadRanker(ctx context.Context, from Files, version string) (*xgboost.Trees, error) {
	body, err := readAll(ctx, from, fileOf(version, rankerFile))
	if err != nil {
		return nil, err
	}
	return xgboost.Read(body, Features)
}

// flaws are what is wrong with what a manifest says of its model.
func (m Manifest) flaws(version string) (flaws []string) {
	if m.Schema != schema {
		flaws = append(flaws, fmt.Sprintf("the manifest is of schema %d, and %d is understood", m.Schema, schema))
	}
	if m.Version != version {
		flaws = append(flaws, "the manifest is of another version")
	}
	for _, name := range append([]string{rankerFile}, lineFiles...) {
		if f, listed := m.Files[name]; !listed || f.SHA256 == "" || f.Bytes < 0 {
			flaws = append(flaws, name+": the manifest does not list it")
		}
	}
	return flaws
}

// The ways of ordering that a manifest measures beside each source of candidates.
const (
	byRanker  = "ranker"
	byServing = "serving"
	byRecent  = "recent"
)

// worse says what the ranker does not beat.
func (m Manifest) worse(serving bool) (flaws []string) {
	if m.Events <= 0 {
		flaws = append(flaws, "no event was held out, so nothing was measured")
	}
	ours := m.Metrics[byRanker].NDCG
	if ours == nil || !(*ours >= 0 && *ours <= 1) {
		return append(flaws, "the ranker was not measured")
	}
	for _, name := range slices.Sorted(maps.Keys(m.Metrics)) {
		switch theirs := m.Metrics[name].NDCG; {
		case name == byRanker:
		case theirs == nil || !(*theirs >= 0 && *theirs <= 1):
			flaws = append(flaws, name+" was not measured")
		case *ours <= *theirs:
			flaws = append(flaws, fmt.Sprintf("the ranker's ndcg@20 of %.4f is not above the %.4f of %s", *ours, *theirs, name))
		}
	}
	if _, there := m.Metrics[byRecent]; !there {
		flaws = append(flaws, byRecent+" popularity was not measured")
	}
	if _, there := m.Metrics[byServing]; serving && !there {
		flaws = append(flaws, "the model that serves was not measured on the same events")
	}
	return flaws
}

// file reads a file to its end and says what is wrong with it.
func (g Gate) file(ctx context.Context, m Manifest, name string) (flaw string, err error) {
	r, err := g.Files.Stream(ctx, fileOf(m.Version, name), 0)
	if errors.Is(err, files.ErrMissing) {
		return files.ErrMissing.Message, nil
	}
	if err != nil {
		return "", err
	}
	defer r.Close()
	want, sum := m.Files[name], sha256.New()
	counted := &counter{r: io.TeeReader(r, sum)}
	rows := int64(0)
	if name == rankerFile {
		_, err = io.Copy(io.Discard, counted)
	} else {
		lines := bufio.NewScanner(counted)
		lines.Buffer(nil, maxLine)
		for lines.Scan() && flaw == "" {
			rows++
			if bad := badLine(name, lines.Bytes()); bad != nil {
				flaw = fmt.Sprintf("line %d: %s", rows, fault.Of(bad).Message)
			}
		}
		if err = lines.Err(); errors.Is(err, bufio.ErrTooLong) {
			return fmt.Sprintf("line %d is too long", rows+1), nil
		}
	}
	switch {
	case err != nil:
		return "", fmt.Errorf("read %s: %w", name, err)
	case flaw != "":
		return flaw, nil
	case counted.n != want.Bytes || hex.EncodeToString(sum.Sum(nil)) != want.SHA256:
		return "it is not the one that the manifest lists", nil
	case name != rankerFile && rows != want.Rows:
		return fmt.Sprintf("it has %d rows, and the manifest says %d", rows, want.Rows), nil
	}
	return "", nil
}

type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}

var errLine = fault.New(fault.Malformed, "malformed_line", "it is not what such a line is to be")

// badLine says why a line of a file is none.
func badLine(file string, line []byte) error {
	_, err := readLine(file, line)
	return err
}

// readLine reads a line of a file: Neighbours, Popular, Customer or ProductVector. Errors: malformed_line.
func readLine(file string, line []byte) (any, error) {
	var ok bool
	switch file {
	case neighboursFile:
		var n Neighbours
		ok = strictly(line, &n) && ids.Valid(ids.Product, n.ProductID) && slices.Contains(kinds, n.Kind) && scored(n.Items)
		if ok {
			return n, nil
		}
	case popularFile:
		var p Popular
		m, err := marketplaces.Lookup(popularMarket(line, &p))
		ok = err == nil && m.Code == p.Marketplace && (p.Kind == Recent || p.Kind == Trending) && scored(p.Items)
		if ok {
			return p, nil
		}
	case customersFile:
		var c Customer
		ok = strictly(line, &c) && c.Subject != "" && c.Vector != nil &&
			!slices.ContainsFunc(c.Bought, func(p Purchase) bool { return !ids.Valid(ids.Product, p.ProductID) })
		if ok {
			return c, nil
		}
	case vectorsFile:
		var v ProductVector
		ok = strictly(line, &v) && ids.Valid(ids.Product, v.ProductID) && v.Vector != nil
		if ok {
			return v, nil
		}
	}
	return nil, errLine
}

// popularMarket reads a line of popularFile and returns its marketplace, one that there is not if it is none.
func popularMarket(line []byte, p *Popular) string {
	if !strictly(line, p) {
		return "none"
	}
	return p.Marketplace
}

// scored tells whether all of a list are products. Their scores are numbers, as JSON has no other.
func scored(list []Scored) bool {
	return !slices.ContainsFunc(list, func(s Scored) bool { return !ids.Valid(ids.Product, s.ProductID) })
}

func strictly(line []byte, into any) bool {
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if d.Decode(into) != nil {
		return false
	}
	_, err := d.Token()
	return err == io.EOF
}
