package infra

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsrds"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
)

const (
	databaseUser = "rialto"
	databasePort = 5432
	backupDays   = 14
)

// database is Aurora PostgreSQL behind a proxy, which keeps a burst of functions from exhausting its connections.
// The secret holds user, password and database name; its host is the cluster's, so functions are told the proxy's.
func (r *room) database() granted {
	if r.stage.Local {
		return granted{env: map[string]string{"DATABASE_URL": r.stage.Stands.SQL}}
	}
	server, client := r.guarded("Database", databasePort)
	cluster := awsrds.NewDatabaseCluster(r.stack, new("Database"), &awsrds.DatabaseClusterProps{
		ClusterIdentifier:       new(r.stage.prefix() + "customers"),
		Engine:                  awsrds.DatabaseClusterEngine_AuroraPostgres(&awsrds.AuroraPostgresClusterEngineProps{Version: awsrds.AuroraPostgresEngineVersion_VER_16_9()}),
		Credentials:             awsrds.Credentials_FromGeneratedSecret(new(databaseUser), nil),
		DefaultDatabaseName:     new(databaseUser),
		Vpc:                     r.shared.network.vpc,
		VpcSubnets:              isolated(),
		SecurityGroups:          &[]awsec2.ISecurityGroup{server},
		ServerlessV2MinCapacity: &r.stage.Database.Min,
		ServerlessV2MaxCapacity: &r.stage.Database.Max,
		Writer:                  awsrds.ClusterInstance_ServerlessV2(new("Writer"), nil),
		Readers:                 r.readers(),
		StorageEncrypted:        new(true),
		DeletionProtection:      new(r.stage.Keep),
		RemovalPolicy:           r.stage.removal(),
		Backup:                  &awsrds.BackupProps{Retention: awscdk.Duration_Days(new(float64(backupDays)))},
	})
	proxy := cluster.AddProxy(new("Proxy"), &awsrds.DatabaseProxyOptions{
		DbProxyName:    new(r.stage.prefix() + "customers"),
		Secrets:        &[]awssecretsmanager.ISecret{cluster.Secret()},
		Vpc:            r.shared.network.vpc,
		VpcSubnets:     isolated(),
		SecurityGroups: &[]awsec2.ISecurityGroup{server},
		RequireTLS:     new(true),
	})
	return granted{
		allow:  []permission{{actions: []string{"secretsmanager:GetSecretValue"}, on: []string{*cluster.Secret().SecretArn()}}},
		env:    map[string]string{"DATABASE_SECRET_ARN": *cluster.Secret().SecretArn(), "DATABASE_HOST": *proxy.Endpoint()},
		groups: []awsec2.ISecurityGroup{client},
	}
}

// readers is one that grows with the writer, to take over from it, where data must stay available.
func (r *room) readers() *[]awsrds.IClusterInstance {
	if !r.stage.Keep {
		return nil
	}
	return &[]awsrds.IClusterInstance{awsrds.ClusterInstance_ServerlessV2(new("Reader"), &awsrds.ServerlessV2ClusterInstanceProps{ScaleWithWriter: new(true)})}
}
