package search

import (
	"strings"
	"testing"
)

func TestMeasuresAreWrittenInManyWays(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"usb cable 1,5m":   "usb cable 1500 mm|usb cable 150 cm|usb cable 1.5 m",
		"cable 1.5 m long": "cable 1500 mm long|cable 150 cm long|cable 1,5 m long",
		"curtain 150 cm":   "curtain 1500 mm|curtain 1.5 m|curtain 1,5 m", "drive 2TB": "drive 2000 gb", "drive 2000 GB": "drive 2 tb",
		"rice 500 g": "rice 0.5 kg|rice 0,5 kg", "bottle 0.75 l": "bottle 750 ml|bottle 75 cl|bottle 0,75 l",
		"drive 512 GB": "", "phone 5g": "", "backpack 28l": "backpack 2800 cl", "iphone 15": "", "model s": "", "m 12": "",
		"1.25 m": "1250 mm|125 cm|1,25 m",
	} {
		if got := strings.Join(Measures(text), "|"); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
