package lag

import (
	"math"
	"math/rand/v2"
)

// stage is a part of the way, with what is known or assumed of it on AWS, in milliseconds: either a wait that is as
// likely to be anything up to upTo, or a skewed (log-normal) time of which the median and the 99th percentile are given.
type stage struct {
	name        string
	upTo        float64
	median, p99 float64
	why         string
}

// onAWS is the way on AWS's defaults. Waits follow from documented settings; the other times are assumptions, to be
// replaced by traces of the deployed stage.
var onAWS = []stage{
	{name: "stream", upTo: 250, why: "Lambda reads a shard of a DynamoDB stream 4 times a second; batching window 0 (Lambda's developer guide)"},
	{name: "stream", median: 25, p99: 90, why: "the publish function, warm: one PublishBatch (assumed)"},
	{name: "stream", median: 25, p99: 120, why: "SNS to SQS (assumed)"},
	{name: "queue", median: 15, p99: 100, why: "Lambda long-polls the queue; the function is warm (assumed)"},
	{name: "function", median: 12, p99: 60, why: "one UpdateItem, then two reads side by side (assumed)"},
	{name: "index", median: 10, p99: 60, why: "one bulk write, primary and two replicas (assumed)"},
	{name: "refresh", upTo: 500, why: "refresh_interval 500 ms, set in the index, so that no shard is search-idle"},
}

// draws is how many ways are drawn; the seed is fixed, so the arithmetic gives the same each time.
const draws = 200_000

// arithmetic draws ways and returns the times of each stage, and of all of them under "".
func arithmetic() map[string][]float64 {
	random := rand.New(rand.NewPCG(1, 2))
	out := map[string][]float64{}
	for range draws {
		times := map[string]float64{}
		for _, s := range onAWS {
			times[s.name] += s.draw(random)
		}
		for _, name := range stages {
			times[""] += times[name]
		}
		for name, t := range times {
			out[name] = append(out[name], t)
		}
	}
	return out
}

func (s stage) draw(random *rand.Rand) float64 {
	if s.upTo > 0 {
		return s.upTo * random.Float64()
	}
	const z99 = 2.3263 // of the normal distribution
	return s.median * math.Exp(random.NormFloat64()*math.Log(s.p99/s.median)/z99)
}
