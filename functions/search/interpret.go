package search

import (
	"context"
	"errors"
	"slices"

	"rialto/functions/catalog"
	"rialto/functions/marketplaces"
)

// Interpreter keeps products' vectors up to date with their words, and the indexes with the vectors. It works from a queue of its
// own, so that the index never waits for the encoder.
type Interpreter struct {
	Products  ProductReader
	BuyBoxes  BuyBoxReader
	Meanings  Meanings
	Encoder   Encoder
	Projector *Projector
}

// Interpret makes a product's vector anew if its words have changed, and shows it in the marketplaces whose language the encoder
// knows. It is safe to repeat. Errors: encoder_unavailable.
func (i *Interpreter) Interpret(ctx context.Context, product string) error {
	p, err := i.Products.Get(ctx, product)
	if errors.Is(err, catalog.ErrProductNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	kept, err := i.Meanings.Meanings(ctx, product)
	if err != nil {
		return err
	}
	m := kept[product]
	if words := WordsOf(p); m.Words != words {
		list, err := i.Encoder.Encode(ctx, TextOf(p))
		if err != nil {
			return err
		}
		m = Meant{ProductID: product, Words: words, Vector: list[0], Version: p.Version}
		if err := i.Meanings.SaveMeaning(ctx, m); err != nil {
			return err
		}
	}
	if m.Shown {
		return nil
	}
	if err := i.show(ctx, product); err != nil {
		return err
	}
	m.Shown = true
	return i.Meanings.SaveMeaning(ctx, m)
}

// show projects a product into the indexes that have vectors. One that is offered later brings its vector along.
func (i *Interpreter) show(ctx context.Context, product string) error {
	boxes, err := i.BuyBoxes.BuyBoxesOf(ctx, product)
	if err != nil {
		return err
	}
	var codes []string
	for code := range boxes {
		if m, err := marketplaces.Lookup(code); err == nil && Understood(m.Language) {
			codes = append(codes, code)
		}
	}
	if slices.Sort(codes); codes == nil {
		return nil
	}
	return i.Projector.Project(ctx, product, EventTimes{}, codes...)
}
