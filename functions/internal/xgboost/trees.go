// Package xgboost scores rows by trees that XGBoost trained, to the bit as XGBoost does.
package xgboost

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"rialto/functions/internal/fault"
)

// Trees are a ranker: regression trees as XGBoost trained them. They score a row as XGBoost does, to the bit.
type Trees struct {
	nodes  []node
	values []float32 // of the leaves, by node
	trees  []tree
	base   float32
	names  []string // of the features it was trained on, in its order
	width  int      // of a row
}

type tree struct{ root, depth int32 }

// node is a split, whose children stand beside each other, or a leaf, which is its own child. So a row goes down all the depth of a
// tree without a branch that the processor could guess wrong.
type node struct {
	cond  int32 // in the order of ordered
	key   int32 // of a row's keys
	left  int32
	turns int32 // 1 of a split, 0 of a leaf
}

// keys appends a row's features as whole numbers in the same order, each twice: an unknown one goes to the left by the first, which
// is below all others, and to the right by the second, which is above them.
func keys(to []int32, row []float32) []int32 {
	for _, v := range row {
		if v != v {
			to = append(to, math.MinInt32, math.MaxInt32)
		} else {
			to = append(to, ordered(v), ordered(v))
		}
	}
	return to
}

// ordered is a number that is to others of its kind as v is to others.
func ordered(v float32) int32 {
	n := int32(math.Float32bits(v + 0)) // of both zeros, the positive
	return n ^ int32(uint32(n>>31)>>1)
}

// model is the part of XGBoost's JSON model that matters
// (xgboost.readthedocs.io/en/stable/tutorials/saving_model.html).
type model struct {
	Version []int `json:"version"`
	Learner struct {
		Names    []string `json:"feature_names"`
		Boosting struct {
			Name  string `json:"name"`
			Model struct {
				Param struct {
					Trees    string `json:"num_trees"`
					Parallel string `json:"num_parallel_tree"`
				} `json:"gbtree_model_param"`
				Trees []modelTree `json:"trees"`
			} `json:"model"`
		} `json:"gradient_booster"`
		Objective struct {
			Name string `json:"name"`
		} `json:"objective"`
		Param struct {
			Base     string `json:"base_score"`
			Features string `json:"num_feature"`
			Classes  string `json:"num_class"`
		} `json:"learner_model_param"`
	} `json:"learner"`
}

type modelTree struct {
	Left       []int32   `json:"left_children"`
	Right      []int32   `json:"right_children"`
	Feature    []int32   `json:"split_indices"`
	Cond       []float32 `json:"split_conditions"`
	Default    []int     `json:"default_left"`
	Type       []int     `json:"split_type"` // 1 is a split by categories
	Categories []int     `json:"categories"`
}

// The versions of XGBoost whose models are understood, by the first number; later ones may mean another thing by the same words.
var understood = []int{2, 3}

// maxNodes bounds what a ranker may have, so that one of the wrong kind is refused before it fills the memory.
const maxNodes = 4_000_000

func badRanker(format string, args ...any) error {
	return fault.New(fault.Invalid, "ranker_refused", format, args...)
}

