// Package catalogaws is what AWS hands to the catalog: the handlers of its queues.
package catalogaws
