package customersstore

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"rialto/functions/customers"
	"rialto/functions/internal/fault"
)

// SQL keeps records in PostgreSQL. It has one connection: an environment serves one request at a time. It is
// safe for concurrent use; transactions then take turns.
type SQL struct {
	url  URL
	mu   sync.Mutex
	conn *pgx.Conn
}

// URL returns how to connect; it is asked at each new connection.
type URL func(context.Context) (string, error)

// NewSQL connects at the first call.
func NewSQL(url URL) *SQL { return &SQL{url: url} }

// config reads a connection string. No statement is prepared by name: behind a proxy that shares connections, a
// prepared one would tie a connection to its client.
func (u URL) config(ctx context.Context) (*pgx.ConnConfig, error) {
	url, err := u(ctx)
	if err != nil {
		return nil, err
	}
	c, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database configuration: %w", err)
	}
	c.DefaultQueryExecMode = pgx.QueryExecModeExec
	c.ConnectTimeout = 3 * time.Second
	return c, nil
}

// Close ends the connection.
func (s *SQL) Close(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn == nil {
		return nil
	}
	err := s.conn.Close(ctx)
	s.conn = nil
	return err
}

// actor is whose rows a transaction may see: a customer's, or those with an e-mail address's hash, in hexadecimal.
type actor struct{ customer, email string }

// as runs do in one transaction that names whose rows it may see. The name ends with the transaction.
func (s *SQL) as(ctx context.Context, who actor, do func(pgx.Tx) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	tx, err := s.begin(ctx)
	if err != nil {
		return translate(err)
	}
	if _, err = tx.Exec(ctx, "SELECT act_as($1, $2)", who.customer, who.email); err == nil {
		err = do(tx)
	}
	if err != nil {
		_ = tx.Rollback(context.WithoutCancel(ctx)) // the first error is the one that tells
		return translate(err)
	}
	return translate(tx.Commit(ctx))
}

// begin connects where there is no connection, and again where the one there was lost, as after a long freeze.
func (s *SQL) begin(ctx context.Context) (pgx.Tx, error) {
	if s.conn != nil && !s.conn.IsClosed() {
		tx, err := s.conn.Begin(ctx)
		if err == nil || !s.conn.IsClosed() {
			return tx, err
		}
	}
	config, err := s.url.config(ctx)
	if err != nil {
		return nil, err
	}
	if s.conn, err = pgx.ConnectConfig(ctx, config); err != nil {
		s.conn = nil
		return nil, err
	}
	return s.conn.Begin(ctx)
}

var errAway = fault.New(fault.Unavailable, "customers_unavailable", "customers cannot be read or changed now; try again").After(time.Second)

// translate tells what may pass when tried again from what is a bug. Faults pass through.
func translate(err error) error {
	var f *fault.Error
	var pg *pgconn.PgError
	switch {
	case err == nil || errors.As(err, &f):
		return err
	case errors.Is(err, pgx.ErrNoRows):
		return customers.ErrUnknown
	case !errors.As(err, &pg): // the network, a timeout, the database's secret
		return errAway.Because(err)
	}
	switch pg.Code[:2] {
	case "08", "40", "53", "55", "57", "25": // connection, rollback, resources, locks, shutdown, read-only after a failover
		return errAway.Because(err)
	}
	return fmt.Errorf("database: %w", err)
}
