package campaignsaws

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticache"
	"github.com/aws/aws-sdk-go-v2/service/elasticache/types"

	"rialto/functions/campaigns"
)

// Cache is the cores of the cache's nodes. Replicas would not do: carts are read where they are written.
type Cache struct {
	ElastiCache *elasticache.Client
	Group       string // id of the replication group
}

// Read implements campaigns.Warmer.
func (w Cache) Read(ctx context.Context, _ string) (campaigns.Level, error) {
	out, err := w.ElastiCache.DescribeReplicationGroups(ctx, &elasticache.DescribeReplicationGroupsInput{ReplicationGroupId: &w.Group})
	if err != nil {
		return campaigns.Level{}, fmt.Errorf("describe cache: %w", err)
	}
	if len(out.ReplicationGroups) == 0 {
		return campaigns.Level{}, campaigns.Absence("there is no such cache")
	}
	node := aws.ToString(out.ReplicationGroups[0].CacheNodeType)
	cores := campaigns.CoresOf(node)
	if cores == 0 {
		return campaigns.Level{}, campaigns.Absence("how large a " + node + " is, is not known")
	}
	return campaigns.Level{Is: cores}, nil
}

// Set implements campaigns.Warmer. The cache stays up while its nodes are replaced, one by one.
func (w Cache) Set(ctx context.Context, name string, cores int64) (campaigns.Level, error) {
	_, err := w.ElastiCache.ModifyReplicationGroup(ctx, &elasticache.ModifyReplicationGroupInput{ReplicationGroupId: &w.Group,
		CacheNodeType: aws.String(campaigns.NodeOf(cores)), ApplyImmediately: aws.Bool(true)})
	if err != nil && !is[*types.InvalidReplicationGroupStateFault](err) { // it is changing: the next run looks again
		return campaigns.Level{}, fmt.Errorf("set node: %w", err)
	}
	return w.Read(ctx, name)
}
