package infra

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
)

// network is the VPC that only those functions live in that need the database or the cache. It has no way out:
// AWS's own services are reached through endpoints.
type network struct{ vpc awsec2.Vpc }

func networkStack(app awscdk.App, stage Stage) *network {
	stack := newStack(app, stage, "network", "Rialto "+stage.Name+": the VPC of the database and the cache")
	zones := *list(stage.Zones)
	vpc := awsec2.NewVpc(stack, new("Vpc"), &awsec2.VpcProps{
		VpcName:                      new(stage.prefix() + "network"),
		AvailabilityZones:            &zones,
		NatGateways:                  new(0.0),
		RestrictDefaultSecurityGroup: new(false), // a custom resource
		SubnetConfiguration: &[]*awsec2.SubnetConfiguration{
			{Name: new("isolated"), SubnetType: awsec2.SubnetType_PRIVATE_ISOLATED, CidrMask: new(20.0)},
		},
		GatewayEndpoints: &map[string]*awsec2.GatewayVpcEndpointOptions{
			"DynamoDb": {Service: awsec2.GatewayVpcEndpointAwsService_DYNAMODB()},
			"S3":       {Service: awsec2.GatewayVpcEndpointAwsService_S3()},
		},
	})
	for _, subnet := range *vpc.IsolatedSubnets() { // CDK takes zones by name; here they have ids
		subnet := subnet.Node().DefaultChild().(awsec2.CfnSubnet)
		subnet.SetAvailabilityZoneId(subnet.AvailabilityZone())
		subnet.SetAvailabilityZone(nil)
	}
	endpoint := func(id string, service awsec2.InterfaceVpcEndpointAwsService) {
		in := isolated()
		if !stage.Keep { // each zone costs, and one is enough while none has failed
			in.AvailabilityZones = new(zones[:1])
		}
		vpc.AddInterfaceEndpoint(&id, &awsec2.InterfaceVpcEndpointOptions{Service: service, Subnets: in})
	}
	endpoint("Kinesis", awsec2.InterfaceVpcEndpointAwsService_KINESIS_STREAMS())
	endpoint("Kms", awsec2.InterfaceVpcEndpointAwsService_KMS())
	endpoint("Lambda", awsec2.InterfaceVpcEndpointAwsService_LAMBDA())
	endpoint("Secrets", awsec2.InterfaceVpcEndpointAwsService_SECRETS_MANAGER())
	return &network{vpc: vpc}
}

func isolated() *awsec2.SubnetSelection {
	return &awsec2.SubnetSelection{SubnetType: awsec2.SubnetType_PRIVATE_ISOLATED}
}

// guarded makes two security groups in the VPC: one for a server, which lets only members of the other, its
// clients, in at a port.
func (c *contextStack) guarded(id string, port float64) (server, client awsec2.SecurityGroup) {
	group := func(id, about string) awsec2.SecurityGroup {
		return awsec2.NewSecurityGroup(c.stack, &id, &awsec2.SecurityGroupProps{Vpc: c.shared.network.vpc, Description: &about})
	}
	server, client = group(id+"Group", "takes connections of its clients"), group(id+"Clients", "may connect to "+id)
	server.AddIngressRule(client, awsec2.Port_Tcp(&port), new("clients"), nil)
	return server, client
}
