package campaigns

// sizes are the cores of a memory-optimized node of the seventh generation, by its size (aws.amazon.com/elasticache/pricing, read
// 2026-11-30). Other families are not stepped through.
var sizes = []struct {
	name  string
	cores int64
}{{"large", 2}, {"xlarge", 4}, {"2xlarge", 8}, {"4xlarge", 16}, {"8xlarge", 32}, {"12xlarge", 48}, {"16xlarge", 64}}

const family = "cache.r7g."

// CoresOf is how many cores a node of the cache has, 0 if that is not known here.
func CoresOf(node string) int64 {
	for _, s := range sizes {
		if node == family+s.name {
			return s.cores
		}
	}
	return 0
}

// NodeOf is the smallest node that has so many cores, or the largest.
func NodeOf(cores int64) string {
	for _, s := range sizes {
		if s.cores >= cores {
			return family + s.name
		}
	}
	return family + sizes[len(sizes)-1].name
}
