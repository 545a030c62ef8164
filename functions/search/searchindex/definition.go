package searchindex

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"rialto/functions/search"
)

// object is JSON that OpenSearch reads.
type object = map[string]any

// definition is an index of products in a language, without a name. Its mapping carries the definition's hash, which
// tells whether an index is of this release.
func definition(language string, shards int) object {
	keyword, hidden := object{"type": "keyword"}, object{"type": "keyword", "index": false, "doc_values": false}
	number := object{"type": "integer"}
	text := func(analyzer string, more object) object {
		f := object{"type": "text", "analyzer": analyzer, "search_analyzer": "query"}
		for k, v := range more {
			f[k] = v
		}
		return f
	}
	spelled, words := object{"copy_to": []string{"spelled", "words"}}, object{"copy_to": "words"}
	d := object{
		"settings": object{
			"index":    object{"knn": true, "refresh_interval": "500ms", "number_of_shards": shards, "auto_expand_replicas": "0-2"},
			"analysis": analysis(language),
		},
		"mappings": object{"dynamic": "strict", "_source": object{"excludes": []string{"vector"}}, "properties": object{
			"product_id": keyword, "description": text("text", words), "bullets": text("text", words),
			"title": text("joined", spelled), "brand": text("joined", object{"copy_to": []string{"spelled", "words"}, "fields": object{"name": keyword}}),
			"category_id": keyword, "category_path": keyword, "category_words": text("joined", spelled),
			"attributes": object{"type": "object", "enabled": false}, "attribute_values": text("joined", spelled), "attribute_pairs": keyword,
			// What is typed is completed and corrected by words as they are written.
			"spelled": object{"type": "text", "analyzer": "spelled", "index_prefixes": object{"min_chars": 1, "max_chars": prefixLetters}},
			// All of them, for what finds a product by every word wherever it stands: one field costs a sixth of six.
			"words":     text("joined", nil),
			"vector_of": keyword,
			"vector": object{"type": "knn_vector", "dimension": search.Dimensions, "data_type": "byte",
				"method": object{"name": "hnsw", "engine": "lucene", "space_type": "cosinesimil"}},
			"kind": text("joined", nil), "identifiers": keyword,
			"group": keyword, "family": keyword, "options": keyword,
			"image": hidden, "offer_id": hidden,
			"price": object{"type": "long"}, "landed": object{"type": "long"}, "currency": keyword,
			"seller_id": keyword, "seller_name": hidden, "in_stock": object{"type": "boolean"}, "offer_count": number,
			"fulfillment": keyword, "condition": keyword, "rating": number, "rating_rank": number,
			"review_count": number, "seller_rating": number, "delivery_days": number,
			"updated_at": object{"type": "date"}, "deleted": object{"type": "boolean"}, "n": object{"type": "long"},
			"queued_at": object{"type": "date", "index": false}, "received_at": object{"type": "date", "index": false}, "indexed_at": object{"type": "date"},
		}},
	}
	d["mappings"].(object)["_meta"] = object{"definition": hash(d)}
	return d
}

// hash is the same for the same definition.
func hash(d object) string {
	b, err := json.Marshal(d)
	if err != nil {
		return fmt.Sprint(err) // never: it is made of maps, lists, texts and numbers
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}
