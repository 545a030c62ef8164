// Command plan says what every service must bear at a peak, which default quota breaks first, and what the hour costs:
//
//	go run ./infra/cmd/plan -peak 50000
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"rialto/infra"
)

func main() {
	peak := flag.Float64("peak", 50_000, "orders a second")
	granted := flag.Float64("granted", 10, "how many times a default quota an account is counted on to be given")
	machines := flag.Bool("json", false, "write the plan as JSON, for the simulated event")
	flag.Parse()
	if *peak <= 0 || *granted <= 0 {
		fmt.Fprintln(os.Stderr, "the peak, in orders a second, and what is granted are more than 0")
		os.Exit(2)
	}
	p, err := infra.NewPlan(infra.PeakDemand(*peak), *granted)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if *machines {
		if err := json.NewEncoder(os.Stdout).Encode(p); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	p.Print(os.Stdout)
	infra.PrintAvailability(os.Stdout)
}
