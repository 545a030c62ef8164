package inventory

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"rialto/functions/marketplaces"
)

// Lanes is how many functions holds may be parted among.
const Lanes = 8

// Lane says which of the functions that place holds has the plan's, from 0. Two environments leave each other alone if each has a
// shard of its own, and an item has 98 at most: so of one sku the holds in one centre are all of one function, which runs no more
// environments than that. The centres of a customs area are told apart, and skus by a hash, so that neither a hot one nor many cold
// ones meet in one lane. An order of several lines or centres goes by the first.
func (p Plan) Lane() int {
	if len(p.Lines) == 0 || len(p.Lines[0].Picks) == 0 {
		return 0
	}
	l := p.Lines[0]
	sum := sha256.Sum256([]byte(l.ProductID + "#" + l.SellerID))
	return int((uint64(binary.BigEndian.Uint32(sum[:])) + uint64(placeOf(l.Picks[0].Centre))) % Lanes)
}

// placeOf is a centre's place among those of its customs area, the first if it is not known.
func placeOf(id string) int {
	c, err := marketplaces.LookupCentre(id)
	if err != nil {
		return 0
	}
	area := slices.DeleteFunc(marketplaces.Centres(), func(x marketplaces.Centre) bool { return x.CustomsArea() != c.CustomsArea() })
	return slices.Index(area, c)
}
