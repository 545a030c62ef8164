package search

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/marketplaces"
)

// finding is what a query found: the hits by words in the order of the index, and those by meaning, the nearest first.
type finding struct {
	Found
	near    []Hit
	lead    []Hit  // the few that have all words, some with typos, stand before both
	meant   string // what was asked by meaning, where that is not the text
	exact   int64
	meaning Meaning
	settled bool // what the words find stands before what is only near
	// learned puts the best hits in order, if there is one.
	learned  Scorer
	language string
}

// finder looks for one query.
type finder struct {
	*Searcher
	m       marketplaces.Marketplace
	a       *IndexQuery
	took    time.Duration
	keeping sync.WaitGroup // of what is to be kept of a question
}

// find searches with every word as typed. What finds nothing is looked for with typos; what does not fill the page, and is to be
// ordered by relevance, with fewer of the words too, which then come after. What all words do not fill the Window with is asked
// by what it means; of many words little is to be expected, so they always are, and while the index looks for all of them.
func (s *Searcher) find(ctx context.Context, m marketplaces.Marketplace, a *IndexQuery, skip *int) (out finding, err error) {
	f := &finder{Searcher: s, m: m, a: a}
	ctx, end := context.WithCancel(ctx)
	defer end() // of what the words settled meanwhile
	defer f.keeping.Wait()
	switch {
	case a.Position != nil && a.Position.Meaning:
		out, err = f.goOn(ctx)
	case a.Text == "" || a.Ranker == Plain || a.Position != nil:
		var list []Found
		if list, err = f.ask(ctx, *a); err == nil {
			out = finding{Found: list[0], exact: list[0].Matched}
		}
	default:
		out, err = f.look(ctx, skip)
	}
	if a.Position != nil {
		out.exact, out.Suggestion = a.Position.Exact, ""
	}
	out.Took = f.took
	return out, err
}

// ask makes searches in one call.
func (f *finder) ask(ctx context.Context, queries ...IndexQuery) ([]Found, error) {
	list, err := f.Index.Search(ctx, f.m, queries...)
	if err == nil {
		f.took += slices.MaxFunc(list, func(a, b Found) int { return cmp.Compare(a.Took, b.Took) }).Took
	}
	return list, err
}

// long tells whether a text has so many words that hardly any product has all.
func long(text string) bool { return len(strings.Fields(text)) >= LongQuery }

// step is the query with its words taken as a step says.
func (f *finder) step(step Relaxed, known bool) IndexQuery {
	q := *f.a
	q.Relaxed, q.Known = step, known
	return q
}

// few tells whether so many matches are too few for the page.
func (f *finder) few(matched int64) bool {
	return matched == 0 || matched < max(FewResults, int64(f.a.Page*f.a.Size)) && f.a.Sort == Relevance
}

func (f *finder) look(ctx context.Context, skip *int) (out finding, err error) {
	byRelevance := f.a.Sort == Relevance
	long := byRelevance && long(f.a.Text)
	able := f.a.byMeaning() && f.Encoder != nil
	understood := able && Understood(f.m.Language)
	first := f.step(Strict, f.a.Known)
	var vector func() Vector
	if understood {
		vector = f.vectorOf(ctx, f.a.spoken(), long)
	}
	first.OrFewer = byRelevance && !understood
	list, err := f.ask(ctx, first)
	if err != nil {
		return out, err
	}
	out.Found, out.exact = list[0], list[0].Matched
	if out.Relaxed != Strict {
		if out, err = f.fewer(ctx, out); able && (long || out.exact < WideWindow) {
			out.meaning = NoEncoder
		}
		return out, err
	}
	few := f.few(out.exact)
	unsettled := able && (long || out.exact < WideWindow)
	if !few && !unsettled {
		return out, nil
	}
	if understood && unsettled {
		if v := vector(); v != nil {
			return f.fused(ctx, out, v, skip)
		}
		out.meaning = Away
	} else if unsettled {
		out.meaning = NoEncoder
	}
	if !few || out.exact > 0 && len(Read(f.a.Text).Loose) < 2 { // of one word there are no fewer
		return out, nil
	}
	return f.relax(ctx, out)
}