// Read reads a model that was saved as JSON, whose rows have those features in that order, and takes none that it would not score
// to the bit: of another version, another kind or other features, cut short, or with a number that is none. Errors: ranker_refused.
func Read(text []byte, features []string) (*Trees, error) {
	var x model
	if err := json.Unmarshal(text, &x); err != nil {
		return nil, fault.New(fault.Invalid, "ranker_refused", "the ranker is no JSON model of XGBoost").Because(err)
	}
	l := x.Learner
	base, err := strconv.ParseFloat(strings.Trim(l.Param.Base, "[]"), 32) // since 3.1 in brackets
	switch {
	case len(x.Version) == 0 || !slices.Contains(understood, x.Version[0]):
		return nil, badRanker("the ranker is of version %v of XGBoost, of which only %v are understood", x.Version, understood)
	case l.Boosting.Name != "gbtree":
		return nil, badRanker("the ranker has no plain trees")
	case !strings.HasPrefix(l.Objective.Name, "rank:"):
		return nil, badRanker("the ranker was trained for another end than ranking")
	case l.Param.Classes != "" && l.Param.Classes != "0":
		return nil, badRanker("the ranker has classes")
	case err != nil || math.IsNaN(base) || math.IsInf(base, 0):
		return nil, badRanker("the ranker's base score is no number")
	case len(l.Names) == 0 || l.Param.Features != strconv.Itoa(len(l.Names)):
		return nil, badRanker("the ranker does not name its features")
	case l.Boosting.Model.Param.Trees != strconv.Itoa(len(l.Boosting.Model.Trees)) || len(l.Boosting.Model.Trees) == 0:
		return nil, badRanker("the ranker has %d trees and says that it has %q", len(l.Boosting.Model.Trees), l.Boosting.Model.Param.Trees)
	}
	t := &Trees{base: float32(base), names: l.Names, width: len(features)}
	at := make([]int32, len(l.Names))
	for i, name := range l.Names {
		n := slices.Index(features, name)
		if n < 0 || slices.Index(l.Names, name) != i {
			return nil, badRanker("the ranker has features twice, or others than %v", features)
		}
		at[i] = int32(n)
	}
	for i, tree := range l.Boosting.Model.Trees {
		if flaw := t.add(tree, at); flaw != "" {
			return nil, badRanker("tree %d of the ranker %s", i, flaw)
		}
	}
	return t, nil
}

// Names are the features that it was trained on, in its order.
func (t *Trees) Names() []string { return t.names }

// add appends a tree whose features are at those places of a row, or says what is wrong with it.
func (t *Trees) add(x modelTree, places []int32) (flaw string) {
	n := len(x.Left)
	if n == 0 || len(x.Right) != n || len(x.Feature) != n || len(x.Cond) != n || len(x.Default) != n || len(x.Type) != n {
		return "is cut short"
	}
	if len(t.nodes)+n > maxNodes {
		return "is one too many"
	}
	at := int32(len(t.nodes))
	depths, deepest := make([]int32, n), int32(0)
	for i := range int32(n) {
		left, right, v := x.Left[i], x.Right[i], x.Cond[i]
		switch {
		case v != v || math.IsInf(float64(v), 0):
			return "has a number that is none"
		case x.Type[i] != 0 || len(x.Categories) > 0:
			return "splits by categories"
		case left == -1 && right == -1:
			t.nodes, t.values = append(t.nodes, node{left: at + i}), append(t.values, v)
			continue
		// Children stand behind their parent, so a row comes to a leaf, and beside each other, as XGBoost makes them.
		case left <= i || right != left+1 || right >= int32(n):
			return "has a node whose children are none"
		case x.Feature[i] < 0 || int(x.Feature[i]) >= len(places):
			return "splits by a feature that there is not"
		}
		depths[left], depths[right] = depths[i]+1, depths[i]+1
		deepest = max(deepest, depths[left])
		s := node{cond: ordered(v), key: 2 * places[x.Feature[i]], left: at + left, turns: 1}
		if x.Default[i] == 0 {
			s.key++
		}
		t.nodes, t.values = append(t.nodes, s), append(t.values, 0)
	}
	t.trees = append(t.trees, tree{at, deepest})
	return ""
}

// Score adds up the trees' values for each row, in float32 and in the order of the trees, as XGBoost does. It goes tree by tree,
// so that each stays in the processor's cache while all rows pass. A row has all features that were told to Read, NaN for unknown.
func (t *Trees) Score(rows [][]float32) []float32 {
	out, of := make([]float32, len(rows)), 2*t.width
	all := make([]int32, 0, len(rows)*of)
	for i, r := range rows {
		out[i], all = t.base, keys(all, r[:t.width])
	}
	for _, tree := range t.trees {
		for i := range out {
			row, at := all[i*of:(i+1)*of], tree.root
			for range tree.depth {
				n := &t.nodes[at]
				var turn int32 = 1
				if row[n.key] < n.cond {
					turn = 0
				}
				at = n.left + turn&n.turns
			}
			out[i] += t.values[at]
		}
	}
	return out
}
