// Package opensearch lays out a real OpenSearch node with its k-NN plugin
// from the jars that Maven serves.
//
// The distribution is an archive that no package registry carries; the jars
// in it are on Maven Central one by one. Layout sorts them into lib, modules
// and plugins, which OsNode.java then loads as the distribution would.
//
// The node differs from the real thing in that it has no security plugin, no
// search pipelines and no bundled plugin but k-NN. Every knn_vector must say
// "engine": "lucene": the default engine is native code, which is not here,
// and it takes the node down at the first document.
package opensearch
