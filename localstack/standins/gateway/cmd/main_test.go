package main

import (
	"context"
	"io"
	"testing"
)

func TestBadFlagsAreNamed(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"-addr", "0.0.0.0:0"}, {"-addr", "nonsense"}, {"-log", "xml"}, {"-what"}, {"-seed", "-1"}} {
		if err := run(context.Background(), args, io.Discard); err == nil {
			t.Errorf("%v: accepted", args)
		}
	}
}

func TestItStopsWhenAsked(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if err := run(ctx, []string{"-addr", "127.0.0.1:0", "-log", "off"}, io.Discard); err != nil {
		t.Error(err)
	}
}