// fewer goes on where the words were taken less exactly at once: with typos in words that no product has, or, where what has all
// words is enough, with that alone.
func (f *finder) fewer(ctx context.Context, out finding) (_ finding, err error) {
	out.exact = out.Exact
	again := f.step(FewerTerms, true)
	if out.exact == 0 { // else a synonym is as good
		again.Typos = out.Typos
	}
	switch {
	case !f.few(out.exact):
		again = f.step(Strict, f.a.Known)
	case out.Relaxed == Fuzzy:
		f.a.Relaxed = Fuzzy
		return out, nil
	case out.exact > 0 && out.exact == out.Matched:
		return out, nil
	case len(again.Typos) == 0 || out.Misspelt:
		f.a.Relaxed, f.a.Known, f.a.Typos = FewerTerms, true, again.Typos
		return out, nil
	}
	list, err := f.ask(ctx, again)
	if err != nil {
		return out, err
	}
	out.Found, f.a.Relaxed, f.a.Known, f.a.Typos = list[0], again.Relaxed, again.Known, again.Typos
	return out, nil
}

// relax takes the words less exactly.
func (f *finder) relax(ctx context.Context, out finding) (finding, error) {
	queries := []IndexQuery{f.step(FewerTerms, out.exact > 0)}
	if out.exact == 0 {
		queries = []IndexQuery{f.step(Fuzzy, false), queries[0]}
	}
	list, err := f.ask(ctx, queries...)
	if err != nil {
		return out, err
	}
	if out.exact == 0 {
		out.Found, f.a.Relaxed = list[0], Fuzzy
	}
	suggestion := out.Suggestion
	if fewer := list[len(list)-1]; f.few(out.Matched) && fewer.Matched > out.Matched { // else what was found is found as it was
		out.Found, f.a.Relaxed = fewer, FewerTerms
	}
	out.Suggestion = suggestion
	return out, nil
}

// fused asks by words and by meaning in one call. What the words find with typos settles it.
func (f *finder) fused(ctx context.Context, out finding, v Vector, skip *int) (finding, error) {
	either := f.step(Strict, f.a.Known)
	switch several := len(Read(f.a.Text).Loose) > 1; {
	case several && f.few(out.exact):
		either = f.step(FewerTerms, out.exact > 0)
	case out.exact == 0:
		either = f.step(Fuzzy, false)
	}
	either.Vector, either.By, either.Want = v, ByEither, max(either.Want, WideWindow)
	if either.From > 0 { // places in the fused list are not those of the index
		*skip, either.Want, either.From = either.From, max(WideWindow, either.From+either.Size), 0
		f.a.From = 0
	}
	queries := []IndexQuery{either, nearest(either)}
	if out.exact == 0 {
		queries = append(queries, f.leading())
	}
	list, err := f.ask(ctx, queries...)
	if err != nil {
		return f.without(ctx, out, err)
	}
	suggestion := ""
	// Where filters leave few of what has all words, those settle little.
	out.settled = out.exact > 0 && !long(f.a.Text) && (out.Total == out.exact || out.Total >= FewResults)
	if out.exact == 0 {
		fuzzy := list[2]
		if suggestion = fuzzy.Suggestion; !f.few(fuzzy.Matched) {
			out.Found, f.a.Relaxed = fuzzy, Fuzzy
			return out, nil
		}
		if corrected := f.corrected(ctx, suggestion); corrected != nil { // a word with a typo means nothing
			either.Vector, out.meant = corrected, strings.TrimSpace(f.a.Gender+" "+suggestion)
			if len(Read(f.a.Text).Loose) > 1 { // of one word, those with it are all that words find
				either.Relaxed, either.Known, either.Typos, out.lead = FewerTerms, true, changed(f.a.Text, suggestion), fuzzy.Hits
			} else {
				out.settled = fuzzy.Matched >= FewResults
			}
			if list, err = f.ask(ctx, either, nearest(either)); err != nil {
				return out, err
			}
		}
	}
	if long(f.a.Text) && len(list[0].Hits)+len(list[1].Hits) == 0 {
		either.Far = true
		if list, err = f.ask(ctx, either, nearest(either)); err != nil {
			return out, err
		}
	}
	out.Found, out.near, out.meaning = worded(list[0]), list[1].Hits, Used
	f.a.Far = either.Far
	f.a.Relaxed, f.a.Known, f.a.Typos = either.Relaxed, either.Known, either.Typos
	if len(out.Hits) > 0 && Identifier(out.Hits[0].Title) == Identifier(f.a.Text) {
		out.settled = true // the title was typed out
	}
	out.Suggestion = suggestion
	return out, nil
}

