package infra

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awselasticache"

	"rialto/functions/contract"
)

const cachePort = 6379

// carts has the cache in front of its table.
func carts(r *room) error {
	r.provide(contract.Redis, r.cache())
	return r.functions()
}

// cache is one Valkey shard, so that any client can speak to it, with the stage's number of replicas.
func (r *room) cache() granted {
	if r.stage.Local {
		return granted{env: map[string]string{"REDIS_ADDR": r.stage.Stands.Cache}}
	}
	server, client := r.guarded("Cache", cachePort)
	var subnets []string
	for _, id := range *r.shared.network.vpc.SelectSubnets(isolated()).SubnetIds {
		subnets = append(subnets, *id)
	}
	group := awselasticache.NewCfnSubnetGroup(r.stack, new("CacheSubnets"), &awselasticache.CfnSubnetGroupProps{
		Description: new("subnets of the cart cache"), SubnetIds: list(subnets),
	})
	replicas := r.stage.Cache.Replicas
	cluster := awselasticache.NewCfnReplicationGroup(r.stack, new("Cache"), &awselasticache.CfnReplicationGroupProps{
		ReplicationGroupId:          new(r.stage.prefix() + r.context),
		ReplicationGroupDescription: new("carts, in front of their table"),
		Engine:                      new("valkey"),
		EngineVersion:               new("8.0"),
		CacheNodeType:               &r.stage.Cache.Node,
		NumCacheClusters:            new(1 + replicas),
		AutomaticFailoverEnabled:    new(replicas > 0),
		MultiAzEnabled:              new(replicas > 0),
		TransitEncryptionEnabled:    new(true),
		AtRestEncryptionEnabled:     new(true),
		Port:                        new(float64(cachePort)),
		CacheSubnetGroupName:        group.Ref(),
		SecurityGroupIds:            &[]*string{server.SecurityGroupId()},
	})
	return granted{
		env: map[string]string{
			"REDIS_ADDR": *cluster.AttrPrimaryEndPointAddress() + ":" + *cluster.AttrPrimaryEndPointPort(),
			"REDIS_TLS":  "1",
		},
		groups: []awsec2.ISecurityGroup{client},
	}
}
