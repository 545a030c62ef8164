// Package recommendationstrial has Spark train on a lake that the clickstream's own code wrote (make test-train).
package recommendationstrial
