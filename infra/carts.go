package infra

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awselasticache"

	"rialto/functions/contract"
)

const cachePort = 6379

// carts has the cache in front of its table.
func carts(c *contextStack) error {
	c.provide(contract.Redis, c.cache())
	return c.functions()
}

// cache is one Valkey shard, so that any client can speak to it, with the stage's number of replicas.
func (c *contextStack) cache() granted {
	if c.stage.Local {
		c.provide(contract.Warm, granted{})
		return granted{env: map[string]string{"REDIS_ADDR": c.stage.Endpoints.Cache}}
	}
	server, client := c.guarded("Cache", cachePort)
	var subnets []string
	for _, id := range *c.shared.network.vpc.SelectSubnets(isolated()).SubnetIds {
		subnets = append(subnets, *id)
	}
	group := awselasticache.NewCfnSubnetGroup(c.stack, new("CacheSubnets"), &awselasticache.CfnSubnetGroupProps{
		Description: new("subnets of the cart cache"), SubnetIds: list(subnets),
	})
	replicas := c.stage.Cache.Replicas
	// It has no name of ours: what holds copies may be replaced.
	cluster := awselasticache.NewCfnReplicationGroup(c.stack, new("Cache"), &awselasticache.CfnReplicationGroupProps{
		ReplicationGroupDescription: new("carts, in front of their table"),
		Engine:                      new("valkey"),
		EngineVersion:               new("8.0"),
		CacheNodeType:               &c.stage.Cache.Node,
		NumCacheClusters:            new(1 + replicas),
		AutomaticFailoverEnabled:    new(replicas > 0),
		MultiAzEnabled:              new(replicas > 0),
		TransitEncryptionEnabled:    new(true),
		AtRestEncryptionEnabled:     new(true),
		Port:                        new(float64(cachePort)),
		CacheSubnetGroupName:        group.Ref(),
		SecurityGroupIds:            &[]*string{server.SecurityGroupId()},
	})
	c.full("CacheFull", "cache-full", "the cache has little memory left", "AWS/ElastiCache", "DatabaseMemoryUsagePercentage",
		map[string]string{"CacheClusterId": *cluster.Ref() + "-001"}, fullPercent)
	c.provide(contract.Warm, granted{
		allow: []permission{{actions: []string{"elasticache:DescribeReplicationGroups", "elasticache:ModifyReplicationGroup"},
			on: []string{c.stage.arn("elasticache", "replicationgroup:"+*cluster.Ref())}}},
		env: map[string]string{"CACHE_ID": *cluster.Ref()},
	})
	return granted{
		env: map[string]string{
			"REDIS_ADDR": *cluster.AttrPrimaryEndPointAddress() + ":" + *cluster.AttrPrimaryEndPointPort(),
			"REDIS_TLS":  "1",
		},
		groups: []awsec2.ISecurityGroup{client},
	}
}