// corrected is the vector of the words that may have been meant, nil if there are none.
func (f *finder) corrected(ctx context.Context, suggestion string) Vector {
	if suggestion == "" {
		return nil
	}
	return f.vectorOf(ctx, strings.TrimSpace(f.a.Gender+" "+suggestion), true)()
}

// leading asks for the best that have all words, each perhaps with a typo.
func (f *finder) leading() IndexQuery {
	q := f.step(Fuzzy, false)
	q.Typos, q.From, q.After = nil, 0, nil
	return q
}

// changed are the words of a text that stand otherwise in its correction, which has as many.
func changed(text, correction string) (list []string) {
	after := strings.Fields(correction)
	for i, word := range Read(text).Loose {
		if i < len(after) && after[i] != word {
			list = append(list, word)
		}
	}
	return list
}

// spoken is the text with whom it is for.
func (q Query) spoken() string { return cmp.Or(q.Spoken, q.Text) }

// without goes on by words alone where a search by meaning failed for another reason than that the index is away, as one of an
// earlier release has no vectors.
func (f *finder) without(ctx context.Context, out finding, err error) (finding, error) {
	if fault.Of(err).Kind == fault.Unavailable || errors.Is(err, ErrPosition) {
		return out, err
	}
	slog.WarnContext(ctx, "the index cannot be asked by meaning", "marketplace", f.m.Code, "error", err)
	out.meaning = Away
	if !f.few(out.exact) || out.exact > 0 && len(Read(f.a.Text).Loose) < 2 {
		return out, nil
	}
	return f.relax(ctx, out)
}

// goOn finds what comes after a page on which meaning was used. Errors: search_unavailable while the encoder is away, as the list
// that the page is of cannot be made without it.
func (f *finder) goOn(ctx context.Context) (out finding, err error) {
	if f.Encoder == nil || !Understood(f.m.Language) {
		return out, ErrPosition
	}
	v := f.vectorOf(ctx, cmp.Or(f.a.Position.Meant, f.a.spoken()), true)()
	if v == nil {
		return out, fault.New(fault.Unavailable, "search_unavailable", "the search cannot be reached just now").After(encoderAgain)
	}
	q := *f.a
	q.Vector, q.By = v, ByEither
	queries := []IndexQuery{q, nearest(q)}
	if len(q.Typos) > 0 {
		queries = append(queries, f.leading())
	}
	list, err := f.ask(ctx, queries...)
	if err != nil {
		return out, err
	}
	out.Found, out.near, out.meaning, out.settled = worded(list[0]), list[1].Hits, Used, f.a.Position.Settled
	if len(q.Typos) > 0 {
		out.lead = list[2].Hits
	}
	return out, nil
}

// encoderAgain is when it is worth asking again while the encoder is away.
const encoderAgain = 2 * time.Second

// nearest asks for what is near alone.
func nearest(q IndexQuery) IndexQuery {
	q.By, q.From, q.Want, q.After = Near, 0, NearestHits, nil
	return q
}

// worded leaves of what was found by either the hits that have the words.
func worded(f Found) Found {
	f.Hits = slices.DeleteFunc(f.Hits, func(h Hit) bool { return h.Ranking.Words <= 0 })
	return f
}
