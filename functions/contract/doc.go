// Package contract says what is deployed, as plain values: the OpenAPI documents, the functions with
// their triggers and grants, and the fixed addresses of the local cloud. It is the only package of
// functions/ that infra/ and localstack/ see. It imports the contexts' route tables, and so reaches no store
// and no AWS SDK (a law, tested in functions/laws_test.go).
package contract
