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
func (c *contextStack) database() granted {
	if c.stage.Local {
		return granted{env: map[string]string{"DATABASE_URL": c.stage.Endpoints.SQL}}
	}
	server, client := c.guarded("Database", databasePort)
	cluster := awsrds.NewDatabaseCluster(c.stack, new("Database"), &awsrds.DatabaseClusterProps{
		ClusterIdentifier: new(c.stage.prefix() + "customers"),
		Engine: awsrds.DatabaseClusterEngine_AuroraPostgres(&awsrds.AuroraPostgresClusterEngineProps{
			Version: awsrds.AuroraPostgresEngineVersion_VER_16_9(),
		}),
		Credentials:             awsrds.Credentials_FromGeneratedSecret(new(databaseUser), nil),
		DefaultDatabaseName:     new(databaseUser),
		Vpc:                     c.shared.network.vpc,
		VpcSubnets:              isolated(),
		SecurityGroups:          &[]awsec2.ISecurityGroup{server},
		ServerlessV2MinCapacity: &c.stage.Database.Min,
		ServerlessV2MaxCapacity: &c.stage.Database.Max,
		Writer:                  awsrds.ClusterInstance_ServerlessV2(new("Writer"), nil),
		Readers:                 c.readers(),
		StorageEncrypted:        new(true),
		DeletionProtection:      new(c.stage.Keep),
		RemovalPolicy:           c.stage.removal(),
		Backup:                  &awsrds.BackupProps{Retention: awscdk.Duration_Days(new(float64(backupDays)))},
	})
	proxy := cluster.AddProxy(new("Proxy"), &awsrds.DatabaseProxyOptions{ // without a name of ours: it holds nothing, and may be replaced
		Secrets:        &[]awssecretsmanager.ISecret{cluster.Secret()},
		Vpc:            c.shared.network.vpc,
		VpcSubnets:     isolated(),
		SecurityGroups: &[]awsec2.ISecurityGroup{server},
		RequireTLS:     new(true),
	})
	c.sql = []scope{cluster, proxy}
	c.full("DatabaseFull", "database-full", "the database is at its largest", "AWS/RDS", "ACUUtilization",
		map[string]string{"DBClusterIdentifier": *cluster.ClusterIdentifier()}, fullPercent)
	c.full("ProxyPinned", "proxy-pinned", "sessions of the database's proxy are pinned", "AWS/RDS", "DatabaseConnectionsCurrentlySessionPinned",
		map[string]string{"ProxyName": *proxy.DbProxyName()}, pinnedSessions)
	return granted{
		allow:  []permission{{actions: []string{"secretsmanager:GetSecretValue"}, on: []string{*cluster.Secret().SecretArn()}}},
		env:    map[string]string{"DATABASE_SECRET_ARN": *cluster.Secret().SecretArn(), "DATABASE_HOST": *proxy.Endpoint()},
		groups: []awsec2.ISecurityGroup{client},
	}
}

// readers is one that grows with the writer, to take over from it, where data must stay available.
func (c *contextStack) readers() *[]awsrds.IClusterInstance {
	if !c.stage.Keep {
		return nil
	}
	return &[]awsrds.IClusterInstance{awsrds.ClusterInstance_ServerlessV2(new("Reader"),
		&awsrds.ServerlessV2ClusterInstanceProps{ScaleWithWriter: new(true)})}
}
