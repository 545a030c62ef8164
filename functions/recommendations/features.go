package recommendations

import (
	"encoding/base64"
	"encoding/binary"
	"math"

	"rialto/functions/internal/fault"
)

// Feature is a property that rankers are trained on, by its place in Row.
type Feature int

// The features; doc.go defines them.
const (
	SourceBought Feature = iota
	SourceViewed
	SourceTogether
	SourceALS
	SourceRecent
	SourceSession
	SessionSameCategory
	SessionSameBrand
	AffinityCategory
	AffinityBrand
	PriceRatio
	Popularity
	RatingStars
	Reviews
	DaysSinceSeen
	InBuyBox
)

// Features lists the names in the order in which rankers have them.
var Features = []string{
	"source_bought", "source_viewed", "source_together", "source_als", "source_recent", "source_session",
	"session_same_category", "session_same_brand", "affinity_category", "affinity_brand", "price_ratio", "popularity", "rating",
	"reviews", "days_since_seen", "in_buy_box",
}

// Row is what a ranker looks at.
type Row [16]float32

// unknown is a feature's value where there is none.
var unknown = float32(math.NaN())

// newRow returns a row of which nothing is known.
func newRow() (r Row) {
	for i := range r {
		r[i] = unknown
	}
	return r
}

// atLeast raises a feature to a value.
func (r *Row) atLeast(f Feature, v float32) {
	if !(r[f] >= v) { // an unknown one too
		r[f] = v
	}
}

// known returns a feature, 0 where it is not known.
func (r *Row) known(f Feature) float32 {
	if v := r[f]; v == v {
		return v
	}
	return 0
}

// MarshalText writes the row's bits: JSON has no NaN.
func (r Row) MarshalText() ([]byte, error) {
	var bits []byte
	for _, v := range r {
		bits = binary.LittleEndian.AppendUint32(bits, math.Float32bits(v))
	}
	return base64.RawStdEncoding.AppendEncode(nil, bits), nil
}

var errRow = fault.New(fault.Malformed, "malformed_row", "these are no features")

// UnmarshalText reads what MarshalText wrote. Errors: malformed_row.
func (r *Row) UnmarshalText(text []byte) error {
	bits, err := base64.RawStdEncoding.AppendDecode(nil, text)
	if err != nil || len(bits) != 4*len(r) {
		return errRow.Because(err)
	}
	for i := range r {
		r[i] = math.Float32frombits(binary.LittleEndian.Uint32(bits[4*i:]))
	}
	return nil
}
