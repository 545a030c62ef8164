// Package searchrelevance measures how well search orders what it finds: NDCG@10, MRR and recall@100 from judgments
// of queries and products, for plain BM25, for boosts, and for boosts with rescoring, in one run over one index.
//
// make relevance runs it on a bundled set; make relevance CATALOG=… JUDGMENTS=… on any, or CLICKS=… by what was clicked, and LEARN=1
// compares a ranker that it learns with the weights by hand. It indexes into a scratch index of the local OpenSearch, with the mapping
// and the queries that are deployed.
package searchrelevance
