package entry

import (
	"strings"
	"testing"

	"rialto/functions/internal/settings"
)

func TestWireNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	table := Table{
		"api":  func(*settings.Settings) (any, error) { return func() {}, nil },
		"hold": func(s *settings.Settings) (any, error) { s.Must("SEARCH_URL"); return func() {}, nil },
	}
	for name, want := range map[string]string{"api": "", "hold": "SEARCH_URL", "other": `no function "other"`} {
		env := map[string]string{"STAGE": "local", "PREFIX": "p-", "_HANDLER": name}
		_, err := wire(settings.From(func(k string) string { return env[k] }), table)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
